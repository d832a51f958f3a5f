//! `connector-versions serve`: versions that were acknowledged survive a kill of the process, and clients may call the
//! server by the names of its options.
#![cfg(feature = "run")]

#[path = "../../emulator/tests/support/client.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod client;
#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Mutex;

use client::call;
use serde_json::Value;
use support::connector_versions;

const ROOT: &str = "/greengrass/definition/connectors";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A data file, removed at the end of the test.
struct Data(PathBuf);

impl Data {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("connector-versions-{}-{name}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A running `serve`: the process, and the URL that it printed.
struct Served {
    process: Child,
    url: String,
}

fn serve(arguments: &[&str]) -> Served {
    let mut process = connector_versions(&[&["serve", "--port", "0"], arguments].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    Served { process, url }
}

#[test]
fn clients_may_call_the_server_by_the_names_of_its_options() {
    let mut served = serve(&["--allow-host", "greengrass", "--allow-host", "192.0.2.7"]);
    let port = served.url.rsplit(':').next().unwrap();
    for (host, status) in [
        ("greengrass", "200"),
        ("192.0.2.7", "200"),
        ("localhost", "200"),
        ("other", "403"),
        ("192.0.2.8", "403"),
    ] {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        write!(stream, "GET {ROOT} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {response}");
    }
    served.process.kill().unwrap();
    served.process.wait().unwrap();
    for host in ["http://greengrass", "greengrass:8090", "a/b", "", "[greengrass]"] {
        let output = connector_versions(&["serve", "--port", "0", "--allow-host", host]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{host}: {error}");
        assert!(error.contains("--allow-host"), "{host}: {error}");
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_acknowledged_version() {
    let data = Data::new("kill");
    let acknowledged = Mutex::new(Vec::new());
    let mut definition = String::new();
    for round in 0..6 {
        let mut served = serve(&["--data", data.0.to_str().unwrap()]);
        if round == 0 {
            definition = text(&call(&served.url, "POST", ROOT, "", "{}").unwrap().body["Id"]);
        }
        let path = format!("{ROOT}/{definition}/versions");
        // Four clients create versions as fast as they can, and one of them kills the server meanwhile.
        std::thread::scope(|scope| {
            for client in 0..4 {
                let (url, path, acknowledged) = (&served.url, &path, &acknowledged);
                let pid = served.process.id();
                scope.spawn(move || {
                    for created in 0.. {
                        match call(url, "POST", path, "", r#"{"Connectors":[]}"#) {
                            Ok(response) if response.status == 200 => {
                                acknowledged.lock().unwrap().push(text(&response.body["Version"]));
                            }
                            _ => break,
                        }
                        if client == 0 && created == 10 + round * 7 {
                            std::process::Command::new("kill")
                                .args(["-9", &pid.to_string()])
                                .status()
                                .unwrap();
                        }
                    }
                });
            }
        });
        // Usually killed already; if the clients stopped for another reason, the assertions below fail.
        let _ = served.process.kill();
        served.process.wait().unwrap();
    }
    let mut served = serve(&["--data", data.0.to_str().unwrap()]);
    let listed =
        call(&served.url, "GET", &format!("{ROOT}/{definition}/versions?MaxResults=100000"), "", "").unwrap();
    let stored: HashSet<String> =
        listed.body["Versions"].as_array().unwrap().iter().map(|v| text(&v["Version"])).collect();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= 6 * 10);
    for version in &acknowledged {
        assert!(stored.contains(version), "lost {version}");
    }
    served.process.kill().unwrap();
    served.process.wait().unwrap();
}

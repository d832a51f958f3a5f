//! `connector-versions serve`: versions that were acknowledged survive a kill of the process.
#![cfg(feature = "run")]

#[path = "../../emulator/tests/support/client.rs"]
#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod client;
#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
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

fn serve(data: &Data) -> Served {
    let arguments = ["serve", "--port", "0", "--data", data.0.to_str().unwrap()];
    let mut process = connector_versions(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    Served { process, url }
}

#[test]
fn a_kill_at_any_moment_loses_no_acknowledged_version() {
    let data = Data::new("kill");
    let acknowledged = Mutex::new(Vec::new());
    let mut definition = String::new();
    for round in 0..6 {
        let mut served = serve(&data);
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
    let mut served = serve(&data);
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

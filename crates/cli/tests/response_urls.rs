//! `connector-versions run` sends the responses of custom resources to its own receiver and nowhere else, however the
//! event spells its ResponseURL.
#![cfg(feature = "run")]

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::connector_versions;

const DEFINITION: &str = "0b1f6a4e-6c53-4d0a-9a55-3c1f2a7d8e90";

/// In place of a real stack: the function may send to this host, because it is on loopback.
struct Stack(TcpListener);

impl Stack {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn host(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    fn was_called(&self) -> bool {
        match self.0.accept() {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                false
            }
        }
    }
}

fn run_on(event: &str, arguments: &[&str]) -> Output {
    let mut process = connector_versions(&[&["run", "-", "--json", "--timeout", "2"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(event.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// A custom resource's event with this JSON text as its member ResponseURL, with key and colon.
fn event(member: &str) -> String {
    format!(
        r#"{{"RequestType":"Create",{member},"StackId":"s","RequestId":"r","LogicalResourceId":"L","ResourceProperties":{{"ConnectorDefinitionId":"{DEFINITION}","Connectors":[]}}}}"#
    )
}

fn sqs(body: &str) -> String {
    json!({ "Records": [{ "eventSource": "aws:sqs", "messageId": "m", "body": body }] }).to_string()
}

fn sns(message: &str) -> String {
    json!({ "Type": "Notification", "MessageId": "n", "TopicArn": "t", "Message": message }).to_string()
}

/// Spellings of a ResponseURL at this host, each in an event that the function reads.
fn spellings(host: &str) -> Vec<(&'static str, String)> {
    let escaped = format!(r#""ResponseURL":"http:\/\/{host}\/a?b=%2F""#);
    vec![
        ("as AWS writes it", event(&format!(r#""ResponseURL":"http://{host}/a?b""#))),
        ("escaped slashes", event(&escaped)),
        ("an escape in the scheme", event(&format!(r#""ResponseURL":"\u0068ttp://{host}/a?b""#))),
        (
            "an escape in the host",
            event(&format!(r#""ResponseURL":"http://\u0031{}/a?b""#, host.get(1..).unwrap_or_default())),
        ),
        ("an escaped colon", event(&format!(r#""ResponseURL":"http\u003a//{host}/a?b""#))),
        ("an escape in the key", event(&format!(r#""Response\u0055RL":"http://{host}/a?b""#))),
        ("upper case", event(&format!(r#""ResponseURL":"HTTP://{host}/a?b""#))),
        ("mixed case, escaped", event(&format!(r#""ResponseURL":"hTtP:\u002F\/{host}/a?b""#))),
        ("line ends around the colon", event(&format!("\"ResponseURL\"\r\n:\r\n\t \"http://{host}/a?b\""))),
        ("no path", event(&format!(r#""ResponseURL":"http://{host}?b""#))),
        (
            "the key twice",
            event(&format!(r#""ResponseURL":"http://127.0.0.1:1/","ResponseURL":"http://{host}/a""#)),
        ),
        (
            "the key twice, spelled differently",
            event(&format!(r#""ResponseURL":"http://127.0.0.1:1/","\u0052esponseURL":"http:\/\/{host}/a""#)),
        ),
        (
            "text that is not ASCII",
            event(&format!(r#""é\u00e9🦀":"ResponseURL","ResponseURL":"http://{host}/é🦀""#)),
        ),
        (
            "after a nested value",
            event(&format!(r#""x":[{{"ResponseURL":[7,"\""]}}],"ResponseURL":"http://{host}/a""#)),
        ),
        ("a byte order mark", format!("\u{feff}{}", event(&escaped))),
        ("in a message", sqs(&event(&escaped))),
        ("in a message in a message", sqs(&sns(&event(&escaped)))),
        (
            "in a message with an escaped key",
            sqs(&event(&format!(r#""ResponseUR\u004c":"HTTP:\/\/{host}/a""#))),
        ),
        (
            "in a message that is spelled with escapes",
            sqs(&event(&escaped)).replace("Response", r"\u0052esponse").replace("http:", r"\u0068ttp\u003a"),
        ),
    ]
}

#[test]
fn a_response_arrives_at_the_receiver_and_nowhere_else() {
    let mut failures = Vec::new();
    for index in 0..spellings("h").len() {
        // A new one for each, since the function repeats what was not accepted.
        let stack = Stack::listen();
        let (name, event) = spellings(&stack.host()).swap_remove(index);
        let output = run_on(&event, &[]);
        let responses = report(&output)["CloudFormation"].as_array().map_or(0, Vec::len);
        if stack.was_called() {
            failures.push(format!("{name}: sent to the event's own host"));
        } else if responses != 1 {
            let output = String::from_utf8_lossy(&output.stdout).into_owned();
            failures.push(format!("{name}: {responses} responses\n{event}\n{output}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn only_urls_on_this_machine_may_be_kept() {
    for (name, event) in spellings("192.0.2.7:80") {
        let output = run_on(&event, &["--keep-response-url"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {error}");
        assert!(error.contains("a ResponseURL is not on this machine"), "{name}: {error}");
    }
    let stack = Stack::listen();
    let (_, event) = spellings(&stack.host()).remove(0);
    run_on(&event, &["--keep-response-url"]);
    assert!(stack.was_called(), "a URL on this machine is kept");
}

/// A stand-in for the function that reports one setting as an error.
#[cfg(unix)]
#[test]
fn no_option_lets_the_function_send_to_aws() {
    use std::os::unix::fs::PermissionsExt;

    let script = std::env::temp_dir().join(format!("connector-versions-{}-env.sh", std::process::id()));
    std::fs::write(&script, "#!/bin/sh\necho \"ALLOW=$RESPONSE_URL_ALLOW_AWS\"\n").unwrap();
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    for arguments in
        [[].as_slice(), &["--env", "RESPONSE_URL_ALLOW_AWS=true"], &["--env", "RESPONSE_URL_ALLOW_AWS="]]
    {
        let arguments = [&["--bootstrap", script.to_str().unwrap()], arguments].concat();
        let output = run_on("{}", &arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("ALLOW=false"), "{arguments:?}: {text}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(error.contains("RESPONSE_URL_ALLOW_AWS"), arguments.len() > 2, "{error}");
    }
    let _ = std::fs::remove_file(&script);
}

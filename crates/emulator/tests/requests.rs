//! Requests that clients write by hand: paths with a slash at the end, and bodies of the wrong shape.

mod support {
    #[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
    pub mod client;
}

use emulator::greengrass::{Behavior, Emulator};
use serde_json::Value;
use support::client::{Response, call};

const ROOT: &str = "/greengrass/definition/connectors";

/// Sends a request from a blocking thread: the client blocks, and the server needs the runtime's threads.
async fn http(emulator: &Emulator, method: &'static str, path: String, body: &'static str) -> Response {
    let url = emulator.url();
    tokio::task::spawn_blocking(move || call(&url, method, &path, "", body)).await.unwrap().unwrap()
}

async fn start() -> Emulator {
    let emulator = Emulator::start(0, Behavior::default(), None).await.unwrap();
    emulator.add_definition("d", "line").unwrap();
    emulator.add_version("d", "v", Value::Array(Vec::new())).unwrap();
    emulator
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_of_a_path_does_not_matter() {
    let emulator = start().await;
    for (method, path, body, member) in [
        ("POST", ROOT.to_owned(), "{}", "Id"),
        ("GET", ROOT.to_owned(), "", "Definitions"),
        ("GET", format!("{ROOT}/d"), "", "LatestVersion"),
        ("POST", format!("{ROOT}/d/versions"), "{}", "Version"),
        ("GET", format!("{ROOT}/d/versions"), "", "Versions"),
        ("GET", format!("{ROOT}/d/versions/v"), "", "Definition"),
        ("POST", "/_local/faults".to_owned(), r#"{"Operation":"DeleteConnectorDefinition"}"#, ""),
        ("GET", "/_local/faults".to_owned(), "", ""),
        ("GET", "/_local/calls".to_owned(), "", ""),
        ("DELETE", "/_local/faults".to_owned(), "", ""),
        ("PUT", format!("{ROOT}/d"), r#"{"Name":"n"}"#, ""),
        ("DELETE", format!("{ROOT}/d"), "", ""),
    ] {
        let response = http(&emulator, method, format!("{path}/"), body).await;
        assert_eq!(response.status, 200, "{method} {path}/: {}", response.body);
        assert!(
            member.is_empty() || response.body.get(member).is_some(),
            "{method} {path}/: {}",
            response.body
        );
    }
    for path in ["//", "/d//versions", "/d/versions//"] {
        assert_ne!(http(&emulator, "GET", format!("{ROOT}{path}"), "").await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_the_wrong_shape_is_a_clear_error() {
    let emulator = start().await;
    let list = "expected an object, found a list";
    for (path, body, part) in [
        (ROOT.to_owned(), "[]", list),
        (ROOT.to_owned(), "[null,null,null]", list),
        (ROOT.to_owned(), "7", "an object"),
        (ROOT.to_owned(), "\"x\"", "an object"),
        (ROOT.to_owned(), "null", "an object"),
        (ROOT.to_owned(), r#"{"InitialVersion":[]}"#, list),
        (ROOT.to_owned(), r#"{"InitialVersion":[[]]}"#, list),
        (ROOT.to_owned(), r#"{"InitialVersion":7}"#, "an object"),
        (ROOT.to_owned(), r#"{"InitialVersion":{"Connectors":[["a","b",{}]]}}"#, list),
        (format!("{ROOT}/d/versions"), "[]", list),
        (format!("{ROOT}/d/versions"), "[[]]", list),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":{}}"#, "expected a list"),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":[[]]}"#, list),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":[["arn","id",{}]]}"#, list),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":["a"]}"#, "an object"),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":[{"Parameters":[]}]}"#, list),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":[{"Parameters":7}]}"#, "an object"),
        (format!("{ROOT}/d/versions"), r#"{"Connectors":[{"Id":7}]}"#, "expected a string"),
        (format!("{ROOT}/d/versions"), "{", "EOF"),
        ("/_local/faults".to_owned(), "[]", list),
        ("/_local/faults".to_owned(), r#"["DeleteConnectorDefinition"]"#, list),
        ("/_local/faults".to_owned(), "7", "an object"),
        ("/_local/faults".to_owned(), r#"{"Outcome":[]}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":7}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":"Nothing"}"#, "expected \"Answer\", \"Reset\", "),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Status":[]}}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Status":[200,null,""]}}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Status":7}}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":"Status"}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Reset":7}}"#, "Outcome"),
        ("/_local/faults".to_owned(), r#"{"Times":"2"}"#, "Times: expected an integer from 0 to 4294967295"),
        ("/_local/faults".to_owned(), r#"{"Times":-1}"#, "Times: "),
        ("/_local/faults".to_owned(), r#"{"Times":4294967296}"#, "Times: "),
        ("/_local/faults".to_owned(), r#"{"DelayMs":1.5}"#, "DelayMs: "),
        ("/_local/faults".to_owned(), r#"{"Commit":"no"}"#, "Commit: expected a boolean, found a string"),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Status":{"Status":"x"}}}"#, "Outcome.Status.Status: "),
        ("/_local/faults".to_owned(), r#"{"Outcome":{"Status":{}}}"#, "Status"),
        (
            "/_local/faults".to_owned(),
            r#"{"Operation":"Nothing"}"#,
            "unknown variant `Nothing`, expected one of",
        ),
        ("/_local/faults".to_owned(), r#"{"Operation":7}"#, "Operation"),
        ("/_local/faults".to_owned(), r#"{"Operation":["ListConnectorDefinitions"]}"#, "Operation"),
    ] {
        let response = http(&emulator, "POST", path.clone(), body).await;
        let message = response.body["Message"].as_str().unwrap_or_default();
        assert_eq!(response.status, 400, "{path} {body}: {}", response.body);
        assert!(message.contains(part), "{path} {body}: {message}");
        // Names of Rust types, and serde's words for the shapes of JSON.
        for word in ["struct", "enum", "tuple", "unit", "Body", "Shape", "Fault", "::", "sequence", "map"] {
            assert!(!message.contains(word), "{path} {body}: {message}");
        }
    }
    assert_eq!(emulator.versions("d"), ["v"]);
}

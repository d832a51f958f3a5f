//! The Greengrass emulator over HTTP: operations, errors, pages, client tokens, faults, data file.

mod support {
    #[allow(unreachable_pub, reason = "a module of this test file")]
    pub mod client;
}

use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;

use emulator::greengrass::{Behavior, Emulator, Fault, Operation, Outcome};
use serde_json::{Value, json};
use support::client::{Response, call};

const ROOT: &str = "/greengrass/definition/connectors";

async fn start(behavior: Behavior) -> Emulator {
    Emulator::start(0, behavior, None).await.unwrap()
}

/// Sends a request from a blocking thread: the client blocks, and the server needs the runtime's threads.
async fn http(
    emulator: &Emulator,
    method: &'static str,
    path: impl Into<String>,
    headers: &'static str,
    body: Value,
) -> Response {
    try_http(emulator, method, path, headers, body).await.unwrap()
}

async fn try_http(
    emulator: &Emulator,
    method: &'static str,
    path: impl Into<String>,
    headers: &'static str,
    body: Value,
) -> std::io::Result<Response> {
    let (url, path) = (emulator.url(), path.into());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    tokio::task::spawn_blocking(move || call(&url, method, &path, headers, &body)).await.unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_eight_operations() {
    let emulator = start(Behavior::default()).await;
    let connectors = json!([{ "Id": "a", "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4", "Parameters": { "zip": "007" } }]);
    let body =
        json!({ "Name": "line", "tags": { "k": "v" }, "InitialVersion": { "Connectors": connectors } });
    let made = http(&emulator, "POST", ROOT, "", body).await;
    assert_eq!(made.status, 200);
    assert!(made.head.contains("x-amzn-requestid: "));
    let id = text(&made.body["Id"]);
    let arn = format!("arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/{id}");
    assert_eq!(made.body["Arn"], json!(arn));
    assert_eq!(
        made.body["LatestVersionArn"],
        json!(format!("{arn}/versions/{}", text(&made.body["LatestVersion"])))
    );

    let path = format!("{ROOT}/{id}");
    let version =
        http(&emulator, "POST", format!("{path}/versions"), "", json!({ "Connectors": connectors })).await;
    assert_eq!(version.body["Id"], json!(id), "in a version's response Id is the definition's");
    let got = http(&emulator, "GET", &path, "", Value::Null).await;
    assert_eq!(got.body["LatestVersion"], version.body["Version"]);
    assert_eq!(got.body["LatestVersionArn"], version.body["Arn"]);
    assert_eq!(got.body["tags"], json!({ "k": "v" }));
    let held = http(
        &emulator,
        "GET",
        format!("{path}/versions/{}", text(&version.body["Version"])),
        "",
        Value::Null,
    )
    .await;
    assert_eq!(held.body["Definition"], json!({ "Connectors": connectors }));
    assert_eq!(held.body["Arn"], version.body["Arn"]);
    let versions = http(&emulator, "GET", format!("{path}/versions"), "", Value::Null).await;
    assert_eq!(versions.body["Versions"].as_array().unwrap().len(), 2);
    assert_eq!(versions.body["Versions"][1], version.body);

    assert_eq!(http(&emulator, "PUT", &path, "", json!({ "Name": "other" })).await.body, json!({}));
    let listed = http(&emulator, "GET", ROOT, "", Value::Null).await;
    assert_eq!(listed.body["Definitions"][0]["Name"], "other");
    assert_eq!(http(&emulator, "DELETE", &path, "", Value::Null).await.body, json!({}));
    assert_eq!(http(&emulator, "GET", &path, "", Value::Null).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_with_and_without_a_type() {
    for error_types in [true, false] {
        let emulator =
            start(Behavior { include_error_types: error_types, validate_ids: true, ..Behavior::default() })
                .await;
        emulator.add_definition("d", "line").unwrap();
        let bad_id = json!({ "Connectors": [{ "Id": "a b" }] });
        let bad_value = json!({ "Connectors": [{ "Id": "a", "Parameters": { "n": 1 } }] });
        let table = [
            ("GET", format!("{ROOT}/x"), Value::Null, 404, "idnotfoundexception"),
            ("POST", format!("{ROOT}/x/versions"), json!({}), 404, "idnotfoundexception"),
            ("GET", format!("{ROOT}/d/versions/x"), Value::Null, 404, "versionnotfoundexception"),
            ("GET", format!("{ROOT}?MaxResults=none"), Value::Null, 400, "badrequestexception"),
            ("GET", format!("{ROOT}?NextToken=77"), Value::Null, 400, "badrequestexception"),
            ("POST", ROOT.to_owned(), json!([1]), 400, "badrequestexception"),
            ("POST", format!("{ROOT}/d/versions"), bad_id, 400, "badrequestexception"),
            ("POST", format!("{ROOT}/d/versions"), json!({ "Connectors": "x" }), 400, "badrequestexception"),
            ("POST", format!("{ROOT}/d/versions"), json!({ "Connectors": [1] }), 400, "badrequestexception"),
            ("POST", format!("{ROOT}/d/versions"), bad_value, 400, "badrequestexception"),
            ("PATCH", ROOT.to_owned(), Value::Null, 403, "missingauthenticationtokenexception"),
            ("GET", "/elsewhere".to_owned(), Value::Null, 403, "missingauthenticationtokenexception"),
        ];
        for (method, path, body, status, code) in table {
            let response = http(&emulator, method, &path, "", body).await;
            assert_eq!(response.status, status, "{method} {path}");
            assert_eq!(
                response.head.contains(&format!("x-amzn-errortype: {code}")),
                error_types,
                "{}",
                response.head
            );
            assert!(!text(&response.body["Message"]).is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages() {
    let emulator = start(Behavior { page_size: 3, ..Behavior::default() }).await;
    for number in 0..8 {
        emulator.add_definition(&format!("d-{number}"), "line").unwrap();
    }
    for (query, sizes) in [
        ("", [3, 3, 2].as_slice()),
        ("MaxResults=5&", &[5, 3]),
        ("MaxResults=8&", &[8]),
        ("MaxResults=100&", &[8]),
    ] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        for (page, size) in sizes.iter().enumerate() {
            let response = http(&emulator, "GET", format!("{ROOT}?{query}{token}"), "", Value::Null).await;
            let definitions = response.body["Definitions"].as_array().unwrap().clone();
            assert_eq!(definitions.len(), *size);
            seen.extend(definitions.iter().map(|definition| text(&definition["Id"])));
            assert_eq!(response.body["NextToken"].is_null(), page + 1 == sizes.len());
            token = format!("NextToken={}", response.body["NextToken"].as_str().unwrap_or_default());
        }
        assert_eq!(seen, (0..8).map(|number| format!("d-{number}")).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connectors_of_a_version_have_pages() {
    let ids: Vec<String> = (0..5).map(|number| format!("c-{number}")).collect();
    let connectors: Value = ids.iter().map(|id| json!({ "Id": id })).collect();
    for (page_size, sizes) in
        [(None, [5].as_slice()), (Some(2), &[2, 2, 1]), (Some(5), &[5]), (Some(9), &[5])]
    {
        let emulator = start(Behavior { connectors_page_size: page_size, ..Behavior::default() }).await;
        emulator.add_definition("d", "line").unwrap();
        emulator.add_version("d", "v", connectors.clone()).unwrap();
        let path = format!("{ROOT}/d/versions/v");
        let (mut seen, mut query) = (Vec::new(), String::new());
        for (page, size) in sizes.iter().enumerate() {
            let body = http(&emulator, "GET", format!("{path}{query}"), "", Value::Null).await.body;
            assert_eq!(body["Version"], "v", "each page has the members of the version");
            let connectors = body["Definition"]["Connectors"].as_array().unwrap();
            assert_eq!(connectors.len(), *size);
            seen.extend(connectors.iter().map(|connector| text(&connector["Id"])));
            assert_eq!(body.get("NextToken").is_none(), page + 1 == sizes.len(), "{body}");
            query = format!("?NextToken={}", body["NextToken"].as_str().unwrap_or_default());
        }
        assert_eq!(seen, ids);
        for invalid in ["6", "x"] {
            let response =
                http(&emulator, "GET", format!("{path}?NextToken={invalid}"), "", Value::Null).await;
            assert_eq!(
                (response.status, text(&response.body["Message"]).as_str()),
                (400, "Invalid NextToken.")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_tokens_are_honored_or_ignored() {
    for honor_tokens in [true, false] {
        let emulator = start(Behavior { honor_tokens, ..Behavior::default() }).await;
        emulator.add_definition("d", "line").unwrap();
        emulator.add_definition("e", "line").unwrap();
        let mut made = HashSet::new();
        for definition in ["d", "d", "e"] {
            let path = format!("{ROOT}/{definition}/versions");
            let response = http(&emulator, "POST", path, "X-Amzn-Client-Token: t\r\n", json!({})).await;
            made.insert(text(&response.body["Version"]));
        }
        assert_eq!(made.len(), if honor_tokens { 2 } else { 3 }, "the token's scope is the definition");
        let definitions = async || {
            text(&http(&emulator, "POST", ROOT, "X-Amzn-Client-Token: t\r\n", json!({})).await.body["Id"])
        };
        assert_eq!(definitions().await == definitions().await, honor_tokens);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults() {
    let emulator = start(Behavior::default()).await;
    emulator.add_definition("d", "line").unwrap();
    let path = || format!("{ROOT}/d/versions");
    for (fault, made) in
        [(json!({ "Commit": false, "Outcome": "Reset" }), 0), (json!({ "Outcome": "Reset" }), 1)]
    {
        assert_eq!(http(&emulator, "POST", "/_local/faults", "", fault).await.status, 200);
        let error = try_http(&emulator, "POST", path(), "", json!({})).await.err().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        assert_eq!(emulator.versions("d").len(), made);
    }
    emulator.add_fault(Fault { outcome: Outcome::Truncated, ..Fault::default() });
    assert!(
        http(&emulator, "POST", path(), "", json!({})).await.body.is_null(),
        "a truncated response is not JSON"
    );
    assert_eq!(emulator.versions("d").len(), 2);
    let status =
        Outcome::Status { status: 503, code: Some("ServiceUnavailable".to_owned()), body: "{}".to_owned() };
    emulator.add_fault(Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        apply: false,
        outcome: status,
        remaining: 2,
        ..Fault::default()
    });
    assert_eq!(
        http(&emulator, "GET", path(), "", Value::Null).await.status,
        200,
        "the fault does not apply to another operation"
    );
    for status in [503, 503, 200] {
        assert_eq!(http(&emulator, "POST", path(), "", json!({})).await.status, status);
    }
    emulator.add_fault(Fault { outcome: Outcome::Hang, ..Fault::default() });
    let never = try_http(&emulator, "GET", path(), "", Value::Null);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), never).await.is_err());
    for invalid in [
        json!({ "Nonsense": 1 }),
        json!({ "Times": 0 }),
        json!({ "Outcome": { "Status": { "Status": 99 } } }),
        json!({ "Outcome": { "Status": { "Status": 400, "Code": "a\nb" } } }),
    ] {
        assert_eq!(http(&emulator, "POST", "/_local/faults", "", invalid).await.status, 400);
    }
    assert_eq!(emulator.calls().iter().filter(|call| call.status.is_none()).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_body_has_at_most_ten_megabytes() {
    let emulator = start(Behavior::default()).await;
    // The quotes around a JSON string are two more bytes.
    let body = |length: usize| Value::String("a".repeat(length - 2));
    let limit = 10 * 1024 * 1024;
    assert_eq!(
        http(&emulator, "POST", ROOT, "", body(limit)).await.status,
        400,
        "a string is not a definition"
    );
    let response = http(&emulator, "POST", ROOT, "", body(limit + 1)).await;
    assert_eq!(response.status, 413);
    assert!(text(&response.body["Message"]).contains("more than 10 MB"));
    assert_eq!(emulator.call_count(), 1);
}

/// A data file that is removed when this is dropped.
struct Data(PathBuf);

impl Data {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("greengrass-emulator-{}-{name}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn an_incomplete_last_line_is_dropped() {
    let data = Data::new("torn");
    let emulator = Emulator::start(0, Behavior::default(), Some(&data.0)).await.unwrap();
    assert!(
        Emulator::start(0, Behavior::default(), Some(&data.0)).await.is_err(),
        "one process can have the file open"
    );
    emulator.add_definition("d", "line").unwrap();
    emulator.add_version("d", "v-1", json!([])).unwrap();
    emulator.add_version("d", "v-2", json!([])).unwrap();
    drop(emulator);
    let whole = std::fs::read(&data.0).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in last..whole.len() {
        std::fs::write(&data.0, &whole[..cut]).unwrap();
        // A dropped server closes its file when its tasks have ended.
        let emulator = loop {
            match Emulator::start(0, Behavior::default(), Some(&data.0)).await {
                Ok(emulator) => break emulator,
                Err(error) if error.to_string().contains("another process") => tokio::task::yield_now().await,
                Err(error) => panic!("after a cut at {cut}: {error}"),
            }
        };
        assert_eq!(emulator.versions("d"), ["v-1"]);
        emulator.add_version("d", "v-3", json!([])).unwrap();
        drop(emulator);
        let lines = std::fs::read_to_string(&data.0).unwrap();
        assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{lines}");
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(&data.0).unwrap();
    file.write_all(b"no change\n").unwrap();
    let error = loop {
        let error = Emulator::start(0, Behavior::default(), Some(&data.0)).await.err().unwrap().to_string();
        if !error.contains("another process") {
            break error;
        }
        tokio::task::yield_now().await;
    };
    assert!(error.contains("is not a change of the emulator"), "{error}");
}

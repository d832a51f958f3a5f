//! The embedded service on the wire: its answers, its errors, its pages, its tokens, its faults and its journal.

mod support {
    #[allow(unreachable_pub, reason = "a module of this test file")]
    pub mod client;
}

use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;

use emulator::greengrass::{Choices, Fault, Operation, Outcome, Service};
use serde_json::{Value, json};
use support::client::{Answer, call};

const ROOT: &str = "/greengrass/definition/connectors";

async fn started(choices: Choices) -> Service {
    Service::start(0, choices, None).await.unwrap()
}

/// The client blocks, so it is kept off the server's threads.
async fn http(
    service: &Service,
    method: &'static str,
    path: impl Into<String>,
    headers: &'static str,
    body: Value,
) -> Answer {
    try_http(service, method, path, headers, body).await.unwrap()
}

async fn try_http(
    service: &Service,
    method: &'static str,
    path: impl Into<String>,
    headers: &'static str,
    body: Value,
) -> std::io::Result<Answer> {
    let (url, path) = (service.url(), path.into());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    tokio::task::spawn_blocking(move || call(&url, method, &path, headers, &body)).await.unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_eight_operations() {
    let service = started(Choices::default()).await;
    let connectors = json!([{ "Id": "a", "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4", "Parameters": { "zip": "007" } }]);
    let body =
        json!({ "Name": "line", "tags": { "k": "v" }, "InitialVersion": { "Connectors": connectors } });
    let made = http(&service, "POST", ROOT, "", body).await;
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
        http(&service, "POST", format!("{path}/versions"), "", json!({ "Connectors": connectors })).await;
    assert_eq!(version.body["Id"], json!(id), "in a version's answer Id is the definition's");
    let got = http(&service, "GET", &path, "", Value::Null).await;
    assert_eq!(got.body["LatestVersion"], version.body["Version"]);
    assert_eq!(got.body["LatestVersionArn"], version.body["Arn"]);
    assert_eq!(got.body["tags"], json!({ "k": "v" }));
    let held =
        http(&service, "GET", format!("{path}/versions/{}", text(&version.body["Version"])), "", Value::Null)
            .await;
    assert_eq!(held.body["Definition"], json!({ "Connectors": connectors }));
    assert_eq!(held.body["Arn"], version.body["Arn"]);
    let versions = http(&service, "GET", format!("{path}/versions"), "", Value::Null).await;
    assert_eq!(versions.body["Versions"].as_array().unwrap().len(), 2);
    assert_eq!(versions.body["Versions"][1], version.body);

    assert_eq!(http(&service, "PUT", &path, "", json!({ "Name": "other" })).await.body, json!({}));
    let listed = http(&service, "GET", ROOT, "", Value::Null).await;
    assert_eq!(listed.body["Definitions"][0]["Name"], "other");
    assert_eq!(http(&service, "DELETE", &path, "", Value::Null).await.body, json!({}));
    assert_eq!(http(&service, "GET", &path, "", Value::Null).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_with_and_without_a_type() {
    for error_types in [true, false] {
        let service = started(Choices { error_types, check_ids: true, ..Choices::default() }).await;
        service.add_definition("d", "line").unwrap();
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
            let answer = http(&service, method, &path, "", body).await;
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(
                answer.head.contains(&format!("x-amzn-errortype: {code}")),
                error_types,
                "{}",
                answer.head
            );
            assert!(!text(&answer.body["Message"]).is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages() {
    let service = started(Choices { page_size: 3, ..Choices::default() }).await;
    for number in 0..8 {
        service.add_definition(&format!("d-{number}"), "line").unwrap();
    }
    for (query, sizes) in [
        ("", [3, 3, 2].as_slice()),
        ("MaxResults=5&", &[5, 3]),
        ("MaxResults=8&", &[8]),
        ("MaxResults=100&", &[8]),
    ] {
        let (mut seen, mut token) = (Vec::new(), String::new());
        for (page, size) in sizes.iter().enumerate() {
            let answer = http(&service, "GET", format!("{ROOT}?{query}{token}"), "", Value::Null).await;
            let definitions = answer.body["Definitions"].as_array().unwrap().clone();
            assert_eq!(definitions.len(), *size);
            seen.extend(definitions.iter().map(|definition| text(&definition["Id"])));
            assert_eq!(answer.body["NextToken"].is_null(), page + 1 == sizes.len());
            token = format!("NextToken={}", answer.body["NextToken"].as_str().unwrap_or_default());
        }
        assert_eq!(seen, (0..8).map(|number| format!("d-{number}")).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_readings_of_the_token() {
    for honour_tokens in [true, false] {
        let service = started(Choices { honour_tokens, ..Choices::default() }).await;
        service.add_definition("d", "line").unwrap();
        service.add_definition("e", "line").unwrap();
        let mut made = HashSet::new();
        for definition in ["d", "d", "e"] {
            let path = format!("{ROOT}/{definition}/versions");
            let answer = http(&service, "POST", path, "X-Amzn-Client-Token: t\r\n", json!({})).await;
            made.insert(text(&answer.body["Version"]));
        }
        assert_eq!(made.len(), if honour_tokens { 2 } else { 3 }, "the token's scope is the definition");
        let definitions = async || {
            text(&http(&service, "POST", ROOT, "X-Amzn-Client-Token: t\r\n", json!({})).await.body["Id"])
        };
        assert_eq!(definitions().await == definitions().await, honour_tokens);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults() {
    let service = started(Choices::default()).await;
    service.add_definition("d", "line").unwrap();
    let path = || format!("{ROOT}/d/versions");
    for (fault, made) in
        [(json!({ "Commit": false, "Outcome": "Reset" }), 0), (json!({ "Outcome": "Reset" }), 1)]
    {
        assert_eq!(http(&service, "POST", "/_local/faults", "", fault).await.status, 200);
        let error = try_http(&service, "POST", path(), "", json!({})).await.err().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        assert_eq!(service.versions("d").len(), made);
    }
    service.add_fault(Fault { outcome: Outcome::Half, ..Fault::default() });
    assert!(
        http(&service, "POST", path(), "", json!({})).await.body.is_null(),
        "half of the answer is no JSON"
    );
    assert_eq!(service.versions("d").len(), 2);
    let status =
        Outcome::Status { status: 503, code: Some("ServiceUnavailable".to_owned()), body: "{}".to_owned() };
    service.add_fault(Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        commit: false,
        outcome: status,
        times: 2,
        ..Fault::default()
    });
    assert_eq!(
        http(&service, "GET", path(), "", Value::Null).await.status,
        200,
        "another operation is not befallen"
    );
    for status in [503, 503, 200] {
        assert_eq!(http(&service, "POST", path(), "", json!({})).await.status, status);
    }
    service.add_fault(Fault { outcome: Outcome::Never, ..Fault::default() });
    let never = try_http(&service, "GET", path(), "", Value::Null);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), never).await.is_err());
    for nonsense in [
        json!({ "Nonsense": 1 }),
        json!({ "Times": 0 }),
        json!({ "Outcome": { "Status": { "Status": 99 } } }),
        json!({ "Outcome": { "Status": { "Status": 400, "Code": "a\nb" } } }),
    ] {
        assert_eq!(http(&service, "POST", "/_local/faults", "", nonsense).await.status, 400);
    }
    assert_eq!(service.calls().iter().filter(|call| call.status.is_none()).count(), 3);
}

/// A file that is gone when the test is.
struct Data(PathBuf);

impl Data {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("greengrass-local-{}-{name}.jsonl", std::process::id()));
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
async fn a_line_that_was_cut_short_was_never_acknowledged() {
    let data = Data::new("torn");
    let service = Service::start(0, Choices::default(), Some(&data.0)).await.unwrap();
    assert!(Service::start(0, Choices::default(), Some(&data.0)).await.is_err(), "one process has the file");
    service.add_definition("d", "line").unwrap();
    service.add_version("d", "v-1", json!([])).unwrap();
    service.add_version("d", "v-2", json!([])).unwrap();
    drop(service);
    let whole = std::fs::read(&data.0).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in last..whole.len() {
        std::fs::write(&data.0, &whole[..cut]).unwrap();
        // A server that was dropped lets go of its file in its own time.
        let service = loop {
            match Service::start(0, Choices::default(), Some(&data.0)).await {
                Ok(service) => break service,
                Err(error) if error.to_string().contains("another process") => tokio::task::yield_now().await,
                Err(error) => panic!("after a cut at {cut}: {error}"),
            }
        };
        assert_eq!(service.versions("d"), ["v-1"]);
        service.add_version("d", "v-3", json!([])).unwrap();
        drop(service);
        let lines = std::fs::read_to_string(&data.0).unwrap();
        assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{lines}");
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(&data.0).unwrap();
    file.write_all(b"no change\n").unwrap();
    let error = loop {
        let error = Service::start(0, Choices::default(), Some(&data.0)).await.err().unwrap().to_string();
        if !error.contains("another process") {
            break error;
        }
        tokio::task::yield_now().await;
    };
    assert!(error.contains("is no change of this service"), "{error}");
}

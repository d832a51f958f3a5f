//! No secret appears in a log, a response or an error, at any log level and in any format.

use emulator::greengrass::{Fault, Operation, Outcome};
use emulator::http::{Reply, empty};
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, response};

const PARAMETER: &str = "SECRET-parameter-9f1c";
const KEY: &str = "SECRET-access-key-9f1c";
const SESSION: &str = "SECRET-session-token-9f1c";
const QUERY: &str = "SECRET-signature-9f1c";

fn connectors(value: &Value) -> Value {
    json!([{ "ConnectorArn": SNS, "Id": "a", "Parameters": { "TWILIO_ACCOUNT_SID": value } }])
}

/// Events of every kind, each with secrets where an error could repeat them.
fn events(rig: &Rig) -> Vec<Value> {
    let valid = json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors(&json!(PARAMETER)) });
    let mut events = vec![
        valid.clone(),
        json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors(&json!([PARAMETER])) }),
        json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors(&json!(format!("{{{{resolve:{PARAMETER}}}}}"))) }),
        // Secrets in other fields.
        json!({ "ConnectorDefinitionId": format!("{PARAMETER}!"), "Connectors": PARAMETER }),
        json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": [{ "ConnectorArn": PARAMETER, "Id": format!("{PARAMETER} "), "Parameters": PARAMETER }] }),
        json!({ "ConnectorDefinitionId": DEFINITION, "AmznClientToken": format!("{PARAMETER} "), "Connectors": [PARAMETER] }),
        json!(PARAMETER),
        json!([PARAMETER]),
    ];
    for name in ["cloudformation-create", "cloudformation-update", "cloudformation-delete"] {
        let mut event = rig.sample(name);
        event["ResourceProperties"]["Connectors"] = connectors(&json!(PARAMETER));
        event["ResponseURL"] = json!(format!("{}/stack?X-Amz-Signature={QUERY}", rig.receiver.url()));
        events.push(event.clone());
        for url in ["https://elsewhere.example/", "http://127.0.0.1:1/", "not a url "] {
            event["ResponseURL"] = json!(format!("{url}?X-Amz-Signature={QUERY}"));
            events.push(event.clone());
        }
        event["ResponseURL"] = json!([QUERY]);
        events.push(event);
    }
    events
}

#[tokio::test]
async fn no_secret_is_logged_or_returned() {
    for format in ["JSON", "Text"] {
        let variables = [
            ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
            ("RUST_LOG", "trace"),
            ("AWS_LAMBDA_LOG_FORMAT", format),
            ("AWS_SECRET_ACCESS_KEY", KEY),
            ("AWS_SESSION_TOKEN", SESSION),
        ];
        let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
        // The service repeats the request in its error, and the receiver rejects responses.
        let echo = format!(
            r#"{{"Message":"bad value {}","ErrorDetails":[{{"DetailedErrorMessage":"{PARAMETER}"}}]}}"#,
            PARAMETER.to_uppercase()
        );
        rig.service.add_fault(Fault {
            operation: Some(Operation::CreateConnectorDefinitionVersion),
            // The direct request and the first custom resource.
            remaining: 2,
            apply: false,
            outcome: Outcome::Status {
                status: 400,
                code: Some("BadRequestException".to_owned()),
                body: echo,
            },
            ..Fault::default()
        });
        rig.receiver.enqueue_replies([
            Reply::Reset,
            Reply::Response(empty(503)),
            Reply::Response(empty(403)),
        ]);
        let mut outcomes = Vec::new();
        for event in events(&rig) {
            let outcome = rig.invoke_within(event.to_string(), std::time::Duration::from_secs(2)).await;
            outcomes.push(format!("{outcome:?}"));
        }
        let not_json = rig.invoke(format!("{{\"a\": {PARAMETER}")).await;
        outcomes.push(format!("{not_json:?}"));
        assert!(
            outcomes[0].contains("BadRequestException (the service's message repeats a parameter"),
            "{}",
            outcomes[0]
        );
        outcomes.extend(rig.responses().iter().map(ToString::to_string));
        assert!(!rig.new_versions().is_empty(), "some requests succeed");
        let log = rig.stop().await;
        assert!(log.contains("request completed") && log.contains("request failed"), "{log}");
        for secret in [PARAMETER, &PARAMETER.to_uppercase(), KEY, SESSION, QUERY, "9f1c"] {
            assert!(!log.contains(secret), "{secret} in the {format} log:\n{log}");
            for outcome in &outcomes {
                assert!(!outcome.contains(secret), "{secret} in an outcome:\n{outcome}");
            }
        }
    }
}

#[tokio::test]
async fn the_log_has_one_line_for_an_event() {
    let rig = Rig::start().await;
    let result = response(rig.invoke(rig.sample("eventbridge").to_string()).await);
    rig.invoke("{}").await;
    let mut failed = rig.sample("cloudformation-create");
    failed["ResourceProperties"] = json!(null);
    response(rig.invoke(failed.to_string()).await);
    let log = rig.stop().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{log}");
    for line in &lines {
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
        assert!(!line["requestId"].as_str().unwrap().is_empty());
    }
    let shown = |line: &Value, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| line[*name].clone()).collect()
    };
    assert_eq!(
        shown(&lines[0], &["level", "message", "source", "outcome", "token", "version", "warnings"]),
        [
            json!("INFO"),
            json!("request completed"),
            json!("eventbridge"),
            json!("Created"),
            result["AmznClientToken"].clone(),
            result["Version"].clone(),
            json!(2)
        ]
    );
    assert_eq!(
        shown(&lines[1], &["level", "message", "source", "error_type"]),
        ["ERROR", "request failed", "direct", "InvalidRequest"]
    );
    assert_eq!(
        shown(&lines[2], &["level", "message", "source", "error_type"]),
        ["ERROR", "request failed", "cloudformation", "InvalidRequest"]
    );
    assert!(lines[2]["error"].as_str().unwrap().contains("expected an object, found null."));
}

#[tokio::test]
async fn the_log_has_the_level_and_format_of_lambdas_settings() {
    let text = [("AWS_LAMBDA_LOG_FORMAT", "Text")];
    let rig = Rig::with(RigOptions { variables: &text, ..RigOptions::default() }).await;
    response(rig.invoke(rig.sample("direct").to_string()).await);
    let log = rig.stop().await;
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains(" INFO ") && log.contains("source=\"direct\"") && !log.contains('\u{1b}'), "{log}");

    let quiet = [("AWS_LAMBDA_LOG_LEVEL", "ERROR")];
    let rig = Rig::with(RigOptions { variables: &quiet, ..RigOptions::default() }).await;
    response(rig.invoke(rig.sample("direct").to_string()).await);
    rig.invoke("{}").await;
    let log = rig.stop().await;
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("\"level\":\"ERROR\""), "{log}");
}

//! A custom resource request gets exactly one response under every fault: {Create, Update, Delete} x all faults, through
//! the function's process. Each case asserts the whole response, the number of create calls, and the versions that exist
//! afterwards.

#![allow(clippy::print_stdout, reason = "the number of cases is a result")]

use std::time::{Duration, Instant};

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};
use emulator::samples;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::{Rig, RigOptions, data, on_all, on_create, response, version_arn};

const STEPS: [&str; 3] = ["create", "update", "delete"];

/// The result of a Create and of an Update. A Delete always succeeds and makes no call.
#[derive(Clone, Copy)]
enum Expected {
    /// SUCCESS with a new version, after this number of create calls.
    Created(usize),
    /// SUCCESS with a version that a look-up found, after this number of create calls.
    Existing(usize),
    /// FAILED with this errorType, number of create calls, and number of versions left behind.
    Failed(&'static str, usize, usize),
}
use Expected::{Created, Existing, Failed};

struct Case {
    name: &'static str,
    event: fn(&mut Value),
    variables: &'static [(&'static str, &'static str)],
    faults: Vec<Fault>,
    time: Duration,
    expected: Expected,
}

impl Case {
    fn new(name: &'static str, expected: Expected) -> Self {
        let time = Duration::from_secs(30);
        Self { name, event: |_| {}, variables: &[], faults: Vec::new(), time, expected }
    }

    fn event(self, event: fn(&mut Value)) -> Self {
        Self { event, ..self }
    }

    fn variables(self, variables: &'static [(&'static str, &'static str)]) -> Self {
        Self { variables, ..self }
    }

    fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    fn seconds(self, seconds: u64) -> Self {
        Self { time: Duration::from_secs(seconds), ..self }
    }
}

fn status(status: u16, code: Option<&str>, body: &str) -> Outcome {
    Outcome::Status { status, code: code.map(str::to_owned), body: body.to_owned() }
}

/// Faults of the event itself. With each, the function sends the response and makes no call to the service.
fn event_faults() -> Vec<Case> {
    let invalid = |name| Case::new(name, Failed("InvalidRequest", 0, 0));
    vec![
        invalid("properties missing").event(|event| {
            event.as_object_mut().unwrap().remove("ResourceProperties");
        }),
        invalid("properties null").event(|event| event["ResourceProperties"] = Value::Null),
        invalid("properties a string").event(|event| event["ResourceProperties"] = json!("x")),
        invalid("properties a list").event(|event| event["ResourceProperties"] = json!([{}])),
        invalid("properties empty").event(|event| event["ResourceProperties"] = json!({})),
        invalid("properties of megabytes").event(|event| {
            event["ResourceProperties"]["Connectors"] = json!(vec![json!({ "Id": "x y" }); 60_000]);
        }),
        invalid("a parameter of megabytes, and an invalid one").event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] =
                json!({ "a": "x".repeat(4 << 20), "b": null });
        }),
        invalid("no connectors").event(|event| event["ResourceProperties"]["Connectors"] = Value::Null),
        invalid("an unresolved reference").event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] =
                json!({ "a": "{{resolve:ssm-secure:x}}" });
        }),
    ]
}

/// Unusual events whose request is valid.
fn unusual_events() -> Vec<Case> {
    vec![
        Case::new("no fault", Created(1)),
        Case::new("unknown fields", Created(1)).event(|event| {
            event["Extra"] = json!({ "deep": [1] });
            event["ResourceProperties"]["Extra"] = json!(1);
        }),
        Case::new("an invalid resource type", Created(1)).event(|event| event["ResourceType"] = json!(7)),
        Case::new("ids of other types", Created(1)).event(|event| {
            event["ServiceToken"] = json!(null);
            event["OldResourceProperties"]["Connectors"] = json!(7);
        }),
        Case::new("a timeout as a number", Created(1)).event(|event| event["ServiceTimeout"] = json!(60)),
        Case::new("a timeout of the largest number", Created(1)).event(|event| {
            event["ServiceTimeout"] = json!("18446744073709551615");
        }),
        Case::new("an invalid timeout", Created(1)).event(|event| event["ServiceTimeout"] = json!(["x"])),
        Case::new("connectors in a megabyte", Created(1)).event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] = json!({ "a": "x".repeat(1 << 20) });
        }),
    ]
}

fn function_faults() -> Vec<Case> {
    vec![
        Case::new("invalid settings", Failed("Configuration", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "x")]),
        Case::new("no Region", Failed("Configuration", 0, 0)).variables(&[("AWS_REGION", "")]),
        Case::new("no credentials", Failed("AccessDenied", 0, 0))
            .variables(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")]),
        Case::new("no such endpoint", Failed("ServiceUnavailable", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://greengrass.invalid")])
            .seconds(6),
        Case::new("no listener at the endpoint", Failed("ServiceUnavailable", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://127.0.0.1:1")])
            .seconds(3),
    ]
}

/// These require a function that is built with the feature `failpoints`.
fn panics() -> Vec<Case> {
    const FAILPOINTS: &str = "CONNECTOR_VERSIONS_FAILPOINTS";
    if cfg!(not(feature = "failpoints")) {
        return Vec::new();
    }
    vec![
        Case::new("a panic while working", Failed("Internal", 0, 0))
            .variables(&[(FAILPOINTS, "panic-in-reconcile")]),
        Case::new("a panic while building the response", Failed("Internal", 1, 1))
            .variables(&[(FAILPOINTS, "panic-in-response")]),
        Case::new("a panic in both", Failed("Internal", 0, 0))
            .variables(&[(FAILPOINTS, "panic-in-reconcile,panic-in-response")]),
    ]
}

fn service_faults() -> Vec<Case> {
    let finals = [
        ("400", status(400, Some("BadRequestException"), "{}"), "ServiceRejected"),
        ("400 without a code", status(400, None, ""), "ServiceRejected"),
        ("403", status(403, Some("AccessDeniedException"), "{}"), "AccessDenied"),
        ("403 expired", status(403, Some("ExpiredTokenException"), "{}"), "AccessDenied"),
        (
            "403 of a gateway",
            status(403, None, r#"{"message":"Missing Authentication Token"}"#),
            "EndpointGone",
        ),
        ("404", status(404, Some("IdNotFoundException"), "{}"), "DefinitionNotFound"),
        ("404 without a code", status(404, None, "<html>"), "EndpointGone"),
        ("410", status(410, None, ""), "EndpointGone"),
        ("418", status(418, None, "\u{0}\u{1}"), "ServiceRejected"),
    ];
    let mut cases: Vec<Case> = finals
        .into_iter()
        .map(|(name, outcome, error_type)| Case::new(name, Failed(error_type, 1, 0)).fault(on_all(outcome)))
        .collect();
    for (name, outcome) in [
        ("500", status(500, None, "")),
        ("503", status(503, Some("ServiceUnavailableException"), "{}")),
        ("a 200 that is no JSON", status(200, None, "<html>")),
        ("a 200 that is empty", status(200, None, "{}")),
        ("reset", Outcome::Reset),
        ("truncated", Outcome::Truncated),
    ] {
        cases.push(Case::new(name, Created(2)).fault(on_create(outcome.clone(), false, 1)));
        cases.push(Case::new(name, Existing(1)).fault(on_create(outcome, true, 1)));
    }
    cases.extend([
        Case::new("throttled twice", Created(3)).fault(on_create(status(429, None, ""), false, 2)),
        Case::new("slow", Created(1)).fault(Fault { delay_ms: 400, ..on_create(Outcome::Response, true, 1) }),
        Case::new("no response, once", Created(2)).fault(on_create(Outcome::Hang, false, 1)).seconds(6),
        Case::new("no response, once, with effect", Existing(1))
            .fault(on_create(Outcome::Hang, true, 1))
            .seconds(6),
        Case::new("look-ups refused", Created(1))
            .fault(Fault {
                operation: Some(Operation::GetConnectorDefinitionVersion),
                ..on_all(status(403, Some("AccessDeniedException"), "{}"))
            })
            .fault(Fault {
                operation: Some(Operation::ListConnectorDefinitionVersions),
                ..on_all(status(403, Some("AccessDeniedException"), "{}"))
            }),
        Case::new("no response to look-ups", Created(1))
            .fault(Fault {
                operation: Some(Operation::GetConnectorDefinitionVersion),
                ..on_all(Outcome::Hang)
            })
            .seconds(6),
    ]);
    cases
}

fn sample(rig: &Rig, step: &str, case: &Case) -> Value {
    let mut event = rig.sample(&format!("cloudformation-{step}"));
    (case.event)(&mut event);
    event
}

/// The response to this event.
fn expected_response(event: &Value, status: &str, id: &str, data: Value) -> Value {
    json!({
        "Status": status,
        "PhysicalResourceId": id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    })
}

fn no_data() -> Value {
    json!({ "Arn": "", "Id": "", "Version": "", "CreationTimestamp": "", "ConnectorDefinitionId": "", "Outcome": "" })
}

async fn check(case: &Case, step: &str) {
    let name = format!("{step}, {}", case.name);
    // The service ignores tokens, so that only the function itself can prevent a second version.
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, variables: case.variables }).await;
    case.faults.iter().for_each(|fault| rig.service.add_fault(fault.clone()));
    let event = sample(&rig, step, case);
    let started = Instant::now();
    let result = response(rig.invoke_within(event.to_string(), case.time).await);
    assert!(started.elapsed() < case.time, "{name}: the response is sent before the deadline");

    let received = rig.receiver.received();
    assert_eq!(received.len(), 1, "{name}: one response");
    assert!(received[0].body.len() <= 4_096, "{name}");
    let mut sent = rig.responses().remove(0);
    assert_eq!(sent, result, "{name}: the invocation returns the response");
    let reason = sent.as_object_mut().unwrap().remove("Reason").unwrap();
    let reason = reason.as_str().unwrap();
    assert!(!reason.chars().any(char::is_control), "{name}: {reason}");

    let old_id = event["PhysicalResourceId"].as_str().unwrap_or_default().to_owned();
    let versions = rig.new_versions();
    let created = sent["Data"]["CreationTimestamp"].clone();
    if sent["Data"]["Outcome"] != "" {
        let text = created.as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z'), "{name}: {text}");
    }
    let (expected, creates, left) = match (step, case.expected) {
        ("delete", _) if matches!(case.name, "a panic while building the response" | "a panic in both") => {
            (expected_response(&event, "SUCCESS", &old_id, no_data()), 0, 0)
        }
        ("delete", _) => {
            (expected_response(&event, "SUCCESS", &old_id, data(samples::VERSION, &json!(""), "")), 0, 0)
        }
        (_, Created(creates) | Existing(creates)) => {
            let origin = if matches!(case.expected, Created(_)) { "Created" } else { "Existing" };
            let version = versions.first().unwrap_or_else(|| panic!("{name}: no version, {reason}"));
            (
                expected_response(&event, "SUCCESS", &version_arn(version), data(version, &created, origin)),
                creates,
                1,
            )
        }
        (_, Failed(error_type, creates, left)) => {
            assert!(reason.starts_with(&format!("{error_type}: ")), "{name}: {reason}");
            let placeholder = format!("not-created:{}", event["RequestId"].as_str().unwrap());
            let id = if step == "create" { &placeholder } else { &old_id };
            (expected_response(&event, "FAILED", id, no_data()), creates, left)
        }
    };
    assert_eq!(sent, expected, "{name}: {reason}");
    assert_eq!(rig.creates(), creates, "{name}: creates");
    assert_eq!(versions.len(), left, "{name}: versions");
    if step == "delete" {
        assert!(rig.service.calls().is_empty(), "{name}: a delete makes no call");
    }
}

async fn check_all(cases: Vec<Case>) {
    let pairs = cases.iter().flat_map(|case| STEPS.map(|step| (case, step)));
    let checked = stream::iter(pairs).map(|(case, step)| check(case, step)).buffer_unordered(6).count().await;
    assert_eq!(checked, cases.len() * STEPS.len());
    println!("{checked} cases");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_an_event_gets_one_response() {
    check_all(event_faults()).await;
    check_all(unusual_events()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_function_gets_one_response() {
    check_all(function_faults()).await;
    check_all(panics()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_service_gets_one_response() {
    check_all(service_faults()).await;
}

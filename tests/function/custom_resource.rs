//! A custom resource is answered once, whatever goes wrong: {Create, Update, Delete} x every fault, through the spawned
//! function. Each case asserts the one answer, its whole body, the creates that reached the service and the versions
//! that exist after.

#![allow(clippy::print_stdout, reason = "what was counted is a result")]

use std::time::{Duration, Instant};

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};
use emulator::samples;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::{Rig, RigOptions, data, on_all, on_create, response, version_arn};

const STEPS: [&str; 3] = ["create", "update", "delete"];

/// What a fault does to Create and to Update. A Delete always succeeds and calls nothing.
#[derive(Clone, Copy)]
enum Expected {
    /// SUCCESS with a new version, after so many creates.
    Made(usize),
    /// SUCCESS with a version that was found, after so many creates.
    Found(usize),
    /// FAILED with this errorType, after so many creates, with so many versions left behind.
    Failed(&'static str, usize, usize),
}
use Expected::{Failed, Found, Made};

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

/// Faults of the event itself. None of them may keep the answer from being sent, or send anything to the service.
fn event_faults() -> Vec<Case> {
    let wrong = |name| Case::new(name, Failed("InvalidRequest", 0, 0));
    vec![
        wrong("properties missing").event(|event| {
            event.as_object_mut().unwrap().remove("ResourceProperties");
        }),
        wrong("properties null").event(|event| event["ResourceProperties"] = Value::Null),
        wrong("properties a string").event(|event| event["ResourceProperties"] = json!("x")),
        wrong("properties a list").event(|event| event["ResourceProperties"] = json!([{}])),
        wrong("properties empty").event(|event| event["ResourceProperties"] = json!({})),
        wrong("properties of megabytes").event(|event| {
            event["ResourceProperties"]["Connectors"] = json!(vec![json!({ "Id": "x y" }); 60_000]);
        }),
        wrong("a parameter of megabytes, and one wrong").event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] =
                json!({ "a": "x".repeat(4 << 20), "b": null });
        }),
        wrong("no connectors").event(|event| event["ResourceProperties"]["Connectors"] = Value::Null),
        wrong("an unresolved reference").event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] =
                json!({ "a": "{{resolve:ssm-secure:x}}" });
        }),
    ]
}

/// Faults of the event that leave it a good request.
fn odd_events() -> Vec<Case> {
    vec![
        Case::new("nothing wrong", Made(1)),
        Case::new("fields that nobody knows", Made(1)).event(|event| {
            event["Extra"] = json!({ "deep": [1] });
            event["ResourceProperties"]["Extra"] = json!(1);
        }),
        Case::new("a resource type that is none", Made(1)).event(|event| event["ResourceType"] = json!(7)),
        Case::new("ids of other types", Made(1)).event(|event| {
            event["ServiceToken"] = json!(null);
            event["OldResourceProperties"]["Connectors"] = json!(7);
        }),
        Case::new("a timeout as a number", Made(1)).event(|event| event["ServiceTimeout"] = json!(60)),
        Case::new("a timeout of all time", Made(1)).event(|event| {
            event["ServiceTimeout"] = json!("18446744073709551615");
        }),
        Case::new("a timeout that is none", Made(1)).event(|event| event["ServiceTimeout"] = json!(["x"])),
        Case::new("connectors in a megabyte", Made(1)).event(|event| {
            event["ResourceProperties"]["Connectors"][0]["Parameters"] = json!({ "a": "x".repeat(1 << 20) });
        }),
    ]
}

fn function_faults() -> Vec<Case> {
    vec![
        Case::new("bad settings", Failed("Configuration", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "x")]),
        Case::new("no Region", Failed("Configuration", 0, 0)).variables(&[("AWS_REGION", "")]),
        Case::new("no credentials", Failed("AccessDenied", 0, 0))
            .variables(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")]),
        Case::new("no such endpoint", Failed("ServiceUnavailable", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://greengrass.invalid")])
            .seconds(6),
        Case::new("nobody at the endpoint", Failed("ServiceUnavailable", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://127.0.0.1:1")])
            .seconds(3),
    ]
}

/// These need a function that is built with the feature `failpoints`.
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
        ("half", Outcome::Truncated),
    ] {
        cases.push(Case::new(name, Made(2)).fault(on_create(outcome.clone(), false, 1)));
        cases.push(Case::new(name, Found(1)).fault(on_create(outcome, true, 1)));
    }
    cases.extend([
        Case::new("throttled twice", Made(3)).fault(on_create(status(429, None, ""), false, 2)),
        Case::new("slow", Made(1)).fault(Fault { delay_ms: 400, ..on_create(Outcome::Response, true, 1) }),
        Case::new("never, once", Made(2)).fault(on_create(Outcome::Hang, false, 1)).seconds(6),
        Case::new("never, once, but done", Found(1)).fault(on_create(Outcome::Hang, true, 1)).seconds(6),
        Case::new("look-ups refused", Made(1))
            .fault(Fault {
                operation: Some(Operation::GetConnectorDefinitionVersion),
                ..on_all(status(403, Some("AccessDeniedException"), "{}"))
            })
            .fault(Fault {
                operation: Some(Operation::ListConnectorDefinitionVersions),
                ..on_all(status(403, Some("AccessDeniedException"), "{}"))
            }),
        Case::new("look-ups never answered", Made(1))
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

/// The ids that every answer repeats.
fn repeated(event: &Value, status: &str, id: &str, data: Value) -> Value {
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
    // The service ignores tokens: whatever keeps it from two versions is the function's own doing.
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, variables: case.variables }).await;
    case.faults.iter().for_each(|fault| rig.service.add_fault(fault.clone()));
    let event = sample(&rig, step, case);
    let started = Instant::now();
    let result = response(rig.invoke_within(event.to_string(), case.time).await);
    assert!(started.elapsed() < case.time, "{name}: the answer left before the deadline");

    let received = rig.receiver.received();
    assert_eq!(received.len(), 1, "{name}: one answer");
    assert!(received[0].body.len() <= 4_096, "{name}");
    let mut told = rig.responses().remove(0);
    assert_eq!(told, result, "{name}: the invocation returns the document");
    let reason = told.as_object_mut().unwrap().remove("Reason").unwrap();
    let reason = reason.as_str().unwrap();
    assert!(!reason.chars().any(char::is_control), "{name}: {reason}");

    let old_id = event["PhysicalResourceId"].as_str().unwrap_or_default().to_owned();
    let versions = rig.new_versions();
    let created = told["Data"]["CreationTimestamp"].clone();
    if told["Data"]["Outcome"] != "" {
        let text = created.as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z'), "{name}: {text}");
    }
    let (expected, creates, left) = match (step, case.expected) {
        ("delete", _) if matches!(case.name, "a panic while building the response" | "a panic in both") => {
            (repeated(&event, "SUCCESS", &old_id, no_data()), 0, 0)
        }
        ("delete", _) => (repeated(&event, "SUCCESS", &old_id, data(samples::VERSION, &json!(""), "")), 0, 0),
        (_, Made(creates) | Found(creates)) => {
            let origin = if matches!(case.expected, Made(_)) { "Created" } else { "Existing" };
            let version = versions.first().unwrap_or_else(|| panic!("{name}: no version, {reason}"));
            (repeated(&event, "SUCCESS", &version_arn(version), data(version, &created, origin)), creates, 1)
        }
        (_, Failed(error_type, creates, left)) => {
            assert!(reason.starts_with(&format!("{error_type}: ")), "{name}: {reason}");
            let placeholder = format!("not-created:{}", event["RequestId"].as_str().unwrap());
            let id = if step == "create" { &placeholder } else { &old_id };
            (repeated(&event, "FAILED", id, no_data()), creates, left)
        }
    };
    assert_eq!(told, expected, "{name}: {reason}");
    assert_eq!(rig.creates(), creates, "{name}: creates");
    assert_eq!(versions.len(), left, "{name}: versions");
    if step == "delete" {
        assert!(rig.service.calls().is_empty(), "{name}: a delete calls nothing");
    }
}

async fn check_all(cases: Vec<Case>) {
    let pairs = cases.iter().flat_map(|case| STEPS.map(|step| (case, step)));
    let checked = stream::iter(pairs).map(|(case, step)| check(case, step)).buffer_unordered(6).count().await;
    assert_eq!(checked, cases.len() * STEPS.len());
    println!("{checked} cases");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_event() {
    check_all(event_faults()).await;
    check_all(odd_events()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_function() {
    check_all(function_faults()).await;
    check_all(panics()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_service() {
    check_all(service_faults()).await;
}

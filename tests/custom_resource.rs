//! A custom resource is answered once, whatever goes wrong: {Create, Update, Delete} x every fault, through the spawned
//! function. Each case asserts the one answer, its whole body, the creates that reached the service and the versions
//! that exist after.

#![allow(clippy::print_stdout, reason = "what was counted is a result")]

mod support;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use greengrass_local::greengrass::{Choices, Fault, Operation, Outcome};
use greengrass_local::http::{Reply, empty};
use greengrass_local::runtime_api::Ending;
use greengrass_local::samples;
use serde_json::{Value, json};
use support::{DEFINITION, Rig, With, error, response, version_arn};

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

fn on_create(outcome: Outcome, commit: bool, times: u32) -> Fault {
    Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        times,
        commit,
        outcome,
        ..Fault::default()
    }
}

fn on_all(outcome: Outcome) -> Fault {
    Fault { operation: None, times: u32::MAX, commit: false, outcome, ..Fault::default() }
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
        Case::new("a panic at work", Failed("Internal", 0, 0))
            .variables(&[("CONNECTOR_VERSIONS_PANIC_AT", "settle")]),
        Case::new("a panic at the answer", Failed("Internal", 1, 1))
            .variables(&[("CONNECTOR_VERSIONS_PANIC_AT", "answer")]),
        Case::new("a panic at both", Failed("Internal", 0, 0))
            .variables(&[("CONNECTOR_VERSIONS_PANIC_AT", "settle,answer")]),
        Case::new("no such endpoint", Failed("EndpointGone", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://greengrass.invalid")])
            .seconds(6),
        Case::new("nobody at the endpoint", Failed("ServiceUnavailable", 0, 0))
            .variables(&[("AWS_ENDPOINT_URL_GREENGRASS", "http://127.0.0.1:1")])
            .seconds(3),
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
        ("half", Outcome::Half),
    ] {
        cases.push(Case::new(name, Made(2)).fault(on_create(outcome.clone(), false, 1)));
        cases.push(Case::new(name, Found(1)).fault(on_create(outcome, true, 1)));
    }
    cases.extend([
        Case::new("throttled twice", Made(3)).fault(on_create(status(429, None, ""), false, 2)),
        Case::new("slow", Made(1)).fault(Fault { delay_ms: 400, ..on_create(Outcome::Answer, true, 1) }),
        Case::new("never, once", Made(2)).fault(on_create(Outcome::Never, false, 1)).seconds(6),
        Case::new("never, once, but done", Found(1)).fault(on_create(Outcome::Never, true, 1)).seconds(6),
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
                ..on_all(Outcome::Never)
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

fn data(version: &str, created: &Value, outcome: &str) -> Value {
    json!({
        "Arn": version_arn(version), "Id": DEFINITION, "Version": version, "CreationTimestamp": created,
        "ConnectorDefinitionId": DEFINITION, "Outcome": outcome,
    })
}

fn no_data() -> Value {
    json!({ "Arn": "", "Id": "", "Version": "", "CreationTimestamp": "", "ConnectorDefinitionId": "", "Outcome": "" })
}

async fn check(case: &Case, step: &str) {
    let name = format!("{step}, {}", case.name);
    // The service ignores tokens: whatever keeps it from two versions is the function's own doing.
    let choices = Choices { honour_tokens: false, ..Choices::default() };
    let rig = Rig::with(With { choices, variables: case.variables }).await;
    case.faults.iter().for_each(|fault| rig.service.add_fault(fault.clone()));
    let event = sample(&rig, step, case);
    let started = Instant::now();
    let result = response(rig.invoke_within(event.to_string(), case.time).await);
    assert!(started.elapsed() < case.time, "{name}: the answer left before the deadline");

    let received = rig.receiver.received();
    assert_eq!(received.len(), 1, "{name}: one answer");
    assert!(received[0].body.len() <= 4_096, "{name}");
    let mut told = rig.told().remove(0);
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
        ("delete", _) if matches!(case.name, "a panic at the answer" | "a panic at both") => {
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
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_service() {
    check_all(service_faults()).await;
}

/// Ids missing or of another type: the answer has what is known, and is sent.
#[tokio::test]
async fn ids_that_are_missing() {
    let rig = Rig::start().await;
    for (at, name) in
        ["StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId", "RequestType"].iter().enumerate()
    {
        for value in [None, Some(Value::Null), Some(json!({})), Some(json!(7))] {
            let mut event = rig.sample("cloudformation-update");
            match &value {
                Some(value) => event[*name] = value.clone(),
                None => drop(event.as_object_mut().unwrap().remove(*name)),
            }
            let before = rig.receiver.received().len();
            let told = response(rig.invoke(event.to_string()).await);
            assert_eq!(rig.receiver.received().len(), before + 1, "{name} {value:?}");
            let id = told["PhysicalResourceId"].as_str().unwrap();
            assert!(!id.is_empty() && id.len() <= 1_024);
            if at < 3 {
                let kept = if value == Some(json!(7)) { "7" } else { "" };
                assert_eq!(told[*name], kept);
                assert_eq!(told["Status"], "SUCCESS");
            } else if at == 4 {
                assert_eq!(told["Status"], "FAILED");
                assert_eq!(
                    told["PhysicalResourceId"], event["PhysicalResourceId"],
                    "so nothing is replaced or deleted"
                );
                assert!(told["Reason"].as_str().unwrap().contains("must be Create, Update or Delete"));
            }
        }
    }
}

/// The end of a create that is never answered: told in time, with what is known.
#[tokio::test]
async fn a_deadline_is_told_before_it_is_over() {
    for (commit, seconds) in [(false, 2), (true, 2), (false, 1)] {
        let rig = Rig::start().await;
        rig.service.add_fault(Fault { commit, ..on_all(Outcome::Never) });
        let event = rig.sample("cloudformation-create");
        let time = Duration::from_secs(seconds);
        let started = Instant::now();
        let told = response(rig.invoke_within(event.to_string(), time).await);
        let left = time.checked_sub(started.elapsed()).expect("told before the deadline");
        assert_eq!(told["Status"], "FAILED");
        let reason = told["Reason"].as_str().unwrap();
        assert!(reason.starts_with("DeadlineExceeded: "), "{reason}");
        assert!(reason.contains("Whether a version was created is not known"), "{reason}");
        assert_eq!(rig.receiver.received().len(), 1);
        println!("of {seconds} s, {} ms were left when the answer had been taken", left.as_millis());
    }
}

#[tokio::test]
async fn a_service_timeout_bounds_the_work_like_the_deadline() {
    let places: [fn(&mut Value, Value); 2] = [
        |event, timeout| event["ServiceTimeout"] = timeout,
        |event, timeout| event["ResourceProperties"]["ServiceTimeout"] = timeout,
    ];
    for place in places {
        for timeout in [json!("2"), json!(2)] {
            let rig = Rig::start().await;
            rig.service.add_fault(on_all(Outcome::Never));
            let mut event = rig.sample("cloudformation-create");
            event["ResourceProperties"].as_object_mut().unwrap().remove("ServiceTimeout");
            place(&mut event, timeout);
            let started = Instant::now();
            let told = response(rig.invoke_within(event.to_string(), Duration::from_secs(60)).await);
            assert!(started.elapsed() < Duration::from_secs(2), "told while CloudFormation still waits");
            assert!(told["Reason"].as_str().unwrap().starts_with("DeadlineExceeded: "), "{told}");
        }
    }
}

/// What the receiver may do: the same answer again until it is accepted, and never after that.
#[tokio::test]
async fn an_answer_is_sent_until_it_is_accepted() {
    for step in STEPS {
        let rig = Rig::start().await;
        let difficult = [408, 429, 500, 502, 503, 504].map(|status| Reply::Answer(empty(status)));
        rig.receiver.reply_with([Reply::Reset].into_iter().chain(difficult));
        let event = rig.sample(&format!("cloudformation-{step}"));
        let result = response(rig.invoke(event.to_string()).await);
        let received = rig.receiver.received();
        assert_eq!(received.len(), 8, "seven attempts and the one that was accepted");
        assert!(
            received.iter().all(|put| put.body == received[0].body && put.headers["content-type"].is_empty())
        );
        assert_eq!(rig.told()[7], result);
        assert_eq!(result["Status"], "SUCCESS");
        assert!(rig.creates() <= 1);
        // The process is well, and what was accepted stays the last word.
        response(rig.invoke(rig.sample("direct").to_string()).await);
        assert_eq!(rig.receiver.received().len(), 8);
    }
}

#[tokio::test]
async fn an_answer_whose_acceptance_breaks_off_is_not_sent_again() {
    let rig = Rig::start().await;
    let mut accepted = empty(200);
    *accepted.body_mut() = bytes::Bytes::from_static(b"<accepted/>");
    rig.receiver.reply_with([Reply::Half(accepted)]);
    response(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
    assert_eq!(rig.receiver.received().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_refused_fails_the_invocation() {
    for status in [400, 403, 404, 301, 307] {
        let rig = Rig::start().await;
        let mut refused = empty(status);
        refused
            .headers_mut()
            .insert("location", format!("{}/elsewhere", rig.receiver.url()).parse().unwrap());
        rig.receiver.reply_with([Reply::Answer(refused)]);
        let (error_type, message) = error(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
        assert_eq!(error_type, "ServiceRejected");
        assert!(message.contains(&format!("refused it with status {status}")), "{message}");
        assert_eq!(rig.receiver.received().len(), 1, "no redirect is followed and nothing is repeated");
        let log = rig.stop().await;
        assert!(log.contains(&format!("status {status}")), "{log}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_takes_fails_the_invocation_before_the_deadline() {
    let rig = Rig::start().await;
    rig.receiver.reply_with((0..100).map(|_| Reply::Never));
    let time = Duration::from_secs(2);
    let started = Instant::now();
    let (error_type, message) =
        error(rig.invoke_within(rig.sample("cloudformation-create").to_string(), time).await);
    assert!(started.elapsed() < time);
    assert_eq!(error_type, "ServiceUnavailable");
    assert!(message.contains("CloudFormation was not told the result"), "{message}");
}

#[tokio::test]
async fn nothing_is_sent_to_a_host_that_is_not_allowed() {
    let rig = Rig::start().await;
    let port = rig.receiver.url().rsplit(':').next().unwrap().to_owned();
    for url in [
        format!("http://localhost:{port}/a?b"),
        format!("http://127.0.0.2:{port}/a?b"),
        format!("http://s3.amazonaws.com@127.0.0.1:{port}/a?b"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://example.com/a?b".to_owned(),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        for step in STEPS {
            let mut event = rig.sample(&format!("cloudformation-{step}"));
            event["ResponseURL"] = json!(url);
            let (error_type, message) = error(rig.invoke(event.to_string()).await);
            assert_eq!(error_type, "InvalidRequest");
            assert!(message.contains("ResponseURL: "), "{message}");
        }
    }
    assert!(rig.receiver.received().is_empty() && rig.service.calls().is_empty());
}

/// Carried by SNS or SQS, a custom resource is answered the same way, and its message is done with even when the
/// answer is FAILED.
#[tokio::test]
async fn carried_by_sns_and_sqs() {
    let rig = Rig::start().await;
    for good in [true, false] {
        let mut event = rig.sample("cloudformation-create");
        event["RequestId"] = json!(format!("request-{good}"));
        if !good {
            event["ResourceProperties"] = Value::Null;
        }
        let text = event.to_string();
        let notification = json!({ "Type": "Notification", "MessageId": "n-1", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": text });
        let sqs = |body: String| json!({ "Records": [{ "messageId": "m-1", "eventSource": "aws:sqs", "body": body }] });
        let envelopes = [
            json!({ "Records": [{ "EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification }] }),
            sqs(text.clone()),
            sqs(notification.to_string()),
        ];
        let mut versions = Vec::new();
        for envelope in envelopes {
            let before = rig.receiver.received().len();
            let result = rig.invoke(envelope.to_string()).await;
            let told = rig.told();
            assert_eq!(told.len(), before + 1);
            let told = told.last().unwrap();
            assert_eq!(told["Status"], if good { "SUCCESS" } else { "FAILED" });
            let processed = json!({ "batchItemFailures": [] });
            assert!(matches!(&result, Ending::Response(_)));
            let result = response(result);
            assert!(result == processed || result == *told, "{result}");
            versions.push(told["PhysicalResourceId"].clone());
        }
        versions.dedup();
        assert_eq!(versions.len(), 1, "the innermost request is the one that asks: {versions:?}");
    }
    assert_eq!(rig.new_versions().len(), 1);
}

/// A failed Create is cleaned up under its placeholder.
#[tokio::test]
async fn a_placeholder_is_deleted_like_any_other() {
    let rig = Rig::start().await;
    let mut create = rig.sample("cloudformation-create");
    create["ResourceProperties"]["Connectors"] = json!([7]);
    let id = response(rig.invoke(create.to_string()).await)["PhysicalResourceId"].clone();
    let mut delete = rig.sample("cloudformation-delete");
    delete["PhysicalResourceId"] = id.clone();
    delete["ResourceProperties"] = create["ResourceProperties"].clone();
    let told = response(rig.invoke(delete.to_string()).await);
    assert_eq!((&told["Status"], &told["PhysicalResourceId"]), (&json!("SUCCESS"), &id));
    assert!(rig.service.calls().is_empty());
}

/// A new Revision is a new version also when the call's end was not seen: the version that the resource has already
/// holds the same, and is not the one that was asked for.
#[tokio::test]
async fn a_new_revision_is_not_confused_with_the_version_before_it() {
    for (commit, origin) in [(true, "Existing"), (false, "Created")] {
        let choices = Choices { honour_tokens: false, ..Choices::default() };
        let rig = Rig::with(With { choices, ..With::default() }).await;
        rig.service.add_fault(on_create(Outcome::Reset, commit, 1));
        let mut event = rig.sample("cloudformation-update");
        event["ResourceProperties"]["Connectors"] = samples::connectors();
        event["ResourceProperties"]["Revision"] = json!("2");
        let told = response(rig.invoke(event.to_string()).await);
        assert_eq!(told["Data"]["Outcome"], origin);
        assert_eq!(rig.new_versions(), [told["Data"]["Version"].as_str().unwrap()]);
    }
}

/// A client token of one's own is the same for every update: remarked, and never taken for success with old content.
#[tokio::test]
async fn a_fixed_client_token_is_not_success_with_old_content() {
    let rig = Rig::start().await;
    let mut create = rig.sample("cloudformation-create");
    create["ResourceProperties"]["AmznClientToken"] = json!("mine");
    let told = response(rig.invoke(create.to_string()).await);
    assert_eq!(told["Status"], "SUCCESS");
    assert!(
        told["Reason"].as_str().unwrap().starts_with("Advice: AmznClientToken: is the same for every update")
    );
    let mut update = rig.sample("cloudformation-update");
    update["PhysicalResourceId"] = told["PhysicalResourceId"].clone();
    update["ResourceProperties"]["AmznClientToken"] = json!("mine");
    update["ResourceProperties"]["Connectors"] = json!([]);
    let refused = response(rig.invoke(update.to_string()).await);
    assert_eq!(
        (&refused["Status"], &refused["PhysicalResourceId"]),
        (&json!("FAILED"), &told["PhysicalResourceId"])
    );
    assert!(
        refused["Reason"].as_str().unwrap().contains("AmznClientToken: was used for the version"),
        "{refused}"
    );
}

/// A look-up that says the definition is gone is no look-up that failed.
#[tokio::test]
async fn an_update_of_a_definition_that_is_gone_fails() {
    let rig = Rig::start().await;
    let gone = "11111111-2222-4333-8444-555555555555";
    let mut event = rig.sample("cloudformation-update");
    event["ResourceProperties"] = event["OldResourceProperties"].clone();
    let event = event.to_string().replace(DEFINITION, gone);
    let told = response(rig.invoke(event).await);
    assert_eq!(told["Status"], "FAILED");
    assert!(told["Reason"].as_str().unwrap().starts_with("DefinitionNotFound: "), "{told}");
}

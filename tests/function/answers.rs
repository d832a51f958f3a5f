//! The answer to CloudFormation: sent in time, until it is accepted, never after that, and nowhere but where it may go.

#![allow(clippy::print_stdout, reason = "what was left of the time is a result")]

use std::time::{Duration, Instant};

use emulator::greengrass::{Behavior, Fault, Outcome};
use emulator::http::{Reply, empty};
use emulator::runtime_api::InvocationOutcome;
use emulator::samples;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, error, on_all, on_create, response, version_arn};

const STEPS: [&str; 3] = ["create", "update", "delete"];

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
                let reason = told["Reason"].as_str().unwrap();
                assert!(
                    reason.contains("RequestType: ") && reason.contains("expected Create, Update or Delete")
                );
            }
        }
    }
}

/// The end of a create that is never answered: told in time, with what is known.
#[tokio::test]
async fn a_deadline_is_told_before_it_is_over() {
    for (commit, seconds) in [(false, 2), (true, 2), (false, 1)] {
        let rig = Rig::start().await;
        rig.service.add_fault(Fault { apply: commit, ..on_all(Outcome::Hang) });
        let event = rig.sample("cloudformation-create");
        let time = Duration::from_secs(seconds);
        let started = Instant::now();
        let told = response(rig.invoke_within(event.to_string(), time).await);
        let left = time.checked_sub(started.elapsed()).expect("told before the deadline");
        assert_eq!(told["Status"], "FAILED");
        let reason = told["Reason"].as_str().unwrap();
        assert!(reason.starts_with("DeadlineExceeded: "), "{reason}");
        assert!(reason.contains("Whether a version was created is unknown"), "{reason}");
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
            rig.service.add_fault(on_all(Outcome::Hang));
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
        let difficult = [408, 429, 500, 502, 503, 504].map(|status| Reply::Response(empty(status)));
        rig.receiver.enqueue_replies([Reply::Reset].into_iter().chain(difficult));
        let event = rig.sample(&format!("cloudformation-{step}"));
        let result = response(rig.invoke(event.to_string()).await);
        let received = rig.receiver.received();
        assert_eq!(received.len(), 8, "seven attempts and the one that was accepted");
        assert!(
            received.iter().all(|put| put.body == received[0].body && put.headers["content-type"].is_empty())
        );
        assert_eq!(rig.responses()[7], result);
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
    rig.receiver.enqueue_replies([Reply::Truncated(accepted)]);
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
        rig.receiver.enqueue_replies([Reply::Response(refused)]);
        let (error_type, message) = error(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
        assert_eq!(error_type, "ServiceRejected");
        assert!(message.contains(&format!("rejected it with status {status}")), "{message}");
        assert_eq!(rig.receiver.received().len(), 1, "no redirect is followed and nothing is repeated");
        let log = rig.stop().await;
        assert!(log.contains(&format!("status {status}")), "{log}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_takes_fails_the_invocation_before_the_deadline() {
    let rig = Rig::start().await;
    rig.receiver.enqueue_replies((0..100).map(|_| Reply::Hang));
    let time = Duration::from_secs(2);
    let started = Instant::now();
    let (error_type, message) =
        error(rig.invoke_within(rig.sample("cloudformation-create").to_string(), time).await);
    assert!(started.elapsed() < time);
    assert_eq!(error_type, "ServiceUnavailable");
    assert!(message.contains("CloudFormation did not receive the response"), "{message}");
    assert!(
        message.contains(&format!("The result was: SUCCESS with {}", version_arn(&rig.new_versions()[0]))),
        "{message}"
    );
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
            let told = rig.responses();
            assert_eq!(told.len(), before + 1);
            let told = told.last().unwrap();
            assert_eq!(told["Status"], if good { "SUCCESS" } else { "FAILED" });
            let processed = json!({ "batchItemFailures": [] });
            assert!(matches!(&result, InvocationOutcome::Response(_)));
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
        let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
        let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
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
        told["Reason"]
            .as_str()
            .unwrap()
            .starts_with("Warnings: ResourceProperties.AmznClientToken: the same for every update")
    );
    // Another resource with the same token and other content does not get the first one's version either.
    let mut other = rig.sample("cloudformation-create");
    other["LogicalResourceId"] = json!("Other");
    other["ResourceProperties"]["AmznClientToken"] = json!("mine");
    other["ResourceProperties"]["Connectors"] = json!([]);
    let refused = response(rig.invoke(other.to_string()).await);
    assert_eq!(refused["Status"], "FAILED", "{refused}");
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
        refused["Reason"].as_str().unwrap().contains("AmznClientToken: used before, for another version"),
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

//! The response to CloudFormation: the function sends it in time, repeats it until it is accepted, never sends it again
//! after that, and sends it only to allowed hosts.

#![allow(clippy::print_stdout, reason = "the remaining time is a result")]

use std::time::{Duration, Instant};

use emulator::greengrass::{Behavior, Fault, Outcome};
use emulator::http::{Reply, empty};
use emulator::runtime_api::InvocationOutcome;
use emulator::samples;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, error, on_all, on_create, response, version_arn};

const STEPS: [&str; 3] = ["create", "update", "delete"];

/// The response contains the IDs that the event has. A missing ID is empty.
#[tokio::test]
async fn missing_or_invalid_ids_do_not_prevent_the_response() {
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
            let result = response(rig.invoke(event.to_string()).await);
            assert_eq!(rig.receiver.received().len(), before + 1, "{name} {value:?}");
            let id = result["PhysicalResourceId"].as_str().unwrap();
            assert!(!id.is_empty() && id.len() <= 1_024);
            if at < 3 {
                let expected = if value == Some(json!(7)) { "7" } else { "" };
                assert_eq!(result[*name], expected);
                assert_eq!(result["Status"], "SUCCESS");
            } else if at == 4 {
                assert_eq!(result["Status"], "FAILED");
                assert_eq!(
                    result["PhysicalResourceId"], event["PhysicalResourceId"],
                    "CloudFormation replaces and deletes nothing"
                );
                let reason = result["Reason"].as_str().unwrap();
                assert!(
                    reason.contains("RequestType: ") && reason.contains("expected Create, Update or Delete")
                );
            }
        }
    }
}

/// The service never responds to the create call.
#[tokio::test]
async fn a_response_is_sent_before_the_deadline() {
    for (commit, seconds) in [(false, 2), (true, 2), (false, 1)] {
        let rig = Rig::start().await;
        rig.service.add_fault(Fault { apply: commit, ..on_all(Outcome::Hang) });
        let event = rig.sample("cloudformation-create");
        let time = Duration::from_secs(seconds);
        let started = Instant::now();
        let result = response(rig.invoke_within(event.to_string(), time).await);
        let left = time.checked_sub(started.elapsed()).expect("the response arrives before the deadline");
        assert_eq!(result["Status"], "FAILED");
        let reason = result["Reason"].as_str().unwrap();
        assert!(reason.starts_with("DeadlineExceeded: "), "{reason}");
        assert!(reason.contains("Whether a version was created is unknown"), "{reason}");
        assert_eq!(rig.receiver.received().len(), 1);
        println!("{} ms of {seconds} s remained after the response", left.as_millis());
    }
}

#[tokio::test]
async fn a_service_timeout_limits_the_time_like_the_deadline() {
    let locations: [fn(&mut Value, Value); 2] = [
        |event, timeout| event["ServiceTimeout"] = timeout,
        |event, timeout| event["ResourceProperties"]["ServiceTimeout"] = timeout,
    ];
    for set_timeout in locations {
        for timeout in [json!("2"), json!(2)] {
            let rig = Rig::start().await;
            rig.service.add_fault(on_all(Outcome::Hang));
            let mut event = rig.sample("cloudformation-create");
            event["ResourceProperties"].as_object_mut().unwrap().remove("ServiceTimeout");
            set_timeout(&mut event, timeout);
            let started = Instant::now();
            let result = response(rig.invoke_within(event.to_string(), Duration::from_secs(60)).await);
            assert!(
                started.elapsed() < Duration::from_secs(2),
                "the response arrives while CloudFormation still waits"
            );
            assert!(result["Reason"].as_str().unwrap().starts_with("DeadlineExceeded: "), "{result}");
        }
    }
}

#[tokio::test]
async fn a_response_is_repeated_until_it_is_accepted() {
    for step in STEPS {
        let rig = Rig::start().await;
        let retryable = [408, 429, 500, 502, 503, 504].map(|status| Reply::Response(empty(status)));
        rig.receiver.enqueue_replies([Reply::Reset].into_iter().chain(retryable));
        let event = rig.sample(&format!("cloudformation-{step}"));
        let result = response(rig.invoke(event.to_string()).await);
        let received = rig.receiver.received();
        assert_eq!(received.len(), 8, "seven failed attempts and the accepted one");
        assert!(
            received.iter().all(|put| put.body == received[0].body && put.headers["content-type"].is_empty())
        );
        assert_eq!(rig.responses()[7], result);
        assert_eq!(result["Status"], "SUCCESS");
        assert!(rig.creates() <= 1);
        // The process continues, and the accepted response stays the last one.
        response(rig.invoke(rig.sample("direct").to_string()).await);
        assert_eq!(rig.receiver.received().len(), 8);
    }
}

#[tokio::test]
async fn a_response_is_not_repeated_after_a_truncated_acceptance() {
    let rig = Rig::start().await;
    let mut accepted = empty(200);
    *accepted.body_mut() = bytes::Bytes::from_static(b"<accepted/>");
    rig.receiver.enqueue_replies([Reply::Truncated(accepted)]);
    response(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
    assert_eq!(rig.receiver.received().len(), 1);
}

#[tokio::test]
async fn a_rejected_response_fails_the_invocation() {
    for status in [400, 403, 404, 301, 307] {
        let rig = Rig::start().await;
        let mut rejected = empty(status);
        rejected
            .headers_mut()
            .insert("location", format!("{}/elsewhere", rig.receiver.url()).parse().unwrap());
        rig.receiver.enqueue_replies([Reply::Response(rejected)]);
        let (error_type, message) = error(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
        assert_eq!(error_type, "ServiceRejected");
        assert!(message.contains(&format!("rejected it with status {status}")), "{message}");
        assert_eq!(rig.receiver.received().len(), 1, "the function follows no redirect and repeats nothing");
        let log = rig.stop().await;
        assert!(log.contains(&format!("status {status}")), "{log}");
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_respond_fails_the_invocation_before_the_deadline() {
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
async fn no_response_is_sent_to_a_host_that_is_not_allowed() {
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

/// A custom resource request in an SNS or SQS message gets the same response. The message succeeds even if the response is
/// FAILED.
#[tokio::test]
async fn a_request_in_a_message_gets_one_response() {
    let rig = Rig::start().await;
    for is_valid in [true, false] {
        let mut event = rig.sample("cloudformation-create");
        event["RequestId"] = json!(format!("request-{is_valid}"));
        if !is_valid {
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
            let sent = rig.responses();
            assert_eq!(sent.len(), before + 1);
            let sent = sent.last().unwrap();
            assert_eq!(sent["Status"], if is_valid { "SUCCESS" } else { "FAILED" });
            let processed = json!({ "batchItemFailures": [] });
            assert!(matches!(&result, InvocationOutcome::Response(_)));
            let result = response(result);
            assert!(result == processed || result == *sent, "{result}");
            versions.push(sent["PhysicalResourceId"].clone());
        }
        versions.dedup();
        assert_eq!(versions.len(), 1, "the innermost request is the requester: {versions:?}");
    }
    assert_eq!(rig.new_versions().len(), 1);
}

/// CloudFormation deletes a resource whose Create failed by its placeholder ID.
#[tokio::test]
async fn a_delete_of_a_placeholder_id_succeeds() {
    let rig = Rig::start().await;
    let mut create = rig.sample("cloudformation-create");
    create["ResourceProperties"]["Connectors"] = json!([7]);
    let id = response(rig.invoke(create.to_string()).await)["PhysicalResourceId"].clone();
    let mut delete = rig.sample("cloudformation-delete");
    delete["PhysicalResourceId"] = id.clone();
    delete["ResourceProperties"] = create["ResourceProperties"].clone();
    let result = response(rig.invoke(delete.to_string()).await);
    assert_eq!((&result["Status"], &result["PhysicalResourceId"]), (&json!("SUCCESS"), &id));
    assert!(rig.service.calls().is_empty());
}

/// The outcome of the call is unknown, and the resource's present version has the same connectors.
#[tokio::test]
async fn the_lookup_for_a_new_revision_does_not_accept_the_present_version() {
    for (commit, origin) in [(true, "Existing"), (false, "Created")] {
        let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
        let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
        rig.service.add_fault(on_create(Outcome::Reset, commit, 1));
        let mut event = rig.sample("cloudformation-update");
        event["ResourceProperties"]["Connectors"] = samples::connectors();
        event["ResourceProperties"]["Revision"] = json!("2");
        let result = response(rig.invoke(event.to_string()).await);
        assert_eq!(result["Data"]["Outcome"], origin);
        assert_eq!(rig.new_versions(), [result["Data"]["Version"].as_str().unwrap()]);
    }
}

/// A client token in the properties is the same for every update.
#[tokio::test]
async fn a_reused_client_token_with_other_content_fails() {
    let rig = Rig::start().await;
    let mut create = rig.sample("cloudformation-create");
    create["ResourceProperties"]["AmznClientToken"] = json!("mine");
    let result = response(rig.invoke(create.to_string()).await);
    assert_eq!(result["Status"], "SUCCESS");
    assert!(
        result["Reason"]
            .as_str()
            .unwrap()
            .starts_with("Warnings: ResourceProperties.AmznClientToken: the same for every update")
    );
    // Another resource with the same token and other content does not get the first resource's version either.
    let mut other = rig.sample("cloudformation-create");
    other["LogicalResourceId"] = json!("Other");
    other["ResourceProperties"]["AmznClientToken"] = json!("mine");
    other["ResourceProperties"]["Connectors"] = json!([]);
    let failed = response(rig.invoke(other.to_string()).await);
    assert_eq!(failed["Status"], "FAILED", "{failed}");
    let mut update = rig.sample("cloudformation-update");
    update["PhysicalResourceId"] = result["PhysicalResourceId"].clone();
    update["ResourceProperties"]["AmznClientToken"] = json!("mine");
    update["ResourceProperties"]["Connectors"] = json!([]);
    let failed = response(rig.invoke(update.to_string()).await);
    assert_eq!(
        (&failed["Status"], &failed["PhysicalResourceId"]),
        (&json!("FAILED"), &result["PhysicalResourceId"])
    );
    assert!(
        failed["Reason"].as_str().unwrap().contains("AmznClientToken: used before, for another version"),
        "{failed}"
    );
}

/// A look-up that finds no definition is not a failed look-up.
#[tokio::test]
async fn an_update_of_a_deleted_definition_fails() {
    let rig = Rig::start().await;
    let deleted = "11111111-2222-4333-8444-555555555555";
    let mut event = rig.sample("cloudformation-update");
    event["ResourceProperties"] = event["OldResourceProperties"].clone();
    let event = event.to_string().replace(DEFINITION, deleted);
    let result = response(rig.invoke(event).await);
    assert_eq!(result["Status"], "FAILED");
    assert!(result["Reason"].as_str().unwrap().starts_with("DefinitionNotFound: "), "{result}");
}

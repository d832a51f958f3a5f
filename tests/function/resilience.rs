//! A service that is slow, silent, gone or something else, and settings that are wrong.

use std::time::Duration;

use emulator::greengrass::{Fault, Operation, Outcome};
use serde_json::json;

use crate::support::{Rig, RigOptions, error, on_all, on_create, request, response};

fn throttled(times: u32) -> Fault {
    on_create(Outcome::Status { status: 429, code: None, body: String::new() }, false, times)
}

#[tokio::test]
async fn a_throttled_create_is_retried_as_long_as_there_is_time() {
    let rig = Rig::start().await;
    rig.service.add_fault(throttled(9));
    let result = response(rig.invoke_within(request().to_string(), Duration::from_secs(60)).await);
    assert_eq!(result["Outcome"], "Created");
    assert_eq!(rig.creates(), 10);
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_retried_and_named() {
    let rig = Rig::with(RigOptions {
        variables: &[("AWS_ENDPOINT_URL_GREENGRASS", "http://greengrass.us-east-1.invalid")],
        ..RigOptions::default()
    })
    .await;
    let (error_type, message) = error(rig.invoke_within(request().to_string(), Duration::from_secs(2)).await);
    assert_eq!(error_type, "ServiceUnavailable", "{message}");
    assert!(message.contains("the endpoint's name could not be resolved"), "{message}");
    assert!(message.contains("No version was created."), "{message}");
}

/// The connection of one read is silent: it must not cost the time of all look-ups.
#[tokio::test]
async fn a_silent_read_leaves_time_for_another() {
    let rig = Rig::start().await;
    rig.service.add_fault(Fault {
        operation: Some(Operation::GetConnectorDefinitionVersion),
        remaining: 1,
        outcome: Outcome::Hang,
        ..Fault::default()
    });
    let mut update = rig.sample("cloudformation-update");
    update["ResourceProperties"]["Connectors"] = emulator::samples::connectors();
    update["OldResourceProperties"]["Connectors"] = json!([]);
    let returned = response(rig.invoke_within(update.to_string(), Duration::from_secs(12)).await);
    assert_eq!(returned["Data"]["Outcome"], "Existing", "{returned}");
    assert_eq!(rig.creates(), 0);
}

/// A stack must be able to roll back, whatever else is wrong.
#[tokio::test]
async fn a_wrong_setting_fails_only_the_events_that_need_it() {
    let variables =
        [("BATCH_CONCURRENCY", "many"), ("METRICS_NAMESPACE", "AWS/Lambda"), ("IDEMPOTENCY", "always")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    let mut back = rig.sample("cloudformation-update");
    back["ResourceProperties"]["Connectors"] = emulator::samples::connectors();
    let returned = response(rig.invoke(back.to_string()).await);
    assert_eq!(returned["Status"], "SUCCESS", "{returned}");

    let returned = response(rig.invoke(rig.sample("cloudformation-update").to_string()).await);
    let reason = returned["Reason"].as_str().unwrap();
    assert!(
        reason.starts_with("Configuration: ") && reason.contains("IDEMPOTENCY: unknown mode"),
        "{reason}"
    );
    let (error_type, message) = error(rig.invoke(rig.sample("sqs").to_string()).await);
    assert_eq!(error_type, "Configuration");
    assert!(message.contains("BATCH_CONCURRENCY: expected an integer"), "{message}");
    assert!(rig.stop().await.contains("invalid configuration"), "the log names them at the start");
}

#[tokio::test]
async fn a_failed_update_says_how_to_free_a_stack_that_cannot_roll_back() {
    let rig = Rig::start().await;
    rig.service.add_fault(on_all(Outcome::Status { status: 410, code: None, body: String::new() }));
    let returned = response(rig.invoke(rig.sample("cloudformation-update").to_string()).await);
    let reason = returned["Reason"].as_str().unwrap();
    assert!(reason.starts_with("EndpointGone: "), "{reason}");
    assert!(
        reason.ends_with(
            "run: aws cloudformation continue-update-rollback --stack-name packaging-line-7 \
             --resources-to-skip LineConnectors"
        ),
        "{reason}"
    );
    let mut invalid = rig.sample("cloudformation-update");
    invalid["ResourceProperties"]["Connectors"] = json!([{}]);
    for event in [rig.sample("cloudformation-create"), invalid] {
        let returned = response(rig.invoke(event.to_string()).await);
        assert!(!returned["Reason"].as_str().unwrap().contains("continue-update-rollback"), "{returned}");
    }
}

/// CloudFormation must be notified, whatever is wrong with the settings of batches.
#[tokio::test]
async fn a_custom_resource_in_a_message_is_answered_with_a_wrong_setting_of_batches() {
    for (sample, status) in [("cloudformation-create", "FAILED"), ("cloudformation-delete", "SUCCESS")] {
        let variables = [("MESSAGES_AT_A_TIME", "10")];
        let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
        let message = rig.sample(sample).to_string();
        let event = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "MessageId": "m", "Message": message } }] });
        rig.invoke(event.to_string()).await;
        let responses = rig.responses();
        assert_eq!(responses.len(), 1, "{sample}");
        assert_eq!(responses[0]["Status"], status, "{sample}: {}", responses[0]);
    }
}

/// A create that would start too late to end is not started: its outcome would be unknown.
#[tokio::test]
async fn the_rate_limit_starts_no_create_without_time() {
    let variables = [("BATCH_CONCURRENCY", "20")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    let records: Vec<_> = (0..60)
        .map(|number| {
            let mut body = request();
            body["Connectors"][0]["Id"] = json!(format!("c-{number}"));
            json!({ "eventSource": "aws:sqs", "messageId": format!("m-{number}"), "body": body.to_string() })
        })
        .collect();
    // The third window of the limit opens two seconds after the first create, some milliseconds before the deadline.
    let time = Duration::from_millis(2_250);
    let result = response(rig.invoke_within(json!({ "Records": records }).to_string(), time).await);
    let failed = result["batchItemFailures"].as_array().unwrap().len();
    assert_eq!(rig.creates() + failed, 60, "each create ended");
    assert!(!rig.stop().await.contains("Whether a version was created is unknown"));
}

//! One version for one request, where the service has many versions, pages them, or cannot be read.

use std::time::{SystemTime, UNIX_EPOCH};

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, on_create, request, response, version_arn};

/// A message that SQS delivers for the second time, sent a minute ago.
fn redelivered(request: &Value) -> String {
    let sent = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() - 60_000;
    json!({ "Records": [{
        "eventSource": "aws:sqs",
        "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        "body": request.to_string(),
        "attributes": { "ApproximateReceiveCount": "2", "SentTimestamp": sent.to_string() },
    }] })
    .to_string()
}

fn with_connectors(ids: &[&str]) -> Value {
    let connectors: Vec<Value> =
        ids.iter().map(|id| json!({ "ConnectorArn": SNS, "Id": id, "Parameters": {} })).collect();
    json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors })
}

/// Versions that other requests created since.
fn add_versions(rig: &Rig, count: usize) {
    for number in 0..count {
        let connectors = with_connectors(&[&format!("other-{number}")])["Connectors"].clone();
        rig.service.add_version(DEFINITION, &format!("other-{number}"), connectors).unwrap();
    }
}

#[tokio::test]
async fn a_version_whose_connectors_come_in_pages_is_found_after_a_lost_response() {
    for page_size in [1, 2, 3] {
        let behavior = Behavior { connectors_page_size: Some(page_size), ..Behavior::default() };
        let behavior = Behavior { honor_tokens: false, ..behavior };
        let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
        rig.service.add_fault(on_create(Outcome::Reset, true, 1));
        let result = response(rig.invoke(with_connectors(&["a", "b", "c"]).to_string()).await);
        assert_eq!(result["Outcome"], "Existing", "{page_size} connectors per page");
        assert_eq!(rig.new_versions().len(), 1, "{page_size} connectors per page");
    }
}

#[tokio::test]
async fn a_redelivered_message_of_a_busy_definition_ends() {
    let rig = Rig::start().await;
    add_versions(&rig, 400);
    let result = response(rig.invoke(redelivered(&request())).await);
    assert_eq!(result, json!({ "batchItemFailures": [] }));
    assert_eq!(rig.creates(), 1);
    let reads = rig.calls(Operation::GetConnectorDefinitionVersion).len();
    assert!(reads <= 51, "{reads} versions were read");
    assert!(rig.stop().await.contains("too many versions were created since"));
}

/// A redelivered message is processed within its time, with one create, although each call of the operation is slow.
async fn assert_slow_reads_end(rig: &Rig, operation: Operation) {
    rig.service.add_fault(Fault {
        operation: Some(operation),
        remaining: u32::MAX,
        delay_ms: 50,
        apply: true,
        ..Fault::default()
    });
    let time = std::time::Duration::from_secs(6);
    let result = response(rig.invoke_within(redelivered(&request()), time).await);
    assert_eq!(result, json!({ "batchItemFailures": [] }));
    assert_eq!(rig.creates(), 1);
}

#[tokio::test]
async fn a_slow_look_up_of_a_busy_definition_ends() {
    let rig = Rig::start().await;
    add_versions(&rig, 60);
    assert_slow_reads_end(&rig, Operation::GetConnectorDefinitionVersion).await;
}

/// The earlier delivery's version is among the oldest since the message was sent.
#[tokio::test]
async fn a_redelivered_message_finds_its_version_before_many_newer_ones() {
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
    rig.service.add_version(DEFINITION, "mine", request()["Connectors"].clone()).unwrap();
    // Versions have whole milliseconds: the others are later ones.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    add_versions(&rig, 150);
    let result = response(rig.invoke(redelivered(&request())).await);
    assert_eq!(result, json!({ "batchItemFailures": [] }));
    assert_eq!(rig.creates(), 0);
}

/// A new revision is a new version, also where the version before it could not be read.
#[tokio::test]
async fn a_new_revision_is_never_a_version_that_was_there_before() {
    for mode in ["token", "latest"] {
        let variables = [("IDEMPOTENCY", mode)];
        for unreadable in [0, 3] {
            let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
            rig.service.add_version(DEFINITION, "before", request()["Connectors"].clone()).unwrap();
            // Clocks may be five seconds apart: an older version cannot be of this request.
            tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
            rig.service.add_fault(Fault {
                operation: Some(Operation::GetConnectorDefinition),
                remaining: unreadable,
                outcome: Outcome::Status { status: 503, code: None, body: String::new() },
                ..Fault::default()
            });
            rig.service.add_fault(on_create(Outcome::Reset, false, 1));
            let mut update = request();
            update["Revision"] = json!("2");
            update["tf"] = json!({ "action": "update", "prev_input": request() });
            let result = response(rig.invoke(update.to_string()).await);
            let case = format!("{mode}, {unreadable} reads fail");
            assert_eq!(result["Outcome"], "Created", "{case}: {result}");
            assert_ne!(result["Version"], "before", "{case}");
        }
    }
}

/// The service may write the same version's ARN otherwise; another PhysicalResourceId would replace the resource.
#[tokio::test]
async fn the_physical_resource_id_is_unchanged_to_the_byte_where_nothing_changed() {
    let behavior = Behavior { region: "us-west-2".to_owned(), ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
    let mut update = rig.sample("cloudformation-update");
    update["ResourceProperties"]["Connectors"] = emulator::samples::connectors();
    let returned = response(rig.invoke(update.to_string()).await);
    assert_eq!(returned["Status"], "SUCCESS");
    assert_eq!(returned["PhysicalResourceId"], update["PhysicalResourceId"]);
    assert_eq!(returned["PhysicalResourceId"], version_arn(emulator::samples::VERSION));
    assert_eq!(rig.creates(), 0);
}

fn on(operation: Operation, remaining: u32, outcome: Outcome) -> Fault {
    let apply = outcome == Outcome::Response;
    Fault { operation: Some(operation), remaining, apply, outcome, ..Fault::default() }
}

/// The version of an earlier delivery, after `older` versions and before `newer` ones, each with a time of its own.
async fn add_version_between(rig: &Rig, older: usize, newer: usize) {
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(5));
    add_versions(rig, older);
    pause().await;
    rig.service.add_version(DEFINITION, "mine", request()["Connectors"].clone()).unwrap();
    pause().await;
    for number in older..older + newer {
        let connectors = with_connectors(&[&format!("other-{number}")])["Connectors"].clone();
        rig.service.add_version(DEFINITION, &format!("other-{number}"), connectors).unwrap();
    }
}

/// A read that does not end says nothing about the version.
#[tokio::test]
async fn a_silent_read_is_not_the_end_of_a_look_up() {
    use Operation::{GetConnectorDefinitionVersion as Get, ListConnectorDefinitionVersions as List};
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let time = std::time::Duration::from_secs(12);
    for (older, faults) in [
        (0, vec![on(List, 3, Outcome::Hang)]),
        (1, vec![on(Get, 2, Outcome::Response), on(Get, 3, Outcome::Hang)]),
    ] {
        let rig = Rig::with(RigOptions { behavior: behavior.clone(), ..RigOptions::default() }).await;
        add_version_between(&rig, older, 1).await;
        faults.into_iter().for_each(|fault| rig.service.add_fault(fault));
        response(rig.invoke_within(redelivered(&request()), time).await);
        assert_eq!(rig.creates(), 0, "{older} older versions");
    }
}

/// After a look-up that failed, the version of an earlier delivery is still among the oldest.
#[tokio::test]
async fn a_redelivered_message_finds_its_version_after_a_throttled_look_up() {
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
    add_version_between(&rig, 0, 150).await;
    let throttled = Outcome::Status { status: 429, code: None, body: String::new() };
    rig.service.add_fault(on(Operation::ListConnectorDefinitionVersions, 3, throttled));
    let result = response(rig.invoke(redelivered(&request())).await);
    assert_eq!((result, rig.creates()), (json!({ "batchItemFailures": [] }), 0));
}

/// A service other than AWS's may write ARNs with another Region than the function's.
#[tokio::test]
async fn a_version_of_a_service_elsewhere_is_the_current_one() {
    let behavior = Behavior { region: "us-west-2".to_owned(), ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
    let create = rig.sample("cloudformation-create");
    let created = response(rig.invoke(create.to_string()).await);
    let mut update = rig.sample("cloudformation-update");
    update["PhysicalResourceId"] = created["PhysicalResourceId"].clone();
    update["ResourceProperties"] = create["ResourceProperties"].clone();
    update["OldResourceProperties"] = create["ResourceProperties"].clone();
    let updated = response(rig.invoke(update.to_string()).await);
    assert_eq!(updated["PhysicalResourceId"], created["PhysicalResourceId"]);
    assert_eq!((updated["Data"]["Outcome"].as_str(), rig.creates()), (Some("Existing"), 1));
}

/// A definition with more versions than can be listed in the time there is.
#[tokio::test]
async fn a_redelivered_message_ends_where_the_list_does_not() {
    let behavior = Behavior { page_size: 1, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
    add_versions(&rig, 100);
    assert_slow_reads_end(&rig, Operation::ListConnectorDefinitionVersions).await;
}

//! What Terraform adds to a direct request (`aws_lambda_invocation` with `lifecycle_scope = "CRUD"`), through the spawned
//! function.

use emulator::greengrass::{Fault, Operation, Outcome};
use emulator::samples;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, error, read_sample, request, response, version_arn};

/// A request as Terraform sends it.
fn sent(action: &str, request: &Value, before: &Value) -> String {
    let mut sent = request.clone();
    sent["tf"] = json!({ "action": action, "prev_input": before });
    sent.to_string()
}

fn holding(id: &str) -> Value {
    let mut request = request();
    request["Connectors"][0]["Id"] = json!(id);
    request
}

#[tokio::test]
async fn a_create_is_a_direct_request() {
    let rig = Rig::start().await;
    for before in [Value::Null, json!({}), json!("")] {
        let result = response(rig.invoke(sent("create", &request(), &before)).await);
        assert_eq!((&result["Outcome"], result.get("Warnings")), (&json!("Created"), None), "{result}");
    }
    assert_eq!((rig.creates(), rig.service.calls().len()), (3, 3));
}

#[tokio::test]
async fn an_update_makes_what_is_not_there_yet() {
    let rig = Rig::start().await;
    let update = async |now: &Value, before: &Value| {
        let result = response(rig.invoke(sent("update", now, before)).await);
        (result["Outcome"].as_str().unwrap().to_owned(), result["Arn"].clone())
    };
    let (outcome, first) = update(&holding("a"), &Value::Null).await;
    assert_eq!(outcome, "Created", "what was there before is no request");
    let (outcome, second) = update(&holding("b"), &holding("a")).await;
    assert_eq!(outcome, "Created");
    assert_eq!(
        update(&holding("b"), &holding("b")).await,
        ("Existing".to_owned(), second.clone()),
        "equal input"
    );
    assert_eq!(update(&holding("a"), &holding("b")).await, ("Existing".to_owned(), first), "a roll-back");
    assert_eq!(rig.creates(), 2);

    let mut revised = holding("b");
    revised["Revision"] = json!("2");
    let (outcome, third) = update(&revised, &holding("b")).await;
    assert_eq!((outcome.as_str(), third == second), ("Created", false), "a new revision is a new version");
    assert_eq!(update(&revised, &revised).await, ("Existing".to_owned(), third));
    let (outcome, _) = update(&holding("c"), &holding("c")).await;
    assert_eq!(outcome, "Created", "equal input, but an update before failed to make it");
    assert_eq!((rig.creates(), rig.new_versions().len()), (4, 4));
}

/// Equal input never makes a version that may be there already; other input must not fail for want of reading.
#[tokio::test]
async fn an_update_that_may_not_look() {
    let rig = Rig::start().await;
    let refused =
        Outcome::Status { status: 403, code: Some("AccessDeniedException".to_owned()), body: String::new() };
    let operation = Some(Operation::ListConnectorDefinitionVersions);
    rig.service.add_fault(Fault {
        operation,
        remaining: u32::MAX,
        apply: false,
        outcome: refused,
        ..Fault::default()
    });
    let (error_type, message) = error(rig.invoke(sent("update", &holding("a"), &holding("a"))).await);
    assert_eq!(error_type, "AccessDenied");
    assert!(message.contains("No version was created."), "{message}");
    assert_eq!(rig.creates(), 0);
    let result = response(rig.invoke(sent("update", &holding("b"), &holding("a"))).await);
    assert_eq!(result["Outcome"], "Created");
}

#[tokio::test]
async fn the_sample_brings_its_definition_to_the_next_version() {
    let rig = Rig::start().await;
    let mut event: Value = serde_json::from_str(&read_sample("terraform-update")).unwrap();
    let result = response(rig.invoke(event.to_string()).await);
    assert_eq!((&result["Outcome"], rig.new_versions().len()), (&json!("Created"), 1));
    // Terraform takes the update back.
    let before = event["tf"]["prev_input"].take();
    let result = response(rig.invoke(sent("update", &before, &event)).await);
    assert_eq!(
        (&result["Outcome"], &result["Arn"]),
        (&json!("Existing"), &json!(version_arn(samples::VERSION)))
    );
}

#[tokio::test]
async fn a_delete_calls_nothing_and_cannot_fail() {
    let wrong = json!({ "ConnectorDefinitionId": 7, "Connectors": null });
    for variables in [&[][..], &[("IDEMPOTENCY", "never")]] {
        let rig = Rig::with(RigOptions { variables, ..RigOptions::default() }).await;
        for request in [&request(), &wrong] {
            let result = response(rig.invoke(sent("delete", request, request)).await);
            assert_eq!(result, json!({ "Outcome": "Deleted" }));
        }
        assert!(rig.service.calls().is_empty());
        let log = rig.stop().await;
        assert_eq!(log.matches(r#""outcome":"Deleted""#).count(), 2, "{log}");
    }
}

#[tokio::test]
async fn an_action_that_is_none_is_refused_with_all_else_that_is_wrong() {
    let rig = Rig::start().await;
    for tf in [json!({ "action": "destroy" }), json!({}), json!("update"), Value::Null] {
        let event = json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": [{ "Id": "a b", "ConnectorArn": SNS }], "tf": tf });
        let (error_type, message) = error(rig.invoke(event.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        assert!(message.contains("tf.action: expected create, update or delete; "), "{message}");
        assert!(message.contains("3 errors:\n- Connectors[0].Id: "), "{message}");
        assert!(message.contains("- Connectors[0].Parameters.DefaultSNSArn: required; "), "{message}");
    }
    assert!(rig.service.calls().is_empty());
}

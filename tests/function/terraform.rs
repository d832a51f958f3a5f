//! Terraform's addition to a direct request (`aws_lambda_invocation` with `lifecycle_scope = "CRUD"`), through the function's
//! process.

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

fn request_with(id: &str) -> Value {
    let mut request = request();
    request["Connectors"][0]["Id"] = json!(id);
    request
}

#[tokio::test]
async fn a_create_creates_a_version() {
    let rig = Rig::start().await;
    for before in [Value::Null, json!({}), json!("")] {
        let result = response(rig.invoke(sent("create", &request(), &before)).await);
        assert_eq!((&result["Outcome"], result.get("Warnings")), (&json!("Created"), None), "{result}");
    }
    assert_eq!((rig.creates(), rig.service.calls().len()), (3, 3));
}

#[tokio::test]
async fn an_update_creates_only_a_missing_version() {
    let rig = Rig::start().await;
    let update = async |now: &Value, before: &Value| {
        let result = response(rig.invoke(sent("update", now, before)).await);
        (result["Outcome"].as_str().unwrap().to_owned(), result["Arn"].clone())
    };
    let (outcome, first) = update(&request_with("a"), &Value::Null).await;
    assert_eq!(outcome, "Created", "the previous input is not a request");
    let (outcome, second) = update(&request_with("b"), &request_with("a")).await;
    assert_eq!(outcome, "Created");
    assert_eq!(
        update(&request_with("b"), &request_with("b")).await,
        ("Existing".to_owned(), second.clone()),
        "equal input"
    );
    assert_eq!(
        update(&request_with("a"), &request_with("b")).await,
        ("Existing".to_owned(), first),
        "a roll-back"
    );
    assert_eq!(rig.creates(), 2);

    let mut revised = request_with("b");
    revised["Revision"] = json!("2");
    let (outcome, third) = update(&revised, &request_with("b")).await;
    assert_eq!((outcome.as_str(), third == second), ("Created", false), "a new revision creates a version");
    assert_eq!(update(&revised, &revised).await, ("Existing".to_owned(), third));
    let (outcome, _) = update(&request_with("c"), &request_with("c")).await;
    assert_eq!(outcome, "Created", "equal input, but no version has these connectors");
    assert_eq!((rig.creates(), rig.new_versions().len()), (4, 4));
}

/// With equal input the version may exist already, so nothing is created. With other input the version is created without the
/// look-up.
#[tokio::test]
async fn an_update_without_read_permission_fails_only_with_equal_input() {
    let rig = Rig::start().await;
    let denied =
        Outcome::Status { status: 403, code: Some("AccessDeniedException".to_owned()), body: String::new() };
    let operation = Some(Operation::ListConnectorDefinitionVersions);
    rig.service.add_fault(Fault {
        operation,
        remaining: u32::MAX,
        apply: false,
        outcome: denied,
        ..Fault::default()
    });
    let (error_type, message) =
        error(rig.invoke(sent("update", &request_with("a"), &request_with("a"))).await);
    assert_eq!(error_type, "AccessDenied");
    assert!(message.contains("No version was created."), "{message}");
    assert_eq!(rig.creates(), 0);
    let result = response(rig.invoke(sent("update", &request_with("b"), &request_with("a"))).await);
    assert_eq!(result["Outcome"], "Created");
}

#[tokio::test]
async fn the_sample_creates_a_version_and_its_rollback_finds_the_previous_one() {
    let rig = Rig::start().await;
    let mut event: Value = serde_json::from_str(&read_sample("terraform-update")).unwrap();
    let result = response(rig.invoke(event.to_string()).await);
    assert_eq!((&result["Outcome"], rig.new_versions().len()), (&json!("Created"), 1));
    // Terraform rolls the update back.
    let before = event["tf"]["prev_input"].take();
    let result = response(rig.invoke(sent("update", &before, &event)).await);
    assert_eq!(
        (&result["Outcome"], &result["Arn"]),
        (&json!("Existing"), &json!(version_arn(samples::VERSION)))
    );
}

#[tokio::test]
async fn a_delete_succeeds_without_a_call() {
    let invalid = json!({ "ConnectorDefinitionId": 7, "Connectors": null });
    for variables in [&[][..], &[("IDEMPOTENCY", "never")]] {
        let rig = Rig::with(RigOptions { variables, ..RigOptions::default() }).await;
        for request in [&request(), &invalid] {
            let result = response(rig.invoke(sent("delete", request, request)).await);
            assert_eq!(result, json!({ "Outcome": "Deleted" }));
        }
        assert!(rig.service.calls().is_empty());
        let log = rig.stop().await;
        assert_eq!(log.matches(r#""outcome":"Deleted""#).count(), 2, "{log}");
    }
}

#[tokio::test]
async fn an_invalid_action_is_reported_with_the_other_errors() {
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

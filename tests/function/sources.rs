//! Each sample event through the spawned function, asserted on its whole result.

use emulator::greengrass::Operation;
use emulator::samples;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, data, read_sample, request, response, version_arn};

/// The answer of the service to the one create, with what the function adds.
fn expected(rig: &Rig, result: &Value, token: &str) -> Value {
    let versions = rig.new_versions();
    assert_eq!(versions.len(), 1);
    json!({
        "Arn": version_arn(&versions[0]),
        "Id": DEFINITION,
        "Version": versions[0],
        "CreationTimestamp": timestamp(&result["CreationTimestamp"]),
        "AmznClientToken": token,
        "Outcome": "Created",
    })
}

/// The service's clock is its own; its form is not.
fn timestamp(value: &Value) -> &str {
    let text = value.as_str().unwrap();
    assert_eq!(text.len(), "2019-06-24T20:46:30.134Z".len(), "{text}");
    assert!(text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
    text
}

fn held(rig: &Rig) -> Value {
    rig.service.connectors(DEFINITION, &rig.new_versions()[0]).unwrap()
}

#[tokio::test]
async fn direct() {
    let rig = Rig::start().await;
    let event = rig.sample("direct");
    let result = response(rig.invoke(event.to_string()).await);
    assert_eq!(result, expected(&rig, &result, "packaging-line-7-2026-03-02"));
    assert_eq!(held(&rig), event["Connectors"]);
    let calls = rig.service.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].token.as_deref(), Some("packaging-line-7-2026-03-02"));
}

#[tokio::test]
async fn a_direct_request_without_a_token_gets_one_of_lambdas_request_id() {
    let rig = Rig::start().await;
    let invocation = emulator::runtime_api::Invocation {
        request_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        timeout: std::time::Duration::from_secs(30),
        ..emulator::runtime_api::Invocation::new(request().to_string())
    };
    let first = response(rig.invocation(invocation.clone()).await);
    let again = response(rig.invocation(invocation).await);
    assert_eq!(first, again, "Lambda's retry of one request is one version");
    let other = response(rig.invoke(request().to_string()).await);
    assert_ne!(first["AmznClientToken"], other["AmznClientToken"]);
    assert_eq!(rig.new_versions().len(), 2);
}

#[tokio::test]
async fn eventbridge() {
    let rig = Rig::start().await;
    let event = rig.sample("eventbridge");
    let result = response(rig.invoke(read_sample("eventbridge")).await);
    let mut expected = expected(&rig, &result, "a5cf90e7-ef21-5884-8239-19e0051eee84");
    let remark = |name: &str| {
        json!({
            "Code": "ParameterConverted",
            "Path": format!("detail.Connectors[0].Parameters.{name}"),
            "Message": "sent as the string it was written as; write it as a string.",
        })
    };
    expected["Warnings"] = json!([remark("PublishInterval"), remark("MaxMetricsToRetain")]);
    assert_eq!(result, expected);

    let mut sent = event["detail"]["Connectors"].clone();
    sent[0]["Parameters"]["PublishInterval"] = json!("60");
    sent[0]["Parameters"]["MaxMetricsToRetain"] = json!("2000");
    assert_eq!(held(&rig), sent);

    // EventBridge delivers at least once: the same event is the same version.
    assert_eq!(response(rig.invoke(read_sample("eventbridge")).await), result);
    assert_eq!(rig.new_versions().len(), 1);
}

/// The one answer that CloudFormation got: the document, which is also the invocation's result.
async fn told(rig: &Rig, event: &Value) -> Value {
    let before = rig.receiver.received().len();
    let result = response(rig.invoke(event.to_string()).await);
    let received = rig.receiver.received();
    assert_eq!(received.len(), before + 1);
    let put = received.last().unwrap();
    assert_eq!(put.method, "PUT");
    let url = event["ResponseURL"].as_str().unwrap();
    assert_eq!(url, format!("{}{}", rig.receiver.url(), put.path_and_query), "kept to the byte");
    assert_eq!(put.headers["content-type"], "", "present and empty");
    assert_eq!(put.headers["content-length"], put.body.len().to_string().as_str());
    assert!(!put.headers.contains_key("transfer-encoding"));
    assert_eq!(rig.responses().last().unwrap(), &result);
    result
}

fn document(event: &Value, status: &str, id: &str, data: &Value) -> Value {
    json!({
        "Status": status,
        "Reason": "",
        "PhysicalResourceId": id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    })
}

#[tokio::test]
async fn cloudformation_create() {
    let rig = Rig::start().await;
    let event = rig.sample("cloudformation-create");
    let told = told(&rig, &event).await;
    let version = &rig.new_versions()[0];
    timestamp(&told["Data"]["CreationTimestamp"]);
    let data = data(version, &told["Data"]["CreationTimestamp"], "Created");
    assert_eq!(told, document(&event, "SUCCESS", &version_arn(version), &data));
    assert_eq!(held(&rig), event["ResourceProperties"]["Connectors"]);
    let calls = rig.service.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].token.as_deref(), Some("250ad90c-4df4-593b-976c-a2fd51a9e9a0"));
}

#[tokio::test]
async fn cloudformation_update() {
    let rig = Rig::start().await;
    let event = rig.sample("cloudformation-update");
    let told = told(&rig, &event).await;
    let version = &rig.new_versions()[0];
    let data = data(version, &told["Data"]["CreationTimestamp"], "Created");
    assert_eq!(told, document(&event, "SUCCESS", &version_arn(version), &data));
    assert_eq!(held(&rig), event["ResourceProperties"]["Connectors"]);
    assert_eq!(rig.creates(), 1);
}

#[tokio::test]
async fn an_update_to_what_the_version_holds_creates_nothing() {
    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-update");
    event["ResourceProperties"]["Connectors"] = samples::connectors();
    let told = told(&rig, &event).await;
    let id = event["PhysicalResourceId"].as_str().unwrap();
    let data = data(samples::VERSION, &told["Data"]["CreationTimestamp"], "Existing");
    timestamp(&told["Data"]["CreationTimestamp"]);
    let mut expected = document(&event, "SUCCESS", id, &data);
    expected["Reason"] = json!(
        "Warnings: ResourceProperties.Connectors[0].ConnectorArn: CloudWatchMetrics version 4 is superseded; the latest \
         is 5."
    );
    assert_eq!(told, expected);
    assert_eq!(rig.creates(), 0);
}

#[tokio::test]
async fn a_roll_back_finds_the_old_version_again() {
    use emulator::greengrass::{Fault, Operation, Outcome};

    let rig = Rig::start().await;
    let forward = rig.sample("cloudformation-update");
    let updated = told(&rig, &forward).await;
    // Reads are repeated: one that fails for a moment is no reason for another version.
    for operation in [Operation::GetConnectorDefinitionVersion, Operation::ListConnectorDefinitionVersions] {
        let outcome = Outcome::Status { status: 503, code: None, body: String::new() };
        let fault = Fault { operation: Some(operation), remaining: 2, outcome, ..Fault::default() };
        rig.service.add_fault(fault);
    }
    let mut back = forward.clone();
    back["RequestId"] = json!("0a0b0c0d-0000-4000-8000-000000000001");
    back["PhysicalResourceId"] = updated["PhysicalResourceId"].clone();
    back["ResourceProperties"] = forward["OldResourceProperties"].clone();
    back["OldResourceProperties"] = forward["ResourceProperties"].clone();
    let told = told(&rig, &back).await;
    assert_eq!(told["PhysicalResourceId"], forward["PhysicalResourceId"]);
    assert_eq!(told["Data"]["Outcome"], "Existing");
    assert_eq!(rig.creates(), 1);
}

#[tokio::test]
async fn a_new_revision_is_a_new_version() {
    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-update");
    event["ResourceProperties"]["Connectors"] = samples::connectors();
    event["ResourceProperties"]["Revision"] = json!("2");
    assert_eq!(told(&rig, &event).await["Data"]["Outcome"], "Created");
    assert_eq!(rig.creates(), 1);
}

#[tokio::test]
async fn cloudformation_delete() {
    let rig = Rig::start().await;
    let event = rig.sample("cloudformation-delete");
    let told = told(&rig, &event).await;
    let id = event["PhysicalResourceId"].as_str().unwrap();
    assert_eq!(told, document(&event, "SUCCESS", id, &data(samples::VERSION, &json!(""), "")));
    assert!(rig.service.calls().is_empty());
}

#[tokio::test]
async fn a_custom_resource_that_is_wrong_is_told_so() {
    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-create");
    let topic = json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" });
    event["ResourceProperties"]["Connectors"] =
        json!([{ "Id": "a b", "ConnectorArn": SNS, "Parameters": topic }, 7]);
    let told = told(&rig, &event).await;
    assert_eq!(told["Status"], "FAILED");
    assert_eq!(told["PhysicalResourceId"], format!("not-created:{}", event["RequestId"].as_str().unwrap()));
    assert_eq!(
        told["Reason"],
        "InvalidRequest: Invalid request. No version was created. 2 errors: - ResourceProperties.Connectors[0].Id: \
         invalid character ' ' at position 2; use 1-128 of `a-z A-Z 0-9 : _ -`. - ResourceProperties.Connectors[1]: \
         expected an object, found a number."
    );
    assert!(rig.service.calls().is_empty());
}

#[tokio::test]
async fn behind_the_cdks_provider_framework_the_answer_is_returned() {
    // Its older releases write "..." where the URL was; the newer hand on the real one, and the setting says so.
    for (url, answer) in [(Some("..."), "put"), (Some("..."), "return"), (None, "return")] {
        let rig = Rig::with(RigOptions {
            variables: &[("CUSTOM_RESOURCE_RESPONSE", answer)],
            ..RigOptions::default()
        })
        .await;
        let mut event = rig.sample("cloudformation-create");
        if let Some(url) = url {
            event["ResponseURL"] = json!(url);
        }
        let result = response(rig.invoke(event.to_string()).await);
        let version = &rig.new_versions()[0];
        let created = result["Data"]["CreationTimestamp"].clone();
        assert_eq!(
            result,
            json!({ "PhysicalResourceId": version_arn(version), "Data": data(version, &created, "Created") })
        );
        event["ResourceProperties"]["Connectors"] = json!(null);
        let (error_type, message) = crate::support::error(rig.invoke(event.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        assert!(message.contains("Connectors: expected a list of connectors, found null."), "{message}");
        assert!(rig.receiver.received().is_empty());
    }
}

#[tokio::test]
async fn one_process_handles_one_event_after_the_other() {
    let rig = Rig::start().await;
    for number in 0..20 {
        let mut event = rig.sample("eventbridge");
        event["id"] = json!(format!("event-{number}"));
        response(rig.invoke(event.to_string()).await);
    }
    assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), 20);
    assert_eq!(rig.new_versions().len(), 20);
}

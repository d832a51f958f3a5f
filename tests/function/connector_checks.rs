//! What the catalogue knows, on the way of an event: told, refused or left alone, in every source.

use emulator::greengrass::Operation;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, error, response};

const WRONG: &str = "arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/5";

async fn rig(mode: &str) -> Rig {
    Rig::with(RigOptions { variables: &[("CONNECTOR_CHECKS", mode)], ..RigOptions::default() }).await
}

/// A request with two mistakes, one of them about something that looks like a secret.
fn wrong() -> Value {
    json!({
        "ConnectorDefinitionId": DEFINITION,
        "Connectors": [{ "ConnectorArn": WRONG, "Id": "metrics", "Parameters": {
            "PublishIntervall": "60", "MemorySize": "hunter2", "MaxMetricsToRetain": "2000",
        } }],
    })
}

/// A request that could be better, and has no mistake.
fn remarkable() -> Value {
    json!({
        "ConnectorDefinitionId": DEFINITION,
        "Connectors": [{
            "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/3", "Id": "alerts",
            "Parameters": { "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" },
        }],
    })
}

const MEMORY: &str = "expected an integer of at least 0.";
const INTERVAL: &str = "CloudWatchMetrics has no such parameter; did you mean `PublishInterval`?";

fn advice_on_wrong(root: &str) -> Value {
    let path = |name: &str| format!("{root}Connectors[0].Parameters.{name}");
    json!([
        { "Code": "ParameterPattern", "Path": path("MemorySize"), "Message": MEMORY },
        { "Code": "UnknownParameter", "Path": path("PublishIntervall"), "Message": INTERVAL },
    ])
}

fn in_properties(rig: &Rig, name: &str, request: &Value) -> Value {
    let mut event = rig.sample(name);
    event["ResourceProperties"]["Connectors"] = request["Connectors"].clone();
    event
}

#[tokio::test]
async fn by_default_it_is_told_and_nothing_is_refused() {
    let rig = Rig::start().await;
    let result = response(rig.invoke(wrong().to_string()).await);
    assert_eq!(result["Outcome"], "Created");
    assert_eq!(result["Warnings"], advice_on_wrong(""));

    let eventbridge = json!({ "id": "e-1", "detail-type": "x", "source": "y", "detail": wrong() });
    let result = response(rig.invoke(eventbridge.to_string()).await);
    assert_eq!(result["Warnings"], advice_on_wrong("detail."));

    let event = in_properties(&rig, "cloudformation-create", &wrong());
    response(rig.invoke(event.to_string()).await);
    let told = rig.responses();
    assert_eq!(told[0]["Status"], "SUCCESS");
    let reason = told[0]["Reason"].as_str().unwrap();
    assert!(reason.contains(MEMORY) && reason.contains(INTERVAL), "{reason}");

    let log = rig.stop().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    for (line, root) in lines.iter().zip(["", "detail.", "ResourceProperties."]) {
        let advised = format!(
            "ParameterPattern {root}Connectors[0].Parameters.MemorySize, \
             UnknownParameter {root}Connectors[0].Parameters.PublishIntervall"
        );
        assert_eq!((&line["warnings"], line["warning_codes"].as_str()), (&json!(2), Some(&*advised)));
    }
    assert!(!log.contains("hunter2"));
}

#[tokio::test]
async fn what_is_right_has_no_advice_and_no_word_of_it_in_the_log() {
    let rig = Rig::start().await;
    for name in ["direct", "cloudformation-create"] {
        let result = response(rig.invoke(rig.sample(name).to_string()).await);
        assert_eq!(result.get("Warnings"), None);
    }
    assert_eq!(rig.responses()[0]["Reason"], "");
    let log = rig.stop().await;
    assert!(!log.contains("warning_codes"), "{log}");
}

#[tokio::test]
async fn enforce_refuses_mistakes_with_the_same_texts_before_anything_is_called() {
    let rig = rig("enforce").await;
    let expected = |root: &str| {
        format!(
            "Invalid request. No version was created. 2 errors:\n\
             - {root}Connectors[0].Parameters.MemorySize: {MEMORY}\n\
             - {root}Connectors[0].Parameters.PublishIntervall: {INTERVAL}"
        )
    };
    let (error_type, message) = error(rig.invoke(wrong().to_string()).await);
    assert_eq!((error_type.as_str(), &message), ("InvalidRequest", &expected("")));

    let record = json!({ "eventSource": "aws:sqs", "messageId": "m-1", "body": wrong().to_string() });
    let failures = response(rig.invoke(json!({ "Records": [record] }).to_string()).await);
    assert_eq!(failures["batchItemFailures"], json!([{ "itemIdentifier": "m-1" }]));

    response(rig.invoke(in_properties(&rig, "cloudformation-create", &wrong()).to_string()).await);
    let told = rig.responses();
    assert_eq!(told[0]["Status"], "FAILED");
    assert_eq!(
        told[0]["Reason"],
        format!("InvalidRequest: {}", expected("ResourceProperties.")).replace('\n', " ")
    );

    assert_eq!(rig.service.calls().len(), 0);
    assert!(!rig.stop().await.contains("hunter2"));
}

#[tokio::test]
async fn enforce_lets_remarks_pass() {
    let rig = rig("enforce").await;
    let mut request = remarkable();
    request["Other"] = json!(1);
    let result = response(rig.invoke(request.to_string()).await);
    let codes: Vec<&Value> = result["Warnings"].as_array().unwrap().iter().map(|a| &a["Code"]).collect();
    assert_eq!(codes, ["UnknownField", "SupersededVersion"]);
}

/// A list of connectors under a name that is nearly right would make an empty version.
#[tokio::test]
async fn enforce_refuses_a_near_miss_of_a_field() {
    let rig = rig("enforce").await;
    let request = json!({ "ConnectorDefinitionId": DEFINITION, "Conectors": [] });
    let (error_type, message) = error(rig.invoke(request.to_string()).await);
    assert_eq!(error_type, "InvalidRequest");
    assert!(message.ends_with("Conectors: unknown field, ignored; did you mean `Connectors`?"));
    assert_eq!(rig.creates(), 0);
}

#[tokio::test]
async fn enforce_keeps_no_resource_from_being_deleted_or_rolled_back() {
    let rig = rig("enforce").await;
    response(rig.invoke(in_properties(&rig, "cloudformation-delete", &wrong()).to_string()).await);
    // What the resource holds already, by its properties and by the service, may be gone back to.
    rig.service.add_version(DEFINITION, "held", wrong()["Connectors"].clone()).unwrap();
    let mut event = in_properties(&rig, "cloudformation-update", &wrong());
    event["PhysicalResourceId"] = json!(crate::support::version_arn("held"));
    response(rig.invoke(event.to_string()).await);
    event["ResourceProperties"]["Connectors"][0]["Parameters"]["MemorySize"] = json!("other");
    response(rig.invoke(event.to_string()).await);
    let told = rig.responses();
    assert_eq!(told.iter().map(|told| &told["Status"]).collect::<Vec<_>>(), ["SUCCESS", "SUCCESS", "FAILED"]);
    assert_eq!(told[1]["Data"]["Outcome"], "Existing");
    assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), 0);
}

#[tokio::test]
async fn off_says_nothing() {
    let rig = rig("off").await;
    let result = response(rig.invoke(wrong().to_string()).await);
    assert_eq!((result["Outcome"].as_str(), result.get("Warnings")), (Some("Created"), None));
}

/// The function creates versions in its own account and Region only, whatever the setting is.
#[tokio::test]
async fn a_definition_elsewhere_is_an_error_in_every_mode() {
    for mode in ["off", "warn", "enforce"] {
        let rig = rig(mode).await;
        let mut request = crate::support::request();
        let id = request["ConnectorDefinitionId"].as_str().unwrap().to_owned();
        for (place, problem) in [
            ("aws:greengrass:eu-west-1:123456789012", "another Region; use one in us-east-1."),
            ("aws:greengrass:us-east-1:999999999999", "another account; use one in the function's account."),
            ("aws-us-gov:greengrass:us-east-1:123456789012", "another partition; use one in aws."),
        ] {
            let arn = format!("arn:{place}:/greengrass/definition/connectors/{id}");
            request["ConnectorDefinitionId"] = json!(arn);
            let (error_type, message) = error(rig.invoke(request.to_string()).await);
            assert_eq!(error_type, "InvalidRequest");
            let expected = format!("ConnectorDefinitionId: connector definition of {problem}");
            assert!(message.ends_with(&expected), "{mode}: {message}");
            let event = json!({ "id": "e", "detail-type": "t", "source": "s", "detail": request });
            let (_, message) = error(rig.invoke(event.to_string()).await);
            assert!(message.ends_with(&format!("detail.{expected}")), "{mode}: {message}");
        }
        assert!(rig.service.calls().is_empty(), "{mode}");
        let own = format!("arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/{id}");
        request["ConnectorDefinitionId"] = json!(own);
        assert_eq!(response(rig.invoke(request.to_string()).await)["Outcome"], "Created");
    }
}

/// A version elsewhere whose definition has the same ID is not the version that the resource has here.
#[tokio::test]
async fn a_version_elsewhere_is_not_the_current_one() {
    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-update");
    event["ResourceProperties"]["Connectors"] = emulator::samples::connectors();
    let own = event["PhysicalResourceId"].as_str().unwrap().to_owned();
    for foreign in [own.replace("us-east-1", "eu-west-1"), own.replace("123456789012", "999999999999")] {
        event["PhysicalResourceId"] = json!(foreign);
        let told = response(rig.invoke(event.to_string()).await);
        assert_eq!((&told["Status"], &told["Data"]["Outcome"]), (&json!("SUCCESS"), &json!("Created")));
        assert_ne!(told["PhysicalResourceId"], json!(own));
        event["RequestId"] = json!("0a0b0c0d-0000-4000-8000-000000000002");
    }
}

/// Everything that can be read is validated in one round, unless the checks are off.
#[tokio::test]
async fn an_invalid_request_gets_the_errors_of_the_catalog_too() {
    let request = json!({ "ConnectorDefinitionId": DEFINITION, "connectors": [
        { "id": "a b", "connectorArn": "arn:aws:greengrass:us-east-1::/connectors/sns/versions/4",
          "parameters": { "defaultSNSArn": "hunter2", "IsolationMode": null } },
        { "Id": "b", "ConnectorArn": WRONG, "Parameters": wrong()["Connectors"][0]["Parameters"] },
    ] });
    let invalid = [
        "connectors: field names are case-sensitive; use `Connectors`.",
        "connectors[0].ConnectorArn: required. Found `connectorArn`; field names are case-sensitive.",
        "connectors[0].Id: required. Found `id`; field names are case-sensitive.",
        "connectors[0].parameters: field names are case-sensitive; use `Parameters`.",
        "connectors[0].id: invalid character ' ' at position 2; use 1-128 of `a-z A-Z 0-9 : _ -`.",
        "connectors[0].parameters.IsolationMode: expected a string, found null.",
    ];
    let catalog = [
        "connectors[0].connectorArn: AWS has no connector with this name; did you mean `SNS`?",
        "connectors[0].parameters.defaultSNSArn: SNS has no such parameter. Use `DefaultSNSArn`; parameter names are \
         case-sensitive.",
        "connectors[0].parameters.defaultSNSArn: expected an ARN of the form `arn:aws:sns:REGION:ACCOUNT:TOPIC`.",
        "connectors[1].Parameters.MemorySize: expected an integer of at least 0.",
        "connectors[1].Parameters.PublishIntervall: CloudWatchMetrics has no such parameter; did you mean \
         `PublishInterval`?",
    ];
    for (mode, expected) in [("off", &invalid[..]), ("warn", &catalog[..]), ("enforce", &catalog[..])] {
        let rig = rig(mode).await;
        let (error_type, message) = error(rig.invoke(request.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        let errors: Vec<&str> = message.lines().filter_map(|line| line.strip_prefix("- ")).collect();
        assert!(errors.iter().take(invalid.len()).all(|error| invalid.contains(error)), "{message}");
        assert!(errors.ends_with(expected) || mode == "off", "{mode}: {message}");
        let count = if mode == "off" { invalid.len() } else { invalid.len() + catalog.len() };
        assert_eq!(errors.len(), count, "{mode}: {message}");
        assert!(!message.contains("hunter2"));
        assert!(rig.service.calls().is_empty());
    }
}

#[tokio::test]
async fn another_region_than_the_functions() {
    let rig =
        Rig::with(RigOptions { variables: &[("AWS_REGION", "eu-west-1")], ..RigOptions::default() }).await;
    let result = response(rig.invoke(crate::support::request().to_string()).await);
    assert_eq!(result["Warnings"][0]["Code"], "ArnRegion");
    assert!(result["Warnings"][0]["Message"].as_str().unwrap().ends_with("; write eu-west-1."));
}

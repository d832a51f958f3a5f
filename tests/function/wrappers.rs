//! Events inside something else: JSON text, a byte order mark, the record of a failed invocation. And two events that are
//! not what their sender means: a schedule without an input, a task that waits for a callback.

use emulator::greengrass::{Behavior, Operation};
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, error, request, response};

/// A value as JSON text in a string.
fn quoted(value: &Value) -> Value {
    json!(value.to_string())
}

fn eventbridge(id: &str, detail: &Value) -> Value {
    json!({ "id": id, "source": "s", "detail-type": "t", "detail": detail })
}

fn sqs(body: &Value) -> Value {
    json!({ "Records": [{ "eventSource": "aws:sqs", "messageId": "m", "body": body.to_string() }] })
}

/// A record as Lambda sends it to a destination for failures.
fn record(payload: &Value) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-03-02T09:41:07.482Z",
        "requestContext": {
            "requestId": "11111111-2222-4333-8444-555555555555",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:connector-versions:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "responsePayload": { "errorType": "ServiceUnavailable", "errorMessage": "x" },
    })
}

/// The codes and paths of a result's warnings.
fn warnings(result: &Value) -> Vec<(&str, &str)> {
    let warnings = result["Warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    warnings.iter().map(|w| (w["Code"].as_str().unwrap(), w["Path"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn json_text_is_read_in_place_of_an_object() {
    const DECODED: &str = "TextDecoded";
    let rig = Rig::start().await;
    let plain = request();
    let mut list = plain.clone();
    list["Connectors"] = quoted(&plain["Connectors"]);
    let mut item = plain.clone();
    item["Connectors"][0] = quoted(&plain["Connectors"][0]);
    let event = eventbridge("e-1", &quoted(&quoted(&plain)));
    for (event, expected) in [
        (quoted(&plain), vec![(DECODED, "")]),
        (quoted(&quoted(&plain)), vec![(DECODED, ""), (DECODED, "")]),
        (event.clone(), vec![(DECODED, "detail"), (DECODED, "detail")]),
        (quoted(&event), vec![(DECODED, ""), (DECODED, "detail"), (DECODED, "detail")]),
        (list, vec![(DECODED, "Connectors")]),
        (item, vec![(DECODED, "Connectors[0]")]),
    ] {
        let result = response(rig.invoke(event.to_string()).await);
        assert_eq!(result["Outcome"], "Created", "{event}");
        assert_eq!(warnings(&result), expected, "{event}");
    }
    // The token of an event is the same, whether its detail is text or not.
    let result = response(rig.invoke(eventbridge("e-1", &plain).to_string()).await);
    let again = response(rig.invoke(event.to_string()).await);
    assert_eq!(result["Version"], again["Version"]);

    // A body that was encoded twice, and the properties of a custom resource.
    let answer = response(rig.invoke(sqs(&quoted(&plain)).to_string()).await);
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let mut resource = rig.sample("cloudformation-create");
    resource["ResourceProperties"] = quoted(&resource["ResourceProperties"]);
    response(rig.invoke(resource.to_string()).await);
    let told = rig.responses().pop().unwrap();
    assert_eq!(told["Status"], "SUCCESS");
    assert!(
        told["Reason"].as_str().unwrap().starts_with("Warnings: ResourceProperties: JSON text"),
        "{told}"
    );
    // The whole custom resource request as text still gets its response, and a batch as text its own.
    response(rig.invoke(quoted(&resource).to_string()).await);
    assert_eq!(rig.responses().len(), 2);
    let failures = response(rig.invoke(quoted(&sqs(&json!(1))).to_string()).await);
    assert_eq!(failures["batchItemFailures"][0]["itemIdentifier"], "m");
    let log = rig.stop().await;
    assert!(log.contains("TextDecoded Records[0].body"), "{log}");
}

#[tokio::test]
async fn text_that_is_no_object_is_an_error() {
    let rig = Rig::start().await;
    let five_times = (0..5).fold(request(), |value, _| quoted(&value));
    for (event, path) in [
        (json!("x"), ""),
        (json!("7"), ""),
        (json!("{"), ""),
        (five_times.clone(), ""),
        (eventbridge("e", &json!("x")), "detail: "),
        (eventbridge("e", &five_times), "detail: "),
        (eventbridge("e", &json!("[]")), "detail: "),
        (json!({ "requestContext": {}, "requestPayload": "x" }), "requestPayload: "),
    ] {
        let (error_type, message) = error(rig.invoke(event.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        assert!(
            message.contains(&format!("created. {path}expected an object, found a string of ")),
            "{message}"
        );
    }
    assert!(rig.service.calls().is_empty());
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let rig = Rig::start().await;
    let marked = |value: &Value| format!("\u{feff}{value}");
    let body = json!({ "eventSource": "aws:sqs", "messageId": "m", "body": marked(&request()) });
    for event in [
        marked(&request()),
        marked(&eventbridge("e", &json!(marked(&request())))),
        marked(&json!({ "Records": [body] })),
        json!(marked(&request())).to_string(),
    ] {
        let result = response(rig.invoke(event.clone()).await);
        let is_ok = result["Outcome"] == "Created" || result["batchItemFailures"] == json!([]);
        assert!(is_ok, "{event}: {result}");
    }
    assert_eq!(rig.creates(), 4);
}

#[tokio::test]
async fn a_schedule_without_an_input_is_named() {
    let rig = Rig::start().await;
    let event = |source: &str, detail: Value| json!({ "version": "0", "id": "e", "detail-type": "Scheduled Event", "source": source, "detail": detail });
    for event in [event("aws.scheduler", json!("{}")), event("aws.events", json!({}))] {
        let (error_type, message) = error(rig.invoke(event.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        assert!(message.contains("created. detail: empty; the schedule has no Input, "), "{message}");
    }
    let result = response(rig.invoke(event("aws.scheduler", quoted(&request())).to_string()).await);
    assert_eq!(result["Outcome"], "Created");
}

#[tokio::test]
async fn a_task_that_waits_for_a_callback_is_an_error() {
    let rig = Rig::start().await;
    for name in ["TaskToken", "taskToken", "token"] {
        let mut event = request();
        event[name] = json!("AQCEAAAAKgAAAAMAAAAAAAAAAQ");
        for (event, path) in [(eventbridge("e", &event), "detail."), (event, "")] {
            let (error_type, message) = error(rig.invoke(event.to_string()).await);
            assert_eq!(error_type, "InvalidRequest");
            let expected = format!("created. {path}{name}: the function calls neither SendTaskSuccess nor ");
            assert!(message.contains(&expected) && message.contains("request-response"), "{message}");
            assert!(!message.contains("AQCE"), "{message}");
        }
    }
    assert!(rig.service.calls().is_empty());
}

/// A redrive returns the record of a failed invocation, in a message or alone. What is inside gets the token that it had
/// the first time.
#[tokio::test]
async fn the_payload_of_a_record_is_handled_as_the_first_time() {
    let rig = Rig::start().await;
    let sns = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": {
        "MessageId": "n-1", "Message": request().to_string() } }] });
    let direct = emulator::runtime_api::Invocation {
        request_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        timeout: std::time::Duration::from_secs(30),
        ..emulator::runtime_api::Invocation::new(request().to_string())
    };
    let first = response(rig.invocation(direct).await);
    assert_eq!(response(rig.invoke(record(&request()).to_string()).await)["Version"], first["Version"]);
    for payload in [eventbridge("e-1", &request()), sns] {
        let first = response(rig.invoke(payload.to_string()).await);
        let again = response(rig.invoke(record(&payload).to_string()).await);
        assert_eq!(again["AmznClientToken"], first["AmznClientToken"]);
        assert_eq!(again["Version"], first["Version"]);
    }
    let versions = rig.new_versions().len();
    let resource = rig.sample("cloudformation-create");
    let first = response(rig.invoke(resource.to_string()).await);
    let again = response(rig.invoke(sqs(&record(&resource)).to_string()).await);
    assert_eq!(again, json!({ "batchItemFailures": [] }));
    assert_eq!(rig.responses()[1]["PhysicalResourceId"], first["PhysicalResourceId"]);
    assert_eq!(rig.new_versions().len(), versions + 1);
}

/// The request was delivered before, so the function looks for its version, however many came after it.
#[tokio::test]
async fn a_record_is_a_redelivery() {
    let behavior = Behavior { honor_tokens: false, ..Behavior::default() };
    let rig = Rig::with(RigOptions { behavior, variables: &[] }).await;
    let payload = eventbridge("e-1", &request());
    let first = response(rig.invoke(payload.to_string()).await);
    let mut other = request();
    other["Connectors"][0]["Id"] = json!("other");
    response(rig.invoke(other.to_string()).await);
    for event in [record(&payload), sqs(&record(&payload))] {
        let result = response(rig.invoke(event.to_string()).await);
        assert!(result["Outcome"] == "Existing" || result["batchItemFailures"] == json!([]), "{result}");
    }
    assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), 2);
    assert!(rig.new_versions().contains(&first["Version"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn what_is_wrong_in_a_record_has_its_path() {
    let rig = Rig::start().await;
    let wrong =
        json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": [{ "ConnectorArn": SNS, "Id": "a b" }] });
    let (_, message) = error(rig.invoke(record(&eventbridge("e", &wrong)).to_string()).await);
    assert!(message.contains("- requestPayload.detail.Connectors[0].Id: invalid character ' '"), "{message}");
    let answer = response(rig.invoke(sqs(&record(&eventbridge("e", &wrong))).to_string()).await);
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m");

    // Repeating what succeeded would never end.
    let mut success = record(&request());
    success["requestContext"]["condition"] = json!("Success");
    let (_, message) = error(rig.invoke(success.to_string()).await);
    assert!(
        message.contains("created. requestContext.condition: record of an invocation that succeeded"),
        "{message}"
    );
    assert!(rig.service.calls().is_empty());
    let log = rig.stop().await;
    assert!(log.contains("Records[0].body: requestPayload.detail.Connectors[0].Id: invalid"), "{log}");
}

//! What is no request gets InvalidRequest with every problem named, and nothing is sent to Greengrass.

use emulator::runtime_api::InvocationOutcome;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, error, request, response};

async fn refused(rig: &Rig, event: impl Into<bytes::Bytes>) -> String {
    let (error_type, message) = error(rig.invoke(event).await);
    assert_eq!(error_type, "InvalidRequest", "{message}");
    assert!(rig.service.calls().is_empty(), "something was sent");
    message
}

fn with_connectors(connectors: Value) -> Value {
    json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors })
}

#[tokio::test]
async fn not_json_and_not_an_object() {
    let rig = Rig::start().await;
    for event in ["", "{", "nope", "{\"a\":}", "\u{feff}", "\u{feff}\u{feff}{}"] {
        let message = refused(&rig, event).await;
        assert!(message.contains("The event is not JSON"), "{message}");
    }
    for (event, shape) in
        [("null", "null"), ("[]", "an empty list"), ("7", "a number"), ("\"x\"", "a string of 1 character")]
    {
        let message = refused(&rig, event).await;
        assert!(message.contains(&format!("expected an object, found {shape}.")), "{message}");
    }
    assert!(refused(&rig, b"{\"a\":\"\xff\"}".to_vec()).await.contains("The event is not JSON"));
}

#[tokio::test]
async fn an_unknown_shape_is_told_what_is_known() {
    let rig = Rig::start().await;
    for event in [json!({}), json!({ "Records": [{ "eventSource": "aws:s3" }] }), json!({ "detail": {} })] {
        let message = refused(&rig, event.to_string()).await;
        assert!(message.contains("ConnectorDefinitionId: required; expected a string."), "{message}");
        assert!(
            message.contains("unrecognized event; send a request (ConnectorDefinitionId, Connectors), "),
            "{message}"
        );
    }
    let detail = json!({ "source": "s", "detail-type": "t", "detail": "x" });
    assert!(
        refused(&rig, detail.to_string())
            .await
            .ends_with("created. detail: expected an object, found a string of 1 character.")
    );
}

#[tokio::test]
async fn every_problem_of_a_request_is_named() {
    let rig = Rig::start().await;
    let event = json!({
        "AmznClientToken": "two words",
        "Revision": 2,
        "Connectors": [
            { "ConnectorArn": SNS, "Id": "x".repeat(129) },
            { "ConnectorArn": SNS, "Id": "пульт" },
            { "ConnectorArn": SNS, "Id": "twice" },
            { "ConnectorArn": SNS, "Id": "twice", "Parameters": null },
            { "ConnectorArn": null, "Id": null },
            { "ConnectorArn": "arn:aws:sns:us-east-1:123456789012:t", "Id": "a", "Parameters": { "deep": { "er": 1 }, "none": null } },
            null,
        ]
    });
    let message = refused(&rig, event.to_string()).await;
    for problem in [
        "19 errors:\n",
        "- ConnectorDefinitionId: required; expected a string.\n",
        "- AmznClientToken: invalid character ' ' at position 4; use 1-1024 visible ASCII characters.\n",
        "- Revision: expected a string, found a number.",
        "- Connectors[0].Id: too long with 129 characters; use 1-128 of ",
        "- Connectors[1].Id: invalid character U+043F at position 1; use 1-128 of ",
        "- Connectors[3].Id: duplicate of Connectors[2].Id; use a unique Id for each connector.\n",
        "- Connectors[3].Parameters: expected an object, found null.\n",
        "- Connectors[4].ConnectorArn: expected a string, found null.\n",
        "- Connectors[4].Id: expected a string, found null.\n",
        "- Connectors[5].ConnectorArn: not an ARN of the service greengrass; ",
        "- Connectors[5].Parameters.deep: expected a string, found an object of 1 field.\n",
        "- Connectors[5].Parameters.none: expected a string, found null.\n",
        "- Connectors[6]: expected an object, found null.\n",
        // What the catalog says about the rest.
        "- Connectors[0].Parameters.DefaultSNSArn: required; ",
        "- Connectors[1].ConnectorArn: duplicate of SNS in Connectors[0]; ",
    ] {
        assert!(message.contains(problem), "{problem}\n{message}");
    }
}

/// Lambda puts the message into the record of a failed invocation.
const MAX_MESSAGE_BYTES: usize = 8_192;

/// Asserts that a message is whole up to the last error that fits, and counts the others.
#[track_caller]
fn assert_cut(message: &str, errors: usize, first: &str) {
    assert!(message.contains(&format!(" {errors} errors:\n- {first}")), "{}", &message[..200]);
    assert!(
        (MAX_MESSAGE_BYTES - 400..=MAX_MESSAGE_BYTES).contains(&message.len()),
        "{} bytes",
        message.len()
    );
    let listed =
        message.lines().filter(|line| line.starts_with("- Connectors[") && line.ends_with('.')).count();
    assert!(message.ends_with(&format!(".\n- and {} more", errors - listed)), "{message}");
}

#[tokio::test]
async fn a_thousand_connectors_are_taken_and_a_thousand_bad_ones_counted() {
    let variables = &[("CONNECTOR_CHECKS", "off")];
    let rig = Rig::with(RigOptions { variables, ..RigOptions::default() }).await;
    let bad: Vec<Value> =
        (0..1_000).map(|n| json!({ "ConnectorArn": SNS, "Id": format!("id {n}") })).collect();
    let message = refused(&rig, with_connectors(json!(bad)).to_string()).await;
    assert_cut(&message, 1_000, "Connectors[0].Id: invalid character ' ' at position 3; ");
    let good: Vec<Value> =
        (0..1_000).map(|n| json!({ "ConnectorArn": SNS, "Id": format!("id-{n}") })).collect();
    response(rig.invoke(with_connectors(json!(good)).to_string()).await);
    assert_eq!(
        rig.service.connectors(DEFINITION, &rig.new_versions()[0]).unwrap().as_array().unwrap().len(),
        1_000
    );
    // The log has the same message.
    let log = rig.stop().await;
    assert!(log.lines().all(|line| line.len() < MAX_MESSAGE_BYTES + 2_000), "{}", log.len());
}

#[tokio::test]
async fn an_error_message_is_at_most_8_kilobytes() {
    let rig = Rig::with(RigOptions {
        variables: &[("CONNECTOR_CHECKS", "enforce"), ("CUSTOM_RESOURCE_RESPONSE", "return")],
        ..RigOptions::default()
    })
    .await;
    let arn = "arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/5";
    let connectors: Vec<Value> =
        (0..200).map(|n| json!({ "ConnectorArn": arn, "Id": n.to_string() })).collect();
    // The errors of the catalog alone, of every kind of request.
    let request = with_connectors(json!(connectors));
    let (error_type, message) = error(rig.invoke(request.to_string()).await);
    assert_eq!(error_type, "InvalidRequest");
    assert!(message.len() <= MAX_MESSAGE_BYTES && message.contains("\n- and "), "{} bytes", message.len());
    let detail = json!({ "detail-type": "t", "source": "s", "detail": request }).to_string();
    let (_, message) = error(rig.invoke(detail).await);
    assert!(message.len() <= MAX_MESSAGE_BYTES && message.contains("\n- and "), "{} bytes", message.len());
    let name = "é".repeat(5_000);
    let (_, message) = error(rig.invoke(json!({ "ConnectorDefinitionId": name }).to_string()).await);
    assert!(message.len() <= MAX_MESSAGE_BYTES, "{} bytes", message.len());
    let mut event = rig.sample("cloudformation-create");
    event["ResourceProperties"]["Connectors"] = json!(connectors);
    let (_, message) = error(rig.invoke(event.to_string()).await);
    assert!(message.len() <= MAX_MESSAGE_BYTES && message.contains("\n- and "), "{} bytes", message.len());
}

#[tokio::test]
async fn six_megabytes_are_read_and_refused() {
    let rig = Rig::start().await;
    let six = 6 * 1024 * 1024;
    let long = with_connectors(json!([{ "ConnectorArn": SNS, "Id": "x".repeat(six - 300) }])).to_string();
    assert!(refused(&rig, long).await.contains("Connectors[0].Id: too long with 6291156 characters; "));
    let many = format!("{{\"ConnectorDefinitionId\":\"d\",\"Connectors\":[{}0]}}", "0,".repeat(six / 2 - 40));
    let message = refused(&rig, many).await;
    assert_cut(&message, 3_145_689, "Connectors[0]: expected an object, found a number.\n");
    let deep =
        format!("{{\"ConnectorDefinitionId\":{}{}}}", "[".repeat(six / 2 - 40), "]".repeat(six / 2 - 40));
    assert!(
        refused(&rig, deep)
            .await
            .contains("ConnectorDefinitionId: expected a string, found a list of 1 item.")
    );
    // A list that looks like a pipe's, whose items would each take more memory than they have bytes.
    let list = format!("[{{\"body\":{{}}}}{}]", ",7".repeat(six / 2 - 40));
    assert!(refused(&rig, list).await.contains("expected an object, found a list of 3145689 items."));
    // Records in records, which must not exhaust the stack.
    let record = "{\"requestContext\":{},\"requestPayload\":";
    let count = six / (record.len() + 1) - 10;
    let message = refused(&rig, format!("{}0{}", record.repeat(count), "}".repeat(count))).await;
    assert!(
        message.ends_with("the event is in more than 4 records or strings; send it in fewer."),
        "{message}"
    );
}

/// Arbitrary JSON, with the names of a request among its own, so that some of it comes close.
fn arbitrary_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "ConnectorDefinitionId",
        "Connectors",
        "ConnectorArn",
        "Id",
        "Parameters",
        "AmznClientToken",
        "Revision",
        "RequestType",
        "detail",
        "ResponseURL",
        "ResourceProperties",
        "detail-type",
        "source",
        "id",
        "Records",
        "connectors",
        "",
    ]);
    let name = prop_oneof![4 => names.prop_map(str::to_owned), 1 => any::<String>()];
    let texts = prop::sample::select(vec![SNS, DEFINITION, "a", "Create", "", "{}", "{{resolve:x}}"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        texts.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Whether this is, by the contract's own rules written a second time, a request that may be sent.
fn is_request(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    let id = |text: &str| {
        !text.is_empty()
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    let arn = |text: &str| text.starts_with("arn:") && text.split(':').nth(2) == Some("greengrass");
    let connectors = match object.get("Connectors") {
        None => true,
        Some(Value::Array(list)) => list.iter().all(|c| {
            c["Id"].as_str().is_some_and(|text| !text.is_empty())
                && c["ConnectorArn"].as_str().is_some_and(arn)
        }),
        Some(_) => false,
    };
    connectors
        && object
            .get("ConnectorDefinitionId")
            .and_then(Value::as_str)
            .is_some_and(|text| id(text) || arn(text))
}

#[test]
fn arbitrary_json_never_panics_and_only_a_request_is_sent() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rig = runtime.block_on(Rig::start());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    runner
        .run(&arbitrary_json(), |event| {
            let before = rig.service.calls().len();
            let ending = runtime.block_on(rig.invoke(event.to_string()));
            let sent = rig.service.calls().len() > before;
            // A batch reports its failures, and may be one of requests only if it is a list.
            if let InvocationOutcome::Response(payload) = &ending
                && !sent
            {
                let answer: Value = serde_json::from_slice(payload).unwrap();
                let failures = answer["batchItemFailures"].as_array().map(Vec::len);
                prop_assert_eq!(failures, event.as_array().map(Vec::len), "{}", event);
                return Ok(());
            }
            let inner = if event.get("detail-type").is_some() && event.get("source").is_some() {
                event.get("detail")
            } else {
                None
            };
            if sent {
                let is_batch = event.as_array().is_some_and(|items| items.iter().any(is_request));
                prop_assert!(is_batch || is_request(inner.unwrap_or(&event)), "sent: {event}");
            } else {
                let (error_type, message) = error(ending);
                prop_assert_eq!(&error_type, "InvalidRequest");
                prop_assert!(message.contains(": ") || message.contains("expected "), "{}", message);
            }
            Ok(())
        })
        .unwrap();
    let log = runtime.block_on(rig.stop());
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn one_mutation_of_a_request_is_one_named_problem() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rig = runtime.block_on(Rig::start());
    let bad_scalars = || prop::sample::select(vec![json!(null), json!([]), json!({}), json!(1), json!(true)]);
    let places = prop::sample::select(vec![
        ("/ConnectorDefinitionId", "ConnectorDefinitionId: expected a string, found "),
        ("/Connectors/0/ConnectorArn", "Connectors[0].ConnectorArn: expected a string, found "),
        ("/Connectors/0/Id", "Connectors[0].Id: expected a string, found "),
    ]);
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    runner
        .run(&(places, bad_scalars()), |((place, named), value)| {
            let mut event = request();
            *event.pointer_mut(place).unwrap() = value;
            let (error_type, message) = error(runtime.block_on(rig.invoke(event.to_string())));
            prop_assert_eq!(error_type, "InvalidRequest");
            prop_assert!(!message.contains("errors:") && message.contains(named), "{}", message);
            Ok(())
        })
        .unwrap();
    assert!(rig.service.calls().is_empty());
}

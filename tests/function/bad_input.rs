//! What is no request gets InvalidRequest with every problem named, and nothing is sent to Greengrass.

use crate::support::{DEFINITION, Rig, SNS, error, request, response};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

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
    for event in ["", "{", "nope", "{\"a\":}", "\u{feff}{}"] {
        let message = refused(&rig, event).await;
        assert!(message.contains("the event is not JSON"), "{message}");
    }
    for (event, shape) in
        [("null", "null"), ("[]", "a list of 0"), ("7", "a number"), ("\"x\"", "a string of 1 character")]
    {
        let message = refused(&rig, event).await;
        assert!(message.contains(&format!("the event is {shape}, must be an object")), "{message}");
    }
    assert!(refused(&rig, b"{\"a\":\"\xff\"}".to_vec()).await.contains("the event is not JSON"));
}

#[tokio::test]
async fn an_unknown_shape_is_told_what_is_known() {
    let rig = Rig::start().await;
    for event in [json!({}), json!({ "Records": [{ "eventSource": "aws:s3" }] }), json!({ "detail": {} })] {
        let message = refused(&rig, event.to_string()).await;
        assert!(message.contains("ConnectorDefinitionId: is missing"), "{message}");
        assert!(message.contains("known are a request itself"), "{message}");
    }
    let detail = json!({ "source": "s", "detail-type": "t", "detail": "x" });
    assert!(
        refused(&rig, detail.to_string()).await.contains("is a string of 1 character, must be an object")
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
        "13 problems",
        "ConnectorDefinitionId: is missing",
        "AmznClientToken: has a space as its character 4",
        "Revision: is a number, must be a string",
        "Connectors[0].Id: is a string of 129 characters, must be 1 to 128",
        "Connectors[1].Id: has U+043F as its character 1",
        "Connectors[3].Id: is the same as Connectors[2].Id",
        "Connectors[3].Parameters: is null, must be an object",
        "Connectors[4].ConnectorArn: is null, must be a string",
        "Connectors[4].Id: is null, must be a string",
        "Connectors[5].ConnectorArn: is not an ARN of the service greengrass",
        "Connectors[5].Parameters.deep: is an object of 1 member, must be a string",
        "Connectors[5].Parameters.none: is null, must be a string",
        "Connectors[6]: is null, must be an object",
    ] {
        assert!(message.contains(problem), "{problem}\n{message}");
    }
}

#[tokio::test]
async fn a_thousand_connectors_are_taken_and_a_thousand_bad_ones_named() {
    let rig = Rig::start().await;
    let bad: Vec<Value> =
        (0..1_000).map(|n| json!({ "ConnectorArn": SNS, "Id": format!("id {n}") })).collect();
    let message = refused(&rig, with_connectors(json!(bad)).to_string()).await;
    assert!(message.contains("1000 problems"));
    for n in 0..1_000 {
        assert!(message.contains(&format!("Connectors[{n}].Id: has a space")), "{n}");
    }
    let good: Vec<Value> =
        (0..1_000).map(|n| json!({ "ConnectorArn": SNS, "Id": format!("id-{n}") })).collect();
    response(rig.invoke(with_connectors(json!(good)).to_string()).await);
    assert_eq!(
        rig.service.connectors(DEFINITION, &rig.new_versions()[0]).unwrap().as_array().unwrap().len(),
        1_000
    );
}

#[tokio::test]
async fn six_megabytes_are_read_and_refused() {
    let rig = Rig::start().await;
    let six = 6 * 1024 * 1024;
    let long = with_connectors(json!([{ "ConnectorArn": SNS, "Id": "x".repeat(six - 300) }])).to_string();
    assert!(refused(&rig, long).await.contains("Connectors[0].Id: is a string of 6291156 characters"));
    let many = format!("{{\"ConnectorDefinitionId\":\"d\",\"Connectors\":[{}0]}}", "0,".repeat(six / 2 - 40));
    let message = refused(&rig, many).await;
    assert!(
        message.contains("3145689 problems: Connectors[0]: is a number, must be an object"),
        "{}",
        &message[..200]
    );
    assert!(message.len() < 1024 * 1024, "{}", message.len());
    let deep =
        format!("{{\"ConnectorDefinitionId\":{}{}}}", "[".repeat(six / 2 - 40), "]".repeat(six / 2 - 40));
    assert!(refused(&rig, deep).await.contains("ConnectorDefinitionId: is a list of 1, must be a string"));
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
            let inner = if event.get("detail-type").is_some() && event.get("source").is_some() {
                event.get("detail")
            } else {
                None
            };
            if sent {
                prop_assert!(is_request(inner.unwrap_or(&event)), "sent: {event}");
            } else {
                let (error_type, message) = error(ending);
                prop_assert_eq!(&error_type, "InvalidRequest");
                prop_assert!(message.contains("problem"), "{}", message);
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
        ("/ConnectorDefinitionId", "ConnectorDefinitionId: is "),
        ("/Connectors/0/ConnectorArn", "Connectors[0].ConnectorArn: is "),
        ("/Connectors/0/Id", "Connectors[0].Id: is "),
    ]);
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    runner
        .run(&(places, bad_scalars()), |((place, named), value)| {
            let mut event = request();
            *event.pointer_mut(place).unwrap() = value;
            let (error_type, message) = error(runtime.block_on(rig.invoke(event.to_string())));
            prop_assert_eq!(error_type, "InvalidRequest");
            prop_assert!(message.contains("1 problem: ") && message.contains(named), "{}", message);
            Ok(())
        })
        .unwrap();
    assert!(rig.service.calls().is_empty());
}

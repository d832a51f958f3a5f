//! Batches of SQS messages: neighbours, ordered groups, messages that came before, how many at a time.

use std::time::Duration;

use emulator::greengrass::{Fault, Operation, Outcome};
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS, error, on_all, on_create, request, response};

const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:versions";

/// A message as an event source mapping hands it over.
fn message(id: &str, body: &Value) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "handle",
        "body": body.to_string(),
        "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1792746067482", "SenderId": "a" },
        "messageAttributes": {},
        "md5OfBody": "m",
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE,
        "awsRegion": "us-east-1",
    })
}

fn of_group(mut message: Value, queue: &str, group: &str) -> Value {
    message["eventSourceARN"] = json!(queue);
    message["attributes"]["MessageGroupId"] = json!(group);
    message
}

/// A request for one connector of this Id.
fn version_of(id: &str) -> Value {
    json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": [{ "ConnectorArn": SNS, "Id": id }] })
}

fn batch(messages: &[Value]) -> String {
    json!({ "Records": messages }).to_string()
}

fn failed(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

/// The Ids of the connectors of all versions that were made, in their order.
fn made(rig: &Rig) -> Vec<String> {
    let connectors = |version: &String| rig.service.connectors(DEFINITION, version).unwrap();
    rig.new_versions()
        .iter()
        .map(|version| connectors(version)[0]["Id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_bad_message_is_nobody_elses_matter() {
    let rig = Rig::start().await;
    let mut no_body = message("no-body", &json!(null));
    no_body.as_object_mut().unwrap().remove("body");
    let mut odd = message("odd", &version_of("odd"));
    odd["messageAttributes"] = json!({ "a": { "stringListValues": null } });
    odd["attributes"] = json!([]);
    let messages = [
        message("good-1", &version_of("good-1")),
        message("poison", &json!({ "ConnectorDefinitionId": 1 })),
        no_body,
        odd,
        message("good-2", &version_of("good-2")),
    ];
    let answer = response(rig.invoke(batch(&messages)).await);
    assert_eq!(failed(&answer), ["poison", "no-body"]);
    let mut made = made(&rig);
    made.sort();
    assert_eq!(made, ["good-1", "good-2", "odd"]);
}

#[tokio::test]
async fn an_ordered_group_stops_at_its_first_failure_and_other_groups_go_on() {
    let rig = Rig::start().await;
    let fifo = format!("{QUEUE}.fifo");
    let messages = |queue: &str| {
        [
            of_group(message("a-1", &version_of("a-1")), queue, "a"),
            of_group(message("b-1", &version_of("b-1")), queue, "b"),
            of_group(message("a-2", &json!("poison")), queue, "a"),
            of_group(message("b-2", &version_of("b-2")), queue, "b"),
            of_group(message("a-3", &version_of("a-3")), queue, "a"),
            of_group(message("b-3", &version_of("b-3")), queue, "b"),
        ]
    };
    let answer = response(rig.invoke(batch(&messages(&fifo))).await);
    assert_eq!(failed(&answer), ["a-2", "a-3"]);
    let of_b: Vec<String> = made(&rig).into_iter().filter(|id| id.starts_with('b')).collect();
    assert_eq!(of_b, ["b-1", "b-2", "b-3"], "in order");
    assert_eq!(rig.creates(), 4);

    // A group of a queue without order is no reason to wait for anybody.
    let rig = Rig::start().await;
    assert_eq!(failed(&response(rig.invoke(batch(&messages(QUEUE))).await)), ["a-2"]);
    assert_eq!(rig.creates(), 5);
}

#[tokio::test]
async fn a_message_that_came_before_is_looked_for_first() {
    let behavior = emulator::greengrass::Behavior { honor_tokens: false, ..Default::default() };
    let rig = Rig::with(RigOptions { behavior, variables: &[] }).await;
    let mut first = message("m", &version_of("m"));
    let others = message("other", &version_of("other"));
    // Created without a response; then other versions follow.
    rig.service.add_fault(on_create(Outcome::Hang, true, 1));
    let answer = response(rig.invoke_within(batch(&[first.clone()]), Duration::from_secs(2)).await);
    let seen = failed(&answer).is_empty();
    assert!(failed(&response(rig.invoke(batch(&[others])).await)).is_empty());
    first["attributes"]["ApproximateReceiveCount"] = json!("2");
    for message in [first.clone(), first] {
        assert!(failed(&response(rig.invoke(batch(&[message])).await)).is_empty());
    }
    assert_eq!(made(&rig), ["m", "other"], "looked for in time: {seen}");
}

/// Nothing is made where it cannot be looked for: that is left for another time.
#[tokio::test]
async fn a_message_that_came_before_is_not_made_blindly() {
    let rig = Rig::start().await;
    let mut first = message("m", &version_of("m"));
    first["attributes"]["ApproximateReceiveCount"] = json!("2");
    let outcome =
        Outcome::Status { status: 403, code: Some("AccessDeniedException".into()), body: "{}".into() };
    let fault = Fault {
        operation: Some(Operation::GetConnectorDefinition),
        remaining: u32::MAX,
        apply: false,
        outcome,
        ..Fault::default()
    };
    rig.service.add_fault(fault);
    assert_eq!(failed(&response(rig.invoke(batch(&[first.clone()])).await)), ["m"]);
    assert_eq!(rig.creates(), 0);
    assert_eq!(rig.calls(Operation::GetConnectorDefinition).len(), 1, "a refusal is not asked for again");
    rig.service.clear_faults();
    assert!(failed(&response(rig.invoke(batch(&[first])).await)).is_empty());
    assert_eq!(rig.creates(), 1);
}

#[tokio::test]
async fn never_more_at_a_time_than_the_setting_says() {
    for (setting, most) in [("3", 3), ("1", 1), ("", 10)] {
        let rig =
            Rig::with(RigOptions { variables: &[("BATCH_CONCURRENCY", setting)], ..RigOptions::default() })
                .await;
        // Longer than the pace keeps one from the next.
        rig.service.add_fault(Fault { remaining: u32::MAX, delay_ms: 150, ..Fault::default() });
        let messages: Vec<Value> =
            (0..most + 2).map(|n| message(&format!("m-{n}"), &version_of(&format!("m-{n}")))).collect();
        assert!(failed(&response(rig.invoke(batch(&messages)).await)).is_empty());
        // Fifteen creates start per second at most.
        assert_eq!(rig.service.peak_in_flight(), most.min(15), "{setting}");
        assert_eq!(made(&rig).len(), most + 2);
    }
}

#[tokio::test]
async fn what_is_not_done_in_time_is_reported_not_lost() {
    let rig =
        Rig::with(RigOptions { variables: &[("BATCH_CONCURRENCY", "2")], ..RigOptions::default() }).await;
    rig.service.add_fault(on_all(Outcome::Hang));
    let ids: Vec<String> = (0..6).map(|n| format!("m-{n}")).collect();
    let messages: Vec<Value> = ids.iter().map(|id| message(id, &version_of(id))).collect();
    let answer = response(rig.invoke_within(batch(&messages), Duration::from_secs(2)).await);
    assert_eq!(failed(&answer), ids);
}

#[tokio::test]
async fn a_batch_inside_a_message_fails_with_that_message() {
    let rig = Rig::start().await;
    let inner = json!({ "Records": [message("good", &version_of("x")), message("poison", &json!(1))] });
    let answer = response(rig.invoke(batch(&[message("outer", &inner)])).await);
    assert_eq!(failed(&answer), ["outer"]);
    let mut deep = version_of("deep");
    for n in 0..6 {
        deep = json!({ "Records": [message(&format!("m-{n}"), &deep)] });
    }
    assert_eq!(failed(&response(rig.invoke(deep.to_string()).await)), ["m-5"]);
}

/// Pipes take an error for the whole and this answer for the parts, as event source mappings do.
#[tokio::test]
async fn pipes_bring_a_bare_list() {
    let rig = Rig::start().await;
    let list = json!([message("good", &request()), message("poison", &json!({}))]);
    assert_eq!(failed(&response(rig.invoke(list.to_string()).await)), ["poison"]);
    assert_eq!(rig.creates(), 1);
}

/// An input template makes one item of each record, and often leaves the ID out.
#[tokio::test]
async fn a_pipes_input_template_makes_requests_or_bodies() {
    let other = |id: &str| version_of(id);
    // Each form of an item, and whether it has an ID.
    let list = json!([
        other("request"),
        { "body": other("parsed-body") },
        { "body": other("text-body").to_string() },
        { "messageId": "m-3", "body": other("parsed-body-with-id") },
        { "messageId": "m-4", "ConnectorDefinitionId": DEFINITION, "Connectors": other("with-id")["Connectors"] },
        other("text").to_string(),
        { "id": "e-6", "source": "s", "detail-type": "t", "detail": other("event") },
        message("m-7", &other("record")),
        // Failures, with and without an ID.
        { "messageId": "m-8", "body": { "ConnectorDefinitionId": 1 } },
        { "body": "poison" },
        { "ConnectorDefinitionId": DEFINITION, "Connectors": [7] },
        7,
    ]);
    let rig = Rig::start().await;
    let answer = response(rig.invoke(list.to_string()).await);
    assert_eq!(failed(&answer), ["m-8", "9", "10", "11"]);
    let mut held = made(&rig);
    held.sort();
    let ids =
        ["event", "parsed-body", "parsed-body-with-id", "record", "request", "text", "text-body", "with-id"];
    assert_eq!(held, ids);
    // The pipe sends the batch again: the content of an item, or its ID, gives the same token.
    response(rig.invoke(list.to_string()).await);
    assert_eq!(rig.new_versions().len(), 8);
    let mut moved = list.as_array().unwrap().clone();
    moved.rotate_left(3);
    response(rig.invoke(json!(moved).to_string()).await);
    assert_eq!(rig.new_versions().len(), 8, "the position is no part of a token");

    let log = rig.stop().await;
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("no messageId")).collect();
    assert!(warnings.len() == 3 && warnings.iter().all(|line| line.contains(r#""without_id":3"#)), "{log}");
    for path in [
        "[8].body.ConnectorDefinitionId: ",
        "[9].body: the message is not JSON",
        "[10].Connectors[0]: ",
        "[11]: ",
    ] {
        assert!(log.contains(path), "{path}\n{log}");
    }
}

#[tokio::test]
async fn a_token_of_content_is_what_the_documentation_says() {
    let rig = Rig::start().await;
    let list = json!([{ "ConnectorDefinitionId": DEFINITION, "Connectors": [] }]);
    response(rig.invoke(list.to_string()).await);
    let calls = rig.calls(Operation::CreateConnectorDefinitionVersion);
    // uuid.uuid5(namespace, '["pipes",{"ConnectorDefinitionId":"...","Connectors":[]}]') in Python.
    assert_eq!(calls[0].token.as_deref(), Some("2e4a8744-cef1-53eb-8fed-191b99579bbe"));
}

#[tokio::test]
async fn a_list_of_anything_else_is_an_error() {
    let rig = Rig::start().await;
    for list in [json!([{ "Id": "a", "ConnectorArn": SNS }]), json!([{}, 7, "x", "{}"]), json!([[request()]])]
    {
        let (error_type, message) = error(rig.invoke(list.to_string()).await);
        assert_eq!(error_type, "InvalidRequest");
        assert!(message.contains("expected an object, found a list of "), "{message}");
    }
    assert!(rig.service.calls().is_empty());
}

/// A request without connectors asks for an empty version, in a list too.
#[tokio::test]
async fn a_list_of_requests_without_connectors_is_a_batch() {
    let rig = Rig::start().await;
    let list = json!([{ "ConnectorDefinitionId": DEFINITION }]);
    assert!(failed(&response(rig.invoke(list.to_string()).await)).is_empty());
    assert_eq!(rig.creates(), 1);
}

/// A record of a queue without an ID is reported by its position too.
#[tokio::test]
async fn a_message_without_an_id_is_reported_by_its_position() {
    let rig = Rig::start().await;
    let mut messages = [message("good", &version_of("a")), message("", &json!(1)), message("x", &json!(1))];
    messages[2].as_object_mut().unwrap().remove("messageId");
    assert_eq!(failed(&response(rig.invoke(batch(&messages)).await)), ["1", "2"]);
}

#[tokio::test]
async fn a_setting_that_is_no_number_is_said() {
    for setting in ["0", "21", "ten", "-1"] {
        let rig =
            Rig::with(RigOptions { variables: &[("BATCH_CONCURRENCY", setting)], ..RigOptions::default() })
                .await;
        let (error_type, message) = error(rig.invoke(rig.sample("sqs").to_string()).await);
        assert_eq!(error_type, "Configuration");
        assert!(message.contains("BATCH_CONCURRENCY") && message.contains("1 to 20"), "{message}");
    }
}

/// Lambda hands over the next batch at once, and a create that is retried is another request.
#[tokio::test]
async fn no_more_creates_start_per_second_than_the_service_accepts() {
    let batch_of_ten = |from: usize| {
        let messages: Vec<Value> = (from..from + 10)
            .map(|number| message(&format!("m-{number}"), &version_of(&format!("v-{number}"))))
            .collect();
        batch(&messages)
    };
    for (batches, throttled, creates) in [(3, 0, 30), (1, 10, 20)] {
        let rig = Rig::start().await;
        let status = Outcome::Status { status: 429, code: None, body: String::new() };
        if throttled > 0 {
            rig.service.add_fault(on_create(status, false, throttled));
        }
        let started = std::time::Instant::now();
        for number in 0..batches {
            assert!(failed(&response(rig.invoke(batch_of_ten(number * 10)).await)).is_empty());
        }
        assert_eq!(rig.creates(), creates);
        assert!(started.elapsed() >= Duration::from_secs(1), "{creates} creates in {:?}", started.elapsed());
    }
}

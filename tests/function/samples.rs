//! The sample events have the form that AWS sends: the types of `aws_lambda_events`, which others maintain, accept them. The
//! function does not use those types, because it also responds to events that they reject.

use crate::support::{Rig, read_sample, response};
use aws_lambda_events::cloudformation::CloudFormationCustomResourceRequest;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sns::SnsEvent;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(event: &str) -> Result<T, String> {
    serde_json::from_str(event).map_err(|error| error.to_string())
}

#[test]
fn the_types_of_aws_lambda_events_accept_the_samples() {
    for name in ["cloudformation-create", "cloudformation-update", "cloudformation-delete"] {
        read::<CloudFormationCustomResourceRequest>(&read_sample(name)).expect(name);
    }
    read::<EventBridgeEvent<Value>>(&read_sample("eventbridge")).expect("eventbridge");
    for name in ["sqs", "sqs-fifo"] {
        assert!(!read::<SqsEvent>(&read_sample(name)).expect(name).records.is_empty());
    }
    assert_eq!(read::<Vec<SqsMessage>>(&read_sample("pipes")).expect("pipes").len(), 2);
    for name in ["sns", "sns-cloudformation"] {
        assert_eq!(read::<SnsEvent>(&read_sample(name)).expect(name).records.len(), 1);
    }
}

/// The table contains every sample.
#[tokio::test]
async fn every_sample_creates_the_requested_versions() {
    let expected = [
        ("cloudformation-create", 1),
        ("cloudformation-delete", 0),
        ("cloudformation-update", 1),
        ("direct", 1),
        ("eventbridge", 1),
        ("pipes", 2),
        ("scheduler", 1),
        ("sns", 1),
        ("sns-cloudformation", 1),
        ("sqs", 3),
        ("sqs-fifo", 3),
        ("step-functions", 1),
        ("terraform-update", 1),
    ];
    let files = std::fs::read_dir(format!("{}/events", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(files.count(), expected.len());
    for (name, versions) in expected {
        let rig = Rig::start().await;
        let event = rig.sample(name).to_string().replace(
            "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com",
            &rig.receiver.url(),
        );
        let result = response(rig.invoke(event).await);
        let failures = result["batchItemFailures"].as_array().map_or(0, Vec::len);
        assert_eq!((rig.new_versions().len(), failures), (versions, 0), "{name}: {result}");
    }
}

#[tokio::test]
async fn events_that_these_types_reject_get_a_response() {
    let mut batch: Value = serde_json::from_str(&read_sample("sqs")).unwrap();
    batch["Records"][0]["messageAttributes"] =
        json!({ "a": { "stringListValues": null, "dataType": "String" } });
    assert!(
        read::<SqsEvent>(&batch.to_string()).is_err(),
        "the types reject the whole batch because of one attribute"
    );
    let mut number: Value = serde_json::from_str(&read_sample("sqs")).unwrap();
    number["Records"][0]["attributes"]["ApproximateReceiveCount"] = json!(1);
    assert!(
        read::<SqsEvent>(&number.to_string()).is_err(),
        "the types reject the whole batch because of one number"
    );
    for event in [batch, number] {
        let rig = Rig::start().await;
        assert_eq!(response(rig.invoke(event.to_string()).await), json!({ "batchItemFailures": [] }));
        assert_eq!(rig.new_versions().len(), 3);
    }

    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-create");
    event.as_object_mut().unwrap().remove("ResourceType");
    assert!(
        read::<CloudFormationCustomResourceRequest>(&event.to_string()).is_err(),
        "CloudFormation would get no response"
    );
    assert_eq!(response(rig.invoke(event.to_string()).await)["Status"], "SUCCESS");
}

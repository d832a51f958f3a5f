//! The sample events are what AWS sends: the types of `aws_lambda_events`, which nobody here wrote, take them. And why
//! this function does not read with those types: what they refuse, it answers.

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
fn samples_are_what_aws_sends() {
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

/// Every sample is here, and each makes the versions that it asks for.
#[tokio::test]
async fn every_sample_makes_its_versions() {
    let made = [
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
    assert_eq!(files.count(), made.len());
    for (name, versions) in made {
        let rig = Rig::start().await;
        let event = rig.sample(name).to_string().replace(
            "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com",
            &rig.receiver.url(),
        );
        let answer = response(rig.invoke(event).await);
        let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
        assert_eq!((rig.new_versions().len(), failures), (versions, 0), "{name}: {answer}");
    }
}

#[tokio::test]
async fn what_the_types_refuse_is_answered() {
    let mut batch: Value = serde_json::from_str(&read_sample("sqs")).unwrap();
    batch["Records"][0]["messageAttributes"] =
        json!({ "a": { "stringListValues": null, "dataType": "String" } });
    assert!(read::<SqsEvent>(&batch.to_string()).is_err(), "one attribute loses the batch");
    let mut odd: Value = serde_json::from_str(&read_sample("sqs")).unwrap();
    odd["Records"][0]["attributes"]["ApproximateReceiveCount"] = json!(1);
    assert!(read::<SqsEvent>(&odd.to_string()).is_err(), "one number loses the batch");
    for event in [batch, odd] {
        let rig = Rig::start().await;
        assert_eq!(response(rig.invoke(event.to_string()).await), json!({ "batchItemFailures": [] }));
        assert_eq!(rig.new_versions().len(), 3);
    }

    let rig = Rig::start().await;
    let mut event = rig.sample("cloudformation-create");
    event.as_object_mut().unwrap().remove("ResourceType");
    assert!(read::<CloudFormationCustomResourceRequest>(&event.to_string()).is_err(), "nobody would be told");
    assert_eq!(response(rig.invoke(event.to_string()).await)["Status"], "SUCCESS");
}

//! The events: a custom resource's Create with two connectors, direct requests of any size, batches.

use serde_json::{Value, json};

const DEFINITION: &str = "11111111-2222-3333-4444-555555555555";

/// A custom resource's Create with this ResponseURL.
pub fn custom_resource(response_url: &str) -> String {
    let stack =
        "arn:aws:cloudformation:us-east-1:123456789012:stack/line-7/5b918d10-cd98-11ea-90d5-0a9cd3354c10";
    let request = request(2);
    json!({
        "RequestType": "Create",
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:bench",
        "ResponseURL": response_url,
        "StackId": stack,
        "RequestId": "EVENT_ID",
        "LogicalResourceId": "LineConnectors",
        "ResourceType": "Custom::GreengrassConnectorVersion",
        "ResourceProperties": {
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:bench",
            "ConnectorDefinitionId": request["ConnectorDefinitionId"],
            "Connectors": request["Connectors"],
        },
    })
    .to_string()
}

/// A request with this number of connectors.
pub fn request(connectors: usize) -> Value {
    let connector = |number: usize| {
        json!({
            "Id": format!("connector-{number}"),
            "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
            "Parameters": { "DefaultSNSArn": format!("arn:aws:sns:us-east-1:123456789012:line-{number}") },
        })
    };
    json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": (0..connectors).map(connector).collect::<Vec<_>>() })
}

/// A batch of this number of messages, each a request with two connectors.
pub fn batch(messages: usize) -> String {
    let record = |number: usize| {
        json!({
            "messageId": format!("EVENT_ID-{number}"),
            "receiptHandle": "r",
            "body": request(2).to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:requests",
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": (0..messages).map(record).collect::<Vec<_>>() }).to_string()
}

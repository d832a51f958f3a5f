//! The connector definition that the sample events name, and the version that two of them are about.

use std::io;

use serde_json::{Value, json};

use crate::greengrass::Service;

/// Id of the definition that the sample events name.
pub const DEFINITION: &str = "0b1f6a4e-6c53-4d0a-9a55-3c1f2a7d8e90";
/// Id of the version that the custom resource of the samples stands for when it is updated or deleted.
pub const VERSION: &str = "5d2c8f1b-94e7-4b3a-8f60-7e1d9c0a2b34";

/// Makes both, where they are not there yet.
pub fn add_to(service: &Service) -> io::Result<()> {
    service.add_definition(DEFINITION, "packaging-line-7")?;
    service.add_version(DEFINITION, VERSION, connectors())
}

/// What the version holds.
pub fn connectors() -> Value {
    json!([
        {
            "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/4",
            "Id": "line-metrics",
            "Parameters": {
                "PublishInterval": "60",
                "PublishRegion": "us-east-1",
                "MemorySize": "16384",
                "MaxMetricsToRetain": "2000",
                "IsolationMode": "GreengrassContainer"
            }
        }
    ])
}

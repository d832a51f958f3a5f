//! The connector definition that the sample events name, with the version that two of them name.

use std::io;

use serde_json::{Value, json};

use crate::greengrass::Emulator;

/// The ID of the definition that the sample events name.
pub const DEFINITION: &str = "0b1f6a4e-6c53-4d0a-9a55-3c1f2a7d8e90";
/// The ID of the version that the custom resource has in the sample events of an Update and a Delete.
pub const VERSION: &str = "5d2c8f1b-94e7-4b3a-8f60-7e1d9c0a2b34";

/// Creates the definition and the version unless they exist.
///
/// # Errors
/// If the emulator's data file cannot be written.
pub fn add_to(emulator: &Emulator) -> io::Result<()> {
    emulator.add_definition(DEFINITION, "packaging-line-7")?;
    emulator.add_version(DEFINITION, VERSION, connectors())
}

/// The version's connectors, as a JSON array.
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

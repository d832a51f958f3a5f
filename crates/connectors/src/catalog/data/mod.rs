//! AWS's connectors: facts of the developer guide of AWS IoT Greengrass V1 (last edited July 2022), in words of
//! our own.
//!
//! Where the guide contradicts itself its tables of parameters are followed, and what its examples have instead is
//! noted. The service itself took almost anything; what is wrong showed when a device got its deployment.

mod cloud;
mod integrations;
mod machine_learning;
mod protocols;

use super::connector::{Connector, Parameter, optional};
use super::value_type::{Format, Whole};

/// Every connector, by name.
pub static CONNECTORS: [&Connector; 22] = [
    &cloud::CLOUD_WATCH_METRICS,
    &cloud::DEVICE_DEFENDER,
    &cloud::DOCKER_APPLICATION_DEPLOYMENT,
    &machine_learning::IMAGE_CLASSIFICATION_ARMV7,
    &machine_learning::IMAGE_CLASSIFICATION_AARCH64_JTX2,
    &machine_learning::IMAGE_CLASSIFICATION_X86_64,
    &cloud::IO_TANALYTICS,
    &protocols::IO_TEIPPROTOCOL_ADAPTOR,
    &protocols::IO_TSITE_WISE,
    &cloud::KINESIS_FIREHOSE,
    &machine_learning::MLFEEDBACK,
    &protocols::MODBUS_RTUPROTOCOL_ADAPTER,
    &protocols::MODBUS_TCPCONNECTOR,
    &machine_learning::OBJECT_DETECTION_ARMV7,
    &machine_learning::OBJECT_DETECTION_AARCH64_JTX2,
    &machine_learning::OBJECT_DETECTION_X86_64,
    &protocols::RASPBERRY_PI_GPIO,
    &cloud::SNS,
    &protocols::SERIAL_STREAM,
    &integrations::SERVICE_NOW_METRIC_BASE_INTEGRATION,
    &integrations::SPLUNK_INTEGRATION,
    &integrations::TWILIO_NOTIFICATIONS,
];

/// As the documentation of ForceDeploy and its like changed: sometimes `True`, sometimes `true`.
const BOOLEAN: Format = Format::OneOf { values: &["true", "false"], any_case: true };
const GROUP_RESOURCE_ID: Format = Format::Chars { set: "a-zA-Z0-9:_-", min: 1, max: usize::MAX };
const PLAIN_ID: Format = Format::Chars { set: "a-zA-Z0-9_-", min: 1, max: usize::MAX };

/// ARN of a secret, as an example.
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:greengrass-line-7-AbCdEf";
const SECRET_PATTERN: &str = concat!(
    r"arn:aws:secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:",
    r"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+"
);
const SECRETS: &str = concat!(
    r#"["arn:aws:secretsmanager:us-east-1:123456789012:secret:line-7-AbCdEf", "#,
    r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:vision/line-8-GhIjKl"]"#
);
const SECRET_OR_NONE_PATTERN: &str = concat!(
    r"^$|arn:(aws(-[a-z]+)*):secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:",
    r"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+"
);
/// The documented one of DockerApplicationDeployment lost characters; this is the one of IoTSiteWise.
const SECRETS_PATTERN: &str = concat!(
    r#"\[( ?,? ?"(arn:(aws(-[a-z]+)*):secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:"#,
    r#"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+)*")*\]"#
);

const fn at_least(min: u64) -> Format {
    Format::Whole(Whole { min, max: None, zeros: true })
}

const fn at_least_plain(min: u64) -> Format {
    Format::Whole(Whole { min, max: None, zeros: false })
}

const fn between(min: u64, max: u64, zeros: bool) -> Format {
    Format::Whole(Whole { min, max: Some(max), zeros })
}

const fn isolation_mode(since: u32) -> Parameter {
    let format = Format::OneOf { values: &["GreengrassContainer", "NoContainer"], any_case: false };
    optional("IsolationMode", format, "Whether the connector runs inside or outside the Greengrass container")
        .since(since)
        .default("GreengrassContainer")
        .example("NoContainer")
        .pattern(r"^NoContainer$|^GreengrassContainer$")
}

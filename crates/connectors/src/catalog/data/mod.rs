//! The connectors that AWS published, transcribed from the
//! [developer guide of AWS IoT Greengrass V1](https://docs.aws.amazon.com/greengrass/v1/developerguide/connectors-list.html).
//!
//! Where the guide contradicts itself, the data follows its parameter tables and records what its examples use instead
//! (`Parameter::doc_alias`).

mod cloud;
mod integrations;
mod machine_learning;
mod protocols;

use super::connector::{ConnectorSpec, Parameter, optional};
use super::value_type::{Integer, ValueType};

/// Every connector, sorted by name.
pub static CONNECTORS: [&ConnectorSpec; 22] = [
    &cloud::CLOUD_WATCH_METRICS,
    &cloud::DEVICE_DEFENDER,
    &cloud::DOCKER_APPLICATION_DEPLOYMENT,
    &machine_learning::IMAGE_CLASSIFICATION_ARMV7,
    &machine_learning::IMAGE_CLASSIFICATION_AARCH64_JTX2,
    &machine_learning::IMAGE_CLASSIFICATION_X86_64,
    &cloud::IOT_ANALYTICS,
    &protocols::IOT_EIP_PROTOCOL_ADAPTOR,
    &protocols::IOT_SITEWISE,
    &cloud::KINESIS_FIREHOSE,
    &machine_learning::ML_FEEDBACK,
    &protocols::MODBUS_RTU_PROTOCOL_ADAPTER,
    &protocols::MODBUS_TCP_CONNECTOR,
    &machine_learning::OBJECT_DETECTION_ARMV7,
    &machine_learning::OBJECT_DETECTION_AARCH64_JTX2,
    &machine_learning::OBJECT_DETECTION_X86_64,
    &protocols::RASPBERRY_PI_GPIO,
    &cloud::SNS,
    &protocols::SERIAL_STREAM,
    &integrations::SERVICENOW_METRICBASE_INTEGRATION,
    &integrations::SPLUNK_INTEGRATION,
    &integrations::TWILIO_NOTIFICATIONS,
];

/// The guide writes `True` in some places and `true` in others, so that case is ignored.
const BOOLEAN: ValueType = ValueType::OneOf { values: &["true", "false"], ignore_case: true };
const GROUP_RESOURCE_ID: ValueType = ValueType::Charset { set: "a-zA-Z0-9:_-", min: 1, max: usize::MAX };
const RESOURCE_ID_NO_COLON: ValueType = ValueType::Charset { set: "a-zA-Z0-9_-", min: 1, max: usize::MAX };

const EXAMPLE_SECRET_ARN: &str =
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:greengrass-line-7-AbCdEf";
const SECRET_ARN_PATTERN: &str = concat!(
    r"arn:aws:secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:",
    r"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+"
);
const EXAMPLE_SECRET_ARNS: &str = concat!(
    r#"["arn:aws:secretsmanager:us-east-1:123456789012:secret:line-7-AbCdEf", "#,
    r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:vision/line-8-GhIjKl"]"#
);
const OPTIONAL_SECRET_ARN_PATTERN: &str = concat!(
    r"^$|arn:(aws(-[a-z]+)*):secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:",
    r"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+"
);
/// From IoTSiteWise: the pattern documented for DockerApplicationDeployment lost characters.
const SECRET_ARN_LIST_PATTERN: &str = concat!(
    r#"\[( ?,? ?"(arn:(aws(-[a-z]+)*):secretsmanager:[a-z0-9\-]+:[0-9]{12}:secret:"#,
    r#"([a-zA-Z0-9\\]+/)*[a-zA-Z0-9/_+=,.@\-]+-[a-zA-Z0-9]+)*")*\]"#
);

const fn at_least(min: u64) -> ValueType {
    ValueType::Integer(Integer { min, max: None, allow_leading_zeros: true })
}

const fn at_least_no_leading_zeros(min: u64) -> ValueType {
    ValueType::Integer(Integer { min, max: None, allow_leading_zeros: false })
}

const fn integer_in(min: u64, max: u64, allow_leading_zeros: bool) -> ValueType {
    ValueType::Integer(Integer { min, max: Some(max), allow_leading_zeros })
}

const fn isolation_mode(since: u32) -> Parameter {
    let value_type = ValueType::OneOf { values: &["GreengrassContainer", "NoContainer"], ignore_case: false };
    optional(
        "IsolationMode",
        value_type,
        "Whether the connector runs inside or outside the Greengrass container",
    )
    .since(since)
    .default("GreengrassContainer")
    .example("NoContainer")
    .pattern(r"^NoContainer$|^GreengrassContainer$")
}

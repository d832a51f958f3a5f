//! Connectors to third-party services.

use super::{EXAMPLE_SECRET_ARN, SECRET_ARN_PATTERN, at_least, integer_in, isolation_mode};
use crate::catalog::connector::{ConnectorSpec, Requirements, Rule, optional, required};
use crate::catalog::value_type::{ArnType, ValueType};

pub(super) static SERVICENOW_METRICBASE_INTEGRATION: ConnectorSpec = ConnectorSpec {
    name: "ServiceNowMetricBaseIntegration",
    title: "ServiceNow MetricBase Integration",
    page: "servicenow-connector",
    latest: 4,
    parameters: &[
        required("PublishInterval", integer_in(1, 900, false), "Most seconds between two publishes")
            .example("60")
            .pattern(r"[1-9]|[1-9]\d|[1-9]\d\d|900"),
        required("PublishBatchSize", at_least(0), "Metric values that make a publish")
            .example("50")
            .pattern(r"^[0-9]+$"),
        required("InstanceName", ValueType::SingleLine, "ServiceNow instance")
            .example("line-7")
            .pattern(r".+"),
        required(
            "DefaultTableName",
            ValueType::SingleLine,
            "Table holding the GlideRecord of the time series",
        )
        .example("u_line_7")
        .pattern(r".+"),
        required(
            "MaxMetricsToRetain",
            at_least(0),
            "Metrics kept in memory while offline; more than the batch size",
        )
        .example("2500")
        .pattern(r"^[0-9]+$"),
        required(
            "AuthSecretArn",
            ValueType::Arn(ArnType::Secret),
            "ARN of the secret with user and password",
        )
        .example(EXAMPLE_SECRET_ARN)
        .pattern(SECRET_ARN_PATTERN),
        required(
            "AuthSecretArn-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the credentials secret",
        )
        .example("secret")
        .pattern(r".+"),
        isolation_mode(4),
    ],
    rules: &[Rule::Greater { parameter: "MaxMetricsToRetain", than: "PublishBatchSize" }],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        secrets: &["AuthSecretArn + AuthSecretArn-ResourceId"],
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static SPLUNK_INTEGRATION: ConnectorSpec = ConnectorSpec {
    name: "SplunkIntegration",
    title: "Splunk Integration",
    page: "splunk-connector",
    latest: 4,
    parameters: &[
        required("SplunkEndpoint", ValueType::SplunkEndpoint, "Splunk endpoint: protocol, host, port")
            .example("https://splunk.example.com:8088")
            .pattern(
                r"^(http:\/\/|https:\/\/)?[a-z0-9]+([-.]{1}[a-z0-9]+)*.[a-z]{2,5}(:[0-9]{1,5})?(\/.*)?$",
            ),
        required("MemorySize", at_least(0), "Memory given to the connector, in KB")
            .example("16384")
            .pattern(r"^[0-9]+$"),
        required("SplunkQueueSize", at_least(0), "Most items kept in memory before sending")
            .example("10000")
            .pattern(r"^[0-9]+$"),
        required(
            "SplunkFlushIntervalSeconds",
            integer_in(0, 900, false),
            "Seconds to batch items; 0 sends at once",
        )
        .example("5")
        .pattern(r"[0-9]|[1-9]\d|[1-9]\d\d|900"),
        required(
            "SplunkTokenSecretArn",
            ValueType::Arn(ArnType::SplunkSecret),
            "ARN of the secret with the Splunk token",
        )
        .example(EXAMPLE_SECRET_ARN)
        .pattern(
            r"arn:aws:secretsmanager:[a-z]{2}-[a-z]+-\d{1}:\d{12}?:secret:[a-zA-Z0-9_\-]+-[a-zA-Z0-9_\-]+",
        ),
        required(
            "SplunkTokenSecretArn-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the Splunk token secret",
        )
        .example("secret")
        .pattern(r".+"),
        optional("SplunkCustomCALocation", ValueType::Path, "Path of a custom CA file")
            .allow_empty()
            .example("/etc/ssl/splunk.pem")
            .pattern(r"^$|/.*"),
        isolation_mode(4),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        secrets: &["SplunkTokenSecretArn + SplunkTokenSecretArn-ResourceId"],
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static TWILIO_NOTIFICATIONS: ConnectorSpec = ConnectorSpec {
    name: "TwilioNotifications",
    title: "Twilio Notifications",
    page: "twilio-notifications-connector",
    latest: 5,
    parameters: &[
        required("TWILIO_ACCOUNT_SID", ValueType::SingleLine, "Twilio account SID")
            .example("AC00000000000000000000000000000000")
            .pattern(r".+"),
        required(
            "TwilioAuthTokenSecretArn",
            ValueType::Arn(ArnType::Secret),
            "ARN of the secret with the Twilio auth token",
        )
        .example(EXAMPLE_SECRET_ARN)
        .pattern(SECRET_ARN_PATTERN),
        required(
            "TwilioAuthTokenSecretArn-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the Twilio token secret",
        )
        .example("secret")
        .pattern(r".+"),
        optional("DefaultFromPhoneNumber", ValueType::PhoneNumber, "Sender's number, with leading +")
            .allow_empty()
            .example("+15550100")
            .pattern(r"^$|\+[0-9]+"),
        isolation_mode(5),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (4, "1.9.3")],
        secrets: &["TwilioAuthTokenSecretArn + TwilioAuthTokenSecretArn-ResourceId"],
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};

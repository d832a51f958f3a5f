//! Connectors to services of others.

use super::{SECRET, SECRET_PATTERN, at_least, between, isolation_mode};
use crate::catalog::connector::{Connector, NOTHING, Needs, Rule, optional, required};
use crate::catalog::value_type::Arn;
use crate::catalog::value_type::Format;

pub(super) static SERVICE_NOW_METRIC_BASE_INTEGRATION: Connector = Connector {
    name: "ServiceNowMetricBaseIntegration",
    title: "ServiceNow MetricBase Integration",
    page: "servicenow-connector",
    latest: 4,
    parameters: &[
        required("PublishInterval", between(1, 900, false), "Most seconds between two publishes")
            .example("60")
            .pattern(r"[1-9]|[1-9]\d|[1-9]\d\d|900"),
        required("PublishBatchSize", at_least(0), "Metric values that make a publish")
            .example("50")
            .pattern(r"^[0-9]+$"),
        required("InstanceName", Format::Line, "ServiceNow instance").example("line-7").pattern(r".+"),
        required("DefaultTableName", Format::Line, "Table holding the GlideRecord of the time series")
            .example("u_line_7")
            .pattern(r".+"),
        required(
            "MaxMetricsToRetain",
            at_least(0),
            "Metrics kept in memory while offline; more than the batch size",
        )
        .example("2500")
        .pattern(r"^[0-9]+$"),
        required("AuthSecretArn", Format::Arn(Arn::Secret), "ARN of the secret with user and password")
            .example(SECRET)
            .pattern(SECRET_PATTERN),
        required(
            "AuthSecretArn-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the credentials secret",
        )
        .example("secret")
        .pattern(r".+"),
        isolation_mode(4),
    ],
    rules: &[Rule::Greater { parameter: "MaxMetricsToRetain", than: "PublishBatchSize" }],
    needs: Needs {
        core: &[(1, "1.7"), (3, "1.9.3")],
        secrets: &["AuthSecretArn + AuthSecretArn-ResourceId"],
        ..NOTHING
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static SPLUNK_INTEGRATION: Connector = Connector {
    name: "SplunkIntegration",
    title: "Splunk Integration",
    page: "splunk-connector",
    latest: 4,
    parameters: &[
        required("SplunkEndpoint", Format::SplunkEndpoint, "Splunk endpoint: protocol, host, port")
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
            between(0, 900, false),
            "Seconds to batch items; 0 sends at once",
        )
        .example("5")
        .pattern(r"[0-9]|[1-9]\d|[1-9]\d\d|900"),
        required(
            "SplunkTokenSecretArn",
            Format::Arn(Arn::PlainSecret),
            "ARN of the secret with the Splunk token",
        )
        .example(SECRET)
        .pattern(
            r"arn:aws:secretsmanager:[a-z]{2}-[a-z]+-\d{1}:\d{12}?:secret:[a-zA-Z0-9_\-]+-[a-zA-Z0-9_\-]+",
        ),
        required(
            "SplunkTokenSecretArn-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the Splunk token secret",
        )
        .example("secret")
        .pattern(r".+"),
        optional("SplunkCustomCALocation", Format::Path, "Path of a custom CA file")
            .or_empty()
            .example("/etc/ssl/splunk.pem")
            .pattern(r"^$|/.*"),
        isolation_mode(4),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.7"), (3, "1.9.3")],
        secrets: &["SplunkTokenSecretArn + SplunkTokenSecretArn-ResourceId"],
        ..NOTHING
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static TWILIO_NOTIFICATIONS: Connector = Connector {
    name: "TwilioNotifications",
    title: "Twilio Notifications",
    page: "twilio-notifications-connector",
    latest: 5,
    parameters: &[
        required("TWILIO_ACCOUNT_SID", Format::Line, "Twilio account SID")
            .example("AC00000000000000000000000000000000")
            .pattern(r".+"),
        required(
            "TwilioAuthTokenSecretArn",
            Format::Arn(Arn::Secret),
            "ARN of the secret with the Twilio auth token",
        )
        .example(SECRET)
        .pattern(SECRET_PATTERN),
        required(
            "TwilioAuthTokenSecretArn-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the Twilio token secret",
        )
        .example("secret")
        .pattern(r".+"),
        optional("DefaultFromPhoneNumber", Format::Phone, "Sender's number, with leading +")
            .or_empty()
            .example("+15550100")
            .pattern(r"^$|\+[0-9]+"),
        isolation_mode(5),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.7"), (4, "1.9.3")],
        secrets: &["TwilioAuthTokenSecretArn + TwilioAuthTokenSecretArn-ResourceId"],
        ..NOTHING
    },
    maintenance_ended: Some("2022-03-31"),
};

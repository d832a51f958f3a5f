//! Connectors to AWS services.

use super::{
    BOOLEAN, EXAMPLE_SECRET_ARNS, RESOURCE_ID_NO_COLON, SECRET_ARN_LIST_PATTERN, at_least,
    at_least_no_leading_zeros, integer_in, isolation_mode,
};
use crate::catalog::connector::{ConnectorSpec, Requirements, optional, required};
use crate::catalog::value_type::{ArnType, ValueType};

pub(super) static CLOUD_WATCH_METRICS: ConnectorSpec = ConnectorSpec {
    name: "CloudWatchMetrics",
    title: "CloudWatch Metrics",
    page: "cloudwatch-metrics-connector",
    latest: 5,
    parameters: &[
        required(
            "PublishInterval",
            integer_in(0, 900, false),
            "Seconds to batch the metrics of a namespace; 0 sends at once",
        )
        .example("60")
        .pattern(r"[0-9]|[1-9]\d|[1-9]\d\d|900"),
        optional("PublishRegion", ValueType::Region, "Region to send metrics to when not the core's own")
            .allow_empty()
            .example("us-east-1")
            .pattern(r"^$|([a-z]{2}-[a-z]+-\d{1})"),
        required("MemorySize", at_least(0), "Memory given to the connector, in KB")
            .example("16384")
            .pattern(r"^[0-9]+$"),
        required(
            "MaxMetricsToRetain",
            at_least_no_leading_zeros(2000),
            "Metrics kept in memory while offline, all namespaces together",
        )
        .example("2500")
        .pattern(r"^([2-9]\d{3}|[1-9]\d{4,})$"),
        isolation_mode(4),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        role_actions: &["cloudwatch:PutMetricData"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static DEVICE_DEFENDER: ConnectorSpec = ConnectorSpec {
    name: "DeviceDefender",
    title: "Device Defender",
    page: "device-defender-connector",
    latest: 3,
    parameters: &[
        required("SampleIntervalSeconds", at_least(300), "Seconds between two reports of device metrics")
            .example("300")
            .pattern(r"^[0-9]*(?:3[0-9][0-9]|[4-9][0-9]{2}|[1-9][0-9]{3,})$"),
        required(
            "ProcDestinationPath-ResourceId",
            RESOURCE_ID_NO_COLON,
            "Id, in the group's resource definition, of the /proc volume",
        )
        .example("proc")
        .pattern(r"[a-zA-Z0-9_-]+"),
        required(
            "ProcDestinationPath",
            ValueType::TopDirectory,
            "Path at which the /proc volume resource is mounted",
        )
        .example("/host_proc")
        .pattern(r"\/[a-zA-Z0-9_-]+"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["volume /proc (destination /host_proc, AutoAddGroupOwner true)"],
        other: &["AWS IoT Device Defender Detect configured", "psutil and cbor on the core"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static DOCKER_APPLICATION_DEPLOYMENT: ConnectorSpec = ConnectorSpec {
    name: "DockerApplicationDeployment",
    title: "Docker application deployment",
    page: "docker-app-connector",
    latest: 7,
    parameters: &[
        required(
            "DockerComposeFileS3Bucket",
            ValueType::Charset { set: "a-zA-Z0-9.-", min: 3, max: 63 },
            "Bucket holding the Compose file",
        )
        .example("line-7-artifacts")
        .pattern(r"[a-zA-Z0-9\-\.]{3,63}"),
        required("DockerComposeFileS3Key", ValueType::SingleLine, "Object key of the Compose file")
            .example("vision/docker-compose.yml")
            .pattern(r".+"),
        optional("DockerComposeFileS3Version", ValueType::SingleLine, "Object version of the Compose file")
            .example("3sL4kqtJlcpXroDTDmJ")
            .pattern(r".+"),
        required(
            "DockerComposeFileDestinationPath",
            ValueType::Path,
            "Existing absolute directory where the Compose file is put",
        )
        .example("/var/lib/vision")
        .pattern(r"\/.*\/?"),
        optional("DockerUserId", integer_in(0, 99999, true), "UID the connector runs as (default ggc_user)")
            .example("1000")
            .pattern(r"^[0-9]{1,5}$"),
        optional(
            "AWSSecretsArnList",
            ValueType::SecretArnList,
            "JSON list of ARNs of secrets for private image registries",
        )
        .example(EXAMPLE_SECRET_ARNS)
        .pattern(SECRET_ARN_LIST_PATTERN),
        optional(
            "DockerContainerStatusLogFrequency",
            integer_in(1, 9999, false),
            "Seconds between two log lines on container status",
        )
        .default("300")
        .example("60")
        .pattern(r"^[1-9]{1}[0-9]{0,3}$"),
        optional("ForceDeploy", BOOLEAN, "Deploy even if the previous deployment was not cleaned up")
            .since(2)
            .default("False")
            .example("true")
            .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("DockerPullBeforeUp", BOOLEAN, "Run docker-compose pull before up")
            .since(5)
            .default("True")
            .example("false")
            .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional(
            "StopContainersOnNewDeployment",
            BOOLEAN,
            "Stop running containers on a new deployment or when the core stops",
        )
        .since(6)
        .default("True")
        .example("TRUE")
        .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("DockerOfflineMode", BOOLEAN, "Use the local Compose file when the core starts offline")
            .since(7)
            .default("False")
            .example("false")
            .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.10")],
        role_actions: &[
            "s3:GetObject",
            "s3:GetObjectVersion",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
        ],
        secrets: &["AWSSecretsArnList (per private registry; optional)"],
        other: &["Docker Engine >= 1.9.1, Docker Compose, 36 MB RAM"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static IOT_ANALYTICS: ConnectorSpec = ConnectorSpec {
    name: "IoTAnalytics",
    title: "IoT Analytics",
    page: "iot-analytics-connector",
    latest: 4,
    parameters: &[
        required("MemorySize", at_least(0), "Memory given to the connector, in KB")
            .example("16384")
            .pattern(r"^[0-9]+$"),
        optional(
            "PublishRegion",
            ValueType::Region,
            "Region of the IoT Analytics channels; must be the connector's own",
        )
        .allow_empty()
        .example("us-east-1")
        .pattern(r"^$|([a-z]{2}-[a-z]+-\d{1})"),
        optional("PublishInterval", at_least(0), "Seconds to batch data before sending")
            .allow_empty()
            .default("1")
            .example("60")
            .pattern(r"^$|^[0-9]+$"),
        optional(
            "IotAnalyticsMaxActiveChannels",
            at_least_no_leading_zeros(1),
            "Most channels watched at once",
        )
        .allow_empty()
        .default("50")
        .example("30")
        .pattern(r"^$|^[1-9][0-9]*$"),
        optional(
            "IotAnalyticsQueueDropBehavior",
            ValueType::OneOf { values: &["DROP_NEWEST", "DROP_OLDEST"], ignore_case: false },
            "Which message goes when a channel queue is full",
        )
        .default("DROP_NEWEST")
        .example("DROP_OLDEST")
        .pattern(r"^DROP_NEWEST$|^DROP_OLDEST$"),
        optional(
            "IotAnalyticsQueueSizePerChannel",
            at_least_no_leading_zeros(1),
            "Most messages kept in memory per channel",
        )
        .allow_empty()
        .default("2048")
        .example("1000")
        .pattern(r"^$|^[1-9][0-9]*$"),
        optional(
            "IotAnalyticsBatchSizePerChannel",
            at_least_no_leading_zeros(1),
            "Most messages in one batch request per channel",
        )
        .allow_empty()
        .default("5")
        .example("10")
        .pattern(r"^$|^[1-9][0-9]*$"),
        optional(
            "IotAnalyticsDefaultChannelName",
            ValueType::Charset { set: "a-zA-Z0-9_", min: 1, max: usize::MAX },
            "Channel for messages from the customer-defined topic",
        )
        .example("line_7")
        .pattern(r"^[a-zA-Z0-9_]+$"),
        isolation_mode(4),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        role_actions: &["iotanalytics:BatchPutMessage"],
        regions: Some("where both Greengrass and IoT Analytics are offered"),
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static KINESIS_FIREHOSE: ConnectorSpec = ConnectorSpec {
    name: "KinesisFirehose",
    title: "Kinesis Firehose",
    page: "kinesis-firehose-connector",
    latest: 5,
    parameters: &[
        required(
            "DefaultDeliveryStreamArn",
            ValueType::Arn(ArnType::DeliveryStream),
            "Delivery stream used when a message names none",
        )
        .example("arn:aws:firehose:us-east-1:123456789012:deliverystream/line-7")
        .pattern(r"arn:aws:firehose:([a-z]{2}-[a-z]+-\d{1}):(\d{12}):deliverystream/([a-zA-Z0-9_\-.]+)$"),
        required(
            "DeliveryStreamQueueSize",
            at_least_no_leading_zeros(2000),
            "Most records kept in memory per stream",
        )
        .since(2)
        .example("5000")
        .pattern(r"^([2-9]\d{3}|[1-9]\d{4,})$"),
        required("MemorySize", at_least(0), "Memory given to the connector, in KB")
            .since(2)
            .example("16384")
            .pattern(r"^[0-9]+$"),
        required("PublishInterval", integer_in(0, 900, false), "Seconds to batch records; 0 sends at once")
            .since(2)
            .example("60")
            .pattern(r"[0-9]|[1-9]\d|[1-9]\d\d|900"),
        isolation_mode(5),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (2, "1.7"), (4, "1.9.3")],
        role_actions: &["firehose:PutRecord", "firehose:PutRecordBatch (v2+)"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static SNS: ConnectorSpec = ConnectorSpec {
    name: "SNS",
    title: "SNS",
    page: "sns-connector",
    latest: 4,
    parameters: &[
        required("DefaultSNSArn", ValueType::Arn(ArnType::SnsTopic), "Topic used when a message names none")
            .example("arn:aws:sns:us-east-1:123456789012:line-7")
            .pattern(r"arn:aws:sns:([a-z]{2}-[a-z]+-\d{1}):(\d{12}):([a-zA-Z0-9_\-]+)$"),
        isolation_mode(4),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        role_actions: &["sns:Publish"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

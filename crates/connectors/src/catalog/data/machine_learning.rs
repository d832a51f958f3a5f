//! Machine learning connectors. The developer guide lists `GPUAcceleration` for every platform, but says that it
//! applies to Aarch64 JTX2 only.

use super::{GROUP_RESOURCE_ID, at_least_no_leading_zeros, integer_in};
use crate::catalog::connector::{ConnectorSpec, Parameter, Requirements, Rule, optional, required};
use crate::catalog::value_type::{ArnType, ValueType};

const MAINTENANCE_ENDED: Option<&str> = Some("2022-03-31");

const DESTINATION_PATH: Parameter = required(
    "MLModelDestinationPath",
    ValueType::SingleLine,
    "Where the ML resource appears to the function",
)
.example("/models")
.pattern(r".+");
const MODEL_RESOURCE_ID: Parameter = required(
    "MLModelResourceId",
    GROUP_RESOURCE_ID,
    "Id, in the group's resource definition, of the ML model",
)
.example("model:line-7")
.pattern(r"[a-zA-Z0-9:_-]+");
const TRAINING_JOB: Parameter = required(
    "MLModelSageMakerJobArn",
    ValueType::Arn(ArnType::TrainingJob),
    "ARN of the SageMaker training job that made the model",
)
.example("arn:aws:sagemaker:us-east-1:123456789012:training-job/line-7")
.pattern(r"^arn:aws:sagemaker:[a-zA-Z0-9-]+:[0-9]+:training-job/[a-zA-Z0-9][a-zA-Z0-9-]+$");
const SERVICE_NAME: Parameter = required(
    "LocalInferenceServiceName",
    ValueType::Name,
    "Name by which functions call the inference service",
)
.example("classify")
.pattern(r"[a-zA-Z0-9][a-zA-Z0-9-]{1,62}");
const TIMEOUT: Parameter = required(
    "LocalInferenceServiceTimeoutSeconds",
    at_least_no_leading_zeros(1),
    "Seconds before an inference request ends",
)
.example("20")
.pattern(r"[1-9][0-9]*");
const MEMORY_LIMIT: Parameter = required(
    "LocalInferenceServiceMemoryLimitKB",
    at_least_no_leading_zeros(1),
    "Memory the service may use, in KB",
)
.example("500000")
.pattern(r"[1-9][0-9]*");
const ACCELERATION: Parameter = required(
    "GPUAcceleration",
    ValueType::OneOf { values: &["CPU", "GPU"], ignore_case: false },
    "Compute context",
)
.example("GPU");
const FEEDBACK: Parameter = optional(
    "MLFeedbackConnectorConfigId",
    ValueType::Name,
    "Feedback configuration id of the MLFeedback connector to use",
)
.allow_empty()
.example("line-7")
.pattern(r"^$|^[a-zA-Z0-9][a-zA-Z0-9-]{1,62}$");

const RULES: &[Rule] = &[Rule::ReferencesFeedbackConfig { parameter: "MLFeedbackConnectorConfigId" }];

/// Parameters on the platforms without a GPU.
const IMAGE_CLASSIFICATION: &[Parameter] = &[
    DESTINATION_PATH,
    MODEL_RESOURCE_ID,
    TRAINING_JOB,
    SERVICE_NAME,
    TIMEOUT,
    MEMORY_LIMIT,
    FEEDBACK.since(2),
];

const fn image_classification(
    name: &'static str,
    title: &'static str,
    parameters: &'static [Parameter],
) -> ConnectorSpec {
    ConnectorSpec {
        name,
        title,
        page: "image-classification-connector",
        latest: 2,
        parameters,
        rules: RULES,
        requirements: Requirements {
            min_core_version: &[(1, "1.7"), (2, "1.9.3")],
            role_actions: &["sagemaker:DescribeTrainingJob"],
            resources: &["SageMaker model resource (MLModelResourceId)"],
            other: &["ML SDK"],
            ..Requirements::NONE
        },
        maintenance_ended: MAINTENANCE_ENDED,
    }
}

pub(super) static IMAGE_CLASSIFICATION_ARMV7: ConnectorSpec =
    image_classification("ImageClassificationARMv7", "ML Image Classification ARMv7", IMAGE_CLASSIFICATION);

pub(super) static IMAGE_CLASSIFICATION_AARCH64_JTX2: ConnectorSpec = image_classification(
    "ImageClassificationAarch64JTX2",
    "ML Image Classification Aarch64 JTX2",
    &[
        DESTINATION_PATH,
        MODEL_RESOURCE_ID,
        TRAINING_JOB,
        SERVICE_NAME,
        TIMEOUT,
        MEMORY_LIMIT,
        ACCELERATION,
        FEEDBACK.since(2),
    ],
);

pub(super) static IMAGE_CLASSIFICATION_X86_64: ConnectorSpec =
    image_classification("ImageClassificationx86-64", "ML Image Classification x86_64", IMAGE_CLASSIFICATION);

pub(super) static ML_FEEDBACK: ConnectorSpec = ConnectorSpec {
    name: "MLFeedback",
    title: "ML Feedback",
    page: "ml-feedback-connector",
    latest: 1,
    parameters: &[
        required(
            "FeedbackConfigurationMap",
            ValueType::FeedbackMap,
            "Map of feedback configuration id to its settings",
        )
        .example(concat!(
            r#"{"line-7":{"s3-bucket-name":"line-7-feedback","content-type":"image/png","#,
            r#""sampling-strategy":{"strategy-name":"RANDOM_SAMPLING","rate":0.5}}}"#
        )),
        optional("RequestLimit", integer_in(0, 999, true), "Most requests handled at once; more are dropped")
            .allow_empty()
            .example("10")
            .pattern(r"^$|^[0-9]{1,3}$"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.9.3")],
        role_actions: &["s3:PutObject"],
        other: &["ML SDK 1.1.0", "CloudWatchMetrics connector for metrics reporting"],
        ..Requirements::NONE
    },
    maintenance_ended: MAINTENANCE_ENDED,
};

/// Parameters on the platforms without a GPU.
const OBJECT_DETECTION: &[Parameter] =
    &[DESTINATION_PATH, MODEL_RESOURCE_ID, SERVICE_NAME, TIMEOUT.default("10"), MEMORY_LIMIT, FEEDBACK];

const fn object_detection(
    name: &'static str,
    title: &'static str,
    parameters: &'static [Parameter],
) -> ConnectorSpec {
    ConnectorSpec {
        name,
        title,
        page: "obj-detection-connector",
        latest: 1,
        parameters,
        rules: RULES,
        requirements: Requirements {
            min_core_version: &[(1, "1.9.3")],
            resources: &["S3 model resource (MLModelResourceId), Neo-compiled"],
            other: &["ML SDK 1.1.0"],
            ..Requirements::NONE
        },
        maintenance_ended: MAINTENANCE_ENDED,
    }
}

pub(super) static OBJECT_DETECTION_ARMV7: ConnectorSpec =
    object_detection("ObjectDetectionARMv7", "ML Object Detection ARMv7", OBJECT_DETECTION);

pub(super) static OBJECT_DETECTION_AARCH64_JTX2: ConnectorSpec = object_detection(
    "ObjectDetectionAarch64JTX2",
    "ML Object Detection Aarch64 JTX2",
    &[
        DESTINATION_PATH,
        MODEL_RESOURCE_ID,
        SERVICE_NAME,
        TIMEOUT.default("10"),
        MEMORY_LIMIT,
        ACCELERATION,
        FEEDBACK,
    ],
);

pub(super) static OBJECT_DETECTION_X86_64: ConnectorSpec =
    object_detection("ObjectDetectionx86-64", "ML Object Detection x86_64", OBJECT_DETECTION);

//! Rules that span several parameters or several connectors.

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::value_type::{ValueError, ValueType};
use connectors::diagnostic::DiagnosticCode;
use serde_json::{Value, json};

use super::{
    Parameters, arn, changed, codes_and_paths, expect, on_parameter, valid_parameters, validate_connectors,
    without,
};

#[test]
fn two_instances_of_one_connector() {
    let cloud_watch = CONNECTORS.iter().find(|connector| connector.name == "CloudWatchMetrics").unwrap();
    let instance =
        |version| (arn("CloudWatchMetrics", version), valid_parameters(cloud_watch, version, false));
    let diagnostics = validate_connectors(&[instance(5), instance(4), instance(5)]);
    assert_eq!(
        codes_and_paths(&diagnostics),
        [
            (DiagnosticCode::RepeatedConnector, "Connectors[1].ConnectorArn"),
            (DiagnosticCode::RepeatedConnector, "Connectors[2].ConnectorArn")
        ]
    );
    let other = "arn:aws:greengrass:us-east-1:123456789012:/connectors/Conveyor/versions/1".to_owned();
    let others = validate_connectors(&[(other.clone(), Parameters::new()), (other, Parameters::new())]);
    assert_eq!(others, []);
}

#[test]
fn rules_over_several_parameters() {
    let parameters = |pairs: &[(&str, &str)]| -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let connector_named = |name: &str| *CONNECTORS.iter().find(|connector| connector.name == name).unwrap();
    let disagree = |name: &str| vec![(DiagnosticCode::ParametersDisagree, on_parameter(name))];

    let service_now = connector_named("ServiceNowMetricBaseIntegration");
    for (retained, expected) in
        [("50", disagree("MaxMetricsToRetain")), ("49", disagree("MaxMetricsToRetain")), ("51", vec![])]
    {
        let parameters = changed(&valid_parameters(service_now, 4, false), "MaxMetricsToRetain", retained);
        expect(service_now, 4, parameters, &expected);
    }

    let serial = connector_named("SerialStream");
    let polling = changed(&valid_parameters(serial, 3, true), "PollingRead", "false");
    let quiet =
        without(&without(&without(&polling, "PollingReadLength"), "PollingReadInterval"), "PollingReadType");
    expect(serial, 3, quiet.clone(), &[]);
    let missing: Vec<(DiagnosticCode, String)> =
        ["PollingReadLength", "PollingReadInterval", "PollingReadType"]
            .map(|name| (DiagnosticCode::MissingParameter, on_parameter(name)))
            .into();
    expect(serial, 3, changed(&quiet, "PollingRead", "TRUE"), &missing);

    let pins = connector_named("RaspberryPiGPIO");
    let empty = parameters(&[("GpioMem-ResourceId", "m"), ("InputGpios", ""), ("OutputGpios", "")]);
    expect(pins, 3, empty, &[(DiagnosticCode::MissingParameter, "Connectors[0].Parameters".to_owned())]);

    let detection = connector_named("ObjectDetectionARMv7");
    let parameters = valid_parameters(detection, 1, true);
    let alone = validate_connectors(&[(arn(detection.name, 1), parameters.clone())]);
    assert_eq!(
        codes_and_paths(&alone),
        [(DiagnosticCode::ParametersDisagree, "Connectors[0].Parameters.MLFeedbackConnectorConfigId")]
    );
    expect(
        detection,
        1,
        changed(&parameters, "MLFeedbackConnectorConfigId", "line-9"),
        &disagree("MLFeedbackConnectorConfigId"),
    );
}

#[test]
fn a_name_from_an_aws_example_is_a_warning() {
    for (name, other) in [
        ("ProtocolAdapterConfiguration", "ProtocolAdaptorConfiguration"),
        ("CapabilityConfiguration", "capability_configuration"),
    ] {
        let connector = CONNECTORS.iter().find(|connector| connector.parameter(name).is_some()).unwrap();
        let parameters: Parameters = [(other.to_owned(), "{}".to_owned())].into();
        let diagnostics = expect(
            connector,
            connector.latest,
            parameters,
            &[(DiagnosticCode::UnknownParameter, on_parameter(other))],
        );
        assert_eq!(diagnostics[0].severity, connectors::diagnostic::Severity::Warning);
    }
}

#[test]
fn feedback_configurations() {
    let good = json!({ "s3-bucket-name": "b-1", "content-type": "image/png" });
    let with = |name: &str, value: Value| {
        let mut configuration = good.clone();
        configuration[name] = value;
        json!({ "config": configuration })
    };
    let strategy = |value: Value| with("sampling-strategy", value);
    let table = [
        (json!({}), true),
        (json!({ "config": good }), true),
        (with("s3-prefix", json!("x")), true),
        (strategy(json!({ "strategy-name": "RANDOM_SAMPLING", "rate": 1.0 })), true),
        (strategy(json!({ "strategy-name": "MARGIN", "threshold": 0 })), true),
        (strategy(json!({ "strategy-name": "ENTROPY", "threshold": 3.5 })), true),
        (json!([]), false),
        (json!({ "-": good }), false),
        (json!({ "config": 1 }), false),
        (json!({ "config": {} }), false),
        (with("s3-bucket-name", json!("B")), false),
        (with("content-type", json!(1)), false),
        (with("file-ext", json!(null)), false),
        (with("other", json!("x")), false),
        (strategy(json!("x")), false),
        (strategy(json!({ "strategy-name": "OTHER" })), false),
        (strategy(json!({ "strategy-name": "RANDOM_SAMPLING" })), false),
        (strategy(json!({ "strategy-name": "RANDOM_SAMPLING", "rate": 1.1 })), false),
        (strategy(json!({ "strategy-name": "LEAST_CONFIDENCE", "threshold": 1.1 })), false),
        (strategy(json!({ "strategy-name": "ENTROPY", "threshold": -0.1 })), false),
    ];
    for (map, is_valid) in table {
        assert_eq!(ValueType::FeedbackMap.check_value(&map.to_string()).is_ok(), is_valid, "{map}");
    }
    let twice = json!({ "one": good, "two": {} }).to_string();
    let Err(ValueError::Nested(message)) = ValueType::FeedbackMap.check_value(&twice) else { panic!() };
    assert_eq!(message, "configuration 2: expected an `s3-bucket-name` with 3-63 of `a-z 0-9 . -`");
}

//! Several parameters, or several connectors, together.

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::value_type::{Format, Misfit};
use connectors::request::Code;
use serde_json::{Value, json};

use super::{Parameters, advice, arn, changed, expect, found, on_parameter, right, without};

#[test]
fn two_instances_of_one_connector() {
    let cloud_watch = CONNECTORS.iter().find(|connector| connector.name == "CloudWatchMetrics").unwrap();
    let instance = |version| (arn("CloudWatchMetrics", version), right(cloud_watch, version, false));
    let advice = advice(&[instance(5), instance(4), instance(5)]);
    assert_eq!(
        found(&advice),
        [
            (Code::RepeatedConnector, "Connectors[1].ConnectorArn"),
            (Code::RepeatedConnector, "Connectors[2].ConnectorArn")
        ]
    );
    let other = "arn:aws:greengrass:us-east-1:123456789012:/connectors/Conveyor/versions/1".to_owned();
    let others = super::advice(&[(other.clone(), Parameters::new()), (other, Parameters::new())]);
    assert_eq!(others, []);
}

#[test]
fn rules_over_several_parameters() {
    let parameters = |pairs: &[(&str, &str)]| -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let of = |name: &str| *CONNECTORS.iter().find(|connector| connector.name == name).unwrap();
    let disagree = |name: &str| vec![(Code::ParametersDisagree, on_parameter(name))];

    let service_now = of("ServiceNowMetricBaseIntegration");
    for (retained, expected) in
        [("50", disagree("MaxMetricsToRetain")), ("49", disagree("MaxMetricsToRetain")), ("51", vec![])]
    {
        let given = changed(&right(service_now, 4, false), "MaxMetricsToRetain", retained);
        expect(service_now, 4, given, &expected);
    }

    let serial = of("SerialStream");
    let polling = changed(&right(serial, 3, true), "PollingRead", "false");
    let quiet =
        without(&without(&without(&polling, "PollingReadLength"), "PollingReadInterval"), "PollingReadType");
    expect(serial, 3, quiet.clone(), &[]);
    let missing: Vec<(Code, String)> = ["PollingReadLength", "PollingReadInterval", "PollingReadType"]
        .map(|name| (Code::MissingParameter, on_parameter(name)))
        .into();
    expect(serial, 3, changed(&quiet, "PollingRead", "TRUE"), &missing);

    let pins = of("RaspberryPiGPIO");
    let empty = parameters(&[("GpioMem-ResourceId", "m"), ("InputGpios", ""), ("OutputGpios", "")]);
    expect(pins, 3, empty, &[(Code::MissingParameter, "Connectors[0].Parameters".to_owned())]);

    let detection = of("ObjectDetectionARMv7");
    let named = right(detection, 1, true);
    let alone = advice(&[(arn(detection.name, 1), named.clone())]);
    assert_eq!(
        found(&alone),
        [(Code::ParametersDisagree, "Connectors[0].Parameters.MLFeedbackConnectorConfigId")]
    );
    expect(
        detection,
        1,
        changed(&named, "MLFeedbackConnectorConfigId", "line-9"),
        &disagree("MLFeedbackConnectorConfigId"),
    );
}

#[test]
fn another_name_in_awss_own_example_is_a_remark() {
    for (name, other) in [
        ("ProtocolAdapterConfiguration", "ProtocolAdaptorConfiguration"),
        ("CapabilityConfiguration", "capability_configuration"),
    ] {
        let connector = CONNECTORS.iter().find(|connector| connector.parameter(name).is_some()).unwrap();
        let given: Parameters = [(other.to_owned(), "{}".to_owned())].into();
        let advice =
            expect(connector, connector.latest, given, &[(Code::UnknownParameter, on_parameter(other))]);
        assert_eq!(advice[0].severity, connectors::request::Severity::Warning);
    }
}

#[test]
fn the_configurations_of_feedback() {
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
    for (map, fits) in table {
        assert_eq!(Format::FeedbackMap.check(&map.to_string()).is_ok(), fits, "{map}");
    }
    let twice = json!({ "one": good, "two": {} }).to_string();
    let Err(Misfit::Inside(text)) = Format::FeedbackMap.check(&twice) else { panic!() };
    assert!(
        text.starts_with("is not right in its configuration 2, which must have an s3-bucket-name"),
        "{text}"
    );
}

//! The catalogue of connectors, through the two functions that every request goes through: parse and advise.

use std::collections::BTreeMap;

use connector_versions::catalog::connector::{Connector, Empty, Parameter, Rule};
use connector_versions::catalog::data::CONNECTORS;
use connector_versions::catalog::format::{Format, Misfit};
use connector_versions::catalog::{Context, advise};
use connector_versions::json::Json;
use connector_versions::request::{Advice, Code, Rules, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

type Parameters = BTreeMap<String, String>;

fn arn(name: &str, version: impl std::fmt::Display) -> String {
    format!("arn:aws:greengrass:us-east-1::/connectors/{name}/versions/{version}")
}

/// The advice on connectors, each an ARN and its parameters.
fn advice(connectors: &[(String, Parameters)]) -> Vec<Advice> {
    let connectors: Vec<Value> = connectors
        .iter()
        .enumerate()
        .map(|(index, (arn, parameters))| {
            json!({ "Id": format!("c{index}"), "ConnectorArn": arn, "Parameters": parameters })
        })
        .collect();
    advice_on(&json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }))
}

fn advice_on(request: &Value) -> Vec<Advice> {
    let text = request.to_string();
    let parsed = parse(Json::parse(&text).unwrap(), &Rules::default()).unwrap();
    assert!(parsed.advice.is_empty(), "{:?}", parsed.advice);
    advise(&parsed.request.connectors, &Context::of_region(Some("us-east-1")))
}

/// Codes and places, without those that only the version brings.
fn found(advice: &[Advice]) -> Vec<(Code, &str)> {
    let of_version = |code| matches!(code, Code::SupersededVersion | Code::MaintenanceEnded);
    advice
        .iter()
        .filter(|advice| !of_version(advice.code))
        .map(|advice| (advice.code, advice.path.as_str()))
        .collect()
}

fn on_parameter(name: &str) -> String {
    format!("Connectors[0].Parameters.{name}")
}

/// Parameters of the rules that the required ones do not cover.
fn ruled(connector: &Connector) -> Vec<&'static str> {
    let of_rule = |rule: &Rule| match rule {
        Rule::RequiredWhen { then, .. } => then.to_vec(),
        Rule::AnyOf(names) => vec![names[0]],
        Rule::Greater { .. } | Rule::NamesFeedback { .. } => vec![],
    };
    connector.rules.iter().flat_map(of_rule).collect()
}

/// A request that is right: with the examples of all parameters, or of those that must be there.
fn right(connector: &Connector, version: u32, all: bool) -> Parameters {
    connector
        .parameters_of(version)
        .filter(|parameter| all || parameter.required || ruled(connector).contains(&parameter.name))
        .map(|parameter| (parameter.name.to_owned(), parameter.example.to_owned()))
        .collect()
}

/// The connector with these parameters, and the one that it names where it does.
fn request(connector: &Connector, version: u32, parameters: Parameters) -> Vec<(String, Parameters)> {
    let mut request = vec![(arn(connector.name, version), parameters)];
    if request[0].1.contains_key("MLFeedbackConnectorConfigId") {
        let feedback = CONNECTORS.iter().find(|connector| connector.name == "MLFeedback").unwrap();
        request.push((arn("MLFeedback", 1), right(feedback, 1, true)));
    }
    request
}

/// Each connector in each of its versions, with a right request of either kind.
fn each(mut visit: impl FnMut(&'static Connector, u32, &Parameters)) {
    for connector in CONNECTORS {
        for version in 1..=connector.latest {
            for all in [false, true] {
                visit(connector, version, &right(connector, version, all));
            }
        }
    }
}

/// Each parameter of each right request.
fn each_parameter(mut visit: impl FnMut(&'static Connector, u32, &Parameters, &'static Parameter)) {
    each(|connector, version, parameters| {
        for parameter in connector.parameters_of(version).filter(|p| parameters.contains_key(p.name)) {
            visit(connector, version, parameters, parameter);
        }
    });
}

/// What is expected of a right request with one change.
#[track_caller]
fn expect(
    connector: &Connector,
    version: u32,
    parameters: Parameters,
    expected: &[(Code, String)],
) -> Vec<Advice> {
    let advice = advice(&request(connector, version, parameters));
    let expected: Vec<(Code, &str)> = expected.iter().map(|(code, path)| (*code, path.as_str())).collect();
    assert_eq!(found(&advice), expected, "{} {version}", connector.name);
    advice
}

fn changed(parameters: &Parameters, name: &str, value: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.insert(name.to_owned(), value.to_owned());
    parameters
}

fn without(parameters: &Parameters, name: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.remove(name).unwrap();
    parameters
}

#[test]
fn the_catalogue_is_whole() {
    let versions: u32 = CONNECTORS.iter().map(|connector| connector.latest).sum();
    let parameters: usize = CONNECTORS.iter().map(|connector| connector.parameters.len()).sum();
    assert_eq!((CONNECTORS.len(), versions, parameters), (22, 77, 126));
    assert!(CONNECTORS.is_sorted_by_key(|connector| connector.name));
}

/// All that is said of a right request is what its version brings: nothing for the latest of what is maintained.
#[test]
fn what_is_right_gives_no_advice() {
    let mut quiet = 0;
    each(|connector, version, parameters| {
        let advice = advice(&[(arn(connector.name, version), parameters.clone())]);
        let mut expected = Vec::new();
        if version < connector.latest {
            expected.push(Code::SupersededVersion);
        }
        if connector.maintenance_ended.is_some() {
            expected.push(Code::MaintenanceEnded);
        }
        if parameters.contains_key("MLFeedbackConnectorConfigId") {
            expected.push(Code::ParametersDisagree);
        }
        quiet += usize::from(expected.is_empty());
        assert_eq!(
            advice.iter().map(|advice| advice.code).collect::<Vec<_>>(),
            expected,
            "{}",
            connector.name
        );
        expect(connector, version, parameters.clone(), &[]);
    });
    assert_eq!(quiet, 2 * CONNECTORS.iter().filter(|c| c.maintenance_ended.is_none()).count());
}

#[test]
fn every_documented_default_and_allowed_value_is_right() {
    let mut checked = 0;
    each_parameter(|connector, version, parameters, parameter| {
        let allowed = match parameter.format {
            Format::OneOf { values, .. } => values,
            _ => &[],
        };
        for value in parameter.default.iter().chain(allowed) {
            expect(connector, version, changed(parameters, parameter.name, value), &[]);
            checked += 1;
        }
    });
    assert!(checked > 200, "{checked}");
}

#[test]
fn a_parameter_that_is_missing() {
    each_parameter(|connector, version, parameters, parameter| {
        let needed = parameter.required || ruled(connector).contains(&parameter.name);
        // One of two is enough where both are there.
        let other = connector.name == "RaspberryPiGPIO" && parameters.contains_key("OutputGpios");
        let is_any_of = parameter.name == "InputGpios";
        let expected = match (needed && !(is_any_of && other), is_any_of) {
            (false, _) => vec![],
            (true, false) => vec![(Code::MissingParameter, on_parameter(parameter.name))],
            (true, true) => vec![(Code::MissingParameter, "Connectors[0].Parameters".to_owned())],
        };
        expect(connector, version, without(parameters, parameter.name), &expected);
    });
}

#[test]
fn a_parameter_that_is_misspelt_or_in_another_case() {
    each_parameter(|connector, version, parameters, parameter| {
        let name = parameter.name;
        let doubled = format!("{}{}", &name[..3], &name[2..]);
        let lower = name.to_ascii_lowercase();
        for (other, hint) in [(doubled, format!("did you mean {name}?")), (lower, format!("write {name}"))] {
            let mut given = without(parameters, name);
            given.insert(other.clone(), parameter.example.to_owned());
            let advice = expect(connector, version, given, &[(Code::UnknownParameter, on_parameter(&other))]);
            let said = advice.iter().find(|advice| advice.code == Code::UnknownParameter).unwrap();
            assert!(said.message.ends_with(&hint), "{}", said.message);
        }
    });
}

#[test]
fn a_parameter_that_nobody_knows() {
    each(|connector, version, parameters| {
        let given = changed(parameters, "Zzyzx", "1");
        let advice = expect(connector, version, given, &[(Code::UnknownParameter, on_parameter("Zzyzx"))]);
        assert!(advice.iter().any(|advice| advice.message.ends_with("leave it out")));
    });
}

#[test]
fn a_parameter_of_another_version() {
    let mut checked = 0;
    each(|connector, version, parameters| {
        for parameter in connector.parameters.iter().filter(|parameter| !parameter.is_in(version)) {
            let given = changed(parameters, parameter.name, parameter.example);
            expect(connector, version, given, &[(Code::UnknownParameter, on_parameter(parameter.name))]);
            checked += 1;
        }
    });
    assert!(checked > 40, "{checked}");
}

#[test]
fn a_value_of_another_form() {
    each_parameter(|connector, version, parameters, parameter| {
        let code = match parameter.format {
            Format::OneOf { .. } => Code::ParameterNotAllowed,
            _ => Code::ParameterPattern,
        };
        let expected = [(code, on_parameter(parameter.name))];
        expect(connector, version, changed(parameters, parameter.name, "é\n"), &expected);
    });
}

#[test]
fn a_value_out_of_range() {
    let mut checked = 0;
    each_parameter(|connector, version, parameters, parameter| {
        let Format::Whole(whole) = parameter.format else { return };
        let below = if whole.min == 0 { "-1".to_owned() } else { (whole.min - 1).to_string() };
        let above = whole.max.map(|max| (max + 1).to_string());
        for value in [Some(below), above].into_iter().flatten() {
            let expected = [(Code::ParameterOutOfRange, on_parameter(parameter.name))];
            expect(connector, version, changed(parameters, parameter.name, &value), &expected);
            checked += 1;
        }
        for value in [Some(whole.min), whole.max].into_iter().flatten() {
            let given = changed(parameters, parameter.name, &value.to_string());
            // The two that must differ are moved together.
            let given = if given.contains_key("PublishBatchSize") {
                changed(&changed(&given, "PublishBatchSize", "0"), "MaxMetricsToRetain", "1")
            } else {
                given
            };
            expect(connector, version, given, &[]);
        }
    });
    assert!(checked > 200, "{checked}");
}

#[test]
fn a_value_in_another_case() {
    let mut checked = 0;
    each_parameter(|connector, version, parameters, parameter| {
        let Format::OneOf { values, any_case } = parameter.format else { return };
        let lower = values[0].to_ascii_lowercase();
        if lower == values[0] && !any_case {
            return;
        }
        let expected = [(Code::ParameterNotAllowed, on_parameter(parameter.name))];
        let value = if any_case { values[0].to_ascii_uppercase() } else { lower };
        let expected: &[_] = if any_case { &[] } else { &expected };
        // Another polling mode needs other parameters.
        if parameter.name != "PollingRead" {
            expect(connector, version, changed(parameters, parameter.name, &value), expected);
            checked += 1;
        }
    });
    assert!(checked > 40, "{checked}");
}

#[test]
fn an_empty_string_where_none_is_allowed() {
    each_parameter(|connector, version, parameters, parameter| {
        let needed = parameter.required || ruled(connector).contains(&parameter.name);
        let path = on_parameter(parameter.name);
        let only = parameter.name == "InputGpios" && !parameters.contains_key("OutputGpios");
        let expected = match (parameter.empty, needed) {
            (Empty::Refused, _) => vec![(Code::ParameterPattern, path)],
            _ if only => vec![(Code::MissingParameter, "Connectors[0].Parameters".to_owned())],
            (_, true) if parameter.name != "InputGpios" => vec![(Code::MissingParameter, path)],
            _ => vec![],
        };
        expect(connector, version, changed(parameters, parameter.name, ""), &expected);
    });
}

#[test]
fn a_placeholder_left_in() {
    each_parameter(|connector, version, parameters, parameter| {
        for value in ["${Value}", "YOUR_VALUE"] {
            let expected = [(Code::Placeholder, on_parameter(parameter.name))];
            expect(connector, version, changed(parameters, parameter.name, value), &expected);
        }
    });
}

/// What to write is in every text, and what was written in none.
#[test]
fn texts_say_what_to_write_and_never_repeat_a_value() {
    const SECRET: &str = "Hunter2Hunter2";
    each_parameter(|connector, version, parameters, parameter| {
        for value in
            [SECRET.to_owned(), format!("{SECRET}\n"), format!("{{{SECRET}}}"), format!("<{SECRET}>")]
        {
            for advice in advice(&request(connector, version, changed(parameters, parameter.name, &value))) {
                assert!(!advice.message.contains(SECRET), "{}", advice.message);
                let told = ["must ", "write ", "Leave ", "leave ", "add ", "Plan ", "did you mean "];
                assert!(told.iter().any(|word| advice.message.contains(word)), "{}", advice.message);
            }
        }
    });
}

#[test]
fn what_an_arn_says() {
    use Code::*;
    let sns = "/connectors/SNS/versions/4";
    let table: &[(&str, &[Code], &str)] = &[
        (&format!("arn:aws:greengrass:us-east-1::{sns}"), &[], ""),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/3",
            &[SupersededVersion],
            "write versions/4",
        ),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/5", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/0", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/04", &[UnknownVersion], "write versions/4"),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/latest",
            &[UnknownVersion],
            "versions 1 to 4",
        ),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/version/4", &[UnknownVersion], "write versions/4"),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/99999999999999999999",
            &[UnknownVersion],
            "versions/4",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/sns/versions/4",
            &[UnknownConnector],
            "did you mean SNS?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/CloudWatch/versions/1",
            &[UnknownConnector],
            "mean CloudWatchMetrics?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/ModbusTCP/versions/1",
            &[UnknownConnector],
            "mean ModbusTCPConnector?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTSitewise/versions/12",
            &[UnknownConnector],
            "mean IoTSiteWise?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTEIPProtocolAdapter/versions/2",
            &[UnknownConnector],
            "mean IoTEIPProtocolAdaptor?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/Kafka/versions/1",
            &[UnknownConnector],
            "names no connector of AWS; write",
        ),
        (&format!("arn:aws:greengrass:region::{sns}"), &[ArnRegion], "the word region"),
        (&format!("arn:aws:greengrass:REGION::{sns}"), &[ArnRegion], "write us-east-1"),
        (&format!("arn:aws:greengrass:::{sns}"), &[ArnRegion], "has no Region"),
        (&format!("arn:aws:greengrass:useast1::{sns}"), &[ArnRegion], "no Region"),
        (&format!("arn:aws:greengrass:eu-west-1::{sns}"), &[ArnRegion], "write us-east-1"),
        (&format!("arn:aws-cn:greengrass:us-east-1::{sns}"), &[ArnRegion], "write arn:aws:"),
        (&format!("arn:aws:greengrass:us-east-1:123456789012:{sns}"), &[ArnAccount], "nothing between"),
        (&format!("arn:aws:greengrass:region:123456789012:{sns}"), &[ArnAccount, ArnRegion], ""),
        (&format!("arn:aws:greengrass:${{AWS::Region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        (&format!("arn:aws:greengrass:{{region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        ("arn:aws:greengrass:us-east-1::connectors/SNS/versions/4", &[ConnectorArn], "arn:PARTITION:"),
        (
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/x/versions/y",
            &[ConnectorArn],
            "of a definition",
        ),
        // Somebody else's.
        ("arn:aws:greengrass:us-east-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:eu-west-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:us-east-1:123456789012:connector:conveyor", &[], ""),
        ("arn:aws:greengrass:us-east-1::marketplace/conveyor", &[], ""),
        ("arn:aws:greengrass:::x", &[], ""),
    ];
    for (arn, expected, text) in table {
        let parameters = [("DefaultSNSArn".to_owned(), "arn:aws:sns:us-east-1:123456789012:t".to_owned())];
        let advice = advice(&[((*arn).to_owned(), parameters.into())]);
        let codes: Vec<Code> = advice.iter().map(|advice| advice.code).collect();
        assert_eq!(codes, *expected, "{arn}");
        assert!(advice.iter().all(|advice| advice.path == "Connectors[0].ConnectorArn"));
        assert!(
            advice.is_empty() || advice.iter().any(|advice| advice.message.contains(text)),
            "{arn}: {advice:?}"
        );
    }
}

#[test]
fn the_region_is_not_held_against_anybody_where_it_is_not_known() {
    let text = json!({ "ConnectorDefinitionId": "d", "Connectors": [
        { "Id": "a", "ConnectorArn": "arn:aws-cn:greengrass:cn-north-1::/connectors/SNS/versions/4",
          "Parameters": { "DefaultSNSArn": "arn:aws-cn:sns:cn-north-1:123456789012:t" } },
    ] })
    .to_string();
    let parsed = parse(Json::parse(&text).unwrap(), &Rules::default()).unwrap();
    assert_eq!(advise(&parsed.request.connectors, &Context::of_region(None)), []);
}

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
    let others = self::advice(&[(other.clone(), Parameters::new()), (other, Parameters::new())]);
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
        assert_eq!(advice[0].severity, connector_versions::request::Severity::Warning);
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

/// Any JSON at all, and requests of pieces that mean something here.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,10}", inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

fn any_connector() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        (0..CONNECTORS.len()).prop_map(|index| CONNECTORS[index].name.to_owned()),
        "[!-~]{0,12}",
    ];
    let arn = prop_oneof![
        (name, "[!-~]{0,3}", "[!-~]{0,12}").prop_map(|(name, version, region)| format!(
            "arn:aws:greengrass:{region}::/connectors/{name}/versions/{version}"
        )),
        (0..CONNECTORS.len(), 1..13u32)
            .prop_map(|(index, version)| self::arn(CONNECTORS[index].name, version)),
        "arn:aws:greengrass:[!-~]{1,40}",
    ];
    let names: Vec<&str> =
        CONNECTORS.iter().flat_map(|c| c.parameters).map(|parameter| parameter.name).collect();
    let examples: Vec<&str> = CONNECTORS.iter().flat_map(|c| c.parameters).map(|p| p.example).collect();
    let parameter = prop_oneof![prop::sample::select(names).prop_map(str::to_owned), ".{0,20}"];
    let value = prop_oneof![
        prop::sample::select(examples).prop_map(str::to_owned),
        ".{0,40}",
        "[-0-9a-z{}<>$:,\\[\\]\"/. ]{0,40}",
        any_json().prop_map(|json| json.to_string()),
    ];
    (arn, prop::collection::btree_map(parameter, value, 0..12))
        .prop_map(|(arn, parameters)| json!({ "ConnectorArn": arn, "Parameters": parameters }))
}

proptest! {
    #[test]
    fn arbitrary_json_never_panics_it(json in any_json()) {
        let text = json.to_string();
        if let Ok(parsed) = parse(Json::parse(&text).unwrap(), &Rules::default()) {
            advise(&parsed.request.connectors, &Context::of_region(Some("us-east-1")));
        }
    }

    #[test]
    fn arbitrary_connectors_never_panic_it(connectors in prop::collection::vec(any_connector(), 0..6)) {
        let connectors: Vec<Value> = connectors
            .into_iter()
            .enumerate()
            .map(|(index, mut connector)| {
                connector["Id"] = json!(index.to_string());
                connector
            })
            .collect();
        let text = json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }).to_string();
        let parsed = parse(Json::parse(&text).unwrap(), &Rules::default());
        // Dynamic references and the like are no requests.
        if let Ok(parsed) = parsed {
            for region in [None, Some("us-east-1"), Some("")] {
                advise(&parsed.request.connectors, &Context::of_region(region));
            }
        }
    }
}

//! Each connector in each of its versions: right, and with one thing changed.

use connectors::catalog::connector::Empty;
use connectors::catalog::data::CONNECTORS;
use connectors::catalog::value_type::Format;
use connectors::request::Code;

use super::{advice, arn, changed, each, each_parameter, expect, on_parameter, request, ruled, without};

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

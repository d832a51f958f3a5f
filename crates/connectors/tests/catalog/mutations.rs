//! Each version of each connector: with valid parameters, and with one change.

use connectors::catalog::connector::EmptyPolicy;
use connectors::catalog::data::CONNECTORS;
use connectors::catalog::value_type::ValueType;
use connectors::diagnostic::DiagnosticCode;

use super::{
    arn, changed, expect, for_each_parameter, for_each_version, on_parameter, request, required_by_rules,
    validate_connectors, without,
};

/// The only diagnostics of a valid request are about its version: none for the latest of a maintained connector.
#[test]
fn valid_parameters_give_no_diagnostics() {
    let mut quiet = 0;
    for_each_version(|connector, version, parameters| {
        let diagnostics = validate_connectors(&[(arn(connector.name, version), parameters.clone())]);
        let mut expected = Vec::new();
        if version < connector.latest {
            expected.push(DiagnosticCode::SupersededVersion);
        }
        if connector.maintenance_ended.is_some() {
            expected.push(DiagnosticCode::MaintenanceEnded);
        }
        if parameters.contains_key("MLFeedbackConnectorConfigId") {
            expected.push(DiagnosticCode::ParametersDisagree);
        }
        quiet += usize::from(expected.is_empty());
        assert_eq!(
            diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(),
            expected,
            "{}",
            connector.name
        );
        expect(connector, version, parameters.clone(), &[]);
    });
    assert_eq!(quiet, 2 * CONNECTORS.iter().filter(|c| c.maintenance_ended.is_none()).count());
}

#[test]
fn every_documented_default_and_allowed_value_is_valid() {
    let mut checked = 0;
    for_each_parameter(|connector, version, parameters, parameter| {
        let allowed = match parameter.value_type {
            ValueType::OneOf { values, .. } => values,
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
fn a_missing_parameter() {
    for_each_parameter(|connector, version, parameters, parameter| {
        let is_required = parameter.required || required_by_rules(connector).contains(&parameter.name);
        // One of the two is enough.
        let other = connector.name == "RaspberryPiGPIO" && parameters.contains_key("OutputGpios");
        let is_any_of = parameter.name == "InputGpios";
        let expected = match (is_required && !(is_any_of && other), is_any_of) {
            (false, _) => vec![],
            (true, false) => vec![(DiagnosticCode::MissingParameter, on_parameter(parameter.name))],
            (true, true) => vec![(DiagnosticCode::MissingParameter, "Connectors[0].Parameters".to_owned())],
        };
        expect(connector, version, without(parameters, parameter.name), &expected);
    });
}

#[test]
fn a_misspelled_parameter() {
    for_each_parameter(|connector, version, parameters, parameter| {
        let name = parameter.name;
        let doubled = format!("{}{}", &name[..3], &name[2..]);
        let lower = name.to_ascii_lowercase();
        for (other, hint) in [
            (doubled, format!("has no such parameter; did you mean `{name}`?")),
            (lower, format!("Use `{name}`; parameter names are case-sensitive.")),
        ] {
            let mut parameters = without(parameters, name);
            parameters.insert(other.clone(), parameter.example.to_owned());
            let diagnostics = expect(
                connector,
                version,
                parameters,
                &[(DiagnosticCode::UnknownParameter, on_parameter(&other))],
            );
            let unknown = diagnostics.iter().find(|d| d.code == DiagnosticCode::UnknownParameter).unwrap();
            assert!(unknown.message.ends_with(&hint), "{}", unknown.message);
        }
    });
}

#[test]
fn an_unknown_parameter() {
    for_each_version(|connector, version, parameters| {
        let parameters = changed(parameters, "Zzyzx", "1");
        let diagnostics = expect(
            connector,
            version,
            parameters,
            &[(DiagnosticCode::UnknownParameter, on_parameter("Zzyzx"))],
        );
        assert!(
            diagnostics
                .iter()
                .any(|diagnostic| diagnostic.message.ends_with(" has no such parameter; omit it."))
        );
    });
}

#[test]
fn a_parameter_of_another_version() {
    let mut checked = 0;
    for_each_version(|connector, version, parameters| {
        for parameter in connector.parameters.iter().filter(|parameter| !parameter.is_in(version)) {
            let parameters = changed(parameters, parameter.name, parameter.example);
            expect(
                connector,
                version,
                parameters,
                &[(DiagnosticCode::UnknownParameter, on_parameter(parameter.name))],
            );
            checked += 1;
        }
    });
    assert!(checked > 40, "{checked}");
}

#[test]
fn a_malformed_value() {
    for_each_parameter(|connector, version, parameters, parameter| {
        let code = match parameter.value_type {
            ValueType::OneOf { .. } => DiagnosticCode::ParameterNotAllowed,
            _ => DiagnosticCode::ParameterPattern,
        };
        let expected = [(code, on_parameter(parameter.name))];
        expect(connector, version, changed(parameters, parameter.name, "é\n"), &expected);
    });
}

#[test]
fn a_value_out_of_range() {
    let mut checked = 0;
    for_each_parameter(|connector, version, parameters, parameter| {
        let ValueType::Integer(integer) = parameter.value_type else { return };
        let below = if integer.min == 0 { "-1".to_owned() } else { (integer.min - 1).to_string() };
        let above = integer.max.map(|max| (max + 1).to_string());
        for value in [Some(below), above].into_iter().flatten() {
            let expected = [(DiagnosticCode::ParameterOutOfRange, on_parameter(parameter.name))];
            expect(connector, version, changed(parameters, parameter.name, &value), &expected);
            checked += 1;
        }
        for value in [Some(integer.min), integer.max].into_iter().flatten() {
            let parameters = changed(parameters, parameter.name, &value.to_string());
            // Two parameters depend on each other.
            let parameters = if parameters.contains_key("PublishBatchSize") {
                changed(&changed(&parameters, "PublishBatchSize", "0"), "MaxMetricsToRetain", "1")
            } else {
                parameters
            };
            expect(connector, version, parameters, &[]);
        }
    });
    assert!(checked > 200, "{checked}");
}

#[test]
fn a_value_in_the_wrong_case() {
    let mut checked = 0;
    for_each_parameter(|connector, version, parameters, parameter| {
        let ValueType::OneOf { values, ignore_case } = parameter.value_type else { return };
        let lower = values[0].to_ascii_lowercase();
        if lower == values[0] && !ignore_case {
            return;
        }
        let expected = [(DiagnosticCode::ParameterNotAllowed, on_parameter(parameter.name))];
        let value = if ignore_case { values[0].to_ascii_uppercase() } else { lower };
        let expected: &[_] = if ignore_case { &[] } else { &expected };
        // Other values of PollingRead require other parameters.
        if parameter.name != "PollingRead" {
            expect(connector, version, changed(parameters, parameter.name, &value), expected);
            checked += 1;
        }
    });
    assert!(checked > 40, "{checked}");
}

#[test]
fn an_empty_value() {
    for_each_parameter(|connector, version, parameters, parameter| {
        let is_required = parameter.required || required_by_rules(connector).contains(&parameter.name);
        let path = on_parameter(parameter.name);
        let only = parameter.name == "InputGpios" && !parameters.contains_key("OutputGpios");
        let expected = match (parameter.empty, is_required) {
            (EmptyPolicy::Reject, _) => vec![(DiagnosticCode::ParameterPattern, path)],
            _ if only => vec![(DiagnosticCode::MissingParameter, "Connectors[0].Parameters".to_owned())],
            (_, true) if parameter.name != "InputGpios" => vec![(DiagnosticCode::MissingParameter, path)],
            _ => vec![],
        };
        expect(connector, version, changed(parameters, parameter.name, ""), &expected);
    });
}

#[test]
fn a_placeholder() {
    for_each_parameter(|connector, version, parameters, parameter| {
        for value in ["${Value}", "YOUR_VALUE"] {
            let expected = [(DiagnosticCode::Placeholder, on_parameter(parameter.name))];
            expect(connector, version, changed(parameters, parameter.name, value), &expected);
        }
    });
}

/// Every message says what to do, and none repeats a value.
#[test]
fn messages_say_what_to_do_and_never_repeat_a_value() {
    const SECRET: &str = "Hunter2Hunter2";
    for_each_parameter(|connector, version, parameters, parameter| {
        for value in
            [SECRET.to_owned(), format!("{SECRET}\n"), format!("{{{SECRET}}}"), format!("<{SECRET}>")]
        {
            let connectors = request(connector, version, changed(parameters, parameter.name, &value));
            for diagnostic in validate_connectors(&connectors) {
                assert!(!diagnostic.message.contains(SECRET), "{diagnostic}");
                let instructions = [
                    "expected ",
                    "use ",
                    "write ",
                    "leave ",
                    "omit ",
                    "Use ",
                    "keep ",
                    "add ",
                    "set ",
                    "plan ",
                    "did you mean ",
                    "the latest is ",
                ];
                assert!(instructions.iter().any(|word| diagnostic.message.contains(word)), "{diagnostic}");
                assert!(diagnostic.message.ends_with(['.', '?']), "{diagnostic}");
                assert!(!diagnostic.message.contains(".."), "{diagnostic}");
            }
        }
    });
}

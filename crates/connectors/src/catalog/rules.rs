//! Checks conditions that span several parameters.

use super::connector::Rule;
use super::feedback_configs::FeedbackConfigs;
use super::input::{ConnectorPath, ConnectorUse, Misspelled};
use super::{messages, placeholder};
use crate::diagnostic::{DiagnosticCode, DiagnosticSink};

pub(super) fn check_rules(
    connector_use: &ConnectorUse<'_>,
    misspelled: &Misspelled<'_>,
    feedback_configs: &FeedbackConfigs<'_>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) {
    let is_set = |name: &&'static str| connector_use.is_nonempty(name) || misspelled.contains_key(name);
    for rule in connector_use.connector.rules {
        match rule {
            Rule::RequiredWhen { parameter, is, then } => {
                let decides = |value: &str| value.eq_ignore_ascii_case(is);
                let written = misspelled.get(parameter).unwrap_or(parameter);
                if !connector_use.known_value(written).is_some_and(decides) {
                    continue;
                }
                for name in then.iter().filter(|name| !is_set(name)) {
                    let Some(required) = connector_use.connector.parameter(name) else { continue };
                    let is_present = connector_use.is_present(name);
                    let message = messages::required_when(required, parameter, is, is_present);
                    diagnostics.push(DiagnosticCode::MissingParameter, &path.parameter(name), message);
                }
            }
            Rule::AnyOf(names) => {
                if !names.iter().any(is_set) {
                    let message = messages::none_of(names);
                    diagnostics.push(DiagnosticCode::MissingParameter, path.parameters(), message);
                }
            }
            Rule::Greater { parameter, than } => {
                let number = |name| valid_value(connector_use, name)?.parse::<u64>().ok();
                if let (Some(greater), Some(smaller)) = (number(parameter), number(than))
                    && greater <= smaller
                {
                    let message = messages::not_greater(than);
                    diagnostics.push(DiagnosticCode::ParametersDisagree, &path.parameter(parameter), message);
                }
            }
            Rule::ReferencesFeedbackConfig { parameter } => {
                let Some(name) = valid_value(connector_use, parameter) else { continue };
                if !feedback_configs.may_contain(name) {
                    let message = messages::unknown_feedback_config();
                    diagnostics.push(DiagnosticCode::ParametersDisagree, &path.parameter(parameter), message);
                }
            }
        }
    }
}

/// The value of a parameter, if no other check reports it: one slip gets one diagnostic.
fn valid_value<'a>(connector_use: &ConnectorUse<'a>, name: &str) -> Option<&'a str> {
    let value_type = connector_use.connector.parameter(name)?.value_type;
    connector_use.known_value(name).filter(|value| {
        value_type.check_value(value).is_ok()
            && !placeholder::contains_placeholder(value, value_type.is_json())
    })
}

//! Checks each parameter of a connector by itself.

use super::connector::Parameter;
use super::input::{ConnectorPath, ConnectorUse, Misspelled};
use super::value_type::ValueError;
use super::{messages, placeholder};
use crate::diagnostic::{DiagnosticCode, DiagnosticSink, Path, Severity};
use crate::suggest::{closest_match, is_similar};

/// How many diagnostics a request may have before unknown parameters get no more suggestions: finding the closest name
/// takes longer than all other checks.
const MAX_SUGGESTIONS: usize = 500;

/// Checks the parameters, those with a misspelled name too, and returns these.
pub(super) fn check_parameters<'a>(
    connector_use: &ConnectorUse<'a>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) -> Misspelled<'a> {
    let mut misspelled = Misspelled::new();
    for (name, value) in connector_use.parameters {
        match connector_use.connector.parameter(name) {
            Some(parameter) if !parameter.is_in(connector_use.version) => {
                warn_wrong_version(parameter, connector_use, path, diagnostics);
            }
            Some(_) if (connector_use.is_deferred)(name) => {}
            Some(parameter) => check_value(parameter, value, &|| path.parameter(name), diagnostics),
            None => {
                let Some(meant) = warn_unknown_parameter(name, connector_use, path, diagnostics) else {
                    continue;
                };
                misspelled.insert(meant.name, name);
                let is_certain = is_similar(name, meant.name) || meant.doc_alias == Some(name);
                if is_certain && !(connector_use.is_deferred)(name) {
                    check_value(meant, value, &|| path.parameter(name), diagnostics);
                }
            }
        }
    }
    for parameter in connector_use.connector.parameters_of(connector_use.version) {
        let name = parameter.name;
        if parameter.required && !connector_use.is_present(name) && !misspelled.contains_key(name) {
            let message = messages::missing_parameter(parameter);
            diagnostics.push(DiagnosticCode::MissingParameter, &path.parameter(name), message);
        }
    }
    misspelled
}

fn check_value(
    parameter: &Parameter,
    value: &str,
    path: &dyn Fn() -> Path,
    diagnostics: &mut DiagnosticSink,
) {
    if parameter.accepts_as_empty(value) {
        return;
    }
    if value.is_empty() {
        diagnostics.push_with(DiagnosticCode::ParameterPattern, &path(), || messages::empty_value(parameter));
        return;
    }
    if placeholder::contains_placeholder(value, parameter.value_type.is_json()) {
        diagnostics
            .push_with(DiagnosticCode::Placeholder, &path(), || messages::placeholder_in_value(parameter));
        return;
    }
    let Err(error) = parameter.value_type.check_value(value) else { return };
    let code = match error {
        ValueError::Malformed | ValueError::Nested(_) => DiagnosticCode::ParameterPattern,
        ValueError::OutOfRange => DiagnosticCode::ParameterOutOfRange,
        ValueError::NotInEnum | ValueError::WrongCase => DiagnosticCode::ParameterNotAllowed,
    };
    diagnostics.push_with(code, &path(), || messages::invalid_value(parameter, value, &error));
}

/// Reports a parameter that only other versions have.
fn warn_wrong_version(
    parameter: &Parameter,
    connector_use: &ConnectorUse<'_>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) {
    let message = match parameter.until {
        Some(until) if connector_use.version > until => {
            messages::parameter_removed(connector_use.connector, until)
        }
        _ => messages::parameter_not_yet_added(connector_use.connector, parameter.since),
    };
    diagnostics.push(DiagnosticCode::UnknownParameter, &path.parameter(parameter.name), message);
}

/// Reports a name that no version knows, and returns the parameter that it is a misspelling of.
fn warn_unknown_parameter(
    name: &str,
    connector_use: &ConnectorUse<'_>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) -> Option<&'static Parameter> {
    let path = path.parameter(name);
    let known = connector_use.connector.parameters_of(connector_use.version);
    if let Some(parameter) = known.clone().find(|parameter| parameter.doc_alias == Some(name)) {
        diagnostics.push_with_severity(Severity::Warning, DiagnosticCode::UnknownParameter, &path, || {
            messages::parameter_alias(parameter)
        });
        return Some(parameter);
    }
    let absent = known.map(|parameter| parameter.name).filter(|name| !connector_use.is_present(name));
    let closest = if diagnostics.count() < MAX_SUGGESTIONS { closest_match(name, absent) } else { None };
    diagnostics.push_with(DiagnosticCode::UnknownParameter, &path, || {
        messages::unknown_parameter(connector_use.connector, name, closest)
    });
    connector_use.connector.parameter(closest?)
}

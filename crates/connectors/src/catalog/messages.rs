//! Every message of the catalog's diagnostics.
//!
//! A message follows its path (`Connectors[0].ConnectorArn: ...`), says what is wrong and then what to do, and never
//! contains the value of a parameter, since that may be a secret.

use super::charset::is_digits;
use super::connector::{ConnectorSpec, Parameter};
use super::value_type::{FEEDBACK_PARAMETER, ValueError, ValueType};

// ARNs.

const ARN_TEMPLATE: &str = "arn:PARTITION:greengrass:REGION::/connectors/NAME/versions/VERSION";

pub(super) fn placeholder_in_arn() -> String {
    format!("placeholder not replaced; use `{ARN_TEMPLATE}`.")
}

pub(super) fn definition_instead_of_connector() -> String {
    format!("ARN of a definition, not of a connector; use `{ARN_TEMPLATE}`.")
}

pub(super) fn malformed_connector_arn() -> String {
    format!("not in the form of an AWS connector's ARN; use `{ARN_TEMPLATE}`.")
}

pub(super) fn account_in_arn() -> &'static str {
    "account in the ARN of an AWS connector; leave it empty, as in `REGION::/connectors/`."
}

/// `region` is the one to write, if it is known, here and below.
pub(super) fn region_missing(partition: &str, region: Option<&str>) -> String {
    format!("no Region; write {} after `arn:{partition}:greengrass:`.", region_to_write(region))
}

pub(super) fn region_is_word(region: Option<&str>) -> String {
    format!("the word `region` in place of a Region; write {}.", region_to_write(region))
}

pub(super) fn region_invalid(region: Option<&str>) -> String {
    format!("not a Region; write {}.", region_to_write(region))
}

pub(super) fn region_differs(region: &str) -> String {
    format!("not the Region in which the version is created; write {region}.")
}

pub(super) fn partition_differs(partition: &str) -> String {
    format!("partition does not match the Region; write `arn:{partition}:`.")
}

fn region_to_write(region: Option<&str>) -> &str {
    region.unwrap_or("a Region such as us-east-1")
}

// Connectors and versions.

pub(super) fn unknown_connector(closest: Option<&str>) -> String {
    match closest {
        Some(name) => format!("AWS has no connector with this name; did you mean `{name}`?"),
        None => "AWS has no connector with this name; use a name from AWS's list of connectors.".to_owned(),
    }
}

pub(super) fn version_missing(connector: &ConnectorSpec) -> String {
    format!("no version of {0}; write `/connectors/{0}/versions/{1}`.", connector.name, connector.latest)
}

pub(super) fn version_invalid(connector: &ConnectorSpec) -> String {
    format!("invalid version of {}; the latest is {}.", connector.name, connector.latest)
}

pub(super) fn version_unknown(connector: &ConnectorSpec, version: &str) -> String {
    format!("{} has no version {version}; the latest is {}.", connector.name, connector.latest)
}

pub(super) fn version_superseded(connector: &ConnectorSpec, version: u32) -> String {
    format!("{} version {version} is superseded; the latest is {}.", connector.name, connector.latest)
}

pub(super) fn maintenance_ended(connector: &ConnectorSpec, date: &str) -> String {
    format!("AWS has not maintained {} since {date}; plan a replacement.", connector.name)
}

/// `list` is the path of the connectors, from the root of their text.
pub(super) fn repeated_connector(connector: &ConnectorSpec, list: &str, first_index: usize) -> String {
    format!("duplicate of {} in {list}[{first_index}]; keep one, a group runs one instance.", connector.name)
}

// Parameters.

pub(super) fn missing_parameter(parameter: &Parameter) -> String {
    format!("required; expected {}.", parameter.value_type)
}

pub(super) fn placeholder_in_value(parameter: &Parameter) -> String {
    format!("placeholder not replaced; expected {}.", parameter.value_type)
}

pub(super) fn empty_value(parameter: &Parameter) -> String {
    let hint = optional_hint(parameter);
    format!("expected {}, found an empty string{hint}.", parameter.value_type)
}

/// `value` is only looked at, not shown.
pub(super) fn invalid_value(parameter: &Parameter, value: &str, error: &ValueError) -> String {
    let value_type = &parameter.value_type;
    let hint = optional_hint(parameter);
    match error {
        ValueError::Malformed if matches!(value_type, ValueType::Integer(_)) && is_digits(value) => {
            format!("expected {value_type} without leading zeros{hint}.")
        }
        ValueError::Malformed | ValueError::OutOfRange => format!("expected {value_type}{hint}."),
        ValueError::NotInEnum => {
            let hint = if parameter.required { "" } else { ", or omit it" };
            format!("value not allowed; use {value_type}{hint}.")
        }
        ValueError::WrongCase => format!("values are case-sensitive; use {value_type}."),
        ValueError::Nested(inner) => format!("{inner}."),
    }
}

fn optional_hint(parameter: &Parameter) -> &'static str {
    if parameter.required { "" } else { "; correct it or omit it" }
}

pub(super) fn unknown_parameter(connector: &ConnectorSpec, name: &str, closest: Option<&str>) -> String {
    let connector = connector.name;
    match closest {
        Some(closest) if closest.eq_ignore_ascii_case(name) => {
            format!("{connector} has no such parameter. Use `{closest}`; parameter names are case-sensitive.")
        }
        Some(closest) => format!("{connector} has no such parameter; did you mean `{closest}`?"),
        None => format!("{connector} has no such parameter; omit it."),
    }
}

pub(super) fn parameter_removed(connector: &ConnectorSpec, last_version: u32) -> String {
    format!("{} has no such parameter since version {}; omit it.", connector.name, last_version + 1)
}

pub(super) fn parameter_not_yet_added(connector: &ConnectorSpec, first_version: u32) -> String {
    format!(
        "{} has no such parameter before version {first_version}; use that version or a later one, or omit it.",
        connector.name
    )
}

pub(super) fn parameter_alias(parameter: &Parameter) -> String {
    format!("named so in an example of AWS only; use `{}`, as in its parameter table.", parameter.name)
}

// Several parameters together.

pub(super) fn required_when(parameter: &Parameter, decisive: &str, value: &str, is_present: bool) -> String {
    let found = if is_present { ", found an empty string" } else { "" };
    format!("required when {decisive} is {value}; expected {}{found}.", parameter.value_type)
}

pub(super) fn none_of(names: &[&str]) -> String {
    format!("{} is required; set at least one of them.", names.join(" or "))
}

pub(super) fn not_greater(than: &str) -> String {
    format!("not greater than {than}; use a greater number.")
}

pub(super) fn unknown_feedback_config() -> String {
    format!(
        "no MLFeedback connector of the request has this configuration; add it to its {FEEDBACK_PARAMETER}."
    )
}

//! Checks ARNs of connectors.
//!
//! AWS's own connectors have ARNs of the form `arn:PARTITION:greengrass:REGION::/connectors/NAME/versions/VERSION`.

use super::charset::is_digits;
use super::connector::ConnectorSpec;
use super::data::CONNECTORS;
use super::input::ConnectorPath;
use super::{messages, placeholder};
use crate::diagnostic::{DiagnosticCode, DiagnosticSink};
use crate::region::{is_region_name, partition_of};
use crate::suggest::{closest_match, is_similar};

/// A version with more digits is malformed, so that no message repeats a long one.
const MAX_VERSION_DIGITS: usize = 10;

/// Returns the connector and the version that an ARN names, and reports what is wrong with the ARN. For an unknown
/// version it returns the latest one, which is what the message suggests, and for a misspelled name the connector that is
/// meant. `None` for connectors that are not AWS's.
pub(super) fn check_connector_arn(
    arn: &str,
    function_region: Option<&str>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) -> Option<(&'static ConnectorSpec, u32)> {
    if placeholder::arn_contains_placeholder(arn) {
        diagnostics.push(DiagnosticCode::Placeholder, &path.arn(), messages::placeholder_in_arn());
        return None;
    }
    let mut parts = arn.splitn(6, ':').skip(1);
    let (partition, _, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let Some(name_and_version) = resource.strip_prefix("/connectors/") else {
        check_non_connector(resource, account, path, diagnostics);
        return None;
    };
    let (name, version) = match name_and_version.split_once('/') {
        Some((name, rest)) => (name, rest.strip_prefix("versions/")),
        None => (name_and_version, None),
    };
    let connector = find_connector(name);
    if !account.is_empty() {
        // An account may have connectors of its own, with names that AWS does not use.
        if connector.is_none() && closest_connector(name).is_none() {
            return None;
        }
        diagnostics.push(DiagnosticCode::ArnAccount, &path.arn(), messages::account_in_arn());
    }
    if let Some(message) = region_problem(partition, region, function_region) {
        diagnostics.push(DiagnosticCode::ArnRegion, &path.arn(), message);
    }
    let connector = connector.or_else(|| {
        let closest = closest_connector(name);
        let message = || messages::unknown_connector(closest);
        diagnostics.push_with(DiagnosticCode::UnknownConnector, &path.arn(), message);
        // A name that only contains the closest one may mean anything.
        find_connector(closest.filter(|closest| is_similar(name, closest))?)
    })?;
    let version = check_version(connector, version, path, diagnostics);
    if let Some(date) = connector.maintenance_ended {
        let message = messages::maintenance_ended(connector, date);
        diagnostics.push(DiagnosticCode::MaintenanceEnded, &path.arn(), message);
    }
    Some((connector, version))
}

fn find_connector(name: &str) -> Option<&'static ConnectorSpec> {
    CONNECTORS.iter().copied().find(|connector| connector.name == name)
}

fn closest_connector(name: &str) -> Option<&'static str> {
    closest_match(name, CONNECTORS.iter().map(|connector| connector.name))
}

/// Reports a Greengrass ARN whose resource does not start with `/connectors/`, if it looks like a slip.
fn check_non_connector(
    resource: &str,
    account: &str,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) {
    let message = if resource.starts_with("/greengrass/definition/") {
        messages::definition_instead_of_connector()
    } else if account.is_empty() && resource.to_ascii_lowercase().contains("connector") {
        messages::malformed_connector_arn()
    } else {
        return;
    };
    diagnostics.push(DiagnosticCode::ConnectorArn, &path.arn(), message);
}

/// The message about an ARN's Region, if there is something wrong with it.
fn region_problem(partition: &str, region: &str, function_region: Option<&str>) -> Option<String> {
    if region.is_empty() {
        return Some(messages::region_missing(partition, function_region));
    }
    if region.eq_ignore_ascii_case("region") {
        return Some(messages::region_is_word(function_region));
    }
    if !is_region_name(region) {
        return Some(messages::region_invalid(function_region));
    }
    if let Some(expected) = function_region.filter(|expected| *expected != region) {
        return Some(messages::region_differs(expected));
    }
    partition_of(region).filter(|expected| *expected != partition).map(messages::partition_differs)
}

fn check_version(
    connector: &ConnectorSpec,
    version: Option<&str>,
    path: &ConnectorPath<'_>,
    diagnostics: &mut DiagnosticSink,
) -> u32 {
    let latest = connector.latest;
    let is_well_formed = |text: &str| {
        is_digits(text) && text.len() <= MAX_VERSION_DIGITS && (text == "0" || !text.starts_with('0'))
    };
    let unknown = match version {
        None => messages::version_missing(connector),
        Some(text) if !is_well_formed(text) => messages::version_invalid(connector),
        Some(text) => match text.parse::<u32>() {
            Ok(number) if number == latest => return latest,
            Ok(number) if (1..latest).contains(&number) => {
                let message = messages::version_superseded(connector, number);
                diagnostics.push(DiagnosticCode::SupersededVersion, &path.arn(), message);
                return number;
            }
            _ => messages::version_unknown(connector, text),
        },
    };
    diagnostics.push(DiagnosticCode::UnknownVersion, &path.arn(), unknown);
    latest
}

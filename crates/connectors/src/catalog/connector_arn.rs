//! What an ARN says: AWS's connectors are `arn:PARTITION:greengrass:REGION::/connectors/NAME/versions/VERSION`.

use super::charset::{is_digits, is_region};
use super::connector::Connector;
use super::data::CONNECTORS;
use super::input::Place;
use super::placeholder;
use crate::request::{Code, Path, Remarks};
use crate::suggest::nearest;

const FORM: &str = "arn:PARTITION:greengrass:REGION::/connectors/NAME/versions/VERSION";

/// Finds the connector and the version that an ARN names, and remarks what is wrong with it. Of a version that is not
/// known, the latest is taken, since that is what the remark says to write. `None`: a connector of somebody else, or
/// nobody's.
pub(super) fn check(
    arn: &str,
    function_region: Option<&str>,
    place: &Place<'_>,
    remarks: &mut Remarks,
) -> Option<(&'static Connector, u32)> {
    if placeholder::is_in_arn(arn) {
        remarks.add(Code::Placeholder, &place.arn(), format!("{}; write {FORM}", placeholder::MESSAGE));
        return None;
    }
    let mut parts = arn.splitn(6, ':').skip(1);
    let (partition, _, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let Some(name_and_version) = resource.strip_prefix("/connectors/") else {
        check_other(resource, account, place, remarks);
        return None;
    };
    let (name, version) = match name_and_version.split_once('/') {
        Some((name, rest)) => (name, rest.strip_prefix("versions/")),
        None => (name_and_version, None),
    };
    let found = CONNECTORS.iter().copied().find(|connector| connector.name == name);
    if !account.is_empty() {
        // An account may have connectors of its own, by whatever names AWS does not use.
        if found.is_none() && nearest_to(name).is_none() {
            return None;
        }
        let message = "has an account, which the ARNs of AWS's connectors do not; write REGION::/connectors/, with \
                       nothing between the two colons";
        remarks.add(Code::ArnAccount, &place.arn(), message);
    }
    if let Some(problem) = region_problem(partition, region, function_region) {
        remarks.add(Code::ArnRegion, &place.arn(), problem);
    }
    let Some(connector) = found else {
        remarks.add_lazily(Code::UnknownConnector, &place.arn(), || match nearest_to(name) {
            Some(near) => format!("names no connector of AWS; did you mean {near}?"),
            None => "names no connector of AWS; write the name of one, as the README lists them".to_owned(),
        });
        return None;
    };
    let version = check_version(connector, version, place, remarks);
    if let Some(day) = connector.maintenance_ended {
        let message = format!(
            "names {}, which AWS has not maintained since {day}: it gets no fixes. Plan for something in its place",
            connector.name
        );
        remarks.add(Code::MaintenanceEnded, &place.arn(), message);
    }
    Some((connector, version))
}

/// A definition is in one Region, and the function calls one.
pub(super) fn check_definition(arn: &str, function_region: Option<&str>, remarks: &mut Remarks) {
    let mut parts = arn.split(':').skip(1);
    let (Some(partition), Some(_), Some(region)) = (parts.next(), parts.next(), parts.next()) else { return };
    let problem = match function_region {
        Some(own) if is_region(region) && region != own => {
            Some(format!("is in another Region than the one the version is created in; name one in {own}"))
        }
        _ => region_problem(partition, region, function_region),
    };
    if let Some(problem) = problem {
        remarks.add(Code::ArnRegion, &Path::root().member("ConnectorDefinitionId"), problem);
    }
}

fn nearest_to(name: &str) -> Option<&'static str> {
    nearest(name, CONNECTORS.iter().map(|connector| connector.name))
}

/// An ARN of the service that is none of `/connectors/…`.
fn check_other(resource: &str, account: &str, place: &Place<'_>, remarks: &mut Remarks) {
    if resource.starts_with("/greengrass/definition/") {
        let message = format!("is the ARN of a definition, not of a connector; write {FORM}");
        remarks.add(Code::ConnectorArn, &place.arn(), message);
    } else if account.is_empty() && resource.to_ascii_lowercase().contains("connector") {
        remarks.add(
            Code::ConnectorArn,
            &place.arn(),
            format!("is not of the form of AWS's connectors; write {FORM}"),
        );
    }
}

/// What is wrong with the Region of an ARN.
fn region_problem(partition: &str, region: &str, function_region: Option<&str>) -> Option<String> {
    let instead = function_region.unwrap_or("a Region, as in us-east-1");
    Some(if region.is_empty() {
        format!("has no Region; write {instead} after arn:{partition}:greengrass:")
    } else if region.eq_ignore_ascii_case("region") {
        format!("has the word region where the name of one belongs; write {instead}")
    } else if !is_region(region) {
        format!("has something that is no Region where one belongs; write {instead}")
    } else if function_region.is_some_and(|own| own != region) {
        format!("has another Region than the one the version is created in; write {instead}")
    } else if partition_of(region).is_some_and(|own| own != partition) {
        format!("has another partition than its Region; write arn:{}:", partition_of(region).unwrap_or("aws"))
    } else {
        return None;
    })
}

/// The partition of a Region, where its name tells.
fn partition_of(region: &str) -> Option<&'static str> {
    match region {
        region if region.starts_with("cn-") => Some("aws-cn"),
        region if region.starts_with("us-gov-") => Some("aws-us-gov"),
        region if region.contains("-iso") || region.starts_with("eusc-") => None,
        _ => Some("aws"),
    }
}

fn check_version(
    connector: &Connector,
    version: Option<&str>,
    place: &Place<'_>,
    remarks: &mut Remarks,
) -> u32 {
    let Connector { name, latest, .. } = connector;
    let plain = version.filter(|text| is_digits(text) && !text.starts_with('0'));
    match plain.and_then(|version| version.parse::<u32>().ok()) {
        Some(version) if version == *latest => version,
        Some(version) if version < *latest => {
            let message = format!("names a version of {name} that was superseded; write versions/{latest}");
            remarks.add(Code::SupersededVersion, &place.arn(), message);
            version
        }
        _ => {
            let known =
                if *latest == 1 { "only version 1".to_owned() } else { format!("versions 1 to {latest}") };
            let message = format!(
                "names no version that there is of {name}, which has {known}; write versions/{latest}"
            );
            remarks.add(Code::UnknownVersion, &place.arn(), message);
            *latest
        }
    }
}

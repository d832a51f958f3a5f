//! What a connector requires besides its parameters, in words.

use connectors::catalog::connector::ConnectorSpec;

/// What a version of a connector requires that no request shows: each item a phrase without a period.
pub(crate) fn needs(connector: &ConnectorSpec, version: u32) -> Vec<String> {
    let needs = &connector.requirements;
    let mut what = Vec::new();
    if let Some((_, core)) = needs.min_core_version.iter().rev().find(|(since, _)| *since <= version) {
        what.push(format!("Greengrass core software {core} or newer"));
    }
    if !needs.role_actions.is_empty() {
        what.push(format!("a group role that allows {}", needs.role_actions.join(", ")));
    }
    what.extend(needs.secrets.iter().map(|secret| format!("the secret of {secret}")));
    what.extend(needs.resources.iter().map(|resource| format!("the group's resource: {resource}")));
    what.extend(needs.regions.map(|regions| format!("a Region of these: {regions}")));
    what.extend(needs.other.iter().map(ToString::to_string));
    what
}

//! What a connector requires besides its parameters, in words.

use connectors::catalog::connector::Connector;

/// What a version of a connector requires that no request shows: each item a phrase without a period.
pub(crate) fn requirements(connector: &Connector, version: u32) -> Vec<String> {
    let needs = &connector.needs;
    let mut requires = Vec::new();
    if let Some((_, core)) = needs.core.iter().rev().find(|(since, _)| *since <= version) {
        requires.push(format!("Greengrass core software {core} or newer"));
    }
    if !needs.role_actions.is_empty() {
        requires.push(format!("a group role that allows {}", needs.role_actions.join(", ")));
    }
    requires.extend(needs.secrets.iter().map(|secret| format!("the secret of {secret}")));
    requires.extend(needs.resources.iter().map(|resource| format!("the group's resource: {resource}")));
    requires.extend(needs.regions.map(|regions| format!("a supported Region ({regions})")));
    requires.extend(needs.other.iter().map(ToString::to_string));
    requires
}

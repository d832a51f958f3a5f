//! What a connector requires besides its parameters, in words.

use connectors::catalog::connector::ConnectorSpec;

/// What a version of a connector requires that no request shows: each item a phrase without a period.
pub(crate) fn requirements(connector: &ConnectorSpec, version: u32) -> Vec<String> {
    let spec = &connector.requirements;
    let mut requires = Vec::new();
    if let Some((_, core)) = spec.min_core_version.iter().rev().find(|(since, _)| *since <= version) {
        requires.push(format!("Greengrass core software {core} or newer"));
    }
    if !spec.role_actions.is_empty() {
        requires.push(format!("a group role that allows {}", spec.role_actions.join(", ")));
    }
    requires.extend(spec.secrets.iter().map(|secret| format!("the secret of {secret}")));
    requires.extend(spec.resources.iter().map(|resource| format!("the group's resource: {resource}")));
    requires.extend(spec.regions.map(|regions| format!("a supported Region ({regions})")));
    requires.extend(spec.other.iter().map(ToString::to_string));
    requires
}

//! What was found, and what is to be there.

use connectors::catalog::connector::Connector;
use connectors::request::Severity;

use super::node::Place;

/// Something to say of a place in a file.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// An advice's code, or `InvalidRequest`.
    pub(super) code: String,
    pub(super) severity: Severity,
    /// The path in the file, as far as it has one.
    pub(super) path: String,
    pub(super) message: String,
    pub(super) place: Place,
}

impl Finding {
    /// Place and message, for a person.
    pub(super) fn text(&self) -> String {
        if self.path.is_empty() { self.message.clone() } else { format!("{}: {}", self.path, self.message) }
    }
}

/// What a connector needs beside it, which no request shows: nothing is wrong, it is only told.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) connector: &'static str,
    pub(super) version: u32,
    pub(super) path: String,
    pub(super) place: Place,
    /// Each a sentence without an end.
    pub(super) what: Vec<String>,
}

impl Need {
    pub(super) fn of(connector: &'static Connector, version: u32, path: String, place: Place) -> Self {
        Self { connector: connector.name, version, path, place, what: needs(connector, version) }
    }
}

/// What a version of a connector needs beside it.
pub(crate) fn needs(connector: &Connector, version: u32) -> Vec<String> {
    let needs = &connector.needs;
    let mut what = Vec::new();
    if let Some((_, core)) = needs.core.iter().rev().find(|(since, _)| *since <= version) {
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

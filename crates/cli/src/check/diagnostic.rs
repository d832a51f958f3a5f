//! What was found, and what is to be there.

use connectors::catalog::connector::ConnectorSpec;
use connectors::diagnostic::Severity;

use super::spanned_value::Place;
use crate::requirements::needs;

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
    pub(super) fn of(connector: &'static ConnectorSpec, version: u32, path: String, place: Place) -> Self {
        Self { connector: connector.name, version, path, place, what: needs(connector, version) }
    }
}

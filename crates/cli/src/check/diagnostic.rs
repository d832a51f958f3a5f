//! Diagnostics and requirements with their location in a file.

use connectors::catalog::connector::ConnectorSpec;
use connectors::diagnostic::Diagnostic;

use super::excerpt::Excerpt;
use super::spanned_value::Span;
use crate::requirements::requirements;

/// A diagnostic, and where its value stands in a file. The diagnostic's path starts at the file's root.
#[derive(Clone, Debug)]
pub(super) struct LocatedDiagnostic {
    pub(super) diagnostic: Diagnostic,
    pub(super) span: Span,
    /// The line of the file.
    pub(super) excerpt: Option<Excerpt>,
    /// Whether the line may be shown.
    pub(super) is_source: bool,
}

impl LocatedDiagnostic {
    /// Whether another diagnostic says the same about the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.span == other.span && self.diagnostic == other.diagnostic
    }
}

/// What a connector requires that no request shows. It is not a diagnostic: nothing is known to be wrong.
#[derive(Clone, Debug)]
pub(super) struct Requirement {
    pub(super) connector: &'static str,
    pub(super) version: u32,
    /// Path of the connector in the file.
    pub(super) path: String,
    pub(super) span: Span,
    /// Each a phrase without a period.
    pub(super) requires: Vec<String>,
}

impl Requirement {
    pub(super) fn new(connector: &'static ConnectorSpec, version: u32, path: String, span: Span) -> Self {
        let requires = requirements(connector, version);
        Self { connector: connector.name, version, path, span, requires }
    }
}

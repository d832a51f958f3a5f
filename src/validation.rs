//! Validation of requests against the catalog of AWS's connectors: the setting `CONNECTOR_CHECKS`.

use connectors::catalog::{Context, validate, validate_readable};
use connectors::diagnostic::{Diagnostic, Severity, ValidationErrors};
use connectors::request::{InvalidRequest, ParsedRequest};

/// What the function does with the catalog's diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ValidationMode {
    /// Does not consult the catalog.
    Off,
    /// Returns them as warnings.
    #[default]
    Warn,
    /// Rejects requests with errors, and returns warnings.
    Enforce,
}

/// Validates requests for the versions of one Region.
#[derive(Clone, Debug, Default)]
pub(crate) struct Validator {
    pub(crate) mode: ValidationMode,
    /// The function's Region, in which its versions are created.
    pub(crate) region: Option<String>,
}

impl Validator {
    /// Adds the catalog's diagnostics to those of the parser.
    pub(crate) fn annotate(&self, mut parsed: ParsedRequest) -> ParsedRequest {
        if self.mode != ValidationMode::Off {
            let diagnostics = validate(&parsed, &Context::for_region(self.region.as_deref()));
            parsed.warnings.extend(diagnostics);
        }
        parsed
    }

    /// Rejects a request with errors in the mode `enforce`. Called before a version is created, not when one is found: a
    /// definition can return to any version that it has.
    ///
    /// # Errors
    /// Every diagnostic of severity error.
    pub(crate) fn reject_errors(&self, parsed: &ParsedRequest) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::default();
        if self.mode == ValidationMode::Enforce {
            push_errors(&mut errors, &parsed.warnings);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Everything that is wrong with an invalid request: its errors and, since it fails anyway, the diagnostics of
    /// severity error about what can be read of it.
    pub(crate) fn all_errors(&self, invalid: InvalidRequest) -> ValidationErrors {
        let diagnostics = match self.mode {
            ValidationMode::Off => Vec::new(),
            ValidationMode::Warn | ValidationMode::Enforce => {
                validate_readable(&invalid, &Context::for_region(self.region.as_deref()))
            }
        };
        let InvalidRequest { mut errors, warnings, .. } = invalid;
        if self.mode != ValidationMode::Off {
            push_errors(&mut errors, &warnings);
        }
        push_errors(&mut errors, &diagnostics);
        errors
    }
}

fn push_errors(errors: &mut ValidationErrors, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        errors.push_diagnostic(diagnostic);
    }
}

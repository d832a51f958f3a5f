//! The setting CONNECTOR_CHECKS, and what it does to a request.

use connectors::catalog::{Context, validate};
use connectors::diagnostic::{Severity, ValidationErrors};
use connectors::request::ParsedRequest;

/// What is done with what is known of AWS's connectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is looked at.
    Off,
    /// It is told.
    #[default]
    Advise,
    /// It is told, and what is a mistake is refused.
    Enforce,
}

/// The checks of one function.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// What is done.
    pub mode: Mode,
    /// The function's Region, which its versions are created in.
    pub region: Option<String>,
}

impl Checks {
    /// Adds the advice on a request to what came of reading it.
    pub fn validate(&self, mut parsed: ParsedRequest) -> ParsedRequest {
        if self.mode != Mode::Off {
            let context = Context::for_region(self.region.as_deref());
            let advice = validate(&parsed, &context);
            parsed.warnings.extend(advice);
        }
        parsed
    }

    /// Refuses a request with mistakes, if that was asked for; what is only worth knowing passes. To be asked before a
    /// version is created, and not when one is found: what a definition holds already can be gone back to.
    pub fn permit(&self, parsed: &ParsedRequest) -> Result<(), ValidationErrors> {
        let mut problems = ValidationErrors::default();
        if self.mode == Mode::Enforce {
            for advice in parsed.warnings.iter().filter(|advice| advice.severity == Severity::Error) {
                problems.push_diagnostic(advice);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

//! The setting CONNECTOR_CHECKS, and what it does to a request.

use connectors::catalog::{Context, advise};
use connectors::request::{Parsed, Problems, Severity};

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
    pub fn advise(&self, mut parsed: Parsed) -> Parsed {
        if self.mode != Mode::Off {
            let context = Context::of_region(self.region.as_deref());
            let advice = advise(&parsed, &context);
            parsed.advice.extend(advice);
        }
        parsed
    }

    /// Refuses a request with mistakes, if that was asked for; what is only worth knowing passes. To be asked before a
    /// version is created, and not when one is found: what a definition holds already can be gone back to.
    pub fn permit(&self, parsed: &Parsed) -> Result<(), Problems> {
        let mut problems = Problems::default();
        if self.mode == Mode::Enforce {
            for advice in parsed.advice.iter().filter(|advice| advice.severity == Severity::Error) {
                problems.add_at(&advice.path, &advice.message);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

//! What is wrong with a request: errors and warnings, each with its code and the path of the value it is about.
//!
//! A message follows the form `what is wrong; what to do.` and never holds a value of the request, since values may be
//! secrets.

mod code;
mod path;

use std::fmt;

pub use code::{DiagnosticCode, Severity};
pub use path::Path;

/// How many errors of one request are listed; more are only counted, so that six megabytes of hostile JSON do not
/// become sixty of response.
const MAX_ERRORS: usize = 5_000;
/// How many warnings of one request are listed.
const MAX_WARNINGS: usize = 1_000;

/// An error or a warning.
///
/// As JSON: `{"Code": "UnknownField", "Path": "Connectors[0].Name", "Message": "..."}`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Diagnostic {
    /// Stable, for programs.
    pub code: DiagnosticCode,
    /// Path of the value it is about; empty for the whole event.
    pub path: String,
    /// What is wrong and what to do, as one or two sentences.
    pub message: String,
    /// A code's own severity, unless this case weighs more or less.
    #[serde(skip)]
    pub severity: Severity,
}

impl Diagnostic {
    /// A diagnostic with the severity of its code.
    pub fn new(code: DiagnosticCode, path: &Path, message: impl Into<String>) -> Self {
        Self { code, path: path.to_string(), message: message.into(), severity: code.severity() }
    }
}

/// `path: message`, or the message alone where the path is empty.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Every error of one request, or of one event.
#[derive(Clone, Debug, Default)]
pub struct ValidationErrors {
    entries: Vec<Diagnostic>,
    omitted: usize,
}

impl ValidationErrors {
    /// The single error of something that has no request in it.
    pub fn single(message: impl Into<String>) -> Self {
        Self { entries: vec![invalid(String::new(), message.into())], omitted: 0 }
    }

    /// Adds an error with the code `InvalidRequest`.
    pub fn push(&mut self, path: &Path, message: impl fmt::Display) {
        self.push_with(|| invalid(path.to_string(), message.to_string()));
    }

    /// Adds a diagnostic that counts as an error here, whatever its code.
    pub fn push_diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.push_with(|| diagnostic.clone());
    }

    /// Adds a diagnostic that is only made if it is listed.
    fn push_with(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.entries.len() < MAX_ERRORS {
            self.entries.push(diagnostic());
        } else {
            self.omitted += 1;
        }
    }

    /// Whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The errors that are listed.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.entries.iter()
    }

    /// How many errors there are, listed or not.
    pub fn count(&self) -> usize {
        self.entries.len() + self.omitted
    }

    /// The first errors, as many as take at most this many bytes of a JSON string; the others are only counted. One
    /// is always listed.
    pub fn truncated_to(mut self, max_bytes: usize) -> Self {
        let mut bytes = 0;
        let fitting = self.entries.iter().take_while(|diagnostic| {
            bytes += serde_json::to_string(&diagnostic.to_string()).map_or(0, |json| json.len());
            bytes <= max_bytes
        });
        let fitting = fitting.count().max(1);
        self.omitted += self.entries.len().saturating_sub(fitting);
        self.entries.truncate(fitting);
        self
    }
}

fn invalid(path: String, message: String) -> Diagnostic {
    let code = DiagnosticCode::InvalidRequest;
    Diagnostic { code, path, message, severity: code.severity() }
}

/// One error on a line of its own; several as a list with their number before it.
impl fmt::Display for ValidationErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([only], 0) = (self.entries.as_slice(), self.omitted) {
            return fmt::Display::fmt(only, f);
        }
        write!(f, "{} errors:", self.count())?;
        for diagnostic in &self.entries {
            write!(f, "\n- {diagnostic}")?;
        }
        if self.omitted > 0 {
            write!(f, "\n- and {} more", self.omitted)?;
        }
        Ok(())
    }
}

/// Collects diagnostics that do not keep a request from being parsed.
#[derive(Debug, Default)]
pub struct DiagnosticSink {
    entries: Vec<Diagnostic>,
    omitted: usize,
}

impl DiagnosticSink {
    /// Adds a diagnostic with the severity of its code.
    pub fn push(&mut self, code: DiagnosticCode, path: &Path, message: impl Into<String>) {
        self.push_with(code, path, || message.into());
    }

    /// Adds a diagnostic whose message is only made if it is listed: finding a suggestion takes longer than all other
    /// checks.
    pub fn push_with(&mut self, code: DiagnosticCode, path: &Path, message: impl FnOnce() -> String) {
        self.push_with_severity(code.severity(), code, path, message);
    }

    /// Adds a diagnostic that weighs more or less than its code.
    pub fn push_with_severity(
        &mut self,
        severity: Severity,
        code: DiagnosticCode,
        path: &Path,
        message: impl FnOnce() -> String,
    ) {
        if self.entries.len() < MAX_WARNINGS {
            self.entries.push(Diagnostic { code, path: path.to_string(), message: message(), severity });
        } else {
            self.omitted += 1;
        }
    }

    /// How many diagnostics there are so far, listed or not.
    pub fn count(&self) -> usize {
        self.entries.len() + self.omitted
    }

    /// The diagnostics, with one of code `Truncated` at the end where some are not listed.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        if self.omitted > 0 {
            let message = format!("{} more diagnostics are not listed.", self.omitted);
            self.entries.push(Diagnostic::new(DiagnosticCode::Truncated, &Path::root(), message));
        }
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_are_not_listed_are_counted() {
        let mut errors = ValidationErrors::default();
        for index in 0..MAX_ERRORS + 3 {
            errors.push(&Path::root().index(index), "wrong.");
        }
        assert_eq!(errors.count(), MAX_ERRORS + 3);
        let text = errors.to_string();
        assert!(text.starts_with("5003 errors:\n- [0]: wrong.\n- [1]: wrong."), "{}", &text[..60]);
        assert!(text.ends_with("\n- and 3 more"));

        let truncated = errors.clone().truncated_to(40);
        assert_eq!(
            truncated.to_string(),
            "5003 errors:\n- [0]: wrong.\n- [1]: wrong.\n- [2]: wrong.\n- and 5000 more"
        );
        assert_eq!(errors.truncated_to(0).iter().count(), 1);
    }

    #[test]
    fn a_single_error_is_its_own_text() {
        assert_eq!(ValidationErrors::single("not JSON.").to_string(), "not JSON.");
        let mut errors = ValidationErrors::default();
        errors.push(&Path::root().field("Id"), "required.");
        assert_eq!(errors.to_string(), "Id: required.");
    }
}

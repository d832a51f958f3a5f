//! Errors and warnings about a request, each with a code, the path of the value and a message.
//!
//! A message has the form `what is wrong; what to do.` and never contains the value of a parameter, since that may be a
//! secret. The messages themselves are in `request/messages.rs`, `event/messages.rs` and `catalog/messages.rs`.

mod code;
mod path;

use std::fmt;

pub use code::{DiagnosticCode, Severity};
pub use path::Path;

/// The maximum number of errors that are listed. Further ones are only counted, so that 6 MB of hostile JSON do not
/// become 60 MB of response.
const MAX_ERRORS: usize = 5_000;
/// The maximum length of what a list of errors has before and after its entries: both numbers and their words.
const MAX_FRAME_BYTES: usize = 64;
/// The maximum number of diagnostics of a [`DiagnosticSink`] that are listed.
const MAX_DIAGNOSTICS: usize = 1_000;

/// An error or a warning.
///
/// As JSON: `{"Code": "UnknownField", "Path": "detail.Connectors[0].Name", "Message": "..."}`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Diagnostic {
    /// The kind of diagnostic. Codes are stable.
    pub code: DiagnosticCode,
    /// The path of the value; empty for the whole event.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// The severity, usually that of the code.
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

/// All errors of a request or an event.
#[derive(Clone, Debug, Default)]
pub struct ValidationErrors {
    entries: Vec<Diagnostic>,
    omitted: usize,
}

impl ValidationErrors {
    /// A single error about the whole event.
    pub fn single(message: impl Into<String>) -> Self {
        Self::at(&Path::root(), message)
    }

    /// A single error about the value with this path.
    pub fn at(path: &Path, message: impl Into<String>) -> Self {
        Self { entries: vec![invalid(path.to_string(), message.into())], omitted: 0 }
    }

    /// Adds an error with the code `InvalidRequest`.
    pub fn push(&mut self, path: &Path, message: impl fmt::Display) {
        self.push_with(|| invalid(path.to_string(), message.to_string()));
    }

    /// Adds a diagnostic of any code as an error.
    pub fn push_diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.push_with(|| diagnostic.clone());
    }

    /// Adds a diagnostic that is only built if it will be listed.
    fn push_with(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.entries.len() < MAX_ERRORS {
            self.entries.push(diagnostic());
        } else {
            self.omitted += 1;
        }
    }

    /// Whether there are no errors.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The listed errors.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.entries.iter()
    }

    /// The number of errors, listed or not.
    pub fn count(&self) -> usize {
        self.entries.len() + self.omitted
    }

    /// Lists only the first errors, as many as fit into this many bytes of a JSON string but at least one, and counts
    /// the others.
    pub fn truncated_to_json(self, max_bytes: usize) -> Self {
        self.truncated_by(max_bytes, |text| serde_json::to_string(text).map_or(0, |json| json.len()))
    }

    /// Lists only the first errors, as many as fit into a text of this many bytes but at least one, and counts the
    /// others.
    pub fn truncated_to_text(self, max_bytes: usize) -> Self {
        if self.to_string().len() <= max_bytes {
            return self;
        }
        self.truncated_by(max_bytes.saturating_sub(MAX_FRAME_BYTES), |text| text.len() + "\n- ".len())
    }

    fn truncated_by(mut self, max_bytes: usize, len: impl Fn(&str) -> usize) -> Self {
        let mut bytes = 0;
        let fitting = self.entries.iter().take_while(|diagnostic| {
            bytes += len(&diagnostic.to_string());
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

/// A single error is one line. Several errors are a list with their number before it.
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

/// Collects diagnostics that do not make a request invalid.
#[derive(Debug, Default)]
pub(crate) struct DiagnosticSink {
    entries: Vec<Diagnostic>,
    omitted: usize,
}

impl DiagnosticSink {
    /// Adds a diagnostic with the severity of its code.
    pub(crate) fn push(&mut self, code: DiagnosticCode, path: &Path, message: impl Into<String>) {
        self.push_with(code, path, || message.into());
    }

    /// Adds a diagnostic whose message is only built if it will be listed. Finding a suggestion takes longer than all
    /// other checks.
    pub(crate) fn push_with(&mut self, code: DiagnosticCode, path: &Path, message: impl FnOnce() -> String) {
        self.push_with_severity(code.severity(), code, path, message);
    }

    /// Adds a diagnostic with a severity other than that of its code.
    pub(crate) fn push_with_severity(
        &mut self,
        severity: Severity,
        code: DiagnosticCode,
        path: &Path,
        message: impl FnOnce() -> String,
    ) {
        if self.entries.len() < MAX_DIAGNOSTICS {
            self.entries.push(Diagnostic { code, path: path.to_string(), message: message(), severity });
        } else {
            self.omitted += 1;
        }
    }

    /// The number of diagnostics so far, listed or not.
    pub(crate) fn count(&self) -> usize {
        self.entries.len() + self.omitted
    }

    /// The diagnostics, with a last one of code `Truncated` if some are not listed.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        if self.omitted > 0 {
            let message =
                format!("diagnostics that are not listed: {}; fix the listed ones first.", self.omitted);
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

        let truncated = errors.clone().truncated_to_json(40);
        assert_eq!(
            truncated.to_string(),
            "5003 errors:\n- [0]: wrong.\n- [1]: wrong.\n- [2]: wrong.\n- and 5000 more"
        );
        assert_eq!(errors.clone().truncated_to_json(0).iter().count(), 1);

        for max_bytes in [100, 101, 102, 1_000, 8_192] {
            let text = errors.clone().truncated_to_text(max_bytes).to_string();
            assert!(text.len() <= max_bytes && text.len() + 100 > max_bytes, "{} of {max_bytes}", text.len());
            let listed = text.lines().filter(|line| line.ends_with("]: wrong.")).count();
            assert!(text.ends_with(&format!("\n- and {} more", MAX_ERRORS + 3 - listed)), "{text}");
        }
    }

    #[test]
    fn errors_that_fit_are_not_truncated() {
        let mut errors = ValidationErrors::default();
        errors.push(&Path::root().field("a"), "wrong.");
        errors.push(&Path::root().field("b"), "wrong.");
        let text = errors.to_string();
        assert_eq!(errors.truncated_to_text(text.len()).to_string(), text);
    }

    #[test]
    fn a_single_error_is_its_own_text() {
        assert_eq!(ValidationErrors::single("not JSON.").to_string(), "not JSON.");
        let mut errors = ValidationErrors::default();
        errors.push(&Path::root().field("Id"), "required.");
        assert_eq!(errors.to_string(), "Id: required.");
    }
}

//! Collects the diagnostics of a file: parses each request as the function does, validates it against the catalog,
//! and finds the line of each diagnostic.

use std::collections::HashMap;

use connectors::catalog::{Context, connector_for_arn, validate, validate_readable};
use connectors::diagnostic::{Diagnostic, DiagnosticCode, Path, Severity, ValidationErrors};
use connectors::request::{InvalidRequest, ParsedRequest};

use super::diagnostic::{LocatedDiagnostic, Requirement};
use super::excerpt::ExcerptReader;
use super::resolved::{Resolved, ResolvedValue};
use super::spanned_value::{Span, SpannedValue, Value};

/// The diagnostics and requirements of one file.
#[derive(Debug, Default)]
pub(super) struct CheckResult {
    pub(super) diagnostics: Vec<LocatedDiagnostic>,
    pub(super) requirements: Vec<Requirement>,
    /// What is worth knowing about the file, each a phrase without a period.
    pub(super) notes: Vec<String>,
    /// Number of events, resources and lists of connectors.
    pub(super) requests: usize,
    /// Number of connectors that were checked.
    pub(super) connectors: usize,
}

/// Where a request stands in a file.
pub(super) struct RequestLocation<'a> {
    pub(super) container: Container,
    pub(super) spans: SpanIndex,
    /// The function's Region, if it is known.
    pub(super) region: Option<&'a str>,
    /// Whether the value of this connector's parameter is known only at deployment.
    pub(super) is_deferred: &'a dyn Fn(usize, &str) -> bool,
}

/// What contains a request.
#[derive(Clone, Debug)]
pub(super) enum Container {
    /// The file itself.
    File,
    /// A value of the file, by its path: a resource of a template.
    Value(String),
    /// A list of connectors that is not named `Connectors` in a request, by its path.
    List(String),
    /// A text of the file, by the path of the text.
    Text(String),
}

impl CheckResult {
    /// The result of a file in which there is nothing to check.
    pub(super) fn noted(note: &str) -> Self {
        Self { notes: vec![note.to_owned()], ..Self::default() }
    }

    /// Adds a note, once.
    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Adds the diagnostics and the requirements of a request.
    pub(super) fn add(
        &mut self,
        request: Result<ParsedRequest, Box<InvalidRequest>>,
        location: &RequestLocation<'_>,
    ) {
        match request {
            Ok(parsed) => self.add_request(&parsed, location),
            Err(invalid) => self.add_invalid(&invalid, location),
        }
    }

    /// Adds the errors of an invalid request, and the diagnostics of what can be read of it.
    fn add_invalid(&mut self, invalid: &InvalidRequest, location: &RequestLocation<'_>) {
        self.add_errors(&invalid.errors, location);
        let context = Context { region: location.region, is_deferred: location.is_deferred };
        let diagnostics = invalid.warnings.iter().cloned().chain(validate_readable(invalid, &context));
        self.diagnostics.extend(diagnostics.map(|diagnostic| location.locate(diagnostic)));
        for (path, arn) in invalid.connector_arns() {
            self.add_connector(arn, &path, location);
        }
    }

    /// Adds errors of a request or an event.
    pub(super) fn add_errors(&mut self, errors: &ValidationErrors, location: &RequestLocation<'_>) {
        for error in errors.iter() {
            let diagnostic = Diagnostic { severity: Severity::Error, ..error.clone() };
            self.diagnostics.push(location.locate(diagnostic));
        }
        let omitted = errors.count() - errors.iter().count();
        if omitted > 0 {
            let message = format!("{omitted} more errors are not listed.");
            let truncated = Diagnostic::new(DiagnosticCode::Truncated, &Path::root(), message);
            self.diagnostics.push(location.locate(truncated));
        }
    }

    fn add_request(&mut self, parsed: &ParsedRequest, location: &RequestLocation<'_>) {
        let context = Context { region: location.region, is_deferred: location.is_deferred };
        let diagnostics = parsed.warnings.iter().cloned().chain(validate(parsed, &context));
        self.diagnostics.extend(diagnostics.map(|diagnostic| location.locate(diagnostic)));
        let list = parsed.path.field("Connectors");
        for (index, connector) in parsed.request.connectors.iter().enumerate() {
            self.add_connector(connector.arn.as_str(), &list.index(index), location);
        }
    }

    fn add_connector(&mut self, arn: &str, path: &Path, location: &RequestLocation<'_>) {
        self.connectors += 1;
        if let Some((connector, version)) = connector_for_arn(arn) {
            let path = path.to_string();
            let span = location.spans.find(&path);
            let path = location.path_in_file(&path);
            self.requirements.push(Requirement::new(connector, version, path, span));
        }
    }

    /// Sorts the diagnostics by line, and adds the lines of the file that they are about, where these may be shown.
    pub(super) fn finish(&mut self, text: &str) {
        self.diagnostics.sort_by_key(|located| (located.span.line, located.span.column));
        let mut reader = ExcerptReader::new(text);
        for located in self.diagnostics.iter_mut().filter(|located| located.is_source) {
            located.excerpt = reader.excerpt(located.span);
        }
    }
}

impl RequestLocation<'_> {
    /// The path from the file's root of a path in the request.
    fn path_in_file(&self, path: &str) -> String {
        match &self.container {
            Container::File => path.to_owned(),
            Container::List(list) => format!("{list}{}", path.strip_prefix("Connectors").unwrap_or_default()),
            Container::Value(value) if path.starts_with('[') => format!("{value}{path}"),
            Container::Value(value) if path.is_empty() => value.clone(),
            Container::Value(value) => format!("{value}.{path}"),
            Container::Text(text) if path.is_empty() => text.clone(),
            Container::Text(text) => format!("{text}: {path}"),
        }
    }

    fn locate(&self, diagnostic: Diagnostic) -> LocatedDiagnostic {
        let span = self.spans.find(&diagnostic.path);
        let path = self.path_in_file(&diagnostic.path);
        LocatedDiagnostic {
            diagnostic: Diagnostic { path, ..diagnostic },
            span,
            excerpt: None,
            is_source: false,
        }
    }
}

/// The spans of a request's values, by their paths. The values in a text have the span of the text.
pub(super) struct SpanIndex {
    root: Span,
    by_path: HashMap<String, Span>,
}

impl SpanIndex {
    /// An index of a request whose values all have one span.
    pub(super) fn single(root: Span) -> Self {
        Self { root, by_path: HashMap::new() }
    }

    /// The index of a request that is this value.
    pub(super) fn for_request(value: &SpannedValue) -> Self {
        let mut index = Self::single(value.span);
        index.add(&Path::root(), value);
        index
    }

    /// The index of a request whose connectors are this value.
    pub(super) fn for_connectors(value: &SpannedValue) -> Self {
        let mut index = Self::single(value.span);
        index.add(&Path::root().field("Connectors"), value);
        index
    }

    /// The index of a request that is this value of a template.
    pub(super) fn for_resolved(value: &Resolved) -> Self {
        let mut index = Self::single(value.span);
        index.add_resolved(&Path::root(), value);
        index
    }

    /// The index of a request whose connectors are this value of a template.
    pub(super) fn for_resolved_connectors(value: &Resolved) -> Self {
        let mut index = Self::single(value.span);
        index.add_resolved(&Path::root().field("Connectors"), value);
        index
    }

    fn add_resolved(&mut self, path: &Path, value: &Resolved) {
        self.by_path.insert(path.to_string(), value.span);
        match &value.value {
            ResolvedValue::List(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.add_resolved(&path.index(index), item));
            }
            ResolvedValue::Object(object) => {
                object.members.iter().for_each(|(name, value)| self.add_resolved(&path.field(name), value));
            }
            _ => {}
        }
    }

    fn add(&mut self, path: &Path, value: &SpannedValue) {
        self.by_path.insert(path.to_string(), value.span);
        match &value.value {
            Value::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.add(&path.index(index), item));
            }
            Value::Object(members) => {
                members.iter().for_each(|member| self.add(&path.field(&member.name), &member.value));
            }
            Value::Null | Value::Scalar(_) => {}
        }
    }

    /// The span of the value with this path, or of the closest value that would contain it.
    fn find(&self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(span) = self.by_path.get(path) {
                return *span;
            }
            match path.rfind(['.', '[', ':']) {
                Some(at) => path = &path[..at],
                None => return self.root,
            }
        }
    }
}

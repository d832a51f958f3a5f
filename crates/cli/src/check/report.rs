//! What `check` found in all files: as text and as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use connectors::diagnostic::Severity;
use serde_json::{Value, json};

use super::collector::CheckResult;
use super::diagnostic::{LocatedDiagnostic, Requirement};
use super::error::FileError;

/// What `check` found in all files.
#[derive(Debug)]
pub(crate) struct CheckReport {
    pub(super) files: Vec<(String, Result<CheckResult, FileError>)>,
}

impl CheckReport {
    /// The exit status: 2 if a file could not be checked, 1 if there is an error, 0 otherwise.
    pub(crate) fn exit_status(&self) -> u8 {
        if self.unchecked().next().is_some() { 2 } else { u8::from(self.count(Severity::Error) > 0) }
    }

    /// All diagnostics, each with its file.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = (&str, &LocatedDiagnostic)> {
        self.checked()
            .flat_map(|(name, result)| result.diagnostics.iter().map(move |located| (name, located)))
    }

    /// The files that could not be checked.
    pub(super) fn unchecked(&self) -> impl Iterator<Item = (&str, &FileError)> {
        self.files.iter().filter_map(|(name, result)| Some((name.as_str(), result.as_ref().err()?)))
    }

    /// The notes of all files, each with its file.
    pub(super) fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.checked().flat_map(|(name, result)| result.notes.iter().map(move |note| (name, note.as_str())))
    }

    fn checked(&self) -> impl Iterator<Item = (&str, &CheckResult)> {
        self.files.iter().filter_map(|(name, result)| Some((name.as_str(), result.as_ref().ok()?)))
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics().filter(|(_, located)| located.diagnostic.severity == severity).count()
    }

    pub(super) fn to_json(&self) -> String {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|(name, result)| match result {
                Ok(result) => json!({
                    "File": name,
                    "Connectors": result.connectors,
                    "Diagnostics": result.diagnostics.iter().map(diagnostic_json).collect::<Vec<_>>(),
                    "Requirements": result.requirements.iter().map(requirement_json).collect::<Vec<_>>(),
                    "Notes": result.notes,
                }),
                Err(error) => json!({ "File": name, "Error": error.to_string() }),
            })
            .collect();
        let report = json!({
            "Files": files,
            "Errors": self.count(Severity::Error),
            "Warnings": self.count(Severity::Warning),
            "Unchecked": self.unchecked().count(),
        });
        format!("{report:#}\n")
    }

    /// The report as compilers print it. With `is_colored`, it contains ANSI escape codes.
    pub(super) fn to_text(&self, is_colored: bool) -> String {
        let renderer = if is_colored { Renderer::styled() } else { Renderer::plain() };
        // Excerpts have their maximum width already.
        let renderer = renderer.term_width(usize::MAX / 2);
        let mut text = String::new();
        for (name, result) in &self.files {
            match result {
                Ok(result) => {
                    for located in &result.diagnostics {
                        text += &renderer.render(&[diagnostic_group(name, located)]);
                        text += "\n\n";
                    }
                    for note in &result.notes {
                        text += &render_title(&renderer, Level::NOTE, &format!("{name}: {note}"));
                    }
                    for requirement in &result.requirements {
                        text += &render_title(&renderer, Level::NOTE, &requirement_text(name, requirement));
                    }
                }
                Err(error) => {
                    text += &render_title(&renderer, Level::ERROR, &format!("cannot check {name}: {error}"));
                }
            }
        }
        let connectors: usize = self.checked().map(|(_, result)| result.connectors).sum();
        text += &format!(
            "{}, {}: {}, {}\n",
            count_of(self.files.len(), "file"),
            count_of(connectors, "connector"),
            count_of(self.count(Severity::Error), "error"),
            count_of(self.count(Severity::Warning), "warning")
        );
        text
    }
}

fn diagnostic_json(LocatedDiagnostic { diagnostic, span, .. }: &LocatedDiagnostic) -> Value {
    json!({
        "Code": diagnostic.code, "Severity": diagnostic.severity, "Path": diagnostic.path,
        "Message": diagnostic.message, "Line": span.line, "Column": span.column,
    })
}

fn requirement_json(requirement: &Requirement) -> Value {
    json!({
        "Connector": requirement.connector, "Version": requirement.version, "Path": requirement.path,
        "Line": requirement.span.line, "Column": requirement.span.column, "Requires": requirement.requires,
    })
}

fn diagnostic_group<'a>(file: &'a str, located: &'a LocatedDiagnostic) -> Group<'a> {
    let LocatedDiagnostic { diagnostic, span, excerpt, .. } = located;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code.name());
    let position = Origin::path(file).line(span.line).char_column(span.column);
    let mut group = match excerpt {
        None => title.element(position),
        Some(excerpt) => {
            let value = AnnotationKind::Primary.span(excerpt.value.clone());
            let snippet = Snippet::source(&excerpt.text).line_start(span.line).annotation(value);
            // A snippet's own position is that in the excerpt, which is the file's unless the line's start is cut.
            if excerpt.is_start_cut {
                title.element(position).element(snippet)
            } else {
                title.element(snippet.path(file))
            }
        }
    };
    if !diagnostic.path.is_empty() {
        group = group.element(Level::NOTE.with_name("path").message(&diagnostic.path));
    }
    group
}

fn requirement_text(file: &str, requirement: &Requirement) -> String {
    let Requirement { connector, version, span, requires, .. } = requirement;
    let requires = requires.join("; ");
    format!("{connector} version {version} requires {requires} ({file}:{}:{})", span.line, span.column)
}

/// A line without a source: `note: text`.
fn render_title(renderer: &Renderer, level: Level<'_>, text: &str) -> String {
    renderer.render(&[Group::with_title(level.secondary_title(text))]) + "\n"
}

fn count_of(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

//! Diagnostics as SARIF 2.1.0, the format of code scanning.
//!
//! A connector's requirements are left out: they are not diagnostics, and every pull request would show them again.

use connectors::diagnostic::DiagnosticCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::diagnostic::LocatedDiagnostic;
use super::report::CheckReport;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Characters that must be encoded in the path of a URI.
const PATH_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The report as a SARIF log.
pub(super) fn to_sarif(report: &CheckReport) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "connector-versions",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": report.diagnostics().map(|(file, located)| result(file, located)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rules() -> Vec<Value> {
    let rule = |code: &DiagnosticCode| {
        json!({
            "id": code.name(),
            "shortDescription": { "text": code.description() },
            "defaultConfiguration": { "level": code.severity().name() },
        })
    };
    DiagnosticCode::ALL.iter().map(rule).collect()
}

/// A file that could not be checked is a failure of the tool, not a result. A file without connectors is neither.
fn invocation(report: &CheckReport) -> Value {
    let errors =
        report.unchecked().map(|(name, error)| notification("error", name, format!("Not checked: {error}.")));
    let notes = report.notes().map(|(name, note)| notification("note", name, format!("Note: {note}.")));
    json!({
        "executionSuccessful": report.unchecked().next().is_none(),
        "toolExecutionNotifications": errors.chain(notes).collect::<Vec<_>>(),
    })
}

fn notification(level: &str, file: &str, message: String) -> Value {
    json!({
        "level": level,
        "message": { "text": message },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } }],
    })
}

fn result(file: &str, LocatedDiagnostic { diagnostic, span, .. }: &LocatedDiagnostic) -> Value {
    json!({
        "ruleId": diagnostic.code.name(),
        "level": diagnostic.severity.name(),
        "message": { "text": diagnostic.to_string() },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": span.line.max(1), "startColumn": span.column.max(1) },
            },
            "logicalLocations": [{ "fullyQualifiedName": diagnostic.path }],
        }],
    })
}

/// A file's name as a relative URI, which code scanning resolves in the repository.
fn uri(name: &str) -> String {
    if name == "-" {
        "stdin".to_owned()
    } else {
        utf8_percent_encode(name.trim_start_matches("./"), PATH_ENCODE_SET).to_string()
    }
}

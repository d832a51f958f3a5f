//! Findings as SARIF 2.1.0, the form in which code scanning takes them.
//!
//! What a connector needs beside it is left out: it is no finding, and would come back with every pull request.

use connectors::request::{Code, Severity};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::diagnostic::Finding;
use super::report::Report;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What may stand in the path of a URI.
const IN_A_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

const INVALID: (&str, &str) = ("InvalidRequest", "the request is not valid: the function would refuse it");

pub(super) fn print(report: &Report) -> String {
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
            "results": report.findings().map(|(file, finding)| result(file, finding)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rules() -> Vec<Value> {
    let rule = |id: &str, meaning: &str, level: &str| {
        json!({
            "id": id,
            "shortDescription": { "text": meaning },
            "defaultConfiguration": { "level": level },
        })
    };
    let codes = Code::ALL.iter().map(|code| rule(&code.name(), code.meaning(), code.severity().name()));
    codes.chain([rule(INVALID.0, INVALID.1, Severity::Error.name())]).collect()
}

/// A file that could not be checked is a failure of the tool, not a result.
fn invocation(report: &Report) -> Value {
    let unusable = report.files.iter().filter_map(|(name, found)| Some((name, found.as_ref().err()?)));
    let notifications: Vec<Value> = unusable
        .map(|(name, problem)| {
            json!({
                "level": "error",
                "message": { "text": format!("It {problem}.") },
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(name) } } }],
            })
        })
        .collect();
    json!({ "executionSuccessful": notifications.is_empty(), "toolExecutionNotifications": notifications })
}

fn result(file: &str, finding: &Finding) -> Value {
    json!({
        "ruleId": finding.code,
        "level": finding.severity.name(),
        "message": { "text": finding.text() },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": finding.place.line.max(1), "startColumn": finding.place.column.max(1) },
            },
            "logicalLocations": [{ "fullyQualifiedName": finding.path }],
        }],
    })
}

/// A file's name as a relative URI; code scanning resolves it in the repository.
fn uri(name: &str) -> String {
    if name == "-" {
        "stdin".to_owned()
    } else {
        utf8_percent_encode(name.trim_start_matches("./"), IN_A_PATH).to_string()
    }
}

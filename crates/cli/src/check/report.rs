//! What was found, in all files: for a person, and as JSON.

use std::fmt;

use connectors::request::Severity;
use serde_json::{Value, json};

use super::collector::Found;
use super::diagnostic::{Finding, Need};

/// What was found in files.
#[derive(Debug)]
pub(crate) struct Report {
    pub(super) files: Vec<(String, Result<Found, String>)>,
}

impl Report {
    pub(super) fn new(files: impl Iterator<Item = (String, Result<Found, String>)>) -> Self {
        let mut files: Vec<_> = files.collect();
        for found in files.iter_mut().filter_map(|(_, found)| found.as_mut().ok()) {
            found.findings.sort_by_key(|finding| (finding.place.line, finding.place.column));
        }
        Self { files }
    }

    /// The exit status: 2 when a file could not be checked, 1 when there is a mistake, 0 otherwise.
    pub(crate) fn status(&self) -> u8 {
        if self.files.iter().any(|(_, found)| found.is_err()) {
            2
        } else {
            u8::from(self.count(Severity::Error) > 0)
        }
    }

    pub(super) fn findings(&self) -> impl Iterator<Item = (&str, &Finding)> {
        self.found().flat_map(|(name, found)| found.findings.iter().map(move |finding| (name, finding)))
    }

    fn found(&self) -> impl Iterator<Item = (&str, &Found)> {
        self.files.iter().filter_map(|(name, found)| Some((name.as_str(), found.as_ref().ok()?)))
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|(_, finding)| finding.severity == severity).count()
    }

    pub(super) fn to_json(&self) -> String {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|(name, found)| match found {
                Ok(found) => json!({
                    "File": name,
                    "Connectors": found.connectors,
                    "Findings": found.findings.iter().map(finding).collect::<Vec<_>>(),
                    "Needs": found.needs.iter().map(need).collect::<Vec<_>>(),
                }),
                Err(problem) => json!({ "File": name, "Unusable": problem }),
            })
            .collect();
        let report = json!({
            "Files": files,
            "Errors": self.count(Severity::Error),
            "Warnings": self.count(Severity::Warning),
            "Unusable": self.files.iter().filter(|(_, found)| found.is_err()).count(),
        });
        format!("{report:#}\n")
    }
}

fn finding(finding: &Finding) -> Value {
    json!({
        "Code": finding.code, "Severity": finding.severity, "Path": finding.path,
        "Message": finding.message, "Line": finding.place.line, "Column": finding.place.column,
    })
}

fn need(need: &Need) -> Value {
    json!({
        "Connector": need.connector, "Version": need.version, "Path": need.path,
        "Line": need.place.line, "Column": need.place.column, "Needs": need.what,
    })
}

/// For a person: as compilers print it, so that editors find the line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, found) in &self.files {
            match found {
                Ok(found) => {
                    found.findings.iter().try_for_each(|finding| show(f, name, finding))?;
                    found.needs.iter().try_for_each(|need| show_need(f, name, need))?;
                }
                Err(problem) => writeln!(f, "{name}: cannot be checked: it {problem}")?,
            }
        }
        let connectors: usize = self.found().map(|(_, found)| found.connectors).sum();
        writeln!(
            f,
            "{}, {}: {}, {}",
            count(self.files.len(), "file"),
            count(connectors, "connector"),
            count(self.count(Severity::Error), "error"),
            count(self.count(Severity::Warning), "warning")
        )
    }
}

fn show(f: &mut fmt::Formatter<'_>, name: &str, finding: &Finding) -> fmt::Result {
    let Finding { severity, code, place, .. } = finding;
    let severity = severity.name();
    writeln!(f, "{name}:{}:{}: {severity}[{code}] {}", place.line, place.column, finding.text())
}

fn show_need(f: &mut fmt::Formatter<'_>, name: &str, need: &Need) -> fmt::Result {
    let Need { connector, version, path, place, what } = need;
    let what = what.join("; ");
    writeln!(
        f,
        "{name}:{}:{}: note: {path}: {connector} version {version} needs {what}",
        place.line, place.column
    )
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

//! `check`: the diagnostics that the function would report for the requests in files, without AWS.
//!
//! | file | contents |
//! |---|---|
//! | `spanned_value` | JSON and YAML with the position of every value |
//! | `event`, `template`, `intrinsic` | the requests in a file |
//! | `collector`, `diagnostic`, `excerpt` | the diagnostics of a request, with their line |
//! | `report`, `sarif` | output formats |

mod collector;
mod diagnostic;
mod error;
mod event;
mod excerpt;
mod intrinsic;
#[cfg(test)]
mod properties;
mod report;
mod sarif;
mod spanned_value;
mod template;

use std::io::IsTerminal;

use clap::{Args, ValueEnum};

use crate::io;

use collector::CheckResult;
use error::FileError;
pub(crate) use report::CheckReport;
use spanned_value::SpannedValue;

/// Check requests in events, templates and API files, without running anything
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CheckArgs {
    /// Event, CloudFormation template, or JSON of the Greengrass API, as JSON or YAML; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// Region of the function; without it, the Region of an ARN is not checked
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const AFTER_HELP: &str = "\
Exit status: 0 without errors, 1 with errors, 2 if a file cannot be checked

Examples:
  connector-versions check template.yaml
  connector-versions check --region eu-west-1 stacks/*.yaml
  connector-versions check --format sarif template.yaml > connectors.sarif";

/// An output format.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: each diagnostic with its position
    Text,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl CheckArgs {
    /// Checks all files.
    pub(crate) fn check(&self) -> CheckReport {
        let files = self.files.iter().map(|name| (name.clone(), self.check_file(name)));
        CheckReport { files: files.collect() }
    }

    /// The report in the requested format.
    pub(crate) fn format(&self, report: &CheckReport) -> String {
        match self.format {
            Format::Text => report.to_text(is_color_terminal()),
            Format::Json => report.to_json(),
            Format::Sarif => sarif::to_sarif(report),
        }
    }

    fn check_file(&self, name: &str) -> Result<CheckResult, FileError> {
        let text = io::read(name)?;
        let value = SpannedValue::parse(&text)?;
        let region = self.region.as_deref();
        let mut result = CheckResult::default();
        if template::is_template(&value) {
            template::check(&value, region, &mut result);
            // A template is source code and may be shown. An event is data: its values may be secrets.
            result.finish(Some(&text));
            return Ok(result);
        }
        if let Some((json_path, connectors)) = event::api_connectors(&value) {
            event::check_api(&text, json_path, connectors, region, &mut result);
        } else {
            event::check(&text, &value, region, &mut result)?;
        }
        result.finish(None);
        Ok(result)
    }
}

/// Whether standard output is a terminal that shows colors, and <https://no-color.org> is not set.
fn is_color_terminal() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

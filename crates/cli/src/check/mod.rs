//! `check`: the diagnostics that the function would report for the requests in files, without AWS.
//!
//! | file | contents |
//! |---|---|
//! | `files` | the files that the arguments name |
//! | `spanned_value`, `json_reader`, `yaml_reader`, `yaml_scalar` | JSON and YAML with the position of every value |
//! | `document`, `place`, `duplicates` | what a document is |
//! | `event`, `api`, `terraform`, `resources`, `template` | the requests in a document |
//! | `function`, `intrinsic`, `resolved`, `open_text`, `serverless` | the values of a template, as far as they are known |
//! | `scope`, `scenario` | what a deployment decides: conditions, parameters, the Region |
//! | `resource` | the request that a resource makes |
//! | `collector`, `diagnostic`, `excerpt` | the diagnostics of a request, with their line |
//! | `report`, `sarif` | output formats |

mod api;
mod collector;
mod diagnostic;
mod document;
mod duplicates;
mod error;
mod event;
mod excerpt;
mod files;
mod function;
mod intrinsic;
mod json_reader;
mod limits;
mod open_text;
mod parse;
mod place;
#[cfg(test)]
mod properties;
mod report;
mod resolved;
mod resource;
mod resources;
mod sarif;
mod scenario;
mod scope;
mod serverless;
mod spanned_value;
mod template;
mod terraform;
mod yaml_reader;
mod yaml_scalar;

use std::io::IsTerminal;

use clap::{Args, ValueEnum};

use crate::io;

use collector::CheckResult;
use error::FileError;
use files::FileArgument;
pub(crate) use report::CheckReport;

/// Check requests in events, templates and API files, without running anything
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CheckArgs {
    /// Event, CloudFormation template, Terraform plan, or JSON of the Greengrass API, as JSON or YAML; a directory or a
    /// pattern with * and ** for all such files in it; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// Leave out files and directories that match this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<glob::Pattern>,

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
  connector-versions check --exclude node_modules --exclude 'test-*' .
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
        let files = files::expand(&self.files, &self.exclude).into_iter();
        CheckReport { files: files.map(|file| self.check_argument(file)).collect() }
    }

    /// The report in the requested format.
    pub(crate) fn format(&self, report: &CheckReport) -> String {
        match self.format {
            Format::Text => report.to_text(is_color_terminal()),
            Format::Json => report.to_json(),
            Format::Sarif => sarif::to_sarif(report),
        }
    }

    fn check_argument(&self, file: FileArgument) -> (String, Result<CheckResult, FileError>) {
        match file {
            FileArgument::File { name, is_found } => {
                let result = self.check_file(&name, is_found);
                (name, result)
            }
            FileArgument::NoMatch(pattern) => (pattern, Err(FileError::NoMatch)),
        }
    }

    /// `is_found` says that the file was found in a directory or by a pattern.
    fn check_file(&self, name: &str, is_found: bool) -> Result<CheckResult, FileError> {
        let text = io::read(name)?;
        let text = text.trim_start_matches('\u{feff}');
        match document::check_text(text, self.region.as_deref()) {
            Err(FileError::Empty) if name != "-" => Ok(CheckResult::noted("no content")),
            // A sentence may be valid YAML, but it is no file of the kinds that are checked.
            Err(FileError::OnlyText(_)) if is_found => Ok(CheckResult::noted("only text")),
            result => result,
        }
    }
}

/// Whether standard output is a terminal that shows colors, and <https://no-color.org> is not set.
fn is_color_terminal() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

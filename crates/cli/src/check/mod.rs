//! `cargo local check`: what the function would say of requests, with no AWS, before they are anywhere near it.
//!
//! | file | what it knows |
//! |---|---|
//! | `spanned_value` | JSON and YAML with the place of everything |
//! | `event`, `template`, `intrinsic` | where the requests are |
//! | `collector`, `diagnostic` | what there is to say of one, and on which line |
//! | `report`, `sarif` | how it is printed |

mod collector;
mod diagnostic;
mod event;
mod intrinsic;
mod report;
mod sarif;
mod spanned_value;
mod template;

use clap::{Args, ValueEnum};

use crate::io;

use collector::Found;
pub(crate) use report::Report;
use spanned_value::Node;

/// What is checked, and how it is printed.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Events, CloudFormation templates (JSON or YAML) or the API's JSON; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// The Region of the function; without it, no Region is held against an ARN
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Prints JSON, as --format json does
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// How the findings are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a person: a line for each, with file, line and column
    Text,
    /// For a program
    Json,
    /// SARIF 2.1.0, as code scanning takes it
    Sarif,
}

impl CheckArgs {
    /// Checks the files, each by itself.
    pub(crate) fn check(&self) -> Report {
        Report::new(self.files.iter().map(|name| (name.clone(), self.check_file(name))))
    }

    /// The report as it was asked for.
    pub(crate) fn print(&self, report: &Report) -> String {
        match self.format {
            Format::Text if !self.json => report.to_string(),
            Format::Text | Format::Json => report.to_json(),
            Format::Sarif => sarif::print(report),
        }
    }

    fn check_file(&self, name: &str) -> Result<Found, String> {
        let text = io::read(name).map_err(|error| format!("cannot be read: {error}"))?;
        let node = Node::read(&text)?;
        let region = self.region.as_deref();
        let mut found = Found::default();
        if template::is_template(&node) {
            template::check(&node, region, &mut found);
        } else if let Some((way, connectors)) = event::api_connectors(&node) {
            event::check_api(&text, way, connectors, region, &mut found);
        } else {
            event::check(&text, &node, region, &mut found)?;
        }
        Ok(found)
    }
}

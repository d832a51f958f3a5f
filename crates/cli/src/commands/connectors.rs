//! `connectors`: the reference of AWS's connectors and of the diagnostics.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::error::CliError;
use crate::{CommandResult, catalog_docs, io};

/// Print the reference of AWS's connectors and their parameters, as Markdown
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ConnectorsArgs {
    /// Update the section between the markers in this file instead of printing it
    #[arg(long, value_name = "FILE")]
    update: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  connector-versions connectors
  connector-versions connectors --update docs/src/reference/connectors.md";

pub(crate) fn execute(args: &ConnectorsArgs) -> CommandResult {
    match &args.update {
        Some(file) => update(file)?,
        None => io::write_stdout(&catalog_docs::render())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn update(path: &Path) -> Result<(), CliError> {
    let name = || path.display().to_string();
    let page = fs::read_to_string(path).map_err(|source| CliError::Read { name: name(), source })?;
    let page = catalog_docs::update(&page).ok_or_else(|| CliError::NoMarkers { file: name() })?;
    fs::write(path, page).map_err(|source| CliError::Write { name: name(), source })
}

//! `connectors`: the reference of AWS's connectors and of the diagnostics.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::{CommandResult, catalog_docs, io};

/// Print the reference of AWS's connectors and their parameters
#[derive(Args, Debug)]
pub(crate) struct ConnectorsArgs {
    /// Update the section in this file instead of printing it
    #[arg(long, value_name = "FILE")]
    update: Option<PathBuf>,
}

pub(crate) fn execute(args: &ConnectorsArgs) -> CommandResult {
    match &args.update {
        Some(file) => update(file)?,
        None => io::write_stdout(&catalog_docs::section())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn update(file: &Path) -> Result<(), String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let text = catalog_docs::replaced(&text).ok_or_else(|| {
        format!("{name} has no section to update; print it without --update to see its markers")
    })?;
    fs::write(file, text).map_err(|error| format!("cannot write {name}: {error}"))
}

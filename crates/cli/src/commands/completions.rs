//! `completions`: completion scripts for shells.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::{Cli, CommandResult, io};

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  connector-versions completions bash > ~/.local/share/bash-completion/completions/connector-versions
  connector-versions completions fish > ~/.config/fish/completions/connector-versions.fish";

pub(crate) fn execute(args: &CompletionsArgs) -> CommandResult {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "connector-versions", &mut script);
    io::write_stdout(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

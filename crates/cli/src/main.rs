//! `connector-versions`: runs and checks requests for AWS IoT Greengrass connectors on this machine, without AWS.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod catalog_docs;
mod check;
mod commands;
#[cfg(feature = "run")]
mod emulator_args;
mod error;
mod io;
mod requirements;
#[cfg(feature = "run")]
mod response_urls;
#[cfg(feature = "run")]
mod run_summary;
#[cfg(feature = "run")]
mod sample_events;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::CliError;

/// Run and check requests for AWS IoT Greengrass connectors on this machine, without AWS
#[derive(Parser)]
#[command(name = "connector-versions", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "run")]
const AFTER_HELP: &str = "\
Exit status: 0 if the command succeeded, 1 if it failed or found errors, 2 for a usage error or unreadable input

Examples:
  connector-versions run events/eventbridge.json
  connector-versions serve --samples
  connector-versions check template.yaml";
#[cfg(not(feature = "run"))]
const AFTER_HELP: &str = "\
Exit status: 0 if the command succeeded, 1 if it failed or found errors, 2 for a usage error or unreadable input

Examples:
  connector-versions check template.yaml
  connector-versions connectors";

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "run")]
    Run(commands::run::RunArgs),
    #[cfg(feature = "run")]
    Serve(commands::serve::ServeArgs),
    Check(check::CheckArgs),
    Connectors(commands::connectors::ConnectorsArgs),
    Completions(commands::completions::CompletionsArgs),
    /// Run the function as Lambda starts it
    #[cfg(feature = "run")]
    #[command(hide = true)]
    Bootstrap,
}

/// A command's exit status, or why it could not be carried out.
type CommandResult = Result<ExitCode, CliError>;

fn main() -> ExitCode {
    execute(Cli::parse().command).unwrap_or_else(|error| {
        io::write_error(&error);
        ExitCode::from(error.exit_status())
    })
}

fn execute(command: Command) -> CommandResult {
    match command {
        #[cfg(feature = "run")]
        Command::Run(args) => commands::run::execute(&args),
        #[cfg(feature = "run")]
        Command::Serve(args) => commands::serve::execute(&args),
        #[cfg(feature = "run")]
        Command::Bootstrap => commands::run::bootstrap(),
        Command::Check(args) => {
            let report = args.check();
            io::write_stdout(&args.format(&report))?;
            Ok(ExitCode::from(report.exit_status()))
        }
        Command::Connectors(args) => commands::connectors::execute(&args),
        Command::Completions(args) => commands::completions::execute(&args),
    }
}

//! `connector-versions`: runs and checks requests for AWS IoT Greengrass connectors on this machine, without AWS.

mod catalog_docs;
mod check;
mod commands;
#[cfg(feature = "run")]
mod emulator_args;
mod io;
mod requirements;
#[cfg(feature = "run")]
mod run_summary;
#[cfg(feature = "run")]
mod sample_events;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "connector-versions", version, arg_required_else_help = true, after_help = AFTER_HELP)]
/// Run and check requests for AWS IoT Greengrass connectors on this machine, without AWS
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  connector-versions run events/eventbridge.json
  connector-versions check template.yaml
  connector-versions serve --samples";

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "run")]
    Run(commands::run::RunArgs),
    #[cfg(feature = "run")]
    Serve(commands::serve::ServeArgs),
    Check(check::CheckArgs),
    Connectors(commands::connectors::ConnectorsArgs),
    /// The function itself, as Lambda starts it
    #[cfg(feature = "run")]
    #[command(hide = true)]
    Bootstrap,
}

/// How a command ended: its exit status, or why it could not be carried out.
type CommandResult = Result<ExitCode, String>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // `check` has its own exit status for what could not be checked.
    let failure =
        if matches!(cli.command, Command::Check(_)) { ExitCode::from(2) } else { ExitCode::FAILURE };
    execute(cli.command).unwrap_or_else(|error| {
        io::write_error(&error);
        failure
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
    }
}

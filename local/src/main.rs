//! `cargo local`: runs the function's events on this machine, with no AWS.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use connectors::request::ConnectorDefinitionId;
use greengrass_local::check::CheckArgs;
use greengrass_local::greengrass::{Choices, Service};
use greengrass_local::run::{Options, run};
use greengrass_local::{reference, samples};
use tokio::process::Command;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Runs an event through the function as Lambda would, against a local Greengrass V1 service (which is not AWS).
#[derive(Parser)]
#[command(name = "cargo local", bin_name = "cargo local", args_conflicts_with_subcommands = true)]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,

    /// The event: a file of JSON, or - for standard input
    #[arg(value_name = "EVENT.json")]
    event: Option<String>,

    /// Lists the sample events
    #[arg(long, conflicts_with_all = ["event", "json"])]
    list: bool,

    /// Prints what happened as JSON
    #[arg(long)]
    json: bool,

    /// A connector definition of this id is there too, beside the samples' own
    #[arg(long, value_name = "ID", value_parser = definition)]
    definition: Vec<String>,

    /// Sends a custom resource's answer to the ResponseURL of the event, if it is on this machine
    #[arg(long)]
    keep_response_url: bool,

    /// Runs this program instead of the function as it is built now
    #[arg(long, value_name = "BOOTSTRAP")]
    bootstrap: Option<PathBuf>,

    /// An environment variable of the function
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Seconds that the function has
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,

    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Subcommand)]
enum Task {
    /// Serves the connector definitions of Greengrass V1 until it is interrupted
    Serve {
        /// The address; it asks nobody who they are, so let it be one that only this machine reaches
        #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
        address: IpAddr,

        /// The port; 0 takes a free one
        #[arg(long, value_name = "N", default_value_t = 8090)]
        port: u16,

        /// Has the definition and the version that the sample events name
        #[arg(long)]
        samples: bool,

        #[command(flatten)]
        service: ServiceArgs,
    },
    /// Checks the requests in files as the function would, and runs nothing
    ///
    /// The exit status is 1 when there is a mistake and 2 when a file could not be checked.
    Check(CheckArgs),
    /// Prints the section of the README that lists AWS's connectors
    Connectors {
        /// Puts it in its place in this file instead
        #[arg(long, value_name = "README.md")]
        into: Option<PathBuf>,
    },
    /// The function itself, as Lambda starts it
    #[command(hide = true)]
    Bootstrap,
}

#[derive(Args)]
struct ServiceArgs {
    /// Keeps the service's state in this file
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// A client token that comes again makes a new version
    #[arg(long)]
    ignore_tokens: bool,

    /// Refuses connector Ids that the API reference does not allow
    #[arg(long)]
    check_ids: bool,

    /// Errors come without their type
    #[arg(long)]
    no_error_types: bool,

    /// Entries of a page, where the client does not say
    #[arg(long, value_name = "N", default_value = "50")]
    page_size: NonZeroUsize,

    /// The Region in ARNs
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
}

impl ServiceArgs {
    fn choices(&self) -> Choices {
        Choices {
            honour_tokens: !self.ignore_tokens,
            check_ids: self.check_ids,
            error_types: !self.no_error_types,
            page_size: self.page_size.get(),
            region: self.region.clone(),
            ..Choices::default()
        }
    }
}

/// What a person is told when something cannot be done.
type Problem = String;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Task::Check(args)) = &cli.command {
        return check(args);
    }
    // The function runs on one thread, as in Lambda; the services do not.
    let function = matches!(cli.command, Some(Task::Bootstrap));
    let outcome = runtime(function).and_then(|runtime| runtime.block_on(perform(cli)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "cargo local: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn runtime(one_thread: bool) -> Result<tokio::runtime::Runtime, Problem> {
    let mut builder = if one_thread { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build().map_err(|error| error.to_string())
}

fn check(args: &CheckArgs) -> ExitCode {
    let report = args.check();
    match print(&args.print(&report)) {
        Ok(()) => ExitCode::from(report.status()),
        Err(problem) => {
            let _ = writeln!(io::stderr(), "cargo local: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Whether it ended well, as far as it could be done.
async fn perform(cli: Cli) -> Result<bool, Problem> {
    match &cli.command {
        Some(Task::Bootstrap) => {
            connector_versions::run().await.map(|()| true).map_err(|error| error.to_string())
        }
        Some(Task::Check(args)) => Ok(args.check().status() == 0),
        Some(Task::Connectors { into: None }) => print(&reference::section()).map(|()| true),
        Some(Task::Connectors { into: Some(file) }) => write_section(file),
        Some(Task::Serve { address, port, samples, service }) => {
            serve(SocketAddr::new(*address, *port), *samples, service).await
        }
        None if cli.list => list(),
        None => run_event(&cli).await,
    }
}

async fn run_event(cli: &Cli) -> Result<bool, Problem> {
    let Some(name) = &cli.event else {
        return Err("name an event, as in events/eventbridge.json".to_owned());
    };
    let event = read(name)?;
    serde_json::from_str::<&serde_json::value::RawValue>(&event)
        .map_err(|error| format!("{name} is not JSON: {error}"))?;
    let program = match &cli.bootstrap {
        Some(program) => Command::new(program),
        None => {
            let mut this = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
            this.arg("bootstrap");
            this
        }
    };
    let options = Options {
        choices: cli.service.choices(),
        data: cli.service.data.clone(),
        definitions: cli.definition.clone(),
        keep_response_url: cli.keep_response_url,
        variables: cli.env.clone(),
        time: Duration::from_secs(cli.timeout),
    };
    let report =
        run(name, &event, program, &options).await.map_err(|error| format!("could not run it: {error}"))?;
    if cli.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        print(&format!("{text}\n"))?;
    } else {
        print(&report.to_string())?;
        let unknown = report.error.as_ref().is_some_and(|error| error.error_type == "DefinitionNotFound")
            || report
                .cloud_formation
                .iter()
                .any(|told| told["Reason"].as_str().is_some_and(|r| r.starts_with("DefinitionNotFound")));
        if unknown {
            print(&format!(
                "{:12}The local service knows the definition {} of the samples; --definition ID adds another.\n",
                "",
                samples::DEFINITION
            ))?;
        }
    }
    Ok(report.ok)
}

fn definition(id: &str) -> Result<String, String> {
    ConnectorDefinitionId::parse(id).map(|id| id.to_string()).map_err(|problem| problem.to_string())
}

fn variable(text: &str) -> Result<(String, String), Problem> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or("must be NAME=VALUE".to_owned())
}

fn read(name: &str) -> Result<String, Problem> {
    let mut text = String::new();
    let read = if name == "-" {
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(name)
    };
    read.map_err(|error| format!("cannot read {name}: {error}"))
}

fn list() -> Result<bool, Problem> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../events"));
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read the folder events: {error}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
    names.sort();
    for name in names {
        print(&format!("events/{name}\n"))?;
    }
    Ok(true)
}

fn write_section(file: &Path) -> Result<bool, Problem> {
    let text = read(&file.to_string_lossy())?;
    let text = reference::replaced(&text).ok_or("the file has no place for the section")?;
    fs::write(file, text).map_err(|error| error.to_string())?;
    Ok(true)
}

async fn serve(address: SocketAddr, samples: bool, args: &ServiceArgs) -> Result<bool, Problem> {
    let service = Service::start_at(address, args.choices(), args.data.as_deref())
        .await
        .map_err(|error| format!("cannot serve on {address}: {error}"))?;
    if samples {
        samples::add_to(&service).map_err(|error| error.to_string())?;
    }
    let tokens = if args.ignore_tokens { "ignored" } else { "honoured" };
    print(&format!(
        "Greengrass V1 connector definitions on {} (local, not AWS); client tokens are {tokens}.\n",
        service.url()
    ))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    Ok(true)
}

/// A reader that has gone away has seen enough.
fn print(text: &str) -> Result<(), Problem> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

//! `run`: runs one event through the function, as a process on a Lambda Runtime API, against the emulator.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use connector_versions::config::RESPONSE_URL_ALLOW_AWS;
use connectors::json::RawJson;
use connectors::request::ConnectorDefinitionId;
use emulator::greengrass::{Behavior, Emulator};
use emulator::lambda_process::LambdaProcess;
use emulator::response_receiver::ResponseReceiver;
use emulator::runtime_api::{Invocation, RuntimeApi};
use emulator::samples;
use serde_json::Value;
use tokio::process::Command;
use tokio::runtime::Builder;

use crate::emulator_args::EmulatorArgs;
use crate::error::CliError;
use crate::run_summary::RunSummary;
use crate::sample_events::{SAMPLE_EVENTS, sample_event};
use crate::{CommandResult, io as files, response_urls};

/// Run one event through the function as Lambda would, against the emulator
#[derive(Args, Debug)]
#[command(arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct RunArgs {
    /// Event as a file of JSON, - for standard input, or the name of a sample event
    #[arg(value_name = "EVENT", required_unless_present = "list")]
    event: Option<String>,

    /// List the sample events
    #[arg(long, conflicts_with_all = ["event", "json"])]
    list: bool,

    /// Print the summary as JSON
    #[arg(long)]
    json: bool,

    /// Also create a connector definition with this ID (may be repeated)
    #[arg(long, value_name = "ID", value_parser = parse_definition_id)]
    definition: Vec<String>,

    /// Send a custom resource's response to the event's own ResponseURL, if it is on this machine
    #[arg(long)]
    keep_response_url: bool,

    /// Run this program instead of the built-in function
    #[arg(long, value_name = "PROGRAM")]
    bootstrap: Option<PathBuf>,

    /// Environment variable of the function (may be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_env_var)]
    env: Vec<(String, String)>,

    /// Function timeout in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,

    #[command(flatten)]
    emulator: EmulatorArgs,
}

const AFTER_HELP: &str = "\
Exit status: 0 if the event succeeded, 1 if it failed, 2 if the event cannot be read

Examples:
  connector-versions run events/eventbridge.json
  connector-versions run --env CONNECTOR_CHECKS=enforce --json events/direct.json
  jq .detail event.json | connector-versions run -";

/// How to run an event.
#[derive(Clone, Debug)]
struct Options {
    /// How the emulator behaves where AWS documents no behavior.
    behavior: Behavior,
    /// The emulator's state; in memory if there is no file.
    data_file: Option<PathBuf>,
    /// IDs of definitions to create in addition to that of the samples.
    definitions: Vec<String>,
    /// Whether a ResponseURL stays as it is instead of pointing to the receiver.
    keep_response_url: bool,
    /// The function's environment, in addition to what Lambda sets.
    env: Vec<(String, String)>,
    /// The function's timeout.
    timeout: Duration,
}

/// Variables that `--env` cannot change: a local run never sends a response to AWS, even if a ResponseURL in the event
/// should have escaped the redirection.
const FORCED_VARIABLES: [(&str, &str); 1] = [(RESPONSE_URL_ALLOW_AWS, "false")];

/// How long to wait for the function after its deadline. Lambda would not wait.
const EXIT_GRACE: Duration = Duration::from_secs(1);

pub(crate) fn execute(args: &RunArgs) -> CommandResult {
    let Some(name) = args.event.as_deref() else { return list_sample_events() };
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.map_err(CliError::io("start"))?.block_on(run_event(name, args))
}

/// Runs the function itself, on one thread, as in Lambda.
pub(crate) fn bootstrap() -> CommandResult {
    let runtime = Builder::new_current_thread().enable_all().build();
    let result = runtime.map_err(CliError::io("start"))?.block_on(connector_versions::run());
    result.map(|()| ExitCode::SUCCESS).map_err(|error| CliError::Function(error.to_string()))
}

fn list_sample_events() -> CommandResult {
    for (name, _) in SAMPLE_EVENTS {
        files::write_stdout(&format!("events/{name}.json\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_event(name: &str, args: &RunArgs) -> CommandResult {
    let event = read_event(name)?;
    // A byte order mark is no part of the event.
    let event = event.trim_start_matches('\u{feff}');
    RawJson::parse(event).map_err(|source| CliError::NotJson { name: name.to_owned(), source })?;
    if args.keep_response_url && !response_urls::are_all_on_loopback(event) {
        return Err(CliError::RemoteResponseUrl);
    }
    let program = match &args.bootstrap {
        Some(program) => Command::new(program),
        None => {
            let mut this = Command::new(std::env::current_exe().map_err(CliError::io("find this program"))?);
            this.arg("bootstrap");
            this
        }
    };
    for (variable, _) in FORCED_VARIABLES {
        if args.env.iter().any(|(name, _)| name == variable) {
            files::write_warning(&format!(
                "--env {variable} is ignored; a local run never sends a response to AWS"
            ));
        }
    }
    let options = Options {
        behavior: args.emulator.behavior(),
        data_file: args.emulator.data_file().map(ToOwned::to_owned),
        definitions: args.definition.clone(),
        keep_response_url: args.keep_response_url,
        env: args.env.clone(),
        timeout: Duration::from_secs(args.timeout),
    };
    let summary = run(name, event, program, &options).await.map_err(CliError::io(format!("run {name}")))?;
    if args.json {
        let json = serde_json::to_string_pretty(&summary)
            .map_err(|error| CliError::Io { action: "print the summary".to_owned(), source: error.into() })?;
        files::write_stdout(&format!("{json}\n"))?;
    } else {
        files::write_stdout(&summary.to_string())?;
    }
    Ok(if summary.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads a file, or a sample event if there is no such file.
fn read_event(name: &str) -> Result<String, CliError> {
    files::read(name).or_else(|source| match sample_event(name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(CliError::Read { name: name.to_owned(), source }),
    })
}

fn parse_definition_id(id: &str) -> Result<String, String> {
    ConnectorDefinitionId::parse(id).map(|id| id.to_string()).map_err(|error| error.to_string())
}

fn parse_env_var(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs one event, which is JSON, through the function that `program` starts.
async fn run(name: &str, event: &str, program: Command, options: &Options) -> io::Result<RunSummary> {
    let service = Emulator::start(0, options.behavior.clone(), options.data_file.as_deref()).await?;
    samples::add_to(&service)?;
    for id in &options.definitions {
        service.add_definition(id, "local")?;
    }
    let receiver = ResponseReceiver::start().await?;
    let runtime_api = RuntimeApi::start().await?;
    let event = if options.keep_response_url {
        event.to_owned()
    } else {
        response_urls::redirect(event, &receiver.url())
    };

    let started = Instant::now();
    let variables = [
        ("AWS_ENDPOINT_URL_GREENGRASS", service.url()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("RESPONSE_URL_HOSTS", "127.0.0.1".to_owned()),
    ];
    let defaults = variables.iter().map(|(name, value)| (*name, value.as_str()));
    let overrides = options.env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables: Vec<(&str, &str)> = defaults.chain(overrides).chain(FORCED_VARIABLES).collect();
    let mut function = LambdaProcess::start(program, &runtime_api.address(), &variables)?;
    let invocation = Invocation { timeout: options.timeout, ..Invocation::new(event) };
    let request_id = invocation.request_id.clone();
    let invoked = tokio::select! {
        invoked = runtime_api.invoke(invocation) => Some(invoked),
        _ = function.wait() => None,
        () = tokio::time::sleep(options.timeout + EXIT_GRACE) => None,
    };
    let log = function.kill_and_collect_output().await;
    let lines = request_log_lines(&log, &request_id);
    let start = runtime_api.first_poll_at().map(|first| first.duration_since(started));
    Ok(RunSummary::new(name, &lines, &service.calls(), &receiver.received(), start, invoked.ok_or(log)))
}

/// The function's log lines of an event's requests: one, or one for each message of a batch.
fn request_log_lines(log: &str, request_id: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["requestId"] == request_id && line["source"].is_string()).collect()
}

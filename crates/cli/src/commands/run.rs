//! `run`: one event through the function as a process, on a Lambda Runtime API, against the emulated service.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use connectors::request::ConnectorDefinitionId;
use emulator::greengrass::{Behavior, Emulator};
use emulator::lambda_process::LambdaProcess;
use emulator::response_receiver::ResponseReceiver;
use emulator::runtime_api::{Invocation, RuntimeApi};
use emulator::samples;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::process::Command;
use tokio::runtime::Builder;

use crate::emulator_args::EmulatorArgs;
use crate::run_summary::Report;
use crate::sample_events::{SAMPLE_EVENTS, sample_event};
use crate::{CommandResult, io as files};

/// Run one event through the function as Lambda would, against the emulated service
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct RunArgs {
    /// Event as a file of JSON, - for standard input, or the name of a sample event
    #[arg(value_name = "EVENT", required_unless_present = "list")]
    event: Option<String>,

    /// List the sample events
    #[arg(long, conflicts_with_all = ["event", "json"])]
    list: bool,

    /// Print what happened as JSON
    #[arg(long)]
    json: bool,

    /// Also create a connector definition with this ID
    #[arg(long, value_name = "ID", value_parser = definition)]
    definition: Vec<String>,

    /// Send a custom resource's response to the event's own ResponseURL, if it is on this machine
    #[arg(long)]
    keep_response_url: bool,

    /// Run this program instead of the function that is built in
    #[arg(long, value_name = "BOOTSTRAP")]
    bootstrap: Option<PathBuf>,

    /// Environment variable of the function
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Function timeout in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,

    #[command(flatten)]
    emulator: EmulatorArgs,
}

/// How an event is run.
#[derive(Clone, Debug)]
struct Options {
    /// How the emulator behaves where AWS documents no behavior.
    behavior: Behavior,
    /// The service's file; in memory where there is none.
    data: Option<PathBuf>,
    /// Ids of definitions to create besides that of the samples.
    definitions: Vec<String>,
    /// Whether a ResponseURL stays as it is instead of pointing at the receiver.
    keep_response_url: bool,
    /// The function's environment, after what Lambda sets.
    variables: Vec<(String, String)>,
    /// The function's timeout.
    time: Duration,
}

/// How long after its deadline a function is waited for. Lambda would not wait at all.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) fn execute(args: &RunArgs) -> CommandResult {
    if args.list {
        for (name, _) in SAMPLE_EVENTS {
            files::write_stdout(&format!("events/{name}.json\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(run_event(args))
}

/// The function itself. It runs on one thread, as in Lambda.
pub(crate) fn bootstrap() -> CommandResult {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let ended = runtime.block_on(connector_versions::run());
    ended.map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string())
}

async fn run_event(args: &RunArgs) -> CommandResult {
    let name = args.event.as_deref().ok_or("name an event, as in events/eventbridge.json")?;
    let event = read_event(name)?;
    serde_json::from_str::<&RawValue>(&event).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let program = match &args.bootstrap {
        Some(program) => Command::new(program),
        None => {
            let mut this = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
            this.arg("bootstrap");
            this
        }
    };
    let options = Options {
        behavior: args.emulator.behavior(),
        data: args.emulator.data_file().map(ToOwned::to_owned),
        definitions: args.definition.clone(),
        keep_response_url: args.keep_response_url,
        variables: args.env.clone(),
        time: Duration::from_secs(args.timeout),
    };
    let report =
        run(name, &event, program, &options).await.map_err(|error| format!("cannot run {name}: {error}"))?;
    if args.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        files::write_stdout(&format!("{text}\n"))?;
    } else {
        files::write_stdout(&report.to_string())?;
        if report.names_unknown_definition() {
            files::write_stdout(&format!(
                "{:12}The emulated service has the definition {} of the samples; --definition ID adds another.\n",
                "",
                samples::DEFINITION
            ))?;
        }
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A file wins over a sample event of the same name.
fn read_event(name: &str) -> Result<String, String> {
    files::read(name).or_else(|error| match sample_event(name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("cannot read {name}: {error}")),
    })
}

fn definition(id: &str) -> Result<String, String> {
    ConnectorDefinitionId::parse(id).map(|id| id.to_string()).map_err(|problem| problem.to_string())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs one event, which is JSON, through the function that `program` starts.
async fn run(name: &str, event: &str, program: Command, options: &Options) -> io::Result<Report> {
    let service = Emulator::start(0, options.behavior.clone(), options.data.as_deref()).await?;
    samples::add_to(&service)?;
    for id in &options.definitions {
        service.add_definition(id, "local")?;
    }
    let receiver = ResponseReceiver::start().await?;
    let runtime_api = RuntimeApi::start().await?;
    let event = if options.keep_response_url { kept(event)? } else { redirected(event, &receiver.url()) };

    let started = Instant::now();
    let variables = [
        ("AWS_ENDPOINT_URL_GREENGRASS", service.url()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("RESPONSE_URL_HOSTS", "127.0.0.1".to_owned()),
    ];
    let own = variables.iter().map(|(name, value)| (*name, value.as_str()));
    let given = options.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables: Vec<(&str, &str)> = own.chain(given).collect();
    let mut function = LambdaProcess::start(program, &runtime_api.address(), &variables)?;
    let invocation = Invocation { timeout: options.time, ..Invocation::new(event) };
    let request_id = invocation.request_id.clone();
    let invoked = tokio::select! {
        invoked = runtime_api.invoke(invocation) => Some(invoked),
        _ = function.wait() => None,
        () = tokio::time::sleep(options.time + GRACE) => None,
    };
    let log = function.kill_and_collect_output().await;
    let lines = lines_of(&log, &request_id);
    let start = runtime_api.first_poll_at().map(|first| first.duration_since(started));
    Ok(Report::new(name, &lines, service.calls(), &receiver.received(), start, invoked.ok_or(log)))
}

/// The function's own lines of an event: one, or one for each message of a batch.
fn lines_of(log: &str, request_id: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["requestId"] == request_id && line["source"].is_string()).collect()
}

/// The event as it is, if its ResponseURLs are of this machine: nothing is tried out on CloudFormation.
fn kept(event: &str) -> io::Result<String> {
    let mut elsewhere = false;
    with_origins(event, |origin| {
        let authority = origin.rsplit('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        elsewhere |= !matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        origin.to_owned()
    });
    if elsewhere {
        let problem =
            "--keep-response-url: a ResponseURL is of another machine, must be of this one (127.0.0.1)";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    Ok(event.to_owned())
}

/// The event with each ResponseURL in it pointing at the receiver; paths and queries stay.
fn redirected(event: &str, receiver: &str) -> String {
    with_origins(event, |_| receiver.to_owned())
}

/// The event with the origin (scheme and authority) of each ResponseURL in it, however deep in messages, replaced.
/// Every other byte stays.
fn with_origins(event: &str, mut replace: impl FnMut(&str) -> String) -> String {
    let (mut replaced, mut rest) = (String::new(), event);
    while let Some(at) = rest.find("ResponseURL") {
        let value = at + "ResponseURL".len();
        // Between the name and the URL stand quotes, escaped as often as messages nest, and a colon.
        let skipped = rest[value..].find(|c: char| !matches!(c, '\\' | '"' | ':' | ' ' | '\n' | '\t'));
        let url = value + skipped.unwrap_or(rest.len() - value);
        let scheme = ["https://", "http://"].into_iter().find(|scheme| rest[url..].starts_with(scheme));
        replaced.push_str(&rest[..url]);
        rest = &rest[url..];
        if let Some(scheme) = scheme {
            let host = &rest[scheme.len()..];
            let end = host.find(['/', '?', '"', '\\']).unwrap_or(host.len());
            replaced.push_str(&replace(&rest[..scheme.len() + end]));
            rest = &host[end..];
        }
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::{kept, redirected};

    #[test]
    fn every_response_url_is_redirected_and_nothing_else() {
        for (event, expected) in [
            (
                r#"{"ResponseURL" : "https://b.s3.amazonaws.com/a?b=%2F","x":1.10}"#,
                r#"{"ResponseURL" : "http://r:1/a?b=%2F","x":1.10}"#,
            ),
            (
                r#"{"body":"{\"ResponseURL\":\"https://h/a\"}"}"#,
                r#"{"body":"{\"ResponseURL\":\"http://r:1/a\"}"}"#,
            ),
            (r#"{"ResponseURL":"..."}"#, r#"{"ResponseURL":"..."}"#),
            (r#"{"ResponseURL":7,"url":"https://h/"}"#, r#"{"ResponseURL":7,"url":"https://h/"}"#),
            ("ResponseURL", "ResponseURL"),
        ] {
            assert_eq!(redirected(event, "http://r:1"), expected);
        }
    }

    #[test]
    fn what_is_kept_is_of_this_machine() {
        for host in ["http://127.0.0.1:80/a", "https://localhost/", "http://[::1]:8/"] {
            assert!(kept(&format!(r#"{{"ResponseURL":"{host}"}}"#)).is_ok(), "{host}");
        }
        for host in
            ["https://b.s3.amazonaws.com/a", "https://x@127.0.0.1.example/", "http://127.0.0.1@e.com:1/"]
        {
            assert!(kept(&format!(r#"{{"Message":"{{\"ResponseURL\":\"{host}\"}}"}}"#)).is_err(), "{host}");
        }
    }
}

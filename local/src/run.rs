//! One event, whole: the function as a process, on a Lambda Runtime API, against the local service.

mod report;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use connector_versions::json::Json;
use serde_json::Value;
use tokio::process::Command;

use crate::function::Function;
use crate::greengrass::{Choices, Service};
use crate::response_url::Receiver;
use crate::runtime_api::{Ending, Invocation, Invoked, RuntimeApi};
use crate::samples;
pub use report::Report;

/// How an event is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the service reads what AWS leaves open.
    pub choices: Choices,
    /// The service's file; in memory where there is none.
    pub data: Option<PathBuf>,
    /// Ids of definitions that are to be there beside the samples' own.
    pub definitions: Vec<String>,
    /// Whether a ResponseURL stays as it is instead of pointing at the receiver.
    pub keep_response_url: bool,
    /// The function's environment beside what Lambda sets.
    pub variables: Vec<(String, String)>,
    /// How much time the function has.
    pub time: Duration,
}

/// How long after its deadline a function is waited for. Lambda would not wait at all.
const GRACE: Duration = Duration::from_secs(1);

/// Runs one event, which is JSON, through the function that `program` starts.
pub async fn run(name: &str, event: &str, program: Command, options: &Options) -> io::Result<Report> {
    let service = Service::start(0, options.choices.clone(), options.data.as_deref()).await?;
    samples::add_to(&service)?;
    for id in &options.definitions {
        service.add_definition(id, "local")?;
    }
    let receiver = Receiver::start().await?;
    let runtime_api = RuntimeApi::start().await?;
    let event = if options.keep_response_url { event.to_owned() } else { redirected(event, &receiver.url()) };

    let started = Instant::now();
    let variables = [
        ("AWS_ENDPOINT_URL_GREENGRASS", service.url()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("RESPONSE_URL_HOSTS", "127.0.0.1".to_owned()),
    ];
    let own = variables.iter().map(|(name, value)| (*name, value.as_str()));
    let given = options.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables: Vec<(&str, &str)> = own.chain(given).collect();
    let mut function = Function::start(program, &runtime_api.address(), &variables)?;
    let invocation = Invocation { time: options.time, ..Invocation::new(event) };
    let request_id = invocation.request_id.clone();
    let invoked = tokio::select! {
        invoked = runtime_api.invoke(invocation) => Some(invoked),
        _ = function.ended() => None,
        () = tokio::time::sleep(options.time + GRACE) => None,
    };
    let log = function.stop().await;
    let line = line_of(&log, &request_id);
    let start = runtime_api.first_next().map(|first| first.duration_since(started));
    Ok(Report::new(name, line, service.calls(), &receiver.received(), start, invoked.ok_or(log)))
}

/// The function's own line of an event.
fn line_of(log: &str, request_id: &str) -> Value {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .into_iter()
        .find(|line| line["requestId"] == request_id && line["source"].is_string())
        .unwrap_or_default()
}

/// The event with its ResponseURL, where it has one, pointing at the receiver; path and query stay, and so does every
/// other byte.
fn redirected(event: &str, receiver: &str) -> String {
    let replaced = || {
        let url = Json::parse(event).ok()?.members()?.get("ResponseURL")?;
        let text = url.string()?;
        let (_, rest) = text.split_once("://")?;
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        // The value is a part of the event's text, so its place in it is the distance of the two.
        let from = (url.raw().as_ptr() as usize).checked_sub(event.as_ptr() as usize)?;
        let (before, after) = (event.get(..from)?, event.get(from + url.raw().len()..)?);
        Some(format!("{before}{}{after}", Value::from(format!("{receiver}{path}"))))
    };
    replaced().unwrap_or_else(|| event.to_owned())
}

/// How an invocation ended, as far as it did: otherwise what the function wrote before it went.
type Ended = Result<Invoked, String>;

/// The payload of a response.
fn payload(ending: &Ending) -> Option<Value> {
    match ending {
        Ending::Response(bytes) => serde_json::from_slice(bytes).ok(),
        Ending::Error { .. } | Ending::InitError(_) => None,
    }
}

//! One event, whole: the function as a process, on a Lambda Runtime API, against the local service.

mod report;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

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
    let mut function = Function::start(program, &runtime_api.address(), &variables)?;
    let invocation = Invocation { time: options.time, ..Invocation::new(event) };
    let request_id = invocation.request_id.clone();
    let invoked = tokio::select! {
        invoked = runtime_api.invoke(invocation) => Some(invoked),
        _ = function.ended() => None,
        () = tokio::time::sleep(options.time + GRACE) => None,
    };
    let log = function.stop().await;
    let lines = lines_of(&log, &request_id);
    let start = runtime_api.first_next().map(|first| first.duration_since(started));
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

/// How an invocation ended, as far as it did: otherwise what the function wrote before it went.
type Ended = Result<Invoked, String>;

/// The payload of a response.
fn payload(ending: &Ending) -> Option<Value> {
    match ending {
        Ending::Response(bytes) => serde_json::from_slice(bytes).ok(),
        Ending::Error { .. } | Ending::InitError(_) => None,
    }
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

//! What the log's line of an event says.

use std::fmt::Write as _;
use std::time::Instant;

use connectors::client_token::Identity;
use connectors::request::Advice;
use lambda_runtime::Context;

use crate::failure::Failure;
use crate::lifecycle::Settled;
use crate::metrics::Ended;

/// How much of an error's text goes into the log: a line has a limit, and a request may have many problems.
const LOGGED: usize = 4_000;

/// Ids come from outside.
const LONGEST_ID: usize = 256;

/// The outcome of what left its stack or configuration.
pub(crate) const DELETED: &str = "Deleted";

/// What Lambda calls an invocation by.
pub(crate) struct Ids {
    /// Lambda's request id.
    pub(crate) request_id: String,
    /// The X-Ray trace that it belongs to.
    pub(crate) trace_id: Option<String>,
}

impl Ids {
    /// From the runtime's context. Of the tracing header (`Root=…;Parent=…;Sampled=…`) the trace is what is searched
    /// for.
    pub(crate) fn new(context: Context) -> Self {
        let trace_id = context.xray_trace_id.as_deref().and_then(|header| {
            header.split(';').find_map(|field| field.strip_prefix("Root=")).map(str::to_owned)
        });
        Self { request_id: context.request_id, trace_id }
    }
}

/// What the log's line of an event says.
pub(crate) struct LogLine {
    started: Instant,
    /// The source that was recognised.
    pub(crate) source: &'static str,
    /// `Created`, `Existing` or `Deleted`.
    pub(crate) outcome: &'static str,
    /// The client token.
    pub(crate) token: String,
    /// Id of the version.
    pub(crate) version: String,
    /// How many remarks there were.
    advice: usize,
    /// Which, and on what: codes and places.
    advised: String,
    /// Who asked: the id of the innermost event or message.
    asked_by: String,
    /// What CloudFormation was told instead of a version: the error's type and text.
    told: Option<(&'static str, String)>,
}

impl LogLine {
    /// Of an event that starts now.
    pub(crate) fn new(source: &'static str, identity: &Identity) -> Self {
        let (token, version) = (String::new(), String::new());
        let asked_by = identity.id().chars().take(LONGEST_ID).collect();
        Self {
            started: Instant::now(),
            source,
            outcome: "",
            token,
            version,
            advice: 0,
            advised: String::new(),
            asked_by,
            told: None,
        }
    }

    /// Takes the remarks on a request.
    pub(crate) fn advised(&mut self, advice: &[Advice]) {
        self.advice = advice.len();
        self.advised.clear();
        for advice in advice {
            // Writing to a String cannot fail.
            let _ = write!(self.advised, "{}{:?} {}", separator(&self.advised), advice.code, advice.path);
            if self.advised.len() > LOGGED {
                self.advised.push_str(" …");
                break;
            }
        }
    }

    /// Takes how a custom resource ended.
    pub(crate) fn settled(&mut self, settled: &Result<Settled, Failure>) {
        match settled {
            Ok(settled) => {
                self.outcome = settled.outcome.map_or(DELETED, |outcome| outcome.as_str());
                self.token = settled.token.as_ref().map(ToString::to_string).unwrap_or_default();
                self.version.clone_from(&settled.data.version);
                self.advised(&settled.advice);
            }
            Err(failure) => self.told = Some((failure.error_type(), failure.to_string())),
        }
    }

    /// One line: an event that ended well at INFO, one that did not at ERROR.
    pub(crate) fn write(self, invocation: &Ids, failure: Option<&Failure>) -> Ended {
        let Self { started, source, outcome, token, version, advice, advised, asked_by, told } = self;
        let failed = failure.map(|failure| (failure.error_type(), failure.to_string())).or(told);
        let advised = Some(advised).filter(|advised| !advised.is_empty());
        let duration = started.elapsed();
        let duration_ms = duration.as_micros() as f64 / 1_000.0;
        let how = failed.as_ref().map_or(Ok(outcome), |(error_type, _)| Err(*error_type));
        // Names as in Lambda's own JSON lines, so that one search finds both.
        let (request_id, trace_id) = (&invocation.request_id, &invocation.trace_id);
        match failed {
            None => {
                tracing::info!(
                    requestId = request_id,
                    xrayTraceId = trace_id,
                    source,
                    asked_by,
                    outcome,
                    token,
                    version,
                    advice,
                    advised,
                    duration_ms,
                    "done"
                );
            }
            Some((error_type, error)) => {
                let error: String = error.chars().take(LOGGED).collect();
                tracing::error!(
                    requestId = request_id,
                    xrayTraceId = trace_id,
                    source,
                    asked_by,
                    error_type,
                    error,
                    token,
                    advised,
                    duration_ms,
                    "failed"
                );
            }
        }
        Ended { how, duration }
    }
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ", " }
}

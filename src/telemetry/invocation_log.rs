//! The log line of a request.

use std::fmt::Write as _;
use std::time::Instant;

use connectors::client_token::Requester;
use connectors::diagnostic::Diagnostic;
use lambda_runtime::Context;

use super::metrics::RequestMetric;

/// How much of an error's text the log holds: a log event has a limit, and a request may have many errors.
const MAX_LOGGED_ERROR_CHARS: usize = 4_000;
/// How much of an id that comes from outside the log holds.
const MAX_LOGGED_ID_CHARS: usize = 256;

/// The outcome of a request whose resource left its stack or configuration.
pub(crate) const DELETED: &str = "Deleted";

/// How Lambda and X-Ray name an invocation.
pub(crate) struct InvocationIds {
    /// Lambda's request id.
    pub(crate) request_id: String,
    /// The X-Ray trace.
    trace_id: Option<String>,
}

impl InvocationIds {
    /// The ids in the runtime's context. The tracing header is `Root=...;Parent=...;Sampled=...`; people search for the
    /// root.
    pub(crate) fn new(context: Context) -> Self {
        let trace_id = context.xray_trace_id.as_deref().and_then(|header| {
            header.split(';').find_map(|field| field.strip_prefix("Root=")).map(str::to_owned)
        });
        Self { request_id: context.request_id, trace_id }
    }
}

/// What the log line of a request says. One that succeeds is logged at INFO, one that fails at ERROR.
pub(crate) struct InvocationLog {
    started: Instant,
    /// The source of the event.
    source: &'static str,
    /// `Created`, `Existing` or `Deleted`.
    pub(crate) outcome: &'static str,
    /// The client token.
    pub(crate) token: String,
    /// Id of the version.
    pub(crate) version: String,
    warnings: usize,
    warning_codes: String,
    request_source_id: String,
    /// The error that CloudFormation received in place of a version: its type and text.
    reported_error: Option<(&'static str, String)>,
}

impl InvocationLog {
    /// The log line of a request that starts now.
    pub(crate) fn new(source: &'static str, requester: &Requester) -> Self {
        Self {
            started: Instant::now(),
            source,
            outcome: "",
            token: String::new(),
            version: String::new(),
            warnings: 0,
            warning_codes: String::new(),
            request_source_id: requester.id().chars().take(MAX_LOGGED_ID_CHARS).collect(),
            reported_error: None,
        }
    }

    /// Records the diagnostics of a request, by code and path.
    pub(crate) fn record_diagnostics(&mut self, diagnostics: &[Diagnostic]) {
        self.warnings = diagnostics.len();
        self.warning_codes.clear();
        for Diagnostic { code, path, .. } in diagnostics {
            let separator = if self.warning_codes.is_empty() { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(self.warning_codes, "{separator}{code:?} {path}");
            if self.warning_codes.len() > MAX_LOGGED_ERROR_CHARS {
                self.warning_codes.push_str(" …");
                break;
            }
        }
    }

    /// Records an error that the function reports to CloudFormation instead of returning it.
    pub(crate) fn record_reported_error(&mut self, error_type: &'static str, message: String) {
        self.reported_error = Some((error_type, message));
    }

    /// Writes the line. `error`: type and text of the error that the invocation returns.
    pub(crate) fn emit(self, ids: &InvocationIds, error: Option<(&'static str, String)>) -> RequestMetric {
        let Self {
            started, source, outcome, token, version, warnings, warning_codes, request_source_id, ..
        } = self;
        let error = error.or(self.reported_error);
        let warning_codes = Some(warning_codes).filter(|codes| !codes.is_empty());
        let duration = started.elapsed();
        let duration_ms = duration.as_micros() as f64 / 1_000.0;
        let status = error.as_ref().map_or(Ok(outcome), |(error_type, _)| Err(*error_type));
        // Names as in Lambda's own JSON lines, so that one search finds both.
        let (request_id, trace_id) = (&ids.request_id, &ids.trace_id);
        match error {
            None => {
                tracing::info!(
                    requestId = request_id,
                    xrayTraceId = trace_id,
                    source,
                    request_source_id,
                    outcome,
                    token,
                    version,
                    warnings,
                    warning_codes,
                    duration_ms,
                    "request completed"
                );
            }
            Some((error_type, error)) => {
                let error: String = error.chars().take(MAX_LOGGED_ERROR_CHARS).collect();
                tracing::error!(
                    requestId = request_id,
                    xrayTraceId = trace_id,
                    source,
                    request_source_id,
                    error_type,
                    error,
                    token,
                    warning_codes,
                    duration_ms,
                    "request failed"
                );
            }
        }
        RequestMetric { status, duration }
    }
}

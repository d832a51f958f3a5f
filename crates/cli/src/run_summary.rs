//! What happened to an event: for a program as JSON, for a person as text.

use std::fmt;
use std::time::Duration;

use emulator::greengrass::RecordedCall;
use emulator::response_receiver::ReceivedRequest;
use emulator::runtime_api::{CompletedInvocation, InvocationOutcome};
use serde::Serialize;
use serde_json::{Value, json};

/// How an invocation ended, as far as it did: otherwise what the function wrote before it went.
pub(crate) type Ended = Result<CompletedInvocation, String>;

/// The payload of a response.
fn payload(ending: &InvocationOutcome) -> Option<Value> {
    match ending {
        InvocationOutcome::Response(bytes) => serde_json::from_slice(bytes).ok(),
        InvocationOutcome::Error { .. } | InvocationOutcome::InitError(_) => None,
    }
}

/// What happened to an event. Parameters appear by name only: what a terminal shows may end in a build's log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Report {
    /// The event's file.
    pub event: String,
    /// Whether it ended well: an answer, and not FAILED where CloudFormation was told.
    pub ok: bool,
    /// The source that was recognised.
    pub source: String,
    /// The calls that the service got.
    pub calls: Vec<CallReport>,
    /// What the function returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it returned nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// What failed inside the event, by the function's log: a message of a batch, where the event itself ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Value>,
    /// What CloudFormation was told, each answer that was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cloud_formation: Vec<Value>,
    /// From the start of the process to its first request for an event, in milliseconds.
    pub start_ms: Option<f64>,
    /// From the event handed out to the result taken in, in milliseconds.
    pub event_ms: Option<f64>,
}

/// A call that the service got.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CallReport {
    /// The operation, or the request where it is none.
    pub operation: String,
    /// Method and path.
    pub request: String,
    /// The client token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amzn_client_token: Option<String>,
    /// The connectors in the body, with their parameters' names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<Value>,
    /// What was answered.
    pub status: Option<u16>,
}

/// Why a function returned nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ErrorReport {
    /// `errorType`
    pub error_type: String,
    /// `errorMessage`
    pub error_message: String,
}

impl Report {
    pub(crate) fn new(
        event: &str,
        lines: &[Value],
        calls: Vec<RecordedCall>,
        received: &[ReceivedRequest],
        start: Option<Duration>,
        ended: Ended,
    ) -> Self {
        let milliseconds = |time: Duration| time.as_micros() as f64 / 1_000.0;
        let error = |error_type: &str, error_message: String| {
            Some(ErrorReport { error_type: error_type.to_owned(), error_message })
        };
        let (result, error, event_ms) = match ended {
            Ok(invoked) => {
                let error = match &invoked.outcome {
                    InvocationOutcome::Response(_) => None,
                    InvocationOutcome::Error { error_type, message } => error(error_type, message.clone()),
                    InvocationOutcome::InitError(told) => error("InitError", told.clone()),
                };
                (payload(&invoked.outcome), error, Some(milliseconds(invoked.duration)))
            }
            Err(log) => {
                (None, error("NoAnswer", format!("the function gave no answer. It wrote: {log}")), None)
            }
        };
        let mut sources: Vec<&str> = lines.iter().map(|line| text(&line["source"])).collect();
        sources.dedup();
        let told = |received: &ReceivedRequest| serde_json::from_slice(&received.body).unwrap_or_default();
        let cloud_formation: Vec<Value> = received.iter().map(told).collect();
        let failures = lines.iter().filter(|line| error.is_none() && line["error_type"].is_string());
        let failure = |line: &Value| json!({ "AskedBy": line["asked_by"], "ErrorType": line["error_type"], "ErrorMessage": line["error"] });
        let inner: Vec<Value> = failures.map(failure).collect();
        let failures = result.as_ref().and_then(|result| result["batchItemFailures"].as_array());
        let failed = failures.is_some_and(|failures| !failures.is_empty());
        Self {
            event: event.to_owned(),
            ok: error.is_none() && !failed && cloud_formation.iter().all(|told| told["Status"] == "SUCCESS"),
            source: sources.join(", "),
            calls: calls.iter().map(CallReport::new).collect(),
            result,
            error,
            failures: if cloud_formation.is_empty() { inner } else { Vec::new() },
            cloud_formation,
            start_ms: start.map(milliseconds),
            event_ms,
        }
    }
}

impl Report {
    /// Whether the function, or its response to CloudFormation, reports a definition that does not exist.
    pub(crate) fn names_unknown_definition(&self) -> bool {
        let is_unknown = |text: &str| text.starts_with("DefinitionNotFound");
        self.error.as_ref().is_some_and(|error| is_unknown(&error.error_type))
            || self.cloud_formation.iter().any(|response| response["Reason"].as_str().is_some_and(is_unknown))
    }
}

impl CallReport {
    fn new(call: &RecordedCall) -> Self {
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let names = |connector: &Value| {
            let parameters = connector["Parameters"].as_object();
            let names: Vec<&String> = parameters.map(|map| map.keys().collect()).unwrap_or_default();
            json!({ "Id": connector["Id"], "ConnectorArn": connector["ConnectorArn"], "Parameters": names })
        };
        Self {
            operation: call
                .operation
                .map_or_else(|| "no operation".to_owned(), |operation| format!("{operation:?}")),
            request: call.request.clone(),
            amzn_client_token: call.token.clone(),
            connectors: body["Connectors"].as_array().into_iter().flatten().map(names).collect(),
            status: call.status,
        }
    }
}

/// For a person.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "event", &self.event)?;
        line(f, "recognised", &self.source)?;
        self.calls.iter().try_for_each(|call| show_call(f, call))?;
        if self.calls.is_empty() {
            line(f, "call", "none")?;
        }
        if let Some(error) = &self.error {
            line(f, "error", &error.error_type)?;
            line(f, "", &one_a_line(&error.error_message))?;
        }
        for failure in &self.failures {
            line(f, "failed", &format!("{}  {}", text(&failure["AskedBy"]), text(&failure["ErrorType"])))?;
            line(f, "", &one_a_line(text(&failure["ErrorMessage"])))?;
        }
        for told in &self.cloud_formation {
            line(f, "told", &format!("CloudFormation: {}", text(&told["Status"])))?;
            line(f, "", &format!("PhysicalResourceId {}", text(&told["PhysicalResourceId"])))?;
            if !text(&told["Reason"]).is_empty() {
                line(f, "", &one_a_line(text(&told["Reason"])))?;
            }
        }
        if let Some(result) = &self.result {
            // A custom resource has its version in its data.
            show_version(f, if result["Data"].is_object() { &result["Data"] } else { result })?;
        }
        let time = |time: Option<f64>| time.map_or("-".to_owned(), |ms| format!("{ms:.1} ms"));
        line(f, "time", &format!("start {}, event {}", time(self.start_ms), time(self.event_ms)))?;
        line(f, "", if self.ok { "ended well" } else { "did not end well" })
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    writeln!(f, "{name:<12}{text}")
}

fn show_call(f: &mut fmt::Formatter<'_>, call: &CallReport) -> fmt::Result {
    let status = call.status.map_or("no answer".to_owned(), |status| status.to_string());
    line(f, "call", &format!("{} -> {status}", call.operation))?;
    line(f, "", &call.request)?;
    if let Some(token) = &call.amzn_client_token {
        line(f, "", &format!("AmznClientToken {token}"))?;
    }
    for connector in &call.connectors {
        line(f, "", &format!("{}  {}", text(&connector["Id"]), text(&connector["ConnectorArn"])))?;
        let names: Vec<&str> = connector["Parameters"].as_array().into_iter().flatten().map(text).collect();
        if !names.is_empty() {
            line(f, "", &format!("  ({})", names.join(", ")))?;
        }
    }
    Ok(())
}

fn show_version(f: &mut fmt::Formatter<'_>, version: &Value) -> fmt::Result {
    let words = [text(&version["Outcome"]), text(&version["Version"])];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if !words.is_empty() {
        line(f, "version", &words.join(" "))?;
        line(f, "", text(&version["Arn"]))?;
    }
    for advice in version["Advice"].as_array().into_iter().flatten() {
        line(f, "advice", &format!("{}: {}", text(&advice["Path"]), text(&advice["Message"])))?;
    }
    Ok(())
}

/// Many problems of one text, one below the other.
fn one_a_line(text: &str) -> String {
    text.replace("; ", &format!(";\n{:12}", ""))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

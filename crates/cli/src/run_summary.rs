//! The summary of a run: as text and as JSON.

use std::fmt;
use std::time::Duration;

use emulator::greengrass::RecordedCall;
use emulator::response_receiver::ReceivedRequest;
use emulator::runtime_api::{CompletedInvocation, InvocationOutcome};
use emulator::samples;
use serde::Serialize;
use serde_json::{Value, json};

/// A completed invocation, or the output of a function that did not complete it.
pub(crate) type InvocationResult = Result<CompletedInvocation, String>;

/// Width of the column of labels.
const LABEL_WIDTH: usize = 12;

/// What happened to an event. It has the parameters' names and not their values: what a terminal shows may end in a
/// build's log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RunSummary {
    /// Name of the event's file.
    pub event: String,
    /// Whether the function returned a response without failed messages, and CloudFormation was notified of no failure.
    pub ok: bool,
    /// The event source that the function recognized.
    pub source: String,
    /// The calls that the emulator received.
    pub calls: Vec<ServiceCall>,
    /// The function's response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// The error that the function reported in place of a response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<InvocationError>,
    /// Failed requests of an event that itself succeeded, from the function's log: messages of a batch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Value>,
    /// The responses that the function sent to CloudFormation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cloud_formation: Vec<Value>,
    /// Milliseconds from the start of the process to its first request for an event.
    pub start_ms: Option<f64>,
    /// Milliseconds from the event to its result.
    pub event_ms: Option<f64>,
}

/// A call that the emulator received.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ServiceCall {
    /// The operation's name, or `no operation`.
    pub operation: String,
    /// Method and path.
    pub request: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amzn_client_token: Option<String>,
    /// The connectors in the body, with the names of their parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<Value>,
    /// HTTP status of the response; `None` if the emulator sent none.
    pub status: Option<u16>,
}

/// Why an invocation has no response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InvocationError {
    pub error_type: String,
    pub error_message: String,
}

impl RunSummary {
    /// `log_lines` are the function's log lines of the requests in the event.
    pub(crate) fn new(
        event: &str,
        log_lines: &[Value],
        calls: &[RecordedCall],
        received: &[ReceivedRequest],
        start: Option<Duration>,
        invocation: InvocationResult,
    ) -> Self {
        let milliseconds = |time: Duration| time.as_micros() as f64 / 1_000.0;
        let event_ms = invocation.as_ref().ok().map(|completed| milliseconds(completed.duration));
        let (result, error) = match invocation.map(|completed| completed.outcome) {
            Ok(InvocationOutcome::Response(bytes)) => (serde_json::from_slice::<Value>(&bytes).ok(), None),
            Ok(InvocationOutcome::Error { error_type, message }) => {
                (None, Some(InvocationError { error_type, error_message: message }))
            }
            Ok(InvocationOutcome::InitError(message)) => {
                (None, Some(InvocationError::new("InitError", message)))
            }
            Err(output) => {
                let message = format!("The function did not respond. Its output: {output}");
                (None, Some(InvocationError::new("NoResponse", message)))
            }
        };
        let mut sources: Vec<&str> = log_lines.iter().map(|line| text(&line["source"])).collect();
        sources.dedup();
        let cloud_formation: Vec<Value> = received
            .iter()
            .map(|request| serde_json::from_slice(&request.body).unwrap_or_default())
            .collect();
        // The error and the responses to CloudFormation have these errors already.
        let failures = if error.is_none() && cloud_formation.is_empty() {
            log_lines.iter().filter(|line| line["error_type"].is_string()).map(failure).collect()
        } else {
            Vec::new()
        };
        let failed_items = result.as_ref().and_then(|result| result["batchItemFailures"].as_array());
        let ok = error.is_none()
            && failed_items.is_none_or(Vec::is_empty)
            && cloud_formation.iter().all(|response| response["Status"] == "SUCCESS");
        Self {
            event: event.to_owned(),
            ok,
            source: sources.join(", "),
            calls: calls.iter().map(ServiceCall::new).collect(),
            result,
            error,
            failures,
            cloud_formation,
            start_ms: start.map(milliseconds),
            event_ms,
        }
    }

    /// Whether the function, or its response to CloudFormation, reports a definition that does not exist.
    fn names_unknown_definition(&self) -> bool {
        let is_unknown = |text: &str| text.starts_with("DefinitionNotFound");
        self.error.as_ref().is_some_and(|error| is_unknown(&error.error_type))
            || self.cloud_formation.iter().any(|response| response["Reason"].as_str().is_some_and(is_unknown))
    }
}

/// A failed request, from its log line.
fn failure(line: &Value) -> Value {
    json!({
        "RequestSourceId": line["request_source_id"],
        "ErrorType": line["error_type"],
        "ErrorMessage": line["error"],
    })
}

impl InvocationError {
    fn new(error_type: &str, error_message: String) -> Self {
        Self { error_type: error_type.to_owned(), error_message }
    }
}

impl ServiceCall {
    fn new(call: &RecordedCall) -> Self {
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let without_values = |connector: &Value| {
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
            connectors: body["Connectors"].as_array().into_iter().flatten().map(without_values).collect(),
            status: call.status,
        }
    }
}

/// The text for people: a label and a value on each line.
impl fmt::Display for RunSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, "event", &self.event)?;
        write_line(f, "source", &self.source)?;
        self.calls.iter().try_for_each(|call| write_call(f, call))?;
        if self.calls.is_empty() {
            write_line(f, "call", "none")?;
        }
        if let Some(error) = &self.error {
            write_line(f, "error", &error.error_type)?;
            write_text(f, &error.error_message)?;
        }
        for failure in &self.failures {
            let source = [text(&failure["RequestSourceId"]), text(&failure["ErrorType"])];
            write_line(f, "failed", &join_non_empty(source, "  "))?;
            write_text(f, text(&failure["ErrorMessage"]))?;
        }
        for response in &self.cloud_formation {
            write_line(f, "response", &format!("CloudFormation: {}", text(&response["Status"])))?;
            write_text(f, &format!("PhysicalResourceId {}", text(&response["PhysicalResourceId"])))?;
            write_text(f, text(&response["Reason"]))?;
        }
        if let Some(result) = &self.result {
            // A custom resource has its version in its data.
            write_version(f, if result["Data"].is_object() { &result["Data"] } else { result })?;
        }
        if self.names_unknown_definition() {
            let definition = samples::DEFINITION;
            write_line(f, "hint", &format!("The emulator has the definition of the samples, {definition}"))?;
            write_text(f, "Use --definition ID to add another")?;
        }
        let time = |time: Option<f64>| time.map_or("-".to_owned(), |ms| format!("{ms:.1} ms"));
        write_line(f, "time", &format!("start {}, event {}", time(self.start_ms), time(self.event_ms)))?;
        write_line(f, "result", if self.ok { "succeeded" } else { "failed" })
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    writeln!(f, "{label:<LABEL_WIDTH$}{text}")
}

/// Writes each line of a text below the value of a label. A list of errors has one on each line.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.lines().try_for_each(|line| write_line(f, "", line))
}

fn write_call(f: &mut fmt::Formatter<'_>, call: &ServiceCall) -> fmt::Result {
    let status = call.status.map_or("no response".to_owned(), |status| status.to_string());
    write_line(f, "call", &format!("{} -> {status}", call.operation))?;
    write_text(f, &call.request)?;
    if let Some(token) = &call.amzn_client_token {
        write_text(f, &format!("AmznClientToken {token}"))?;
    }
    for connector in &call.connectors {
        write_text(f, &format!("{}  {}", text(&connector["Id"]), text(&connector["ConnectorArn"])))?;
        let names: Vec<&str> = connector["Parameters"].as_array().into_iter().flatten().map(text).collect();
        if !names.is_empty() {
            write_text(f, &format!("  ({})", names.join(", ")))?;
        }
    }
    Ok(())
}

fn write_version(f: &mut fmt::Formatter<'_>, version: &Value) -> fmt::Result {
    let words = join_non_empty([text(&version["Outcome"]), text(&version["Version"])], " ");
    if !words.is_empty() {
        write_line(f, "version", &words)?;
        write_text(f, text(&version["Arn"]))?;
    }
    for warning in version["Warnings"].as_array().into_iter().flatten() {
        let words = join_non_empty([text(&warning["Path"]), text(&warning["Message"])], ": ");
        write_line(f, "warning", &words)?;
    }
    Ok(())
}

/// The texts that are not empty, joined.
fn join_non_empty(texts: [&str; 2], separator: &str) -> String {
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join(separator)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(outcome: InvocationOutcome) -> InvocationResult {
        Ok(CompletedInvocation { outcome, duration: Duration::from_millis(5) })
    }

    fn lines(summary: &RunSummary) -> Vec<String> {
        summary.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn several_errors_have_a_line_each() {
        let message = "2 errors:\n- Connectors[0].Id: required.\n- Connectors[1].Id: required.".to_owned();
        let error_type = "InvalidRequest".to_owned();
        let outcome = InvocationOutcome::Error { error_type, message };
        let summary = RunSummary::new("-", &[], &[], &[], None, completed(outcome));
        assert!(!summary.ok);
        assert_eq!(
            lines(&summary)[3..],
            [
                "error       InvalidRequest",
                "            2 errors:",
                "            - Connectors[0].Id: required.",
                "            - Connectors[1].Id: required.",
                "time        start -, event 5.0 ms",
                "result      failed",
            ]
        );
    }

    #[test]
    fn failed_messages_and_warnings() {
        let log = [
            json!({ "source": "sqs", "error_type": "Throttled", "error": "Throttled.", "request_source_id": "m-1" }),
            json!({ "source": "sqs" }),
        ];
        let result = json!({
            "batchItemFailures": [{ "itemIdentifier": "m-1" }],
            "Warnings": [{ "Code": "UnknownField", "Path": "Name", "Message": "unknown field." }],
        });
        let outcome = InvocationOutcome::Response(result.to_string().into());
        let summary = RunSummary::new("-", &log, &[], &[], None, completed(outcome));
        let json = serde_json::to_value(&summary).unwrap();
        let failure =
            json!({ "RequestSourceId": "m-1", "ErrorType": "Throttled", "ErrorMessage": "Throttled." });
        assert_eq!((&json["Ok"], &json["Failures"]), (&json!(false), &json!([failure])));
        assert_eq!(
            lines(&summary)[1..6],
            [
                "source      sqs",
                "call        none",
                "failed      m-1  Throttled",
                "            Throttled.",
                "warning     Name: unknown field.",
            ]
        );
    }
}

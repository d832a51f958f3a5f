//! Fault injection: what goes wrong with the next calls. Tests add faults with [`Fault`], other processes with
//! `POST /_local/faults`, whose JSON is the serialized form of [`Fault`].

use std::sync::Mutex;

use ::http::HeaderValue;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operations::Operation;
use super::shape::{self, Shape};
use crate::http::{self, Reply};

/// What goes wrong with the next calls of an operation. Fields that are left out of the JSON are as in the default,
/// which is one call of any operation without a fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Fault {
    /// The operation that the fault applies to, or any if `None`.
    pub operation: Option<Operation>,
    /// How many more calls the fault applies to. `Times` in JSON.
    #[serde(rename = "Times")]
    pub remaining: u32,
    /// Milliseconds before the operation is performed.
    pub delay_ms: u64,
    /// Whether the operation is performed. `Commit` in JSON.
    #[serde(rename = "Commit")]
    pub apply: bool,
    /// Milliseconds between the operation and the outcome.
    pub delay_after_ms: u64,
    /// How the call ends.
    pub outcome: Outcome,
}

/// How a call with a fault ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase", deny_unknown_fields)]
pub enum Outcome {
    /// The operation's own response. `"Answer"` in JSON.
    #[default]
    #[serde(rename = "Answer")]
    Response,
    /// This response in place of the operation's own.
    Status {
        /// HTTP status code, 200 to 599.
        status: u16,
        /// The value of `x-amzn-ErrorType`. Without it the header is left out.
        #[serde(default)]
        code: Option<String>,
        /// The response body.
        #[serde(default)]
        body: String,
    },
    /// A reset of the connection.
    Reset,
    /// The first half of the operation's response, then the end of the connection. `"Half"` in JSON.
    #[serde(rename = "Half")]
    Truncated,
    /// No response, for as long as the client waits. `"Never"` in JSON.
    #[serde(rename = "Never")]
    Hang,
}

/// The outcomes that are strings in JSON.
const OUTCOME_NAMES: [&str; 4] = ["Answer", "Reset", "Half", "Never"];

impl Default for Fault {
    fn default() -> Self {
        Self {
            operation: None,
            remaining: 1,
            delay_ms: 0,
            apply: true,
            delay_after_ms: 0,
            outcome: Outcome::Response,
        }
    }
}

impl Fault {
    /// Parses and validates the JSON form. The error is a message for the client.
    pub(super) fn parse(json: &[u8]) -> Result<Self, String> {
        let invalid = |error: &dyn std::fmt::Display| format!("Invalid fault: {error}.");
        let mut json: Value = serde_json::from_slice(json).map_err(|error| invalid(&error))?;
        check_shape(&json).map_err(|error| invalid(&error))?;
        // A field that is null counts as left out.
        if let Some(members) = json.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        let fault: Self = serde_json::from_value(json).map_err(|error| invalid(&error))?;
        match &fault.outcome {
            _ if fault.remaining == 0 => Err("Times: must be at least 1.".to_owned()),
            Outcome::Status { status, .. } if !(200..=599).contains(status) => {
                Err(format!("Outcome.Status.Status: invalid status {status}; use 200-599."))
            }
            Outcome::Status { code: Some(code), .. } if HeaderValue::from_str(code).is_err() => {
                Err("Outcome.Status.Code: not a valid header value; use printable characters.".to_owned())
            }
            _ => Ok(fault),
        }
    }
}

fn check_shape(fault: &Value) -> Result<(), String> {
    let delay = Shape::Count(u64::MAX);
    let members = [
        ("Operation", Shape::Text),
        ("Times", Shape::Count(u32::MAX.into())),
        ("DelayMs", delay),
        ("Commit", Shape::Boolean),
        ("DelayAfterMs", delay),
    ];
    shape::check_object(fault, "", &members)?;
    match &fault["Outcome"] {
        Value::Null => Ok(()),
        Value::String(name) if OUTCOME_NAMES.contains(&name.as_str()) => Ok(()),
        Value::Object(outcome) if outcome.len() == 1 && outcome.contains_key("Status") => {
            let status = Shape::Count(u16::MAX.into());
            let members = [("Status", status), ("Code", Shape::Text), ("Body", Shape::Text)];
            shape::check_object(&outcome["Status"], "Outcome.Status", &members)
        }
        _ => Err("Outcome: expected \"Answer\", \"Reset\", \"Half\", \"Never\", or an object with the member Status".to_owned()),
    }
}

impl Outcome {
    /// The reply to a call whose own response would be `response`.
    pub(super) fn into_reply(self, response: ::http::Response<Bytes>) -> Reply {
        match self {
            Self::Response => Reply::Response(response),
            Self::Status { status, code, body } => {
                let mut response = http::empty(status).map(|_| Bytes::from(body));
                if let Some(code) = code.and_then(|code| code.parse().ok()) {
                    response.headers_mut().insert("x-amzn-errortype", code);
                }
                Reply::Response(response)
            }
            Self::Reset => Reply::Reset,
            Self::Truncated => Reply::Truncated(response),
            Self::Hang => Reply::Hang,
        }
    }
}

/// The first fault that applies to this operation. Counts the call, and removes the fault after its last one.
pub(super) fn next_for(faults: &Mutex<Vec<Fault>>, operation: Operation) -> Option<Fault> {
    let mut faults = super::lock(faults);
    let index = faults.iter().position(|fault| fault.operation.is_none_or(|other| other == operation))?;
    let fault = faults[index].clone();
    faults[index].remaining = fault.remaining.saturating_sub(1);
    if faults[index].remaining == 0 {
        faults.remove(index);
    }
    Some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Scripts use these names.
    #[test]
    fn json_names_are_stable() {
        for (outcome, name) in [
            (Outcome::Response, json!("Answer")),
            (Outcome::Reset, json!("Reset")),
            (Outcome::Truncated, json!("Half")),
            (Outcome::Hang, json!("Never")),
            (
                Outcome::Status { status: 503, code: None, body: String::new() },
                json!({ "Status": { "Status": 503, "Code": null, "Body": "" } }),
            ),
        ] {
            let fault = Fault { remaining: 2, apply: false, outcome: outcome.clone(), ..Fault::default() };
            let json = json!({
                "Operation": null, "Times": 2, "DelayMs": 0, "Commit": false, "DelayAfterMs": 0, "Outcome": name,
            });
            assert_eq!(serde_json::to_value(&fault).unwrap(), json);
            let parsed = Fault::parse(json.to_string().as_bytes()).unwrap();
            assert_eq!((parsed.remaining, parsed.apply, parsed.outcome), (2, false, outcome));
        }
    }
}

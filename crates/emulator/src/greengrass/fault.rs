//! What goes wrong when a test or a person wants it to.

use std::sync::Mutex;

use ::http::HeaderValue;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::operations::Operation;
use crate::http::{self, Reply};

/// Something that goes wrong with the next calls of an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Fault {
    /// Which operation it befalls; any, where none is named.
    pub operation: Option<Operation>,
    /// How many calls it befalls.
    pub times: u32,
    /// Milliseconds before the operation is performed.
    pub delay_ms: u64,
    /// Whether the operation is performed.
    pub commit: bool,
    /// Milliseconds between the operation and its end.
    pub delay_after_ms: u64,
    /// How it ends.
    pub outcome: Outcome,
}

/// How a faulty call ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase", deny_unknown_fields)]
pub enum Outcome {
    /// With the operation's own answer.
    #[default]
    Answer,
    /// With another answer.
    Status {
        /// Its status.
        status: u16,
        /// Its `x-amzn-ErrorType`.
        #[serde(default)]
        code: Option<String>,
        /// Its body.
        #[serde(default)]
        body: String,
    },
    /// With a reset of the connection.
    Reset,
    /// With half of the operation's answer.
    Half,
    /// With nothing.
    Never,
}

/// No fault at all; what a JSON fault leaves out is as here.
impl Default for Fault {
    fn default() -> Self {
        Self {
            operation: None,
            times: 1,
            delay_ms: 0,
            commit: true,
            delay_after_ms: 0,
            outcome: Outcome::Answer,
        }
    }
}

impl Fault {
    /// Says what is wrong with a fault that could not befall anything.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.outcome {
            _ if self.times == 0 => Err("Times must be at least 1".to_owned()),
            Outcome::Status { status, .. } if !(200..=599).contains(status) => {
                Err(format!("Status must be 200 to 599, not {status}"))
            }
            Outcome::Status { code: Some(code), .. } if HeaderValue::from_str(code).is_err() => {
                Err("Code must be what fits into a header".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl Outcome {
    pub(super) fn reply(&self, answer: ::http::Response<Bytes>) -> Reply {
        match self {
            Self::Answer => Reply::Answer(answer),
            Self::Status { status, code, body } => {
                let mut response = http::empty(*status).map(|_| Bytes::from(body.clone()));
                if let Some(code) = code.as_ref().and_then(|code| code.parse().ok()) {
                    response.headers_mut().insert("x-amzn-errortype", code);
                }
                Reply::Answer(response)
            }
            Self::Reset => Reply::Reset,
            Self::Half => Reply::Half(answer),
            Self::Never => Reply::Never,
        }
    }
}

/// Takes the first fault that befalls an operation.
pub(super) fn take(faults: &Mutex<Vec<Fault>>, operation: Operation) -> Option<Fault> {
    let mut faults = super::lock(faults);
    let at = faults.iter().position(|fault| fault.operation.is_none_or(|befallen| befallen == operation))?;
    let fault = faults[at].clone();
    faults[at].times = faults[at].times.saturating_sub(1);
    if faults[at].times == 0 {
        faults.remove(at);
    }
    Some(fault)
}

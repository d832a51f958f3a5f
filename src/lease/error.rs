//! Why a request could not be worked on.

use crate::aws::CallError;

/// Why a request could not be worked on. Nothing was sent to Greengrass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// The token came before, with something else.
    #[error("AmznClientToken was used before, for another request")]
    OtherContent,
    /// Somebody else works on it, and did not end in time.
    #[error("another invocation works on the same request")]
    InProgress,
    /// There is an item of another form.
    #[error("the table holds an item that is none of this function's")]
    UnknownItem,
    /// The table takes no more requests now.
    #[error("the table takes no more requests now")]
    Throttled,
    /// The credentials are missing or not allowed to do this.
    #[error("DynamoDB refused the function's credentials")]
    AccessDenied,
    /// There is no such table, or not of this form.
    #[error("DynamoDB does not know such a table ({0})")]
    NoSuchTable(String),
    /// DynamoDB cannot be reached or fails.
    #[error("DynamoDB could not be reached or failed")]
    Unavailable,
}

impl From<CallError> for LeaseError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Credentials => Self::AccessDenied,
            CallError::Unprepared(_) | CallError::Connection(_) | CallError::Cut(_) => Self::Unavailable,
        }
    }
}

impl LeaseError {
    /// By the name that DynamoDB has for it; empty where it gave none.
    pub(super) fn of(code: &str) -> Self {
        match code {
            code @ ("ResourceNotFoundException" | "ValidationException") => {
                Self::NoSuchTable(code.to_owned())
            }
            code if code.contains("Throttl")
                || code.contains("LimitExceeded")
                || code.contains("Throughput") =>
            {
                Self::Throttled
            }
            code if ["AccessDenied", "UnrecognizedClient", "ExpiredToken", "InvalidSignature"]
                .iter()
                .any(|known| code.starts_with(known)) =>
            {
                Self::AccessDenied
            }
            _ => Self::Unavailable,
        }
    }
}

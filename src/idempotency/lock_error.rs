//! Why the lock on a request was not acquired.

use crate::aws::CallError;

/// Why the lock on a request was not acquired. Nothing was sent to Greengrass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LockError {
    /// The token was used before, for something else.
    #[error("AmznClientToken was used before, for a different request")]
    PayloadMismatch,
    /// Another invocation processes the request, and did not end in time.
    #[error("another invocation is processing the same request")]
    InProgress,
    /// The table holds an item of another form.
    #[error("the table holds an item that is not a lock record")]
    UnknownItem,
    /// DynamoDB limits the rate of requests.
    #[error("DynamoDB throttled the request")]
    Throttled,
    /// The credentials are missing, invalid or not allowed to do this.
    #[error("DynamoDB denied access")]
    AccessDenied,
    /// The table does not exist, or has another key.
    #[error("DynamoDB has no such table ({0})")]
    NoSuchTable(String),
    /// DynamoDB cannot be reached, or fails.
    #[error("DynamoDB could not be reached or failed")]
    Unavailable,
}

impl From<CallError> for LockError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::MissingCredentials => Self::AccessDenied,
            CallError::Build(_)
            | CallError::NotConnected(_)
            | CallError::Transport(_)
            | CallError::IncompleteBody(_)
            | CallError::BodyTooLarge => Self::Unavailable,
        }
    }
}

impl LockError {
    /// Classifies DynamoDB's error code, which is empty where the response has none.
    pub(super) fn from_error_code(code: &str) -> Self {
        const ACCESS: [&str; 4] = ["AccessDenied", "UnrecognizedClient", "ExpiredToken", "InvalidSignature"];
        const THROTTLING: [&str; 3] = ["Throttl", "LimitExceeded", "Throughput"];
        match code {
            "ResourceNotFoundException" | "ValidationException" => Self::NoSuchTable(code.to_owned()),
            code if THROTTLING.iter().any(|part| code.contains(part)) => Self::Throttled,
            code if ACCESS.iter().any(|known| code.starts_with(known)) => Self::AccessDenied,
            _ => Self::Unavailable,
        }
    }

    /// Whether another attempt may succeed at once.
    pub(super) fn is_retryable(&self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable)
    }
}

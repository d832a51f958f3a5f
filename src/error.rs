//! Why an event has no result, and what users can do about it.

use connectors::diagnostic::ValidationErrors;

use crate::greengrass::{ErrorKind, ServiceError, SideEffect};
use crate::idempotency::{CreateError, LockError};
use crate::response_url::DeliveryError;

/// Why an event has no result. Neither the text nor `Debug` holds a parameter's value, a credential or a URL's query.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FunctionError {
    /// The event or its request is invalid.
    #[error("Invalid request. No version was created. {0}")]
    InvalidRequest(ValidationErrors),
    /// The caller's own client token returned a version that is not the requested one.
    #[error(
        "AmznClientToken: used before, for another version, which Greengrass returned. No version was created. Leave \
         AmznClientToken out, or use a new one."
    )]
    ClientTokenReused,
    /// The lock on the request was not acquired.
    #[error("Cannot lock the request: {0}. No version was created. {remedy}", remedy = lock_remedy(.0))]
    Lock(LockError),
    /// The function's configuration is invalid.
    #[error("Invalid configuration. No version was created. Fix the function's environment variables. {0}")]
    InvalidConfiguration(ValidationErrors),
    /// A call to Greengrass failed.
    #[error(
        "{failure} ({error}). {effect} {remedy}",
        failure = service_failure(.0.kind),
        error = .0,
        effect = effect_note(.0.side_effect),
        remedy = service_remedy(.0.kind)
    )]
    Service(ServiceError),
    /// The time was over before an attempt could start.
    #[error("Timed out. {} Increase the function's timeout.", effect_note(*.0))]
    DeadlineExceeded(SideEffect),
    /// CloudFormation did not receive the response.
    #[error("CloudFormation did not receive the response: {error}. The result was: {result}")]
    Undelivered { error: DeliveryError, result: String },
    /// A bug in this function.
    #[error("Internal error. {} The function's log has the location in the code.", effect_note(*.0))]
    Internal(SideEffect),
}

/// How much of a request's errors is returned where the caller passes them on to CloudFormation, in bytes of a JSON
/// string. A response has at most 4,096 bytes; the CDK's Provider framework adds its stack trace and cuts nothing.
const MAX_RETURNED_ERRORS_BYTES: usize = 2_000;
/// The longest `errorMessage`. Lambda puts it into the record of a failed invocation, which a destination may refuse
/// for its size.
const MAX_MESSAGE_BYTES: usize = 8_192;
/// The longest message inside another message.
const MAX_SHORT_MESSAGE_BYTES: usize = 6_144;

impl FunctionError {
    /// The invocation's `errorType`.
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) | Self::ClientTokenReused => "InvalidRequest",
            Self::Lock(error) => match error {
                LockError::PayloadMismatch => "InvalidRequest",
                LockError::InProgress | LockError::Unavailable => "ServiceUnavailable",
                LockError::Throttled => "Throttled",
                LockError::AccessDenied => "AccessDenied",
                LockError::UnknownItem | LockError::NoSuchTable(_) => "Configuration",
            },
            Self::InvalidConfiguration(_) => "Configuration",
            Self::DeadlineExceeded(_) => "DeadlineExceeded",
            Self::Internal(_) => "Internal",
            Self::Undelivered { error: DeliveryError::Rejected(_), .. } => "ServiceRejected",
            Self::Undelivered { error: DeliveryError::Unreachable { .. }, .. } => "ServiceUnavailable",
            Self::Service(error) => match error.kind {
                ErrorKind::DefinitionNotFound | ErrorKind::VersionNotFound => "DefinitionNotFound",
                ErrorKind::AccessDenied => "AccessDenied",
                ErrorKind::Throttled => "Throttled",
                ErrorKind::ServiceUnavailable => "ServiceUnavailable",
                ErrorKind::ServiceRejected => "ServiceRejected",
                ErrorKind::EndpointGone => "EndpointGone",
                ErrorKind::Timeout => "DeadlineExceeded",
                ErrorKind::Configuration => "Configuration",
            },
        }
    }

    /// The invocation's `errorMessage`, at most 8,192 bytes. A list of errors ends with the number of those left out.
    pub(crate) fn message(&self) -> String {
        self.message_within(MAX_MESSAGE_BYTES)
    }

    /// The message as a part of another one.
    pub(crate) fn short_message(&self) -> String {
        self.message_within(MAX_SHORT_MESSAGE_BYTES)
    }

    fn message_within(&self, max_bytes: usize) -> String {
        let whole = self.to_string();
        if whole.len() <= max_bytes {
            return whole;
        }
        // The words before a list of errors are the same however many it has.
        let within = |errors: &ValidationErrors| {
            errors.clone().truncated_to_text(max_bytes.saturating_sub(whole.len() - errors.to_string().len()))
        };
        let mut message = match self {
            Self::InvalidRequest(errors) => Self::InvalidRequest(within(errors)).to_string(),
            Self::InvalidConfiguration(errors) => Self::InvalidConfiguration(within(errors)).to_string(),
            _ => whole,
        };
        if message.len() > max_bytes {
            message.truncate(message.floor_char_boundary(max_bytes - "…".len()));
            message.push('…');
        }
        message
    }

    /// Cut for a caller that passes it on to CloudFormation.
    pub(crate) fn truncated(self) -> Self {
        match self {
            Self::InvalidRequest(errors) => {
                Self::InvalidRequest(errors.truncated_to_json(MAX_RETURNED_ERRORS_BYTES))
            }
            Self::InvalidConfiguration(errors) => {
                Self::InvalidConfiguration(errors.truncated_to_json(MAX_RETURNED_ERRORS_BYTES))
            }
            other => other,
        }
    }
}

fn effect_note(side_effect: SideEffect) -> &'static str {
    match side_effect {
        SideEffect::NotApplied => "No version was created.",
        SideEffect::Unknown => {
            "Whether a version was created is unknown; check the definition's latest version."
        }
    }
}

fn lock_remedy(error: &LockError) -> &'static str {
    match error {
        LockError::PayloadMismatch => "Leave AmznClientToken out, or use a new one.",
        LockError::InProgress | LockError::Unavailable => "Try again.",
        LockError::Throttled => "Try again later.",
        LockError::AccessDenied => "Check the permissions of the function's role.",
        LockError::UnknownItem | LockError::NoSuchTable(_) => {
            "Set IDEMPOTENCY_TABLE to a table of this function's own, with the string key Token."
        }
    }
}

fn service_failure(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::DefinitionNotFound => "The connector definition does not exist in this account and Region",
        ErrorKind::VersionNotFound => "A version of the connector definition does not exist",
        ErrorKind::AccessDenied => "Greengrass denied access",
        ErrorKind::Throttled => "Greengrass throttled the request",
        ErrorKind::ServiceUnavailable => "Greengrass could not be reached or failed",
        ErrorKind::ServiceRejected => "Greengrass rejected the request",
        ErrorKind::EndpointGone => "The endpoint is not Greengrass V1",
        ErrorKind::Timeout => "Timed out",
        ErrorKind::Configuration => "The call could not be built",
    }
}

fn service_remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::DefinitionNotFound => "Check ConnectorDefinitionId; create the definition first.",
        ErrorKind::VersionNotFound => "Check ConnectorDefinitionId.",
        ErrorKind::AccessDenied => "Check the permissions of the function's role.",
        ErrorKind::Throttled => "Try again later.",
        ErrorKind::ServiceUnavailable => "Try again.",
        ErrorKind::ServiceRejected => "Change the request as the message says.",
        ErrorKind::EndpointGone => {
            "AWS closed Greengrass V1 on October 7, 2026. Set AWS_ENDPOINT_URL_GREENGRASS to a service that still \
             offers it."
        }
        ErrorKind::Timeout => "Increase the function's timeout, or try again.",
        ErrorKind::Configuration => "Fix the function's environment variables.",
    }
}

impl From<ServiceError> for FunctionError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<CreateError> for FunctionError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Service(error) => Self::Service(error),
            CreateError::Lock(error) => Self::Lock(error),
            CreateError::TokenReused => Self::ClientTokenReused,
            CreateError::DeadlineExceeded(side_effect) => Self::DeadlineExceeded(side_effect),
        }
    }
}

impl From<FunctionError> for lambda_runtime::Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.message() }
    }
}

#[cfg(test)]
mod tests {
    use connectors::diagnostic::Path;

    use super::*;

    fn errors(count: usize, message: &str) -> ValidationErrors {
        let mut errors = ValidationErrors::default();
        for index in 0..count {
            errors.push(&Path::root().field("Connectors").index(index).field("Id"), message);
        }
        errors
    }

    #[test]
    fn a_message_ends_at_an_error_with_the_number_of_the_others() {
        for (count, message) in [(300, "wrong."), (9_000, "é wrong."), (20, &"x".repeat(700))] {
            for error in [
                FunctionError::InvalidRequest(errors(count, message)),
                FunctionError::InvalidConfiguration(errors(count, message)),
            ] {
                let text = error.message();
                let shortest = MAX_MESSAGE_BYTES - message.len() - 100;
                assert!((shortest..=MAX_MESSAGE_BYTES).contains(&text.len()), "{} bytes", text.len());
                let listed = text.lines().filter(|line| line.starts_with("- Connectors[")).count();
                assert!(text.contains(&format!("{count} errors:\n")), "{}", &text[..200]);
                assert!(text.ends_with(&format!("{message}\n- and {} more", count - listed)), "{count}");
                assert!(error.short_message().len() <= MAX_SHORT_MESSAGE_BYTES);
            }
        }
    }

    #[test]
    fn every_other_message_is_cut_at_a_whole_character() {
        for error in [
            FunctionError::InvalidRequest(errors(1, &"é".repeat(9_000))),
            FunctionError::Undelivered { error: DeliveryError::Rejected(403), result: "🦀".repeat(3_000) },
        ] {
            let text = error.message();
            assert!(
                (MAX_MESSAGE_BYTES - 4..=MAX_MESSAGE_BYTES).contains(&text.len()),
                "{} bytes",
                text.len()
            );
            assert!(text.ends_with('…'));
        }
        assert_eq!(FunctionError::InvalidRequest(errors(1, "wrong.")).message().matches('…').count(), 0);
    }
}

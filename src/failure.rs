//! Why an event could not be answered with a version, and what somebody can do about it.

use std::fmt;

use connectors::request::Problems;

use crate::greengrass::{Effect, Error, Kind};
use crate::lease::LeaseError;
use crate::response_url::Undelivered;

/// Why an event could not be answered with a version. Its name is the invocation's `errorType`, its text the
/// `errorMessage`; neither its text nor its Debug holds a parameter's value, a credential or a URL's query.
#[derive(Debug)]
pub enum Failure {
    /// The event or the request in it is wrong.
    InvalidRequest(Problems),
    /// The caller's own client token gave a version that is not the one asked for.
    TokenReused,
    /// The lease on the request could not be taken.
    Lease(LeaseError),
    /// The settings are wrong.
    Configuration(Problems),
    /// A call to Greengrass failed.
    Service(Error),
    /// The time was over before there was an answer.
    DeadlineExceeded(Effect),
    /// CloudFormation could not be given its answer.
    Undelivered {
        /// Why not.
        why: Undelivered,
        /// What it would have been told.
        result: String,
    },
    /// A mistake of this function.
    Internal(Effect),
}

impl Failure {
    /// The invocation's `errorType`.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) | Self::TokenReused => "InvalidRequest",
            Self::Lease(error) => match error {
                LeaseError::OtherContent => "InvalidRequest",
                LeaseError::InProgress | LeaseError::Unavailable => "ServiceUnavailable",
                LeaseError::Throttled => "Throttled",
                LeaseError::AccessDenied => "AccessDenied",
                LeaseError::UnknownItem | LeaseError::NoSuchTable(_) => "Configuration",
            },
            Self::Configuration(_) => "Configuration",
            Self::DeadlineExceeded(_) => "DeadlineExceeded",
            Self::Internal(_) => "Internal",
            Self::Undelivered { why: Undelivered::Refused(_), .. } => "ServiceRejected",
            Self::Undelivered { why: Undelivered::Unreachable { .. }, .. } => "ServiceUnavailable",
            Self::Service(error) => match error.kind {
                Kind::DefinitionNotFound | Kind::VersionNotFound => "DefinitionNotFound",
                Kind::AccessDenied => "AccessDenied",
                Kind::Throttled => "Throttled",
                Kind::ServiceUnavailable => "ServiceUnavailable",
                Kind::ServiceRejected => "ServiceRejected",
                Kind::EndpointGone => "EndpointGone",
                Kind::NoAnswerInTime => "DeadlineExceeded",
                Kind::Configuration => "Configuration",
            },
        }
    }
}

impl Failure {
    /// What is known of the effect of what was sent.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Service(Error { effect, .. }) | Self::DeadlineExceeded(effect) | Self::Internal(effect) => {
                *effect
            }
            Self::InvalidRequest(_)
            | Self::TokenReused
            | Self::Lease(_)
            | Self::Configuration(_)
            | Self::Undelivered { .. } => Effect::None,
        }
    }
}

/// What the problems of a brief failure take at most, in bytes of a JSON string.
const BRIEF: usize = 2_000;

impl Failure {
    /// As whoever passes it on to CloudFormation takes it. An answer has at most 4,096 bytes; the CDK's Provider
    /// framework adds its stack trace and cuts nothing.
    pub fn brief(self) -> Self {
        match self {
            Self::InvalidRequest(problems) => Self::InvalidRequest(problems.within(BRIEF)),
            Self::Configuration(problems) => Self::Configuration(problems.within(BRIEF)),
            other => other,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(problems) => {
                write!(f, "The request is not valid, nothing was sent. {problems}")
            }
            Self::TokenReused => f.write_str(
                "AmznClientToken: was used before, for another version, which Greengrass gave again. No version was \
                 created. Leave it out, or give one that was never used.",
            ),
            Self::Lease(error) => {
                let then = match error {
                    LeaseError::OtherContent => "Leave AmznClientToken out, or give one that was never used.",
                    LeaseError::InProgress | LeaseError::Unavailable => "Try again.",
                    LeaseError::Throttled => "Try again later, or more slowly.",
                    LeaseError::AccessDenied => "Check the actions and resources of the function's role.",
                    LeaseError::UnknownItem | LeaseError::NoSuchTable(_) => {
                        "Check IDEMPOTENCY_TABLE: a table of this function's own with the key Token, a string."
                    }
                };
                write!(f, "The lease on the request could not be taken: {error}. Nothing was sent. {then}")
            }
            Self::Configuration(problems) => {
                write!(
                    f,
                    "The function's settings are not valid, nothing was sent. Mend its environment. {problems}"
                )
            }
            Self::DeadlineExceeded(effect) => {
                write!(f, "The time was over. {} Give the function more time.", of(*effect))
            }
            Self::Undelivered { why, result } => {
                write!(f, "CloudFormation was not told the result: {why}. The result was: {result}")
            }
            Self::Internal(effect) => write!(
                f,
                "The function failed by its own mistake. {} Its log names the place in the code.",
                of(*effect)
            ),
            Self::Service(error) => {
                let (what, then) = match error.kind {
                    Kind::DefinitionNotFound => (
                        "The connector definition does not exist in this account and Region",
                        "Check ConnectorDefinitionId, and create the definition first.",
                    ),
                    Kind::VersionNotFound => (
                        "A version of the connector definition that was read does not exist",
                        "Check that the definition is the one that is meant.",
                    ),
                    Kind::AccessDenied => (
                        "Greengrass refused the function's credentials",
                        "Check the actions and resources of the function's role.",
                    ),
                    Kind::Throttled => {
                        ("Greengrass takes no more requests now", "Try again later, or more slowly.")
                    }
                    Kind::ServiceUnavailable => ("Greengrass could not be reached or failed", "Try again."),
                    Kind::ServiceRejected => {
                        ("Greengrass rejected the request", "Change the request as it says.")
                    }
                    Kind::EndpointGone => (
                        "What answers at the endpoint is not Greengrass V1",
                        "AWS announced that Greengrass V1 can no longer be accessed after October 7, 2026. \
                         Point AWS_ENDPOINT_URL_GREENGRASS at a service that still offers it.",
                    ),
                    Kind::NoAnswerInTime => {
                        ("The time was over", "Give the function more time, or try again.")
                    }
                    Kind::Configuration => ("The call could not be made", "Mend the function's environment."),
                };
                write!(f, "{what} ({error}). {} {then}", of(error.effect))
            }
        }
    }
}

fn of(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "No version was created.",
        Effect::Unknown => {
            "Whether a version was created is not known: the call may have been sent, and no answer was seen. \
             The definition's latest version tells."
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl From<LeaseError> for Failure {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}

impl From<Failure> for lambda_runtime::Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.error_type().to_owned(), error_message: failure.to_string() }
    }
}

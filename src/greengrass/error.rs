//! Classifies failed calls: by HTTP status, then error code, then message.
//!
//! The API models one error, BadRequestException. In fact others occur, with a code that the model lacks, without the
//! code's header, or without a code; an endpoint that AWS has switched off responds in its own ways.

use std::borrow::Cow;
use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt::{self, Write};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use connectors::json::{Object, RawJson};
use connectors::request::ConnectorVersionRequest;

use crate::aws::CallError;

/// A failed call. Its text says what happened, not what to do about it, and holds no parameter's value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct ServiceError {
    /// The kind of failure.
    pub(crate) kind: ErrorKind,
    /// What is known about the call's side effect.
    pub(crate) side_effect: SideEffect,
    /// What happened, in this function's words.
    summary: String,
    /// The service's error code.
    service_code: String,
    /// The service's message, which may repeat what it was sent.
    service_message: String,
}

/// A longer message is not written for people.
const MAX_SERVICE_MESSAGE_BYTES: usize = 8_192;
/// How much of a message is shown.
const MAX_SHOWN_CHARS: usize = 1_000;
/// A shorter parameter value is part of many words.
const MIN_REDACTED_BYTES: usize = 4;

/// The kinds of failures, by what users can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The definition does not exist.
    DefinitionNotFound,
    /// The version does not exist.
    VersionNotFound,
    /// The credentials are missing, invalid or not allowed to do this.
    AccessDenied,
    /// The service limits the rate of requests.
    Throttled,
    /// The service cannot be reached, or fails.
    ServiceUnavailable,
    /// The service rejects the request.
    ServiceRejected,
    /// The endpoint responds and is not Greengrass V1.
    EndpointGone,
    /// The service did not respond in time.
    Timeout,
    /// The call could not be built from the configuration.
    Configuration,
}

/// What is known about the side effect of a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SideEffect {
    /// None: the call was not sent, or it was rejected.
    NotApplied,
    /// The call was sent, and whether it took effect is unknown.
    Unknown,
}

impl ServiceError {
    fn new(kind: ErrorKind, side_effect: SideEffect, summary: impl Into<String>) -> Self {
        let (service_code, service_message) = (String::new(), String::new());
        Self { kind, side_effect, summary: summary.into(), service_code, service_message }
    }

    /// A success that cannot be read.
    pub(super) fn unreadable(summary: &str) -> Self {
        Self::new(ErrorKind::ServiceUnavailable, SideEffect::Unknown, summary)
    }

    /// No response before the deadline.
    pub(super) fn timed_out() -> Self {
        Self::new(ErrorKind::Timeout, SideEffect::Unknown, "the service did not respond in time")
    }

    /// A call that was not sent, since it had no time.
    pub(crate) fn not_started(summary: &str) -> Self {
        Self::new(ErrorKind::Timeout, SideEffect::NotApplied, summary)
    }

    /// A call that could not be built.
    pub(super) fn build_failed(error: BoxError) -> Self {
        Self::from_transport(&CallError::Build(error))
    }

    /// An error response. Code and message are those that the SDK found.
    pub(super) fn from_response(response: &HttpResponse, code: &str, message: &str) -> Self {
        let status = response.status().as_u16();
        let body = ServiceErrorBody::parse(response, code, message);
        let kind = match status {
            200..=299 => {
                return Self::unreadable(&format!("status {status} with a body that cannot be read"));
            }
            429 => ErrorKind::Throttled,
            408 | 500..=599 => ErrorKind::ServiceUnavailable,
            300..=399 | 410 => ErrorKind::EndpointGone,
            400 if body.is_throttling() => ErrorKind::Throttled,
            400 | 401 | 403 if body.is_access_denied() => ErrorKind::AccessDenied,
            400 | 404 if body.is_missing_definition() => ErrorKind::DefinitionNotFound,
            404 if body.code == "VersionNotFoundException" => ErrorKind::VersionNotFound,
            401 | 403 if body.is_service_error() => ErrorKind::AccessDenied,
            401 | 403 | 404 if !body.is_service_error() => ErrorKind::EndpointGone,
            _ => ErrorKind::ServiceRejected,
        };
        // The work may have been done before one of these was sent.
        let side_effect = match kind {
            ErrorKind::ServiceUnavailable => SideEffect::Unknown,
            _ => SideEffect::NotApplied,
        };
        let service_message = body.to_string();
        Self {
            kind,
            side_effect,
            summary: format!("status {status}"),
            service_code: body.code,
            service_message,
        }
    }

    /// A call without a response.
    pub(super) fn from_transport(error: &CallError) -> Self {
        let is_dns = || sources(error).any(|cause| cause.to_string().starts_with("dns error"));
        let summary = match error {
            CallError::MissingCredentials | CallError::BodyTooLarge => error.to_string(),
            CallError::NotConnected(_) if is_dns() => {
                format!("the endpoint's name could not be resolved: {}", root_cause(error))
            }
            _ => format!("{error}: {}", root_cause(error)),
        };
        let (kind, side_effect) = match error {
            CallError::MissingCredentials => (ErrorKind::AccessDenied, SideEffect::NotApplied),
            CallError::Build(_) => (ErrorKind::Configuration, SideEffect::NotApplied),
            CallError::NotConnected(_) => (ErrorKind::ServiceUnavailable, SideEffect::NotApplied),
            CallError::Transport(_) | CallError::IncompleteBody(_) | CallError::BodyTooLarge => {
                (ErrorKind::ServiceUnavailable, SideEffect::Unknown)
            }
        };
        Self::new(kind, side_effect, summary)
    }

    /// Removes what repeats a parameter's value: the service may repeat what it was sent.
    pub(crate) fn redact(mut self, request: &ConnectorVersionRequest) -> Self {
        let values: HashSet<&str> = request
            .connectors
            .iter()
            .flat_map(|connector| connector.parameters.values())
            .map(String::as_str)
            .collect();
        let message = self.service_message.to_lowercase();
        if message.len() > MAX_SERVICE_MESSAGE_BYTES || values.iter().any(|value| echoes(&message, value)) {
            self.service_message =
                " (the service's message repeats a parameter or is too long to be shown)".to_owned();
        }
        let is_code =
            self.service_code.len() <= 128 && self.service_code.bytes().all(|b| b.is_ascii_alphanumeric());
        let repeats_value =
            |value: &&str| value.len() >= MIN_REDACTED_BYTES && self.service_code.contains(*value);
        if !is_code || values.iter().any(repeats_value) {
            self.service_code.clear();
        }
        self
    }

    /// Replaces the side effect by what is known of all calls of a request.
    pub(crate) fn with_side_effect(mut self, side_effect: SideEffect) -> Self {
        self.side_effect = side_effect;
        self
    }

    /// Whether another attempt may succeed.
    pub(crate) fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Throttled | ErrorKind::ServiceUnavailable | ErrorKind::Timeout)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        if !self.service_code.is_empty() {
            write!(f, " {}", self.service_code)?;
        }
        let shown = self.service_message.chars().take(MAX_SHOWN_CHARS);
        shown.map(|c| if c.is_control() { ' ' } else { c }).try_for_each(|c| f.write_char(c))
    }
}

/// The body of an error response.
struct ServiceErrorBody {
    code: String,
    message: String,
}

impl ServiceErrorBody {
    /// Reads code and message. The SDK reads no message where there is no code, so the body is parsed here.
    fn parse(response: &HttpResponse, code: &str, message: &str) -> Self {
        let body =
            response.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let body = RawJson::parse(body).ok().and_then(RawJson::as_object);
        let string =
            |of: &Object<'_>, name: &str| of.get(name).and_then(RawJson::as_str).map(Cow::into_owned);
        let text = body.as_ref().and_then(|body| string(body, "Message").or_else(|| string(body, "message")));
        let mut message = text.unwrap_or_else(|| message.to_owned());
        let details =
            body.and_then(|body| body.get("ErrorDetails")).and_then(RawJson::as_array).unwrap_or_default();
        for detail in details.iter().filter_map(|detail| detail.as_object()) {
            for part in
                ["DetailedErrorCode", "DetailedErrorMessage"].iter().filter_map(|name| string(&detail, name))
            {
                message.push(' ');
                message.push_str(&part);
            }
        }
        Self { code: code.to_owned(), message }
    }

    /// Whether Greengrass sent it. API Gateway sends MissingAuthenticationToken for a path that does not exist (every call
    /// here is signed), and no code for an API that does not exist.
    fn is_service_error(&self) -> bool {
        let gone =
            ["MissingAuthenticationToken", "UnknownOperation"].iter().any(|code| self.code.starts_with(code));
        !self.code.is_empty() && !gone
    }

    /// Whether it rejects the credentials. The message counts only where there is no code.
    fn is_access_denied(&self) -> bool {
        const CODES: [&str; 9] = [
            "AccessDenied",
            "ExpiredToken",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignature",
            "NotAuthorized",
            "OptInRequired",
            "SignatureDoesNotMatch",
            "UnrecognizedClient",
        ];
        const MESSAGES: [&str; 3] = ["not authorized", "security token", "signature"];
        match self.code.as_str() {
            "" => MESSAGES.iter().any(|text| self.message.contains(text)),
            code => CODES.iter().any(|known| code.starts_with(known)),
        }
    }

    /// Whether the definition does not exist. The message counts only where there is no code.
    fn is_missing_definition(&self) -> bool {
        match self.code.as_str() {
            "" => self.message.contains("does not exist"),
            code => code == "IdNotFoundException" || code == "ResourceNotFoundException",
        }
    }

    fn is_throttling(&self) -> bool {
        self.code.starts_with("Throttl") || self.code.starts_with("TooManyRequests")
    }
}

impl fmt::Display for ServiceErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.trim() {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

/// Whether a text in lower case repeats a value, as it is or as JSON escapes it: anywhere, or as a word of its own
/// where the value is short.
fn echoes(text: &str, value: &str) -> bool {
    let value = value.to_lowercase();
    if value.len() >= MIN_REDACTED_BYTES {
        // Should escaping ever fail, the message counts as a repetition and is not shown.
        let Ok(escaped) = serde_json::to_string(&value) else { return true };
        return text.contains(&value) || text.contains(escaped.trim_matches('"'));
    }
    !value.is_empty() && text.split(|c: char| !c.is_alphanumeric()).any(|word| word == value)
}

fn sources<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn root_cause(error: &(dyn StdError + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

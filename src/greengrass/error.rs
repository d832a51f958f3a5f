//! What went wrong with a call: by HTTP status, then code, then message.
//!
//! The SDK knows one error of these operations. Others come in fact, with a code the model does not have, with
//! none in the header, or with none at all; an endpoint that AWS has switched off answers in its own ways.

use std::borrow::Cow;
use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt::{self, Write};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use connectors::json::{Json, Members};
use connectors::request::ConnectorVersionRequest;
use hyper_util::client::legacy::Error as HyperError;

use crate::aws::CallError;

/// A call that failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure it is.
    pub kind: Kind,
    /// What is known of the call's effect.
    pub effect: Effect,
    /// What happened, in words of this function.
    what: String,
    /// The service's name for it.
    code: String,
    /// What the service said of it, which may repeat what it was sent.
    said: String,
}

/// A text that is longer is none for a person.
const LONGEST_SAID: usize = 8_192;
/// How much of it is shown.
const SHOWN: usize = 1_000;

/// The kinds of failures, by what somebody can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The definition does not exist.
    DefinitionNotFound,
    /// The version does not exist.
    VersionNotFound,
    /// The credentials are missing, not valid or not allowed to do this.
    AccessDenied,
    /// Too many requests.
    Throttled,
    /// The service cannot be reached or fails.
    ServiceUnavailable,
    /// The service does not accept the request.
    ServiceRejected,
    /// What answers is no Greengrass V1 any more.
    EndpointGone,
    /// No answer came in the time there was.
    NoAnswerInTime,
    /// The client could not be built from the settings.
    Configuration,
}

/// What is known of the effect of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It did not take effect: it was not sent, or it was refused.
    None,
    /// It was sent, and whether it took effect is not known.
    Unknown,
}

impl Error {
    fn new(kind: Kind, effect: Effect, what: impl Into<String>) -> Self {
        Self { kind, effect, what: what.into(), code: String::new(), said: String::new() }
    }

    pub(super) fn unreadable(what: &str) -> Self {
        Self::new(Kind::ServiceUnavailable, Effect::Unknown, what)
    }

    pub(super) fn no_answer_in_time() -> Self {
        Self::new(Kind::NoAnswerInTime, Effect::Unknown, "the service did not answer in time")
    }

    /// The request reached something, and this is what it answered.
    pub(super) fn of_an_answer(answer: &HttpResponse, code: &str, message: &str) -> Self {
        classify_answer(answer, code, message)
    }

    /// The request reached nothing, or no answer came back.
    pub(super) fn of_a_call(error: &CallError) -> Self {
        classify_way_there(error)
    }

    /// The service may repeat what it was sent. A text with a parameter's value in it goes no further.
    pub(crate) fn without_values_of(mut self, request: &ConnectorVersionRequest) -> Self {
        let values: HashSet<&str> =
            request.connectors.iter().flat_map(|c| c.parameters.values()).map(String::as_str).collect();
        let said = self.said.to_lowercase();
        if said.len() > LONGEST_SAID || values.iter().any(|value| repeats(&said, value)) {
            self.said = " (what the service said repeats a parameter or is too long to be shown)".to_owned();
        }
        let is_name = self.code.len() <= 128 && self.code.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_name || values.iter().any(|value| value.len() >= SHORT && self.code.contains(value)) {
            self.code.clear();
        }
        self
    }

    /// With what is known of all the calls that were made for a request.
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Of a service that stayed silent again and again, while there was time.
    pub fn of_a_silent_service(mut self) -> Self {
        if self.kind == Kind::NoAnswerInTime {
            self.kind = Kind::ServiceUnavailable;
        }
        self
    }

    /// Whether another attempt may fare better.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::ServiceUnavailable | Kind::NoAnswerInTime)
    }
}

/// What happened, without what to do about it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        self.said.chars().take(SHOWN).try_for_each(|c| f.write_char(if c.is_control() { ' ' } else { c }))
    }
}

/// The request reached something, and this is what it answered.
fn classify_answer(answer: &HttpResponse, code: &str, message: &str) -> Error {
    let status = answer.status().as_u16();
    let said = Said::read(answer, code, message);
    let kind = match status {
        200..=299 => return Error::unreadable(&format!("status {status} with a body that cannot be read")),
        429 => Kind::Throttled,
        408 | 500..=599 => Kind::ServiceUnavailable,
        300..=399 | 410 => Kind::EndpointGone,
        400 if said.is_throttling() => Kind::Throttled,
        400 | 401 | 403 if said.is_refusal() => Kind::AccessDenied,
        400 | 404 if said.is_missing_definition() => Kind::DefinitionNotFound,
        404 if said.code == "VersionNotFoundException" => Kind::VersionNotFound,
        401 | 403 if said.is_of_the_service() => Kind::AccessDenied,
        401 | 403 | 404 if !said.is_of_the_service() => Kind::EndpointGone,
        _ => Kind::ServiceRejected,
    };
    // After one of these the work may have been done all the same.
    let effect = if kind == Kind::ServiceUnavailable { Effect::Unknown } else { Effect::None };
    Error { kind, effect, what: format!("status {status}"), code: said.code.clone(), said: said.to_string() }
}

/// What an answer says besides its status.
struct Said {
    code: String,
    message: String,
}

impl Said {
    /// The SDK reads no message where there is no code, so the body is read here.
    fn read(answer: &HttpResponse, code: &str, message: &str) -> Self {
        let body =
            answer.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let body = Json::parse(body).ok().and_then(Json::members);
        let text = |of: &Members<'_>, name: &str| of.get(name).and_then(Json::string).map(Cow::into_owned);
        let said = body.as_ref().and_then(|body| text(body, "Message").or_else(|| text(body, "message")));
        let mut message = said.unwrap_or_else(|| message.to_owned());
        let details =
            body.and_then(|body| body.get("ErrorDetails")).and_then(Json::items).unwrap_or_default();
        for detail in details.iter().filter_map(|detail| detail.members()) {
            for part in
                ["DetailedErrorCode", "DetailedErrorMessage"].iter().filter_map(|name| text(&detail, name))
            {
                message.push(' ');
                message.push_str(&part);
            }
        }
        Self { code: code.to_owned(), message }
    }

    /// Whether it comes from the service at all: API Gateway says MissingAuthenticationToken of a path that it does not
    /// have (every call here is signed), and nothing of an API that is gone.
    fn is_of_the_service(&self) -> bool {
        let gone =
            ["MissingAuthenticationToken", "UnknownOperation"].iter().any(|code| self.code.starts_with(code));
        !self.code.is_empty() && !gone
    }

    /// Whether the credentials are refused. A message counts only where there is no code.
    fn is_refusal(&self) -> bool {
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

    /// Whether the definition is missing. A message counts only where there is no code.
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

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.trim() {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

fn classify_way_there(error: &CallError) -> Error {
    let what = match error {
        CallError::Credentials => error.to_string(),
        _ => format!("{error}: {}", innermost(error)),
    };
    let (kind, effect) = match error {
        CallError::Credentials => (Kind::AccessDenied, Effect::None),
        CallError::Unprepared(_) => (Kind::Configuration, Effect::None),
        CallError::Connection(_)
            if sources(error).any(|cause| cause.to_string().starts_with("dns error")) =>
        {
            (Kind::EndpointGone, Effect::None)
        }
        CallError::Connection(_) if find::<HyperError>(error).is_some_and(HyperError::is_connect) => {
            (Kind::ServiceUnavailable, Effect::None)
        }
        CallError::Connection(_) | CallError::Cut(_) => (Kind::ServiceUnavailable, Effect::Unknown),
    };
    Error::new(kind, effect, what)
}

/// A value that is shorter is part of many words.
const SHORT: usize = 4;

/// Whether a text in lower case repeats a value, as it is or as JSON escapes it: anywhere, or as a word of its own
/// where the value is short.
fn repeats(text: &str, value: &str) -> bool {
    let value = value.to_lowercase();
    if value.len() >= SHORT {
        // A text into memory: nothing in it can fail.
        let escaped = serde_json::to_string(&value).unwrap_or_default();
        return text.contains(&value) || text.contains(escaped.trim_matches('"'));
    }
    !value.is_empty() && text.split(|c: char| !c.is_alphanumeric()).any(|word| word == value)
}

fn sources<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    sources(error).find_map(|cause| cause.downcast_ref())
}

fn innermost(error: &(dyn StdError + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

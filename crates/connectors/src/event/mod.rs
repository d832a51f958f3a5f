//! Parses the events of all sources, one module per source.
//!
//! [`parse_event`] detects the source and unwraps its envelope. An SQS or SNS message contains an event of its own,
//! which [`Message::parse_body`] and another call of [`parse_event`] unwrap; the innermost envelope identifies the
//! requester. JSON text in place of an event, and the record of a failed Lambda invocation, are wrappers: the event
//! inside is handled in their place. This module knows nothing of Greengrass and sends no responses.

pub mod custom_resource;
mod direct;
mod eventbridge;
mod lambda_record;
mod messages;
mod pipes;
mod sns;
mod sqs;
mod terraform;

use std::time::SystemTime;

use custom_resource::CustomResourceEvent;

use crate::client_token::Requester;
use crate::diagnostic::{Diagnostic, DiagnosticCode, Path, ValidationErrors};
use crate::json::{DecodedText, JsonType, Object, RawJson};
use crate::region::FunctionLocation;
use crate::request::{InvalidRequest, ParseOptions, ParsedRequest, TEXT_DECODED, parse};

/// The maximum number of nested envelopes. A custom resource request in an SNS notification in an SQS message has two.
const MAX_ENVELOPE_DEPTH: usize = 4;
/// The maximum number of nested wrappers.
const MAX_WRAPPERS: usize = 4;

/// What the envelopes say about a request.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    /// The sender of the request.
    pub requester: Requester,
    /// When the request was first made, as far as it is known.
    pub first_requested_at: SystemTime,
    /// When it was first delivered, as far as it is known. No delivery can have created a version before.
    pub first_delivered_at: SystemTime,
    /// Whether it is one of several requests that the function may process at the same time.
    pub is_batched: bool,
    /// Whether the request was delivered before.
    pub is_redelivery: bool,
    /// The path of the request, or of the event that contains it, from the root of the outermost event.
    pub path: Path,
    /// Where the function runs.
    pub location: FunctionLocation,
    /// Warnings about the envelopes.
    warnings: Vec<Diagnostic>,
    /// The number of wrappers around the event.
    wrappers: usize,
}

impl RequestOrigin {
    /// The origin of a request that is delivered for the first time, to a function that runs anywhere.
    pub fn new(requester: Requester, first_requested_at: SystemTime) -> Self {
        Self {
            requester,
            first_requested_at,
            first_delivered_at: first_requested_at,
            is_batched: false,
            is_redelivery: false,
            path: Path::root(),
            location: FunctionLocation::default(),
            warnings: Vec::new(),
            wrappers: 0,
        }
    }

    /// The same origin for a function whose location is known.
    pub fn with_location(self, location: FunctionLocation) -> Self {
        Self { location, ..self }
    }

    /// The origin of what is inside, at a path, with the requester of an inner envelope. An inner envelope without an ID
    /// keeps the outer requester, which is the same on every delivery.
    fn inside(&self, path: Path, requester: Option<Requester>) -> Self {
        let requester = requester.unwrap_or_else(|| self.requester.clone());
        Self { requester, path, ..self.clone() }
    }

    /// Parses the request with this origin.
    fn parse_request(
        &self,
        json: RawJson<'_>,
        options: &ParseOptions<'_>,
    ) -> Result<ParsedRequest, Box<InvalidRequest>> {
        let options = ParseOptions { path: &self.path, location: &self.location, ..*options };
        let mut request = parse(json, &options);
        let warnings = match &mut request {
            Ok(parsed) => &mut parsed.warnings,
            Err(invalid) => &mut invalid.warnings,
        };
        warnings.splice(0..0, self.warnings.iter().cloned());
        request
    }
}

/// A parsed event.
pub enum Event<'a> {
    /// A request whose sender takes the invocation's result as the response.
    Request(Box<RequestEvent>),
    /// A CloudFormation custom resource request, whose sender waits for a response at a URL.
    CustomResource(Box<CustomResourceEvent<'a>>),
    /// Messages, each of which contains an event.
    Batch(Batch),
    /// A wrapper around an event. The sender takes the response to the event inside.
    Wrapped(Box<Message>),
}

/// A request whose sender takes the invocation's result as the response.
pub struct RequestEvent {
    /// The name of the source, as in logs.
    pub source: &'static str,
    /// What the envelopes say about the request.
    pub origin: RequestOrigin,
    /// The request, or what is wrong with it.
    pub request: Result<ParsedRequest, Box<InvalidRequest>>,
    /// What happens to the sender's resource.
    pub action: ResourceAction,
}

/// What happens to a resource that a sender such as Terraform manages. Senders without resources only create.
#[derive(Debug)]
pub enum ResourceAction {
    /// The resource is created.
    Create,
    /// The resource is updated. Holds the previous request, if it was valid.
    Update(Option<Box<ParsedRequest>>),
    /// The resource is deleted.
    Delete,
}

/// Messages, each of which contains an event.
pub struct Batch {
    /// The form of the response.
    pub response: BatchResponse,
    /// The messages in their order.
    pub messages: Vec<Message>,
}

/// The form of the response to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchResponse {
    /// The IDs of the failed messages (SQS, EventBridge Pipes).
    PartialFailures,
    /// The result of the only message, or a list of results (SNS).
    Results,
}

/// A message that contains an event.
pub struct Message {
    /// The ID by which a failure is reported: that of the message, or its position in the batch if it has none.
    pub id: String,
    /// Whether the ID is the position.
    pub is_id_position: bool,
    /// What the envelopes say about the message. It is the origin of the event inside, unless that has its own.
    pub origin: RequestOrigin,
    /// The message group of a FIFO queue, within which the order matters.
    pub group: Option<String>,
    /// The text of the event, or what is wrong with the message.
    event: Result<String, ValidationErrors>,
}

/// Detects the source of an event by the fields that only this source has, and parses its envelope.
///
/// `outer` is the origin for events that do not identify their sender: Lambda's request, or the message that contained
/// the event.
///
/// # Errors
///
/// Returns an error if the event is not an object or a list of messages. An invalid request is not an error here; see
/// [`RequestEvent::request`].
pub fn parse_event<'a>(event: RawJson<'a>, outer: &RequestOrigin) -> Result<Event<'a>, ValidationErrors> {
    if let Some(decoded) = event.decode_text(&[JsonType::Object, JsonType::List]) {
        return wrap(Message::from_text(decoded, outer));
    }
    if event.json_type() == JsonType::List
        && let Some(batch) = pipes::parse_list(event, outer)
    {
        return Ok(Event::Batch(batch));
    }
    let Some(fields) = event.as_object() else {
        return Err(ValidationErrors::at(&outer.path, messages::expected("an object", Some(event))));
    };
    if custom_resource::matches(&fields) {
        return Ok(Event::CustomResource(Box::new(CustomResourceEvent::parse(fields, outer))));
    }
    if lambda_record::matches(&fields) {
        return wrap(lambda_record::parse(&fields, outer)?);
    }
    if let Some(records) = fields.get(RECORDS) {
        let path = outer.path.field(RECORDS);
        let batch = sqs::parse_records(records, &path, outer);
        if let Some(batch) = batch.or_else(|| sns::parse_records(records, &path, outer)) {
            return Ok(Event::Batch(batch));
        }
    }
    if let Some(batch) = sns::parse_notification(&fields, outer) {
        return Ok(Event::Batch(batch));
    }
    Ok(Event::Request(Box::new(if eventbridge::matches(&fields) {
        eventbridge::parse_request_event(&fields, outer)
    } else {
        direct::parse_request_event(event, &fields, outer)
    })))
}

/// The only list of an envelope.
const RECORDS: &str = "Records";

/// Counts a wrapper.
fn wrap<'a>(mut message: Message) -> Result<Event<'a>, ValidationErrors> {
    message.origin.wrappers += 1;
    if message.origin.wrappers > MAX_WRAPPERS {
        return Err(ValidationErrors::at(&message.origin.path, messages::too_many_wrappers()));
    }
    Ok(Event::Wrapped(Box::new(message)))
}

impl Message {
    /// Parses the event inside as JSON. `depth` is the number of messages around this one.
    ///
    /// # Errors
    ///
    /// Returns an error if the message has no text, if the text is not JSON, or if there are too many envelopes.
    pub fn parse_body(&self, depth: usize) -> Result<RawJson<'_>, ValidationErrors> {
        if self.event.is_ok() && depth >= MAX_ENVELOPE_DEPTH {
            return Err(ValidationErrors::at(&self.origin.path, messages::too_many_envelopes()));
        }
        self.parse_wrapped()
    }

    /// Parses the event inside a wrapper as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if the message has no text, or if the text is not JSON.
    pub fn parse_wrapped(&self) -> Result<RawJson<'_>, ValidationErrors> {
        let text = self.event.as_ref().map_err(ValidationErrors::clone)?;
        RawJson::parse(text)
            .map_err(|error| ValidationErrors::at(&self.origin.path, messages::message_is_not_json(&error)))
    }

    /// A message without an event, which is identified by its position if it has no ID.
    fn new(id: Option<String>, index: usize, origin: RequestOrigin) -> Self {
        let origin = RequestOrigin { is_batched: true, ..origin };
        let is_id_position = id.is_none();
        let id = id.unwrap_or_else(|| index.to_string());
        Self { id, is_id_position, origin, group: None, event: Ok(String::new()) }
    }

    /// The event in a string.
    fn from_text(decoded: DecodedText, outer: &RequestOrigin) -> Self {
        let mut origin = outer.clone();
        for _ in 0..decoded.levels {
            let code = DiagnosticCode::TextDecoded;
            origin.warnings.push(Diagnostic::new(code, &outer.path, TEXT_DECODED));
        }
        Self { id: String::new(), is_id_position: false, origin, group: None, event: Ok(decoded.text) }
    }
}

/// The value of a field, if it is a string.
fn string_field(fields: &Object<'_>, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(|text| text.into_owned())
}

/// The items of a list if all are objects.
fn as_objects(list: RawJson<'_>) -> Option<Vec<Object<'_>>> {
    list.as_array()?.into_iter().map(RawJson::as_object).collect()
}

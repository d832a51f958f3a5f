//! Parses the events of all sources, one module per source.
//!
//! [`parse_event`] detects the source and unwraps its envelope. An SQS or SNS message contains an event of its own,
//! which [`Message::parse_body`] and another call of [`parse_event`] unwrap; the innermost envelope identifies the
//! requester. This module knows nothing of Greengrass and sends no responses.

pub mod custom_resource;
mod direct;
mod eventbridge;
mod messages;
mod sns;
mod sqs;
mod terraform;

use std::time::SystemTime;

use custom_resource::CustomResourceEvent;

use crate::client_token::Requester;
use crate::diagnostic::{Path, ValidationErrors};
use crate::json::{JsonType, Object, RawJson};
use crate::request::ParsedRequest;

/// The maximum number of nested envelopes. A custom resource request in an SNS notification in an SQS message has two.
const MAX_ENVELOPE_DEPTH: usize = 4;

/// What the envelopes say about a request.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    /// The sender of the request.
    pub requester: Requester,
    /// The time of the first delivery, as far as it is known.
    pub first_requested_at: SystemTime,
    /// Whether the request was delivered before.
    pub is_redelivery: bool,
}

impl RequestOrigin {
    /// The origin of a request that is delivered for the first time.
    pub fn new(requester: Requester, first_requested_at: SystemTime) -> Self {
        Self { requester, first_requested_at, is_redelivery: false }
    }

    /// The same origin with the requester of an inner envelope. An inner envelope without an ID keeps the outer
    /// requester, which is the same on every delivery.
    fn with_requester(&self, requester: Option<Requester>) -> Self {
        Self { requester: requester.unwrap_or_else(|| self.requester.clone()), ..*self }
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
}

/// A request whose sender takes the invocation's result as the response.
pub struct RequestEvent {
    /// The name of the source, as in logs.
    pub source: &'static str,
    /// What the envelopes say about the request.
    pub origin: RequestOrigin,
    /// The request, or what is wrong with it.
    pub request: Result<ParsedRequest, ValidationErrors>,
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
    /// The ID by which a failure is reported.
    pub id: String,
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
    if event.json_type() == JsonType::List
        && let Some(batch) = sqs::parse_records(event, outer)
    {
        return Ok(Event::Batch(batch));
    }
    let Some(fields) = event.as_object() else {
        return Err(ValidationErrors::single(messages::expected("an object", Some(event))));
    };
    if custom_resource::matches(&fields) {
        return Ok(Event::CustomResource(Box::new(CustomResourceEvent::parse(fields, outer))));
    }
    if let Some(records) = fields.get("Records")
        && let Some(batch) = sqs::parse_records(records, outer).or_else(|| sns::parse_records(records, outer))
    {
        return Ok(Event::Batch(batch));
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

impl Message {
    /// Parses the event inside as JSON. `depth` is the number of messages around this one.
    ///
    /// # Errors
    ///
    /// Returns an error if the message has no text, if the text is not JSON, or if there are too many envelopes.
    pub fn parse_body(&self, depth: usize) -> Result<RawJson<'_>, ValidationErrors> {
        let text = self.event.as_ref().map_err(ValidationErrors::clone)?;
        if depth >= MAX_ENVELOPE_DEPTH {
            return Err(ValidationErrors::single(messages::too_many_envelopes()));
        }
        RawJson::parse(text).map_err(|error| ValidationErrors::single(messages::message_is_not_json(&error)))
    }

    /// A message whose event is the text of a field of its envelope.
    fn from_field(id: Option<String>, origin: RequestOrigin, envelope: &Object<'_>, name: &str) -> Self {
        let event = string_field(envelope, name)
            .ok_or_else(|| field_error(name, messages::expected("a string", envelope.get(name))));
        Self { id: id.unwrap_or_default(), origin, group: None, event }
    }
}

/// The value of a field, if it is a string.
fn string_field(fields: &Object<'_>, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(|text| text.into_owned())
}

/// The single error of a field of an envelope.
fn field_error(name: &str, message: String) -> ValidationErrors {
    let mut errors = ValidationErrors::default();
    errors.push(&Path::root().field(name), message);
    errors
}

/// The items of a list if all are objects.
fn as_objects(list: RawJson<'_>) -> Option<Vec<Object<'_>>> {
    list.as_array()?.into_iter().map(RawJson::as_object).collect()
}

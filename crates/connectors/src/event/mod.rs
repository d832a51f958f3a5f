//! Where an event comes from: one file per source.
//!
//! This page only recognises and hands on. A source knows its envelope, who is asking and how that one is
//! answered; it knows nothing of Greengrass. Envelopes nest: what a message carries is recognised in its turn, and
//! the innermost envelope says who asks.

pub mod custom_resource;
mod direct;
mod eventbridge;
mod sns;
mod sqs;
mod terraform;

use std::time::SystemTime;

use custom_resource::CustomResourceEvent;

use crate::client_token::Requester;
use crate::diagnostic::ValidationErrors;
use crate::json::{JsonType, Object, RawJson};
use crate::request::ParsedRequest;

/// How deep envelopes may nest. A custom resource in an SNS notification in an SQS message is two.
const DEPTH: usize = 4;

/// What is known of a request by what brought it.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    /// Who asks.
    pub requester: Requester,
    /// When it was first asked for, as far as that is known.
    pub first_requested_at: SystemTime,
    /// Whether it was delivered before.
    pub is_redelivery: bool,
}

impl RequestOrigin {
    /// Of a request that is first asked for at this time.
    pub fn new(requester: Requester, first_requested_at: SystemTime) -> Self {
        Self { requester, first_requested_at, is_redelivery: false }
    }

    /// The same, by the identity of something further inside. Without one, who delivered it is the same when it is
    /// delivered again.
    fn with_requester(&self, requester: Option<Requester>) -> Self {
        Self { requester: requester.unwrap_or_else(|| self.requester.clone()), ..*self }
    }
}

/// An event, recognised.
pub enum Event<'a> {
    /// A request whose asker takes the result as it is.
    Request(Box<RequestEvent>),
    /// A CloudFormation custom resource, whose asker waits at a ResponseURL.
    CustomResource(Box<CustomResourceEvent<'a>>),
    /// Batch, each of which carries an event.
    Batch(Batch),
}

/// A request whose asker takes the result as it is.
pub struct RequestEvent {
    /// The source's name in logs.
    pub source: &'static str,
    /// Who asks.
    pub origin: RequestOrigin,
    /// The request, or what is wrong with it.
    pub request: Result<ParsedRequest, ValidationErrors>,
    /// What happens to what the asker keeps of it.
    pub action: ResourceAction,
}

/// What happens to what an asker keeps of a request. Most keep nothing, and ask once.
#[derive(Debug)]
pub enum ResourceAction {
    /// It comes to be.
    Create,
    /// It changes. The request before, where that is one.
    Update(Option<Box<ParsedRequest>>),
    /// It goes.
    Delete,
}

/// Batch, each of which carries an event.
pub struct Batch {
    /// How the asker is answered.
    pub response: BatchResponse,
    /// The messages, in their order.
    pub messages: Vec<Message>,
}

/// How somebody is answered who sent messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchResponse {
    /// With the ids of those that failed (SQS, Pipes).
    PartialFailures,
    /// With the result of the one, or with a list of results (SNS).
    Results,
}

/// A message that carries an event.
pub struct Message {
    /// Its id, by which a failure of it is reported.
    pub id: String,
    /// Who asks, where the event inside does not say.
    pub origin: RequestOrigin,
    /// The group within which order matters, for a message of an ordered queue.
    pub group: Option<String>,
    /// The event inside, or what is wrong with the envelope.
    event: Result<String, ValidationErrors>,
}

/// Recognises an event by the fields that only its source has. `outer` asks where the event itself does not say who
/// does: it is Lambda's request, or the message that carried the event.
pub fn parse_event<'a>(event: RawJson<'a>, outer: &RequestOrigin) -> Result<Event<'a>, ValidationErrors> {
    if event.json_type() == JsonType::List
        && let Some(messages) = sqs::records(event, outer)
    {
        return Ok(Event::Batch(messages));
    }
    let Some(members) = event.as_object() else {
        return Err(ValidationErrors::single(format!(
            "the event is {}, must be an object",
            event.describe()
        )));
    };
    if custom_resource::sent(&members) {
        return Ok(Event::CustomResource(Box::new(CustomResourceEvent::read(members, outer))));
    }
    if let Some(records) = members.get("Records")
        && let Some(messages) = sqs::records(records, outer).or_else(|| sns::records(records, outer))
    {
        return Ok(Event::Batch(messages));
    }
    if let Some(messages) = sns::notification(&members, outer) {
        return Ok(Event::Batch(messages));
    }
    Ok(Event::Request(Box::new(if eventbridge::sent(&members) {
        eventbridge::read(&members, outer)
    } else {
        direct::read(event, &members, outer)
    })))
}

impl Message {
    /// The event inside, of a message in so many others.
    pub fn parse_body(&self, depth: usize) -> Result<RawJson<'_>, ValidationErrors> {
        let text = self.event.as_ref().map_err(ValidationErrors::clone)?;
        if depth >= DEPTH {
            return Err(ValidationErrors::single("the event is wrapped in too many envelopes"));
        }
        RawJson::parse(text)
            .map_err(|why| ValidationErrors::single(format!("the message is not JSON: {why}")))
    }

    /// A message whose event is the text of one of its members.
    fn from_field(id: Option<String>, origin: RequestOrigin, envelope: &Object<'_>, name: &str) -> Self {
        let event = text(envelope, name).ok_or_else(|| match envelope.get(name) {
            Some(json) => {
                ValidationErrors::single(format!("{name}: is {}, must be a string", json.describe()))
            }
            None => ValidationErrors::single(format!("{name}: is missing, must be a string")),
        });
        Self { id: id.unwrap_or_default(), origin, group: None, event }
    }
}

/// The text of a member, where it is one.
fn text(members: &Object<'_>, name: &str) -> Option<String> {
    members.get(name)?.as_str().map(|text| text.into_owned())
}

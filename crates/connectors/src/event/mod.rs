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

use custom_resource::CustomResource;

use crate::client_token::Identity;
use crate::json::{Json, Kind, Members};
use crate::request::{Parsed, Problems};

/// How deep envelopes may nest. A custom resource in an SNS notification in an SQS message is two.
const DEPTH: usize = 4;

/// What is known of a request by what brought it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Who asks.
    pub identity: Identity,
    /// When it was first asked for, as far as that is known.
    pub asked_at: SystemTime,
    /// Whether it was delivered before.
    pub came_before: bool,
}

impl Origin {
    /// Of a request that is first asked for at this time.
    pub fn new(identity: Identity, asked_at: SystemTime) -> Self {
        Self { identity, asked_at, came_before: false }
    }

    /// The same, by the identity of something further inside. Without one, who delivered it is the same when it is
    /// delivered again.
    fn with(&self, identity: Option<Identity>) -> Self {
        Self { identity: identity.unwrap_or_else(|| self.identity.clone()), ..*self }
    }
}

/// An event, recognised.
pub enum Delivery<'a> {
    /// A request whose asker takes the result as it is.
    Plain(Box<Plain>),
    /// A CloudFormation custom resource, whose asker waits at a ResponseURL.
    CustomResource(Box<CustomResource<'a>>),
    /// Messages, each of which carries an event.
    Messages(Messages),
}

/// A request whose asker takes the result as it is.
pub struct Plain {
    /// The source's name in logs.
    pub source: &'static str,
    /// Who asks.
    pub origin: Origin,
    /// The request, or what is wrong with it.
    pub request: Result<Parsed, Problems>,
    /// What happens to what the asker keeps of it.
    pub step: Step,
}

/// What happens to what an asker keeps of a request. Most keep nothing, and ask once.
#[derive(Debug)]
pub enum Step {
    /// It comes to be.
    Create,
    /// It changes. The request before, where that is one.
    Update(Option<Box<Parsed>>),
    /// It goes.
    Delete,
}

/// Messages, each of which carries an event.
pub struct Messages {
    /// How the asker is answered.
    pub answer: MessagesAnswer,
    /// The messages, in their order.
    pub messages: Vec<Message>,
}

/// How somebody is answered who sent messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagesAnswer {
    /// With the ids of those that failed (SQS, Pipes).
    BatchItemFailures,
    /// With the result of the one, or with a list of results (SNS).
    Results,
}

/// A message that carries an event.
pub struct Message {
    /// Its id, by which a failure of it is reported.
    pub id: String,
    /// Who asks, where the event inside does not say.
    pub origin: Origin,
    /// The group within which order matters, for a message of an ordered queue.
    pub group: Option<String>,
    /// The event inside, or what is wrong with the envelope.
    event: Result<String, Problems>,
}

/// Recognises an event by the fields that only its source has. `outer` asks where the event itself does not say who
/// does: it is Lambda's request, or the message that carried the event.
pub fn recognise<'a>(event: Json<'a>, outer: &Origin) -> Result<Delivery<'a>, Problems> {
    if event.kind() == Kind::List
        && let Some(messages) = sqs::records(event, outer)
    {
        return Ok(Delivery::Messages(messages));
    }
    let Some(members) = event.members() else {
        return Err(Problems::one(format!("the event is {}, must be an object", event.shape())));
    };
    if custom_resource::sent(&members) {
        return Ok(Delivery::CustomResource(Box::new(CustomResource::read(members, outer))));
    }
    if let Some(records) = members.get("Records")
        && let Some(messages) = sqs::records(records, outer).or_else(|| sns::records(records, outer))
    {
        return Ok(Delivery::Messages(messages));
    }
    if let Some(messages) = sns::notification(&members, outer) {
        return Ok(Delivery::Messages(messages));
    }
    Ok(Delivery::Plain(Box::new(if eventbridge::sent(&members) {
        eventbridge::read(&members, outer)
    } else {
        direct::read(event, &members, outer)
    })))
}

impl Message {
    /// The event inside, of a message in so many others.
    pub fn open(&self, depth: usize) -> Result<Json<'_>, Problems> {
        let text = self.event.as_ref().map_err(Problems::clone)?;
        if depth >= DEPTH {
            return Err(Problems::one("the event is wrapped in too many envelopes"));
        }
        Json::parse(text).map_err(|why| Problems::one(format!("the message is not JSON: {why}")))
    }

    /// A message whose event is the text of one of its members.
    fn carrying(id: Option<String>, origin: Origin, envelope: &Members<'_>, name: &str) -> Self {
        let event = text(envelope, name).ok_or_else(|| match envelope.get(name) {
            Some(json) => Problems::one(format!("{name}: is {}, must be a string", json.shape())),
            None => Problems::one(format!("{name}: is missing, must be a string")),
        });
        Self { id: id.unwrap_or_default(), origin, group: None, event }
    }
}

/// The text of a member, where it is one.
fn text(members: &Members<'_>, name: &str) -> Option<String> {
    members.get(name)?.string().map(|text| text.into_owned())
}

//! SNS notifications: as Lambda gets them (`Records`), or as the body of an SQS message.

use super::{Message, Messages, MessagesAnswer, Origin, text};
use crate::client_token::Identity;
use crate::json::{Json, Members};

/// The notifications of a list whose every entry SNS sent.
pub(super) fn records(list: Json<'_>, outer: &Origin) -> Option<Messages> {
    let records: Vec<Members<'_>> = list.items()?.into_iter().map(Json::members).collect::<Option<_>>()?;
    let sent = |record: &Members<'_>| text(record, "EventSource").as_deref() == Some("aws:sns");
    if records.is_empty() || !records.iter().all(sent) {
        return None;
    }
    let inner: Vec<Members<'_>> =
        records.iter().map(|record| record.get("Sns").and_then(Json::members)).collect::<Option<_>>()?;
    Some(Messages {
        answer: MessagesAnswer::Results,
        messages: inner.iter().map(|inner| message(inner, outer)).collect(),
    })
}

/// A notification that was not delivered raw.
pub(super) fn notification(event: &Members<'_>, outer: &Origin) -> Option<Messages> {
    let sent = text(event, "Type").as_deref() == Some("Notification")
        && event.has("TopicArn")
        && event.has("Message");
    sent.then(|| Messages { answer: MessagesAnswer::Results, messages: vec![message(event, outer)] })
}

fn message(notification: &Members<'_>, outer: &Origin) -> Message {
    let id = text(notification, "MessageId");
    let identity = id.clone().map(|message_id| Identity::Sns { message_id });
    Message::carrying(id, outer.with(identity), notification, "Message")
}

//! SNS notifications: as Lambda gets them (`Records`), or as the body of an SQS message.

use super::{Batch, BatchResponse, Message, RequestOrigin, text};
use crate::client_token::Requester;
use crate::json::{Object, RawJson};

/// The notifications of a list whose every entry SNS sent.
pub(super) fn records(list: RawJson<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let records: Vec<Object<'_>> =
        list.as_array()?.into_iter().map(RawJson::as_object).collect::<Option<_>>()?;
    let sent = |record: &Object<'_>| text(record, "EventSource").as_deref() == Some("aws:sns");
    if records.is_empty() || !records.iter().all(sent) {
        return None;
    }
    let inner: Vec<Object<'_>> =
        records.iter().map(|record| record.get("Sns").and_then(RawJson::as_object)).collect::<Option<_>>()?;
    Some(Batch {
        response: BatchResponse::Results,
        messages: inner.iter().map(|inner| message(inner, outer)).collect(),
    })
}

/// A notification that was not delivered raw.
pub(super) fn notification(event: &Object<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let sent = text(event, "Type").as_deref() == Some("Notification")
        && event.has("TopicArn")
        && event.has("Message");
    sent.then(|| Batch { response: BatchResponse::Results, messages: vec![message(event, outer)] })
}

fn message(notification: &Object<'_>, outer: &RequestOrigin) -> Message {
    let id = text(notification, "MessageId");
    let identity = id.clone().map(|message_id| Requester::Sns { message_id });
    Message::from_field(id, outer.with_requester(identity), notification, "Message")
}

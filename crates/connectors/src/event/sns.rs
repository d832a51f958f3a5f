//! SNS notifications, in `Records` as Lambda gets them, or as the body of an SQS message.

use super::{Batch, BatchResponse, Message, RequestOrigin, as_objects, messages, string_field};
use crate::client_token::Requester;
use crate::diagnostic::{Path, ValidationErrors};
use crate::json::{Object, RawJson};

/// Parses a list of records; `None` unless every record is from SNS. `path` is that of the list.
pub(super) fn parse_records(list: RawJson<'_>, path: &Path, outer: &RequestOrigin) -> Option<Batch> {
    let records = as_objects(list)?;
    let is_sns = |record: &Object<'_>| string_field(record, "EventSource").as_deref() == Some("aws:sns");
    if records.is_empty() || !records.iter().all(is_sns) {
        return None;
    }
    let notifications: Vec<Object<'_>> =
        records.iter().map(|record| record.get("Sns").and_then(RawJson::as_object)).collect::<Option<_>>()?;
    let message =
        |(index, notification)| parse_message(notification, &path.index(index).field("Sns"), index, outer);
    Some(Batch {
        response: BatchResponse::Results,
        messages: notifications.iter().enumerate().map(message).collect(),
    })
}

/// Parses a notification that was delivered without raw message delivery.
pub(super) fn parse_notification(event: &Object<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let is_notification = string_field(event, "Type").as_deref() == Some("Notification")
        && event.has("TopicArn")
        && event.has("Message");
    is_notification.then(|| Batch {
        response: BatchResponse::Results,
        messages: vec![parse_message(event, &outer.path, 0, outer)],
    })
}

fn parse_message(notification: &Object<'_>, path: &Path, index: usize, outer: &RequestOrigin) -> Message {
    const FIELD: &str = "Message";
    let id = string_field(notification, "MessageId");
    let requester = id.clone().map(|message_id| Requester::Sns { message_id });
    let path = path.field(FIELD);
    let event = string_field(notification, FIELD)
        .ok_or_else(|| ValidationErrors::at(&path, messages::expected("a string", notification.get(FIELD))));
    Message { event, ..Message::new(id, index, outer.inside(path.in_text(), requester)) }
}

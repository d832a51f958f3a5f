//! SNS notifications, in `Records` as Lambda gets them, or as the body of an SQS message.

use super::{Batch, BatchResponse, Message, RequestOrigin, as_objects, string_field};
use crate::client_token::Requester;
use crate::json::{Object, RawJson};

/// Parses a list of records; `None` unless every record is from SNS.
pub(super) fn parse_records(list: RawJson<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let records = as_objects(list)?;
    let is_sns = |record: &Object<'_>| string_field(record, "EventSource").as_deref() == Some("aws:sns");
    if records.is_empty() || !records.iter().all(is_sns) {
        return None;
    }
    let notifications: Vec<Object<'_>> =
        records.iter().map(|record| record.get("Sns").and_then(RawJson::as_object)).collect::<Option<_>>()?;
    Some(Batch {
        response: BatchResponse::Results,
        messages: notifications.iter().map(|notification| parse_message(notification, outer)).collect(),
    })
}

/// Parses a notification that was delivered without raw message delivery.
pub(super) fn parse_notification(event: &Object<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let is_notification = string_field(event, "Type").as_deref() == Some("Notification")
        && event.has("TopicArn")
        && event.has("Message");
    is_notification
        .then(|| Batch { response: BatchResponse::Results, messages: vec![parse_message(event, outer)] })
}

fn parse_message(notification: &Object<'_>, outer: &RequestOrigin) -> Message {
    let id = string_field(notification, "MessageId");
    let requester = id.clone().map(|message_id| Requester::Sns { message_id });
    Message::from_field(id, outer.with_requester(requester), notification, "Message")
}

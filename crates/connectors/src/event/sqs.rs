//! SQS messages, from an event source mapping (`Records`) or from EventBridge Pipes (a bare list of the same records).
//!
//! Each record is parsed leniently and by itself. With the types of `aws_lambda_events`, one unexpected attribute makes
//! the whole batch unreadable; here its message still has its ID, so that only this message is reported as failed.

use std::time::{Duration, UNIX_EPOCH};

use super::{Batch, BatchResponse, Message, RequestOrigin, as_objects, messages, string_field};
use crate::client_token::Requester;
use crate::diagnostic::{Path, ValidationErrors};
use crate::json::{JsonType, Object, RawJson};

/// Parses a list of records; `None` unless every record is from SQS. `path` is that of the list.
pub(super) fn parse_records(list: RawJson<'_>, path: &Path, outer: &RequestOrigin) -> Option<Batch> {
    let records = as_objects(list)?;
    let message = |(index, record)| parse_message(record, &path.index(index), index, outer);
    (!records.is_empty() && records.iter().all(is_record)).then(|| Batch {
        response: BatchResponse::PartialFailures,
        messages: records.iter().enumerate().map(message).collect(),
    })
}

pub(super) fn is_record(record: &Object<'_>) -> bool {
    string_field(record, "eventSource").as_deref() == Some("aws:sqs")
}

/// Parses a record, or an object that has at least the `body` of one.
pub(super) fn parse_message(
    record: &Object<'_>,
    path: &Path,
    index: usize,
    outer: &RequestOrigin,
) -> Message {
    let attributes = record.get("attributes").and_then(RawJson::as_object);
    let attribute = |name| string_field(attributes.as_ref()?, name);
    // Numbers come as text; an input template may have parsed them.
    let number = |name: &str| {
        let value = attributes.as_ref()?.get(name)?;
        value.as_str().map_or_else(|| value.raw().parse().ok(), |text| text.parse::<u64>().ok())
    };
    let time = |name| number(name).and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
    let id = message_id(record);
    let body_path = path.field("body");
    let (event, body_path) = match record.get("body") {
        // An input template may have parsed the body.
        Some(body) if body.json_type() == JsonType::Object => (Ok(body.raw().to_owned()), body_path),
        body => match body.and_then(RawJson::as_str) {
            Some(text) => (Ok(text.into_owned()), body_path.in_text()),
            None => (Err(ValidationErrors::at(&body_path, messages::expected("a string", body))), body_path),
        },
    };
    let mut origin = outer.inside(body_path, Some(requester(id.as_deref(), index)));
    origin.is_redelivery |= number("ApproximateReceiveCount").is_some_and(|count| count > 1);
    let (sent_at, received_at) = (time("SentTimestamp"), time("ApproximateFirstReceiveTimestamp"));
    if let Some(first) = sent_at.or(received_at) {
        origin.first_requested_at = first.min(origin.first_requested_at);
    }
    if let Some(first) = received_at.max(sent_at) {
        origin.first_delivered_at = first.min(origin.first_delivered_at);
    }
    // Messages of standard queues may have a group too, but no order.
    let is_fifo = string_field(record, "eventSourceARN").is_some_and(|arn| arn.ends_with(".fifo"));
    let group = if is_fifo { attribute("MessageGroupId") } else { None };
    Message { group, event, ..Message::new(id, index, origin) }
}

pub(super) fn message_id(record: &Object<'_>) -> Option<String> {
    string_field(record, "messageId").filter(|id| !id.is_empty())
}

/// The requester of a message. One without an ID is identified by its content.
pub(super) fn requester(id: Option<&str>, index: usize) -> Requester {
    match id {
        Some(id) => Requester::Sqs { message_id: id.to_owned() },
        None => Requester::Content { position: index.to_string() },
    }
}

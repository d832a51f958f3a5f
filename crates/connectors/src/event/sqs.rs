//! SQS messages, from an event source mapping (`Records`) or from EventBridge Pipes (a bare list of the same records).
//!
//! Each record is parsed leniently and by itself. With the types of `aws_lambda_events`, one unexpected attribute makes
//! the whole batch unreadable; here its message still has its ID, so that only this message is reported as failed.

use std::time::{Duration, UNIX_EPOCH};

use super::{Batch, BatchResponse, Message, RequestOrigin, as_objects, string_field};
use crate::client_token::Requester;
use crate::json::{Object, RawJson};

/// Parses a list of records; `None` unless every record is from SQS.
pub(super) fn parse_records(list: RawJson<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let records = as_objects(list)?;
    let is_sqs = |record: &Object<'_>| string_field(record, "eventSource").as_deref() == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(is_sqs)).then(|| Batch {
        response: BatchResponse::PartialFailures,
        messages: records.iter().map(|record| parse_message(record, outer)).collect(),
    })
}

fn parse_message(record: &Object<'_>, outer: &RequestOrigin) -> Message {
    let attributes = record.get("attributes").and_then(RawJson::as_object);
    let attribute = |name| string_field(attributes.as_ref()?, name);
    let number = |name| attribute(name)?.parse::<u64>().ok();
    let id = string_field(record, "messageId");
    let mut origin = outer.with_requester(id.clone().map(|message_id| Requester::Sqs { message_id }));
    origin.is_redelivery |= number("ApproximateReceiveCount").is_some_and(|count| count > 1);
    let sent_at = number("SentTimestamp").and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
    origin.first_requested_at =
        sent_at.map_or(origin.first_requested_at, |sent_at| sent_at.min(origin.first_requested_at));
    // Messages of standard queues may have a group too, but no order.
    let is_fifo = string_field(record, "eventSourceARN").is_some_and(|arn| arn.ends_with(".fifo"));
    let group = if is_fifo { attribute("MessageGroupId") } else { None };
    Message { group, ..Message::from_field(id, origin, record, "body") }
}

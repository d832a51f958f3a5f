//! SQS messages, from an event source mapping (`Records`) or from EventBridge Pipes (a bare list of the same).
//!
//! Read leniently, one by one: the type of `aws_lambda_events` refuses a record for a null among its attributes' lists
//! or an attribute that is no string, and with it the whole batch; here its neighbours are none the worse, and its own
//! id is known, so that it can be reported. The answer is that crate's type.

use std::time::{Duration, UNIX_EPOCH};

use super::{Batch, BatchResponse, Message, RequestOrigin, text};
use crate::client_token::Requester;
use crate::json::{Object, RawJson};

/// The messages of a list whose every entry SQS sent.
pub(super) fn records(list: RawJson<'_>, outer: &RequestOrigin) -> Option<Batch> {
    let records: Vec<Object<'_>> =
        list.as_array()?.into_iter().map(RawJson::as_object).collect::<Option<_>>()?;
    let sent = |record: &Object<'_>| text(record, "eventSource").as_deref() == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(sent)).then(|| Batch {
        response: BatchResponse::PartialFailures,
        messages: records.iter().map(|inner| message(inner, outer)).collect(),
    })
}

fn message(record: &Object<'_>, outer: &RequestOrigin) -> Message {
    let attributes = record.get("attributes").and_then(RawJson::as_object);
    let attribute = |name| text(attributes.as_ref()?, name);
    let number = |name| attribute(name)?.parse::<u64>().ok();
    let id = text(record, "messageId");
    let mut origin = outer.with_requester(id.clone().map(|message_id| Requester::Sqs { message_id }));
    origin.is_redelivery |= number("ApproximateReceiveCount").is_some_and(|count| count > 1);
    let sent_at = number("SentTimestamp").and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
    origin.first_requested_at =
        sent_at.map_or(origin.first_requested_at, |sent_at| sent_at.min(origin.first_requested_at));
    // Batch of other queues may have a group too, and no order.
    let is_ordered = text(record, "eventSourceARN").is_some_and(|arn| arn.ends_with(".fifo"));
    let group = if is_ordered { attribute("MessageGroupId") } else { None };
    Message { group, ..Message::from_field(id, origin, record, "body") }
}

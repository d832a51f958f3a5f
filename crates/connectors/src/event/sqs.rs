//! SQS messages, from an event source mapping (`Records`) or from EventBridge Pipes (a bare list of the same).
//!
//! Read leniently, one by one: the type of `aws_lambda_events` refuses a record for a null among its attributes' lists
//! or an attribute that is no string, and with it the whole batch; here its neighbours are none the worse, and its own
//! id is known, so that it can be reported. The answer is that crate's type.

use std::time::{Duration, UNIX_EPOCH};

use super::{Message, Messages, MessagesAnswer, Origin, text};
use crate::client_token::Identity;
use crate::json::{Json, Members};

/// The messages of a list whose every entry SQS sent.
pub(super) fn records(list: Json<'_>, outer: &Origin) -> Option<Messages> {
    let records: Vec<Members<'_>> = list.items()?.into_iter().map(Json::members).collect::<Option<_>>()?;
    let sent = |record: &Members<'_>| text(record, "eventSource").as_deref() == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(sent)).then(|| Messages {
        answer: MessagesAnswer::BatchItemFailures,
        messages: records.iter().map(|inner| message(inner, outer)).collect(),
    })
}

fn message(record: &Members<'_>, outer: &Origin) -> Message {
    let attributes = record.get("attributes").and_then(Json::members);
    let attribute = |name| text(attributes.as_ref()?, name);
    let number = |name| attribute(name)?.parse::<u64>().ok();
    let id = text(record, "messageId");
    let mut origin = outer.with(id.clone().map(|message_id| Identity::Sqs { message_id }));
    origin.came_before |= number("ApproximateReceiveCount").is_some_and(|count| count > 1);
    let sent_at = number("SentTimestamp").and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
    origin.asked_at = sent_at.map_or(origin.asked_at, |sent_at| sent_at.min(origin.asked_at));
    // Messages of other queues may have a group too, and no order.
    let is_ordered = text(record, "eventSourceARN").is_some_and(|arn| arn.ends_with(".fifo"));
    let group = if is_ordered { attribute("MessageGroupId") } else { None };
    Message { group, ..Message::carrying(id, origin, record, "body") }
}

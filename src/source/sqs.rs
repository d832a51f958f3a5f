//! SQS messages, from an event source mapping (`Records`) or from EventBridge Pipes (a bare list of the same).

use super::{Message, Messages, MessagesAnswer, text};
use crate::json::{Json, Members};
use crate::token::Identity;

/// The messages of a list whose every entry SQS sent.
pub(super) fn records(list: Json<'_>, outer: &Identity) -> Option<Messages> {
    let records: Vec<Members<'_>> = list.items()?.into_iter().map(Json::members).collect::<Option<_>>()?;
    let sent = |record: &Members<'_>| text(record, "eventSource").as_deref() == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(sent)).then(|| Messages {
        answer: MessagesAnswer::BatchItemFailures,
        messages: records.iter().map(|inner| message(inner, outer)).collect(),
    })
}

/// Without an id, who delivered it is the same when it is delivered again.
fn message(record: &Members<'_>, outer: &Identity) -> Message {
    let id = text(record, "messageId");
    let identity = id.clone().map_or_else(|| outer.clone(), |message_id| Identity::Sqs { message_id });
    Message::carrying(id, identity, record, "body")
}

//! Bare lists, from EventBridge Pipes: SQS records or, with an input template, what the template makes of each record.
//!
//! A pipe applies its input template to each record, so an item may be a request, an object with the record's `body`, or
//! the text of either.

use super::{Batch, BatchResponse, Message, RequestOrigin, custom_resource, eventbridge, lambda_record, sqs};
use crate::json::{JsonType, Object, RawJson};

/// The largest batch of a pipe with any source that a template can transform. A list of more items is not a pipe's.
const MAX_ITEMS: usize = 10_000;
const BODY: &str = "body";
const DEFINITION: &str = "ConnectorDefinitionId";

/// Parses a list; `None` unless an item of it is a record or contains an event.
pub(super) fn parse_list(list: RawJson<'_>, outer: &RequestOrigin) -> Option<Batch> {
    if let Some(batch) = sqs::parse_records(list, &outer.path, outer) {
        return Some(batch);
    }
    let items = list.as_array()?;
    if items.len() > MAX_ITEMS || !items.iter().any(|item| is_item(*item)) {
        return None;
    }
    let messages =
        items.into_iter().enumerate().map(|(index, item)| parse_item(item, index, outer)).collect();
    Some(Batch { response: BatchResponse::PartialFailures, messages })
}

/// Whether an item is a record, or whether it or the text in it has the fields of an event with their types. Otherwise a
/// list is not taken for a batch, so that its sender gets an error.
fn is_item(item: RawJson<'_>) -> bool {
    if let Some(decoded) = item.decode_text(&[JsonType::Object]) {
        return RawJson::parse(&decoded.text).is_ok_and(is_item);
    }
    let Some(fields) = item.as_object() else { return false };
    let is = |name, json_type| fields.get(name).is_some_and(|value| value.json_type() == json_type);
    let is_or_is_text = |name, json_type| {
        is(name, json_type) || fields.get(name).is_some_and(|value| value.decode_text(&[json_type]).is_some())
    };
    sqs::is_record(&fields)
        || is_or_is_text(BODY, JsonType::Object)
        || (is(DEFINITION, JsonType::String)
            && (!fields.has("Connectors") || is_or_is_text("Connectors", JsonType::List)))
        || (eventbridge::matches(&fields) && is_or_is_text("detail", JsonType::Object))
        || (custom_resource::matches(&fields) && is_or_is_text("ResourceProperties", JsonType::Object))
        || lambda_record::matches(&fields)
}

fn parse_item(item: RawJson<'_>, index: usize, outer: &RequestOrigin) -> Message {
    let path = outer.path.index(index);
    let fields = item.as_object();
    if let Some(fields) = fields.as_ref().filter(|fields| sqs::is_record(fields) || has_body(fields)) {
        return sqs::parse_message(fields, &path, index, outer);
    }
    let id = fields.as_ref().and_then(sqs::message_id);
    let origin = outer.inside(path, Some(sqs::requester(id.as_deref(), index)));
    Message { event: Ok(item.raw().to_owned()), ..Message::new(id, index, origin) }
}

/// Whether an item has the body of a record, and is not a request itself.
fn has_body(fields: &Object<'_>) -> bool {
    fields.has(BODY) && !fields.has(DEFINITION)
}

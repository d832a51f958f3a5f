//! The requests in an event of any source.

use std::time::SystemTime;

use connectors::client_token::Requester;
use connectors::diagnostic::{Path, ValidationErrors};
use connectors::event::custom_resource::RequestType;
use connectors::event::{Event, Message, RequestOrigin, ResourceAction, parse_event};
use connectors::json::{JsonType, RawJson};

use super::collector::{CheckResult, Container, RequestLocation, SpanIndex};
use super::error::FileError;
use super::place::Place;
use super::spanned_value::{Span, SpannedValue};

/// Fields that only events have, and no template, API response or unrelated file.
const EVENT_FIELDS: [&str; 8] = [
    "ConnectorDefinitionId",
    "connectorDefinitionId",
    "connectors",
    "RequestType",
    "ResponseURL",
    "ResourceProperties",
    "detail",
    "requestPayload",
];

/// Fields of a message in a list of messages.
const MESSAGE_FIELDS: [&str; 2] = ["eventSource", "body"];

/// Whether a document is an event. A value that is neither this nor anything else is tried as an event too.
pub(super) fn is_event(document: &SpannedValue) -> bool {
    let has = |name: &str| document.get(name).is_some();
    match document.items() {
        Some(items) => items
            .iter()
            .any(|item| is_event(item) || MESSAGE_FIELDS.iter().any(|name| item.get(name).is_some())),
        None => {
            !has("Resources") && (EVENT_FIELDS.into_iter().any(has) || (has("Records") && !has("Connectors")))
        }
    }
}

/// Checks the requests of an event. `value` is the same event, with its spans.
pub(super) fn check(
    text: &str,
    value: &SpannedValue,
    region: Option<&str>,
    place: &Place,
    result: &mut CheckResult,
) -> Result<(), FileError> {
    let literal;
    let json = match RawJson::parse(text) {
        Ok(json) => json,
        // YAML is parsed as the JSON that it stands for.
        Err(_) => {
            literal = value.to_json_text();
            RawJson::parse(&literal)?
        }
    };
    let container = place.container(&Path::root());
    let envelope = Envelope { value: Some(value), span: value.span, container };
    check_envelope(json, &envelope, region, result, 0)
}

/// Checks the requests of an event that is a text in a file. A text that is no such event is left out.
pub(super) fn check_text(
    text: &str,
    span: Span,
    container: Container,
    region: Option<&str>,
    result: &mut CheckResult,
) {
    let Ok(json) = RawJson::parse(text) else { return };
    let envelope = Envelope { value: None, span, container };
    // The errors are those of a text that is for another function.
    let _ = check_envelope(json, &envelope, region, result, 0);
}

/// Where an event stands: the file itself, or the text of a message, all of which has one span.
struct Envelope<'a> {
    value: Option<&'a SpannedValue>,
    span: Span,
    container: Container,
}

impl Envelope<'_> {
    fn location<'a>(&self, member: Option<&str>, region: Option<&'a str>) -> RequestLocation<'a> {
        let mut spans = self.value.map_or_else(|| SpanIndex::single(self.span), SpanIndex::for_request);
        if let Some(request) = self.value.and_then(|value| value.get(member?)) {
            spans.set_root(request);
        }
        RequestLocation { container: self.container.clone(), spans, region, is_deferred: &|_, _| false }
    }
}

fn check_envelope(
    event: RawJson<'_>,
    envelope: &Envelope<'_>,
    region: Option<&str>,
    result: &mut CheckResult,
    depth: usize,
) -> Result<(), FileError> {
    let anonymous_origin =
        RequestOrigin::new(Requester::Direct { request_id: String::new() }, SystemTime::UNIX_EPOCH);
    let event_requests = result.requests;
    result.requests += usize::from(depth == 0);
    match parse_event(event, &anonymous_origin) {
        Err(errors) if depth == 0 => {
            result.requests = event_requests;
            return Err(FileError::NotAnEvent(errors));
        }
        Err(errors) => return Err(FileError::NotAnEvent(errors)),
        // Versions cannot be deleted: the function does nothing with the rest of the request.
        Ok(Event::Request(request)) if matches!(request.action, ResourceAction::Delete) => {}
        Ok(Event::Request(request)) => {
            let member = (request.source == "eventbridge").then_some("detail");
            let is_unknown = depth == 0 && member.is_none() && !is_request(event);
            match request.request {
                Err(errors) if is_unknown => {
                    result.requests = event_requests;
                    return Err(FileError::NotAnEvent(errors));
                }
                request => result.add(request, &envelope.location(member, region)),
            }
        }
        Ok(Event::CustomResource(resource)) => {
            let location = envelope.location(Some("ResourceProperties"), region);
            match resource.request_type() {
                Ok(RequestType::Delete) => {}
                Ok(_) => result.add(resource.request(), &location),
                Err(errors) => result.add_errors(&errors, &envelope.location(None, region)),
            }
        }
        Ok(Event::Batch(batch)) => {
            let records =
                envelope.value.and_then(|value| value.items().or_else(|| value.get("Records")?.items()));
            for (index, message) in batch.messages.iter().enumerate() {
                let name = format!("message {}", index + 1);
                let name = match &envelope.container {
                    Container::File => name,
                    Container::Value(outer) | Container::List(outer) | Container::Message(outer) => {
                        format!("{outer}, {name}")
                    }
                };
                let record = records.and_then(|records| records.get(index));
                let span = record.map_or(envelope.span, |record| record.span);
                let inner = Envelope { value: None, span, container: Container::Message(name) };
                check_message(message, &inner, region, result, depth);
            }
        }
    }
    Ok(())
}

fn check_message(
    message: &Message,
    envelope: &Envelope<'_>,
    region: Option<&str>,
    result: &mut CheckResult,
    depth: usize,
) {
    let checked = message.parse_body(depth).and_then(|event| {
        let checked = check_envelope(event, envelope, region, result, depth + 1);
        checked.map_err(|error| match error {
            FileError::NotAnEvent(errors) => errors,
            error => ValidationErrors::single(format!("{error}.")),
        })
    });
    if let Err(errors) = checked {
        result.add_errors(&errors, &envelope.location(None, region));
    }
}

/// Whether an event, or the event that it is the text of, has a field of a request.
fn is_request(event: RawJson<'_>) -> bool {
    if let Some(text) = event.as_str() {
        return RawJson::parse(&text)
            .is_ok_and(|inner| inner.json_type() == JsonType::Object && is_request(inner));
    }
    let Some(members) = event.as_object() else { return false };
    // Other software has connectors too, under this name.
    let has_connectors = |list: RawJson<'_>| {
        let mut items = list.as_array().unwrap_or_default().into_iter().filter_map(RawJson::as_object);
        items.any(|item| item.iter().any(|(name, _)| name.eq_ignore_ascii_case("ConnectorArn")))
    };
    ["ConnectorDefinitionId", "Connectors", "connectorDefinitionId"].iter().any(|name| members.has(name))
        || members.get("connectors").is_some_and(has_connectors)
}

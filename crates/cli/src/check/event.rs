//! The requests in an event of any source.

use std::time::SystemTime;

use connectors::client_token::Requester;
use connectors::diagnostic::{Path, ValidationErrors};
use connectors::event::custom_resource::RequestType;
use connectors::event::{Event, Message, RequestOrigin, ResourceAction, parse_event};
use connectors::json::RawJson;
use connectors::region::FunctionLocation;

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
    let file = EventFile { value: Some(value), span: value.span, container, region };
    check_event(json, &anonymous_origin(region), &file, result, 0)
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
    let file = EventFile { value: None, span, container, region };
    // The errors are those of a text that is for another function.
    let _ = check_event(json, &anonymous_origin(region), &file, result, 0);
}

fn anonymous_origin(region: Option<&str>) -> RequestOrigin {
    let origin = RequestOrigin::new(Requester::Direct { request_id: String::new() }, SystemTime::UNIX_EPOCH);
    origin.with_location(FunctionLocation { region: region.map(str::to_owned), account: None })
}

/// The file that holds an event.
struct EventFile<'a> {
    /// `None` for an event that is a text, whose values all have one span.
    value: Option<&'a SpannedValue>,
    span: Span,
    container: Container,
    region: Option<&'a str>,
}

impl EventFile<'_> {
    /// The diagnostics of an event have their paths from the root of the event.
    fn location(&self) -> RequestLocation<'_> {
        RequestLocation {
            container: self.container.clone(),
            spans: self.value.map_or_else(|| SpanIndex::single(self.span), SpanIndex::for_request),
            region: self.region,
            is_deferred: &|_, _| false,
        }
    }
}

fn check_event(
    event: RawJson<'_>,
    origin: &RequestOrigin,
    file: &EventFile<'_>,
    result: &mut CheckResult,
    depth: usize,
) -> Result<(), FileError> {
    match parse_event(event, origin) {
        Err(errors) => return Err(FileError::NotAnEvent(errors)),
        // Versions cannot be deleted: the function does nothing with the rest of the request.
        Ok(Event::Request(request)) if matches!(request.action, ResourceAction::Delete) => {}
        Ok(Event::Request(request)) => {
            let is_unknown = depth == 0 && request.source != "eventbridge" && !is_request(event);
            match request.request {
                Err(invalid) if is_unknown => return Err(FileError::NotAnEvent(invalid.errors)),
                request => result.add(request, &file.location()),
            }
        }
        Ok(Event::CustomResource(resource)) => match resource.request_type() {
            Ok(RequestType::Delete) => {}
            Ok(_) => result.add(resource.request(), &file.location()),
            Err(errors) => result.add_errors(&errors, &file.location()),
        },
        Ok(Event::Wrapped(wrapper)) => {
            let event = wrapper.parse_wrapped().map_err(FileError::NotAnEvent)?;
            check_event(event, &wrapper.origin, file, result, depth)?;
        }
        Ok(Event::Batch(batch)) => {
            for message in &batch.messages {
                check_message(message, file, result, depth);
            }
        }
    }
    result.requests += 1;
    Ok(())
}

fn check_message(message: &Message, file: &EventFile<'_>, result: &mut CheckResult, depth: usize) {
    let checked = message.parse_body(depth).and_then(|event| {
        check_event(event, &message.origin, file, result, depth + 1).map_err(|error| match error {
            FileError::NotAnEvent(errors) => errors,
            error => ValidationErrors::at(&message.origin.path, format!("{error}.")),
        })
    });
    if let Err(errors) = checked {
        result.add_errors(&errors, &file.location());
    }
}

/// Whether an event has a field of a request.
fn is_request(event: RawJson<'_>) -> bool {
    let Some(members) = event.as_object() else { return false };
    // Other software has connectors too, under this name.
    let has_connectors = |list: RawJson<'_>| {
        let mut items = list.as_array().unwrap_or_default().into_iter().filter_map(RawJson::as_object);
        items.any(|item| item.iter().any(|(name, _)| name.eq_ignore_ascii_case("ConnectorArn")))
    };
    ["ConnectorDefinitionId", "Connectors", "connectorDefinitionId"].iter().any(|name| members.has(name))
        || members.get("connectors").is_some_and(has_connectors)
}

//! The requests in an event of any source, and the connectors in JSON of the Greengrass API.

use std::time::SystemTime;

use connectors::client_token::Requester;
use connectors::diagnostic::ValidationErrors;
use connectors::event::custom_resource::RequestType;
use connectors::event::{Event, Message, RequestOrigin, ResourceAction, parse_event};
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};

use super::collector::{CheckResult, Container, RequestLocation, SpanIndex};
use super::error::FileError;
use super::spanned_value::{Span, SpannedValue};

/// The connectors of the API's JSON, with their path: `Connectors` of a create request, `InitialVersion.Connectors` of
/// a definition, `Definition.Connectors` of a version in a response.
pub(super) fn api_connectors(value: &SpannedValue) -> Option<(&'static [&'static str], &SpannedValue)> {
    let has = |name| value.get(name).is_some();
    if has("ConnectorDefinitionId") || has("ResourceProperties") || has("detail") || has("Records") {
        return None;
    }
    let json_paths: [&'static [&'static str]; 3] =
        [&["Connectors"], &["InitialVersion", "Connectors"], &["Definition", "Connectors"]];
    json_paths.into_iter().find_map(|json_path| {
        let connectors = json_path.iter().try_fold(value, |value, name| value.get(name))?;
        Some((json_path, connectors))
    })
}

/// Checks the connectors of the API's JSON.
pub(super) fn check_api(
    text: &str,
    json_path: &[&str],
    connectors: &SpannedValue,
    region: Option<&str>,
    result: &mut CheckResult,
) {
    let json = RawJson::parse(text).ok();
    let literal =
        json.and_then(|json| json_path.iter().try_fold(json, |json, name| json.as_object()?.get(name)));
    let raw = literal.map_or_else(|| connectors.to_json().to_string(), |json| json.raw().to_owned());
    let request = format!("{{\"ConnectorDefinitionId\":\"api\",\"Connectors\":{raw}}}");
    let location = RequestLocation {
        container: Container::File,
        spans: SpanIndex::for_connectors(connectors),
        region,
        is_deferred: &|_, _| false,
    };
    if let Ok(json) = RawJson::parse(&request) {
        result.add(parse(json, &ParseOptions::default()), &location);
    }
}

/// Checks the requests of an event. `value` is the same event, with its spans.
pub(super) fn check(
    text: &str,
    value: &SpannedValue,
    region: Option<&str>,
    result: &mut CheckResult,
) -> Result<(), FileError> {
    let literal = value.to_json().to_string();
    // YAML is parsed as the JSON that it stands for.
    let json = RawJson::parse(text).or_else(|_| RawJson::parse(&literal))?;
    let envelope = Envelope { value: Some(value), span: value.span, container: Container::File };
    check_envelope(json, &envelope, region, result, 0)
}

/// Where an event stands: the file itself, or the text of a message, all of which has one span.
struct Envelope<'a> {
    value: Option<&'a SpannedValue>,
    span: Span,
    container: Container,
}

impl Envelope<'_> {
    fn location<'a>(&self, member: Option<&str>, region: Option<&'a str>) -> RequestLocation<'a> {
        let request = self.value.and_then(|value| member.map_or(Some(value), |name| value.get(name)));
        let spans = request.map_or_else(|| SpanIndex::single(self.span), SpanIndex::for_request);
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
    match parse_event(event, &anonymous_origin) {
        Err(errors) => return Err(FileError::NotAnEvent(errors)),
        // Versions cannot be deleted: the function does nothing with the rest of the request.
        Ok(Event::Request(request)) if matches!(request.action, ResourceAction::Delete) => {}
        Ok(Event::Request(request)) => {
            let member = (request.source == "eventbridge").then_some("detail");
            let is_unknown = depth == 0 && member.is_none() && !is_request(event);
            match request.request {
                Err(errors) if is_unknown => return Err(FileError::NothingToCheck(errors)),
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
                    Container::Value(outer) | Container::Message(outer) => format!("{outer}, {name}"),
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

/// Whether an event has a field of a request.
fn is_request(event: RawJson<'_>) -> bool {
    let names = ["ConnectorDefinitionId", "Connectors", "connectorDefinitionId", "connectors"];
    event.as_object().is_some_and(|members| names.iter().any(|name| members.has(name)))
}

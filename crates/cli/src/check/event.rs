//! The requests in an event of any source, and the connectors in JSON of the Greengrass API.

use std::time::SystemTime;

use connectors::client_token::Requester;
use connectors::diagnostic::ValidationErrors;
use connectors::event::custom_resource::RequestType;
use connectors::event::{Event, Message, RequestOrigin, ResourceAction, parse_event};
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use connectors::request::{ParseOptions, parse};

use super::collector::{CheckResult, Container, RequestLocation, SpanIndex};
use super::error::FileError;
use super::spanned_value::SpannedValue;

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
    let anonymous_origin =
        RequestOrigin::new(Requester::Direct { request_id: String::new() }, SystemTime::UNIX_EPOCH);
    let origin =
        anonymous_origin.with_location(FunctionLocation { region: region.map(str::to_owned), account: None });
    check_event(json, &origin, &EventFile { value, region }, result, 0)
}

/// The file that holds an event.
struct EventFile<'a> {
    value: &'a SpannedValue,
    region: Option<&'a str>,
}

impl EventFile<'_> {
    /// The diagnostics of an event have their paths from the root of the file.
    fn location(&self) -> RequestLocation<'_> {
        RequestLocation {
            container: Container::File,
            spans: SpanIndex::for_request(self.value),
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
                Err(invalid) if is_unknown => return Err(FileError::NothingToCheck(invalid.errors)),
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
    let names = ["ConnectorDefinitionId", "Connectors", "connectorDefinitionId", "connectors"];
    event.as_object().is_some_and(|members| names.iter().any(|name| members.has(name)))
}

//! EventBridge events: `detail` is the request, `id` identifies the requester.

use super::{RequestEvent, RequestOrigin, ResourceAction, direct, messages, string_field};
use crate::client_token::Requester;
use crate::diagnostic::ValidationErrors;
use crate::json::{JsonType, Object, RawJson};
use crate::request::ParseOptions;

const DETAIL: &str = "detail";

pub(super) fn matches(event: &Object<'_>) -> bool {
    ["detail-type", "source", DETAIL].iter().all(|name| event.has(name))
}

pub(super) fn parse_request_event(event: &Object<'_>, outer: &RequestOrigin) -> RequestEvent {
    // An event that was written by hand may have no ID.
    let requester = string_field(event, "id").map(|id| Requester::EventBridge { id });
    let origin = outer.inside(outer.path.field(DETAIL), requester);
    let options = ParseOptions { task_token_fields: direct::TASK_TOKEN_FIELDS, ..ParseOptions::DEFAULT };
    let request = match event.get(DETAIL) {
        Some(detail) if is_of_schedule(event) && is_empty(detail) => {
            Err(ValidationErrors::at(&origin.path, messages::SCHEDULE_WITHOUT_INPUT).into())
        }
        Some(detail) => origin.parse_request(detail, &options),
        None => Err(ValidationErrors::at(&origin.path, messages::expected("an object", None)).into()),
    };
    RequestEvent { source: "eventbridge", origin, request, action: ResourceAction::Create }
}

/// Whether the event is what EventBridge Scheduler, or a rule with a schedule, sends without an input of its own.
fn is_of_schedule(event: &Object<'_>) -> bool {
    matches!(string_field(event, "source").as_deref(), Some("aws.scheduler" | "aws.events"))
        && string_field(event, "detail-type").as_deref() == Some("Scheduled Event")
}

/// Whether the detail is an empty object, or the text of one.
fn is_empty(detail: RawJson<'_>) -> bool {
    let is_empty = |json: RawJson<'_>| json.as_object().is_some_and(|fields| fields.iter().next().is_none());
    let text = detail.decode_text(&[JsonType::Object]).map(|decoded| decoded.text);
    is_empty(text.as_deref().and_then(|text| RawJson::parse(text).ok()).unwrap_or(detail))
}

//! EventBridge events: `detail` is the request, `id` identifies the requester.

use super::{RequestEvent, RequestOrigin, ResourceAction, field_error, messages, string_field};
use crate::client_token::Requester;
use crate::json::Object;
use crate::request::{ParseOptions, parse};

pub(super) fn matches(event: &Object<'_>) -> bool {
    ["detail-type", "source", "detail"].iter().all(|name| event.has(name))
}

pub(super) fn parse_request_event(event: &Object<'_>, outer: &RequestOrigin) -> RequestEvent {
    let request = match event.get("detail") {
        Some(detail) => parse(detail, &ParseOptions::default()),
        None => Err(field_error("detail", messages::expected("an object", None))),
    };
    // An event that was written by hand may have no ID.
    let requester = string_field(event, "id").map(|id| Requester::EventBridge { id });
    RequestEvent {
        source: "eventbridge",
        origin: outer.with_requester(requester),
        request,
        action: ResourceAction::Create,
    }
}

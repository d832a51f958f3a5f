//! An EventBridge event: the request is its `detail`, its `id` is who asks.

use super::{RequestEvent, RequestOrigin, ResourceAction, text};
use crate::client_token::Requester;
use crate::diagnostic::{Path, ValidationErrors};
use crate::json::Object;
use crate::request::{ParseOptions, parse};

pub(super) fn sent(event: &Object<'_>) -> bool {
    ["detail-type", "source", "detail"].iter().all(|name| event.has(name))
}

pub(super) fn read(event: &Object<'_>, outer: &RequestOrigin) -> RequestEvent {
    let request = match event.get("detail") {
        Some(detail) => parse(detail, &ParseOptions::default()),
        None => {
            let mut problems = ValidationErrors::default();
            problems.push(&Path::root().field("detail"), "is missing, must be a request");
            Err(problems)
        }
    };
    // Events that are made by hand may lack an id.
    let identity = text(event, "id").map(|id| Requester::EventBridge { id });
    RequestEvent {
        source: "eventbridge",
        origin: outer.with_requester(identity),
        request,
        action: ResourceAction::Create,
    }
}

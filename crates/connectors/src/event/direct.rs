//! The request itself, as a direct invocation or inside a message.

use super::{RequestEvent, RequestOrigin, ResourceAction, messages, terraform};
use crate::diagnostic::Path;
use crate::json::{Object, RawJson};
use crate::request::{REQUEST_FIELDS, parse};

pub(super) fn parse_request_event(
    event: RawJson<'_>,
    fields: &Object<'_>,
    outer: &RequestOrigin,
) -> RequestEvent {
    let request = parse(event, &terraform::PARSE_OPTIONS).map_err(|mut errors| {
        if !REQUEST_FIELDS.iter().any(|field| fields.has(field)) {
            errors.push(&Path::root(), messages::UNRECOGNIZED_EVENT);
        }
        errors
    });
    let (action, request) = match terraform::parse_action(fields) {
        Ok(action) => (action, request),
        Err(message) => {
            let mut errors = request.err().unwrap_or_default();
            errors.push(&Path::root().field(terraform::FIELD).field("action"), message);
            (ResourceAction::Create, Err(errors))
        }
    };
    RequestEvent { source: outer.requester.source(), origin: outer.clone(), request, action }
}

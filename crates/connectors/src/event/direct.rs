//! The request itself, as a direct invocation or inside a message.

use super::{RequestEvent, RequestOrigin, ResourceAction, messages, terraform};
use crate::json::{Object, RawJson};
use crate::request::{InvalidRequest, ParseOptions, REQUEST_FIELDS};
use crate::suggest::is_similar;

/// The names under which a Step Functions task hands over its token: AWS's examples have the first two and the last
/// two.
pub(super) const TASK_TOKEN_FIELDS: &[&str] = &["TaskToken", "taskToken", "task_token", "Token", "token"];

const PARSE_OPTIONS: ParseOptions<'static> = ParseOptions {
    // A pipe's input template may add the ID of the message.
    allowed_extra_fields: &[terraform::FIELD, "messageId"],
    task_token_fields: TASK_TOKEN_FIELDS,
    ..ParseOptions::DEFAULT
};

pub(super) fn parse_request_event(
    event: RawJson<'_>,
    fields: &Object<'_>,
    outer: &RequestOrigin,
) -> RequestEvent {
    let mut request = outer.parse_request(event, &PARSE_OPTIONS);
    let is_field = |name: &str| REQUEST_FIELDS.iter().any(|field| name == *field || is_similar(name, field));
    if let Err(invalid) = &mut request
        && !fields.iter().any(|(name, _)| is_field(name))
    {
        invalid.errors.push(&outer.path, messages::UNRECOGNIZED_EVENT);
    }
    let (action, request) = match terraform::parse_action(fields) {
        Ok(action) => (action, request),
        Err(message) => {
            let mut invalid = request.err().unwrap_or_else(|| Box::new(InvalidRequest::default()));
            invalid.errors.push(&outer.path.field(terraform::FIELD).field("action"), message);
            (ResourceAction::Create, Err(invalid))
        }
    };
    RequestEvent { source: outer.requester.source(), origin: outer.clone(), request, action }
}

//! The request itself: a direct invocation, or what a message carries.

use super::{RequestEvent, RequestOrigin, ResourceAction, terraform};
use crate::diagnostic::Path;
use crate::json::{Object, RawJson};
use crate::request::{FIELDS, parse};

/// What else would have been recognised, for an event that has nothing of a request.
const KNOWN: &str = "has none of a request's fields; known are a request itself (ConnectorDefinitionId, Connectors), \
                     an EventBridge event (detail-type, source, detail), a CloudFormation custom resource request \
                     (RequestType, ResponseURL), and SQS and SNS messages (Records)";

pub(super) fn read(event: RawJson<'_>, members: &Object<'_>, outer: &RequestOrigin) -> RequestEvent {
    let request = parse(event, &terraform::RULES).map_err(|mut problems| {
        if !FIELDS.iter().any(|field| members.has(field)) {
            problems.push(&Path::root(), KNOWN);
        }
        problems
    });
    let (action, request) = match terraform::action(members) {
        Ok(action) => (action, request),
        Err(problem) => {
            let mut problems = request.err().unwrap_or_default();
            problems.push(&Path::root().field(terraform::KEY).field("action"), problem);
            (ResourceAction::Create, Err(problems))
        }
    };
    RequestEvent { source: outer.requester.source(), origin: outer.clone(), request, action }
}

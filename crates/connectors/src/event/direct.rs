//! The request itself: a direct invocation, or what a message carries.

use super::{Origin, Plain, Step, terraform};
use crate::json::{Json, Members};
use crate::request::{FIELDS, Path, parse};

/// What else would have been recognised, for an event that has nothing of a request.
const KNOWN: &str = "has none of a request's fields; known are a request itself (ConnectorDefinitionId, Connectors), \
                     an EventBridge event (detail-type, source, detail), a CloudFormation custom resource request \
                     (RequestType, ResponseURL), and SQS and SNS messages (Records)";

pub(super) fn read(event: Json<'_>, members: &Members<'_>, outer: &Origin) -> Plain {
    let request = parse(event, &terraform::RULES).map_err(|mut problems| {
        if !FIELDS.iter().any(|field| members.has(field)) {
            problems.add(&Path::root(), KNOWN);
        }
        problems
    });
    let (step, request) = match terraform::step(members) {
        Ok(step) => (step, request),
        Err(problem) => {
            let mut problems = request.err().unwrap_or_default();
            problems.add(&Path::root().member(terraform::KEY).member("action"), problem);
            (Step::Create, Err(problems))
        }
    };
    Plain { source: outer.identity.source(), origin: outer.clone(), request, step }
}

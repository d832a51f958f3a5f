//! A direct invocation: the event is the request itself.

use super::Plain;
use crate::json::{Json, Members};
use crate::request::{FIELDS, Path, Rules, parse};
use crate::token::Identity;

/// What else would have been recognised, for an event that has nothing of a request.
const KNOWN: &str = "has none of a request's fields; known are a request itself (ConnectorDefinitionId, Connectors), \
                     an EventBridge event (detail-type, source, detail) and a CloudFormation custom resource request \
                     (RequestType, ResponseURL)";

pub(super) fn read(event: Json<'_>, members: &Members<'_>, lambda_request_id: &str) -> Plain {
    let request = parse(event, &Rules::default()).map_err(|mut problems| {
        if !FIELDS.iter().any(|field| members.has(field)) {
            problems.add(&Path::root(), KNOWN);
        }
        problems
    });
    let identity = Identity::Direct { request_id: lambda_request_id.to_owned() };
    Plain { source: "direct", identity, request }
}

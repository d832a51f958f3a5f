//! Every message about an event that contains no request, or about the envelope of a request.

use super::{MAX_ENVELOPE_DEPTH, MAX_WRAPPERS};
use crate::json::RawJson;

pub(super) const UNRECOGNIZED_EVENT: &str = "unrecognized event; send a request (ConnectorDefinitionId, Connectors), an \
     EventBridge event (detail-type, source, detail), a CloudFormation custom resource request (RequestType, \
     ResponseURL), or SQS or SNS messages (Records).";

pub(super) const TERRAFORM_ACTION: &str =
    "expected create, update or delete; use the `aws_lambda_invocation` resource of the AWS provider.";

/// `expected` is a noun phrase.
pub(super) fn expected(expected: &str, json: Option<RawJson<'_>>) -> String {
    match json {
        Some(json) => format!("expected {expected}, found {}.", json.describe()),
        None => format!("required; expected {expected}."),
    }
}

pub(super) const SCHEDULE_WITHOUT_INPUT: &str = "empty; the schedule has no Input, so its default event was sent. Set \
     the schedule's Input to the request.";

pub(super) const RECORD_OF_SUCCESS: &str =
    "record of an invocation that succeeded; redrive only the records of failed invocations.";

pub(super) fn too_many_wrappers() -> String {
    format!("the event is in more than {MAX_WRAPPERS} records or strings; send it in fewer.")
}

pub(super) fn message_is_not_json(error: &serde_json::Error) -> String {
    format!("the message is not JSON ({error}); send an event or a request as JSON text.")
}

pub(super) fn too_many_envelopes() -> String {
    format!("the request is in more than {MAX_ENVELOPE_DEPTH} envelopes; send it in fewer.")
}

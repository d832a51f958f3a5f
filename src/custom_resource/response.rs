//! The response document of a custom resource
//! ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html)).

use connectors::diagnostic::Diagnostic;
use connectors::event::custom_resource::{CustomResourceEvent, RequestType, ResourceIds};
use serde::Serialize;

use super::Reconciled;
use super::reconcile::ResponseData;
use crate::error::FunctionError;
use crate::failpoint;
use crate::panic::catch_panic;

/// CloudFormation reads no more of a response.
const MAX_RESPONSE_BYTES: usize = 4_096;
/// The longest PhysicalResourceId.
const MAX_PHYSICAL_ID_BYTES: usize = 1_024;

/// A response to CloudFormation.
#[derive(Clone, Debug)]
struct Response {
    status: Status,
    /// Why the request failed, or its warnings.
    reason: String,
    /// A change of this id makes CloudFormation replace the resource.
    physical_resource_id: String,
    data: ResponseData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Success,
    Failed,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseBody<'a> {
    status: Status,
    reason: &'a str,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: &'a ResponseData,
}

/// The response as JSON, at most 4,096 bytes. Never fails: after a panic, it is a response without details.
pub(super) fn build_response(event: &CustomResourceEvent<'_>, result: &Reconciled) -> String {
    catch_panic(|| {
        failpoint::panic_at(failpoint::PANIC_IN_RESPONSE);
        Response::new(event, result).to_json(&event.ids)
    })
    .unwrap_or_else(|| {
        let status = if result.is_ok() && event.is_delete() { Status::Success } else { Status::Failed };
        fallback_response(&event.ids, status)
    })
}

impl Response {
    fn new(event: &CustomResourceEvent<'_>, result: &Reconciled) -> Self {
        match result {
            Ok(result) => Self {
                status: Status::Success,
                reason: format_warnings(&result.warnings),
                physical_resource_id: result.physical_resource_id.clone(),
                data: result.data.clone(),
            },
            Err(error) => Self {
                status: Status::Failed,
                reason: format!("{}: {error}{}", error.error_type(), rollback_hint(event, error)),
                physical_resource_id: physical_id_after_failure(event),
                data: ResponseData::default(),
            },
        }
    }

    /// Cuts the reason where the document would be too long.
    fn to_json(&self, ids: &ResourceIds) -> String {
        let reason = strip_control_chars(&self.reason);
        let physical_resource_id = truncate(&self.physical_resource_id, MAX_PHYSICAL_ID_BYTES, str::len);
        let write = |reason: &str, data: &ResponseData| {
            let body = ResponseBody {
                status: self.status,
                reason,
                physical_resource_id,
                stack_id: &ids.stack_id,
                request_id: &ids.request_id,
                logical_resource_id: &ids.logical_resource_id,
                data,
            };
            // Strings only: serializing them to memory cannot fail.
            serde_json::to_string(&body).unwrap_or_default()
        };
        let whole = write(&reason, &self.data);
        if whole.len() <= MAX_RESPONSE_BYTES {
            return whole;
        }
        // The data takes a few hundred bytes; only ids that no service sends leave no room for it.
        let empty = ResponseData::default();
        let data = if write("", &self.data).len() <= MAX_RESPONSE_BYTES { &self.data } else { &empty };
        let room = MAX_RESPONSE_BYTES.saturating_sub(write("", data).len());
        write(truncate(&reason, room, json_len), data)
    }
}

/// A response without details, under the id that the resource has.
fn fallback_response(ids: &ResourceIds, status: Status) -> String {
    let physical_resource_id =
        ids.physical_resource_id.clone().unwrap_or_else(|| ids.failed_create_physical_id());
    serde_json::json!({
        "Status": status,
        "Reason": "Internal: Internal error. Whether a version was created is unknown; check the definition's latest \
                   version. The function's log has the location in the code.",
        "PhysicalResourceId": physical_resource_id,
        "StackId": ids.stack_id,
        "RequestId": ids.request_id,
        "LogicalResourceId": ids.logical_resource_id,
        "Data": ResponseData::default(),
    })
    .to_string()
}

/// How to free a stack that cannot roll back. CloudFormation rolls a failed Update back by another one, which fails too as
/// long as the service or the configuration is the cause; then the stack is UPDATE_ROLLBACK_FAILED.
fn rollback_hint(event: &CustomResourceEvent<'_>, error: &FunctionError) -> String {
    let is_update = event.request_type().is_ok_and(|request_type| request_type == RequestType::Update);
    let is_plain = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let stack_name = event.ids.stack_id.split('/').nth(1).filter(is_plain);
    let resource = Some(event.ids.logical_resource_id.as_str()).filter(is_plain);
    match (stack_name, resource) {
        (Some(stack_name), Some(resource)) if is_update && error.error_type() != "InvalidRequest" => format!(
            " If the stack becomes UPDATE_ROLLBACK_FAILED, run: aws cloudformation continue-update-rollback \
             --stack-name {stack_name} --resources-to-skip {resource}"
        ),
        _ => String::new(),
    }
}

/// The id after a failed request: the resource's own, or a placeholder for a resource that was not created, which
/// CloudFormation sends back in the Delete that follows.
fn physical_id_after_failure(event: &CustomResourceEvent<'_>) -> String {
    match (event.request_type(), &event.ids.physical_resource_id) {
        (Ok(RequestType::Create), _) | (_, None) => event.ids.failed_create_physical_id(),
        (_, Some(id)) => id.clone(),
    }
}

fn format_warnings(warnings: &[Diagnostic]) -> String {
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    if warnings.is_empty() { String::new() } else { format!("Warnings: {}", warnings.join(" ")) }
}

/// CloudFormation's console does not display control characters.
fn strip_control_chars(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The longest prefix of whole characters that takes at most this many bytes, as `len` counts them.
fn truncate(text: &str, max_bytes: usize, len: impl Fn(&str) -> usize) -> &str {
    if len(text) <= max_bytes {
        return text;
    }
    let mut taken = 0;
    let mut buffer = [0; 4];
    for (at, c) in text.char_indices() {
        taken += len(c.encode_utf8(&mut buffer));
        if taken > max_bytes {
            return &text[..at];
        }
    }
    text
}

/// How many bytes a text without control characters takes inside a JSON string.
fn json_len(text: &str) -> usize {
    text.bytes().map(|b| if matches!(b, b'"' | b'\\') { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(id: usize) -> ResourceIds {
        let (stack_id, request_id, logical_resource_id) = ("s".repeat(id), "r".repeat(36), "l".repeat(255));
        ResourceIds { stack_id, request_id, logical_resource_id, physical_resource_id: None }
    }

    fn response(reason: String, id: String) -> Response {
        Response { status: Status::Failed, reason, physical_resource_id: id, data: ResponseData::default() }
    }

    #[test]
    fn a_response_is_cut_on_a_whole_character_and_its_ids_are_not() {
        for reason in ["x", "é", "\u{1f980}", "\"", "\\", "x\u{1f980}\"é"] {
            let response = response(reason.repeat(5_000), "p".repeat(1_024));
            let document = response.to_json(&ids(1_600));
            assert!(
                (MAX_RESPONSE_BYTES - 8..=MAX_RESPONSE_BYTES).contains(&document.len()),
                "{} of {reason}",
                document.len()
            );
            let read: serde_json::Value = serde_json::from_str(&document).unwrap();
            assert_eq!(read["PhysicalResourceId"].as_str().unwrap().len(), 1_024);
            assert_eq!(read["StackId"].as_str().unwrap().len(), 1_600);
            assert!(response.reason.starts_with(read["Reason"].as_str().unwrap()));
        }
    }

    #[test]
    fn a_short_response_is_whole_without_control_characters() {
        let document = response("a\nb\u{7f}\u{0}c\u{85}".into(), "p".into()).to_json(&ids(1));
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(read["Reason"], "a b  c ");
        assert_eq!(read["Status"], "FAILED");
        let keys: Vec<&str> = read["Data"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["Arn", "ConnectorDefinitionId", "CreationTimestamp", "Id", "Outcome", "Version"]);
    }

    #[test]
    fn an_id_is_at_most_1024_bytes() {
        let document = response(String::new(), "é".repeat(600)).to_json(&ids(1));
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(read["PhysicalResourceId"].as_str().unwrap().len(), 1_024);
    }
}

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
/// How many bytes of JSON each id gets where the ids alone are longer than a response. No id of CloudFormation is.
const MAX_ID_JSON_BYTES: usize = 900;

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

    /// Cuts the reason where the document would be too long. If the ids alone are too long, CloudFormation cannot take the
    /// response anyway: then they are cut, and there is neither reason nor data.
    fn to_json(&self, ids: &ResourceIds) -> String {
        let reason = strip_control_chars(&self.reason);
        let physical_resource_id = truncate(&self.physical_resource_id, MAX_PHYSICAL_ID_BYTES, str::len);
        let ids = DocumentIds { physical_resource_id, ..DocumentIds::of(ids) };
        let write = |reason: &str, data: &ResponseData| ids.write(self.status, reason, data);
        let whole = write(&reason, &self.data);
        if whole.len() <= MAX_RESPONSE_BYTES {
            return whole;
        }
        let empty = ResponseData::default();
        let data = if write("", &self.data).len() <= MAX_RESPONSE_BYTES { &self.data } else { &empty };
        match MAX_RESPONSE_BYTES.checked_sub(write("", data).len()) {
            Some(room) => write(truncate(&reason, room, json_len), data),
            None => ids.cut().write(self.status, "", &empty),
        }
    }
}

/// The ids in a document.
struct DocumentIds<'a> {
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
}

impl<'a> DocumentIds<'a> {
    fn of(ids: &'a ResourceIds) -> Self {
        Self {
            physical_resource_id: ids.physical_resource_id.as_deref().unwrap_or_default(),
            stack_id: &ids.stack_id,
            request_id: &ids.request_id,
            logical_resource_id: &ids.logical_resource_id,
        }
    }

    fn cut(&self) -> Self {
        let cut = |id: &'a str| truncate(id, MAX_ID_JSON_BYTES, json_len);
        Self {
            physical_resource_id: cut(self.physical_resource_id),
            stack_id: cut(self.stack_id),
            request_id: cut(self.request_id),
            logical_resource_id: cut(self.logical_resource_id),
        }
    }

    fn write(&self, status: Status, reason: &str, data: &ResponseData) -> String {
        let Self { physical_resource_id, stack_id, request_id, logical_resource_id } = *self;
        let body = ResponseBody {
            status,
            reason,
            physical_resource_id,
            stack_id,
            request_id,
            logical_resource_id,
            data,
        };
        // Strings only: serializing them to memory cannot fail.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// A response without details, under the id that the resource has.
fn fallback_response(ids: &ResourceIds, status: Status) -> String {
    let physical_resource_id =
        ids.physical_resource_id.clone().unwrap_or_else(|| ids.failed_create_physical_id());
    let reason = "Internal: Internal error. Whether a version was created is unknown; check the definition's latest \
                  version. The function's log has the location in the code.";
    let ids = DocumentIds { physical_resource_id: &physical_resource_id, ..DocumentIds::of(ids) };
    let whole = ids.write(status, reason, &ResponseData::default());
    if whole.len() <= MAX_RESPONSE_BYTES {
        whole
    } else {
        ids.cut().write(status, "", &ResponseData::default())
    }
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

/// How many bytes a text takes inside a JSON string.
fn json_len(text: &str) -> usize {
    // Serializing a string cannot fail.
    serde_json::to_string(text).map_or(0, |json| json.len() - "\"\"".len())
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

    /// A table: lengths of the four ids, and whether they are whole.
    #[test]
    fn a_document_is_never_longer_than_4096_bytes() {
        for (text, lengths, are_whole) in [
            ("x", [1_024, 1_600, 36, 255], true),
            ("x", [1_024, 2_300, 36, 255], true),
            ("x", [1_024, 5_000, 36, 255], false),
            ("\u{1}", [1_024, 1_024, 1_024, 1_024], false),
            ("é\"", [3_000, 3_000, 3_000, 3_000], false),
        ] {
            let id = |length| text.repeat(length);
            let ids = ResourceIds {
                stack_id: id(lengths[1]),
                request_id: id(lengths[2]),
                logical_resource_id: id(lengths[3]),
                physical_resource_id: Some(id(lengths[0])),
            };
            let response = response("r".repeat(9_000), id(lengths[0]));
            for document in [response.to_json(&ids), fallback_response(&ids, Status::Failed)] {
                assert!(document.len() <= MAX_RESPONSE_BYTES, "{} bytes of {text:?}", document.len());
                let read: serde_json::Value = serde_json::from_str(&document).unwrap();
                assert_eq!(read["StackId"] == ids.stack_id, are_whole, "{text:?}");
                assert!(ids.stack_id.starts_with(read["StackId"].as_str().unwrap()));
            }
        }
    }

    #[test]
    fn an_id_is_at_most_1024_bytes() {
        let document = response(String::new(), "é".repeat(600)).to_json(&ids(1));
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(read["PhysicalResourceId"].as_str().unwrap().len(), 1_024);
    }
}

//! The document that CloudFormation takes as the answer.

use connectors::event::custom_resource::Home;
use serde::Serialize;

/// CloudFormation reads no more than this many bytes of an answer.
const MOST_BYTES: usize = 4_096;
/// The longest PhysicalResourceId.
const LONGEST_ID: usize = 1_024;

/// An answer to CloudFormation.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether what was asked for is there.
    pub status: Status,
    /// For a person: why it failed, or what is worth a remark.
    pub reason: String,
    /// The resource's id: an id other than the last one makes CloudFormation replace the resource.
    pub physical_resource_id: String,
    /// What `Fn::GetAtt` gives.
    pub data: Data,
}

/// Whether what was asked for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It is.
    Success,
    /// It is not.
    Failed,
}

/// What `Fn::GetAtt` gives: the same keys in every answer, empty where nothing is known. Never a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Data {
    /// ARN of the version.
    pub arn: String,
    /// Id of the definition.
    pub id: String,
    /// Id of the version.
    pub version: String,
    /// When it was created: ISO 8601.
    pub creation_timestamp: String,
    /// Id of the definition, by the name that it has in the request.
    pub connector_definition_id: String,
    /// `Created` or `Existing`.
    pub outcome: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    status: Status,
    reason: &'a str,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: &'a Data,
}

impl Answer {
    /// The answer as JSON of at most 4,096 bytes: the reason is cut, the ids never are.
    pub fn document(&self, home: &Home) -> String {
        let reason = plain(&self.reason);
        let id = cut(&self.physical_resource_id, LONGEST_ID, str::len);
        let write = |reason: &str, data: &Data| {
            let document = Document {
                status: self.status,
                reason,
                physical_resource_id: id,
                stack_id: &home.stack_id,
                request_id: &home.request_id,
                logical_resource_id: &home.logical_resource_id,
                data,
            };
            // Texts into memory: nothing in it can fail.
            serde_json::to_string(&document).unwrap_or_default()
        };
        let whole = write(&reason, &self.data);
        if whole.len() <= MOST_BYTES {
            return whole;
        }
        // The data of an answer is a few hundred bytes; only ids that no service gave leave no room for it.
        let none = Data::default();
        let data = if write("", &self.data).len() <= MOST_BYTES { &self.data } else { &none };
        let room = MOST_BYTES.saturating_sub(write("", data).len());
        write(cut(&reason, room, written_len), data)
    }
}

/// What is sent when even the answer could not be made: no more than its status, under the id that the resource has.
pub fn last_resort(home: &Home, status: Status) -> String {
    serde_json::json!({
        "Status": status,
        "Reason": "Internal: The function failed by its own mistake. Whether a version was created is not known. Its log \
                   names the place in the code.",
        "PhysicalResourceId": home.physical_resource_id.clone().unwrap_or_else(|| home.placeholder()),
        "StackId": home.stack_id,
        "RequestId": home.request_id,
        "LogicalResourceId": home.logical_resource_id,
        "Data": Data::default(),
    })
    .to_string()
}

/// Without control characters, which CloudFormation's console does not survive.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The longest beginning of whole characters that takes at most this many bytes as `len` counts them.
fn cut(text: &str, most: usize, len: impl Fn(&str) -> usize) -> &str {
    if len(text) <= most {
        return text;
    }
    let mut taken = 0;
    let mut buffer = [0; 4];
    for (at, c) in text.char_indices() {
        taken += len(c.encode_utf8(&mut buffer));
        if taken > most {
            return &text[..at];
        }
    }
    text
}

/// How many bytes a text without control characters takes inside a JSON string.
fn written_len(text: &str) -> usize {
    text.bytes().map(|b| if matches!(b, b'"' | b'\\') { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(id: usize) -> Home {
        let (stack_id, request_id, logical_resource_id) = ("s".repeat(id), "r".repeat(36), "l".repeat(255));
        Home { stack_id, request_id, logical_resource_id, physical_resource_id: None }
    }

    fn answer(reason: String, id: String) -> Answer {
        Answer { status: Status::Failed, reason, physical_resource_id: id, data: Data::default() }
    }

    #[test]
    fn an_answer_is_cut_on_a_whole_character_and_never_its_ids() {
        for reason in ["x", "é", "\u{1f980}", "\"", "\\", "x\u{1f980}\"é"] {
            let answer = answer(reason.repeat(5_000), "p".repeat(1_024));
            let document = answer.document(&home(1_600));
            assert!(
                (MOST_BYTES - 8..=MOST_BYTES).contains(&document.len()),
                "{} of {reason}",
                document.len()
            );
            let read: serde_json::Value = serde_json::from_str(&document).unwrap();
            assert_eq!(read["PhysicalResourceId"].as_str().unwrap().len(), 1_024);
            assert_eq!(read["StackId"].as_str().unwrap().len(), 1_600);
            assert!(answer.reason.starts_with(read["Reason"].as_str().unwrap()));
        }
    }

    #[test]
    fn a_short_answer_is_whole_and_plain() {
        let document = answer("a\nb\u{7f}\u{0}c\u{85}".into(), "p".into()).document(&home(1));
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(read["Reason"], "a b  c ");
        assert_eq!(read["Status"], "FAILED");
        let keys: Vec<&str> = read["Data"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["Arn", "ConnectorDefinitionId", "CreationTimestamp", "Id", "Outcome", "Version"]);
    }

    #[test]
    fn an_id_is_at_most_1024_bytes() {
        let document = answer(String::new(), "é".repeat(600)).document(&home(1));
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(read["PhysicalResourceId"].as_str().unwrap().len(), 1_024);
    }
}

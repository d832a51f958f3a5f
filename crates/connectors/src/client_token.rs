//! The client token of a request that brings none: a version 5 UUID of who asks and what for.
//!
//! It is the same on every delivery of the same request and on every attempt, and another one when the
//! content differs, since CloudFormation reuses a RequestId with other properties when a failed deployment is
//! tried again. Another program derives it thus: the namespace is [`NAMESPACE`]; the name is compact JSON in
//! UTF-8, nothing escaped but what JSON must escape, the list of the identity's texts followed by the content:
//!
//! ```json
//! ["eventbridge","<event
//! id>",{"ConnectorDefinitionId":"…","Connectors":[{"ConnectorArn":"…","Id":"…","Parameters":{}}]}]
//! ```
//!
//! Connectors stand in the order of their Id, parameters in the order of their names (by bytes), values as they
//! are sent; `Parameters` is always there, `"Revision"` comes last in the content and only where it was given.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use uuid::{Uuid, uuid};

use crate::request::{ClientToken, ConnectorVersionRequest, Parsed};

/// The namespace of derived tokens.
pub const NAMESPACE: Uuid = uuid!("f199a788-54e2-4a60-b0bb-1180be78db91");

/// Who asks: what stays the same when the same request is delivered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A direct invocation: Lambda's request id, which its own retries keep.
    Direct {
        /// Lambda's request id.
        request_id: String,
    },
    /// An EventBridge event.
    EventBridge {
        /// The event's `id`.
        id: String,
    },
    /// An SQS message.
    Sqs {
        /// The message's id, which every delivery keeps.
        message_id: String,
    },
    /// An SNS notification.
    Sns {
        /// The notification's id, which every delivery keeps.
        message_id: String,
    },
    /// A CloudFormation custom resource request.
    CloudFormation {
        /// The stack.
        stack_id: String,
        /// The resource in the stack.
        logical_resource_id: String,
        /// The request on the resource.
        request_id: String,
    },
}

impl Identity {
    /// The source's name.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Direct { .. } => "direct",
            Self::EventBridge { .. } => "eventbridge",
            Self::Sqs { .. } => "sqs",
            Self::Sns { .. } => "sns",
            Self::CloudFormation { .. } => "cloudformation",
        }
    }

    /// The innermost of its ids.
    pub fn id(&self) -> &str {
        match self {
            Self::Direct { request_id } | Self::CloudFormation { request_id, .. } => request_id,
            Self::EventBridge { id } => id,
            Self::Sqs { message_id } | Self::Sns { message_id } => message_id,
        }
    }

    fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.source()];
        match self {
            Self::Direct { request_id } => texts.push(request_id),
            Self::EventBridge { id } => texts.push(id),
            Self::Sqs { message_id } | Self::Sns { message_id } => texts.push(message_id),
            Self::CloudFormation { stack_id, logical_resource_id, request_id } => {
                texts.extend([stack_id.as_str(), logical_resource_id, request_id]);
            }
        }
        texts
    }
}

/// The token of a request: its own, or one that is derived from it and from who asks.
pub fn of(parsed: &Parsed, identity: &Identity) -> ClientToken {
    let derived = || derive(identity, &parsed.request, parsed.revision.as_deref());
    parsed.token.clone().unwrap_or_else(derived)
}

/// Derives the token of a request.
fn derive(identity: &Identity, request: &ConnectorVersionRequest, revision: Option<&str>) -> ClientToken {
    Uuid::new_v5(&NAMESPACE, name(identity, request, revision).as_bytes()).into()
}

/// A UUID of what is asked for, whoever asks.
pub fn content(request: &ConnectorVersionRequest) -> Uuid {
    // Texts and maps of texts into memory: nothing in it can fail.
    let content = serde_json::to_string(&content_of(request, None)).unwrap_or_default();
    Uuid::new_v5(&NAMESPACE, content.as_bytes())
}

fn name(identity: &Identity, request: &ConnectorVersionRequest, revision: Option<&str>) -> String {
    let content = content_of(request, revision);
    // Texts and maps of texts into memory: nothing in it can fail.
    serde_json::to_string(&Name(&identity.texts(), &content)).unwrap_or_default()
}

fn content_of<'a>(request: &'a ConnectorVersionRequest, revision: Option<&'a str>) -> Content<'a> {
    let connectors = request
        .connectors
        .by_id()
        .into_iter()
        .map(|c| Item { arn: c.arn.as_str(), id: c.id.as_str(), parameters: &c.parameters })
        .collect();
    Content { definition: request.definition.as_str(), connectors, revision }
}

struct Name<'a>(&'a [&'a str], &'a Content<'a>);

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len() + 1))?;
        for text in self.0 {
            list.serialize_element(text)?;
        }
        list.serialize_element(self.1)?;
        list.end()
    }
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(rename = "ConnectorDefinitionId")]
    definition: &'a str,
    #[serde(rename = "Connectors")]
    connectors: Vec<Item<'a>>,
    #[serde(rename = "Revision", skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(rename = "ConnectorArn")]
    arn: &'a str,
    #[serde(rename = "Id")]
    id: &'a str,
    #[serde(rename = "Parameters")]
    parameters: &'a BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::request::{Rules, parse};

    fn request(text: &str) -> ConnectorVersionRequest {
        parse(Json::parse(text).unwrap(), &Rules::default()).unwrap().request
    }

    const ONE: &str = r#"{"ConnectorDefinitionId":"d","Connectors":[
        {"Id":"b","ConnectorArn":"arn:aws:greengrass:::y"},
        {"Id":"a","ConnectorArn":"arn:aws:greengrass:::x","Parameters":{"z":"é\n","k":"\"\u007f"}}]}"#;
    const OTHER_ORDER: &str = r#"{"Connectors":[
        {"Id":"a","ConnectorArn":"arn:aws:greengrass:::x","Parameters":{"k":"\"\u007f","z":"é\n"}},
        {"Id":"b","ConnectorArn":"arn:aws:greengrass:::y","Parameters":{}}],"ConnectorDefinitionId":"d"}"#;

    fn event(id: &str) -> Identity {
        Identity::EventBridge { id: id.to_owned() }
    }

    #[test]
    fn the_name_is_what_is_documented() {
        assert_eq!(
            name(&event("e-1"), &request(ONE), Some("2")),
            "[\"eventbridge\",\"e-1\",{\"ConnectorDefinitionId\":\"d\",\"Connectors\":[\
             {\"ConnectorArn\":\"arn:aws:greengrass:::x\",\"Id\":\"a\",\"Parameters\":{\"k\":\"\\\"\u{7f}\",\"z\":\"é\\n\"}},\
             {\"ConnectorArn\":\"arn:aws:greengrass:::y\",\"Id\":\"b\",\"Parameters\":{}}],\"Revision\":\"2\"}]"
        );
    }

    #[test]
    fn order_is_no_content_and_everything_else_is() {
        let token = derive(&event("e-1"), &request(ONE), None);
        assert_eq!(token, derive(&event("e-1"), &request(OTHER_ORDER), None));
        assert_ne!(token, derive(&event("e-2"), &request(ONE), None));
        assert_ne!(token, derive(&event("e-1"), &request(ONE), Some("2")));
        assert_ne!(token, derive(&event("e-1"), &request(&ONE.replace("é", "e")), None));
        assert_ne!(token, derive(&Identity::Direct { request_id: "e-1".into() }, &request(ONE), None));
    }

    /// The same figure comes out of Python's `uuid.uuid5(namespace, name)`.
    #[test]
    fn the_token_does_not_change_between_releases() {
        let request = request(r#"{"ConnectorDefinitionId":"d"}"#);
        assert_eq!(derive(&event("e-1"), &request, None).as_str(), "2d976d3d-a65c-5901-b1d6-ab0b515b2452");
    }
}

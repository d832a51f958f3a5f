//! Client tokens of requests that bring none of their own.
//!
//! A derived token is a version 5 UUID of the requester and the content of the request. Every delivery of a request and
//! every retry get the same token. Other content gets another token, since CloudFormation reuses a RequestId with other
//! properties when a failed deployment is retried.
//!
//! To derive a token in another program:
//!
//! 1. Build a JSON list of the requester's source and IDs, followed by the request:
//!
//!    ```json
//!    ["eventbridge","EVENT_ID",{"ConnectorDefinitionId":"...","Connectors":[{"ConnectorArn":"...","Id":"...","Parameters":{}}]}]
//!    ```
//!
//!    Sort the connectors by Id and the parameters by name (by bytes). `Parameters` is always present. `Revision` comes
//!    last in the request, and only if the event has it.
//! 2. Serialize it as compact JSON in UTF-8 that escapes only what JSON requires.
//! 3. Compute the UUID with the namespace [`NAMESPACE`].

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use uuid::{Uuid, uuid};

use crate::request::{ClientToken, ConnectorVersionRequest, ParsedRequest};

/// The namespace of derived tokens.
pub const NAMESPACE: Uuid = uuid!("f199a788-54e2-4a60-b0bb-1180be78db91");

/// The sender of a request: what stays the same when the same request is delivered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// A direct invocation.
    Direct {
        /// Lambda's request ID, which Lambda's own retries keep.
        request_id: String,
    },
    /// An EventBridge event.
    EventBridge {
        /// The `id` of the event.
        id: String,
    },
    /// An SQS message.
    Sqs {
        /// The ID of the message, which every delivery keeps.
        message_id: String,
    },
    /// An SNS notification.
    Sns {
        /// The ID of the notification, which every delivery keeps.
        message_id: String,
    },
    /// A message without an ID, which its content identifies: an item of a list that the input template of a pipe makes.
    Content {
        /// The position of the message in the list, for logs. It is no part of the token.
        position: String,
    },
    /// A CloudFormation custom resource request.
    CloudFormation {
        /// The ID of the stack.
        stack_id: String,
        /// The logical ID of the resource in the template.
        logical_resource_id: String,
        /// The ID of the request.
        request_id: String,
    },
}

impl Requester {
    /// The name of the source, as in logs and tokens.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Direct { .. } => "direct",
            Self::EventBridge { .. } => "eventbridge",
            Self::Sqs { .. } => "sqs",
            Self::Sns { .. } => "sns",
            Self::Content { .. } => "pipes",
            Self::CloudFormation { .. } => "cloudformation",
        }
    }

    /// The ID of the request within its source.
    pub fn id(&self) -> &str {
        match self {
            Self::Direct { request_id } | Self::CloudFormation { request_id, .. } => request_id,
            Self::EventBridge { id } => id,
            Self::Sqs { message_id } | Self::Sns { message_id } => message_id,
            Self::Content { position } => position,
        }
    }

    fn token_parts(&self) -> Vec<&str> {
        let mut parts = vec![self.source()];
        if let Self::CloudFormation { stack_id, logical_resource_id, .. } = self {
            parts.extend([stack_id.as_str(), logical_resource_id]);
        }
        if !matches!(self, Self::Content { .. }) {
            parts.push(self.id());
        }
        parts
    }
}

/// The client token of a request: its own, or one that is derived from the request and the requester.
pub fn client_token_for(parsed: &ParsedRequest, requester: &Requester) -> ClientToken {
    let derive = || derive_token(requester, &parsed.request, parsed.revision.as_deref());
    parsed.token.clone().unwrap_or_else(derive)
}

fn derive_token(
    requester: &Requester,
    request: &ConnectorVersionRequest,
    revision: Option<&str>,
) -> ClientToken {
    Uuid::new_v5(&NAMESPACE, canonical_name(requester, request, revision).as_bytes()).into()
}

/// A UUID of the content of a request, independent of the requester.
pub fn payload_hash(request: &ConnectorVersionRequest) -> Uuid {
    // Serializing strings and maps of strings cannot fail.
    let content = serde_json::to_string(&canonical_request(request, None)).unwrap_or_default();
    Uuid::new_v5(&NAMESPACE, content.as_bytes())
}

/// The text that the token is a hash of.
fn canonical_name(
    requester: &Requester,
    request: &ConnectorVersionRequest,
    revision: Option<&str>,
) -> String {
    let mut name: Vec<Value> = requester.token_parts().into_iter().map(Value::from).collect();
    // Serializing strings and maps of strings cannot fail.
    name.push(serde_json::to_value(canonical_request(request, revision)).unwrap_or_default());
    serde_json::to_string(&name).unwrap_or_default()
}

fn canonical_request<'a>(
    request: &'a ConnectorVersionRequest,
    revision: Option<&'a str>,
) -> CanonicalRequest<'a> {
    let connectors = request
        .connectors
        .by_id()
        .into_iter()
        .map(|connector| CanonicalConnector {
            arn: connector.arn.as_str(),
            id: connector.id.as_str(),
            parameters: &connector.parameters,
        })
        .collect();
    CanonicalRequest { definition: request.definition.as_str(), connectors, revision }
}

// The fields of both types are in alphabetical order, which is also the order of a `serde_json::Map`.

#[derive(Serialize)]
struct CanonicalRequest<'a> {
    #[serde(rename = "ConnectorDefinitionId")]
    definition: &'a str,
    #[serde(rename = "Connectors")]
    connectors: Vec<CanonicalConnector<'a>>,
    #[serde(rename = "Revision", skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
}

#[derive(Serialize)]
struct CanonicalConnector<'a> {
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
    use crate::json::RawJson;
    use crate::request::{ParseOptions, parse};

    fn request(text: &str) -> ConnectorVersionRequest {
        parse(RawJson::parse(text).unwrap(), &ParseOptions::default()).unwrap().request
    }

    const ONE: &str = r#"{"ConnectorDefinitionId":"d","Connectors":[
        {"Id":"b","ConnectorArn":"arn:aws:greengrass:::y"},
        {"Id":"a","ConnectorArn":"arn:aws:greengrass:::x","Parameters":{"z":"é\n","k":"\"\u007f"}}]}"#;
    const OTHER_ORDER: &str = r#"{"Connectors":[
        {"Id":"a","ConnectorArn":"arn:aws:greengrass:::x","Parameters":{"k":"\"\u007f","z":"é\n"}},
        {"Id":"b","ConnectorArn":"arn:aws:greengrass:::y","Parameters":{}}],"ConnectorDefinitionId":"d"}"#;

    fn event(id: &str) -> Requester {
        Requester::EventBridge { id: id.to_owned() }
    }

    #[test]
    fn the_hashed_text_is_what_is_documented() {
        assert_eq!(
            canonical_name(&event("e-1"), &request(ONE), Some("2")),
            "[\"eventbridge\",\"e-1\",{\"ConnectorDefinitionId\":\"d\",\"Connectors\":[\
             {\"ConnectorArn\":\"arn:aws:greengrass:::x\",\"Id\":\"a\",\"Parameters\":{\"k\":\"\\\"\u{7f}\",\"z\":\"é\\n\"}},\
             {\"ConnectorArn\":\"arn:aws:greengrass:::y\",\"Id\":\"b\",\"Parameters\":{}}],\"Revision\":\"2\"}]"
        );
    }

    #[test]
    fn only_the_order_does_not_change_the_token() {
        let token = derive_token(&event("e-1"), &request(ONE), None);
        assert_eq!(token, derive_token(&event("e-1"), &request(OTHER_ORDER), None));
        assert_ne!(token, derive_token(&event("e-2"), &request(ONE), None));
        assert_ne!(token, derive_token(&event("e-1"), &request(ONE), Some("2")));
        assert_ne!(token, derive_token(&event("e-1"), &request(&ONE.replace("é", "e")), None));
        assert_ne!(token, derive_token(&Requester::Direct { request_id: "e-1".into() }, &request(ONE), None));
    }

    #[test]
    fn the_position_of_a_message_is_no_part_of_its_token() {
        let token = |position: &str| {
            derive_token(&Requester::Content { position: position.to_owned() }, &request(ONE), None)
        };
        assert_eq!(token("0"), token("1"));
        let name = canonical_name(
            &Requester::Content { position: "7".to_owned() },
            &request(r#"{"ConnectorDefinitionId":"d"}"#),
            None,
        );
        assert_eq!(name, r#"["pipes",{"ConnectorDefinitionId":"d","Connectors":[]}]"#);
    }

    /// The same UUID as that of Python's `uuid.uuid5(namespace, name)`.
    #[test]
    fn the_token_does_not_change_between_releases() {
        let request = request(r#"{"ConnectorDefinitionId":"d"}"#);
        assert_eq!(
            derive_token(&event("e-1"), &request, None).as_str(),
            "2d976d3d-a65c-5901-b1d6-ab0b515b2452"
        );
    }
}

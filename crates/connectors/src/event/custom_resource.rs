//! CloudFormation custom resource requests.
//!
//! Source: [Custom resource request objects](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html).

use std::time::Duration;

use super::{RequestOrigin, messages, string_field};
use crate::client_token::Requester;
use crate::diagnostic::ValidationErrors;
use crate::json::{JsonType, Object, RawJson};
use crate::request::{InvalidRequest, ParseOptions, ParsedRequest};

/// A custom resource request.
///
/// Only what a response needs is parsed at once. The rest is parsed on demand, so that no error in it prevents the
/// response.
pub struct CustomResourceEvent<'a> {
    /// The IDs that the response repeats.
    pub ids: ResourceIds,
    /// What the envelopes say about the event, with the path of the event.
    pub origin: RequestOrigin,
    /// The field `ResponseURL`, unchecked.
    pub response_url: Option<RawJson<'a>>,
    event: Object<'a>,
}

/// The IDs that the response to a custom resource request repeats. An ID that the event lacks is empty.
#[derive(Clone, Debug)]
pub struct ResourceIds {
    /// The ID of the stack.
    pub stack_id: String,
    /// The ID of the request.
    pub request_id: String,
    /// The logical ID of the resource in the template.
    pub logical_resource_id: String,
    /// The physical ID of the resource, as an earlier response set it.
    pub physical_resource_id: Option<String>,
}

/// What CloudFormation does with the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestType {
    /// Creates the resource.
    Create,
    /// Changes the properties of the resource, or replaces it.
    Update,
    /// Deletes the resource.
    Delete,
}

/// How the properties of a custom resource are parsed. CloudFormation itself adds two fields to them.
pub const PARSE_OPTIONS: ParseOptions<'static> = ParseOptions {
    require_connectors: true,
    allowed_extra_fields: &["ServiceToken", "ServiceTimeout"],
    ..ParseOptions::DEFAULT
};

const PROPERTIES: &str = "ResourceProperties";
const OLD_PROPERTIES: &str = "OldResourceProperties";

/// Whether an event is a custom resource request. One of the two conditions is enough, so that an event that lacks a
/// field still gets a response, or a message about that field.
pub(super) fn matches(event: &Object<'_>) -> bool {
    event.has("ResponseURL") || (event.has("RequestType") && event.has(PROPERTIES))
}

impl<'a> CustomResourceEvent<'a> {
    pub(super) fn parse(event: Object<'a>, outer: &RequestOrigin) -> Self {
        let ids = ResourceIds::parse(&event);
        let requester = Requester::CloudFormation {
            stack_id: ids.stack_id.clone(),
            logical_resource_id: ids.logical_resource_id.clone(),
            request_id: ids.request_id.clone(),
        };
        let response_url = event.get("ResponseURL");
        Self { ids, origin: outer.inside(outer.path.clone(), Some(requester)), response_url, event }
    }

    /// What CloudFormation does with the resource.
    ///
    /// # Errors
    ///
    /// Returns an error if `RequestType` is missing or has another value.
    pub fn request_type(&self) -> Result<RequestType, ValidationErrors> {
        match string_field(&self.event, "RequestType").as_deref() {
            Some("Create") => Ok(RequestType::Create),
            Some("Update") => Ok(RequestType::Update),
            Some("Delete") => Ok(RequestType::Delete),
            _ => {
                let json = self.event.get("RequestType");
                let message = messages::expected("Create, Update or Delete", json);
                Err(ValidationErrors::at(&self.origin.path.field("RequestType"), message))
            }
        }
    }

    /// Whether CloudFormation deletes the resource.
    pub fn is_delete(&self) -> bool {
        self.request_type().is_ok_and(|request_type| request_type == RequestType::Delete)
    }

    /// How long CloudFormation waits for the response, if the template sets `ServiceTimeout`.
    pub fn service_timeout(&self) -> Option<Duration> {
        let in_event = self.event.get("ServiceTimeout").and_then(parse_seconds);
        in_event.or_else(|| self.property(PROPERTIES, |fields| parse_seconds(fields.get("ServiceTimeout")?)))
    }

    /// Parses the request in `ResourceProperties`.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the properties.
    pub fn request(&self) -> Result<ParsedRequest, Box<InvalidRequest>> {
        self.parse_properties(PROPERTIES)
    }

    /// Parses the previous request, in `OldResourceProperties`.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the properties.
    pub fn old_request(&self) -> Result<ParsedRequest, Box<InvalidRequest>> {
        self.parse_properties(OLD_PROPERTIES)
    }

    /// The previous `Revision`, even if the rest of `OldResourceProperties` is not a valid request.
    pub fn old_revision(&self) -> Option<String> {
        self.property(OLD_PROPERTIES, |fields| string_field(fields, "Revision"))
    }

    /// What `read` finds in an object of properties, or in the text of one.
    fn property<T>(&self, name: &str, read: impl FnOnce(&Object<'_>) -> Option<T>) -> Option<T> {
        let json = self.event.get(name)?;
        match json.decode_text(&[JsonType::Object]) {
            Some(decoded) => read(&RawJson::parse(&decoded.text).ok()?.as_object()?),
            None => read(&json.as_object()?),
        }
    }

    fn parse_properties(&self, name: &str) -> Result<ParsedRequest, Box<InvalidRequest>> {
        let origin = self.origin.inside(self.origin.path.field(name), None);
        match self.event.get(name) {
            Some(json) => origin.parse_request(json, &PARSE_OPTIONS),
            None => Err(ValidationErrors::at(&origin.path, messages::expected("an object", None)).into()),
        }
    }
}

impl ResourceIds {
    fn parse(event: &Object<'_>) -> Self {
        // CloudFormation compares the IDs of the response with its own, so a number is repeated as it was written.
        let id = |name| {
            let json = event.get(name)?;
            json.as_str().map(|text| text.into_owned()).or_else(|| match json.json_type() {
                JsonType::Number | JsonType::Boolean => Some(json.raw().to_owned()),
                _ => None,
            })
        };
        Self {
            stack_id: id("StackId").unwrap_or_default(),
            request_id: id("RequestId").unwrap_or_default(),
            logical_resource_id: id("LogicalResourceId").unwrap_or_default(),
            physical_resource_id: id("PhysicalResourceId").filter(|id| !id.is_empty()),
        }
    }

    /// The physical ID for a resource that was not created. CloudFormation sends it back in the Delete that follows.
    pub fn failed_create_physical_id(&self) -> String {
        let id: String = self.request_id.chars().take(128).collect();
        format!("not-created:{}", if id.is_empty() { "unknown" } else { &id })
    }
}

/// A number of seconds, which CloudFormation sends as a string: 1 to 3,600, as `ServiceTimeout` allows.
fn parse_seconds(json: RawJson<'_>) -> Option<Duration> {
    let seconds: u64 = match json.json_type() {
        JsonType::String => json.as_str()?.trim().parse().ok()?,
        _ => json.raw().parse().ok()?,
    };
    (1..=3_600).contains(&seconds).then(|| Duration::from_secs(seconds))
}

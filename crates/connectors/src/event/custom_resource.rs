//! A CloudFormation custom resource request: what it asks, and the way ids, which is read first.

use std::time::Duration;

use super::{RequestOrigin, text};
use crate::client_token::Requester;
use crate::diagnostic::{Path, ValidationErrors};
use crate::json::{JsonType, Object, RawJson};
use crate::request::{ParseOptions, ParsedRequest, parse};

/// A custom resource request. The way ids is read; all else is read when it is asked for, so that nothing in it
/// can keep the answer from being sent.
pub struct CustomResourceEvent<'a> {
    /// How its asker is answered.
    pub ids: ResourceIds,
    /// Who asks.
    pub origin: RequestOrigin,
    /// Where the answer is wanted, as it came.
    pub response_url: Option<RawJson<'a>>,
    event: Object<'a>,
}

/// How the asker is answered, and the ids that the answer repeats.
#[derive(Clone, Debug)]
pub struct ResourceIds {
    /// Repeated in the answer.
    pub stack_id: String,
    /// Repeated in the answer.
    pub request_id: String,
    /// Repeated in the answer.
    pub logical_resource_id: String,
    /// The resource's id, as an earlier answer gave it.
    pub physical_resource_id: Option<String>,
}

/// What happens to the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestType {
    /// It comes into the stack.
    Create,
    /// Its properties change.
    Update,
    /// It leaves the stack.
    Delete,
}

/// What a custom resource's properties must have, and what CloudFormation itself puts among them.
pub const RULES: ParseOptions =
    ParseOptions { require_connectors: true, allowed_extra_fields: &["ServiceToken", "ServiceTimeout"] };

/// Whether CloudFormation sent this event. One of the two is enough, so that an event that lacks the other is
/// answered, or called what it is.
pub(super) fn sent(event: &Object<'_>) -> bool {
    event.has("ResponseURL") || (event.has("RequestType") && event.has("ResourceProperties"))
}

impl<'a> CustomResourceEvent<'a> {
    /// Reads the way ids.
    pub(super) fn read(event: Object<'a>, outer: &RequestOrigin) -> Self {
        let ids = ResourceIds::read(&event);
        let identity = Requester::CloudFormation {
            stack_id: ids.stack_id.clone(),
            logical_resource_id: ids.logical_resource_id.clone(),
            request_id: ids.request_id.clone(),
        };
        let response_url = event.get("ResponseURL");
        Self { ids, origin: outer.with_requester(Some(identity)), response_url, event }
    }

    /// What happens to the resource.
    pub fn request_type(&self) -> Result<RequestType, ValidationErrors> {
        match text(&self.event, "RequestType").as_deref() {
            Some("Create") => Ok(RequestType::Create),
            Some("Update") => Ok(RequestType::Update),
            Some("Delete") => Ok(RequestType::Delete),
            _ => {
                let shape = self.event.get("RequestType").map(|json| json.describe().to_string());
                let shape = shape.as_deref().unwrap_or("missing");
                Err(problem("RequestType", format_args!("is {shape}, must be Create, Update or Delete")))
            }
        }
    }

    /// Whether the resource leaves its stack.
    pub fn is_delete(&self) -> bool {
        self.request_type().is_ok_and(|request_type| request_type == RequestType::Delete)
    }

    /// How long CloudFormation waits for the answer, where the stack says so.
    pub fn service_timeout(&self) -> Option<Duration> {
        let property = || self.event.get("ResourceProperties")?.as_object()?.get("ServiceTimeout");
        self.event.get("ServiceTimeout").and_then(seconds).or_else(|| property().and_then(seconds))
    }

    /// The request in the properties.
    pub fn request(&self) -> Result<ParsedRequest, ValidationErrors> {
        self.parse("ResourceProperties")
    }

    /// The request in the properties before the update.
    pub fn old_request(&self) -> Result<ParsedRequest, ValidationErrors> {
        self.parse("OldResourceProperties")
    }

    /// The revision before the update, also where the rest of the properties is no request.
    pub fn old_revision(&self) -> Option<String> {
        text(&self.event.get("OldResourceProperties")?.as_object()?, "Revision")
    }

    fn parse(&self, properties: &str) -> Result<ParsedRequest, ValidationErrors> {
        match self.event.get(properties) {
            Some(json) => parse(json, &RULES),
            None => Err(problem(properties, format_args!("is missing, must be an object"))),
        }
    }
}

impl ResourceIds {
    fn read(event: &Object<'_>) -> Self {
        // An id of another type is repeated as it was written: CloudFormation compares what it gets back.
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
}

impl ResourceIds {
    /// The id of a resource that never came to be. CloudFormation hands it back when it cleans up.
    pub fn failed_create_physical_id(&self) -> String {
        let id: String = self.request_id.chars().take(128).collect();
        format!("not-created:{}", if id.is_empty() { "unknown" } else { &id })
    }
}

fn problem(name: &str, problem: std::fmt::Arguments<'_>) -> ValidationErrors {
    let mut problems = ValidationErrors::default();
    problems.push(&Path::root().field(name), problem);
    problems
}

/// A number of seconds, which CloudFormation hands over as a string: 1 to 3,600, as it allows.
fn seconds(json: RawJson<'_>) -> Option<Duration> {
    let seconds: u64 = match json.json_type() {
        JsonType::String => json.as_str()?.trim().parse().ok()?,
        _ => json.raw().parse().ok()?,
    };
    (1..=3_600).contains(&seconds).then(|| Duration::from_secs(seconds))
}

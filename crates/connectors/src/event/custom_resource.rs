//! A CloudFormation custom resource request: what it asks, and the way home, which is read first.

use std::time::Duration;

use super::{Origin, text};
use crate::client_token::Identity;
use crate::json::{Json, Kind, Members};
use crate::request::{Parsed, Path, Problems, Rules, parse};

/// A custom resource request. The way home is read; all else is read when it is asked for, so that nothing in it
/// can keep the answer from being sent.
pub struct CustomResource<'a> {
    /// How its asker is answered.
    pub home: Home,
    /// Who asks.
    pub origin: Origin,
    /// Where the answer is wanted, as it came.
    pub response_url: Option<Json<'a>>,
    event: Members<'a>,
}

/// How the asker is answered, and the ids that the answer repeats.
#[derive(Clone, Debug)]
pub struct Home {
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
pub const RULES: Rules = Rules { connectors_required: true, own_fields: &["ServiceToken", "ServiceTimeout"] };

/// Whether CloudFormation sent this event. One of the two is enough, so that an event that lacks the other is
/// answered, or called what it is.
pub(super) fn sent(event: &Members<'_>) -> bool {
    event.has("ResponseURL") || (event.has("RequestType") && event.has("ResourceProperties"))
}

impl<'a> CustomResource<'a> {
    /// Reads the way home.
    pub(super) fn read(event: Members<'a>, outer: &Origin) -> Self {
        let home = Home::read(&event);
        let identity = Identity::CloudFormation {
            stack_id: home.stack_id.clone(),
            logical_resource_id: home.logical_resource_id.clone(),
            request_id: home.request_id.clone(),
        };
        let response_url = event.get("ResponseURL");
        Self { home, origin: outer.with(Some(identity)), response_url, event }
    }

    /// What happens to the resource.
    pub fn request_type(&self) -> Result<RequestType, Problems> {
        match text(&self.event, "RequestType").as_deref() {
            Some("Create") => Ok(RequestType::Create),
            Some("Update") => Ok(RequestType::Update),
            Some("Delete") => Ok(RequestType::Delete),
            _ => {
                let shape = self.event.get("RequestType").map(|json| json.shape().to_string());
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
        let property = || self.event.get("ResourceProperties")?.members()?.get("ServiceTimeout");
        self.event.get("ServiceTimeout").and_then(seconds).or_else(|| property().and_then(seconds))
    }

    /// The request in the properties.
    pub fn request(&self) -> Result<Parsed, Problems> {
        self.parse("ResourceProperties")
    }

    /// The request in the properties before the update.
    pub fn old_request(&self) -> Result<Parsed, Problems> {
        self.parse("OldResourceProperties")
    }

    /// The revision before the update, also where the rest of the properties is no request.
    pub fn old_revision(&self) -> Option<String> {
        text(&self.event.get("OldResourceProperties")?.members()?, "Revision")
    }

    fn parse(&self, properties: &str) -> Result<Parsed, Problems> {
        match self.event.get(properties) {
            Some(json) => parse(json, &RULES),
            None => Err(problem(properties, format_args!("is missing, must be an object"))),
        }
    }
}

impl Home {
    fn read(event: &Members<'_>) -> Self {
        // An id of another type is repeated as it was written: CloudFormation compares what it gets back.
        let id = |name| {
            let json = event.get(name)?;
            json.string().map(|text| text.into_owned()).or_else(|| match json.kind() {
                Kind::Number | Kind::Boolean => Some(json.raw().to_owned()),
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

impl Home {
    /// The id of a resource that never came to be. CloudFormation hands it back when it cleans up.
    pub fn placeholder(&self) -> String {
        let id: String = self.request_id.chars().take(128).collect();
        format!("not-created:{}", if id.is_empty() { "unknown" } else { &id })
    }
}

fn problem(name: &str, problem: std::fmt::Arguments<'_>) -> Problems {
    let mut problems = Problems::default();
    problems.add(&Path::root().member(name), problem);
    problems
}

/// A number of seconds, which CloudFormation hands over as a string: 1 to 3,600, as it allows.
fn seconds(json: Json<'_>) -> Option<Duration> {
    let seconds: u64 = match json.kind() {
        Kind::String => json.string()?.trim().parse().ok()?,
        _ => json.raw().parse().ok()?,
    };
    (1..=3_600).contains(&seconds).then(|| Duration::from_secs(seconds))
}

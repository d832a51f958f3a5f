//! A CloudFormation custom resource request: what it asks, and the way home, which is read first.

mod answer;
mod messenger;
mod response_url;

use std::time::Duration;

pub use answer::{Answer, Data, Status};
pub use messenger::Messenger;
pub use response_url::{ResponseHosts, ResponseUrl};

use super::text;
use crate::json::{Json, Kind, Members};
use crate::request::{Parsed, Path, Problems, Rules, parse};
use crate::token::Identity;

/// A custom resource request. Reading it cannot fail: whatever is wrong with it is said in the answer.
pub struct CustomResource<'a> {
    /// How its asker is answered.
    pub home: Home,
    /// What happens to the resource, or what stands in place of that.
    pub request_type: Result<RequestType, String>,
    /// The resource's id, as an earlier answer gave it.
    pub physical_resource_id: Option<String>,
    /// How long CloudFormation waits for the answer, where the stack says so.
    pub service_timeout: Option<Duration>,
    properties: Option<Json<'a>>,
    old_properties: Option<Json<'a>>,
}

/// How the asker is answered, and the ids that the answer repeats.
#[derive(Clone, Debug)]
pub struct Home {
    /// Where the answer goes.
    pub way: Way,
    /// Repeated in the answer.
    pub stack_id: String,
    /// Repeated in the answer.
    pub request_id: String,
    /// Repeated in the answer.
    pub logical_resource_id: String,
}

/// Where an answer goes.
#[derive(Clone, Debug)]
pub enum Way {
    /// To this URL.
    Url(ResponseUrl),
    /// Back to the invoker: the CDK's Provider framework, which speaks to CloudFormation itself.
    Return,
    /// Nowhere: why the ResponseURL is not used.
    None(String),
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

/// What CloudFormation itself puts among the properties.
const RULES: Rules = Rules { connectors_required: true, own_fields: &["ServiceToken", "ServiceTimeout"] };

/// Whether CloudFormation sent this event. One of the two is enough, so that an event that lacks the other is
/// answered, or called what it is.
pub(super) fn sent(event: &Members<'_>) -> bool {
    event.has("ResponseURL") || (event.has("RequestType") && event.has("ResourceProperties"))
}

impl<'a> CustomResource<'a> {
    /// Reads an event, the way home first.
    pub(super) fn read(event: &Members<'a>, hosts: &ResponseHosts) -> Self {
        let home = Home::read(event, hosts);
        let properties = event.get("ResourceProperties");
        let request_type = match text(event, "RequestType").as_deref() {
            Some("Create") => Ok(RequestType::Create),
            Some("Update") => Ok(RequestType::Update),
            Some("Delete") => Ok(RequestType::Delete),
            _ => Err(event.get("RequestType").map_or("missing".to_owned(), |json| json.shape().to_string())),
        };
        let service_timeout = event
            .get("ServiceTimeout")
            .or_else(|| properties.and_then(Json::members).and_then(|members| members.get("ServiceTimeout")))
            .and_then(seconds);
        Self {
            home,
            request_type,
            physical_resource_id: text(event, "PhysicalResourceId").filter(|id| !id.is_empty()),
            service_timeout,
            properties,
            old_properties: event.get("OldResourceProperties"),
        }
    }

    /// The request in the properties.
    pub fn request(&self) -> Result<Parsed, Problems> {
        parse_properties(self.properties, "ResourceProperties")
    }

    /// The request in the properties before the update.
    pub fn old_request(&self) -> Result<Parsed, Problems> {
        parse_properties(self.old_properties, "OldResourceProperties")
    }

    /// The revision before the update, also where the rest of the properties is no request.
    pub fn old_revision(&self) -> Option<String> {
        text(&self.old_properties?.members()?, "Revision")
    }

    /// Who asks.
    pub fn identity(&self) -> Identity {
        Identity::CloudFormation {
            stack_id: self.home.stack_id.clone(),
            logical_resource_id: self.home.logical_resource_id.clone(),
            request_id: self.home.request_id.clone(),
        }
    }
}

impl Home {
    fn read(event: &Members<'_>, hosts: &ResponseHosts) -> Self {
        // An id of another type is repeated as it was written: CloudFormation compares what it gets back.
        let id = |name| {
            let json = event.get(name)?;
            json.string().map(|text| text.into_owned()).or_else(|| match json.kind() {
                Kind::Number | Kind::Boolean => Some(json.raw().to_owned()),
                _ => None,
            })
        };
        let way = match event.get("ResponseURL") {
            None => Way::None("is missing".to_owned()),
            Some(json) => match json.string().as_deref() {
                Some("...") => Way::Return,
                Some(url) => hosts.parse(url).map_or_else(Way::None, Way::Url),
                None => Way::None(format!("is {}, must be a URL", json.shape())),
            },
        };
        Self {
            way,
            stack_id: id("StackId").unwrap_or_default(),
            request_id: id("RequestId").unwrap_or_default(),
            logical_resource_id: id("LogicalResourceId").unwrap_or_default(),
        }
    }
}

fn parse_properties(properties: Option<Json<'_>>, name: &str) -> Result<Parsed, Problems> {
    properties.map_or_else(
        || {
            let mut problems = Problems::default();
            problems.add(&Path::root().member(name), "is missing, must be an object");
            Err(problems)
        },
        |json| parse(json, &RULES),
    )
}

/// A number of seconds, which CloudFormation hands over as a string.
fn seconds(json: Json<'_>) -> Option<Duration> {
    let seconds: u64 = match json.kind() {
        Kind::String => json.string()?.trim().parse().ok()?,
        _ => json.raw().parse().ok()?,
    };
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

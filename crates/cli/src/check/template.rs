//! The connectors that a CloudFormation template declares.

use std::collections::HashSet;

use connectors::event::custom_resource::PARSE_OPTIONS;
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use serde_json::{Map, Value, json};

use super::collector::{Found, Origin, Places, Within};
use super::intrinsic::{Deployment, References, function};
use super::spanned_value::{Kind, Node};

const OPEN: &str = "known at deployment";
/// What stands for an ARN that is not known: somebody else's connector, of which nothing is known either.
const OPEN_ARN: &str = "arn:aws:greengrass:::known-at-deployment";

/// Whether this is a template.
pub(super) fn is_template(node: &Node) -> bool {
    let resources = node.get("Resources").map(Node::members).unwrap_or_default();
    resources.iter().any(|(_, resource)| resource.get("Type").is_some_and(|of| of.text().is_some()))
        || node.get("AWSTemplateFormatVersion").is_some()
}

/// Checks every resource that has connectors.
pub(super) fn check(template: &Node, region: Option<&str>, found: &mut Found) {
    let on = |references| Deployment { region: region.unwrap_or("us-east-1").to_owned(), references };
    let (as_native, as_custom) = (on(References::OfNativeResources), on(References::OfCustomResources));
    for (name, resource) in template.get("Resources").map(Node::members).unwrap_or_default() {
        let (Some(of), Some(properties)) =
            (resource.get("Type").and_then(Node::text), resource.get("Properties"))
        else {
            continue;
        };
        let (declared, below) = match of {
            "AWS::Greengrass::ConnectorDefinitionVersion" => (native(properties, &as_native), ""),
            "AWS::Greengrass::ConnectorDefinition" => {
                let version = properties.get("InitialVersion");
                (version.and_then(|version| native(version, &as_native)), ".InitialVersion")
            }
            _ if is_ours(of, properties) => (custom(properties, &as_custom), ""),
            _ => continue,
        };
        if let Some(Declared { request, open, rules, places }) = declared {
            let text = request.to_string();
            let open = |index: usize, parameter: &str| {
                open.connectors.contains(&index) || open.values.contains(&(index, parameter.to_owned()))
            };
            let within = Within::Value(format!("Resources.{name}.Properties{below}"));
            let origin = Origin { within, places, region, open: &open };
            // Our own JSON.
            if let Ok(json) = RawJson::parse(&text) {
                found.add(parse(json, &rules), &origin);
            }
        }
    }
}

/// Whether a custom resource is one of this function's: by its type's name, or by properties that only it has. Somebody
/// else's may have connectors too.
fn is_ours(of: &str, properties: &Node) -> bool {
    let custom = of.starts_with("Custom::") || of == "AWS::CloudFormation::CustomResourceEvent";
    let has_arn = |connector: &Node| connector.get("ConnectorArn").is_some();
    let connectors = properties.get("Connectors");
    let has_connectors = connectors.and_then(Node::items).is_some_and(|items| items.iter().any(has_arn));
    let has_definition = connectors.is_some() && properties.get("ConnectorDefinitionId").is_some();
    of == "Custom::GreengrassConnectorVersion" || (custom && (has_connectors || has_definition))
}

/// A request that a template declares.
struct Declared {
    request: Value,
    open: Open,
    rules: ParseOptions,
    places: Places,
}

/// What only a deployment will know.
#[derive(Default)]
struct Open {
    /// Connectors of which no parameter is known.
    connectors: HashSet<usize>,
    /// Parameters.
    values: HashSet<(usize, String)>,
}

/// The connectors of a native resource, whose other properties are CloudFormation's matter.
fn native(properties: &Node, deployment: &Deployment) -> Option<Declared> {
    let node = properties.get("Connectors").filter(|node| function(node).is_none())?;
    let mut open = Open::default();
    let request =
        json!({ "ConnectorDefinitionId": "native", "Connectors": list(node, deployment, &mut open) });
    Some(Declared { request, open, rules: ParseOptions::default(), places: Places::of_connectors(node) })
}

/// The properties of a custom resource.
fn custom(properties: &Node, deployment: &Deployment) -> Option<Declared> {
    if function(properties).is_some() {
        return None;
    }
    let mut open = Open::default();
    let mut request = Map::new();
    for (name, value) in properties.members() {
        let value = match name.as_str() {
            "Connectors" if function(value).is_some() => json!([]),
            "Connectors" => list(value, deployment, &mut open),
            _ => text(value, deployment).unwrap_or_else(|| json!("known-at-deployment")),
        };
        request.insert(name.clone(), value);
    }
    Some(Declared {
        request: request.into(),
        open,
        rules: PARSE_OPTIONS,
        places: Places::of_request(properties),
    })
}

/// A value as the function will get it; `None` where only a deployment will know it.
fn text(node: &Node, deployment: &Deployment) -> Option<Value> {
    match function(node) {
        Some(_) => deployment.resolve(node).map(Value::from),
        None => match node.text() {
            Some(text) => deployment.dereference(text.to_owned()).map(Value::from),
            None => Some(node.to_json()),
        },
    }
}

fn list(node: &Node, deployment: &Deployment, open: &mut Open) -> Value {
    let Some(items) = node.items() else { return node.to_json() };
    items.iter().enumerate().map(|(index, item)| connector(index, item, deployment, open)).collect()
}

fn connector(index: usize, node: &Node, deployment: &Deployment, open: &mut Open) -> Value {
    let id = || json!(format!("known-at-deployment-{index}"));
    if function(node).is_some() {
        return json!({ "ConnectorArn": OPEN_ARN, "Id": id() });
    }
    let Kind::Object(members) = &node.kind else { return node.to_json() };
    let mut connector = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "ConnectorArn" => text(value, deployment).unwrap_or_else(|| json!(OPEN_ARN)),
            "Id" => text(value, deployment).unwrap_or_else(id),
            "Parameters" if function(value).is_some() => {
                open.connectors.insert(index);
                json!({})
            }
            "Parameters" => parameters(index, value, deployment, open),
            _ => text(value, deployment).unwrap_or_else(|| json!(OPEN)),
        };
        connector.insert(name.clone(), value);
    }
    connector.into()
}

fn parameters(index: usize, node: &Node, deployment: &Deployment, open: &mut Open) -> Value {
    let Kind::Object(members) = &node.kind else { return node.to_json() };
    let mut parameters = Map::new();
    for (name, value) in members {
        let value = text(value, deployment).unwrap_or_else(|| {
            open.values.insert((index, name.clone()));
            json!(OPEN)
        });
        parameters.insert(name.clone(), value);
    }
    parameters.into()
}

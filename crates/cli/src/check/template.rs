//! The connectors that a CloudFormation template declares.

use std::collections::HashSet;

use connectors::event::custom_resource::PARSE_OPTIONS;
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use connectors::request::{ParseOptions, parse};
use serde_json::{Map, Value as Json, json};

use super::collector::{CheckResult, Container, RequestLocation, SpanIndex};
use super::intrinsic::{DeployContext, DynamicReferences, function};
use super::spanned_value::{SpannedValue, Value};

/// Stands for a value that is known only at deployment.
const DEFERRED: &str = "known at deployment";
/// Stands for an ARN that is known only at deployment: a connector that is not AWS's, so nothing is checked.
const DEFERRED_ARN: &str = "arn:aws:greengrass:::known-at-deployment";

/// Whether this is a template.
pub(super) fn is_template(value: &SpannedValue) -> bool {
    let resources = value.get("Resources").map(SpannedValue::members).unwrap_or_default();
    resources.iter().any(|(_, resource)| resource.get("Type").and_then(SpannedValue::as_scalar).is_some())
        || value.get("AWSTemplateFormatVersion").is_some()
}

/// Checks every resource that has connectors.
pub(super) fn check(template: &SpannedValue, region: Option<&str>, result: &mut CheckResult) {
    let context = |references| DeployContext { region: region.unwrap_or("us-east-1").to_owned(), references };
    let native_context = context(DynamicReferences::InNativeResource);
    let custom_context = context(DynamicReferences::InCustomResource);
    for (name, resource) in template.get("Resources").map(SpannedValue::members).unwrap_or_default() {
        let (Some(resource_type), Some(properties)) =
            (resource.get("Type").and_then(SpannedValue::as_scalar), resource.get("Properties"))
        else {
            continue;
        };
        let (request, suffix) = match resource_type {
            "AWS::Greengrass::ConnectorDefinitionVersion" => {
                (native_resource(properties, &native_context), "")
            }
            "AWS::Greengrass::ConnectorDefinition" => {
                let version = properties.get("InitialVersion");
                (version.and_then(|version| native_resource(version, &native_context)), ".InitialVersion")
            }
            _ if is_connector_version_resource(resource_type, properties) => {
                (custom_resource(properties, &custom_context), "")
            }
            _ => continue,
        };
        if let Some(ResourceRequest { request, deferred, options, spans }) = request {
            let text = request.to_string();
            let is_deferred = |index: usize, parameter: &str| {
                deferred.connectors.contains(&index)
                    || deferred.parameters.contains(&(index, parameter.to_owned()))
            };
            let container = Container::Value(format!("Resources.{name}.Properties{suffix}"));
            let location = RequestLocation { container, spans, region, is_deferred: &is_deferred };
            // Always JSON: serde_json wrote it.
            if let Ok(json) = RawJson::parse(&text) {
                let function = FunctionLocation { region: region.map(str::to_owned), account: None };
                result.add(parse(json, &ParseOptions { location: &function, ..options }), &location);
            }
        }
    }
}

/// Whether a custom resource is the function's, by its type's name or by its properties. `Connectors` alone is not
/// enough: other custom resources may have a property of that name.
fn is_connector_version_resource(resource_type: &str, properties: &SpannedValue) -> bool {
    let custom =
        resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResourceEvent";
    let has_arn = |connector: &SpannedValue| connector.get("ConnectorArn").is_some();
    let connectors = properties.get("Connectors");
    let has_connectors =
        connectors.and_then(SpannedValue::items).is_some_and(|items| items.iter().any(has_arn));
    let has_definition = connectors.is_some() && properties.get("ConnectorDefinitionId").is_some();
    resource_type == "Custom::GreengrassConnectorVersion" || (custom && (has_connectors || has_definition))
}

/// A request that a template declares.
struct ResourceRequest {
    request: Json,
    deferred: DeferredValues,
    options: ParseOptions<'static>,
    spans: SpanIndex,
}

/// The values that are known only at deployment.
#[derive(Default)]
struct DeferredValues {
    /// Indexes of connectors whose parameters are all unknown.
    connectors: HashSet<usize>,
    /// Connector's index and parameter's name.
    parameters: HashSet<(usize, String)>,
}

/// The connectors of a native resource, whose other properties CloudFormation checks.
fn native_resource(properties: &SpannedValue, context: &DeployContext) -> Option<ResourceRequest> {
    let value = properties.get("Connectors").filter(|value| function(value).is_none())?;
    let mut deferred = DeferredValues::default();
    let request =
        json!({ "ConnectorDefinitionId": "native", "Connectors": connectors(value, context, &mut deferred) });
    Some(ResourceRequest {
        request,
        deferred,
        options: ParseOptions::default(),
        spans: SpanIndex::for_connectors(value),
    })
}

/// The properties of a custom resource.
fn custom_resource(properties: &SpannedValue, context: &DeployContext) -> Option<ResourceRequest> {
    if function(properties).is_some() {
        return None;
    }
    let mut deferred = DeferredValues::default();
    let mut request = Map::new();
    for (name, value) in properties.members() {
        let value = match name.as_str() {
            "Connectors" if function(value).is_some() => json!([]),
            "Connectors" => connectors(value, context, &mut deferred),
            _ => value_at_deployment(value, context).unwrap_or_else(|| json!("known-at-deployment")),
        };
        request.insert(name.clone(), value);
    }
    Some(ResourceRequest {
        request: request.into(),
        deferred,
        options: PARSE_OPTIONS,
        spans: SpanIndex::for_request(properties),
    })
}

/// A value as the function receives it; `None` if it is known only at deployment.
fn value_at_deployment(value: &SpannedValue, context: &DeployContext) -> Option<Json> {
    match function(value) {
        Some(_) => context.resolve(value).map(Json::from),
        None => match value.as_scalar() {
            Some(text) => context.resolve_dynamic_references(text.to_owned()).map(Json::from),
            None => Some(value.to_json()),
        },
    }
}

fn connectors(value: &SpannedValue, context: &DeployContext, deferred: &mut DeferredValues) -> Json {
    let Some(items) = value.items() else { return value.to_json() };
    items.iter().enumerate().map(|(index, item)| connector(index, item, context, deferred)).collect()
}

fn connector(
    index: usize,
    value: &SpannedValue,
    context: &DeployContext,
    deferred: &mut DeferredValues,
) -> Json {
    let id = || json!(format!("known-at-deployment-{index}"));
    if function(value).is_some() {
        return json!({ "ConnectorArn": DEFERRED_ARN, "Id": id() });
    }
    let Value::Object(members) = &value.value else { return value.to_json() };
    let mut connector = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "ConnectorArn" => value_at_deployment(value, context).unwrap_or_else(|| json!(DEFERRED_ARN)),
            "Id" => value_at_deployment(value, context).unwrap_or_else(id),
            "Parameters" if function(value).is_some() => {
                deferred.connectors.insert(index);
                json!({})
            }
            "Parameters" => parameters(index, value, context, deferred),
            _ => value_at_deployment(value, context).unwrap_or_else(|| json!(DEFERRED)),
        };
        connector.insert(name.clone(), value);
    }
    connector.into()
}

fn parameters(
    index: usize,
    value: &SpannedValue,
    context: &DeployContext,
    deferred: &mut DeferredValues,
) -> Json {
    let Value::Object(members) = &value.value else { return value.to_json() };
    let mut parameters = Map::new();
    for (name, value) in members {
        let value = value_at_deployment(value, context).unwrap_or_else(|| {
            deferred.parameters.insert((index, name.clone()));
            json!(DEFERRED)
        });
        parameters.insert(name.clone(), value);
    }
    parameters.into()
}

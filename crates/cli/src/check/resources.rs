//! The resources with connectors in a document, wherever they are: in a template, under `resources` of a
//! `serverless.yml`, in a snippet without `Resources`, in a loop.

use connectors::diagnostic::Path;

use super::function::{calls_macro, for_each, function, is_macro};
use super::intrinsic::Surroundings;
use super::scope::Scope;
use super::spanned_value::{SpannedValue, Value};

/// What a document declares.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub(super) resources: Vec<Resource<'a>>,
    pub(super) template_bodies: Vec<TemplateBody<'a>>,
}

/// A resource that has connectors.
#[derive(Debug)]
pub(super) struct Resource<'a> {
    pub(super) kind: ResourceKind,
    pub(super) path: Path,
    pub(super) properties: &'a SpannedValue,
    /// The name of the resource's own condition.
    pub(super) condition: Option<&'a str>,
    pub(super) scope: Scope<'a>,
    pub(super) surroundings: Surroundings<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceKind {
    DefinitionVersion,
    Definition,
    Custom,
}

/// A template that is a text, or an object, in another document: `TemplateBody` of a stack set.
#[derive(Debug)]
pub(super) struct TemplateBody<'a> {
    pub(super) path: Path,
    pub(super) value: &'a SpannedValue,
    pub(super) scope: Scope<'a>,
    pub(super) surroundings: Surroundings<'a>,
}

/// The names of templates in CloudFormation and in Terraform.
const TEMPLATE_BODIES: [&str; 2] = ["TemplateBody", "template_body"];

/// Finds the declarations in a value. `path` is the value's own.
pub(super) fn find_declarations<'a>(
    value: &'a SpannedValue,
    path: &Path,
    scope: Scope<'a>,
) -> Declarations<'a> {
    let mut declarations = Declarations::default();
    declarations.add(value, path, scope, &Surroundings::default());
    declarations
}

/// Whether a value is a template.
pub(super) fn is_template(value: &SpannedValue) -> bool {
    let resources = value.get("Resources");
    let has_type = |resource: &SpannedValue| resource.get("Type").and_then(SpannedValue::as_scalar).is_some();
    resources.is_some_and(|resources| {
        resources.members().iter().any(|member| has_type(&member.value) || for_each(member).is_some())
    }) || value.get("AWSTemplateFormatVersion").is_some()
}

impl<'a> Declarations<'a> {
    fn add(
        &mut self,
        value: &'a SpannedValue,
        path: &Path,
        scope: Scope<'a>,
        surroundings: &Surroundings<'a>,
    ) {
        let members = match &value.value {
            Value::Null | Value::Scalar(_) => return,
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add(item, &path.index(index), scope, surroundings);
                }
                return;
            }
            Value::Object(members) => members,
        };
        let mut scope = scope;
        let mut surroundings = surroundings.clone();
        if value.get("Resources").is_some_and(SpannedValue::is_object) {
            scope.template = Some(value);
            surroundings.is_macro |= value.get("Transform").is_some_and(calls_macro);
        }
        self.add_resource(value, path, scope, &surroundings);
        surroundings.is_macro |= members.iter().any(is_macro);
        for member in members {
            let path = path.field(&member.name);
            if TEMPLATE_BODIES.contains(&member.name.as_str()) && is_text(&member.value) {
                let surroundings = surroundings.clone();
                self.template_bodies.push(TemplateBody { path, value: &member.value, scope, surroundings });
            } else if let Some((variable, body)) = for_each(member) {
                let mut inner = surroundings.clone();
                inner.loops.push(variable);
                self.add(body, &path.index(2), scope, &inner);
            } else {
                self.add(&member.value, &path, scope, &surroundings);
            }
        }
    }

    fn add_resource(
        &mut self,
        value: &'a SpannedValue,
        path: &Path,
        scope: Scope<'a>,
        surroundings: &Surroundings<'a>,
    ) {
        let (Some(resource_type), Some(properties)) =
            (value.get("Type").and_then(SpannedValue::as_scalar), value.get("Properties"))
        else {
            return;
        };
        let kind = match resource_type {
            "AWS::Greengrass::ConnectorDefinitionVersion" => ResourceKind::DefinitionVersion,
            "AWS::Greengrass::ConnectorDefinition" => ResourceKind::Definition,
            _ if is_connector_version_resource(resource_type, properties) => ResourceKind::Custom,
            _ => return,
        };
        let mut surroundings = surroundings.clone();
        surroundings.is_macro |= value.members().iter().any(is_macro);
        let condition = value.get("Condition").and_then(SpannedValue::as_scalar);
        let path = path.field("Properties");
        self.resources.push(Resource { kind, path, properties, condition, scope, surroundings });
    }
}

/// Whether a value is a text, or a function that makes one.
fn is_text(value: &SpannedValue) -> bool {
    value.as_scalar().is_some()
        || function(value).is_some_and(|(name, _)| matches!(name, "Fn::Sub" | "Fn::Join"))
}

/// Whether a custom resource is the function's, by its type's name or by its properties. `Connectors` alone is not
/// enough: other custom resources may have a property of that name.
fn is_connector_version_resource(resource_type: &str, properties: &SpannedValue) -> bool {
    let custom =
        resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResource";
    let connectors = properties.get("Connectors");
    let has_connectors = connectors.is_some_and(|connectors| has_member(connectors, "ConnectorArn"));
    let has_definition = connectors.is_some() && properties.get("ConnectorDefinitionId").is_some();
    resource_type == "Custom::GreengrassConnectorVersion" || (custom && (has_connectors || has_definition))
}

/// Whether a member has this name, in a value or anywhere inside it.
fn has_member(value: &SpannedValue, name: &str) -> bool {
    match &value.value {
        Value::Null | Value::Scalar(_) => false,
        Value::List(items) => items.iter().any(|item| has_member(item, name)),
        Value::Object(members) => {
            members.iter().any(|member| member.name == name || has_member(&member.value, name))
        }
    }
}

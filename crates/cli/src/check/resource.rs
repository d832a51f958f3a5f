//! The request that a resource of a template makes, from its resolved properties.

use std::collections::{HashMap, HashSet};

use connectors::event::custom_resource::PARSE_OPTIONS;
use connectors::request::ParseOptions;
use serde_json::{Map, Value as Json, json};

use super::collector::SpanIndex;
use super::open_text::complete;
use super::resolved::{DEFERRED, Resolved, ResolvedObject, ResolvedValue};

/// Stands for an ARN that is known only at deployment: a connector that is not AWS's, so nothing is checked.
const DEFERRED_ARN: &str = "arn:aws:greengrass:::known-at-deployment";

/// A request that a template declares.
pub(super) struct ResourceRequest {
    pub(super) request: Json,
    pub(super) deferred: DeferredValues,
    pub(super) options: ParseOptions<'static>,
    pub(super) spans: SpanIndex,
}

/// The values that are known only at deployment.
#[derive(Default)]
pub(super) struct DeferredValues {
    /// Indexes of connectors whose parameters are all unknown.
    connectors: HashSet<usize>,
    /// Connector's index and parameter's name.
    parameters: HashSet<(usize, String)>,
    /// The known names of the parameters of connectors that may have more.
    open_parameters: HashMap<usize, HashSet<String>>,
}

impl DeferredValues {
    /// Whether the value of a parameter, or whether there is one, is known only at deployment.
    pub(super) fn contains(&self, index: usize, parameter: &str) -> bool {
        self.connectors.contains(&index)
            || self.parameters.contains(&(index, parameter.to_owned()))
            || self.open_parameters.get(&index).is_some_and(|known| !known.contains(parameter))
    }
}

/// The dynamic references that CloudFormation resolves (its guide, "Get values stored in other services using dynamic
/// references"). It resolves `ssm-secure` in few properties of other types only, and in custom resources nothing that
/// is secret.
#[derive(Clone, Copy)]
pub(super) enum DynamicReferences {
    InNativeResource,
    InCustomResource,
}

impl DynamicReferences {
    fn resolves(self, kind: &str) -> bool {
        kind == "ssm" || (kind == "secretsmanager" && matches!(self, Self::InNativeResource))
    }

    /// Whether CloudFormation resolves every reference in a text, so that the text is known only at deployment. A
    /// resource receives an unresolved reference as it is written.
    fn defer(self, text: &str) -> bool {
        let mut kinds =
            text.split("{{resolve:").skip(1).map(|from| from.split(':').next().unwrap_or_default());
        text.contains("{{resolve:") && kinds.all(|kind| self.resolves(kind))
    }
}

/// The connectors of a native resource, whose other properties CloudFormation checks. `None` if they are open.
pub(super) fn native_request(connectors: &Resolved, region: Option<&str>) -> Option<ResourceRequest> {
    if connectors.is_open() || connectors.is_absent() {
        return None;
    }
    let mut builder = RequestBuilder::new(DynamicReferences::InNativeResource, region);
    let list = builder.connectors(connectors);
    Some(ResourceRequest {
        request: json!({ "ConnectorDefinitionId": "native", "Connectors": list }),
        deferred: builder.deferred,
        options: ParseOptions::default(),
        spans: SpanIndex::for_resolved_connectors(connectors),
    })
}

/// The properties of a custom resource. `None` if they are open.
pub(super) fn custom_request(properties: &Resolved, region: Option<&str>) -> Option<ResourceRequest> {
    let object = properties.as_object()?;
    let mut builder = RequestBuilder::new(DynamicReferences::InCustomResource, region);
    let mut request = Map::new();
    if object.is_open {
        request.insert("ConnectorDefinitionId".to_owned(), json!(DEFERRED));
        request.insert("Connectors".to_owned(), json!([]));
    }
    for (name, value) in &object.members {
        let value = match name.as_str() {
            "Connectors" if value.is_open() => json!([]),
            "Connectors" => builder.connectors(value),
            _ => builder.value(value).unwrap_or_else(|| json!(DEFERRED)),
        };
        request.insert(name.clone(), value);
    }
    Some(ResourceRequest {
        request: request.into(),
        deferred: builder.deferred,
        options: PARSE_OPTIONS,
        spans: SpanIndex::for_resolved(properties),
    })
}

struct RequestBuilder<'a> {
    references: DynamicReferences,
    region: Option<&'a str>,
    deferred: DeferredValues,
}

impl<'a> RequestBuilder<'a> {
    fn new(references: DynamicReferences, region: Option<&'a str>) -> Self {
        Self { references, region, deferred: DeferredValues::default() }
    }

    /// A value as the function receives it; `None` if it is known only at deployment.
    fn value(&self, value: &Resolved) -> Option<Json> {
        match &value.value {
            ResolvedValue::Open => None,
            ResolvedValue::Text(text) => {
                let text = complete(text, self.region)?;
                (!self.references.defer(&text)).then(|| text.into())
            }
            _ => Some(value.to_json(self.region)),
        }
    }

    fn connectors(&mut self, value: &Resolved) -> Json {
        let ResolvedValue::List(items) = &value.value else { return value.to_json(self.region) };
        items.iter().enumerate().map(|(index, item)| self.connector(index, item)).collect()
    }

    fn connector(&mut self, index: usize, value: &Resolved) -> Json {
        let id = || json!(format!("{DEFERRED}-{index}"));
        let object = match &value.value {
            // A connector that is left out keeps its place: the others keep theirs, and with it their paths.
            ResolvedValue::Open | ResolvedValue::Absent => {
                return json!({ "ConnectorArn": DEFERRED_ARN, "Id": id() });
            }
            ResolvedValue::Object(object) => object,
            _ => return value.to_json(self.region),
        };
        let mut connector = Map::new();
        if object.is_open {
            connector.insert("ConnectorArn".to_owned(), json!(DEFERRED_ARN));
            connector.insert("Id".to_owned(), id());
            if object.get("Parameters").is_none() {
                self.deferred.connectors.insert(index);
            }
        }
        for (name, value) in &object.members {
            let value = match (name.as_str(), &value.value) {
                ("ConnectorArn", _) => self.value(value).unwrap_or_else(|| json!(DEFERRED_ARN)),
                ("Id", _) => self.value(value).unwrap_or_else(id),
                ("Parameters", ResolvedValue::Object(parameters)) => self.parameters(index, parameters),
                ("Parameters", _) => self.value(value).unwrap_or_else(|| {
                    self.deferred.connectors.insert(index);
                    json!({})
                }),
                _ => self.value(value).unwrap_or_else(|| json!(DEFERRED)),
            };
            connector.insert(name.clone(), value);
        }
        connector.into()
    }

    fn parameters(&mut self, index: usize, object: &ResolvedObject) -> Json {
        let mut parameters = Map::new();
        for (name, value) in &object.members {
            let value = self.value(value).unwrap_or_else(|| {
                self.deferred.parameters.insert((index, name.clone()));
                json!(DEFERRED)
            });
            parameters.insert(name.clone(), value);
        }
        if object.is_open {
            self.deferred.open_parameters.insert(index, parameters.keys().cloned().collect());
        }
        parameters.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_cloudformation_resolves_are_deferred() {
        use DynamicReferences::{InCustomResource, InNativeResource};

        for (text, custom, native) in [
            ("plain {{resolve", false, false),
            ("{{resolve:ssm:topic}}", true, true),
            ("a-{{resolve:ssm:topic:3}}-b", true, true),
            ("{{resolve:ssm-secure:topic:3}}", false, false),
            ("{{resolve:secretsmanager:s:SecretString}}", false, true),
            ("{{resolve:ssm:a}}{{resolve:secretsmanager:s}}", false, true),
            ("{{resolve:other:x}}", false, false),
        ] {
            let deferred = (InCustomResource.defer(text), InNativeResource.defer(text));
            assert_eq!(deferred, (custom, native), "{text}");
        }
    }
}

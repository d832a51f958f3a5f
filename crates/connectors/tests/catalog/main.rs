//! The catalog, through the two functions that every request goes through: `parse` and `validate`.

mod arbitrary;
mod arns;
mod mutations;
mod rules;

use std::collections::BTreeMap;

use connectors::catalog::connector::{ConnectorSpec, Parameter, Rule};
use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, validate};
use connectors::diagnostic::{Diagnostic, DiagnosticCode};
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use serde_json::{Value, json};

type Parameters = BTreeMap<String, String>;

fn arn(name: &str, version: impl std::fmt::Display) -> String {
    format!("arn:aws:greengrass:us-east-1::/connectors/{name}/versions/{version}")
}

/// Validates connectors, each an ARN and its parameters.
fn validate_connectors(connectors: &[(String, Parameters)]) -> Vec<Diagnostic> {
    let connectors: Vec<Value> = connectors
        .iter()
        .enumerate()
        .map(|(index, (arn, parameters))| {
            json!({ "Id": format!("c{index}"), "ConnectorArn": arn, "Parameters": parameters })
        })
        .collect();
    validate_json(&json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }))
}

fn validate_json(request: &Value) -> Vec<Diagnostic> {
    let text = request.to_string();
    let parsed = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap();
    assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    validate(&parsed, &Context::for_region(Some("us-east-1")))
}

/// Codes and paths, without the diagnostics about a version as such.
fn codes_and_paths(diagnostics: &[Diagnostic]) -> Vec<(DiagnosticCode, &str)> {
    let is_about_version =
        |code| matches!(code, DiagnosticCode::SupersededVersion | DiagnosticCode::MaintenanceEnded);
    diagnostics
        .iter()
        .filter(|diagnostic| !is_about_version(diagnostic.code))
        .map(|diagnostic| (diagnostic.code, diagnostic.path.as_str()))
        .collect()
}

fn on_parameter(name: &str) -> String {
    format!("Connectors[0].Parameters.{name}")
}

/// Parameters that only the rules require.
fn required_by_rules(connector: &ConnectorSpec) -> Vec<&'static str> {
    let required_by = |rule: &Rule| match rule {
        Rule::RequiredWhen { then, .. } => then.to_vec(),
        Rule::AnyOf(names) => vec![names[0]],
        Rule::Greater { .. } | Rule::ReferencesFeedbackConfig { .. } => vec![],
    };
    connector.rules.iter().flat_map(required_by).collect()
}

/// Valid parameters: the examples of all parameters, or only of the required ones.
fn valid_parameters(connector: &ConnectorSpec, version: u32, all: bool) -> Parameters {
    connector
        .parameters_of(version)
        .filter(|parameter| {
            all || parameter.required || required_by_rules(connector).contains(&parameter.name)
        })
        .map(|parameter| (parameter.name.to_owned(), parameter.example.to_owned()))
        .collect()
}

/// The connector with these parameters, and the MLFeedback connector if the parameters refer to it.
fn request(connector: &ConnectorSpec, version: u32, parameters: Parameters) -> Vec<(String, Parameters)> {
    let mut request = vec![(arn(connector.name, version), parameters)];
    if request[0].1.contains_key("MLFeedbackConnectorConfigId") {
        let feedback = CONNECTORS.iter().find(|connector| connector.name == "MLFeedback").unwrap();
        request.push((arn("MLFeedback", 1), valid_parameters(feedback, 1, true)));
    }
    request
}

/// Visits each version of each connector with both kinds of valid parameters.
fn for_each_version(mut visit: impl FnMut(&'static ConnectorSpec, u32, &Parameters)) {
    for connector in CONNECTORS {
        for version in 1..=connector.latest {
            for all in [false, true] {
                visit(connector, version, &valid_parameters(connector, version, all));
            }
        }
    }
}

/// Visits each of these parameters.
fn for_each_parameter(mut visit: impl FnMut(&'static ConnectorSpec, u32, &Parameters, &'static Parameter)) {
    for_each_version(|connector, version, parameters| {
        for parameter in connector.parameters_of(version).filter(|p| parameters.contains_key(p.name)) {
            visit(connector, version, parameters, parameter);
        }
    });
}

/// Asserts the diagnostics of a valid request with one change.
#[track_caller]
fn expect(
    connector: &ConnectorSpec,
    version: u32,
    parameters: Parameters,
    expected: &[(DiagnosticCode, String)],
) -> Vec<Diagnostic> {
    let diagnostics = validate_connectors(&request(connector, version, parameters));
    let expected: Vec<(DiagnosticCode, &str)> =
        expected.iter().map(|(code, path)| (*code, path.as_str())).collect();
    assert_eq!(codes_and_paths(&diagnostics), expected, "{} {version}", connector.name);
    diagnostics
}

fn changed(parameters: &Parameters, name: &str, value: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.insert(name.to_owned(), value.to_owned());
    parameters
}

fn without(parameters: &Parameters, name: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.remove(name).unwrap();
    parameters
}

#[test]
fn the_catalog_is_complete() {
    let versions: u32 = CONNECTORS.iter().map(|connector| connector.latest).sum();
    let parameters: usize = CONNECTORS.iter().map(|connector| connector.parameters.len()).sum();
    assert_eq!((CONNECTORS.len(), versions, parameters), (22, 77, 126));
    assert!(CONNECTORS.is_sorted_by_key(|connector| connector.name));
}

//! The catalogue of connectors, through the two functions that every request goes through: parse and advise.

mod arbitrary;
mod arns;
mod mutations;
mod rules;

use std::collections::BTreeMap;

use connectors::catalog::connector::{Connector, Parameter, Rule};
use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, advise};
use connectors::json::Json;
use connectors::request::{Advice, Code, Rules, parse};
use serde_json::{Value, json};

type Parameters = BTreeMap<String, String>;

fn arn(name: &str, version: impl std::fmt::Display) -> String {
    format!("arn:aws:greengrass:us-east-1::/connectors/{name}/versions/{version}")
}

/// The advice on connectors, each an ARN and its parameters.
fn advice(connectors: &[(String, Parameters)]) -> Vec<Advice> {
    let connectors: Vec<Value> = connectors
        .iter()
        .enumerate()
        .map(|(index, (arn, parameters))| {
            json!({ "Id": format!("c{index}"), "ConnectorArn": arn, "Parameters": parameters })
        })
        .collect();
    advice_on(&json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }))
}

fn advice_on(request: &Value) -> Vec<Advice> {
    let text = request.to_string();
    let parsed = parse(Json::parse(&text).unwrap(), &Rules::default()).unwrap();
    assert!(parsed.advice.is_empty(), "{:?}", parsed.advice);
    advise(&parsed, &Context::of_region(Some("us-east-1")))
}

/// Codes and places, without those that only the version brings.
fn found(advice: &[Advice]) -> Vec<(Code, &str)> {
    let of_version = |code| matches!(code, Code::SupersededVersion | Code::MaintenanceEnded);
    advice
        .iter()
        .filter(|advice| !of_version(advice.code))
        .map(|advice| (advice.code, advice.path.as_str()))
        .collect()
}

fn on_parameter(name: &str) -> String {
    format!("Connectors[0].Parameters.{name}")
}

/// Parameters of the rules that the required ones do not cover.
fn ruled(connector: &Connector) -> Vec<&'static str> {
    let of_rule = |rule: &Rule| match rule {
        Rule::RequiredWhen { then, .. } => then.to_vec(),
        Rule::AnyOf(names) => vec![names[0]],
        Rule::Greater { .. } | Rule::NamesFeedback { .. } => vec![],
    };
    connector.rules.iter().flat_map(of_rule).collect()
}

/// A request that is right: with the examples of all parameters, or of those that must be there.
fn right(connector: &Connector, version: u32, all: bool) -> Parameters {
    connector
        .parameters_of(version)
        .filter(|parameter| all || parameter.required || ruled(connector).contains(&parameter.name))
        .map(|parameter| (parameter.name.to_owned(), parameter.example.to_owned()))
        .collect()
}

/// The connector with these parameters, and the one that it names where it does.
fn request(connector: &Connector, version: u32, parameters: Parameters) -> Vec<(String, Parameters)> {
    let mut request = vec![(arn(connector.name, version), parameters)];
    if request[0].1.contains_key("MLFeedbackConnectorConfigId") {
        let feedback = CONNECTORS.iter().find(|connector| connector.name == "MLFeedback").unwrap();
        request.push((arn("MLFeedback", 1), right(feedback, 1, true)));
    }
    request
}

/// Each connector in each of its versions, with a right request of either kind.
fn each(mut visit: impl FnMut(&'static Connector, u32, &Parameters)) {
    for connector in CONNECTORS {
        for version in 1..=connector.latest {
            for all in [false, true] {
                visit(connector, version, &right(connector, version, all));
            }
        }
    }
}

/// Each parameter of each right request.
fn each_parameter(mut visit: impl FnMut(&'static Connector, u32, &Parameters, &'static Parameter)) {
    each(|connector, version, parameters| {
        for parameter in connector.parameters_of(version).filter(|p| parameters.contains_key(p.name)) {
            visit(connector, version, parameters, parameter);
        }
    });
}

/// What is expected of a right request with one change.
#[track_caller]
fn expect(
    connector: &Connector,
    version: u32,
    parameters: Parameters,
    expected: &[(Code, String)],
) -> Vec<Advice> {
    let advice = advice(&request(connector, version, parameters));
    let expected: Vec<(Code, &str)> = expected.iter().map(|(code, path)| (*code, path.as_str())).collect();
    assert_eq!(found(&advice), expected, "{} {version}", connector.name);
    advice
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
fn the_catalogue_is_whole() {
    let versions: u32 = CONNECTORS.iter().map(|connector| connector.latest).sum();
    let parameters: usize = CONNECTORS.iter().map(|connector| connector.parameters.len()).sum();
    assert_eq!((CONNECTORS.len(), versions, parameters), (22, 77, 126));
    assert!(CONNECTORS.is_sorted_by_key(|connector| connector.name));
}

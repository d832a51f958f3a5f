//! Requests of meaningful pieces: parsing and validating them never panics.

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, validate};
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generators::any_json;
use crate::property::{Property, for_all};

fn any_connector() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        (0..CONNECTORS.len()).prop_map(|index| CONNECTORS[index].name.to_owned()),
        "[!-~]{0,12}",
    ];
    let arn = |region: &str, name: &str, version: &str| {
        format!("arn:aws:greengrass:{region}::/connectors/{name}/versions/{version}")
    };
    let arn = prop_oneof![
        2 => (name, "[!-~]{0,3}", "[!-~]{0,12}").prop_map(move |(name, version, region)| arn(&region, &name, &version)),
        4 => (0..CONNECTORS.len(), 1..13_u32)
            .prop_map(move |(index, version)| arn("us-east-1", CONNECTORS[index].name, &version.to_string())),
        1 => "arn:aws:greengrass:[!-~]{1,40}",
        1 => "[ -~é]{0,60}",
    ];
    let names: Vec<&str> =
        CONNECTORS.iter().flat_map(|c| c.parameters).map(|parameter| parameter.name).collect();
    let examples: Vec<&str> = CONNECTORS.iter().flat_map(|c| c.parameters).map(|p| p.example).collect();
    let parameter = prop_oneof![prop::sample::select(names).prop_map(str::to_owned), ".{0,20}"];
    let value = prop_oneof![
        3 => prop::sample::select(examples).prop_map(Value::from),
        1 => ".{0,40}".prop_map(Value::from),
        2 => "[-0-9a-z{}<>$:,\\[\\]\"/. ]{0,40}".prop_map(Value::from),
        1 => any_json().prop_map(|json| json.to_string().into()),
        1 => (1..300_usize).prop_map(|depth| "[{\"a\":".repeat(depth).into()),
        1 => any_json(),
    ];
    let parameters = prop_oneof![
        9 => prop::collection::btree_map(parameter, value, 0..12).prop_map(|parameters| json!(parameters)),
        1 => any_json(),
    ];
    let id = prop_oneof![8 => Just(None), 1 => any_json().prop_map(Some), 1 => Just(Some(json!("same")))];
    (arn, parameters, id).prop_map(|(arn, parameters, id)| {
        let mut connector = json!({ "ConnectorArn": arn, "Parameters": parameters });
        if let Some(id) = id {
            connector["Id"] = id;
        }
        connector
    })
}

fn any_request() -> impl Strategy<Value = Value> {
    let with_ids = prop::collection::vec(any_connector(), 0..6).prop_map(|mut connectors| {
        for (index, connector) in connectors.iter_mut().enumerate() {
            if connector.get("Id").is_none() {
                connector["Id"] = json!(index.to_string());
            }
        }
        connectors
    });
    let definition = prop_oneof![
        4 => Just("d".to_owned()),
        1 => Just("arn:aws:greengrass:eu-west-1:123456789012:/greengrass/definition/connectors/d".to_owned()),
        1 => "(arn:[ -~]{0,60}|.{0,20})",
    ];
    (definition, with_ids)
        .prop_map(|(id, connectors)| json!({ "ConnectorDefinitionId": id, "Connectors": connectors }))
}

pub(crate) const ARBITRARY_CONNECTORS: Property = Property {
    name: "arbitrary connectors",
    cases: 256,
    check: |runner| {
        for_all(
            runner,
            &(prop_oneof![1 => any_json(), 9 => any_request()], ".{0,12}"),
            |(request, region)| {
                let text = request.to_string();
                let json = RawJson::parse(&text).unwrap();
                for options in [
                    ParseOptions::default(),
                    ParseOptions {
                        require_connectors: true,
                        allowed_extra_fields: &["x"],
                        ..ParseOptions::default()
                    },
                ] {
                    let Ok(parsed) = parse(json, &options) else { continue };
                    let deferred = |index: usize, name: &str| (index + name.len()).is_multiple_of(2);
                    for region in [None, Some("us-east-1"), Some(""), Some(region.as_str())] {
                        let known = validate(&parsed, &Context::for_region(region));
                        prop_assert_eq!(&known, &validate(&parsed, &Context::for_region(region)));
                        validate(&parsed, &Context { region, is_deferred: &deferred });
                    }
                }
                Ok(())
            },
        )
    },
};

#[test]
fn arbitrary_connectors_never_panic() {
    ARBITRARY_CONNECTORS.check_once();
}

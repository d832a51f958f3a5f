//! No JSON makes the parser or the catalog panic, neither arbitrary JSON nor requests of meaningful pieces.

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, validate, validate_readable};
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Arbitrary JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,10}", inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

fn any_connector() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        (0..CONNECTORS.len()).prop_map(|index| CONNECTORS[index].name.to_owned()),
        "[!-~]{0,12}",
    ];
    let arn = prop_oneof![
        (name, "[!-~]{0,3}", "[!-~]{0,12}").prop_map(|(name, version, region)| format!(
            "arn:aws:greengrass:{region}::/connectors/{name}/versions/{version}"
        )),
        (0..CONNECTORS.len(), 1..13u32)
            .prop_map(|(index, version)| super::arn(CONNECTORS[index].name, version)),
        "arn:aws:greengrass:[!-~]{1,40}",
    ];
    let names: Vec<&str> =
        CONNECTORS.iter().flat_map(|c| c.parameters).map(|parameter| parameter.name).collect();
    let examples: Vec<&str> = CONNECTORS.iter().flat_map(|c| c.parameters).map(|p| p.example).collect();
    let parameter = prop_oneof![prop::sample::select(names).prop_map(str::to_owned), ".{0,20}"];
    let value = prop_oneof![
        prop::sample::select(examples).prop_map(str::to_owned),
        ".{0,40}",
        "[-0-9a-z{}<>$:,\\[\\]\"/. ]{0,40}",
        any_json().prop_map(|json| json.to_string()),
    ];
    (arn, prop::collection::btree_map(parameter, value, 0..12))
        .prop_map(|(arn, parameters)| json!({ "ConnectorArn": arn, "Parameters": parameters }))
}

proptest! {
    #[test]
    fn arbitrary_json_never_panics(json in any_json()) {
        let text = json.to_string();
        let context = Context::for_region(Some("us-east-1"));
        match parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()) {
            Ok(parsed) => validate(&parsed, &context),
            Err(invalid) => validate_readable(&invalid, &context),
        };
    }

    #[test]
    fn arbitrary_connectors_never_panic(connectors in prop::collection::vec(any_connector(), 0..6)) {
        let connectors: Vec<Value> = connectors
            .into_iter()
            .enumerate()
            .map(|(index, mut connector)| {
                connector["Id"] = json!(index.to_string());
                connector
            })
            .collect();
        let text = json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }).to_string();
        let parsed = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default());
        for region in [None, Some("us-east-1"), Some("")] {
            match &parsed {
                Ok(parsed) => validate(parsed, &Context::for_region(region)),
                // Values such as dynamic references are errors.
                Err(invalid) => validate_readable(invalid, &Context::for_region(region)),
            };
        }
        // An error elsewhere hides nothing, and adds nothing.
        if let Ok(valid) = parsed {
            let text = text.replace("\"ConnectorDefinitionId\":\"d\"", "\"ConnectorDefinitionId\":1");
            let invalid = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap_err();
            let context = Context::for_region(Some("us-east-1"));
            prop_assert_eq!(validate(&valid, &context), validate_readable(&invalid, &context));
            prop_assert_eq!(&valid.warnings, &invalid.warnings);
        }
    }
}

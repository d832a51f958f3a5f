//! Compares the value types with the documented patterns.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use regex_lite::Regex;

use super::{ArnType, ValueError, ValueType};
use crate::catalog::connector::Parameter;
use crate::catalog::data::CONNECTORS;
use crate::json::RawJson;

/// A pattern without its anchors, from which values can be generated.
fn without_anchors(pattern: &str) -> String {
    let (mut plain, mut in_brackets, mut escaped) = (String::new(), false, false);
    for c in pattern.chars() {
        if !(matches!(c, '^' | '$') && !in_brackets && !escaped) {
            plain.push(c);
        }
        in_brackets = if escaped { in_brackets } else { (in_brackets || c == '[') && c != ']' };
        escaped = c == '\\' && !escaped;
    }
    plain
}

fn accepts(parameter: &Parameter, value: &str) -> bool {
    parameter.accepts_as_empty(value) || parameter.value_type.check_value(value).is_ok()
}

/// Whether a type accepts a value on purpose that the pattern does not.
fn is_wider(parameter: &Parameter, value: &str) -> bool {
    // The patterns know `xx-word-n` only.
    let is_other_region = |region: &str| {
        region.matches('-').count() > 2
            || region.find('-').is_some_and(|at| at > 2)
            || region.rfind('-').is_some_and(|at| region.len() - at > 2)
    };
    match parameter.value_type {
        ValueType::Arn(_) => {
            value.starts_with("arn:aws-") || value.split(':').nth(3).is_some_and(is_other_region)
        }
        ValueType::Region => is_other_region(value),
        // The pattern limits the white space of the JSON list; the connector parses JSON.
        ValueType::SecretArnList => true,
        // The pattern does not accept some short last labels, as in `a.1bc`.
        ValueType::SplunkEndpoint => true,
        _ => false,
    }
}

/// Whether a type rejects a value on purpose that the pattern accepts.
fn is_narrower(parameter: &Parameter, value: &str) -> bool {
    match parameter.value_type {
        // The text says 900 where the pattern accepts 999.
        ValueType::Integer(_) => parameter.value_type.check_value(value) == Err(ValueError::OutOfRange),
        // The name of a secret has no backslash.
        ValueType::Arn(ArnType::Secret) => value.contains('\\'),
        // The pattern accepts empty items and items without commas.
        ValueType::SecretArnList => {
            value.contains('\\') || value.contains("\"\"") || !is_list_of_strings(value)
        }
        // A dot that was not escaped lets any character into the pattern's host.
        ValueType::SplunkEndpoint => {
            let pattern = parameter.pattern.unwrap().replace("*.[a-z]", "*[a-z0-9.-][a-z]");
            !Regex::new(&pattern).unwrap().is_match(value)
        }
        _ => false,
    }
}

fn is_list_of_strings(text: &str) -> bool {
    let items = RawJson::parse(text).ok().and_then(RawJson::as_array);
    items.is_some_and(|items| items.iter().all(|item| item.as_str().is_some()))
}

/// The value, or the value with one character removed, inserted or replaced.
fn altered(value: String) -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        'a', 'Z', '0', '9', '-', '_', '/', ':', '.', ',', ' ', '\n', '"', 'é', '[',
    ]);
    (any::<prop::sample::Index>(), odd, 0..4u8).prop_map(move |(index, odd, how)| {
        let mut characters: Vec<char> = value.chars().collect();
        let at = index.index(characters.len() + 1);
        match how {
            0 => return value.clone(),
            1 if at < characters.len() => drop(characters.remove(at)),
            2 if at < characters.len() => characters[at] = odd,
            _ => characters.insert(at, odd),
        }
        characters.into_iter().collect()
    })
}

#[test]
fn types_agree_with_the_documented_patterns() {
    // Each pattern gets an eighth of the cases; PROPTEST_CASES raises the number.
    let cases = ProptestConfig::default().cases / 8;
    let mut checked = HashMap::new();
    for parameter in CONNECTORS.iter().flat_map(|connector| connector.parameters) {
        let Some(pattern) = parameter.pattern else { continue };
        if checked.insert(pattern, parameter.value_type.to_string()) == Some(parameter.value_type.to_string())
        {
            continue;
        }
        let documented_pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
        let generated = string_regex(&without_anchors(pattern)).unwrap();
        let values = prop_oneof![
            generated.prop_flat_map(altered),
            altered(parameter.example.to_owned()),
            "[0-9]{1,5}",
            "[a-z0-9:/. -]{1,8}",
        ];
        let agree = |value: String| {
            let documented = documented_pattern.is_match(&value);
            let accepted = accepts(parameter, &value);
            let excused = if accepted { is_wider(parameter, &value) } else { is_narrower(parameter, &value) };
            prop_assert!(
                documented == accepted || excused,
                "{}: {value:?} {documented} {accepted}",
                parameter.name
            );
            Ok(())
        };
        // One runner for all would stop after its cases.
        TestRunner::new(ProptestConfig::with_cases(cases)).run(&values, agree).unwrap();
    }
    assert_eq!(checked.len(), 47);
}

#[test]
fn other_partitions_are_accepted() {
    for value in [
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t",
        "arn:aws-cn:sns:cn-north-1:123456789012:t",
        "arn:aws:sns:us-east-1:123456789012:t",
    ] {
        assert!(ValueType::Arn(ArnType::SnsTopic).check_value(value).is_ok(), "{value}");
    }
    assert!(ValueType::Arn(ArnType::SnsTopic).check_value("arn:aws:sqs:us-east-1:123456789012:t").is_err());
    assert!(ValueType::Region.check_value("us-gov-west-1").is_ok());
}

/// Values that random generation rarely produces.
#[test]
fn edge_cases_of_types() {
    const SECRET_ARN: &str = r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:a-b""#;
    let table = [
        (ValueType::SplunkEndpoint, "a.bc", true),
        (ValueType::SplunkEndpoint, "a.b", false),
        (ValueType::SplunkEndpoint, "https://splunk.example.com:8088/services?x", true),
        (ValueType::SplunkEndpoint, "https://splunk.example.com:808888", false),
        (ValueType::SplunkEndpoint, "localhost", true),
        (ValueType::SplunkEndpoint, "https://10.0.0.1:8088", false),
        (ValueType::SplunkEndpoint, "https://Splunk.example.com", false),
        (ValueType::SplunkEndpoint, "https://", false),
        (ValueType::SplunkEndpoint, "https://splunk..example.com", false),
        (ValueType::SplunkEndpoint, "https://splunk.example.com:", false),
        (ValueType::SplunkEndpoint, "https://splunk.example.com:80a", false),
        (ValueType::SplunkEndpoint, "https://user@splunk.example.com", false),
        (ValueType::SplunkEndpoint, "https://splunk.example.com/a\nb", false),
        (ValueType::SecretArnList, "[]", true),
        (ValueType::SecretArnList, "[ ]", true),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN}]"), true),
        (ValueType::SecretArnList, &format!("[  {SECRET_ARN} , {SECRET_ARN},{SECRET_ARN}]"), true),
        (ValueType::SecretArnList, &format!("[   {SECRET_ARN}]"), true),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN} ]"), true),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN},  {SECRET_ARN}]"), true),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN},\n{SECRET_ARN}]"), true),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN},]"), false),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN} {SECRET_ARN}]"), false),
        (ValueType::SecretArnList, &format!("[{SECRET_ARN}, \"SECRET\"]"), false),
        (ValueType::SecretArnList, SECRET_ARN, false),
        (ValueType::SecretArnList, "[1]", false),
        (
            ValueType::Arn(ArnType::SplunkSecret),
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-b",
            true,
        ),
        (
            ValueType::Arn(ArnType::SplunkSecret),
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:-b-",
            false,
        ),
        (
            ValueType::Arn(ArnType::SplunkSecret),
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:é-b",
            false,
        ),
        (ValueType::JsonObject, "{}", true),
        (ValueType::JsonObject, "[]", false),
        (ValueType::JsonObject, "{", false),
    ];
    for (value_type, value, is_valid) in table {
        assert_eq!(value_type.check_value(value).is_ok(), is_valid, "{value_type}: {value}");
    }
}

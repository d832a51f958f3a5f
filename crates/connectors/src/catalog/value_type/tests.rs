//! The formats held to the documented patterns.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use regex_lite::Regex;

use super::{Arn, Format, Misfit, json};
use crate::catalog::connector::Parameter;
use crate::catalog::data::CONNECTORS;

/// A pattern without its anchors, from which values can be made.
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

fn takes(parameter: &Parameter, value: &str) -> bool {
    parameter.takes_as_empty(value) || parameter.format.check(value).is_ok()
}

/// What the formats let pass on purpose, and the patterns do not.
fn is_wider(parameter: &Parameter, value: &str) -> bool {
    let other_partition = value.starts_with("arn:aws-");
    match parameter.format {
        Format::Arn(_) => {
            other_partition || value.split(':').nth(3).is_some_and(|r| r.matches('-').count() > 2)
        }
        Format::Region => value.matches('-').count() > 2,
        _ => false,
    }
}

/// What the patterns let pass by mistake.
fn is_narrower(parameter: &Parameter, value: &str) -> bool {
    match parameter.format {
        // The text says 900 where the pattern takes 999.
        Format::Whole(_) => parameter.format.check(value) == Err(Misfit::OutOfRange),
        // No secret's name has a backslash.
        Format::Arn(Arn::Secret) => value.contains('\\'),
        // Items that are empty or stand without commas are no list of secrets.
        Format::SecretArns => {
            value.contains('\\') || value.contains("\"\"") || !json::is_list_of_strings(value)
        }
        _ => false,
    }
}

/// The value, or it with something taken out, put in or replaced.
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
fn formats_agree_with_the_documented_patterns() {
    // An eighth of the cases for each of them; PROPTEST_CASES asks for more.
    let cases = ProptestConfig::default().cases / 8;
    let mut checked = HashMap::new();
    for parameter in CONNECTORS.iter().flat_map(|connector| connector.parameters) {
        let Some(pattern) = parameter.pattern else { continue };
        if checked.insert(pattern, parameter.format.to_string()) == Some(parameter.format.to_string()) {
            continue;
        }
        let whole = Regex::new(&format!("^(?:{pattern})$")).unwrap();
        let made = string_regex(&without_anchors(pattern)).unwrap();
        let values = prop_oneof![
            made.prop_flat_map(altered),
            altered(parameter.example.to_owned()),
            "[0-9]{1,5}",
            "[a-z0-9:/. -]{1,8}",
        ];
        let agree = |value: String| {
            let documented = whole.is_match(&value);
            let taken = takes(parameter, &value);
            let excused = if taken { is_wider(parameter, &value) } else { is_narrower(parameter, &value) };
            prop_assert!(
                documented == taken || excused,
                "{}: {value:?} {documented} {taken}",
                parameter.name
            );
            Ok(())
        };
        // A runner for each: one alone counts all its runs together, and stops.
        TestRunner::new(ProptestConfig::with_cases(cases)).run(&values, agree).unwrap();
    }
    assert_eq!(checked.len(), 47);
}

#[test]
fn other_partitions_are_taken() {
    for value in [
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t",
        "arn:aws-cn:sns:cn-north-1:123456789012:t",
        "arn:aws:sns:us-east-1:123456789012:t",
    ] {
        assert!(Format::Arn(Arn::SnsTopic).check(value).is_ok(), "{value}");
    }
    assert!(Format::Arn(Arn::SnsTopic).check("arn:aws:sqs:us-east-1:123456789012:t").is_err());
    assert!(Format::Region.check("us-gov-west-1").is_ok());
}

/// What random values seldom come upon.
#[test]
fn the_edges_of_formats() {
    const ONE: &str = r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:a-b""#;
    let table = [
        (Format::SplunkEndpoint, "a.bc", true),
        (Format::SplunkEndpoint, "a.b", false),
        (Format::SplunkEndpoint, "https://splunk.example.com:8088/services?x", true),
        (Format::SplunkEndpoint, "https://splunk.example.com:808888", false),
        (Format::SplunkEndpoint, "localhost", true),
        (Format::SplunkEndpoint, "https://10.0.0.1:8088", false),
        (Format::SplunkEndpoint, "https://Splunk.example.com", false),
        (Format::SplunkEndpoint, "https://", false),
        (Format::SecretArns, "[]", true),
        (Format::SecretArns, "[ ]", false),
        (Format::SecretArns, &format!("[{ONE}]"), true),
        (Format::SecretArns, &format!("[  {ONE} , {ONE},{ONE}]"), true),
        (Format::SecretArns, &format!("[   {ONE}]"), false),
        (Format::SecretArns, &format!("[{ONE} ]"), false),
        (Format::SecretArns, &format!("[{ONE},  {ONE}]"), false),
        (Format::SecretArns, &format!("[{ONE},\n{ONE}]"), false),
        (Format::SecretArns, ONE, false),
        (Format::SecretArns, "[1]", false),
        (Format::Arn(Arn::PlainSecret), "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-b", true),
        (Format::Arn(Arn::PlainSecret), "arn:aws:secretsmanager:us-east-1:123456789012:secret:-b-", false),
        (Format::Arn(Arn::PlainSecret), "arn:aws:secretsmanager:us-east-1:123456789012:secret:é-b", false),
        (Format::JsonObject, "{}", true),
        (Format::JsonObject, "[]", false),
        (Format::JsonObject, "{", false),
    ];
    for (format, value, fits) in table {
        assert_eq!(format.check(value).is_ok(), fits, "{format}: {value}");
    }
}

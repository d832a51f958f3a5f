//! Variables of the Serverless Framework, `${source:name}`, which it replaces before CloudFormation reads the resources.

use super::open_text::{OPEN, PARTITION, REGION};
use super::spanned_value::{SpannedValue, Value};

/// Sources of variables that only the Serverless Framework has. CloudFormation would take none of them for a reference.
const SOURCES: [&str; 6] = ["${self:", "${opt:", "${sls:", "${param:", "${aws:", "${file("];

/// Whether a document configures a service of the Serverless Framework, or is a file that such a document includes.
pub(super) fn is_serverless(document: &SpannedValue) -> bool {
    let is_service = document.get("service").is_some() && document.get("provider").is_some();
    is_service || has_variable(document)
}

fn has_variable(value: &SpannedValue) -> bool {
    match &value.value {
        Value::Null => false,
        Value::Scalar(text) => SOURCES.iter().any(|source| text.contains(source)),
        Value::List(items) => items.iter().any(has_variable),
        Value::Object(members) => members.iter().any(|member| has_variable(&member.value)),
    }
}

/// The text with its variables open. References of CloudFormation (`${AWS::Region}`, `${Topic}`) stay.
pub(super) fn replace_variables(text: &str) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        replaced.push_str(before);
        match variable_len(after) {
            Some(len) if is_variable(&after[..len]) => {
                replaced.push(match &after[..len] {
                    "aws:region" | "self:provider.region" => REGION,
                    "aws:partition" => PARTITION,
                    _ => OPEN,
                });
                rest = &after[len + 1..];
            }
            _ => {
                replaced.push_str("${");
                rest = after;
            }
        }
    }
    replaced + rest
}

/// Length of a variable up to its closing brace. Variables may nest: `${opt:stage, ${self:provider.stage}}`.
fn variable_len(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_variable(text: &str) -> bool {
    let source_end = text.find([':', '(']).unwrap_or(0);
    let (source, rest) = text.split_at(source_end);
    !source.is_empty()
        && source.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !rest.starts_with("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_open_and_references_stay() {
        for (text, expected) in [
            ("arn:aws:greengrass:${aws:region}::/x", "arn:aws:greengrass:R::/x"),
            ("arn:${aws:partition}:sns:${self:provider.region}:${aws:accountId}:a", "arn:P:sns:R:O:a"),
            ("${file(./c.yml):list}", "O"),
            ("${opt:stage, ${self:provider.stage}}-x", "O-x"),
            ("${ssm(raw):/a/b}", "O"),
            ("${AWS::Region} ${Topic} ${!x:y}", "${AWS::Region} ${Topic} ${!x:y}"),
            ("${open:", "${open:"),
            ("plain", "plain"),
        ] {
            let replaced =
                replace_variables(text).replace(REGION, "R").replace(PARTITION, "P").replace(OPEN, "O");
            assert_eq!(replaced, expected, "{text}");
        }
        let is = |yaml: &str| is_serverless(&crate::check::parse::parse_document(yaml).unwrap());
        assert!(is("service: a\nprovider: {name: aws}") && !is("service: a"));
        assert!(is("Resources: {A: {Type: T, Properties: [\"${self:custom.topic}\"]}}"));
        assert!(!is("Resources: {A: !Sub '${AWS::Region}-${Topic}'}"));
    }
}

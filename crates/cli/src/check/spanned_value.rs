//! JSON or YAML as a tree in which every value has its place in the file.

use connectors::json::RawJson;

use super::error::FileError;
use super::json_reader::JsonReader;
use super::yaml_reader::YamlReader;

/// Maximum nesting depth of a file. Parsing recurses.
pub(super) const MAX_DEPTH: usize = 100;
/// Maximum number of values in a file. An alias counts as often as the values it repeats.
pub(super) const MAX_NODES: usize = 1_000_000;

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub(super) struct SpannedValue {
    pub(super) value: Value,
    pub(super) span: Span,
    pub(super) style: Style,
}

/// Where a value begins, and how much of that line it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Span {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// In characters; 1 for lists, objects, and values of several lines.
    pub(super) width: usize,
}

/// How a scalar is written, as far as its meaning depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A JSON value, or a quoted or tagged YAML scalar: the text is the value.
    Exact,
    /// A plain YAML scalar, whose type depends on the version of YAML.
    Plain,
    /// A YAML block scalar that keeps its lines. Holds the line and the indentation of its content.
    Literal { line: usize, indentation: usize },
}

/// A JSON or YAML value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    /// A string, or a number or boolean as it was written.
    Scalar(String),
    List(Vec<SpannedValue>),
    Object(Vec<Member>),
}

/// A member of an object. A duplicate key has a member for each time it is written.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where the name stands; for JSON, where the value stands.
    pub(super) name_span: Span,
    pub(super) value: SpannedValue,
}

/// Parses the documents of a file: one of JSON, or any number of YAML if the text is not JSON. Empty documents are
/// left out.
pub(super) fn parse_documents(text: &str) -> Result<Vec<SpannedValue>, FileError> {
    let error = match RawJson::parse(text) {
        Ok(json) => return Ok(vec![JsonReader::new(text).value(json, 0)?]),
        Err(error) => error,
    };
    // The YAML parser's error would not help the author of JSON.
    if text.trim_start().starts_with(['{', '[']) {
        return Err(match comment_position(text, error.line(), error.column()) {
            Some((line, column)) => FileError::CommentInJson { line, column },
            None => error.into(),
        });
    }
    let documents = YamlReader::new(text).documents();
    if documents.as_ref().is_ok_and(|documents| documents.iter().any(|value| value.as_scalar().is_none()))
        || documents.as_ref().is_ok_and(Vec::is_empty)
    {
        return documents;
    }
    match comment_before_json(text) {
        Some((line, column)) => Err(FileError::CommentInJson { line, column }),
        None if documents.is_ok() => Err(FileError::OnlyText(error)),
        None => documents,
    }
}

/// The position of a comment that is where JSON stops.
fn comment_position(text: &str, line: usize, column: usize) -> Option<(usize, usize)> {
    let from = column.saturating_sub(1);
    let rest = text.lines().nth(line.checked_sub(1)?)?.get(from..)?;
    ["//", "/*", "#"].iter().any(|start| rest.starts_with(start)).then_some((line, column))
}

/// The position of a comment before something that looks like JSON; `None` if there is no comment.
pub(super) fn comment_before_json(text: &str) -> Option<(usize, usize)> {
    let start = text.len() - text.trim_start().len();
    let mut rest = text.trim_start();
    while !rest.starts_with(['{', '[']) {
        let (_, after) = match rest {
            line if line.starts_with("//") || line.starts_with('#') => line.split_once('\n')?,
            block if block.starts_with("/*") => block.split_once("*/")?,
            _ => return None,
        };
        rest = after.trim_start();
    }
    if text.trim_start().len() == rest.len() {
        return None;
    }
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
}

impl SpannedValue {
    /// Parses the only document of a text.
    #[cfg(test)]
    pub(super) fn parse(text: &str) -> Result<Self, FileError> {
        parse_documents(text)?.pop().ok_or(FileError::Empty)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|member| member.name == name).map(|member| &member.value)
    }

    pub(super) fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    pub(super) fn as_scalar(&self) -> Option<&str> {
        if let Value::Scalar(text) = &self.value { Some(text) } else { None }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// The value as JSON text, in which every scalar is a string. Duplicate keys are kept: the function rejects them.
    pub(super) fn to_json_text(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json);
        json
    }

    fn write_json(&self, json: &mut String) {
        match &self.value {
            Value::Null => json.push_str("null"),
            Value::Scalar(text) => write_json_string(text, json),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    json.push(if index == 0 { '[' } else { ',' });
                    item.write_json(json);
                }
                json.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Value::Object(members) => {
                for (index, member) in members.iter().enumerate() {
                    json.push(if index == 0 { '{' } else { ',' });
                    write_json_string(&member.name, json);
                    json.push(':');
                    member.value.write_json(json);
                }
                json.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    /// Number of values in this one, itself included.
    pub(super) fn count_nodes(&self) -> usize {
        match &self.value {
            Value::Null | Value::Scalar(_) => 1,
            Value::List(items) => 1 + items.iter().map(Self::count_nodes).sum::<usize>(),
            Value::Object(members) => {
                1 + members.iter().map(|member| member.value.count_nodes()).sum::<usize>()
            }
        }
    }

    /// Changes the span of every value in this one.
    pub(super) fn map_spans(&mut self, map: &impl Fn(Span) -> Span) {
        self.span = map(self.span);
        match &mut self.value {
            Value::Null | Value::Scalar(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.map_spans(map)),
            Value::Object(members) => members.iter_mut().for_each(|member| {
                member.name_span = map(member.name_span);
                member.value.map_spans(map);
            }),
        }
    }
}

fn write_json_string(text: &str, json: &mut String) {
    json.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_neither_is_an_error() {
        for (text, problem) in [
            ("{\"a\": tru}", "not JSON: "),
            ("a: [", "not YAML: "),
            ("a: *b", "not YAML: "),
            ("", "no content"),
            ("# only a comment\n---\n", "no content"),
            ("just a sentence", "neither JSON nor a template: expected value at line 1 column 1"),
            ("\n // c\n{\"a\": 1}", "neither JSON nor a template: a comment at line 2 column 2"),
            ("/* a\n b */\n[1]", "neither JSON nor a template: a comment at line 1 column 1"),
            ("{\n  // c\n  \"a\": 1}", "neither JSON nor a template: a comment at line 2 column 3"),
            ("{\"a\": 1} // c", "neither JSON nor a template: a comment at line 1 column 10"),
            (&"[".repeat(200), "not JSON: "),
            (&format!("{}{}", "[".repeat(200), "]".repeat(200)), "nested more than 100 levels deep"),
            (&"- ".repeat(200), "nested more than 100 levels deep"),
        ] {
            let said = SpannedValue::parse(text).unwrap_err().to_string();
            assert!(said.starts_with(problem), "{text}: {said}");
        }
        assert_eq!(SpannedValue::parse("# c\n{\"a\": 1}").unwrap().to_json_text(), r#"{"a":"1"}"#);
    }

    #[test]
    fn json_text_keeps_duplicate_keys() {
        let value = SpannedValue::parse("a: [1, {}, []]\na: {\"x\": \"q\\\"\", y: ~}").unwrap();
        assert_eq!(value.to_json_text(), r#"{"a":["1",{},[]],"a":{"x":"q\"","y":null}}"#);
    }
}

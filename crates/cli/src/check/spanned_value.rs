//! JSON or YAML as a tree in which every value has its place in the file.

use std::cell::Cell;
use std::collections::HashMap;

use connectors::json::{JsonType, RawJson};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::error::FileError;

/// Maximum nesting depth of a file. Parsing recurses.
pub(super) const MAX_DEPTH: usize = 100;
/// Maximum number of values in a file. An alias counts as often as the values it repeats.
pub(super) const MAX_NODES: usize = 1_000_000;

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub(super) struct SpannedValue {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// Where a value begins, and how much of that line it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// In characters; 1 for lists, objects, and values of several lines.
    pub(super) width: usize,
}

/// A JSON or YAML value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    /// A string, or a number or boolean as it was written.
    Scalar(String),
    List(Vec<SpannedValue>),
    Object(Vec<(String, SpannedValue)>),
}

impl SpannedValue {
    /// Parses JSON, or YAML if the text is not JSON.
    pub(super) fn parse(text: &str) -> Result<Self, FileError> {
        match RawJson::parse(text) {
            Ok(json) => JsonReader::new(text).value(json, 0),
            Err(error) if looks_like_json(text) => Err(error.into()),
            Err(_) => YamlReader::new(text).document(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn members(&self) -> &[(String, Self)] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    pub(super) fn as_scalar(&self) -> Option<&str> {
        if let Value::Scalar(text) = &self.value { Some(text) } else { None }
    }

    /// The value as JSON, in which every scalar is a string.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
            }
        }
    }
}

/// Whether the text starts as a JSON object or list. The YAML parser's error would not help its author.
fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Gives each value of a JSON text its span.
struct JsonReader<'a> {
    text: &'a str,
    /// Byte offset and span of the last value. Values come in the order of the text, so each is located from the one
    /// before: a file of one line is read once, not once for each value.
    last: Cell<(usize, Span)>,
    remaining_nodes: Cell<usize>,
}

impl<'a> JsonReader<'a> {
    fn new(text: &'a str) -> Self {
        let start = Span { line: 1, column: 1, width: 1 };
        Self { text, last: Cell::new((0, start)), remaining_nodes: Cell::new(MAX_NODES) }
    }

    fn value(&self, json: RawJson<'_>, depth: usize) -> Result<SpannedValue, FileError> {
        let remaining = self.remaining_nodes.get().checked_sub(1).ok_or(FileError::TooManyValues)?;
        self.remaining_nodes.set(remaining);
        if depth > MAX_DEPTH {
            return Err(FileError::TooDeep);
        }
        let span = self.span(json);
        let value = match json.json_type() {
            JsonType::Null => Value::Null,
            JsonType::String => Value::Scalar(json.as_str().unwrap_or_default().into_owned()),
            JsonType::Boolean | JsonType::Number => Value::Scalar(json.raw().to_owned()),
            JsonType::List => Value::List(
                json.as_array()
                    .unwrap_or_default()
                    .into_iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            JsonType::Object => Value::Object(match json.as_object() {
                Some(members) => members
                    .iter()
                    .map(|(name, value)| Ok((name.to_owned(), self.value(value, depth + 1)?)))
                    .collect::<Result<_, FileError>>()?,
                None => Vec::new(),
            }),
        };
        Ok(SpannedValue { value, span })
    }

    fn span(&self, json: RawJson<'_>) -> Span {
        // A value is a slice of the text, so the difference of their addresses is the value's offset.
        let offset = (json.raw().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let (last_offset, last) = self.last.get();
        let between = self.text.get(last_offset..offset).unwrap_or_default();
        let (line, column) = match between.rsplit_once('\n') {
            Some((lines, rest)) => (last.line + lines.matches('\n').count() + 1, rest.chars().count() + 1),
            None => (last.line, last.column + between.chars().count()),
        };
        let width = match json.json_type() {
            JsonType::List | JsonType::Object => 1,
            _ => json.raw().chars().count(),
        };
        let span = Span { line, column, width };
        self.last.set((offset, span));
        span
    }
}

/// Parses YAML.
struct YamlReader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, SpannedValue>,
    remaining_nodes: usize,
}

impl<'a> YamlReader<'a> {
    fn new(text: &'a str) -> Self {
        let parser = Parser::new_from_str(text);
        Self { parser, anchors: HashMap::new(), remaining_nodes: MAX_NODES }
    }

    /// The first document of the file.
    fn document(mut self) -> Result<SpannedValue, FileError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Err(FileError::Empty),
                (event, at) => return self.value(event, at, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, YamlSpan), FileError> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span)),
            Some(Err(error)) => Err(not_yaml(error.info(), error.marker())),
            None => Err(FileError::NotYaml("unexpected end".to_owned())),
        }
    }

    fn take_nodes(&mut self, number: usize) -> Result<(), FileError> {
        self.remaining_nodes = self.remaining_nodes.checked_sub(number).ok_or(FileError::TooManyValues)?;
        Ok(())
    }

    fn value(&mut self, event: Event<'a>, at: YamlSpan, depth: usize) -> Result<SpannedValue, FileError> {
        self.take_nodes(1)?;
        if depth > MAX_DEPTH {
            return Err(FileError::TooDeep);
        }
        let mut span = Span { line: at.start.line(), column: at.start.col() + 1, width: 1 };
        let (value, tag, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if at.end.line() == at.start.line() {
                    span.width = at.end.col().saturating_sub(at.start.col()).max(1);
                }
                (scalar(&text, style, tag.is_some()), tag, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break (Value::List(items), tag, anchor),
                        (event, at) => items.push(self.value(event, at, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(anchor, tag) => {
                let mut members = Vec::new();
                loop {
                    let name = match self.next()? {
                        (Event::MappingEnd, _) => break (Value::Object(members), tag, anchor),
                        (event, at) => self.value(event, at, depth + 1)?,
                    };
                    let (event, at) = self.next()?;
                    let value = self.value(event, at, depth + 1)?;
                    members.push((name.as_scalar().unwrap_or_default().to_owned(), value));
                }
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or_else(|| not_yaml("alias of an unknown anchor", &at.start))?;
                self.take_nodes(count_nodes(&value))?;
                return Ok(value);
            }
            _ => return Err(not_yaml("expected a value", &at.start)),
        };
        let value = SpannedValue { value, span };
        let value = match tag {
            Some(tag) => expand_short_form(&tag, value),
            None => value,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }
}

fn not_yaml(reason: &str, at: &Marker) -> FileError {
    FileError::NotYaml(format!("{reason} at line {} column {}", at.line(), at.col() + 1))
}

fn count_nodes(value: &SpannedValue) -> usize {
    match &value.value {
        Value::Null | Value::Scalar(_) => 1,
        Value::List(items) => 1 + items.iter().map(count_nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.iter().map(|(_, value)| count_nodes(value)).sum::<usize>(),
    }
}

fn scalar(text: &str, style: ScalarStyle, is_tagged: bool) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") if !is_tagged => Value::Null,
        // As CloudFormation passes booleans on.
        (ScalarStyle::Plain, "True" | "TRUE") => Value::Scalar("true".to_owned()),
        (ScalarStyle::Plain, "False" | "FALSE") => Value::Scalar("false".to_owned()),
        (_, text) => Value::Scalar(text.to_owned()),
    }
}

/// CloudFormation's short forms as long forms: `!Ref x` is `{"Ref": "x"}`, `!Sub x` is `{"Fn::Sub": "x"}`.
fn expand_short_form(tag: &Tag, value: SpannedValue) -> SpannedValue {
    if tag.handle != "!" {
        return value;
    }
    let name = match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    };
    SpannedValue { span: value.span, value: Value::Object(vec![(name, value)]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(value: &SpannedValue) -> (usize, usize) {
        (value.span.line, value.span.column)
    }

    #[test]
    fn json_values_have_positions() {
        let value = SpannedValue::parse("{\n  \"é\": [1.10, \"x\"],\n  \"b\": true}").unwrap();
        let list = value.get("é").unwrap();
        assert_eq!(position(list), (2, 8));
        assert_eq!(position(&list.items().unwrap()[1]), (2, 15));
        assert_eq!(list.items().unwrap()[0].as_scalar(), Some("1.10"));
        assert_eq!((position(value.get("b").unwrap()), position(&value)), ((3, 8), (1, 1)));
    }

    #[test]
    fn yaml_values_have_positions_and_short_forms_are_expanded() {
        let text = "a: !Ref x\nb:\n  - !Sub\n    - ${y}\n    - {y: 1}\n  - !GetAtt c.d\ne: &n 007\nf: *n\ng: ~\nh: True\n";
        let value = SpannedValue::parse(text).unwrap();
        let expected = serde_json::json!({
            "a": { "Ref": "x" },
            "b": [{ "Fn::Sub": ["${y}", { "y": "1" }] }, { "Fn::GetAtt": "c.d" }],
            "e": "007", "f": "007", "g": null, "h": "true",
        });
        assert_eq!(value.to_json(), expected);
        assert_eq!(value.get("b").unwrap().items().unwrap()[1].span.line, 6);
        assert_eq!(position(value.get("g").unwrap()), (9, 4));
    }

    #[test]
    fn text_that_is_neither_is_an_error() {
        for (text, problem) in [
            ("{\"a\": tru}", "not JSON: "),
            ("a: [", "not YAML: "),
            ("a: *b", "not YAML: "),
            ("", "no content"),
            (&"[".repeat(200), "not JSON: "),
            (&format!("{}{}", "[".repeat(200), "]".repeat(200)), "nested more than 100 levels deep"),
            (&"- ".repeat(200), "nested more than 100 levels deep"),
        ] {
            let said = SpannedValue::parse(text).unwrap_err().to_string();
            assert!(said.starts_with(problem), "{text}: {said}");
        }
    }

    #[test]
    fn nested_aliases_are_limited() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            text += &format!(
                "a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}]\n"
            );
        }
        assert_eq!(SpannedValue::parse(&text).unwrap_err().to_string(), "more than 1000000 values");
    }

    #[test]
    fn scalars_have_their_width() {
        let json = SpannedValue::parse("{\"a\": [\"é\\n\"], \"b\": 1.50}").unwrap();
        assert_eq!(json.get("a").unwrap().items().unwrap()[0].span, Span { line: 1, column: 8, width: 5 });
        assert_eq!((json.get("b").unwrap().span.width, json.span.width), (4, 1));
        let yaml = SpannedValue::parse("a: é b  # c\nb: |\n  x\n").unwrap();
        assert_eq!(yaml.get("a").unwrap().span, Span { line: 1, column: 4, width: 3 });
        assert_eq!(yaml.get("b").unwrap().span.width, 1);
    }

    #[test]
    fn a_long_line_is_read_once() {
        let item = format!("{:?},", "é".repeat(20));
        let text = format!("[{}0]", item.repeat(200_000));
        let value = SpannedValue::parse(&text).unwrap();
        assert_eq!(value.items().unwrap()[200_000].span.column, 200_000 * 23 + 2);
    }
}

//! YAML with the position of every value: aliases, merge keys, CloudFormation's short forms and several documents.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::error::FileError;
use super::limits::{MAX_DEPTH, MAX_NODES};
use super::spanned_value::{Member, Span, SpannedValue, Style, Value};

/// Parses YAML.
pub(super) struct YamlReader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    lines: Vec<&'a str>,
    anchors: HashMap<usize, SpannedValue>,
    remaining_nodes: usize,
}

impl<'a> YamlReader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let parser = Parser::new_from_str(text);
        let lines = text.lines().collect();
        Self { parser, lines, anchors: HashMap::new(), remaining_nodes: MAX_NODES }
    }

    /// The documents of the file, without empty ones.
    pub(super) fn documents(mut self) -> Result<Vec<SpannedValue>, FileError> {
        let mut documents = Vec::new();
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Ok(documents),
                (event, at) => {
                    let document = self.value(event, at, 0)?;
                    if !matches!(document.value, Value::Null) {
                        documents.push(document);
                    }
                }
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
        let mut style = Style::Exact;
        let (value, tag, anchor) = match event {
            Event::Scalar(text, scalar_style, anchor, tag) => {
                if at.end.line() == at.start.line() {
                    span.width = at.end.col().saturating_sub(at.start.col()).max(1);
                }
                style = match scalar_style {
                    ScalarStyle::Plain if tag.is_none() => Style::Plain,
                    ScalarStyle::Literal => self.literal_style(span.line, &text),
                    _ => Style::Exact,
                };
                (scalar(&text, style), tag, anchor)
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
                let members = self.members(depth)?;
                (Value::Object(merge(members)), tag, anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or_else(|| not_yaml("alias of an unknown anchor", &at.start))?;
                self.take_nodes(value.count_nodes())?;
                return Ok(value);
            }
            _ => return Err(not_yaml("expected a value", &at.start)),
        };
        let value = SpannedValue { value, span, style };
        let value = match tag {
            Some(tag) => expand_short_form(&tag, value),
            None => value,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, FileError> {
        let mut members = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(members),
                (event, at) => self.value(event, at, depth + 1)?,
            };
            let (event, at) = self.next()?;
            let value = self.value(event, at, depth + 1)?;
            let is_merge = key.style == Style::Plain && key.as_scalar() == Some(MERGE_KEY);
            // A quoted "<<" is a name like any other.
            let name = match key.as_scalar() {
                Some(MERGE_KEY) if !is_merge => QUOTED_MERGE_KEY.to_owned(),
                name => name.unwrap_or_default().to_owned(),
            };
            members.push(Member { name, name_span: key.span, value });
        }
    }

    /// Where the content of a block scalar stands: `span_line` is the line of its `|`, or of its first line.
    fn literal_style(&self, span_line: usize, text: &str) -> Style {
        let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else { return Style::Exact };
        let blank_lines = text.lines().take_while(|line| line.trim().is_empty()).count();
        let content = |line: usize| self.lines.get(line.checked_sub(1)?).map(|text| (line, *text));
        let found = [span_line, span_line + 1 + blank_lines]
            .into_iter()
            .filter_map(content)
            .find(|(_, line)| line.trim_start() == first.trim_start());
        match found {
            Some((line, source)) => Style::Literal {
                line: line.saturating_sub(blank_lines),
                indentation: source.chars().count().saturating_sub(first.chars().count()),
            },
            None => Style::Exact,
        }
    }
}

const MERGE_KEY: &str = "<<";
/// Stands for a key that is not a merge key, until the members are merged.
const QUOTED_MERGE_KEY: &str = "\"<<\"";

/// Replaces merge keys (`<<: *anchor`, `<<: [*first, *second]`) by the members that they stand for. A member that is
/// written out wins, then the first in a list.
fn merge(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| member.name == MERGE_KEY || member.name == QUOTED_MERGE_KEY) {
        return members;
    }
    let (merges, mut merged): (Vec<Member>, Vec<Member>) =
        members.into_iter().partition(|member| member.name == MERGE_KEY && is_mergeable(&member.value));
    let mut names: HashSet<String> = merged.iter().map(|member| member.name.clone()).collect();
    for source in &merges {
        let single = std::slice::from_ref(&source.value);
        for object in source.value.items().unwrap_or(single) {
            for member in object.members() {
                if names.insert(member.name.clone()) {
                    let value = object.get(&member.name).unwrap_or(&member.value).clone();
                    merged.push(Member { name: member.name.clone(), name_span: member.name_span, value });
                }
            }
        }
    }
    for member in merged.iter_mut().filter(|member| member.name == QUOTED_MERGE_KEY) {
        member.name = MERGE_KEY.to_owned();
    }
    merged
}

fn is_mergeable(value: &SpannedValue) -> bool {
    match &value.value {
        Value::List(items) => items.iter().all(SpannedValue::is_object),
        value => matches!(value, Value::Object(_)),
    }
}

fn not_yaml(reason: &str, at: &Marker) -> FileError {
    FileError::NotYaml(format!("{reason} at line {} column {}", at.line(), at.col() + 1))
}

fn scalar(text: &str, style: Style) -> Value {
    match (style, text) {
        (Style::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        // In every version of YAML.
        (Style::Plain, "True" | "TRUE") => Value::Scalar("true".to_owned()),
        (Style::Plain, "False" | "FALSE") => Value::Scalar("false".to_owned()),
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
    let span = value.span;
    let member = Member { name, name_span: span, value };
    SpannedValue { span, value: Value::Object(vec![member]), style: Style::Exact }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse::parse_documents;

    fn json(yaml: &str) -> String {
        crate::check::parse::parse_document(yaml).unwrap().to_json_text()
    }

    #[test]
    fn yaml_values_have_positions_and_short_forms_are_expanded() {
        let text = "a: !Ref x\nb:\n  - !Sub\n    - ${y}\n    - {y: 1}\n  - !GetAtt c.d\ne: &n 007\nf: *n\ng: ~\nh: True\n";
        let value = crate::check::parse::parse_document(text).unwrap();
        let expected = serde_json::json!({
            "a": { "Ref": "x" },
            "b": [{ "Fn::Sub": ["${y}", { "y": "1" }] }, { "Fn::GetAtt": "c.d" }],
            "e": "007", "f": "007", "g": null, "h": "true",
        });
        assert_eq!(value.to_json_text(), expected.to_string());
        assert_eq!(value.get("b").unwrap().items().unwrap()[1].span.line, 6);
        let null = value.get("g").unwrap().span;
        assert_eq!((null.line, null.column), (9, 4));
        let yaml = crate::check::parse::parse_document("a: é b  # c\nb: |\n  x\n").unwrap();
        assert_eq!(yaml.get("a").unwrap().span, Span { line: 1, column: 4, width: 3 });
        assert_eq!(yaml.get("b").unwrap().span.width, 1);
    }

    #[test]
    fn merge_keys() {
        for (yaml, expected) in [
            ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", r#"{"y":"3","x":"1"}"#),
            ("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}", r#"{"y":"3","x":"1"}"#),
            ("a: [&a {x: 1}, &c {x: 2, z: 3}]\nb: {<<: [*a, *c]}", r#"{"x":"1","z":"3"}"#),
            ("a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}", r#"{"y":"2","x":"1"}"#),
            ("b: {<<: {x: 1}, <<: {y: 2}}", r#"{"x":"1","y":"2"}"#),
            ("b: {'<<': {x: 1}}", r#"{"<<":{"x":"1"}}"#),
            ("b: {<<: 7}", r#"{"<<":"7"}"#),
        ] {
            assert_eq!(
                crate::check::parse::parse_document(yaml).unwrap().get("b").unwrap().to_json_text(),
                expected,
                "{yaml}"
            );
        }
    }

    #[test]
    fn every_document_is_read() {
        let documents = parse_documents("---\n# empty\n---\na: 1\n...\n---\nb: 2\n").unwrap();
        let documents: Vec<String> = documents.iter().map(SpannedValue::to_json_text).collect();
        assert_eq!(documents, [r#"{"a":"1"}"#, r#"{"b":"2"}"#]);
        assert_eq!(json("a: !!str 010\nb: !!str ~"), r#"{"a":"010","b":"~"}"#);
    }

    #[test]
    fn the_content_of_a_block_scalar_has_its_position() {
        let style = |yaml: &str| crate::check::parse::parse_document(yaml).unwrap().get("a").unwrap().style;
        assert_eq!(style("a: |\n    x\n      y\n"), Style::Literal { line: 2, indentation: 4 });
        assert_eq!(style("# c\na: |-\n\n  x\n"), Style::Literal { line: 3, indentation: 2 });
        assert_eq!(style("a: |2\n    x\n  y\n"), Style::Literal { line: 2, indentation: 2 });
        assert_eq!(style("a: >\n  x\n"), Style::Exact);
        assert_eq!(style("a: 'x'\n"), Style::Exact);
        assert_eq!(style("a: x\n"), Style::Plain);
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
        assert_eq!(
            crate::check::parse::parse_document(&text).unwrap_err().to_string(),
            "more than 1000000 values"
        );
    }
}

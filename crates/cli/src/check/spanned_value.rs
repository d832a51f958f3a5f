//! JSON or YAML as a tree in which everything has its place in the file.

use std::collections::HashMap;

use connectors::json::{Json, Kind as JsonKind};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

/// How deep a file may nest. Reading a tree takes the stack.
const DEEPEST: usize = 100;
/// How many values a file may have: an alias repeats what it names.
const MOST: usize = 1_000_000;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    /// A string, or a number or boolean as it was written.
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads JSON, or YAML where it is no JSON.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match Json::parse(text) {
            Ok(json) => Self::of_json(text, json),
            Err(error) if looks_like_json(text) => Err(format!("is not JSON: {error}")),
            Err(_) => Reader::new(text).document(),
        }
    }

    fn of_json(text: &str, json: Json<'_>) -> Result<Self, String> {
        // A value is a piece of the text, so that its place is how far it is from the start.
        let lines: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let place = |json: Json<'_>| {
            let at = (json.raw().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let line = lines.partition_point(|start| *start <= at).max(1);
            let before = text.get(lines[line - 1]..at).unwrap_or_default();
            Place { line, column: before.chars().count() + 1 }
        };
        from_json(json, &place, 0)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn members(&self) -> &[(String, Self)] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        if let Kind::List(items) = &self.kind { Some(items) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// As JSON, in which every scalar is a string.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Text(text) => text.as_str().into(),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
            }
        }
    }
}

/// An object or a list in brackets is meant as JSON: what the YAML reader says of it helps nobody.
fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn from_json(json: Json<'_>, place: &dyn Fn(Json<'_>) -> Place, depth: usize) -> Result<Node, String> {
    if depth > DEEPEST {
        return Err(format!("nests deeper than {DEEPEST}"));
    }
    let kind = match json.kind() {
        JsonKind::Null => Kind::Null,
        JsonKind::String => Kind::Text(json.string().unwrap_or_default().into_owned()),
        JsonKind::Boolean | JsonKind::Number => Kind::Text(json.raw().to_owned()),
        JsonKind::List => Kind::List(
            json.items()
                .unwrap_or_default()
                .into_iter()
                .map(|item| from_json(item, place, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        JsonKind::Object => Kind::Object(match json.members() {
            Some(members) => members
                .iter()
                .map(|(name, value)| Ok((name.to_owned(), from_json(value, place, depth + 1)?)))
                .collect::<Result<_, String>>()?,
            None => Vec::new(),
        }),
    };
    Ok(Node { kind, place: place(json) })
}

/// Reads YAML.
struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    left: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { parser: Parser::new_from_str(text), anchors: HashMap::new(), left: MOST }
    }

    /// The first document of the file.
    fn document(mut self) -> Result<Node, String> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Err("is empty".to_owned()),
                (event, at) => return self.node(event, at, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Marker), String> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => {
                let at = error.marker();
                Err(format!("is not YAML: {} at line {} column {}", error.info(), at.line(), at.col() + 1))
            }
            None => Err("is not YAML: it ends too early".to_owned()),
        }
    }

    fn node(&mut self, event: Event<'a>, at: Marker, depth: usize) -> Result<Node, String> {
        self.left = self.left.checked_sub(1).ok_or(format!("has more than {MOST} values"))?;
        if depth > DEEPEST {
            return Err(format!("nests deeper than {DEEPEST}"));
        }
        let place = Place { line: at.line(), column: at.col() + 1 };
        let (kind, tag, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.is_some()), tag, anchor),
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break (Kind::List(items), tag, anchor),
                        (event, at) => items.push(self.node(event, at, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(anchor, tag) => {
                let mut members = Vec::new();
                loop {
                    let name = match self.next()? {
                        (Event::MappingEnd, _) => break (Kind::Object(members), tag, anchor),
                        (event, at) => self.node(event, at, depth + 1)?,
                    };
                    let (event, at) = self.next()?;
                    let value = self.node(event, at, depth + 1)?;
                    members.push((name.text().unwrap_or_default().to_owned(), value));
                }
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or(format!("has an alias of nothing at line {}", place.line))?;
                self.left =
                    self.left.checked_sub(size(&node)).ok_or(format!("has more than {MOST} values"))?;
                return Ok(node);
            }
            _ => return Err(format!("is not YAML: no value at line {}", place.line)),
        };
        let node = match tag {
            Some(tag) => long_form(&tag, Node { kind, place }),
            None => Node { kind, place },
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Null | Kind::Text(_) => 1,
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Object(members) => 1 + members.iter().map(|(_, value)| size(value)).sum::<usize>(),
    }
}

fn scalar(text: &str, style: ScalarStyle, tagged: bool) -> Kind {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") if !tagged => Kind::Null,
        // As CloudFormation hands booleans over.
        (ScalarStyle::Plain, "True" | "TRUE") => Kind::Text("true".to_owned()),
        (ScalarStyle::Plain, "False" | "FALSE") => Kind::Text("false".to_owned()),
        (_, text) => Kind::Text(text.to_owned()),
    }
}

/// CloudFormation's short forms as the long ones: `!Ref x` is `{"Ref": "x"}`, `!Sub x` is `{"Fn::Sub": "x"}`.
fn long_form(tag: &Tag, node: Node) -> Node {
    if tag.handle != "!" {
        return node;
    }
    let name = match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    };
    Node { place: node.place, kind: Kind::Object(vec![(name, node)]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(node: &Node) -> (usize, usize) {
        (node.place.line, node.place.column)
    }

    #[test]
    fn json_has_places() {
        let node = Node::read("{\n  \"é\": [1.10, \"x\"],\n  \"b\": true}").unwrap();
        let list = node.get("é").unwrap();
        assert_eq!(place(list), (2, 8));
        assert_eq!(place(&list.items().unwrap()[1]), (2, 15));
        assert_eq!(list.items().unwrap()[0].text(), Some("1.10"));
        assert_eq!((place(node.get("b").unwrap()), place(&node)), ((3, 8), (1, 1)));
    }

    #[test]
    fn yaml_has_places_and_its_short_forms_are_the_long_ones() {
        let text = "a: !Ref x\nb:\n  - !Sub\n    - ${y}\n    - {y: 1}\n  - !GetAtt c.d\ne: &n 007\nf: *n\ng: ~\nh: True\n";
        let node = Node::read(text).unwrap();
        let expected = serde_json::json!({
            "a": { "Ref": "x" },
            "b": [{ "Fn::Sub": ["${y}", { "y": "1" }] }, { "Fn::GetAtt": "c.d" }],
            "e": "007", "f": "007", "g": null, "h": "true",
        });
        assert_eq!(node.to_json(), expected);
        assert_eq!(node.get("b").unwrap().items().unwrap()[1].place.line, 6);
        assert_eq!(place(node.get("g").unwrap()), (9, 4));
    }

    #[test]
    fn what_is_neither_is_said_so() {
        for (text, problem) in [
            ("{\"a\": tru}", "is not JSON: "),
            ("a: [", "is not YAML: "),
            ("a: *b", "is not YAML: "),
            ("", "is empty"),
            (&"[".repeat(200), "is not JSON: "),
            (&format!("{}{}", "[".repeat(200), "]".repeat(200)), "nests deeper than 100"),
            (&"- ".repeat(200), "nests deeper than 100"),
        ] {
            let said = Node::read(text).unwrap_err();
            assert!(said.starts_with(problem), "{text}: {said}");
        }
    }

    #[test]
    fn aliases_of_aliases_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            text += &format!(
                "a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}]\n"
            );
        }
        assert_eq!(Node::read(&text).unwrap_err(), "has more than 1000000 values");
    }
}

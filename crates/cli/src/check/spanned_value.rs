//! JSON or YAML as a tree in which every value has its place in the file.

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

impl SpannedValue {
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
            let said = crate::check::parse::parse_document(text).unwrap_err().to_string();
            assert!(said.starts_with(problem), "{text}: {said}");
        }
        assert_eq!(
            crate::check::parse::parse_document("# c\n{\"a\": 1}").unwrap().to_json_text(),
            r#"{"a":"1"}"#
        );
    }

    #[test]
    fn json_text_keeps_duplicate_keys() {
        let value =
            crate::check::parse::parse_document("a: [1, {}, []]\na: {\"x\": \"q\\\"\", y: ~}").unwrap();
        assert_eq!(value.to_json_text(), r#"{"a":["1",{},[]],"a":{"x":"q\"","y":null}}"#);
    }
}

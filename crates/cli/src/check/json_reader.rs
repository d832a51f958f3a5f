//! JSON with the position of every value.

use std::cell::Cell;

use connectors::json::{JsonType, RawJson};

use super::error::FileError;
use super::limits::{MAX_DEPTH, MAX_NODES};
use super::spanned_value::{Member, Span, SpannedValue, Style, Value};

/// Gives each value of a JSON text its span.
pub(super) struct JsonReader<'a> {
    text: &'a str,
    /// Byte offset and span of the last value. Values come in the order of the text, so each is located from the one
    /// before: a file of one line is read once, not once for each value.
    last: Cell<(usize, Span)>,
    remaining_nodes: Cell<usize>,
    /// Number of bytes that were read to find positions.
    located_bytes: Cell<usize>,
}

impl<'a> JsonReader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let start = Span { line: 1, column: 1, width: 1 };
        let remaining_nodes = Cell::new(MAX_NODES);
        Self { text, last: Cell::new((0, start)), remaining_nodes, located_bytes: Cell::new(0) }
    }

    pub(super) fn value(&self, json: RawJson<'_>, depth: usize) -> Result<SpannedValue, FileError> {
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
                    .map(|(name, value)| self.member(name, value, depth))
                    .collect::<Result<_, FileError>>()?,
                None => Vec::new(),
            }),
        };
        Ok(SpannedValue { value, span, style: Style::Exact })
    }

    fn member(&self, name: &str, value: RawJson<'_>, depth: usize) -> Result<Member, FileError> {
        let value = self.value(value, depth + 1)?;
        Ok(Member { name: name.to_owned(), name_span: value.span, value })
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
        let (width, width_bytes) = match json.json_type() {
            JsonType::List | JsonType::Object => (1, 0),
            _ => (json.raw().chars().count(), json.raw().len()),
        };
        self.located_bytes.set(self.located_bytes.get() + between.len() + width_bytes);
        let span = Span { line, column, width };
        self.last.set((offset, span));
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(value: &SpannedValue) -> (usize, usize) {
        (value.span.line, value.span.column)
    }

    #[test]
    fn json_values_have_positions() {
        let value =
            crate::check::parse::parse_document("{\n  \"é\": [1.10, \"x\"],\n  \"b\": true}").unwrap();
        let list = value.get("é").unwrap();
        assert_eq!(position(list), (2, 8));
        assert_eq!(position(&list.items().unwrap()[1]), (2, 15));
        assert_eq!(list.items().unwrap()[0].as_scalar(), Some("1.10"));
        assert_eq!((position(value.get("b").unwrap()), position(&value)), ((3, 8), (1, 1)));
        let json = crate::check::parse::parse_document("{\"a\": [\"é\\n\"], \"b\": 1.50}").unwrap();
        assert_eq!(json.get("a").unwrap().items().unwrap()[0].span, Span { line: 1, column: 8, width: 5 });
        assert_eq!((json.get("b").unwrap().span.width, json.span.width), (4, 1));
    }

    /// Counts bytes instead of measuring time: the position of each value costs the distance from the one before.
    #[test]
    fn positions_on_one_line_cost_linear_time() {
        let located_bytes = |connectors: usize| {
            let connector = r#"{"Id":"é","Parameters":{"a":"b","c":[1,2,{"d":null}]}}"#;
            let text = format!("{{\"Connectors\":[{}]}}", vec![connector; connectors].join(","));
            let reader = JsonReader::new(&text);
            let value = reader.value(RawJson::parse(&text).unwrap(), 0).unwrap();
            let items = value.get("Connectors").unwrap().items().unwrap();
            let expected = 15 + (connectors - 1) * (connector.chars().count() + 1) + 1;
            assert_eq!(position(items.last().unwrap()), (1, expected));
            assert!(reader.located_bytes.get() <= 2 * text.len());
            reader.located_bytes.get()
        };
        let (small, large) = (located_bytes(1_000), located_bytes(10_000));
        assert!(large <= 11 * small, "10 times the input: {small} bytes, then {large}");
    }
}

//! The JSON reader, compared with a model of the text and with `serde_json::Value`.

use std::fmt::Write as _;

use connectors::json::{JsonType, RawJson};
use proptest::prelude::*;
use serde_json::Value;

use crate::property::{Property, fail, for_all};
use crate::text_edit::{any_text_edit, edited};

/// JSON as it is written.
#[derive(Clone, Debug)]
enum Json {
    /// `null`, a boolean or a number.
    Literal(String),
    String(Characters),
    List(Vec<Json>),
    Object(Vec<(Characters, Json)>),
}

/// The content of a string, with a style of writing for each character.
type Characters = Vec<(char, u8)>;

fn content(characters: &Characters) -> String {
    characters.iter().map(|(c, _)| c).collect()
}

fn any_characters() -> impl Strategy<Value = Characters> {
    let c = prop_oneof![
        5 => prop::char::range('a', 'e'),
        1 => prop::sample::select(vec!['"', '\\', '/', '\n', '\0', '\u{7f}', '\u{2028}', 'é', '😀', '\u{feff}']),
        1 => any::<char>(),
    ];
    prop::collection::vec((c, 0..4_u8), 0..6)
}

fn any_number() -> impl Strategy<Value = String> {
    prop_oneof!["-?(0|[1-9][0-9]{0,3})", "-?(0|[1-9][0-9]{0,25})([.][0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"]
}

fn any_written_json() -> impl Strategy<Value = Json> {
    let literal = prop_oneof![
        prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        any_number(),
    ];
    let leaf = prop_oneof![literal.prop_map(Json::Literal), any_characters().prop_map(Json::String)];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            // Names of few different characters, so that many are duplicates.
            prop::collection::vec((any_characters(), inner), 0..6).prop_map(Json::Object),
        ]
    })
}

fn write_string(text: &mut String, characters: &Characters) {
    text.push('"');
    for (c, style) in characters {
        let short = match c {
            '"' | '\\' => Some(*c),
            '\n' => Some('n'),
            '/' if *style == 1 => Some('/'),
            _ => None,
        };
        match short {
            Some(short) if *style < 3 => text.extend(['\\', short]),
            _ if *style == 3 || *c < ' ' || matches!(c, '"' | '\\') => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(text, "\\u{unit:04x}").unwrap();
                }
            }
            _ => text.push(*c),
        }
    }
    text.push('"');
}

fn write_json(text: &mut String, json: &Json, space: &str) {
    match json {
        Json::Literal(literal) => text.push_str(literal),
        Json::String(characters) => write_string(text, characters),
        Json::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                text.push_str(space);
                write_json(text, item, space);
            }
            text.push_str(space);
            text.push(']');
        }
        Json::Object(fields) => {
            text.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                text.push_str(space);
                write_string(text, name);
                text.push_str(space);
                text.push(':');
                text.push_str(space);
                write_json(text, value, space);
            }
            text.push_str(space);
            text.push('}');
        }
    }
}

fn any_space() -> impl Strategy<Value = String> {
    "[ \\t\\r\\n]{0,2}"
}

fn assert_reads_as(json: RawJson<'_>, written: &Json, space: &str) -> Result<(), TestCaseError> {
    let mut text = String::new();
    write_json(&mut text, written, space);
    prop_assert_eq!(json.raw(), &text);
    let description = json.describe().to_string();
    prop_assert!(description.len() < 80, "{}", description);
    match written {
        Json::Literal(literal) => {
            let expected = match literal.as_str() {
                "null" => JsonType::Null,
                "true" | "false" => JsonType::Boolean,
                _ => JsonType::Number,
            };
            prop_assert_eq!(json.json_type(), expected);
            prop_assert!(json.as_str().is_none() && json.as_array().is_none() && json.as_object().is_none());
        }
        Json::String(characters) => {
            prop_assert_eq!(json.as_str(), Some(content(characters).into()));
            prop_assert!(json.as_array().is_none() && json.as_object().is_none());
        }
        Json::List(items) => {
            let read = json.as_array().ok_or_else(|| fail("not a list"))?;
            prop_assert_eq!(read.len(), items.len());
            prop_assert!(json.as_str().is_none() && json.as_object().is_none());
            for (item, written) in read.into_iter().zip(items) {
                assert_reads_as(item, written, space)?;
            }
        }
        Json::Object(fields) => {
            let read = json.as_object().ok_or_else(|| fail("not an object"))?;
            prop_assert!(json.as_str().is_none() && json.as_array().is_none());
            prop_assert_eq!(read.iter().count(), fields.len());
            for ((name, value), (written_name, written_value)) in read.iter().zip(fields) {
                prop_assert_eq!(name, content(written_name));
                assert_reads_as(value, written_value, space)?;
                // The last duplicate counts.
                let last = fields.iter().rev().find(|(other, _)| content(other) == name).unwrap();
                assert_reads_as(read.get(name).unwrap(), &last.1, space)?;
            }
        }
    }
    Ok(())
}

/// Strings and numbers as they are written, and every field, duplicates too.
pub(crate) const KEEPS_THE_TEXT: Property = Property {
    name: "the JSON reader keeps the text",
    cases: 256,
    check: |runner| {
        for_all(runner, &(any_written_json(), any_space()), |(written, space)| {
            let mut text = space.clone();
            write_json(&mut text, &written, &space);
            text.push_str(&space);
            let json = RawJson::parse(&text).map_err(|error| fail(format!("{error}: {text}")))?;
            assert_reads_as(json, &written, &space)?;
            assert_equals(json, &serde_json::from_str(&text).unwrap())
        })
    },
};

/// What `serde_json::Value` rejects and the reader accepts: text whose syntax is valid.
fn is_limit_of_value(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    [
        "number out of range",
        "lone leading surrogate",
        "unexpected end of hex escape",
        "recursion limit exceeded",
    ]
    .iter()
    .any(|limit| text.starts_with(limit))
}

fn assert_equals(json: RawJson<'_>, value: &Value) -> Result<(), TestCaseError> {
    match value {
        Value::Null => prop_assert_eq!(json.json_type(), JsonType::Null),
        Value::Bool(_) => {
            prop_assert_eq!(json.json_type(), JsonType::Boolean);
            prop_assert_eq!(json.raw(), value.to_string());
        }
        Value::Number(number) => {
            prop_assert_eq!(json.json_type(), JsonType::Number);
            prop_assert_eq!(&json.raw().parse::<serde_json::Number>().unwrap(), number);
        }
        Value::String(text) => prop_assert_eq!(json.as_str(), Some(text.as_str().into())),
        Value::Array(values) => {
            let items = json.as_array().ok_or_else(|| fail("not a list"))?;
            prop_assert_eq!(items.len(), values.len());
            for (item, value) in items.into_iter().zip(values) {
                assert_equals(item, value)?;
            }
        }
        Value::Object(values) => {
            let fields = json.as_object().ok_or_else(|| fail("not an object"))?;
            prop_assert!(fields.iter().all(|(name, _)| values.contains_key(name)));
            for (name, value) in values {
                let field = fields.get(name).ok_or_else(|| fail(format!("no field {name}")))?;
                assert_equals(field, value)?;
            }
        }
    }
    Ok(())
}

/// Reads every value, without an expectation.
fn read_all(json: RawJson<'_>) {
    let _ = json.describe().to_string();
    let _ = json.as_str();
    json.as_array().unwrap_or_default().into_iter().for_each(read_all);
    if let Some(fields) = json.as_object() {
        fields.iter().for_each(|(_, value)| read_all(value));
    }
}

fn any_json_token() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u00", "\\x", "null",
            "tru", "false", "0", "-", "1e999", ".5", "1.", "e+", " ", "\n", "\t", "\u{feff}", "\u{a0}", "\0",
            "NaN", "'", "//", "é",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ]
}

/// The reader accepts and rejects the same texts, apart from a byte order mark, and reads the same content.
pub(crate) const AGREES_WITH_SERDE_JSON: Property = Property {
    name: "the JSON reader agrees with serde_json",
    cases: 512,
    check: |runner| {
        let tokens = prop::collection::vec(any_json_token(), 0..12).prop_map(|tokens| tokens.concat());
        let written = (any_written_json(), any_space()).prop_map(|(json, space)| {
            let mut text = String::new();
            write_json(&mut text, &json, &space);
            text
        });
        let mutated = (written, prop::collection::vec(any_text_edit(any_json_token()), 1..4))
            .prop_map(|(text, edits)| edits.iter().fold(text, |text, edit| edited(&text, edit)));
        for_all(runner, &prop_oneof![1 => tokens, 3 => mutated], |text| {
            // The reader skips one byte order mark.
            let without_mark = text.strip_prefix('\u{feff}').unwrap_or(&text);
            match (RawJson::parse(&text), serde_json::from_str::<Value>(without_mark)) {
                (Ok(json), Ok(value)) => assert_equals(json, &value)?,
                (Ok(json), Err(error)) => {
                    prop_assert!(is_limit_of_value(&error), "serde_json rejects it: {}", error);
                    read_all(json);
                }
                (Err(error), Ok(_)) => return Err(fail(format!("serde_json accepts it: {error}"))),
                (Err(_), Err(_)) => {}
            }
            Ok(())
        })
    },
};

/// Lists and objects that contain each other, on a stack that a reader which recurses would overflow.
pub(crate) const NEEDS_NO_STACK_FOR_DEPTH: Property = Property {
    name: "the JSON reader needs no stack for depth",
    cases: 8,
    check: |runner| {
        let levels = (prop::collection::vec(any::<bool>(), 1..8), 1_000..100_000_usize);
        for_all(runner, &levels, |(kinds, depth)| {
            let kinds = || kinds.iter().copied().cycle().take(depth);
            let mut text: String = kinds().map(|is_list| if is_list { "[" } else { "{\"a\":" }).collect();
            text.push('7');
            let closing: Vec<&str> = kinds().map(|is_list| if is_list { "]" } else { "}" }).collect();
            text.extend(closing.into_iter().rev());
            let first_is_list = text.starts_with('[');
            let read = move || {
                let json = RawJson::parse(&text).ok()?;
                let _ = json.describe().to_string();
                let inner = match first_is_list {
                    true => json.as_array()?.first().copied()?,
                    false => json.as_object()?.get("a")?,
                };
                (inner.raw().len() + 2 <= text.len()).then_some(())
            };
            let thread = std::thread::Builder::new().stack_size(64 * 1024).spawn(read).unwrap();
            thread.join().unwrap().ok_or_else(|| fail("not readable"))
        })
    },
};

#[test]
fn the_reader_keeps_the_text() {
    KEEPS_THE_TEXT.check_once();
}

#[test]
fn the_reader_agrees_with_serde_json() {
    AGREES_WITH_SERDE_JSON.check_once();
}

#[test]
fn the_reader_needs_no_stack_for_depth() {
    NEEDS_NO_STACK_FOR_DEPTH.check_once();
}

//! JSON that is parsed one level at a time.
//!
//! Events may have any shape and size. Compared with [`serde_json::Value`], lazy parsing preserves the spelling of
//! numbers (`1.10` stays `1.10`) and duplicate fields, keeps the rest of an object readable when one value is not
//! valid Unicode (so that CloudFormation still gets its response), and needs no stack for deeply nested values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value with valid syntax whose content is not parsed yet.
#[derive(Clone, Copy)]
pub struct RawJson<'a>(&'a str);

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list.
    List,
    /// An object.
    Object,
}

/// How many strings around a JSON text are decoded.
const MAX_TEXT_LEVELS: usize = 4;

/// A byte order mark, which some editors and shells put before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The JSON text in a string.
#[derive(Debug)]
pub struct DecodedText {
    /// The text, which is valid JSON.
    pub text: String,
    /// The number of strings around the text; one if the string holds the text itself.
    pub levels: usize,
}

impl<'a> RawJson<'a> {
    /// Checks the syntax of a JSON text. A byte order mark before it is skipped.
    ///
    /// # Errors
    ///
    /// Returns the first syntax error, with its line and column.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        serde_json::from_str::<&RawValue>(text).map(Self::from)
    }

    /// The JSON text of the value.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// The type of the value. The first character tells, since the syntax is valid.
    pub fn json_type(self) -> JsonType {
        match self.0.as_bytes().first() {
            Some(b'"') => JsonType::String,
            Some(b'{') => JsonType::Object,
            Some(b'[') => JsonType::List,
            Some(b't' | b'f') => JsonType::Boolean,
            Some(b'n') | None => JsonType::Null,
            Some(_) => JsonType::Number,
        }
    }

    /// The content of a string; `None` for other types, and for a string whose escapes are not valid Unicode.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        if self.json_type() != JsonType::String {
            return None;
        }
        serde_json::from_str::<BorrowedString<'a>>(self.0).ok().map(|text| text.0)
    }

    /// The items of a list; `None` for other types.
    pub fn as_array(self) -> Option<Vec<RawJson<'a>>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(RawJson::from).collect())
    }

    /// The fields of an object; `None` for other types.
    pub fn as_object(self) -> Option<Object<'a>> {
        serde_json::from_str(self.0).ok()
    }

    /// The JSON text of one of these types that a string holds, possibly inside another string. `None` for all other
    /// values.
    pub fn decode_text(self, types: &[JsonType]) -> Option<DecodedText> {
        let mut text = self.as_str()?.into_owned();
        for levels in 1..=MAX_TEXT_LEVELS {
            let json = RawJson::parse(&text).ok()?;
            if types.contains(&json.json_type()) {
                return Some(DecodedText { levels, text });
            }
            text = json.as_str()?.into_owned();
        }
        None
    }

    /// Describes the value without repeating it, as in "a string of 6 characters". Values may be secrets.
    pub fn describe(self) -> ValueDescription<'a> {
        ValueDescription(self)
    }
}

impl<'a> From<&'a RawValue> for RawJson<'a> {
    fn from(raw: &'a RawValue) -> Self {
        RawJson(raw.get())
    }
}

/// The fields of an object in the order of the text, including duplicates.
pub struct Object<'a>(Vec<(Cow<'a, str>, RawJson<'a>)>);

impl<'a> Object<'a> {
    /// The value of a field. For a duplicate field, it is the last value, as in most JSON parsers.
    pub fn get(&self, name: &str) -> Option<RawJson<'a>> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Whether the object has a field.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All fields in order, including duplicates.
    pub fn iter(&self) -> impl Iterator<Item = (&str, RawJson<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Object<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((LossyString(name), value)) =
                    map.next_entry::<LossyString<'de>, &RawValue>()?
                {
                    fields.push((name, RawJson::from(value)));
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The content of a JSON string, read as bytes: an escape that is not valid Unicode, such as half of a surrogate pair, is
/// replaced, and does not make what is around it unreadable.
pub struct LossyString<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for LossyString<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = LossyString<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(LossyString(String::from_utf8_lossy(bytes)))
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(LossyString(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
            }
        }
        deserializer.deserialize_bytes(Reader)
    }
}

/// The content of a string, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
struct BorrowedString<'a>(#[serde(borrow)] Cow<'a, str>);

/// Describes a value without repeating it. A noun phrase that follows "found".
pub struct ValueDescription<'a>(RawJson<'a>);

impl fmt::Display for ValueDescription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.json_type() {
            JsonType::Null => f.write_str("null"),
            JsonType::Boolean => f.write_str("a boolean"),
            JsonType::Number => f.write_str("a number"),
            JsonType::String => match self.0.as_str() {
                None => f.write_str("a string that is not valid Unicode"),
                Some(text) => match text.chars().count() {
                    0 => f.write_str("an empty string"),
                    1 => f.write_str("a string of 1 character"),
                    n => write!(f, "a string of {n} characters"),
                },
            },
            JsonType::List => match self.0.as_array().map_or(0, |items| items.len()) {
                0 => f.write_str("an empty list"),
                1 => f.write_str("a list of 1 item"),
                n => write!(f, "a list of {n} items"),
            },
            JsonType::Object => match self.0.as_object().map_or(0, |fields| fields.0.len()) {
                0 => f.write_str("an empty object"),
                1 => f.write_str("an object of 1 field"),
                n => write!(f, "an object of {n} fields"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> RawJson<'_> {
        RawJson::parse(text).unwrap()
    }

    #[test]
    fn numbers_keep_their_spelling() {
        for number in ["1.10", "1E+2", "-0", "123456789012345678901234567890", "0.1e-7"] {
            assert_eq!(json(&format!(" {number}\n")).raw(), number);
            assert_eq!(json(number).json_type(), JsonType::Number);
        }
    }

    #[test]
    fn one_invalid_string_does_not_make_the_object_unreadable() {
        let object = json(r#"{"a":"\ud800","\ud800b":1,"c":"\u00e9"}"#).as_object().unwrap();
        assert_eq!(object.iter().count(), 3);
        assert!(object.get("a").unwrap().as_str().is_none());
        assert_eq!(object.get("c").unwrap().as_str().unwrap(), "é");
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = format!(r#"{{"a":{}{},"b":"x"}}"#, "[".repeat(200_000), "]".repeat(200_000));
        let object = json(&deep).as_object().unwrap();
        assert_eq!(object.get("b").unwrap().as_str().unwrap(), "x");
        assert_eq!(object.get("a").unwrap().describe().to_string(), "a list of 1 item");
    }

    #[test]
    fn a_description_never_repeats_the_value() {
        let descriptions: Vec<String> =
            json(r#"[null,true,17,"","x","secret",[1,2],[],{},{"a":1},"\ud800"]"#)
                .as_array()
                .unwrap()
                .into_iter()
                .map(|value| value.describe().to_string())
                .collect();
        assert_eq!(
            descriptions,
            [
                "null",
                "a boolean",
                "a number",
                "an empty string",
                "a string of 1 character",
                "a string of 6 characters",
                "a list of 2 items",
                "an empty list",
                "an empty object",
                "an object of 1 field",
                "a string that is not valid Unicode"
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        assert_eq!(json("\u{feff} {}").raw(), "{}");
        assert!(RawJson::parse("\u{feff}\u{feff}{}").is_err());
    }

    #[test]
    fn text_is_decoded_to_the_types_that_belong_there() {
        let mut text = r#"{"a":1}"#.to_owned();
        for levels in 1..=MAX_TEXT_LEVELS + 1 {
            text = serde_json::to_string(&text).unwrap();
            let decoded = json(&text).decode_text(&[JsonType::Object]);
            assert_eq!(decoded.map(|decoded| decoded.levels), (levels <= MAX_TEXT_LEVELS).then_some(levels));
            assert!(json(&text).decode_text(&[JsonType::List]).is_none());
        }
        for other in ["{}", "[]", "7", r#""""#, r#""x""#, r#""7""#, r#""{""#, r#""\ud800""#] {
            assert!(json(other).decode_text(&[JsonType::Object, JsonType::List]).is_none(), "{other}");
        }
    }

    #[test]
    fn the_last_duplicate_field_counts() {
        assert_eq!(json(r#"{"a":1,"a":2}"#).as_object().unwrap().get("a").unwrap().raw(), "2");
    }
}

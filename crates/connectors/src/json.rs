//! JSON read one level at a time, as it was written.
//!
//! An event comes from outside and may be of any shape and size. Reading it lazily keeps three promises that
//! a parse into owned values would break: a number keeps its spelling (`1.10` stays `1.10`), one bad member
//! does not lose its neighbours (the way home to CloudFormation among them), and depth costs no stack.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// One JSON value whose syntax has been checked and whose content has not been read.
#[derive(Clone, Copy)]
pub struct Json<'a>(&'a str);

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// a number
    Number,
    /// a string
    String,
    /// a list
    List,
    /// an object
    Object,
}

impl<'a> Json<'a> {
    /// Checks the syntax of a whole text.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<&RawValue>(text).map(Self::from)
    }

    /// The value as it was written.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// What this value is. Its first character tells, since the syntax is known to be right.
    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// A string's content; `None` for anything else, and for a string whose escapes are no Unicode text.
    pub fn string(self) -> Option<Cow<'a, str>> {
        if self.kind() != Kind::String {
            return None;
        }
        serde_json::from_str::<Text<'a>>(self.0).ok().map(|text| text.0)
    }

    /// A list's items; `None` for anything else.
    pub fn items(self) -> Option<Vec<Json<'a>>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(Json::from).collect())
    }

    /// An object's members; `None` for anything else.
    pub fn members(self) -> Option<Members<'a>> {
        serde_json::from_str(self.0).ok()
    }

    /// What the value is, in words that do not repeat it: values may be secrets.
    pub fn shape(self) -> Shape<'a> {
        Shape(self)
    }
}

impl<'a> From<&'a RawValue> for Json<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Json(raw.get())
    }
}

/// The members of one object in the order in which they were written, repeated names included.
pub struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Members<'a> {
    /// The value of a name; of the last one where the name is repeated, as JSON parsers do.
    pub fn get(&self, name: &str) -> Option<Json<'a>> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Whether the name is there.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All members, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &RawValue>()? {
                    members.push((name, Json::from(value)));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A member's name. Read as bytes, since a name whose escapes are no Unicode text must not lose the object.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Name(String::from_utf8_lossy(bytes)))
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
            }
        }
        deserializer.deserialize_bytes(Reader)
    }
}

/// A string's content, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Says what a value is without saying the value.
pub struct Shape<'a>(Json<'a>);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            Kind::Null => f.write_str("null"),
            Kind::Boolean => f.write_str("a boolean"),
            Kind::Number => f.write_str("a number"),
            Kind::String => match self.0.string() {
                None => f.write_str("a string that is not Unicode text"),
                Some(text) => match text.chars().count() {
                    0 => f.write_str("an empty string"),
                    1 => f.write_str("a string of 1 character"),
                    n => write!(f, "a string of {n} characters"),
                },
            },
            Kind::List => write!(f, "a list of {}", self.0.items().map_or(0, |items| items.len())),
            Kind::Object => match self.0.members().map_or(0, |members| members.0.len()) {
                1 => f.write_str("an object of 1 member"),
                n => write!(f, "an object of {n} members"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::parse(text).unwrap()
    }

    #[test]
    fn numbers_keep_their_spelling() {
        for number in ["1.10", "1E+2", "-0", "123456789012345678901234567890", "0.1e-7"] {
            assert_eq!(json(&format!(" {number}\n")).raw(), number);
            assert_eq!(json(number).kind(), Kind::Number);
        }
    }

    #[test]
    fn one_bad_member_does_not_lose_its_neighbours() {
        let members = json(r#"{"a":"\ud800","\ud800b":1,"c":"\u00e9"}"#).members().unwrap();
        assert_eq!(members.iter().count(), 3);
        assert!(members.get("a").unwrap().string().is_none());
        assert_eq!(members.get("c").unwrap().string().unwrap(), "é");
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!(r#"{{"a":{}{},"b":"x"}}"#, "[".repeat(200_000), "]".repeat(200_000));
        let members = json(&deep).members().unwrap();
        assert_eq!(members.get("b").unwrap().string().unwrap(), "x");
        assert_eq!(members.get("a").unwrap().shape().to_string(), "a list of 1");
    }

    #[test]
    fn a_shape_never_repeats_the_value() {
        let shapes: Vec<String> = json(r#"[null,true,17,"","x","secret",[1,2],{},{"a":1},"\ud800"]"#)
            .items()
            .unwrap()
            .into_iter()
            .map(|value| value.shape().to_string())
            .collect();
        assert_eq!(
            shapes,
            [
                "null",
                "a boolean",
                "a number",
                "an empty string",
                "a string of 1 character",
                "a string of 6 characters",
                "a list of 2",
                "an object of 0 members",
                "an object of 1 member",
                "a string that is not Unicode text"
            ]
        );
    }

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        assert_eq!(json(r#"{"a":1,"a":2}"#).members().unwrap().get("a").unwrap().raw(), "2");
    }
}

//! The event as the runtime hands it over: not read yet, so that nothing in it can keep it from the handler.

use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An event as it came.
#[derive(Debug)]
pub enum Payload {
    /// JSON, of whatever shape.
    Json(Box<RawValue>),
    /// No JSON: why not, without its text.
    Invalid(String),
}

/// Never fails: the runtime answers what it cannot read by itself, in its own words, and nobody else hears of it.
impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => Self::Json(json),
            Err(error) => Self::Invalid(error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bytes: &[u8]) -> Payload {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        Payload::deserialize(&mut deserializer).unwrap()
    }

    #[test]
    fn anything_is_an_event() {
        assert!(matches!(event(br#" {"a":1.10} "#), Payload::Json(json) if json.get() == r#"{"a":1.10}"#));
        for bytes in [b"".as_slice(), b"{", b"x", b"{\"a\":\xff}", b"\"secret"] {
            let Payload::Invalid(why) = event(bytes) else { panic!("{bytes:?}") };
            assert!(!why.contains("secret"), "{why}");
        }
    }
}

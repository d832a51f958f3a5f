//! What the runtime hands over and takes back: JSON that the handler reads and writes itself.

use lambda_runtime::LambdaInvocation;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::FunctionError;
use crate::greengrass::SideEffect;

/// A byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Removes a byte order mark before an event. The runtime parses the event before it calls the handler.
pub(crate) fn strip_byte_order_mark(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if invocation.body.starts_with(BYTE_ORDER_MARK) {
        invocation.body = invocation.body.slice(BYTE_ORDER_MARK.len()..);
    }
    invocation
}

/// An event as it came, not parsed yet, so that nothing in it can keep it from the handler.
#[derive(Debug)]
pub(crate) enum Payload {
    /// JSON, of whatever shape.
    Json(Box<RawValue>),
    /// Not JSON: the parser's message, without the text.
    Invalid(String),
}

/// Never fails: to what it cannot read, the runtime responds by itself, in its own words.
impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => Self::Json(json),
            Err(error) => Self::Invalid(error.to_string()),
        })
    }
}

/// The response to an event: JSON text.
pub(crate) type ResponsePayload = Box<RawValue>;

/// Serializes a response.
///
/// # Errors
/// [`FunctionError::Internal`], should that fail: `null` would look like success.
pub(crate) fn to_payload(response: &impl Serialize) -> Result<ResponsePayload, FunctionError> {
    to_raw_value(response).map_err(|_| FunctionError::Internal(SideEffect::Unknown))
}

/// A response that is JSON text already.
///
/// # Errors
/// [`FunctionError::Internal`], should it not be JSON.
pub(crate) fn payload_of(json: String) -> Result<ResponsePayload, FunctionError> {
    RawValue::from_string(json).map_err(|_| FunctionError::Internal(SideEffect::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(bytes: &[u8]) -> Payload {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        Payload::deserialize(&mut deserializer).unwrap()
    }

    #[test]
    fn anything_is_a_payload() {
        assert!(matches!(payload(br#" {"a":1.10} "#), Payload::Json(json) if json.get() == r#"{"a":1.10}"#));
        for bytes in [b"".as_slice(), b"{", b"x", b"{\"a\":\xff}", b"\"secret"] {
            let Payload::Invalid(why) = payload(bytes) else { panic!("{bytes:?}") };
            assert!(!why.contains("secret"), "{why}");
        }
    }
}

//! JSON text as the value of a parameter.

use super::arn::ArnType;
use crate::json::{JsonType, RawJson};

/// Whether a text is a JSON object.
pub(super) fn is_json_object(text: &str) -> bool {
    RawJson::parse(text).is_ok_and(|json| json.json_type() == JsonType::Object)
}

/// Whether a text is a JSON list of ARNs of secrets.
pub(super) fn is_secret_arn_list(text: &str) -> bool {
    let Some(items) = RawJson::parse(text).ok().and_then(RawJson::as_array) else { return false };
    items.iter().all(|item| item.as_str().is_some_and(|arn| ArnType::Secret.matches(&arn)))
}

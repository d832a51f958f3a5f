//! JSON text as the value of a parameter.

use super::arn::Arn;
use crate::json::{Json, Kind};

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    Json::parse(text).is_ok_and(|json| json.kind() == Kind::Object)
}

/// Whether a text is a list of ARNs of secrets, with the little white space that the documented pattern takes.
pub(super) fn is_list_of_secrets(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { return false };
    let spaced = inner.starts_with("   ") || inner.ends_with(' ') || inner.contains(['\n', '\t', '\r']);
    let Some(items) = Json::parse(text).ok().and_then(Json::items) else { return false };
    let all_secrets = items.iter().all(|item| item.string().is_some_and(|arn| Arn::Secret.fits(&arn)));
    let between = |around: &str| matches!(around, "," | " ," | ", " | " , ");
    // Every other piece is what stands between two strings: no ARN has a quote or an escape in it.
    let mut pieces = inner.split('"').skip(2).step_by(2).peekable();
    let mut single_spaces = true;
    while let Some(piece) = pieces.next() {
        single_spaces &= if pieces.peek().is_some() { between(piece) } else { piece.is_empty() };
    }
    !spaced && all_secrets && single_spaces
}

/// Whether a text is a JSON list of strings.
#[cfg(test)]
pub(super) fn is_list_of_strings(text: &str) -> bool {
    let items = Json::parse(text).ok().and_then(Json::items);
    items.is_some_and(|items| items.iter().all(|item| item.string().is_some()))
}

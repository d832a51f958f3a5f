//! Pages of lists. `NextToken` is the index of the next entry; clients must treat it as opaque.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::http::Request;

/// The number of entries in a page that a client requests with `MaxResults`.
pub(super) fn requested_size(request: &Request) -> Result<Option<usize>, ApiError> {
    match query_number(request, "MaxResults")? {
        Some(0) => Err(ApiError::bad_request("Invalid MaxResults.")),
        size => Ok(size),
    }
}

/// The page of `entries` that `NextToken` in the request names, at most `size` of them, and the token of the page after
/// it.
pub(super) fn page<'a, T>(
    request: &Request,
    entries: &'a [T],
    size: usize,
) -> Result<(&'a [T], Option<Value>), ApiError> {
    let from = query_number(request, "NextToken")?.unwrap_or(0);
    let rest = entries.get(from..).ok_or_else(|| ApiError::bad_request("Invalid NextToken."))?;
    match rest.split_at_checked(size) {
        Some((page, [_, ..])) => Ok((page, Some(json!(from.saturating_add(size).to_string())))),
        _ => Ok((rest, None)),
    }
}

/// A number in the request's query. An empty value counts as left out.
fn query_number(request: &Request, name: &str) -> Result<Option<usize>, ApiError> {
    let mut pairs =
        request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let Some((_, value)) = pairs.find(|(key, value)| *key == name && !value.is_empty()) else {
        return Ok(None);
    };
    let number = percent_decode_str(value).decode_utf8_lossy().parse();
    number.map(Some).map_err(|_| ApiError::bad_request(format!("Invalid {name}.")))
}

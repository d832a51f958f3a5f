//! The records that Lambda sends to a destination after it gave up an asynchronous invocation, as a redrive returns
//! them.
//!
//! Source: [Adding a destination](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).

use std::time::{Duration, SystemTime};

use super::{Message, RequestOrigin, messages, string_field};
use crate::client_token::Requester;
use crate::diagnostic::ValidationErrors;
use crate::json::{Object, RawJson};

const PAYLOAD: &str = "requestPayload";
const CONTEXT: &str = "requestContext";

/// How long Lambda keeps an asynchronous event at most. Its first delivery is no longer before the record.
const MAX_EVENT_AGE: Duration = Duration::from_secs(6 * 60 * 60);

pub(super) fn matches(event: &Object<'_>) -> bool {
    event.has(PAYLOAD) && event.has(CONTEXT)
}

/// The payload of the failed invocation.
///
/// # Errors
///
/// Returns an error for the record of an invocation that succeeded: to repeat those would never end.
pub(super) fn parse(event: &Object<'_>, outer: &RequestOrigin) -> Result<Message, ValidationErrors> {
    let context = event.get(CONTEXT).and_then(RawJson::as_object);
    let in_context = |name| string_field(context.as_ref()?, name);
    if in_context("condition").as_deref() == Some("Success") {
        let path = outer.path.field(CONTEXT).field("condition");
        return Err(ValidationErrors::at(&path, messages::RECORD_OF_SUCCESS));
    }
    let requester = in_context("requestId").map(|request_id| Requester::Direct { request_id });
    let mut origin = outer.inside(outer.path.field(PAYLOAD), requester);
    origin.is_redelivery = true;
    let failed_at = string_field(event, "timestamp").as_deref().and_then(parse_timestamp);
    if let Some(first) = failed_at.and_then(|at| at.checked_sub(MAX_EVENT_AGE)) {
        origin.first_requested_at = first.min(origin.first_requested_at);
    }
    let payload = event.get(PAYLOAD).map_or("null", RawJson::raw).to_owned();
    Ok(Message { id: String::new(), is_id_position: false, origin, group: None, event: Ok(payload) })
}

/// A time in UTC as Lambda writes it: `2019-11-14T20:13:49.123Z`. Fractions of a second are dropped.
fn parse_timestamp(text: &str) -> Option<SystemTime> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten()
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !text.ends_with('Z') || !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    // The days before a year that begins in March, so that a leap day is the last day of its year.
    let (march_year, march_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = march_year / 4 - march_year / 100 + march_year / 400;
    let days = march_year * 365 + leap_days + (march_month * 153 + 2) / 5 + day;
    // 1970-01-01 is the day 719,469 by this count.
    let days = days.checked_sub(719_469)?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-03-01T00:00:00Z", Some(59 * 86_400)),
            ("2000-02-29T23:59:59.999Z", Some(951_868_799)),
            ("2019-11-14T20:13:49.123Z", Some(1_573_762_429)),
            ("2026-03-02T09:41:07.482Z", Some(1_772_444_467)),
            ("2019-11-14T20:13:49", None),
            ("2019-13-14T20:13:49Z", None),
            ("x", None),
            ("", None),
            ("2019-11-1éT20:13:49Z", None),
        ] {
            let expected = seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(parse_timestamp(text), expected, "{text}");
        }
    }
}

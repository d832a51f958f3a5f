//! The configurations of the MLFeedback connector: JSON text in its parameter `FeedbackConfigurationMap`.
//!
//! Source: [ML Feedback connector](https://docs.aws.amazon.com/greengrass/v1/developerguide/ml-feedback-connector.html).

use super::ValueError;
use crate::catalog::charset::{all_in_charset, is_name};
use crate::json::{JsonType, Object, RawJson};

/// The parameter that holds the configurations.
pub(in crate::catalog) const PARAMETER: &str = "FeedbackConfigurationMap";

const FIELDS: [&str; 5] = ["s3-bucket-name", "content-type", "s3-prefix", "file-ext", "sampling-strategy"];
const STRATEGIES: [&str; 4] = ["RANDOM_SAMPLING", "LEAST_CONFIDENCE", "MARGIN", "ENTROPY"];

/// Checks the text.
///
/// # Errors
///
/// `Nested` says what is wrong in which configuration. It counts the configurations, since their names are part of a
/// parameter's value and no message shows one.
pub(super) fn check_feedback_map(text: &str) -> Result<(), ValueError> {
    let configurations =
        RawJson::parse(text).ok().and_then(RawJson::as_object).ok_or(ValueError::Malformed)?;
    for (index, (name, configuration)) in configurations.iter().enumerate() {
        check_configuration(name, configuration).map_err(|expected| {
            ValueError::Nested(format!("configuration {}: expected {expected}", index + 1))
        })?;
    }
    Ok(())
}

/// The error is what was expected.
fn check_configuration(name: &str, configuration: RawJson<'_>) -> Result<(), String> {
    if !is_name(name) {
        return Err("a name with 2-63 of `a-z A-Z 0-9 -` that does not start with `-`".to_owned());
    }
    let Some(fields) = configuration.as_object() else { return Err("an object".to_owned()) };
    if fields.iter().any(|(name, _)| !FIELDS.contains(&name)) {
        return Err(format!("no fields other than {}", FIELDS.join(", ")));
    }
    let is_bucket = |text: &str| (3..=63).contains(&text.len()) && all_in_charset("a-z0-9.-", text);
    if !fields.get("s3-bucket-name").and_then(RawJson::as_str).is_some_and(|text| is_bucket(&text)) {
        return Err("an `s3-bucket-name` with 3-63 of `a-z 0-9 . -`".to_owned());
    }
    for (name, required) in [("content-type", true), ("s3-prefix", false), ("file-ext", false)] {
        if !fields.get(name).map_or(!required, |json| json.json_type() == JsonType::String) {
            return Err(format!("a string in `{name}`"));
        }
    }
    fields.get("sampling-strategy").map_or(Ok(()), check_strategy)
}

fn check_strategy(strategy: RawJson<'_>) -> Result<(), String> {
    let Some(fields) = strategy.as_object() else {
        return Err("an object in `sampling-strategy`".to_owned());
    };
    let name = fields.get("strategy-name").and_then(RawJson::as_str);
    match name.as_deref() {
        Some("RANDOM_SAMPLING") if !is_in_range(&fields, "rate", Some(1.0)) => {
            Err("a `rate` from 0.0 to 1.0 in `sampling-strategy`".to_owned())
        }
        Some("LEAST_CONFIDENCE" | "MARGIN") if !is_in_range(&fields, "threshold", Some(1.0)) => {
            Err("a `threshold` from 0.0 to 1.0 in `sampling-strategy`".to_owned())
        }
        Some("ENTROPY") if !is_in_range(&fields, "threshold", None) => {
            Err("a `threshold` of at least 0.0 in `sampling-strategy`".to_owned())
        }
        Some(name) if STRATEGIES.contains(&name) => Ok(()),
        _ => Err(format!("one of {} in `sampling-strategy.strategy-name`", STRATEGIES.join(", "))),
    }
}

/// Whether a field is a number from 0 to `max`. A number in quotes counts too: the documentation does not say which.
fn is_in_range(fields: &Object<'_>, name: &str, max: Option<f64>) -> bool {
    let number = fields.get(name).and_then(|json| match json.json_type() {
        JsonType::Number => json.raw().parse::<f64>().ok(),
        JsonType::String => json.as_str()?.parse().ok(),
        _ => None,
    });
    number.is_some_and(|number| number >= 0.0 && max.is_none_or(|max| number <= max) && number.is_finite())
}

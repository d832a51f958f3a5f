//! The types of parameter values.
//!
//! AWS documents values by regular expressions. Types in their place cost nothing at start, give messages such as
//! "expected an integer from 0 to 900", and leave out the slips of the patterns: some accept 901 where the text says at
//! most 900, and all forget GovCloud and China in ARNs. A property test compares the types with the patterns.

mod arn;
mod feedback_map;
mod json;
mod splunk_url;
#[cfg(test)]
mod tests;

use std::fmt;

use super::charset::{all_in_charset, describe_charset, is_digits, is_name};
use crate::region::is_region_name;
pub use arn::ArnType;
pub(super) use feedback_map::PARAMETER as FEEDBACK_PARAMETER;

/// The values that a parameter accepts. Its `Display` follows "expected" in messages.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// Any text without line breaks.
    SingleLine,
    /// An integer.
    Integer(Integer),
    /// One of a few values.
    OneOf {
        /// The values.
        values: &'static [&'static str],
        /// Whether the comparison ignores case.
        ignore_case: bool,
    },
    /// Characters of a set.
    Charset {
        /// The set, written as between the brackets of a regular expression.
        set: &'static str,
        /// The minimum length.
        min: usize,
        /// The maximum length.
        max: usize,
    },
    /// 2 to 63 letters, digits and hyphens that do not start with a hyphen.
    Name,
    /// An absolute path.
    Path,
    /// A directory directly below the root directory.
    TopDirectory,
    /// The name of a Region.
    Region,
    /// An ARN.
    Arn(ArnType),
    /// JSON text of a list of ARNs of secrets.
    SecretArnList,
    /// Numbers of GPIO pins, separated by commas, each optionally followed by one of these letters.
    GpioPins(&'static str),
    /// The URL of a Splunk endpoint.
    SplunkEndpoint,
    /// A phone number.
    PhoneNumber,
    /// JSON text of an object.
    JsonObject,
    /// JSON text of the configurations of the MLFeedback connector.
    FeedbackMap,
}

/// A range of integers.
#[derive(Clone, Copy, Debug)]
pub struct Integer {
    /// The smallest value.
    pub min: u64,
    /// The largest value, if there is one.
    pub max: Option<u64>,
    /// Whether leading zeros are accepted, up to the number of digits of `max`.
    pub allow_leading_zeros: bool,
}

/// Why a value is not accepted. It never contains the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// The value does not have the form of its type.
    Malformed,
    /// The number is too small or too large.
    OutOfRange,
    /// The value is not one of the accepted ones.
    NotInEnum,
    /// The value differs from an accepted one only in case.
    WrongCase,
    /// The value has the form of its type, and this is wrong inside it.
    Nested(String),
}

impl ValueType {
    /// Checks a value. [`Parameter::accepts_as_empty`](super::connector::Parameter::accepts_as_empty) comes first.
    ///
    /// # Errors
    ///
    /// Returns why the value is not accepted.
    pub fn check_value(&self, value: &str) -> Result<(), ValueError> {
        let is_valid = match self {
            Self::SingleLine => is_single_line(value),
            Self::Integer(integer) => return integer.check_integer(value),
            Self::OneOf { values, ignore_case } => return check_one_of(values, *ignore_case, value),
            // Every set is ASCII, so that a byte is a character.
            Self::Charset { set, min, max } => {
                (*min..=*max).contains(&value.len()) && all_in_charset(set, value)
            }
            Self::Name => is_name(value),
            Self::Path => value.starts_with('/') && is_single_line(value),
            Self::TopDirectory => {
                value.strip_prefix('/').is_some_and(|name| all_in_charset("a-zA-Z0-9_-", name))
            }
            Self::Region => is_region_name(value),
            Self::Arn(arn_type) => arn_type.matches(value),
            Self::SecretArnList => json::is_secret_arn_list(value),
            Self::GpioPins(letters) => value.split(',').all(|pin| {
                let number = pin.strip_suffix(|c: char| letters.contains(c)).unwrap_or(pin);
                is_digits(number)
            }),
            Self::SplunkEndpoint => splunk_url::is_splunk_endpoint(value),
            Self::PhoneNumber => value.strip_prefix('+').is_some_and(is_digits),
            Self::JsonObject => json::is_json_object(value),
            Self::FeedbackMap => return feedback_map::check_feedback_map(value),
        };
        if is_valid { Ok(()) } else { Err(ValueError::Malformed) }
    }

    /// Whether values are JSON text, in which braces and angle brackets are not placeholders.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::JsonObject | Self::FeedbackMap | Self::SecretArnList)
    }
}

impl Integer {
    fn check_integer(self, value: &str) -> Result<(), ValueError> {
        let digits = value.strip_prefix('-').unwrap_or(value);
        if !is_digits(digits) {
            return Err(ValueError::Malformed);
        }
        if digits.len() < value.len() {
            return Err(ValueError::OutOfRange);
        }
        // A number that overflows is out of range too.
        let significant = digits.trim_start_matches('0');
        let number: u64 = if significant.is_empty() { 0 } else { significant.parse().unwrap_or(u64::MAX) };
        if number < self.min || self.max.is_some_and(|max| number > max) {
            return Err(ValueError::OutOfRange);
        }
        let max_digits = self.max.map_or(usize::MAX, |max| max.to_string().len());
        let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
        let is_valid = if self.allow_leading_zeros { digits.len() <= max_digits } else { !has_leading_zero };
        if is_valid { Ok(()) } else { Err(ValueError::Malformed) }
    }
}

fn check_one_of(values: &[&str], ignore_case: bool, value: &str) -> Result<(), ValueError> {
    if values.contains(&value) {
        return Ok(());
    }
    match values.iter().find(|accepted| accepted.eq_ignore_ascii_case(value)) {
        Some(_) if ignore_case => Ok(()),
        Some(_) => Err(ValueError::WrongCase),
        None => Err(ValueError::NotInEnum),
    }
}

fn is_single_line(text: &str) -> bool {
    !text.is_empty() && !text.contains('\n')
}

/// A noun phrase that follows "expected".
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SingleLine => f.write_str("a nonempty string without line breaks"),
            Self::Integer(integer) => fmt::Display::fmt(integer, f),
            Self::OneOf { values, ignore_case } => {
                f.write_str(&join_with_or(values))?;
                f.write_str(if *ignore_case { " (case-insensitive)" } else { "" })
            }
            Self::Charset { set, min, max: usize::MAX } => {
                write!(f, "{min} or more of `{}`", describe_charset(set))
            }
            Self::Charset { set, min, max } => write!(f, "{min}-{max} of `{}`", describe_charset(set)),
            Self::Name => f.write_str("2-63 of `a-z A-Z 0-9 -`, not starting with `-`"),
            Self::Path => f.write_str("an absolute path such as /var/lib"),
            Self::TopDirectory => {
                f.write_str("a top-level directory with a name of `a-z A-Z 0-9 _ -`, such as /host_proc")
            }
            Self::Region => f.write_str("a Region name such as us-east-1"),
            Self::Arn(arn_type) => write!(f, "an ARN of the form `{}`", arn_type.template()),
            Self::SecretArnList => {
                write!(f, "a JSON list of ARNs of the form `{}`", ArnType::Secret.template())
            }
            Self::GpioPins(letters) => {
                let letters: Vec<String> = letters.chars().map(String::from).collect();
                let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
                let letters = join_with_or(&letters);
                write!(f, "pin numbers separated by commas, each optionally followed by {letters}")
            }
            Self::SplunkEndpoint => f.write_str(
                "a URL such as https://splunk.example.com:8088, with a lower-case host name and not an IP address",
            ),
            Self::PhoneNumber => f.write_str("a phone number such as +15550100"),
            Self::JsonObject => f.write_str("JSON text of an object"),
            Self::FeedbackMap => {
                f.write_str("JSON text of an object that maps configuration names to configurations")
            }
        }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) => write!(f, "an integer from {} to {max}", self.min),
            None => write!(f, "an integer of at least {}", self.min),
        }
    }
}

fn join_with_or(values: &[&str]) -> String {
    match values {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

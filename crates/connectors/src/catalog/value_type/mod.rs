//! What the values of a parameter are.
//!
//! The documentation gives patterns. They are held here as what they mean, for three reasons: constant data costs
//! nothing at start and no expression is ever compiled, a remark can say "a whole number from 0 to 900" where a pattern
//! says nothing to most people, and the patterns' slips stay out (some let 901 through where the text says at
//! most 900, all forget GovCloud and China in ARNs). That the two agree elsewhere is a test, on random values.

use std::fmt;

use super::charset::{in_set, is_digits, is_name, is_region};

mod arn;
mod feedback_map;
mod json;
mod splunk_url;
#[cfg(test)]
mod tests;

pub use arn::Arn;
pub(super) use feedback_map::MAP;

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// Any text of one line.
    Line,
    /// A whole number.
    Whole(Whole),
    /// One of a few values.
    OneOf {
        /// The values.
        values: &'static [&'static str],
        /// Whether upper and lower case are the same.
        any_case: bool,
    },
    /// Characters of a set.
    Chars {
        /// The set, as between the brackets of a pattern.
        set: &'static str,
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// 2 to 63 letters, digits and hyphens, the first of which is no hyphen.
    Name,
    /// An absolute path.
    Path,
    /// A directory right below the root.
    TopDirectory,
    /// The name of a Region.
    Region,
    /// An ARN.
    Arn(Arn),
    /// A JSON list of ARNs of secrets.
    SecretArns,
    /// Numbers of GPIO pins, separated by commas, each with one of these letters or none behind it.
    Pins(&'static str),
    /// The address of a Splunk endpoint.
    SplunkEndpoint,
    /// A telephone number.
    Phone,
    /// JSON text of an object.
    JsonObject,
    /// JSON text of the feedback configurations of the MLFeedback connector.
    FeedbackMap,
}

/// A whole number.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// The smallest.
    pub min: u64,
    /// The largest.
    pub max: Option<u64>,
    /// Whether zeros may stand before it.
    pub zeros: bool,
}

/// How a value is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It has another form.
    Pattern,
    /// It is a number that is too small or too large.
    OutOfRange,
    /// It is none of the allowed values.
    NotAllowed,
    /// It is an allowed value but for upper and lower case.
    Case,
    /// It has the right form, and this is wrong in it.
    Inside(String),
}

impl Format {
    /// Checks a value that is not empty, or may not be.
    pub fn check(&self, value: &str) -> Result<(), Misfit> {
        let fits = match self {
            Self::Line => is_line(value),
            Self::Whole(whole) => return whole.check(value),
            Self::OneOf { values, any_case } => return one_of(values, *any_case, value),
            Self::Chars { set, min, max } => {
                // Every set is of ASCII, so that a byte is a character.
                (*min..=*max).contains(&value.len()) && value.bytes().all(|byte| in_set(set, byte))
            }
            Self::Name => is_name(value),
            Self::Path => value.starts_with('/') && is_line(value),
            Self::TopDirectory => value
                .strip_prefix('/')
                .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| in_set("a-zA-Z0-9_-", byte))),
            Self::Region => is_region(value),
            Self::Arn(arn) => arn.fits(value),
            Self::SecretArns => json::is_list_of_secrets(value),
            Self::Pins(letters) => value.split(',').all(|pin| {
                let number = pin.strip_suffix(|c: char| letters.contains(c)).unwrap_or(pin);
                is_digits(number)
            }),
            Self::SplunkEndpoint => splunk_url::is_splunk_endpoint(value),
            Self::Phone => value.strip_prefix('+').is_some_and(is_digits),
            Self::JsonObject => json::is_object(value),
            Self::FeedbackMap => return feedback_map::check(value).map_err(Misfit::Inside),
        };
        if fits { Ok(()) } else { Err(Misfit::Pattern) }
    }

    /// Whether braces and angle brackets belong to its values.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::JsonObject | Self::FeedbackMap | Self::SecretArns)
    }
}

impl Whole {
    fn check(self, value: &str) -> Result<(), Misfit> {
        let digits = value.strip_prefix('-').unwrap_or(value);
        if !is_digits(digits) {
            return Err(Misfit::Pattern);
        }
        if digits.len() < value.len() {
            return Err(Misfit::OutOfRange);
        }
        // What is too long to be read is as large as can be.
        let significant = digits.trim_start_matches('0');
        let number: u64 = if significant.is_empty() { 0 } else { significant.parse().unwrap_or(u64::MAX) };
        if number < self.min || self.max.is_some_and(|max| number > max) {
            return Err(Misfit::OutOfRange);
        }
        let most_digits = self.max.map_or(usize::MAX, |max| max.to_string().len());
        let zero_before = digits.len() > 1 && digits.starts_with('0');
        let fits = if self.zeros { digits.len() <= most_digits } else { !zero_before };
        if fits { Ok(()) } else { Err(Misfit::Pattern) }
    }
}

fn one_of(values: &[&str], any_case: bool, value: &str) -> Result<(), Misfit> {
    if values.contains(&value) {
        return Ok(());
    }
    match values.iter().find(|allowed| allowed.eq_ignore_ascii_case(value)) {
        Some(_) if any_case => Ok(()),
        Some(_) => Err(Misfit::Case),
        None => Err(Misfit::NotAllowed),
    }
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.contains('\n')
}

/// What to write, after "must be".
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("a text of one line"),
            Self::Whole(whole) => fmt::Display::fmt(whole, f),
            Self::OneOf { values, any_case } => {
                f.write_str(&or(values))?;
                f.write_str(if *any_case { ", in any case" } else { "" })
            }
            Self::Chars { set, min, max: usize::MAX } => write!(f, "{min} or more of {}", words(set)),
            Self::Chars { set, min, max } => write!(f, "{min} to {max} of {}", words(set)),
            Self::Name => f.write_str("2 to 63 of a-z, A-Z, 0-9 and '-', with no '-' at its start"),
            Self::Path => f.write_str("an absolute path, as in /var/lib"),
            Self::TopDirectory => {
                f.write_str("a directory right below the root, of a-z, A-Z, 0-9, '_' and '-', as in /host_proc")
            }
            Self::Region => f.write_str("the name of a Region, as in us-east-1"),
            Self::Arn(arn) => write!(f, "an ARN of the form {}", arn.form()),
            Self::SecretArns => write!(
                f,
                "a JSON list of ARNs of the form {}, with no more than single spaces around its commas",
                Arn::Secret.form()
            ),
            Self::Pins(letters) => {
                let letters: Vec<String> = letters.chars().map(String::from).collect();
                let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
                write!(
                    f,
                    "numbers of pins separated by commas, each with {} or nothing behind it",
                    or(&letters)
                )
            }
            Self::SplunkEndpoint => f.write_str(
                "a host in lower case that ends in letters, with http:// or https:// and a port where needed, as in \
                 https://splunk.example.com:8088",
            ),
            Self::Phone => f.write_str("a telephone number of '+' and digits"),
            Self::JsonObject => f.write_str("a JSON object as text"),
            Self::FeedbackMap => f.write_str(
                "a JSON object as text, of names of configurations to their s3-bucket-name, content-type and others",
            ),
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) => write!(f, "a whole number from {} to {max}", self.min)?,
            None => write!(f, "a whole number of {} or more", self.min)?,
        }
        f.write_str(if self.zeros { "" } else { ", without zeros before it" })
    }
}

fn or(values: &[&str]) -> String {
    match values {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

/// A set in words.
fn words(set: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = set.as_bytes();
    while let Some((one, after)) = rest.split_first() {
        if let [b'-', to, after @ ..] = after {
            words.push(format!("{}-{}", char::from(*one), char::from(*to)));
            rest = after;
        } else {
            words.push(format!("'{}'", char::from(*one)));
            rest = after;
        }
    }
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

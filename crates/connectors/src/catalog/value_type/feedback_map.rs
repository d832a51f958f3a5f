//! The configurations of the MLFeedback connector: JSON text in its parameter FeedbackConfigurationMap.

use crate::catalog::charset::{in_set, is_name};
use crate::json::{Json, Kind, Members};

/// The parameter that holds them.
pub(in crate::catalog) const MAP: &str = "FeedbackConfigurationMap";

const MEMBERS: [&str; 5] = ["s3-bucket-name", "content-type", "s3-prefix", "file-ext", "sampling-strategy"];
const STRATEGIES: [&str; 4] = ["RANDOM_SAMPLING", "LEAST_CONFIDENCE", "MARGIN", "ENTROPY"];

/// Checks the text, and says what is wrong in it and what to write instead. Configurations go by number: their names
/// are part of a value, and so never repeated.
pub(super) fn check(text: &str) -> Result<(), String> {
    let json = Json::parse(text).ok().filter(|json| json.kind() == Kind::Object);
    let Some(configurations) = json.and_then(Json::members) else {
        return Err(
            "is no JSON object, must be one as text: names of configurations to configurations".to_owned()
        );
    };
    for (index, (name, configuration)) in configurations.iter().enumerate() {
        check_one(name, configuration)
            .map_err(|problem| format!("is not right in its configuration {}, which {problem}", index + 1))?;
    }
    Ok(())
}

fn check_one(name: &str, configuration: Json<'_>) -> Result<(), String> {
    if !is_name(name) {
        return Err(
            "must have a name of 2 to 63 of a-z, A-Z, 0-9 and '-', with no '-' at its start".to_owned()
        );
    }
    let Some(members) = configuration.members() else { return Err("must be an object".to_owned()) };
    if members.iter().any(|(name, _)| !MEMBERS.contains(&name)) {
        return Err(format!("has a member that is none of {}", MEMBERS.join(", ")));
    }
    let bucket =
        |text: &str| (3..=63).contains(&text.len()) && text.bytes().all(|byte| in_set("a-z0-9.-", byte));
    if !members.get("s3-bucket-name").and_then(Json::string).is_some_and(|text| bucket(&text)) {
        return Err("must have an s3-bucket-name of 3 to 63 of a-z, 0-9, '.' and '-'".to_owned());
    }
    for (name, required) in [("content-type", true), ("s3-prefix", false), ("file-ext", false)] {
        let fits = members.get(name).map_or(!required, |json| json.kind() == Kind::String);
        if !fits {
            return Err(format!("must have a string as its {name}"));
        }
    }
    members.get("sampling-strategy").map_or(Ok(()), check_strategy)
}

fn check_strategy(strategy: Json<'_>) -> Result<(), String> {
    let Some(members) = strategy.members() else {
        return Err("must have an object as its sampling-strategy".to_owned());
    };
    let name = members.get("strategy-name").and_then(Json::string);
    match name.as_deref() {
        Some("RANDOM_SAMPLING") if !within(&members, "rate", Some(1.0)) => {
            Err("must have a rate from 0.0 to 1.0 in its sampling-strategy".to_owned())
        }
        Some("LEAST_CONFIDENCE" | "MARGIN") if !within(&members, "threshold", Some(1.0)) => {
            Err("must have a threshold from 0.0 to 1.0 in its sampling-strategy".to_owned())
        }
        Some("ENTROPY") if !within(&members, "threshold", None) => {
            Err("must have a threshold of 0.0 or more in its sampling-strategy".to_owned())
        }
        Some(name) if STRATEGIES.contains(&name) => Ok(()),
        _ => Err(format!(
            "must have one of {} as the strategy-name of its sampling-strategy",
            STRATEGIES.join(", ")
        )),
    }
}

/// Whether a member is a number from 0 on. Quoted numbers are taken too: the documentation does not say which.
fn within(members: &Members<'_>, name: &str, most: Option<f64>) -> bool {
    let number = members.get(name).and_then(|json| match json.kind() {
        Kind::Number => json.raw().parse::<f64>().ok(),
        Kind::String => json.string()?.parse().ok(),
        _ => None,
    });
    number.is_some_and(|number| number >= 0.0 && most.is_none_or(|most| number <= most) && number.is_finite())
}

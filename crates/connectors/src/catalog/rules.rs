//! What parameters must be together.

use std::collections::HashSet;

use super::connector::Rule;
use super::feedback_configs::Feedback;
use super::input::{Instance, Place};
use super::placeholder;
use super::value_type::MAP;
use crate::request::{Code, Remarks};

/// `meant`: the parameters that are there under another name.
pub(super) fn check(
    instance: &Instance<'_>,
    meant: &HashSet<&'static str>,
    feedback: &Feedback<'_>,
    place: &Place<'_>,
    remarks: &mut Remarks,
) {
    let is_filled = |name: &&'static str| instance.is_filled(name) || meant.contains(name);
    for rule in instance.connector.rules {
        match rule {
            Rule::RequiredWhen { parameter, is, then } => {
                if !instance.value(parameter).is_some_and(|value| value.eq_ignore_ascii_case(is)) {
                    continue;
                }
                for name in then.iter().filter(|name| !is_filled(name)) {
                    let Some(needed) = instance.connector.parameter(name) else { continue };
                    let what = if instance.has(name) { "is empty" } else { "is missing" };
                    let message = format!("{what}; with {parameter} {is} it must be {}", needed.format);
                    remarks.add(Code::MissingParameter, &place.parameter(name), message);
                }
            }
            Rule::AnyOf(names) => {
                if !names.iter().any(is_filled) {
                    let message = format!("must have {} that is not empty", names.join(" or "));
                    remarks.add(Code::MissingParameter, place.parameters(), message);
                }
            }
            Rule::Greater { parameter, than } => {
                let number = |name| right_value(instance, name)?.parse::<u64>().ok();
                if let (Some(greater), Some(smaller)) = (number(parameter), number(than))
                    && greater <= smaller
                {
                    let message = format!("is not greater than {than}; write a greater number");
                    remarks.add(Code::ParametersDisagree, &place.parameter(parameter), message);
                }
            }
            Rule::NamesFeedback { parameter } => {
                let Some(configuration) = right_value(instance, parameter) else { continue };
                if !feedback.has(configuration) {
                    let message = format!(
                        "names no configuration of an MLFeedback connector in this request; add one, with the name \
                         in its {MAP}"
                    );
                    remarks.add(Code::ParametersDisagree, &place.parameter(parameter), message);
                }
            }
        }
    }
}

/// A value that nothing else was said of: one slip gets one remark.
fn right_value<'a>(instance: &'a Instance<'_>, name: &str) -> Option<&'a str> {
    let format = instance.connector.parameter(name)?.format;
    let right = |value: &&str| format.check(value).is_ok() && !placeholder::is_in(value, format.is_json());
    instance.value(name).filter(right)
}

//! The parameters of one connector, each by itself.

use std::collections::HashSet;

use super::connector::Parameter;
use super::input::{Instance, Place};
use super::placeholder;
use super::value_type::Misfit;
use crate::request::{Code, Remarks, Severity};
use crate::suggest::nearest;

/// To look for what somebody may have meant takes longer than all else: after so many remarks it is left.
const SUGGESTED: usize = 500;

/// Gives the parameters that were meant by other names: those are there, since one slip gets one remark.
pub(super) fn check(
    instance: &Instance<'_>,
    place: &Place<'_>,
    remarks: &mut Remarks,
) -> HashSet<&'static str> {
    let mut meant = HashSet::new();
    for (name, value) in instance.given {
        match instance.connector.parameter(name) {
            Some(parameter) if !parameter.is_in(instance.version) => {
                remark_version(parameter, instance, place, remarks);
            }
            Some(_) if (instance.open)(name) => {}
            Some(parameter) => check_value(parameter, value, place, remarks),
            None => meant.extend(remark_unknown(name, instance, place, remarks)),
        }
    }
    for parameter in instance.connector.parameters_of(instance.version) {
        if parameter.required && !instance.has(parameter.name) && !meant.contains(parameter.name) {
            let message = format!("is missing, must be {}", parameter.format);
            remarks.add(Code::MissingParameter, &place.parameter(parameter.name), message);
        }
    }
    meant
}

fn check_value(parameter: &Parameter, value: &str, place: &Place<'_>, remarks: &mut Remarks) {
    if parameter.takes_as_empty(value) {
        return;
    }
    let misfit = parameter.format.check(value).err();
    let (code, what) = if value.is_empty() {
        (Code::ParameterPattern, "is an empty string")
    } else if placeholder::is_in(value, parameter.format.is_json()) {
        (Code::Placeholder, placeholder::MESSAGE)
    } else {
        match &misfit {
            None => return,
            Some(Misfit::Pattern) => (Code::ParameterPattern, "is of another form"),
            Some(Misfit::Inside(problem)) => (Code::ParameterPattern, problem.as_str()),
            Some(Misfit::OutOfRange) => (Code::ParameterOutOfRange, "is out of range"),
            Some(Misfit::NotAllowed) => (Code::ParameterNotAllowed, "is none of the allowed values"),
            Some(Misfit::Case) => {
                (Code::ParameterNotAllowed, "differs from an allowed value in upper and lower case")
            }
        }
    };
    let or_not = if parameter.required { "" } else { ", or left out" };
    let message = || format!("{what}, must be {}{or_not}", parameter.format);
    remarks.add_lazily(code, &place.parameter(parameter.name), message);
}

/// A parameter that other versions have.
fn remark_version(parameter: &Parameter, instance: &Instance<'_>, place: &Place<'_>, remarks: &mut Remarks) {
    let name = instance.connector.name;
    let message = match parameter.until {
        Some(until) if instance.version > until => {
            format!(
                "is no parameter of {name} in this version, version {until} was the last to have it; leave it out"
            )
        }
        _ => format!(
            "is no parameter of {name} before version {}; write that version or a later one, or leave it out",
            parameter.since
        ),
    };
    remarks.add(Code::UnknownParameter, &place.parameter(parameter.name), message);
}

/// A name that no version knows; gives the parameter that was meant by it.
fn remark_unknown(
    given: &str,
    instance: &Instance<'_>,
    place: &Place<'_>,
    remarks: &mut Remarks,
) -> Option<&'static str> {
    let path = place.parameter(given);
    let connector = instance.connector.name;
    let known = instance.connector.parameters_of(instance.version);
    if let Some(parameter) = known.clone().find(|parameter| parameter.also_seen_as == Some(given)) {
        remarks.add_as(Severity::Warning, Code::UnknownParameter, &path, || {
            format!("is the name in an example of AWS, in its table of parameters it is {}", parameter.name)
        });
        return Some(parameter.name);
    }
    let free = known.map(|parameter| parameter.name).filter(|name| !instance.has(name));
    let near = if remarks.count() < SUGGESTED { nearest(given, free) } else { None };
    remarks.add_lazily(Code::UnknownParameter, &path, || match near {
        Some(near) if near.eq_ignore_ascii_case(given) => {
            format!("is no parameter of {connector}, and names are matched exactly: write {near}")
        }
        Some(near) => format!("is no parameter of {connector}; did you mean {near}?"),
        None => format!("is no parameter of {connector} in this version; leave it out"),
    });
    near
}

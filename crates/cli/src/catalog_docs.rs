//! The connectors and the kinds of advice as the README lists them, made of the data that requests are held against.

use std::fmt::Write as _;

use connectors::catalog::connector::{ConnectorSpec, EmptyPolicy, Parameter, Rule};
use connectors::catalog::data::CONNECTORS;
use connectors::diagnostic::{DiagnosticCode, Severity};

use crate::requirements::needs;

const BEGIN: &str = "<!-- The connectors: `cargo local connectors --into README.md` writes what is between these marks. -->\n";
const END: &str = "<!-- The end of the connectors. -->\n";

/// The section, with its marks.
pub(crate) fn section() -> String {
    let mut text = format!("{BEGIN}\n### Kinds of advice\n\n| advice | | meaning |\n|---|---|---|\n");
    for code in DiagnosticCode::ALL {
        let weight = match code.severity() {
            Severity::Error => "mistake",
            Severity::Warning => "remark",
        };
        line(&mut text, format_args!("| `{}` | {weight} | {} |", code.name(), code.description()));
    }
    text.push_str("\n### All connectors and their parameters\n\n");
    CONNECTORS.iter().for_each(|connector| describe(&mut text, connector));
    text + END
}

/// A file's text with the section in its place; `None` where it has no place for it.
pub(crate) fn replaced(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{}{after}", section()))
}

fn describe(text: &mut String, connector: &ConnectorSpec) {
    let ended =
        connector.maintenance_ended.map(|day| format!(", not maintained since {day}")).unwrap_or_default();
    let versions = if connector.latest == 1 {
        "version 1".to_owned()
    } else {
        format!("versions 1 to {}", connector.latest)
    };
    line(
        text,
        format_args!("<details><summary><code>{}</code>, {versions}{ended}</summary>\n", connector.name),
    );
    line(
        text,
        format_args!(
            "[{}]({}). It needs {}.",
            connector.title,
            connector.url(),
            needs(connector, connector.latest).join("; ")
        ),
    );
    for rule in connector.rules {
        line(text, format_args!("{}", sentence(rule)));
    }
    text.push_str("\n| parameter | | value |\n|---|---|---|\n");
    for parameter in connector.parameters {
        line(
            text,
            format_args!(
                "| `{}` | {} | {} |",
                parameter.name,
                presence(connector, parameter),
                value(parameter)
            ),
        );
    }
    text.push_str("\n</details>\n\n");
}

fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::RequiredWhen { parameter, is, then } => {
            format!("With `{parameter}` `{is}`, `{}` are required.", then.join("`, `"))
        }
        Rule::AnyOf(names) => format!("One of `{}` is required.", names.join("` and `")),
        Rule::Greater { parameter, than } => format!("`{parameter}` is to be greater than `{than}`."),
        Rule::ReferencesFeedbackConfig { parameter } => {
            format!("`{parameter}` names a configuration of an `MLFeedback` in the same version.")
        }
    }
}

fn presence(connector: &ConnectorSpec, parameter: &Parameter) -> String {
    let required = if parameter.required { "required" } else { "" };
    let since = if parameter.since > 1 { format!("from version {}", parameter.since) } else { String::new() };
    let until = parameter
        .until
        .map(|until| format!("until version {until} of {}", connector.latest))
        .unwrap_or_default();
    [required, &since, &until].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

fn value(parameter: &Parameter) -> String {
    let empty = match parameter.empty {
        EmptyPolicy::Reject => "",
        EmptyPolicy::Allow | EmptyPolicy::AllowBlank => ", or empty",
    };
    let default = parameter.default.map(|default| format!("; `{default}` by default")).unwrap_or_default();
    format!("{}: {}{empty}{default}", parameter.description, parameter.value_type).replace('|', "\\|")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

//! The events that Terraform sends to a Lambda function: the inputs of `aws_lambda_invocation` in the JSON of a plan or
//! of a state, which `terraform show -json` prints.

use std::collections::HashSet;

use connectors::diagnostic::Path;

use super::collector::{CheckResult, Container};
use super::event;
use super::place::Place;
use super::scope::Scope;
use super::spanned_value::{Member, SpannedValue, Value};
use super::template;

/// The sections of a plan, of a state, and of a state's file.
const PLANNED: &str = "planned_values";
const SECTIONS: [&str; 4] = [PLANNED, "prior_state", "values", "resources"];

/// The event of an invocation.
struct Invocation<'a> {
    path: Path,
    address: &'a str,
    input: &'a SpannedValue,
}

/// Whether a document is a plan or a state.
pub(super) fn is_terraform(document: &SpannedValue) -> bool {
    let has = |name| document.get(name).is_some();
    has(PLANNED) || (has("terraform_version") && SECTIONS.iter().any(|name| has(name)))
}

/// Checks the events of a plan or a state, and the templates in it.
pub(super) fn check(document: &SpannedValue, region: Option<&str>, place: &Place, result: &mut CheckResult) {
    let mut planned: HashSet<&str> = HashSet::new();
    for name in SECTIONS {
        let Some(section) = document.get(name) else { continue };
        let mut invocations = Vec::new();
        find_invocations(section, &Path::root().field(name), &mut invocations);
        // What the plan changes is no longer what will be sent.
        invocations.retain(|invocation| name == PLANNED || !planned.contains(invocation.address));
        for Invocation { path, input, .. } in &invocations {
            let Some(text) = input.as_scalar() else { continue };
            event::check_text(text, input.span, Container::Text(place.path(path)), region, result);
        }
        if name == PLANNED {
            planned = invocations.iter().map(|invocation| invocation.address).collect();
        }
    }
    let section = document.members().iter().find(|member| SECTIONS.contains(&member.name.as_str()));
    let members: Vec<Member> = section.cloned().into_iter().collect();
    let section = SpannedValue { value: Value::Object(members), ..*document };
    template::check(&section, Scope { template: None, region, is_serverless: false }, place, result);
}

fn find_invocations<'a>(value: &'a SpannedValue, path: &Path, invocations: &mut Vec<Invocation<'a>>) {
    let text = |name| value.get(name).and_then(SpannedValue::as_scalar);
    if text("type") == Some("aws_lambda_invocation") {
        let address = text("address").unwrap_or_default();
        let mut add = |values: Option<&'a SpannedValue>, path: Path| {
            let input = values.and_then(|values| values.get("input"));
            let path = path.field("input");
            invocations.extend(input.map(|input| Invocation { path, address, input }));
        };
        add(value.get("values"), path.field("values"));
        let instances = value.get("instances").and_then(SpannedValue::items).unwrap_or_default();
        for (index, instance) in instances.iter().enumerate() {
            let path = path.field("instances").index(index).field("attributes");
            add(instance.get("attributes"), path);
        }
        return;
    }
    match &value.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                find_invocations(item, &path.index(index), invocations);
            }
        }
        Value::Object(members) => {
            for member in members {
                find_invocations(&member.value, &path.field(&member.name), invocations);
            }
        }
    }
}

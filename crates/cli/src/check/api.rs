//! Connectors in JSON of the Greengrass API, in every form that the AWS CLI takes or prints, and in snippets of
//! templates: a bare list, or a list named `Connectors` in any object.

use connectors::diagnostic::Path;
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};

use super::collector::{CheckResult, Container, RequestLocation, SpanIndex};
use super::function::function;
use super::place::Place;
use super::scope::Scope;
use super::spanned_value::{SpannedValue, Value};
use super::template;

const CONNECTORS: &str = "Connectors";

/// A list of connectors in a document.
struct ConnectorList<'a> {
    path: Path,
    value: &'a SpannedValue,
    /// The same list as JSON text, which has the types of the values.
    json: Option<RawJson<'a>>,
}

/// Checks all lists of connectors. Returns whether there is one.
pub(super) fn check(
    text: &str,
    document: &SpannedValue,
    region: Option<&str>,
    place: &Place,
    result: &mut CheckResult,
) -> bool {
    let mut lists = Vec::new();
    find_lists(document, RawJson::parse(text).ok(), &Path::root(), &mut lists);
    for ConnectorList { path, value, json } in &lists {
        result.requests += 1;
        let list = json.map_or_else(|| value.to_json_text(), |json| json.raw().to_owned());
        let request = format!("{{\"ConnectorDefinitionId\":\"api\",\"Connectors\":{list}}}");
        let location = RequestLocation {
            container: Container::List(place.list_path(path)),
            spans: SpanIndex::for_connectors(value),
            region,
            is_deferred: &|_, _| false,
        };
        if let Ok(json) = RawJson::parse(&request) {
            result.add(parse(json, &ParseOptions::default()), &location);
        }
    }
    !lists.is_empty()
}

/// Checks connectors with intrinsic functions that are not part of a resource. Returns whether there are any.
pub(super) fn check_snippet(
    document: &SpannedValue,
    scope: Scope<'_>,
    place: &Place,
    result: &mut CheckResult,
) -> bool {
    if document.get("ConnectorDefinitionId").is_some() {
        template::check_properties(document, &Path::root(), scope, place, result);
        return true;
    }
    let mut lists = Vec::new();
    find_lists(document, None, &Path::root(), &mut lists);
    for ConnectorList { path, value, .. } in &lists {
        template::check_properties(value, path, scope, place, result);
    }
    !lists.is_empty()
}

/// Whether a value is or contains an intrinsic function.
pub(super) fn has_functions(value: &SpannedValue) -> bool {
    let is_transform = |name: &str| name == "Fn::Transform" || name.starts_with("Fn::ForEach::");
    match &value.value {
        Value::Null | Value::Scalar(_) => false,
        Value::List(items) => items.iter().any(has_functions),
        Value::Object(members) => {
            function(value).is_some()
                || members.iter().any(|member| is_transform(&member.name) || has_functions(&member.value))
        }
    }
}

fn find_lists<'a>(
    value: &'a SpannedValue,
    json: Option<RawJson<'a>>,
    path: &Path,
    lists: &mut Vec<ConnectorList<'a>>,
) {
    match &value.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) if items.iter().any(is_connector) => {
            lists.push(ConnectorList { path: path.clone(), value, json });
        }
        Value::List(items) => {
            let raw = json.and_then(RawJson::as_array).unwrap_or_default();
            for (index, item) in items.iter().enumerate() {
                find_lists(item, raw.get(index).copied(), &path.index(index), lists);
            }
        }
        Value::Object(members) => {
            let fields = json.and_then(RawJson::as_object);
            let raw: Vec<RawJson<'_>> =
                fields.iter().flat_map(|fields| fields.iter().map(|(_, value)| value)).collect();
            for (index, member) in members.iter().enumerate() {
                let (json, path) = (raw.get(index).copied(), path.field(&member.name));
                if member.name == CONNECTORS && is_form_of_api(&path) {
                    lists.push(ConnectorList { path, value: &member.value, json });
                } else {
                    find_lists(&member.value, json, &path, lists);
                }
            }
        }
    }
}

/// Whether the connectors of a request, of a definition's first version or of a version in a response have this path.
/// What stands there is meant to be connectors, whatever it is.
fn is_form_of_api(path: &Path) -> bool {
    let path = path.to_string();
    ["", "InitialVersion.", "ConnectorDefinitionVersion.", "Definition."]
        .iter()
        .any(|form| path.strip_prefix(form) == Some(CONNECTORS))
}

/// Whether an item of a list is a connector, also one with a misspelled field.
fn is_connector(item: &SpannedValue) -> bool {
    let has = |name: &str| item.members().iter().any(|member| member.name.eq_ignore_ascii_case(name));
    // An event may have these fields in addition to those of a request.
    let is_other = has("ConnectorDefinitionId") || has("Properties") || has("Connectors");
    !is_other && (has("ConnectorArn") || (has("Id") && has("Parameters")))
}

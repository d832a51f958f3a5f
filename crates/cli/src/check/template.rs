//! Checks the resources of a template in every scenario that decides about their values.

use std::collections::{HashSet, VecDeque};

use connectors::diagnostic::Path;
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use connectors::request::{ParseOptions, parse};

use super::collector::{CheckResult, Container, RequestLocation};
use super::diagnostic::LocatedDiagnostic;
use super::duplicates::Duplicates;
use super::function::function;
use super::intrinsic::{Need, Resolver};
use super::parse::parse_documents;
use super::place::Place;
use super::resolved::{Resolved, ResolvedValue};
use super::resource::{ResourceRequest, custom_request, native_request};
use super::resources::{Resource, ResourceKind, TemplateBody, find_declarations};
use super::scenario::{Scenario, Setting, Variable};
use super::scope::Scope;
use super::spanned_value::{Span, SpannedValue, Style};

/// Maximum number of scenarios of a resource.
const MAX_SCENARIOS: usize = 256;
/// Maximum number of values of a resource that are resolved in all its scenarios.
const MAX_RESOLVED_NODES: usize = 500_000;
/// Maximum number of templates around a template that is the text of another.
const MAX_TEMPLATE_DEPTH: usize = 3;

/// Checks every resource of a document that has connectors. Returns whether there is one.
pub(super) fn check(
    document: &SpannedValue,
    scope: Scope<'_>,
    place: &Place,
    result: &mut CheckResult,
) -> bool {
    let declarations = find_declarations(document, &Path::root(), scope);
    for resource in &declarations.resources {
        check_resource(resource, place, result);
    }
    let mut is_found = !declarations.resources.is_empty();
    for body in &declarations.template_bodies {
        is_found |= check_template_body(body, place, result);
    }
    is_found
}

/// Checks properties that are not part of a resource. `value` is a list of connectors, or the properties.
pub(super) fn check_properties(
    value: &SpannedValue,
    path: &Path,
    scope: Scope<'_>,
    place: &Place,
    result: &mut CheckResult,
) {
    let kind = if value.get("ServiceToken").is_some() || value.get("ConnectorDefinitionId").is_some() {
        ResourceKind::Custom
    } else {
        ResourceKind::DefinitionVersion
    };
    let resource = Resource {
        kind,
        path: path.clone(),
        properties: value,
        condition: None,
        scope,
        surroundings: Default::default(),
    };
    check_resource(&resource, place, result);
}

fn check_resource(resource: &Resource<'_>, place: &Place, result: &mut CheckResult) {
    let mut base = Scenario::default();
    if let Some(condition) = resource.condition {
        base.insert(Variable::Condition(condition.to_owned()), Setting::Condition(true));
    }
    let nodes = resource.properties.count_nodes();
    let max_scenarios = MAX_SCENARIOS.min(MAX_RESOLVED_NODES / nodes.max(1)).max(1);
    let mut seen = HashSet::from([base.clone()]);
    let mut queue = VecDeque::from([base.clone()]);
    let mut found: Vec<(Scenario, LocatedDiagnostic)> = Vec::new();
    let mut seen_requirements = HashSet::new();
    let mut checked = 0;
    let mut connectors = 0;
    while let Some(scenario) = queue.pop_front() {
        if checked == max_scenarios {
            result.note(format!(
                "{}: more than {max_scenarios} combinations of conditions and parameters; the others are not checked",
                place.path(&resource.path)
            ));
            break;
        }
        checked += 1;
        let (request, needs) = resolve_request(resource, &scenario);
        for Need { used, variable, settings } in needs {
            for setting in settings {
                let mut next = base.clone();
                next.extend(&used);
                next.insert(variable.clone(), setting);
                if !resource.scope.contradicts(&next) && seen.insert(next.clone()) {
                    queue.push_back(next);
                }
            }
        }
        let Some(request) = request else { continue };
        let mut checked = CheckResult::default();
        check_request(resource, request, place, &mut checked);
        connectors = connectors.max(checked.connectors);
        for requirement in checked.requirements {
            if seen_requirements.insert((
                requirement.path.clone(),
                requirement.connector,
                requirement.version,
            )) {
                result.requirements.push(requirement);
            }
        }
        for located in checked.diagnostics {
            let is_known = |(other, known): &(Scenario, LocatedDiagnostic)| {
                known.is_same(&located) && other.is_part_of(&scenario)
            };
            if !found.iter().any(is_known) {
                found.push((scenario.clone(), located));
            }
        }
    }
    result.requests += 1;
    result.connectors += connectors;
    result.diagnostics.extend(found.into_iter().map(|(scenario, mut located)| {
        if let Some(description) = scenario.describe(&base, |name| resource.scope.is_no_echo(name)) {
            located.diagnostic.message = format!("{description}: {}", located.diagnostic.message);
        }
        located
    }));
}

/// The request of a resource in a scenario, and the decisions that its open values need.
fn resolve_request(resource: &Resource<'_>, scenario: &Scenario) -> (Option<ResourceRequest>, Vec<Need>) {
    let resolver = Resolver::new(resource.scope, scenario);
    let mut used = Scenario::default();
    let properties = resolver.resolve(resource.properties, &resource.surroundings, &mut used);
    let region = scenario.text(&Variable::Region).map(|(region, _)| region).or(resource.scope.region);
    let connectors = |value: &Resolved| match &value.value {
        ResolvedValue::List(_) => native_request(value, region),
        _ => native_request(value.as_object()?.get("Connectors")?, region),
    };
    let request = match resource.kind {
        ResourceKind::Custom => custom_request(&properties, region),
        ResourceKind::DefinitionVersion => connectors(&properties),
        ResourceKind::Definition => {
            let object = properties.as_object();
            object.and_then(|object| object.get("InitialVersion")).and_then(connectors)
        }
    };
    (request, resolver.into_needs())
}

fn check_request(resource: &Resource<'_>, request: ResourceRequest, place: &Place, result: &mut CheckResult) {
    let ResourceRequest { request, deferred, options, spans } = request;
    let text = request.to_string();
    let path = match resource.kind {
        ResourceKind::Definition => resource.path.field("InitialVersion"),
        _ => resource.path.clone(),
    };
    // The path of a list of connectors is its own.
    let is_list = resource.properties.items().is_some();
    let location = RequestLocation {
        container: if is_list { Container::List(place.list_path(&path)) } else { place.container(&path) },
        spans,
        region: resource.scope.region,
        is_deferred: &|index, parameter| deferred.contains(index, parameter),
    };
    // Always JSON: serde_json wrote it.
    if let Ok(json) = RawJson::parse(&text) {
        let function = FunctionLocation { region: resource.scope.region.map(str::to_owned), account: None };
        result.add(parse(json, &ParseOptions { location: &function, ..options }), &location);
    }
}

/// Checks a template that is a text of another document. Returns whether it has connectors.
fn check_template_body(body: &TemplateBody<'_>, place: &Place, result: &mut CheckResult) -> bool {
    let path = place.path(&body.path);
    if place.depth >= MAX_TEMPLATE_DEPTH {
        result
            .note(format!("{path}: more than {MAX_TEMPLATE_DEPTH} templates inside each other; not checked"));
        return false;
    }
    let scenario = Scenario::default();
    let resolved = Resolver::new(body.scope, &scenario).resolve(
        body.value,
        &body.surroundings,
        &mut Scenario::default(),
    );
    let ResolvedValue::Text(text) = resolved.value else { return false };
    let Ok(documents) = parse_documents(&text) else {
        result.note(format!("{path}: neither JSON nor YAML; not checked"));
        return false;
    };
    let inner = Place { prefix: Some(path), depth: place.depth + 1 };
    let mut is_found = false;
    for mut document in documents {
        document.map_spans(&|span| span_in_file(span, body.value));
        let duplicates = Duplicates::remove(&mut document);
        let scope = Scope { template: None, region: body.scope.region, is_serverless: false };
        if check(&document, scope, &inner, result) {
            duplicates.report(&inner, result);
            is_found = true;
        }
    }
    is_found
}

/// Where a value of a text stands in the file that has the text. Only the lines of a block scalar are lines of the file.
fn span_in_file(span: Span, text: &SpannedValue) -> Span {
    let scalar = function(text).map_or(text, |(_, argument)| argument);
    match scalar.style {
        Style::Literal { line, indentation } => {
            Span { line: line + span.line - 1, column: indentation + span.column, ..span }
        }
        _ => text.span,
    }
}

//! The eight operations on connector definitions: from a path and a body to a change and an answer.

use std::collections::{BTreeMap, HashSet};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::Refusal;
use super::state::{Change, Definition, NewVersion, now};
use super::{Choices, Inner, lock};
use crate::http::Request;

/// An operation, by the name that the API gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum Operation {
    CreateConnectorDefinition,
    ListConnectorDefinitions,
    GetConnectorDefinition,
    UpdateConnectorDefinition,
    DeleteConnectorDefinition,
    CreateConnectorDefinitionVersion,
    ListConnectorDefinitionVersions,
    GetConnectorDefinitionVersion,
}

/// The ids in a path.
#[derive(Debug, Default)]
pub(super) struct Ids {
    definition: String,
    version: String,
}

impl Operation {
    /// The operation of a method and a path.
    pub(super) fn of(method: &::http::Method, path: &str) -> Result<(Self, Ids), Refusal> {
        let text = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let rest = path.strip_prefix("/greengrass/definition/connectors");
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let rest = rest.ok_or_else(Refusal::no_such_operation)?;
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        let ids = Ids {
            definition: parts.first().map(|part| text(part)).unwrap_or_default(),
            version: parts.get(2).map(|part| text(part)).unwrap_or_default(),
        };
        let operation = match (method.as_str(), parts.as_slice()) {
            ("POST", []) => Self::CreateConnectorDefinition,
            ("GET", []) => Self::ListConnectorDefinitions,
            ("GET", [_]) => Self::GetConnectorDefinition,
            ("PUT", [_]) => Self::UpdateConnectorDefinition,
            ("DELETE", [_]) => Self::DeleteConnectorDefinition,
            ("POST", [_, "versions"]) => Self::CreateConnectorDefinitionVersion,
            ("GET", [_, "versions"]) => Self::ListConnectorDefinitionVersions,
            ("GET", [_, "versions", _]) => Self::GetConnectorDefinitionVersion,
            _ => return Err(Refusal::no_such_operation()),
        };
        Ok((operation, ids))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewDefinition {
    name: Option<String>,
    initial_version: Option<VersionBody>,
    #[serde(rename = "tags")]
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VersionBody {
    connectors: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewName {
    name: Option<String>,
}

/// The shape of a connector (API reference, "Connector"), which is all that is asked of it: what a real service says of
/// connectors and Ids that are left out is documented nowhere.
#[derive(Deserialize)]
struct ConnectorShape {
    #[serde(rename = "ConnectorArn")]
    _connector_arn: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    #[serde(rename = "Parameters")]
    _parameters: Option<BTreeMap<String, String>>,
}

/// The client token of a request.
pub(super) fn token(request: &Request) -> Option<String> {
    header(request, "x-amzn-client-token")
}

pub(super) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

pub(super) fn perform(
    inner: &Inner,
    operation: Operation,
    ids: &Ids,
    request: &Request,
) -> Result<Value, Refusal> {
    let id = ids.definition.as_str();
    match operation {
        Operation::CreateConnectorDefinition => create_definition(inner, request),
        Operation::CreateConnectorDefinitionVersion => create_version(inner, id, request),
        Operation::UpdateConnectorDefinition => {
            let NewName { name } = body(request)?;
            change_definition(inner, id, |id| Change::DefinitionRenamed { id, name, at: now() })
        }
        Operation::DeleteConnectorDefinition => {
            change_definition(inner, id, |id| Change::DefinitionDeleted { id })
        }
        Operation::GetConnectorDefinition => {
            let store = lock(&inner.store);
            let definition = store.state.definition(id).ok_or_else(Refusal::no_such_definition)?;
            let mut answer = information(&inner.choices, definition);
            answer["tags"] = json!(definition.tags.clone().unwrap_or_default());
            Ok(answer)
        }
        Operation::ListConnectorDefinitions => {
            let store = lock(&inner.store);
            page(&inner.choices, request, "Definitions", &store.state.definitions, information)
        }
        Operation::ListConnectorDefinitionVersions => {
            let store = lock(&inner.store);
            let definition = store.state.definition(id).ok_or_else(Refusal::no_such_definition)?;
            page(&inner.choices, request, "Versions", &definition.versions, |choices, version| {
                version_information(choices, definition, version)
            })
        }
        Operation::GetConnectorDefinitionVersion => {
            let store = lock(&inner.store);
            let definition = store.state.definition(id).ok_or_else(Refusal::no_such_definition)?;
            let (_, version) = store.state.version(id, &ids.version).ok_or_else(Refusal::no_such_version)?;
            let mut answer = version_information(&inner.choices, definition, version);
            answer["Definition"] = json!({ "Connectors": version.connectors });
            Ok(answer)
        }
    }
}

fn create_definition(inner: &Inner, request: &Request) -> Result<Value, Refusal> {
    let NewDefinition { name, initial_version, tags } = body(request)?;
    let first = initial_version.map(|version| new_version(&inner.choices, version)).transpose()?;
    let token = token(request).filter(|_| inner.choices.honour_tokens);
    let mut store = lock(&inner.store);
    if let Some(definition) = token.as_ref().and_then(|token| store.state.definition_of_token(token)) {
        return Ok(information(&inner.choices, definition));
    }
    let id = Uuid::new_v4().to_string();
    let change = Change::DefinitionCreated { id: id.clone(), name, tags, at: now(), first, token };
    store.commit(change).map_err(|error| Refusal::not_stored(&error))?;
    let definition = store.state.definition(&id).ok_or_else(Refusal::no_such_definition)?;
    Ok(information(&inner.choices, definition))
}

fn create_version(inner: &Inner, id: &str, request: &Request) -> Result<Value, Refusal> {
    let version = new_version(&inner.choices, body(request)?)?;
    let token = token(request).filter(|_| inner.choices.honour_tokens);
    let mut store = lock(&inner.store);
    if store.state.definition(id).is_none() {
        return Err(Refusal::no_such_definition());
    }
    if let Some((definition, version)) =
        token.as_ref().and_then(|token| store.state.version_of_token(id, token))
    {
        return Ok(version_information(&inner.choices, definition, version));
    }
    let new = version.id.clone();
    let change = Change::VersionCreated { definition: id.to_owned(), version, token };
    store.commit(change).map_err(|error| Refusal::not_stored(&error))?;
    let (definition, version) = store.state.version(id, &new).ok_or_else(Refusal::no_such_version)?;
    Ok(version_information(&inner.choices, definition, version))
}

fn change_definition(
    inner: &Inner,
    id: &str,
    change: impl FnOnce(String) -> Change,
) -> Result<Value, Refusal> {
    let mut store = lock(&inner.store);
    if store.state.definition(id).is_none() {
        return Err(Refusal::no_such_definition());
    }
    store.commit(change(id.to_owned())).map_err(|error| Refusal::not_stored(&error))?;
    Ok(json!({}))
}

fn new_version(choices: &Choices, body: VersionBody) -> Result<NewVersion, Refusal> {
    let connectors = body.connectors.unwrap_or_else(|| json!([]));
    Vec::<ConnectorShape>::deserialize(&connectors).map_err(|error| unreadable(&error))?;
    if choices.check_ids {
        check_ids(&connectors)?;
    }
    Ok(NewVersion { id: Uuid::new_v4().to_string(), connectors, at: now() })
}

/// What the API reference says of a connector's Id.
fn check_ids(connectors: &Value) -> Result<(), Refusal> {
    let invalid = |problem: String| {
        Refusal::bad_request("The connectors definition is invalid or corrupted.")
            .detail("InvalidConnectorId", problem)
    };
    let mut seen = HashSet::new();
    for (index, connector) in connectors.as_array().into_iter().flatten().enumerate() {
        let id = connector["Id"].as_str().unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        if id.is_empty() || id.len() > 128 || !id.chars().all(fits) {
            return Err(invalid(format!("Id of connector {index} must be 1 to 128 of [a-zA-Z0-9:_-]")));
        }
        if !seen.insert(id) {
            return Err(invalid(format!("Id of connector {index} is used before")));
        }
    }
    Ok(())
}

/// A body that is absent is an empty object.
fn body<T: for<'de> Deserialize<'de>>(request: &Request) -> Result<T, Refusal> {
    let bytes = if request.body().is_empty() { b"{}".as_slice() } else { request.body() };
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Refusal {
    Refusal::bad_request(format!("The request body is invalid: {error}"))
}

fn information(choices: &Choices, definition: &Definition) -> Value {
    let mut answer = json!({
        "Arn": definition_arn(choices, definition),
        "CreationTimestamp": definition.created,
        "Id": definition.id,
        "LastUpdatedTimestamp": definition.updated,
    });
    if let Some(name) = &definition.name {
        answer["Name"] = json!(name);
    }
    if let Some(latest) = definition.versions.last() {
        answer["LatestVersion"] = json!(latest.id);
        answer["LatestVersionArn"] = json!(version_arn(choices, definition, latest));
    }
    answer
}

fn version_information(choices: &Choices, definition: &Definition, version: &NewVersion) -> Value {
    json!({
        "Arn": version_arn(choices, definition, version),
        "CreationTimestamp": version.at,
        "Id": definition.id,
        "Version": version.id,
    })
}

fn definition_arn(choices: &Choices, definition: &Definition) -> String {
    let Choices { region, account, .. } = choices;
    format!("arn:aws:greengrass:{region}:{account}:/greengrass/definition/connectors/{}", definition.id)
}

fn version_arn(choices: &Choices, definition: &Definition, version: &NewVersion) -> String {
    format!("{}/versions/{}", definition_arn(choices, definition), version.id)
}

/// A page of a list. Its token is the position of the next entry, which a client has no business with.
fn page<T>(
    choices: &Choices,
    request: &Request,
    name: &str,
    entries: &[T],
    show: impl Fn(&Choices, &T) -> Value,
) -> Result<Value, Refusal> {
    let query = |name: &str| {
        let pairs =
            request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    let number = |name: &str| match query(name).as_deref() {
        None | Some("") => Ok(None),
        Some(text) => {
            text.parse::<usize>().map(Some).map_err(|_| Refusal::bad_request(format!("Invalid {name}.")))
        }
    };
    let from = number("NextToken")?.unwrap_or(0);
    let size = number("MaxResults")?.unwrap_or(choices.page_size);
    if size == 0 || from > entries.len() {
        return Err(Refusal::bad_request(if size == 0 {
            "Invalid MaxResults."
        } else {
            "Invalid NextToken."
        }));
    }
    let to = from.saturating_add(size).min(entries.len());
    let mut answer = json!({});
    answer[name] = entries[from..to].iter().map(|entry| show(choices, entry)).collect();
    if to < entries.len() {
        answer["NextToken"] = json!(to.to_string());
    }
    Ok(answer)
}

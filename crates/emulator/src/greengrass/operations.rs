//! The eight operations on connector definitions: each turns a request into a change and a response body.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ApiError;
use super::shape::Shape;
use super::state::{Change, Definition, Version, timestamp_now};
use super::{Behavior, EmulatorState, lock, page, shape};
use crate::http::Request;

/// An operation of the API, under the API's own name.
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

/// The IDs in a request's path. Empty where the path has none.
#[derive(Debug, Default)]
pub(super) struct PathIds {
    definition_id: String,
    version_id: String,
}

impl Operation {
    /// The operation that a method and a path stand for, with the IDs in the path. A slash at the end does not matter.
    pub(super) fn from_request(method: &::http::Method, path: &str) -> Result<(Self, PathIds), ApiError> {
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let path = path.strip_suffix('/').unwrap_or(path);
        let rest = path.strip_prefix("/greengrass/definition/connectors");
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let rest = rest.ok_or_else(ApiError::unknown_operation)?;
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        let ids = PathIds {
            definition_id: parts.first().map(|part| decode(part)).unwrap_or_default(),
            version_id: parts.get(2).map(|part| decode(part)).unwrap_or_default(),
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
            _ => return Err(ApiError::unknown_operation()),
        };
        Ok((operation, ids))
    }
}

/// The members of a connector in the API reference. Every one is optional, because AWS does not document how the service
/// responds when `ConnectorArn` or `Id` is missing.
const CONNECTOR_MEMBERS: [(&str, Shape); 3] =
    [("ConnectorArn", Shape::Text), ("Id", Shape::Text), ("Parameters", Shape::Texts)];

/// The client token of a request, if it has one.
pub(super) fn client_token(request: &Request) -> Option<String> {
    header(request, "x-amzn-client-token")
}

/// The value of a header. Bytes that are not UTF-8 are replaced.
pub(super) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Performs an operation and returns the body of its response.
pub(super) fn perform(
    emulator: &EmulatorState,
    operation: Operation,
    ids: &PathIds,
    request: &Request,
) -> Result<Value, ApiError> {
    let id = ids.definition_id.as_str();
    match operation {
        Operation::CreateConnectorDefinition => create_definition(emulator, request),
        Operation::CreateConnectorDefinitionVersion => create_version(emulator, id, request),
        Operation::UpdateConnectorDefinition => {
            let body = parse_body(request, &[("Name", Shape::Text)])?;
            let name = text_member(&body, "Name");
            change_definition(emulator, id, |id| Change::DefinitionRenamed {
                id,
                name,
                updated_at: timestamp_now(),
            })
        }
        Operation::DeleteConnectorDefinition => {
            change_definition(emulator, id, |id| Change::DefinitionDeleted { id })
        }
        Operation::GetConnectorDefinition => {
            let store = lock(&emulator.store);
            let definition = store.state.definition(id).ok_or_else(ApiError::definition_not_found)?;
            let mut body = definition_json(&emulator.behavior, definition);
            body["tags"] = json!(definition.tags.clone().unwrap_or_default());
            Ok(body)
        }
        Operation::ListConnectorDefinitions => {
            let store = lock(&emulator.store);
            list_page(&emulator.behavior, request, "Definitions", &store.state.definitions, definition_json)
        }
        Operation::ListConnectorDefinitionVersions => {
            let store = lock(&emulator.store);
            let definition = store.state.definition(id).ok_or_else(ApiError::definition_not_found)?;
            list_page(&emulator.behavior, request, "Versions", &definition.versions, |behavior, version| {
                version_json(behavior, definition, version)
            })
        }
        Operation::GetConnectorDefinitionVersion => {
            let store = lock(&emulator.store);
            let definition = store.state.definition(id).ok_or_else(ApiError::definition_not_found)?;
            let (_, version) =
                store.state.version(id, &ids.version_id).ok_or_else(ApiError::version_not_found)?;
            version_page(&emulator.behavior, request, definition, version)
        }
    }
}

fn create_definition(emulator: &EmulatorState, request: &Request) -> Result<Value, ApiError> {
    let members = [("Name", Shape::Text), ("tags", Shape::Texts), ("InitialVersion", Shape::Object)];
    let body = parse_body(request, &members)?;
    let tags = body["tags"].as_object().map(|tags| {
        tags.iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect()
    });
    let initial_version = body.get("InitialVersion").filter(|version| !version.is_null());
    let initial_version = initial_version
        .map(|version| build_version(&emulator.behavior, version, "InitialVersion."))
        .transpose()?;
    let token = client_token(request).filter(|_| emulator.behavior.honor_tokens);
    let mut store = lock(&emulator.store);
    if let Some(definition) = token.as_ref().and_then(|token| store.state.definition_by_token(token)) {
        return Ok(definition_json(&emulator.behavior, definition));
    }
    let id = Uuid::new_v4().to_string();
    let change = Change::DefinitionCreated {
        id: id.clone(),
        name: text_member(&body, "Name"),
        tags,
        created_at: timestamp_now(),
        initial_version,
        token,
    };
    store.commit(change).map_err(|error| ApiError::storage_failed(&error))?;
    let definition = store.state.definition(&id).ok_or_else(ApiError::definition_not_found)?;
    Ok(definition_json(&emulator.behavior, definition))
}

fn create_version(emulator: &EmulatorState, id: &str, request: &Request) -> Result<Value, ApiError> {
    let version = build_version(&emulator.behavior, &parse_body(request, &[])?, "")?;
    let token = client_token(request).filter(|_| emulator.behavior.honor_tokens);
    let mut store = lock(&emulator.store);
    if store.state.definition(id).is_none() {
        return Err(ApiError::definition_not_found());
    }
    if let Some((definition, version)) =
        token.as_ref().and_then(|token| store.state.version_by_token(id, token))
    {
        return Ok(version_json(&emulator.behavior, definition, version));
    }
    let version_id = version.id.clone();
    let change = Change::VersionCreated { definition: id.to_owned(), version, token };
    store.commit(change).map_err(|error| ApiError::storage_failed(&error))?;
    let (definition, version) =
        store.state.version(id, &version_id).ok_or_else(ApiError::version_not_found)?;
    Ok(version_json(&emulator.behavior, definition, version))
}

fn change_definition(
    emulator: &EmulatorState,
    id: &str,
    change: impl FnOnce(String) -> Change,
) -> Result<Value, ApiError> {
    let mut store = lock(&emulator.store);
    if store.state.definition(id).is_none() {
        return Err(ApiError::definition_not_found());
    }
    store.commit(change(id.to_owned())).map_err(|error| ApiError::storage_failed(&error))?;
    Ok(json!({}))
}

/// Builds a version from an object with `Connectors`, at this path in the request's body.
fn build_version(behavior: &Behavior, object: &Value, path: &str) -> Result<Version, ApiError> {
    let connectors = object.get("Connectors").filter(|connectors| !connectors.is_null()).cloned();
    let connectors = connectors.unwrap_or_else(|| json!([]));
    shape::check(&connectors, &format!("{path}Connectors"), Shape::List).map_err(invalid_body)?;
    for (index, connector) in connectors.as_array().into_iter().flatten().enumerate() {
        shape::check_object(connector, &format!("{path}Connectors[{index}]"), &CONNECTOR_MEMBERS)
            .map_err(invalid_body)?;
    }
    if behavior.validate_ids {
        validate_ids(&connectors)?;
    }
    Ok(Version { id: Uuid::new_v4().to_string(), connectors, created_at: timestamp_now() })
}

/// Validates the connectors' IDs by the rules in the API reference: length, characters, unique.
fn validate_ids(connectors: &Value) -> Result<(), ApiError> {
    let invalid = |message: String| {
        ApiError::bad_request("The connectors definition is invalid or corrupted.")
            .with_detail("InvalidConnectorId", message)
    };
    let mut seen = HashSet::new();
    for (index, connector) in connectors.as_array().into_iter().flatten().enumerate() {
        let id = connector["Id"].as_str().unwrap_or_default();
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        if id.is_empty() || id.len() > 128 || !id.chars().all(is_allowed) {
            return Err(invalid(format!("Connectors[{index}].Id: use 1-128 of `a-z A-Z 0-9 : _ -`.")));
        }
        if !seen.insert(id) {
            return Err(invalid(format!("Connectors[{index}].Id: repeats an earlier Id; use unique Ids.")));
        }
    }
    Ok(())
}

/// Parses a request's body, an object with these members. A missing body counts as an empty object.
fn parse_body(request: &Request, members: &[(&str, Shape)]) -> Result<Value, ApiError> {
    let bytes = if request.body().is_empty() { b"{}".as_slice() } else { request.body() };
    let body = serde_json::from_slice(bytes).map_err(invalid_body)?;
    shape::check_object(&body, "", members).map_err(invalid_body)?;
    Ok(body)
}

fn text_member(body: &Value, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(ToOwned::to_owned)
}

fn invalid_body(error: impl std::fmt::Display) -> ApiError {
    ApiError::bad_request(format!("The request body is invalid: {error}."))
}

fn definition_json(behavior: &Behavior, definition: &Definition) -> Value {
    let mut body = json!({
        "Arn": definition_arn(behavior, definition),
        "CreationTimestamp": definition.created_at,
        "Id": definition.id,
        "LastUpdatedTimestamp": definition.updated_at,
    });
    if let Some(name) = &definition.name {
        body["Name"] = json!(name);
    }
    if let Some(latest) = definition.versions.last() {
        body["LatestVersion"] = json!(latest.id);
        body["LatestVersionArn"] = json!(version_arn(behavior, definition, latest));
    }
    body
}

fn version_json(behavior: &Behavior, definition: &Definition, version: &Version) -> Value {
    json!({
        "Arn": version_arn(behavior, definition, version),
        "CreationTimestamp": version.created_at,
        "Id": definition.id,
        "Version": version.id,
    })
}

fn definition_arn(behavior: &Behavior, definition: &Definition) -> String {
    let Behavior { region, account, .. } = behavior;
    format!("arn:aws:greengrass:{region}:{account}:/greengrass/definition/connectors/{}", definition.id)
}

fn version_arn(behavior: &Behavior, definition: &Definition, version: &Version) -> String {
    format!("{}/versions/{}", definition_arn(behavior, definition), version.id)
}

/// A page of a list, with the number of entries that the client requests.
fn list_page<T>(
    behavior: &Behavior,
    request: &Request,
    name: &str,
    entries: &[T],
    to_json: impl Fn(&Behavior, &T) -> Value,
) -> Result<Value, ApiError> {
    let size = page::requested_size(request)?.unwrap_or(behavior.page_size);
    let (page, next) = page::page(request, entries, size)?;
    let mut body = json!({});
    body[name] = page.iter().map(|entry| to_json(behavior, entry)).collect();
    if let Some(next) = next {
        body["NextToken"] = next;
    }
    Ok(body)
}

/// The body of GetConnectorDefinitionVersion. Its connectors have pages too, but the API has no `MaxResults` for them.
fn version_page(
    behavior: &Behavior,
    request: &Request,
    definition: &Definition,
    version: &Version,
) -> Result<Value, ApiError> {
    let connectors = version.connectors.as_array().map_or([].as_slice(), Vec::as_slice);
    let (page, next) = page::page(request, connectors, behavior.connectors_page_size.unwrap_or(usize::MAX))?;
    let mut body = version_json(behavior, definition, version);
    body["Definition"] = json!({ "Connectors": page });
    if let Some(next) = next {
        body["NextToken"] = next;
    }
    Ok(body)
}

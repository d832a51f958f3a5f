//! Look-ups that read versions, to find one that a request asks for.

use std::time::SystemTime;

use connectors::request::{ConnectorDefinitionId, ConnectorVersionRequest, Connectors, VersionArn};

use super::client::GreengrassClient;
use super::error::{ErrorKind, ServiceError};
use super::version::{Version, VersionContent};
use crate::retry::Deadline;

/// How many of a definition's versions are searched for the one that an update or a roll-back asks for.
const MAX_VERSIONS_SEARCHED: usize = 10;

/// Which versions a look-up for an earlier create considers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The latest version.
    Latest,
    /// The latest version, and those that were created since the request was first made.
    SinceRequest,
}

/// Criteria, besides content, for taking a version for the one that a request created.
pub(crate) struct MatchCriteria {
    /// Versions that are not it, whatever they hold.
    pub(crate) excluded_ids: Vec<String>,
    /// It was not created before this, unless it is the latest version.
    pub(crate) created_since: SystemTime,
}

/// Finds the version that an earlier create of this request may have made.
///
/// # Errors
/// A read failed: then nothing is known.
pub(crate) async fn find_created(
    client: &GreengrassClient,
    request: &ConnectorVersionRequest,
    criteria: &MatchCriteria,
    scope: Scope,
    deadline: Deadline,
) -> Result<Option<Version>, ServiceError> {
    let definition = &request.definition;
    let matches = |content: &VersionContent| {
        !criteria.excluded_ids.contains(&content.version.version) && content.has_exactly(&request.connectors)
    };
    let Some(latest) = client.get_latest_version(definition, deadline).await? else { return Ok(None) };
    if matches(&latest) {
        return Ok(Some(latest.version));
    }
    let created_since =
        |version: &Version| version.created_at().is_some_and(|at| at >= criteria.created_since);
    if scope == Scope::Latest || !created_since(&latest.version) {
        return Ok(None);
    }
    let versions = match client.list_versions(definition, deadline).await {
        Ok(versions) => versions,
        Err(error) if error.is_retryable() => return Err(error),
        Err(_) => return Ok(None),
    };
    for version in versions.iter().filter(|version| created_since(version) && **version != latest.version) {
        let content = client.get_version(definition, &version.version, deadline).await?;
        if matches(&content) {
            return Ok(Some(content.version));
        }
    }
    Ok(None)
}

/// Finds the version with these connectors: the current one, or one of the newest others.
///
/// # Errors
/// The current version could not be read. That it does not exist is not an error, and neither is a failure after it
/// was read: by then it is known that the current version is not the one.
pub(crate) async fn current_or_newest(
    client: &GreengrassClient,
    current: &VersionArn,
    connectors: &Connectors,
    deadline: Deadline,
) -> Result<Option<Version>, ServiceError> {
    let definition = current.definition();
    match client.get_version(definition, current.version(), deadline).await {
        Ok(content) if content.has_exactly(connectors) => return Ok(Some(content.version)),
        Ok(_) => {}
        Err(error) if matches!(error.kind, ErrorKind::VersionNotFound | ErrorKind::DefinitionNotFound) => {}
        Err(error) => return Err(error),
    }
    let found = newest_matching(client, definition, connectors, Some(current.version()), deadline).await;
    Ok(found.unwrap_or_else(|error| {
        tracing::debug!(kind = ?error.kind, "searching the newest versions failed");
        None
    }))
}

/// Finds the newest version with these connectors among the ten newest. `except` is known not to be it.
///
/// # Errors
/// The list or a version could not be read.
pub(crate) async fn newest_matching(
    client: &GreengrassClient,
    definition: &ConnectorDefinitionId,
    connectors: &Connectors,
    except: Option<&str>,
    deadline: Deadline,
) -> Result<Option<Version>, ServiceError> {
    let versions = client.list_versions(definition, deadline).await?;
    let candidates = versions.iter().take(MAX_VERSIONS_SEARCHED);
    for version in candidates.filter(|version| Some(version.version.as_str()) != except) {
        let content = client.get_version(definition, &version.version, deadline).await?;
        if content.has_exactly(connectors) {
            return Ok(Some(content.version));
        }
    }
    Ok(None)
}

//! Look-ups that read versions, to find one that a request asks for.

use std::time::SystemTime;

use connectors::request::{ConnectorDefinitionId, ConnectorVersionRequest, Connectors, VersionArn};

use super::client::GreengrassClient;
use super::error::{ErrorKind, ServiceError};
use super::version::{Version, VersionContent};
use crate::retry::Deadline;

/// How many of a definition's versions are searched for the one that an update or a roll-back asks for.
const MAX_VERSIONS_SEARCHED: usize = 10;

/// How many versions a look-up for an earlier create reads. Versions cannot be listed by content, so each is a call, and the
/// service accepts thirty of them per second.
const MAX_VERSIONS_READ: usize = 100;

/// Which versions a look-up for an earlier create considers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The latest version.
    Latest,
    /// The latest version, and those that were created since the request was first made.
    SinceRequest(Order),
}

/// In which order versions are read, since a look-up is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// For an earlier delivery, which came before most of them.
    OldestFirst,
    /// For a create of this invocation.
    NewestFirst,
}

/// Criteria, besides content, for taking a version for the one that a request created.
pub(crate) struct MatchCriteria {
    /// Versions that are not it, whatever they hold.
    pub(crate) excluded_ids: Vec<String>,
    /// It was not created before this; see `latest` for the latest version.
    pub(crate) created_since: SystemTime,
    pub(crate) latest: LatestVersion,
}

/// Whether the latest version may be older than the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LatestVersion {
    /// It has what is requested, so nothing needs to be created.
    AnyAge,
    /// A new version is requested.
    CreatedSince,
}

impl MatchCriteria {
    fn is_new(&self, version: &Version) -> bool {
        version.created_at().is_some_and(|created| created >= self.created_since)
    }

    fn matches(&self, content: &VersionContent, connectors: &Connectors) -> bool {
        !self.excluded_ids.contains(&content.version.version) && content.has_exactly(connectors)
    }
}

/// Finds the version that an earlier create of this request may have made.
///
/// Reads at most [`MAX_VERSIONS_READ`] versions, and no longer than until the deadline. A version that was not read counts
/// as another one: the create that follows has the same client token.
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
    let ConnectorVersionRequest { definition, connectors } = request;
    let Some(latest) = client.get_latest_version(definition, deadline).await? else { return Ok(None) };
    let latest_is_new = criteria.is_new(&latest.version);
    let may_be_latest = latest_is_new || criteria.latest == LatestVersion::AnyAge;
    if may_be_latest && criteria.matches(&latest, connectors) {
        return Ok(Some(latest.version));
    }
    let Scope::SinceRequest(order) = scope else { return Ok(None) };
    if !latest_is_new {
        return Ok(None);
    }
    let mut versions = match client.list_versions(definition, deadline).await {
        Ok(versions) => versions,
        // The service responds, and has more versions than can be listed in this time.
        Err(error) if error.kind == ErrorKind::Timeout => return Ok(stopped(0, &[])),
        Err(error) if error.is_retryable() => return Err(error),
        Err(_) => return Ok(None),
    };
    versions.retain(|version| criteria.is_new(version) && version.version != latest.version.version);
    if order == Order::OldestFirst {
        versions.reverse();
    }
    for (read, version) in versions.iter().enumerate() {
        let content = match client.get_version(definition, &version.version, deadline).await {
            Ok(content) => content,
            // The service responds, and the time of this look-up is used up.
            Err(error) if error.kind == ErrorKind::Timeout && read > 0 => {
                return Ok(stopped(read, &versions));
            }
            Err(error) => return Err(error),
        };
        if criteria.matches(&content, connectors) {
            return Ok(Some(content.version));
        }
        if read + 1 == MAX_VERSIONS_READ && versions.len() > MAX_VERSIONS_READ {
            return Ok(stopped(MAX_VERSIONS_READ, &versions));
        }
    }
    Ok(None)
}

/// A look-up that stopped at its bound: the number of versions that were read, and those that were listed.
fn stopped(read: usize, versions: &[Version]) -> Option<Version> {
    let versions = versions.len();
    tracing::warn!(
        read,
        versions,
        "too many versions to look for an earlier one of this request; creating with its token"
    );
    None
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

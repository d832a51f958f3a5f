//! Look-ups that read versions, to find one that a request asks for.

use std::collections::HashSet;
use std::time::SystemTime;

use connectors::request::{ConnectorDefinitionId, ConnectorVersionRequest, Connectors, VersionArn};

use super::client::GreengrassClient;
use super::error::{ErrorKind, ServiceError};
use super::version::{Version, VersionContent};
use crate::retry::Deadline;

/// How many of a definition's versions are searched for the one that an update or a roll-back asks for.
const MAX_VERSIONS_SEARCHED: usize = 10;

/// How many versions the look-ups of a request read, besides the latest. Versions cannot be listed by content, so each is a
/// call, and the service accepts thirty of them per second.
const MAX_VERSIONS_READ: usize = 50;

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
    /// For a create of this invocation, or of an earlier delivery.
    BothEnds,
}

impl Order {
    /// Sorts versions that are sorted newest first.
    fn sort(self, versions: Vec<Version>) -> Vec<Version> {
        match self {
            Self::NewestFirst => versions,
            Self::OldestFirst => versions.into_iter().rev().collect(),
            Self::BothEnds => {
                let count = versions.len();
                let oldest: Vec<Version> = versions.iter().rev().cloned().collect();
                let both = versions.into_iter().zip(oldest).flat_map(|(newest, oldest)| [newest, oldest]);
                both.take(count).collect()
            }
        }
    }
}

/// Criteria, besides content, for taking a version for the one that a request created.
pub(crate) struct MatchCriteria {
    /// Versions that are not it, whatever they hold.
    pub(crate) excluded_ids: Vec<String>,
    /// It was not created before this; see `latest` for the latest version.
    pub(crate) created_since: SystemTime,
    pub(crate) latest: LatestVersion,
    /// Versions that an earlier look-up of this request has read, and that are other ones. A version never changes.
    pub(crate) read_ids: HashSet<String>,
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
/// Reads at most [`MAX_VERSIONS_READ`] versions, and starts no read in the second half of the time, so that a read that does
/// not end is an error and not the bound. A version that was not read counts as another one: the create that follows has
/// the same client token.
///
/// # Errors
/// A read failed: then nothing is known.
pub(crate) async fn find_created(
    client: &GreengrassClient,
    request: &ConnectorVersionRequest,
    criteria: &mut MatchCriteria,
    scope: Scope,
    deadline: Deadline,
) -> Result<Option<Version>, ServiceError> {
    let ConnectorVersionRequest { definition, connectors } = request;
    let last_start = deadline.min(Deadline::after(deadline.remaining() / 2));
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
    let mut versions = match client.list_versions_until(definition, last_start, deadline).await {
        Ok(Some(versions)) => versions,
        Ok(None) => return Ok(stopped("versions could not be listed in time")),
        Err(error) if error.is_retryable() => return Err(error),
        Err(_) => return Ok(None),
    };
    versions.retain(|version| criteria.is_new(version) && version.version != latest.version.version);
    for version in order.sort(versions) {
        if criteria.read_ids.contains(&version.version) {
            continue;
        }
        if criteria.read_ids.len() == MAX_VERSIONS_READ {
            return Ok(stopped("too many versions were created since"));
        }
        if last_start.is_over() {
            return Ok(stopped("versions could not be read in time"));
        }
        let content = client.get_version(definition, &version.version, deadline).await?;
        if criteria.matches(&content, connectors) {
            return Ok(Some(content.version));
        }
        criteria.read_ids.insert(version.version);
    }
    Ok(None)
}

/// A look-up that stopped at its bound.
fn stopped(why: &'static str) -> Option<Version> {
    tracing::warn!(
        why,
        "the look-up for an earlier version of this request stopped; creating with the same token"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_sorted_as_the_look_up_needs_them() {
        let version = |id: &str| Version {
            arn: String::new(),
            creation_timestamp: String::new(),
            id: String::new(),
            version: id.to_owned(),
        };
        for (order, newest_first, expected) in [
            (Order::NewestFirst, "5 4 3 2 1", "5 4 3 2 1"),
            (Order::OldestFirst, "5 4 3 2 1", "1 2 3 4 5"),
            (Order::BothEnds, "5 4 3 2 1", "5 1 4 2 3"),
            (Order::BothEnds, "4 3 2 1", "4 1 3 2"),
            (Order::BothEnds, "1", "1"),
        ] {
            let sorted = order.sort(newest_first.split(' ').map(version).collect());
            let ids: Vec<String> = sorted.into_iter().map(|version| version.version).collect();
            assert_eq!(ids.join(" "), expected, "{order:?}");
        }
    }
}

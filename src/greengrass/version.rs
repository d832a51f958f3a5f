//! A connector definition version.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_greengrass::types;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use connectors::request::{Connectors, VersionArn};

use super::error::ServiceError;

/// The longest ARN that can become a PhysicalResourceId.
const MAX_ARN_BYTES: usize = 1_024;

/// A connector definition version, as the service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// ARN of the version.
    pub(crate) arn: String,
    /// ISO 8601 with milliseconds, as the service writes it; empty where it is not known.
    pub(crate) creation_timestamp: String,
    /// Id of the definition.
    pub(crate) id: String,
    /// Id of the version.
    pub(crate) version: String,
}

impl Version {
    /// What an ARN says of its version.
    pub(crate) fn from_arn(arn: &VersionArn) -> Self {
        Self {
            arn: arn.as_str().to_owned(),
            creation_timestamp: String::new(),
            id: arn.definition().to_string(),
            version: arn.version().to_owned(),
        }
    }

    /// The version in a response.
    ///
    /// # Errors
    /// The response lacks the ARN or an id, or the ARN cannot be a PhysicalResourceId.
    pub(super) fn from_response(
        arn: Option<String>,
        creation_timestamp: Option<String>,
        id: Option<String>,
        version: Option<String>,
    ) -> Result<Self, ServiceError> {
        match (arn, id, version) {
            (Some(arn), Some(id), Some(version))
                if !version.is_empty() && (1..=MAX_ARN_BYTES).contains(&arn.len()) =>
            {
                let creation_timestamp = creation_timestamp.unwrap_or_default();
                Ok(Self { arn, creation_timestamp, id, version })
            }
            _ => Err(ServiceError::unreadable("a response without the version's ARN and ids")),
        }
    }

    /// When the version was created, if the service says so in a form that can be read.
    pub(crate) fn created_at(&self) -> Option<SystemTime> {
        // The API's model describes milliseconds since the epoch, its examples and the service use ISO 8601.
        let time = match self.creation_timestamp.parse() {
            Ok(milliseconds) => DateTime::from_millis(milliseconds),
            Err(_) => DateTime::from_str(&self.creation_timestamp, Format::DateTimeWithOffset).ok()?,
        };
        time.try_into().ok()
    }
}

/// Sorts versions, newest first; those without a readable time last.
pub(super) fn sort_newest_first(versions: &mut [Version]) {
    versions
        .sort_by_cached_key(|version| Reverse((version.created_at(), version.creation_timestamp.clone())));
}

/// A version and its connectors.
pub(crate) struct VersionContent {
    pub(crate) version: Version,
    pub(super) connectors: Vec<types::Connector>,
}

impl VersionContent {
    /// Whether the version has exactly these connectors. Their order makes no difference, nor does an absent or empty
    /// map of parameters.
    pub(crate) fn has_exactly(&self, requested: &Connectors) -> bool {
        let mut held: Vec<&types::Connector> = self.connectors.iter().collect();
        held.sort_unstable_by(|a, b| a.id().cmp(&b.id()));
        let none = HashMap::new();
        held.len() == requested.iter().len()
            && held.into_iter().zip(requested.by_id()).all(|(held, requested)| {
                let parameters = held.parameters().unwrap_or(&none);
                held.id() == Some(requested.id.as_str())
                    && held.connector_arn() == Some(requested.arn.as_str())
                    && parameters.len() == requested.parameters.len()
                    && requested.parameters.iter().all(|(name, value)| parameters.get(name) == Some(value))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_sorted_by_time_and_not_by_text() {
        let timestamps = [
            "2026-03-02T09:00:30.134Z",
            "2026-03-02T09:00:30Z",
            "1772442029000",
            "2026-03-02T08:59:59.999Z",
            "some day",
        ];
        let version = |timestamp: &&str| Version {
            arn: String::new(),
            creation_timestamp: (*timestamp).to_owned(),
            id: String::new(),
            version: String::new(),
        };
        let mut versions: Vec<Version> = timestamps.iter().rev().map(version).collect();
        sort_newest_first(&mut versions);
        let sorted: Vec<&str> = versions.iter().map(|version| version.creation_timestamp.as_str()).collect();
        assert_eq!(sorted, timestamps);
    }
}

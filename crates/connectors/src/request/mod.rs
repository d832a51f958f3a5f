//! What is asked for: one version of one connector definition.
//!
//! The same object in every source. It is parsed once, at the edge, into types that cannot hold a bad id or
//! ARN or the same Id twice; everything that is wrong is reported together, each with its place.

mod code;
mod ids;
mod parse;
mod problem;

use std::collections::BTreeMap;
use std::fmt;

pub use code::{Code, Severity};
pub use ids::{ClientToken, ConnectorArn, ConnectorDefinitionId, ConnectorId, Invalid, VersionArn};
pub(crate) use parse::FIELDS;
pub use parse::{Parsed, Rules, parse};
pub use problem::{Advice, Path, Problem, Problems, Remarks};

/// A request for a version: the parameters of CreateConnectorDefinitionVersion but the client token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorVersionRequest {
    /// The definition that gets the version.
    pub definition: ConnectorDefinitionId,
    /// What the version holds.
    pub connectors: Connectors,
}

/// Connectors of one version. No two share an Id.
#[derive(Clone, Debug, Default)]
pub struct Connectors(Vec<Connector>);

/// One connector of a version.
#[derive(Clone, PartialEq, Eq)]
pub struct Connector {
    /// Unique in the version.
    pub id: ConnectorId,
    /// Which connector, and which of its versions.
    pub arn: ConnectorArn,
    /// Its parameters; on the wire every value is a string.
    pub parameters: BTreeMap<String, String>,
}

impl Connectors {
    /// The connectors in the order in which they were asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Connector> {
        self.0.iter()
    }

    /// The connectors by Id: the order in which content is compared and named.
    pub fn by_id(&self) -> Vec<&Connector> {
        let mut connectors: Vec<&Connector> = self.0.iter().collect();
        connectors.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        connectors
    }
}

/// Two lists are equal when they hold the same, in whatever order: that is how the service treats them.
impl PartialEq for Connectors {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.by_id() == other.by_id()
    }
}
impl Eq for Connectors {}

/// Without the parameters' values, which may be secrets.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.parameters.keys().collect();
        f.debug_struct("Connector")
            .field("id", &self.id)
            .field("arn", &self.arn)
            .field("parameters", &names)
            .finish()
    }
}

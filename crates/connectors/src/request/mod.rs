//! The request for one version of one connector definition.
//!
//! Every event source carries the same object. [`parse()`] turns it into types that cannot hold an invalid ID or ARN, or
//! two connectors with one Id, and otherwise reports all errors together, each with its path.

mod connectors;
mod fields;
mod ids;
mod invalid;
mod messages;
mod parse;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

pub(crate) use connectors::{ARN, PARAMETERS};
pub use ids::{ClientToken, ConnectorArn, ConnectorDefinitionId, ConnectorId, ParseIdError, VersionArn};
pub use invalid::InvalidRequest;
pub(crate) use invalid::{ReadableConnector, ReadableConnectors, Unreadable};
pub(crate) use messages::TEXT_DECODED;
pub(crate) use parse::CONNECTORS;
pub(crate) use parse::REQUEST_FIELDS;
pub use parse::{ParseOptions, ParsedRequest, parse};

/// A request for a version: the input of
/// [CreateConnectorDefinitionVersion](https://docs.aws.amazon.com/greengrass/v1/apireference/createconnectordefinitionversion-post.html)
/// without the client token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorVersionRequest {
    /// The definition to create the version in.
    pub definition: ConnectorDefinitionId,
    /// The content of the version.
    pub connectors: Connectors,
}

/// The connectors of one version. No two have the same Id.
#[derive(Clone, Debug, Default)]
pub struct Connectors(Vec<Connector>);

/// Two connectors of a list have the same Id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Connectors[{index}] has the same Id as Connectors[{first_index}]")]
pub struct DuplicateId {
    /// Index of the first connector with the Id.
    pub first_index: usize,
    /// Index of the second connector with the Id.
    pub index: usize,
}

/// One connector of a version.
#[derive(Clone, PartialEq, Eq)]
pub struct Connector {
    /// Unique within the version.
    pub id: ConnectorId,
    /// The connector and its version.
    pub arn: ConnectorArn,
    /// The parameters. The API accepts only strings as values.
    pub parameters: BTreeMap<String, String>,
}

impl Connectors {
    /// Takes the connectors of a version in their order.
    ///
    /// # Errors
    ///
    /// Returns the first two connectors that have the same Id.
    pub fn new(connectors: Vec<Connector>) -> Result<Self, DuplicateId> {
        let mut first_index_by_id = HashMap::with_capacity(connectors.len());
        for (index, connector) in connectors.iter().enumerate() {
            if let Some(first_index) = first_index_by_id.insert(&connector.id, index) {
                return Err(DuplicateId { first_index, index });
            }
        }
        Ok(Self(connectors))
    }

    /// The connectors in the order of the request.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Connector> {
        self.0.iter()
    }

    /// The connectors sorted by Id, which makes two lists comparable.
    pub fn by_id(&self) -> Vec<&Connector> {
        let mut connectors: Vec<&Connector> = self.0.iter().collect();
        connectors.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        connectors
    }
}

/// Two lists are equal if they hold the same connectors in any order. The order has no meaning to the service.
impl PartialEq for Connectors {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.by_id() == other.by_id()
    }
}
impl Eq for Connectors {}

/// Leaves out the values of the parameters, which may be secrets.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(id: &str) -> Connector {
        Connector {
            id: ConnectorId::parse(id).unwrap(),
            arn: ConnectorArn::parse("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4").unwrap(),
            parameters: BTreeMap::from([("Secret".to_owned(), "hunter2".to_owned())]),
        }
    }

    #[test]
    fn no_two_connectors_have_the_same_id() {
        let list = |ids: &[&str]| Connectors::new(ids.iter().copied().map(connector).collect());
        assert_eq!(list(&["a", "b", "c", "b"]), Err(DuplicateId { first_index: 1, index: 3 }));
        assert_eq!(
            list(&["a", "a"]).unwrap_err().to_string(),
            "Connectors[1] has the same Id as Connectors[0]"
        );
        assert_eq!(list(&["b", "a"]).unwrap(), list(&["a", "b"]).unwrap());
        assert_ne!(list(&["a"]).unwrap(), list(&["a", "b"]).unwrap());
        assert_eq!(list(&[]).unwrap().iter().len(), 0);
    }

    #[test]
    fn debug_output_has_no_values() {
        let text = format!("{:?}", connector("a"));
        assert!(text.contains("Secret") && !text.contains("hunter2"), "{text}");
    }
}

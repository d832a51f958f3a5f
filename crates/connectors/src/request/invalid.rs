//! What is known about a request that is invalid.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::ids::{ConnectorArn, ConnectorId};
use crate::diagnostic::{Diagnostic, Path, ValidationErrors};

/// Why a request is invalid, and what can be read of it.
///
/// An error in one value hides nothing about the others: [`catalog::validate_readable`](crate::catalog::validate_readable)
/// validates the connectors that can be read.
#[derive(Debug, Default)]
pub struct InvalidRequest {
    /// Everything that makes the request invalid.
    pub errors: ValidationErrors,
    /// Diagnostics that do not make a request invalid by themselves.
    pub warnings: Vec<Diagnostic>,
    pub(crate) connectors: ReadableConnectors,
}

impl InvalidRequest {
    /// The ARNs of the connectors that can be read, each with the path of its connector.
    pub fn connector_arns(&self) -> impl Iterator<Item = (Path, &str)> {
        let connectors = self.connectors.items.iter();
        connectors.map(|connector| (self.connectors.list.index(connector.index), connector.arn.as_str()))
    }
}

impl From<ValidationErrors> for Box<InvalidRequest> {
    fn from(errors: ValidationErrors) -> Self {
        Self::new(InvalidRequest { errors, ..InvalidRequest::default() })
    }
}

/// The connectors of a request, as far as they can be read.
#[derive(Debug, Default)]
pub(crate) struct ReadableConnectors {
    /// The path of the list.
    pub(crate) list: Path,
    pub(crate) items: Vec<ReadableConnector>,
}

/// A connector whose ARN can be read; without it, nothing can be said about the rest.
#[derive(Debug)]
pub(crate) struct ReadableConnector {
    /// Its index in the list.
    pub(crate) index: usize,
    pub(crate) id: Option<ConnectorId>,
    pub(crate) arn: ConnectorArn,
    /// The name of the ARN's field, as the request spells it.
    pub(crate) arn_field: Cow<'static, str>,
    /// The parameters, with an empty value for those that cannot be read.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The name of the parameters' field, as the request spells it.
    pub(crate) parameters_field: Cow<'static, str>,
    pub(crate) unreadable: Unreadable,
}

/// The parameters of a connector that cannot be read. They count as present.
#[derive(Debug, Default)]
pub(crate) enum Unreadable {
    /// None of them.
    #[default]
    None,
    /// Those with these names.
    Parameters(BTreeSet<String>),
    /// All of them: the parameters are not an object.
    All,
}

impl Unreadable {
    pub(super) fn insert(&mut self, name: &str) {
        match self {
            Self::All => {}
            Self::Parameters(names) => {
                names.insert(name.to_owned());
            }
            Self::None => *self = Self::Parameters(BTreeSet::from([name.to_owned()])),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Parameters(names) => names.contains(name),
            Self::All => true,
        }
    }
}

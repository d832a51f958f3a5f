//! What the checks of the catalog work on: a connector of a request, its path, and the context of the request.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use super::connector::ConnectorSpec;
use crate::diagnostic::Path;
use crate::request::{self, Connector, Connectors, ReadableConnector, ReadableConnectors, Unreadable};

/// What is known about the surroundings of a request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The Region in which the version is created, if known.
    pub region: Option<&'a str>,
    /// Whether the value of a parameter is known only at deploy time, by the connector's index and the parameter's
    /// name. Such a value counts as present and valid: in a template it is an intrinsic function.
    pub is_deferred: &'a dyn Fn(usize, &str) -> bool,
}

impl<'a> Context<'a> {
    /// The context of a request whose values are all known.
    pub fn for_region(region: Option<&'a str>) -> Self {
        Self { region, is_deferred: &|_, _| false }
    }
}

/// A connector of a request, as far as it can be read.
pub(super) struct ConnectorView<'a> {
    pub(super) index: usize,
    pub(super) arn: &'a str,
    /// The name of the ARN's field, as the request spells it.
    pub(super) arn_field: &'a str,
    pub(super) parameters: &'a BTreeMap<String, String>,
    /// The name of the parameters' field, as the request spells it.
    pub(super) parameters_field: &'a str,
    /// The parameters that cannot be read.
    pub(super) unreadable: &'a Unreadable,
}

/// The connectors of a valid request.
pub(super) fn views(connectors: &Connectors) -> Vec<ConnectorView<'_>> {
    fn view((index, connector): (usize, &Connector)) -> ConnectorView<'_> {
        ConnectorView {
            index,
            arn: connector.arn.as_str(),
            arn_field: request::ARN,
            parameters: &connector.parameters,
            parameters_field: request::PARAMETERS,
            unreadable: &Unreadable::None,
        }
    }
    connectors.iter().enumerate().map(view).collect()
}

/// The connectors of an invalid request that can be read.
pub(super) fn readable_views(connectors: &ReadableConnectors) -> Vec<ConnectorView<'_>> {
    fn view(connector: &ReadableConnector) -> ConnectorView<'_> {
        ConnectorView {
            index: connector.index,
            arn: connector.arn.as_str(),
            arn_field: &connector.arn_field,
            parameters: &connector.parameters,
            parameters_field: &connector.parameters_field,
            unreadable: &connector.unreadable,
        }
    }
    connectors.items.iter().map(view).collect()
}

/// A use of a connector in a request: its catalog entry, its version and the parameters that it gets.
pub(super) struct ConnectorUse<'a> {
    pub(super) connector: &'static ConnectorSpec,
    pub(super) version: u32,
    pub(super) parameters: &'a BTreeMap<String, String>,
    pub(super) is_deferred: &'a dyn Fn(&str) -> bool,
}

/// The parameters that are present under another name, by the name that is meant. They count as present, so that one
/// slip gets one diagnostic.
pub(super) type Misspelled<'a> = HashMap<&'static str, &'a str>;

impl<'a> ConnectorUse<'a> {
    /// Whether a parameter is present, with any value.
    pub(super) fn is_present(&self, name: &str) -> bool {
        self.parameters.contains_key(name) || (self.is_deferred)(name)
    }

    /// The value of a parameter, if it is known and not blank.
    pub(super) fn known_value(&self, name: &str) -> Option<&'a str> {
        self.parameters
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty() && !(self.is_deferred)(name))
    }

    /// Whether a parameter is present and not blank, or known only at deploy time.
    pub(super) fn is_nonempty(&self, name: &str) -> bool {
        (self.is_deferred)(name) || self.known_value(name).is_some()
    }
}

/// The path of a connector. It is rendered only when there is a diagnostic.
pub(super) struct ConnectorPath<'a> {
    list: &'a Path,
    index: usize,
    arn_field: &'a str,
    parameters_field: &'a str,
    parameters: OnceCell<Path>,
}

impl<'a> ConnectorPath<'a> {
    pub(super) fn new(list: &'a Path, connector: &ConnectorView<'a>) -> Self {
        let ConnectorView { index, arn_field, parameters_field, .. } = *connector;
        Self { list, index, arn_field, parameters_field, parameters: OnceCell::new() }
    }

    /// A path for diagnostics that are not reported.
    pub(super) fn unused() -> Self {
        static LIST: Path = Path::root();
        let (arn_field, parameters_field) = (request::ARN, request::PARAMETERS);
        Self { list: &LIST, index: 0, arn_field, parameters_field, parameters: OnceCell::new() }
    }

    pub(super) fn arn(&self) -> Path {
        self.list.index(self.index).field(self.arn_field)
    }

    pub(super) fn parameters(&self) -> &Path {
        self.parameters.get_or_init(|| self.list.index(self.index).field(self.parameters_field))
    }

    pub(super) fn parameter(&self, name: &str) -> Path {
        self.parameters().field(name)
    }
}

//! What the checks of the catalog work on: a connector of a request, its path, and the context of the request.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::connector::ConnectorSpec;
use crate::diagnostic::Path;

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

/// A use of a connector in a request: its catalog entry, its version and the parameters that it gets.
pub(super) struct ConnectorUse<'a> {
    pub(super) connector: &'static ConnectorSpec,
    pub(super) version: u32,
    pub(super) parameters: &'a BTreeMap<String, String>,
    pub(super) is_deferred: &'a dyn Fn(&str) -> bool,
}

impl ConnectorUse<'_> {
    /// Whether a parameter is present, with any value.
    pub(super) fn is_present(&self, name: &str) -> bool {
        self.parameters.contains_key(name) || (self.is_deferred)(name)
    }

    /// The value of a parameter, if it is known and not blank.
    pub(super) fn known_value(&self, name: &str) -> Option<&str> {
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
    parameters: OnceCell<Path>,
}

impl<'a> ConnectorPath<'a> {
    pub(super) fn new(list: &'a Path, index: usize) -> Self {
        Self { list, index, parameters: OnceCell::new() }
    }

    pub(super) fn arn(&self) -> Path {
        self.list.index(self.index).field("ConnectorArn")
    }

    pub(super) fn parameters(&self) -> &Path {
        self.parameters.get_or_init(|| self.list.index(self.index).field("Parameters"))
    }

    pub(super) fn parameter(&self, name: &str) -> Path {
        self.parameters().field(name)
    }
}

//! What the checks of the catalog work on: a connector in a request, its place, and what is known around it.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::connector::Connector;
use crate::request::Path;

/// What is known around a request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The Region that the version is created in, where it is known.
    pub region: Option<&'a str>,
    /// Whether only a deployment will know the value of a parameter, by the connector's place in the list and the
    /// parameter's name. Such a value counts as given and right: in a template it is an intrinsic function.
    pub open: &'a dyn Fn(usize, &str) -> bool,
}

impl<'a> Context<'a> {
    /// Of a request that says all there is to say.
    pub fn of_region(region: Option<&'a str>) -> Self {
        Self { region, open: &|_, _| false }
    }
}

/// A connector in a request: what it is, and what it is given.
pub(super) struct Instance<'a> {
    pub(super) connector: &'static Connector,
    pub(super) version: u32,
    pub(super) given: &'a BTreeMap<String, String>,
    pub(super) open: &'a dyn Fn(&str) -> bool,
}

impl Instance<'_> {
    /// Whether a parameter is given, with whatever value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name) || (self.open)(name)
    }

    /// A value that is given, is known and is not empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.given
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty() && !(self.open)(name))
    }

    /// Whether a parameter is given and not empty, as far as that is known.
    pub(super) fn is_filled(&self, name: &str) -> bool {
        (self.open)(name) || self.value(name).is_some()
    }
}

/// Where a connector stands in a request. Its path is made only when there is something to say of it.
pub(super) struct Place<'a> {
    list: &'a Path,
    index: usize,
    parameters: OnceCell<Path>,
}

impl<'a> Place<'a> {
    pub(super) fn of(list: &'a Path, index: usize) -> Self {
        Self { list, index, parameters: OnceCell::new() }
    }

    pub(super) fn arn(&self) -> Path {
        self.list.item(self.index).member("ConnectorArn")
    }

    pub(super) fn parameters(&self) -> &Path {
        self.parameters.get_or_init(|| self.list.item(self.index).member("Parameters"))
    }

    pub(super) fn parameter(&self, name: &str) -> Path {
        self.parameters().member(name)
    }
}

//! The feedback configurations that a request's MLFeedback connectors have.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::input::Context;
use super::value_type::MAP;
use crate::json::{Json, Members};
use crate::request::Connectors;

/// The configurations that a request has. They are looked for when somebody names one, and once.
pub(super) struct Feedback<'a> {
    connectors: &'a Connectors,
    context: &'a Context<'a>,
    found: OnceCell<Found>,
}

enum Found {
    /// Only a deployment will know them.
    Open,
    Names(HashSet<String>),
}

impl<'a> Feedback<'a> {
    pub(super) fn of(connectors: &'a Connectors, context: &'a Context<'a>) -> Self {
        Self { connectors, context, found: OnceCell::new() }
    }

    /// Whether there is a configuration of this name, as far as that is known.
    pub(super) fn has(&self, name: &str) -> bool {
        match self.found.get_or_init(|| self.find()) {
            Found::Open => true,
            Found::Names(names) => names.contains(name),
        }
    }

    fn find(&self) -> Found {
        let mut names = HashSet::new();
        for (index, connector) in self.connectors.iter().enumerate() {
            if !connector.arn.as_str().contains("/connectors/MLFeedback") {
                continue;
            }
            if (self.context.open)(index, MAP) {
                return Found::Open;
            }
            let map =
                connector.parameters.get(MAP).and_then(|text| Json::parse(text).ok()).and_then(Json::members);
            names.extend(map.iter().flat_map(Members::iter).map(|(name, _)| name.to_owned()));
        }
        Found::Names(names)
    }
}

//! The feedback configurations of a request's MLFeedback connectors.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::input::{ConnectorView, Context};
use super::value_type::FEEDBACK_PARAMETER;
use crate::json::{Object, RawJson};

/// The configurations that a request defines. They are collected once, when a connector first refers to one.
pub(super) struct FeedbackConfigs<'a> {
    connectors: &'a [ConnectorView<'a>],
    context: &'a Context<'a>,
    configs: OnceCell<Configs>,
}

enum Configs {
    /// At least one map cannot be read, or is known only at deploy time.
    Deferred,
    Names(HashSet<String>),
}

impl<'a> FeedbackConfigs<'a> {
    pub(super) fn new(connectors: &'a [ConnectorView<'a>], context: &'a Context<'a>) -> Self {
        Self { connectors, context, configs: OnceCell::new() }
    }

    /// Whether there is a configuration with this name, or may be one at deploy time.
    pub(super) fn may_contain(&self, name: &str) -> bool {
        match self.configs.get_or_init(|| self.collect_configs()) {
            Configs::Deferred => true,
            Configs::Names(names) => names.contains(name),
        }
    }

    fn collect_configs(&self) -> Configs {
        let mut names = HashSet::new();
        for connector in self.connectors {
            if !connector.arn.contains("/connectors/MLFeedback") {
                continue;
            }
            if (self.context.is_deferred)(connector.index, FEEDBACK_PARAMETER)
                || connector.unreadable.contains(FEEDBACK_PARAMETER)
            {
                return Configs::Deferred;
            }
            let map = connector
                .parameters
                .get(FEEDBACK_PARAMETER)
                .and_then(|text| RawJson::parse(text).ok())
                .and_then(RawJson::as_object);
            names.extend(map.iter().flat_map(Object::iter).map(|(name, _)| name.to_owned()));
        }
        Configs::Names(names)
    }
}

//! A value of a template as a deployment would see it.

use serde_json::Value as Json;

use super::open_text::{OPEN, complete};
use super::spanned_value::Span;

/// A value in which the intrinsic functions are evaluated, as far as a scenario decides them.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) value: ResolvedValue,
    /// Where the literal is written that the value comes from.
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum ResolvedValue {
    /// `AWS::NoValue`: CloudFormation removes the member or the item.
    Absent,
    /// Known only at deployment.
    Open,
    Null,
    /// Parts of it may be open.
    Text(String),
    List(Vec<Resolved>),
    Object(ResolvedObject),
}

#[derive(Clone, Debug, Default)]
pub(super) struct ResolvedObject {
    pub(super) members: Vec<(String, Resolved)>,
    /// Whether a transform or a loop may add members.
    pub(super) is_open: bool,
}

/// Stands for a value that is known only at deployment.
pub(super) const DEFERRED: &str = "known-at-deployment";

impl Resolved {
    pub(super) fn new(value: ResolvedValue, span: Span) -> Self {
        Self { value, span }
    }

    pub(super) fn text(text: impl Into<String>, span: Span) -> Self {
        Self::new(ResolvedValue::Text(text.into()), span)
    }

    pub(super) fn open(span: Span) -> Self {
        Self::new(ResolvedValue::Open, span)
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.value, ResolvedValue::Open)
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self.value, ResolvedValue::Absent)
    }

    pub(super) fn as_object(&self) -> Option<&ResolvedObject> {
        if let ResolvedValue::Object(object) = &self.value { Some(object) } else { None }
    }

    /// The value as a part of a text, in which everything that is no text is open.
    pub(super) fn as_text_part(&self) -> &str {
        const OPEN_TEXT: &str = "\u{F0002}";
        debug_assert_eq!(OPEN_TEXT.chars().next(), Some(OPEN));
        match &self.value {
            ResolvedValue::Text(text) => text,
            ResolvedValue::Absent => "",
            _ => OPEN_TEXT,
        }
    }

    /// The value as JSON, with `DEFERRED` for every open value.
    pub(super) fn to_json(&self, region: Option<&str>) -> Json {
        match &self.value {
            ResolvedValue::Absent | ResolvedValue::Null => Json::Null,
            ResolvedValue::Open => DEFERRED.into(),
            ResolvedValue::Text(text) => complete(text, region).unwrap_or_else(|| DEFERRED.to_owned()).into(),
            ResolvedValue::List(items) => items.iter().map(|item| item.to_json(region)).collect(),
            ResolvedValue::Object(object) => object
                .members
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json(region)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

impl ResolvedObject {
    pub(super) fn get(&self, name: &str) -> Option<&Resolved> {
        self.members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

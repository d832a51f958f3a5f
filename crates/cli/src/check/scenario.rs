//! What may differ between two deployments of a template: conditions, parameters and the Region, and a scenario in
//! which some of them have a value.

use std::collections::BTreeMap;

use super::spanned_value::Span;

/// Something that a deployment decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Variable {
    Condition(String),
    Parameter(String),
    Region,
}

/// What a deployment decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Setting {
    Condition(bool),
    Text { text: String, source: Source },
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// The `Default` of a parameter.
    Default(Span),
    /// One of the `AllowedValues` of a parameter.
    AllowedValue(Span),
    /// A key of a mapping.
    MappingKey,
}

impl Source {
    /// Where the text is written, if it is a value.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::Default(span) | Self::AllowedValue(span) => Some(*span),
            Self::MappingKey => None,
        }
    }
}

/// Decisions that hold together. Everything else is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Scenario(BTreeMap<Variable, Setting>);

impl Scenario {
    pub(super) fn get(&self, variable: &Variable) -> Option<&Setting> {
        self.0.get(variable)
    }

    /// The text of a parameter or of the Region, and where it comes from.
    pub(super) fn text(&self, variable: &Variable) -> Option<(&str, &Source)> {
        match self.0.get(variable) {
            Some(Setting::Text { text, source }) => Some((text, source)),
            _ => None,
        }
    }

    pub(super) fn insert(&mut self, variable: Variable, setting: Setting) {
        self.0.insert(variable, setting);
    }

    #[cfg(test)]
    pub(super) fn with(&self, variable: Variable, setting: Setting) -> Self {
        let mut scenario = self.clone();
        scenario.insert(variable, setting);
        scenario
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(variable, setting)| (variable.clone(), setting.clone())));
    }

    pub(super) fn conditions(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().filter_map(|(variable, setting)| match (variable, setting) {
            (Variable::Condition(name), Setting::Condition(value)) => Some((name.as_str(), *value)),
            _ => None,
        })
    }

    /// Whether every decision of this scenario is part of the other.
    pub(super) fn is_part_of(&self, other: &Self) -> bool {
        self.0.iter().all(|(variable, setting)| other.get(variable) == Some(setting))
    }

    /// `If condition `Prod` is false`, without the decisions of `known`; `None` if nothing is left.
    pub(super) fn describe(&self, known: &Self, is_secret: impl Fn(&str) -> bool) -> Option<String> {
        let parts: Vec<String> = self
            .0
            .iter()
            .filter(|(variable, setting)| known.get(variable) != Some(setting))
            .map(|(variable, setting)| describe(variable, setting, &is_secret))
            .collect();
        (!parts.is_empty()).then(|| format!("If {}", parts.join(" and ")))
    }
}

fn describe(variable: &Variable, setting: &Setting, is_secret: impl Fn(&str) -> bool) -> String {
    let subject = match variable {
        Variable::Condition(name) => format!("condition `{name}`"),
        Variable::Parameter(name) => format!("parameter `{name}`"),
        Variable::Region => "the Region".to_owned(),
    };
    let hides_value = matches!(variable, Variable::Parameter(name) if is_secret(name));
    match setting {
        Setting::Condition(value) => format!("{subject} is {value}"),
        Setting::Text { source: Source::Default(_), .. } if hides_value => {
            format!("{subject} is its default")
        }
        Setting::Text { .. } if hides_value => format!("{subject} is one of its allowed values"),
        Setting::Text { text, source: Source::Default(_) } => {
            format!("{subject} is its default, `{}`", shortened(text))
        }
        Setting::Text { text, .. } => format!("{subject} is `{}`", shortened(text)),
    }
}

const MAX_VALUE_CHARS: usize = 40;

fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(MAX_VALUE_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_VALUE_CHARS).is_some() { shown + "..." } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_described_without_what_is_known() {
        let condition = |name: &str| Variable::Condition(name.to_owned());
        let default = Setting::Text { text: "x".repeat(50), source: Source::Default(Span::default()) };
        let known = Scenario::default().with(condition("A"), Setting::Condition(true));
        let scenario = known
            .with(condition("B"), Setting::Condition(false))
            .with(Variable::Parameter("P".to_owned()), default);
        let described = |is_secret| scenario.describe(&known, |_| is_secret).unwrap();
        assert_eq!(
            described(false),
            format!("If condition `B` is false and parameter `P` is its default, `{}...`", "x".repeat(40))
        );
        assert!(described(true).ends_with("parameter `P` is its default"));
        assert_eq!(known.describe(&known, |_| false), None);
        assert!(known.is_part_of(&scenario) && !scenario.is_part_of(&known));
    }
}

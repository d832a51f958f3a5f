//! The sections of a template that its functions refer to: parameters, mappings and conditions.

use super::function::function;
use super::scenario::{Scenario, Setting, Source, Variable};
use super::spanned_value::SpannedValue;

/// Maximum nesting depth of conditions that refer to each other.
const MAX_CONDITION_DEPTH: usize = 20;

/// What is known where a resource stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    /// The object that has `Resources`; `None` for a snippet.
    pub(super) template: Option<&'a SpannedValue>,
    /// The function's Region, if it is known.
    pub(super) region: Option<&'a str>,
    /// Whether the Serverless Framework replaces `${source:name}` before CloudFormation reads the template.
    pub(super) is_serverless: bool,
}

impl<'a> Scope<'a> {
    fn entry(&self, section: &str, name: &str) -> Option<&'a SpannedValue> {
        self.template?.get(section)?.get(name)
    }

    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.entry("Parameters", name).is_some()
    }

    pub(super) fn mapping(&self, name: &str) -> Option<&'a SpannedValue> {
        self.entry("Mappings", name)
    }

    /// The values that the template gives for a parameter: its default first, and its allowed values.
    pub(super) fn parameter_settings(&self, name: &str) -> Vec<Setting> {
        let Some(parameter) = self.entry("Parameters", name) else { return Vec::new() };
        // The value of any other type is a list, or the name of a value that is stored elsewhere.
        let parameter_type = parameter.get("Type").and_then(SpannedValue::as_scalar);
        if !matches!(parameter_type, None | Some("String" | "Number")) {
            return Vec::new();
        }
        let setting = |value: &SpannedValue, source: fn(_) -> Source| {
            let text = value.as_scalar()?.to_owned();
            Some(Setting::Text { text, source: source(value.span) })
        };
        let default = parameter.get("Default").and_then(|value| setting(value, Source::Default));
        let default_text = parameter.get("Default").and_then(SpannedValue::as_scalar);
        let allowed = parameter.get("AllowedValues").and_then(SpannedValue::items).unwrap_or_default();
        let allowed = allowed
            .iter()
            .filter(|value| value.as_scalar() != default_text)
            .filter_map(|value| setting(value, Source::AllowedValue));
        default.into_iter().chain(allowed).collect()
    }

    /// Whether the value of a parameter must not be shown.
    pub(super) fn is_no_echo(&self, name: &str) -> bool {
        let no_echo = self.entry("Parameters", name).and_then(|parameter| parameter.get("NoEcho"));
        no_echo.and_then(SpannedValue::as_scalar) == Some("true")
    }

    /// The value of a condition in a scenario; `None` if it is open.
    pub(super) fn condition(&self, name: &str, scenario: &Scenario) -> Option<bool> {
        self.named_condition(name, scenario, 0)
    }

    /// Whether no deployment can decide as the scenario does: its conditions are not what their definitions say.
    pub(super) fn contradicts(&self, scenario: &Scenario) -> bool {
        let mut implied = scenario.clone();
        for (name, value) in scenario.conditions() {
            let definition = self.entry("Conditions", name);
            let Some((parameter, text)) =
                definition.and_then(|definition| self.implied_parameter(definition, value))
            else {
                continue;
            };
            let variable = Variable::Parameter(parameter.to_owned());
            match implied.text(&variable) {
                Some((decided, _)) if decided != text => return true,
                Some(_) => {}
                None => implied
                    .insert(variable, Setting::Text { text: text.to_owned(), source: Source::MappingKey }),
            }
        }
        scenario.conditions().any(|(name, value)| {
            let definition = self.entry("Conditions", name);
            definition.and_then(|definition| self.evaluate(definition, &implied, 0)) == Some(!value)
        })
    }

    /// The parameter and its value, if a condition has a value only if the parameter has this value.
    fn implied_parameter(&self, definition: &'a SpannedValue, value: bool) -> Option<(&'a str, &'a str)> {
        match function(definition)? {
            ("Fn::Equals", argument) if value => match argument.items()? {
                [reference, literal] | [literal, reference] if literal.as_scalar().is_some() => {
                    let ("Ref", name) = function(reference)? else { return None };
                    let name = name.as_scalar()?;
                    self.entry("Parameters", name)?;
                    Some((name, literal.as_scalar()?))
                }
                _ => None,
            },
            ("Fn::Not", argument) => match argument.items()? {
                [inner] => self.implied_parameter(inner, !value),
                _ => None,
            },
            _ => None,
        }
    }

    fn named_condition(&self, name: &str, scenario: &Scenario, depth: usize) -> Option<bool> {
        if let Some(Setting::Condition(value)) = scenario.get(&Variable::Condition(name.to_owned())) {
            return Some(*value);
        }
        self.evaluate(self.entry("Conditions", name)?, scenario, depth)
    }

    fn evaluate(&self, expression: &SpannedValue, scenario: &Scenario, depth: usize) -> Option<bool> {
        if depth > MAX_CONDITION_DEPTH {
            return None;
        }
        let (name, argument) = function(expression)?;
        if name == "Condition" {
            return self.named_condition(argument.as_scalar()?, scenario, depth + 1);
        }
        let operands = argument.items()?;
        let mut values = operands.iter().map(|operand| self.evaluate(operand, scenario, depth + 1));
        match name {
            "Fn::Equals" => match operands {
                [left, right] => Some(self.text(left, scenario)? == self.text(right, scenario)?),
                _ => None,
            },
            "Fn::Not" => values.next()?.map(|value| !value),
            "Fn::And" => decide(values, false),
            "Fn::Or" => decide(values, true),
            _ => None,
        }
    }

    /// The text of an operand of a comparison.
    fn text<'b>(&'b self, operand: &'b SpannedValue, scenario: &'b Scenario) -> Option<&'b str> {
        if let Some(("Ref", name)) = function(operand) {
            return match name.as_scalar()? {
                "AWS::Region" => scenario.text(&Variable::Region).map(|(text, _)| text).or(self.region),
                name => Some(scenario.text(&Variable::Parameter(name.to_owned()))?.0),
            };
        }
        operand.as_scalar()
    }
}

/// `Some(decisive)` if one value is that, the opposite if all are the opposite, and `None` if the result is open.
fn decide(values: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let values: Vec<Option<bool>> = values.collect();
    if values.contains(&Some(decisive)) {
        return Some(decisive);
    }
    values.iter().all(Option::is_some).then_some(!decisive)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}, Ids: {Type: CommaDelimitedList, Default: a},
  Key: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /k}, Token: {Type: String, NoEcho: true}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Dev: !Equals [dev, !Ref Env]
  NotProd: !Not [Condition: Prod]
  Both: !And [!Condition Prod, !Condition Dev]
  Either: !Or [!Condition Prod, !Condition Dev]
  Always: !Equals [a, a]
  Here: !Equals [!Ref AWS::Region, us-east-1]
  Open: !Equals [!ImportValue x, y]
  Self: !Condition Self
";

    fn condition(name: &str, value: bool) -> (Variable, Setting) {
        (Variable::Condition(name.to_owned()), Setting::Condition(value))
    }

    fn env(text: &str) -> (Variable, Setting) {
        let text = text.to_owned();
        (Variable::Parameter("Env".to_owned()), Setting::Text { text, source: Source::MappingKey })
    }

    fn scenario(decisions: &[(Variable, Setting)]) -> Scenario {
        let with = |scenario: Scenario, (variable, setting): &(Variable, Setting)| {
            scenario.with(variable.clone(), setting.clone())
        };
        decisions.iter().fold(Scenario::default(), with)
    }

    #[test]
    fn conditions_that_cannot_hold_together() {
        let template = crate::check::parse::parse_document(TEMPLATE).unwrap();
        let scope = Scope { template: Some(&template), region: None, is_serverless: false };
        for (decisions, expected) in [
            (vec![condition("Prod", true)], false),
            (vec![condition("Prod", true), env("dev")], true),
            (vec![condition("Prod", false), env("prod")], true),
            (vec![condition("Prod", true), env("prod")], false),
            (vec![condition("Prod", true), condition("NotProd", true)], true),
            (vec![condition("Prod", true), condition("Dev", true)], true),
            (vec![condition("Prod", true), condition("Dev", false)], false),
            (vec![condition("Both", true), env("dev")], true),
            (vec![condition("Either", false), env("prod")], true),
            (vec![condition("Always", false)], true),
            (vec![condition("Open", false), condition("Prod", true)], false),
            (vec![condition("Self", true), condition("Unknown", true)], false),
        ] {
            assert_eq!(scope.contradicts(&scenario(&decisions)), expected, "{decisions:?}");
        }
    }

    #[test]
    fn conditions_are_evaluated_as_far_as_they_are_known() {
        let template = crate::check::parse::parse_document(TEMPLATE).unwrap();
        let scope = |region| Scope { template: Some(&template), region, is_serverless: false };
        for (name, decisions, region, expected) in [
            ("Prod", vec![], None, None),
            ("Prod", vec![env("prod")], None, Some(true)),
            ("NotProd", vec![env("prod")], None, Some(false)),
            ("Both", vec![env("prod")], None, Some(false)),
            ("Either", vec![env("prod")], None, Some(true)),
            ("Always", vec![], None, Some(true)),
            ("Here", vec![], None, None),
            ("Here", vec![], Some("eu-west-1"), Some(false)),
            ("Self", vec![], None, None),
        ] {
            assert_eq!(scope(region).condition(name, &scenario(&decisions)), expected, "{name}");
        }
    }

    #[test]
    fn only_texts_of_a_parameter_are_values() {
        let template = crate::check::parse::parse_document(TEMPLATE).unwrap();
        let scope = Scope { template: Some(&template), region: None, is_serverless: false };
        let count = |name| scope.parameter_settings(name).len();
        assert_eq!(
            [count("Env"), count("Ids"), count("Key"), count("Token"), count("Other")],
            [2, 0, 0, 0, 0]
        );
        assert!(scope.is_no_echo("Token") && !scope.is_no_echo("Env"));
    }
}

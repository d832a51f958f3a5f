//! CloudFormation's intrinsic functions, as far as their value is known before deployment.
//!
//! Where a value depends on what a deployment decides, the resolver takes the decision from its scenario. Without one
//! the value is open, and the resolver notes the decision that it needs.

use std::cell::RefCell;

use connectors::region::is_region_name;

use super::function::{FOR_EACH, TRANSFORM, for_each, function, is_macro};
use super::open_text::{OPEN, PARTITION, REGION, is_open, partition_of};
use super::resolved::{Resolved, ResolvedObject, ResolvedValue};
use super::scenario::{Scenario, Setting, Source, Variable};
use super::scope::Scope;
use super::serverless::replace_variables;
use super::spanned_value::{Member, Span, SpannedValue, Value};

/// Evaluates the functions of a template in a scenario.
pub(super) struct Resolver<'a> {
    scope: Scope<'a>,
    scenario: &'a Scenario,
    needs: RefCell<Vec<Need>>,
}

/// A decision without which a value is open.
pub(super) struct Need {
    /// The decisions that led to the value.
    pub(super) used: Scenario,
    pub(super) variable: Variable,
    pub(super) settings: Vec<Setting>,
}

/// What surrounds a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings<'a> {
    /// The names that `Fn::ForEach` gives to the items of its collection.
    pub(super) loops: Vec<&'a str>,
    /// Whether a macro may change everything here.
    pub(super) is_macro: bool,
}

const CONNECTOR_ARN: &str = "ConnectorArn";

impl<'a> Resolver<'a> {
    pub(super) fn new(scope: Scope<'a>, scenario: &'a Scenario) -> Self {
        Self { scope, scenario, needs: RefCell::default() }
    }

    /// The decisions that values needed so far.
    pub(super) fn into_needs(self) -> Vec<Need> {
        self.needs.into_inner()
    }

    /// Evaluates a value. `used` are the decisions that led to it, to which those are added that it uses itself.
    pub(super) fn resolve(
        &self,
        value: &SpannedValue,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Resolved {
        if let Some((name, argument)) = function(value) {
            return self.call(name, argument, value.span, surroundings, used);
        }
        let resolved = match &value.value {
            Value::Null => ResolvedValue::Null,
            Value::Scalar(text) => match self.literal(text, surroundings) {
                text if text.chars().eq([OPEN]) => ResolvedValue::Open,
                text => ResolvedValue::Text(text),
            },
            Value::List(items) => ResolvedValue::List(
                items.iter().map(|item| self.resolve(item, surroundings, &mut used.clone())).collect(),
            ),
            Value::Object(members) => {
                let is_macro = surroundings.is_macro || members.iter().any(is_macro);
                let surroundings = Surroundings { is_macro, ..surroundings.clone() };
                let mut object = ResolvedObject { members: Vec::new(), is_open: is_macro };
                self.add_members(members, &surroundings, used, &mut object);
                ResolvedValue::Object(object)
            }
        };
        Resolved::new(resolved, value.span)
    }

    fn add_members(
        &self,
        members: &[Member],
        surroundings: &Surroundings<'_>,
        used: &Scenario,
        object: &mut ResolvedObject,
    ) {
        // What a connector's parameters mean depends on its ARN, and so on the decisions that led to that.
        let mut used = used.clone();
        if let Some(arn) = members.iter().find(|member| member.name == CONNECTOR_ARN) {
            self.resolve(&arn.value, surroundings, &mut used);
        }
        let used = &used;
        for member in members {
            if member.name == TRANSFORM {
                object.is_open = true;
            } else if member.name.starts_with(FOR_EACH) {
                object.is_open = true;
                if let Some((variable, body)) = for_each(member) {
                    let mut inner = surroundings.clone();
                    inner.loops.push(variable);
                    self.add_members(body.members(), &inner, used, object);
                }
            } else if is_open(&self.literal(&member.name, surroundings)) {
                object.is_open = true;
            } else {
                let value = self.resolve(&member.value, surroundings, &mut used.clone());
                if !value.is_absent() {
                    object.members.push((member.name.clone(), value));
                }
            }
        }
    }

    /// A text as it is written, in which variables of loops and of the Serverless Framework are open.
    fn literal(&self, text: &str, surroundings: &Surroundings<'_>) -> String {
        let mut text = if self.scope.is_serverless { replace_variables(text) } else { text.to_owned() };
        for variable in &surroundings.loops {
            for reference in [format!("${{{variable}}}"), format!("&{{{variable}}}")] {
                text = text.replace(&reference, &OPEN.to_string());
            }
        }
        text
    }

    fn call(
        &self,
        name: &str,
        argument: &SpannedValue,
        span: Span,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Resolved {
        let items = argument.items().unwrap_or_default();
        let resolved = match (name, items) {
            ("Ref", _) => argument.as_scalar().map(|name| self.reference(name, span, used)),
            ("Fn::If", [condition, then, otherwise]) => condition
                .as_scalar()
                .and_then(|condition| self.decide(condition, used))
                .map(|is_true| self.resolve(if is_true { then } else { otherwise }, surroundings, used)),
            ("Fn::Sub", [template, variables]) => template
                .as_scalar()
                .map(|text| self.substitute(text, Some(variables), span, surroundings, used)),
            ("Fn::Sub", []) => {
                argument.as_scalar().map(|text| self.substitute(text, None, span, surroundings, used))
            }
            ("Fn::Join", [separator, list]) => self.join(separator, list, span, surroundings, used),
            ("Fn::Split", [separator, text]) => self.split(separator, text, surroundings, used),
            ("Fn::Select", [index, list]) => self.select(index, list, surroundings, used),
            ("Fn::FindInMap", [map, top, second, rest @ ..]) => self
                .find_in_map([map, top, second], surroundings, used)
                .or_else(|| Some(self.resolve(rest.first()?.get("DefaultValue")?, surroundings, used))),
            _ => None,
        };
        resolved.unwrap_or_else(|| Resolved::open(span))
    }

    /// The value of a condition, if the scenario decides it.
    fn decide(&self, condition: &str, used: &mut Scenario) -> Option<bool> {
        let variable = Variable::Condition(condition.to_owned());
        if let Some(setting @ Setting::Condition(value)) = self.scenario.get(&variable) {
            used.insert(variable, setting.clone());
            return Some(*value);
        }
        if let Some(value) = self.scope.condition(condition, self.scenario) {
            // Which decisions it follows from is not known: all of them.
            used.extend(self.scenario);
            return Some(value);
        }
        self.need(used, variable, [true, false].map(Setting::Condition).to_vec());
        None
    }

    fn need(&self, used: &Scenario, variable: Variable, settings: Vec<Setting>) {
        if !settings.is_empty() {
            self.needs.borrow_mut().push(Need { used: used.clone(), variable, settings });
        }
    }

    fn reference(&self, name: &str, span: Span, used: &mut Scenario) -> Resolved {
        match name {
            "AWS::NoValue" => Resolved::new(ResolvedValue::Absent, span),
            "AWS::AccountId" => Resolved::text("123456789012", span),
            "AWS::Region" => Resolved::text(self.region(used).unwrap_or_else(|| REGION.to_string()), span),
            "AWS::Partition" => match self.region(used) {
                Some(region) => Resolved::text(partition_of(&region), span),
                None => Resolved::text(PARTITION.to_string(), span),
            },
            name => {
                let variable = Variable::Parameter(name.to_owned());
                if let Some((text, source)) = self.scenario.text(&variable) {
                    let resolved = Resolved::text(text, source.span().unwrap_or(span));
                    if let Some(setting) = self.scenario.get(&variable) {
                        used.insert(variable, setting.clone());
                    }
                    return resolved;
                }
                self.need(used, variable, self.scope.parameter_settings(name));
                Resolved::open(span)
            }
        }
    }

    fn region(&self, used: &mut Scenario) -> Option<String> {
        if let Some(region) = self.scope.region {
            return Some(region.to_owned());
        }
        let setting = self.scenario.get(&Variable::Region)?;
        used.insert(Variable::Region, setting.clone());
        self.scenario.text(&Variable::Region).map(|(region, _)| region.to_owned())
    }

    fn substitute(
        &self,
        template: &str,
        variables: Option<&SpannedValue>,
        span: Span,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Resolved {
        let template = self.literal(template, surroundings);
        let (mut text, mut rest) = (String::new(), template.as_str());
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { return Resolved::open(span) };
            text.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                text.extend(["${", literal, "}"]);
            } else {
                let value = match variables.and_then(|variables| variables.get(name)) {
                    Some(variable) => self.resolve(variable, surroundings, used),
                    None => self.reference(name, span, used),
                };
                text.push_str(value.as_text_part());
            }
            rest = after;
        }
        Resolved::text(text + rest, span)
    }

    fn join(
        &self,
        separator: &SpannedValue,
        list: &SpannedValue,
        span: Span,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Option<Resolved> {
        let separator = separator.as_scalar()?;
        // The items of one text share their decisions.
        let items: Vec<Resolved> = match list.items() {
            Some(items) => items.iter().map(|item| self.resolve(item, surroundings, used)).collect(),
            None => match self.resolve(list, surroundings, used).value {
                ResolvedValue::List(items) => items,
                _ => return None,
            },
        };
        let parts: Vec<&str> =
            items.iter().filter(|item| !item.is_absent()).map(Resolved::as_text_part).collect();
        Some(Resolved::text(parts.join(separator), span))
    }

    fn split(
        &self,
        separator: &SpannedValue,
        text: &SpannedValue,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Option<Resolved> {
        let separator = separator.as_scalar().filter(|separator| !separator.is_empty())?;
        let Resolved { value: ResolvedValue::Text(text), span } = self.resolve(text, surroundings, used)
        else {
            return None;
        };
        // An open part may have separators of its own.
        if text.contains(OPEN) {
            return None;
        }
        let items = text.split(separator).map(|item| Resolved::text(item, span)).collect();
        Some(Resolved::new(ResolvedValue::List(items), span))
    }

    fn select(
        &self,
        index: &SpannedValue,
        list: &SpannedValue,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Option<Resolved> {
        let ResolvedValue::Text(index) = self.resolve(index, surroundings, used).value else { return None };
        let index: usize = index.parse().ok()?;
        if let Some(items) = list.items() {
            return Some(self.resolve(items.get(index)?, surroundings, used));
        }
        match self.resolve(list, surroundings, used).value {
            ResolvedValue::List(items) => items.into_iter().nth(index),
            _ => None,
        }
    }

    fn find_in_map(
        &self,
        [map, top, second]: [&SpannedValue; 3],
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Option<Resolved> {
        let ResolvedValue::Text(map) = self.resolve(map, surroundings, used).value else { return None };
        let map = self.scope.mapping(&map)?;
        let top = self.key(top, map, surroundings, used)?;
        let second = self.key(second, map.get(&top)?, surroundings, used)?;
        Some(self.resolve(map.get(&top)?.get(&second)?, surroundings, used))
    }

    /// A key of a mapping. If it is open and the template gives no values for it, the mapping's own keys are its values.
    fn key(
        &self,
        key: &SpannedValue,
        map: &SpannedValue,
        surroundings: &Surroundings<'_>,
        used: &mut Scenario,
    ) -> Option<String> {
        let resolved = self.resolve(key, surroundings, used);
        let text = resolved.as_text_part();
        if !is_open(text) {
            return Some(text.to_owned());
        }
        let ("Ref", name) = function(key)? else { return None };
        let name = name.as_scalar()?;
        let is_parameter = self.scope.is_parameter(name);
        let (variable, is_value): (_, fn(&str) -> bool) = match name {
            "AWS::Region" => (Variable::Region, is_region_name),
            name if is_parameter && self.scope.parameter_settings(name).is_empty() => {
                (Variable::Parameter(name.to_owned()), |_| true)
            }
            _ => return None,
        };
        let keys = map.members().iter().map(|member| member.name.clone()).filter(|key| is_value(key));
        let settings = keys.map(|text| Setting::Text { text, source: Source::MappingKey }).collect();
        self.need(used, variable, settings);
        None
    }
}

#[cfg(test)]
mod tests;

//! CloudFormation's intrinsic functions and dynamic references, as far as their value is known before deployment.

use super::spanned_value::{SpannedValue, Value};

/// What is known of a deployment: the values that CloudFormation inserts.
pub(super) struct DeployContext {
    pub(super) region: String,
    pub(super) references: DynamicReferences,
}

/// The dynamic references that CloudFormation resolves (its guide, "Get values stored in other services using dynamic
/// references"). It resolves `ssm-secure` in few properties of other types only, and in custom resources nothing that
/// is secret.
#[derive(Clone, Copy)]
pub(super) enum DynamicReferences {
    InNativeResource,
    InCustomResource,
}

impl DynamicReferences {
    fn resolves(self, kind: &str) -> bool {
        kind == "ssm" || (kind == "secretsmanager" && matches!(self, Self::InNativeResource))
    }
}

impl DeployContext {
    /// The text that a resource receives; `None` if CloudFormation resolves every reference in it, so that the text is
    /// known only at deployment. A resource receives an unresolved reference as it is written.
    pub(super) fn resolve_dynamic_references(&self, text: String) -> Option<String> {
        let mut kinds =
            text.split("{{resolve:").skip(1).map(|from| from.split(':').next().unwrap_or_default());
        let is_deferred = text.contains("{{resolve:") && kinds.all(|kind| self.references.resolves(kind));
        (!is_deferred).then_some(text)
    }

    fn pseudo_parameter(&self, name: &str) -> Option<&str> {
        match name {
            "AWS::Region" => Some(&self.region),
            "AWS::AccountId" => Some("123456789012"),
            "AWS::Partition" if self.region.starts_with("cn-") => Some("aws-cn"),
            "AWS::Partition" if self.region.starts_with("us-gov-") => Some("aws-us-gov"),
            "AWS::Partition" => Some("aws"),
            _ => None,
        }
    }

    /// The text of a value; `None` if it is known only at deployment.
    pub(super) fn resolve(&self, value: &SpannedValue) -> Option<String> {
        self.resolve_dynamic_references(self.literal(value)?)
    }

    fn literal(&self, value: &SpannedValue) -> Option<String> {
        match (&value.value, function(value)) {
            (Value::Scalar(text), _) => Some(text.clone()),
            (_, Some(("Ref", name))) => self.pseudo_parameter(name.as_scalar()?).map(str::to_owned),
            (_, Some(("Fn::Sub", argument))) => self.substitute(argument),
            (_, Some(("Fn::Join", argument))) => self.join(argument),
            _ => None,
        }
    }

    fn substitute(&self, argument: &SpannedValue) -> Option<String> {
        let (template, variables) = match argument.items() {
            Some([template, variables]) => (template.as_scalar()?, Some(variables)),
            Some(_) => return None,
            None => (argument.as_scalar()?, None),
        };
        let (mut resolved, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            resolved.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                resolved.extend(["${", literal, "}"]);
            } else {
                let variable = variables.and_then(|variables| variables.get(name));
                let value = match variable {
                    Some(variable) => self.resolve(variable)?,
                    None => self.pseudo_parameter(name)?.to_owned(),
                };
                resolved.push_str(&value);
            }
            rest = after;
        }
        Some(resolved + rest)
    }

    fn join(&self, argument: &SpannedValue) -> Option<String> {
        let [separator, items] = argument.items()? else { return None };
        let items: Vec<String> =
            items.items()?.iter().map(|item| self.resolve(item)).collect::<Option<_>>()?;
        Some(items.join(separator.as_scalar()?))
    }
}

/// Name and argument of an intrinsic function.
pub(super) fn function(value: &SpannedValue) -> Option<(&str, &SpannedValue)> {
    match value.members() {
        [(name, argument)] if name == "Ref" || name == "Condition" || name.starts_with("Fn::") => {
            Some((name, argument))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_values_are_resolved() {
        let references = DynamicReferences::InCustomResource;
        let context = DeployContext { region: "eu-west-1".to_owned(), references };
        for (yaml, expected) in [
            ("plain", Some("plain")),
            ("!Ref AWS::Region", Some("eu-west-1")),
            ("!Ref Topic", None),
            ("!Sub arn:${AWS::Partition}:sns:${AWS::Region}::x", Some("arn:aws:sns:eu-west-1::x")),
            ("!Sub ${Topic}-x", None),
            ("!Sub ['${a}-${!b}', {a: !Ref AWS::AccountId}]", Some("123456789012-${b}")),
            ("!Sub ['${a}', {a: !Ref Topic}]", None),
            ("!Sub ${open", None),
            ("!Join ['-', [a, !Ref AWS::Region]]", Some("a-eu-west-1")),
            ("!Join ['-', !Ref List]", None),
            ("!GetAtt a.b", None),
            ("!If [c, a, b]", None),
            (r#"{"Fn::Sub": "x"}"#, Some("x")),
            ("- a", None),
        ] {
            let value = SpannedValue::parse(yaml).unwrap();
            assert_eq!(context.resolve(&value).as_deref(), expected, "{yaml}");
        }
    }

    #[test]
    fn references_that_cloudformation_resolves_are_deferred() {
        use DynamicReferences::{InCustomResource, InNativeResource};

        let is_deferred = |references, text: &str| {
            let context = DeployContext { region: "eu-west-1".to_owned(), references };
            context.resolve_dynamic_references(text.to_owned()).is_none()
        };
        for (text, custom, native) in [
            ("plain {{resolve", false, false),
            ("{{resolve:ssm:topic}}", true, true),
            ("a-{{resolve:ssm:topic:3}}-b", true, true),
            ("{{resolve:ssm-secure:topic:3}}", false, false),
            ("{{resolve:secretsmanager:s:SecretString}}", false, true),
            ("{{resolve:ssm:a}}{{resolve:secretsmanager:s}}", false, true),
            ("{{resolve:other:x}}", false, false),
        ] {
            let deferred = (is_deferred(InCustomResource, text), is_deferred(InNativeResource, text));
            assert_eq!(deferred, (custom, native), "{text}");
        }
    }
}

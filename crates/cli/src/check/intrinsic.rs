//! CloudFormation's intrinsic functions and dynamic references, as far as their value is known before a deployment.

use super::spanned_value::{Kind, Node};

/// What CloudFormation puts in.
pub(super) struct Deployment {
    pub(super) region: String,
    pub(super) references: References,
}

/// The dynamic references that CloudFormation resolves (its guide, "Get values stored in other services using dynamic
/// references"): all but `ssm-secure`, which few properties of few types may have, and in custom resources nothing that
/// is secret.
#[derive(Clone, Copy)]
pub(super) enum References {
    OfNativeResources,
    OfCustomResources,
}

impl References {
    fn are_resolved(self, kind: &str) -> bool {
        kind == "ssm" || (kind == "secretsmanager" && matches!(self, Self::OfNativeResources))
    }
}

impl Deployment {
    /// The text that a resource gets; `None` where only a deployment will know what is put in. A reference that is not
    /// resolved is what the resource gets.
    pub(super) fn dereference(&self, text: String) -> Option<String> {
        let mut kinds =
            text.split("{{resolve:").skip(1).map(|from| from.split(':').next().unwrap_or_default());
        let is_open = text.contains("{{resolve:") && kinds.all(|kind| self.references.are_resolved(kind));
        (!is_open).then_some(text)
    }

    fn value(&self, name: &str) -> Option<&str> {
        match name {
            "AWS::Region" => Some(&self.region),
            "AWS::AccountId" => Some("123456789012"),
            "AWS::Partition" if self.region.starts_with("cn-") => Some("aws-cn"),
            "AWS::Partition" if self.region.starts_with("us-gov-") => Some("aws-us-gov"),
            "AWS::Partition" => Some("aws"),
            _ => None,
        }
    }

    /// The text of a value; `None` where only a deployment will know it.
    pub(super) fn resolve(&self, node: &Node) -> Option<String> {
        self.dereference(self.written(node)?)
    }

    fn written(&self, node: &Node) -> Option<String> {
        match (&node.kind, function(node)) {
            (Kind::Text(text), _) => Some(text.clone()),
            (_, Some(("Ref", name))) => self.value(name.text()?).map(str::to_owned),
            (_, Some(("Fn::Sub", argument))) => self.substitute(argument),
            (_, Some(("Fn::Join", argument))) => self.join(argument),
            _ => None,
        }
    }

    fn substitute(&self, argument: &Node) -> Option<String> {
        let (template, variables) = match argument.items() {
            Some([template, variables]) => (template.text()?, Some(variables)),
            Some(_) => return None,
            None => (argument.text()?, None),
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
                    None => self.value(name)?.to_owned(),
                };
                resolved.push_str(&value);
            }
            rest = after;
        }
        Some(resolved + rest)
    }

    fn join(&self, argument: &Node) -> Option<String> {
        let [separator, items] = argument.items()? else { return None };
        let items: Vec<String> =
            items.items()?.iter().map(|item| self.resolve(item)).collect::<Option<_>>()?;
        Some(items.join(separator.text()?))
    }
}

/// The name and the argument of an intrinsic function.
pub(super) fn function(node: &Node) -> Option<(&str, &Node)> {
    match node.members() {
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
    fn what_is_known_is_resolved_and_nothing_else() {
        let references = References::OfCustomResources;
        let deployment = Deployment { region: "eu-west-1".to_owned(), references };
        for (yaml, value) in [
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
            let node = Node::read(yaml).unwrap();
            assert_eq!(deployment.resolve(&node).as_deref(), value, "{yaml}");
        }
    }

    #[test]
    fn a_reference_that_cloudformation_resolves_is_known_at_deployment() {
        use References::{OfCustomResources, OfNativeResources};

        let is_open = |references, text: &str| {
            let deployment = Deployment { region: "eu-west-1".to_owned(), references };
            deployment.dereference(text.to_owned()).is_none()
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
            let open = (is_open(OfCustomResources, text), is_open(OfNativeResources, text));
            assert_eq!(open, (custom, native), "{text}");
        }
    }
}

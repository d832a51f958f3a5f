//! CloudFormation's intrinsic functions, as far as their value is known before a deployment.

use super::node::{Kind, Node};

/// What the pseudo parameters stand for.
pub(super) struct Pseudo {
    pub(super) region: String,
}

impl Pseudo {
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
        let pseudo = Pseudo { region: "eu-west-1".to_owned() };
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
            assert_eq!(pseudo.resolve(&node).as_deref(), value, "{yaml}");
        }
    }
}

use super::*;
use crate::check::open_text::complete;

fn resolve(yaml: &str, scope: Scope<'_>, scenario: &Scenario) -> (Resolved, Vec<Need>) {
    let document = crate::check::parse::parse_document(&format!("value: {yaml}")).unwrap();
    let value = document.get("value").unwrap();
    let resolver = Resolver::new(scope, scenario);
    let surroundings = Surroundings { loops: vec!["Line"], is_macro: false };
    let resolved = resolver.resolve(value, &surroundings, &mut Scenario::default());
    (resolved, resolver.into_needs())
}

#[test]
fn only_known_values_are_resolved() {
    let scope = Scope { template: None, region: Some("eu-west-1"), is_serverless: false };
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
        ("!Join ['-', [a, !Ref AWS::NoValue, b]]", Some("a-b")),
        ("!Join ['-', !Split ['/', a/b]]", Some("a-b")),
        ("!Join ['-', !Ref List]", None),
        ("!Select [1, !Split ['/', 'a/b']]", Some("b")),
        ("!Select [1, !Split ['/', !Ref Path]]", None),
        ("!Select [1, [a]]", None),
        ("!GetAtt a.b", None),
        ("!If [c, a, b]", None),
        ("a-${Line}", None),
        ("a-&{Line}", None),
        ("a-${Other}", Some("a-${Other}")),
        (r#"{"Fn::Sub": "x"}"#, Some("x")),
        ("[a]", None),
    ] {
        let (resolved, _) = resolve(yaml, scope, &Scenario::default());
        let text = match resolved.value {
            ResolvedValue::Text(text) => complete(&text, scope.region),
            _ => None,
        };
        assert_eq!(text.as_deref(), expected, "{yaml}");
    }
}

#[test]
fn an_object_with_a_transform_or_a_loop_is_open() {
    let scope = Scope { template: None, region: None, is_serverless: false };
    for (yaml, names, is_open) in [
        ("{a: 1, b: !Ref AWS::NoValue}", vec!["a"], false),
        ("{a: 1, Fn::Transform: {Name: AWS::Include}}", vec!["a"], true),
        ("{Fn::ForEach::X: [V, [1, 2], {'a${V}': 1, b: 2}]}", vec!["b"], true),
        ("{a: 1, 'b${Line}': 2}", vec!["a"], true),
    ] {
        let (resolved, _) = resolve(yaml, scope, &Scenario::default());
        let object = resolved.as_object().unwrap();
        let found: Vec<&str> = object.members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((found, object.is_open), (names, is_open), "{yaml}");
    }
    // A macro may change what is inside the objects next to it, too.
    for (name, is_open) in [("Mine", true), ("AWS::Include", false)] {
        let yaml = format!("{{a: {{b: 1}}, Fn::Transform: {{Name: {name}}}}}");
        let (resolved, _) = resolve(&yaml, scope, &Scenario::default());
        let inner = resolved.as_object().unwrap().get("a").unwrap();
        assert_eq!(inner.as_object().unwrap().is_open, is_open, "{name}");
    }
}

#[test]
fn an_open_value_needs_the_first_decision_on_its_way() {
    let template = "Parameters: {P: {Type: String, Default: x}, Q: {Type: String}}\nMappings: {M: {a: {k: 1}, b: {k: 2}}}";
    let template = crate::check::parse::parse_document(template).unwrap();
    let scope = Scope { template: Some(&template), region: None, is_serverless: false };
    let condition = |name: &str| Variable::Condition(name.to_owned());
    let decided = Scenario::default().with(condition("A"), Setting::Condition(true));
    for (yaml, scenario, expected) in [
        ("!If [A, !If [B, 1, 2], 3]", &Scenario::default(), vec![(0, condition("A"), 2)]),
        ("!If [A, !If [B, 1, 2], 3]", &decided, vec![(1, condition("B"), 2)]),
        ("[!If [A, 1, 2], !If [B, 1, 2]]", &decided, vec![(0, condition("B"), 2)]),
        ("!Ref P", &decided, vec![(0, Variable::Parameter("P".to_owned()), 1)]),
        ("!Ref Q", &decided, vec![]),
        ("!FindInMap [M, !Ref Q, k]", &decided, vec![(0, Variable::Parameter("Q".to_owned()), 2)]),
        // The parameters of a connector are seen with its ARN.
        (
            "{ConnectorArn: !If [A, x, y], Parameters: {p: !If [B, 1, 2]}}",
            &decided,
            vec![(1, condition("B"), 2)],
        ),
    ] {
        let (_, needs) = resolve(yaml, scope, scenario);
        let needs: Vec<_> = needs
            .into_iter()
            .map(|need| (need.used.conditions().count(), need.variable, need.settings.len()))
            .collect();
        assert_eq!(needs, expected, "{yaml}");
    }
}

//! `connector-versions check` on random templates that are right, or wrong in one place, by construction.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use support::check::Files;

const TEMPLATES: usize = 100;
/// `CHECK_SEED` sets another one.
const SEED: u8 = 17;

/// YAML.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    /// A scalar without quotes.
    Plain(&'static str),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// An intrinsic function: `Sub`, with the long form or the short one.
    Call {
        name: &'static str,
        argument: Box<Node>,
        is_short: bool,
    },
    Anchor(String, Box<Node>),
    Alias(String),
}

fn text(text: impl Into<String>) -> Node {
    Node::Text(text.into())
}

fn map(members: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    Node::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn call(name: &'static str, argument: Node, is_short: bool) -> Node {
    // A short form cannot stand directly before another one.
    let is_short = is_short && !matches!(&argument, Node::Call { .. });
    Node::Call { name, argument: Box::new(argument), is_short }
}

impl Node {
    /// As a flow value, which is valid in a block too.
    fn yaml(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Plain(text) => (*text).to_owned(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::yaml).collect::<Vec<_>>().join(", ")),
            Self::Map(members) => {
                let members = members.iter().map(|(name, value)| match name.as_str() {
                    "<<" => format!("<<: {}", value.yaml()),
                    name => format!("'{name}': {}", value.yaml()),
                });
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
            Self::Call { name, argument, is_short: true } => format!("!{name} {}", argument.yaml()),
            Self::Call { name, argument, is_short: false } => {
                let prefix = if *name == "Ref" { "" } else { "Fn::" };
                format!("{{'{prefix}{name}': {}}}", argument.yaml())
            }
            Self::Anchor(name, value) => format!("&{name} {}", value.yaml()),
            Self::Alias(name) => format!("*{name} "),
        }
    }

    /// In block style down to this depth.
    fn block(&self, indentation: usize, depth: usize) -> String {
        let spaces = " ".repeat(indentation);
        match self {
            Self::Map(members) if depth > 0 && !members.is_empty() => members
                .iter()
                .map(|(name, value)| {
                    let value = value.block(indentation + 2, depth - 1);
                    let name = if name == "<<" { name.clone() } else { format!("'{name}'") };
                    format!("\n{spaces}{name}: {value}")
                })
                .collect(),
            Self::List(items) if depth > 0 && !items.is_empty() => {
                items.iter().map(|item| format!("\n{spaces}- {}", item.block(indentation + 2, 0))).collect()
            }
            _ => self.yaml(),
        }
    }
}

/// An expression whose value is right whatever a deployment decides. `key` is the parameter's name in lower case, under
/// which the template's sections have right values.
fn right_value(key: &'static str, right: &'static str) -> BoxedStrategy<Node> {
    let of_map = move |top: &'static str, is_short| {
        call("FindInMap", Node::List(vec![text("Values"), text(top), text(key)]), is_short)
    };
    let leaf = prop_oneof![
        3 => Just(text(right)),
        1 => any::<bool>().prop_map(move |is_short| call("Ref", text(format!("P{key}")), is_short)),
        1 => any::<bool>().prop_map(move |is_short| of_map("one", is_short)),
        1 => any::<bool>().prop_map(|is_short| call("ImportValue", text("elsewhere"), is_short)),
        1 => any::<bool>().prop_map(move |is_short| call("Sub", text(right), is_short)),
        1 => any::<bool>().prop_map(move |is_short| call("Sub", text(format!("${{P{key}}}")), is_short)),
        1 => any::<bool>().prop_map(move |is_short| {
            let key = text(key);
            call("FindInMap", Node::List(vec![text("Values"), call("Ref", text("Stage"), false), key]), is_short)
        }),
        1 => (1..right.len()).prop_map(move |at| {
            let parts = Node::List(vec![text(&right[..at]), text(&right[at..])]);
            call("Join", Node::List(vec![text(""), parts]), false)
        }),
        1 => any::<bool>().prop_map(move |is_short| {
            let parts = call("Split", Node::List(vec![text("|"), text(format!("x|{right}"))]), false);
            call("Select", Node::List(vec![text("1"), parts]), is_short)
        }),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (condition_name(), inner.clone(), inner.clone(), any::<bool>()).prop_map(
                |(condition, then, otherwise, is_short)| {
                    call("If", Node::List(vec![text(condition), then, otherwise]), is_short)
                }
            ),
            (inner, any::<bool>()).prop_map(|(value, is_short)| {
                call("Select", Node::List(vec![text("0"), Node::List(vec![value, text("wrong")])]), is_short)
            }),
        ]
    })
    .boxed()
}

fn condition_name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("A"), Just("B"), Just("C"), Just("Undefined")]
}

fn condition() -> BoxedStrategy<Node> {
    let equals = prop_oneof![Just("one"), Just("two"), Just("three")].prop_map(|stage| {
        call("Equals", Node::List(vec![call("Ref", text("Stage"), true), text(stage)]), false)
    });
    equals
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|operand| call("Not", Node::List(vec![operand]), true)),
                vec(inner.clone(), 2..4).prop_map(|operands| call("And", Node::List(operands), false)),
                vec(inner, 2..4).prop_map(|operands| call("Or", Node::List(operands), true)),
            ]
        })
        .boxed()
}

fn arn(name: &'static str, version: &'static str) -> impl Strategy<Value = Node> {
    let resource = format!("/connectors/{name}/versions/{version}");
    let written = ["aws", "aws-cn", "aws-us-gov", "${AWS::Partition}"];
    let literal = format!("arn:aws:greengrass:eu-west-1::{resource}");
    let versioned =
        format!("arn:aws:greengrass:${{AWS::Region}}::/connectors/{name}/versions/${{V{version}}}");
    prop_oneof![
        Just(text(literal)),
        Just(call("Sub", text(versioned), true)),
        (0..written.len()).prop_map(move |index| {
            call("Sub", text(format!("arn:{}:greengrass:${{AWS::Region}}::{resource}", written[index])), true)
        }),
    ]
}

const INCLUDE: [(&str, &str); 2] = [("Name", "AWS::Include"), ("Location", "s3://bucket/key")];

/// Parameters, with or without a transform or a merged anchor in place of some of them.
fn parameters(values: Vec<(&'static str, Node)>, source: u8) -> Node {
    let mut members: Vec<(String, Node)> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    match source {
        0 => {
            members.pop();
            let include = map(INCLUDE.map(|(name, value)| (name, text(value))));
            members.push(("Fn::Transform".to_owned(), include));
        }
        1 => {
            let (name, value) = members.remove(0);
            members.push(("<<".to_owned(), Node::Map(vec![(name, value)])));
        }
        2 => members.insert(0, ("<<".to_owned(), Node::List(vec![Node::Alias("defaults".to_owned())]))),
        _ => {}
    }
    Node::Map(members)
}

fn connector() -> BoxedStrategy<Node> {
    let metrics = (
        arn("CloudWatchMetrics", "5"),
        right_value("interval", "900"),
        right_value("memory", "4000"),
        right_value("retain", "2500"),
        prop_oneof![Just(Node::Plain("0x384")), Just(Node::Plain("9_00")), Just(text("60"))],
        any::<(bool, u8)>(),
    )
        .prop_map(|(arn, interval, memory, retain, plain, (is_plain, source))| {
            let values = vec![
                ("PublishInterval", if is_plain { plain } else { interval }),
                ("MemorySize", memory),
                ("MaxMetricsToRetain", retain),
            ];
            let source = if source % 5 == 2 { 9 } else { source % 5 };
            map([("ConnectorArn", arn), ("Parameters", parameters(values, source))])
        });
    let alerts = (arn("SNS", "4"), right_value("topic", "arn:aws:sns:eu-west-1:123456789012:line"), 0..4_u8)
        .prop_map(|(arn, topic, source)| {
            let source = if source == 1 { 9 } else { source };
            map([("ConnectorArn", arn), ("Parameters", parameters(vec![("DefaultSNSArn", topic)], source))])
        });
    prop_oneof![metrics, alerts].boxed()
}

/// Connectors of which each is in the list once, so that none is repeated.
fn connectors() -> BoxedStrategy<Node> {
    (connector(), any::<u8>(), condition_name(), any::<bool>())
        .prop_map(|(mut connector, wrapping, condition, is_first)| {
            if let Node::Map(members) = &mut connector {
                members.insert(0, ("Id".to_owned(), text("a")));
            }
            let no_value = call("Ref", text("AWS::NoValue"), true);
            let item = match wrapping % 4 {
                0 if is_first => call("If", Node::List(vec![text(condition), connector, no_value]), true),
                0 => call("If", Node::List(vec![text(condition), no_value, connector]), false),
                1 => {
                    let either =
                        vec![text(condition), Node::List(vec![connector]), call("Ref", text("List"), false)];
                    return call("If", Node::List(either), true);
                }
                _ => connector,
            };
            Node::List(vec![item])
        })
        .boxed()
}

fn resource() -> BoxedStrategy<(String, Node)> {
    ("[A-Z][a-z]{1,8}", connectors(), any::<(u8, bool)>(), condition_name())
        .prop_map(|(name, connectors, (kind, has_condition), condition)| {
            let definition = ("ConnectorDefinitionId", call("Ref", text("Definition"), true));
            let custom =
                [("ServiceToken", text("token")), definition.clone(), ("Connectors", connectors.clone())];
            let (kind_name, properties) = match kind % 3 {
                0 => ("Custom::GreengrassConnectorVersion", map(custom)),
                1 => (
                    "AWS::Greengrass::ConnectorDefinitionVersion",
                    map([definition, ("Connectors", connectors)]),
                ),
                _ => {
                    let version = map([("Connectors", connectors)]);
                    (
                        "AWS::Greengrass::ConnectorDefinition",
                        map([("Name", text("n")), ("InitialVersion", version)]),
                    )
                }
            };
            let mut members = vec![("Type", text(kind_name)), ("Properties", properties)];
            if has_condition && condition != "Undefined" {
                members.push(("Condition", text(condition)));
            }
            if kind >= 200 {
                let body = Node::Map(vec![(format!("{name}${{Item}}"), map(members))]);
                let items = Node::List(vec![text("x"), text("y")]);
                return (format!("Fn::ForEach::{name}"), Node::List(vec![text("Item"), items, body]));
            }
            (name, map(members))
        })
        .boxed()
}

const WRONG: &str = "
  Wrong:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Properties:
      ConnectorDefinitionId: d
      Connectors: [{Id: a, ConnectorArn: !Sub 'arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4',
        Parameters: {DefaultSNSArn: !If [Undefined, topic, !Ref Definition]}}]";

/// The text of a template, and whether it is right.
fn template() -> impl Strategy<Value = (String, bool)> {
    let resources = vec(resource(), 1..5);
    (resources, condition(), condition(), condition(), any::<(u8, u8, bool)>()).prop_map(
        |(resources, a, b, c, (depth, form, is_right))| {
            let entries = [
                ("interval", "900"),
                ("memory", "4000"),
                ("retain", "2500"),
                ("topic", "arn:aws:sns:eu-west-1:123456789012:line"),
            ];
            let mut parameters = vec![
                (
                    "Stage".to_owned(),
                    map([
                        ("Type", text("String")),
                        ("AllowedValues", Node::List(vec![text("one"), text("two")])),
                    ]),
                ),
                ("List".to_owned(), map([("Type", text("CommaDelimitedList")), ("Default", text("x"))])),
            ];
            for (key, value) in entries
                .map(|(key, value)| (format!("P{key}"), value))
                .into_iter()
                .chain([("V5".to_owned(), "5"), ("V4".to_owned(), "4")])
            {
                parameters.push((key, map([("Type", text("String")), ("Default", text(value))])));
            }
            let values = map(entries.map(|(key, value)| (key, text(value))));
            let values = map([
                ("one", Node::Anchor("values".to_owned(), Box::new(values))),
                ("two", Node::Alias("values".to_owned())),
            ]);
            let topic = map([("DefaultSNSArn", text("arn:aws:sns:eu-west-1:123456789012:merged"))]);
            let template = map([
                ("Transform", text("AWS::LanguageExtensions")),
                ("Metadata", map([("Defaults", Node::Anchor("defaults".to_owned(), Box::new(topic)))])),
                ("Parameters", Node::Map(parameters)),
                ("Mappings", map([("Values", values)])),
                ("Conditions", map([("A", a), ("B", b), ("C", c)])),
                ("Resources", Node::Map(resources)),
            ]);
            // `Resources` is last and in block style, so that another one can follow.
            let mut text = template.block(0, 2 + usize::from(depth) % 5).trim_start().to_owned();
            if !is_right {
                text.push_str(WRONG);
            }
            match form % 4 {
                0 => text = format!("---\nDescription: first\n---\n{text}\n---\n# empty\n"),
                1 => text = format!("\u{feff}{text}\n"),
                _ => {}
            }
            (text, is_right)
        },
    )
}

#[test]
fn random_templates_that_are_right_have_no_errors() {
    let seed = std::env::var("CHECK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = template();
    let templates: Vec<(String, bool)> =
        (0..TEMPLATES).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let names: Vec<String> = (0..TEMPLATES).map(|index| format!("{index:03}.yaml")).collect();
    let files: Vec<(&str, &str)> =
        names.iter().zip(&templates).map(|(name, (text, _))| (name.as_str(), text.as_str())).collect();
    let directory = Files::new("generated", &files);
    let (report, status) = directory.report(&["."]);
    assert_eq!(status, 1, "seed {seed}: the wrong templates have errors, and every template can be read");
    let mut connectors = 0;
    for (file, (text, is_right)) in report["Files"].as_array().unwrap().iter().zip(&templates) {
        let diagnostics = file["Diagnostics"].as_array().unwrap();
        let errors: Vec<&Value> = diagnostics.iter().filter(|it| it["Severity"] == "Error").collect();
        connectors += file["Connectors"].as_u64().unwrap();
        if *is_right {
            assert!(errors.is_empty(), "seed {seed}, {}: {errors:#?}\n{text}", file["File"]);
        } else {
            let [error] = &errors[..] else { panic!("seed {seed}, {}: {errors:#?}\n{text}", file["File"]) };
            assert!(
                error["Path"].as_str().unwrap().contains("Resources.Wrong."),
                "seed {seed}: {error}\n{text}"
            );
        }
    }
    assert!(connectors > 100, "seed {seed}: {connectors} connectors");
}

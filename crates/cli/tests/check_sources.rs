//! `connector-versions check`: where requests are found, and which files are read.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use serde_json::{Value, json};
use support::check::{Files, diagnostics, expected, findings, report_on, stdout};

/// A connector with three findings.
const CONNECTOR: &str = r#"{"Id": "a", "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/9",
    "Parameters": {"DefaultSNSArn": 1}}"#;

#[test]
fn json_of_the_greengrass_api_in_every_form() {
    let list = format!("[{CONNECTOR}]");
    for (text, path) in [
        (list.clone(), ""),
        (format!(r#"{{"Connectors": {list}}}"#), "Connectors"),
        (
            format!(r#"{{"Name": "line-7", "InitialVersion": {{"Connectors": {list}}}}}"#),
            "InitialVersion.Connectors",
        ),
        (
            format!(r#"{{"Id": "d", "Version": "v", "Definition": {{"Connectors": {list}}}}}"#),
            "Definition.Connectors",
        ),
        (
            format!(r#"{{"ConnectorDefinitionVersion": {{"Connectors": {list}}}}}"#),
            "ConnectorDefinitionVersion.Connectors",
        ),
        (format!(r#"{{"Definition": {list}}}"#), "Definition"),
        (
            format!(r#"{{"lines": {{"line-7": {{"InitialVersion": {{"Connectors": {list}}}}}}}}}"#),
            "lines.line-7.InitialVersion.Connectors",
        ),
        (
            format!(r#"[{{"Arn": "arn", "Definition": {{"Connectors": {list}}}}}]"#),
            "[0].Definition.Connectors",
        ),
        (format!("- {}", CONNECTOR.replace("1}}", "'x'}}")), ""),
    ] {
        let (report, status) = report_on(&text, &[]);
        let mut found = diagnostics(&report);
        found.retain(|(code, ..)| code != "ParameterConverted");
        let (arn, parameter) =
            (format!("{path}[0].ConnectorArn"), format!("{path}[0].Parameters.DefaultSNSArn"));
        let expected = expected(&[("UnknownVersion", &arn, 1), ("ParameterPattern", &parameter, 2)]);
        assert_eq!((found, status), (expected, 1), "{text}");
    }
    // A number is not yet a string in JSON.
    assert_eq!(diagnostics(&report_on(&list, &[]).0).len(), 3);
    // What stands in the place of connectors is meant to be that.
    assert_eq!(findings(&report_on(r#"{"InitialVersion": {"Connectors": 7}}"#, &[]).0), ["InvalidRequest 1"]);
    // Connectors of something else.
    let (report, status) = report_on(r#"{"kafka": {"Connectors": [{"Name": "sink"}]}}"#, &[]);
    assert_eq!((status, &report["Files"][0]["Notes"]), (0, &json!(["no connectors found"])));
}

const RESOURCE: &str = "Type: AWS::Greengrass::ConnectorDefinitionVersion
Properties:
  ConnectorDefinitionId: !Ref Definition
  Connectors:
    - Id: alerts
      ConnectorArn: !Sub arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4
      Parameters:
        DefaultSnsArn: !Ref Topic
";

fn indented(text: &str, spaces: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(spaces))).collect()
}

#[test]
fn resources_are_found_wherever_they_are() {
    let connectors = RESOURCE.split_once("Connectors:\n").unwrap().1;
    let body = format!("Resources:\n  V:\n{}", indented(RESOURCE, 4));
    let json_body = json!({ "Resources": { "V": { "Type": "AWS::Greengrass::ConnectorDefinitionVersion",
        "Properties": { "Connectors": [{ "Id": "a", "ConnectorArn": { "Fn::Sub": "arn:${AWS::Partition}:greengrass:${AWS::Region}::/connectors/SNS/versions/4" },
            "Parameters": { "DefaultSnsArn": "arn:aws:sns:us-east-1:123456789012:line" } }] } } } });
    let connectors_path = "Properties.Connectors[0].Parameters.DefaultSnsArn";
    for (text, path, line) in [
        // A resource, a map of resources, a list of connectors, the properties.
        (RESOURCE.to_owned(), connectors_path.to_owned(), 8),
        (format!("V:\n{}", indented(RESOURCE, 2)), format!("V.{connectors_path}"), 9),
        (connectors.to_owned(), "[0].Parameters.DefaultSnsArn".to_owned(), 4),
        (format!("Connectors:\n{connectors}"), "Connectors[0].Parameters.DefaultSnsArn".to_owned(), 5),
        (
            format!("ServiceToken: !Ref F\nConnectorDefinitionId: !Ref D\nConnectors:\n{connectors}"),
            "Connectors[0].Parameters.DefaultSnsArn".to_owned(),
            7,
        ),
        // The Serverless Framework.
        (
            format!(
                "service: s\nprovider: {{name: aws}}\nresources:\n  Resources:\n    V:\n{}",
                indented(
                    &RESOURCE
                        .replace("!Ref Topic", "${ssm:/topic}")
                        .replace("${AWS::Region}", "${aws:region}")
                        .replace("!Sub ", ""),
                    6
                )
            ),
            format!("resources.Resources.V.{connectors_path}"),
            13,
        ),
        (
            format!(
                "service: s\nprovider: {{name: aws}}\nresources:\n  - ${{file(a.yml)}}\n  - Resources:\n      V:\n{}",
                indented(RESOURCE, 8)
            ),
            format!("resources[1].Resources.V.{connectors_path}"),
            14,
        ),
        // Templates that are the text of a property.
        (
            format!(
                "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n{}",
                indented(&body, 8)
            ),
            format!("Resources.S.Properties.TemplateBody: Resources.V.{connectors_path}"),
            15,
        ),
        (
            format!(
                "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: !Sub |\n\n{}",
                indented(&body, 8)
            ),
            format!("Resources.S.Properties.TemplateBody: Resources.V.{connectors_path}"),
            16,
        ),
        (
            format!(
                "\nResources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateBody: {:?}",
                json_body.to_string()
            ),
            format!("Resources.S.Properties.TemplateBody: Resources.V.{connectors_path}"),
            6,
        ),
        (
            json!({ "Resources": { "S": { "Type": "AWS::CloudFormation::StackSet", "Properties": {
                "TemplateBody": { "Fn::ToJsonString": json_body } } } } })
            .to_string(),
            format!("Resources.S.Properties.TemplateBody.Fn::ToJsonString.Resources.V.{connectors_path}"),
            1,
        ),
        (
            json!({ "StackSetName": "s", "TemplateBody": body }).to_string(),
            format!("TemplateBody: Resources.V.{connectors_path}"),
            1,
        ),
    ] {
        let (report, status) = report_on(&text, &[]);
        assert_eq!(
            (diagnostics(&report), status),
            (expected(&[("UnknownParameter", &path, line)]), 1),
            "{text}"
        );
    }
    // The excerpt and the column are those of the file.
    let text = format!(
        "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n{}",
        indented(&body, 8)
    );
    let shown = stdout(&support::check::check_text(&text, &[]));
    assert!(shown.contains("--> -:15:36\n") && shown.contains("DefaultSnsArn: !Ref Topic"), "{shown}");
    assert!(shown.contains(&format!("\n   |{}^^^^", " ".repeat(36))), "{shown}");
}

#[test]
fn the_events_of_a_terraform_plan_are_checked() {
    let input = |topic: &str| {
        json!({ "ConnectorDefinitionId": "d", "Connectors": [{ "Id": "a",
            "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
            "Parameters": { "DefaultSNSArn": topic } }] })
        .to_string()
    };
    let invocation = |address: &str, input: &str| json!({ "address": address, "mode": "managed", "type": "aws_lambda_invocation", "values": { "function_name": "f", "input": input } });
    let bad = input("hunter2");
    let good = input("arn:aws:sns:us-east-1:123456789012:t");
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": { "root_module": {
            "resources": [
                invocation("aws_lambda_invocation.good", &good),
                invocation("aws_lambda_invocation.bad", &bad),
                invocation("aws_lambda_invocation.other", r#"{"name": "another function's"}"#),
                invocation("aws_lambda_invocation.text", "no JSON"),
                { "address": "aws_lambda_invocation.unknown", "type": "aws_lambda_invocation", "values": {} },
            ],
            "child_modules": [{ "child_modules": [{ "resources": [invocation("module.a.module.b.aws_lambda_invocation.c", &bad)] }] }],
        } },
        "resource_changes": [{ "type": "aws_lambda_invocation", "change": { "after": { "input": bad } } }],
        "prior_state": { "values": { "root_module": { "resources": [
            invocation("aws_lambda_invocation.good", &bad),
            invocation("data.aws_lambda_invocation.read", &bad),
        ] } } },
    });
    let (report, status) = report_on(&plan.to_string(), &[]);
    let path = |place: &str| format!("{place}.values.input: Connectors[0].Parameters.DefaultSNSArn");
    assert_eq!(
        diagnostics(&report),
        expected(&[
            (
                "ParameterPattern",
                &path("planned_values.root_module.child_modules[0].child_modules[0].resources[0]"),
                1
            ),
            ("ParameterPattern", &path("planned_values.root_module.resources[1]"), 1),
            ("ParameterPattern", &path("prior_state.values.root_module.resources[1]"), 1),
        ])
    );
    assert_eq!((status, report["Files"][0]["Connectors"].as_u64()), (1, Some(4)));
    assert!(!report.to_string().contains("hunter2"));

    let state = json!({ "format_version": "1.0", "terraform_version": "1.9.0", "values": { "root_module": { "resources": [invocation("a", &bad)] } } });
    let file = json!({ "version": 4, "terraform_version": "1.9.0", "resources": [{ "type": "aws_lambda_invocation", "instances": [{ "attributes": { "input": bad } }] }] });
    for state in [state, file] {
        assert_eq!(findings(&report_on(&state.to_string(), &[]).0), ["ParameterPattern 1"], "{state}");
    }
    let stack = json!({ "planned_values": { "root_module": { "resources": [{ "type": "aws_cloudformation_stack", "values": {
        "template_body": format!("Resources:\n  V:\n{}", indented(RESOURCE, 4)) } }] } } });
    assert_eq!(findings(&report_on(&stack.to_string(), &[]).0), ["UnknownParameter 1"]);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let event = r#"{"ConnectorDefinitionId": "d", "Connectors": 7}"#;
    for text in [event.to_owned(), format!("Resources:\n  V:\n{}", indented(RESOURCE, 4))] {
        let found = |text: &str| {
            let (report, status) = report_on(text, &[]);
            (report["Files"][0].clone(), status)
        };
        assert_eq!(found(&format!("\u{feff}{text}")), found(&text));
    }
}

fn names(report: &Value) -> Vec<&str> {
    report["Files"].as_array().unwrap().iter().map(|file| file["File"].as_str().unwrap()).collect()
}

#[test]
fn directories_and_patterns_name_files() {
    let template = format!("Resources:\n  V:\n{}", indented(RESOURCE, 4));
    let files = Files::new(
        "files",
        &[
            ("stacks/a.yaml", &template),
            ("stacks/deep/b.template", &template),
            ("stacks/deep/c.txt", "no template"),
            ("stacks/node_modules/d.json", "{}"),
            ("stacks/.hidden/e.yaml", "["),
            ("stacks/k8s.yml", "kind: Deployment\n---\nkind: Service\n"),
            ("events/f.json", r#"{"ConnectorDefinitionId": "d"}"#),
        ],
    );
    let all = ["stacks/a.yaml", "stacks/deep/b.template", "stacks/k8s.yml", "stacks/node_modules/d.json"];
    for (arguments, expected) in [
        (vec!["stacks"], all.to_vec()),
        (vec!["stacks/"], all.to_vec()),
        (vec!["stacks", "stacks/a.yaml", "./stacks/a.yaml"], all.to_vec()),
        (vec!["stacks", "--exclude", "node_modules"], all[..3].to_vec()),
        (vec!["stacks", "--exclude", "node_modules", "--exclude", "*.yml"], all[..2].to_vec()),
        (vec!["stacks", "--exclude", "stacks/deep/**"], vec![all[0], all[2], all[3]]),
        (vec!["stacks/**/*.template"], vec![all[1]]),
        (vec!["*/*.y*ml"], vec![all[0], all[2]]),
        (vec!["*/*.y*ml", "--exclude", "a.yaml"], vec![all[2]]),
        (vec!["stacks/a.yaml", "--exclude", "stacks"], vec![]),
        (vec!["stacks/deep", "--exclude", "deep"], vec![]),
        (vec!["stacks", "--exclude", "*"], vec![]),
    ] {
        let (report, _) = files.report(&arguments);
        assert_eq!(names(&report), expected, "{arguments:?}");
    }
    let (report, status) = files.report(&["."]);
    assert_eq!((names(&report).len(), status), (5, 1));
    for nothing in ["none/*.yaml", "*.txt"] {
        let (report, status) = files.report(&[nothing]);
        assert_eq!(status, 2, "{nothing}");
        assert!(report["Files"][0]["Error"].as_str().unwrap().starts_with("no file matches; "), "{report}");
    }
}

/// One file of a repository that is not for this program must not hide the findings in the others.
#[test]
fn only_a_file_that_cannot_be_read_is_a_failure() {
    let other = [
        ("workflow.yml", "on: push\njobs: {build: {steps: [run: make]}}"),
        ("package.json", r#"{"name": "x", "version": "1.0.0"}"#),
        ("list.json", "[1, {\"a\": []}]"),
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing yet\n---\n"),
        ("version.yml", "1.2.3\n"),
        ("values.yaml", "# No values yet.\n{}\n"),
        ("topic.yaml", "Resources: {T: {Type: 'AWS::SNS::Topic'}}"),
    ];
    let files = Files::new("notes", &other);
    let (report, status) = files.report(&["."]);
    assert_eq!((status, &report["Unchecked"], names(&report).len()), (0, &json!(0), other.len()), "{report}");
    for file in report["Files"].as_array().unwrap() {
        assert_eq!(file["Notes"].as_array().unwrap().len(), 1, "{file}");
    }
    let text = stdout(&files.check(&["."]));
    assert!(text.contains("note: package.json: no connectors found\n"), "{text}");
    assert!(text.ends_with("8 files, 0 connectors: 0 errors, 0 warnings\n"), "{text}");
    let sarif = |arguments: &[&str]| -> Value {
        let output = files.check(&[&["--format", "sarif"], arguments].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let invocation = &sarif(&["."])["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert!(notifications.len() == other.len() && notifications.iter().all(|it| it["level"] == "note"));

    let broken =
        Files::new("broken", &[("a.yaml", "{{ helm }}: ["), ("b.json", "{\"a\": }"), ("c.yaml", RESOURCE)]);
    let (report, status) = broken.report(&["."]);
    assert_eq!((status, &report["Unchecked"], &report["Errors"]), (2, &json!(2), &json!(1)), "{report}");
    let output = broken.check(&["--format", "sarif", "."]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

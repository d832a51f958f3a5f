//! `connector-versions check`: YAML as CloudFormation reads it.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use support::check::{check_text, diagnostics, expected, findings, messages, metrics, report_on, stdout};

#[test]
fn merge_keys_are_merged() {
    for (merge, expected) in [
        ("<<: *all", vec![]),
        ("<<: [*some, *all]", vec!["ParameterOutOfRange 2"]),
        ("<<: [*all, *some]", vec![]),
        ("<<: *some\nMemorySize: '1'\nMaxMetricsToRetain: '2500'", vec!["ParameterOutOfRange 2"]),
        ("PublishInterval: '61'\n<<: [*some, *all]", vec![]),
        ("<<: *all\nMemorySize: x", vec!["ParameterPattern 14"]),
        ("<<: *some", vec!["ParameterOutOfRange 2", "MissingParameter 13", "MissingParameter 13"]),
    ] {
        let anchors = "Mappings: {}
Some: &some {PublishInterval: '9999'}
All: &all {PublishInterval: '60', MemorySize: '1', MaxMetricsToRetain: '2500'}
";
        let template = format!("{anchors}{}", metrics(merge));
        let (report, _) = report_on(&template, &[]);
        assert_eq!(findings(&report), expected, "{merge}");
    }
}

#[test]
fn scalars_are_those_of_yaml_1_1() {
    let docker = "Resources:
  Compose:
    Type: Custom::GreengrassConnectorVersion
    Properties:
      ServiceToken: !Ref Function
      ConnectorDefinitionId: !Ref Definition
      Revision: 2026-11-28
      Connectors:
        - Id: compose
          ConnectorArn: !Sub arn:aws:greengrass:${AWS::Region}::/connectors/DockerApplicationDeployment/versions/7
          Parameters:
            DockerComposeFileS3Bucket: line-7
            DockerComposeFileS3Key: compose.yml
            DockerComposeFileDestinationPath: /opt/line
            ForceDeploy: VALUE";
    for (value, is_valid) in [
        ("yes", true),
        ("Yes", true),
        ("off", true),
        ("No", true),
        ("n", true),
        ("True", true),
        ("yEs", false),
        ("'yes'", false),
        ("!!str yes", false),
        ("1", false),
    ] {
        let (report, _) = report_on(&docker.replace("VALUE", value), &[]);
        let expected: &[&str] = if is_valid { &[] } else { &["ParameterNotAllowed 15"] };
        assert_eq!(findings(&report), expected, "{value}");
    }
    // The largest interval is 900.
    for (value, is_valid) in [
        ("900", true),
        ("901", false),
        ("0x384", true),
        ("0x385", false),
        ("01604", true),
        ("01605", false),
        ("9_00", true),
        ("15:00", true),
        ("15:01", false),
        ("0b1110000100", true),
        ("'0x384'", false),
    ] {
        let parameters = format!("PublishInterval: {value}\nMemorySize: 1\nMaxMetricsToRetain: 2_500");
        let (report, status) = report_on(&metrics(&parameters), &[]);
        assert_eq!(
            (findings(&report).len(), status),
            (usize::from(!is_valid), i32::from(!is_valid)),
            "{value}"
        );
    }
    // JSON has no such scalars, and neither has an event.
    let event = "ConnectorDefinitionId: d\nConnectors:\n- Id: a\n  ConnectorArn: arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/5\n  Parameters: {PublishInterval: 0x384, MemorySize: '1', MaxMetricsToRetain: '2500'}";
    assert_eq!(findings(&report_on(event, &[]).0), ["ParameterPattern 5"]);
}

#[test]
fn duplicate_keys_are_warnings_in_a_template() {
    let template = metrics(
        "PublishInterval: '9999'\nMemorySize: '1'\nPublishInterval: '60'\nMaxMetricsToRetain: '2500'",
    ) + "  Metrics:\n    Type: AWS::SNS::Topic\n"
        + "Other: {a: 1,\n  a: 2}\n";
    let (report, status) = report_on(&template, &[]);
    assert_eq!(
        diagnostics(&report),
        expected(&[
            ("DuplicateKey", "Resources.Metrics.Properties.Connectors[0].Parameters.PublishInterval", 12),
            ("DuplicateKey", "Resources.Metrics", 14),
            ("DuplicateKey", "Other.a", 17),
        ])
    );
    assert!(messages(&report)[0].starts_with("duplicate key on lines 10 and 12; "));
    assert!(messages(&report)[1].starts_with("duplicate key on lines 2 and 14; "));
    assert_eq!((status, &report["Warnings"]), (0, &3.into()));

    // JSON too; an alias repeats no key; an event's duplicates are errors, also in YAML.
    let json = "{\"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\",\n\"Type\": \"AWS::SNS::Topic\"}}}";
    assert_eq!(findings(&report_on(json, &[]).0), ["DuplicateKey 2"]);
    let alias = "Resources: {A: &a {Type: 'AWS::SNS::Topic', Type: 'AWS::SNS::Topic'}, B: *a, C: *a}";
    assert_eq!(findings(&report_on(alias, &[]).0), ["DuplicateKey 1"]);
    for event in [
        "{\"ConnectorDefinitionId\": \"d\", \"ConnectorDefinitionId\": \"e\"}",
        "ConnectorDefinitionId: d\nConnectorDefinitionId: e",
    ] {
        let (report, status) = report_on(event, &[]);
        assert_eq!((diagnostics(&report)[0].0.as_str(), status), ("InvalidRequest", 1), "{event}");
    }
}

#[test]
fn several_documents_are_checked() {
    let second = metrics("PublishInterval: '60'\nMemorySize: '1'\nMaxMetricsToRetain: '1'");
    let text = format!(
        "---\nDescription: first\nResources: {{}}\n---\n# empty\n---\n{second}...\n---\nkind: Deployment\n"
    );
    let (report, status) = report_on(&text, &[]);
    let path = "document 2: Resources.Metrics.Properties.Connectors[0].Parameters.MaxMetricsToRetain";
    assert_eq!(
        diagnostics(&report),
        expected(&[("SeveralDocuments", "", 7), ("ParameterOutOfRange", path, 18)])
    );
    assert_eq!(status, 1);
    // The lines of a template may be shown, the ones of an event may not.
    let event = "ConnectorDefinitionId: d\nConnectors: hunter2\n";
    let shown = stdout(&check_text(&format!("{second}---\n{event}"), &[]));
    assert!(shown.contains("MaxMetricsToRetain: '1'") && !shown.contains("hunter2"), "{shown}");
    let (report, _) = report_on(&format!("{event}---\n{event}"), &[]);
    assert_eq!(findings(&report), ["InvalidRequest 2", "InvalidRequest 5"]);
}

//! `cargo local check`: the checks alone, as a person, a program and code scanning see them.

#[allow(unreachable_pub, reason = "a module of this test file")]
mod support;

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::connector_versions;

const TEMPLATE: &str = "crates/cli/tests/templates/line.yaml";

fn check(arguments: &[&str]) -> Output {
    connector_versions(&[&["check"], arguments].concat()).stdin(Stdio::null()).output().unwrap()
}

/// The report on a file, and the exit status.
fn report_on(text: &str, arguments: &[&str]) -> (Value, i32) {
    let mut process = connector_versions(&[&["check", "--json", "-"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
}

/// DiagnosticCode, path, line and column of each finding.
fn findings(report: &Value) -> Vec<(String, String, u64)> {
    let findings = report["Files"][0]["Findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.iter().map(|f| (text(&f["Code"]), text(&f["Path"]), f["Line"].as_u64().unwrap())).collect()
}

fn expected(findings: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    findings.iter().map(|(code, path, line)| ((*code).to_owned(), (*path).to_owned(), *line)).collect()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A request with one mistake, on its third line.
fn request() -> String {
    concat!(
        r#"{"ConnectorDefinitionId": "d", "Connectors": [{"Id": "a","#,
        "\n\"ConnectorArn\": \"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4\", \"Parameters\": {\n",
        "  \"DefaultSNSArn\": \"hunter2\"}}]}"
    )
    .to_owned()
}

/// What CloudFormation puts in is no mistake; what it hands to a custom resource as it stands is one.
#[test]
fn dynamic_references() {
    let connector = |topic: &str| {
        json!([{ "Id": "a", "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
                 "Parameters": { "DefaultSNSArn": topic } }])
    };
    let resources: serde_json::Map<String, Value> = ["ssm", "secretsmanager", "ssm-secure"]
        .iter()
        .flat_map(|kind| {
            let connectors = connector(&format!("{{{{resolve:{kind}:topic}}}}"));
            let custom =
                json!({ "ServiceToken": "t", "ConnectorDefinitionId": "d", "Connectors": connectors });
            let native = json!({ "ConnectorDefinitionId": "d", "Connectors": connectors });
            let of = |of: &str, properties| json!({ "Type": of, "Properties": properties });
            [
                (format!("{kind}-custom"), of("Custom::GreengrassConnectorVersion", custom)),
                (format!("{kind}-native"), of("AWS::Greengrass::ConnectorDefinitionVersion", native)),
            ]
        })
        .collect();
    let (report, _) = report_on(&json!({ "Resources": resources }).to_string(), &[]);
    let mut refused: Vec<String> =
        findings(&report).into_iter().map(|(code, path, _)| format!("{code} {path}")).collect();
    refused.retain(|finding| finding.starts_with("Invalid"));
    let at = |name: &str| {
        format!("InvalidRequest Resources.{name}.Properties.Connectors[0].Parameters.DefaultSNSArn")
    };
    assert_eq!(refused, [at("secretsmanager-custom"), at("ssm-secure-custom"), at("ssm-secure-native")]);
}

#[test]
fn a_template_in_yaml() {
    let output = check(&[TEMPLATE, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (line, native, first) = (
        "Resources.Line.Properties.Connectors",
        "Resources.Native.Properties.Connectors",
        "Resources.Definition.Properties.InitialVersion.Connectors",
    );
    assert_eq!(
        findings(&report),
        expected(&[
            ("UnknownConnector", &format!("{line}[0].ConnectorArn"), 14),
            ("SupersededVersion", &format!("{line}[1].ConnectorArn"), 18),
            ("UnknownParameter", &format!("{line}[1].Parameters.IsolationMode"), 21),
            ("ArnRegion", &format!("{native}[0].ConnectorArn"), 29),
            ("ParameterOutOfRange", &format!("{native}[0].Parameters.DeliveryStreamQueueSize"), 32),
            ("UnknownParameter", &format!("{native}[0].Parameters.PublishIntervall"), 34),
            ("Placeholder", &format!("{first}[0].Parameters.DockerComposeFileS3Bucket"), 46),
        ])
    );
    assert_eq!((&report["Errors"], &report["Warnings"]), (&json!(6), &json!(1)));
    let needs = report["Files"][0]["Needs"].as_array().unwrap();
    let connectors: Vec<&str> = needs.iter().map(|need| need["Connector"].as_str().unwrap()).collect();
    assert_eq!(
        connectors,
        ["SNS", "KinesisFirehose", "DockerApplicationDeployment", "ModbusRTUProtocolAdapter"]
    );
    assert_eq!(needs[0]["Needs"][1], "a group role that allows sns:Publish");
}

#[test]
fn a_template_in_json_and_its_long_forms() {
    let template = json!({ "Resources": {
        "Mine": { "Type": "AWS::CloudFormation::CustomResourceEvent", "Properties": {
            "ServiceToken": { "Ref": "Token" },
            "ConnectorDefinitionID": { "Ref": "Definition" },
            "Connectors": [{
                "Id": { "Ref": "Id" },
                "ConnectorArn": { "Fn::Sub": "arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4" },
                "Parameters": { "DefaultSNSArn": { "Ref": "Topic" } },
            }],
        } },
        "Open": { "Type": "AWS::Greengrass::ConnectorDefinitionVersion", "Properties": {
            "Connectors": { "Fn::If": ["c", [], []] },
        } },
        "Odd": "no resource",
    } });
    let (report, status) = report_on(&template.to_string(), &[]);
    assert_eq!(
        findings(&report),
        expected(&[("InvalidRequest", "Resources.Mine.Properties.ConnectorDefinitionId", 1)])
    );
    assert_eq!(status, 1);
}

#[test]
fn the_region_of_the_function() {
    let template = "Resources: {A: {Type: AWS::Greengrass::ConnectorDefinitionVersion, Properties: {Connectors: [
        {Id: a, ConnectorArn: !Sub 'arn:${AWS::Partition}:greengrass:${AWS::Region}::/connectors/ModbusRTUProtocolAdapter/versions/3', Parameters: !Ref P},
        {Id: b, ConnectorArn: 'arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4', Parameters: !Ref P}]}}}";
    assert_eq!(findings(&report_on(template, &[]).0), []);
    let path = "Resources.A.Properties.Connectors[1].ConnectorArn";
    for region in ["eu-west-1", "cn-north-1"] {
        let (report, status) = report_on(template, &["--region", region]);
        assert_eq!((findings(&report), status), (expected(&[("ArnRegion", path, 3)]), 1), "{region}");
    }
}

#[test]
fn the_region_of_a_definition() {
    let template = "Resources:
  A: {Type: Custom::GreengrassConnectorVersion, Properties: {ServiceToken: t, Connectors: [], ConnectorDefinitionId:
    'arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/d'}}
  B: {Type: Custom::GreengrassConnectorVersion, Properties: {ServiceToken: t, Connectors: [], ConnectorDefinitionId:
    !Sub 'arn:${AWS::Partition}:greengrass:${AWS::Region}:123456789012:/greengrass/definition/connectors/d'}}
  C: {Type: Custom::GreengrassConnectorVersion, Properties: {ServiceToken: t, Connectors: [], ConnectorDefinitionId:
    !GetAtt Definition.Arn}}";
    assert_eq!(findings(&report_on(template, &["--region", "us-east-1"]).0), []);
    let (report, status) = report_on(template, &["--region", "eu-west-1"]);
    let path = "Resources.A.Properties.ConnectorDefinitionId";
    assert_eq!((findings(&report), status), (expected(&[("ArnRegion", path, 3)]), 1));
}

#[test]
fn events_of_every_source() {
    let events =
        ["direct", "eventbridge", "cloudformation-create", "cloudformation-update", "cloudformation-delete"]
            .map(|name| format!("events/{name}.json"));
    let output = check(&events.each_ref().map(String::as_str));
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(
        stdout(&output).ends_with("5 files, 8 connectors: 0 errors, 2 warnings\n"),
        "{}",
        stdout(&output)
    );

    let sqs = json!({ "eventSource": "aws:sqs", "messageId": "m", "body": request() });
    let sns = json!({ "EventSource": "aws:sns", "Sns": { "MessageId": "m", "Message": request() } });
    let notification =
        json!({ "Type": "Notification", "TopicArn": "t", "MessageId": "m", "Message": request() });
    let nested = json!({ "eventSource": "aws:sqs", "messageId": "m", "body": notification.to_string() });
    let parameter = "Connectors[0].Parameters.DefaultSNSArn";
    let table = [
        (request(), parameter.to_owned(), 3),
        (
            format!("{{\"detail-type\": \"t\", \"source\": \"s\",\n\"detail\": {}}}", request()),
            parameter.to_owned(),
            4,
        ),
        (
            format!("{{\"RequestType\": \"Create\", \"ResourceProperties\":\n{}}}", request()),
            parameter.to_owned(),
            4,
        ),
        (format!("{{\"Records\": [\n{sqs}]}}"), format!("message 1: {parameter}"), 2),
        (format!("[\n{sqs}]"), format!("message 1: {parameter}"), 2),
        (format!("{{\"Records\": [\n{sns}]}}"), format!("message 1: {parameter}"), 2),
        (format!("{{\"Records\":\n\n[{nested}]}}"), format!("message 1, message 1: {parameter}"), 3),
    ];
    for (event, path, line) in table {
        let (report, status) = report_on(&event, &[]);
        assert_eq!(findings(&report), expected(&[("ParameterPattern", &path, line)]), "{event}");
        assert_eq!(status, 1);
        assert!(!report.to_string().contains("hunter2"));
    }
}

#[test]
fn the_apis_json() {
    let connectors = r#"{"Connectors": [{"Id": "a", "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/9",
        "Parameters": {"DefaultSNSArn": 1}}]}"#;
    let found = expected(&[
        ("UnknownVersion", "Connectors[0].ConnectorArn", 1),
        ("ParameterConverted", "Connectors[0].Parameters.DefaultSNSArn", 2),
        ("ParameterPattern", "Connectors[0].Parameters.DefaultSNSArn", 2),
    ]);
    for text in [
        connectors.to_owned(),
        format!(r#"{{"Name": "line-7", "InitialVersion": {connectors}}}"#),
        format!(r#"{{"Id": "d", "Version": "v", "Definition": {connectors}}}"#),
    ] {
        let (report, status) = report_on(&text, &[]);
        assert_eq!((findings(&report), status), (found.clone(), 1), "{text}");
    }
}

#[test]
fn the_text_output_is_what_the_guide_shows() {
    let file = "crates/cli/tests/templates/alerts.yaml";
    let output = check(&[file]);
    let guide = documentation("guides/checking-templates.md");
    let (_, rest) = guide.split_once(&format!("$ cargo local check {file}\n")).unwrap();
    let (shown, _) = rest.split_once("```\n").unwrap();
    assert_eq!(stdout(&output), shown);
}

/// A page of the documentation.
fn documentation(page: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src");
    std::fs::read_to_string(format!("{folder}/{page}")).unwrap()
}

#[test]
fn the_connector_reference_is_up_to_date() {
    const PAGE: &str = "reference/connectors.md";
    let output = connector_versions(&["connectors"]).output().unwrap();
    let section = stdout(&output);
    assert!(section.contains("<code>TwilioNotifications</code>") && section.contains("`TWILIO_ACCOUNT_SID`"));
    assert!(
        documentation(PAGE).contains(&section),
        "update the page with `cargo local connectors --into docs/src/{PAGE}`"
    );
}

#[test]
fn what_cannot_be_checked_is_another_exit_status() {
    let table = [
        ("{\"a\": tru}", "is not JSON: expected ident"),
        ("a: [", "is not YAML: "),
        ("", "is empty"),
        ("{\"name\": \"x\"}", "holds nothing to check: "),
        ("a: b", "holds nothing to check: "),
        ("7", "holds no event: "),
    ];
    for (text, problem) in table {
        let (report, status) = report_on(text, &[TEMPLATE]);
        assert_eq!(status, 2, "{text}");
        let said = report["Files"][0]["Unusable"].as_str().unwrap();
        assert!(said.starts_with(problem), "{text}: {said}");
        assert_eq!(
            (&report["Unusable"], &report["Errors"]),
            (&json!(1), &json!(6)),
            "the other file is checked"
        );
    }
    let missing = check(&["none.yaml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stdout(&missing).starts_with("none.yaml: cannot be checked: it cannot be read: No such file"));
    assert_eq!(check(&[]).status.code(), Some(2));
}

/// The members that the schema of SARIF 2.1.0 requires, and the forms that it gives.
#[test]
fn code_scanning_reads_it() {
    let output = check(&["--format", "sarif", TEMPLATE, "no such file.yaml", "events/direct.json"]);
    assert_eq!(output.status.code(), Some(2));
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    let [run] = &sarif["runs"].as_array().unwrap()[..] else { panic!("one run") };

    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "connector-versions");
    let rules: Vec<&str> =
        driver["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for rule in driver["rules"].as_array().unwrap() {
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
    }
    let mut unique = rules.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), rules.len());

    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 7);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let [location] = &result["locations"].as_array().unwrap()[..] else { panic!("one location") };
        let physical = &location["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], TEMPLATE);
        assert!(physical["region"]["startLine"].as_u64().unwrap() >= 14);
        assert!(physical["region"]["startColumn"].as_u64().unwrap() >= 1);
    }
    let [invocation] = &run["invocations"].as_array().unwrap()[..] else { panic!("one invocation") };
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(
        notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "no%20such%20file.yaml"
    );
}

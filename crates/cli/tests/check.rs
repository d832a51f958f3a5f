//! `connector-versions check`: diagnostics of files as text, JSON and SARIF.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use serde_json::{Value, json};
use support::check::{check, check_text, diagnostics, expected, report_on, stdout};
use support::{assert_expected, documentation};

const TEMPLATE: &str = "crates/cli/tests/templates/line.yaml";

/// A request with one error, on its third line.
fn request() -> String {
    concat!(
        r#"{"ConnectorDefinitionId": "d", "Connectors": [{"Id": "a","#,
        "\n\"ConnectorArn\": \"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4\", \"Parameters\": {\n",
        "  \"DefaultSNSArn\": \"hunter2\"}}]}"
    )
    .to_owned()
}

/// A reference that CloudFormation resolves is valid; one that a custom resource would receive unresolved is an error.
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
            let resource =
                |resource_type: &str, properties| json!({ "Type": resource_type, "Properties": properties });
            [
                (format!("{kind}-custom"), resource("Custom::GreengrassConnectorVersion", custom)),
                (format!("{kind}-native"), resource("AWS::Greengrass::ConnectorDefinitionVersion", native)),
            ]
        })
        .collect();
    let (report, _) = report_on(&json!({ "Resources": resources }).to_string(), &[]);
    let mut invalid: Vec<String> =
        diagnostics(&report).into_iter().map(|(code, path, _)| format!("{code} {path}")).collect();
    invalid.retain(|diagnostic| diagnostic.starts_with("Invalid"));
    let at = |name: &str| {
        format!("InvalidRequest Resources.{name}.Properties.Connectors[0].Parameters.DefaultSNSArn")
    };
    assert_eq!(invalid, [at("secretsmanager-custom"), at("ssm-secure-custom"), at("ssm-secure-native")]);
}

#[test]
fn a_template_in_yaml() {
    let output = check(&[TEMPLATE, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (line, native, first) = (
        "Resources.Line.Properties.Connectors",
        "Resources.Native.Properties.Connectors",
        "Resources.Definition.Properties.InitialVersion.Connectors",
    );
    assert_eq!(
        diagnostics(&report),
        expected(&[
            ("UnknownConnector", &format!("{line}[0].ConnectorArn"), 14),
            // Those of the connector that is meant.
            ("MissingParameter", &format!("{line}[0].Parameters.MemorySize"), 16),
            ("MissingParameter", &format!("{line}[0].Parameters.MaxMetricsToRetain"), 16),
            ("SupersededVersion", &format!("{line}[1].ConnectorArn"), 18),
            ("UnknownParameter", &format!("{line}[1].Parameters.IsolationMode"), 21),
            ("ArnRegion", &format!("{native}[0].ConnectorArn"), 29),
            ("ParameterOutOfRange", &format!("{native}[0].Parameters.DeliveryStreamQueueSize"), 32),
            ("UnknownParameter", &format!("{native}[0].Parameters.PublishIntervall"), 34),
            ("Placeholder", &format!("{first}[0].Parameters.DockerComposeFileS3Bucket"), 46),
        ])
    );
    assert_eq!((&report["Errors"], &report["Warnings"]), (&json!(8), &json!(1)));
    let requirements = report["Files"][0]["Requirements"].as_array().unwrap();
    let connectors: Vec<&str> =
        requirements.iter().map(|requirement| requirement["Connector"].as_str().unwrap()).collect();
    assert_eq!(
        connectors,
        ["SNS", "KinesisFirehose", "DockerApplicationDeployment", "ModbusRTUProtocolAdapter"]
    );
    assert_eq!(requirements[0]["Requires"][1], "a group role that allows sns:Publish");
}

#[test]
fn a_template_in_json_and_its_long_forms() {
    let template = json!({ "Resources": {
        "Mine": { "Type": "AWS::CloudFormation::CustomResource", "Properties": {
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
        diagnostics(&report),
        expected(&[("InvalidRequest", "Resources.Mine.Properties.ConnectorDefinitionId", 1)])
    );
    assert_eq!(status, 1);
}

#[test]
fn the_region_of_the_function() {
    let template = "Resources: {A: {Type: AWS::Greengrass::ConnectorDefinitionVersion, Properties: {Connectors: [
        {Id: a, ConnectorArn: !Sub 'arn:${AWS::Partition}:greengrass:${AWS::Region}::/connectors/ModbusRTUProtocolAdapter/versions/3', Parameters: !Ref P},
        {Id: b, ConnectorArn: 'arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4', Parameters: !Ref P}]}}}";
    assert_eq!(diagnostics(&report_on(template, &[]).0), []);
    let path = "Resources.A.Properties.Connectors[1].ConnectorArn";
    for region in ["eu-west-1", "cn-north-1"] {
        let (report, status) = report_on(template, &["--region", region]);
        assert_eq!((diagnostics(&report), status), (expected(&[("ArnRegion", path, 3)]), 1), "{region}");
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
    assert_eq!(diagnostics(&report_on(template, &["--region", "us-east-1"]).0), []);
    let (report, status) = report_on(template, &["--region", "eu-west-1"]);
    let path = "Resources.A.Properties.ConnectorDefinitionId";
    assert_eq!((diagnostics(&report), status), (expected(&[("InvalidRequest", path, 3)]), 1));
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
            format!("detail.{parameter}"),
            4,
        ),
        (
            format!("{{\"RequestType\": \"Create\", \"ResourceProperties\":\n{}}}", request()),
            format!("ResourceProperties.{parameter}"),
            4,
        ),
        (format!("{{\"Records\": [\n{sqs}]}}"), format!("Records[0].body: {parameter}"), 2),
        (format!("[\n{sqs}]"), format!("[0].body: {parameter}"), 2),
        (format!("[\n{}]", request()), format!("[0].{parameter}"), 4),
        (format!("{{\"Records\": [\n{sns}]}}"), format!("Records[0].Sns.Message: {parameter}"), 2),
        (format!("{{\"Records\":\n\n[{nested}]}}"), format!("Records[0].body: Message: {parameter}"), 3),
        (
            format!("{{\"requestContext\": {{}},\n\"requestPayload\": {}}}", request()),
            format!("requestPayload.{parameter}"),
            4,
        ),
        (format!("\u{feff}{}", request()), parameter.to_owned(), 3),
    ];
    for (event, path, line) in table {
        let (report, status) = report_on(&event, &[]);
        assert_eq!(diagnostics(&report), expected(&[("ParameterPattern", &path, line)]), "{event}");
        assert_eq!(status, 1);
        assert!(!report.to_string().contains("hunter2"));
    }
}

#[test]
fn text_output_is_as_expected_and_as_in_the_guide() {
    let file = "crates/cli/tests/templates/alerts.yaml";
    let output = check(&[file]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert_expected("check.txt", &text);
    let guide = documentation("guides/checking-templates.md");
    let (_, rest) = guide.split_once(&format!("$ cargo local check {file}\n")).unwrap();
    let (shown, _) = rest.split_once("```\n").unwrap();
    assert_eq!(text, shown);
}

#[test]
fn a_long_line_is_cut() {
    let resource = |id: &str| {
        json!({ "Type": "AWS::Greengrass::ConnectorDefinitionVersion", "Properties": { "Connectors": [{
            "Id": id, "ConnectorArn": "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/9"
        }] } })
    };
    let resources: serde_json::Map<String, Value> =
        (0..1_000).map(|index| (format!("R{index:04}"), resource("a"))).collect();
    let template = json!({ "Resources": resources }).to_string();
    let output = check_text(&template, &["--format", "text"]);
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.len() < 250), "{text}");
    // The column is that in the file, and the excerpt shows the value.
    let column = template.rfind("\"arn:").unwrap() + 1;
    let (_, last) = text.split_once(&format!("--> -:1:{column}\n")).unwrap();
    let value = "\"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/9\"";
    let mut lines = last.lines().skip_while(|line| !line.contains(value));
    let (source, carets) = (lines.next().unwrap(), lines.next().unwrap());
    assert_eq!(source.find(value), carets.find(&"^".repeat(value.len())), "{source}\n{carets}");
}

/// The values of an event may be secrets, and a terminal's text may end in a build's log.
#[test]
fn no_value_of_an_event_is_printed() {
    for format in ["text", "json", "sarif"] {
        let output = check_text(&request(), &["--format", format]);
        assert_eq!(output.status.code(), Some(1));
        let text = stdout(&output);
        assert!(text.contains("ParameterPattern") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_checked_has_its_own_exit_status() {
    let table = [
        ("{\"a\": tru}", "not JSON: expected ident"),
        ("a: [", "not YAML: "),
        ("", "no content"),
        ("7", "not an event: "),
        ("// the alerts\n{\"Resources\": {}}", "neither JSON nor a template: a comment at line 1 column 1"),
        (
            "{\n  /* the alerts */\n  \"Resources\": {}}",
            "neither JSON nor a template: a comment at line 2 column 3",
        ),
        (
            "# an event\n{\"ConnectorDefinitionId\": \"d\"}",
            "neither JSON nor a template: a comment at line 1 column 1",
        ),
        ("alerts", "neither JSON nor a template: expected value at line 1 column 1"),
    ];
    for (text, error) in table {
        let (report, status) = report_on(text, &[TEMPLATE]);
        assert_eq!(status, 2, "{text}");
        let message = report["Files"][0]["Error"].as_str().unwrap();
        assert!(message.starts_with(error), "{text}: {message}");
        assert_eq!(
            (&report["Unchecked"], &report["Errors"]),
            (&json!(1), &json!(8)),
            "the other file is checked"
        );
    }
    let missing = check(&["none.yaml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        stdout(&missing).starts_with("error: cannot check none.yaml: cannot read the file: No such file")
    );
    assert_eq!(check(&[]).status.code(), Some(2));
}

/// The members that the schema of SARIF 2.1.0 requires, in the forms that it gives.
#[test]
fn sarif_has_the_required_form() {
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
    assert_eq!(results.len(), 9);
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

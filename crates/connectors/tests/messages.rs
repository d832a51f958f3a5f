//! Snapshots of every message that users see: a change of a text shows in the diff of a file in `tests/messages/`.
//!
//! A failed test writes the current text to a file and prints the command that accepts it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;

use connectors::catalog::{Context, validate};
use connectors::client_token::Requester;
use connectors::diagnostic::{DiagnosticCode, Severity, ValidationErrors};
use connectors::event::{Event, RequestOrigin, parse_event};
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use connectors::request::{ParseOptions, parse};
use serde_json::{Value, json};

#[track_caller]
fn assert_snapshot(name: &str, expected: &str, actual: &str) {
    if expected != actual {
        let file = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
        fs::write(&file, actual).unwrap();
        let accepted = format!("{}/tests/messages/{name}", env!("CARGO_MANIFEST_DIR"));
        panic!("Messages changed.\nCompare: diff {accepted} {file}\nAccept:  cp {file} {accepted}");
    }
}

const SNS: &str = "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4";

/// What the request or the event is rejected with.
fn errors_of(text: &str) -> ValidationErrors {
    let requester = Requester::Direct { request_id: "r".to_owned() };
    let location =
        FunctionLocation { region: Some("us-east-1".to_owned()), account: Some("123456789012".to_owned()) };
    let origin = RequestOrigin::new(requester, std::time::SystemTime::UNIX_EPOCH).with_location(location);
    errors_in(RawJson::parse(text).unwrap(), &origin)
}

fn errors_in(event: RawJson<'_>, origin: &RequestOrigin) -> ValidationErrors {
    match parse_event(event, origin) {
        Err(errors) => errors,
        Ok(Event::Request(event)) => event.request.unwrap_err().errors,
        Ok(Event::CustomResource(event)) => {
            event.request_type().err().unwrap_or_else(|| event.request().unwrap_err().errors)
        }
        Ok(Event::Wrapped(wrapper)) => errors_in(wrapper.parse_wrapped().unwrap(), &wrapper.origin),
        Ok(Event::Batch(batch)) => match batch.messages[0].parse_body(0) {
            Err(errors) => errors,
            Ok(body) if body.raw() == "{}" => batch.messages[0].parse_body(4).err().unwrap(),
            Ok(body) => errors_in(body, &batch.messages[0].origin),
        },
    }
}

#[test]
fn request_errors() {
    let connectors = |list: Value| json!({ "ConnectorDefinitionId": "d", "Connectors": list });
    let connector = |id: Value, arn: Value| connectors(json!([{ "Id": id, "ConnectorArn": arn }]));
    let parameters =
        |json: Value| connectors(json!([{ "Id": "a", "ConnectorArn": SNS, "Parameters": json }]));
    let definition = |id: Value| json!({ "ConnectorDefinitionId": id });
    let in_definition = |rest: &str| {
        definition(json!(format!(
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/{rest}"
        )))
    };
    let elsewhere = |partition: &str, region: &str, account: &str| {
        definition(json!(format!(
            "arn:{partition}:greengrass:{region}:{account}:/greengrass/definition/connectors/d"
        )))
    };
    let sqs =
        |body: Value| json!({ "Records": [{ "eventSource": "aws:sqs", "messageId": "m", "body": body }] });
    let custom_resource = |event: Value| {
        let mut fields = json!({ "RequestType": "Create", "ResponseURL": "https://example.com" });
        fields.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        fields
    };
    let cases = [
        ("not an object", json!(null)),
        ("unrecognized event", json!({ "detail": {} })),
        ("no fields", json!({})),
        ("definition: another type", definition(json!(7))),
        ("definition: empty", definition(json!(""))),
        ("definition: too long", definition(json!("x".repeat(129)))),
        ("definition: a space", definition(json!("my definition"))),
        ("definition: a letter outside ASCII", definition(json!("é"))),
        ("definition: another ARN", definition(json!(SNS))),
        ("definition: ARN of a version", in_definition("d/versions/v")),
        ("definition: ARN without an ID", in_definition("")),
        ("definition: wrong case", json!({ "connectorDefinitionId": "d" })),
        ("definition: misspelled", json!({ "ConectorDefinitionId": "d" })),
        ("definition: misspelled with an unusual character", json!({ "Connector\nDefinitionId": "d" })),
        ("connectors: another type", connectors(json!({}))),
        ("connector: another type", connectors(json!([null]))),
        ("connector: no fields", connectors(json!([{}]))),
        ("connector: wrong case", connectors(json!([{ "id": "a", "connectorArn": SNS }]))),
        ("id: another type", connector(json!([1]), json!(SNS))),
        ("id: a space", connector(json!("a b"), json!(SNS))),
        ("id: too long", connector(json!("x".repeat(129)), json!(SNS))),
        (
            "id: duplicate",
            connectors(json!([{ "Id": "a", "ConnectorArn": SNS }, { "Id": "a", "ConnectorArn": SNS }])),
        ),
        ("arn: not an ARN", connector(json!("a"), json!("SNS"))),
        ("arn: another service", connector(json!("a"), json!("arn:aws:sns:us-east-1:123456789012:t"))),
        ("arn: a space", connector(json!("a"), json!("arn:aws: "))),
        ("parameters: null", parameters(json!(null))),
        ("parameters: a list", parameters(json!([1, 2]))),
        ("parameters: text", parameters(json!("hunter2"))),
        (
            "parameters: values of other types",
            parameters(json!({ "a": null, "b": [], "c": {}, "d": { "hunter2": 1 } })),
        ),
        ("parameters: a dynamic reference", parameters(json!({ "a": "{{resolve:secretsmanager:hunter2}}" }))),
        ("token: a space", json!({ "ConnectorDefinitionId": "d", "AmznClientToken": "two words" })),
        ("token: too long", json!({ "ConnectorDefinitionId": "d", "AmznClientToken": "x".repeat(1025) })),
        ("revision: another type", json!({ "ConnectorDefinitionId": "d", "Revision": true })),
        ("terraform: another action", json!({ "ConnectorDefinitionId": "d", "tf": { "action": "read" } })),
        ("eventbridge: detail of another type", json!({ "detail-type": "t", "source": "s", "detail": 1 })),
        ("custom resource: no request type", custom_resource(json!({ "RequestType": null }))),
        ("custom resource: another request type", custom_resource(json!({ "RequestType": "Read" }))),
        ("custom resource: no properties", custom_resource(json!({}))),
        (
            "custom resource: no connectors",
            custom_resource(json!({ "ResourceProperties": { "ConnectorDefinitionId": "d" } })),
        ),
        (
            "custom resource: properties",
            custom_resource(json!({ "ResourceProperties": connectors(json!([{}])) })),
        ),
        ("definition: another Region", elsewhere("aws", "eu-west-1", "123456789012")),
        ("definition: another account", elsewhere("aws", "us-east-1", "999999999999")),
        ("definition: another partition", elsewhere("aws-cn", "us-east-1", "123456789012")),
        ("connectors: camel case", json!({ "ConnectorDefinitionId": "d", "connectors": [{ "Id": 1 }] })),
        ("token: camel case", json!({ "ConnectorDefinitionId": "d", "amzn_client_token": "t" })),
        ("task token", json!({ "ConnectorDefinitionId": "d", "taskToken": "t" })),
        (
            "eventbridge: a field",
            json!({ "detail-type": "t", "source": "s", "detail": connectors(json!(1)) }),
        ),
        (
            "eventbridge: a schedule without an input",
            json!({ "detail-type": "Scheduled Event", "source": "aws.scheduler", "detail": "{}" }),
        ),
        ("text: an event", json!(connectors(json!(1)).to_string())),
        ("pipe: a request", json!([connectors(json!([1]))])),
        ("pipe: a parsed body", json!([{ "body": connectors(json!(1)) }])),
        ("pipe: a body of another type", json!([{ "body": 1 }, { "body": {} }])),
        ("pipe: a list of connectors", json!([{ "Id": "a", "ConnectorArn": SNS }])),
        ("record: a payload", json!({ "requestContext": {}, "requestPayload": connectors(json!(1)) })),
        (
            "record: a success",
            json!({ "requestContext": { "condition": "Success" }, "requestPayload": connectors(json!([])) }),
        ),
        (
            "record: too many records",
            (0..5).fold(json!({}), |payload, _| json!({ "requestContext": {}, "requestPayload": payload })),
        ),
        (
            "sns: a notification in a message",
            sqs(json!(json!({ "Type": "Notification", "TopicArn": "t", "Message": "[]" }).to_string())),
        ),
        ("message: a field", sqs(json!(connectors(json!(1)).to_string()))),
        ("message: another type", sqs(json!(null))),
        ("message: not JSON", sqs(json!("{\"a\": hunter2}"))),
        ("message: too many envelopes", sqs(json!("{}"))),
    ];
    let mut actual = String::new();
    for (name, event) in cases {
        let errors = errors_of(&event.to_string());
        writeln!(actual, "# {name}\n{errors}\n").unwrap();
        assert!(!errors.to_string().contains("hunter2"), "{name}: {errors}");
    }
    let duplicate = r#"{"ConnectorDefinitionId":"d","ConnectorDefinitionId":"e"}"#;
    writeln!(actual, "# duplicate field\n{}", errors_of(duplicate)).unwrap();
    assert_snapshot("request_errors.txt", include_str!("messages/request_errors.txt"), &actual);
}

/// A connector in a table of requests: its ARN after `/connectors/`, and its parameters.
type Row = (&'static str, Value);

#[test]
fn catalog_diagnostics() {
    let feedback = |configuration: Value| {
        let map = json!({ "hunter2": configuration }).to_string();
        ("MLFeedback/versions/1", json!({ "FeedbackConfigurationMap": map }))
    };
    let strategy = |strategy: Value| {
        feedback(json!({ "s3-bucket-name": "bucket", "content-type": "x", "sampling-strategy": strategy }))
    };
    let sns = |arn: &str| ("SNS/versions/4", json!({ "DefaultSNSArn": arn }));
    let metrics = |name: &str, value: Value| {
        let mut parameters =
            json!({ "PublishInterval": "60", "MemorySize": "16384", "MaxMetricsToRetain": "2500" });
        parameters[name] = value;
        ("CloudWatchMetrics/versions/5", parameters)
    };
    let rows: Vec<Row> = vec![
        // Each type of value.
        ("CloudWatchMetrics/versions/5", json!({})),
        metrics("PublishInterval", json!("hunter2")),
        metrics("PublishInterval", json!("901")),
        metrics("PublishInterval", json!("060")),
        metrics("PublishInterval", json!("")),
        metrics("PublishInterval", json!("<hunter2>")),
        metrics("PublishInterval", json!(60)),
        metrics("PublishRegion", json!("hunter2")),
        metrics("IsolationMode", json!("hunter2")),
        metrics("IsolationMode", json!("nocontainer")),
        ("CloudWatchMetrics/versions/5", json!({ "PublishIntervall": "hunter2", "memorysize": "hunter2" })),
        metrics("Zzyzx", json!("hunter2")),
        ("CloudWatchMetrics/versions/3", json!({ "IsolationMode": "NoContainer" })),
        ("IoTSiteWise/versions/12", json!({ "SiteWiseOpcuaUserIdentityTokenSecretArn": "" })),
        ("ModbusTCPConnector/versions/3", json!({ "capability_configuration": "{}" })),
        ("ModbusTCPConnector/versions/3", json!({ "CapabilityConfiguration": "hunter2" })),
        ("DeviceDefender/versions/3", json!({})),
        ("DockerApplicationDeployment/versions/7", json!({})),
        (
            "DockerApplicationDeployment/versions/7",
            json!({ "ForceDeploy": "hunter2", "AWSSecretsArnList": "" }),
        ),
        ("ServiceNowMetricBaseIntegration/versions/4", json!({})),
        (
            "ServiceNowMetricBaseIntegration/versions/4",
            json!({ "PublishBatchSize": "60", "MaxMetricsToRetain": "50" }),
        ),
        ("SplunkIntegration/versions/4", json!({ "SplunkEndpoint": "https://10.0.0.1:8088" })),
        ("TwilioNotifications/versions/5", json!({ "DefaultFromPhoneNumber": "hunter2" })),
        ("SerialStream/versions/3", json!({ "PollingRead": "true", "PollingReadLength": "" })),
        ("RaspberryPiGPIO/versions/3", json!({ "GpioMem-ResourceId": "m" })),
        ("RaspberryPiGPIO/versions/3", json!({ "GpioMem-ResourceId": "m", "InputGpios": "hunter2" })),
        ("ImageClassificationAarch64JTX2/versions/2", json!({ "MLFeedbackConnectorConfigId": "config" })),
        // The configurations of MLFeedback.
        ("MLFeedback/versions/1", json!({ "FeedbackConfigurationMap": "hunter2" })),
        feedback(json!(1)),
        feedback(json!({ "hunter2": 1 })),
        feedback(json!({ "s3-bucket-name": "HUNTER2" })),
        feedback(json!({ "s3-bucket-name": "bucket" })),
        ("MLFeedback/versions/1", json!({ "FeedbackConfigurationMap": "{\"-hunter2\":{}}" })),
        strategy(json!(1)),
        strategy(json!({ "strategy-name": "hunter2" })),
        strategy(json!({ "strategy-name": "RANDOM_SAMPLING", "rate": 2 })),
        strategy(json!({ "strategy-name": "MARGIN", "threshold": 2 })),
        strategy(json!({ "strategy-name": "ENTROPY" })),
        sns("hunter2"),
        sns("arn:aws:sns:region:account-id:hunter2"),
        // Names and versions.
        ("sns/versions/4", json!({ "defaultSNSArn": "hunter2" })),
        ("Kafka/versions/1", json!({})),
        ("SNS", json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" })),
        ("SNS/versions/latest", json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" })),
        ("SNS/versions/9", json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" })),
        ("SNS/versions/3", json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" })),
    ];
    let connector =
        |arn: String, parameters: &Value| json!({ "Id": "a", "ConnectorArn": arn, "Parameters": parameters });
    let mut requests: Vec<(Value, Option<&str>)> = rows
        .iter()
        .map(|(name, parameters)| {
            let arn = format!("arn:aws:greengrass:us-east-1::/connectors/{name}");
            (
                json!({ "ConnectorDefinitionId": "d", "Connectors": [connector(arn, parameters)] }),
                Some("us-east-1"),
            )
        })
        .collect();
    let topic = json!({ "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" });
    for (arn, region) in [
        ("arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:us-east-1:123456789012:/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:::/connectors/SNS/versions/4", None),
        ("arn:aws:greengrass:region::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:useast1::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:eu-west-1::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws-cn:greengrass:us-east-1::/connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:us-east-1::connectors/SNS/versions/4", Some("us-east-1")),
        ("arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/d", Some("us-east-1")),
    ] {
        requests.push((
            json!({ "ConnectorDefinitionId": "d", "Connectors": [connector(arn.to_owned(), &topic)] }),
            region,
        ));
    }
    requests.push((
        json!({ "ConnectorDefinitionId": "d", "Connectors": [
            { "Id": "a", "ConnectorArn": SNS, "Parameters": topic },
            { "Id": "b", "ConnectorArn": SNS, "Parameters": topic },
        ] }),
        Some("us-east-1"),
    ));
    requests.push((json!({ "ConnectorDefinitionId": "d", "Conectors": [], "Other": 1 }), Some("us-east-1")));
    requests.push((json!({ "ConnectorDefinitionId": "d", "TargetArn": "t" }), Some("us-east-1")));
    requests.push((json!({ "ConnectorDefinitionId": "d", "Connectors": "[]" }), Some("us-east-1")));
    let many: Vec<Value> = (0..1_001)
        .map(|index| json!({ "Id": index.to_string(), "ConnectorArn": "arn:aws:greengrass:::connector" }))
        .collect();
    requests.push((json!({ "ConnectorDefinitionId": "d", "Connectors": many }), Some("us-east-1")));

    let mut actual = String::new();
    let mut codes = HashSet::new();
    for (request, region) in requests {
        let text = request.to_string();
        let parsed = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap();
        let mut diagnostics = parsed.warnings.clone();
        diagnostics.extend(validate(&parsed, &Context::for_region(region)));
        if diagnostics.len() > 1_000 {
            diagnostics.drain(1..1_000);
        }
        let title = match &request["Connectors"] {
            Value::Array(connectors) if !connectors.is_empty() => connectors[0].to_string(),
            _ => text.clone(),
        };
        writeln!(actual, "# {title}").unwrap();
        assert!(!diagnostics.is_empty(), "{title}");
        for diagnostic in diagnostics {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            writeln!(actual, "{severity}[{}] {diagnostic}", diagnostic.code.name()).unwrap();
            assert!(!diagnostic.message.contains("hunter2"), "{diagnostic}");
            codes.insert(diagnostic.code);
        }
        writeln!(actual).unwrap();
    }
    // The first has no code of its own here, the function itself reports the second, and `check` the others.
    let elsewhere = [
        DiagnosticCode::InvalidRequest,
        DiagnosticCode::FixedClientToken,
        DiagnosticCode::DuplicateKey,
        DiagnosticCode::SeveralDocuments,
    ];
    let missing: Vec<_> = DiagnosticCode::ALL
        .iter()
        .filter(|code| !codes.contains(code) && !elsewhere.contains(code))
        .collect();
    assert!(missing.is_empty(), "codes without a message: {missing:?}");
    assert_snapshot("catalog_diagnostics.txt", include_str!("messages/catalog_diagnostics.txt"), &actual);
}

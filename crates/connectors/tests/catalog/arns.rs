//! Diagnostics about ARNs.

use connectors::catalog::{Context, validate, validate_readable};
use connectors::diagnostic::{Diagnostic, DiagnosticCode};
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use connectors::request::{ParseOptions, parse};
use serde_json::{Value, json};

use super::{codes_and_paths, validate_connectors};

#[test]
fn diagnostics_of_connector_arns() {
    use DiagnosticCode::*;
    let sns = "/connectors/SNS/versions/4";
    let table: &[(&str, &[DiagnosticCode], &str)] = &[
        (&format!("arn:aws:greengrass:us-east-1::{sns}"), &[], ""),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/3",
            &[SupersededVersion],
            "SNS version 3 is superseded; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/5",
            &[UnknownVersion],
            "SNS has no version 5; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/0",
            &[UnknownVersion],
            "SNS has no version 0; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/04",
            &[UnknownVersion],
            "invalid version of SNS; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/latest",
            &[UnknownVersion],
            "invalid version of SNS; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS",
            &[UnknownVersion],
            "no version of SNS; write `/connectors/SNS/versions/4`.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/version/4",
            &[UnknownVersion],
            "no version of SNS; write `/connectors/SNS/versions/4`.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/99999999999999999999",
            &[UnknownVersion],
            "invalid version of SNS; the latest is 4.",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/sns/versions/4",
            &[UnknownConnector],
            "; did you mean `SNS`?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/CloudWatch/versions/1",
            &[UnknownConnector],
            "; did you mean `CloudWatchMetrics`?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/ModbusTCP/versions/1",
            &[UnknownConnector],
            "; did you mean `ModbusTCPConnector`?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTSitewise/versions/12",
            &[UnknownConnector],
            "; did you mean `IoTSiteWise`?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTEIPProtocolAdapter/versions/2",
            &[UnknownConnector],
            "; did you mean `IoTEIPProtocolAdaptor`?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/Kafka/versions/1",
            &[UnknownConnector],
            "AWS has no connector with this name; use ",
        ),
        (
            &format!("arn:aws:greengrass:region::{sns}"),
            &[ArnRegion],
            "the word `region` in place of a Region; write us-east-1.",
        ),
        (
            &format!("arn:aws:greengrass:REGION::{sns}"),
            &[ArnRegion],
            "the word `region` in place of a Region; write us-east-1.",
        ),
        (
            &format!("arn:aws:greengrass:::{sns}"),
            &[ArnRegion],
            "no Region; write us-east-1 after `arn:aws:greengrass:`.",
        ),
        (&format!("arn:aws:greengrass:useast1::{sns}"), &[ArnRegion], "not a Region; write us-east-1."),
        (
            &format!("arn:aws:greengrass:eu-west-1::{sns}"),
            &[ArnRegion],
            "version is created; write us-east-1.",
        ),
        (
            &format!("arn:aws-cn:greengrass:us-east-1::{sns}"),
            &[ArnRegion],
            "partition does not match the Region; write `arn:aws:`.",
        ),
        (&format!("arn:aws:greengrass:us-east-1:123456789012:{sns}"), &[ArnAccount], "leave it empty"),
        (&format!("arn:aws:greengrass:region:123456789012:{sns}"), &[ArnAccount, ArnRegion], ""),
        (&format!("arn:aws:greengrass:${{AWS::Region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        (&format!("arn:aws:greengrass:{{region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        ("arn:aws:greengrass:us-east-1::connectors/SNS/versions/4", &[ConnectorArn], "arn:PARTITION:"),
        (
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/x/versions/y",
            &[ConnectorArn],
            "ARN of a definition, not of a connector; use ",
        ),
        // Connectors that are not AWS's.
        ("arn:aws:greengrass:us-east-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:eu-west-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:us-east-1:123456789012:connector:conveyor", &[], ""),
        ("arn:aws:greengrass:us-east-1::marketplace/conveyor", &[], ""),
        ("arn:aws:greengrass:::x", &[], ""),
    ];
    for (arn, expected, text) in table {
        let parameters = [("DefaultSNSArn".to_owned(), "arn:aws:sns:us-east-1:123456789012:t".to_owned())];
        let mut diagnostics = validate_connectors(&[((*arn).to_owned(), parameters.into())]);
        // The parameter does not fit some of the connectors that are meant.
        diagnostics.retain(|diagnostic| !diagnostic.path.starts_with("Connectors[0].Parameters"));
        let codes: Vec<DiagnosticCode> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, *expected, "{arn}");
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.path == "Connectors[0].ConnectorArn"));
        assert!(
            diagnostics.is_empty() || diagnostics.iter().any(|diagnostic| diagnostic.message.contains(text)),
            "{arn}: {diagnostics:?}"
        );
    }
}

#[test]
fn the_parameters_of_a_misspelled_connector_are_those_of_the_one_that_is_meant() {
    use DiagnosticCode::*;
    let check = |name: &str, parameters: &[(&str, &str)]| {
        let arn = format!("arn:aws:greengrass:us-east-1::/connectors/{name}");
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let diagnostics = validate_connectors(&[(arn, parameters.collect())]);
        diagnostics.into_iter().map(|diagnostic| (diagnostic.code, diagnostic.path)).collect::<Vec<_>>()
    };
    let on = |name: &str| format!("Connectors[0].Parameters.{name}");
    let arn = || "Connectors[0].ConnectorArn".to_owned();
    assert_eq!(
        check("sns/versions/3", &[("defaultSNSArn", "x"), ("Zzyzx", "")]),
        [
            (UnknownConnector, arn()),
            (SupersededVersion, arn()),
            (UnknownParameter, on("Zzyzx")),
            (UnknownParameter, on("defaultSNSArn")),
            (ParameterPattern, on("defaultSNSArn")),
        ]
    );
    assert_eq!(check("SMS/versions/4", &[("Zzyzx", "")]), [(UnknownConnector, arn())], "too far from any");
    assert_eq!(check("CloudWatch/versions/1", &[("Zzyzx", "")]), [(UnknownConnector, arn())], "a guess");
}

#[test]
fn a_definition_of_another_region() {
    let location = FunctionLocation { region: Some("us-east-1".to_owned()), account: None };
    for (partition, region, is_error) in
        [("aws", "us-east-1", false), ("aws", "eu-west-1", true), ("aws-cn", "us-east-1", true)]
    {
        let arn =
            format!("arn:{partition}:greengrass:{region}:123456789012:/greengrass/definition/connectors/d");
        let text = json!({ "ConnectorDefinitionId": arn, "Connectors": [] }).to_string();
        let options = ParseOptions { location: &location, ..ParseOptions::DEFAULT };
        let errors = parse(RawJson::parse(&text).unwrap(), &options).err().map(|invalid| invalid.errors);
        let paths: Vec<String> = errors.iter().flat_map(|e| e.iter()).map(|e| e.path.clone()).collect();
        assert_eq!(paths, if is_error { vec!["ConnectorDefinitionId"] } else { vec![] }, "{arn}");
    }
}

/// A table: connectors, and the diagnostics of what can be read of them, each with its code and path.
#[test]
fn what_can_be_read_of_an_invalid_request_is_validated() {
    use DiagnosticCode::*;
    let metrics = "arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/5";
    let table: [(Value, &[(DiagnosticCode, &str)]); 8] = [
        // Another connector is invalid.
        (
            json!([7, { "Id": "a", "ConnectorArn": metrics, "Parameters": { "PublishInterval": "901" } }]),
            &[(ParameterOutOfRange, "Connectors[1].Parameters.PublishInterval")],
        ),
        // Its own Id is invalid, missing, or there twice.
        (
            json!([{ "Id": "a b", "ConnectorArn": metrics, "Parameters": { "PublishInterval": "901" } }]),
            &[(ParameterOutOfRange, "Connectors[0].Parameters.PublishInterval")],
        ),
        (
            json!([{ "ConnectorArn": metrics, "Parameters": { "Zzyzx": "0" } }]),
            &[(UnknownParameter, "Connectors[0].Parameters.Zzyzx")],
        ),
        (
            json!([{ "Id": "a", "ConnectorArn": metrics }, { "Id": "a", "ConnectorArn": metrics }]),
            &[(RepeatedConnector, "Connectors[1].ConnectorArn")],
        ),
        // A parameter that cannot be read is neither missing nor wrong, but may have no place.
        (
            json!([{ "Id": "a", "ConnectorArn": metrics.replace("CloudWatchMetrics/versions/5", "SNS/versions/4"),
                     "Parameters": { "DefaultSNSArn": null, "Zzyzx": [], "IsolationMode": "x" } }]),
            &[
                (ParameterNotAllowed, "Connectors[0].Parameters.IsolationMode"),
                (UnknownParameter, "Connectors[0].Parameters.Zzyzx"),
            ],
        ),
        (
            json!([{ "Id": "a", "ConnectorArn": metrics.replace("CloudWatchMetrics/versions/5", "SNS/versions/4"),
                     "Parameters": "x" }]),
            &[],
        ),
        // An ARN that cannot be read says nothing.
        (json!([{ "Id": "a", "ConnectorArn": "x", "Parameters": { "Zzyzx": "0" } }]), &[]),
        // Names in camel case.
        (
            json!([{ "id": "a", "connectorArn": metrics, "parameters": { "PublishInterval": "901" } }]),
            &[(ParameterOutOfRange, "Connectors[0].parameters.PublishInterval")],
        ),
    ];
    for (connectors, expected) in table {
        let text = json!({ "ConnectorDefinitionId": 1, "Connectors": connectors }).to_string();
        let invalid = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap_err();
        let diagnostics = validate_readable(&invalid, &Context::for_region(Some("us-east-1")));
        assert_eq!(codes_and_paths(&without_missing(diagnostics)), expected, "{connectors}");
    }
}

/// CloudWatchMetrics has required parameters that the table leaves out.
fn without_missing(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_other =
        |d: &Diagnostic| d.code != DiagnosticCode::MissingParameter || d.path.ends_with("DefaultSNSArn");
    diagnostics.retain(is_other);
    diagnostics
}

#[test]
fn an_unknown_region_of_the_function_gives_no_diagnostics() {
    let definition = "arn:aws-cn:greengrass:cn-north-1:123456789012:/greengrass/definition/connectors/d";
    let text = json!({ "ConnectorDefinitionId": definition, "Connectors": [
        { "Id": "a", "ConnectorArn": "arn:aws-cn:greengrass:cn-north-1::/connectors/SNS/versions/4",
          "Parameters": { "DefaultSNSArn": "arn:aws-cn:sns:cn-north-1:123456789012:t" } },
    ] })
    .to_string();
    let parsed = parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap();
    assert_eq!(validate(&parsed, &Context::for_region(None)), []);
}

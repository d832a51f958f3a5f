//! Diagnostics about ARNs.

use connectors::catalog::{Context, validate};
use connectors::diagnostic::DiagnosticCode;
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use serde_json::json;

use super::{codes_and_paths, validate_connectors, validate_json};

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
        let diagnostics = validate_connectors(&[((*arn).to_owned(), parameters.into())]);
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
fn a_definition_of_another_region() {
    let table = [
        ("aws", "us-east-1", None),
        ("aws", "eu-west-1", Some("connector definition of another Region; use one in us-east-1.")),
        ("aws", "", Some("no Region; write us-east-1 after `arn:aws:greengrass:`.")),
        ("aws", "REGION", Some("the word `region` in place of a Region; write us-east-1.")),
        ("aws-cn", "us-east-1", Some("partition does not match the Region; write `arn:aws:`.")),
    ];
    for (partition, region, text) in table {
        let arn =
            format!("arn:{partition}:greengrass:{region}:123456789012:/greengrass/definition/connectors/d");
        let diagnostics = validate_json(&json!({ "ConnectorDefinitionId": arn, "Connectors": [] }));
        let expected: Vec<_> =
            text.iter().map(|_| (DiagnosticCode::ArnRegion, "ConnectorDefinitionId")).collect();
        assert_eq!(codes_and_paths(&diagnostics), expected, "{arn}");
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.message == text.unwrap()), "{diagnostics:?}");
    }
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

//! What ARNs say.

use connectors::catalog::{Context, advise};
use connectors::json::Json;
use connectors::request::{Code, Rules, parse};
use serde_json::json;

use super::{advice, advice_on, found};

#[test]
fn what_an_arn_says() {
    use Code::*;
    let sns = "/connectors/SNS/versions/4";
    let table: &[(&str, &[Code], &str)] = &[
        (&format!("arn:aws:greengrass:us-east-1::{sns}"), &[], ""),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/3",
            &[SupersededVersion],
            "write versions/4",
        ),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/5", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/0", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/versions/04", &[UnknownVersion], "write versions/4"),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/latest",
            &[UnknownVersion],
            "versions 1 to 4",
        ),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS", &[UnknownVersion], "write versions/4"),
        ("arn:aws:greengrass:us-east-1::/connectors/SNS/version/4", &[UnknownVersion], "write versions/4"),
        (
            "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/99999999999999999999",
            &[UnknownVersion],
            "versions/4",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/sns/versions/4",
            &[UnknownConnector],
            "did you mean SNS?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/CloudWatch/versions/1",
            &[UnknownConnector],
            "mean CloudWatchMetrics?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/ModbusTCP/versions/1",
            &[UnknownConnector],
            "mean ModbusTCPConnector?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTSitewise/versions/12",
            &[UnknownConnector],
            "mean IoTSiteWise?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/IoTEIPProtocolAdapter/versions/2",
            &[UnknownConnector],
            "mean IoTEIPProtocolAdaptor?",
        ),
        (
            "arn:aws:greengrass:us-east-1::/connectors/Kafka/versions/1",
            &[UnknownConnector],
            "names no connector of AWS; write",
        ),
        (&format!("arn:aws:greengrass:region::{sns}"), &[ArnRegion], "the word region"),
        (&format!("arn:aws:greengrass:REGION::{sns}"), &[ArnRegion], "write us-east-1"),
        (&format!("arn:aws:greengrass:::{sns}"), &[ArnRegion], "has no Region"),
        (&format!("arn:aws:greengrass:useast1::{sns}"), &[ArnRegion], "no Region"),
        (&format!("arn:aws:greengrass:eu-west-1::{sns}"), &[ArnRegion], "write us-east-1"),
        (&format!("arn:aws-cn:greengrass:us-east-1::{sns}"), &[ArnRegion], "write arn:aws:"),
        (&format!("arn:aws:greengrass:us-east-1:123456789012:{sns}"), &[ArnAccount], "nothing between"),
        (&format!("arn:aws:greengrass:region:123456789012:{sns}"), &[ArnAccount, ArnRegion], ""),
        (&format!("arn:aws:greengrass:${{AWS::Region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        (&format!("arn:aws:greengrass:{{region}}::{sns}"), &[Placeholder], "arn:PARTITION:"),
        ("arn:aws:greengrass:us-east-1::connectors/SNS/versions/4", &[ConnectorArn], "arn:PARTITION:"),
        (
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/x/versions/y",
            &[ConnectorArn],
            "of a definition",
        ),
        // Somebody else's.
        ("arn:aws:greengrass:us-east-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:eu-west-1:123456789012:/connectors/Conveyor/versions/1", &[], ""),
        ("arn:aws:greengrass:us-east-1:123456789012:connector:conveyor", &[], ""),
        ("arn:aws:greengrass:us-east-1::marketplace/conveyor", &[], ""),
        ("arn:aws:greengrass:::x", &[], ""),
    ];
    for (arn, expected, text) in table {
        let parameters = [("DefaultSNSArn".to_owned(), "arn:aws:sns:us-east-1:123456789012:t".to_owned())];
        let advice = advice(&[((*arn).to_owned(), parameters.into())]);
        let codes: Vec<Code> = advice.iter().map(|advice| advice.code).collect();
        assert_eq!(codes, *expected, "{arn}");
        assert!(advice.iter().all(|advice| advice.path == "Connectors[0].ConnectorArn"));
        assert!(
            advice.is_empty() || advice.iter().any(|advice| advice.message.contains(text)),
            "{arn}: {advice:?}"
        );
    }
}

#[test]
fn a_definition_of_another_region() {
    let table = [
        ("aws", "us-east-1", None),
        ("aws", "eu-west-1", Some("name one in us-east-1")),
        ("aws", "", Some("has no Region")),
        ("aws", "REGION", Some("the word region")),
        ("aws-cn", "us-east-1", Some("write arn:aws:")),
    ];
    for (partition, region, text) in table {
        let arn =
            format!("arn:{partition}:greengrass:{region}:123456789012:/greengrass/definition/connectors/d");
        let advice = advice_on(&json!({ "ConnectorDefinitionId": arn, "Connectors": [] }));
        let expected: Vec<_> = text.iter().map(|_| (Code::ArnRegion, "ConnectorDefinitionId")).collect();
        assert_eq!(found(&advice), expected, "{arn}");
        assert!(advice.iter().all(|advice| advice.message.contains(text.unwrap())), "{advice:?}");
    }
}

#[test]
fn the_region_is_not_held_against_anybody_where_it_is_not_known() {
    let definition = "arn:aws-cn:greengrass:cn-north-1:123456789012:/greengrass/definition/connectors/d";
    let text = json!({ "ConnectorDefinitionId": definition, "Connectors": [
        { "Id": "a", "ConnectorArn": "arn:aws-cn:greengrass:cn-north-1::/connectors/SNS/versions/4",
          "Parameters": { "DefaultSNSArn": "arn:aws-cn:sns:cn-north-1:123456789012:t" } },
    ] })
    .to_string();
    let parsed = parse(Json::parse(&text).unwrap(), &Rules::default()).unwrap();
    assert_eq!(advise(&parsed, &Context::of_region(None)), []);
}

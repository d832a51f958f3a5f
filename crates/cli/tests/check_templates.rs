//! `connector-versions check`: what is known of a template before its deployment.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use support::check::{diagnostics, expected, findings, messages, metrics, report_on};

#[test]
fn an_object_with_a_transform_is_open() {
    let include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}";
    for (parameters, expected) in [
        (include.to_owned(), vec![]),
        (format!("PublishInterval: '60'\n{include}"), vec![]),
        (format!("PublishInterval: '9999'\n{include}"), vec!["ParameterOutOfRange 10"]),
        (format!("PublishIntervall: '60'\n{include}"), vec!["UnknownParameter 10"]),
    ] {
        assert_eq!(findings(&report_on(&metrics(&parameters), &[]).0), expected, "{parameters}");
    }

    let valid = "Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
  List:
    Type: Custom::GreengrassConnectorVersion
    Properties:
      ServiceToken: t
      ConnectorDefinitionId: d
      Connectors:
        Fn::Transform: {Name: Mine}
  Item:
    Type: Custom::GreengrassConnectorVersion
    Properties:
      ServiceToken: t
      ConnectorDefinitionId: d
      Connectors:
        - Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
        - Id: alerts
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
  Properties:
    Type: Custom::GreengrassConnectorVersion
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
      ServiceToken: t
  Resource:
    Type: AWS::Greengrass::ConnectorDefinition
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
    Properties:
      Name: n
      InitialVersion:
        Fn::Transform: {Name: Mine}
  NextTo:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Fn::Transform: [{Name: Mine}]
    Properties:
      ConnectorDefinitionId: d
      Connectors:
        - Id: metrics
          ConnectorArn: arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/5
";
    let (report, status) = report_on(valid, &[]);
    assert_eq!((findings(&report), status), (vec![], 0));
    // AWS's own transforms of a whole template add nothing to a resource; a macro may.
    let missing = metrics("MemorySize: '1'\nMaxMetricsToRetain: '2500'");
    for (transform, expected) in [
        ("AWS::LanguageExtensions", vec!["MissingParameter 11"]),
        ("[AWS::Serverless-2016-10-31, {Name: AWS::Include}]", vec!["MissingParameter 11"]),
        ("[AWS::Serverless-2016-10-31, Mine]", vec![]),
        ("{Name: Mine}", vec![]),
    ] {
        let (report, _) = report_on(&format!("Transform: {transform}\n{missing}"), &[]);
        assert_eq!(findings(&report), expected, "{transform}");
    }
}

#[test]
fn the_body_of_a_loop_is_checked() {
    let template = "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Sites:
    - Site
    - !Ref Sites
    - Fn::ForEach::Lines:
        - Line
        - ['7', '8']
        - Connectors${Site}${Line}:
            Type: Custom::GreengrassConnectorVersion
            Properties:
              ServiceToken: !Ref Function
              ConnectorDefinitionId: !FindInMap [Definitions, !Ref Site, !Ref Line]
              Connectors:
                - Id: alerts-${Line}
                  ConnectorArn: !Sub arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4
                  Parameters:
                    DefaultSNSArn: !Sub arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${Site}-${Line}
                    IsolationMode: Container
                - Id: metrics
                  ConnectorArn: !Sub arn:aws:greengrass:${AWS::Region}::/connectors/CloudWatchMetrics/versions/5
                  Parameters:
                    Fn::ForEach::Parameters:
                      - Name
                      - [PublishInterval, MemorySize]
                      - ${Name}: '60'
                        MaxMetricsToRetain: '1'
                - Id: ${Line}
                  ConnectorArn: arn:aws:greengrass:us-east-1::/connectors/${Line}
                  Parameters: {'&{Site}': x}
Outputs:
  Fn::ForEach::Out: [Site, !Ref Sites, {'Out${Site}': {Value: !Ref Site}}]
";
    let (report, status) = report_on(template, &[]);
    let path =
        r#"Resources.Fn::ForEach::Sites[2].Fn::ForEach::Lines[2]["Connectors${Site}${Line}"].Properties"#;
    assert_eq!(
        diagnostics(&report),
        expected(&[
            ("ParameterNotAllowed", &format!("{path}.Connectors[0].Parameters.IsolationMode"), 19),
            ("ParameterOutOfRange", &format!("{path}.Connectors[1].Parameters.MaxMetricsToRetain"), 27),
        ])
    );
    assert_eq!((status, &report["Files"][0]["Connectors"]), (1, &3.into()));
}

#[test]
fn every_branch_is_checked() {
    for (interval, expected) in [
        ("!If [Prod, '60', '61']", vec![]),
        ("!If [Prod, '9999', '60']", vec!["If condition `Prod` is true: "]),
        ("!If [Prod, '60', '9999']", vec!["If condition `Prod` is false: "]),
        (
            "!If [Prod, !If [Big, '9999', '60'], '1']",
            vec!["If condition `Big` is true and condition `Prod` is true: "],
        ),
        ("!If [Prod, '60', !Ref AWS::NoValue]", vec!["If condition `Prod` is false: required"]),
        ("!Ref AWS::NoValue", vec!["required"]),
        // No deployment takes these branches.
        ("!If [Prod, !If [NotProd, '9999', '60'], '60']", vec![]),
        ("!If [Prod, !If [Dev, '9999', '60'], '60']", vec![]),
        ("!If [Always, '60', '9999']", vec![]),
        ("!If [IsSet, !Ref Unset, '60']", vec![]),
        ("!FindInMap [Intervals, prod, fast]", vec![]),
        ("!FindInMap [Intervals, prod, slow]", vec!["the number is"]),
        ("!FindInMap [Intervals, !Ref Stage, slow]", vec!["If parameter `Stage` is `prod`: "]),
        ("!FindInMap [Intervals, dev, !Ref Speed]", vec![]),
        ("!FindInMap [Intervals, prod, !Ref Speed]", vec!["If parameter `Speed` is `slow`: "]),
        ("!FindInMap [Intervals, none, fast]", vec![]),
        ("!FindInMap [Intervals, none, fast, {DefaultValue: '9999'}]", vec!["the number is"]),
        ("!FindInMap [Regions, !Ref AWS::Region, interval]", vec!["If the Region is `us-east-1`: "]),
        ("!Select [1, ['60', '9999']]", vec!["the number is"]),
        ("!Select [0, ['60', '9999']]", vec![]),
        ("!Select [1, !Split [',', '60,9999']]", vec!["the number is"]),
        ("!Select [5, ['9999']]", vec![]),
        (
            "!Ref Interval",
            vec!["If parameter `Interval` is `2000`: ", "If parameter `Interval` is its default, `1000`: "],
        ),
        ("!Sub '${Tens}0'", vec!["If parameter `Tens` is its default, `100`: "]),
        ("!Join ['', [!Ref Tens, 0]]", vec!["If parameter `Tens` is its default, `100`: "]),
        ("!Ref Secret", vec!["If parameter `Secret` is its default: "]),
        ("!Ref Stored", vec![]),
        ("!Ref Unknown", vec![]),
    ] {
        let sections = "Parameters:
  Interval: {Type: Number, Default: 1000, AllowedValues: [60, 1000, 2000]}
  Tens: {Type: String, Default: '100'}
  Secret: {Type: String, NoEcho: true, Default: '9999'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /line/interval}
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Speed: {Type: String}
  Unset: {Type: String, Default: ''}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Equals [!Ref Stage, dev]
  NotProd: !Not [!Condition Prod]
  Big: !Equals [!Ref Speed, fast]
  Always: !Equals [a, a]
  IsSet: !Not [!Equals [!Ref Unset, '']]
Mappings:
  Intervals: {prod: {fast: '60', slow: '9999'}, dev: {fast: '60', slow: '60'}}
  Regions: {us-east-1: {interval: '9999'}, eu-west-1: {interval: '60'}, default: {interval: '9999'}}
";
        let rest = "MemorySize: '1'\nMaxMetricsToRetain: '2500'";
        let template = format!("{sections}{}", metrics(&format!("PublishInterval: {interval}\n{rest}")));
        let (report, _) = report_on(&template, &[]);
        let found = messages(&report);
        assert_eq!(found.len(), expected.len(), "{interval}: {found:?}");
        for expected in expected {
            let is_found = |message: &String| {
                message.starts_with(expected) || (expected == "the number is" && !message.starts_with("If "))
            };
            assert!(found.iter().any(is_found), "{interval}: {found:?}, not {expected}");
        }
    }
}

#[test]
fn branches_around_connectors_and_lists_are_checked() {
    let template = "Parameters: {Version: {Type: String, Default: '5', AllowedValues: ['5', '9']}}
Resources:
  Items:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Properties:
      ConnectorDefinitionId: d
      Connectors:
        - !If
          - Prod
          - Id: alerts
            ConnectorArn: arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4
            Parameters: {DefaultSNSArn: topic}
          - !Ref AWS::NoValue
        - Id: metrics
          ConnectorArn: !Sub arn:aws:greengrass:us-east-1::/connectors/CloudWatchMetrics/versions/${Version}
          Parameters:
            PublishInterval: !If [Fast, '60', '9999']
            MemorySize: '1'
            MaxMetricsToRetain: '2500'
  List:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Condition: Prod
    Properties:
      ConnectorDefinitionId: d
      Connectors: !If
        - Prod
        - - Id: alerts
            ConnectorArn: arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4
            Parameters: !If [Fast, {DefaultSNSArn: topic}, !Ref Parameters]
        - - Id: not used, since the resource has the condition
Conditions: {Prod: !Equals [!Ref A, b], Fast: !Equals [!Ref A, c]}
";
    let (report, _) = report_on(template, &[]);
    assert_eq!(
        findings(&report),
        [
            "ParameterPattern 12",
            "UnknownVersion 15",
            "ParameterOutOfRange 17",
            "ParameterOutOfRange 17",
            "ParameterPattern 29"
        ]
    );
    let found = messages(&report);
    assert!(found[0].starts_with("If condition `Prod` is true: "), "{found:?}");
    assert!(found[1].starts_with("If parameter `Version` is `9`: "), "{found:?}");
    assert!(found[2].starts_with("If condition `Fast` is false and parameter `Version` is "), "{found:?}");
    assert!(found[4].starts_with("If condition `Fast` is true: "), "{found:?}");
    assert_eq!(report["Files"][0]["Connectors"], 3);
}

#[test]
fn the_region_and_the_partition_are_open() {
    let template = |arn: &str| {
        format!("Resources:
  A:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Properties: {{ConnectorDefinitionId: d, Connectors: [{{Id: a, ConnectorArn: {arn}, Parameters: !Ref P}}]}}")
    };
    for (arn, open, in_china) in [
        ("!Sub 'arn:aws:greengrass:${AWS::Region}::/connectors/SNS/versions/4'", 0, 1),
        ("!Sub 'arn:aws-cn:greengrass:${AWS::Region}::/connectors/SNS/versions/4'", 0, 0),
        ("!Sub 'arn:aws-us-gov:greengrass:${AWS::Region}::/connectors/SNS/versions/4'", 0, 1),
        ("!Sub 'arn:aws-iso-b:greengrass:${AWS::Region}::/connectors/SNS/versions/4'", 0, 1),
        ("!Sub 'arn:${AWS::Partition}:greengrass:cn-north-1::/connectors/SNS/versions/4'", 0, 0),
        ("!Sub 'arn:${AWS::Partition}:greengrass:${Region}::/connectors/SNS/versions/4'", 0, 0),
        ("!Join [':', ['arn:aws-us-gov:greengrass', !Ref AWS::Region, ':/connectors/SNS/versions/4']]", 0, 1),
        (
            "!Join ['', ['arn:', !Ref AWS::Partition, ':greengrass:', !Ref AWS::Region, '::/connectors/SNS/versions/4']]",
            0,
            0,
        ),
        ("!Sub 'arn:aws-cn:greengrass:${AWS::Region}::/connectors/SNS/versions/9'", 1, 1),
        ("arn:aws-cn:greengrass:us-east-1::/connectors/SNS/versions/4", 1, 1),
        ("!Sub ['arn:aws:greengrass:${R}::/connectors/SNS/versions/4', {R: eu-west-1}]", 0, 1),
    ] {
        let count = |arguments: &[&str]| diagnostics(&report_on(&template(arn), arguments).0).len();
        assert_eq!((count(&[]), count(&["--region", "cn-north-1"])), (open, in_china), "{arn}");
    }
}

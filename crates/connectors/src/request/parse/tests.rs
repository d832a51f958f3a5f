use super::*;

use crate::diagnostic::DiagnosticCode;

fn parse_text(text: &str) -> Result<ParsedRequest, Box<InvalidRequest>> {
    parse(RawJson::parse(text).unwrap(), &ParseOptions::default())
}

fn errors_of(text: &str) -> String {
    parse_text(text).unwrap_err().errors.to_string()
}

#[test]
fn values_are_preserved_byte_for_byte() {
    let parsed = parse_text(
        r#"{"ConnectorDefinitionId":"d","AmznClientToken":"t","Revision":"2","Connectors":[
          {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"a",
           "Parameters":{"zip":"007","space":" x ","unicode":"\u00e9\n","json":"{\"a\":1}"}}]}"#,
    )
    .unwrap();
    let connector = parsed.request.connectors.iter().next().unwrap();
    let values: Vec<&str> = connector.parameters.values().map(String::as_str).collect();
    assert_eq!(values, [r#"{"a":1}"#, " x ", "é\n", "007"]);
    assert_eq!(parsed.token.unwrap().as_str(), "t");
    assert_eq!(parsed.revision.unwrap(), "2");
    assert!(parsed.warnings.is_empty());
}

#[test]
fn numbers_and_booleans_become_strings_with_a_warning() {
    let parsed = parse_text(
        r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
           "Parameters":{"a":1.10,"b":true,"c":1E+2}}]}"#,
    )
    .unwrap();
    let connector = parsed.request.connectors.iter().next().unwrap();
    let values: Vec<&str> = connector.parameters.values().map(String::as_str).collect();
    assert_eq!(values, ["1.10", "true", "1E+2"]);
    let warnings: Vec<(DiagnosticCode, &str)> =
        parsed.warnings.iter().map(|warning| (warning.code, warning.path.as_str())).collect();
    assert_eq!(
        warnings,
        [
            (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.a"),
            (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.b"),
            (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.c")
        ]
    );
}

#[test]
fn all_errors_are_reported_together() {
    let text = errors_of(
        r#"{"Connectors":[{"Id":"a b"},{"ConnectorArn":"arn:aws:greengrass:::x","Id":"ok",
           "Parameters":{"n":null,"l":[1],"o":{"x":1},"r":"{{resolve:secretsmanager:s}}"}},
           {"ConnectorArn":"x","Id":"ok"},7,null]}"#,
    );
    for expected in [
        "11 errors:\n",
        "- ConnectorDefinitionId: required; expected a string.\n",
        "- Connectors[0].ConnectorArn: required; expected a string.\n",
        "- Connectors[0].Id: invalid character ' ' at position 2; use 1-128 of `a-z A-Z 0-9 : _ -`.\n",
        "- Connectors[1].Parameters.n: expected a string, found null.\n",
        "- Connectors[1].Parameters.l: expected a string, found a list of 1 item.\n",
        "- Connectors[1].Parameters.o: expected a string, found an object of 1 field.\n",
        "- Connectors[1].Parameters.r: unresolved dynamic reference, ",
        "- Connectors[2].ConnectorArn: not an ARN; use a connector's ARN, such as ",
        "- Connectors[2].Id: duplicate of Connectors[1].Id; use a unique Id for each connector.\n",
        "- Connectors[3]: expected an object, found a number.\n",
        "- Connectors[4]: expected an object, found null.",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn parameters_may_be_json_text() {
    let parsed = parse_text(
        r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
           "Parameters":"{\"a\":\"b\",\"n\":1}"}]}"#,
    )
    .unwrap();
    assert_eq!(parsed.request.connectors.iter().next().unwrap().parameters["a"], "b");
    assert_eq!(parsed.warnings.len(), 1);
    for text in ["", "x", "[1]", "{"] {
        let errors = errors_of(&format!(
            r#"{{"ConnectorDefinitionId":"d","Connectors":[{{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a","Parameters":"{text}"}}]}}"#
        ));
        let expected = "Connectors[0].Parameters: expected an object, or a string that holds a JSON object; ";
        assert!(errors.starts_with(expected), "{errors}");
    }
}

#[test]
fn a_misspelled_field_is_suggested() {
    let text = errors_of(r#"{"connectorDefinitionId":"d"}"#);
    assert_eq!(
        text,
        "ConnectorDefinitionId: required. Found `connectorDefinitionId`; field names are case-sensitive."
    );
    let text = errors_of(r#"{"ConectorDefinitionId":"d"}"#);
    assert_eq!(
        text,
        "ConnectorDefinitionId: required. Found `ConectorDefinitionId`; did you mean `ConnectorDefinitionId`?"
    );
    let warnings = parse_text(r#"{"ConnectorDefinitionId":"d","Conectors":[],"Other":1}"#).unwrap().warnings;
    assert_eq!(warnings[0].message, "unknown field, ignored; did you mean `Connectors`?");
    assert_eq!(warnings[1].message, "unknown field, ignored.");
}

#[test]
fn a_duplicate_field_is_an_error() {
    let text = errors_of(r#"{"ConnectorDefinitionId":"d","ConnectorDefinitionId":"e"}"#);
    assert_eq!(text, "ConnectorDefinitionId: duplicate field; keep one.");
}

#[test]
fn a_source_may_require_connectors_and_add_fields() {
    let options = ParseOptions {
        require_connectors: true,
        allowed_extra_fields: &["ServiceToken"],
        ..ParseOptions::DEFAULT
    };
    let json = r#"{"ConnectorDefinitionId":"d","ServiceToken":"x"}"#;
    let text = parse(RawJson::parse(json).unwrap(), &options).unwrap_err().errors.to_string();
    assert_eq!(text, "Connectors: required; expected a list of connectors, which may be empty.");
    assert!(parse_text(r#"{"ConnectorDefinitionId":"d"}"#).unwrap().request.connectors.iter().len() == 0);
}

/// The content of a misspelled field is read, so that its own errors are reported at once.
#[test]
fn the_content_of_a_misspelled_field_is_read() {
    let text = errors_of(
        r#"{"ConnectorDefinitionId":"d","connectors":[{"connectorArn":"x","id":"a b","parameters":{"a":null}},
           {"connector_arn":"arn:aws:greengrass:::x","Id":"ok","Parameters":{}}],"amznClientToken":"a b"}"#,
    );
    for expected in [
        "connectors: field names are case-sensitive; use `Connectors`.\n",
        "amznClientToken: field names are case-sensitive; use `AmznClientToken`.\n",
        "connectors[0].ConnectorArn: required. Found `connectorArn`; field names are case-sensitive.\n",
        "connectors[0].Id: required. Found `id`; field names are case-sensitive.\n",
        "connectors[0].parameters: field names are case-sensitive; use `Parameters`.\n",
        "connectors[0].connectorArn: not an ARN; ",
        "connectors[0].id: invalid character ' ' at position 2; ",
        "connectors[0].parameters.a: expected a string, found null.\n",
        "connectors[1].ConnectorArn: required. Found `connector_arn`; did you mean `ConnectorArn`?\n",
        "amznClientToken: invalid character ' ' at position 2; ",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(text.starts_with("10 errors:"), "{text}");
}

#[test]
fn json_text_is_read_in_place_of_an_object_or_a_list() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let connector = r#"{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a"}"#;
    let list = format!("[{},{connector}]", quoted(&connector.replace("\"a\"", "\"b\"")));
    let request = format!(r#"{{"ConnectorDefinitionId":"d","Connectors":{}}}"#, quoted(&list));
    let parsed = parse_text(&quoted(&quoted(&request))).unwrap();
    assert_eq!(parsed.request.connectors.iter().len(), 2);
    let warnings: Vec<_> = parsed.warnings.iter().map(|w| (w.code, w.path.as_str())).collect();
    let decoded = DiagnosticCode::TextDecoded;
    assert_eq!(warnings, [(decoded, ""), (decoded, ""), (decoded, "Connectors"), (decoded, "Connectors[0]")]);
    for other in [r#""x""#, r#""7""#, r#""[]""#] {
        assert!(errors_of(other).starts_with("expected an object, found a string of "), "{other}");
    }
}

#[test]
fn paths_start_at_the_root_of_the_event() {
    let body = Path::root().field("Records").index(2).field("body").in_text();
    let options = ParseOptions { path: &body, ..ParseOptions::DEFAULT };
    let json = r#"{"ConnectorDefinitionId":"d","Other":1,"Connectors":[
        {"ConnectorArn":"arn:aws:greengrass:::x","Id":"a"},{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a"}]}"#;
    let invalid = parse(RawJson::parse(json).unwrap(), &options).unwrap_err();
    let errors = "Records[2].body: Connectors[1].Id: duplicate of Connectors[0].Id; use a unique Id for each connector.";
    assert_eq!(invalid.errors.to_string(), errors);
    assert_eq!(invalid.warnings[0].path, "Records[2].body: Other");
}

#[test]
fn fields_of_version_2_are_reported() {
    let parsed = parse_text(
        r#"{"ConnectorDefinitionId":"d","TargetArn":"x","TakeOver":true,"Components":{},"ComponentVersions":{},
            "DeploymentName":"n","DeploymentPolicies":{},"IotJobConfiguration":{},
            "Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a","Component":{}}]}"#,
    )
    .unwrap();
    assert_eq!(parsed.warnings.len(), 8);
    for warning in parsed.warnings {
        assert_eq!(warning.code, DiagnosticCode::UnknownField);
        assert!(warning.message.starts_with("ignored; this field needs GREENGRASS_VERSION=2"), "{warning}");
    }
}

#[test]
fn a_task_token_is_an_error_where_one_can_be() {
    const FIELDS: &[&str] = &["TaskToken", "token"];
    let options = ParseOptions { task_token_fields: FIELDS, ..ParseOptions::DEFAULT };
    for name in FIELDS {
        let json = format!(r#"{{"ConnectorDefinitionId":"d","{name}":"AQCE"}}"#);
        let json = RawJson::parse(&json).unwrap();
        let errors = parse(json, &options).unwrap_err().errors.to_string();
        assert!(errors.starts_with(&format!("{name}: ")) && errors.contains("request-response"), "{errors}");
        assert!(parse(json, &ParseOptions::DEFAULT).is_ok());
    }
}

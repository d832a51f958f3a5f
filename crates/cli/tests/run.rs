//! `connector-versions run`, as a person or a program uses it.
#![cfg(feature = "run")]

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::connector_versions;

fn run(arguments: &[&str]) -> Output {
    connector_versions(&[&["run"], arguments].concat()).stdin(Stdio::null()).output().unwrap()
}

fn run_on(input: &str, arguments: &[&str]) -> Output {
    let mut process = connector_versions(&[&["run"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_sample_ends_well() {
    let listed = stdout(&run(&["--list"]));
    let names: Vec<&str> = listed.lines().collect();
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events"))
        .unwrap()
        .map(|entry| format!("events/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    files.sort();
    assert_eq!(names, files);
    for name in names {
        let output = run(&[name]);
        let text = stdout(&output);
        assert!(output.status.success(), "{name}\n{text}{}", stderr(&output));
        assert!(text.contains("ended well"), "{text}");
    }
}

#[test]
fn a_definition_that_could_not_be_is_refused() {
    let output = run(&["--definition", "b d", "events/direct.json"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("has a space as its character 2"), "{}", stderr(&output));
}

#[test]
fn a_person_sees_what_happened() {
    let text = stdout(&run(&["events/cloudformation-create.json"]));
    for part in [
        "recognised  cloudformation\n",
        "CreateConnectorDefinitionVersion -> 200",
        "AmznClientToken 250ad90c-4df4-593b-976c-a2fd51a9e9a0",
        "operator-alerts  arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
        "(DefaultSNSArn, IsolationMode)",
        "CloudFormation: SUCCESS",
        "PhysicalResourceId arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/",
        "version     Created ",
        "time        start ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("packaging-line-7-alerts"), "no parameter's value");
}

#[test]
fn a_program_reads_the_same() {
    let output = run(&["events/eventbridge.json", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["Ok"], true);
    assert_eq!(report["Source"], "eventbridge");
    assert_eq!(report["Calls"][0]["Operation"], "CreateConnectorDefinitionVersion");
    assert_eq!(report["Calls"][0]["AmznClientToken"], report["Result"]["AmznClientToken"]);
    assert_eq!(report["Calls"][0]["Connectors"][1]["Parameters"], json!(["DefaultSNSArn", "IsolationMode"]));
    assert_eq!(report["Result"]["Outcome"], "Created");
    assert!(report["StartMs"].as_f64().unwrap() > 0.0 && report["EventMs"].as_f64().unwrap() > 0.0);
}

#[test]
fn an_event_may_come_on_standard_input() {
    let event =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/direct.json")).unwrap();
    let output = run_on(&event, &["-"]);
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).starts_with("event       -\nrecognised  direct\n"));
}

#[test]
fn what_cannot_be_run_is_a_clear_error() {
    let table = [
        (run(&["events/none.json"]), "cannot read events/none.json: No such file"),
        (run_on("{\"a\": tru}", &["-"]), "- is not JSON: expected ident at line 1 column 10"),
        (run(&["Cargo.toml"]), "Cargo.toml is not JSON"),
    ];
    for (output, message) in table {
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let unknown_option = run(&["--nonsense"]);
    assert!(!unknown_option.status.success());
    assert!(stderr(&unknown_option).contains("--nonsense"));
}

#[test]
fn a_request_that_is_not_right_shows_its_problems() {
    let output = run_on(r#"{"connectorDefinitionId":"x","Connectors":[{}]}"#, &["-"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for part in [
        "error       InvalidRequest",
        "call        none",
        "ConnectorDefinitionId: is missing",
        "did you mean it by connectorDefinitionId?",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn an_unknown_definition_is_a_clear_error_and_can_be_added() {
    let id = "11111111-2222-4333-8444-555555555555";
    let event = json!({ "ConnectorDefinitionId": id }).to_string();
    let output = run_on(&event, &["-"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("DefinitionNotFound") && text.contains("--definition ID adds another"), "{text}");
    assert!(run_on(&event, &["-", "--definition", id]).status.success());
}

#[test]
fn a_later_run_sees_what_an_earlier_one_made() {
    let data = std::env::temp_dir().join(format!("greengrass-local-{}-runs.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&data);
    let kept = |event: &str| {
        let output = run(&[event, "--json", "--data", data.to_str().unwrap()]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let first = kept("events/eventbridge.json");
    let again = kept("events/eventbridge.json");
    assert_eq!(first["Result"]["Version"], again["Result"]["Version"], "the token was honoured");
    let _ = std::fs::remove_file(&data);
}

//! `connector-versions run`: output, options and exit status.
#![cfg(feature = "run")]

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::{assert_expected, connector_versions, documentation};

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

/// A text with `N` in place of version IDs and times, which differ on every run.
fn masked(text: &str) -> String {
    let is_version_id = |word: &str| {
        let lengths: Vec<usize> = word.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && word.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    };
    let word = |word: &str| match word.rsplit_once('/') {
        _ if is_version_id(word) => "N".to_owned(),
        // A time has a decimal point, a status has none.
        _ if word.contains('.') && word.parse::<f64>().is_ok() => "N".to_owned(),
        Some((path, id)) if path.ends_with("/versions") && is_version_id(id) => format!("{path}/N"),
        _ => word.to_owned(),
    };
    let mut masked = String::new();
    for line in text.lines() {
        if line.contains("AmznClientToken ") {
            masked += &format!("{line}\n");
            continue;
        }
        let (label, rest) = line.split_at(line.len().min(12));
        let rest: Vec<String> = rest.split(' ').map(word).collect();
        masked += &format!("{label}{}\n", rest.join(" "));
    }
    masked
}

#[test]
fn an_event_with_a_response_url_elsewhere_is_not_sent_there() {
    let output = run(&["--keep-response-url", "events/cloudformation-create.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: --keep-response-url: a ResponseURL is not on this machine"));
}

#[test]
fn every_sample_succeeds() {
    let listed = stdout(&run(&["--list"]));
    let names: Vec<&str> = listed.lines().collect();
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events"))
        .unwrap()
        .map(|entry| format!("events/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    files.sort_by_key(|file| file.trim_end_matches(".json").to_owned());
    assert_eq!(names, files);
    for name in names {
        let output = run(&[name]);
        let text = stdout(&output);
        assert!(output.status.success(), "{name}\n{text}{}", stderr(&output));
        assert!(text.ends_with("\nresult      succeeded\n"), "{text}");
    }
}

#[test]
fn an_invalid_definition_id_is_a_usage_error() {
    let output = run(&["--definition", "b d", "events/direct.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("invalid value 'b d' for '--definition <ID>'"), "{}", stderr(&output));
}

#[test]
fn text_output_has_calls_response_and_version() {
    let text = stdout(&run(&["events/cloudformation-create.json"]));
    for part in [
        "source      cloudformation\n",
        "CreateConnectorDefinitionVersion -> 200",
        "AmznClientToken 250ad90c-4df4-593b-976c-a2fd51a9e9a0",
        "operator-alerts  arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
        "(DefaultSNSArn, IsolationMode)",
        "response    CloudFormation: SUCCESS\n",
        "PhysicalResourceId arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/",
        "version     Created ",
        "time        start ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("packaging-line-7-alerts"), "a parameter's value in {text}");
    assert_expected("run.txt", &masked(&text));
}

#[test]
fn the_command_line_reference_shows_the_output() {
    let event = "events/direct.json";
    let page = documentation("reference/command-line.md");
    let (_, rest) = page.split_once(&format!("$ cargo local run {event}\n")).unwrap();
    let (shown, _) = rest.split_once("```\n").unwrap();
    assert_eq!(masked(&stdout(&run(&[event]))), masked(shown));
}

#[test]
fn json_output_has_the_same_members() {
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
fn an_event_can_come_from_standard_input() {
    let event =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/direct.json")).unwrap();
    let output = run_on(&event, &["-"]);
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).starts_with("event       -\nsource      direct\n"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let event = std::fs::read_to_string("../../events/direct.json");
    let event = event.or_else(|_| std::fs::read_to_string("events/direct.json")).unwrap();
    let output = run_on(&format!("\u{feff}{event}"), &["-"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn unreadable_input_has_its_own_exit_status() {
    let table = [
        (run(&["events/none.json"]), "cannot read events/none.json: No such file"),
        (run_on("{\"a\": tru}", &["-"]), "- is not JSON: expected ident at line 1 column 10"),
        (run(&["Cargo.toml"]), "Cargo.toml is not JSON"),
    ];
    for (output, message) in table {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let unknown_option = run(&["--nonsense"]);
    assert_eq!(unknown_option.status.code(), Some(2));
    assert!(stderr(&unknown_option).contains("--nonsense"));
}

#[test]
fn the_errors_of_an_invalid_request_are_printed() {
    let output = run_on(r#"{"connectorDefinitionId":"x","Connectors":[{}]}"#, &["-"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for part in [
        "error       InvalidRequest",
        "call        none",
        "\n            - ConnectorDefinitionId: ",
        "\n            - Connectors[0].Id: ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn an_unknown_definition_is_an_error_with_a_hint() {
    let id = "11111111-2222-4333-8444-555555555555";
    let event = json!({ "ConnectorDefinitionId": id }).to_string();
    let output = run_on(&event, &["-"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(
        text.contains("DefinitionNotFound") && text.contains("Use --definition ID to add another\n"),
        "{text}"
    );
    assert!(run_on(&event, &["-", "--definition", id]).status.success());
}

#[test]
fn a_run_sees_versions_of_earlier_runs_with_the_same_data_file() {
    let data = std::env::temp_dir().join(format!("connector-versions-{}-runs.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&data);
    let run_with_data = |event: &str| {
        let output = run(&[event, "--json", "--data", data.to_str().unwrap()]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let first = run_with_data("events/eventbridge.json");
    let again = run_with_data("events/eventbridge.json");
    assert_eq!(first["Result"]["Version"], again["Result"]["Version"], "the emulator honored the token");
    let _ = std::fs::remove_file(&data);
}

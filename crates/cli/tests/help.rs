//! Help texts, completions, and exit statuses of all commands.

#[allow(dead_code, unreachable_pub, reason = "a module of this test file, which uses its own part")]
mod support;

use std::process::Output;

use support::{assert_expected, connector_versions, documentation};

#[cfg(feature = "run")]
const COMMANDS: &[&str] = &["", "run", "serve", "check", "connectors", "completions"];
/// The help without a command differs without the feature.
#[cfg(not(feature = "run"))]
const COMMANDS: &[&str] = &["check", "connectors", "completions"];

fn output(arguments: &[&str]) -> Output {
    connector_versions(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn help(command: &str) -> String {
    let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
    let output = output(&arguments);
    assert!(output.status.success());
    stdout(&output)
}

#[test]
fn help_texts_are_as_expected() {
    for command in COMMANDS {
        let name = if command.is_empty() { "help.txt".to_owned() } else { format!("help-{command}.txt") };
        let text = help(command);
        assert!(text.contains("\nExamples:\n  connector-versions "), "{text}");
        assert_expected(&name, &text);
    }
}

#[test]
fn every_option_is_documented() {
    let page = documentation("reference/command-line.md");
    for command in COMMANDS {
        let text = help(command);
        let (text, _) = text.split_once("\nExamples:\n").unwrap();
        for option in text.split_whitespace().filter(|word| word.starts_with("--")) {
            let option = option.trim_end_matches([',', ':']);
            assert!(page.contains(option), "{command} {option} is not in the reference");
        }
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = output(&["completions", shell]);
        assert!(output.status.success());
        let script = stdout(&output);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
    assert_eq!(output(&["completions", "dos"]).status.code(), Some(2));
}

#[test]
fn a_page_without_markers_is_not_changed() {
    let file = std::env::temp_dir().join(format!("connector-versions-{}-page.md", std::process::id()));
    std::fs::write(&file, "# Page\n").unwrap();
    let output = output(&["connectors", "--update", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: no generated section in "));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# Page\n");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(self::output(&["connectors", "--update", "none.md"]).status.code(), Some(2));
}

#[test]
fn the_connector_reference_is_up_to_date() {
    const PAGE: &str = "reference/connectors.md";
    let section = stdout(&output(&["connectors"]));
    assert!(section.contains("\n### TwilioNotifications\n") && section.contains("`TWILIO_ACCOUNT_SID`"));
    assert!(
        documentation(PAGE).contains(&section),
        "update the page with `cargo local connectors --update docs/src/{PAGE}`"
    );
}

//! Properties of `check` that hold for every file: it never panics, it ends, and each output format can show the result.
//!
//! To check for ten minutes and print the number of files:
//! `PROPERTY_SECONDS=600 cargo test -p connector-versions-cli properties -- --nocapture`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;
use std::{env, fs, process, thread};

use clap::Parser;
use connectors::catalog::data::CONNECTORS;
use proptest::prelude::*;
use proptest::sample::Index;

use property::{Property, fail, for_all};
use text_edit::{any_text_edit, edited};

use super::CheckArgs;

#[path = "../../../connectors/tests/support/property.rs"]
mod property;
#[path = "../../../connectors/tests/support/text_edit.rs"]
mod text_edit;

/// Far longer than any check takes, also on a busy machine.
const MAX_DURATION: Duration = Duration::from_secs(60);

/// The templates and events of the repository.
static SAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["crates/cli/tests/templates", "examples", "examples/migration", "events"];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "json"));
    files.sort();
    assert!(files.len() > 15, "{files:?}");
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
});

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    args: CheckArgs,
}

/// Checks a file with this content and formats the report. A check that does not end ends the process, since its thread
/// cannot be stopped; the file remains.
fn check(content: &[u8]) -> Result<(), TestCaseError> {
    let name = format!("check-properties-{}-{:?}", process::id(), thread::current().id());
    let file = env::temp_dir().join(name.replace(['(', ')'], ""));
    fs::write(&file, content).unwrap();
    let (done, finished) = mpsc::channel();
    let checked = file.clone();
    let worker = thread::spawn(move || {
        for format in ["text", "json", "sarif"] {
            let arguments = ["check", "--region", "eu-west-1", "--format", format, checked.to_str().unwrap()];
            let args = CommandLine::try_parse_from(arguments).unwrap().args;
            let report = args.check();
            let formatted = args.format(&report);
            if format != "text" {
                serde_json::from_str::<serde_json::Value>(&formatted).unwrap();
            }
            assert!(report.to_text(true).len() >= report.to_text(false).len());
            assert!(report.exit_status() <= 2);
        }
        // The receiver is gone only where the process ends.
        let _ = done.send(());
    });
    if finished.recv_timeout(MAX_DURATION) == Err(mpsc::RecvTimeoutError::Timeout) {
        let _ =
            writeln!(std::io::stderr(), "check of {} did not end within {MAX_DURATION:?}", file.display());
        process::abort();
    }
    let result = worker.join();
    fs::remove_file(&file).unwrap();
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        fail(format!("panicked: {}", text.unwrap_or("?")))
    })
}

/// What has a meaning in YAML, JSON or a template.
const TOKENS: &[&str] = &[
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    ": ",
    ":",
    "- ",
    "? ",
    ", ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "|\n",
    ">-\n ",
    "|9\n",
    "# ",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "\0",
    "é",
    "😀",
    "&a ",
    "*a",
    "<<: *a\n",
    "<<",
    "!",
    "!!",
    "!<x> ",
    "%YAML 1.2\n",
    "%TAG ! x\n",
    "---\n",
    "...\n",
    "~",
    "null",
    "True",
    "1e999",
    "0x1F",
    ".nan",
    "!Ref x",
    "!Sub ",
    "!Sub ${AWS::Region}",
    "!Sub ['${",
    "${",
    "${!",
    "!Join ['', [",
    "!If [a, ",
    "!GetAtt a.b",
    "!Ref AWS::NoValue",
    "!FindInMap [a, b, c]",
    "Fn::If: ",
    "Fn::Sub: ",
    "Fn::ForEach::x: ",
    "Ref: ",
    "Condition: ",
    "Resources:\n",
    "Resources: {",
    "Type: ",
    "Type: AWS::Greengrass::ConnectorDefinitionVersion\n",
    "Type: Custom::GreengrassConnectorVersion\n",
    "Properties:\n",
    "Properties: {",
    "Connectors:\n",
    "Connectors: [",
    "ConnectorArn: ",
    "Id: ",
    "Parameters:\n",
    "Parameters: {",
    "InitialVersion:\n",
    "ConnectorDefinitionId: d\n",
    "AWSTemplateFormatVersion: '2010-09-09'\n",
    "Transform: AWS::LanguageExtensions\n",
    "Mappings:\n",
    "Conditions:\n",
    "Rules:\n",
    "Globals:\n",
    "Default: ",
    "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
    "{{resolve:ssm:x}}",
    "{{resolve:",
    "\"\\ud800\"",
    "\"Records\": [",
    "\"body\": \"{",
    "\\\"",
    "\\",
];

fn any_token() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(TOKENS).prop_map(str::to_owned),
        1 => ".{0,4}",
        1 => "[a-z]{1,5}",
    ]
}

/// A change of whole lines.
#[derive(Clone, Debug)]
enum LineEdit {
    Remove(Index),
    Copy(Index, Index),
    Indent(Index, usize),
    Dedent(Index, usize),
}

fn any_line_edit() -> impl Strategy<Value = LineEdit> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(LineEdit::Remove),
        (at(), at()).prop_map(|(from, to)| LineEdit::Copy(from, to)),
        (at(), 1..5_usize).prop_map(|(at, spaces)| LineEdit::Indent(at, spaces)),
        (at(), 1..5_usize).prop_map(|(at, spaces)| LineEdit::Dedent(at, spaces)),
    ]
}

fn with_edited_lines(text: &str, edits: &[LineEdit]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits.iter().take_while(|_| text.lines().count() > edits.len()) {
        let number = lines.len();
        match edit {
            LineEdit::Remove(at) => drop(lines.remove(at.index(number))),
            LineEdit::Copy(from, to) => lines.insert(to.index(number), lines[from.index(number)].clone()),
            LineEdit::Indent(at, spaces) => lines[at.index(number)].insert_str(0, &" ".repeat(*spaces)),
            LineEdit::Dedent(at, spaces) => {
                let line = &mut lines[at.index(number)];
                let indentation = line.len() - line.trim_start_matches(' ').len();
                line.drain(..indentation.min(*spaces));
            }
        }
    }
    lines.join("\n")
}

/// Bytes that may not even be text.
const ARBITRARY_BYTES: Property = Property {
    name: "check of arbitrary bytes",
    cases: 64,
    check: |runner| for_all(runner, &prop::collection::vec(any::<u8>(), 0..200), |bytes| check(&bytes)),
};

const ARBITRARY_TOKENS: Property = Property {
    name: "check of arbitrary YAML tokens",
    cases: 256,
    check: |runner| {
        for_all(runner, &prop::collection::vec(any_token(), 0..60), |tokens| {
            check(tokens.concat().as_bytes())
        })
    },
};

const MUTATED_FILES: Property = Property {
    name: "check of mutated templates and events",
    cases: 128,
    check: |runner| {
        let lines = prop::collection::vec(any_line_edit(), 0..5);
        let edits = prop::collection::vec(any_text_edit(any_token()), 0..4);
        for_all(runner, &(any::<Index>(), lines, edits), |(sample, lines, edits)| {
            let text = with_edited_lines(sample.get::<String>(&SAMPLES), &lines);
            check(edits.iter().fold(text, |text, edit| edited(&text, edit)).as_bytes())
        })
    },
};

/// A value of a template in one of YAML's styles. Not every value is valid YAML.
fn any_value() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-zé😀 ]{0,12}",
        ".{0,100}",
        prop::sample::select(CONNECTORS.to_vec())
            .prop_map(|c| format!("arn:aws:greengrass:us-east-1::/connectors/{}/versions/1", c.name)),
        prop::collection::vec(any_token(), 1..4).prop_map(|tokens| tokens.concat()),
    ];
    (text, 0..8_u8).prop_map(|(text, style)| match style {
        0 => serde_json::Value::from(text).to_string(),
        1 => format!("'{}'", text.replace('\'', "''")),
        2 => format!("!Sub '{}'", text.replace('\'', "''")),
        3 => format!("!Join ['-', [{}, !Ref AWS::Region]]", serde_json::Value::from(text)),
        4 => format!("|\n              {text}\n              é"),
        5 => format!("!If [c, {}, !Ref x]  # é", serde_json::Value::from(text)),
        6 => format!("{{a: {}}}", serde_json::Value::from(text)),
        _ => text,
    })
}

/// Templates with arbitrary values: most have errors, in excerpts of every form.
const TEMPLATES_WITH_ARBITRARY_VALUES: Property = Property {
    name: "check of templates with arbitrary values",
    cases: 128,
    check: |runner| {
        let names: Vec<&str> =
            CONNECTORS.iter().flat_map(|c| c.parameters).map(|parameter| parameter.name).collect();
        let name = prop_oneof![prop::sample::select(names).prop_map(str::to_owned), "[a-zé]{1,90}"];
        let connector = (any_value(), any_value(), prop::collection::vec((name, any_value()), 0..4))
            .prop_map(|(arn, id, parameters)| {
                let parameters: String =
                    parameters.iter().map(|(name, value)| format!("            {name}: {value}\n")).collect();
                format!(
                    "        - ConnectorArn: {arn}\n          Id: {id}\n          Parameters:\n{parameters}"
                )
            });
        let known = prop::sample::select(CONNECTORS.to_vec()).prop_flat_map(|spec| {
            let names: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
            (Just(spec), prop::collection::vec((prop::sample::select(names), any_value()), 1..4))
        });
        let known = known.prop_map(|(spec, parameters)| {
            let parameters: String =
                parameters.iter().map(|(name, value)| format!("            {name}: {value}\n")).collect();
            let arn =
                format!("arn:aws:greengrass:eu-west-1::/connectors/{}/versions/{}", spec.name, spec.latest);
            format!("        - ConnectorArn: {arn}\n          Id: a\n          Parameters:\n{parameters}")
        });
        let connectors = prop::collection::vec(prop_oneof![1 => connector, 3 => known], 1..3);
        let custom = any::<bool>();
        for_all(runner, &(custom, any_value(), connectors), |(is_custom, definition, connectors)| {
            let (kind, definition) = match is_custom {
                true => (
                    "Custom::GreengrassConnectorVersion",
                    format!("      ConnectorDefinitionId: {definition}\n"),
                ),
                false => ("AWS::Greengrass::ConnectorDefinitionVersion", String::new()),
            };
            let connectors = connectors.concat();
            check(
                format!("Resources:\n  R:\n    Type: {kind}\n    Properties:\n{definition}      Connectors:\n{connectors}")
                    .as_bytes(),
            )
        })
    },
};

/// A part that is repeated, so that files are deep, wide or long.
const REPEATED_TOKENS: Property = Property {
    name: "check of repeated tokens",
    cases: 16,
    check: |runner| {
        let tokens = || prop::collection::vec(any_token(), 0..6).prop_map(|tokens| tokens.concat());
        let strategy = (any::<Index>(), any::<bool>(), tokens(), tokens(), 1..5_000_usize);
        for_all(runner, &strategy, |(sample, in_sample, before, repeated, times)| {
            let sample = if in_sample { sample.get::<String>(&SAMPLES).as_str() } else { "" };
            check(format!("{sample}{before}{}", repeated.repeat(times)).as_bytes())
        })
    },
};

#[test]
fn arbitrary_bytes_never_panic() {
    ARBITRARY_BYTES.check_once();
}

#[test]
fn arbitrary_yaml_never_panics() {
    ARBITRARY_TOKENS.check_once();
}

#[test]
fn mutated_templates_and_events_never_panic() {
    MUTATED_FILES.check_once();
}

#[test]
fn templates_with_arbitrary_values_never_panic() {
    TEMPLATES_WITH_ARBITRARY_VALUES.check_once();
}

#[test]
fn long_and_deep_files_are_checked_to_the_end() {
    REPEATED_TOKENS.check_once();
}

#[test]
fn properties_hold_for_the_chosen_time() {
    property::check_all_for_chosen_time(&[
        ARBITRARY_BYTES,
        ARBITRARY_TOKENS,
        MUTATED_FILES,
        TEMPLATES_WITH_ARBITRARY_VALUES,
        REPEATED_TOKENS,
    ]);
}

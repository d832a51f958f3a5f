//! The program as built, in the repository's folder.

pub mod check;

use std::path::Path;
use std::process::Command;

/// `connector-versions` with these arguments.
pub fn connector_versions(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-versions"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(arguments);
    command
}

/// Compares a text with a file in `tests/expected`, so that a change of what users see is part of a change's diff.
/// With the environment variable `UPDATE_EXPECTED`, writes the file instead.
pub fn assert_expected(name: &str, text: &str) {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expected")).join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, expected, "{name}: if intended, run the tests with UPDATE_EXPECTED=1");
}

/// A page of the documentation.
pub fn documentation(page: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src");
    std::fs::read_to_string(format!("{folder}/{page}")).unwrap()
}

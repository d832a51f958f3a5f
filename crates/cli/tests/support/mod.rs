//! The program as built, in the repository's folder.

use std::process::Command;

/// `connector-versions` with these arguments.
pub fn connector_versions(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connector-versions"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(arguments);
    command
}

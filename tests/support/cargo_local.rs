//! `cargo local`, as the README has it.

use std::process::Command;

/// `cargo local` with these arguments, in the project's folder.
pub fn cargo_local(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--quiet", "local"]).args(arguments);
    command
}

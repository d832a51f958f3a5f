//! Files, standard input and output, for all commands.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};

use crate::error::CliError;

/// Reads a text file, or standard input if the name is `-`.
pub(crate) fn read(name: &str) -> io::Result<String> {
    if name != "-" {
        return fs::read_to_string(name);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map(|_| text)
}

/// Writes to standard output. A closed pipe is not an error: its reader has read enough.
pub(crate) fn write_stdout(text: &str) -> Result<(), CliError> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(source) if source.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Write { name: "standard output".to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Writes an error message to standard error.
pub(crate) fn write_error(error: &CliError) {
    // Without standard error there is no place left to report to.
    let _ = writeln!(io::stderr(), "error: {error}");
}

/// Writes a warning to standard error.
#[cfg(feature = "run")]
pub(crate) fn write_warning(message: &str) {
    let _ = writeln!(io::stderr(), "warning: {message}");
}

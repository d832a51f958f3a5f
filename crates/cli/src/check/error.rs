//! Why a file cannot be checked.

use std::io;

use connectors::diagnostic::ValidationErrors;

use super::limits::{MAX_DEPTH, MAX_NODES};

/// Why a file cannot be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("cannot read the file: {0}")]
    Read(#[from] io::Error),
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "neither JSON nor a template: a comment at line {line} column {column}, and JSON has no comments; remove it"
    )]
    CommentInJson { line: usize, column: usize },
    #[error("neither JSON nor a template: {0}")]
    OnlyText(serde_json::Error),
    #[error("not YAML: {0}")]
    NotYaml(String),
    #[error("no file matches; check the name, or the pattern in quotes")]
    NoMatch,
    #[error("no content")]
    Empty,
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    #[error("more than {MAX_NODES} values")]
    TooManyValues,
    #[error("not an event: {0}")]
    NotAnEvent(ValidationErrors),
}

//! The documents of a file, as JSON or YAML.

use connectors::json::RawJson;

use super::error::FileError;
use super::json_reader::JsonReader;
use super::spanned_value::SpannedValue;
use super::yaml_reader::YamlReader;

/// Parses the documents of a file: one of JSON, or any number of YAML if the text is not JSON. Empty documents are
/// left out.
pub(super) fn parse_documents(text: &str) -> Result<Vec<SpannedValue>, FileError> {
    let error = match RawJson::parse(text) {
        Ok(json) => return Ok(vec![JsonReader::new(text).value(json, 0)?]),
        Err(error) => error,
    };
    // The YAML parser's error would not help the author of JSON.
    if text.trim_start().starts_with(['{', '[']) {
        return Err(match comment_position(text, error.line(), error.column()) {
            Some((line, column)) => FileError::CommentInJson { line, column },
            None => error.into(),
        });
    }
    let documents = YamlReader::new(text).documents();
    if documents.as_ref().is_ok_and(|documents| documents.iter().any(|value| value.as_scalar().is_none()))
        || documents.as_ref().is_ok_and(Vec::is_empty)
    {
        return documents;
    }
    match comment_before_json(text) {
        Some((line, column)) => Err(FileError::CommentInJson { line, column }),
        None if documents.is_ok() => Err(FileError::OnlyText(error)),
        None => documents,
    }
}

/// The position of a comment that is where JSON stops.
fn comment_position(text: &str, line: usize, column: usize) -> Option<(usize, usize)> {
    let from = column.saturating_sub(1);
    let rest = text.lines().nth(line.checked_sub(1)?)?.get(from..)?;
    ["//", "/*", "#"].iter().any(|start| rest.starts_with(start)).then_some((line, column))
}

/// The position of a comment before something that looks like JSON; `None` if there is no comment.
pub(super) fn comment_before_json(text: &str) -> Option<(usize, usize)> {
    let start = text.len() - text.trim_start().len();
    let mut rest = text.trim_start();
    while !rest.starts_with(['{', '[']) {
        let (_, after) = match rest {
            line if line.starts_with("//") || line.starts_with('#') => line.split_once('\n')?,
            block if block.starts_with("/*") => block.split_once("*/")?,
            _ => return None,
        };
        rest = after.trim_start();
    }
    if text.trim_start().len() == rest.len() {
        return None;
    }
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
}

/// Parses the only document of a text.
#[cfg(test)]
pub(super) fn parse_document(text: &str) -> Result<SpannedValue, FileError> {
    parse_documents(text)?.pop().ok_or(FileError::Empty)
}

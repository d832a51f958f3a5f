//! Checks the documents of a file: finds out what each is, and where its requests are.

use connectors::diagnostic::{Diagnostic, DiagnosticCode, Path};

use super::collector::CheckResult;
use super::diagnostic::LocatedDiagnostic;
use super::duplicates::Duplicates;
use super::error::FileError;
use super::parse::{comment_before_json, parse_documents};
use super::place::Place;
use super::resources::is_template;
use super::scope::Scope;
use super::serverless::is_serverless;
use super::spanned_value::SpannedValue;
use super::{api, event, template, terraform};

/// Checks the text of a file.
pub(super) fn check_text(text: &str, region: Option<&str>) -> Result<CheckResult, FileError> {
    let documents = parse_documents(text)?;
    let is_single = documents.len() == 1;
    let mut result = CheckResult::default();
    if documents.is_empty() {
        return Err(FileError::Empty);
    }
    let mut templates = Vec::new();
    for (index, document) in documents.into_iter().enumerate() {
        let span = document.span;
        let prefix = (!is_single).then(|| format!("document {}", index + 1));
        let first_new = result.diagnostics.len();
        let is_source =
            check_document(text, document, region, &Place { prefix, depth: 0 }, is_single, &mut result)?;
        // A template is source code and may be shown. An event is data: its values may be secrets.
        for located in result.diagnostics.iter_mut().skip(first_new) {
            located.is_source = is_source;
        }
        templates.extend(is_source.then_some(span));
    }
    if let (false, Some(span)) = (is_single, templates.first()) {
        let message = "several documents in the file of a template; CloudFormation takes one, so make it a file of its own.";
        let diagnostic = Diagnostic::new(DiagnosticCode::SeveralDocuments, &Path::root(), message);
        let located = LocatedDiagnostic { diagnostic, span: *span, excerpt: None, is_source: true };
        result.diagnostics.push(located);
    }
    if result.requests == 0 {
        result.note("no connectors found".to_owned());
    }
    // With a comment above it, JSON is YAML, of which a template may consist, but not what the function receives.
    if result.requests > 0
        && templates.is_empty()
        && let Some((line, column)) = comment_before_json(text)
    {
        return Err(FileError::CommentInJson { line, column });
    }
    result.finish(text);
    Ok(result)
}

/// Checks a document. Returns whether it is a template.
fn check_document(
    text: &str,
    document: SpannedValue,
    region: Option<&str>,
    place: &Place,
    is_single: bool,
    result: &mut CheckResult,
) -> Result<bool, FileError> {
    if terraform::is_terraform(&document) {
        terraform::check(&document, region, place, result);
        return Ok(false);
    }
    let is_event = event::is_event(&document);
    if !is_event || api::has_functions(&document) {
        let mut template = document.clone();
        let duplicates = Duplicates::remove(&mut template);
        let is_serverless = is_serverless(&template);
        let scope = Scope { template: None, region, is_serverless };
        if template::check(&template, scope, place, result) | is_template(&template) {
            duplicates.report(place, result);
            return Ok(true);
        }
        if api::has_functions(&template) && api::check_snippet(&template, scope, place, result) {
            duplicates.report(place, result);
            return Ok(true);
        }
    }
    if is_event {
        match event::check(text, &document, region, place, result) {
            Err(FileError::NotAnEvent(_)) => {}
            checked => return checked.map(|()| false),
        }
    }
    if api::check(text, &document, region, place, result) {
        return Ok(false);
    }
    match event::check(text, &document, region, place, result) {
        // Other files of a repository are JSON and YAML too.
        Err(FileError::NotAnEvent(_)) if !is_single || document.as_scalar().is_none() => Ok(false),
        checked => checked.map(|()| false),
    }
}

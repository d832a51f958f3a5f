//! Validates requests against what AWS documents about its own connectors.
//!
//! Greengrass accepts almost any parameters when a version is created; a wrong one fails later, when a group is
//! deployed to a device. [`validate`] finds such errors early, without calling AWS. Its findings are diagnostics, not
//! rejections: the documentation can be wrong, and the caller decides. Connectors that are not AWS's are not checked.

mod charset;
pub mod connector;
mod connector_arn;
pub mod data;
mod feedback_configs;
mod input;
mod messages;
mod parameters;
mod placeholder;
mod rules;
pub mod value_type;

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, DiagnosticCode, DiagnosticSink, Path};
use crate::request::{CONNECTORS, InvalidRequest, ParsedRequest};
use connector::ConnectorSpec;
use feedback_configs::FeedbackConfigs;
pub use input::Context;
use input::{ConnectorPath, ConnectorUse, ConnectorView, readable_views, views};

/// Validates the connectors of a request and returns what is wrong with them, in the order of the request.
pub fn validate(parsed: &ParsedRequest, context: &Context<'_>) -> Vec<Diagnostic> {
    let list = parsed.path.field(CONNECTORS);
    validate_connectors(&list, &views(&parsed.request.connectors), context)
}

/// Validates what can be read of the connectors of an invalid request. What cannot be read counts as present and valid.
pub fn validate_readable(invalid: &InvalidRequest, context: &Context<'_>) -> Vec<Diagnostic> {
    validate_connectors(&invalid.connectors.list, &readable_views(&invalid.connectors), context)
}

fn validate_connectors(
    list: &Path,
    connectors: &[ConnectorView<'_>],
    context: &Context<'_>,
) -> Vec<Diagnostic> {
    let mut diagnostics = DiagnosticSink::default();
    let mut first_index_by_name: HashMap<&str, usize> = HashMap::new();
    let feedback_configs = FeedbackConfigs::new(connectors, context);
    for requested in connectors {
        let path = ConnectorPath::new(list, requested);
        let Some((connector, version)) =
            connector_arn::check_connector_arn(requested.arn, context.region, &path, &mut diagnostics)
        else {
            continue;
        };
        let index = requested.index;
        let first_index = *first_index_by_name.entry(connector.name).or_insert(index);
        if first_index != index {
            diagnostics.push_with(DiagnosticCode::RepeatedConnector, &path.arn(), || {
                messages::repeated_connector(connector, list.within_text(), first_index)
            });
        }
        let is_deferred =
            |name: &str| (context.is_deferred)(index, name) || requested.unreadable.contains(name);
        let connector_use =
            ConnectorUse { connector, version, parameters: requested.parameters, is_deferred: &is_deferred };
        let misspelled = parameters::check_parameters(&connector_use, &path, &mut diagnostics);
        rules::check_rules(&connector_use, &misspelled, &feedback_configs, &path, &mut diagnostics);
    }
    diagnostics.into_diagnostics()
}

/// The AWS connector that an ARN names, and its version, or the latest version if the ARN names no existing one.
pub fn connector_for_arn(arn: &str) -> Option<(&'static ConnectorSpec, u32)> {
    let path = ConnectorPath::unused();
    let found = connector_arn::check_connector_arn(arn, None, &path, &mut DiagnosticSink::default());
    // Not the one that a misspelled name means.
    found.filter(|(connector, _)| arn.split('/').nth(2) == Some(connector.name))
}

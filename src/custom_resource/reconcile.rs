//! Create, Update and Delete of a custom resource.
//!
//! The PhysicalResourceId is the version's ARN, as `Ref` of the native resource returns it. A version cannot be changed or
//! deleted: an update results in another version or, where one has the requested connectors already, in that one.

use connectors::diagnostic::{Diagnostic, DiagnosticCode};
use connectors::event::custom_resource::{CustomResourceEvent, RequestType, ResourceIds};
use connectors::request::{ClientToken, ParsedRequest, VersionArn};
use serde::Serialize;

use super::Reconciled;
use crate::config::NeededBy;
use crate::ensure::{Before, Ensurer};
use crate::error::FunctionError;
use crate::greengrass::Version;
use crate::idempotency::{CreateResult, VersionOrigin};
use crate::retry::Deadline;

/// How a request on a custom resource succeeded.
#[derive(Debug)]
pub(crate) struct CustomResourceResult {
    pub(super) physical_resource_id: String,
    pub(super) data: ResponseData,
    /// The client token, where the request has one.
    pub(super) client_token: Option<ClientToken>,
    /// Where the version came from; `None` for a Delete.
    pub(super) origin: Option<VersionOrigin>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What `Fn::GetAtt` returns: the same keys in every response, empty where nothing is known. Never a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResponseData {
    /// ARN of the version.
    pub(super) arn: String,
    /// Id of the definition.
    pub(super) id: String,
    /// Id of the version.
    pub(super) version: String,
    /// When the version was created, in ISO 8601.
    pub(super) creation_timestamp: String,
    /// Id of the definition, by its name in the request.
    pub(super) connector_definition_id: String,
    /// `Created` or `Existing`.
    pub(super) outcome: String,
}

/// Does what CloudFormation requests.
///
/// # Errors
/// The request is invalid, the configuration is, or there is no version.
pub(super) async fn reconcile(
    ensurer: &Ensurer,
    event: &CustomResourceEvent<'_>,
    deadline: Deadline,
) -> Reconciled {
    if event.is_delete() {
        return Ok(CustomResourceResult::for_delete(&event.ids));
    }
    ensurer.check_config(NeededBy::Calls)?;
    ensurer.check_config(NeededBy::Responses)?;
    if event.origin.is_batched {
        ensurer.check_config(NeededBy::Batches)?;
    }
    let request_type = event.request_type().map_err(FunctionError::InvalidRequest)?;
    let mut parsed = event.request().map_err(|invalid| ensurer.invalid_request(*invalid))?;
    warn_fixed_client_token(&mut parsed);
    let prepared = ensurer.prepare(parsed, &event.origin.requester);
    let current = event.ids.physical_resource_id.as_deref().and_then(VersionArn::parse);
    // A version elsewhere is not one of this function's, even if its definition has the same id, unless the service itself
    // writes its ARN so.
    let current = match current {
        Some(version)
            if !version.is_in(&event.origin.location)
                && !ensurer.has_version_at(&version, deadline).await =>
        {
            None
        }
        current => current,
    };
    let is_same_request = || event.old_request().is_ok_and(|old| old.request == prepared.parsed.request);
    let before = match &current {
        None => Before::Nothing,
        Some(version) => {
            let force_new = event.old_revision() != prepared.parsed.revision;
            let is_update = request_type == RequestType::Update;
            let is_same_definition = *version.definition() == prepared.parsed.request.definition;
            if is_update && is_same_definition && !force_new {
                Before::Version { version, is_same_request: &is_same_request }
            } else {
                Before::Replaced { version, force_new }
            }
        }
    };
    let CreateResult { version, origin } = ensurer.ensure(&prepared, &event.origin, before, deadline).await?;
    // The id that CloudFormation knows the same version by, byte for byte: any other would replace the resource.
    let is_current = current.as_ref().is_some_and(|current| {
        current.version() == version.version && current.definition().as_str() == version.id
    });
    let unchanged_id = event.ids.physical_resource_id.clone().filter(|_| is_current);
    Ok(CustomResourceResult {
        data: response_data(&version, origin.as_str()),
        physical_resource_id: unchanged_id.unwrap_or(version.arn),
        client_token: Some(prepared.client_token),
        origin: Some(origin),
        warnings: prepared.parsed.warnings,
    })
}

impl CustomResourceResult {
    /// The result of a Delete, whatever the id: there is nothing to do, since versions cannot be deleted.
    pub(super) fn for_delete(ids: &ResourceIds) -> Self {
        let id = ids.physical_resource_id.clone().unwrap_or_else(|| ids.failed_create_physical_id());
        let data = VersionArn::parse(&id).map(|arn| response_data(&Version::from_arn(&arn), ""));
        Self {
            physical_resource_id: id,
            data: data.unwrap_or_default(),
            client_token: None,
            origin: None,
            warnings: Vec::new(),
        }
    }
}

fn warn_fixed_client_token(parsed: &mut ParsedRequest) {
    if parsed.token.is_some() {
        let path = parsed.path.field("AmznClientToken");
        let message = "the same for every update of this resource; leave it out.";
        parsed.warnings.push(Diagnostic::new(DiagnosticCode::FixedClientToken, &path, message));
    }
}

fn response_data(version: &Version, outcome: &str) -> ResponseData {
    ResponseData {
        arn: version.arn.clone(),
        id: version.id.clone(),
        version: version.version.clone(),
        creation_timestamp: version.creation_timestamp.clone(),
        connector_definition_id: version.id.clone(),
        outcome: outcome.to_owned(),
    }
}

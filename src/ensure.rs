//! Ensures one result for one request: configuration check, validation, client token, look-up, create.
//!
//! Requests of every source end here. The module knows neither envelopes nor responses.

use connectors::client_token::{Requester, client_token_for};
use connectors::event::RequestOrigin;
use connectors::request::{ClientToken, InvalidRequest, ParsedRequest, VersionArn};

use crate::config::{ConfigErrors, NeededBy};
use crate::error::FunctionError;
use crate::greengrass::search::{current_or_newest, newest_matching};
use crate::greengrass::{GreengrassClient, ServiceError, Version};
use crate::idempotency::{CreateRequest, CreateResult, VersionCreator};
use crate::retry::Deadline;
use crate::validation::Validator;

/// Ensures results for requests.
#[derive(Debug)]
pub(crate) struct Ensurer {
    greengrass: GreengrassClient,
    version_creator: VersionCreator,
    validator: Validator,
    config_errors: ConfigErrors,
}

/// A request with its diagnostics and its client token.
pub(crate) struct PreparedRequest {
    pub(crate) parsed: ParsedRequest,
    pub(crate) client_token: ClientToken,
}

/// What the requester has from earlier requests.
pub(crate) enum Before<'a> {
    /// Nothing that helps.
    Nothing,
    /// A version that the result replaces.
    Replaced {
        version: &'a VersionArn,
        /// Whether the result must be newer than every version that exists.
        force_new: bool,
    },
    /// A version of the same definition, which may be the result already.
    Version {
        version: &'a VersionArn,
        /// Whether the earlier request was the same; asked where the service cannot be read.
        is_same_request: &'a (dyn Fn() -> bool + Sync),
    },
    /// The earlier request, without its version (Terraform).
    Request(&'a ParsedRequest),
}

impl Ensurer {
    pub(crate) fn new(
        greengrass: GreengrassClient,
        version_creator: VersionCreator,
        validator: Validator,
        config_errors: ConfigErrors,
    ) -> Self {
        Self { greengrass, version_creator, validator, config_errors }
    }

    /// Whether the configuration allows events of this kind.
    ///
    /// # Errors
    /// Every error of the configuration.
    pub(crate) fn check_config(&self, needed_by: NeededBy) -> Result<(), FunctionError> {
        self.config_errors.check(needed_by).map_err(FunctionError::InvalidConfiguration)
    }

    /// The error of a request that is invalid, with what the catalog says about the rest of it.
    pub(crate) fn invalid_request(&self, invalid: InvalidRequest) -> FunctionError {
        FunctionError::InvalidRequest(self.validator.all_errors(invalid))
    }

    /// Adds the catalog's diagnostics and the client token to a request.
    pub(crate) fn prepare(&self, parsed: ParsedRequest, requester: &Requester) -> PreparedRequest {
        let parsed = self.validator.annotate(parsed);
        let client_token = client_token_for(&parsed, requester);
        PreparedRequest { parsed, client_token }
    }

    /// Whether the service has a version with exactly this ARN. A service other than AWS's may write ARNs with another Region
    /// or account than the function's.
    pub(crate) async fn has_version_at(&self, arn: &VersionArn, deadline: Deadline) -> bool {
        let deadline = deadline.min(Deadline::after(deadline.remaining() / 4));
        let content = self.greengrass.get_version(arn.definition(), arn.version(), deadline).await;
        content.is_ok_and(|content| content.version.arn == arn.as_str())
    }

    /// Finds or creates the version that a request asks for.
    ///
    /// # Errors
    /// Says whether a version may have been created.
    pub(crate) async fn ensure(
        &self,
        prepared: &PreparedRequest,
        origin: &RequestOrigin,
        before: Before<'_>,
        deadline: Deadline,
    ) -> Result<CreateResult, FunctionError> {
        let parsed = &prepared.parsed;
        if let Some(version) = self.find_existing(parsed, &before, deadline).await? {
            return Ok(CreateResult::existing(version));
        }
        self.check_config(NeededBy::Creates)?;
        self.validator.reject_errors(parsed).map_err(FunctionError::InvalidRequest)?;
        let request = create_request(prepared, &before, origin);
        Ok(self.version_creator.create(request, deadline).await?)
    }

    /// The version that has the requested connectors already. Terraform keeps no id that it could send, so its version
    /// is searched; where that fails and the input is the same as before, nothing is created.
    async fn find_existing(
        &self,
        parsed: &ParsedRequest,
        before: &Before<'_>,
        deadline: Deadline,
    ) -> Result<Option<Version>, ServiceError> {
        let request = &parsed.request;
        // The look-up leaves time to create.
        let deadline = deadline.min(Deadline::after(deadline.remaining() / 2));
        match before {
            Before::Nothing | Before::Replaced { .. } => Ok(None),
            Before::Version { version, is_same_request } => {
                let found = current_or_newest(&self.greengrass, version, &request.connectors, deadline).await;
                Ok(found.unwrap_or_else(|error| {
                    tracing::debug!(kind = ?error.kind, "looking for the version failed; comparing the properties");
                    is_same_request().then(|| Version::from_arn(version))
                }))
            }
            Before::Request(earlier) => {
                let is_same_definition = earlier.request.definition == request.definition;
                if !is_same_definition || earlier.revision != parsed.revision {
                    return Ok(None);
                }
                let (definition, connectors) = (&request.definition, &request.connectors);
                match newest_matching(&self.greengrass, definition, connectors, None, deadline).await {
                    Err(error) if earlier.request != *request => {
                        tracing::debug!(kind = ?error.kind, "looking for the version failed");
                        Ok(None)
                    }
                    found => found,
                }
            }
        }
    }
}

fn create_request<'a>(
    prepared: &'a PreparedRequest,
    before: &Before<'a>,
    origin: &RequestOrigin,
) -> CreateRequest<'a> {
    let (replaced_version_id, force_new) = match before {
        Before::Nothing => (None, false),
        Before::Replaced { version, force_new } => (Some(version.version()), *force_new),
        Before::Version { version, .. } => (Some(version.version()), false),
        Before::Request(earlier) => (None, earlier.revision != prepared.parsed.revision),
    };
    CreateRequest {
        request: &prepared.parsed.request,
        token: &prepared.client_token,
        replaced_version_id,
        force_new,
        first_requested_at: origin.first_requested_at,
        first_delivered_at: origin.first_delivered_at,
        is_redelivery: origin.is_redelivery,
        is_batched: origin.is_batched,
    }
}

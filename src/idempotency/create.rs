//! Performs the steps of the create state machine.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use connectors::client_token;
use connectors::request::{ClientToken, ConnectorVersionRequest};

use super::Idempotency;
use super::create_error::CreateError;
use super::lock_table::{Acquire, LockTable};
use super::state::{self, Failure, IdempotencyMode, Knowledge, Outcome, Step, VersionOrigin};
use crate::greengrass::search::{LatestVersion, MatchCriteria, Order, Scope, find_created};
use crate::greengrass::{GreengrassClient, ServiceError, SideEffect, Version};
use crate::rate_limit::RateLimiter;
use crate::retry::{Backoff, Deadline, Jitter};

/// The longest that one look-up or one create takes, so that a silent service leaves time to look and to try again.
const MAX_ATTEMPT_DURATION: Duration = Duration::from_secs(10);
/// An attempt is not started with less time than this.
const MIN_ATTEMPT_DURATION: Duration = Duration::from_millis(200);
const BACKOFF: Backoff = Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(5) };
/// Time under a lock that is reserved for recording the result.
const RECORD_RESULT_BUDGET: Duration = Duration::from_millis(500);
/// How far the clocks of this function and of the service may be apart.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Creates versions.
#[derive(Debug)]
pub(crate) struct VersionCreator {
    greengrass: GreengrassClient,
    idempotency: Idempotency,
    duplicate_lookup: DuplicateLookup,
    rate_limiter: RateLimiter,
}

/// Whether the function looks for a version that an earlier create may have made, before it creates another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DuplicateLookup {
    Enabled,
    /// Never outside a test: it shows what the look-up prevents.
    Skipped,
}

/// A version to create.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CreateRequest<'a> {
    pub(crate) request: &'a ConnectorVersionRequest,
    pub(crate) token: &'a ClientToken,
    /// Id of the version that a custom resource replaces: it is never the result, whatever it holds.
    pub(crate) replaced_version_id: Option<&'a str>,
    /// Whether a new version is wanted although one may hold the same already.
    pub(crate) force_new: bool,
    /// When the request was first made, as far as that is known.
    pub(crate) first_requested_at: SystemTime,
    /// When it was first delivered, as far as that is known: no earlier delivery created a version before.
    pub(crate) first_delivered_at: SystemTime,
    /// Whether an earlier delivery of the request may have been processed.
    pub(crate) is_redelivery: bool,
    /// Whether its creates are limited in number per second.
    pub(crate) is_batched: bool,
}

/// The version of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CreateResult {
    pub(crate) version: Version,
    pub(crate) origin: VersionOrigin,
}

impl CreateResult {
    /// A version that a look-up found.
    pub(crate) fn existing(version: Version) -> Self {
        Self { version, origin: VersionOrigin::Existing }
    }
}

impl VersionCreator {
    pub(crate) fn new(
        greengrass: GreengrassClient,
        idempotency: Idempotency,
        duplicate_lookup: DuplicateLookup,
    ) -> Self {
        Self { greengrass, idempotency, duplicate_lookup, rate_limiter: RateLimiter::default() }
    }

    /// Ensures that the definition has a version for this request.
    ///
    /// # Errors
    /// Says what is known about the side effect of all calls of the request.
    pub(crate) async fn create(
        &self,
        request: CreateRequest<'_>,
        deadline: Deadline,
    ) -> Result<CreateResult, CreateError> {
        match &self.idempotency {
            Idempotency::LockTable(table) => self.create_with_lock(table, request, deadline).await,
            Idempotency::ClientToken | Idempotency::CheckLatest => {
                self.create_with_retries(request, deadline).await
            }
        }
    }

    /// Acquires the lock on the request first, and records the result.
    async fn create_with_lock(
        &self,
        table: &LockTable,
        request: CreateRequest<'_>,
        deadline: Deadline,
    ) -> Result<CreateResult, CreateError> {
        let payload_hash = client_token::payload_hash(request.request).to_string();
        let lock = match table.acquire(request.token.as_str(), &payload_hash, deadline).await? {
            Acquire::Acquired(lock) => lock,
            Acquire::AlreadyCompleted(version)
                if request.replaced_version_id == Some(version.version.as_str()) =>
            {
                return Err(CreateError::TokenReused);
            }
            Acquire::AlreadyCompleted(version) => return Ok(CreateResult::existing(version)),
        };
        let request = CreateRequest {
            first_requested_at: request.first_requested_at.min(lock.first_requested_at()),
            first_delivered_at: request.first_delivered_at.min(lock.first_requested_at()),
            is_redelivery: request.is_redelivery || lock.was_taken_over(),
            ..request
        };
        let work = deadline.minus(RECORD_RESULT_BUDGET.min(deadline.remaining() / 4));
        let result = self.create_with_retries(request, work).await;
        let ended = result.as_ref().map(|created| &created.version).map_err(CreateError::side_effect);
        table.finish(lock, ended, deadline).await;
        result
    }

    async fn create_with_retries(
        &self,
        request: CreateRequest<'_>,
        deadline: Deadline,
    ) -> Result<CreateResult, CreateError> {
        let mut criteria = self.match_criteria(request, deadline).await;
        let mut knowledge = Knowledge::of_delivery(request.is_redelivery);
        let mut outcome = Outcome::Start;
        let mut attempt = 1;
        loop {
            if matches!(outcome, Outcome::Start) && deadline.is_over() {
                return Err(CreateError::DeadlineExceeded(knowledge.side_effect()));
            }
            let step;
            (knowledge, step) = self.next(knowledge, outcome);
            outcome = match step {
                Step::LookUp(scope) => self.look_up(request, &mut criteria, scope, deadline).await,
                Step::Create => self.send_create(request, deadline).await,
                Step::Return(version, origin) => {
                    return self.verify(request, version, origin, deadline).await;
                }
                Step::Fail(error) => return Err(error.with_side_effect(knowledge.side_effect()).into()),
                Step::Retry(error) => {
                    let error = error.with_side_effect(knowledge.side_effect());
                    pause(attempt, error, deadline).await?;
                    attempt += 1;
                    Outcome::Start
                }
            };
        }
    }

    fn next(
        &self,
        knowledge: Knowledge,
        outcome: Outcome<Version, ServiceError>,
    ) -> (Knowledge, Step<Version, ServiceError>) {
        let is_start = matches!(outcome, Outcome::Start);
        let knowledge = match self.duplicate_lookup {
            DuplicateLookup::Skipped if is_start => Knowledge::NothingSent,
            DuplicateLookup::Skipped | DuplicateLookup::Enabled => knowledge,
        };
        state::next(knowledge, self.idempotency.mode(), outcome)
    }

    /// How a version that this request created is recognized. A forced version is newer than the definition's latest one
    /// before it; or, for a custom resource in the mode `latest`, it may be that one, which an earlier delivery may have
    /// created: the version that the resource had is excluded anyway.
    async fn match_criteria(&self, request: CreateRequest<'_>, deadline: Deadline) -> MatchCriteria {
        let mut criteria = MatchCriteria {
            excluded_ids: request.replaced_version_id.map(str::to_owned).into_iter().collect(),
            created_since: request.first_delivered_at - MAX_CLOCK_SKEW,
            latest: LatestVersion::AnyAge,
            read_ids: HashSet::new(),
        };
        if !request.force_new {
            return criteria;
        }
        let may_be_latest =
            self.idempotency.mode() == IdempotencyMode::CheckLatest && request.replaced_version_id.is_some();
        if !may_be_latest {
            criteria.latest = LatestVersion::CreatedSince;
        }
        if !request.is_redelivery {
            let definition = &request.request.definition;
            let latest = self.greengrass.get_latest_version(definition, attempt_deadline(deadline)).await;
            // A look-up that fails does not fail the request: the version must be newer than the request then.
            if let Ok(Some(latest)) = latest {
                let after = |created: SystemTime| created + Duration::from_millis(1);
                criteria.created_since = latest.version.created_at().map_or(criteria.created_since, after);
                if !may_be_latest {
                    criteria.excluded_ids.push(latest.version.version);
                }
            }
        }
        criteria
    }

    async fn look_up(
        &self,
        request: CreateRequest<'_>,
        criteria: &mut MatchCriteria,
        scope: Scope,
        deadline: Deadline,
    ) -> Outcome<Version, ServiceError> {
        let deadline = attempt_deadline(deadline);
        // Of a redelivery, an earlier delivery may have created the version too.
        let scope = match scope {
            Scope::SinceRequest(Order::NewestFirst) if request.is_redelivery => {
                Scope::SinceRequest(Order::BothEnds)
            }
            scope => scope,
        };
        match find_created(&self.greengrass, request.request, criteria, scope, deadline).await {
            Ok(Some(version)) => Outcome::Found(version),
            Ok(None) => Outcome::NotFound,
            Err(error) => {
                tracing::debug!(kind = ?error.kind, "looking for the version failed");
                Outcome::LookUpFailed(failure_of(&error), error.redact(request.request))
            }
        }
    }

    async fn send_create(
        &self,
        request: CreateRequest<'_>,
        deadline: Deadline,
    ) -> Outcome<Version, ServiceError> {
        if request.is_batched && self.rate_limiter.wait(deadline.minus(MIN_ATTEMPT_DURATION)).await.is_err() {
            let error = ServiceError::not_started("the function's own rate limit left no time for the call");
            return Outcome::CreateFailed(Failure::Final, SideEffect::NotApplied, error);
        }
        let deadline = attempt_deadline(deadline);
        match self.greengrass.create_version(request.request, request.token, deadline).await {
            Ok(version) => Outcome::Created(version),
            Err(error) => Outcome::CreateFailed(failure_of(&error), error.side_effect, error),
        }
    }

    /// Rejects a version that belongs to an earlier request: a service that honors client tokens returns it to a caller
    /// who uses a token again for something else. A version that is older than the request is compared with it.
    async fn verify(
        &self,
        request: CreateRequest<'_>,
        version: Version,
        origin: VersionOrigin,
        deadline: Deadline,
    ) -> Result<CreateResult, CreateError> {
        if request.replaced_version_id == Some(version.version.as_str()) {
            return Err(CreateError::TokenReused);
        }
        let is_older = || version.created_at().is_some_and(|created| created < request.first_requested_at);
        if origin == VersionOrigin::Created && !request.token.is_derived() && is_older() {
            let definition = &request.request.definition;
            let content = self.greengrass.get_version(definition, &version.version, deadline).await;
            if content.is_ok_and(|content| !content.has_exactly(&request.request.connectors)) {
                return Err(CreateError::TokenReused);
            }
        }
        Ok(CreateResult { version, origin })
    }
}

fn failure_of(error: &ServiceError) -> Failure {
    if error.is_retryable() { Failure::Retryable } else { Failure::Final }
}

/// The deadline of one look-up or create.
fn attempt_deadline(deadline: Deadline) -> Deadline {
    deadline.min(Deadline::after(MAX_ATTEMPT_DURATION.min(deadline.remaining() / 3)))
}

/// Pauses before the next attempt. Without time for one, returns the error: what is known now is not lost for an attempt
/// that has no time to end.
async fn pause(attempt: u32, error: ServiceError, deadline: Deadline) -> Result<(), ServiceError> {
    let pause = BACKOFF.delay(attempt, Jitter::Full);
    if deadline.remaining() <= pause + MIN_ATTEMPT_DURATION {
        return Err(error);
    }
    tokio::time::sleep(pause).await;
    Ok(())
}

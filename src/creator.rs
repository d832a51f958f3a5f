//! One request, one version.
//!
//! A create is repeated only when it surely took no effect. When that is not known, the definition's latest
//! version is read first, and it is repeated only if that version does not hold what was asked for. A read that fails
//! is never taken for an empty answer: then nothing is repeated.

use std::time::{Duration, SystemTime};

use connectors::client_token;
use connectors::request::{ClientToken, ConnectorVersionRequest};

use crate::backoff::Backoff;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::greengrass::{Effect, Error, Greengrass, HeldVersion, Version};
use crate::lease::{Leases, Taken};
use crate::probe;

/// A single attempt gets at most this long, however much time there is.
const ATTEMPT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 8;
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(200);
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };
/// What is kept for writing down a result.
const KEEP_TIME: Duration = Duration::from_millis(500);

/// Makes versions.
#[derive(Clone, Debug)]
pub struct Creator {
    greengrass: Greengrass,
    idempotency: Idempotency<Leases>,
}

/// How a request that comes twice becomes one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotency<Table> {
    /// By the client token, as far as the service honours it.
    Token,
    /// Also by reading first: the latest version is the answer when it holds exactly what is asked for.
    Latest,
    /// Also by a lease on each request, in a table: one works on it, and the others get its result.
    Table(Table),
}

/// The version that a request ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The version.
    pub version: Version,
    /// Where it came from.
    pub outcome: Outcome,
}

/// Where a version came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service answered a create with it.
    Created,
    /// It was found by reading and holds exactly what was asked for.
    Existing,
}

impl Outcome {
    /// Its name in a result.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Existing => "Existing",
        }
    }
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The request.
    pub request: &'a ConnectorVersionRequest,
    /// Its client token.
    pub token: &'a ClientToken,
    /// Id of the version that a custom resource has and asks to have replaced: never the answer, whatever it holds.
    pub replaces: Option<&'a str>,
    /// Whether a version is asked for although one may hold the same already.
    pub anew: bool,
    /// When it was first asked for, as far as that is known.
    pub asked_at: SystemTime,
    /// Whether it may have been worked on before: then it is looked for first.
    pub came_before: bool,
}

/// What the version that is wanted is known by, beside what it holds.
struct Wanted {
    /// Versions that are not it, whatever they hold.
    others: Vec<String>,
    /// It was not made earlier, unless it is the latest.
    since: SystemTime,
}

/// How far the clocks of this function and of the service may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(5);

impl Creator {
    /// Over this service.
    pub fn new(greengrass: Greengrass, idempotency: Idempotency<Leases>) -> Self {
        Self { greengrass, idempotency }
    }

    /// Sees to it that the definition has a version with these connectors, before the deadline.
    pub async fn create(&self, order: Order<'_>, deadline: Deadline) -> Result<Creation, Failure> {
        match &self.idempotency {
            Idempotency::Table(leases) => self.create_leased(leases, order, deadline).await,
            Idempotency::Token | Idempotency::Latest => self.create_alone(order, deadline).await,
        }
    }

    /// Whether the latest version may be the answer although nobody was seen to ask for it before.
    fn looks_first(&self) -> bool {
        matches!(self.idempotency, Idempotency::Latest)
    }

    /// Where somebody else may be at work on the same: takes the lease first, and keeps the result.
    async fn create_leased(
        &self,
        leases: &Leases,
        order: Order<'_>,
        deadline: Deadline,
    ) -> Result<Creation, Failure> {
        let content = client_token::content(order.request).to_string();
        let lease = match leases.take(order.token.as_str(), &content, deadline).await? {
            Taken::Done(version) if order.replaces == Some(version.version.as_str()) => {
                return Err(Failure::TokenReused);
            }
            Taken::Done(version) => return Ok(Creation { version, outcome: Outcome::Existing }),
            Taken::Mine(lease) => lease,
        };
        let order = Order {
            asked_at: order.asked_at.min(lease.since()),
            came_before: order.came_before || lease.came_before,
            ..order
        };
        // What is left after the work is for keeping what came of it.
        let result =
            self.create_alone(order, deadline.earlier_by(KEEP_TIME.min(deadline.remaining() / 4))).await;
        match &result {
            Ok(creation) => leases.keep(lease, &creation.version, deadline).await,
            // A call that was lost sight of may still take effect: nobody goes on before it surely has or has not.
            Err(failure) if failure.effect() == Effect::Unknown => {}
            Err(_) => leases.give_back(lease, deadline).await,
        }
        result
    }

    async fn create_alone(&self, order: Order<'_>, deadline: Deadline) -> Result<Creation, Failure> {
        let wanted = self.wanted(order, deadline).await;
        let mut effect = Effect::None;
        for attempt in 1.. {
            if deadline.remaining().is_zero() {
                break;
            }
            let error = match self.attempt(order, &wanted, effect, deadline).await {
                Ok(creation) => return self.checked(order, creation, deadline).await,
                Err(error) => error,
            };
            // Once a call was lost sight of, no later refusal tells what became of it.
            if error.effect == Effect::Unknown {
                effect = Effect::Unknown;
            }
            // Many that were refused at the same moment do not come back in step.
            let pause = BACKOFF.full_jitter(attempt);
            let error = error.with_effect(effect);
            // What is known now must not be lost for an attempt that has no time to end.
            if !error.is_transient() || deadline.remaining() <= pause + SHORTEST_ATTEMPT {
                return Err(error.into());
            }
            if attempt >= ATTEMPTS {
                return Err(error.of_a_silent_service().into());
            }
            tokio::time::sleep(pause).await;
        }
        Err(Failure::DeadlineExceeded(effect))
    }

    /// What the version that is wanted is known by. Where one is asked for anew, it is made after the latest before; or
    /// is that one, where it is looked for first, since an earlier delivery may have made it.
    async fn wanted(&self, order: Order<'_>, deadline: Deadline) -> Wanted {
        let others = order.replaces.map(str::to_owned).into_iter().collect();
        let mut wanted = Wanted { others, since: order.asked_at - CLOCKS_APART };
        if order.anew && !order.came_before {
            let deadline = share(deadline);
            // A look-up that fails fails no request.
            if let Ok(Some(latest)) =
                self.greengrass.latest_version(&order.request.definition, deadline).await
            {
                let after = |created: SystemTime| created + Duration::from_millis(1);
                wanted.since = latest.version.created_at().map_or(wanted.since, after);
                if !self.looks_first() {
                    wanted.others.push(latest.version.version);
                }
            }
        }
        wanted
    }

    /// Looks first where an earlier call's effect is not known, or where it is always looked first, then calls.
    async fn attempt(
        &self,
        order: Order<'_>,
        wanted: &Wanted,
        effect: Effect,
        deadline: Deadline,
    ) -> Result<Creation, Error> {
        let could_double = effect == Effect::Unknown || order.came_before;
        let looks = (could_double && !probe::is_blind()) || self.looks_first();
        if looks {
            match self.find(order, wanted, could_double, deadline).await {
                Ok(Some(version)) => return Ok(Creation { version, outcome: Outcome::Existing }),
                Ok(None) => {}
                // Who may not look may still create, as long as nothing was sent that could be doubled.
                Err(error) if !could_double && !error.is_transient() => {
                    tracing::debug!(kind = ?error.kind, "could not look for the version");
                }
                // A read has no effect of its own.
                Err(error) => {
                    let effect = if order.came_before { Effect::Unknown } else { Effect::None };
                    return Err(error.without_values_of(order.request).with_effect(effect));
                }
            }
        }
        let deadline = share(deadline);
        let version = self.greengrass.create_version(order.request, order.token, deadline).await?;
        Ok(Creation { version, outcome: Outcome::Created })
    }

    /// A version that holds what is asked for: the latest or, where a call may have made it, one that was made since it
    /// was first asked for, which others may have followed.
    async fn find(
        &self,
        order: Order<'_>,
        wanted: &Wanted,
        could_double: bool,
        deadline: Deadline,
    ) -> Result<Option<Version>, Error> {
        let deadline = share(deadline);
        let definition = &order.request.definition;
        let is_it = |held: &HeldVersion| {
            !wanted.others.contains(&held.version.version) && held.holds(&order.request.connectors)
        };
        let Some(latest) = self.greengrass.latest_version(definition, deadline).await? else {
            return Ok(None);
        };
        if is_it(&latest) {
            return Ok(Some(latest.version));
        }
        let made_since = |version: &Version| version.created_at().is_some_and(|at| at >= wanted.since);
        if !could_double || !made_since(&latest.version) {
            return Ok(None);
        }
        let versions = match self.greengrass.versions(definition, deadline).await {
            Ok(versions) => versions,
            Err(error) if error.is_transient() => return Err(error),
            Err(_) => return Ok(None),
        };
        for version in versions.iter().filter(|version| made_since(version) && **version != latest.version) {
            let held = self.greengrass.version(definition, &version.version, deadline).await?;
            if is_it(&held) {
                return Ok(Some(held.version));
            }
        }
        Ok(None)
    }

    /// A service that honours client tokens gives the version of an earlier request to a caller who uses a token again
    /// for something else. One that was made before it was asked for is looked into.
    async fn checked(
        &self,
        order: Order<'_>,
        creation: Creation,
        deadline: Deadline,
    ) -> Result<Creation, Failure> {
        let version = &creation.version;
        if order.replaces == Some(version.version.as_str()) {
            return Err(Failure::TokenReused);
        }
        let is_older = || version.created_at().is_some_and(|created| created < order.asked_at);
        if creation.outcome == Outcome::Created && !order.token.is_derived() && is_older() {
            let held = self.greengrass.version(&order.request.definition, &version.version, deadline).await;
            if held.is_ok_and(|held| !held.holds(&order.request.connectors)) {
                return Err(Failure::TokenReused);
            }
        }
        Ok(creation)
    }
}

/// What one attempt may take, so that a silent service leaves time to look and to try again.
fn share(deadline: Deadline) -> Deadline {
    deadline.min(Deadline::within(ATTEMPT.min(deadline.remaining() / 3)))
}

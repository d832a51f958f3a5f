//! One request, one version.
//!
//! A create is repeated only when it surely took no effect. When that is not known, the definition's latest
//! version is read first, and it is repeated only if that version does not hold what was asked for. A read that fails
//! is never taken for an empty answer: then nothing is repeated.

use std::time::Duration;

use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::greengrass::{Effect, Error, Greengrass, Version};
use crate::request::{ClientToken, ConnectorVersionRequest};

/// A single attempt gets at most this long, however much time there is.
const ATTEMPT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 8;
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(200);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Makes versions.
#[derive(Clone, Debug)]
pub struct Creator {
    greengrass: Greengrass,
    idempotency: Idempotency,
}

/// How a request that comes twice becomes one version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idempotency {
    /// By the client token, as far as the service honours it.
    #[default]
    Token,
    /// Also by reading first: the latest version is the answer when it holds exactly what is asked for.
    Latest,
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
    /// Id of a version that is not taken for the one that is wanted, whatever it holds: the one that a custom resource
    /// has already.
    pub other_than: Option<&'a str>,
}

impl Creator {
    /// Over this service.
    pub fn new(greengrass: Greengrass, idempotency: Idempotency) -> Self {
        Self { greengrass, idempotency }
    }

    /// Sees to it that the definition has a version with these connectors, before the deadline.
    pub async fn create(&self, order: Order<'_>, deadline: Deadline) -> Result<Creation, Failure> {
        let mut effect = Effect::None;
        for attempt in 1.. {
            if deadline.remaining().is_zero() {
                break;
            }
            let error = match self.attempt(order, effect, deadline).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => error,
            };
            // Once a call was lost sight of, no later refusal tells what became of it.
            if error.effect == Effect::Unknown {
                effect = Effect::Unknown;
            }
            let pause = pause(attempt);
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

    /// Looks first where an earlier call's effect is not known, or where it is always looked first, then calls.
    async fn attempt(&self, order: Order<'_>, effect: Effect, deadline: Deadline) -> Result<Creation, Error> {
        if effect == Effect::Unknown || self.idempotency == Idempotency::Latest {
            match self.find(order, deadline).await {
                Ok(Some(version)) => return Ok(Creation { version, outcome: Outcome::Existing }),
                Ok(None) => {}
                // Who may not look may still create, as long as nothing was sent that could be doubled.
                Err(error) if effect == Effect::None && !error.is_transient() => {
                    tracing::debug!(kind = ?error.kind, "could not look for the version");
                }
                // A read has no effect of its own.
                Err(error) => return Err(error.without_values_of(order.request).with_effect(Effect::None)),
            }
        }
        let version = self.call(order, deadline).await?;
        Ok(Creation { version, outcome: Outcome::Created })
    }

    async fn call(&self, order: Order<'_>, deadline: Deadline) -> Result<Version, Error> {
        let deadline = deadline.min(Deadline::within(share(deadline)));
        self.greengrass.create_version(order.request, order.token, deadline).await
    }

    /// The definition's latest version, if it holds what is asked for.
    async fn find(&self, order: Order<'_>, deadline: Deadline) -> Result<Option<Version>, Error> {
        let deadline = deadline.min(Deadline::within(share(deadline)));
        let latest = self.greengrass.latest_version(&order.request.definition, deadline).await?;
        Ok(latest
            .filter(|held| Some(held.version.version.as_str()) != order.other_than)
            .filter(|held| held.holds(&order.request.connectors))
            .map(|held| held.version))
    }
}

/// What one attempt may take, so that a silent service leaves time to look and to try again.
fn share(deadline: Deadline) -> Duration {
    ATTEMPT.min(deadline.remaining() / 3)
}

/// Full jitter: somewhere up to the back-off, so that many callers do not come back in step.
fn pause(attempt: u32) -> Duration {
    let most = LONGEST_PAUSE.min(FIRST_PAUSE * 2u32.saturating_pow(attempt - 1));
    most.mul_f64(fastrand::f64())
}

//! One request, one worker: a lease in a DynamoDB table for each client token.
//!
//! An item of the table, by its key `Token`:
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `Content` | S | a UUID of what was asked for, so that a token that comes again with something else is seen |
//! | `Owner` | S | who works on it |
//! | `Until` | N | until when: milliseconds since the epoch; after it, somebody else may look and go on |
//! | `Since` | N | when it was first taken: milliseconds since the epoch |
//! | `Result` | M | the version, once there is one: the names and texts of the API, never a parameter |
//! | `Expires` | N | when the table may forget it: seconds since the epoch |
//!
//! All there is to it are puts under a condition, so that is all that the function's role needs.

mod error;
mod item;
mod table;

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

pub use error::LeaseError;
use item::{Condition, Item};
use table::Table;

use crate::backoff::Backoff;
use crate::deadline::Deadline;
use crate::greengrass::Version;

/// How long after its invocation's deadline a worker may still have an effect: clocks differ, and a call that was given
/// up on may arrive late.
const GRACE: Duration = Duration::from_secs(5);
/// How long a result is remembered: a queue keeps a message for at most fourteen days.
const REMEMBERED: Duration = Duration::from_secs(15 * 86_400);
/// How often a lease that somebody else has is asked for again.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(50), longest: Duration::from_secs(1) };

/// The leases of all requests.
#[derive(Clone, Debug)]
pub struct Leases {
    table: Table,
}

/// What becomes of a request that is asked for.
pub(crate) enum Taken {
    /// It is this one's to work on.
    Mine(Lease),
    /// It was done already.
    Done(Version),
}

/// The right to work on a request.
pub(crate) struct Lease {
    item: Item,
    /// Whether somebody worked on it before and did not say how that ended.
    pub(crate) came_before: bool,
}

impl Lease {
    /// When it was first asked for.
    pub(crate) fn since(&self) -> SystemTime {
        self.item.since
    }
}

impl Leases {
    /// In the table of this name; nothing is called.
    pub async fn new(config: &SdkConfig, connector: SharedHttpConnector, table: String) -> Self {
        Self { table: Table::new(config, connector, table).await }
    }

    /// Takes the lease on a request, or waits for the result of whoever has it.
    pub(crate) async fn take(
        &self,
        token: &str,
        content: &str,
        deadline: Deadline,
    ) -> Result<Taken, LeaseError> {
        let owner = format!("{:032x}", fastrand::u128(..));
        let mut came_before = false;
        for attempt in 1.. {
            let item = Item::new(token, content, &owner, deadline);
            let Some(held) = self.table.put(&item, Condition::Free, deadline).await? else {
                return Ok(Taken::Mine(Lease { item, came_before: false }));
            };
            if held.content != content {
                return Err(LeaseError::OtherContent);
            }
            if let Some(version) = held.result {
                return Ok(Taken::Done(version));
            }
            // Of an earlier round, whose answer was lost.
            if held.owner == owner {
                return Ok(Taken::Mine(Lease { item: held, came_before }));
            }
            if held.until < SystemTime::now() {
                came_before = true;
                let item = Item { since: held.since, ..item };
                if self.table.put(&item, Condition::StillOf(&held), deadline).await?.is_none() {
                    return Ok(Taken::Mine(Lease { item, came_before }));
                }
            }
            if deadline.remaining() <= BACKOFF.most(attempt) {
                break;
            }
            tokio::time::sleep(BACKOFF.equal_jitter(attempt)).await;
        }
        Err(LeaseError::InProgress)
    }

    /// Keeps the result for whoever asks again. Where that fails, the lease runs out, and the next one finds the
    /// version by looking.
    pub(crate) async fn keep(&self, lease: Lease, version: &Version, deadline: Deadline) {
        let held = lease.item;
        let done =
            Item { result: Some(version.clone()), expires: SystemTime::now() + REMEMBERED, ..held.clone() };
        if !matches!(self.table.put(&done, Condition::StillOf(&held), deadline).await, Ok(None)) {
            tracing::warn!(token = held.token, "the result could not be kept");
        }
    }

    /// Gives a lease back on which nothing was done: at once to the next one, who looks first where somebody worked on
    /// it before, and starts anew otherwise.
    pub(crate) async fn give_back(&self, lease: Lease, deadline: Deadline) {
        let held = lease.item;
        let free = if lease.came_before {
            Item { until: SystemTime::UNIX_EPOCH, ..held.clone() }
        } else {
            Item { expires: SystemTime::UNIX_EPOCH, ..held.clone() }
        };
        if !matches!(self.table.put(&free, Condition::StillOf(&held), deadline).await, Ok(None)) {
            tracing::debug!(token = held.token, "the lease could not be given back; it runs out");
        }
    }
}

//! A lock on each request, in a DynamoDB table: one invocation processes it, and the others get its result.
//!
//! Conditional puts are the only calls, so the function's role needs no other permission.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use super::lock_error::LockError;
use super::put_item::PutItemClient;
use super::record::{Claim, Condition, LockRecord, LockStatus};
use crate::greengrass::{SideEffect, Version};
use crate::retry::{Backoff, Deadline, Jitter, RetryPolicy, retry};

/// Another invocation's lock is asked for again for as long as there is time.
const WAIT: RetryPolicy = RetryPolicy {
    backoff: Backoff { initial: Duration::from_millis(50), max: Duration::from_secs(1) },
    jitter: Jitter::Equal,
    max_attempts: u32::MAX,
};

/// The locks of all requests.
#[derive(Clone, Debug)]
pub(crate) struct LockTable {
    client: PutItemClient,
}

/// What becomes of a request that wants its lock.
pub(super) enum Acquire {
    /// This invocation processes it.
    Acquired(Lock),
    /// It has its version already.
    AlreadyCompleted(Version),
}

/// The right to process a request.
pub(super) struct Lock {
    record: LockRecord,
    history: History,
}

/// Whether another invocation held the lock before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    New,
    /// It did not say how its work ended.
    TakenOver,
}

/// What becomes of a lock after the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterWork<'a> {
    /// The result is recorded.
    Complete(&'a Version),
    /// The record stays, and its lease expires: nothing may continue before the call surely has or has not taken effect.
    Leave,
    /// The record counts as never written.
    Release,
    /// The lease ends now. The record stays, so that the next invocation looks for a version first.
    EndLease,
}

impl Lock {
    /// When the request was first processed.
    pub(super) fn first_requested_at(&self) -> SystemTime {
        self.record.first_requested_at
    }

    /// Whether an earlier owner may have sent a create.
    pub(super) fn was_taken_over(&self) -> bool {
        self.history == History::TakenOver
    }
}

impl LockTable {
    /// The table with this name or ARN. Sends nothing.
    pub(crate) async fn new(config: &SdkConfig, connector: SharedHttpConnector, table: String) -> Self {
        Self { client: PutItemClient::new(config, connector, table).await }
    }

    /// Acquires the lock on a request, or waits for its result.
    ///
    /// # Errors
    /// The table cannot be used, the token belongs to another request, or another invocation did not finish in time.
    pub(super) async fn acquire(
        &self,
        token: &str,
        payload_hash: &str,
        deadline: Deadline,
    ) -> Result<Acquire, LockError> {
        let owner = format!("{:032x}", fastrand::u128(..));
        let mut history = History::New;
        let round = async || {
            let record = LockRecord::new(token, payload_hash, &owner, deadline.remaining());
            let Some(existing) = self.client.put(&record, Condition::NotExistsOrExpired, deadline).await?
            else {
                return Ok(Acquire::Acquired(Lock { record, history: History::New }));
            };
            match existing.classify(payload_hash, &owner, SystemTime::now()) {
                Claim::PayloadMismatch => Err(LockError::PayloadMismatch),
                Claim::Completed(version) => Ok(Acquire::AlreadyCompleted(version)),
                Claim::Own => Ok(Acquire::Acquired(Lock { record: existing, history })),
                Claim::Held => Err(LockError::InProgress),
                Claim::Expired => {
                    history = History::TakenOver;
                    let first_requested_at = existing.first_requested_at;
                    let record = LockRecord { first_requested_at, ..record };
                    match self.client.put(&record, Condition::OwnedBy(&existing), deadline).await? {
                        None => Ok(Acquire::Acquired(Lock { record, history })),
                        Some(_) => Err(LockError::InProgress),
                    }
                }
            }
        };
        retry(WAIT, deadline, |error| *error == LockError::InProgress, round).await
    }

    /// Records how the work ended: with a version, or with an error of this side effect. A failure here is logged; then
    /// the lease expires, and the next invocation finds the version by looking for it.
    pub(super) async fn finish(&self, lock: Lock, result: Result<&Version, SideEffect>, deadline: Deadline) {
        let held = &lock.record;
        let record = match after_work(result, lock.history) {
            AfterWork::Complete(version) => held.completed(version),
            AfterWork::Leave => return,
            AfterWork::Release => LockRecord { status: LockStatus::Released, ..held.clone() },
            AfterWork::EndLease => LockRecord { lease_expires_at: SystemTime::UNIX_EPOCH, ..held.clone() },
        };
        let put = self.client.put(&record, Condition::OwnedBy(held), deadline).await;
        if !is_written(&put, &record) {
            if result.is_ok() {
                tracing::warn!(token = held.token, "the result could not be recorded");
            } else {
                tracing::debug!(token = held.token, "the lock could not be released; its lease expires");
            }
        }
    }
}

/// Whether a record was written, by this attempt or by an earlier one whose response was lost.
fn is_written(put: &Result<Option<LockRecord>, LockError>, record: &LockRecord) -> bool {
    match put {
        Ok(None) => true,
        Ok(Some(existing)) => existing.owner == record.owner && existing.status == record.status,
        Err(_) => false,
    }
}

fn after_work(result: Result<&Version, SideEffect>, history: History) -> AfterWork<'_> {
    match (result, history) {
        (Ok(version), _) => AfterWork::Complete(version),
        (Err(SideEffect::Unknown), _) => AfterWork::Leave,
        (Err(SideEffect::NotApplied), History::New) => AfterWork::Release,
        (Err(SideEffect::NotApplied), History::TakenOver) => AfterWork::EndLease,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_lock_after_the_work() {
        let [arn, creation_timestamp, id, version] = ["a", "c", "i", "v"].map(str::to_owned);
        let version = Version { arn, creation_timestamp, id, version };
        for (result, history, expected) in [
            (Ok(&version), History::New, AfterWork::Complete(&version)),
            (Ok(&version), History::TakenOver, AfterWork::Complete(&version)),
            (Err(SideEffect::Unknown), History::New, AfterWork::Leave),
            (Err(SideEffect::Unknown), History::TakenOver, AfterWork::Leave),
            (Err(SideEffect::NotApplied), History::New, AfterWork::Release),
            (Err(SideEffect::NotApplied), History::TakenOver, AfterWork::EndLease),
        ] {
            assert_eq!(after_work(result, history), expected);
        }
    }

    #[test]
    fn a_record_that_an_earlier_attempt_wrote_is_written() {
        let [arn, creation_timestamp, id, version] = ["a", "c", "i", "v"].map(str::to_owned);
        let version = Version { arn, creation_timestamp, id, version };
        let held = LockRecord::new("t", "c", "o", Duration::from_secs(3));
        let record = held.completed(&version);
        let of_another = LockRecord { owner: "p".to_owned(), ..record.clone() };
        for (put, expected) in [
            (Ok(None), true),
            (Ok(Some(record.clone())), true),
            (Ok(Some(of_another)), false),
            (Ok(Some(held)), false),
            (Err(LockError::Unavailable), false),
        ] {
            assert_eq!(is_written(&put, &record), expected);
        }
    }
}

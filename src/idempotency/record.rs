//! The lock record of a request: an item of the idempotency table.
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `Token` | S | the client token; the table's key |
//! | `PayloadHash` | S | a UUID of the request, to recognize a token that is used again for something else |
//! | `Owner` | S | the invocation that processes the request |
//! | `Status` | S | `IN_PROGRESS`; `COMPLETED`: there is a result; `RELEASED`: nothing was created, as if never written |
//! | `LeaseExpiresAt` | N | when another invocation may take over: milliseconds since the epoch |
//! | `FirstRequestedAt` | N | when the request was first processed: milliseconds since the epoch |
//! | `Result` | M | the version: names and texts of the API, never a parameter |
//! | `Expires` | N | when the table may delete it (TTL): seconds since the epoch |

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::greengrass::Version;

const TOKEN: &str = "Token";
const PAYLOAD_HASH: &str = "PayloadHash";
const OWNER: &str = "Owner";
const STATUS: &str = "Status";
const LEASE_EXPIRES_AT: &str = "LeaseExpiresAt";
const FIRST_REQUESTED_AT: &str = "FirstRequestedAt";
const RESULT: &str = "Result";
const EXPIRES: &str = "Expires";

const IN_PROGRESS: &str = "IN_PROGRESS";
const COMPLETED: &str = "COMPLETED";
const RELEASED: &str = "RELEASED";

/// How long after its invocation's deadline an owner may still have a side effect: clocks differ, and a call that timed
/// out may arrive late.
const LEASE_GRACE: Duration = Duration::from_secs(5);
/// How long a result is kept: SQS keeps a message for at most fourteen days.
const RECORD_TTL: Duration = Duration::from_secs(15 * 86_400);

/// The lock record of a request.
#[derive(Clone)]
pub(super) struct LockRecord {
    pub(super) token: String,
    pub(super) payload_hash: String,
    pub(super) owner: String,
    pub(super) lease_expires_at: SystemTime,
    pub(super) first_requested_at: SystemTime,
    pub(super) status: LockStatus,
    pub(super) ttl: SystemTime,
}

/// How far the request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LockStatus {
    /// Its owner processes it, until the lease expires.
    InProgress,
    /// It has a version.
    Completed(Version),
    /// Its owner gave up without a side effect: the next delivery starts as if there were no record.
    Released,
}

/// When a record is written.
#[derive(Clone, Copy)]
pub(super) enum Condition<'a> {
    /// There is no record, or one that was released or has expired.
    NotExistsOrExpired,
    /// There is still this record, in progress. Every acquisition is an owner of its own.
    OwnedBy(&'a LockRecord),
}

/// What an existing record means for an invocation that wants the lock.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The token belongs to a different request.
    PayloadMismatch,
    /// The request has its version.
    Completed(Version),
    /// It is this invocation's own record: the response to an earlier round was lost.
    Own,
    /// Its owner did not finish in time: it may be taken over.
    Expired,
    /// Its owner is processing the request.
    Held,
}

impl LockRecord {
    /// The record of a request that is first processed now, by an invocation with this much time.
    pub(super) fn new(token: &str, payload_hash: &str, owner: &str, remaining: Duration) -> Self {
        let now = SystemTime::now();
        Self {
            token: token.to_owned(),
            payload_hash: payload_hash.to_owned(),
            owner: owner.to_owned(),
            lease_expires_at: now + remaining + LEASE_GRACE,
            first_requested_at: now,
            status: LockStatus::InProgress,
            ttl: now + RECORD_TTL,
        }
    }

    /// This record with its result, which is kept from now on.
    pub(super) fn completed(&self, version: &Version) -> Self {
        let status = LockStatus::Completed(version.clone());
        Self { status, ttl: SystemTime::now() + RECORD_TTL, ..self.clone() }
    }

    /// Classifies this record for an invocation that wants the lock.
    pub(super) fn classify(&self, payload_hash: &str, owner: &str, now: SystemTime) -> Claim {
        if self.payload_hash != payload_hash {
            return Claim::PayloadMismatch;
        }
        match &self.status {
            LockStatus::Completed(version) => Claim::Completed(version.clone()),
            LockStatus::InProgress | LockStatus::Released if self.owner == owner => Claim::Own,
            LockStatus::InProgress | LockStatus::Released if self.lease_expires_at < now => Claim::Expired,
            LockStatus::InProgress | LockStatus::Released => Claim::Held,
        }
    }

    pub(super) fn to_attributes(&self) -> Value {
        let status = match &self.status {
            LockStatus::InProgress => IN_PROGRESS,
            LockStatus::Completed(_) => COMPLETED,
            LockStatus::Released => RELEASED,
        };
        let mut attributes = json!({
            TOKEN: string_attribute(&self.token),
            PAYLOAD_HASH: string_attribute(&self.payload_hash),
            OWNER: string_attribute(&self.owner),
            STATUS: string_attribute(status),
            LEASE_EXPIRES_AT: millis_attribute(self.lease_expires_at),
            FIRST_REQUESTED_AT: millis_attribute(self.first_requested_at),
            EXPIRES: seconds_attribute(self.ttl),
        });
        if let LockStatus::Completed(version) = &self.status {
            attributes[RESULT] = version_to_attribute(version);
        }
        attributes
    }

    /// Reads an item; `None` where it is not a lock record.
    pub(super) fn from_attributes(attributes: &Value) -> Option<Self> {
        let string = |name: &str| string_from_attribute(attributes, name);
        let number = |name: &str| attributes.get(name)?.get("N")?.as_str()?.parse().ok();
        let status = match string(STATUS)?.as_str() {
            IN_PROGRESS => LockStatus::InProgress,
            COMPLETED => LockStatus::Completed(version_from_attribute(attributes.get(RESULT)?.get("M")?)?),
            RELEASED => LockStatus::Released,
            _ => return None,
        };
        Some(Self {
            token: string(TOKEN)?,
            payload_hash: string(PAYLOAD_HASH)?,
            owner: string(OWNER)?,
            lease_expires_at: UNIX_EPOCH.checked_add(Duration::from_millis(number(LEASE_EXPIRES_AT)?))?,
            first_requested_at: UNIX_EPOCH.checked_add(Duration::from_millis(number(FIRST_REQUESTED_AT)?))?,
            status,
            ttl: UNIX_EPOCH.checked_add(Duration::from_secs(number(EXPIRES)?))?,
        })
    }
}

impl Condition<'_> {
    pub(super) fn expression(self) -> &'static str {
        match self {
            Self::NotExistsOrExpired => {
                "attribute_not_exists(#token) OR #expires < :now OR #status = :released"
            }
            Self::OwnedBy(_) => "#owner = :owner AND #status = :in_progress",
        }
    }

    /// All names are placeholders, since DynamoDB reserves many words.
    pub(super) fn names(self) -> Value {
        match self {
            Self::NotExistsOrExpired => json!({ "#token": TOKEN, "#expires": EXPIRES, "#status": STATUS }),
            Self::OwnedBy(_) => json!({ "#owner": OWNER, "#status": STATUS }),
        }
    }

    pub(super) fn values(self) -> Value {
        match self {
            Self::NotExistsOrExpired => json!({
                ":now": seconds_attribute(SystemTime::now()),
                ":released": string_attribute(RELEASED),
            }),
            Self::OwnedBy(record) => json!({
                ":owner": string_attribute(&record.owner),
                ":in_progress": string_attribute(IN_PROGRESS),
            }),
        }
    }
}

fn version_to_attribute(version: &Version) -> Value {
    json!({ "M": {
        "Arn": string_attribute(&version.arn),
        "CreationTimestamp": string_attribute(&version.creation_timestamp),
        "Id": string_attribute(&version.id),
        "Version": string_attribute(&version.version),
    } })
}

fn version_from_attribute(attributes: &Value) -> Option<Version> {
    Some(Version {
        arn: string_from_attribute(attributes, "Arn")?,
        creation_timestamp: string_from_attribute(attributes, "CreationTimestamp")?,
        id: string_from_attribute(attributes, "Id")?,
        version: string_from_attribute(attributes, "Version")?,
    })
}

fn string_from_attribute(attributes: &Value, name: &str) -> Option<String> {
    attributes.get(name)?.get("S")?.as_str().map(str::to_owned)
}

fn string_attribute(text: &str) -> Value {
    json!({ "S": text })
}

fn millis_attribute(time: SystemTime) -> Value {
    json!({ "N": since_epoch(time).as_millis().to_string() })
}

fn seconds_attribute(time: SystemTime) -> Value {
    json!({ "N": since_epoch(time).as_secs().to_string() })
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        let [arn, creation_timestamp, id, version] = ["a", "c", "i", "v"].map(str::to_owned);
        Version { arn, creation_timestamp, id, version }
    }

    fn record() -> LockRecord {
        LockRecord::new("t", "c", "o", Duration::from_secs(3))
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let released = LockRecord { status: LockStatus::Released, ..record() };
        for record in [record().completed(&version()), released, record()] {
            let mut attributes = record.to_attributes();
            let read = LockRecord::from_attributes(&attributes).unwrap();
            assert_eq!(
                (&read.token, &read.payload_hash, &read.owner),
                (&record.token, &record.payload_hash, &record.owner)
            );
            assert_eq!(read.status, record.status);
            assert!(read.lease_expires_at > read.first_requested_at && read.ttl > read.lease_expires_at);
            assert_eq!(read.to_attributes(), attributes, "times are whole milliseconds and seconds");
            attributes.as_object_mut().unwrap().remove(OWNER);
            assert!(LockRecord::from_attributes(&attributes).is_none());
        }
        let mut attributes = record().to_attributes();
        attributes[STATUS] = string_attribute("DONE");
        assert!(LockRecord::from_attributes(&attributes).is_none());
    }

    #[test]
    fn what_a_record_means_for_an_invocation_that_wants_the_lock() {
        let (before, after) = (SystemTime::now(), SystemTime::now() + Duration::from_secs(60));
        let completed = record().completed(&version());
        for (record, payload_hash, owner, now, claim) in [
            (&record(), "other", "o", before, Claim::PayloadMismatch),
            (&completed, "other", "o", before, Claim::PayloadMismatch),
            (&completed, "c", "p", after, Claim::Completed(version())),
            (&completed, "c", "o", before, Claim::Completed(version())),
            (&record(), "c", "o", before, Claim::Own),
            (&record(), "c", "p", after, Claim::Expired),
            (&record(), "c", "p", before, Claim::Held),
        ] {
            assert_eq!(record.classify(payload_hash, owner, now), claim);
        }
    }
}

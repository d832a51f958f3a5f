//! An item of the table, as it is written and read.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{GRACE, Lease, REMEMBERED, text};
use crate::deadline::Deadline;
use crate::greengrass::Version;

pub(super) const TOKEN: &str = "Token";
const CONTENT: &str = "Content";
pub(super) const OWNER: &str = "Owner";
pub(super) const UNTIL: &str = "Until";
const SINCE: &str = "Since";
pub(super) const RESULT: &str = "Result";
const EXPIRES: &str = "Expires";

/// An item of the table.
pub(super) struct Item {
    token: String,
    pub(super) content: String,
    pub(super) owner: String,
    pub(super) until: SystemTime,
    pub(super) since: SystemTime,
    pub(super) result: Option<Version>,
}

impl Item {
    /// Of a request that is first asked for now.
    pub(super) fn new(token: &str, content: &str, owner: &str, deadline: Deadline) -> Self {
        let now = SystemTime::now();
        Self {
            token: token.to_owned(),
            content: content.to_owned(),
            owner: owner.to_owned(),
            until: now + deadline.remaining() + GRACE,
            since: now,
            result: None,
        }
    }

    /// The same, of a request that was first asked for earlier.
    pub(super) fn asked_since(self, since: SystemTime) -> Self {
        Self { since, ..self }
    }

    pub(super) fn lease(&self, came_before: bool) -> Lease {
        Lease { token: self.token.clone(), owner: self.owner.clone(), since: self.since, came_before }
    }

    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (TOKEN.to_owned(), text(&self.token)),
            (CONTENT.to_owned(), text(&self.content)),
            (OWNER.to_owned(), text(&self.owner)),
            (UNTIL.to_owned(), milliseconds(self.until)),
            (SINCE.to_owned(), milliseconds(self.since)),
            (EXPIRES.to_owned(), seconds(self.since + REMEMBERED)),
        ])
    }

    /// An item that is there; `None` where it is none of this function's.
    pub(super) fn read(attributes: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name: &str| attributes.get(name)?.as_s().ok().cloned();
        let time = |name: &str| {
            let number: u64 = attributes.get(name)?.as_n().ok()?.parse().ok()?;
            UNIX_EPOCH.checked_add(Duration::from_millis(number))
        };
        let result = match attributes.get(RESULT) {
            Some(result) => Some(version(result.as_m().ok()?)?),
            None => None,
        };
        Some(Self {
            token: text(TOKEN)?,
            content: text(CONTENT)?,
            owner: text(OWNER)?,
            until: time(UNTIL)?,
            since: time(SINCE)?,
            result,
        })
    }
}

/// A version as it is kept.
pub(super) fn result(version: &Version) -> AttributeValue {
    AttributeValue::M(HashMap::from([
        ("Arn".to_owned(), text(&version.arn)),
        ("CreationTimestamp".to_owned(), text(&version.creation_timestamp)),
        ("Id".to_owned(), text(&version.id)),
        ("Version".to_owned(), text(&version.version)),
    ]))
}

fn version(kept: &HashMap<String, AttributeValue>) -> Option<Version> {
    let text = |name: &str| kept.get(name)?.as_s().ok().cloned();
    Some(Version {
        arn: text("Arn")?,
        creation_timestamp: text("CreationTimestamp")?,
        id: text("Id")?,
        version: text("Version")?,
    })
}

pub(super) fn milliseconds(time: SystemTime) -> AttributeValue {
    AttributeValue::N(since_epoch(time).as_millis().to_string())
}

pub(super) fn seconds(time: SystemTime) -> AttributeValue {
    AttributeValue::N(since_epoch(time).as_secs().to_string())
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let item = Item::new("t", "c", "o", Deadline::within(Duration::from_secs(3)));
        let mut attributes = item.attributes();
        let read = Item::read(&attributes).unwrap();
        assert_eq!((read.token.as_str(), read.content.as_str(), read.owner.as_str()), ("t", "c", "o"));
        assert!(read.result.is_none() && read.until > read.since);
        let texts = ["a", "c", "i", "v"].map(str::to_owned);
        let [arn, creation_timestamp, id, version] = texts;
        let version = Version { arn, creation_timestamp, id, version };
        attributes.insert(RESULT.to_owned(), result(&version));
        assert_eq!(Item::read(&attributes).unwrap().result, Some(version));
        attributes.remove(OWNER);
        assert!(Item::read(&attributes).is_none());
    }
}

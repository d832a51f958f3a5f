//! An item of the table, as it is written and read, and the conditions it is written under.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{GRACE, REMEMBERED};
use crate::deadline::Deadline;
use crate::greengrass::Version;

const TOKEN: &str = "Token";
const CONTENT: &str = "Content";
const OWNER: &str = "Owner";
const UNTIL: &str = "Until";
const SINCE: &str = "Since";
const RESULT: &str = "Result";
const EXPIRES: &str = "Expires";

/// An item of the table.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) token: String,
    pub(super) content: String,
    pub(super) owner: String,
    pub(super) until: SystemTime,
    pub(super) since: SystemTime,
    pub(super) expires: SystemTime,
    pub(super) result: Option<Version>,
}

/// When an item is written.
pub(super) enum Condition<'a> {
    /// Where there is none, or one that the table should have forgotten.
    Free,
    /// Where there is still this one, without a result. Each time that a lease is asked for is an owner of its own.
    StillOf(&'a Item),
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
            expires: now + REMEMBERED,
            result: None,
        }
    }

    pub(super) fn attributes(&self) -> Value {
        let mut attributes = json!({
            TOKEN: text(&self.token),
            CONTENT: text(&self.content),
            OWNER: text(&self.owner),
            UNTIL: milliseconds(self.until),
            SINCE: milliseconds(self.since),
            EXPIRES: seconds(self.expires),
        });
        if let Some(version) = &self.result {
            attributes[RESULT] = kept(version);
        }
        attributes
    }

    /// An item that is there; `None` where it is none of this function's.
    pub(super) fn read(attributes: &Value) -> Option<Self> {
        let text = |name: &str| text_of(attributes, name);
        let number = |name: &str| attributes.get(name)?.get("N")?.as_str()?.parse().ok();
        let result = match attributes.get(RESULT) {
            Some(result) => Some(version(result.get("M")?)?),
            None => None,
        };
        Some(Self {
            token: text(TOKEN)?,
            content: text(CONTENT)?,
            owner: text(OWNER)?,
            until: UNIX_EPOCH.checked_add(Duration::from_millis(number(UNTIL)?))?,
            since: UNIX_EPOCH.checked_add(Duration::from_millis(number(SINCE)?))?,
            expires: UNIX_EPOCH.checked_add(Duration::from_secs(number(EXPIRES)?))?,
            result,
        })
    }
}

impl Condition<'_> {
    pub(super) fn expression(&self) -> &'static str {
        match self {
            Self::Free => "attribute_not_exists(#token) OR #expires < :now",
            Self::StillOf(_) => "#owner = :owner AND attribute_not_exists(#result)",
        }
    }

    /// All names by placeholders: which words DynamoDB keeps for itself is a long list.
    pub(super) fn names(&self) -> Value {
        match self {
            Self::Free => json!({ "#token": TOKEN, "#expires": EXPIRES }),
            Self::StillOf(_) => json!({ "#owner": OWNER, "#result": RESULT }),
        }
    }

    pub(super) fn values(&self) -> Value {
        match self {
            Self::Free => json!({ ":now": seconds(SystemTime::now()) }),
            Self::StillOf(item) => json!({ ":owner": text(&item.owner) }),
        }
    }
}

/// A version as it is kept.
fn kept(version: &Version) -> Value {
    json!({ "M": {
        "Arn": text(&version.arn),
        "CreationTimestamp": text(&version.creation_timestamp),
        "Id": text(&version.id),
        "Version": text(&version.version),
    } })
}

fn version(kept: &Value) -> Option<Version> {
    Some(Version {
        arn: text_of(kept, "Arn")?,
        creation_timestamp: text_of(kept, "CreationTimestamp")?,
        id: text_of(kept, "Id")?,
        version: text_of(kept, "Version")?,
    })
}

fn text_of(attributes: &Value, name: &str) -> Option<String> {
    attributes.get(name)?.get("S")?.as_str().map(str::to_owned)
}

fn text(text: &str) -> Value {
    json!({ "S": text })
}

fn milliseconds(time: SystemTime) -> Value {
    json!({ "N": since_epoch(time).as_millis().to_string() })
}

fn seconds(time: SystemTime) -> Value {
    json!({ "N": since_epoch(time).as_secs().to_string() })
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let [arn, creation_timestamp, id, version] = ["a", "c", "i", "v"].map(str::to_owned);
        let version = Version { arn, creation_timestamp, id, version };
        let new = Item::new("t", "c", "o", Deadline::within(Duration::from_secs(3)));
        for item in [Item { result: Some(version), ..new.clone() }, new] {
            let mut attributes = item.attributes();
            let read = Item::read(&attributes).unwrap();
            assert_eq!((&read.token, &read.content, &read.owner), (&item.token, &item.content, &item.owner));
            assert_eq!(read.result, item.result);
            assert!(read.until > read.since && read.expires > read.until);
            assert_eq!(read.attributes(), attributes, "times are whole milliseconds and seconds");
            attributes.as_object_mut().unwrap().remove(OWNER);
            assert!(Item::read(&attributes).is_none());
        }
    }
}

//! The identifiers of a request. Each type is made only by its parser, so none can hold a bad one.

use std::fmt;

/// Why a text is not the identifier it should be: what it is instead, and what is allowed. Never the text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

/// Id of a connector definition: a UUID as the service makes them. Held only to what is safe in a path, since
/// nothing promises the UUID; an id that is none gets the service's own answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectorDefinitionId(String);

/// Id of a connector in a version: 1 to 128 of `[a-zA-Z0-9:_-]` (API reference, "Connector").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorId(String);

/// ARN of a connector: any ARN of the service `greengrass`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectorArn(String);

/// The value of `AmznClientToken`: 1 to 1,024 visible ASCII characters, so that it is a header's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientToken {
    text: String,
    derived: bool,
}

/// ARN of a connector definition version:
/// `arn:PARTITION:greengrass:REGION:ACCOUNT:/greengrass/definition/connectors/ID/versions/VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionArn {
    text: String,
    definition: ConnectorDefinitionId,
    version: String,
}

macro_rules! text_of {
    ($($name:ident),+) => {$(
        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}
text_of!(ConnectorDefinitionId, ConnectorId, ConnectorArn);

const DEFINITION_PATH: &str = "/greengrass/definition/connectors/";

impl ConnectorDefinitionId {
    /// Takes an id, or a definition's ARN, of which it keeps the id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const ALLOWED: &str = "the id of a connector definition, or its ARN";
        if !text.starts_with("arn:") {
            check(text, 128, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'), ALLOWED)?;
            return Ok(Self(text.to_owned()));
        }
        let id = greengrass_resource(text)
            .and_then(|resource| resource.strip_prefix(DEFINITION_PATH))
            .ok_or_else(|| {
                Invalid(format!("is an ARN, but not a connector definition's, must be {ALLOWED}"))
            })?;
        if id.contains('/') {
            return Err(Invalid(format!(
                "is the ARN of something below a connector definition, must be {ALLOWED}"
            )));
        }
        Self::parse_bare(id).ok_or_else(|| {
            Invalid(format!("is a connector definition's ARN without an id, must be {ALLOWED}"))
        })
    }

    fn parse_bare(id: &str) -> Option<Self> {
        (!id.starts_with("arn:")).then(|| Self::parse(id).ok()).flatten()
    }
}

impl ConnectorId {
    /// Takes 1 to 128 of `[a-zA-Z0-9:_-]`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        check(text, 128, allowed, "1 to 128 of a-z, A-Z, 0-9, ':', '_' and '-'")?;
        Ok(Self(text.to_owned()))
    }
}

impl ConnectorArn {
    /// Takes any ARN of the service `greengrass`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const ALLOWED: &str = "an ARN of the service greengrass, as in arn:aws:greengrass:REGION::/connectors/NAME/versions/VERSION";
        check(text, 2048, |c| c.is_ascii_graphic(), ALLOWED)?;
        match greengrass_resource(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None if text.starts_with("arn:") => {
                Err(Invalid(format!("is not an ARN of the service greengrass, must be {ALLOWED}")))
            }
            None => Err(Invalid(format!(
                "is {} that is no ARN, must be {ALLOWED}",
                string_of(text.chars().count())
            ))),
        }
    }
}

impl ClientToken {
    /// Takes a caller's own: 1 to 1,024 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check(text, 1024, |c| c.is_ascii_graphic(), "1 to 1,024 visible ASCII characters")?;
        Ok(Self { text: text.to_owned(), derived: false })
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it was derived from the request, so that no other request has the same.
    pub fn is_derived(&self) -> bool {
        self.derived
    }
}

/// A token that was derived.
impl From<uuid::Uuid> for ClientToken {
    fn from(uuid: uuid::Uuid) -> Self {
        Self { text: uuid.to_string(), derived: true }
    }
}

impl fmt::Display for ClientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl VersionArn {
    /// Takes a connector definition version's ARN; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let path = greengrass_resource(text)?.strip_prefix(DEFINITION_PATH)?;
        let (definition, version) = path.split_once("/versions/")?;
        // A version's id obeys the same rule as its definition's.
        let version = ConnectorDefinitionId::parse_bare(version)?;
        Some(Self {
            text: text.to_owned(),
            definition: ConnectorDefinitionId::parse_bare(definition)?,
            version: version.0,
        })
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Id of the definition that holds the version.
    pub fn definition(&self) -> &ConnectorDefinitionId {
        &self.definition
    }

    /// Id of the version itself.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The resource part of an ARN of the service `greengrass`.
fn greengrass_resource(text: &str) -> Option<&str> {
    let mut parts = text.splitn(6, ':');
    let head = [parts.next()?, parts.next()?, parts.next()?];
    let resource = parts.nth(2)?;
    (head[0] == "arn" && !head[1].is_empty() && head[2] == "greengrass" && !resource.is_empty())
        .then_some(resource)
}

fn string_of(count: usize) -> String {
    format!("a string of {count} character{}", if count == 1 { "" } else { "s" })
}

/// Checks the length in characters and each character, and names what is wrong.
fn check(text: &str, most: usize, fits: impl Fn(char) -> bool, allowed: &str) -> Result<(), Invalid> {
    let count = text.chars().count();
    if count == 0 {
        return Err(Invalid(format!("is an empty string, must be {allowed}")));
    }
    if count > most {
        return Err(Invalid(format!("is {}, must be {allowed}", string_of(count))));
    }
    match text.chars().enumerate().find(|(_, c)| !fits(*c)) {
        None => Ok(()),
        Some((at, c)) => {
            let name = match c {
                ' ' => "a space".to_owned(),
                c if c.is_ascii_graphic() => format!("'{c}'"),
                c => format!("U+{:04X}", u32::from(c)),
            };
            Err(Invalid(format!("has {name} as its character {}, must be {allowed}", at + 1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str =
        "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/a-1";

    #[test]
    fn a_definition_is_named_by_its_id_or_its_arn() {
        assert_eq!(ConnectorDefinitionId::parse("a-1").unwrap().as_str(), "a-1");
        assert_eq!(ConnectorDefinitionId::parse(DEFINITION).unwrap().as_str(), "a-1");
        for bad in [
            "",
            "a b",
            "a/b",
            "../x",
            "é",
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/devices/a-1",
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/",
            "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/a-1/versions/v",
            "arn:aws:iot:us-east-1:123456789012:/greengrass/definition/connectors/a-1",
        ] {
            assert!(ConnectorDefinitionId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_connector_id_is_1_to_128_of_its_characters() {
        assert!(ConnectorId::parse(&"x".repeat(128)).is_ok());
        assert!(ConnectorId::parse("Az09:_-").is_ok());
        let long = ConnectorId::parse(&"x".repeat(129)).unwrap_err().to_string();
        assert!(long.starts_with("is a string of 129 characters, must be 1 to 128"), "{long}");
        let space = ConnectorId::parse("my id").unwrap_err().to_string();
        assert!(space.starts_with("has a space as its character 3"), "{space}");
        let unicode = ConnectorId::parse("ид").unwrap_err().to_string();
        assert!(unicode.starts_with("has U+0438 as its character 1"), "{unicode}");
    }

    #[test]
    fn a_connector_arn_is_any_arn_of_greengrass() {
        for good in ["arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4", "arn:aws-cn:greengrass:::x"]
        {
            assert_eq!(ConnectorArn::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "SNS",
            "arn:aws:sns:us-east-1::/connectors/SNS",
            "arn:aws:greengrass",
            "arn:aws:greengrass:::",
            "arn: ",
        ] {
            assert!(ConnectorArn::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_version_arn_gives_both_ids() {
        let arn = VersionArn::parse(&format!("{DEFINITION}/versions/v-1")).unwrap();
        assert_eq!((arn.definition().as_str(), arn.version()), ("a-1", "v-1"));
        for bad in [
            DEFINITION,
            "",
            "not-created:1",
            &format!("{DEFINITION}/versions/"),
            &format!("{DEFINITION}/versions/v/x"),
        ] {
            assert!(VersionArn::parse(bad).is_none(), "{bad}");
        }
    }
}

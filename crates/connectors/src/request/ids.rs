//! The identifiers of a request. Each type can only be created by its parser, so that its values are always valid.

use std::fmt;

use super::messages::{self, invalid_id};
use crate::region::{FunctionLocation, is_region_name, partition_of};

/// Why a text is not an identifier, and what to write instead. It does not contain the text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseIdError(String);

/// ID of a connector definition: 1 to 128 letters, digits, hyphens and underscores.
///
/// The service creates UUIDs, but the API reference does not promise that. The parser only makes sure that the ID is
/// safe in a URL path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectorDefinitionId(String);

/// ID of a connector within a version: 1 to 128 of `[a-zA-Z0-9:_-]`.
///
/// Source: [`Connector` in the API reference](https://docs.aws.amazon.com/greengrass/v1/apireference/definitions-connector.html).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorId(String);

/// ARN of a connector: any ARN of the service `greengrass`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectorArn(String);

/// Value of the header `X-Amzn-Client-Token`: 1 to 1,024 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientToken {
    text: String,
    is_derived: bool,
}

/// ARN of a connector definition version:
/// `arn:PARTITION:greengrass:REGION:ACCOUNT:/greengrass/definition/connectors/ID/versions/VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionArn {
    text: String,
    definition: ConnectorDefinitionId,
    version: String,
}

macro_rules! impl_string_newtype {
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
impl_string_newtype!(ConnectorDefinitionId, ConnectorId, ConnectorArn);

const DEFINITION_PATH: &str = "/greengrass/definition/connectors/";

impl ConnectorDefinitionId {
    /// Parses an ID, or the ARN of a definition, from which it takes the ID.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is neither.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        const HINT: &str = messages::DEFINITION_ID_HINT;
        let error = |problem| ParseIdError(invalid_id(problem, HINT));
        if !text.starts_with("arn:") {
            validate_chars(text, 128, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'), HINT)?;
            return Ok(Self(text.to_owned()));
        }
        let id = greengrass_resource(text)
            .and_then(|resource| resource.strip_prefix(DEFINITION_PATH))
            .ok_or_else(|| error(messages::NOT_A_DEFINITION_ARN))?;
        if id.contains('/') {
            return Err(error(messages::LONGER_THAN_DEFINITION_ARN));
        }
        Self::parse_id_only(id).ok_or_else(|| error(messages::DEFINITION_ARN_WITHOUT_ID))
    }

    /// Checks that a text, if it is the ARN of a definition, names a definition where the function runs.
    pub(super) fn check_location(text: &str, function: &FunctionLocation) -> Result<(), ParseIdError> {
        let Some(arn) = ArnLocation::parse(text) else { return Ok(()) };
        let message = match arn.difference(function) {
            Some(LocationDifference::Region(expected)) => messages::definition_in_other_region(expected),
            Some(LocationDifference::Partition(expected)) => {
                messages::definition_in_other_partition(expected)
            }
            Some(LocationDifference::Account) => messages::DEFINITION_IN_OTHER_ACCOUNT.to_owned(),
            None if !is_region_name(arn.region) => messages::definition_arn_without_region(),
            None => return Ok(()),
        };
        Err(ParseIdError(message))
    }

    fn parse_id_only(id: &str) -> Option<Self> {
        (!id.starts_with("arn:")).then(|| Self::parse(id).ok()).flatten()
    }
}

impl ConnectorId {
    /// Parses 1 to 128 of `[a-zA-Z0-9:_-]`.
    ///
    /// # Errors
    ///
    /// Returns an error for other lengths and characters.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        validate_chars(text, 128, is_allowed, messages::CONNECTOR_ID_HINT)?;
        Ok(Self(text.to_owned()))
    }
}

impl ConnectorArn {
    /// Parses any ARN of the service `greengrass`, of at most 2,048 characters.
    ///
    /// # Errors
    ///
    /// Returns an error for any other text.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        const HINT: &str = messages::CONNECTOR_ARN_HINT;
        validate_chars(text, 2048, |c| c.is_ascii_graphic(), HINT)?;
        match greengrass_resource(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None if text.starts_with("arn:") => {
                Err(ParseIdError(invalid_id(messages::NOT_A_GREENGRASS_ARN, HINT)))
            }
            None => Err(ParseIdError(invalid_id(messages::NOT_AN_ARN, HINT))),
        }
    }
}

impl ClientToken {
    /// Parses a caller's own token: 1 to 1,024 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// Returns an error for other lengths and characters.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        validate_chars(text, 1024, |c| c.is_ascii_graphic(), messages::CLIENT_TOKEN_HINT)?;
        Ok(Self { text: text.to_owned(), is_derived: false })
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the token was derived from the request, so that no other request has the same one.
    pub fn is_derived(&self) -> bool {
        self.is_derived
    }
}

/// A token that was derived from a request.
impl From<uuid::Uuid> for ClientToken {
    fn from(uuid: uuid::Uuid) -> Self {
        Self { text: uuid.to_string(), is_derived: true }
    }
}

impl fmt::Display for ClientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl VersionArn {
    /// Parses the ARN of a connector definition version; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let path = greengrass_resource(text)?.strip_prefix(DEFINITION_PATH)?;
        let (definition, version) = path.split_once("/versions/")?;
        // The ID of a version follows the same rule as the ID of its definition.
        let version = ConnectorDefinitionId::parse_id_only(version)?;
        Some(Self {
            text: text.to_owned(),
            definition: ConnectorDefinitionId::parse_id_only(definition)?,
            version: version.0,
        })
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the version can be one of the function's: nothing that is known about the function says otherwise.
    pub fn is_in(&self, function: &FunctionLocation) -> bool {
        ArnLocation::parse(&self.text).is_some_and(|arn| arn.difference(function).is_none())
    }

    /// ID of the definition that has the version.
    pub fn definition(&self) -> &ConnectorDefinitionId {
        &self.definition
    }

    /// ID of the version itself.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The parts of an ARN that say where its resource is.
struct ArnLocation<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

/// How the location of an ARN differs from the function's, with the function's own.
enum LocationDifference<'a> {
    Region(&'a str),
    Partition(&'static str),
    Account,
}

impl<'a> ArnLocation<'a> {
    /// `None` if the text is not an ARN.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let (partition, _, region, account) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        is_arn.then_some(Self { partition, region, account })
    }

    /// The first difference that is certain.
    fn difference<'f>(&self, function: &'f FunctionLocation) -> Option<LocationDifference<'f>> {
        if let Some(region) = &function.region
            && region != self.region
        {
            return Some(LocationDifference::Region(region));
        }
        let partition = function.partition().or_else(|| partition_of(self.region));
        if let Some(partition) = partition.filter(|partition| *partition != self.partition)
            && is_region_name(self.region)
        {
            return Some(LocationDifference::Partition(partition));
        }
        let account = function.account.as_deref();
        account.is_some_and(|account| account != self.account).then_some(LocationDifference::Account)
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

/// Checks the length in characters, and each character.
fn validate_chars(
    text: &str,
    max_chars: usize,
    is_allowed: impl Fn(char) -> bool,
    hint: &str,
) -> Result<(), ParseIdError> {
    let count = text.chars().count();
    if !(1..=max_chars).contains(&count) {
        return Err(ParseIdError(messages::wrong_length(count, hint)));
    }
    match text.chars().enumerate().find(|(_, c)| !is_allowed(*c)) {
        None => Ok(()),
        Some((index, c)) => Err(ParseIdError(messages::invalid_character(c, index + 1, hint))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str =
        "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/a-1";

    #[test]
    fn a_definition_id_is_an_id_or_the_definitions_arn() {
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

    /// A table: where the function runs, the ARN's partition, Region and account, and the first words of the error.
    #[test]
    fn a_definition_is_where_the_function_runs() {
        const US: (Option<&str>, Option<&str>) = (Some("us-east-1"), Some("123456789012"));
        const GOV: (Option<&str>, Option<&str>) = (Some("us-gov-west-1"), None);
        const UNKNOWN: (Option<&str>, Option<&str>) = (None, None);
        for ((region, account), arn, error) in [
            (US, "aws:greengrass:us-east-1:123456789012", None),
            (
                US,
                "aws:greengrass:eu-west-1:123456789012",
                Some("connector definition of another Region; use one in us-east-1."),
            ),
            (US, "aws:greengrass:us-east-1:999999999999", Some("connector definition of another account; ")),
            (US, "aws:greengrass:us-east-1:", Some("connector definition of another account; ")),
            (
                US,
                "aws-cn:greengrass:us-east-1:123456789012",
                Some("connector definition of another partition; use one in aws."),
            ),
            (US, "aws:greengrass::123456789012", Some("connector definition of another Region; ")),
            (GOV, "aws-us-gov:greengrass:us-gov-west-1:999999999999", None),
            (
                GOV,
                "aws:greengrass:us-gov-west-1:999999999999",
                Some("connector definition of another partition; use one in aws-us-gov."),
            ),
            (UNKNOWN, "aws-cn:greengrass:cn-north-1:999999999999", None),
            (UNKNOWN, "aws-iso:greengrass:us-iso-east-1:999999999999", None),
            (
                UNKNOWN,
                "aws:greengrass:cn-north-1:999999999999",
                Some("connector definition of another partition; use one in aws-cn."),
            ),
            (UNKNOWN, "aws:greengrass:region:999999999999", Some("no Region in the ARN")),
        ] {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let function = FunctionLocation { region: owned(region), account: owned(account) };
            let text = format!("arn:{arn}:/greengrass/definition/connectors/d");
            let found = ConnectorDefinitionId::check_location(&text, &function).err().map(|e| e.to_string());
            match error {
                None => assert_eq!(found, None, "{arn}"),
                Some(error) => {
                    assert!(found.as_ref().is_some_and(|found| found.starts_with(error)), "{arn}: {found:?}")
                }
            }
            let version = VersionArn::parse(&format!("{text}/versions/v")).unwrap();
            let is_elsewhere = error.is_some_and(|error| error.starts_with("connector definition"));
            assert_eq!(version.is_in(&function), !is_elsewhere, "{arn}");
        }
        assert!(ConnectorDefinitionId::check_location("d", &FunctionLocation::default()).is_ok());
    }

    #[test]
    fn a_connector_id_has_1_to_128_allowed_characters() {
        assert!(ConnectorId::parse(&"x".repeat(128)).is_ok());
        assert!(ConnectorId::parse("Az09:_-").is_ok());
        let long = ConnectorId::parse(&"x".repeat(129)).unwrap_err().to_string();
        assert_eq!(long, "too long with 129 characters; use 1-128 of `a-z A-Z 0-9 : _ -`.");
        let space = ConnectorId::parse("my id").unwrap_err().to_string();
        assert_eq!(space, "invalid character ' ' at position 3; use 1-128 of `a-z A-Z 0-9 : _ -`.");
        let unicode = ConnectorId::parse("ид").unwrap_err().to_string();
        assert!(unicode.starts_with("invalid character U+0438 at position 1; "), "{unicode}");
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
    fn a_version_arn_has_both_ids() {
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

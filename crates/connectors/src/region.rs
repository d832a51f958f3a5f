//! Names of AWS Regions, and where the function runs.

/// Whether a text has the form of a Region's name: two to four letters, one or more words of letters, and one or two
/// digits, joined by hyphens.
///
/// Only the form is checked, so that a Region that opens later needs no release of this crate.
///
/// ```
/// use connectors::region::is_region_name;
///
/// assert!(is_region_name("us-gov-west-1"));
/// assert!(!is_region_name("US-EAST-1"));
/// ```
pub fn is_region_name(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let starts_with_area = parts.next().is_some_and(|part| (2..=4).contains(&part.len()) && is_word(part));
    let ends_with_number = parts
        .next_back()
        .is_some_and(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    let mut words = parts.peekable();
    starts_with_area && ends_with_number && words.peek().is_some() && words.all(is_word)
}

/// The partition of a Region, if its name tells.
pub fn partition_of(region: &str) -> Option<&'static str> {
    match region {
        region if region.starts_with("cn-") => Some("aws-cn"),
        region if region.starts_with("us-gov-") => Some("aws-us-gov"),
        region if region.contains("-iso") || region.starts_with("eusc-") => None,
        _ => Some("aws"),
    }
}

/// Where the function runs, and with it the resources that it may use, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionLocation {
    /// The name of the Region.
    pub region: Option<String>,
    /// The ID of the account.
    pub account: Option<String>,
}

impl FunctionLocation {
    /// The partition, if the Region's name tells.
    pub fn partition(&self) -> Option<&'static str> {
        self.region.as_deref().and_then(partition_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_of_regions() {
        for (region, partition) in [
            ("us-east-1", Some("aws")),
            ("cn-northwest-1", Some("aws-cn")),
            ("us-gov-east-1", Some("aws-us-gov")),
            ("us-isob-east-1", None),
            ("eusc-de-east-1", None),
        ] {
            let location = FunctionLocation { region: Some(region.to_owned()), account: None };
            assert_eq!(location.partition(), partition, "{region}");
        }
        assert_eq!(FunctionLocation::default().partition(), None);
    }

    #[test]
    fn region_names_of_every_partition() {
        for name in [
            "us-east-1",
            "ap-southeast-7",
            "ap-northeast-3",
            "ca-central-1",
            "mx-central-1",
            "il-central-1",
            "us-gov-west-1",
            "cn-north-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "us-isof-south-1",
            "eu-isoe-west-1",
            "eusc-de-east-1",
            "us-east-12",
        ] {
            assert!(is_region_name(name), "{name}");
        }
    }

    #[test]
    fn everything_else_is_not_a_region_name() {
        for text in [
            "",
            "region",
            "us",
            "us-east",
            "us-1",
            "useast1",
            "east-1",
            "u-east-1",
            "us-east-123",
            "us-east-1a",
            "us-east1-1",
            "us--east-1",
            "us--1",
            "-us-east-1",
            "us-east-1-",
            "us-east-",
            "US-EAST-1",
            "us-East-1",
            " us-east-1",
            "us-east-1 ",
            "us-east-1\n",
            "us east 1",
            "us.east.1",
            "us-east-1.amazonaws.com",
            "us_east_1",
            "ús-east-1",
            "us-éast-1",
            "us-east-١",
            "website-us-east-1",
            "${AWS::Region}",
        ] {
            assert!(!is_region_name(text), "{text:?}");
        }
    }
}

//! Where a service is: at the endpoint that the environment names, or at the Region's.

use aws_config::SdkConfig;
use aws_sdk_greengrass::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

use super::given;

/// The endpoint of Greengrass; the Region's is used where this is not set.
pub const ENDPOINT: &str = "AWS_ENDPOINT_URL_GREENGRASS";
/// The same of DynamoDB, where the leases are.
pub const DYNAMODB_ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";
/// The same of every service that has none of its own.
pub const ANY_ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// The services that the function calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Greengrass,
    DynamoDb,
}

impl Service {
    /// Its name in a signature.
    pub(super) fn signing_name(self) -> &'static str {
        match self {
            Self::Greengrass => "greengrass",
            Self::DynamoDb => "dynamodb",
        }
    }

    /// Its endpoint, where the environment names one: by the service's own variable, or for all of them.
    fn endpoint_given(self) -> Option<String> {
        let own = match self {
            Self::Greengrass => ENDPOINT,
            Self::DynamoDb => DYNAMODB_ENDPOINT,
        };
        given(own).or_else(|| given(ANY_ENDPOINT))
    }

    /// Its endpoint: the one that is given, or the Region's by the SDK's rules for Greengrass. DynamoDB's rules give
    /// the same (the test below) with its own name for every Region and kind of endpoint, one kind excepted: in
    /// GovCloud DynamoDB's FIPS endpoint is its plain one. Empty where the rules know none.
    pub(super) async fn endpoint(self, config: &SdkConfig) -> String {
        if let Some(url) = self.endpoint_given() {
            return url;
        }
        let region = config.region().map(ToString::to_string);
        let dual_stack = config.use_dual_stack().unwrap_or_default();
        let is_gov = region.as_deref().is_some_and(|region| region.starts_with("us-gov-"));
        let has_fips = self == Self::Greengrass || dual_stack || !is_gov;
        let fips = has_fips && config.use_fips().unwrap_or_default();
        let wanted = Params::builder().set_region(region).use_fips(fips).use_dual_stack(dual_stack).build();
        let Ok(wanted) = wanted else { return String::new() };
        let endpoint = DefaultResolver::new().resolve_endpoint(&wanted).await;
        let url = endpoint.map(|endpoint| endpoint.url().to_owned()).unwrap_or_default();
        match self {
            Self::Greengrass => url,
            Self::DynamoDb => url.replacen("greengrass", "dynamodb", 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_dynamodb::config::endpoint::ResolveEndpoint as _;

    use super::*;

    fn config(region: &str, fips: bool, dual_stack: bool) -> SdkConfig {
        let mut config = SdkConfig::builder().behavior_version(BehaviorVersion::v2026_01_12());
        config.set_region(Region::new(region.to_owned())).set_use_fips(Some(fips));
        config.set_use_dual_stack(Some(dual_stack));
        config.build()
    }

    #[tokio::test]
    async fn the_endpoint_is_where_the_sdk_has_dynamodb() {
        let sdk = aws_sdk_dynamodb::config::endpoint::DefaultResolver::new();
        let regions =
            ["us-east-1", "eu-central-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1", "us-gov-east-1"];
        for (region, kind) in regions.iter().flat_map(|region| (0..4).map(move |kind| (*region, kind))) {
            let (fips, dual_stack) = (kind & 1 > 0, kind & 2 > 0);
            let wanted = aws_sdk_dynamodb::config::endpoint::Params::builder();
            let wanted = wanted.region(region).use_fips(fips).use_dual_stack(dual_stack).build().unwrap();
            let endpoint = sdk.resolve_endpoint(&wanted).await.unwrap();
            assert_eq!(Service::DynamoDb.endpoint(&config(region, fips, dual_stack)).await, endpoint.url());
        }
    }
}

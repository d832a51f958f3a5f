//! Endpoints of services: from the environment, or the Region's.

use aws_config::SdkConfig;
use aws_sdk_greengrass::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

use super::non_empty_env;

/// Environment variable for the endpoint of Greengrass V1; without it, the Region's is used.
pub const GREENGRASS_ENDPOINT_VAR: &str = "AWS_ENDPOINT_URL_GREENGRASS";
/// Environment variable for the endpoint of DynamoDB, which holds the idempotency table.
pub const DYNAMODB_ENDPOINT_VAR: &str = "AWS_ENDPOINT_URL_DYNAMODB";
/// Environment variable for the endpoint of every service without a variable of its own.
pub const DEFAULT_ENDPOINT_VAR: &str = "AWS_ENDPOINT_URL";

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

    /// The endpoint that the environment sets for this service, or for all of them.
    fn endpoint_override(self) -> Option<String> {
        let own = match self {
            Self::Greengrass => GREENGRASS_ENDPOINT_VAR,
            Self::DynamoDb => DYNAMODB_ENDPOINT_VAR,
        };
        non_empty_env(own).or_else(|| non_empty_env(DEFAULT_ENDPOINT_VAR))
    }

    /// The service's endpoint: the environment's, or the Region's by the SDK's rules for Greengrass; empty where those
    /// know none. DynamoDB's rules differ from Greengrass's in the name only (the test below compares them), except
    /// that DynamoDB's FIPS endpoint in GovCloud is its plain one.
    pub(super) async fn endpoint(self, config: &SdkConfig) -> String {
        if let Some(url) = self.endpoint_override() {
            return url;
        }
        let region = config.region().map(ToString::to_string);
        let dual_stack = config.use_dual_stack().unwrap_or_default();
        let is_gov = region.as_deref().is_some_and(|region| region.starts_with("us-gov-"));
        let has_fips = self == Self::Greengrass || dual_stack || !is_gov;
        let fips = has_fips && config.use_fips().unwrap_or_default();
        let params = Params::builder().set_region(region).use_fips(fips).use_dual_stack(dual_stack).build();
        let Ok(params) = params else { return String::new() };
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
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
    async fn dynamodbs_endpoint_is_the_sdks() {
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

//! Calls to AWS services: endpoints, credentials, signatures.
//!
//! `aws-config`'s providers read the environment and `aws-sigv4` signs, as in the SDK. The SDK's orchestrator, which would
//! stand between the two, prepares a call with half a million instructions, about a hundred times what it takes
//! (`bench/tried.md`). Parity tests compare the calls with those of the SDK's own clients.

mod endpoint;
mod signed_client;
#[cfg(test)]
pub(crate) mod test_support;

use std::env;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

pub(crate) use endpoint::Service;
pub use endpoint::{DEFAULT_ENDPOINT_VAR, DYNAMODB_ENDPOINT_VAR, GREENGRASS_ENDPOINT_VAR};
pub(crate) use signed_client::{CallError, SignedClient};

/// Reads the configuration from the environment, where Lambda puts all of it. `aws-config`'s loader would bring every
/// other source of credentials (profiles, STS, containers, instances): a fifth of the binary, unused in Lambda.
pub(crate) async fn load_config() -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .region(EnvironmentVariableRegionProvider::new().region().await);
    config
        .set_use_fips(bool_env("AWS_USE_FIPS_ENDPOINT"))
        .set_use_dual_stack(bool_env("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

fn non_empty_env(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn bool_env(name: &str) -> Option<bool> {
    non_empty_env(name).map(|value| value.eq_ignore_ascii_case("true"))
}

//! Calls of AWS's services: where they go, what they are signed with, and over which connections.
//!
//! The environment is read with `aws-config`'s providers and calls are signed by `aws-sigv4`, as in the SDK. What is
//! not used of it is the way between the two: the orchestrator of a client prepares a call with half a million
//! instructions, a hundred times what there is to prepare (`bench/tried.md`).

mod call;
mod endpoint;
#[cfg(test)]
pub(crate) mod kept;

use std::env;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

pub(crate) use call::{CallError, Caller};
pub(crate) use endpoint::Service;
pub use endpoint::{ANY_ENDPOINT, DYNAMODB_ENDPOINT, ENDPOINT};

/// The environment, where Lambda puts everything, and nowhere else: `aws-config`'s loader brings every other source of
/// credentials along (profiles, STS, containers, instances), a fifth of the binary that no function in Lambda uses.
pub(crate) async fn environment() -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .region(EnvironmentVariableRegionProvider::new().region().await);
    config.set_use_fips(flag("AWS_USE_FIPS_ENDPOINT")).set_use_dual_stack(flag("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn flag(name: &str) -> Option<bool> {
    given(name).map(|value| value.eq_ignore_ascii_case("true"))
}

//! What the clients of AWS have in common: the environment, where Lambda puts everything, and nowhere else.
//!
//! With `aws-config`'s providers, but not with its loader. The loader brings every other source of credentials along
//! (profiles, STS, containers, instances), a fifth of the binary that no function in Lambda uses
//! (`bench/tried.md`).

use std::env;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};

use crate::settings;

/// Over this connector; nothing is called.
pub(crate) async fn new(connector: SharedHttpConnector) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .http_client(http_client_fn(move |_, _| connector.clone()))
        // The SDK repeats a create after a time-out or a 5xx, when nobody knows whether it took effect.
        // Repeating is the creator's business, which reads first.
        .retry_config(RetryConfig::disabled());
    config.set_use_fips(flag("AWS_USE_FIPS_ENDPOINT")).set_use_dual_stack(flag("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

/// The endpoint of a service, where the environment names one: by the service's own variable, or for all of them.
pub(crate) fn endpoint(variable: &str) -> Option<String> {
    given(variable).or_else(|| given(settings::ANY_ENDPOINT))
}

fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn flag(name: &str) -> Option<bool> {
    given(name).map(|value| value.eq_ignore_ascii_case("true"))
}

//! What the clients of AWS have in common.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};

/// Over this connector; nothing is called. Credentials and the Region come from the environment, where Lambda puts them,
/// and from nowhere else.
pub(crate) async fn load(connector: SharedHttpConnector) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .region(EnvironmentVariableRegionProvider::new())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        // The SDK repeats a create after a time-out or a 5xx, when nobody knows whether it took effect. Repeating is
        // the creator's business, which reads first.
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

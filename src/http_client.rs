//! The one HTTP stack of the function: the SDK's own connector, shared by the calls to Greengrass and the
//! answers to CloudFormation, so that TLS is set up and root certificates are read once.

use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

/// The SDK's own default (behavior version 2026-01-12).
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// Builds the connector. ring, not aws-lc: aws-lc gathers processor jitter as entropy in the first handshake,
/// tens of milliseconds of processor time inside the first event.
pub(crate) fn connector() -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build();
    SharedHttpConnector::new(connector)
}

//! Work that is done before the first event: Lambda starts a function at full processor speed, and runs its events at the
//! share that its memory buys.

use std::time::Duration;

use aws_sdk_greengrass::operation::create_connector_definition_version::CreateConnectorDefinitionVersionInput;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http::uri::Scheme;

use super::codec::OperationCodec;
use crate::aws::SignedClient;
use crate::http::HttpClient;
use crate::retry::Deadline;

/// How long a cold start waits for an endpoint that does not respond.
const WARMUP_TIMEOUT: Duration = Duration::from_secs(3);
/// A response as the service sends it.
const SAMPLE_RESPONSE: &str = r#"{"Arn":"a","CreationTimestamp":"t","Id":"i","Version":"v"}"#;

/// Serializes and signs a call, deserializes a response, and opens the connection, but sends no request: that would add
/// a round trip to every cold start. A failure here is ignored; if it persists, the first event reports it.
pub(super) async fn warm_up(
    client: &SignedClient,
    create: &OperationCodec<CreateConnectorDefinitionVersionInput>,
    http: &HttpClient,
) {
    // First, so that the name is resolved while the call is serialized. Without TLS there is too little to gain.
    let connected = match client.endpoint().parse().ok().filter(is_https) {
        Some(endpoint) => Some(http.preconnect(endpoint).await),
        None => None,
    };
    let input = CreateConnectorDefinitionVersionInput::builder()
        .connector_definition_id("warm-up")
        .amzn_client_token("warm-up")
        .set_connectors(Some(Vec::new()))
        .build();
    if let Some(request) = input.ok().and_then(|input| create.serialize(input).ok()) {
        let _ = client.build_signed_request(request);
    }
    let _ =
        create.deserialize(&HttpResponse::new(http::StatusCode::OK.into(), SdkBody::from(SAMPLE_RESPONSE)));
    if let Some(connected) = connected {
        let _ = Deadline::after(WARMUP_TIMEOUT).timeout(connected).await;
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

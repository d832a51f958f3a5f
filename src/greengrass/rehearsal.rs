//! What is done before the first event: a function's start runs at full speed, its events at the share of a processor
//! that its memory buys.

use std::time::Duration;

use aws_sdk_greengrass::operation::create_connector_definition_version::CreateConnectorDefinitionVersionInput as Create;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http::uri::Scheme;

use super::operation::Wire;
use crate::aws::Caller;
use crate::deadline::Deadline;
use crate::http_client::HttpClient;

/// What a start may wait for an endpoint that does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// As the service answers, so that reading it is rehearsed as well.
const ANSWER: &str = r#"{"Arn":"a","CreationTimestamp":"t","Id":"i","Version":"v"}"#;

/// Makes a call that goes all the way but the last step: it is written, signed and its answer read, and in place of
/// sending it, the connection that it would be sent over is made. Nothing is sent over it: that would be one more turn to
/// the service and back, in every start. What fails here is done again by the first event, which says so if it fails then.
pub(super) async fn rehearse(caller: &Caller, create: &Wire<Create>, http: &HttpClient) {
    // Begun first: the name is looked up while the call is written. Without TLS there is too little to win.
    let connection = match caller.endpoint().parse().ok().filter(is_https) {
        Some(endpoint) => Some(http.begin(endpoint).await),
        None => None,
    };
    let call = Create::builder().connector_definition_id("rehearsal").amzn_client_token("rehearsal");
    let call = call.set_connectors(Some(Vec::new())).build().ok().and_then(|input| create.write(input).ok());
    if let Some(call) = call {
        let _ = caller.prepare(call);
    }
    let _ = create.read(&HttpResponse::new(http::StatusCode::OK.into(), SdkBody::from(ANSWER)));
    if let Some(ended) = connection {
        let _ = Deadline::within(PATIENCE).bound(ended).await;
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

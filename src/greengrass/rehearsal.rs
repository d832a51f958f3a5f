//! What is done before the first event: a function's start runs at full speed, its events at the share of a processor
//! that its memory buys.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_greengrass::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http::uri::Scheme;

use crate::deadline::Deadline;
use crate::http_client::HttpClient;
use crate::sdk_config::Service;

/// What a start may wait for an endpoint that does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// As the service answers, so that reading it is rehearsed as well.
const ANSWER: &str = r#"{"Arn":"a","CreationTimestamp":"t","Id":"i","Version":"v"}"#;

/// Begins the connection: names are looked up while the client is made and its first call is built and signed. Without
/// TLS there is too little to win.
pub(super) async fn begin(shared: &SdkConfig, http: &HttpClient) {
    let endpoint = Service::Greengrass.endpoint(shared).await;
    if let Some(endpoint) = endpoint.parse().ok().filter(is_https) {
        http.begin(endpoint).await;
    }
}

/// Makes a call that goes all the way but the last step: it is built, signed and its answer read, and in place of
/// sending it, the connection that it would be sent over is opened. Whatever fails here fails again in the first
/// event, which says so.
pub(super) async fn rehearse(client: &Client, connector: SharedHttpConnector) {
    let stand_in = SharedHttpConnector::new(StandIn(connector));
    let call = client
        .create_connector_definition_version()
        .connector_definition_id("rehearsal")
        .amzn_client_token("rehearsal")
        .set_connectors(Some(Vec::new()))
        .customize()
        .config_override(Config::builder().http_client(http_client_fn(move |_, _| stand_in.clone())));
    let _ = Deadline::within(PATIENCE).bound(Box::pin(call.send())).await;
}

/// Answers in place of the service.
#[derive(Debug)]
struct StandIn(SharedHttpConnector);

impl HttpConnector for StandIn {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let opened = greeting(&request).map(|greeting| self.0.call(greeting));
        HttpConnectorFuture::new(async {
            if let Some(opened) = opened {
                let _ = opened.await;
            }
            let status = http::StatusCode::OK.into();
            Ok(HttpResponse::new(status, SdkBody::from(ANSWER)))
        })
    }
}

/// A request that asks for nothing, unsigned, to where the call would go. Its answer has no body, so the connection is
/// ready for the next one.
fn greeting(call: &HttpRequest) -> Option<HttpRequest> {
    let uri: Uri = call.uri().parse().ok().filter(is_https)?;
    let mut greeting = HttpRequest::empty();
    greeting.set_method("HEAD").ok()?;
    greeting.set_uri(format!("https://{}/", uri.authority()?)).ok()?;
    Some(greeting)
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

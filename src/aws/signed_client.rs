//! A client of one service that signs each call and sends it once.

use std::error::Error as StdError;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningInstructions, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::client::legacy::Error as HyperError;

use super::Service;

/// The caller's name in AWS's logs.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// An endpoint that is not the service may send without end.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// The runtime sets the X-Ray trace of an invocation here.
const TRACE_ENV: &str = "_X_AMZN_TRACE_ID";
/// Services continue the trace of this header; Lambda also detects recursive loops by it.
const TRACE_HEADER: &str = "x-amzn-trace-id";

/// A client of one service.
#[derive(Clone, Debug)]
pub(crate) struct SignedClient {
    service: Service,
    endpoint: String,
    region: String,
    identity: Option<Identity>,
    connector: SharedHttpConnector,
}

/// Why a call has no response. No variant repeats what was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// There are no credentials to sign with; nothing was sent.
    #[error("no credentials to sign the call with")]
    MissingCredentials,
    /// The request could not be built; nothing was sent.
    #[error("the request could not be built")]
    Build(#[source] BoxError),
    /// No connection was made; nothing was sent.
    #[error("no connection")]
    NotConnected(#[source] ConnectorError),
    /// The connection failed; the request may have been sent.
    #[error("the connection failed")]
    Transport(#[source] ConnectorError),
    /// The request was sent, and the response ended early.
    #[error("the response ended early")]
    IncompleteBody(#[source] BoxError),
    /// The request was sent, and the response is larger than any that the service sends.
    #[error("the response is larger than {MAX_RESPONSE_BYTES} bytes")]
    BodyTooLarge,
}

impl CallError {
    fn build(why: impl Into<BoxError>) -> Self {
        Self::Build(why.into())
    }
}

impl SignedClient {
    /// Creates a client; sends nothing. Credentials are read once, since those of a process do not change.
    pub(crate) async fn new(service: Service, config: &SdkConfig, connector: SharedHttpConnector) -> Self {
        let endpoint = service.endpoint(config).await;
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let identity = match config.credentials_provider() {
            Some(provider) => provider.provide_credentials().await.ok().map(Identity::from),
            None => None,
        };
        Self { service, endpoint, region, identity, connector }
    }

    /// The endpoint that calls go to; empty where none is known.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Signs and sends a request that has a path and no host; returns the response with its body. Takes as long as it
    /// takes: the caller sets the time-out.
    ///
    /// # Errors
    /// Says whether the request may have been sent.
    pub(crate) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let request = self.build_signed_request(request)?;
        let mut response = self.connector.call(request).await.map_err(transport_error)?;
        // Also where the body is not needed: a connection with an unread response takes no other request.
        let body = Limited::new(response.take_body(), MAX_RESPONSE_BYTES).collect().await;
        let body = body.map_err(body_error)?.to_bytes();
        *response.body_mut() = SdkBody::from(body);
        Ok(response)
    }

    /// The request as it is sent: with the endpoint, signed.
    pub(crate) fn build_signed_request(&self, mut request: HttpRequest) -> Result<HttpRequest, CallError> {
        let identity = self.identity.as_ref().ok_or(CallError::MissingCredentials)?;
        request.uri_mut().set_endpoint(&self.endpoint).map_err(CallError::build)?;
        let signature = self.sign(&request, identity).map_err(CallError::Build)?;
        let headers = request.headers_mut();
        headers.try_insert("user-agent", USER_AGENT).map_err(CallError::build)?;
        if let Ok(trace) = std::env::var(TRACE_ENV) {
            // A value that cannot be a header is left out.
            let _ = headers.try_insert(TRACE_HEADER, trace);
        }
        for header in signature.into_parts().0 {
            headers.try_insert(header.name(), header.value().to_owned()).map_err(CallError::build)?;
        }
        Ok(request)
    }

    fn sign(&self, request: &HttpRequest, identity: &Identity) -> Result<SigningInstructions, BoxError> {
        let params = v4::SigningParams::builder()
            .identity(identity)
            .region(&self.region)
            .name(self.service.signing_name())
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let body = request.body().bytes().ok_or("a body that is not in memory cannot be signed")?;
        let body = SignableBody::Bytes(body);
        let signable = SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body)?;
        Ok(sign(signable, &params.into())?.into_parts().0)
    }
}

fn body_error(error: BoxError) -> CallError {
    if error.is::<LengthLimitError>() { CallError::BodyTooLarge } else { CallError::IncompleteBody(error) }
}

fn transport_error(error: ConnectorError) -> CallError {
    let mut causes =
        std::iter::successors(Some(&error as &(dyn StdError + 'static)), |&cause| cause.source());
    let is_connect =
        causes.any(|cause| cause.downcast_ref::<HyperError>().is_some_and(HyperError::is_connect));
    if is_connect { CallError::NotConnected(error) } else { CallError::Transport(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::test_support::RecordingConnector;

    #[tokio::test]
    async fn a_response_that_is_too_large_is_an_error() {
        for (bytes, is_taken) in [(MAX_RESPONSE_BYTES, true), (MAX_RESPONSE_BYTES + 1, false)] {
            let connector = RecordingConnector::responding_with("x".repeat(bytes));
            let client =
                SignedClient::new(Service::Greengrass, &connector.config(), connector.connector()).await;
            let response = client.call(HttpRequest::new(SdkBody::empty())).await;
            match response {
                Ok(response) => assert!(is_taken && response.body().bytes().unwrap().len() == bytes),
                Err(error) => assert!(!is_taken && matches!(error, CallError::BodyTooLarge), "{error}"),
            }
        }
    }
}

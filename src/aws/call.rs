//! One call: signed, sent, answered.

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
use http_body_util::BodyExt;

use super::Service;

/// What AWS's logs name as the caller.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Where the runtime puts what X-Ray knows an invocation by, and the header in which services take it on. Lambda sees
/// by it also that a function calls itself in a circle.
const TRACE: (&str, &str) = ("_X_AMZN_TRACE_ID", "x-amzn-trace-id");

/// Calls one service.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    service: Service,
    endpoint: String,
    region: String,
    identity: Option<Identity>,
    connector: SharedHttpConnector,
}

/// Why a call has no answer. None of it repeats what was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// There is nothing to sign it with.
    #[error("there are no credentials to sign the call with")]
    Credentials,
    /// It was not sent.
    #[error("the call could not be prepared")]
    Unprepared(#[source] BoxError),
    /// It may have been sent.
    #[error("the connection failed")]
    Connection(#[source] ConnectorError),
    /// It was sent, and its answer ended early.
    #[error("the connection failed")]
    Cut(#[source] BoxError),
}

impl CallError {
    fn unprepared(why: impl Into<BoxError>) -> Self {
        Self::Unprepared(why.into())
    }
}

impl Caller {
    /// Over this connector; nothing is called. Credentials are read once: those in a process's environment do not change.
    pub(crate) async fn new(service: Service, config: &SdkConfig, connector: SharedHttpConnector) -> Self {
        let endpoint = service.endpoint(config).await;
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let identity = match config.credentials_provider() {
            Some(provider) => provider.provide_credentials().await.ok().map(Identity::from),
            None => None,
        };
        Self { service, endpoint, region, identity, connector }
    }

    /// Where calls go.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// One call with its path, once, however long it takes. The answer has its body.
    pub(crate) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let request = self.prepare(request)?;
        let mut answer = self.connector.call(request).await.map_err(CallError::Connection)?;
        // Also where nothing in it is asked for: a connection with an answer on it takes no other request.
        let body = answer.take_body().collect().await.map_err(CallError::Cut)?.to_bytes();
        *answer.body_mut() = SdkBody::from(body);
        Ok(answer)
    }

    /// What is sent for a call: to the endpoint, signed.
    pub(crate) fn prepare(&self, mut request: HttpRequest) -> Result<HttpRequest, CallError> {
        let identity = self.identity.as_ref().ok_or(CallError::Credentials)?;
        request.uri_mut().set_endpoint(&self.endpoint).map_err(CallError::unprepared)?;
        let signature = self.sign(&request, identity).map_err(CallError::Unprepared)?;
        let headers = request.headers_mut();
        headers.try_insert("user-agent", USER_AGENT).map_err(CallError::unprepared)?;
        if let Ok(trace) = std::env::var(TRACE.0) {
            // One that is no header is left out.
            let _ = headers.try_insert(TRACE.1, trace);
        }
        for header in signature.into_parts().0 {
            headers.try_insert(header.name(), header.value().to_owned()).map_err(CallError::unprepared)?;
        }
        Ok(request)
    }

    fn sign(&self, request: &HttpRequest, identity: &Identity) -> Result<SigningInstructions, BoxError> {
        let how = v4::SigningParams::builder()
            .identity(identity)
            .region(&self.region)
            .name(self.service.signing_name())
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
        let what = SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body)?;
        Ok(sign(what, &how.into())?.into_parts().0)
    }
}

//! The function's HTTP stack: hyper and rustls behind the SDK's connector trait, over HTTP/1.1. Calls to AWS services and
//! responses to CloudFormation share it, so that TLS is set up and root certificates are read once.
//!
//! The SDK's own connector spends half of all instructions of a cold start on reading root certificates
//! (`bench/tried.md`), and does not let that be replaced.

mod connector;
mod preconnect;
mod roots;
mod tls;

use std::error::Error as StdError;
use std::io;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use futures_util::TryFutureExt;
use http::{Request, Response, Uri};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::oneshot;

use connector::Connector;

/// Sends requests. Follows no redirects and uses no proxies.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient {
    pooled: Client<Connector, SdkBody>,
    connector: Connector,
}

impl HttpClient {
    pub(crate) fn new() -> Self {
        let connector = Connector::new();
        // hyper replaces a pooled connection that was closed, during a freeze for example, without an error.
        let pooled =
            Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector.clone());
        Self { pooled, connector }
    }

    /// Starts a connection for the next request to this host that finds no open one. Nothing is sent over it until then.
    /// The receiver completes when the connection is made or has failed.
    pub(crate) async fn preconnect(&self, to: Uri) -> oneshot::Receiver<()> {
        let connected = self.connector.preconnect(to);
        // One turn of the scheduler starts the connection; on a fast network the second sends the TLS greeting.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        connected
    }

    /// Sends a request; the response's body is not read yet.
    pub(crate) fn send(
        &self,
        request: Request<SdkBody>,
    ) -> impl Future<Output = Result<Response<SdkBody>, ConnectorError>> + use<> {
        let response = self.pooled.request(request).map_err(to_connector_error);
        response.map_ok(|response| response.map(SdkBody::from_body_1_x))
    }
}

impl HttpConnector for HttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.send(request);
        HttpConnectorFuture::new(async {
            HttpResponse::try_from(response.await?).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Callers distinguish time-outs from all other errors, and look at the causes for the rest.
fn to_connector_error(error: Error) -> ConnectorError {
    let timed_out = |cause: &(dyn StdError + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
    };
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    if causes.any(timed_out) {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

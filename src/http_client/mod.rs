//! The one HTTP stack of the function: hyper and rustls behind the SDK's seam for connectors, shared by the calls of
//! AWS's services and the answers to CloudFormation, so that TLS is set up and root certificates are read once.
//!
//! The SDK's own connector would do, but half of all instructions of a start are its way of reading root
//! certificates (`bench/tried.md`), and that cannot be exchanged. This one is the same two libraries, over HTTP/1.1.

mod connect;
mod early;
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

use connect::Connect;

/// The function's connections. It follows no redirects and knows no proxies.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient {
    pooled: Client<Connect, SdkBody>,
    connect: Connect,
}

impl HttpClient {
    pub(crate) fn new() -> Self {
        let connect = Connect::new();
        // A pooled connection that was closed meanwhile, in a freeze say, is replaced by hyper without an error.
        let pooled =
            Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connect.clone());
        Self { pooled, connect }
    }

    /// Begins a connection for the next request that goes there and finds none; no request is sent over it before that.
    /// What is returned comes when it is made, or has failed.
    pub(crate) async fn begin(&self, to: Uri) -> oneshot::Receiver<()> {
        let ended = self.connect.begin(to);
        // One turn to ask for the connection and one, where the network is quick, to greet the server.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        ended
    }

    /// Sends a request; the answer's body is not read yet.
    pub(crate) fn send(
        &self,
        request: Request<SdkBody>,
    ) -> impl Future<Output = Result<Response<SdkBody>, ConnectorError>> + use<> {
        let answer = self.pooled.request(request).map_err(what_failed);
        answer.map_ok(|answer| answer.map(SdkBody::from_body_1_x))
    }
}

impl HttpConnector for HttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let answer = self.send(request);
        HttpConnectorFuture::new(async {
            HttpResponse::try_from(answer.await?).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Whether time was over is all that is asked of an error, beside its causes.
fn what_failed(error: Error) -> ConnectorError {
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

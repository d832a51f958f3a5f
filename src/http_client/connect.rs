//! Connections, plain and over TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::roots;

/// The SDK's own default (behavior version 2026-01-12); for name, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Connects; sets TLS up when it is first needed.
#[derive(Clone, Debug)]
pub(super) struct Connect {
    tcp: TcpConnector,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Connect {
    pub(super) fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::default() }
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = Cause;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Cause>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.tcp.poll_ready(context).map_err(Cause::from)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let stream: Self::Future = if uri.scheme_str() == Some("https") {
            let tls = self.tls.get_or_init(|| Arc::new(tls())).clone();
            Box::pin(HttpsConnector::from((self.tcp.clone(), tls)).call(uri))
        } else {
            let stream = self.tcp.call(uri);
            Box::pin(async { Ok(MaybeHttpsStream::Http(stream.await?)) })
        };
        Box::pin(async {
            match timeout(CONNECT_TIMEOUT, stream).await {
                Ok(stream) => stream,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time").into()),
            }
        })
    }
}

/// ring, not aws-lc: aws-lc gathers processor jitter as entropy in the first handshake, tens of milliseconds of
/// processor time inside the first event.
fn tls() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    #[allow(clippy::expect_used, reason = "fails only for a provider without these versions")]
    let builder = builder.expect("ring knows TLS 1.2 and 1.3");
    builder.with_root_certificates(roots::load()).with_no_client_auth()
}

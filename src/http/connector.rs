//! Opens connections, plain and over TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tower_service::Service;

use super::preconnect::{BoxError, Preconnections, Stream, still_idle};
use super::tls::Tls;

/// For name resolution, TCP and TLS together; the SDK's own default (behavior version 2026-01-12).
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

type ConnectFuture = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

/// Opens connections; sets up TLS when it is first needed.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tcp: TcpConnector,
    tls: Arc<OnceLock<Tls>>,
    preconnections: Preconnections,
}

impl Connector {
    pub(super) fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::default(), preconnections: Preconnections::default() }
    }

    /// Starts a connection to a host that a request will soon go to. The receiver completes when the connection is made
    /// or has failed.
    pub(super) fn preconnect(&self, to: Uri) -> oneshot::Receiver<()> {
        let (sender, connected) = oneshot::channel();
        let connecting = self.connect(to.clone());
        let stream = tokio::spawn(async {
            let stream = connecting.await;
            // The receiver may be gone.
            let _ = sender.send(());
            stream
        });
        self.preconnections.keep(&to, stream);
        connected
    }

    fn connect(&self, to: Uri) -> ConnectFuture {
        let tls = (to.scheme() == Some(&Scheme::HTTPS)).then(|| self.tls.clone());
        let server = to.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tcp = self.tcp.clone().call(to);
        let stream = async move {
            let Some(tls) = tls else { return Ok(MaybeHttpsStream::Http(tcp.await?)) };
            // The order matters: TLS is set up while another thread resolves the name.
            let (tcp, tls) = tokio::join!(biased; tcp, async { tls.get_or_init(Tls::new) });
            let stream = tls.handshake(ServerName::try_from(server)?, TokioIo::new(tcp?)).await?;
            Ok(MaybeHttpsStream::from(stream))
        };
        Box::pin(async {
            match timeout(CONNECT_TIMEOUT, stream).await {
                Ok(stream) => stream,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "timed out connecting").into()),
            }
        })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = ConnectFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(BoxError::from)
    }

    fn call(&mut self, to: Uri) -> ConnectFuture {
        let Some(pending) = self.preconnections.take(&to) else { return self.connect(to) };
        let fallback = self.clone();
        Box::pin(async move {
            if let Ok(Ok(stream)) = pending.await
                && let Some(stream) = still_idle(stream).await
            {
                return Ok(stream);
            }
            // A connection that failed before there was anything to send is not an error: a new one may succeed.
            fallback.connect(to).await
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_failed_preconnection_is_replaced() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to: Uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let mut connector = Connector::new();
        connector.preconnections.keep(&to, tokio::spawn(async { Err("no such host".into()) }));
        assert!(connector.call(to).await.is_ok());
    }
}

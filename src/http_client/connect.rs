//! Connections, plain and over TLS.

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

use super::early::{Cause, EarlyConnections, Stream, if_open};
use super::tls::Tls;

/// The SDK's own default (behavior version 2026-01-12); for name, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

type Connecting = Pin<Box<dyn Future<Output = Result<Stream, Cause>> + Send>>;

/// Connects; sets TLS up when it is first needed.
#[derive(Clone, Debug)]
pub(super) struct Connect {
    tcp: TcpConnector,
    tls: Arc<OnceLock<Tls>>,
    early: EarlyConnections,
}

impl Connect {
    pub(super) fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::default(), early: EarlyConnections::default() }
    }

    /// Begins a connection to where something will be sent soon. What is returned comes when it is made, or has failed.
    pub(super) fn begin(&self, to: Uri) -> oneshot::Receiver<()> {
        let (sender, ended) = oneshot::channel();
        let connecting = self.connect(to.clone());
        let stream = tokio::spawn(async {
            let stream = connecting.await;
            // Nobody may be waiting.
            let _ = sender.send(());
            stream
        });
        self.early.keep(&to, stream);
        ended
    }

    fn connect(&self, to: Uri) -> Connecting {
        let tls = (to.scheme() == Some(&Scheme::HTTPS)).then(|| self.tls.clone());
        let server = to.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tcp = self.tcp.clone().call(to);
        let stream = async move {
            let Some(tls) = tls else { return Ok(MaybeHttpsStream::Http(tcp.await?)) };
            // In this order: TLS is set up while another thread looks the name up.
            let (tcp, tls) = tokio::join!(biased; tcp, async { tls.get_or_init(Tls::new) });
            let stream = tls.shake_hands(ServerName::try_from(server)?, TokioIo::new(tcp?)).await?;
            Ok(MaybeHttpsStream::from(stream))
        };
        Box::pin(async {
            match timeout(CONNECT_TIMEOUT, stream).await {
                Ok(stream) => stream,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time").into()),
            }
        })
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = Cause;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.tcp.poll_ready(context).map_err(Cause::from)
    }

    fn call(&mut self, to: Uri) -> Connecting {
        let Some(begun) = self.early.take(&to) else { return self.connect(to) };
        let anew = self.clone();
        Box::pin(async move {
            if let Ok(Ok(stream)) = begun.await
                && let Some(stream) = if_open(stream).await
            {
                return Ok(stream);
            }
            // What went wrong before there was anything to send is nobody's error: it may go well by now.
            anew.connect(to).await
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_was_begun_and_failed_is_made_anew() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to: Uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let mut connect = Connect::new();
        connect.early.keep(&to, tokio::spawn(async { Err("no such host".into()) }));
        assert!(connect.call(to).await.is_ok());
    }
}

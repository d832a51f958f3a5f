//! Connections, plain and over TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use super::tls::Tls;

/// The SDK's own default (behavior version 2026-01-12); for name, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// A server may have closed one that was silent for longer; nobody would notice before a request is lost on it.
const FRESH: Duration = Duration::from_secs(5);

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Cause = Box<dyn std::error::Error + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<Stream, Cause>> + Send>>;

/// Connects; sets TLS up when it is first needed.
#[derive(Clone, Debug)]
pub(super) struct Connect {
    tcp: TcpConnector,
    tls: Arc<OnceLock<Tls>>,
    early: Arc<Mutex<Option<Early>>>,
}

/// A connection that is made before there is anything to send.
#[derive(Debug)]
struct Early {
    to: Uri,
    begun: Instant,
    stream: JoinHandle<Result<Stream, Cause>>,
}

impl Connect {
    pub(super) fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::default(), early: Arc::default() }
    }

    /// Begins a connection to where something will be sent soon.
    pub(super) fn begin(&self, to: Uri) {
        let stream = tokio::spawn(self.connect(to.clone()));
        *self.early.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Early { to, begun: Instant::now(), stream });
    }

    /// The connection that was begun, if it goes there and is fresh.
    fn begun(&self, to: &Uri) -> Option<Early> {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        early
            .take_if(|early| early.to.scheme() == to.scheme() && early.to.authority() == to.authority())
            .filter(|early| early.begun.elapsed() < FRESH)
    }

    fn connect(&self, to: Uri) -> Connecting {
        let tls = (to.scheme() == Some(&Scheme::HTTPS)).then(|| self.tls.get_or_init(Tls::new).clone());
        let server = to.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tcp = self.tcp.clone().call(to);
        let stream = async move {
            let tcp = tcp.await?;
            let Some(tls) = tls else { return Ok(MaybeHttpsStream::Http(tcp)) };
            let stream = tls.shake_hands(ServerName::try_from(server)?, TokioIo::new(tcp)).await?;
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
        match self.begun(&to) {
            Some(early) => Box::pin(async { early.stream.await? }),
            None => self.connect(to),
        }
    }
}

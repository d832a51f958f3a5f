//! Connections, plain and over TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
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
    early: Arc<Mutex<Vec<Early>>>,
}

/// A connection that is made before there is anything to send.
#[derive(Debug)]
struct Early {
    to: Uri,
    /// By the clock on the wall: the other one may stand still while Lambda has frozen the process.
    begun: SystemTime,
    stream: JoinHandle<Result<Stream, Cause>>,
}

/// Comes when a connection that was begun is made, or has failed.
pub(crate) type Ended = oneshot::Receiver<()>;

impl Early {
    fn is_fresh(&self) -> bool {
        self.begun.elapsed().is_ok_and(|age| age < FRESH)
    }

    fn goes_to(&self, to: &Uri) -> bool {
        self.to.scheme() == to.scheme() && self.to.authority() == to.authority()
    }
}

impl Connect {
    pub(super) fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::default(), early: Arc::default() }
    }

    /// Begins a connection to where something will be sent soon.
    pub(super) fn begin(&self, to: Uri) -> Ended {
        let (sender, ended) = oneshot::channel();
        let connecting = self.connect(to.clone());
        let stream = tokio::spawn(async {
            let stream = connecting.await;
            // Nobody may be waiting.
            let _ = sender.send(());
            stream
        });
        self.early().push(Early { to, begun: SystemTime::now(), stream });
        ended
    }

    /// A connection that was begun, goes there and is fresh.
    fn begun(&self, to: &Uri) -> Option<Early> {
        let mut early = self.early();
        early.retain(Early::is_fresh);
        let there = early.iter().position(|early| early.goes_to(to))?;
        Some(early.swap_remove(there))
    }

    fn early(&self) -> MutexGuard<'_, Vec<Early>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
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
        match self.begun(&to) {
            Some(early) => Box::pin(async { early.stream.await? }),
            None => self.connect(to),
        }
    }
}

//! Connections that are opened before there is anything to send.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Servers say when they close a connection; NAT devices and load balancers drop idle ones silently.
const MAX_IDLE: Duration = Duration::from_secs(60);

/// A connection, plain or over TLS.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
/// Why there is no connection.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A connection that may still be connecting.
type PendingConnection = JoinHandle<Result<Stream, BoxError>>;

/// The connections that no request has taken yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Preconnections(Arc<Mutex<Vec<Preconnection>>>);

#[derive(Debug)]
struct Preconnection {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    /// Wall-clock time: the monotonic clock may stand still while Lambda freezes the process.
    since: SystemTime,
    stream: PendingConnection,
}

impl Preconnections {
    /// Keeps a connection for the first request to its host.
    pub(super) fn keep(&self, to: &Uri, stream: PendingConnection) {
        self.keep_since(SystemTime::now(), to, stream);
    }

    fn keep_since(&self, since: SystemTime, to: &Uri, stream: PendingConnection) {
        let (scheme, authority) = (to.scheme().cloned(), to.authority().cloned());
        self.with_live(|all| all.push(Preconnection { scheme, authority, since, stream }));
    }

    /// Takes a connection to this host.
    pub(super) fn take(&self, to: &Uri) -> Option<PendingConnection> {
        self.with_live(|all| {
            let same_origin = |entry: &Preconnection| {
                entry.scheme.as_ref() == to.scheme() && entry.authority.as_ref() == to.authority()
            };
            let place = all.iter().position(same_origin)?;
            Some(all.swap_remove(place).stream)
        })
    }

    /// Works on the connections that are not too old; the others are closed.
    fn with_live<T>(&self, work: impl FnOnce(&mut Vec<Preconnection>) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|entry| entry.since.elapsed().is_ok_and(|age| age < MAX_IDLE));
        work(&mut all)
    }
}

/// Returns a connection over which nothing was sent, if the server has neither closed it nor sent data. Messages of TLS
/// itself are processed.
pub(super) async fn still_idle(stream: Stream) -> Option<Stream> {
    let mut stream = TokioIo::new(stream);
    let is_idle = poll_fn(|context| {
        let mut byte = [0];
        Poll::Ready(Pin::new(&mut stream).poll_read(context, &mut ReadBuf::new(&mut byte)).is_pending())
    });
    is_idle.await.then(|| stream.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> PendingConnection {
        tokio::spawn(async { Err("nothing".into()) })
    }

    #[tokio::test]
    async fn one_is_taken_once_by_who_same_origin() {
        let (all, here, there) = (Preconnections::default(), Uri::from_static("https://a/b"), "https://a:1/");
        all.keep(&here, nothing());
        all.keep(&Uri::from_static("https://b"), nothing());
        for elsewhere in [there, "http://a/"] {
            assert!(all.take(&Uri::from_static(elsewhere)).is_none(), "{elsewhere}");
        }
        assert!(all.take(&Uri::from_static("https://a/c")).is_some());
        assert!(all.take(&here).is_none());
        assert!(all.take(&Uri::from_static("https://b")).is_some());
    }

    #[tokio::test]
    async fn a_connection_is_closed_when_it_is_old_or_its_age_unknown() {
        let (all, to, now) = (Preconnections::default(), Uri::from_static("https://a"), SystemTime::now());
        for since in [now - MAX_IDLE, now + Duration::from_secs(3_600)] {
            all.keep_since(since, &to, nothing());
            assert!(all.take(&to).is_none(), "{since:?}");
        }
        all.keep_since(now - MAX_IDLE / 2, &to, nothing());
        assert!(all.take(&to).is_some());
    }
}

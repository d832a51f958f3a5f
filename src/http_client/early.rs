//! Connections that are made before there is anything to send over them.

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

/// A server that has closed one by then tells; what lies between may forget one that is silent for longer, and tells nobody.
const FRESH: Duration = Duration::from_secs(60);

/// A connection, plain or over TLS.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
/// Why there is none.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;
/// One that may still be being made.
type Begun = JoinHandle<Result<Stream, Cause>>;

/// The connections that nobody has taken yet.
#[derive(Clone, Debug, Default)]
pub(super) struct EarlyConnections(Arc<Mutex<Vec<Early>>>);

#[derive(Debug)]
struct Early {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    /// By the clock on the wall: the other one may stand still while Lambda has frozen the process.
    since: SystemTime,
    stream: Begun,
}

impl EarlyConnections {
    /// Keeps one for whoever goes there first.
    pub(super) fn keep(&self, to: &Uri, stream: Begun) {
        self.keep_since(SystemTime::now(), to, stream);
    }

    fn keep_since(&self, since: SystemTime, to: &Uri, stream: Begun) {
        let (scheme, authority) = (to.scheme().cloned(), to.authority().cloned());
        self.fresh(|all| all.push(Early { scheme, authority, since, stream }));
    }

    /// Takes one that goes there.
    pub(super) fn take(&self, to: &Uri) -> Option<Begun> {
        self.fresh(|all| {
            let goes_there = |early: &Early| {
                early.scheme.as_ref() == to.scheme() && early.authority.as_ref() == to.authority()
            };
            let place = all.iter().position(goes_there)?;
            Some(all.swap_remove(place).stream)
        })
    }

    /// Those that are not too old; the others are closed.
    fn fresh<T>(&self, work: impl FnOnce(&mut Vec<Early>) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|early| early.since.elapsed().is_ok_and(|age| age < FRESH));
        work(&mut all)
    }
}

/// A connection over which nothing was sent, if the server has neither closed it nor said anything. What TLS itself has to
/// say is taken in.
pub(super) async fn if_open(stream: Stream) -> Option<Stream> {
    let mut stream = TokioIo::new(stream);
    let is_silent = poll_fn(|context| {
        let mut byte = [0];
        Poll::Ready(Pin::new(&mut stream).poll_read(context, &mut ReadBuf::new(&mut byte)).is_pending())
    });
    is_silent.await.then(|| stream.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Begun {
        tokio::spawn(async { Err("nothing".into()) })
    }

    #[tokio::test]
    async fn one_is_taken_once_by_who_goes_there() {
        let (all, here, there) =
            (EarlyConnections::default(), Uri::from_static("https://a/b"), "https://a:1/");
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
    async fn an_old_one_is_closed_and_so_is_one_of_which_the_clock_does_not_tell() {
        let (all, to, now) = (EarlyConnections::default(), Uri::from_static("https://a"), SystemTime::now());
        for since in [now - FRESH, now + Duration::from_secs(3_600)] {
            all.keep_since(since, &to, nothing());
            assert!(all.take(&to).is_none(), "{since:?}");
        }
        all.keep_since(now - FRESH / 2, &to, nothing());
        assert!(all.take(&to).is_some());
    }
}

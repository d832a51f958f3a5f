//! An HTTP/1.1 server that can also reset, truncate or withhold a response.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::access::{AllowedNames, Refusal};

/// A larger request body is rejected with 413. API Gateway has the same limit.
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

/// The pause after the first failed accept. It doubles with each further failure, up to [`MAX_ACCEPT_DELAY`].
const MIN_ACCEPT_DELAY: Duration = Duration::from_millis(10);
const MAX_ACCEPT_DELAY: Duration = Duration::from_secs(1);

/// A request with its whole body.
pub(crate) type Request = http::Request<Bytes>;

/// What the server does with a request.
#[derive(Debug)]
pub enum Reply {
    /// Send this response.
    Response(http::Response<Bytes>),
    /// Send the headers and the first half of the body of this response, then close the connection.
    Truncated(http::Response<Bytes>),
    /// Reset the connection.
    Reset,
    /// Send nothing and keep the connection open until the client closes it.
    Hang,
}

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    accept_task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    pub(crate) async fn start<S, F>(service: S) -> io::Result<Self>
    where
        S: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), AllowedNames::default(), service).await
    }

    /// Starts a server on this address, which requests may call by these names too. Port 0 takes a free port.
    pub(crate) async fn start_at<S, F>(
        address: SocketAddr,
        names: AllowedNames,
        service: S,
    ) -> io::Result<Self>
    where
        S: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let service = Arc::new(service);
        let names = Arc::new(names);
        let accept_task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = accept_with_backoff(|| listener.accept()).await;
                connections.spawn(serve_connection(stream, names.clone(), service.clone()));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, accept_task })
    }

    /// The address that the server listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's URL, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accept_task.abort();
    }
}

/// Accepts the next connection. Pauses after each failure: a process without free file descriptors would otherwise
/// spin, because accept keeps failing at once until a connection is closed.
async fn accept_with_backoff<T, F>(mut accept: impl FnMut() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    let mut delay = MIN_ACCEPT_DELAY;
    loop {
        match accept().await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(delay).await,
        }
        delay = (delay * 2).min(MAX_ACCEPT_DELAY);
    }
}

/// The error that makes hyper give up a connection, so that [`serve_connection`] can reset it.
#[derive(Debug)]
struct Reset;

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection reset")
    }
}
impl std::error::Error for Reset {}

async fn serve_connection<S, F>(stream: TcpStream, names: Arc<AllowedNames>, service: Arc<S>)
where
    S: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    // With Nagle's algorithm a small response could wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else { return };
    let service = service_fn(|request: http::Request<Incoming>| {
        let (names, service) = (names.clone(), service.clone());
        async move {
            let refusal = names.check(request.uri(), request.headers(), local.ip()).err();
            serve_request(service.as_ref(), refusal, request).await
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = (&mut connection).await
        && std::error::Error::source(&error).is_some_and(|cause| cause.is::<Reset>())
    {
        // A socket that is closed with a linger time of zero sends RST instead of FIN.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn serve_request<S, F>(
    service: &S,
    refusal: Option<Refusal>,
    request: http::Request<Incoming>,
) -> Result<http::Response<TruncatableBody>, Reset>
where
    S: Fn(Request) -> F,
    F: Future<Output = Reply>,
{
    let (parts, body) = request.into_parts();
    // A client that is still sending its body would not read a response, so the body is read first.
    let reply = match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
        Ok(body) => match refusal {
            Some(Refusal(message)) => Reply::Response(json_response(403, &json!({ "Message": message }))),
            None => service(http::Request::from_parts(parts, body.to_bytes())).await,
        },
        Err(error) if error.is::<LengthLimitError>() => {
            let message = "Request body: more than 10 MB; send a smaller body.";
            Reply::Response(json_response(413, &json!({ "Message": message })))
        }
        Err(_) => Reply::Reset,
    };
    match reply {
        Reply::Response(response) => Ok(response.map(TruncatableBody::complete)),
        Reply::Truncated(response) => Ok(response.map(TruncatableBody::half)),
        Reply::Reset => Err(Reset),
        Reply::Hang => std::future::pending().await,
    }
}

/// A response body that may end before its content length is reached.
struct TruncatableBody {
    /// The part of the content length that has not been sent.
    remaining: usize,
    data: Option<Bytes>,
    /// Whether hyper had a chance to flush the data. It flushes only while the body is pending.
    flushed: bool,
}

impl TruncatableBody {
    fn complete(bytes: Bytes) -> Self {
        Self { remaining: bytes.len(), data: Some(bytes), flushed: false }
    }

    fn half(bytes: Bytes) -> Self {
        let half = bytes.slice(..bytes.len() / 2);
        // An empty body has no half: a content length of 1 makes it incomplete.
        Self { remaining: bytes.len().max(1), data: (!half.is_empty()).then_some(half), flushed: false }
    }
}

impl Body for TruncatableBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.data.take() {
            Some(bytes) => {
                self.remaining -= bytes.len();
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.remaining == 0 => Poll::Ready(None),
            None if self.flushed => Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
            None => {
                self.flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining as u64)
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }
}

/// A response with a JSON body.
pub(crate) fn json_response(status: u16, body: &serde_json::Value) -> http::Response<Bytes> {
    let mut response = empty(status).map(|_| Bytes::from(body.to_string()));
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}

/// A response without a body. A status outside 100 to 999 becomes 500.
pub fn empty(status: u16) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn failing_accepts_are_retried_with_growing_delays() {
        let started = tokio::time::Instant::now();
        let mut attempts_at = Vec::new();
        let connection = accept_with_backoff(|| {
            attempts_at.push(started.elapsed().as_millis());
            std::future::ready(if attempts_at.len() < 11 {
                Err(io::Error::other("too many open files"))
            } else {
                Ok("connection")
            })
        })
        .await;
        assert_eq!(connection, "connection");
        assert_eq!(attempts_at, [0, 10, 30, 70, 150, 310, 630, 1270, 2270, 3270, 4270]);
    }
}

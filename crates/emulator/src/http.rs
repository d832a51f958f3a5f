//! An HTTP/1.1 server on loopback that can also behave badly.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

/// What becomes of a request.
pub enum Reply {
    /// This answer.
    Answer(http::Response<Bytes>),
    /// The beginning of this answer, then the end of the connection.
    Half(http::Response<Bytes>),
    /// A reset of the connection.
    Reset,
    /// Nothing, for as long as the client waits.
    Never,
}

/// A server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Serves on a free port of 127.0.0.1.
    pub async fn start<S, F>(service: S) -> io::Result<Self>
    where
        S: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), service).await
    }

    /// Serves there; port 0 takes a free one.
    pub async fn start_at<S, F>(address: SocketAddr, service: S) -> io::Result<Self>
    where
        S: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let service = Arc::new(service);
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                // An accept that fails concerns one connection; the others go on.
                let Ok((stream, _)) = listener.accept().await else { continue };
                let service = service.clone();
                connections.spawn(connection(stream, service));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, accepting })
    }

    /// The address that it serves on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What a service does to a connection instead of answering.
#[derive(Debug)]
struct Reset;

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("reset")
    }
}
impl std::error::Error for Reset {}

async fn connection<S, F>(stream: TcpStream, service: Arc<S>)
where
    S: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    // Without it a small answer may wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: http::Request<Incoming>| {
        let service = service.clone();
        async move { answer(service.as_ref(), request).await }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = (&mut connection).await
        && std::error::Error::source(&error).is_some_and(|cause| cause.is::<Reset>())
    {
        // Closed with nothing to linger for, the socket sends a reset.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn answer<S, F>(service: &S, request: http::Request<Incoming>) -> Result<http::Response<Out>, Reset>
where
    S: Fn(Request) -> F,
    F: Future<Output = Reply>,
{
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Reset)?.to_bytes();
    match service(http::Request::from_parts(parts, body)).await {
        Reply::Answer(response) => {
            Ok(response.map(|bytes| Out { whole: bytes.len(), send: Some(bytes), paused: false }))
        }
        Reply::Half(response) => Ok(response.map(|bytes| {
            // An answer without a body has no half; one byte that never comes stands for it.
            let half = bytes.slice(..bytes.len() / 2);
            Out { whole: bytes.len().max(1), send: (!half.is_empty()).then_some(half), paused: false }
        })),
        Reply::Reset => Err(Reset),
        Reply::Never => std::future::pending().await,
    }
}

/// A body that promises `whole` bytes and breaks off when it has fewer.
struct Out {
    whole: usize,
    send: Option<Bytes>,
    /// What was sent leaves the process only while there is nothing to send.
    paused: bool,
}

impl Body for Out {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.send.take() {
            Some(bytes) => {
                self.whole -= bytes.len();
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.whole == 0 => Poll::Ready(None),
            None if self.paused => Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
            None => {
                self.paused = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole as u64)
    }

    fn is_end_stream(&self) -> bool {
        self.whole == 0
    }
}

/// A JSON answer.
pub fn json(status: u16, body: &serde_json::Value) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(body.to_string()));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}

/// An answer without a body.
pub fn empty(status: u16) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
}

//! The Lambda Runtime API (2018-06-01): hands events to a function and takes what it makes of them.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use serde::Deserialize;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::http::{Reply, Request, Server, empty};

const PREFIX: &str = "/2018-06-01/runtime/";

/// A Runtime API for one function; it ends when this is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    shared: Arc<Shared>,
    server: Server,
}

/// An event to be handled.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The event as it is sent.
    pub event: Bytes,
    /// Lambda's request id.
    pub request_id: String,
    /// How much time the function has.
    pub time: Duration,
}

impl Invocation {
    /// Of this event, under an id of its own, with Lambda's default of 3 seconds.
    pub fn new(event: impl Into<Bytes>) -> Self {
        Self { event: event.into(), request_id: Uuid::new_v4().to_string(), time: Duration::from_secs(3) }
    }
}

/// How an invocation ended.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What the function made of the event.
    pub ending: Ending,
    /// From the event handed out to the ending taken in.
    pub took: Duration,
}

/// What a function made of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A response: the payload.
    Response(Bytes),
    /// An error.
    Error {
        /// `errorType`
        error_type: String,
        /// `errorMessage`
        message: String,
    },
    /// It could not start: what it told of that.
    InitError(String),
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Invocation, oneshot::Sender<Invoked>)>,
    handed_out: HashMap<String, (Instant, oneshot::Sender<Invoked>)>,
    first_next: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
}

impl RuntimeApi {
    /// Starts on a free port.
    pub async fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let served = shared.clone();
        let server = Server::start(move |request| {
            let served = served.clone();
            async move { served.serve(request).await }
        })
        .await?;
        Ok(Self { shared, server })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Hands out an event and waits, for ever if need be, for what becomes of it.
    pub async fn invoke(&self, invocation: Invocation) -> Invoked {
        let (sender, ended) = oneshot::channel();
        self.shared.lock().waiting.push_back((invocation, sender));
        self.shared.arrived.notify_one();
        match ended.await {
            Ok(invoked) => invoked,
            Err(_) => std::future::pending().await,
        }
    }

    /// When the function asked for its first event.
    pub fn first_next(&self) -> Option<Instant> {
        self.shared.lock().first_next
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, request: Request) -> Reply {
        let parts: Vec<&str> =
            request.uri().path().strip_prefix(PREFIX).unwrap_or_default().split('/').collect();
        match (request.method().as_str(), parts.as_slice()) {
            ("GET", ["invocation", "next"]) => Reply::Answer(self.next().await),
            ("POST", ["invocation", id, "response"]) => {
                self.end(id, Ending::Response(request.body().clone()))
            }
            ("POST", ["invocation", id, "error"]) => self.end(id, error(request.body())),
            ("POST", ["init", "error"]) => {
                let told = String::from_utf8_lossy(request.body()).into_owned();
                let waiting = self.lock().waiting.pop_front();
                if let Some((_, sender)) = waiting {
                    let _ = sender.send(Invoked { ending: Ending::InitError(told), took: Duration::ZERO });
                }
                Reply::Answer(empty(202))
            }
            _ => Reply::Answer(empty(404)),
        }
    }

    async fn next(&self) -> http::Response<Bytes> {
        self.lock().first_next.get_or_insert_with(Instant::now);
        loop {
            // Asked for before looking, so that an arrival between the two is not missed.
            let arrived = self.arrived.notified();
            let waiting = self.lock().waiting.pop_front();
            if let Some((invocation, sender)) = waiting {
                self.lock().handed_out.insert(invocation.request_id.clone(), (Instant::now(), sender));
                return handed_out(invocation);
            }
            arrived.await;
        }
    }

    fn end(&self, id: &str, ending: Ending) -> Reply {
        let handed_out = self.lock().handed_out.remove(id);
        match handed_out {
            Some((at, sender)) => {
                let _ = sender.send(Invoked { ending, took: at.elapsed() });
                Reply::Answer(empty(202))
            }
            None => Reply::Answer(empty(400)),
        }
    }
}

fn handed_out(invocation: Invocation) -> http::Response<Bytes> {
    let deadline = SystemTime::now() + invocation.time;
    let deadline_ms = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:local".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
    ];
    let mut response = http::Response::new(invocation.event);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn error(body: &[u8]) -> Ending {
    match serde_json::from_slice(body) {
        Ok(ErrorBody { error_type, error_message }) => Ending::Error { error_type, message: error_message },
        Err(_) => {
            Ending::Error { error_type: String::new(), message: String::from_utf8_lossy(body).into_owned() }
        }
    }
}

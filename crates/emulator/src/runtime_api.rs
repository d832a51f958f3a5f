//! The [Lambda Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), version 2018-06-01: hands
//! events to one function and receives its responses and errors.

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

const PATH_PREFIX: &str = "/2018-06-01/runtime/";

/// A running Runtime API for one function. It stops when this is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    shared: Arc<Shared>,
    server: Server,
}

/// An event for the function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The event's payload, which is sent unchanged.
    pub event: Bytes,
    /// Lambda's request ID.
    pub request_id: String,
    /// The function's timeout. The deadline counts from when the function takes the event.
    pub timeout: Duration,
}

impl Invocation {
    /// An invocation with a new request ID and Lambda's default timeout of 3 seconds.
    pub fn new(event: impl Into<Bytes>) -> Self {
        Self { event: event.into(), request_id: Uuid::new_v4().to_string(), timeout: Duration::from_secs(3) }
    }
}

/// An invocation that has ended.
#[derive(Clone, Debug)]
pub struct CompletedInvocation {
    /// What the function reported.
    pub outcome: InvocationOutcome,
    /// The time from when the function took the event to when it reported the outcome. Zero if it failed to start.
    pub duration: Duration,
}

/// What a function reported for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvocationOutcome {
    /// A response with this payload.
    Response(Bytes),
    /// An error.
    Error {
        /// The `errorType` of the report. Empty if the report is not JSON of the documented shape.
        error_type: String,
        /// The `errorMessage` of the report, or the whole report if it is not JSON of the documented shape.
        message: String,
    },
    /// The function failed to start. This is its report, unparsed.
    InitError(String),
}

#[derive(Debug, Default)]
struct Shared {
    invocations: Mutex<Invocations>,
    event_queued: Notify,
}

#[derive(Debug, Default)]
struct Invocations {
    queued: VecDeque<(Invocation, oneshot::Sender<CompletedInvocation>)>,
    /// By request ID.
    in_flight: HashMap<String, (Instant, oneshot::Sender<CompletedInvocation>)>,
    first_poll_at: Option<Instant>,
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
    /// Starts a Runtime API on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no port can be bound.
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

    /// The value of `AWS_LAMBDA_RUNTIME_API`: host and port.
    pub fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Queues an event and waits until the function reports an outcome. There is no time limit: the caller decides how
    /// long to wait.
    pub async fn invoke(&self, invocation: Invocation) -> CompletedInvocation {
        let (sender, completed) = oneshot::channel();
        self.shared.lock().queued.push_back((invocation, sender));
        self.shared.event_queued.notify_one();
        match completed.await {
            Ok(completed) => completed,
            Err(_) => std::future::pending().await,
        }
    }

    /// When the function first polled for an event, which is when it had started.
    pub fn first_poll_at(&self) -> Option<Instant> {
        self.shared.lock().first_poll_at
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Invocations> {
        self.invocations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, request: Request) -> Reply {
        let parts: Vec<&str> =
            request.uri().path().strip_prefix(PATH_PREFIX).unwrap_or_default().split('/').collect();
        Reply::Response(match (request.method().as_str(), parts.as_slice()) {
            ("GET", ["invocation", "next"]) => self.next_invocation().await,
            ("POST", ["invocation", id, "response"]) => {
                self.complete(id, InvocationOutcome::Response(request.body().clone()))
            }
            ("POST", ["invocation", id, "error"]) => self.complete(id, parse_error(request.body())),
            ("POST", ["init", "error"]) => {
                let report = String::from_utf8_lossy(request.body()).into_owned();
                let queued = self.lock().queued.pop_front();
                if let Some((_, sender)) = queued {
                    let outcome = InvocationOutcome::InitError(report);
                    let _ = sender.send(CompletedInvocation { outcome, duration: Duration::ZERO });
                }
                empty(202)
            }
            _ => empty(404),
        })
    }

    async fn next_invocation(&self) -> http::Response<Bytes> {
        self.lock().first_poll_at.get_or_insert_with(Instant::now);
        loop {
            // Created before the queue is checked, so that an event queued between the two is not missed.
            let event_queued = self.event_queued.notified();
            let queued = self.lock().queued.pop_front();
            if let Some((invocation, sender)) = queued {
                self.lock().in_flight.insert(invocation.request_id.clone(), (Instant::now(), sender));
                return event_response(invocation);
            }
            event_queued.await;
        }
    }

    fn complete(&self, id: &str, outcome: InvocationOutcome) -> http::Response<Bytes> {
        let in_flight = self.lock().in_flight.remove(id);
        match in_flight {
            Some((taken_at, sender)) => {
                let _ = sender.send(CompletedInvocation { outcome, duration: taken_at.elapsed() });
                empty(202)
            }
            None => empty(400),
        }
    }
}

fn event_response(invocation: Invocation) -> http::Response<Bytes> {
    let deadline = SystemTime::now() + invocation.timeout;
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

fn parse_error(body: &[u8]) -> InvocationOutcome {
    match serde_json::from_slice(body) {
        Ok(ErrorBody { error_type, error_message }) => {
            InvocationOutcome::Error { error_type, message: error_message }
        }
        Err(_) => InvocationOutcome::Error {
            error_type: String::new(),
            message: String::from_utf8_lossy(body).into_owned(),
        },
    }
}

//! Receives the responses of custom resources, as the S3 bucket behind a CloudFormation ResponseURL does.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderMap;

use crate::http::{Reply, Server, empty};

/// A running receiver. It stops when this is dropped.
#[derive(Debug)]
pub struct ResponseReceiver {
    server: Server,
    state: Arc<Mutex<ReceiverState>>,
}

/// A request that the receiver got.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// The HTTP method. CloudFormation expects `PUT`.
    pub method: http::Method,
    /// The path and query, byte for byte.
    pub path_and_query: String,
    /// The request headers.
    pub headers: HeaderMap,
    /// The request body.
    pub body: Bytes,
}

#[derive(Debug, Default)]
struct ReceiverState {
    received: Vec<ReceivedRequest>,
    replies: VecDeque<Reply>,
}

impl ResponseReceiver {
    /// Starts a receiver on a free port of 127.0.0.1. It accepts every request with 200 unless
    /// [`enqueue_replies`](Self::enqueue_replies) says otherwise.
    ///
    /// # Errors
    /// If no port can be bound.
    pub async fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::<ReceiverState>::default());
        let served = state.clone();
        let server = Server::start(move |request| {
            let reply = {
                let mut state = lock(&served);
                state.received.push(ReceivedRequest {
                    method: request.method().clone(),
                    path_and_query: request
                        .uri()
                        .path_and_query()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    headers: request.headers().clone(),
                    body: request.body().clone(),
                });
                state.replies.pop_front().unwrap_or_else(|| Reply::Response(empty(200)))
            };
            async { reply }
        })
        .await?;
        Ok(Self { server, state })
    }

    /// The receiver's URL, without a path.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Adds replies for the next requests, one each and in this order. The receiver accepts the requests after them.
    pub fn enqueue_replies(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.state).replies.extend(replies);
    }

    /// The requests so far, in the order of their arrival.
    pub fn received(&self) -> Vec<ReceivedRequest> {
        lock(&self.state).received.clone()
    }
}

fn lock(mutex: &Mutex<ReceiverState>) -> MutexGuard<'_, ReceiverState> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

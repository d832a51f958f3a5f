//! Takes what a custom resource answers to CloudFormation.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderMap;

use crate::http::{Reply, Server, empty};

/// A receiver of answers; it ends when this is dropped.
#[derive(Debug)]
pub struct Receiver {
    server: Server,
    shared: Arc<Mutex<Shared>>,
}

/// A request that the receiver got.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method: `PUT`.
    pub method: http::Method,
    /// Its path and query as they came.
    pub path_and_query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

#[derive(Default)]
struct Shared {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("received", &self.received).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Starts on a free port. Every answer is accepted.
    pub async fn start() -> io::Result<Self> {
        let shared = Arc::new(Mutex::<Shared>::default());
        let served = shared.clone();
        let server = Server::start(move |request| {
            let reply = {
                let mut shared = lock(&served);
                shared.received.push(Received {
                    method: request.method().clone(),
                    path_and_query: request
                        .uri()
                        .path_and_query()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    headers: request.headers().clone(),
                    body: request.body().clone(),
                });
                shared.replies.pop_front().unwrap_or_else(|| Reply::Answer(empty(200)))
            };
            async { reply }
        })
        .await?;
        Ok(Self { server, shared })
    }

    /// The URL of the receiver, without a path.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What it does with the next requests, one after the other; those after these are accepted.
    pub fn reply_with(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.shared).replies.extend(replies);
    }

    /// What it got so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared).received.clone()
    }
}

fn lock(mutex: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Delivers answers: until one is accepted, and never again after that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use http::Request;
use http::header::CONTENT_TYPE;

use super::ResponseUrl;
use crate::backoff::Backoff;
use crate::deadline::Deadline;
use crate::http_client::HttpClient;

/// One attempt, connection and all.
const ATTEMPT: Duration = Duration::from_secs(5);
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(3) };

/// Why CloudFormation could not be given its answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The answer was refused.
    #[error("the ResponseURL refused it with status {0}; look for an expired or altered URL")]
    Refused(u16),
    /// It could not be delivered in the time there was.
    #[error("the ResponseURL took it from none of {attempts} attempts, the last of which ended with {last}")]
    Unreachable {
        /// How often it was tried.
        attempts: u32,
        /// How the last attempt ended.
        last: String,
    },
}

/// Delivers answers to CloudFormation.
#[derive(Clone, Debug)]
pub struct Sender {
    client: HttpClient,
    has_begun: Arc<AtomicBool>,
}

impl Sender {
    /// Over the connections of this client, which follows no redirects.
    pub(crate) fn new(client: HttpClient) -> Self {
        Self { client, has_begun: Arc::default() }
    }

    /// Begins the connection for the first answer, so that the host works on its part of the handshake while the
    /// version is made. Later answers find a connection open.
    pub async fn begin(&self, url: &ResponseUrl) {
        if !self.has_begun.swap(true, Ordering::Relaxed) {
            drop(self.client.begin(url.uri().clone()).await);
        }
    }

    /// Sends a document until it is accepted: once more, with back-off and jitter, after a transport error, 408, 429
    /// and 5xx, for as long as there is time. Any other status is final.
    pub async fn deliver(
        &self,
        url: &ResponseUrl,
        document: &str,
        deadline: Deadline,
    ) -> Result<(), Undelivered> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let last = match self.put(url, document, deadline).await {
                Ok(200..=299) => return Ok(()),
                Ok(status @ (408 | 429 | 500..=599)) => format!("status {status}"),
                Ok(status) => return Err(Undelivered::Refused(status)),
                Err(problem) => problem.to_owned(),
            };
            tracing::debug!(attempts, last, "the ResponseURL did not take the answer");
            let pause = BACKOFF.equal_jitter(attempts);
            if deadline.remaining() <= pause {
                return Err(Undelivered::Unreachable { attempts, last });
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// One attempt: the status of the answer, or what went wrong on the way. The client's own words are kept to
    /// itself, since they may name the URL.
    async fn put(&self, url: &ResponseUrl, document: &str, deadline: Deadline) -> Result<u16, &'static str> {
        let request = Request::put(url.uri().clone())
            // Present and empty: a pre-signed URL either signs no content type or an empty one. Absent is refused by
            // the second kind, any value by both the second and the older signature.
            .header(CONTENT_TYPE, "")
            .body(SdkBody::from(document))
            .map_err(|_| "a request that cannot be made")?;
        match deadline.for_an_attempt(ATTEMPT).bound(self.client.send(request)).await {
            Ok(Ok(answer)) => Ok(answer.status().as_u16()),
            Ok(Err(error)) if error.is_timeout() => Err("a connection that took too long"),
            Ok(Err(_)) => Err("a failed connection"),
            Err(_) => Err("no answer in time"),
        }
    }
}

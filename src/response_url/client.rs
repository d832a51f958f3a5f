//! Sends responses to CloudFormation until one is accepted, and never again after that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use http::Request;
use http::header::CONTENT_TYPE;

use super::ResponseUrl;
use crate::http::HttpClient;
use crate::retry::{Backoff, Deadline, Jitter, RetryPolicy, retry};

/// One attempt, including its connection.
const MAX_ATTEMPT_DURATION: Duration = Duration::from_secs(5);
/// A stack waits for up to an hour for a response that does not arrive, so all time is used.
const PUT_RETRIES: RetryPolicy = RetryPolicy {
    backoff: Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(3) },
    jitter: Jitter::Equal,
    max_attempts: u32::MAX,
};

/// Why CloudFormation did not receive a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// The URL rejected the response.
    #[error("the ResponseURL rejected it with status {0}; check for an expired or altered URL")]
    Rejected(u16),
    /// No attempt succeeded in time.
    #[error("none of {attempts} attempts succeeded, the last one ended with {last}")]
    Unreachable { attempts: u32, last: String },
}

/// Sends responses to CloudFormation.
#[derive(Debug)]
pub(crate) struct ResponseClient {
    http: HttpClient,
    preconnected: AtomicBool,
}

impl ResponseClient {
    pub(crate) fn new(http: HttpClient) -> Self {
        Self { http, preconnected: AtomicBool::new(false) }
    }

    /// Starts the connection for the first response, so that the server works on its part of the handshake while the
    /// version is created. Later responses find an open connection.
    pub(crate) async fn preconnect(&self, url: &ResponseUrl) {
        if !self.preconnected.swap(true, Ordering::Relaxed) {
            drop(self.http.preconnect(url.uri().clone()).await);
        }
    }

    /// Sends a document until it is accepted: again after a transport error, 408, 429 and 5xx, as long as there is
    /// time.
    ///
    /// # Errors
    /// The URL rejected it with any other status, or the time is over.
    pub(crate) async fn send_until_accepted(
        &self,
        url: &ResponseUrl,
        document: &str,
        deadline: Deadline,
    ) -> Result<(), DeliveryError> {
        let mut attempts = 0;
        let send = async || {
            attempts += 1;
            let last = match self.put(url, document, deadline).await {
                Ok(200..=299) => return Ok(()),
                Ok(status @ (408 | 429 | 500..=599)) => format!("status {status}"),
                Ok(status) => return Err(DeliveryError::Rejected(status)),
                Err(problem) => problem.to_owned(),
            };
            tracing::debug!(attempts, last, "the ResponseURL did not accept the response");
            Err(DeliveryError::Unreachable { attempts, last })
        };
        let is_retryable = |error: &DeliveryError| matches!(error, DeliveryError::Unreachable { .. });
        retry(PUT_RETRIES, deadline, is_retryable, send).await
    }

    /// Sends the document once: the status, or what failed. The client's own message is not used, since it may name the
    /// URL.
    async fn put(&self, url: &ResponseUrl, document: &str, deadline: Deadline) -> Result<u16, &'static str> {
        let request = Request::put(url.uri().clone())
            // Present and empty: a pre-signed URL signs either no content type or an empty one. The second kind rejects
            // a missing header; the second kind and the older signature reject any value.
            .header(CONTENT_TYPE, "")
            .body(SdkBody::from(document))
            .map_err(|_| "a request that cannot be built")?;
        match deadline.capped_attempt(MAX_ATTEMPT_DURATION).timeout(self.http.send(request)).await {
            Ok(Ok(response)) => Ok(response.status().as_u16()),
            Ok(Err(error)) if error.is_timeout() => Err("a time-out while connecting"),
            Ok(Err(_)) => Err("a failed connection"),
            Err(_) => Err("a time-out"),
        }
    }
}

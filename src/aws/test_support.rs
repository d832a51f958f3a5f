//! For tests: compares what this function sends with what the SDK's clients send.

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// Records requests, and responds to each with the same body.
#[derive(Clone, Debug)]
pub(crate) struct RecordingConnector {
    requests: Arc<Mutex<Vec<HttpRequest>>>,
    body: String,
}

/// Responds with an empty document.
impl Default for RecordingConnector {
    fn default() -> Self {
        Self::responding_with("{}".to_owned())
    }
}

impl HttpConnector for RecordingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.lock().unwrap().push(request);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            http::StatusCode::OK.into(),
            SdkBody::from(self.body.as_str()),
        )))
    }
}

impl RecordingConnector {
    pub(crate) fn responding_with(body: String) -> Self {
        Self { requests: Arc::default(), body }
    }

    pub(crate) fn connector(&self) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    /// The configuration of both.
    pub(crate) fn config(&self) -> SdkConfig {
        let keys = Credentials::new("AKIDEXAMPLE", "secret", Some("session".to_owned()), None, "test");
        let connector = self.connector();
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    /// Asserts that the two recorded requests are the same, except the time and the headers that describe the client.
    pub(crate) fn assert_same_request_as_sdk(&self) {
        let sent = std::mem::take(&mut *self.requests.lock().unwrap());
        let [ours, sdks] = sent.as_slice() else { panic!("{} requests", sent.len()) };
        let body = |of: &HttpRequest| {
            let body = of.body().bytes().unwrap();
            if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() }
        };
        assert_eq!(body(ours), body(sdks));
        let to = |of: &HttpRequest| of.uri().parse::<http::Uri>().unwrap();
        assert_eq!((ours.method(), to(ours)), (sdks.method(), to(sdks)));
        let client_headers = ["authorization", "x-amz-date", "user-agent", "x-amz-user-agent"];
        let headers = |of: &HttpRequest| {
            let is_of_the_request = |&(name, _): &(&str, &str)| {
                !client_headers.contains(&name) && !name.starts_with("amz-sdk-") && name != "content-length"
            };
            let mut headers: Vec<(String, String)> = of
                .headers()
                .iter()
                .filter(is_of_the_request)
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            headers.sort();
            headers
        };
        assert_eq!(headers(ours), headers(sdks));
        // `e2e/signatures.py` compares the signature itself with another implementation.
        let scope = |of: &HttpRequest| {
            let signed = of.headers().get("authorization").unwrap();
            let (credential, _) = signed.split_once(", ").unwrap();
            credential.split_once('/').unwrap().1.split_once('/').unwrap().1.to_owned()
        };
        assert_eq!(scope(ours), scope(sdks));
    }
}

//! How the service says no.

use bytes::Bytes;
use serde_json::json;

use crate::http;

/// A refusal of a request.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    details: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The one error of the API's model.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: 400, code: "BadRequestException", message: message.into(), details: Vec::new() }
    }

    /// With an entry of `ErrorDetails`.
    pub(super) fn detail(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.details.push((code, message.into()));
        self
    }

    pub(super) fn no_such_definition() -> Self {
        let message = "That connectors definition does not exist.".to_owned();
        Self { status: 404, code: "IdNotFoundException", message, details: Vec::new() }
    }

    pub(super) fn no_such_version() -> Self {
        let message = "That version of the connectors definition does not exist.".to_owned();
        Self { status: 404, code: "VersionNotFoundException", message, details: Vec::new() }
    }

    /// What API Gateway says of a path that is none of its own.
    pub(super) fn no_such_operation() -> Self {
        let message = "Missing Authentication Token".to_owned();
        Self { status: 403, code: "MissingAuthenticationTokenException", message, details: Vec::new() }
    }

    /// The journal could not be written: nothing was changed.
    pub(super) fn not_stored(error: &std::io::Error) -> Self {
        let message = format!("the change could not be stored: {error}");
        Self { status: 500, code: "InternalServerErrorException", message, details: Vec::new() }
    }

    pub(super) fn response(&self, with_type: bool) -> ::http::Response<Bytes> {
        let mut body = json!({ "Message": self.message });
        if !self.details.is_empty() {
            let details = self.details.iter();
            body["ErrorDetails"] = details
                .map(|(code, message)| json!({ "DetailedErrorCode": code, "DetailedErrorMessage": message }))
                .collect();
        }
        let mut response = http::json(self.status, &body);
        if with_type {
            response.headers_mut().insert("x-amzn-errortype", ::http::HeaderValue::from_static(self.code));
        }
        response
    }
}

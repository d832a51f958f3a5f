//! Error responses of the emulated API, in the shapes of Greengrass V1 and of the API Gateway in front of it.

use bytes::Bytes;
use serde_json::json;

use crate::http;

/// An error response of the API.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    status: u16,
    code: &'static str,
    message: String,
    details: Vec<(&'static str, String)>,
}

impl ApiError {
    /// The one client error in the API's model.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: 400, code: "BadRequestException", message: message.into(), details: Vec::new() }
    }

    /// Adds an entry to `ErrorDetails`.
    pub(super) fn with_detail(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.details.push((code, message.into()));
        self
    }

    pub(super) fn definition_not_found() -> Self {
        let message = "That connectors definition does not exist.".to_owned();
        Self { status: 404, code: "IdNotFoundException", message, details: Vec::new() }
    }

    pub(super) fn version_not_found() -> Self {
        let message = "That version of the connectors definition does not exist.".to_owned();
        Self { status: 404, code: "VersionNotFoundException", message, details: Vec::new() }
    }

    /// API Gateway's response to a method and path that its API does not have.
    pub(super) fn unknown_operation() -> Self {
        let message = "Missing Authentication Token".to_owned();
        Self { status: 403, code: "MissingAuthenticationTokenException", message, details: Vec::new() }
    }

    /// The journal could not be written, so nothing was changed.
    pub(super) fn storage_failed(error: &std::io::Error) -> Self {
        let message = format!("Cannot write the data file: {error}. Nothing was changed.");
        Self { status: 500, code: "InternalServerErrorException", message, details: Vec::new() }
    }

    pub(super) fn to_response(&self, include_type: bool) -> ::http::Response<Bytes> {
        let mut body = json!({ "Message": self.message });
        if !self.details.is_empty() {
            let details = self.details.iter();
            body["ErrorDetails"] = details
                .map(|(code, message)| json!({ "DetailedErrorCode": code, "DetailedErrorMessage": message }))
                .collect();
        }
        let mut response = http::json_response(self.status, &body);
        if include_type {
            response.headers_mut().insert("x-amzn-errortype", ::http::HeaderValue::from_static(self.code));
        }
        response
    }
}

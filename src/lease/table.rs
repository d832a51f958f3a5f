//! The table behind a narrow seam: PutItem, the one call of DynamoDB that leases need.
//!
//! `aws-sigv4` signs it, as it does in the SDK. The SDK's client for DynamoDB is not used: for this one call, which most
//! functions never make, it is an eighth of the zip and of the memory (`bench/tried.md`).

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningInstructions, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::item::{Condition, Item};
use super::{BACKOFF, LeaseError};
use crate::deadline::Deadline;
use crate::sdk_config::Service;

/// A put under a condition that is made twice has no second effect.
const ATTEMPTS: u32 = 3;
/// One attempt, connection and all.
const ATTEMPT: Duration = Duration::from_secs(5);
const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.PutItem")];

/// The table of leases.
#[derive(Clone, Debug)]
pub(super) struct Table {
    name: String,
    url: String,
    region: String,
    credentials: Option<SharedCredentialsProvider>,
    connector: SharedHttpConnector,
}

impl Table {
    /// By its name or ARN; nothing is called.
    pub(super) async fn new(config: &SdkConfig, connector: SharedHttpConnector, name: String) -> Self {
        let url = Service::DynamoDb.endpoint(config).await;
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        Self { name, url, region, credentials: config.credentials_provider(), connector }
    }

    /// Puts an item under a condition. Where that does not hold, the item that is there.
    pub(super) async fn put(
        &self,
        item: &Item,
        condition: Condition<'_>,
        deadline: Deadline,
    ) -> Result<Option<Item>, LeaseError> {
        let body = self.body(item, &condition);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let attempt = deadline.for_an_attempt(ATTEMPT).bound(self.put_once(&body)).await;
            let error = match attempt.unwrap_or(Err(LeaseError::Unavailable)) {
                Err(error @ (LeaseError::Throttled | LeaseError::Unavailable)) => error,
                done => return done,
            };
            let pause = BACKOFF.equal_jitter(attempts);
            if attempts == ATTEMPTS || deadline.remaining() <= pause {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn body(&self, item: &Item, condition: &Condition<'_>) -> String {
        let put = json!({
            "TableName": self.name,
            "Item": item.attributes(),
            "ConditionExpression": condition.expression(),
            "ExpressionAttributeNames": condition.names(),
            "ExpressionAttributeValues": condition.values(),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        put.to_string()
    }

    async fn put_once(&self, body: &str) -> Result<Option<Item>, LeaseError> {
        let request = self.request(body).await?;
        let answer = self.connector.call(request).await.map_err(|_| LeaseError::Unavailable)?;
        let status = answer.status();
        // Also where nothing in it is asked for: a connection with an answer on it takes no other request.
        let body = answer.into_body().collect().await.map_err(|_| LeaseError::Unavailable)?.to_bytes();
        if status.is_success() {
            return Ok(None);
        }
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        // After the name of a namespace.
        let code = said["__type"].as_str().and_then(|name| name.rsplit('#').next()).unwrap_or_default();
        match code {
            "ConditionalCheckFailedException" => {
                Item::read(&said["Item"]).map(Some).ok_or(LeaseError::UnknownItem)
            }
            code => Err(LeaseError::of(code)),
        }
    }

    /// The call, signed.
    async fn request(&self, body: &str) -> Result<HttpRequest, LeaseError> {
        let credentials = self.credentials.as_ref().ok_or(LeaseError::AccessDenied)?;
        let credentials = credentials.provide_credentials().await.map_err(|_| LeaseError::AccessDenied)?;
        let signature = self.signature(body, &credentials.into()).ok_or(LeaseError::Unavailable)?;
        let mut request = HttpRequest::new(SdkBody::from(body));
        let unusable = |_| LeaseError::Unavailable;
        request.set_method("POST").map_err(unusable)?;
        request.set_uri(self.url.as_str()).map_err(unusable)?;
        for (name, value) in HEADERS.into_iter().chain(signature.headers()) {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned()).map_err(unusable)?;
        }
        Ok(request)
    }

    fn signature(&self, body: &str, identity: &Identity) -> Option<SigningInstructions> {
        let how = v4::SigningParams::builder()
            .identity(identity)
            .region(&self.region)
            .name("dynamodb")
            .time(SystemTime::now())
            .settings(SigningSettings::default());
        let bytes = SignableBody::Bytes(body.as_bytes());
        let what = SignableRequest::new("POST", &self.url, HEADERS.into_iter(), bytes).ok()?;
        let (signature, _) = sign(what, &how.build().ok()?.into()).ok()?.into_parts();
        Some(signature)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
    use aws_smithy_runtime_api::client::http::{HttpConnectorFuture, http_client_fn};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::*;

    /// Keeps what is sent, and answers as DynamoDB does.
    #[derive(Clone, Debug, Default)]
    struct Kept(Arc<Mutex<Vec<HttpRequest>>>);

    impl HttpConnector for Kept {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.0.lock().unwrap().push(request);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(
                http::StatusCode::OK.into(),
                SdkBody::from("{}"),
            )))
        }
    }

    /// The SDK's client and this one, over the same connector: the same call but for its time and the SDK's own headers.
    #[tokio::test]
    async fn the_call_is_the_sdks() {
        let kept = Kept::default();
        let connector = SharedHttpConnector::new(kept.clone());
        let keys = Credentials::new("AKIDEXAMPLE", "secret", Some("session".to_owned()), None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .http_client({
                let connector = connector.clone();
                http_client_fn(move |_, _| connector.clone())
            })
            .build();
        let deadline = Deadline::within(Duration::from_secs(9));
        let item = Item::new("t\u{e9}\"", "c", "o", deadline);
        let held = Item { owner: "before".to_owned(), ..item.clone() };
        let condition = || Condition::StillOf(&held);

        let table = Table::new(&config, connector, "leases".to_owned()).await;
        assert!(table.put(&item, condition(), deadline).await.unwrap().is_none());
        let map = |value: Value| value.as_object().unwrap().clone().into_iter();
        let attribute = |value: Value| match map(value).next().unwrap() {
            (kind, Value::String(text)) if kind == "N" => AttributeValue::N(text),
            (_, value) => AttributeValue::S(value.as_str().unwrap().to_owned()),
        };
        let attributes = |value| map(value).map(|(name, value)| (name, attribute(value))).collect();
        let names = map(condition().names()).map(|(name, value)| (name, value.as_str().unwrap().to_owned()));
        aws_sdk_dynamodb::Client::new(&config)
            .put_item()
            .table_name("leases")
            .set_item(Some(attributes(item.attributes())))
            .condition_expression(condition().expression())
            .set_expression_attribute_names(Some(names.collect()))
            .set_expression_attribute_values(Some(attributes(condition().values())))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await
            .unwrap();

        let sent = kept.0.lock().unwrap();
        let [ours, sdks] = sent.as_slice() else { panic!("{} calls", sent.len()) };
        let body = |of: &HttpRequest| serde_json::from_slice::<Value>(of.body().bytes().unwrap()).unwrap();
        assert_eq!(body(ours), body(sdks));
        let to = |of: &HttpRequest| of.uri().parse::<http::Uri>().unwrap();
        assert_eq!((ours.method(), to(ours)), (sdks.method(), to(sdks)));
        for name in ["content-type", "x-amz-target", "x-amz-security-token"] {
            assert_eq!(ours.headers().get(name), sdks.headers().get(name), "{name}");
        }
        // `tests/clients/leases.py` holds the signature to another implementation.
        let signed = ours.headers().get("authorization").unwrap();
        assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signed}");
    }
}

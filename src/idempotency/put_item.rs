//! PutItem, the one operation of DynamoDB that the lock table needs.
//!
//! The SDK's client for DynamoDB would add a tenth to the zip for this one call, which most functions never make
//! (`bench/tried.md`).

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::lock_error::LockError;
use super::record::{Condition, LockRecord};
use crate::aws::{CallError, Service, SignedClient};
use crate::retry::{Backoff, Deadline, Jitter, RetryPolicy, retry};

/// A conditional put that is sent twice has no second effect.
const PUT_RETRIES: RetryPolicy = RetryPolicy {
    backoff: Backoff { initial: Duration::from_millis(50), max: Duration::from_secs(1) },
    jitter: Jitter::Equal,
    max_attempts: 3,
};
/// One attempt, including its connection.
const MAX_ATTEMPT_DURATION: Duration = Duration::from_secs(5);
const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.PutItem")];

/// A client of one table.
#[derive(Clone, Debug)]
pub(super) struct PutItemClient {
    table: String,
    client: SignedClient,
}

impl PutItemClient {
    /// The table with this name or ARN. Sends nothing.
    pub(super) async fn new(config: &SdkConfig, connector: SharedHttpConnector, table: String) -> Self {
        Self { table, client: SignedClient::new(Service::DynamoDb, config, connector).await }
    }

    /// Writes a record if the condition holds. Otherwise returns the record that is there.
    ///
    /// # Errors
    /// The table cannot be used, or holds something else.
    pub(super) async fn put(
        &self,
        record: &LockRecord,
        condition: Condition<'_>,
        deadline: Deadline,
    ) -> Result<Option<LockRecord>, LockError> {
        let body = self.put_item_body(record, condition);
        let attempt = async || {
            let attempt =
                deadline.capped_attempt(MAX_ATTEMPT_DURATION).timeout(self.put_item_once(&body)).await;
            attempt.unwrap_or(Err(LockError::Unavailable))
        };
        retry(PUT_RETRIES, deadline, LockError::is_retryable, attempt).await
    }

    fn put_item_body(&self, record: &LockRecord, condition: Condition<'_>) -> String {
        let put = json!({
            "TableName": self.table,
            "Item": record.to_attributes(),
            "ConditionExpression": condition.expression(),
            "ExpressionAttributeNames": condition.names(),
            "ExpressionAttributeValues": condition.values(),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        put.to_string()
    }

    async fn put_item_once(&self, body: &str) -> Result<Option<LockRecord>, LockError> {
        let response = self.client.call(put_item_request(body)?).await?;
        if response.status().is_success() {
            return Ok(None);
        }
        // An error without a body that can be read has no code.
        let error_body = response.body().bytes().unwrap_or_default();
        let error_body: Value = serde_json::from_slice(error_body).unwrap_or_default();
        // The code follows a namespace.
        let code = error_body["__type"].as_str().and_then(|name| name.rsplit('#').next()).unwrap_or_default();
        match code {
            "ConditionalCheckFailedException" => {
                LockRecord::from_attributes(&error_body["Item"]).map(Some).ok_or(LockError::UnknownItem)
            }
            code => Err(LockError::from_error_code(code)),
        }
    }
}

fn put_item_request(body: &str) -> Result<HttpRequest, CallError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    let build_failed = |error: HttpError| CallError::Build(error.into());
    request.set_method("POST").map_err(build_failed)?;
    for (name, value) in HEADERS {
        request.headers_mut().try_insert(name, value).map_err(build_failed)?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

    use super::*;
    use crate::aws::test_support::RecordingConnector;

    #[tokio::test]
    async fn the_call_is_the_sdks() {
        let recorder = RecordingConnector::default();
        let config = recorder.config();
        let deadline = Deadline::after(Duration::from_secs(9));
        let record = LockRecord::new("t\u{e9}\"", "c", "o", Duration::from_secs(9));
        let held = LockRecord { owner: "before".to_owned(), ..record.clone() };
        let condition = || Condition::OwnedBy(&held);

        let table = PutItemClient::new(&config, recorder.connector(), "locks".to_owned()).await;
        assert!(table.put(&record, condition(), deadline).await.unwrap().is_none());
        let map = |value: Value| value.as_object().unwrap().clone().into_iter();
        let attribute = |value: Value| match map(value).next().unwrap() {
            (kind, Value::String(text)) if kind == "N" => AttributeValue::N(text),
            (_, value) => AttributeValue::S(value.as_str().unwrap().to_owned()),
        };
        let attributes = |value| map(value).map(|(name, value)| (name, attribute(value))).collect();
        let names = map(condition().names()).map(|(name, value)| (name, value.as_str().unwrap().to_owned()));
        aws_sdk_dynamodb::Client::new(&config)
            .put_item()
            .table_name("locks")
            .set_item(Some(attributes(record.to_attributes())))
            .condition_expression(condition().expression())
            .set_expression_attribute_names(Some(names.collect()))
            .set_expression_attribute_values(Some(attributes(condition().values())))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await
            .unwrap();

        recorder.assert_same_request_as_sdk();
    }
}

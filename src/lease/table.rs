//! The table behind a narrow seam: PutItem, the one call of DynamoDB that leases need.
//!
//! The SDK's client for DynamoDB is not used: for this one call, which most functions never make, it is an eighth of
//! the zip and of the memory (`bench/tried.md`).

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::item::{Condition, Item};
use super::{BACKOFF, LeaseError};
use crate::aws::{CallError, Caller, Service};
use crate::deadline::Deadline;

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
    caller: Caller,
}

impl Table {
    /// By its name or ARN; nothing is called.
    pub(super) async fn new(config: &SdkConfig, connector: SharedHttpConnector, name: String) -> Self {
        Self { name, caller: Caller::new(Service::DynamoDb, config, connector).await }
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
        let answer = self.caller.call(request(body)?).await?;
        if answer.status().is_success() {
            return Ok(None);
        }
        let said: Value =
            serde_json::from_slice(answer.body().bytes().unwrap_or_default()).unwrap_or_default();
        // After the name of a namespace.
        let code = said["__type"].as_str().and_then(|name| name.rsplit('#').next()).unwrap_or_default();
        match code {
            "ConditionalCheckFailedException" => {
                Item::read(&said["Item"]).map(Some).ok_or(LeaseError::UnknownItem)
            }
            code => Err(LeaseError::of(code)),
        }
    }
}

fn request(body: &str) -> Result<HttpRequest, CallError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    let unprepared = |why: HttpError| CallError::Unprepared(why.into());
    request.set_method("POST").map_err(unprepared)?;
    for (name, value) in HEADERS {
        request.headers_mut().try_insert(name, value).map_err(unprepared)?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

    use super::*;
    use crate::aws::kept::Kept;

    #[tokio::test]
    async fn the_call_is_the_sdks() {
        let kept = Kept::default();
        let config = kept.config();
        let deadline = Deadline::within(Duration::from_secs(9));
        let item = Item::new("t\u{e9}\"", "c", "o", deadline);
        let held = Item { owner: "before".to_owned(), ..item.clone() };
        let condition = || Condition::StillOf(&held);

        let table = Table::new(&config, kept.connector(), "leases".to_owned()).await;
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

        kept.hold_the_same();
    }
}

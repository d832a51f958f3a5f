//! One invocation: parse the event, dispatch it, respond.

use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsBatchResponse;
use connectors::client_token::Requester;
use connectors::diagnostic::{Diagnostic, ValidationErrors};
use connectors::event::{
    Batch, BatchResponse, Event, Message, RequestEvent, RequestOrigin, ResourceAction, parse_event,
};
use connectors::json::RawJson;
use connectors::region::FunctionLocation;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::json;

use crate::batch::{Concurrency, process_batch};
use crate::config::NeededBy;
use crate::custom_resource::CustomResources;
use crate::ensure::{Before, Ensurer, PreparedRequest};
use crate::error::FunctionError;
use crate::failpoint;
use crate::greengrass::SideEffect;
use crate::idempotency::CreateResult;
use crate::panic::{catch_panic, catch_panic_async};
use crate::payload::{Payload, ResponsePayload, to_payload};
use crate::retry::Deadline;
use crate::telemetry::{DELETED, InvocationIds, InvocationLog, Metrics};

/// Time to return a result to Lambda.
const RUNTIME_RETURN_MARGIN: Duration = Duration::from_millis(200);

/// Handles events.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) ensurer: Ensurer,
    pub(crate) custom_resources: CustomResources,
    pub(crate) batch_concurrency: Concurrency,
    /// `None`: no metrics are written.
    pub(crate) metrics: Option<Metrics>,
    /// The function's Region.
    pub(crate) region: Option<String>,
}

/// What everything in one invocation has in common.
struct InvocationContext {
    ids: InvocationIds,
    deadline: Deadline,
}

/// The result of one request: the API's response, and what the function adds.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionResponse<'a> {
    arn: &'a str,
    creation_timestamp: &'a str,
    id: &'a str,
    version: &'a str,
    amzn_client_token: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Diagnostic],
}

impl Handler {
    /// Handles an event to its end.
    ///
    /// # Errors
    /// What Lambda reports as the invocation's error.
    pub(crate) async fn handle(&self, event: LambdaEvent<Payload>) -> Result<ResponsePayload, FunctionError> {
        let (payload, context) = event.into_parts();
        let deadline = Deadline::from_lambda(context.deadline()).minus(RUNTIME_RETURN_MARGIN);
        let requester = Requester::Direct { request_id: context.request_id.clone() };
        let location = FunctionLocation {
            region: self.region.clone(),
            account: account_of(&context.invoked_function_arn).map(str::to_owned),
        };
        let origin = RequestOrigin::new(requester, SystemTime::now()).with_location(location);
        let context = InvocationContext { ids: InvocationIds::new(context), deadline };
        match &payload {
            Payload::Json(json) => self.dispatch(RawJson::from(json.as_ref()), &origin, &context, 0).await,
            Payload::Invalid(error) => self.reject(
                &context,
                &origin,
                ValidationErrors::single(format!("The event is not JSON: {error}.")),
            ),
        }
    }

    async fn dispatch(
        &self,
        json: RawJson<'_>,
        parent_origin: &RequestOrigin,
        context: &InvocationContext,
        depth: usize,
    ) -> Result<ResponsePayload, FunctionError> {
        let event = catch_panic(|| parse_event(json, parent_origin));
        match event.ok_or(FunctionError::Internal(SideEffect::NotApplied))? {
            Err(errors) => self.reject(context, parent_origin, errors),
            Ok(Event::Batch(batch)) => Box::pin(self.handle_batch(batch, context, depth)).await,
            Ok(Event::Wrapped(wrapper)) => match wrapper.parse_wrapped() {
                Ok(event) => Box::pin(self.dispatch(event, &wrapper.origin, context, depth)).await,
                Err(errors) => self.reject(context, &wrapper.origin, errors),
            },
            Ok(Event::Request(event)) => {
                let mut log = InvocationLog::new(event.source, &event.origin.requester);
                let result = catch_panic_async(self.handle_request(*event, context.deadline, &mut log)).await;
                self.record_outcome(log, context, result.as_ref().err());
                result
            }
            Ok(Event::CustomResource(event)) => {
                let mut log = InvocationLog::new("cloudformation", &event.origin.requester);
                let work = self.custom_resources.process(&self.ensurer, &event, context.deadline, &mut log);
                let result = catch_panic_async(work).await;
                self.record_outcome(log, context, result.as_ref().err());
                result
            }
        }
    }

    /// An event that has no source.
    fn reject(
        &self,
        context: &InvocationContext,
        origin: &RequestOrigin,
        errors: ValidationErrors,
    ) -> Result<ResponsePayload, FunctionError> {
        let error = FunctionError::InvalidRequest(errors);
        self.record_outcome(InvocationLog::new("unknown", &origin.requester), context, Some(&error));
        Err(error)
    }

    fn record_outcome(&self, log: InvocationLog, context: &InvocationContext, error: Option<&FunctionError>) {
        let metric = log.emit(&context.ids, error.map(|error| (error.error_type(), error.message())));
        if let Some(metrics) = &self.metrics {
            metrics.record(&context.ids.request_id, metric);
        }
    }

    /// Handles messages independently: one that fails affects no other.
    async fn handle_batch(
        &self,
        batch: Batch,
        context: &InvocationContext,
        depth: usize,
    ) -> Result<ResponsePayload, FunctionError> {
        let Batch { response, messages } = batch;
        let work = |message| self.handle_message(message, context, depth);
        let results = process_batch(&messages, self.batch_concurrency, context.deadline, work).await;
        // Each request has failed by itself, and CloudFormation was notified: the invocation's own error says why.
        if !results.iter().any(|result| matches!(result, Some(Ok(_)))) {
            self.ensurer.check_config(NeededBy::Batches)?;
        }
        let not_started = results.iter().filter(|result| result.is_none()).count();
        if not_started > 0 {
            let request_id = &context.ids.request_id;
            tracing::warn!(
                requestId = request_id,
                not_started,
                "messages were not started; they are reported as failed"
            );
        }
        // A batch inside a message reports its failures to that message.
        if response == BatchResponse::PartialFailures && depth == 0 {
            let mut response = SqsBatchResponse::default();
            let failed = messages.iter().zip(&results).filter(|(_, result)| !matches!(result, Some(Ok(_))));
            let failed: Vec<&Message> = failed.map(|(message, _)| message).collect();
            failed.iter().for_each(|message| response.add_failure(&message.id));
            let without_id = failed.iter().filter(|message| message.is_id_position).count();
            if without_id > 0 {
                let request_id = &context.ids.request_id;
                tracing::warn!(
                    requestId = request_id,
                    without_id,
                    "failed messages have no messageId; they are reported by their position, so that the whole batch \
                     is delivered again"
                );
            }
            return to_payload(&response);
        }
        let not_started = || Err(FunctionError::DeadlineExceeded(SideEffect::NotApplied));
        let results = results.into_iter().map(|result| result.unwrap_or_else(not_started));
        let mut results = results.collect::<Result<Vec<ResponsePayload>, FunctionError>>()?;
        if results.len() == 1 { Ok(results.remove(0)) } else { to_payload(&results) }
    }

    async fn handle_message(
        &self,
        message: &Message,
        context: &InvocationContext,
        depth: usize,
    ) -> Result<ResponsePayload, FunctionError> {
        match message.parse_body(depth) {
            Ok(event) => self.dispatch(event, &message.origin, context, depth + 1).await,
            Err(errors) => self.reject(context, &message.origin, errors),
        }
    }

    /// Handles a request whose result returns to its sender as it is.
    async fn handle_request(
        &self,
        event: RequestEvent,
        deadline: Deadline,
        log: &mut InvocationLog,
    ) -> Result<ResponsePayload, FunctionError> {
        let RequestEvent { origin, request, action, .. } = event;
        // Versions cannot be deleted, so there is nothing to do.
        if let ResourceAction::Delete = action {
            log.outcome = DELETED;
            return to_payload(&json!({ "Outcome": DELETED }));
        }
        self.ensurer.check_config(NeededBy::Calls)?;
        if origin.is_batched {
            self.ensurer.check_config(NeededBy::Batches)?;
        }
        let parsed = request.map_err(|invalid| self.ensurer.invalid_request(*invalid))?;
        let prepared = self.ensurer.prepare(parsed, &origin.requester);
        let PreparedRequest { parsed, client_token } = &prepared;
        log.token = client_token.to_string();
        log.record_diagnostics(&parsed.warnings);
        failpoint::panic_at(failpoint::PANIC_IN_RECONCILE);
        let before = match &action {
            ResourceAction::Update(Some(before)) => Before::Request(before),
            _ => Before::Nothing,
        };
        let CreateResult { version, origin } =
            self.ensurer.ensure(&prepared, &origin, before, deadline).await?;
        log.outcome = origin.as_str();
        log.version.clone_from(&version.version);
        to_payload(&VersionResponse {
            arn: &version.arn,
            creation_timestamp: &version.creation_timestamp,
            id: &version.id,
            version: &version.version,
            amzn_client_token: client_token.as_str(),
            outcome: origin.as_str(),
            warnings: &parsed.warnings,
        })
    }
}

/// Accounts that stand for none: that of AWS's Runtime Interface Emulator, which `sam local` uses, and that of emulators of
/// all of AWS.
const EMULATED_ACCOUNTS: [&str; 2] = ["012345678912", "000000000000"];

/// The account in the ARN of a function.
fn account_of(function_arn: &str) -> Option<&str> {
    let account = function_arn.split(':').nth(4)?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_account && !EMULATED_ACCOUNTS.contains(&account)).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::account_of;

    #[test]
    fn the_account_of_a_function() {
        for (arn, account) in [
            ("arn:aws:lambda:us-east-1:123456789012:function:name", Some("123456789012")),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:name:alias", Some("123456789012")),
            ("arn:aws:lambda:us-east-1:012345678912:function:test_function", None),
            ("arn:aws:lambda:us-east-1:000000000000:function:name", None),
            ("arn:aws:lambda:us-east-1:local:function:name", None),
            ("name", None),
            ("", None),
        ] {
            assert_eq!(account_of(arn), account, "{arn}");
        }
    }
}

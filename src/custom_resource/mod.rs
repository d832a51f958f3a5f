//! CloudFormation custom resources: whatever happens, CloudFormation receives a response.
//!
//! `process` is the order of the steps: target, reconcile, build the response, deliver it, record it in the log.

mod reconcile;
mod response;

use std::time::Duration;

use connectors::diagnostic::ValidationErrors;
use connectors::event::custom_resource::CustomResourceEvent;
use serde_json::json;

use reconcile::{CustomResourceResult, reconcile};
use response::build_response;

use crate::ensure::Ensurer;
use crate::error::FunctionError;
use crate::failpoint;
use crate::greengrass::SideEffect;
use crate::panic::{catch_panic, catch_panic_async};
use crate::payload::{ResponsePayload, payload_of, to_payload};
use crate::response_url::{ResponseClient, ResponseMode, ResponseTarget};
use crate::retry::Deadline;
use crate::telemetry::{DELETED, InvocationLog};

/// Time that is reserved for delivering the response; at most a third of what there is.
const RESPONSE_DELIVERY_BUDGET: Duration = Duration::from_secs(3);

/// How a request on a custom resource ended.
type Reconciled = Result<CustomResourceResult, FunctionError>;

/// Processes custom resource events.
#[derive(Debug)]
pub(crate) struct CustomResources {
    response_mode: ResponseMode,
    response_client: ResponseClient,
}

/// By when the work and the delivery of the response must be over.
struct Deadlines {
    work: Deadline,
    delivery: Deadline,
}

impl CustomResources {
    pub(crate) fn new(response_mode: ResponseMode, response_client: ResponseClient) -> Self {
        Self { response_mode, response_client }
    }

    /// Processes an event to its end.
    ///
    /// # Errors
    /// The response has no target or was not delivered; or the target is the caller, and the request failed.
    pub(crate) async fn process(
        &self,
        ensurer: &Ensurer,
        event: &CustomResourceEvent<'_>,
        deadline: Deadline,
        log: &mut InvocationLog,
    ) -> Result<ResponsePayload, FunctionError> {
        // Before anything is created: a result that cannot be delivered is worth nothing.
        let target = self.target(event)?;
        if let ResponseTarget::Url(url) = &target {
            self.response_client.preconnect(url).await;
        }
        let Deadlines { work, delivery } = deadlines(event, deadline);
        let result = reconcile_or_catch(ensurer, event, work).await;
        match &target {
            ResponseTarget::Url(url) => {
                let document = build_response(event, &result);
                let delivered = self.response_client.send_until_accepted(url, &document, delivery).await;
                record(log, &result);
                delivered.map_err(|error| FunctionError::Undelivered {
                    error,
                    result: describe_result(&result),
                })?;
                payload_of(document)
            }
            ResponseTarget::Caller => {
                let result = result.map_err(FunctionError::truncated)?;
                record_success(log, &result);
                let CustomResourceResult { physical_resource_id, data, .. } = &result;
                to_payload(&json!({ "PhysicalResourceId": physical_resource_id, "Data": data }))
            }
        }
    }

    fn target(&self, event: &CustomResourceEvent<'_>) -> Result<ResponseTarget, FunctionError> {
        let target = catch_panic(|| self.response_mode.target_for(event.response_url));
        target.ok_or(FunctionError::Internal(SideEffect::NotApplied))?.map_err(|problem| {
            let path = event.origin.path.field("ResponseURL");
            let message = format!("{problem}. CloudFormation was not notified.");
            FunctionError::InvalidRequest(ValidationErrors::at(&path, message))
        })
    }
}

fn deadlines(event: &CustomResourceEvent<'_>, deadline: Deadline) -> Deadlines {
    let service_timeout = catch_panic(|| event.service_timeout()).flatten();
    let delivery = service_timeout.map_or(deadline, |timeout| deadline.min(Deadline::after(timeout)));
    let work = delivery.minus(RESPONSE_DELIVERY_BUDGET.min(delivery.remaining() / 3));
    Deadlines { work, delivery }
}

/// A Delete can only fail by a bug of this function, which is no reason to keep a stack from being deleted.
async fn reconcile_or_catch(
    ensurer: &Ensurer,
    event: &CustomResourceEvent<'_>,
    deadline: Deadline,
) -> Reconciled {
    let work = async {
        failpoint::panic_at(failpoint::PANIC_IN_RECONCILE);
        reconcile(ensurer, event, deadline).await
    };
    match catch_panic_async(work).await {
        Err(_) if event.is_delete() => Ok(CustomResourceResult::for_delete(&event.ids)),
        result => result,
    }
}

fn record(log: &mut InvocationLog, result: &Reconciled) {
    match result {
        Ok(result) => record_success(log, result),
        Err(error) => log.record_reported_error(error.error_type(), error.message()),
    }
}

fn record_success(log: &mut InvocationLog, result: &CustomResourceResult) {
    log.outcome = result.origin.map_or(DELETED, |origin| origin.as_str());
    log.token = result.client_token.as_ref().map(ToString::to_string).unwrap_or_default();
    log.version.clone_from(&result.data.version);
    log.record_diagnostics(&result.warnings);
}

/// The result, for the error of a response that was not delivered.
fn describe_result(result: &Reconciled) -> String {
    match result {
        Ok(result) => format!("SUCCESS with {}", result.physical_resource_id),
        Err(error) => format!("FAILED, {}: {}", error.error_type(), error.short_message()),
    }
}

//! The way of one event: recognised, settled, answered, logged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::{Value, json};

use crate::creator::{Creation, Creator, Order};
use crate::deadline::Deadline;
use crate::event::Event;
use crate::failure::Failure;
use crate::greengrass::{Effect, Greengrass};
use crate::json::Json;
use crate::lifecycle::{self, Settled};
use crate::log_line::LogLine;
use crate::request::{Advice, Problems};
use crate::settings::Settings;
use crate::source::cloudformation::{Answer, CustomResource, Data, Sender, Status, Way, last_resort};
use crate::source::{Delivery, Message, Messages, MessagesAnswer, Plain, recognise};
use crate::token::{self, Identity};
use crate::{http_client, probe};

/// What it takes to hand a result back to Lambda.
const RETURN_TIME: Duration = Duration::from_millis(200);
/// What is kept for telling CloudFormation, of what time there is at most a third.
const ANSWER_TIME: Duration = Duration::from_secs(3);
/// How many messages of a batch are worked on at a time.
const AT_A_TIME: usize = 8;
/// How deep envelopes may nest. A custom resource in an SNS notification in an SQS message is two.
const DEPTH: usize = 4;

/// Handles events.
#[derive(Debug)]
pub struct Handler {
    settings: Settings,
    greengrass: Greengrass,
    creator: Creator,
    sender: Sender,
}

/// What all that one invocation brings has in common.
struct Invocation {
    request_id: String,
    deadline: Deadline,
}

/// The result of one request (the API's answer and what this function adds).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RequestResult<'a> {
    arn: &'a str,
    creation_timestamp: &'a str,
    id: &'a str,
    version: &'a str,
    amzn_client_token: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    advice: &'a [Advice],
}

impl Handler {
    /// With these settings; nothing is called.
    pub async fn new(settings: Settings) -> Self {
        let connector = http_client::connector();
        let greengrass = Greengrass::new(connector.clone()).await;
        let creator = Creator::new(greengrass.clone(), settings.idempotency);
        Self { settings, creator, greengrass, sender: Sender::new(connector) }
    }

    /// Handles an event to its end.
    pub async fn handle(&self, event: LambdaEvent<Event>) -> Result<Value, Failure> {
        let (event, context) = event.into_parts();
        let deadline = Deadline::at(context.deadline()).earlier_by(RETURN_TIME);
        let outer = Identity::Direct { request_id: context.request_id.clone() };
        let invocation = Invocation { request_id: context.request_id, deadline };
        match &event {
            Event::Json(json) => self.route(Json::from(json.as_ref()), &outer, &invocation, 0).await,
            Event::NotJson(why) => invocation.refuse(Problems::one(format!("the event is not JSON: {why}"))),
        }
    }

    /// Recognises an event and hands it to where it belongs.
    async fn route(
        &self,
        event: Json<'_>,
        outer: &Identity,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Value, Failure> {
        if depth > DEPTH {
            return invocation.refuse(Problems::one("the event is wrapped in too many envelopes"));
        }
        let recognised = caught(|| recognise(event, outer, &self.settings.response_hosts));
        match recognised.ok_or(Failure::Internal(Effect::None))? {
            Err(problems) => invocation.refuse(problems),
            Ok(Delivery::Messages(messages)) => Box::pin(self.messages(messages, invocation, depth)).await,
            Ok(Delivery::Plain(plain)) => {
                let mut line = LogLine::new(plain.source);
                let result = guarded(self.plain(*plain, invocation.deadline, &mut line)).await;
                line.write(&invocation.request_id, result.as_ref().err());
                result
            }
            Ok(Delivery::CustomResource(resource)) => {
                let mut line = LogLine::new("cloudformation");
                let result = guarded(self.custom_resource(&resource, invocation.deadline, &mut line)).await;
                line.write(&invocation.request_id, result.as_ref().err());
                result
            }
        }
    }

    /// Messages: each by itself, several at a time, so that one that fails is nobody else's matter.
    async fn messages(
        &self,
        messages: Messages,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Value, Failure> {
        let work = messages.messages.iter().map(|message| self.message(message, invocation, depth));
        let results: Vec<Result<Value, Failure>> = stream::iter(work).buffered(AT_A_TIME).collect().await;
        match messages.answer {
            MessagesAnswer::BatchItemFailures => {
                let failed = messages.messages.iter().zip(&results).filter(|(_, result)| result.is_err());
                let failed: Vec<Value> =
                    failed.map(|(message, _)| json!({ "itemIdentifier": message.id })).collect();
                Ok(json!({ "batchItemFailures": failed }))
            }
            MessagesAnswer::Results => {
                let mut results = results.into_iter().collect::<Result<Vec<Value>, Failure>>()?;
                Ok(if results.len() == 1 { results.remove(0) } else { Value::from(results) })
            }
        }
    }

    async fn message(
        &self,
        message: &Message,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Value, Failure> {
        let text = match &message.event {
            Ok(text) => text,
            Err(problems) => return invocation.refuse(problems.clone()),
        };
        match Json::parse(text) {
            Ok(event) => self.route(event, &message.identity, invocation, depth + 1).await,
            Err(why) => invocation.refuse(Problems::one(format!("the message is not JSON: {why}"))),
        }
    }

    /// A request whose asker takes the result as it is.
    async fn plain(&self, plain: Plain, deadline: Deadline, line: &mut LogLine) -> Result<Value, Failure> {
        self.settings.check()?;
        let parsed = self.settings.checks.advise(plain.request.map_err(Failure::InvalidRequest)?);
        let derived = || token::derive(&plain.identity, &parsed.request, parsed.revision.as_deref());
        let token = parsed.token.clone().unwrap_or_else(derived);
        line.token = token.to_string();
        line.advised(&parsed.advice);
        probe::point("settle");
        self.settings.checks.permit(&parsed).map_err(Failure::InvalidRequest)?;
        let order = Order { request: &parsed.request, token: &token, other_than: None };
        let Creation { version, outcome } = self.creator.create(order, deadline).await?;
        line.outcome = outcome.as_str();
        line.version.clone_from(&version.version);
        let result = RequestResult {
            arn: &version.arn,
            creation_timestamp: &version.creation_timestamp,
            id: &version.id,
            version: &version.version,
            amzn_client_token: token.as_str(),
            outcome: outcome.as_str(),
            advice: &parsed.advice,
        };
        // Texts into memory: nothing in it can fail.
        Ok(serde_json::to_value(result).unwrap_or_default())
    }

    /// A custom resource: whatever happens, CloudFormation is told.
    async fn custom_resource(
        &self,
        resource: &CustomResource<'_>,
        deadline: Deadline,
        line: &mut LogLine,
    ) -> Result<Value, Failure> {
        let way = resource.home.way.as_ref().map_err(|why| {
            let problem = format!("ResponseURL: {why}. CloudFormation was not told anything");
            Failure::InvalidRequest(Problems::one(problem))
        })?;
        let (settled, deadline) = self.settle(resource, deadline).await;
        match way {
            Way::Url(url) => {
                let status =
                    if settled.is_ok() && resource.is_delete() { Status::Success } else { Status::Failed };
                let document = caught(|| answer(resource, &settled).document(&resource.home))
                    .unwrap_or_else(|| last_resort(&resource.home, status));
                let delivered = self.sender.deliver(url, &document, deadline).await;
                line.settled(&settled);
                delivered.map_err(Failure::Undelivered)?;
                // Our own document, which is JSON.
                Ok(serde_json::from_str(&document).unwrap_or_default())
            }
            Way::Return => {
                let settled = settled?;
                let result =
                    json!({ "PhysicalResourceId": settled.physical_resource_id, "Data": settled.data });
                line.settled(&Ok(settled));
                Ok(result)
            }
        }
    }

    /// Does what is asked, and says until when there is time to tell.
    async fn settle(
        &self,
        resource: &CustomResource<'_>,
        deadline: Deadline,
    ) -> (Result<Settled, Failure>, Deadline) {
        let service_timeout = caught(|| resource.service_timeout()).flatten();
        let deadline = service_timeout.map_or(deadline, |time| deadline.min(Deadline::within(time)));
        let work = deadline.earlier_by(ANSWER_TIME.min(deadline.remaining() / 3));
        let settled = guarded(async {
            probe::point("settle");
            if !resource.is_delete() {
                self.settings.check()?;
            }
            let checks = &self.settings.checks;
            lifecycle::settle(&self.creator, &self.greengrass, checks, resource, work).await
        });
        match settled.await {
            // There is nothing that a delete could fail at but a mistake of this function, which is no reason to keep
            // a stack from being deleted.
            Err(_) if resource.is_delete() => (Ok(Settled::deleted(&resource.home)), deadline),
            settled => (settled, deadline),
        }
    }
}

impl Invocation {
    /// An event that is answered before anybody asks who sent it.
    fn refuse(&self, problems: Problems) -> Result<Value, Failure> {
        let failure = Failure::InvalidRequest(problems);
        LogLine::new("unknown").write(&self.request_id, Some(&failure));
        Err(failure)
    }
}

impl Settings {
    fn check(&self) -> Result<(), Failure> {
        if self.problems.is_empty() { Ok(()) } else { Err(Failure::Configuration(self.problems.clone())) }
    }
}

/// A panic becomes a failure: the runtime would make an answer of it that nobody waits for.
async fn guarded<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Failure::Internal(Effect::Unknown)))
}

/// A panic becomes nothing.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn answer(resource: &CustomResource<'_>, settled: &Result<Settled, Failure>) -> Answer {
    probe::point("answer");
    match settled {
        Ok(settled) => Answer {
            status: Status::Success,
            reason: remarks(&settled.advice),
            physical_resource_id: settled.physical_resource_id.clone(),
            data: settled.data.clone(),
        },
        Err(failure) => Answer {
            status: Status::Failed,
            reason: format!("{}: {failure}", failure.error_type()),
            physical_resource_id: lifecycle::id_after_failure(resource),
            data: Data::default(),
        },
    }
}

fn remarks(advice: &[Advice]) -> String {
    let remarks: Vec<String> =
        advice.iter().map(|advice| format!("{}: {}", advice.path, advice.message)).collect();
    if remarks.is_empty() { String::new() } else { format!("Advice: {}", remarks.join("; ")) }
}

//! The way of one event: recognised, settled, answered, logged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use connectors::client_token::{self, Identity};
use connectors::event::custom_resource::CustomResource;
use connectors::event::{Delivery, Message, Messages, MessagesAnswer, Origin, Plain, Step, recognise};
use connectors::json::Json;
use connectors::request::{Advice, ClientToken, Parsed, Problems};
use futures_util::FutureExt;
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::batch::work_through;
use crate::creator::{Creation, Creator, Idempotency, Order, Outcome};
use crate::custom_resource::{Answer, Data, Status, last_resort};
use crate::deadline::Deadline;
use crate::event::Event;
use crate::failure::Failure;
use crate::greengrass::{Effect, Greengrass};
use crate::http_client::HttpClient;
use crate::lease::Leases;
use crate::lifecycle::{self, Settled};
use crate::log_line::{DELETED, Ids, LogLine};
use crate::response_url::{Sender, Way};
use crate::settings::Settings;
use crate::{aws, probe};

/// What it takes to hand a result back to Lambda.
const RETURN_TIME: Duration = Duration::from_millis(200);
/// What is kept for telling CloudFormation, of what time there is at most a third.
const ANSWER_TIME: Duration = Duration::from_secs(3);

/// Handles events.
#[derive(Debug)]
pub struct Handler {
    settings: Settings,
    greengrass: Greengrass,
    creator: Creator,
    sender: Sender,
}

/// The answer to an event, as JSON that is written already.
pub type Answered = Box<RawValue>;

/// What all that one invocation brings has in common.
struct Invocation {
    ids: Ids,
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
    /// With these settings and a connection to the service; no operation is called.
    pub async fn new(settings: Settings) -> Self {
        let client = HttpClient::new();
        let connector = SharedHttpConnector::new(client.clone());
        let config = aws::environment().await;
        let greengrass = Greengrass::new(&config, client.clone()).await;
        let idempotency = match settings.idempotency.clone() {
            Idempotency::Token => Idempotency::Token,
            Idempotency::Latest => Idempotency::Latest,
            Idempotency::Table(name) => {
                Idempotency::Table(Leases::new(&config, connector.clone(), name).await)
            }
        };
        let creator = Creator::new(greengrass.clone(), idempotency);
        Self { settings, creator, greengrass, sender: Sender::new(client) }
    }

    /// Handles an event to its end.
    pub async fn handle(&self, event: LambdaEvent<Event>) -> Result<Answered, Failure> {
        let (event, context) = event.into_parts();
        let deadline = Deadline::at(context.deadline()).earlier_by(RETURN_TIME);
        let outer =
            Origin::new(Identity::Direct { request_id: context.request_id.clone() }, SystemTime::now());
        let invocation = Invocation { ids: Ids::new(context), deadline };
        match &event {
            Event::Json(json) => self.route(Json::from(json.as_ref()), &outer, &invocation, 0).await,
            Event::NotJson(why) => {
                self.refuse(&invocation, &outer, Problems::one(format!("the event is not JSON: {why}")))
            }
        }
    }

    /// Recognises an event and hands it to where it belongs.
    async fn route(
        &self,
        event: Json<'_>,
        outer: &Origin,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Answered, Failure> {
        let recognised = caught(|| recognise(event, outer));
        match recognised.ok_or(Failure::Internal(Effect::None))? {
            Err(problems) => self.refuse(invocation, outer, problems),
            Ok(Delivery::Messages(messages)) => Box::pin(self.messages(messages, invocation, depth)).await,
            Ok(Delivery::Plain(plain)) => {
                let mut line = LogLine::new(plain.source, &plain.origin.identity);
                let result = guarded(self.plain(*plain, invocation.deadline, &mut line)).await;
                self.report(line, invocation, result.as_ref().err());
                result
            }
            Ok(Delivery::CustomResource(resource)) => {
                let mut line = LogLine::new("cloudformation", &resource.origin.identity);
                let result = guarded(self.custom_resource(&resource, invocation.deadline, &mut line)).await;
                self.report(line, invocation, result.as_ref().err());
                result
            }
        }
    }

    /// An event that is answered before anybody asks who sent it.
    fn refuse(
        &self,
        invocation: &Invocation,
        outer: &Origin,
        problems: Problems,
    ) -> Result<Answered, Failure> {
        let failure = Failure::InvalidRequest(problems);
        self.report(LogLine::new("unknown", &outer.identity), invocation, Some(&failure));
        Err(failure)
    }

    /// Logs and counts what became of an event.
    fn report(&self, line: LogLine, invocation: &Invocation, failure: Option<&Failure>) {
        let ended = line.write(&invocation.ids, failure);
        if let Some(metrics) = &self.settings.metrics {
            metrics.count(&invocation.ids.request_id, ended);
        }
    }

    /// Messages: each by itself, several at a time, so that one that fails is nobody else's matter.
    async fn messages(
        &self,
        messages: Messages,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Answered, Failure> {
        let Messages { answer, messages } = messages;
        let work = |message| self.message(message, invocation, depth);
        let results = work_through(&messages, self.settings.at_a_time, invocation.deadline, work).await;
        let not_begun = results.iter().filter(|result| result.is_none()).count();
        if not_begun > 0 {
            tracing::warn!(
                requestId = invocation.ids.request_id,
                not_begun,
                "messages are left for another time"
            );
        }
        let is_done = |result: &Option<Result<Answered, Failure>>| matches!(result, Some(Ok(_)));
        // A batch inside a message has nobody to report its failures to but that message.
        if answer == MessagesAnswer::BatchItemFailures && depth == 0 {
            let mut answer = SqsBatchResponse::default();
            for (message, _) in messages.iter().zip(&results).filter(|(_, result)| !is_done(result)) {
                answer.add_failure(&message.id);
            }
            return Ok(written(&answer));
        }
        let not_begun = || Err(Failure::DeadlineExceeded(Effect::None));
        let results = results.into_iter().map(|result| result.unwrap_or_else(not_begun));
        let mut results = results.collect::<Result<Vec<Answered>, Failure>>()?;
        Ok(if results.len() == 1 { results.remove(0) } else { written(&results) })
    }

    async fn message(
        &self,
        message: &Message,
        invocation: &Invocation,
        depth: usize,
    ) -> Result<Answered, Failure> {
        match message.open(depth) {
            Ok(event) => self.route(event, &message.origin, invocation, depth + 1).await,
            Err(problems) => self.refuse(invocation, &message.origin, problems),
        }
    }

    /// A request whose asker takes the result as it is.
    async fn plain(&self, plain: Plain, deadline: Deadline, line: &mut LogLine) -> Result<Answered, Failure> {
        let Plain { origin, request, step, .. } = plain;
        // Versions cannot be deleted: there is nothing to do, and nothing to fail at.
        if let Step::Delete = step {
            line.outcome = DELETED;
            return Ok(written(&json!({ "Outcome": DELETED })));
        }
        self.settings.check()?;
        let parsed = self.settings.checks.advise(request.map_err(Failure::InvalidRequest)?);
        let token = client_token::of(&parsed, &origin.identity);
        line.token = token.to_string();
        line.advised(&parsed.advice);
        probe::point("settle");
        let Creation { version, outcome } = self.make(&parsed, &token, &origin, step, deadline).await?;
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
        Ok(written(&result))
    }

    /// Sees to the version that a request asks for.
    async fn make(
        &self,
        parsed: &Parsed,
        token: &ClientToken,
        origin: &Origin,
        step: Step,
        deadline: Deadline,
    ) -> Result<Creation, Failure> {
        let mut anew = false;
        if let Step::Update(Some(before)) = step {
            if let Some(version) = lifecycle::updated(&self.greengrass, parsed, &before, deadline).await? {
                return Ok(Creation { version, outcome: Outcome::Existing });
            }
            anew = before.revision != parsed.revision;
        }
        self.settings.checks.permit(parsed).map_err(Failure::InvalidRequest)?;
        let Origin { asked_at, came_before, .. } = *origin;
        let order = Order { request: &parsed.request, token, replaces: None, anew, asked_at, came_before };
        self.creator.create(order, deadline).await
    }

    /// A custom resource: whatever happens, CloudFormation is told.
    async fn custom_resource(
        &self,
        resource: &CustomResource<'_>,
        deadline: Deadline,
        line: &mut LogLine,
    ) -> Result<Answered, Failure> {
        let way = caught(|| self.settings.ways.of(resource.response_url))
            .ok_or(Failure::Internal(Effect::None))?
            .map_err(|why| {
                let problem = format!("ResponseURL: {why}. CloudFormation was not told anything");
                Failure::InvalidRequest(Problems::one(problem))
            })?;
        if let Way::Url(url) = &way {
            self.sender.begin(url).await;
        }
        let (settled, deadline) = self.settle(resource, deadline).await;
        match &way {
            Way::Url(url) => {
                let status =
                    if settled.is_ok() && resource.is_delete() { Status::Success } else { Status::Failed };
                let document = caught(|| answer(resource, &settled).document(&resource.home))
                    .unwrap_or_else(|| last_resort(&resource.home, status));
                let delivered = self.sender.deliver(url, &document, deadline).await;
                line.settled(&settled);
                delivered.map_err(|why| Failure::Undelivered { why, result: result_of(&settled) })?;
                // Our own document, which is JSON.
                Ok(RawValue::from_string(document).unwrap_or_default())
            }
            Way::Return => {
                let settled = settled.map_err(Failure::brief)?;
                let result =
                    json!({ "PhysicalResourceId": settled.physical_resource_id, "Data": settled.data });
                line.settled(&Ok(settled));
                Ok(written(&result))
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

impl Settings {
    fn check(&self) -> Result<(), Failure> {
        if self.problems.is_empty() { Ok(()) } else { Err(Failure::Configuration(self.problems.clone())) }
    }
}

/// Texts into memory: nothing in it can fail.
fn written(answer: &impl Serialize) -> Answered {
    to_raw_value(answer).unwrap_or_default()
}

/// A panic becomes a failure: the runtime would make an answer of it that nobody waits for.
fn guarded<T>(work: impl Future<Output = Result<T, Failure>>) -> impl Future<Output = Result<T, Failure>> {
    // Boxed: a future that waits for another by value holds it twice.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    work.map(|ended| ended.unwrap_or(Err(Failure::Internal(Effect::Unknown))))
}

/// A panic becomes nothing.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// For whoever reads why CloudFormation was not told.
fn result_of(settled: &Result<Settled, Failure>) -> String {
    match settled {
        Ok(settled) => format!("SUCCESS with {}", settled.physical_resource_id),
        Err(failure) => format!("FAILED, {}: {failure}", failure.error_type()),
    }
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

//! The way of one event: recognised, settled, answered, logged.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use lambda_runtime::{Context, LambdaEvent};
use serde::Serialize;
use serde_json::Value;

use crate::creator::{Creator, Outcome};
use crate::deadline::Deadline;
use crate::event::Event;
use crate::failure::Failure;
use crate::greengrass::{Effect, Greengrass};
use crate::http_client;
use crate::json::Json;
use crate::lifecycle::{self, Settled};
use crate::request::{Advice, Problems};
use crate::settings::Settings;
use crate::source::cloudformation::{Answer, CustomResource, Data, Messenger, RequestType, Status, Way};
use crate::source::{Delivery, Plain, recognise};
use crate::token;

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
    messenger: Messenger,
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

/// What the log's line of an event says.
#[derive(Default)]
struct Note {
    source: &'static str,
    /// `Created`, `Existing`, or for a custom resource that left its stack `Deleted`.
    outcome: &'static str,
    token: String,
    version: String,
    advice: usize,
    /// What CloudFormation was told instead of a version: the error's type and text.
    told: Option<(&'static str, String)>,
}

/// How much of an error's text goes into the log: a line has a limit, and a request may have many problems.
const LOGGED: usize = 4_000;

impl Handler {
    /// With these settings; nothing is called.
    pub async fn new(settings: Settings) -> Self {
        let connector = http_client::connector();
        let greengrass = Greengrass::new(connector.clone()).await;
        let creator = Creator::new(greengrass.clone());
        Self { settings, creator, greengrass, messenger: Messenger::new(connector) }
    }

    /// Handles an event to its end, and writes its line to the log.
    pub async fn handle(&self, event: LambdaEvent<Event>) -> Result<Value, Failure> {
        let started = Instant::now();
        let mut note = Note { source: "unknown", ..Note::default() };
        let result = self.route(&event.payload, &event.context, &mut note).await;
        note.write(&event.context.request_id, started.elapsed(), result.as_ref().err());
        result
    }

    async fn route(&self, event: &Event, context: &Context, note: &mut Note) -> Result<Value, Failure> {
        let json = match event {
            Event::Json(json) => Json::from(json.as_ref()),
            Event::NotJson(why) => {
                return Err(Failure::InvalidRequest(Problems::one(format!("the event is not JSON: {why}"))));
            }
        };
        let deadline = Deadline::at(context.deadline()).earlier_by(RETURN_TIME);
        match recognise(json, &context.request_id, &self.settings.response_hosts)
            .map_err(Failure::InvalidRequest)?
        {
            Delivery::Plain(plain) => {
                note.source = plain.source;
                guarded(self.plain(plain, deadline, note)).await
            }
            Delivery::CustomResource(resource) => {
                note.source = "cloudformation";
                self.custom_resource(&resource, deadline, note).await
            }
        }
    }

    /// A request whose asker takes the result as it is.
    async fn plain(&self, plain: Plain, deadline: Deadline, note: &mut Note) -> Result<Value, Failure> {
        self.settings.check()?;
        let parsed = plain.request.map_err(Failure::InvalidRequest)?;
        let derived = || token::derive(&plain.identity, &parsed.request, parsed.revision.as_deref());
        let token = parsed.token.clone().unwrap_or_else(derived);
        note.token = token.to_string();
        note.advice = parsed.advice.len();
        let Outcome { version, origin } = self.creator.create(&parsed.request, &token, deadline).await?;
        note.outcome = origin.as_str();
        note.version.clone_from(&version.version);
        let result = RequestResult {
            arn: &version.arn,
            creation_timestamp: &version.creation_timestamp,
            id: &version.id,
            version: &version.version,
            amzn_client_token: token.as_str(),
            outcome: origin.as_str(),
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
        note: &mut Note,
    ) -> Result<Value, Failure> {
        if let Way::None(why) = &resource.home.way {
            let problem = format!("ResponseURL: {why}. CloudFormation was not told anything");
            return Err(Failure::InvalidRequest(Problems::one(problem)));
        }
        let deadline = match resource.service_timeout {
            Some(time) => deadline.min(Deadline::within(time)),
            None => deadline,
        };
        let work = deadline.earlier_by(ANSWER_TIME.min(deadline.remaining() / 3));
        let settled = guarded(self.settle(resource, work)).await;
        let answer = answer(resource, &settled);
        note.settled(&settled);
        match (&resource.home.way, settled) {
            (Way::Url(url), _) => {
                let document = answer.document(&resource.home);
                self.messenger.deliver(url, &document, deadline).await.map_err(Failure::Undelivered)?;
                // Our own document, which is JSON.
                Ok(serde_json::from_str(&document).unwrap_or_default())
            }
            (_, Ok(_)) => Ok(serde_json::json!({
                "PhysicalResourceId": answer.physical_resource_id,
                "Data": answer.data,
            })),
            (_, Err(failure)) => Err(failure),
        }
    }

    async fn settle(&self, resource: &CustomResource<'_>, deadline: Deadline) -> Result<Settled, Failure> {
        if resource.request_type != Ok(RequestType::Delete) {
            self.settings.check()?;
        }
        lifecycle::settle(&self.creator, &self.greengrass, resource, deadline).await
    }
}

impl Settings {
    fn check(&self) -> Result<(), Failure> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Failure::Configuration(Problems::one(self.problems.to_string())))
    }
}

impl Note {
    fn settled(&mut self, settled: &Result<Settled, Failure>) {
        match settled {
            Ok(settled) => {
                self.outcome = settled.origin.map_or("Deleted", |origin| origin.as_str());
                self.token = settled.token.as_ref().map(ToString::to_string).unwrap_or_default();
                self.version.clone_from(&settled.data.version);
                self.advice = settled.advice.len();
            }
            Err(failure) => self.told = Some((failure.error_type(), failure.to_string())),
        }
    }

    /// One line: an event that ended well at INFO, one that did not at ERROR.
    fn write(self, request_id: &str, took: Duration, failure: Option<&Failure>) {
        let Self { source, outcome, token, version, advice, told } = self;
        let failed = match (failure, told) {
            (Some(failure), None) => Some((failure.error_type(), failure.to_string())),
            (Some(failure), Some((_, told))) => {
                Some((failure.error_type(), format!("{failure} It was: {told}")))
            }
            (None, told) => told,
        };
        let duration_ms = took.as_micros() as f64 / 1_000.0;
        // requestId as in Lambda's own JSON lines, so that one search finds both.
        match failed {
            None => tracing::info!(
                requestId = request_id,
                source,
                outcome,
                token,
                version,
                advice,
                duration_ms,
                "done"
            ),
            Some((error_type, error)) => {
                let error: String = error.chars().take(LOGGED).collect();
                tracing::error!(
                    requestId = request_id,
                    source,
                    error_type,
                    error,
                    token,
                    duration_ms,
                    "failed"
                );
            }
        }
    }
}

/// A panic becomes a failure: the runtime would make an answer of it that nobody waits for.
async fn guarded<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Failure::Internal(Effect::Unknown)))
}

fn answer(resource: &CustomResource<'_>, settled: &Result<Settled, Failure>) -> Answer {
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

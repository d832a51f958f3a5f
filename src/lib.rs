//! Requests for connector versions become AWS IoT Greengrass V1 connector definition versions.
//!
//! The map of the house, in the order in which an event goes through it:
//!
//! | room | what it knows | what it hands on |
//! |---|---|---|
//! | [`event`] | bytes that may be no JSON | JSON not read yet |
//! | [`source`] | envelopes, and how their askers are answered; nothing of Greengrass | a delivery |
//! | [`request`] | what a request must be | types that cannot hold a bad id or ARN |
//! | [`catalog`] | AWS's connectors | advice |
//! | [`token`] | who asks and what for | the client token |
//! | [`batch`] | how many messages at a time, and in which order | one message after the other |
//! | [`lifecycle`] | what becomes of a custom resource | its id and data |
//! | [`creator`] | when a create may be repeated | a version |
//! | [`lease`] | who works on a request, in a table | the right to work on it, or its result |
//! | [`greengrass`] | the SDK's operations | the service's answers, and errors that say what is known |
//! | `aws` | credentials, signatures, endpoints; nothing of any operation | what was answered to a call |
//! | [`handler`] | the order of all this, and nothing else | the answer |
//!
//! Beside the way: [`settings`] (the environment), [`failure`] (why there is no version), [`deadline`], [`json`],
//! the logs and [`metrics`]. An event goes through the rooms in this order, each of which knows nothing of the one that
//! handed it on; only the handler knows all of them.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod aws;
mod backoff;
pub mod batch;
pub mod catalog;
pub mod creator;
pub mod custom_resource;
pub mod deadline;
pub mod event;
pub mod failure;
pub mod greengrass;
pub mod handler;
mod http_client;
pub mod json;
pub mod lease;
pub mod lifecycle;
mod log_line;
pub mod logs;
pub mod metrics;
mod nearest;
mod probe;
pub mod request;
pub mod response_url;
pub mod settings;
pub mod source;
pub mod token;
pub mod validation;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

use event::Event;
use handler::Handler;
use settings::Settings;

/// The function's whole life: reads the environment, builds, and handles events until Lambda ends the process.
pub async fn run() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).ok();
    logs::start(variable);
    let handler = Handler::new(Settings::read(variable)).await;
    let handler = &handler;
    // Boxed: the whole way of an event in one type is more than the compiler lays out.
    Runtime::new(service_fn(move |event: LambdaEvent<Event>| Box::pin(handler.handle(event)))).run().await
}

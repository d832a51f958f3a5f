//! Requests for connector versions become AWS IoT Greengrass V1 connector definition versions.
//!
//! The modules, from the top down; each imports modules below it only:
//!
//! | module | contents |
//! |---|---|
//! | `handler` | one invocation: parse, dispatch, respond |
//! | `lifecycle`, `custom_resource` | create, update and delete of a CloudFormation custom resource |
//! | `settings`, `failure` | the environment; errors as Lambda reports them |
//! | `creator`, `lease` | one version for one request, whatever is delivered twice |
//! | `greengrass`, `response_url`, `batch` | the service; responses to CloudFormation; the messages of a batch |
//! | `aws`, `http_client`, `logs`, `metrics`, `validation` | credentials and signatures, connections, output |
//!
//! What a request is, the events that carry it and AWS's connectors are in the crate [`connectors`].

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod aws;
mod backoff;
pub mod batch;
pub mod creator;
pub mod custom_resource;
pub mod deadline;
pub mod event;
pub mod failure;
pub mod greengrass;
pub mod handler;
mod http_client;
pub mod lease;
pub mod lifecycle;
mod log_line;
pub mod logs;
pub mod metrics;
mod probe;
pub mod response_url;
pub mod settings;
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

//! A Lambda function that turns requests for connector versions into AWS IoT Greengrass V1 connector definition versions.
//!
//! The modules, from the top down. Each imports only modules below it:
//!
//! | module | contents |
//! |---|---|
//! | `handler` | one invocation: parse, dispatch, respond |
//! | `custom_resource` | CloudFormation custom resources: process, reconcile, response |
//! | `ensure` | one result for one request |
//! | `panic` | panics become errors |
//! | [`config`], `error` | the environment; errors as Lambda reports them |
//! | `idempotency` | the create state machine, and the lock table |
//! | `greengrass`, `response_url`, `batch` | the service; responses to CloudFormation; the messages of a batch |
//! | `aws`, `http` | endpoints, credentials and signatures; connections and TLS |
//! | `telemetry`, `validation`, `payload`, `retry`, `failpoint` | logs and metrics; CONNECTOR_CHECKS; JSON; time; tests |
//!
//! What a request is, the events that carry it, and AWS's connectors are in the crate [`connectors`].

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod aws;
mod batch;
pub mod config;
mod custom_resource;
mod ensure;
mod error;
mod failpoint;
mod greengrass;
mod handler;
mod http;
mod idempotency;
mod panic;
mod payload;
mod response_url;
mod retry;
mod telemetry;
mod validation;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

use config::{Config, IdempotencyConfig};
use custom_resource::CustomResources;
use ensure::Ensurer;
use greengrass::GreengrassClient;
use handler::Handler;
use http::HttpClient;
use idempotency::{DuplicateLookup, Idempotency, LockTable, VersionCreator};
use payload::Payload;
use response_url::ResponseClient;
use telemetry::logging;

/// Runs the function: reads the environment, and handles events until Lambda ends the process.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn run() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    logging::init(lookup);
    let handler = build_handler(Config::from_env(lookup)).await;
    let handler = &handler;
    // Boxed: the type of the whole future is too large for the compiler.
    Runtime::new(service_fn(move |event: LambdaEvent<Payload>| Box::pin(handler.handle(event))))
        .layer(MapRequestLayer::new(payload::strip_byte_order_mark))
        .run()
        .await
}

/// Builds everything that handles events, and opens a connection to the service. Calls no operation.
async fn build_handler(config: Config) -> Handler {
    if !config.errors.all().is_empty() {
        tracing::error!(errors = %config.errors.all(), "invalid configuration");
    }
    let http = HttpClient::new();
    let aws_config = aws::load_config().await;
    let greengrass = GreengrassClient::new(&aws_config, http.clone()).await;
    let idempotency = match config.idempotency {
        IdempotencyConfig::ClientToken => Idempotency::ClientToken,
        IdempotencyConfig::CheckLatest => Idempotency::CheckLatest,
        IdempotencyConfig::LockTable { table } => {
            let connector = SharedHttpConnector::new(http.clone());
            Idempotency::LockTable(LockTable::new(&aws_config, connector, table).await)
        }
    };
    let duplicate_lookup = if failpoint::is_active(failpoint::SKIP_DUPLICATE_LOOKUP) {
        DuplicateLookup::Skipped
    } else {
        DuplicateLookup::Enabled
    };
    let region = config.validator.region.clone();
    let creator = VersionCreator::new(greengrass.clone(), idempotency, duplicate_lookup);
    Handler {
        ensurer: Ensurer::new(greengrass, creator, config.validator, config.errors),
        custom_resources: CustomResources::new(config.response_mode, ResponseClient::new(http)),
        batch_concurrency: config.batch_concurrency,
        metrics: config.metrics,
        region,
    }
}

//! Greengrass behind a narrow seam: four calls, each bounded in time, and errors that say what is known.

mod error;
mod rehearsal;

use std::collections::HashMap;
use std::future::Future;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_greengrass::Client;
use aws_sdk_greengrass::config;
use aws_sdk_greengrass::error::ProvideErrorMetadata;
use aws_sdk_greengrass::types;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

pub use error::{Effect, Error, Kind};

use crate::deadline::Deadline;
use crate::http_client::HttpClient;
use crate::request::{ClientToken, ConnectorDefinitionId, ConnectorVersionRequest, Connectors};
use crate::sdk_config::Service;

/// The service, as far as this function needs it.
#[derive(Clone, Debug)]
pub struct Greengrass {
    client: Client,
    /// What reads are configured with beyond that: nothing can come of one that is made twice.
    reads: config::Builder,
}

/// A connector definition version, as the service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// ARN of the version.
    pub arn: String,
    /// ISO 8601 with milliseconds, as the service gives it.
    pub creation_timestamp: String,
    /// Id of the definition.
    pub id: String,
    /// Id of the version.
    pub version: String,
}

/// A version together with what it holds.
pub struct HeldVersion {
    /// The version.
    pub version: Version,
    connectors: Vec<types::Connector>,
}

/// How often a read is made before it is given up on, and how long the pause after the first is at most.
const READS: u32 = 3;
const READ_BACKOFF: Duration = Duration::from_millis(100);

impl Greengrass {
    /// Prepares the client and a connection to the service; no operation is called.
    pub(crate) async fn new(shared: &SdkConfig, http: HttpClient) -> Self {
        rehearsal::begin(shared, &http).await;
        let mut config = config::Builder::from(shared);
        config.set_endpoint_url(Service::Greengrass.endpoint_given());
        let client = Client::from_conf(config.build());
        rehearsal::rehearse(&client, SharedHttpConnector::new(http)).await;
        let retries = RetryConfig::standard().with_max_attempts(READS).with_initial_backoff(READ_BACKOFF);
        Self { client, reads: config::Builder::new().retry_config(retries) }
    }

    /// CreateConnectorDefinitionVersion, once.
    pub async fn create_version(
        &self,
        request: &ConnectorVersionRequest,
        token: &ClientToken,
        deadline: Deadline,
    ) -> Result<Version, Error> {
        let call = self
            .client
            .create_connector_definition_version()
            .connector_definition_id(request.definition.as_str())
            .amzn_client_token(token.as_str())
            .set_connectors(Some(on_the_wire(&request.connectors)));
        let answer =
            bounded(deadline, call.send()).await.map_err(|error| error.without_values_of(request))?;
        version(answer.arn, answer.creation_timestamp, answer.id, answer.version)
    }

    /// The version that the definition names as its latest, if it has one.
    pub async fn latest_version(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Option<HeldVersion>, Error> {
        match self.latest_version_id(definition, deadline).await? {
            Some(latest) => self.version(definition, &latest, deadline).await.map(Some),
            None => Ok(None),
        }
    }

    /// The id of that version.
    pub async fn latest_version_id(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Option<String>, Error> {
        let call = self.client.get_connector_definition().connector_definition_id(definition.as_str());
        let call = call.customize().config_override(self.reads.clone());
        Ok(bounded(deadline, call.send()).await?.latest_version)
    }

    /// One version with what it holds.
    pub async fn version(
        &self,
        definition: &ConnectorDefinitionId,
        id: &str,
        deadline: Deadline,
    ) -> Result<HeldVersion, Error> {
        let call = self
            .client
            .get_connector_definition_version()
            .connector_definition_id(definition.as_str())
            .connector_definition_version_id(id)
            .customize()
            .config_override(self.reads.clone());
        let answer = bounded(deadline, call.send()).await?;
        let connectors = answer.definition.and_then(|definition| definition.connectors).unwrap_or_default();
        let version = version(answer.arn, answer.creation_timestamp, answer.id, answer.version)?;
        Ok(HeldVersion { version, connectors })
    }

    /// The definition's versions, newest first. In which order the service lists them is documented nowhere, so all of
    /// them are listed.
    pub async fn versions(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Vec<Version>, Error> {
        let mut versions = Vec::new();
        let mut next = None;
        loop {
            let call = self
                .client
                .list_connector_definition_versions()
                .connector_definition_id(definition.as_str())
                .set_next_token(next.clone())
                .customize()
                .config_override(self.reads.clone());
            let page = bounded(deadline, call.send()).await?;
            for entry in page.versions.unwrap_or_default() {
                versions.push(version(entry.arn, entry.creation_timestamp, entry.id, entry.version)?);
            }
            // A token that does not change would page for ever.
            if page.next_token.is_none() || page.next_token == next {
                break;
            }
            next = page.next_token;
        }
        // ISO 8601 in one form: the order of the texts is the order in time.
        versions.sort_by(|a, b| b.creation_timestamp.cmp(&a.creation_timestamp));
        Ok(versions)
    }
}

impl Version {
    /// When it was created, where the service says so in a form that can be read.
    pub fn created_at(&self) -> Option<SystemTime> {
        let time = DateTime::from_str(&self.creation_timestamp, Format::DateTimeWithOffset).ok()?;
        time.try_into().ok()
    }
}

impl HeldVersion {
    /// Whether the version holds exactly these connectors; neither order nor an absent or empty map of parameters
    /// makes a difference.
    pub fn holds(&self, asked: &Connectors) -> bool {
        let mut held: Vec<&types::Connector> = self.connectors.iter().collect();
        held.sort_unstable_by(|a, b| a.id().cmp(&b.id()));
        let none = HashMap::new();
        held.len() == asked.iter().len()
            && held.into_iter().zip(asked.by_id()).all(|(held, asked)| {
                let parameters = held.parameters().unwrap_or(&none);
                held.id() == Some(asked.id.as_str())
                    && held.connector_arn() == Some(asked.arn.as_str())
                    && parameters.len() == asked.parameters.len()
                    && asked.parameters.iter().all(|(name, value)| parameters.get(name) == Some(value))
            })
    }
}

fn on_the_wire(connectors: &Connectors) -> Vec<types::Connector> {
    let parameters = |map: &std::collections::BTreeMap<String, String>| {
        (!map.is_empty()).then(|| map.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    connectors
        .iter()
        .map(|c| {
            types::Connector::builder()
                .connector_arn(c.arn.as_str())
                .id(c.id.as_str())
                .set_parameters(parameters(&c.parameters))
                .build()
        })
        .collect()
}

fn version(
    arn: Option<String>,
    creation_timestamp: Option<String>,
    id: Option<String>,
    version: Option<String>,
) -> Result<Version, Error> {
    match (arn, id, version) {
        // It becomes a PhysicalResourceId, which is neither empty nor longer.
        (Some(arn), Some(id), Some(version)) if !version.is_empty() && (1..=1_024).contains(&arn.len()) => {
            Ok(Version { arn, creation_timestamp: creation_timestamp.unwrap_or_default(), id, version })
        }
        _ => Err(Error::unreadable("an answer without the version's ARN and ids")),
    }
}

/// Waits for a call no longer than its deadline. Given up on, it may still take effect.
fn bounded<T, E>(
    deadline: Deadline,
    call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> impl Future<Output = Result<T, Error>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    // Boxed: it is large, and each future that waits for another by value holds it twice.
    let call = deadline.bound(Box::pin(call));
    async {
        match call.await {
            Ok(answer) => answer.map_err(Error::classify),
            Err(_) => Err(Error::no_answer_in_time()),
        }
    }
}

//! Greengrass behind a narrow seam: four calls, each bounded in time, and errors that say what is known. The SDK writes
//! and reads them; the way between is this function's own.

mod error;
mod operation;
mod rehearsal;

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_greengrass::operation::create_connector_definition_version::CreateConnectorDefinitionVersionInput;
use aws_sdk_greengrass::operation::get_connector_definition::GetConnectorDefinitionInput;
use aws_sdk_greengrass::operation::get_connector_definition_version::GetConnectorDefinitionVersionInput;
use aws_sdk_greengrass::operation::list_connector_definition_versions::ListConnectorDefinitionVersionsInput;
use aws_sdk_greengrass::types;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::operation::BuildError;
use connectors::request::{ClientToken, ConnectorDefinitionId, ConnectorVersionRequest, Connectors};

pub use error::{Effect, Error, Kind};

use operation::{Operation, Wire};

use crate::aws::{CallError, Caller, Service};
use crate::backoff::Backoff;
use crate::deadline::Deadline;
use crate::http_client::HttpClient;

/// The service, as far as this function needs it.
#[derive(Clone, Debug)]
pub struct Greengrass {
    caller: Caller,
    create: Wire<CreateConnectorDefinitionVersionInput>,
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

/// How often a read is made before it is given up on: nothing can come of one that is made twice.
const READS: u32 = 3;
const READ_BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(200) };

impl Greengrass {
    /// Prepares calls and a connection to the service; no operation is called.
    pub(crate) async fn new(shared: &SdkConfig, http: HttpClient) -> Self {
        let connector = SharedHttpConnector::new(http.clone());
        let caller = Caller::new(Service::Greengrass, shared, connector).await;
        let create = Wire::new();
        rehearsal::rehearse(&caller, &create, &http).await;
        Self { caller, create }
    }

    /// CreateConnectorDefinitionVersion, once.
    pub async fn create_version(
        &self,
        request: &ConnectorVersionRequest,
        token: &ClientToken,
        deadline: Deadline,
    ) -> Result<Version, Error> {
        let input = CreateConnectorDefinitionVersionInput::builder()
            .connector_definition_id(request.definition.as_str())
            .amzn_client_token(token.as_str())
            .set_connectors(Some(on_the_wire(&request.connectors)))
            .build();
        let answer = self.call(&self.create, built(input)?, deadline).await;
        let answer = answer.map_err(|error| error.without_values_of(request))?;
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
        let input = GetConnectorDefinitionInput::builder().connector_definition_id(definition.as_str());
        Ok(self.read(built(input.build())?, deadline).await?.latest_version)
    }

    /// One version with what it holds.
    pub async fn version(
        &self,
        definition: &ConnectorDefinitionId,
        id: &str,
        deadline: Deadline,
    ) -> Result<HeldVersion, Error> {
        let input = GetConnectorDefinitionVersionInput::builder()
            .connector_definition_id(definition.as_str())
            .connector_definition_version_id(id)
            .build();
        let answer = self.read(built(input)?, deadline).await?;
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
            let input = ListConnectorDefinitionVersionsInput::builder()
                .connector_definition_id(definition.as_str())
                .set_next_token(next.clone())
                .build();
            let page = self.read(built(input)?, deadline).await?;
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

    /// A call that has no effect: made again, while there is time, where another attempt may fare better.
    async fn read<O: Operation + Clone>(&self, input: O, deadline: Deadline) -> Result<O::Output, Error> {
        let wire = Wire::new();
        let mut reads = 0;
        loop {
            reads += 1;
            let error = match self.call(&wire, input.clone(), deadline).await {
                Err(error) if error.is_transient() => error,
                done => return done,
            };
            let pause = READ_BACKOFF.full_jitter(reads);
            if reads == READS || deadline.remaining() <= pause {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits for a call no longer than its deadline. Given up on, it may still take effect.
    async fn call<O: Operation>(
        &self,
        wire: &Wire<O>,
        input: O,
        deadline: Deadline,
    ) -> Result<O::Output, Error> {
        let request = wire.write(input).map_err(unprepared)?;
        match deadline.bound(self.caller.call(request)).await {
            Ok(answer) => wire.read(&answer.map_err(|why| Error::of_a_call(&why))?),
            Err(_) => Err(Error::no_answer_in_time()),
        }
    }
}

fn built<O: Operation>(input: Result<O, BuildError>) -> Result<O, Error> {
    input.map_err(|why| unprepared(why.into()))
}

fn unprepared(why: BoxError) -> Error {
    Error::of_a_call(&CallError::Unprepared(why))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::kept::Kept;
    use connectors::json::Json;
    use connectors::request::{self, Rules};

    /// What the function sends is what the SDK's own client would send.
    #[tokio::test]
    async fn the_calls_are_the_sdks() {
        let kept = Kept::default();
        let config = kept.config();
        let caller = Caller::new(Service::Greengrass, &config, kept.connector()).await;
        let greengrass = Greengrass { caller, create: Wire::new() };
        let sdk = aws_sdk_greengrass::Client::new(&config);
        let deadline = Deadline::within(Duration::from_secs(9));
        let event = r#"{"ConnectorDefinitionId":"d","AmznClientToken":"t","Connectors":[
            {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"a"},
            {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"b","Parameters":{"x":"\"\u00e9\n"}}]}"#;
        let parsed = request::parse(Json::parse(event).unwrap(), &Rules::default()).unwrap();
        let token = ClientToken::parse("t").unwrap();
        let definition = &parsed.request.definition;

        let _ = greengrass.create_version(&parsed.request, &token, deadline).await;
        let call = sdk.create_connector_definition_version().connector_definition_id(definition.as_str());
        let call = call.amzn_client_token("t").set_connectors(Some(on_the_wire(&parsed.request.connectors)));
        call.send().await.unwrap();
        kept.hold_the_same();

        let _ = greengrass.latest_version_id(definition, deadline).await;
        let call = sdk.get_connector_definition().connector_definition_id(definition.as_str());
        call.send().await.unwrap();
        kept.hold_the_same();

        let _ = greengrass.version(definition, "v/2", deadline).await;
        let call = sdk.get_connector_definition_version().connector_definition_id(definition.as_str());
        call.connector_definition_version_id("v/2").send().await.unwrap();
        kept.hold_the_same();

        let _ = greengrass.versions(definition, deadline).await;
        let call = sdk.list_connector_definition_versions().connector_definition_id(definition.as_str());
        call.send().await.unwrap();
        kept.hold_the_same();
    }
}

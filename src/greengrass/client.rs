//! The operations of Greengrass V1 that the function calls.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_greengrass::operation::create_connector_definition_version::CreateConnectorDefinitionVersionInput;
use aws_sdk_greengrass::operation::get_connector_definition::GetConnectorDefinitionInput;
use aws_sdk_greengrass::operation::get_connector_definition_version::GetConnectorDefinitionVersionInput;
use aws_sdk_greengrass::operation::list_connector_definition_versions::ListConnectorDefinitionVersionsInput;
use aws_sdk_greengrass::types;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_types::error::operation::BuildError;
use connectors::request::{ClientToken, ConnectorDefinitionId, ConnectorVersionRequest, Connectors};

use super::codec::{Operation, OperationCodec};
use super::error::ServiceError;
use super::version::{Version, VersionContent, sort_newest_first};
use super::warmup;
use crate::aws::{Service, SignedClient};
use crate::http::HttpClient;
use crate::retry::{Backoff, Deadline, Jitter, RetryPolicy, retry};

/// A read has no side effect, so it can be tried again at once.
const READ_RETRIES: RetryPolicy = RetryPolicy {
    backoff: Backoff { initial: Duration::from_millis(100), max: Duration::from_millis(200) },
    jitter: Jitter::Full,
    max_attempts: 3,
};
/// The longest that one read takes, so that a connection that has gone silent leaves time for another.
const MAX_READ_DURATION: Duration = Duration::from_secs(5);
/// More pages than any definition or version has; a service that sends more does not end.
const MAX_PAGES: usize = 1_000;

/// A client of Greengrass V1.
#[derive(Clone, Debug)]
pub(crate) struct GreengrassClient {
    client: SignedClient,
    create: OperationCodec<CreateConnectorDefinitionVersionInput>,
}

impl GreengrassClient {
    /// Prepares calls and opens a connection to the service; calls no operation.
    pub(crate) async fn new(config: &SdkConfig, http: HttpClient) -> Self {
        let connector = SharedHttpConnector::new(http.clone());
        let client = SignedClient::new(Service::Greengrass, config, connector).await;
        let create = OperationCodec::new();
        warmup::warm_up(&client, &create, &http).await;
        Self { client, create }
    }

    /// Calls CreateConnectorDefinitionVersion once.
    ///
    /// # Errors
    /// Says whether a version may have been created, and repeats no parameter.
    pub(crate) async fn create_version(
        &self,
        request: &ConnectorVersionRequest,
        token: &ClientToken,
        deadline: Deadline,
    ) -> Result<Version, ServiceError> {
        let input = CreateConnectorDefinitionVersionInput::builder()
            .connector_definition_id(request.definition.as_str())
            .amzn_client_token(token.as_str())
            .set_connectors(Some(to_sdk_connectors(&request.connectors)))
            .build();
        let response = self.call_once(&self.create, input.map_err(build_failed)?, deadline).await;
        let response = response.map_err(|error| error.redact(request))?;
        Version::from_response(response.arn, response.creation_timestamp, response.id, response.version)
    }

    /// Reads the version that the definition names as its latest; `None` where it has none.
    ///
    /// # Errors
    /// A read failed.
    pub(crate) async fn get_latest_version(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Option<VersionContent>, ServiceError> {
        match self.get_latest_version_id(definition, deadline).await? {
            Some(latest) => self.get_version(definition, &latest, deadline).await.map(Some),
            None => Ok(None),
        }
    }

    async fn get_latest_version_id(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Option<String>, ServiceError> {
        let input =
            GetConnectorDefinitionInput::builder().connector_definition_id(definition.as_str()).build();
        Ok(self.call_with_retries(input.map_err(build_failed)?, deadline).await?.latest_version)
    }

    /// Reads a version and its connectors, from all pages.
    ///
    /// # Errors
    /// A read failed, or there is no such version.
    pub(crate) async fn get_version(
        &self,
        definition: &ConnectorDefinitionId,
        id: &str,
        deadline: Deadline,
    ) -> Result<VersionContent, ServiceError> {
        let (mut connectors, mut pages) = (Vec::new(), Pages::default());
        loop {
            let input = GetConnectorDefinitionVersionInput::builder()
                .connector_definition_id(definition.as_str())
                .connector_definition_version_id(id)
                .set_next_token(pages.next_token())
                .build();
            let page = self.call_with_retries(input.map_err(build_failed)?, deadline).await?;
            connectors
                .extend(page.definition.and_then(|definition| definition.connectors).unwrap_or_default());
            if !pages.advance(page.next_token)? {
                let version =
                    Version::from_response(page.arn, page.creation_timestamp, page.id, page.version)?;
                return Ok(VersionContent { version, connectors });
            }
        }
    }

    /// Lists the definition's versions, newest first. AWS documents no order of the list, so all pages are read.
    ///
    /// # Errors
    /// A page could not be read.
    pub(crate) async fn list_versions(
        &self,
        definition: &ConnectorDefinitionId,
        deadline: Deadline,
    ) -> Result<Vec<Version>, ServiceError> {
        let versions = self.list_versions_until(definition, deadline, deadline).await?;
        versions.ok_or_else(ServiceError::timed_out)
    }

    /// Lists the definition's versions, newest first; `None` if not all pages can be requested before `last_start`.
    ///
    /// # Errors
    /// A page could not be read.
    pub(crate) async fn list_versions_until(
        &self,
        definition: &ConnectorDefinitionId,
        last_start: Deadline,
        deadline: Deadline,
    ) -> Result<Option<Vec<Version>>, ServiceError> {
        let (mut versions, mut pages) = (Vec::new(), Pages::default());
        loop {
            let input = ListConnectorDefinitionVersionsInput::builder()
                .connector_definition_id(definition.as_str())
                .set_next_token(pages.next_token())
                .build();
            let page = self.call_with_retries(input.map_err(build_failed)?, deadline).await?;
            for entry in page.versions.unwrap_or_default() {
                versions.push(Version::from_response(
                    entry.arn,
                    entry.creation_timestamp,
                    entry.id,
                    entry.version,
                )?);
            }
            if !pages.advance(page.next_token)? {
                break;
            }
            if last_start.is_over() {
                return Ok(None);
            }
        }
        sort_newest_first(&mut versions);
        Ok(Some(versions))
    }

    /// A call without side effects: tried again where another attempt may succeed.
    async fn call_with_retries<O: Operation + Clone>(
        &self,
        input: O,
        deadline: Deadline,
    ) -> Result<O::Output, ServiceError> {
        let codec = OperationCodec::new();
        let call =
            async || self.call_once(&codec, input.clone(), deadline.capped_attempt(MAX_READ_DURATION)).await;
        retry(READ_RETRIES, deadline, ServiceError::is_retryable, call).await
    }

    /// Calls an operation once. A call that times out may still take effect.
    async fn call_once<O: Operation>(
        &self,
        codec: &OperationCodec<O>,
        input: O,
        deadline: Deadline,
    ) -> Result<O::Output, ServiceError> {
        let request = codec.serialize(input).map_err(ServiceError::build_failed)?;
        match deadline.timeout(self.client.call(request)).await {
            Ok(response) => {
                codec.deserialize(&response.map_err(|error| ServiceError::from_transport(&error))?)
            }
            Err(_) => Err(ServiceError::timed_out()),
        }
    }
}

/// The pages of a response: the token of the next one, and those that were used.
#[derive(Default)]
struct Pages {
    next_token: Option<String>,
    used: HashSet<String>,
}

impl Pages {
    fn next_token(&self) -> Option<String> {
        self.next_token.clone()
    }

    /// Takes the token of the next page; `false` after the last page.
    ///
    /// # Errors
    /// The pages do not end: a token repeats, or there are too many.
    fn advance(&mut self, next_token: Option<String>) -> Result<bool, ServiceError> {
        self.next_token = next_token.filter(|token| !token.is_empty());
        match &self.next_token {
            None => Ok(false),
            Some(token) if self.used.len() < MAX_PAGES && self.used.insert(token.clone()) => Ok(true),
            Some(_) => Err(ServiceError::unreadable("a response whose pages do not end")),
        }
    }
}

fn build_failed(error: BuildError) -> ServiceError {
    ServiceError::build_failed(error.into())
}

fn to_sdk_connectors(connectors: &Connectors) -> Vec<types::Connector> {
    let parameters = |map: &BTreeMap<String, String>| {
        (!map.is_empty()).then(|| map.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    connectors
        .iter()
        .map(|connector| {
            types::Connector::builder()
                .connector_arn(connector.arn.as_str())
                .id(connector.id.as_str())
                .set_parameters(parameters(&connector.parameters))
                .build()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::aws::test_support::RecordingConnector;
    use connectors::json::RawJson;
    use connectors::request::{self, ParseOptions};

    /// What the function sends is what the SDK's own client would send.
    #[tokio::test]
    async fn the_calls_are_the_sdks() {
        let recorder = RecordingConnector::default();
        let config = recorder.config();
        let client = SignedClient::new(Service::Greengrass, &config, recorder.connector()).await;
        let greengrass = GreengrassClient { client, create: OperationCodec::new() };
        let sdk = aws_sdk_greengrass::Client::new(&config);
        let deadline = Deadline::after(Duration::from_secs(9));
        let event = r#"{"ConnectorDefinitionId":"d","AmznClientToken":"t","Connectors":[
            {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"a"},
            {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"b","Parameters":{"x":"\"\u00e9\n"}}]}"#;
        let parsed = request::parse(RawJson::parse(event).unwrap(), &ParseOptions::default()).unwrap();
        let token = ClientToken::parse("t").unwrap();
        let definition = &parsed.request.definition;

        let _ = greengrass.create_version(&parsed.request, &token, deadline).await;
        let call = sdk.create_connector_definition_version().connector_definition_id(definition.as_str());
        let call =
            call.amzn_client_token("t").set_connectors(Some(to_sdk_connectors(&parsed.request.connectors)));
        call.send().await.unwrap();
        recorder.assert_same_request_as_sdk();

        let _ = greengrass.get_latest_version_id(definition, deadline).await;
        let call = sdk.get_connector_definition().connector_definition_id(definition.as_str());
        call.send().await.unwrap();
        recorder.assert_same_request_as_sdk();

        let _ = greengrass.get_version(definition, "v/2", deadline).await;
        let call = sdk.get_connector_definition_version().connector_definition_id(definition.as_str());
        call.connector_definition_version_id("v/2").send().await.unwrap();
        recorder.assert_same_request_as_sdk();

        let _ = greengrass.list_versions(definition, deadline).await;
        let call = sdk.list_connector_definition_versions().connector_definition_id(definition.as_str());
        call.send().await.unwrap();
        recorder.assert_same_request_as_sdk();
    }

    #[test]
    fn pages_end_with_the_last_one_or_with_an_error() {
        let token = |name: &str| Some(name.to_owned());
        let mut pages = Pages::default();
        assert!(pages.advance(token("a")).unwrap());
        assert!(pages.advance(token("b")).unwrap());
        assert!(pages.advance(token("a")).is_err(), "a token that repeats after others");
        let mut pages = Pages::default();
        assert!(pages.advance(token("a")).unwrap() && !pages.advance(None).unwrap());
        assert!(!Pages::default().advance(token("")).unwrap(), "an empty token is none");
        let mut pages = Pages::default();
        let endless = (0..=MAX_PAGES).map(|page| pages.advance(Some(page.to_string())));
        assert!(endless.last().unwrap().is_err());
    }
}

//! How the SDK serializes the operations' requests and deserializes their responses.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_greengrass::error::ProvideErrorMetadata;
use aws_sdk_greengrass::operation::create_connector_definition_version::{
    CreateConnectorDefinitionVersion, CreateConnectorDefinitionVersionError,
    CreateConnectorDefinitionVersionInput, CreateConnectorDefinitionVersionOutput,
};
use aws_sdk_greengrass::operation::get_connector_definition::{
    GetConnectorDefinition, GetConnectorDefinitionError, GetConnectorDefinitionInput,
    GetConnectorDefinitionOutput,
};
use aws_sdk_greengrass::operation::get_connector_definition_version::{
    GetConnectorDefinitionVersion, GetConnectorDefinitionVersionError, GetConnectorDefinitionVersionInput,
    GetConnectorDefinitionVersionOutput,
};
use aws_sdk_greengrass::operation::list_connector_definition_versions::{
    ListConnectorDefinitionVersions, ListConnectorDefinitionVersionsError,
    ListConnectorDefinitionVersionsInput, ListConnectorDefinitionVersionsOutput,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};

use super::error::ServiceError;

/// An operation by its input.
pub(super) trait Operation: fmt::Debug + Send + Sync + 'static {
    /// Its output.
    type Output: fmt::Debug + Send + Sync + 'static;
    /// Its modeled errors.
    type Error: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static;

    /// The SDK's plugin that holds its serializer and deserializer.
    fn plugin() -> impl RuntimePlugin;
}

/// Serializer and deserializer of an operation.
#[derive(Clone, Debug)]
pub(super) struct OperationCodec<O> {
    layer: Option<FrozenLayer>,
    operation: PhantomData<fn(O)>,
}

impl<O: Operation> OperationCodec<O> {
    pub(super) fn new() -> Self {
        Self { layer: O::plugin().config(), operation: PhantomData }
    }

    /// Serializes a request, without its endpoint.
    ///
    /// # Errors
    /// The SDK has no serializer, or it fails.
    pub(super) fn serialize(&self, input: O) -> Result<HttpRequest, BoxError> {
        let serializer = self.layer.as_ref().and_then(|layer| layer.load::<SharedRequestSerializer>());
        let serializer = serializer.ok_or("the SDK has no serializer for this operation")?;
        serializer.serialize_input(context::Input::erase(input), &mut ConfigBag::base())
    }

    /// Deserializes a response with its body.
    ///
    /// # Errors
    /// The response is an error, or cannot be read.
    pub(super) fn deserialize(&self, response: &HttpResponse) -> Result<O::Output, ServiceError> {
        let deserializer = self.layer.as_ref().and_then(|layer| layer.load::<SharedResponseDeserializer>());
        let unreadable = || ServiceError::from_response(response, "", "");
        let deserializer = deserializer.ok_or_else(unreadable)?;
        match deserializer.deserialize_nonstreaming_with_config(response, &ConfigBag::base()) {
            Ok(output) => output.downcast().map_err(|_| unreadable()),
            Err(error) => Err(modeled_error::<O>(response, &error).unwrap_or_else(unreadable)),
        }
    }
}

fn modeled_error<O: Operation>(
    response: &HttpResponse,
    error: &OrchestratorError<context::Error>,
) -> Option<ServiceError> {
    let error = error.as_operation_error()?.downcast_ref::<O::Error>()?;
    Some(ServiceError::from_response(
        response,
        error.code().unwrap_or_default(),
        error.message().unwrap_or_default(),
    ))
}

macro_rules! operations {
    ($($operation:ident: $input:ty => $output:ty, $error:ty;)*) => {$(
        impl Operation for $input {
            type Output = $output;
            type Error = $error;

            fn plugin() -> impl RuntimePlugin {
                $operation::new()
            }
        }
    )*};
}

operations! {
    CreateConnectorDefinitionVersion: CreateConnectorDefinitionVersionInput
        => CreateConnectorDefinitionVersionOutput, CreateConnectorDefinitionVersionError;
    GetConnectorDefinition: GetConnectorDefinitionInput
        => GetConnectorDefinitionOutput, GetConnectorDefinitionError;
    GetConnectorDefinitionVersion: GetConnectorDefinitionVersionInput
        => GetConnectorDefinitionVersionOutput, GetConnectorDefinitionVersionError;
    ListConnectorDefinitionVersions: ListConnectorDefinitionVersionsInput
        => ListConnectorDefinitionVersionsOutput, ListConnectorDefinitionVersionsError;
}

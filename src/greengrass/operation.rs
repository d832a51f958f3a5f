//! The operations, as the SDK has them: what is asked and answered, how it is written and how it is read.

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

use super::error::Error;

/// An operation by its input.
pub(super) trait Operation: fmt::Debug + Send + Sync + 'static {
    /// What it is answered with.
    type Output: fmt::Debug + Send + Sync + 'static;
    /// What it is refused with.
    type Error: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static;

    /// Where the SDK keeps how it is written and read.
    fn plugin() -> impl RuntimePlugin;
}

/// How an operation is written and read.
#[derive(Clone, Debug)]
pub(super) struct Wire<O> {
    layer: Option<FrozenLayer>,
    operation: PhantomData<fn(O)>,
}

impl<O: Operation> Wire<O> {
    pub(super) fn new() -> Self {
        Self { layer: O::plugin().config(), operation: PhantomData }
    }

    /// The call, without an endpoint.
    pub(super) fn write(&self, input: O) -> Result<HttpRequest, BoxError> {
        let serializer = self.layer.as_ref().and_then(|layer| layer.load::<SharedRequestSerializer>());
        let serializer = serializer.ok_or("the SDK does not say how it is written")?;
        serializer.serialize_input(context::Input::erase(input), &mut ConfigBag::base())
    }

    /// What an answer that has its body says.
    pub(super) fn read(&self, answer: &HttpResponse) -> Result<O::Output, Error> {
        let deserializer = self.layer.as_ref().and_then(|layer| layer.load::<SharedResponseDeserializer>());
        let unreadable = || Error::of_an_answer(answer, "", "");
        let deserializer = deserializer.ok_or_else(unreadable)?;
        match deserializer.deserialize_nonstreaming_with_config(answer, &ConfigBag::base()) {
            Ok(output) => output.downcast().map_err(|_| unreadable()),
            Err(error) => Err(refusal::<O>(answer, &error).unwrap_or_else(unreadable)),
        }
    }
}

fn refusal<O: Operation>(answer: &HttpResponse, error: &OrchestratorError<context::Error>) -> Option<Error> {
    let error = error.as_operation_error()?.downcast_ref::<O::Error>()?;
    Some(Error::of_an_answer(answer, error.code().unwrap_or_default(), error.message().unwrap_or_default()))
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

//! Parses JSON into a request, or into everything that is wrong with it.

use super::fields::{Field, KnownFields, Presence, Reader};
use super::ids::{ClientToken, ConnectorDefinitionId};
use super::invalid::{InvalidRequest, ReadableConnector, ReadableConnectors};
use super::{Connector, ConnectorVersionRequest, Connectors, messages};
use crate::diagnostic::{Diagnostic, Path};
use crate::json::{JsonType, Object, RawJson};
use crate::region::FunctionLocation;

/// What an event source expects of its requests, and what it knows about them.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions<'a> {
    /// Whether `Connectors` is required. Otherwise a request without it asks for an empty version.
    pub require_connectors: bool,
    /// Fields that the source adds to those of a request.
    pub allowed_extra_fields: &'static [&'static str],
    /// Fields by which Step Functions hands over the token of a task that waits for a callback. The function sends no
    /// callback, so a request with such a field is invalid.
    pub task_token_fields: &'static [&'static str],
    /// The path of the request in its event.
    pub path: &'a Path,
    /// Where the function runs. The ARN of a definition elsewhere is an error.
    pub location: &'a FunctionLocation,
}

impl ParseOptions<'static> {
    /// The options of a request that is the whole event, for a function that runs anywhere.
    pub const DEFAULT: Self = Self {
        require_connectors: false,
        allowed_extra_fields: &[],
        task_token_fields: &[],
        path: const { &Path::root() },
        location: const { &FunctionLocation { region: None, account: None } },
    };
}

impl Default for ParseOptions<'static> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A valid request and what else the event said.
#[derive(Debug)]
pub struct ParsedRequest {
    /// The request itself.
    pub request: ConnectorVersionRequest,
    /// The path of the request in its event.
    pub path: Path,
    /// The caller's own client token.
    pub token: Option<ClientToken>,
    /// The field `Revision`: for a custom resource, a change of it alone asks for a new version.
    pub revision: Option<String>,
    /// Diagnostics that do not make the request invalid.
    pub warnings: Vec<Diagnostic>,
}

const DEFINITION_ID: &str = "ConnectorDefinitionId";
pub(crate) const CONNECTORS: &str = "Connectors";
const TOKEN: &str = "AmznClientToken";
const REVISION: &str = "Revision";

pub(crate) const REQUEST_FIELDS: [&str; 4] = [DEFINITION_ID, CONNECTORS, TOKEN, REVISION];
const VERSION_2_FIELDS: [&str; 7] = [
    "TargetArn",
    "TakeOver",
    "Components",
    "ComponentVersions",
    "DeploymentName",
    "DeploymentPolicies",
    "IotJobConfiguration",
];

/// Parses a request.
///
/// # Errors
///
/// Returns everything that is wrong with the request, each error with its path, and what can be read of the rest.
pub fn parse(json: RawJson<'_>, options: &ParseOptions<'_>) -> Result<ParsedRequest, Box<InvalidRequest>> {
    let mut reader = Reader::default();
    let path = options.path;
    let text = reader.decode(path, json, JsonType::Object);
    let json = text.as_deref().and_then(|text| RawJson::parse(text).ok()).unwrap_or(json);
    let Some(fields) = reader.read_object(path, json) else { return Err(reader.errors.into()) };
    reader.parse_fields(&fields, options)
}

impl Reader {
    fn parse_fields(
        mut self,
        fields: &Object<'_>,
        options: &ParseOptions<'_>,
    ) -> Result<ParsedRequest, Box<InvalidRequest>> {
        let path = options.path;
        let definition = self.find(path, fields, DEFINITION_ID, Presence::Required("a string"));
        let connectors_presence = match options.require_connectors {
            true => Presence::Required("a list of connectors, which may be empty"),
            false => Presence::Optional,
        };
        let list = self.find(path, fields, CONNECTORS, connectors_presence);
        let token = self.find(path, fields, TOKEN, Presence::Optional);
        let revision = self.find(path, fields, REVISION, Presence::Optional);
        self.reject_task_token(fields, options);
        let names = KnownFields {
            known: &REQUEST_FIELDS,
            extra: options.allowed_extra_fields,
            version_2: &VERSION_2_FIELDS,
        };
        let name = |field: &'_ Option<Field<'_>>| field.as_ref().map(|field| field.name.to_string());
        let taken = [name(&definition), name(&list), name(&token), name(&revision)];
        self.warn_unknown_fields(path, fields, &names, &taken.each_ref().map(Option::as_deref));

        let definition = self.read_string(path, definition.as_ref(), |text| {
            let definition = ConnectorDefinitionId::parse(text)?;
            ConnectorDefinitionId::check_location(text, options.location)?;
            Ok(definition)
        });
        let list_path = path.field(list.as_ref().map_or(CONNECTORS, |list| &list.name));
        let items = list.map(|list| self.read_connectors(&list_path, list.value)).unwrap_or_default();
        let token = self.read_string(path, token.as_ref(), ClientToken::parse);
        let revision = self.read_string(path, revision.as_ref(), |text| Ok(text.to_owned()));

        let warnings = self.warnings.into_diagnostics();
        if let Some(definition) = definition
            && self.errors.is_empty()
        {
            let connectors = Connectors(items.into_iter().filter_map(into_connector).collect());
            let request = ConnectorVersionRequest { definition, connectors };
            return Ok(ParsedRequest { request, path: path.clone(), token, revision, warnings });
        }
        let connectors = ReadableConnectors { list: list_path, items };
        Err(Box::new(InvalidRequest { errors: self.errors, warnings, connectors }))
    }

    fn reject_task_token(&mut self, fields: &Object<'_>, options: &ParseOptions<'_>) {
        let names = fields.iter().map(|(name, _)| name);
        for name in names.filter(|name| options.task_token_fields.contains(name)) {
            self.errors.push(&options.path.field(name), messages::TASK_TOKEN);
        }
    }
}

/// A connector that is complete, which is every connector of a request without errors.
fn into_connector(connector: ReadableConnector) -> Option<Connector> {
    let ReadableConnector { id, arn, parameters, .. } = connector;
    Some(Connector { id: id?, arn, parameters })
}

#[cfg(test)]
mod tests;

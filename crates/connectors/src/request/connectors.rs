//! Reads the connectors of a request and their parameters.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::fields::{Field, KnownFields, Presence, Reader};
use super::ids::{ConnectorArn, ConnectorId};
use super::invalid::{ReadableConnector, Unreadable};
use super::messages;
use crate::diagnostic::{DiagnosticCode, Path};
use crate::json::{JsonType, Object, RawJson};

pub(crate) const ARN: &str = "ConnectorArn";
const ID: &str = "Id";
pub(crate) const PARAMETERS: &str = "Parameters";

const FIELDS: KnownFields =
    KnownFields { known: &[ARN, ID, PARAMETERS], extra: &[], version_2: &["Component"] };

impl Reader {
    /// The connectors whose ARN can be read.
    pub(super) fn read_connectors(&mut self, list: &Path, json: RawJson<'_>) -> Vec<ReadableConnector> {
        let text = self.decode(list, json, JsonType::List);
        let json = text.as_deref().and_then(|text| RawJson::parse(text).ok()).unwrap_or(json);
        let Some(items) = json.as_array() else {
            self.errors.push(list, messages::wrong_type("a list of connectors", json));
            return Vec::new();
        };
        let mut indexes = HashMap::with_capacity(items.len().min(1 << 16));
        let mut connectors = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let path = list.index(index);
            let text = self.decode(&path, item, JsonType::Object);
            let item = text.as_deref().and_then(|text| RawJson::parse(text).ok()).unwrap_or(item);
            let Some(fields) = self.read_object(&path, item) else { continue };
            connectors.extend(self.read_connector(list, index, &fields, &mut indexes));
        }
        connectors
    }

    /// `indexes`: the first index of each Id.
    fn read_connector(
        &mut self,
        list: &Path,
        index: usize,
        fields: &Object<'_>,
        indexes: &mut HashMap<ConnectorId, usize>,
    ) -> Option<ReadableConnector> {
        let path = &list.index(index);
        let arn = self.find(path, fields, ARN, Presence::Required("a string"));
        let id = self.find(path, fields, ID, Presence::Required("a string"));
        let parameters = self.find(path, fields, PARAMETERS, Presence::Optional);
        let name = |field: &Option<Field<'_>>, name| {
            field.as_ref().map_or(Cow::Borrowed(name), |field| field.name.clone())
        };
        let (arn_field, id_field, parameters_field) =
            (name(&arn, ARN), name(&id, ID), name(&parameters, PARAMETERS));
        let taken = [Some(&*arn_field), Some(&*id_field), Some(&*parameters_field)];
        self.warn_unknown_fields(path, fields, &FIELDS, &taken);
        let arn = self.read_string(path, arn.as_ref(), ConnectorArn::parse);
        let id = self.read_string(path, id.as_ref(), ConnectorId::parse);
        let (parameters, unreadable) = match parameters {
            Some(field) => self.read_parameters(&path.field(&field.name), field.value),
            None => Default::default(),
        };
        if let Some(id) = &id {
            let first_index = *indexes.entry(id.clone()).or_insert(index);
            if first_index != index {
                let message = messages::duplicate_id(list.within_text(), first_index);
                self.errors.push(&path.field(&id_field), message);
            }
        }
        Some(ReadableConnector { index, id, arn: arn?, arn_field, parameters, parameters_field, unreadable })
    }

    fn read_parameters(&mut self, path: &Path, json: RawJson<'_>) -> (BTreeMap<String, String>, Unreadable) {
        if json.json_type() != JsonType::String {
            return self.read_parameter_object(path, json);
        }
        // CloudFormation's own resource type AWS::Greengrass::ConnectorDefinitionVersion accepts JSON text too.
        let decoded = json.decode_text(&[JsonType::Object]);
        match decoded.as_ref().and_then(|decoded| RawJson::parse(&decoded.text).ok()) {
            Some(inner) => self.read_parameter_object(path, inner),
            None => {
                self.errors.push(path, messages::parameters_not_an_object(json));
                (BTreeMap::new(), Unreadable::All)
            }
        }
    }

    fn read_parameter_object(
        &mut self,
        path: &Path,
        json: RawJson<'_>,
    ) -> (BTreeMap<String, String>, Unreadable) {
        let (mut parameters, mut unreadable) = (BTreeMap::new(), Unreadable::None);
        let Some(fields) = self.read_object(path, json) else { return (parameters, Unreadable::All) };
        for (name, value) in fields.iter() {
            let text = match value.json_type() {
                JsonType::String => value.as_str().map(|text| text.into_owned()),
                JsonType::Number | JsonType::Boolean => {
                    let code = DiagnosticCode::ParameterConverted;
                    self.warnings.push(code, &path.field(name), messages::PARAMETER_CONVERTED);
                    Some(value.raw().to_owned())
                }
                JsonType::Null | JsonType::List | JsonType::Object => None,
            };
            match &text {
                None => self.errors.push(&path.field(name), messages::wrong_type("a string", value)),
                Some(text) if text.contains("{{resolve:") => {
                    self.errors.push(&path.field(name), messages::DYNAMIC_REFERENCE);
                }
                Some(_) => {
                    parameters.insert(name.to_owned(), text.unwrap_or_default());
                    continue;
                }
            }
            unreadable.insert(name);
            parameters.insert(name.to_owned(), String::new());
        }
        (parameters, unreadable)
    }
}

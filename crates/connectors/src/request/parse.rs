//! Parses JSON into a request, or into everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ids::{ClientToken, ConnectorArn, ConnectorDefinitionId, ConnectorId, ParseIdError};
use super::{Connector, ConnectorVersionRequest, Connectors, messages};
use crate::diagnostic::{Diagnostic, DiagnosticCode, DiagnosticSink, Path, Severity, ValidationErrors};
use crate::json::{JsonType, Object, RawJson};
use crate::suggest::is_similar;

/// What an event source expects of its requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions {
    /// Whether `Connectors` is required. Otherwise a request without it asks for an empty version.
    pub require_connectors: bool,
    /// Fields that the source adds to those of a request.
    pub allowed_extra_fields: &'static [&'static str],
}

/// A valid request and what else the event said.
#[derive(Debug)]
pub struct ParsedRequest {
    /// The request itself.
    pub request: ConnectorVersionRequest,
    /// The ARN of the definition, if the request has it in place of the ID.
    pub definition_arn: Option<String>,
    /// The caller's own client token.
    pub token: Option<ClientToken>,
    /// The field `Revision`: for a custom resource, a change of it alone asks for a new version.
    pub revision: Option<String>,
    /// Diagnostics that do not make the request invalid.
    pub warnings: Vec<Diagnostic>,
}

const DEFINITION_ID: &str = "ConnectorDefinitionId";
const CONNECTORS: &str = "Connectors";
const TOKEN: &str = "AmznClientToken";
const REVISION: &str = "Revision";
const ARN: &str = "ConnectorArn";
const ID: &str = "Id";
const PARAMETERS: &str = "Parameters";

pub(crate) const REQUEST_FIELDS: [&str; 4] = [DEFINITION_ID, CONNECTORS, TOKEN, REVISION];
const CONNECTOR_FIELDS: [&str; 3] = [ARN, ID, PARAMETERS];

/// Parses a request.
///
/// # Errors
///
/// Returns everything that is wrong with the request, each error with its path.
pub fn parse(json: RawJson<'_>, options: &ParseOptions) -> Result<ParsedRequest, ValidationErrors> {
    let mut parser = Parser::default();
    let root = Path::root();
    let Some(fields) = parser.parse_object(&root, json) else { return Err(parser.errors) };
    parser.warn_unknown_fields(&root, &fields, &REQUEST_FIELDS, options.allowed_extra_fields);

    let definition = parser.parse_required(&root, &fields, DEFINITION_ID, |text| {
        let definition = ConnectorDefinitionId::parse(text)?;
        let arn = (text != definition.as_str()).then(|| text.to_owned());
        Ok((definition, arn))
    });
    let connectors = match fields.get(CONNECTORS) {
        Some(list) => parser.parse_connectors(&root.field(CONNECTORS), list),
        None if options.require_connectors => {
            parser.report_missing(&root, &fields, CONNECTORS, "a list of connectors, which may be empty");
            None
        }
        None => Some(Connectors::default()),
    };
    let token = parser.parse_optional(&root, &fields, TOKEN, ClientToken::parse);
    let revision = parser.parse_optional(&root, &fields, REVISION, |text| Ok(text.to_owned()));

    match (definition, connectors) {
        (Some((definition, definition_arn)), Some(connectors)) if parser.errors.is_empty() => {
            Ok(ParsedRequest {
                request: ConnectorVersionRequest { definition, connectors },
                definition_arn,
                token,
                revision,
                warnings: parser.diagnostics.into_diagnostics(),
            })
        }
        _ => Err(parser.errors),
    }
}

#[derive(Default)]
struct Parser {
    errors: ValidationErrors,
    diagnostics: DiagnosticSink,
}

impl Parser {
    /// The fields of a value that must be an object. Reports duplicate fields.
    fn parse_object<'a>(&mut self, path: &Path, json: RawJson<'a>) -> Option<Object<'a>> {
        let Some(fields) = json.as_object() else {
            self.errors.push(path, messages::wrong_type("an object", json));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (name, _) in fields.iter() {
            if !seen.insert(name) {
                self.errors.push(&path.field(name), messages::DUPLICATE_FIELD);
            }
        }
        drop(seen);
        Some(fields)
    }

    /// `None` if the value is not a list, or if two connectors have the same Id.
    fn parse_connectors(&mut self, path: &Path, json: RawJson<'_>) -> Option<Connectors> {
        let Some(items) = json.as_array() else {
            self.errors.push(path, messages::wrong_type("a list of connectors", json));
            return None;
        };
        // Not the same as the check of `Connectors::new`: here connectors with other errors count too.
        let mut first_index_by_id: HashMap<ConnectorId, usize> =
            HashMap::with_capacity(items.len().min(1 << 16));
        let mut connectors = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let path = path.index(index);
            let Some(fields) = self.parse_object(&path, item) else { continue };
            self.warn_unknown_fields(&path, &fields, &CONNECTOR_FIELDS, &[]);
            let arn = self.parse_required(&path, &fields, ARN, ConnectorArn::parse);
            let id = self.parse_required(&path, &fields, ID, ConnectorId::parse);
            let parameters = match fields.get(PARAMETERS) {
                Some(json) => self.parse_parameters(&path.field(PARAMETERS), json),
                None => BTreeMap::new(),
            };
            let Some(id) = id else { continue };
            if let Some(first_index) = first_index_by_id.get(&id) {
                self.errors.push(&path.field(ID), messages::duplicate_id(*first_index));
            } else {
                first_index_by_id.insert(id.clone(), index);
            }
            if let Some(arn) = arn {
                connectors.push(Connector { id, arn, parameters });
            }
        }
        Connectors::new(connectors).ok()
    }

    fn parse_parameters(&mut self, path: &Path, json: RawJson<'_>) -> BTreeMap<String, String> {
        if json.json_type() != JsonType::String {
            return self.parse_parameter_object(path, json);
        }
        // CloudFormation's own resource type AWS::Greengrass::ConnectorDefinitionVersion accepts JSON text too.
        let text = json.as_str().unwrap_or_default();
        match RawJson::parse(&text) {
            Ok(inner) if inner.json_type() == JsonType::Object => self.parse_parameter_object(path, inner),
            _ => {
                self.errors.push(path, messages::parameters_not_an_object(json));
                BTreeMap::new()
            }
        }
    }

    fn parse_parameter_object(&mut self, path: &Path, json: RawJson<'_>) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        let Some(fields) = self.parse_object(path, json) else { return parameters };
        for (name, value) in fields.iter() {
            let path = path.field(name);
            let text = match value.json_type() {
                JsonType::String => value.as_str().map(|text| text.into_owned()),
                JsonType::Number | JsonType::Boolean => {
                    let code = DiagnosticCode::ParameterConverted;
                    self.diagnostics.push(code, &path, messages::PARAMETER_CONVERTED);
                    Some(value.raw().to_owned())
                }
                JsonType::Null | JsonType::List | JsonType::Object => None,
            };
            let Some(text) = text else {
                self.errors.push(&path, messages::wrong_type("a string", value));
                continue;
            };
            if text.contains("{{resolve:") {
                self.errors.push(&path, messages::DYNAMIC_REFERENCE);
            }
            parameters.insert(name.to_owned(), text);
        }
        parameters
    }

    fn parse_required<T>(
        &mut self,
        path: &Path,
        fields: &Object<'_>,
        name: &str,
        parse: impl Fn(&str) -> Result<T, ParseIdError>,
    ) -> Option<T> {
        if !fields.has(name) {
            self.report_missing(path, fields, name, "a string");
            return None;
        }
        self.parse_optional(path, fields, name, parse)
    }

    fn parse_optional<T>(
        &mut self,
        path: &Path,
        fields: &Object<'_>,
        name: &str,
        parse: impl Fn(&str) -> Result<T, ParseIdError>,
    ) -> Option<T> {
        let json = fields.get(name)?;
        let message = match json.as_str() {
            Some(text) => match parse(&text) {
                Ok(value) => return Some(value),
                Err(error) => error.to_string(),
            },
            None => messages::wrong_type("a string", json),
        };
        self.errors.push(&path.field(name), message);
        None
    }

    fn report_missing(&mut self, path: &Path, fields: &Object<'_>, name: &str, expected: &str) {
        let similar = fields.iter().map(|(field, _)| field).find(|field| is_similar(field, name));
        self.errors.push(&path.field(name), messages::missing_field(name, expected, similar));
    }

    /// Reports fields that are neither `known` nor `extra`.
    fn warn_unknown_fields(&mut self, path: &Path, fields: &Object<'_>, known: &[&str], extra: &[&str]) {
        for (name, _) in fields.iter() {
            if known.contains(&name) || extra.contains(&name) {
                continue;
            }
            let similar = known.iter().copied().find(|known| is_similar(name, known));
            // The value of a misspelled field is lost, which is an error; other fields may well be meant for others.
            let severity = if similar.is_some() { Severity::Error } else { Severity::Warning };
            let code = DiagnosticCode::UnknownField;
            self.diagnostics
                .push_with_severity(severity, code, &path.field(name), || messages::unknown_field(similar));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<ParsedRequest, ValidationErrors> {
        parse(RawJson::parse(text).unwrap(), &ParseOptions::default())
    }

    fn errors_of(text: &str) -> String {
        parse_text(text).unwrap_err().to_string()
    }

    #[test]
    fn values_are_preserved_byte_for_byte() {
        let parsed = parse_text(
            r#"{"ConnectorDefinitionId":"d","AmznClientToken":"t","Revision":"2","Connectors":[
              {"ConnectorArn":"arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4","Id":"a",
               "Parameters":{"zip":"007","space":" x ","unicode":"\u00e9\n","json":"{\"a\":1}"}}]}"#,
        )
        .unwrap();
        let connector = parsed.request.connectors.iter().next().unwrap();
        let values: Vec<&str> = connector.parameters.values().map(String::as_str).collect();
        assert_eq!(values, [r#"{"a":1}"#, " x ", "é\n", "007"]);
        assert_eq!(parsed.token.unwrap().as_str(), "t");
        assert_eq!(parsed.revision.unwrap(), "2");
        assert!(parsed.warnings.is_empty());
    }

    #[test]
    fn numbers_and_booleans_become_strings_with_a_warning() {
        let parsed = parse_text(
            r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
               "Parameters":{"a":1.10,"b":true,"c":1E+2}}]}"#,
        )
        .unwrap();
        let connector = parsed.request.connectors.iter().next().unwrap();
        let values: Vec<&str> = connector.parameters.values().map(String::as_str).collect();
        assert_eq!(values, ["1.10", "true", "1E+2"]);
        let warnings: Vec<(DiagnosticCode, &str)> =
            parsed.warnings.iter().map(|warning| (warning.code, warning.path.as_str())).collect();
        assert_eq!(
            warnings,
            [
                (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.a"),
                (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.b"),
                (DiagnosticCode::ParameterConverted, "Connectors[0].Parameters.c")
            ]
        );
    }

    #[test]
    fn all_errors_are_reported_together() {
        let text = errors_of(
            r#"{"Connectors":[{"Id":"a b"},{"ConnectorArn":"arn:aws:greengrass:::x","Id":"ok",
               "Parameters":{"n":null,"l":[1],"o":{"x":1},"r":"{{resolve:secretsmanager:s}}"}},
               {"ConnectorArn":"x","Id":"ok"},7,null]}"#,
        );
        for expected in [
            "11 errors:\n",
            "- ConnectorDefinitionId: required; expected a string.\n",
            "- Connectors[0].ConnectorArn: required; expected a string.\n",
            "- Connectors[0].Id: invalid character ' ' at position 2; use 1-128 of `a-z A-Z 0-9 : _ -`.\n",
            "- Connectors[1].Parameters.n: expected a string, found null.\n",
            "- Connectors[1].Parameters.l: expected a string, found a list of 1 item.\n",
            "- Connectors[1].Parameters.o: expected a string, found an object of 1 field.\n",
            "- Connectors[1].Parameters.r: unresolved dynamic reference, ",
            "- Connectors[2].ConnectorArn: not an ARN; use a connector's ARN, such as ",
            "- Connectors[2].Id: duplicate of Connectors[1].Id; use a unique Id for each connector.\n",
            "- Connectors[3]: expected an object, found a number.\n",
            "- Connectors[4]: expected an object, found null.",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn parameters_may_be_json_text() {
        let parsed = parse_text(
            r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
               "Parameters":"{\"a\":\"b\",\"n\":1}"}]}"#,
        )
        .unwrap();
        assert_eq!(parsed.request.connectors.iter().next().unwrap().parameters["a"], "b");
        assert_eq!(parsed.warnings.len(), 1);
        for text in ["", "x", "[1]", "{"] {
            let errors = errors_of(&format!(
                r#"{{"ConnectorDefinitionId":"d","Connectors":[{{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a","Parameters":"{text}"}}]}}"#
            ));
            let expected =
                "Connectors[0].Parameters: expected an object, or a string that holds a JSON object; ";
            assert!(errors.starts_with(expected), "{errors}");
        }
    }

    #[test]
    fn a_misspelled_field_is_suggested() {
        let text = errors_of(r#"{"connectorDefinitionId":"d"}"#);
        assert_eq!(
            text,
            "ConnectorDefinitionId: required. Found `connectorDefinitionId`; field names are case-sensitive."
        );
        let text = errors_of(r#"{"ConectorDefinitionId":"d"}"#);
        assert_eq!(
            text,
            "ConnectorDefinitionId: required. Found `ConectorDefinitionId`; did you mean `ConnectorDefinitionId`?"
        );
        let warnings =
            parse_text(r#"{"ConnectorDefinitionId":"d","connectors":[],"Other":1}"#).unwrap().warnings;
        assert_eq!(warnings[0].message, "unknown field, ignored; did you mean `Connectors`?");
        assert_eq!(warnings[1].message, "unknown field, ignored.");
    }

    #[test]
    fn a_duplicate_field_is_an_error() {
        let text = errors_of(r#"{"ConnectorDefinitionId":"d","ConnectorDefinitionId":"e"}"#);
        assert_eq!(text, "ConnectorDefinitionId: duplicate field; keep one.");
    }

    #[test]
    fn a_source_may_require_connectors_and_add_fields() {
        let options = ParseOptions { require_connectors: true, allowed_extra_fields: &["ServiceToken"] };
        let json = r#"{"ConnectorDefinitionId":"d","ServiceToken":"x"}"#;
        let text = parse(RawJson::parse(json).unwrap(), &options).unwrap_err().to_string();
        assert_eq!(text, "Connectors: required; expected a list of connectors, which may be empty.");
        assert!(parse_text(r#"{"ConnectorDefinitionId":"d"}"#).unwrap().request.connectors.iter().len() == 0);
    }
}

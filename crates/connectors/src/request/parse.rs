//! From JSON to a request, or to everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ids::{ClientToken, ConnectorArn, ConnectorDefinitionId, ConnectorId, Invalid};
use super::problem::{Advice, Path, Problems, Remarks};
use super::{Code, Connector, ConnectorVersionRequest, Connectors, Severity};
use crate::json::{Json, Kind, Members};
use crate::suggest::is_near;

/// What a source asks of the requests that it carries.
#[derive(Clone, Copy, Default)]
pub struct Rules {
    /// Whether `Connectors` must be there; otherwise a request without it asks for an empty version.
    pub connectors_required: bool,
    /// Fields that the source itself puts beside a request's own.
    pub own_fields: &'static [&'static str],
}

/// A request that is right, with what came along with it.
#[derive(Debug)]
pub struct Parsed {
    /// The request itself.
    pub request: ConnectorVersionRequest,
    /// The definition's ARN, where the request has that in place of its id.
    pub definition_arn: Option<String>,
    /// The caller's own client token.
    pub token: Option<ClientToken>,
    /// Custom resources: a change of it alone asks for a new version.
    pub revision: Option<String>,
    /// Remarks that stop nothing.
    pub advice: Vec<Advice>,
}

const DEFINITION_ID: &str = "ConnectorDefinitionId";
const CONNECTORS: &str = "Connectors";
const TOKEN: &str = "AmznClientToken";
const REVISION: &str = "Revision";
const ARN: &str = "ConnectorArn";
const ID: &str = "Id";
const PARAMETERS: &str = "Parameters";

/// The fields of a request.
pub(crate) const FIELDS: [&str; 4] = [DEFINITION_ID, CONNECTORS, TOKEN, REVISION];
const CONNECTOR_FIELDS: [&str; 3] = [ARN, ID, PARAMETERS];

/// Reads a request, or finds everything that is wrong with it.
pub fn parse(json: Json<'_>, rules: &Rules) -> Result<Parsed, Problems> {
    let mut parser = Parser::default();
    let root = Path::root();
    let Some(members) = parser.object(&root, json) else { return Err(parser.problems) };
    parser.remark_unknown(&root, &members, &FIELDS, rules.own_fields);

    let definition = parser.required(&root, &members, DEFINITION_ID, |text| {
        let definition = ConnectorDefinitionId::parse(text)?;
        let arn = (text != definition.as_str()).then(|| text.to_owned());
        Ok((definition, arn))
    });
    let connectors = match members.get(CONNECTORS) {
        Some(list) => parser.connectors(&root.member(CONNECTORS), list),
        None if rules.connectors_required => {
            parser.missing(&root, &members, CONNECTORS, "a list of connectors (an empty one is allowed)");
            None
        }
        None => Some(Connectors::default()),
    };
    let token = parser.optional(&root, &members, TOKEN, ClientToken::parse);
    let revision = parser.optional(&root, &members, REVISION, |text| Ok(text.to_owned()));

    match (definition, connectors) {
        (Some((definition, definition_arn)), Some(connectors)) if parser.problems.is_empty() => Ok(Parsed {
            request: ConnectorVersionRequest { definition, connectors },
            definition_arn,
            token,
            revision,
            advice: parser.remarks.into_advice(),
        }),
        _ => Err(parser.problems),
    }
}

#[derive(Default)]
struct Parser {
    problems: Problems,
    remarks: Remarks,
}

impl Parser {
    /// The members of what must be an object, each name once.
    fn object<'a>(&mut self, path: &Path, json: Json<'a>) -> Option<Members<'a>> {
        let Some(members) = json.members() else {
            self.problems.add(path, format_args!("is {}, must be an object", json.shape()));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (name, _) in members.iter() {
            if !seen.insert(name) {
                self.problems.add(&path.member(name), "is given more than once, leave one");
            }
        }
        drop(seen);
        Some(members)
    }

    fn connectors(&mut self, path: &Path, json: Json<'_>) -> Option<Connectors> {
        let Some(items) = json.items() else {
            self.problems.add(path, format_args!("is {}, must be a list of connectors", json.shape()));
            return None;
        };
        let mut first_with: HashMap<ConnectorId, usize> = HashMap::with_capacity(items.len().min(1 << 16));
        let mut connectors = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let path = path.item(index);
            let Some(members) = self.object(&path, item) else { continue };
            self.remark_unknown(&path, &members, &CONNECTOR_FIELDS, &[]);
            let arn = self.required(&path, &members, ARN, ConnectorArn::parse);
            let id = self.required(&path, &members, ID, ConnectorId::parse);
            let parameters = match members.get(PARAMETERS) {
                Some(json) => self.parameters(&path.member(PARAMETERS), json),
                None => BTreeMap::new(),
            };
            let Some(id) = id else { continue };
            if let Some(first) = first_with.get(&id) {
                let problem =
                    format_args!("is the same as Connectors[{first}].Id, must be unique in the list");
                self.problems.add(&path.member(ID), problem);
                continue;
            }
            first_with.insert(id.clone(), index);
            if let Some(arn) = arn {
                connectors.push(Connector { id, arn, parameters });
            }
        }
        Some(Connectors(connectors))
    }

    fn parameters(&mut self, path: &Path, json: Json<'_>) -> BTreeMap<String, String> {
        if json.kind() != Kind::String {
            return self.parameter_object(path, json);
        }
        // The native CloudFormation resource takes the object as JSON text too.
        let text = json.string().unwrap_or_default();
        match Json::parse(&text) {
            Ok(inner) if inner.kind() == Kind::Object => self.parameter_object(path, inner),
            _ => {
                let problem = format_args!(
                    "is {} that holds no JSON object, must be an object of strings, or such an object as JSON text",
                    json.shape()
                );
                self.problems.add(path, problem);
                BTreeMap::new()
            }
        }
    }

    fn parameter_object(&mut self, path: &Path, json: Json<'_>) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        let Some(members) = self.object(path, json) else { return parameters };
        for (name, value) in members.iter() {
            let path = path.member(name);
            let text = match value.kind() {
                Kind::String => value.string().map(|text| text.into_owned()),
                Kind::Number | Kind::Boolean => {
                    let what = value.shape();
                    let message =
                        format!("is {what}; sent as the string it was written as. Write it as a string");
                    self.remarks.add(Code::ParameterConverted, &path, message);
                    Some(value.raw().to_owned())
                }
                Kind::Null | Kind::List | Kind::Object => None,
            };
            let Some(text) = text else {
                self.problems.add(&path, format_args!("is {}, must be a string", value.shape()));
                continue;
            };
            if text.contains("{{resolve:") {
                self.problems.add(
                    &path,
                    "is an unresolved dynamic reference: CloudFormation does not resolve it here. Give the value \
                     itself, or name the secret in a parameter that the connector reads on the device",
                );
            }
            parameters.insert(name.to_owned(), text);
        }
        parameters
    }

    fn required<T>(
        &mut self,
        path: &Path,
        members: &Members<'_>,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        if !members.has(name) {
            self.missing(path, members, name, "a string");
            return None;
        }
        self.optional(path, members, name, parse)
    }

    fn optional<T>(
        &mut self,
        path: &Path,
        members: &Members<'_>,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let json = members.get(name)?;
        let problem = match json.string() {
            Some(text) => match parse(&text) {
                Ok(value) => return Some(value),
                Err(invalid) => invalid.to_string(),
            },
            None => format!("is {}, must be a string", json.shape()),
        };
        self.problems.add(&path.member(name), problem);
        None
    }

    fn missing(&mut self, path: &Path, members: &Members<'_>, name: &str, allowed: &str) {
        let near = members.iter().map(|(given, _)| given).find(|given| is_near(given, name));
        let hint = match near {
            Some(given) => {
                format!(", and names are matched exactly: did you mean it by {}?", path.member(given))
            }
            None => String::new(),
        };
        self.problems.add(&path.member(name), format_args!("is missing, must be {allowed}{hint}"));
    }

    fn remark_unknown(&mut self, path: &Path, members: &Members<'_>, known: &[&str], own: &[&str]) {
        for (name, _) in members.iter() {
            if known.contains(&name) || own.contains(&name) {
                continue;
            }
            let path = path.member(name);
            match known.iter().find(|known| is_near(name, known)) {
                // What was meant for a field of ours went nowhere: as much a mistake as any.
                Some(near) => self.remarks.add_as(Severity::Error, Code::UnknownField, &path, || {
                    format!("is not a known field and was ignored; did you mean {near}?")
                }),
                None => {
                    self.remarks.add(Code::UnknownField, &path, "is not a known field and was ignored");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parsed, Problems> {
        parse(Json::parse(text).unwrap(), &Rules::default())
    }

    fn problems(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_request_is_kept_to_the_byte() {
        let parsed = read(
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
        assert!(parsed.advice.is_empty());
    }

    #[test]
    fn numbers_and_booleans_become_what_was_written_and_are_remarked() {
        let parsed = read(
            r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
               "Parameters":{"a":1.10,"b":true,"c":1E+2}}]}"#,
        )
        .unwrap();
        let connector = parsed.request.connectors.iter().next().unwrap();
        let values: Vec<&str> = connector.parameters.values().map(String::as_str).collect();
        assert_eq!(values, ["1.10", "true", "1E+2"]);
        let advice: Vec<(Code, &str)> = parsed.advice.iter().map(|a| (a.code, a.path.as_str())).collect();
        assert_eq!(
            advice,
            [
                (Code::ParameterConverted, "Connectors[0].Parameters.a"),
                (Code::ParameterConverted, "Connectors[0].Parameters.b"),
                (Code::ParameterConverted, "Connectors[0].Parameters.c")
            ]
        );
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let text = problems(
            r#"{"Connectors":[{"Id":"a b"},{"ConnectorArn":"arn:aws:greengrass:::x","Id":"ok",
               "Parameters":{"n":null,"l":[1],"o":{"x":1},"r":"{{resolve:secretsmanager:s}}"}},
               {"ConnectorArn":"x","Id":"ok"},7,null]}"#,
        );
        for expected in [
            "11 problems: ",
            "ConnectorDefinitionId: is missing",
            "Connectors[0].ConnectorArn: is missing",
            "Connectors[0].Id: has a space as its character 2, must be 1 to 128",
            "Connectors[1].Parameters.n: is null, must be a string",
            "Connectors[1].Parameters.l: is a list of 1, must be a string",
            "Connectors[1].Parameters.o: is an object of 1 member, must be a string",
            "Connectors[1].Parameters.r: is an unresolved dynamic reference",
            "Connectors[2].ConnectorArn: is a string of 1 character that is no ARN",
            "Connectors[2].Id: is the same as Connectors[1].Id",
            "Connectors[3]: is a number, must be an object",
            "Connectors[4]: is null, must be an object",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn parameters_may_be_json_text() {
        let parsed = read(
            r#"{"ConnectorDefinitionId":"d","Connectors":[{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a",
               "Parameters":"{\"a\":\"b\",\"n\":1}"}]}"#,
        )
        .unwrap();
        assert_eq!(parsed.request.connectors.iter().next().unwrap().parameters["a"], "b");
        assert_eq!(parsed.advice.len(), 1);
        for text in ["", "x", "[1]", "{"] {
            let found = problems(&format!(
                r#"{{"ConnectorDefinitionId":"d","Connectors":[{{"ConnectorArn":"arn:aws:greengrass:::x","Id":"a","Parameters":"{text}"}}]}}"#
            ));
            assert!(found.contains("Connectors[0].Parameters: is "), "{found}");
            assert!(found.contains("that holds no JSON object"), "{found}");
        }
    }

    #[test]
    fn a_near_miss_is_named() {
        let text = problems(r#"{"connectorDefinitionId":"d"}"#);
        assert!(text.contains("did you mean it by connectorDefinitionId?"), "{text}");
        let advice = read(r#"{"ConnectorDefinitionId":"d","connectors":[],"Other":1}"#).unwrap().advice;
        assert_eq!(advice[0].message, "is not a known field and was ignored; did you mean Connectors?");
        assert_eq!(advice[1].message, "is not a known field and was ignored");
    }

    #[test]
    fn a_repeated_name_is_a_problem() {
        let text = problems(r#"{"ConnectorDefinitionId":"d","ConnectorDefinitionId":"e"}"#);
        assert!(text.contains("ConnectorDefinitionId: is given more than once"), "{text}");
    }

    #[test]
    fn a_source_may_require_connectors_and_add_fields() {
        let rules = Rules { connectors_required: true, own_fields: &["ServiceToken"] };
        let json = r#"{"ConnectorDefinitionId":"d","ServiceToken":"x"}"#;
        let text = parse(Json::parse(json).unwrap(), &rules).unwrap_err().to_string();
        assert!(text.starts_with("1 problem: Connectors: is missing, must be a list"), "{text}");
        assert!(read(r#"{"ConnectorDefinitionId":"d"}"#).unwrap().request.connectors.iter().len() == 0);
    }
}

//! Events of any form: parsing them never panics, and what it says about them is bounded and contains no secret.

use std::path::Path;
use std::sync::LazyLock;
use std::time::SystemTime;

use connectors::catalog::{Context, validate};
use connectors::client_token::{Requester, client_token_for};
use connectors::diagnostic::{Diagnostic, ValidationErrors};
use connectors::event::{Event, RequestOrigin, ResourceAction, parse_event};
use connectors::json::RawJson;
use connectors::request::ParsedRequest;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::generators::any_json;
use crate::property::{Property, fail, for_all};
use crate::text_edit::{any_text_edit, edited};

/// The sample events of the repository.
static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let samples: Vec<Value> =
        files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect();
    assert!(samples.len() > 10, "sample events");
    samples
});

/// In every secret value, and nowhere else.
const SECRET: &str = "Zq7x";
const SECRET_NUMBER: u32 = 739_173_917;

/// The maximum length of one error or warning, path and message together.
const MAX_DIAGNOSTIC_BYTES: usize = 2_000;
/// More errors than this are counted, not listed.
const MAX_ERRORS: usize = 5_000;
const MAX_WARNINGS: usize = 1_001;

/// What parsing said: each text is checked as soon as it is there.
#[derive(Default)]
struct Checker {
    errors: usize,
}

impl Checker {
    fn check_text(text: &str) -> Result<(), TestCaseError> {
        let lowercase = text.to_ascii_lowercase();
        let has_secret = lowercase.contains(&SECRET.to_ascii_lowercase())
            || lowercase.contains(&SECRET_NUMBER.to_string());
        if has_secret { Err(fail(format!("a secret is repeated: {text}"))) } else { Ok(()) }
    }

    fn check_diagnostic(diagnostic: &Diagnostic) -> Result<(), TestCaseError> {
        let text = diagnostic.to_string();
        prop_assert!(text.len() <= MAX_DIAGNOSTIC_BYTES, "a diagnostic of {} bytes: {}", text.len(), text);
        Self::check_text(&text)
    }

    fn check_errors(&mut self, errors: &ValidationErrors) -> Result<(), TestCaseError> {
        self.errors += errors.count();
        prop_assert!(!errors.is_empty());
        prop_assert!(errors.iter().count() <= MAX_ERRORS);
        errors.iter().try_for_each(Self::check_diagnostic)?;
        Self::check_text(&errors.to_string())?;
        Self::check_text(&format!("{errors:?}"))?;
        // The function truncates what it returns.
        let truncated = errors.clone().truncated_to(4_096).to_string();
        prop_assert!(truncated.len() <= 4_096 + MAX_DIAGNOSTIC_BYTES, "{} bytes", truncated.len());
        Ok(())
    }

    fn check_request(
        &mut self,
        request: &Result<ParsedRequest, ValidationErrors>,
        origin: &RequestOrigin,
    ) -> Result<(), TestCaseError> {
        match request {
            Err(errors) => self.check_errors(errors),
            Ok(parsed) => {
                let _ = client_token_for(parsed, &origin.requester);
                Self::check_text(&format!("{parsed:?}"))?;
                for region in [None, Some("us-east-1"), Some("")] {
                    let diagnostics = validate(parsed, &Context::for_region(region));
                    prop_assert!(parsed.warnings.len() <= MAX_WARNINGS && diagnostics.len() <= MAX_WARNINGS);
                    parsed.warnings.iter().chain(&diagnostics).try_for_each(Self::check_diagnostic)?;
                }
                Ok(())
            }
        }
    }

    fn check_event(
        &mut self,
        json: RawJson<'_>,
        origin: &RequestOrigin,
        depth: usize,
    ) -> Result<(), TestCaseError> {
        prop_assert!(depth < 10, "envelopes without an end");
        match parse_event(json, origin) {
            Err(errors) => self.check_errors(&errors)?,
            Ok(Event::Request(event)) => {
                self.check_request(&event.request, &event.origin)?;
                if let ResourceAction::Update(Some(previous)) = event.action {
                    self.check_request(&Ok(*previous), &event.origin)?;
                }
            }
            Ok(Event::CustomResource(event)) => {
                if let Err(errors) = event.request_type() {
                    self.check_errors(&errors)?;
                }
                let _ = (event.is_delete(), event.service_timeout(), event.old_revision());
                prop_assert!(event.ids.failed_create_physical_id().chars().count() <= 140);
                self.check_request(&event.request(), &event.origin)?;
                self.check_request(&event.old_request(), &event.origin)?;
            }
            Ok(Event::Batch(batch)) => {
                for message in &batch.messages {
                    match message.parse_body(depth) {
                        Ok(body) => self.check_event(body, &message.origin, depth + 1)?,
                        Err(errors) => self.check_errors(&errors)?,
                    }
                }
            }
        }
        Ok(())
    }

    fn check_event_text(text: &str) -> Result<usize, TestCaseError> {
        let mut checker = Self::default();
        if let Ok(json) = RawJson::parse(text) {
            let requester = Requester::Direct { request_id: "r".to_owned() };
            checker.check_event(json, &RequestOrigin::new(requester, SystemTime::UNIX_EPOCH), 0)?;
        }
        Ok(checker.errors)
    }
}

/// A change of an event's tree. Positions are shares of the number of values.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, Value),
    Remove(Index),
    Rename(Index, &'static str),
    /// A value of another sample event in place of this one.
    Transplant(Index, Index, Index),
    /// The JSON text of a value in its place.
    Stringify(Index),
    /// A list of a few copies of the value.
    Multiply(Index, usize),
}

/// Field names that some event or request has, and misspellings of them.
const NAMES: &[&str] = &[
    "Records",
    "eventSource",
    "EventSource",
    "Sns",
    "Message",
    "body",
    "attributes",
    "messageId",
    "detail",
    "detail-type",
    "source",
    "id",
    "RequestType",
    "ResponseURL",
    "ResourceProperties",
    "OldResourceProperties",
    "ConnectorDefinitionId",
    "Connectors",
    "AmznClientToken",
    "Revision",
    "ConnectorArn",
    "Id",
    "Parameters",
    "tf",
    "action",
    "prev_input",
    "connectorDefinitionId",
    "Conectors",
    "ID",
    "connectorArn",
    "Type",
    "TopicArn",
    "x",
    "requestPayload",
    "requestContext",
    "",
    "é\n\"",
];

const TEXTS: &[&str] = &[
    "",
    " ",
    "{}",
    "[]",
    "null",
    "{",
    "\"x\"",
    "Create",
    "Update",
    "Delete",
    "aws:sqs",
    "aws:sns",
    "Notification",
    "update",
    "$LATEST",
    "{{resolve:ssm:x}}",
    "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4",
    "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/99999999999999999999",
    "arn:aws:greengrass:eu-west-9:1:/connectors/Sns/versions/x",
    "arn:aws:greengrass",
    "arn:::::",
    "99999999999999999999",
    "-1",
    "1e400",
    "\u{feff}{}",
    "\u{0}",
    "é",
];

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let value = prop_oneof![
        prop::sample::select(TEXTS).prop_map(Value::from),
        any_json(),
        "[ -~]{0,300}".prop_map(Value::from),
    ];
    prop_oneof![
        3 => (at(), value).prop_map(|(at, value)| Mutation::Replace(at, value)),
        2 => at().prop_map(Mutation::Remove),
        2 => (at(), prop::sample::select(NAMES)).prop_map(|(at, name)| Mutation::Rename(at, name)),
        2 => (at(), at(), at()).prop_map(|(at, sample, from)| Mutation::Transplant(at, sample, from)),
        1 => at().prop_map(Mutation::Stringify),
        1 => (at(), 0..5_usize).prop_map(|(at, copies)| Mutation::Multiply(at, copies)),
    ]
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value with this number, in the order of the text. The root has number 0.
fn nth(value: &mut Value, number: usize) -> Option<&mut Value> {
    fn find<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
        if *left == 0 {
            return Some(value);
        }
        *left -= 1;
        match value {
            Value::Array(items) => items.iter_mut().find_map(|item| find(item, left)),
            Value::Object(fields) => fields.values_mut().find_map(|field| find(field, left)),
            _ => None,
        }
    }
    find(value, &mut { number })
}

fn mutate(event: &mut Value, mutation: &Mutation) {
    let size = count(event);
    let (Mutation::Replace(index, _)
    | Mutation::Remove(index)
    | Mutation::Rename(index, _)
    | Mutation::Transplant(index, ..)
    | Mutation::Stringify(index)
    | Mutation::Multiply(index, _)) = mutation;
    let target = nth(event, index.index(size)).unwrap();
    match mutation {
        Mutation::Replace(_, value) => *target = value.clone(),
        Mutation::Transplant(_, sample, from) => {
            let mut sample = sample.get(&SAMPLES).clone();
            let number = from.index(count(&sample));
            *target = nth(&mut sample, number).unwrap().clone();
        }
        Mutation::Stringify(_) => *target = target.to_string().into(),
        Mutation::Multiply(_, copies) => *target = vec![target.clone(); *copies].into(),
        Mutation::Remove(_) => match target {
            Value::Array(items) => drop(items.pop()),
            Value::Object(fields) => {
                let name = fields.keys().nth(index.index(fields.len().max(1))).cloned();
                if let Some(name) = name {
                    fields.remove(&name);
                }
            }
            _ => *target = Value::Null,
        },
        Mutation::Rename(index, name) => {
            if let Value::Object(fields) = target {
                let old = fields.keys().nth(index.index(fields.len().max(1))).cloned();
                if let Some(value) = old.and_then(|old| fields.remove(&old)) {
                    fields.insert((*name).to_owned(), value);
                }
            }
        }
    }
}

/// Makes every value of `Parameters` a secret, also in JSON text, and adds one.
fn hide_secrets(value: &mut Value, is_secret: bool, number: &mut usize) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_parameters = name == "Parameters";
                hide_secrets(field, is_secret || is_parameters, number);
                if let Value::Object(parameters) = field
                    && is_parameters
                {
                    let mut secret = Value::from("");
                    hide_secrets(&mut secret, true, number);
                    parameters.insert(format!("Parameter{number}"), secret);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_secrets(item, is_secret, number)),
        Value::String(text) => {
            if let Ok(mut inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                hide_secrets(&mut inner, is_secret, number);
                *text = inner.to_string();
            } else if is_secret {
                *number += 1;
                *text = match *number % 7 {
                    0 => SECRET.to_owned(),
                    1 => format!("{text}{SECRET}"),
                    2 => format!("[[\"{SECRET}\"]]"),
                    3 => format!("{{{{resolve:secretsmanager:{SECRET}}}}}"),
                    4 => format!("<{SECRET}>"),
                    5 => format!("arn:aws:sns:us-east-1:1:{SECRET}"),
                    _ => format!("{{\"{SECRET}"),
                };
            }
        }
        Value::Number(secret) if is_secret => *secret = SECRET_NUMBER.into(),
        _ => {}
    }
}

/// An envelope around an event.
fn enclose(event: &Value, kind: u8) -> Value {
    let text = event.to_string();
    let attributes = json!({ "ApproximateReceiveCount": "2", "SentTimestamp": "1", "MessageGroupId": "g" });
    let sqs = json!({ "eventSource": "aws:sqs", "messageId": "m", "body": text, "attributes": attributes });
    match kind % 6 {
        0 => json!({ "Records": [sqs] }),
        1 => json!([sqs]),
        2 => {
            json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "MessageId": "m", "Message": text } }] })
        }
        3 => json!({ "Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": text }),
        4 => json!({ "id": "e", "detail-type": "d", "source": "s", "detail": text }),
        _ => Value::from(text),
    }
}

/// Text that is no event, but may be JSON.
pub(crate) const ARBITRARY_TEXT: Property = Property {
    name: "arbitrary text as an event",
    cases: 256,
    check: |runner| {
        let json = any_json().prop_map(|json| json.to_string());
        let token = prop_oneof![
            "[{}\\[\\],:\"\\\\ 0-9]{1,3}",
            ".{0,3}",
            prop::sample::select(NAMES).prop_map(str::to_owned)
        ];
        let mutated = (any::<Index>(), prop::collection::vec(any_text_edit(token), 1..4)).prop_map(
            |(sample, edits)| {
                let text = sample.get(&SAMPLES).to_string();
                edits.iter().fold(text, |text, edit| edited(&text, edit))
            },
        );
        for_all(runner, &prop_oneof![1 => json, 3 => mutated], |text| {
            Checker::check_event_text(&text).map(drop)
        })
    },
};

/// Sample events with other values, fields and envelopes.
pub(crate) const MUTATED_SAMPLES: Property = Property {
    name: "mutated sample events",
    cases: 256,
    check: |runner| {
        let mutations = prop::collection::vec(any_mutation(), 0..6);
        let envelopes = prop::collection::vec(any::<u8>(), 0..6);
        for_all(runner, &(any::<Index>(), mutations, envelopes), |(sample, mutations, envelopes)| {
            let mut event = sample.get(&SAMPLES).clone();
            mutations.iter().for_each(|mutation| mutate(&mut event, mutation));
            hide_secrets(&mut event, false, &mut 0);
            let event = envelopes.iter().fold(event, |event, kind| enclose(&event, *kind));
            Checker::check_event_text(&event.to_string()).map(drop)
        })
    },
};

/// As many errors as fit into a large event: the text stays bounded, and all are counted.
pub(crate) const MANY_ERRORS: Property = Property {
    name: "events with many errors",
    cases: 1,
    check: |runner| {
        let names = prop::collection::vec(".{0,80}", 1..4);
        for_all(runner, &(any_json(), names, 1..6_000_usize), |(value, names, copies)| {
            let mut fields: Map<String, Value> =
                names.into_iter().map(|name| (name, value.clone())).collect();
            let secret = json!([SECRET, { "x": SECRET }, SECRET_NUMBER]);
            fields.insert("Parameters".to_owned(), json!({ "P": secret, "Q": null }));
            // No Id, no ConnectorArn, and two parameters that are not strings.
            let event =
                json!({ "ConnectorDefinitionId": "d", "Connectors": vec![Value::from(fields); copies] });
            let errors = Checker::check_event_text(&event.to_string())?;
            prop_assert!(errors >= 3 * copies, "{} errors in {} connectors", errors, copies);
            Ok(())
        })
    },
};

#[test]
fn arbitrary_text_never_panics() {
    ARBITRARY_TEXT.check_once();
}

#[test]
fn messages_about_mutated_events_are_bounded_and_contain_no_secret() {
    MUTATED_SAMPLES.check_once();
}

#[test]
fn messages_about_many_errors_are_bounded_and_contain_no_secret() {
    MANY_ERRORS.check_once();
}

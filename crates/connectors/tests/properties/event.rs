//! Events of any form: parsing them never panics, and what it says about them is bounded and contains no secret.

use std::time::SystemTime;

use connectors::catalog::{Context, validate, validate_readable};
use connectors::client_token::{Requester, client_token_for};
use connectors::diagnostic::{Diagnostic, ValidationErrors};
use connectors::event::{Event, RequestOrigin, ResourceAction, parse_event};
use connectors::json::RawJson;
use connectors::request::{InvalidRequest, ParsedRequest};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::generators::any_json;
use crate::mutation::{NAMES, SAMPLES, any_mutation, mutate};
use crate::property::{Property, fail, for_all};
use crate::text_edit::{any_text_edit, edited};

/// In every secret value, and nowhere else.
const SECRET: &str = "Zq7x";
const SECRET_NUMBER: u32 = 739_173_917;

/// The maximum length of one error or warning, path and message together.
const MAX_DIAGNOSTIC_BYTES: usize = 2_000;
/// More errors than this are counted, not listed.
const MAX_ERRORS: usize = 5_000;
const MAX_WARNINGS: usize = 1_001;
/// An event in more messages than this is rejected.
const MAX_ENVELOPE_DEPTH: usize = 4;

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
        for truncated in [errors.clone().truncated_to_json(4_096), errors.clone().truncated_to_text(4_096)] {
            let bytes = truncated.to_string().len();
            prop_assert!(bytes <= 4_096 + MAX_DIAGNOSTIC_BYTES, "{} bytes", bytes);
        }
        Ok(())
    }

    fn check_request(
        &mut self,
        request: &Result<ParsedRequest, Box<InvalidRequest>>,
        origin: &RequestOrigin,
    ) -> Result<(), TestCaseError> {
        match request {
            Err(invalid) => {
                let diagnostics = validate_readable(invalid, &Context::for_region(None));
                prop_assert!(invalid.warnings.len() <= MAX_WARNINGS && diagnostics.len() <= MAX_WARNINGS);
                invalid.warnings.iter().chain(&diagnostics).try_for_each(Self::check_diagnostic)?;
                self.check_errors(&invalid.errors)
            }
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
        prop_assert!(depth <= MAX_ENVELOPE_DEPTH, "an event in {} messages", depth);
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
            Ok(Event::Wrapped(message)) => match message.parse_wrapped() {
                Ok(event) => self.check_event(event, &message.origin, depth)?,
                Err(errors) => self.check_errors(&errors)?,
            },
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
        let envelopes = prop::collection::vec(any::<u8>(), 0..8);
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
        let name = (".{1,20}", 1..100_usize).prop_map(|(part, times)| part.repeat(times));
        let names = prop::collection::vec(name, 1..4);
        for_all(runner, &(any_json(), names, 1..6_000_usize), |(value, names, copies)| {
            let mut parameters: Map<String, Value> =
                names.iter().map(|name| (name.clone(), Value::Null)).collect();
            parameters.insert("P".to_owned(), json!([SECRET, { "x": SECRET }, SECRET_NUMBER]));
            parameters.insert("Q".to_owned(), Value::Null);
            let mut fields: Map<String, Value> =
                names.into_iter().map(|name| (name, value.clone())).collect();
            fields.insert("Parameters".to_owned(), parameters.into());
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

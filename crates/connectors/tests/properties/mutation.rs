//! Sample events, and random changes of them.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::generators::any_json;

/// The sample events of the repository.
pub(crate) static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let samples: Vec<Value> =
        files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect();
    assert!(samples.len() > 10, "sample events");
    samples
});

/// A change of an event's tree. Positions are shares of the number of values.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
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
pub(crate) const NAMES: &[&str] = &[
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

pub(crate) fn any_mutation() -> impl Strategy<Value = Mutation> {
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

pub(crate) fn mutate(event: &mut Value, mutation: &Mutation) {
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

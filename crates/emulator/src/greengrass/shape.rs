//! Checks the shape of JSON before it is deserialized. Errors of a derived deserializer name Rust types, and it also
//! takes a list of a struct's values in place of an object.

use serde_json::Value;

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Boolean,
    /// An integer from 0 to this maximum.
    Count(u64),
    Text,
    List,
    Object,
    /// An object whose values are strings.
    Texts,
}

/// Checks a value. The error names the path.
pub(super) fn check(value: &Value, path: &str, shape: Shape) -> Result<(), String> {
    let matches = match shape {
        Shape::Boolean => value.is_boolean(),
        Shape::Count(max) => value.as_u64().is_some_and(|count| count <= max),
        Shape::Text => value.is_string(),
        Shape::List => value.is_array(),
        Shape::Object | Shape::Texts => value.is_object(),
    };
    if !matches {
        let expected = match shape {
            Shape::Boolean => "a boolean".to_owned(),
            Shape::Count(max) => format!("an integer from 0 to {max}"),
            Shape::Text => "a string".to_owned(),
            Shape::List => "a list".to_owned(),
            Shape::Object | Shape::Texts => "an object".to_owned(),
        };
        let separator = if path.is_empty() { "" } else { ": " };
        return Err(format!("{path}{separator}expected {expected}, found {}", describe(value)));
    }
    match value.as_object() {
        Some(texts) if shape == Shape::Texts => {
            texts.iter().try_for_each(|(name, value)| check(value, &join(path, name), Shape::Text))
        }
        _ => Ok(()),
    }
}

/// Checks an object and these of its members. A member that is null counts as left out.
pub(super) fn check_object(value: &Value, path: &str, members: &[(&str, Shape)]) -> Result<(), String> {
    check(value, path, Shape::Object)?;
    members.iter().try_for_each(|(name, shape)| match value.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(member) => check(member, &join(path, name), *shape),
    })
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

//! Paths of values in an event.

use std::fmt::{self, Write as _};

/// The path of a value from the root of the event, such as `detail.Connectors[2].Parameters.Region`. The path of the
/// root is empty.
///
/// A value in a text that holds JSON has the path of the text before its own: `Records[2].body: Connectors[0].Id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The path of the text that holds the value; empty if no text does.
    text: String,
    /// The path of the value, from the root of the event or of the text.
    value: String,
}

/// The maximum length of a quoted field name; longer names are truncated.
const MAX_QUOTED_CHARS: usize = 64;

impl Path {
    /// The root of the event.
    pub const fn root() -> Self {
        Self { text: String::new(), value: String::new() }
    }

    /// The path of a field. A name with unusual characters is quoted, escaped and truncated, since it is untrusted.
    pub fn field(&self, name: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
        let mut value = self.value.clone();
        if !name.is_empty() && name.len() <= 128 && name.chars().all(is_plain) {
            if !value.is_empty() {
                value.push('.');
            }
            value.push_str(name);
        } else {
            value.push_str("[\"");
            value.extend(name.chars().take(MAX_QUOTED_CHARS).flat_map(char::escape_default));
            value.push_str(if name.chars().nth(MAX_QUOTED_CHARS).is_some() { "…\"]" } else { "\"]" });
        }
        Self { text: self.text.clone(), value }
    }

    /// The path of an item of a list, counted from 0.
    pub fn index(&self, index: usize) -> Self {
        let mut value = self.value.clone();
        // Writing to a String cannot fail.
        let _ = write!(value, "[{index}]");
        Self { text: self.text.clone(), value }
    }

    /// The root of the JSON in the text that has this path.
    pub fn in_text(&self) -> Self {
        Self { text: self.to_string(), value: String::new() }
    }

    /// The path from the root of the innermost text, for a message about another value of the same text.
    pub(crate) fn within_text(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.text.is_empty() && !self.value.is_empty() {
            f.write_str(": ")?;
        }
        f.write_str(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_the_request() {
        let connector = Path::root().field("Connectors").index(2);
        assert_eq!(connector.field("Id").to_string(), "Connectors[2].Id");
        assert_eq!(connector.field("X-ResourceId").to_string(), "Connectors[2].X-ResourceId");
        assert_eq!(connector.field("a\nb").to_string(), r#"Connectors[2]["a\nb"]"#);
        assert_eq!(Path::root().field(&"é".repeat(65)).to_string().matches("\\u{e9}").count(), 64);
        assert_eq!(Path::root().to_string(), "");
    }

    #[test]
    fn a_path_in_a_text_starts_with_the_path_of_the_text() {
        let body = Path::root().field("Records").index(1).field("body").in_text();
        assert_eq!(body.to_string(), "Records[1].body");
        assert_eq!(body.field("Connectors").to_string(), "Records[1].body: Connectors");
        let message = body.field("Message").in_text();
        assert_eq!(message.index(0).to_string(), "Records[1].body: Message: [0]");
        assert_eq!(message.field("Id").within_text(), "Id");
        assert_eq!(Path::root().in_text().field("Id").to_string(), "Id");
    }
}

//! Paths of values in an event.

use std::fmt::{self, Write as _};

/// The path of a value, such as `Connectors[2].Parameters.Region`. The path of the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

/// The maximum length of a quoted field name; longer names are truncated.
const MAX_QUOTED_CHARS: usize = 64;

impl Path {
    /// The root of the event.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of a field. A name with unusual characters is quoted, escaped and truncated, since it is untrusted.
    pub fn field(&self, name: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
        let mut path = self.0.clone();
        if !name.is_empty() && name.len() <= 128 && name.chars().all(is_plain) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        } else {
            path.push_str("[\"");
            path.extend(name.chars().take(MAX_QUOTED_CHARS).flat_map(char::escape_default));
            path.push_str(if name.chars().nth(MAX_QUOTED_CHARS).is_some() { "…\"]" } else { "\"]" });
        }
        Self(path)
    }

    /// The path of an item of a list, counted from 0.
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.0.clone();
        // Writing to a String cannot fail.
        let _ = write!(path, "[{index}]");
        Self(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
}

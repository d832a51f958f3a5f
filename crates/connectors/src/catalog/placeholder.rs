//! Finds placeholders that were not replaced: `{YOUR_BUCKET}`, `${Region}`, `<topic>`, `REPLACE_ME`.

/// Whether a connector's ARN contains a placeholder. The word `region` in place of a Region has its own diagnostic.
pub(super) fn arn_contains_placeholder(text: &str) -> bool {
    text.contains(['{', '<'])
}

/// Whether a value is or contains a placeholder. In JSON, braces and angle brackets alone are not placeholders.
pub(super) fn contains_placeholder(value: &str, is_json: bool) -> bool {
    let bytes = value.as_bytes();
    if bytes.contains(&b'{') && has_bracketed_name(value, if is_json { "${" } else { "{" }, '}') {
        return true;
    }
    if !is_json && bytes.contains(&b'<') && has_bracketed_name(value, "<", '>') {
        return true;
    }
    is_placeholder_word(value) || (value.starts_with("arn:") && arn_has_placeholder_part(value))
}

/// Whether there is a name between two brackets.
fn has_bracketed_name(text: &str, open: &str, close: char) -> bool {
    text.match_indices(open).any(|(at, _)| {
        let inner = &text[at + open.len()..];
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | ':');
        let end = inner.char_indices().take(65).find(|(_, c)| !is_name_char(*c));
        end.is_some_and(|(end, c)| end > 0 && c == close)
    })
}

/// Whether a value says that it must be replaced.
fn is_placeholder_word(text: &str) -> bool {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let starts = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let separated = text.bytes().any(|byte| matches!(byte, b'_' | b'-'));
    ["TODO", "FIXME", "XXX", "CHANGEME", "REPLACEME"].into_iter().any(is)
        || (separated
            && (["your-", "your_", "change-me", "change_me", "replace-me", "replace_me"]
                .into_iter()
                .any(starts)
                || ["YOUR_", "YOUR-", "REPLACE_ME"].iter().any(|word| text.contains(word))))
}

/// Whether the Region or the account of an ARN is the word for it, as in the documentation's examples.
fn arn_has_placeholder_part(arn: &str) -> bool {
    arn.split(':').skip(3).take(2).any(|part| {
        ["region", "account-id", "account", "accountid", "account_id"]
            .iter()
            .any(|word| part.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found() {
        for value in [
            "{YOUR_BUCKET}",
            "${AWS::Region}",
            "s3-${Stage}-bucket",
            "<topic>",
            "/var/<name>/x",
            "YOUR_BUCKET",
            "your-bucket",
            "REPLACE_ME",
            "changeme",
            "todo",
            "arn:aws:sns:region:account-id:topic-name",
            "arn:aws:sns:us-east-1:ACCOUNT_ID:x",
        ] {
            assert!(contains_placeholder(value, false), "{value}");
        }
    }

    #[test]
    fn values_that_resemble_placeholders_are_not() {
        for value in
            ["", "a", "{", "{}", "a{b", "<", "x > y", "docs/your.yml", "/var/lib", "{\"a\":1}", "${", "${}"]
        {
            assert!(!contains_placeholder(value, false), "{value}");
        }
        assert!(!contains_placeholder(r#"{"a":{"b":"<c>"}}"#, true));
        assert!(contains_placeholder(r#"{"a":"${b}"}"#, true));
        assert!(!contains_placeholder("arn:aws:sns:us-east-1:123456789012:region", false));
    }
}

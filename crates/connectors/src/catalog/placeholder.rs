//! What stands for a value and was left in: `{YOUR_BUCKET}`, `${Region}`, `<topic>`, `REPLACE_ME`.

/// What is said of all of them.
pub(super) const MESSAGE: &str = "has a placeholder in it that was not replaced";

/// Whether an ARN has a placeholder in it. The word `region` in the place of one has a remark of its own.
pub(super) fn is_in_arn(text: &str) -> bool {
    text.contains(['{', '<'])
}

/// Whether a value is or holds a placeholder. Braces and angle brackets may belong to JSON.
pub(super) fn is_in(value: &str, json: bool) -> bool {
    let bytes = value.as_bytes();
    if bytes.contains(&b'{') && has_between(value, if json { "${" } else { "{" }, '}') {
        return true;
    }
    if !json && bytes.contains(&b'<') && has_between(value, "<", '>') {
        return true;
    }
    has_word(value) || (value.starts_with("arn:") && has_part(value))
}

/// Whether there is a name between two brackets.
fn has_between(text: &str, open: &str, close: char) -> bool {
    text.match_indices(open).any(|(at, _)| {
        let inner = &text[at + open.len()..];
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | ':');
        let end = inner.char_indices().take(65).find(|(_, c)| !name(*c));
        end.is_some_and(|(end, c)| end > 0 && c == close)
    })
}

/// Whether a word says that it is to be replaced.
fn has_word(text: &str) -> bool {
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

/// Whether a part of an ARN is the word for it, as in the documentation's examples.
fn has_part(arn: &str) -> bool {
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
    fn what_stands_for_a_value_is_found() {
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
            assert!(is_in(value, false), "{value}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for value in
            ["", "a", "{", "{}", "a{b", "<", "x > y", "docs/your.yml", "/var/lib", "{\"a\":1}", "${", "${}"]
        {
            assert!(!is_in(value, false), "{value}");
        }
        assert!(!is_in(r#"{"a":{"b":"<c>"}}"#, true));
        assert!(is_in(r#"{"a":"${b}"}"#, true));
        assert!(!is_in("arn:aws:sns:us-east-1:123456789012:region", false));
    }
}

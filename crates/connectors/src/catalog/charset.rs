//! Characters and names that several value types share.

/// Whether this is the name of a Region: two letters, words, and a digit. GovCloud's and others' names have more words
/// than the documented patterns know.
pub(super) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let country = parts.next().is_some_and(|part| part.len() == 2 && letters(part));
    let number = parts.next_back().is_some_and(|part| part.len() == 1 && is_digits(part));
    let mut words = parts.peekable();
    country && number && words.peek().is_some() && words.all(letters)
}

pub(super) fn is_name(value: &str) -> bool {
    (2..=63).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && value.bytes().all(|byte| in_set("a-zA-Z0-9-", byte))
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a byte is in a set that is written as in a pattern: `a-z` is a range, a hyphen at the end itself.
pub(super) fn in_set(set: &str, byte: u8) -> bool {
    let mut rest = set.as_bytes();
    loop {
        rest = match rest {
            [] => return false,
            [from, b'-', to, rest @ ..] => {
                if (*from..=*to).contains(&byte) {
                    return true;
                }
                rest
            }
            [one, rest @ ..] => {
                if *one == byte {
                    return true;
                }
                rest
            }
        };
    }
}

/// Whether a text is one or more characters of a set.
pub(super) fn all_of(set: &str, text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| in_set(set, byte))
}

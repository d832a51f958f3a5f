//! Characters and names that several value types share.

/// Whether a text is 2 to 63 letters, digits and hyphens and does not start with a hyphen.
pub(super) fn is_name(text: &str) -> bool {
    (2..=63).contains(&text.len()) && !text.starts_with('-') && all_in_charset("a-zA-Z0-9-", text)
}

/// Whether a text is one or more ASCII digits.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a byte is in a character set that is written as in a regular expression: `a-z` is a range, and a hyphen at
/// the end is a hyphen.
pub(super) fn in_charset(charset: &str, byte: u8) -> bool {
    let mut rest = charset.as_bytes();
    loop {
        rest = match rest {
            [] => return false,
            [first, b'-', last, rest @ ..] => {
                if (*first..=*last).contains(&byte) {
                    return true;
                }
                rest
            }
            [single, rest @ ..] => {
                if *single == byte {
                    return true;
                }
                rest
            }
        };
    }
}

/// Whether a text is one or more characters of a set.
pub(super) fn all_in_charset(charset: &str, text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| in_charset(charset, byte))
}

/// A character set as messages show it: `a-z A-Z 0-9 _ -`.
pub(super) fn describe_charset(charset: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = charset;
    while !rest.is_empty() {
        let is_range = rest.len() > 2 && rest.as_bytes().get(1) == Some(&b'-');
        let (part, after) = rest.split_at(if is_range { 3 } else { 1 });
        parts.push(part);
        rest = after;
    }
    parts.join(" ")
}

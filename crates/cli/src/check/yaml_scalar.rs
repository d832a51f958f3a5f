//! Plain scalars of YAML 1.1, which CloudFormation reads, as the text that it makes of them.
//!
//! Sources: the types [bool](https://yaml.org/type/bool.html), [int](https://yaml.org/type/int.html) and
//! [float](https://yaml.org/type/float.html) of YAML 1.1. A date stays as it is written.

/// The text of a plain scalar, if it is not the scalar's own.
pub(super) fn canonical_text(text: &str) -> Option<String> {
    boolean(text)
        .map(str::to_owned)
        .or_else(|| integer(text))
        .or_else(|| decimal(text))
        .filter(|it| it != text)
}

fn boolean(text: &str) -> Option<&'static str> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some("true"),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some("false"),
        _ => None,
    }
}

/// An integer of base 2, 8, 10, 16 or 60.
fn integer(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = if let Some(digits) = unsigned.strip_prefix("0x") {
        digits_of(digits, 16)?
    } else if let Some(digits) = unsigned.strip_prefix("0b") {
        digits_of(digits, 2)?
    } else if unsigned.len() > 1 && unsigned.starts_with('0') {
        digits_of(&unsigned[1..], 8)?
    } else if unsigned.contains(':') {
        sexagesimal(unsigned)?
    } else {
        digits_of(unsigned, 10)?
    };
    let sign = if text.starts_with('-') && number != 0 { "-" } else { "" };
    Some(format!("{sign}{number}"))
}

fn digits_of(text: &str, radix: u32) -> Option<u128> {
    // A sign, which the parser of integers would accept, is not a digit.
    if !text.chars().all(|c| c == '_' || c.is_digit(radix)) {
        return None;
    }
    u128::from_str_radix(&text.replace('_', ""), radix).ok()
}

/// `1:30` is 90.
fn sexagesimal(text: &str) -> Option<u128> {
    let (first, rest) = text.split_once(':')?;
    rest.split(':').try_fold(digits_of(first, 10)?, |number, digits| {
        let is_valid = matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let digit: u128 = is_valid.then(|| digits.parse().ok()).flatten().filter(|digit| *digit < 60)?;
        number.checked_mul(60)?.checked_add(digit)
    })
}

/// A number with a decimal point and without an exponent: `1.10` is 1.1. Numbers that a double does not hold in full,
/// or that it shows with an exponent, are left as they are written.
fn decimal(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.')?;
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    if !whole.starts_with(|c: char| c.is_ascii_digit()) || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let number: f64 = text.trim_start_matches('+').replace('_', "").parse().ok()?;
    let is_plain = unsigned.len() <= 16 && (number == 0.0 || (1e-3..1e7).contains(&number.abs()));
    is_plain.then(|| format!("{number:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_of_yaml_1_1() {
        for (text, expected) in [
            ("yes", "true"),
            ("Off", "false"),
            ("n", "false"),
            ("Y", "true"),
            ("TRUE", "true"),
            ("01000", "512"),
            ("-010", "-8"),
            ("0x4000", "16384"),
            ("0b1010", "10"),
            ("2_500", "2500"),
            ("+14255550123", "14255550123"),
            ("1:30", "90"),
            ("1:00:00", "3600"),
            ("1.10", "1.1"),
            ("1_000.0", "1000.0"),
            ("-0.50", "-0.5"),
            ("-0", "0"),
        ] {
            assert_eq!(canonical_text(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "yEs",
            "true",
            "0",
            "60",
            "2024-05-01",
            "2024-05-01T10:00:00Z",
            "012345678901",
            "0o14",
            "0x",
            "08",
            "1:60",
            "1:2:300",
            "1.2.3",
            "1e3",
            "arn:aws:sns",
            "a_b",
            "_1",
            "0xg",
            "",
            "12:",
            "10.0.0.1",
            "99999999.10",
        ] {
            assert_eq!(canonical_text(text), None, "{text}");
        }
    }
}

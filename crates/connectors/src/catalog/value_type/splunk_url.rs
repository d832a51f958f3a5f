//! The address of a Splunk endpoint.

use crate::catalog::charset::is_digits;

/// Whether a text is an address as the documentation takes it. Its pattern ends a host with any character and two to
/// five letters, so that `localhost` passes and an address of numbers does not; that is what the device checks too.
pub(super) fn is_splunk_endpoint(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let bytes = rest.as_bytes();
    let alphanumeric =
        |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    // The labels of the host, as far as they reach: each place behind a letter or a digit may be their end.
    let mut end = 0;
    loop {
        if alphanumeric(end) {
            end += 1;
            if ends_in_letters(&rest[end..]) {
                return true;
            }
        } else if end > 0 && matches!(bytes.get(end), Some(b'-' | b'.')) && alphanumeric(end + 1) {
            end += 1;
        } else {
            return false;
        }
    }
}

/// Any character, two to five letters, then a port and a path where they are given.
fn ends_in_letters(text: &str) -> bool {
    let mut characters = text.chars();
    if characters.next().is_none_or(|c| c == '\n') {
        return false;
    }
    let rest = characters.as_str();
    let letters = rest.bytes().take(5).take_while(u8::is_ascii_lowercase).count();
    (2..=letters).any(|count| is_port_and_path(&rest[count..]))
}

fn is_port_and_path(text: &str) -> bool {
    let (port, path) = text.find('/').map_or((text, ""), |at| text.split_at(at));
    let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.len() <= 5 && is_digits(p));
    port_fits && !path.contains('\n')
}

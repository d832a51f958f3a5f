//! The ResponseURLs in an event, which `run` points to its own receiver: a response to an event that is replayed must
//! not reach the stack that sent it.
//!
//! A ResponseURL is found as the function would read it: at any depth, with any escapes, and in strings that hold JSON.
//! Only the strings with a replaced URL change. All else stays as it is, such as duplicate fields and the spelling of
//! numbers.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use connectors::json::{LossyString, RawJson};

/// The name of the member.
const RESPONSE_URL: &str = "ResponseURL";
/// White space between JSON tokens.
const JSON_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
/// Readers of JSON skip it at the start of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The event with the origin of each ResponseURL, which is its scheme and authority, replaced by that of the receiver.
/// Paths and queries stay. `event` must be JSON.
pub(crate) fn redirect(event: &str, receiver: &str) -> String {
    replace_urls(event, &mut |url| Some(format!("{receiver}{}", url.path_and_query)))
        .unwrap_or_else(|| event.to_owned())
}

/// Whether each ResponseURL in the event is on this machine. `event` must be JSON.
pub(crate) fn are_all_on_loopback(event: &str) -> bool {
    let mut all = true;
    replace_urls(event, &mut |url| {
        all &= is_loopback(url.authority);
        None
    });
    all
}

/// A URL, in two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SplitUrl<'a> {
    authority: &'a str,
    /// With the `/` or `?` that it begins with, or empty.
    path_and_query: &'a str,
}

/// Replaces each ResponseURL in a JSON text by what `replace` returns for it. `None` if nothing was replaced.
///
/// Goes from string to string, since only strings matter: a loop needs no stack for deeply nested values.
fn replace_urls(json: &str, replace: &mut dyn FnMut(SplitUrl<'_>) -> Option<String>) -> Option<String> {
    let (mut replaced, mut copied, mut position) = (String::new(), 0, 0);
    // Where the value of a member ResponseURL begins.
    let mut url_at = None;
    while let Some(found) = json[position..].find('"') {
        let start = position + found;
        let end = string_end(json, start);
        position = end;
        let text = decode(&json[start..end]);
        let after = json[end..].trim_start_matches(JSON_SPACE);
        if let Some(value) = after.strip_prefix(':') {
            let value = value.trim_start_matches(JSON_SPACE);
            url_at = (text == RESPONSE_URL).then_some(json.len() - value.len());
            continue;
        }
        let url = if url_at == Some(start) { split_url(&text) } else { None };
        let replacement = match url {
            Some(url) => replace(url),
            None => replace_in_text(&text, replace),
        };
        if let Some(replacement) = replacement {
            replaced.push_str(&json[copied..start]);
            replaced.push_str(&serde_json::Value::String(replacement).to_string());
            copied = end;
        }
    }
    (copied > 0).then(|| replaced + &json[copied..])
}

/// Replaces each ResponseURL in a string that holds JSON, such as the body of a message.
fn replace_in_text(text: &str, replace: &mut dyn FnMut(SplitUrl<'_>) -> Option<String>) -> Option<String> {
    let json = text.trim_start_matches(BYTE_ORDER_MARK);
    let may_hold_strings = json.trim_start_matches(JSON_SPACE).starts_with(['{', '[', '"']);
    if may_hold_strings && RawJson::parse(json).is_ok() { replace_urls(json, replace) } else { None }
}

/// Where the string that begins at `start` ends, in valid JSON.
fn string_end(json: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let closing = json.bytes().enumerate().skip(start + 1).find(|(_, byte)| {
        let is_closing = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_closing
    });
    closing.map_or(json.len(), |(at, _)| at + 1)
}

/// The content of a string. Escapes that are not valid Unicode are replaced: a lenient parser might read them.
fn decode(string: &str) -> Cow<'_, str> {
    serde_json::from_str::<LossyString<'_>>(string).map(|text| text.0).unwrap_or_default()
}

/// Splits a URL with the scheme http or https. More lenient than the function, since `--bootstrap` may run a program with
/// another HTTP client.
fn split_url(text: &str) -> Option<SplitUrl<'_>> {
    let text = text.trim_start_matches(|c: char| c <= ' ');
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let rest = rest.trim_start_matches(['/', '\\']);
    let (authority, path_and_query) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    (!authority.is_empty()).then_some(SplitUrl { authority, path_and_query })
}

/// Whether an authority is a loopback host without a user.
fn is_loopback(authority: &str) -> bool {
    if let Some((ip, port)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = port.is_empty() || port.starts_with(':');
        return is_port && ip.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback());
    }
    let host = authority.split_once(':').map_or(authority, |(host, _)| host);
    let has_user = authority.contains('@');
    let is_loopback_ip = host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    !has_user && (is_loopback_ip || host.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S3: &str = "https://b.s3.amazonaws.com/a";

    #[test]
    fn response_urls_are_redirected_and_nothing_else() {
        for (event, expected) in [
            (
                r#"{"ResponseURL" : "https://b.s3.amazonaws.com/a?b=%2F","x":1.10}"#,
                r#"{"ResponseURL" : "http://r:1/a?b=%2F","x":1.10}"#,
            ),
            (
                r#"{"ResponseURL":"https:\/\/h\/a\u0026?X-Amz-Signature=%2Bb%3d+~\"","n":[1E+2,-0,1.0]}"#,
                r#"{"ResponseURL":"http://r:1/a&?X-Amz-Signature=%2Bb%3d+~\"","n":[1E+2,-0,1.0]}"#,
            ),
            (
                "{\"a\":1,\"a\":2,\"Response\\u0055RL\"\r\n:\r\n\"HTTPS://h:8?é🦀\" , \"b\":\"\\u00e9\\/\"}",
                "{\"a\":1,\"a\":2,\"Response\\u0055RL\"\r\n:\r\n\"http://r:1?é🦀\" , \"b\":\"\\u00e9\\/\"}",
            ),
            (
                r#"{"body":"{\"ResponseURL\":\"https://h/a\",\"n\":1.10}"}"#,
                r#"{"body":"{\"ResponseURL\":\"http://r:1/a\",\"n\":1.10}"}"#,
            ),
            (r#""{\"ResponseURL\":\"https://h/a\"}""#, r#""{\"ResponseURL\":\"http://r:1/a\"}""#),
            (
                r#"{"ResponseURL":"http://h/","ResponseURL":"http://g/"}"#,
                r#"{"ResponseURL":"http://r:1/","ResponseURL":"http://r:1/"}"#,
            ),
            (r#"{"ResponseURL":"http:\\\\h\\a"}"#, r#"{"ResponseURL":"http://r:1\\a"}"#),
            (
                r#"{"b":"{\"ResponseURL\":\"http://h/\",\"x\":\"\ud800\"}"}"#,
                "{\"b\":\"{\\\"ResponseURL\\\":\\\"http://r:1/\\\",\\\"x\\\":\\\"\u{fffd}\u{fffd}\u{fffd}\\\"}\"}",
            ),
        ] {
            assert_eq!(redirect(event, "http://r:1"), expected);
            assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok(), "{expected}");
        }
    }

    #[test]
    fn what_is_no_url_of_a_response_stays() {
        for event in [
            r#"{"ResponseURL":"..."}"#,
            r#"{"ResponseURL":7,"url":"https://h/"}"#,
            r#"{"ResponseURL":["https://h/"],"x":"ResponseURL","y":"https://h/"}"#,
            r#"{"ResponseURL":{"url":"https://h/"},"z":"{\"ResponseURL\":tru}"}"#,
            r#"{"responseURL":"https://h/","ResponseURL2":"https://h/","ResponseURL":"ftp://h/","ResponseURL":"https:"}"#,
            r#""ResponseURL""#,
            " [ ] ",
        ] {
            assert_eq!(redirect(event, "http://r:1"), event);
            assert!(are_all_on_loopback(event), "{event}");
        }
    }

    /// A string that holds JSON, whose strings hold JSON, and so on.
    #[test]
    fn a_url_is_found_at_every_level_of_encoding() {
        let mark = String::from(BYTE_ORDER_MARK);
        let mut event = serde_json::json!({ "ResponseURL": S3 });
        for level in 0..12 {
            let text = event.to_string();
            assert!(!are_all_on_loopback(&text), "{level}");
            let redirected = redirect(&text, "http://127.0.0.1:1");
            assert_eq!(
                redirected,
                text.replace("https://b.s3.amazonaws.com", "http://127.0.0.1:1"),
                "{level}"
            );
            assert!(are_all_on_loopback(&redirected), "{level}");
            event = match level % 3 {
                0 => serde_json::json!(text),
                1 => serde_json::json!({ "Records": [{ "body": text }] }),
                _ => serde_json::json!({ "detail": [text, 1] }),
            };
        }
        let marked =
            serde_json::json!({ "body": mark + &serde_json::json!({ "ResponseURL": S3 }).to_string() });
        assert!(!are_all_on_loopback(&marked.to_string()));
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let (open, close) = ("[".repeat(200_000), "]".repeat(200_000));
        let event = |url: &str| format!(r#"{open}{{"ResponseURL":"{url}"}}{close}"#);
        assert_eq!(redirect(&event("http://h/a"), "http://r:1"), event("http://r:1/a"));
    }

    #[test]
    fn only_loopback_urls_are_on_this_machine() {
        for url in [
            "http://127.0.0.1:80/a",
            "https://localhost/",
            "http://[::1]:8/",
            "http://127.9.9.9",
            "HTTP://LocalHost?",
        ] {
            assert!(are_all_on_loopback(&format!(r#"{{"ResponseURL":"{url}"}}"#)), "{url}");
        }
        for url in [
            S3,
            "https://x@127.0.0.1/",
            "https://x@127.0.0.1.example/",
            "http://127.0.0.1@e.com:1/",
            "http://127.0.0.1.e.com/",
            "http://127.0.0.1:80@e.com/",
            "http://[::1]e.com/",
            "http://[::1].e.com/",
            "http://[::2]/",
            " https://e.com/",
            "https:e.com/",
            "https:/e.com/",
            "http://e.com#127.0.0.1",
            r"http:\\e.com/",
        ] {
            let message =
                serde_json::json!({ "Message": serde_json::json!({ "ResponseURL": url }).to_string() });
            assert!(!are_all_on_loopback(&message.to_string()), "{url}");
        }
    }
}

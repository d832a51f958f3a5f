//! The URL of a Splunk endpoint.

use crate::catalog::charset::is_digits;

/// Whether a text is `[http[s]://]HOST[:PORT][/PATH]` as the Splunk connector accepts it: the host is in lower case and
/// ends in letters, so that `localhost` passes and an IP address does not.
pub(super) fn is_splunk_endpoint(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    is_host(host) && port.is_none_or(|port| port.len() <= 5 && is_digits(port)) && !path.contains('\n')
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    host.split(['.', '-']).all(is_label)
        && host.len() > 1
        && host.bytes().rev().take(2).all(|byte| byte.is_ascii_lowercase())
}

//! The URL that CloudFormation wants its answer at. It comes in an event, so it is held to hosts that may get
//! one; its query is a credential, so it is shown to nobody.

mod client;
mod target;

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::Authority;

pub use client::{Sender, Undelivered};
pub use target::{Way, Ways};

/// A URL that an answer may be sent to, kept to the byte.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl(Uri);

/// The hosts that an answer may be sent to: AWS's S3, and those that the settings add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHosts(Vec<Extra>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Extra {
    host: String,
    port: Option<u16>,
}

/// The DNS suffixes of AWS's partitions: commercial and GovCloud, China, Europe, and the isolated ones.
const AWS_SUFFIXES: [&str; 7] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
];

impl ResponseHosts {
    /// Adds a host, as in `s3.internal.example` or `127.0.0.1:9000`.
    pub(crate) fn allow(&mut self, host: &str) -> Result<(), String> {
        let problem = "must be host names, or names with a port, separated by commas, as in s3.example.com,127.0.0.1:9000";
        let uri: Uri = format!("https://{host}/").parse().map_err(|_| problem.to_owned())?;
        // What is no port number is left out by the parser, and so is a user.
        let whole = |authority: &Authority| {
            authority
                .port()
                .map_or(authority.host().to_owned(), |port| format!("{}:{port}", authority.host()))
        };
        match uri.authority() {
            Some(authority) if whole(authority) == host => {
                self.0.push(Extra { host: plain_host(&uri).unwrap_or_default(), port: authority.port_u16() });
                Ok(())
            }
            _ => Err(problem.to_owned()),
        }
    }

    /// Takes a URL whose host may get an answer; otherwise says why not.
    pub fn parse(&self, text: &str) -> Result<ResponseUrl, String> {
        let uri: Uri = text.parse().map_err(|_| "is not a URL".to_owned())?;
        let (Some(scheme), Some(host), Some(authority)) =
            (uri.scheme_str(), plain_host(&uri), uri.authority())
        else {
            return Err("is not a URL with a scheme and a host".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("names a user, which no ResponseURL does".to_owned());
        }
        let port = authority.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        let extra =
            self.0.iter().any(|extra| extra.host == host && extra.port.is_none_or(|allowed| allowed == port));
        let aws = is_s3(&host) && matches!(authority.port_u16(), None | Some(443));
        if !extra && !aws {
            return Err(format!(
                "names the host {}, which is not AWS's S3; RESPONSE_URL_HOSTS allows others",
                host.escape_default().take(128).collect::<String>()
            ));
        }
        match scheme {
            "https" => Ok(ResponseUrl(uri)),
            "http" if is_loopback(&host) => Ok(ResponseUrl(uri)),
            _ => Err("is not https".to_owned()),
        }
    }
}

impl ResponseUrl {
    /// The URL, with its query.
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// Without the query, which is a credential, and without the path, which names the stack.
impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme_str().unwrap_or_default(), self.0.host().unwrap_or_default())
    }
}

fn plain_host(uri: &Uri) -> Option<String> {
    uri.host().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether this is a host of AWS's S3: `[BUCKET.]s3.SUFFIX`, `[BUCKET.]s3.REGION.SUFFIX`, the older
/// `[BUCKET.]s3-REGION.SUFFIX` or `[BUCKET.]s3.dualstack.REGION.SUFFIX`. A label that only begins with `s3` is not
/// enough: names under other services can be chosen by anybody.
fn is_s3(host: &str) -> bool {
    AWS_SUFFIXES.iter().filter_map(|suffix| host.strip_suffix(suffix)).any(|rest| {
        let mut labels = rest.rsplit('.');
        match labels.next() {
            Some("s3") => true,
            Some(label) if label.strip_prefix("s3-").is_some_and(is_region) => true,
            Some(label) if is_region(label) => match labels.next() {
                Some("s3") => true,
                Some("dualstack") => labels.next() == Some("s3"),
                _ => false,
            },
            _ => false,
        }
    })
}

/// `us-east-1`, `us-gov-west-1`, `us-iso-east-1`, `cn-north-1`, ...
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let Some((number, names)) = parts.split_last() else { return false };
    (2..=4).contains(&names.len())
        && names
            .iter()
            .all(|name| (2..=9).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase()))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(extra: &[&str]) -> ResponseHosts {
        let mut hosts = ResponseHosts::default();
        for host in extra {
            hosts.allow(host).unwrap();
        }
        hosts
    }

    #[test]
    fn awss_own_hosts() {
        for url in [
            "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn%3Aaws?X-Amz-Signature=x",
            "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com/a?b",
            "https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com:443/a?b",
            "https://s3.cn-north-1.amazonaws.com.cn/a?b",
            "https://b.s3.dualstack.us-gov-west-1.amazonaws.com/a?b",
            "https://b.s3.us-iso-east-1.c2s.ic.gov/a?b",
            "https://b.s3.us-isob-east-1.sc2s.sgov.gov/a?b",
        ] {
            assert!(hosts(&[]).parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn hosts_that_only_look_like_it() {
        for url in [
            "http://b.s3.amazonaws.com/a",
            "https://s3.amazonaws.com.evil.example/a",
            "https://evil-s3.amazonaws.com/a",
            "https://s3-evil-1234567890.us-east-1.elb.amazonaws.com/a",
            "https://s3.evil.us-east-1.elb.amazonaws.com/a",
            "https://x.execute-api.us-east-1.amazonaws.com/a",
            "https://s3.amazonaws.com@evil.example/a",
            "https://b.s3.amazonaws.com:8443/a",
            "https://127.0.0.1/a",
            "http://169.254.169.254/latest",
            "/a",
            "ftp://b.s3.amazonaws.com/a",
            "",
            "https://",
        ] {
            assert!(hosts(&[]).parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn settings_add_hosts_and_only_loopback_may_be_plain() {
        let hosts = hosts(&["127.0.0.1", "[::1]:9000", "S3.example.com", "h:443"]);
        for url in [
            "http://127.0.0.1:5/a?b",
            "https://127.0.0.1/a",
            "http://[::1]:9000/a",
            "https://s3.example.com/a",
            "https://h/a",
        ] {
            assert!(hosts.parse(url).is_ok(), "{url}");
        }
        for url in ["http://s3.example.com/a", "http://[::1]:9001/a", "http://localhost/a"] {
            assert!(hosts.parse(url).is_err(), "{url}");
        }
        for bad in ["https://x", "x/y", "a@b", "", "x y", "h:", "h:99999", "h:x"] {
            assert!(ResponseHosts::default().allow(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_query_is_kept_to_the_byte_and_shown_to_nobody() {
        let text = "https://b.s3.amazonaws.com/a%3A%2f?Signature=a%2Bb%3d&x=%20+~";
        let url = hosts(&[]).parse(text).unwrap();
        assert_eq!(url.uri().to_string(), text);
        assert_eq!(format!("{url:?}"), "https://b.s3.amazonaws.com/…");
        let error = hosts(&[]).parse("https://evil.example/a?Signature=abc").unwrap_err();
        assert!(!error.contains("Signature") && !error.contains("abc"), "{error}");
    }
}

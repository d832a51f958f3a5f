//! Responses to CloudFormation: which hosts may receive one, where one goes, and the client that sends it.
//!
//! A ResponseURL comes in an event, so its host must be on an allow-list. Its query is a credential and appears in no log
//! and no error.

mod client;
mod target;

use std::fmt;
use std::net::IpAddr;

use connectors::region::is_region_name;
use http::Uri;
use http::uri::Authority;

pub(crate) use client::{DeliveryError, ResponseClient};
pub(crate) use target::{ResponseMode, ResponseTarget};

/// A URL that may receive a response, unchanged to the byte.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ResponseUrl(Uri);

/// The hosts that may receive a response: AWS's S3, and those that `RESPONSE_URL_HOSTS` adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowedHosts(Vec<AllowedHost>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct AllowedHost {
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

impl AllowedHosts {
    /// Adds a host, as in `s3.internal.example` or `127.0.0.1:9000`.
    ///
    /// # Errors
    /// It is not a host, or not a host with a port.
    pub(crate) fn allow(&mut self, host: &str) -> Result<(), String> {
        let error = "not a list of hosts; separate host names or host:port by commas, for example s3.example.com,127.0.0.1:9000.";
        let uri: Uri = format!("https://{host}/").parse().map_err(|_| error.to_owned())?;
        // The parser drops a user, and a port that is not a number.
        let host_and_port = |authority: &Authority| {
            authority
                .port()
                .map_or(authority.host().to_owned(), |port| format!("{}:{port}", authority.host()))
        };
        match uri.authority() {
            Some(authority) if host_and_port(authority) == host => {
                self.0.push(AllowedHost {
                    host: normalized_host(&uri).unwrap_or_default(),
                    port: authority.port_u16(),
                });
                Ok(())
            }
            _ => Err(error.to_owned()),
        }
    }

    /// Parses a URL whose host is allowed.
    ///
    /// # Errors
    /// Why the URL is not used, without its path and query.
    pub(crate) fn parse(&self, text: &str) -> Result<ResponseUrl, String> {
        let uri: Uri = text.parse().map_err(|_| "not a URL".to_owned())?;
        let (Some(scheme), Some(host), Some(authority)) =
            (uri.scheme_str(), normalized_host(&uri), uri.authority())
        else {
            return Err("not a URL with a scheme and a host".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("a URL with a user, which ResponseURLs do not have".to_owned());
        }
        let port = authority.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        let is_added =
            self.0.iter().any(|added| added.host == host && added.port.is_none_or(|allowed| allowed == port));
        let is_aws = is_s3(&host) && matches!(authority.port_u16(), None | Some(443));
        if !is_added && !is_aws {
            return Err(format!(
                "the host {} is not AWS's S3; add it to RESPONSE_URL_HOSTS to allow it",
                host.escape_default().take(128).collect::<String>()
            ));
        }
        match scheme {
            "https" => Ok(ResponseUrl(uri)),
            "http" if is_loopback(&host) => Ok(ResponseUrl(uri)),
            _ => Err("not https".to_owned()),
        }
    }
}

impl ResponseUrl {
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// Omits the query, which is a credential, and the path, which names the stack.
impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme_str().unwrap_or_default(), self.0.host().unwrap_or_default())
    }
}

fn normalized_host(uri: &Uri) -> Option<String> {
    uri.host().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether this is a host of AWS's S3: `[BUCKET.]s3.SUFFIX`, `[BUCKET.]s3.REGION.SUFFIX`, the older
/// `[BUCKET.]s3-REGION.SUFFIX` or `[BUCKET.]s3.dualstack.REGION.SUFFIX`. A label that only begins with `s3` is not
/// enough: anyone can choose such names under other services.
fn is_s3(host: &str) -> bool {
    AWS_SUFFIXES.iter().filter_map(|suffix| host.strip_suffix(suffix)).any(|rest| {
        let mut labels = rest.rsplit('.');
        match labels.next() {
            Some("s3") => true,
            Some(label) if label.strip_prefix("s3-").is_some_and(is_region_name) => true,
            Some(label) if is_region_name(label) => match labels.next() {
                Some("s3") => true,
                Some("dualstack") => labels.next() == Some("s3"),
                _ => false,
            },
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(extra: &[&str]) -> AllowedHosts {
        let mut hosts = AllowedHosts::default();
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
    fn hosts_that_only_look_like_s3() {
        for url in [
            "http://b.s3.amazonaws.com/a",
            "https://s3.amazonaws.com.evil.example/a",
            "https://evil-s3.amazonaws.com/a",
            "https://s3-evil-1234567890.us-east-1.elb.amazonaws.com/a",
            "https://s3.evil.us-east-1.elb.amazonaws.com/a",
            "https://x.execute-api.us-east-1.amazonaws.com/a",
            "https://s3.amazonaws.com@evil.example/a",
            "https://b.s3.amazonaws.com:8443/a",
            "https://b.s3-website-us-east-1.amazonaws.com/a",
            "https://b.s3-accesspoint.us-east-1.amazonaws.com/a",
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
            assert!(AllowedHosts::default().allow(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_query_is_unchanged_and_never_shown() {
        let text = "https://b.s3.amazonaws.com/a%3A%2f?Signature=a%2Bb%3d&x=%20+~";
        let url = hosts(&[]).parse(text).unwrap();
        assert_eq!(url.uri().to_string(), text);
        assert_eq!(format!("{url:?}"), "https://b.s3.amazonaws.com/…");
        let error = hosts(&[]).parse("https://evil.example/a?Signature=abc").unwrap_err();
        assert!(!error.contains("Signature") && !error.contains("abc"), "{error}");
    }
}

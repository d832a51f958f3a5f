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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedHosts {
    added: Vec<AllowedHost>,
    /// Whether hosts of AWS may receive a response at all: the setting `RESPONSE_URL_ALLOW_AWS`.
    pub(crate) allow_aws: bool,
}

/// An entry of `RESPONSE_URL_HOSTS`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AllowedHost {
    /// `None`: https, and plain http on loopback.
    scheme: Option<Scheme>,
    host: String,
    /// `None`: any port.
    port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// The scheme, host and port of a URL, with what the URL leaves out.
struct Origin {
    scheme: Scheme,
    /// Without brackets, in lower case.
    host: String,
    port: u16,
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

const NOT_HOSTS: &str = "not a list of hosts; separate host, host:port or http://host:port by commas, for example s3.example.com,127.0.0.1:9000.";

impl Default for AllowedHosts {
    fn default() -> Self {
        Self { added: Vec::new(), allow_aws: true }
    }
}

impl AllowedHosts {
    /// Adds a host, as in `s3.internal.example`, `127.0.0.1:9000` or `http://host.docker.internal:4566`. With a scheme,
    /// only URLs of this scheme and port are allowed.
    ///
    /// # Errors
    /// It is not a host, or not a host with a scheme or a port.
    pub(crate) fn allow(&mut self, entry: &str) -> Result<(), String> {
        let (scheme, host) = match entry.split_once("://") {
            Some((scheme, host)) => (Some(Scheme::parse(scheme).ok_or(NOT_HOSTS)?), host),
            None => (None, entry),
        };
        let uri: Uri = format!("https://{host}/").parse().map_err(|_| NOT_HOSTS)?;
        // The parser drops a user, and a port that is not a number.
        let host_and_port = |authority: &Authority| {
            authority
                .port()
                .map_or(authority.host().to_owned(), |port| format!("{}:{port}", authority.host()))
        };
        let authority = uri.authority().filter(|authority| host_and_port(authority) == host);
        let authority = authority.ok_or(NOT_HOSTS)?;
        self.added.push(AllowedHost {
            scheme,
            host: normalized_host(&uri).unwrap_or_default(),
            port: authority.port_u16().or(scheme.map(Scheme::default_port)),
        });
        Ok(())
    }

    /// Parses a URL whose host is allowed.
    ///
    /// # Errors
    /// Why the URL is not used, without its path and query.
    pub(crate) fn parse(&self, text: &str) -> Result<ResponseUrl, String> {
        let uri: Uri = text.parse().map_err(|_| "not a URL".to_owned())?;
        let Some((origin, authority)) = Origin::of(&uri).zip(uri.authority()) else {
            return Err("not a URL with the scheme http or https and a host".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err("a URL with a user, which ResponseURLs do not have".to_owned());
        }
        self.check(&origin).map(|()| ResponseUrl(uri))
    }

    fn check(&self, origin: &Origin) -> Result<(), String> {
        let Origin { scheme, port, .. } = *origin;
        let host = || origin.quote_host();
        if !self.allow_aws && is_aws(&origin.host) {
            return Err(format!(
                "the host {} is AWS's, which RESPONSE_URL_ALLOW_AWS excludes; remove that setting to allow it",
                host()
            ));
        }
        let is_s3_port = scheme == Scheme::Https && port == scheme.default_port();
        if (is_s3_port && is_s3(&origin.host)) || self.added.iter().any(|added| added.allows(origin)) {
            return Ok(());
        }
        match scheme {
            Scheme::Http if is_s3(&origin.host) => {
                Err(format!("not https, which AWS's host {} requires", host()))
            }
            Scheme::Http if !is_loopback(&origin.host) => Err(format!(
                "not https; add http://{}:{port} to RESPONSE_URL_HOSTS to allow plain http to this host",
                host()
            )),
            _ => {
                Err(format!("the host {} is not AWS's S3; add it to RESPONSE_URL_HOSTS to allow it", host()))
            }
        }
    }
}

impl AllowedHost {
    fn allows(&self, origin: &Origin) -> bool {
        let is_scheme_allowed = match self.scheme {
            Some(scheme) => origin.scheme == scheme,
            None => origin.scheme == Scheme::Https || is_loopback(&origin.host),
        };
        is_scheme_allowed && self.host == origin.host && self.port.is_none_or(|port| port == origin.port)
    }
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("http") => Some(Self::Http),
            _ if text.eq_ignore_ascii_case("https") => Some(Self::Https),
            _ => None,
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    fn of(uri: &Uri) -> Option<Self> {
        let scheme = Scheme::parse(uri.scheme_str()?)?;
        let port = uri.port_u16().unwrap_or(scheme.default_port());
        Some(Self { scheme, host: normalized_host(uri)?, port })
    }

    /// The host for an error message. It comes from the event.
    fn quote_host(&self) -> String {
        let host: String = self.host.escape_default().take(128).collect();
        if host.contains(':') { format!("[{host}]") } else { host }
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

/// Whether AWS has this host, or may have it: every name below AWS's suffixes, for an exclusion.
fn is_aws(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    AWS_SUFFIXES.iter().any(|suffix| host.ends_with(suffix))
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
        for bad in [
            "https://x/",
            "x/y",
            "a@b",
            "",
            "x y",
            "h:",
            "h:99999",
            "h:x",
            "ftp://h",
            "http://",
            "://h",
            "http://a@b",
        ] {
            assert!(AllowedHosts::default().allow(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_entry_with_a_scheme_allows_this_scheme_and_port_only() {
        let hosts =
            hosts(&["http://host.docker.internal:4566", "HTTP://Plain.example", "https://[::1]:9000"]);
        for url in [
            "http://host.docker.internal:4566/a?b",
            "HTTP://HOST.docker.internal:4566/a?b",
            "http://plain.example/a",
            "http://plain.example:80/a",
            "https://[::1]:9000/a",
        ] {
            assert!(hosts.parse(url).is_ok(), "{url}");
        }
        for url in [
            "https://host.docker.internal:4566/a",
            "http://host.docker.internal/a",
            "http://host.docker.internal:4567/a",
            "http://x.host.docker.internal:4566/a",
            "http://host.docker.internal.example:4566/a",
            "https://plain.example/a",
            "http://plain.example:8080/a",
            "http://[::1]:9000/a",
        ] {
            assert!(hosts.parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_refused_url_names_the_setting_that_would_allow_it() {
        let hosts = hosts(&["s3.example.com"]);
        for (url, part) in [
            (
                "http://host.docker.internal:4566/a",
                "add http://host.docker.internal:4566 to RESPONSE_URL_HOSTS",
            ),
            ("http://s3.example.com/a", "add http://s3.example.com:80 to RESPONSE_URL_HOSTS"),
            ("http://[fd00::1]:8/a", "add http://[fd00::1]:8 to RESPONSE_URL_HOSTS"),
            ("https://h:8/a", "the host h is not AWS's S3; add it to RESPONSE_URL_HOSTS"),
            ("http://127.0.0.1:8/a", "the host 127.0.0.1 is not AWS's S3; add it to RESPONSE_URL_HOSTS"),
            ("http://b.s3.amazonaws.com/a", "not https, which AWS's host b.s3.amazonaws.com requires"),
            ("ftp://h/a", "not a URL with the scheme http or https"),
        ] {
            let error = hosts.parse(url).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn awss_hosts_can_be_excluded() {
        let mut hosts = hosts(&["127.0.0.1", "b.s3.amazonaws.com", "b.s3.amazonaws.com."]);
        hosts.allow_aws = false;
        for url in [
            "https://b.s3.amazonaws.com/a?X-Amz-Signature=x",
            "https://b.s3.amazonaws.com./a",
            "HTTPS://B.S3.AMAZONAWS.COM/a",
            "https://b.s3.us-east-1.amazonaws.com:443/a",
            "https://s3.cn-north-1.amazonaws.com.cn/a",
            "https://b.s3.us-iso-east-1.c2s.ic.gov/a",
        ] {
            let error = hosts.parse(url).unwrap_err();
            assert!(error.contains("RESPONSE_URL_ALLOW_AWS") && !error.contains("X-Amz"), "{error}");
        }
        assert!(hosts.parse("http://127.0.0.1:9/a").is_ok());
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

//! Which requests a server on this machine refuses: those that a web page sends through a browser.
//!
//! Any page that a developer visits can send requests to servers on the developer's machine. The browser says so in
//! `Origin` or `Sec-Fetch-Site`. A page whose own name resolves to this machine (DNS rebinding) has neither, but its
//! name is in `Host`. Programs such as the AWS SDKs and curl send no `Origin`, and the name that they were configured
//! with as `Host`.

use std::net::{IpAddr, Ipv6Addr};

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Uri};

/// Docker's name for the machine that a container runs on.
const DOCKER_HOST: &str = "host.docker.internal";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Which names of a server a request may use, in addition to loopback, the server's address and Docker's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedNames {
    names: Vec<String>,
    /// What to do about a name that is not allowed, to complete "use 127.0.0.1 or localhost".
    remedy: &'static str,
}

/// Why a request is refused. Its text is for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

impl AllowedNames {
    /// These names, which the user can choose with the option `--allow-host`.
    pub(crate) fn of_option(names: &[String]) -> Self {
        let names = names.iter().map(|name| normalize(name)).collect();
        Self { names, remedy: ", or start the emulator with --allow-host and this name" }
    }

    /// Checks a request that arrived at the address `local`.
    ///
    /// # Errors
    /// The request comes from a web page, or its `Host` is not a name of this server.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap, local: IpAddr) -> Result<(), Refusal> {
        let mut port = None;
        // A request in absolute form has the authority in its first line too. HTTP/1.0 needs no Host.
        let hosts = headers.get_all(HOST).iter().map(|value| value.to_str().unwrap_or_default());
        for host in hosts.chain(uri.authority().map(Authority::as_str)) {
            let allowed = split_authority(host).filter(|(name, _)| self.allows(name, local));
            let (_, host_port) = allowed.ok_or_else(|| self.refuse_host(host))?;
            port = Some(host_port.unwrap_or(80));
        }
        for origin in headers.get_all(ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            // The server's own pages may call it. Pages on other ports are other programs'.
            let is_own = origin.strip_prefix("http://").and_then(split_authority).is_some_and(
                |(name, origin_port)| self.allows(&name, local) && port == Some(origin_port.unwrap_or(80)),
            );
            if !is_own {
                return Err(refuse_page("Origin", origin));
            }
        }
        for site in headers.get_all(SEC_FETCH_SITE) {
            // `none`: a person entered the URL.
            if !matches!(site.as_bytes(), b"same-origin" | b"none") {
                return Err(refuse_page("Sec-Fetch-Site", site.to_str().unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn allows(&self, name: &str, local: IpAddr) -> bool {
        let ip = name.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        ip.is_some_and(|ip| ip.is_loopback() || ip == local.to_canonical())
            || matches!(name, "localhost" | DOCKER_HOST)
            || self.names.iter().any(|allowed| allowed == name)
    }

    fn refuse_host(&self, host: &str) -> Refusal {
        let remedy = self.remedy;
        Refusal(format!(
            "Host: {} is not a name of this server; use 127.0.0.1 or localhost{remedy}.",
            quote(host)
        ))
    }
}

fn refuse_page(header: &str, value: &str) -> Refusal {
    Refusal(format!(
        "{header}: {} is a web page's; requests from web pages are refused. Use a program such as an AWS SDK or curl.",
        quote(value)
    ))
}

/// A value from a request, for a message.
fn quote(value: &str) -> String {
    let value: String = value.escape_default().take(128).collect();
    if value.is_empty() { "an empty value".to_owned() } else { value }
}

/// A name without brackets and the dot of an absolute name, in lower case. An IP address in its usual form.
fn normalize(name: &str) -> String {
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name.parse::<IpAddr>().map_or(name, |ip| ip.to_canonical().to_string())
}

/// The normalized name and the port of a `Host`. `None` if it is not valid.
fn split_authority(text: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((ip, rest)) => {
            ip.parse::<Ipv6Addr>().ok()?;
            (ip, rest.strip_prefix(':').or(rest.is_empty().then_some("")))
        }
        None => text.split_once(':').map_or((text, Some("")), |(name, port)| (name, Some(port))),
    };
    let port = match port? {
        "" => None,
        port => Some(port.parse().ok()?),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    (!name.is_empty() && name.chars().all(is_name)).then(|| (normalize(name), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], local: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        AllowedNames::of_option(&names).check(&Uri::from_static("/a"), &map, local.parse().unwrap())
    }

    #[test]
    fn names_of_this_machine_are_allowed() {
        for host in [
            "127.0.0.1:8090",
            "127.0.0.1",
            "127.8.7.6:1",
            "localhost:8090",
            "LOCALHOST",
            "localhost.:8090",
            "[::1]:8090",
            "[::1]",
            "[0:0:0:0:0:0:0:1]:80",
            "[::ffff:127.0.0.1]:80",
            "host.docker.internal:8090",
            "Host.Docker.Internal",
        ] {
            assert_eq!(check(&[], "127.0.0.1", &[("host", host)]), Ok(()), "{host}");
        }
        assert_eq!(check(&[], "127.0.0.1", &[]), Ok(()), "HTTP/1.0 has no Host");
        for (local, host) in [
            ("192.0.2.7", "192.0.2.7:8090"),
            ("::ffff:192.0.2.7", "192.0.2.7:8090"),
            ("fd00::7", "[fd00::7]:8090"),
            ("0.0.0.0", "0.0.0.0:8090"),
        ] {
            assert_eq!(check(&[], local, &[("host", host)]), Ok(()), "{host}");
        }
        for (name, host) in [
            ("Emulator", "emulator:8090"),
            ("192.0.2.9", "192.0.2.9"),
            ("fd00::9", "[fd00:0::9]:1"),
            ("[fd00::9]", "[fd00::9]"),
        ] {
            assert_eq!(check(&[name], "127.0.0.1", &[("host", host)]), Ok(()), "{host}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for host in [
            "evil.example:8090",
            "evil.example",
            "127.0.0.1.evil.example:8090",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8090",
            "evil.localhost.example",
            "emulator.evil.example",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "[::1].evil.example",
            "[::1]evil.example",
            "[fd00::9]:8090",
            "[evil.example]:80",
            "192.0.2.7:8090",
            "0.0.0.0:8090",
            "127.0.0.1:8090:80",
            "127.0.0.1:http",
            "127.0.0.1/evil",
            "::1",
            "",
        ] {
            let Refusal(message) = check(&["emulator"], "127.0.0.1", &[("host", host)]).unwrap_err();
            assert!(message.starts_with("Host: ") && message.contains("--allow-host"), "{message}");
        }
        let twice = [("host", "127.0.0.1:1"), ("host", "evil.example")];
        assert!(check(&[], "127.0.0.1", &twice).is_err());
        let names = AllowedNames::default();
        let absolute = Uri::from_static("http://evil.example/a");
        let Refusal(message) =
            names.check(&absolute, &HeaderMap::new(), Ipv6Addr::LOCALHOST.into()).unwrap_err();
        assert_eq!(message, "Host: evil.example is not a name of this server; use 127.0.0.1 or localhost.");
    }

    #[test]
    fn requests_of_foreign_pages_are_refused() {
        let with = |headers: &[(&str, &str)]| {
            check(&["emulator"], "127.0.0.1", &[&[("host", "127.0.0.1:8090")], headers].concat())
        };
        for origin in
            ["http://127.0.0.1:8090", "http://localhost:8090", "http://[::1]:8090", "http://emulator:8090"]
        {
            assert_eq!(with(&[("origin", origin)]), Ok(()), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "http://evil.example:8090",
            "http://127.0.0.1:3000",
            "http://localhost",
            "https://localhost:8090",
            "http://127.0.0.1.evil.example:8090",
            "null",
            "file://",
            "",
        ] {
            let Refusal(message) = with(&[("origin", origin)]).unwrap_err();
            assert!(message.starts_with("Origin: "), "{message}");
        }
        assert!(with(&[("origin", "http://127.0.0.1:8090"), ("origin", "https://evil.example")]).is_err());
        for (site, allowed) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false)]
        {
            assert_eq!(with(&[("sec-fetch-site", site)]).is_ok(), allowed, "{site}");
        }
    }
}

//! The environment, read once, all errors at once.
//!
//! A bad setting never stops the function from starting: what is right is used, and what is wrong is the
//! answer to every event until it is mended.

use crate::catalog::checks::{Checks, Mode};
use crate::creator::Idempotency;
use crate::request::{Path, Problems};
use crate::source::cloudformation::ResponseHosts;

/// The Region's endpoint is used where this is not set; read by the SDK, checked here.
pub const ENDPOINT: &str = "AWS_ENDPOINT_URL_GREENGRASS";
/// The Region; Lambda sets it.
pub const REGION: &str = "AWS_REGION";
/// Extra hosts that a ResponseURL may name.
pub const RESPONSE_URL_HOSTS: &str = "RESPONSE_URL_HOSTS";

/// How a request that comes twice becomes one version.
pub const IDEMPOTENCY: &str = "IDEMPOTENCY";

/// What is done with what is known of AWS's connectors.
pub const CONNECTOR_CHECKS: &str = "CONNECTOR_CHECKS";

/// The function's settings.
#[derive(Debug)]
pub struct Settings {
    /// How a request that comes twice becomes one version.
    pub idempotency: Idempotency,
    /// The checks of requests against the catalogue of AWS's connectors.
    pub checks: Checks,
    /// Where answers to CloudFormation may be sent.
    pub response_hosts: ResponseHosts,
    /// What is wrong with the settings.
    pub problems: Problems,
}

impl Settings {
    /// Reads the settings by name from wherever they are kept.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut problems = Problems::default();
        let mut check = |name: &str, outcome: Result<(), String>| {
            if let Err(problem) = outcome {
                problems.add(&Path::root().member(name), problem);
            }
        };
        if let Some(url) = given(ENDPOINT) {
            check(ENDPOINT, check_endpoint(&url));
        }
        if given(REGION).is_none() {
            check(
                REGION,
                Err("is not set, Lambda sets it, elsewhere give a Region, as in us-east-1".to_owned()),
            );
        }
        let idempotency = match given(IDEMPOTENCY).as_deref() {
            None | Some("token") => Idempotency::Token,
            Some("latest") => Idempotency::Latest,
            Some(_) => {
                check(IDEMPOTENCY, Err("is not a known mode, must be token or latest".to_owned()));
                Idempotency::Token
            }
        };
        let mode = match given(CONNECTOR_CHECKS).as_deref() {
            None | Some("advise") => Mode::Advise,
            Some("off") => Mode::Off,
            Some("enforce") => Mode::Enforce,
            Some(_) => {
                let problem = "is not a known mode, must be off, advise or enforce";
                check(CONNECTOR_CHECKS, Err(problem.to_owned()));
                Mode::Advise
            }
        };
        let mut response_hosts = ResponseHosts::default();
        for host in given(RESPONSE_URL_HOSTS).unwrap_or_default().split(',').map(str::trim) {
            if !host.is_empty() {
                check(RESPONSE_URL_HOSTS, response_hosts.allow(host));
            }
        }
        let checks = Checks { mode, region: given(REGION) };
        Self { idempotency, checks, response_hosts, problems }
    }
}

fn check_endpoint(url: &str) -> Result<(), String> {
    let uri: Option<http::Uri> = url.parse().ok();
    match uri.as_ref().and_then(|uri| uri.scheme_str().zip(uri.authority())) {
        Some(("http" | "https", authority)) if !authority.as_str().contains('@') => Ok(()),
        _ => {
            Err("is not a URL, must be http:// or https:// and a host, as in http://127.0.0.1:8080"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        Settings::read(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn lambdas_own_environment_is_enough() {
        assert!(read(&[(REGION, "us-east-1")]).problems.is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_what_is_right_is_used() {
        let settings = read(&[
            (ENDPOINT, "localhost"),
            (IDEMPOTENCY, "always"),
            (CONNECTOR_CHECKS, "Enforce"),
            (RESPONSE_URL_HOSTS, "https://x/, 127.0.0.1:9"),
        ]);
        let text = settings.problems.to_string();
        for name in [
            "5 problems",
            "CONNECTOR_CHECKS: is not a known mode, must be off, advise or enforce",
            "IDEMPOTENCY: is not a known mode",
            "AWS_ENDPOINT_URL_GREENGRASS: is not a URL",
            "AWS_REGION: is not set",
            "RESPONSE_URL_HOSTS: ",
        ] {
            assert!(text.contains(name), "{name}\n{text}");
        }
        assert!(settings.response_hosts.parse("http://127.0.0.1:9/x?y").is_ok());
    }
}

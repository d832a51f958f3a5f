//! The environment, read once, all errors at once.
//!
//! A bad setting never stops the function from starting: what is right is used, and what is wrong is the
//! answer to every event until it is mended.

use connectors::request::{Path, Problems};

pub use crate::aws::{ANY_ENDPOINT, DYNAMODB_ENDPOINT, ENDPOINT};

use crate::batch::AtATime;
use crate::creator::Idempotency;
use crate::metrics::Metrics;
use crate::response_url::{ResponseHosts, Ways};
use crate::validation::{Checks, Mode};

/// The Region; Lambda sets it.
pub const REGION: &str = "AWS_REGION";
/// The function's name; Lambda sets it.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// Extra hosts that a ResponseURL may name.
pub const RESPONSE_URL_HOSTS: &str = "RESPONSE_URL_HOSTS";
/// Whether the function answers CloudFormation itself.
pub const CUSTOM_RESOURCE_ANSWER: &str = "CUSTOM_RESOURCE_ANSWER";

/// How a request that comes twice becomes one version.
pub const IDEMPOTENCY: &str = "IDEMPOTENCY";

/// The table of leases: its name or ARN.
pub const IDEMPOTENCY_TABLE: &str = "IDEMPOTENCY_TABLE";

/// How many messages of a batch are worked on at a time.
pub const MESSAGES_AT_A_TIME: &str = "MESSAGES_AT_A_TIME";

/// What is done with what is known of AWS's connectors.
pub const CONNECTOR_CHECKS: &str = "CONNECTOR_CHECKS";

/// The CloudWatch namespace of the function's metrics.
pub const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";

/// The function's settings.
#[derive(Debug)]
pub struct Settings {
    /// How a request that comes twice becomes one version.
    pub idempotency: Idempotency<String>,
    /// How many messages of a batch are worked on at a time.
    pub at_a_time: AtATime,
    /// The checks of requests against the catalogue of AWS's connectors.
    pub checks: Checks,
    /// Where answers to CloudFormation may go.
    pub ways: Ways,
    /// Where requests are counted, if they are.
    pub metrics: Option<Metrics>,
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
        for name in [ENDPOINT, DYNAMODB_ENDPOINT, ANY_ENDPOINT] {
            if let Some(url) = given(name) {
                check(name, check_endpoint(&url));
            }
        }
        check(REGION, check_region(given(REGION).as_deref()));
        let idempotency = match given(IDEMPOTENCY).as_deref() {
            None | Some("token") => Idempotency::Token,
            Some("latest") => Idempotency::Latest,
            Some("table") => Idempotency::Table(given(IDEMPOTENCY_TABLE).unwrap_or_default()),
            Some(_) => {
                check(IDEMPOTENCY, Err("is not a known mode, must be token, latest or table".to_owned()));
                Idempotency::Token
            }
        };
        if let Idempotency::Table(table) = &idempotency {
            check(IDEMPOTENCY_TABLE, check_table(table));
        }
        let at_a_time = given(MESSAGES_AT_A_TIME)
            .map_or(Some(AtATime::default()), |number| number.parse().ok().and_then(AtATime::new));
        let at_a_time = at_a_time.unwrap_or_else(|| {
            let (least, most) = AtATime::ALLOWED.into_inner();
            check(MESSAGES_AT_A_TIME, Err(format!("is no such number, must be {least} to {most}")));
            AtATime::default()
        });
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
        let mut hosts = ResponseHosts::default();
        for host in given(RESPONSE_URL_HOSTS).unwrap_or_default().split(',').map(str::trim) {
            if !host.is_empty() {
                check(RESPONSE_URL_HOSTS, hosts.allow(host));
            }
        }
        let ways = match given(CUSTOM_RESOURCE_ANSWER).as_deref() {
            None | Some("send") => Ways::Send(hosts),
            Some("return") => Ways::Return,
            Some(_) => {
                let problem = "is not a known way, must be send or return";
                check(CUSTOM_RESOURCE_ANSWER, Err(problem.to_owned()));
                Ways::Send(hosts)
            }
        };
        let function_name = given(FUNCTION_NAME).unwrap_or_default();
        let metrics = given(METRICS_NAMESPACE).map(|namespace| Metrics::new(&namespace, &function_name));
        let metrics = metrics.transpose().unwrap_or_else(|problem| {
            check(METRICS_NAMESPACE, Err(problem));
            None
        });
        let checks = Checks { mode, region: given(REGION) };
        Self { idempotency, checks, at_a_time, ways, metrics, problems }
    }
}

/// A name as DynamoDB allows it, or an ARN.
fn check_table(table: &str) -> Result<(), String> {
    if table.is_empty() {
        return Err("is not set, must be the name of the table that IDEMPOTENCY=table needs".to_owned());
    }
    let name = table.strip_prefix("arn:").map_or(table, |arn| arn.rsplit('/').next().unwrap_or_default());
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (3..=255).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err("is no table's name, must be 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.', or its ARN".to_owned())
    }
}

/// It becomes a part of a host's name.
fn check_region(region: Option<&str>) -> Result<(), String> {
    let problem = match region {
        None => "is not set",
        Some(region) if region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') => {
            return Ok(());
        }
        Some(_) => "is no Region",
    };
    Err(format!("{problem}, Lambda sets it, elsewhere give a Region, as in us-east-1"))
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
        for region in ["us east", "US-EAST-1", "us-east-1.evil.example", "eu-\u{e9}-1"] {
            assert!(read(&[(REGION, region)]).problems.to_string().contains("is no Region"), "{region}");
        }
    }

    #[test]
    fn leases_need_a_table() {
        let with_table =
            |table| read(&[(REGION, "us-east-1"), (IDEMPOTENCY, "table"), (IDEMPOTENCY_TABLE, table)]);
        for table in ["leases", "a.b_C-9", "arn:aws:dynamodb:us-east-1:123456789012:table/leases"] {
            let settings = with_table(table);
            assert!(settings.problems.is_empty(), "{}", settings.problems);
            assert_eq!(settings.idempotency, Idempotency::Table(table.to_owned()));
        }
        for table in ["", "a", "le ases", "arn:aws:dynamodb:us-east-1:123456789012:table/"] {
            assert!(with_table(table).problems.to_string().contains("IDEMPOTENCY_TABLE: is "), "{table}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_what_is_right_is_used() {
        let settings = read(&[
            (ENDPOINT, "localhost"),
            (DYNAMODB_ENDPOINT, "127.0.0.1:8000"),
            (IDEMPOTENCY, "always"),
            (CONNECTOR_CHECKS, "Enforce"),
            (CUSTOM_RESOURCE_ANSWER, "..."),
            (METRICS_NAMESPACE, "AWS/Lambda"),
            (RESPONSE_URL_HOSTS, "https://x/, 127.0.0.1:9"),
        ]);
        let text = settings.problems.to_string();
        for name in [
            "8 problems",
            "METRICS_NAMESPACE: is no namespace of one's own",
            "CUSTOM_RESOURCE_ANSWER: is not a known way, must be send or return",
            "CONNECTOR_CHECKS: is not a known mode, must be off, advise or enforce",
            "IDEMPOTENCY: is not a known mode",
            "AWS_ENDPOINT_URL_GREENGRASS: is not a URL",
            "AWS_ENDPOINT_URL_DYNAMODB: is not a URL",
            "AWS_REGION: is not set",
            "RESPONSE_URL_HOSTS: ",
        ] {
            assert!(text.contains(name), "{name}\n{text}");
        }
        let Ways::Send(hosts) = settings.ways else { panic!("{:?}", settings.ways) };
        assert!(hosts.parse("http://127.0.0.1:9/x?y").is_ok());
    }
}

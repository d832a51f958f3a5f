//! The function's settings, read from the environment once, with all errors at once.
//!
//! An invalid setting does not keep the function from starting. It is the error of the events that need it, until it is
//! fixed: a stack must be able to roll back to a version that exists, whatever else is wrong.

use connectors::diagnostic::{Path, ValidationErrors};
use connectors::region::is_region_name;
use http::Uri;

pub use crate::aws::{DEFAULT_ENDPOINT_VAR, DYNAMODB_ENDPOINT_VAR, GREENGRASS_ENDPOINT_VAR};

use crate::batch::Concurrency;
use crate::response_url::{AllowedHosts, ResponseMode};
use crate::telemetry::Metrics;
use crate::validation::{ValidationMode, Validator};

/// The Region; Lambda sets it.
const REGION: &str = "AWS_REGION";
/// The function's name; Lambda sets it.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// How a request that is delivered again is kept from creating a second version.
pub const IDEMPOTENCY: &str = "IDEMPOTENCY";
/// Name or ARN of the idempotency table.
pub const IDEMPOTENCY_TABLE: &str = "IDEMPOTENCY_TABLE";
/// How many messages of a batch are processed at a time.
pub const BATCH_CONCURRENCY: &str = "BATCH_CONCURRENCY";
/// What the function does with diagnostics of the catalog of AWS's connectors.
pub const CONNECTOR_CHECKS: &str = "CONNECTOR_CHECKS";
/// Hosts besides AWS's S3 that a ResponseURL may name.
pub const RESPONSE_URL_HOSTS: &str = "RESPONSE_URL_HOSTS";
/// Whether a ResponseURL may name a host of AWS. Only `false` is of use, for runs outside of AWS.
pub const RESPONSE_URL_ALLOW_AWS: &str = "RESPONSE_URL_ALLOW_AWS";
/// Whether the function sends the responses of custom resources, or returns them.
pub const CUSTOM_RESOURCE_RESPONSE: &str = "CUSTOM_RESOURCE_RESPONSE";
/// The CloudWatch namespace of the function's metrics.
pub const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";

/// Settings that have a new name.
const RENAMED: [(&str, &str); 2] =
    [("MESSAGES_AT_A_TIME", BATCH_CONCURRENCY), ("CUSTOM_RESOURCE_ANSWER", CUSTOM_RESOURCE_RESPONSE)];

/// The function's settings.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) idempotency: IdempotencyConfig,
    pub(crate) batch_concurrency: Concurrency,
    pub(crate) validator: Validator,
    pub(crate) response_mode: ResponseMode,
    /// `None`: no metrics are written.
    pub(crate) metrics: Option<Metrics>,
    pub(crate) errors: ConfigErrors,
}

/// The errors of all settings, and which events they affect.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConfigErrors {
    all: ValidationErrors,
    affected: Vec<NeededBy>,
}

/// Which events need a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NeededBy {
    /// Events that call the service.
    Calls,
    /// Requests that create a version.
    Creates,
    /// Custom resources, whose response the function sends or returns.
    Responses,
    /// Batches of messages.
    Batches,
    /// No event: what the function writes to its log.
    Output,
}

impl NeededBy {
    fn of_setting(name: &str) -> Self {
        match name {
            REGION | GREENGRASS_ENDPOINT_VAR | DEFAULT_ENDPOINT_VAR => Self::Calls,
            RESPONSE_URL_HOSTS | RESPONSE_URL_ALLOW_AWS | CUSTOM_RESOURCE_RESPONSE => Self::Responses,
            BATCH_CONCURRENCY => Self::Batches,
            METRICS_NAMESPACE => Self::Output,
            _ => Self::Creates,
        }
    }
}

impl ConfigErrors {
    /// Whether events of this kind can be processed.
    ///
    /// # Errors
    /// The errors of all settings, so that they are fixed at once.
    pub(crate) fn check(&self, needed_by: NeededBy) -> Result<(), ValidationErrors> {
        if self.affected.contains(&needed_by) { Err(self.all.clone()) } else { Ok(()) }
    }

    /// The errors of all settings.
    pub(crate) fn all(&self) -> &ValidationErrors {
        &self.all
    }

    fn push(&mut self, needed_by: NeededBy, name: &str, message: impl std::fmt::Display) {
        self.all.push(&Path::root().field(name), message);
        self.affected.push(needed_by);
    }
}

/// [`IDEMPOTENCY`], with the name of the table that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IdempotencyConfig {
    ClientToken,
    CheckLatest,
    LockTable { table: String },
}

impl Config {
    /// Reads the settings. `lookup` returns the value of an environment variable.
    pub(crate) fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let mut reader = Reader { lookup, errors: ConfigErrors::default() };
        reader.reject_renamed();
        reader.check_endpoints();
        let region = reader.region();
        let validator = Validator { mode: reader.validation_mode(), region };
        let idempotency = reader.idempotency();
        let batch_concurrency = reader.batch_concurrency();
        let response_mode = reader.response_mode();
        let metrics = reader.metrics();
        Self { idempotency, batch_concurrency, validator, response_mode, metrics, errors: reader.errors }
    }
}

/// Reads one setting after the other, and collects their errors.
struct Reader<F> {
    lookup: F,
    errors: ConfigErrors,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// The value of a setting; an empty one counts as not set.
    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn record_error(&mut self, name: &str, message: impl std::fmt::Display) {
        self.errors.push(NeededBy::of_setting(name), name, message);
    }

    fn reject_renamed(&mut self) {
        for (old, new) in RENAMED {
            if self.value(old).is_some() {
                self.errors.push(NeededBy::of_setting(new), old, format_args!("renamed; set {new} instead."));
            }
        }
    }

    fn check_endpoints(&mut self) {
        for name in [GREENGRASS_ENDPOINT_VAR, DYNAMODB_ENDPOINT_VAR, DEFAULT_ENDPOINT_VAR] {
            if self.value(name).is_some_and(|url| !is_endpoint(&url)) {
                self.record_error(
                    name,
                    "not a URL; use http:// or https:// and a host, for example http://127.0.0.1:8080.",
                );
            }
        }
    }

    fn region(&mut self) -> Option<String> {
        const REMEDY: &str = "Lambda sets it; elsewhere, set a Region, for example us-east-1.";
        let region = self.value(REGION);
        match &region {
            None => self.record_error(REGION, format_args!("required. {REMEDY}")),
            Some(region) if !is_region_name(region) => {
                self.record_error(REGION, format_args!("not a Region. {REMEDY}"));
            }
            Some(_) => {}
        }
        region
    }

    fn validation_mode(&mut self) -> ValidationMode {
        match self.value(CONNECTOR_CHECKS).as_deref() {
            None | Some("warn") => ValidationMode::Warn,
            Some("off") => ValidationMode::Off,
            Some("enforce") => ValidationMode::Enforce,
            Some("advise") => {
                self.record_error(CONNECTOR_CHECKS, "`advise` is renamed; use warn.");
                ValidationMode::Warn
            }
            Some(_) => {
                self.record_error(CONNECTOR_CHECKS, "unknown mode; use off, warn or enforce.");
                ValidationMode::Warn
            }
        }
    }

    fn idempotency(&mut self) -> IdempotencyConfig {
        match self.value(IDEMPOTENCY).as_deref() {
            None | Some("token") => IdempotencyConfig::ClientToken,
            Some("latest") => IdempotencyConfig::CheckLatest,
            Some("table") => {
                let table = self.value(IDEMPOTENCY_TABLE).unwrap_or_default();
                if table.is_empty() {
                    self.record_error(IDEMPOTENCY_TABLE, "required by IDEMPOTENCY=table.");
                } else if !is_table(&table) {
                    self.record_error(
                        IDEMPOTENCY_TABLE,
                        "not a table; use its name, 3-255 of `a-z A-Z 0-9 _ - .`, or its ARN.",
                    );
                }
                IdempotencyConfig::LockTable { table }
            }
            Some(_) => {
                self.record_error(IDEMPOTENCY, "unknown mode; use token, latest or table.");
                IdempotencyConfig::ClientToken
            }
        }
    }

    fn batch_concurrency(&mut self) -> Concurrency {
        let Some(value) = self.value(BATCH_CONCURRENCY) else { return Concurrency::default() };
        value.parse().ok().and_then(Concurrency::new).unwrap_or_else(|| {
            let (min, max) = Concurrency::ALLOWED.into_inner();
            self.record_error(BATCH_CONCURRENCY, format_args!("expected an integer from {min} to {max}."));
            Concurrency::default()
        })
    }

    fn response_mode(&mut self) -> ResponseMode {
        let mut hosts = AllowedHosts::default();
        hosts.allow_aws = self.allow_aws();
        let value = self.value(RESPONSE_URL_HOSTS).unwrap_or_default();
        for host in value.split(',').map(str::trim).filter(|host| !host.is_empty()) {
            if let Err(error) = hosts.allow(host) {
                self.record_error(RESPONSE_URL_HOSTS, error);
            }
        }
        match self.value(CUSTOM_RESOURCE_RESPONSE).as_deref() {
            None | Some("put") => ResponseMode::PutToUrl(hosts),
            Some("return") => ResponseMode::ReturnToCaller,
            Some(_) => {
                self.record_error(CUSTOM_RESOURCE_RESPONSE, "unknown mode; use put or return.");
                ResponseMode::PutToUrl(hosts)
            }
        }
    }

    /// A value that is not valid does not allow it: the setting exists to prevent it.
    fn allow_aws(&mut self) -> bool {
        match self.value(RESPONSE_URL_ALLOW_AWS).map(|value| value.to_ascii_lowercase()).as_deref() {
            None | Some("true") => true,
            Some("false") => false,
            Some(_) => {
                self.record_error(RESPONSE_URL_ALLOW_AWS, "unknown value; use true or false.");
                false
            }
        }
    }

    fn metrics(&mut self) -> Option<Metrics> {
        let namespace = self.value(METRICS_NAMESPACE)?;
        let function_name = self.value(FUNCTION_NAME).unwrap_or_default();
        Metrics::new(&namespace, &function_name)
            .map_err(|error| self.record_error(METRICS_NAMESPACE, error))
            .ok()
    }
}

/// A name as DynamoDB allows it, or an ARN with one.
fn is_table(table: &str) -> bool {
    let name = table.strip_prefix("arn:").map_or(table, |arn| arn.rsplit('/').next().unwrap_or_default());
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (3..=255).contains(&name.len()) && name.chars().all(is_allowed)
}

fn is_endpoint(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    matches!(
        uri.as_ref().and_then(|uri| uri.scheme_str().zip(uri.authority())),
        Some(("http" | "https", authority)) if !authority.as_str().contains('@')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Config {
        Config::from_env(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn lambdas_own_environment_is_enough() {
        assert!(config(&[(REGION, "us-east-1")]).errors.all().is_empty());
        for region in ["us east", "US-EAST-1", "us-east-1.evil.example", "eu-\u{e9}-1"] {
            assert!(
                config(&[(REGION, region)]).errors.all().to_string().contains("not a Region"),
                "{region}"
            );
        }
    }

    #[test]
    fn the_lock_table_needs_a_name() {
        let with_table =
            |table| config(&[(REGION, "us-east-1"), (IDEMPOTENCY, "table"), (IDEMPOTENCY_TABLE, table)]);
        for table in ["locks", "a.b_C-9", "arn:aws:dynamodb:us-east-1:123456789012:table/locks"] {
            let config = with_table(table);
            assert!(config.errors.all().is_empty(), "{}", config.errors.all());
            assert_eq!(config.idempotency, IdempotencyConfig::LockTable { table: table.to_owned() });
        }
        for table in ["", "a", "lo cks", "arn:aws:dynamodb:us-east-1:123456789012:table/"] {
            assert!(with_table(table).errors.all().to_string().starts_with("IDEMPOTENCY_TABLE: "), "{table}");
        }
    }

    #[test]
    fn all_errors_are_reported_at_once_and_valid_settings_apply() {
        let config = config(&[
            (GREENGRASS_ENDPOINT_VAR, "localhost"),
            (DYNAMODB_ENDPOINT_VAR, "127.0.0.1:8000"),
            (IDEMPOTENCY, "always"),
            (CONNECTOR_CHECKS, "Enforce"),
            (CUSTOM_RESOURCE_RESPONSE, "..."),
            (METRICS_NAMESPACE, "AWS/Lambda"),
            (RESPONSE_URL_HOSTS, "https://x/, 127.0.0.1:9"),
        ]);
        let text = config.errors.all().to_string();
        for expected in [
            "8 errors:",
            "METRICS_NAMESPACE: reserved; use a namespace that begins with neither",
            "CUSTOM_RESOURCE_RESPONSE: unknown mode; use put or return.",
            "CONNECTOR_CHECKS: unknown mode; use off, warn or enforce.",
            "IDEMPOTENCY: unknown mode; use token, latest or table.",
            "AWS_ENDPOINT_URL_GREENGRASS: not a URL",
            "AWS_ENDPOINT_URL_DYNAMODB: not a URL",
            "AWS_REGION: required.",
            "RESPONSE_URL_HOSTS: not a list of hosts",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        let ResponseMode::PutToUrl(hosts) = config.response_mode else {
            panic!("{:?}", config.response_mode)
        };
        assert!(hosts.parse("http://127.0.0.1:9/x?y").is_ok());
    }

    #[test]
    fn awss_hosts_are_allowed_unless_a_setting_says_otherwise() {
        let url = "https://b.s3.us-east-1.amazonaws.com/a?b";
        for (value, allowed, errors) in [
            ("", true, ""),
            ("true", true, ""),
            ("false", false, ""),
            ("True", true, ""),
            ("False", false, ""),
            ("no", false, "RESPONSE_URL_ALLOW_AWS: "),
        ] {
            let config = config(&[(REGION, "us-east-1"), (RESPONSE_URL_ALLOW_AWS, value)]);
            assert!(config.errors.all().to_string().starts_with(errors), "{}", config.errors.all());
            assert_eq!(config.errors.all().is_empty(), errors.is_empty());
            let ResponseMode::PutToUrl(hosts) = config.response_mode else {
                panic!("{:?}", config.response_mode)
            };
            assert_eq!(hosts.parse(url).is_ok(), allowed, "{value}");
        }
    }

    #[test]
    fn an_old_name_is_an_error_that_names_the_new_one() {
        for (old, value, message) in [
            ("MESSAGES_AT_A_TIME", "10", "MESSAGES_AT_A_TIME: renamed; set BATCH_CONCURRENCY instead."),
            (
                "CUSTOM_RESOURCE_ANSWER",
                "return",
                "CUSTOM_RESOURCE_ANSWER: renamed; set CUSTOM_RESOURCE_RESPONSE instead.",
            ),
            (CONNECTOR_CHECKS, "advise", "CONNECTOR_CHECKS: `advise` is renamed; use warn."),
        ] {
            assert_eq!(config(&[(REGION, "us-east-1"), (old, value)]).errors.all().to_string(), message);
        }
    }

    #[test]
    fn a_setting_fails_only_the_events_that_need_it() {
        use NeededBy::{Batches, Calls, Creates, Output, Responses};
        for (name, value, needed_by) in [
            (BATCH_CONCURRENCY, "many", Batches),
            ("MESSAGES_AT_A_TIME", "10", Batches),
            (METRICS_NAMESPACE, "AWS/Lambda", Output),
            (RESPONSE_URL_HOSTS, "https://x/", Responses),
            (CUSTOM_RESOURCE_RESPONSE, "both", Responses),
            (IDEMPOTENCY, "always", Creates),
            (CONNECTOR_CHECKS, "all", Creates),
            (DYNAMODB_ENDPOINT_VAR, "localhost", Creates),
            (GREENGRASS_ENDPOINT_VAR, "localhost", Calls),
            (REGION, "nowhere", Calls),
        ] {
            let errors = config(&[(REGION, "us-east-1"), (name, value)].map(|set| match set {
                (REGION, _) if name == REGION => (REGION, value),
                set => set,
            }))
            .errors;
            for kind in [Batches, Calls, Creates, Output, Responses] {
                assert_eq!(errors.check(kind).is_err(), kind == needed_by, "{name}, {kind:?}");
            }
        }
    }
}

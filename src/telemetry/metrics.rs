//! Metrics: one line of JSON per request in CloudWatch's embedded metric format (CloudWatch User Guide,
//! [specification](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)).
//!
//! | metric | unit | meaning |
//! |---|---|---|
//! | `Created`, `Existing`, `Deleted` | Count | requests that succeeded, by their outcome |
//! | `Rejected` | Count | requests that failed with `InvalidRequest` |
//! | `Throttled` | Count | requests that failed with `Throttled` |
//! | `Failed` | Count | requests that failed with any other error |
//! | `Duration` | Milliseconds | from the parsed event to its end |
//! | `Errors` | Count | requests that failed, by their `ErrorType` |
//!
//! All have the dimension `FunctionName`; `Errors` also has `ErrorType`. Each request counts in one of the first six.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};

/// The metrics of one function in one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metrics {
    namespace: String,
    function_name: String,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestMetric {
    /// The outcome, or the error type.
    pub(crate) status: Result<&'static str, &'static str>,
    pub(crate) duration: Duration,
}

impl Metrics {
    /// Metrics in this namespace.
    ///
    /// # Errors
    /// What is wrong with the namespace, and what CloudWatch allows.
    pub(crate) fn new(namespace: &str, function_name: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/#:".contains(c);
        if !(1..=255).contains(&namespace.len()) || !namespace.chars().all(allowed) {
            return Err("not a namespace; use 1-255 of `a-z A-Z 0-9 . _ - / # :`.".to_owned());
        }
        if namespace.starts_with("AWS/") || namespace.starts_with(':') {
            return Err("reserved; use a namespace that begins with neither `AWS/` nor `:`.".to_owned());
        }
        Ok(Self { namespace: namespace.to_owned(), function_name: function_name.to_owned() })
    }

    /// Writes the line of a request.
    pub(crate) fn record(&self, request_id: &str, metric: RequestMetric) {
        let mut line = self.line(request_id, metric, SystemTime::now()).to_string();
        line.push('\n');
        // If this line cannot be written, the log cannot be written either.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }

    fn line(&self, request_id: &str, metric: RequestMetric, now: SystemTime) -> Value {
        let name = match metric.status {
            Ok(outcome) => outcome,
            Err("InvalidRequest") => "Rejected",
            Err("Throttled") => "Throttled",
            Err(_) => "Failed",
        };
        let count = |name: &str| json!({ "Name": name, "Unit": "Count" });
        let directive = |dimensions: &[&str], metrics: Value| json!({ "Namespace": self.namespace, "Dimensions": [dimensions], "Metrics": metrics });
        let duration = json!({ "Name": "Duration", "Unit": "Milliseconds" });
        let mut directives = vec![directive(&["FunctionName"], json!([count(name), duration]))];
        if metric.status.is_err() {
            directives.push(directive(&["FunctionName", "ErrorType"], json!([count("Errors")])));
        }
        let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut line = json!({
            "_aws": { "Timestamp": since_1970.as_millis() as u64, "CloudWatchMetrics": directives },
            // Lambda takes a line without these two for INFO, and drops lines below the level that is set.
            "timestamp": DateTime::from(now).fmt(Format::DateTime).unwrap_or_default(),
            "level": if metric.status.is_ok() { "INFO" } else { "ERROR" },
            "requestId": request_id,
            "FunctionName": self.function_name,
            "Duration": metric.duration.as_micros() as f64 / 1_000.0,
            name: 1,
        });
        if let Err(error_type) = metric.status {
            line["ErrorType"] = json!(error_type);
            line["Errors"] = json!(1);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_that_cloudwatch_allows() {
        for good in ["ConnectorVersions", "fleet/line-7", "a#b.c_d", "a:b"] {
            assert!(Metrics::new(good, "f").is_ok(), "{good}");
        }
        for bad in ["", "AWS/Lambda", ":a", "a b", "é", &"a".repeat(256)] {
            assert!(Metrics::new(bad, "f").is_err(), "{bad}");
        }
    }
}

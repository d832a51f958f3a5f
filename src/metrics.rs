//! How an event ended, counted: CloudWatch's embedded metric format, one line of JSON on standard output for an event
//! (CloudWatch User Guide, "Specification: Embedded metric format").
//!
//! | metric | unit | meaning |
//! |---|---|---|
//! | `Created`, `Existing`, `Deleted` | Count | requests that ended well, by their outcome |
//! | `Refused` | Count | requests that ended as `InvalidRequest` |
//! | `Throttled` | Count | requests that ended as `Throttled` |
//! | `Failed` | Count | requests that ended as any other error |
//! | `Duration` | Milliseconds | from the event recognised to its end |
//! | `Errors` | Count | requests that ended as an error, by its `ErrorType` |
//!
//! All have the dimension `FunctionName`, and `Errors` has `ErrorType` beside it. One request is counted in one of the
//! first six.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};

/// Where the metrics go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    namespace: String,
    function_name: String,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// The outcome, or the error's type.
    pub(crate) how: Result<&'static str, &'static str>,
    pub(crate) duration: Duration,
}

impl Metrics {
    /// In this namespace: 1 to 255 characters as CloudWatch allows them, and none of AWS's own.
    pub fn new(namespace: &str, function_name: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/#:".contains(c);
        if !(1..=255).contains(&namespace.len()) || !namespace.chars().all(allowed) {
            return Err(
                "is no namespace, must be 1 to 255 of a-z, A-Z, 0-9, '.', '_', '-', '/', '#' and ':'"
                    .to_owned(),
            );
        }
        if namespace.starts_with("AWS/") || namespace.starts_with(':') {
            return Err("is no namespace of one's own, must begin with neither AWS/ nor ':'".to_owned());
        }
        Ok(Self { namespace: namespace.to_owned(), function_name: function_name.to_owned() })
    }

    /// Counts a request.
    pub(crate) fn count(&self, request_id: &str, ended: Ended) {
        let mut line = self.line(request_id, ended, SystemTime::now()).to_string();
        line.push('\n');
        // Where a count cannot be written, the log cannot be written either.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }

    fn line(&self, request_id: &str, ended: Ended, now: SystemTime) -> Value {
        let name = match ended.how {
            Ok(outcome) => outcome,
            Err("InvalidRequest") => "Refused",
            Err("Throttled") => "Throttled",
            Err(_) => "Failed",
        };
        let count = |name: &str| json!({ "Name": name, "Unit": "Count" });
        let directive = |dimensions: &[&str], metrics: Value| json!({ "Namespace": self.namespace, "Dimensions": [dimensions], "Metrics": metrics });
        let duration = json!({ "Name": "Duration", "Unit": "Milliseconds" });
        let mut directives = vec![directive(&["FunctionName"], json!([count(name), duration]))];
        if ended.how.is_err() {
            directives.push(directive(&["FunctionName", "ErrorType"], json!([count("Errors")])));
        }
        let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut line = json!({
            "_aws": { "Timestamp": since_1970.as_millis() as u64, "CloudWatchMetrics": directives },
            // Lambda takes a line without these two for INFO, and leaves out what is below the level that is set.
            "timestamp": DateTime::from(now).fmt(Format::DateTime).unwrap_or_default(),
            "level": if ended.how.is_ok() { "INFO" } else { "ERROR" },
            "requestId": request_id,
            "FunctionName": self.function_name,
            "Duration": ended.duration.as_micros() as f64 / 1_000.0,
            name: 1,
        });
        if let Err(error_type) = ended.how {
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
    fn namespaces_that_cloudwatch_takes() {
        for good in ["ConnectorVersions", "fleet/line-7", "a#b.c_d", "a:b"] {
            assert!(Metrics::new(good, "f").is_ok(), "{good}");
        }
        for bad in ["", "AWS/Lambda", ":a", "a b", "é", &"a".repeat(256)] {
            assert!(Metrics::new(bad, "f").is_err(), "{bad}");
        }
    }
}

//! Logs as Lambda's logging controls set them: one line per event at INFO, to standard output.
//!
//! Only this crate's own lines follow the level that was asked for. All others stop at WARN whatever is asked:
//! below it the runtime writes whole events and the SDK whole requests, and those hold secrets.

use std::io;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Lambda's variable for the level: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.
pub const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";
/// Lambda's variable for the format: JSON or Text.
pub const FORMAT: &str = "AWS_LAMBDA_LOG_FORMAT";

/// Starts the logs of this process, and makes a panic's message keep to its place in the code: what a panic
/// says may hold what it stumbled over.
pub(crate) fn start(variable: impl Fn(&str) -> Option<String>) {
    let filter = filter(level(variable(LEVEL).as_deref()));
    let format = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(io::stdout);
    let layer = if variable(FORMAT).is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        format.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        format.boxed()
    };
    // A second start in one process leaves the first as it is.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
}

fn level(name: Option<&str>) -> LevelFilter {
    match name.map(str::to_ascii_uppercase).as_deref() {
        Some("TRACE") => LevelFilter::TRACE,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some("WARN") => LevelFilter::WARN,
        Some("ERROR" | "FATAL") => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    }
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::from_level(Level::WARN)))
        .with_target(env!("CARGO_CRATE_NAME"), level)
        // Repeats what the handler returned, which has its line already.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_stop_at_warn_whatever_is_asked_for() {
        let filter = filter(level(Some("trace")));
        for target in
            ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client", "hyper_util", "rustls"]
        {
            assert!(filter.would_enable(target, &Level::WARN));
            assert!(!filter.would_enable(target, &Level::INFO), "{target}");
        }
        assert!(filter.would_enable("connector_versions::handler", &Level::TRACE));
    }

    #[test]
    fn lambdas_names_of_levels() {
        assert_eq!(level(None), LevelFilter::INFO);
        assert_eq!(level(Some("Debug")), LevelFilter::DEBUG);
        assert_eq!(level(Some("FATAL")), LevelFilter::ERROR);
        let quiet = filter(level(Some("ERROR")));
        assert!(!quiet.would_enable("lambda_runtime", &Level::WARN));
    }
}

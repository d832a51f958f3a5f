//! Logs as Lambda's logging controls set them: one line per event at INFO, to standard output.
//!
//! Only this crate's own lines follow the level that is set. All others stop at WARN: below it the runtime logs whole
//! events and the SDK whole requests, and those hold secrets.

use std::io;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Lambda's variable for the level: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.
const LEVEL_VAR: &str = "AWS_LAMBDA_LOG_LEVEL";
/// Lambda's variable for the format: JSON or Text.
const FORMAT_VAR: &str = "AWS_LAMBDA_LOG_FORMAT";

/// Starts the logs of this process. A panic logs its location only: its message may hold a value of the event.
pub(crate) fn init(variable: impl Fn(&str) -> Option<String>) {
    let filter = target_filter(parse_level(variable(LEVEL_VAR).as_deref()));
    let format = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(io::stdout);
    let layer = if variable(FORMAT_VAR).is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        format.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        format.boxed()
    };
    // A second call in one process has no effect.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
    std::panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "panicked");
    }));
}

fn parse_level(name: Option<&str>) -> LevelFilter {
    match name.map(str::to_ascii_uppercase).as_deref() {
        Some("TRACE") => LevelFilter::TRACE,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some("WARN") => LevelFilter::WARN,
        Some("ERROR" | "FATAL") => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    }
}

fn target_filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::from_level(Level::WARN)))
        .with_target(env!("CARGO_CRATE_NAME"), level)
        // It repeats what the handler returned, which is logged already.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_crates_stop_at_warn_at_every_level() {
        let filter = target_filter(parse_level(Some("trace")));
        for target in
            ["lambda_runtime::layers::api_response", "aws_smithy_runtime::client", "hyper_util", "rustls"]
        {
            assert!(filter.would_enable(target, &Level::WARN));
            assert!(!filter.would_enable(target, &Level::INFO), "{target}");
        }
        assert!(filter.would_enable("connector_versions::handler", &Level::TRACE));
    }

    #[test]
    fn levels_have_lambdas_names() {
        assert_eq!(parse_level(None), LevelFilter::INFO);
        assert_eq!(parse_level(Some("Debug")), LevelFilter::DEBUG);
        assert_eq!(parse_level(Some("FATAL")), LevelFilter::ERROR);
        let quiet = target_filter(parse_level(Some("ERROR")));
        assert!(!quiet.would_enable("lambda_runtime", &Level::WARN));
    }
}

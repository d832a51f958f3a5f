//! Measures the validation of a request with 1,000 connectors: `cargo bench --bench catalog`.
//!
//! The limit for valid values is 2 ms. The time to parse the same request is shown for comparison.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark measures time, prints, and panics on errors"
)]
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, validate};
use connectors::json::RawJson;
use connectors::request::{ParseOptions, parse};
use serde_json::{Value, json};

const CONNECTOR_COUNT: usize = 1_000;
const RUNS: usize = 200;

fn main() {
    println!("{CONNECTOR_COUNT} connectors, {RUNS} runs: median (fastest to slowest)");
    measure("all parameters, all values valid", |index| {
        // There are 22 connectors, so most of the 1,000 are duplicates.
        let connector = CONNECTORS[index % CONNECTORS.len()];
        let parameters: BTreeMap<&str, &str> =
            connector.parameters_of(connector.latest).map(|p| (p.name, p.example)).collect();
        json!({ "ConnectorArn": arn(connector.name, connector.latest), "Parameters": parameters })
    });
    measure("all parameters, all values invalid", |index| {
        let connector = CONNECTORS[index % CONNECTORS.len()];
        let parameters: BTreeMap<&str, &str> =
            connector.parameters_of(connector.latest).map(|p| (p.name, "é\n")).collect();
        json!({ "ConnectorArn": arn(connector.name, connector.latest), "Parameters": parameters })
    });
    measure("all names misspelled", |index| {
        let connector = CONNECTORS[index % CONNECTORS.len()];
        let name = if index % 2 == 0 { connector.name.to_lowercase() } else { connector.name.to_owned() };
        let parameters: BTreeMap<String, &str> = connector
            .parameters_of(connector.latest)
            .map(|p| (format!("{}{}", &p.name[..3], &p.name[2..]), p.example))
            .collect();
        json!({ "ConnectorArn": arn(&name, connector.latest), "Parameters": parameters })
    });
}

fn arn(name: &str, version: u32) -> String {
    format!("arn:aws:greengrass:us-east-1::/connectors/{name}/versions/{version}")
}

fn measure(what: &str, connector: impl Fn(usize) -> Value) {
    let connectors: Vec<Value> = (0..CONNECTOR_COUNT)
        .map(|index| {
            let mut connector = connector(index);
            connector["Id"] = json!(format!("c{index}"));
            connector
        })
        .collect();
    let text = json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }).to_string();
    let parse_request = || parse(RawJson::parse(&text).unwrap(), &ParseOptions::default()).unwrap();
    let parsed = parse_request();
    let context = Context::for_region(Some("us-east-1"));
    let diagnostics = validate(&parsed, &context);
    let (validation, fastest, slowest) = timed(|| drop(black_box(validate(&parsed, &context))));
    let (parsing, _, _) = timed(|| drop(black_box(parse_request())));
    println!(
        "{what}: {validation:.3} ms ({fastest:.3} to {slowest:.3}), {} diagnostics; parsing the {} kB takes {parsing:.3} ms",
        diagnostics.len(),
        text.len() / 1_000,
    );
}

/// Median, fastest and slowest, in milliseconds.
fn timed(mut work: impl FnMut()) -> (f64, f64, f64) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    (milliseconds(times[RUNS / 2]), milliseconds(times[0]), milliseconds(times[RUNS - 1]))
}

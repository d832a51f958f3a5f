//! How long it takes to hold a request of 1,000 connectors against the catalogue: `cargo bench --bench catalog`.
//!
//! The bound for one whose values are right is 2 ms. Reading the request is shown beside it, in the same run, to compare with.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark measures time, prints, and stops where it cannot go on"
)]
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use connectors::catalog::data::CONNECTORS;
use connectors::catalog::{Context, advise};
use connectors::json::Json;
use connectors::request::{Rules, parse};
use serde_json::{Value, json};

const CONNECTORS_ASKED_FOR: usize = 1_000;
const RUNS: usize = 200;

fn main() {
    println!("{CONNECTORS_ASKED_FOR} connectors, {RUNS} runs: median (fastest to slowest)");
    measure("all parameters, every value right", |index| {
        // There are 22 connectors: most of the 1,000 are remarked as repeated, however right they are.
        let connector = CONNECTORS[index % CONNECTORS.len()];
        let parameters: BTreeMap<&str, &str> =
            connector.parameters_of(connector.latest).map(|p| (p.name, p.example)).collect();
        json!({ "ConnectorArn": arn(connector.name, connector.latest), "Parameters": parameters })
    });
    measure("all parameters, every value wrong", |index| {
        let connector = CONNECTORS[index % CONNECTORS.len()];
        let parameters: BTreeMap<&str, &str> =
            connector.parameters_of(connector.latest).map(|p| (p.name, "é\n")).collect();
        json!({ "ConnectorArn": arn(connector.name, connector.latest), "Parameters": parameters })
    });
    measure("every name of connector or parameter misspelt", |index| {
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
    let connectors: Vec<Value> = (0..CONNECTORS_ASKED_FOR)
        .map(|index| {
            let mut connector = connector(index);
            connector["Id"] = json!(format!("c{index}"));
            connector
        })
        .collect();
    let text = json!({ "ConnectorDefinitionId": "d", "Connectors": connectors }).to_string();
    let read = || parse(Json::parse(&text).unwrap(), &Rules::default()).unwrap();
    let parsed = read();
    let context = Context::of_region(Some("us-east-1"));
    let advice = advise(&parsed, &context);
    let (checking, fastest, slowest) = timed(|| drop(black_box(advise(&parsed, &context))));
    let (reading, _, _) = timed(|| drop(black_box(read())));
    println!(
        "{what}: {checking:.3} ms ({fastest:.3} to {slowest:.3}), {} pieces of advice; reading the {} kB takes {reading:.3} ms",
        advice.len(),
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

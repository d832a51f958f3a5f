//! A batch of ten messages, each of which takes the service 50 ms: the default of `BATCH_CONCURRENCY` compared with 1, in
//! turn in one run. Exits with 1 if the default takes a quarter of the time or more.

#![allow(clippy::print_stdout, reason = "the figures are results")]

#[path = "../tests/function/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use emulator::greengrass::Fault;
use serde_json::{Value, json};
use support::{DEFINITION, Rig, RigOptions, SNS, response};

const ROUNDS: usize = 7;
const MESSAGES: usize = 10;
const SERVICE_MS: u64 = 50;

async fn rig(concurrency: &str) -> Rig {
    let rig =
        Rig::with(RigOptions { variables: &[("BATCH_CONCURRENCY", concurrency)], ..RigOptions::default() })
            .await;
    rig.service.add_fault(Fault { remaining: u32::MAX, delay_ms: SERVICE_MS, ..Fault::default() });
    rig
}

fn batch(round: usize) -> String {
    let message = |n: usize| {
        let connectors = json!([{ "ConnectorArn": SNS, "Id": format!("m-{round}-{n}") }]);
        let body = json!({ "ConnectorDefinitionId": DEFINITION, "Connectors": connectors });
        json!({ "messageId": format!("{round}-{n}"), "eventSource": "aws:sqs", "body": body.to_string() })
    };
    json!({ "Records": (0..MESSAGES).map(message).collect::<Vec<Value>>() }).to_string()
}

async fn time(rig: &Rig, round: usize) -> Duration {
    let event = batch(round);
    let started = Instant::now();
    let result = response(rig.invoke(event).await);
    let took = started.elapsed();
    assert_eq!(result, json!({ "batchItemFailures": [] }));
    took
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

#[tokio::main]
async fn main() -> ExitCode {
    let (one, all) = (rig("1").await, rig("").await);
    let (mut one_times, mut all_times) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        one_times.push(time(&one, round).await);
        // The rate limit counts the creates of the last second; what is measured here is a batch by itself.
        tokio::time::sleep(Duration::from_secs(1)).await;
        all_times.push(time(&all, round).await);
    }
    let (one_ms, all_ms) = (median(one_times), median(all_times));
    let ratio = all_ms / one_ms;
    println!("{MESSAGES} messages, {SERVICE_MS} ms each in the service, medians of {ROUNDS}");
    println!("one at a time    {one_ms:7.1} ms, most in flight {}", one.service.peak_in_flight());
    println!("by default       {all_ms:7.1} ms, most in flight {}", all.service.peak_in_flight());
    println!("ratio            {ratio:7.3}");
    if ratio < 0.25 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

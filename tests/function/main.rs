//! Tests of the function through the real protocols: the built `bootstrap`, with a Runtime API, the emulated service and a
//! receiver of responses to CloudFormation, all over loopback.
//!
//! One binary, so that it links once. Run one module with `cargo test --test function custom_resource::`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot continue reports where")]

mod bad_input;
mod batches;
mod connector_checks;
mod custom_resource;
mod docs;
mod exactly_once;
mod freeze;
mod lifecycles;
mod metrics;
mod resilience;
mod response_hosts;
mod responses;
mod samples;
mod secrets;
mod service_errors;
mod sources;
mod start;
mod support;
mod terraform;
mod tls;
mod wrappers;

//! The function as Lambda runs it, through the real protocols: the `bootstrap` as built, on a Runtime API, with the
//! emulated service and a receiver of responses to CloudFormation, all over loopback.
//!
//! One binary, so that it links once. Run one module with `cargo test --test function custom_resource::`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod answers;
mod bad_input;
mod batches;
mod connector_checks;
mod custom_resource;
mod docs;
mod freeze;
mod lifecycles;
mod metrics;
mod samples;
mod secrets;
mod service_errors;
mod sources;
mod start;
mod support;
mod terraform;
mod tls;
mod wrappers;

//! Requests for AWS IoT Greengrass connectors: what a request must be, the events that carry it, and what AWS documents
//! about its own connectors.
//!
//! This crate does no I/O: no file, environment, clock or network, no async runtime, no AWS crate and no logging. The
//! caller passes the time, the Region and the account.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod catalog;
pub mod client_token;
pub mod event;
pub mod json;
pub mod request;
mod suggest;

//! Requests for AWS IoT Greengrass V1 connector definition versions: the request model and its validation, the event
//! envelopes that carry requests, and a catalog of the connectors that AWS published.
//!
//! The crate does no I/O: it reads no file, environment variable or clock, opens no connection, and does not log. The
//! caller passes the time and the Region.
//!
//! | Module | Purpose |
//! |---|---|
//! | [`json`] | JSON values that are parsed one level at a time and keep their spelling |
//! | [`event`] | Parses events of CloudFormation, EventBridge, SQS, SNS, Terraform and direct invocations |
//! | [`request`] | Parses a request into types that are valid by construction |
//! | [`catalog`] | Validates a request against what AWS documents about its connectors |
//! | [`client_token`] | Derives the idempotency token of a request |
//! | [`diagnostic`] | Errors and warnings with a code, a path and a message |
//! | [`region`] | The form of Region names |

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod catalog;
pub mod client_token;
pub mod diagnostic;
pub mod event;
pub mod json;
pub mod region;
pub mod request;
mod suggest;

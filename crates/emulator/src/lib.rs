//! Stand-ins for AWS on one machine: Greengrass V1 connector definitions, the Lambda Runtime API, and a receiver for the
//! responses that CloudFormation expects at a ResponseURL. Each is an HTTP server on loopback.
//!
//! | module | contents |
//! |---|---|
//! | [`greengrass`] | the Greengrass emulator: operations, state, data file, fault injection |
//! | [`runtime_api`] | hands events to a function over the Lambda Runtime API |
//! | [`response_receiver`] | receives the responses of custom resources |
//! | [`lambda_process`] | runs a function as a process in Lambda's environment |
//! | [`samples`] | the definition and the version that the sample events name |
//! | [`http`] | the HTTP server under all of them, which can also reset, truncate or withhold a response |
//!
//! The servers refuse requests that web pages send through a browser, because they do not authenticate anyone.
//!
//! This crate depends on no other crate of the workspace, because tests compare the function with it. It is not AWS.
//! Where AWS documents no behavior, the emulator chooses one; `docs/src/reference/emulator.md` lists these choices.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
pub mod greengrass;
pub mod http;
pub mod lambda_process;
pub mod response_receiver;
pub mod runtime_api;
pub mod samples;

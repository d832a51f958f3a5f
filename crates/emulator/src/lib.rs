//! What stands in for AWS on one machine: the connector definitions of Greengrass V1, a Lambda Runtime API and a
//! receiver for CloudFormation's ResponseURL, each a server on loopback.
//!
//! | module | contents |
//! |---|---|
//! | [`http`] | the HTTP server under all of them, which can also reset, truncate or never send a response |
//! | [`greengrass`] | the service: operations, state, journal, injected faults |
//! | [`runtime_api`] | hands events to a function over the Lambda Runtime API |
//! | [`response_receiver`] | receives the responses of custom resources |
//! | [`lambda_process`] | a function as a process in Lambda's environment |
//! | [`samples`] | the definition and version that the sample events name |
//!
//! This crate depends on no other crate of the workspace: tests compare the function with it. It is not AWS. Where AWS
//! documents no behavior, the emulator chooses one; the documentation lists these choices.

pub mod greengrass;
pub mod http;
pub mod lambda_process;
pub mod response_receiver;
pub mod runtime_api;
pub mod samples;

//! What stands in for AWS on one machine: the connector definitions of Greengrass V1, a Lambda Runtime API and a
//! receiver for CloudFormation's ResponseURL, each a server on loopback.
//!
//! | room | what it is |
//! |---|---|
//! | [`http`] | the server they all stand on, which can also reset, break off or never answer |
//! | [`greengrass`] | the service: its operations, its state and journal, its faults |
//! | [`runtime_api`] | hands events to a function over the Lambda Runtime API |
//! | [`response_url`] | takes the answers of custom resources |
//! | [`function`] | a function as a process in Lambda's environment |
//! | [`samples`] | the definition and version that the sample events name |
//! | [`run`] | one event through all of them |
//! | [`check`] | what the function would say of requests in files, with nothing run |
//! | [`reference`](mod@reference) | the connectors as the README lists them |
//!
//! None of this is AWS, and where AWS documents nothing it is a guess; the project's README lists the choices.

pub mod check;
pub mod function;
pub mod greengrass;
pub mod http;
pub mod reference;
pub mod response_url;
pub mod run;
pub mod runtime_api;
pub mod samples;

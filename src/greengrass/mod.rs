//! Greengrass V1: four operations, each with a time-out, and errors that say what is known about their side effects.
//!
//! The SDK serializes requests and deserializes responses; [`crate::aws`] signs and sends them.

mod client;
mod codec;
mod error;
pub(crate) mod search;
mod version;
mod warmup;

pub(crate) use client::GreengrassClient;
pub(crate) use error::{ErrorKind, ServiceError, SideEffect};
pub(crate) use version::Version;

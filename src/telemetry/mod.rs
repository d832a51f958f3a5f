//! What the function writes to standard output: its log and its metrics.

mod invocation_log;
pub(crate) mod logging;
mod metrics;

pub(crate) use invocation_log::{DELETED, InvocationIds, InvocationLog};
pub(crate) use metrics::Metrics;

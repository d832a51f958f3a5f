//! The commands, one file each.

pub(crate) mod completions;
pub(crate) mod connectors;
#[cfg(feature = "run")]
pub(crate) mod run;
#[cfg(feature = "run")]
pub(crate) mod serve;

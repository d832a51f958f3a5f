//! Panics become errors. The runtime would turn a panic into a response of its own, and CloudFormation would never
//! receive one.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

use crate::error::FunctionError;
use crate::greengrass::SideEffect;

/// Runs a future to its end; a panic in it becomes an internal error.
///
/// # Errors
/// The future's own, or [`FunctionError::Internal`].
pub(crate) fn catch_panic_async<T>(
    work: impl Future<Output = Result<T, FunctionError>>,
) -> impl Future<Output = Result<T, FunctionError>> {
    // Boxed: a future that awaits another by value holds it twice.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    work.map(|ended| ended.unwrap_or(Err(FunctionError::Internal(SideEffect::Unknown))))
}

/// Runs a function; `None` if it panics.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

//! Points at which a test makes the function fail. They exist only in a build with the feature `failpoints`; every other
//! build, debug builds included, compiles them to nothing.
//!
//! `CONNECTOR_VERSIONS_FAILPOINTS` holds the names of the active ones, separated by commas.

/// Panic while a request is processed.
pub(crate) const PANIC_IN_RECONCILE: &str = "panic-in-reconcile";
/// Panic while the response to CloudFormation is built.
pub(crate) const PANIC_IN_RESPONSE: &str = "panic-in-response";
/// Do not look for a version that an earlier create may have made: a test shows what that look-up prevents.
pub(crate) const SKIP_DUPLICATE_LOOKUP: &str = "skip-duplicate-lookup";

/// Whether a failpoint is active.
#[cfg(feature = "failpoints")]
pub(crate) fn is_active(name: &str) -> bool {
    std::env::var("CONNECTOR_VERSIONS_FAILPOINTS")
        .is_ok_and(|active| active.split(',').any(|active| active == name))
}

/// Whether a failpoint is active: never in this build.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn is_active(_: &str) -> bool {
    false
}

/// Panics if this failpoint is active.
#[expect(clippy::panic, reason = "its purpose; unreachable without the feature")]
pub(crate) fn panic_at(name: &str) {
    if is_active(name) {
        panic!("failpoint {name}");
    }
}

//! Where a test makes this function panic, to see that somebody is answered all the same.
//!
//! In a release build this is nothing, but for one that is built with the feature `probes` to be tested.

/// Whether the environment switches off that a version is looked for before a create is repeated: so that a test can
/// see that it finds what comes of that.
#[cfg(any(debug_assertions, feature = "probes"))]
pub(crate) fn is_blind() -> bool {
    std::env::var_os("CONNECTOR_VERSIONS_BLIND").is_some()
}

/// Never.
#[cfg(not(any(debug_assertions, feature = "probes")))]
pub(crate) fn is_blind() -> bool {
    false
}

/// Panics where the environment says so.
#[cfg(any(debug_assertions, feature = "probes"))]
#[expect(clippy::panic, reason = "what it is for")]
pub(crate) fn point(name: &str) {
    if std::env::var("CONNECTOR_VERSIONS_PANIC_AT")
        .is_ok_and(|places| places.split(',').any(|place| place == name))
    {
        panic!("asked to panic at {name}");
    }
}

/// Nothing.
#[cfg(not(any(debug_assertions, feature = "probes")))]
pub(crate) fn point(_: &str) {}

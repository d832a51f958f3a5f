//! Limits of what one file may hold.

/// Maximum nesting depth of a file. Parsing recurses.
pub(super) const MAX_DEPTH: usize = 100;
/// Maximum number of values in a file. An alias counts as often as the values it repeats.
pub(super) const MAX_NODES: usize = 1_000_000;

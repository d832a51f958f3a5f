//! A point in time by which something must be over.

use std::future::Future;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, Timeout, sleep_until, timeout_at};

/// Nobody's clock is that late: a year after 1970.
const NO_TIME: Duration = Duration::from_secs(365 * 86_400);

/// A point in time by which something must be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// From Lambda's deadline of an invocation. `cargo lambda watch` tells a constant some minutes after 1970 instead:
    /// then there is a minute.
    pub fn at(time: SystemTime) -> Self {
        let is_a_time = time.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since > NO_TIME);
        let left = time.duration_since(SystemTime::now()).unwrap_or_default();
        Self::within(if is_a_time { left } else { Duration::from_secs(60) })
    }

    /// In this much time from now.
    pub fn within(time: Duration) -> Self {
        // No invocation lasts a day, and a clock that is far off must not overflow.
        Self(Instant::now() + time.min(Duration::from_secs(86_400)))
    }

    /// The same, earlier by this much.
    pub fn earlier_by(self, time: Duration) -> Self {
        Self(self.0.checked_sub(time).unwrap_or(self.0))
    }

    /// The same, later by this much.
    pub fn later_by(self, time: Duration) -> Self {
        Self(self.0 + time.min(Duration::from_secs(86_400)))
    }

    /// Whether it is over before another.
    pub fn is_before(self, other: Self) -> bool {
        self.0 < other.0
    }

    /// Waits until it is over.
    pub async fn wait(self) {
        // A timer runs out with a whole millisecond, even one that is over.
        if !self.remaining().is_zero() {
            sleep_until(self.0).await;
        }
    }

    /// Whichever is earlier.
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// For an attempt that takes no longer than this, and leaves time for another: a connection may have gone silent.
    pub fn for_an_attempt(self, most: Duration) -> Self {
        Self::within(most.min(self.remaining() / 2)).min(self)
    }

    /// The time that is left; zero when it is over.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Runs a future no longer than this.
    pub fn bound<F: Future>(self, future: F) -> Timeout<F> {
        timeout_at(self.0, future)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deadline_that_is_over_is_over_and_one_that_is_no_time_is_none() {
        let in_1970 = SystemTime::UNIX_EPOCH + Duration::from_millis(600_000);
        assert!(Deadline::at(in_1970).remaining() > Duration::from_secs(30));
        let now = SystemTime::now();
        assert!(Deadline::at(now - Duration::from_secs(1)).remaining().is_zero());
        assert!(Deadline::at(now + Duration::from_secs(900)).remaining() > Duration::from_secs(800));
    }
}

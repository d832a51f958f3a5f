//! How long to wait before something is tried again.

use std::time::Duration;

/// Pauses that double until they are at their longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// The first pause.
    pub(crate) first: Duration,
    /// The longest pause.
    pub(crate) longest: Duration,
}

impl Backoff {
    /// After an attempt, which are counted from 1: the pause before jitter.
    pub(crate) fn most(self, attempt: u32) -> Duration {
        self.longest.min(self.first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))))
    }

    /// Somewhere up to that pause: many callers are spread over all of it.
    pub(crate) fn full_jitter(self, attempt: u32) -> Duration {
        self.most(attempt).mul_f64(fastrand::f64())
    }

    /// At least half of that pause: a short outage does not use up all attempts at once.
    pub(crate) fn equal_jitter(self, attempt: u32) -> Duration {
        self.most(attempt).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };

    /// Many that were refused at the same moment do not come back at the same moment.
    #[test]
    fn pauses_are_spread_over_the_whole_back_off() {
        for attempt in 1..=8 {
            let most = Duration::from_secs(5).min(Duration::from_millis(100) * 2u32.pow(attempt - 1));
            let mut tenths = [0; 10];
            for _ in 0..1_000 {
                let pause = BACKOFF.full_jitter(attempt);
                assert!(pause <= most);
                tenths[((pause.as_secs_f64() / most.as_secs_f64() * 10.0) as usize).min(9)] += 1;
                let pause = BACKOFF.equal_jitter(attempt);
                assert!((most / 2..=most).contains(&pause));
            }
            assert!(tenths.iter().all(|&callers| callers > 0), "{tenths:?}");
        }
        for attempt in [0, 33, u32::MAX] {
            assert!(BACKOFF.most(attempt) <= BACKOFF.longest, "however often");
        }
    }
}

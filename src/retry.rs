//! Time: by when something must be over, and how long to pause before it is tried again.

use std::future::Future;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, Timeout, sleep, timeout_at};

/// A point in time by which something must be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

/// An earlier deadline, a year after 1970, is no time at all.
const MIN_PLAUSIBLE_EPOCH: Duration = Duration::from_secs(365 * 86_400);
/// The longest that a deadline lies ahead: no invocation lasts a day, and a clock that is far off must not overflow.
const MAX_AHEAD: Duration = Duration::from_secs(86_400);

impl Deadline {
    /// Lambda's deadline of an invocation. `cargo lambda watch` sends a constant some minutes after 1970 instead; then
    /// there is a minute.
    pub(crate) fn from_lambda(time: SystemTime) -> Self {
        let is_plausible =
            time.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since > MIN_PLAUSIBLE_EPOCH);
        let left = time.duration_since(SystemTime::now()).unwrap_or_default();
        Self::after(if is_plausible { left } else { Duration::from_secs(60) })
    }

    /// This much time from now.
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time.min(MAX_AHEAD))
    }

    /// Earlier by this much.
    pub(crate) fn minus(self, time: Duration) -> Self {
        Self(self.0.checked_sub(time).unwrap_or(self.0))
    }

    /// The earlier of the two.
    pub(crate) fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// The deadline of one attempt: at most this long, and at most half of what is left, so that there is time for
    /// another one where a connection has gone silent.
    pub(crate) fn capped_attempt(self, max: Duration) -> Self {
        Self::after(max.min(self.remaining() / 2)).min(self)
    }

    /// The time that is left; zero after the deadline.
    pub(crate) fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether no time is left.
    pub(crate) fn is_over(self) -> bool {
        self.remaining().is_zero()
    }

    /// Whether this deadline is earlier than a point in time.
    pub(crate) fn is_before(self, time: Instant) -> bool {
        self.0 < time
    }

    /// Ends a future at the deadline.
    pub(crate) fn timeout<F: Future>(self, future: F) -> Timeout<F> {
        timeout_at(self.0, future)
    }
}

/// Pauses that double from `initial` to `max`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) initial: Duration,
    pub(crate) max: Duration,
}

/// How pauses are spread, so that callers that failed together do not return together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Jitter {
    /// From nothing to the whole pause: spreads many callers evenly.
    Full,
    /// From half of the pause to the whole: a short outage does not use up all attempts at once.
    Equal,
}

impl Backoff {
    /// The pause after an attempt, counted from 1, before jitter.
    pub(crate) fn max_delay(self, attempt: u32) -> Duration {
        self.max.min(self.initial.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))))
    }

    /// The pause after an attempt, counted from 1.
    pub(crate) fn delay(self, attempt: u32, jitter: Jitter) -> Duration {
        let share = match jitter {
            Jitter::Full => fastrand::f64(),
            Jitter::Equal => 0.5 + fastrand::f64() / 2.0,
        };
        self.max_delay(attempt).mul_f64(share)
    }
}

/// How often, and after which pauses, something is tried again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    pub(crate) backoff: Backoff,
    pub(crate) jitter: Jitter,
    /// `u32::MAX` for as long as there is time.
    pub(crate) max_attempts: u32,
}

/// Tries an operation until it succeeds, fails for good, or the policy or the time is used up; then its last error
/// returns.
pub(crate) async fn retry<T, E>(
    policy: RetryPolicy,
    deadline: Deadline,
    is_retryable: impl Fn(&E) -> bool,
    mut operation: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let error = match operation().await {
            Err(error) if is_retryable(&error) => error,
            ended => return ended,
        };
        let pause = policy.backoff.delay(attempt, policy.jitter);
        if attempt >= policy.max_attempts || deadline.remaining() <= pause {
            return Err(error);
        }
        sleep(pause).await;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(5) };

    #[tokio::test]
    async fn a_deadline_that_has_passed_is_over_and_an_implausible_one_is_replaced() {
        let in_1970 = SystemTime::UNIX_EPOCH + Duration::from_millis(600_000);
        assert!(Deadline::from_lambda(in_1970).remaining() > Duration::from_secs(30));
        let now = SystemTime::now();
        assert!(Deadline::from_lambda(now - Duration::from_secs(1)).is_over());
        assert!(Deadline::from_lambda(now + Duration::from_secs(900)).remaining() > Duration::from_secs(800));
    }

    /// Callers that were rejected at the same moment do not return at the same moment.
    #[test]
    fn pauses_are_spread_over_the_whole_back_off() {
        for attempt in 1..=8 {
            let max = Duration::from_secs(5).min(Duration::from_millis(100) * 2u32.pow(attempt - 1));
            let mut tenths = [0; 10];
            for _ in 0..1_000 {
                let pause = BACKOFF.delay(attempt, Jitter::Full);
                assert!(pause <= max);
                tenths[((pause.as_secs_f64() / max.as_secs_f64() * 10.0) as usize).min(9)] += 1;
                let pause = BACKOFF.delay(attempt, Jitter::Equal);
                assert!((max / 2..=max).contains(&pause));
            }
            assert!(tenths.iter().all(|&callers| callers > 0), "{tenths:?}");
        }
        for attempt in [0, 33, u32::MAX] {
            assert!(BACKOFF.max_delay(attempt) <= BACKOFF.max, "{attempt} attempts");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_is_retried_until_it_ends_or_there_is_no_attempt_or_no_time_left() {
        let policy = RetryPolicy { backoff: BACKOFF, jitter: Jitter::Equal, max_attempts: 3 };
        let tried = async |policy, time, succeeds_at, is_retryable: bool| {
            let mut attempts = 0;
            let operation = async || {
                attempts += 1;
                if attempts == succeeds_at { Ok(()) } else { Err(attempts) }
            };
            let ended = retry(policy, Deadline::after(time), |_| is_retryable, operation).await;
            (ended, attempts)
        };
        let minute = Duration::from_secs(60);
        assert_eq!(tried(policy, minute, 2, true).await, (Ok(()), 2));
        assert_eq!(tried(policy, minute, 9, true).await, (Err(3), 3), "the attempts are used up");
        assert_eq!(tried(policy, minute, 9, false).await, (Err(1), 1), "a final error");
        let endless = RetryPolicy { max_attempts: u32::MAX, ..policy };
        assert_eq!(tried(endless, minute, 9, true).await, (Ok(()), 9));
        let (ended, attempts) = tried(endless, Duration::from_secs(1), u32::MAX, true).await;
        assert!(ended == Err(attempts) && (3..=6).contains(&attempts), "{attempts} attempts in a second");
    }
}

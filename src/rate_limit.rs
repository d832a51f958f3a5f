//! How many creates of batches start per second.
//!
//! The service accepts thirty requests per second of an account, Region and operation (AWS General Reference,
//! [AWS IoT Greengrass endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/greengrass.html)). A batch is the
//! one source with which the function itself multiplies requests, so its creates are limited, repeats included. This is
//! best effort: processes do not know of each other.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::retry::Deadline;

/// The service's thirty per second, divided by the two batches that the template lets run at once (MaximumConcurrency).
const MAX_STARTS_PER_SECOND: usize = 15;
const WINDOW: Duration = Duration::from_secs(1);

/// Lets at most [`MAX_STARTS_PER_SECOND`] calls start in any one second, for the whole life of the process.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    /// The last starts, oldest first; the latest may be ahead.
    starts: Mutex<VecDeque<Instant>>,
}

impl RateLimiter {
    /// Waits until a call may start.
    ///
    /// # Errors
    /// It may not start before the deadline; then it does not count.
    pub(crate) async fn wait(&self, deadline: Deadline) -> Result<(), NoTime> {
        let start = self.reserve(Instant::now(), deadline)?;
        // A timer ends with a whole millisecond, even one whose time is over.
        if start > Instant::now() {
            sleep_until(start).await;
        }
        Ok(())
    }

    /// The time at which the next call may start.
    fn reserve(&self, now: Instant, deadline: Deadline) -> Result<Instant, NoTime> {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        let start = match starts.len().checked_sub(MAX_STARTS_PER_SECOND) {
            Some(oldest) => now.max(starts[oldest] + WINDOW),
            None => now,
        };
        if start > now && deadline.is_before(start) {
            return Err(NoTime);
        }
        starts.push_back(start);
        if starts.len() > MAX_STARTS_PER_SECOND {
            starts.pop_front();
        }
        Ok(start)
    }
}

/// The deadline is earlier than the next start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoTime;

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(limiter: &RateLimiter, calls: usize, now: Instant) -> Vec<Duration> {
        let deadline = Deadline::after(Duration::from_secs(3_600));
        (0..calls).map(|_| limiter.reserve(now, deadline).unwrap() - now).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn in_every_second_no_more_calls_start_than_the_limit() {
        let limiter = RateLimiter::default();
        let starts = starts(&limiter, 100, Instant::now());
        assert_eq!(starts.iter().filter(|start| start.is_zero()).count(), MAX_STARTS_PER_SECOND);
        for from in &starts {
            let until = *from + WINDOW;
            let within = starts.iter().filter(|start| *start >= from && **start < until).count();
            assert!(within <= MAX_STARTS_PER_SECOND, "{within} from {from:?}");
        }
        assert!(*starts.last().unwrap() < Duration::from_secs(7), "and no fewer: {starts:?}");
    }

    /// Lambda hands over the next batch at once.
    #[tokio::test(start_paused = true)]
    async fn a_later_batch_counts_the_starts_of_the_one_before() {
        let limiter = RateLimiter::default();
        let now = Instant::now();
        assert_eq!(starts(&limiter, 10, now), [Duration::ZERO; 10]);
        let next = starts(&limiter, 10, now);
        assert_eq!(next.iter().filter(|start| start.is_zero()).count(), 5);
        let later = now + Duration::from_secs(2);
        assert_eq!(starts(&limiter, MAX_STARTS_PER_SECOND, later), [Duration::ZERO; MAX_STARTS_PER_SECOND]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_has_no_time_does_not_count() {
        let limiter = RateLimiter::default();
        starts(&limiter, MAX_STARTS_PER_SECOND, Instant::now());
        let soon = Deadline::after(Duration::from_millis(500));
        for _ in 0..3 {
            assert_eq!(limiter.wait(soon).await, Err(NoTime));
        }
        let started = Instant::now();
        limiter.wait(Deadline::after(Duration::from_secs(5))).await.unwrap();
        assert!((WINDOW..WINDOW + Duration::from_millis(2)).contains(&started.elapsed()));
    }
}

//! Runs property tests: each with a few cases, or all of them for a chosen time.
//!
//! With `PROPERTY_SECONDS=600`, the properties of a file run in rounds with fresh seeds until the time is over. A failure
//! prints the smallest failing input and its seed; `PROPERTY_SEED` repeats that seed, with the same number of cases.

#![allow(clippy::print_stdout, reason = "the seed and the number of cases are results")]
#![allow(clippy::disallowed_methods, reason = "a test may read the clock and the environment")]

use std::collections::BTreeMap;
use std::env;
use std::fmt::Debug;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestCaseResult, TestRng, TestRunner};

/// A property that should hold for every input.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    /// The number of inputs for one seed.
    pub(crate) cases: u32,
    /// Checks the property for the inputs of a runner. The error contains the smallest failing input.
    pub(crate) check: fn(TestRunner) -> Result<(), String>,
}

impl Property {
    /// Checks the property with a fresh seed, or with `PROPERTY_SEED`.
    pub(crate) fn check_once(&self) {
        self.check_seed(number("PROPERTY_SEED").unwrap_or_else(fresh_seed));
    }

    fn check_seed(&self, seed: u64) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { cases: self.cases, failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        if let Err(failure) = (self.check)(TestRunner::new_with_rng(config, rng)) {
            panic!("{} failed with PROPERTY_SEED={seed}: {failure}", self.name);
        }
    }
}

/// Checks a test for every input of a strategy.
pub(crate) fn for_all<S: Strategy>(
    mut runner: TestRunner,
    strategy: &S,
    test: impl Fn(S::Value) -> TestCaseResult,
) -> Result<(), String>
where
    S::Value: Debug,
{
    runner.run(strategy, test).map_err(|failure| failure.to_string())
}

/// A failed case.
pub(crate) fn fail(reason: impl Into<String>) -> TestCaseError {
    TestCaseError::fail(reason.into())
}

/// Checks all properties in rounds, until `PROPERTY_SECONDS` are over. Without that variable it checks nothing.
pub(crate) fn check_all_for_chosen_time(properties: &[Property]) {
    let Some(seconds) = number("PROPERTY_SECONDS") else { return };
    let end = Instant::now() + Duration::from_secs(seconds);
    let first_seed = number("PROPERTY_SEED").unwrap_or_else(fresh_seed);
    println!("first seed: {first_seed}");
    // Each thread has the next round, so that no seed is checked twice.
    let next_seed = Mutex::new(first_seed);
    let cases: Mutex<BTreeMap<&str, u64>> = Mutex::default();
    let check_rounds = || {
        while Instant::now() < end {
            let seed = {
                let mut next = next_seed.lock().unwrap();
                let seed = *next;
                *next = seed.wrapping_add(1);
                seed
            };
            for property in properties.iter().take_while(|_| Instant::now() < end) {
                property.check_seed(seed);
                *cases.lock().unwrap().entry(property.name).or_default() += u64::from(property.cases);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(check_rounds);
        }
    });
    let rounds = next_seed.into_inner().unwrap().wrapping_sub(first_seed);
    println!("{rounds} seeds from {first_seed} in {seconds} s");
    for (name, cases) in cases.into_inner().unwrap() {
        println!("{name}: {cases} cases");
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: expected a number")))
}

fn fresh_seed() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_secs() * 1_000_000_000 + u64::from(since_epoch.subsec_nanos())
}

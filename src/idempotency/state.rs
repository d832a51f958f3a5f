//! The create state machine: which step follows which outcome. It has no clock, no service and no async code.

use crate::greengrass::SideEffect;
use crate::greengrass::search::{Order, Scope};

/// The setting `IDEMPOTENCY`, without the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdempotencyMode {
    ClientToken,
    CheckLatest,
    LockTable,
}

/// Where a version came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionOrigin {
    /// The service returned it for a create.
    Created,
    /// A look-up found it, with exactly the requested connectors.
    Existing,
}

impl VersionOrigin {
    /// Its name in results.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Existing => "Existing",
        }
    }
}

/// What is known about versions that this request may have created already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knowledge {
    /// No create was sent for this request.
    NothingSent,
    /// An earlier delivery of this request may have sent one: SQS delivered it before, or its lock was taken over.
    EarlierDelivery,
    /// The outcome of a create of this invocation is unknown, or an earlier delivery could not be looked up.
    Unknown,
}

/// How the last step ended.
#[derive(Debug)]
pub(super) enum Outcome<V, E> {
    /// There was no step yet, or a pause is over.
    Start,
    /// A look-up found the version.
    Found(V),
    /// A look-up found that there is no such version.
    NotFound,
    /// A look-up failed.
    LookUpFailed(Failure, E),
    /// A create returned a version.
    Created(V),
    /// A create failed, with this side effect.
    CreateFailed(Failure, SideEffect, E),
}

/// Whether another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Retryable,
    Final,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<V, E> {
    /// Look for a version that this request created.
    LookUp(Scope),
    /// Send a create.
    Create,
    /// Return this version.
    Return(V, VersionOrigin),
    /// Pause, if there is time, then [`Outcome::Start`].
    Retry(E),
    /// Return this error.
    Fail(E),
}

/// The next step. The documented table of modes is this function's table (`docs/src/concepts/idempotency.md`).
pub(super) fn next<V, E>(
    knowledge: Knowledge,
    mode: IdempotencyMode,
    outcome: Outcome<V, E>,
) -> (Knowledge, Step<V, E>) {
    use Failure::{Final, Retryable};
    use Knowledge::{EarlierDelivery, NothingSent, Unknown};
    match outcome {
        Outcome::Start if knowledge == EarlierDelivery => {
            (knowledge, Step::LookUp(Scope::SinceRequest(Order::OldestFirst)))
        }
        Outcome::Start if knowledge == Unknown => {
            (knowledge, Step::LookUp(Scope::SinceRequest(Order::NewestFirst)))
        }
        Outcome::Start if mode == IdempotencyMode::CheckLatest => (knowledge, Step::LookUp(Scope::Latest)),
        Outcome::Start | Outcome::NotFound => (knowledge, Step::Create),
        Outcome::Found(version) => (knowledge, Step::Return(version, VersionOrigin::Existing)),
        // Without permission to read, a create is still safe as long as none was sent.
        Outcome::LookUpFailed(Final, _) if knowledge == NothingSent => (knowledge, Step::Create),
        Outcome::LookUpFailed(Retryable, error) if knowledge == NothingSent => {
            (knowledge, Step::Retry(error))
        }
        Outcome::LookUpFailed(Retryable, error) => (Unknown, Step::Retry(error)),
        Outcome::LookUpFailed(Final, error) => (Unknown, Step::Fail(error)),
        Outcome::Created(version) => (knowledge, Step::Return(version, VersionOrigin::Created)),
        Outcome::CreateFailed(failure, side_effect, error) => {
            // Once the outcome of a create is unknown, no later rejection says what became of it.
            let knowledge = if side_effect == SideEffect::Unknown { Unknown } else { knowledge };
            match failure {
                Retryable => (knowledge, Step::Retry(error)),
                Final => (knowledge, Step::Fail(error)),
            }
        }
    }
}

impl Knowledge {
    /// What is known when a request arrives.
    pub(super) fn of_delivery(is_redelivery: bool) -> Self {
        if is_redelivery { Self::EarlierDelivery } else { Self::NothingSent }
    }

    /// The side effect that an error of this request states.
    pub(super) fn side_effect(self) -> SideEffect {
        match self {
            Self::NothingSent | Self::EarlierDelivery => SideEffect::NotApplied,
            Self::Unknown => SideEffect::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure::{Final, Retryable};
    use super::IdempotencyMode::{CheckLatest, ClientToken, LockTable};
    use super::Knowledge::{EarlierDelivery, NothingSent, Unknown};
    use super::*;

    const KNOWLEDGE: [Knowledge; 3] = [NothingSent, EarlierDelivery, Unknown];
    const MODES: [IdempotencyMode; 3] = [ClientToken, CheckLatest, LockTable];
    const OUTCOMES: [&str; 10] = [
        "start",
        "found",
        "not found",
        "look-up failed, retryable",
        "look-up failed, final",
        "created",
        "create failed, retryable, not applied",
        "create failed, final, not applied",
        "create failed, retryable, unknown",
        "create failed, final, unknown",
    ];

    fn outcome(name: &str) -> Outcome<(), ()> {
        match name {
            "start" => Outcome::Start,
            "found" => Outcome::Found(()),
            "not found" => Outcome::NotFound,
            "look-up failed, retryable" => Outcome::LookUpFailed(Retryable, ()),
            "look-up failed, final" => Outcome::LookUpFailed(Final, ()),
            "created" => Outcome::Created(()),
            "create failed, retryable, not applied" => {
                Outcome::CreateFailed(Retryable, SideEffect::NotApplied, ())
            }
            "create failed, final, not applied" => Outcome::CreateFailed(Final, SideEffect::NotApplied, ()),
            "create failed, retryable, unknown" => Outcome::CreateFailed(Retryable, SideEffect::Unknown, ()),
            "create failed, final, unknown" => Outcome::CreateFailed(Final, SideEffect::Unknown, ()),
            other => panic!("{other}"),
        }
    }

    /// A row: where it holds (empty for everywhere), the outcome, and what follows. `None`: the knowledge stays.
    type Row =
        (&'static [Knowledge], &'static [IdempotencyMode], &'static str, Option<Knowledge>, Step<(), ()>);

    fn table() -> Vec<Row> {
        const ALL: &[Knowledge] = &KNOWLEDGE;
        const ANY: &[IdempotencyMode] = &MODES;
        const MAYBE: &[Knowledge] = &[EarlierDelivery, Unknown];
        vec![
            (&[NothingSent], &[ClientToken, LockTable], "start", None, Step::Create),
            (&[NothingSent], &[CheckLatest], "start", None, Step::LookUp(Scope::Latest)),
            (&[EarlierDelivery], ANY, "start", None, Step::LookUp(Scope::SinceRequest(Order::OldestFirst))),
            (&[Unknown], ANY, "start", None, Step::LookUp(Scope::SinceRequest(Order::NewestFirst))),
            (ALL, ANY, "found", None, Step::Return((), VersionOrigin::Existing)),
            (ALL, ANY, "not found", None, Step::Create),
            (&[NothingSent], ANY, "look-up failed, final", None, Step::Create),
            (&[NothingSent], ANY, "look-up failed, retryable", None, Step::Retry(())),
            (MAYBE, ANY, "look-up failed, final", Some(Unknown), Step::Fail(())),
            (MAYBE, ANY, "look-up failed, retryable", Some(Unknown), Step::Retry(())),
            (ALL, ANY, "created", None, Step::Return((), VersionOrigin::Created)),
            (ALL, ANY, "create failed, retryable, not applied", None, Step::Retry(())),
            (ALL, ANY, "create failed, final, not applied", None, Step::Fail(())),
            (ALL, ANY, "create failed, retryable, unknown", Some(Unknown), Step::Retry(())),
            (ALL, ANY, "create failed, final, unknown", Some(Unknown), Step::Fail(())),
        ]
    }

    #[test]
    fn every_case_is_in_one_row_of_the_table() {
        let table = table();
        let mut cases = 0;
        for knowledge in KNOWLEDGE {
            for mode in MODES {
                for name in OUTCOMES {
                    let rows: Vec<&Row> = table
                        .iter()
                        .filter(|row| row.0.contains(&knowledge) && row.1.contains(&mode) && row.2 == name)
                        .collect();
                    let [(_, _, _, then, step)] = rows.as_slice() else {
                        panic!("{} rows for {knowledge:?}, {mode:?}, {name}", rows.len())
                    };
                    let (known, next) = next(knowledge, mode, outcome(name));
                    assert_eq!(known, then.unwrap_or(knowledge), "{knowledge:?}, {mode:?}, {name}");
                    assert_eq!(next, *step, "{knowledge:?}, {mode:?}, {name}");
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 90);
    }
}

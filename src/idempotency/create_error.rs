//! Why a request has no version.

use super::lock_error::LockError;
use crate::greengrass::{ServiceError, SideEffect};

/// Why a request has no version.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    /// A call to Greengrass failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The lock on the request was not acquired; nothing was sent.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The client token returned a version that is not the requested one.
    #[error("the client token belongs to another version")]
    TokenReused,
    /// The time was over before an attempt could start.
    #[error("no time left")]
    DeadlineExceeded(SideEffect),
}

impl CreateError {
    /// What is known about the side effect of all calls of the request.
    pub(super) fn side_effect(&self) -> SideEffect {
        match self {
            Self::Service(error) => error.side_effect,
            Self::DeadlineExceeded(side_effect) => *side_effect,
            Self::Lock(_) | Self::TokenReused => SideEffect::NotApplied,
        }
    }
}

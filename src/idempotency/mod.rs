//! One version for one request, however often it is delivered.
//!
//! | file | contents |
//! |---|---|
//! | `state` | the create state machine: what to do after each outcome; pure |
//! | `create` | the loop that performs its steps |
//! | `record`, `lock_table`, `put_item` | the lock record of a request, its life, and the call that writes it |

mod create;
mod create_error;
mod lock_error;
mod lock_table;
mod put_item;
mod record;
mod state;

pub(crate) use create::{CreateRequest, CreateResult, DuplicateLookup, VersionCreator};
pub(crate) use create_error::CreateError;
pub(crate) use lock_error::LockError;
pub(crate) use lock_table::LockTable;
use state::IdempotencyMode;
pub(crate) use state::VersionOrigin;

/// How a request that is delivered again is kept from creating a second version: the setting `IDEMPOTENCY`.
#[derive(Clone, Debug)]
pub(crate) enum Idempotency {
    /// `token`: by the client token, as far as the service honors it.
    ClientToken,
    /// `latest`: also by reading first; the latest version is the result if it has exactly the requested connectors.
    CheckLatest,
    /// `table`: also by a lock on each request, in a DynamoDB table.
    LockTable(LockTable),
}

impl Idempotency {
    fn mode(&self) -> IdempotencyMode {
        match self {
            Self::ClientToken => IdempotencyMode::ClientToken,
            Self::CheckLatest => IdempotencyMode::CheckLatest,
            Self::LockTable(_) => IdempotencyMode::LockTable,
        }
    }
}

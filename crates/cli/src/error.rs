//! Why a command could not be carried out.

use std::io;

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("cannot read {name}: {source}")]
    Read { name: String, source: io::Error },
    #[error("cannot write {name}: {source}")]
    Write { name: String, source: io::Error },
    #[error("no generated section in {file}; print the section without --update to see its markers")]
    NoMarkers { file: String },
    #[cfg(feature = "run")]
    #[error("{name} is not JSON: {source}")]
    NotJson { name: String, source: serde_json::Error },
    #[cfg(feature = "run")]
    #[error("--keep-response-url: a ResponseURL is not on this machine; use 127.0.0.1, localhost or [::1]")]
    RemoteResponseUrl,
    #[cfg(feature = "run")]
    #[error("cannot {action}: {source}")]
    Io { action: String, source: io::Error },
    #[cfg(feature = "run")]
    #[error("{0}")]
    Function(String),
}

impl CliError {
    #[cfg(feature = "run")]
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        |source| Self::Io { action, source }
    }

    /// 2 for input that cannot be read or used, 1 for a failure.
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Read { .. } => 2,
            #[cfg(feature = "run")]
            Self::NotJson { .. } | Self::RemoteResponseUrl => 2,
            _ => 1,
        }
    }
}

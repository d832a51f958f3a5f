//! Options of the emulator, for the commands that start one.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use emulator::greengrass::Behavior;

#[derive(Args, Debug)]
#[command(next_help_heading = "Emulator")]
pub(crate) struct EmulatorArgs {
    /// File to keep the emulator's state in
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Ignore client tokens: a repeated token creates a new version
    #[arg(long)]
    ignore_tokens: bool,

    /// Reject connector IDs that the API reference does not allow
    #[arg(long)]
    check_ids: bool,

    /// Omit the error type from error responses
    #[arg(long)]
    no_error_types: bool,

    /// Entries per page if the client does not request a number
    #[arg(long, value_name = "N", default_value = "50")]
    page_size: NonZeroUsize,

    /// Connectors per page of a version; without it, one page has all connectors
    #[arg(long, value_name = "N")]
    connectors_page_size: Option<NonZeroUsize>,

    /// Region in ARNs
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
}

impl EmulatorArgs {
    pub(crate) fn behavior(&self) -> Behavior {
        Behavior {
            honor_tokens: !self.ignore_tokens,
            validate_ids: self.check_ids,
            include_error_types: !self.no_error_types,
            page_size: self.page_size.get(),
            connectors_page_size: self.connectors_page_size.map(NonZeroUsize::get),
            region: self.region.clone(),
            ..Behavior::default()
        }
    }

    pub(crate) fn data_file(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    /// `honored` or `ignored`.
    pub(crate) fn client_tokens(&self) -> &'static str {
        if self.ignore_tokens { "ignored" } else { "honored" }
    }
}

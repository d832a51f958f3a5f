//! `serve`: serves the emulator until the process is interrupted.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use clap::Args;
use emulator::greengrass::{Behavior, Emulator};
use emulator::samples;

use crate::emulator_args::EmulatorArgs;
use crate::error::CliError;
use crate::{CommandResult, io};

/// Serve the emulated Greengrass V1 connector definitions until interrupted
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ServeArgs {
    /// Address to listen on (requests are not authenticated; use a loopback address)
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    address: IpAddr,

    /// Port to listen on; 0 selects a free port
    #[arg(long, value_name = "N", default_value_t = 8090)]
    port: u16,

    /// Further name or IP address that clients call this server by (may be repeated)
    #[arg(long, value_name = "HOST", value_parser = parse_host)]
    allow_host: Vec<String>,

    /// Create the definition and the version that the sample events name
    #[arg(long)]
    samples: bool,

    #[command(flatten)]
    emulator: EmulatorArgs,
}

const AFTER_HELP: &str = "\
Examples:
  connector-versions serve --samples
  connector-versions serve --port 0 --data greengrass.jsonl
  AWS_ENDPOINT_URL_GREENGRASS=http://127.0.0.1:8090 aws greengrass list-connector-definitions";

pub(crate) fn execute(args: &ServeArgs) -> CommandResult {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(CliError::io("start"))?.block_on(serve(args))
}

async fn serve(args: &ServeArgs) -> CommandResult {
    let address = SocketAddr::new(args.address, args.port);
    let behavior = Behavior { allowed_hosts: args.allow_host.clone(), ..args.emulator.behavior() };
    let service = Emulator::start_at(address, behavior, args.emulator.data_file())
        .await
        .map_err(CliError::io(format!("serve on {address}")))?;
    if args.samples {
        samples::add_to(&service).map_err(CliError::io("create the samples"))?;
    }
    io::write_stdout(&format!(
        "Greengrass V1 connector definitions on {} (emulated, not AWS); client tokens are {}.\n",
        service.url(),
        args.emulator.client_tokens()
    ))?;
    interrupted().await.map_err(CliError::io("wait for a signal"))?;
    Ok(ExitCode::SUCCESS)
}

fn parse_host(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name = text.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(text);
    let is_ip = name.parse::<IpAddr>().is_ok();
    if is_ip || (!name.is_empty() && name == text && name.chars().all(is_name)) {
        Ok(text.to_owned())
    } else {
        Err("expected a host name or an IP address, without scheme and port".to_owned())
    }
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

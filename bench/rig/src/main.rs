//! Drives Lambda functions over the Runtime API as Lambda does, with Greengrass and CloudFormation on loopback, and
//! prints the measurements as JSON.
//!
//! `rig measure PLAN` measures the figures of the table, `rig event PLAN --events N` starts each function, sends it N
//! events and ends it with SIGTERM, and `rig roots` prints root certificates.

mod events;
mod http;
mod measure;
mod process;
mod runtime_api;
mod services;
mod stage;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;

use crate::process::Function;
use crate::stage::{Shape, Stage};

/// What the rig measures.
#[derive(Deserialize)]
pub struct Plan {
    /// `chain.pem`, `leaf.key`, `ca.pem` and `bundle.pem`.
    pub certificates: PathBuf,
    /// The functions, which are measured in turn.
    pub functions: Vec<Function>,
    /// The function whose scale is measured.
    #[serde(default)]
    pub scaled: Option<String>,
    /// The number of starts of each function.
    #[serde(default)]
    pub starts: usize,
    /// The number of events of a warm process.
    #[serde(default)]
    pub events: usize,
    /// The number of warm processes of each function.
    #[serde(default)]
    pub rounds: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["measure", plan] => {
            let plan = read(plan)?;
            let stage = Stage::set(&plan.certificates)?;
            serde_json::to_writer_pretty(io::stdout(), &measure::all(&stage, &plan))?;
        }
        ["event", plan, "--events", count] => {
            let plan = read(plan)?;
            let stage = Stage::set(&plan.certificates)?;
            for function in &plan.functions {
                stage.end_with_signal(function, Shape::CustomResource { tls: true }, count.parse()?)?;
            }
        }
        ["roots"] => roots(io::stdout())?,
        _ => return Err("rig measure PLAN | rig event PLAN --events N | rig roots".into()),
    }
    Ok(())
}

fn read(plan: &str) -> Result<Plan, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(Path::new(plan))?)?)
}

/// Mozilla's root certificates as a system's bundle has them.
fn roots(mut out: impl Write) -> io::Result<()> {
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let text = base64(certificate);
        writeln!(out, "-----BEGIN CERTIFICATE-----")?;
        for line in text.as_bytes().chunks(64) {
            out.write_all(line)?;
            writeln!(out)?;
        }
        writeln!(out, "-----END CERTIFICATE-----")?;
    }
    Ok(())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

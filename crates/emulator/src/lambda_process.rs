//! A function as a process, in the environment that Lambda gives one and nothing else.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// A running function; it is killed when this is dropped.
#[derive(Debug)]
pub struct Function {
    child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Function {
    /// Starts a function's program against a Runtime API. `variables` come last, so they may change what Lambda sets.
    pub fn start(mut program: Command, runtime_api: &str, variables: &[(&str, &str)]) -> io::Result<Self> {
        program
            .env_clear()
            .envs([
                ("AWS_ACCESS_KEY_ID", "AKIALOCALLOCALLOCAL0"),
                ("AWS_SECRET_ACCESS_KEY", "local-secret-access-key-of-nobody"),
                ("AWS_SESSION_TOKEN", "local-session-token-of-nobody"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_LAMBDA_FUNCTION_NAME", "local"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/local"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]00000000000000000000000000000000"),
                ("AWS_LAMBDA_RUNTIME_API", runtime_api),
                ("AWS_REGION", "us-east-1"),
                ("LANG", "en_US.UTF-8"),
                ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
                ("TZ", ":UTC"),
                ("_HANDLER", "bootstrap"),
            ])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = program.spawn()?;
        let output = Arc::new(Mutex::default());
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(tokio::spawn(read(stdout, output.clone())));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(tokio::spawn(read(stderr, output.clone())));
        }
        Ok(Self { child, output, readers })
    }

    /// The process's id, until it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the process has ended.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the process and gives all that it wrote.
    pub async fn stop(mut self) -> String {
        let _ = self.child.kill().await;
        for reader in self.readers.drain(..) {
            let _ = reader.await;
        }
        String::from_utf8_lossy(&self.output.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

async fn read(mut from: impl AsyncRead + Unpin, into: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 8 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
    }
}

//! Runs a function as a process, with the environment variables that Lambda sets and no others.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// A running function. The process is killed when this is dropped.
#[derive(Debug)]
pub struct LambdaProcess {
    child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl LambdaProcess {
    /// Starts `program` as the runtime of a function. It takes its events from the Runtime API at `runtime_api`, in the
    /// form `HOST:PORT`. `variables` are set last, so they can override the variables that Lambda sets.
    ///
    /// Call this within a Tokio runtime.
    ///
    /// # Errors
    /// If the process cannot be spawned.
    pub fn start(mut program: Command, runtime_api: &str, variables: &[(&str, &str)]) -> io::Result<Self> {
        program
            .env_clear()
            .envs([
                ("AWS_ACCESS_KEY_ID", "AKIALOCALLOCALLOCAL0"),
                ("AWS_SECRET_ACCESS_KEY", "local-secret-access-key"),
                ("AWS_SESSION_TOKEN", "local-session-token"),
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
            // Windows opens no socket for a process without it.
            .envs(std::env::var_os("SystemRoot").filter(|_| cfg!(windows)).map(|root| ("SystemRoot", root)))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = program.spawn()?;
        let output = Arc::new(Mutex::default());
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(tokio::spawn(read_output(stdout, output.clone())));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(tokio::spawn(read_output(stderr, output.clone())));
        }
        Ok(Self { child, output, readers })
    }

    /// The process ID, or `None` after [`wait`](Self::wait) has returned.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the process exits.
    ///
    /// # Errors
    /// If the operating system cannot wait for the process.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the process and returns what it wrote to standard output and standard error. Bytes that are not UTF-8 are
    /// replaced.
    pub async fn kill_and_collect_output(mut self) -> String {
        let _ = self.child.kill().await;
        for reader in self.readers.drain(..) {
            let _ = reader.await;
        }
        String::from_utf8_lossy(&self.output.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

async fn read_output(mut from: impl AsyncRead + Unpin, into: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 8 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
    }
}

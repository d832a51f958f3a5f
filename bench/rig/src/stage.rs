//! One run of one function: its environment, its events, and whether it did its job.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::events;
use crate::process::{Function, Process, Share};
use crate::runtime_api::{RuntimeApi, Seen};
use crate::services::{Job, Services};

/// The longest time that a run may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// The services that functions call, and the certificates.
pub struct Stage {
    services: Services,
    certificates: PathBuf,
}

/// What a function does for each event.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A custom resource's Create: one call to Greengrass and one response to CloudFormation.
    CustomResource { tls: bool },
    /// A request with this number of connectors, over TLS.
    Connectors(usize),
    /// A batch of this number of requests, over TLS.
    Messages(usize),
}

/// A run, with its process.
pub struct Run {
    pub seen: Seen,
    pub process: Process,
    /// Dropped after the process: a control group can be removed only when it is empty.
    _share: Option<Arc<Share>>,
}

impl Run {
    /// From the start of the process to ready for an event, in milliseconds.
    pub fn start_ms(&self) -> f64 {
        self.seen.ready.map_or(f64::NAN, |(at, _)| (at - self.process.started).as_secs_f64() * 1e3)
    }
}

impl Stage {
    pub fn set(certificates: &Path) -> io::Result<Self> {
        let certificates = fs::canonicalize(certificates)?;
        Ok(Self { services: Services::start(&certificates)?, certificates })
    }

    /// Runs a function for this number of events, from the first on with a share of a processor, and checks its work.
    pub fn run(
        &self,
        function: &Function,
        shape: Shape,
        events: usize,
        share: Option<f64>,
    ) -> Result<Run, String> {
        let to_text = |error: io::Error| error.to_string();
        let share = share.map(Share::of).transpose().map_err(to_text)?.map(Arc::new);
        let api = RuntimeApi::start(self.event(shape), events, share.as_ref()).map_err(to_text)?;
        let before = self.services.done.so_far();
        let environment = self.environment(shape, api.port);
        let mut process = Process::start(function, &environment, false).map_err(to_text)?;
        let seen = api.wait(&mut process, PATIENCE)?;
        let after = self.services.done.so_far();
        let done =
            Job { creates: after.creates - before.creates, responses: after.responses - before.responses };
        // The empty handler does no work.
        if function.name != "empty" && done != shape.job().times(events as u64) {
            return Err(format!("{events} x {shape:?}: expected other work, found {done:?}"));
        }
        Ok(Run { seen, process, _share: share })
    }

    /// The same, ended with SIGTERM instead of SIGKILL.
    pub fn end_with_signal(&self, function: &Function, shape: Shape, events: usize) -> Result<(), String> {
        let run = self.run(function, shape, events, None)?;
        run.process.terminate(PATIENCE);
        Ok(())
    }

    fn event(&self, shape: Shape) -> String {
        match shape {
            Shape::CustomResource { tls: true } => {
                events::custom_resource(&format!("https://127.0.0.1:{}/response?X=1", self.services.https))
            }
            Shape::CustomResource { tls: false } => {
                events::custom_resource(&format!("http://127.0.0.1:{}/response?X=1", self.services.http))
            }
            Shape::Connectors(count) => events::request(count).to_string(),
            Shape::Messages(count) => events::batch(count),
        }
    }

    /// Lambda's environment, the endpoint, and each ecosystem's setting for one more trusted certificate authority. The
    /// endpoint and the ResponseURL have different host names, as in AWS: two connections, two handshakes.
    fn environment(&self, shape: Shape, runtime_api: u16) -> Vec<(String, String)> {
        let endpoint = match shape {
            Shape::CustomResource { tls: false } => format!("http://127.0.0.1:{}", self.services.http),
            _ => format!("https://localhost:{}", self.services.https),
        };
        let file = |name: &str| self.certificates.join(name).display().to_string();
        let variables = [
            ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{runtime_api}")),
            ("AWS_ENDPOINT_URL_GREENGRASS", endpoint),
            ("RESPONSE_URL_HOSTS", "127.0.0.1".to_owned()),
            ("SSL_CERT_FILE", file("bundle.pem")),
            ("AWS_CA_BUNDLE", file("bundle.pem")),
            ("NODE_EXTRA_CA_CERTS", file("ca.pem")),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
            ("_HANDLER", "app.handler".to_owned()),
            ("LAMBDA_TASK_ROOT", "/tmp".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEEXAMPLE00".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLE".repeat(8)),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_rust".to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0".to_owned()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
            ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

impl Shape {
    fn job(self) -> Job {
        match self {
            Self::CustomResource { .. } => Job { creates: 1, responses: 1 },
            Self::Connectors(_) => Job { creates: 1, responses: 0 },
            Self::Messages(count) => Job { creates: count as u64, responses: 0 },
        }
    }
}

impl Job {
    fn times(self, count: u64) -> Self {
        Self { creates: self.creates * count, responses: self.responses * count }
    }
}

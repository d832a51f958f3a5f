//! Starts the built `bootstrap` as Lambda does: as a process, with a Runtime API, the emulated service and a receiver of
//! responses to CloudFormation, all over loopback.
#![allow(dead_code, unreachable_pub, reason = "the benchmark uses only a part of this module")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot continue reports where")]

use std::time::Duration;

use bytes::Bytes;
use emulator::greengrass::{Behavior, Emulator, Fault, Operation, Outcome, RecordedCall};
use emulator::lambda_process::LambdaProcess;
use emulator::response_receiver::ResponseReceiver;
use emulator::runtime_api::{Invocation, InvocationOutcome, RuntimeApi};
use emulator::samples;
use serde_json::{Value, json};
use tokio::process::Command;

pub use emulator::samples::DEFINITION;

pub const SNS: &str = "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4";

/// A function with all services around it.
pub struct Rig {
    pub service: Emulator,
    pub receiver: ResponseReceiver,
    api: RuntimeApi,
    function: LambdaProcess,
}

/// Options of a [`Rig`].
#[derive(Default)]
pub struct RigOptions<'a> {
    pub behavior: Behavior,
    pub variables: &'a [(&'a str, &'a str)],
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(RigOptions::default()).await
    }

    pub async fn with(options: RigOptions<'_>) -> Self {
        let service = Emulator::start(0, options.behavior, None).await.unwrap();
        samples::add_to(&service).unwrap();
        let receiver = ResponseReceiver::start().await.unwrap();
        let api = RuntimeApi::start().await.unwrap();
        let url = service.url();
        let mut variables = vec![
            ("AWS_ENDPOINT_URL_GREENGRASS", url.as_str()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("RESPONSE_URL_HOSTS", "127.0.0.1"),
        ];
        variables.extend_from_slice(options.variables);
        // Last: no test sends anything to AWS, whatever its event and its settings.
        variables.push(("RESPONSE_URL_ALLOW_AWS", "false"));
        let program = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        let function = LambdaProcess::start(program, &api.address(), &variables).unwrap();
        Self { service, receiver, api, function }
    }

    /// Invokes the function, which has thirty seconds.
    pub async fn invoke(&self, event: impl Into<Bytes>) -> InvocationOutcome {
        self.invoke_within(event, Duration::from_secs(30)).await
    }

    pub async fn invoke_within(&self, event: impl Into<Bytes>, time: Duration) -> InvocationOutcome {
        self.invocation(Invocation { timeout: time, ..Invocation::new(event) }).await
    }

    pub async fn invocation(&self, invocation: Invocation) -> InvocationOutcome {
        // A function that never responds must fail the test, not block it.
        let bound = Duration::from_secs(120);
        tokio::time::timeout(bound, self.api.invoke(invocation)).await.expect("the function responds").outcome
    }

    /// The calls of an operation so far.
    pub fn calls(&self, operation: Operation) -> Vec<RecordedCall> {
        self.service.calls().into_iter().filter(|call| call.operation == Some(operation)).collect()
    }

    pub fn creates(&self) -> usize {
        self.calls(Operation::CreateConnectorDefinitionVersion).len()
    }

    /// The versions of the samples' definition, without its first one.
    pub fn new_versions(&self) -> Vec<String> {
        self.service.versions(DEFINITION).into_iter().filter(|id| id != samples::VERSION).collect()
    }

    /// The responses to CloudFormation, parsed, in the order of their arrival.
    pub fn responses(&self) -> Vec<Value> {
        self.receiver
            .received()
            .iter()
            .map(|received| serde_json::from_slice(&received.body).unwrap())
            .collect()
    }

    /// A sample event with its ResponseURL pointing at the receiver.
    pub fn sample(&self, name: &str) -> Value {
        let mut event: Value = serde_json::from_str(&read_sample(name)).unwrap();
        if let Some(url) = event["ResponseURL"].as_str() {
            let path = url.split_once(".com").unwrap().1;
            event["ResponseURL"] = json!(format!("{}{path}", self.receiver.url()));
        }
        event
    }

    /// Sends the function a signal: STOP freezes it as Lambda does between events, CONT thaws it.
    pub async fn signal(&self, name: &str) {
        let id = self.function.id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), id]).status().await.unwrap().success());
    }

    /// Ends the function and returns its output.
    pub async fn stop(self) -> String {
        self.function.kill_and_collect_output().await
    }
}

pub fn read_sample(name: &str) -> String {
    std::fs::read_to_string(format!("{}/events/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn version_arn(id: &str) -> String {
    format!(
        "arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/{DEFINITION}/versions/{id}"
    )
}

/// The payload of a response.
pub fn response(outcome: InvocationOutcome) -> Value {
    match outcome {
        InvocationOutcome::Response(payload) => serde_json::from_slice(&payload).unwrap(),
        other => panic!("not a response: {other:?}"),
    }
}

/// Type and message of an error.
pub fn error(outcome: InvocationOutcome) -> (String, String) {
    match outcome {
        InvocationOutcome::Error { error_type, message } => (error_type, message),
        other => panic!("not an error: {other:?}"),
    }
}

/// A request for one connector.
pub fn request() -> Value {
    json!({
        "ConnectorDefinitionId": DEFINITION,
        "Connectors": [{ "ConnectorArn": SNS, "Id": "alerts", "Parameters": { "DefaultSNSArn": "arn:aws:sns:us-east-1:123456789012:t" } }]
    })
}

/// `Data` of a custom resource's response.
pub fn data(version: &str, created: &Value, outcome: &str) -> Value {
    json!({
        "Arn": version_arn(version), "Id": DEFINITION, "Version": version, "CreationTimestamp": created,
        "ConnectorDefinitionId": DEFINITION, "Outcome": outcome,
    })
}

/// A fault of the create call.
pub fn on_create(outcome: Outcome, commit: bool, times: u32) -> Fault {
    Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        remaining: times,
        apply: commit,
        outcome,
        ..Fault::default()
    }
}

/// A fault of every call. The calls have no effect.
pub fn on_all(outcome: Outcome) -> Fault {
    Fault { operation: None, remaining: u32::MAX, apply: false, outcome, ..Fault::default() }
}

//! The function as Lambda runs it: the `bootstrap` as built, spawned, on a real Runtime API, against the embedded
//! service and a receiver of answers to CloudFormation, all over loopback.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file has this module for itself and uses its own part"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

use std::time::Duration;

use bytes::Bytes;
use emulator::greengrass::{Call, Choices, Fault, Operation, Outcome, Service};
use emulator::lambda_process::Function;
use emulator::response_receiver::Receiver;
use emulator::runtime_api::{Ending, Invocation, RuntimeApi};
use emulator::samples;
use serde_json::{Value, json};
use tokio::process::Command;

pub use emulator::samples::DEFINITION;

pub const SNS: &str = "arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4";

/// Everything an event goes through.
pub struct Rig {
    pub service: Service,
    pub receiver: Receiver,
    api: RuntimeApi,
    function: Function,
}

/// What is not as usual.
#[derive(Default)]
pub struct With<'a> {
    pub choices: Choices,
    pub variables: &'a [(&'a str, &'a str)],
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(With::default()).await
    }

    pub async fn with(with: With<'_>) -> Self {
        let service = Service::start(0, with.choices, None).await.unwrap();
        samples::add_to(&service).unwrap();
        let receiver = Receiver::start().await.unwrap();
        let api = RuntimeApi::start().await.unwrap();
        let url = service.url();
        let mut variables = vec![
            ("AWS_ENDPOINT_URL_GREENGRASS", url.as_str()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("RESPONSE_URL_HOSTS", "127.0.0.1"),
        ];
        variables.extend_from_slice(with.variables);
        let program = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
        let function = Function::start(program, &api.address(), &variables).unwrap();
        Self { service, receiver, api, function }
    }

    /// Hands an event to the function, which has thirty seconds.
    pub async fn invoke(&self, event: impl Into<Bytes>) -> Ending {
        self.invoke_within(event, Duration::from_secs(30)).await
    }

    pub async fn invoke_within(&self, event: impl Into<Bytes>, time: Duration) -> Ending {
        self.invocation(Invocation { time, ..Invocation::new(event) }).await
    }

    pub async fn invocation(&self, invocation: Invocation) -> Ending {
        // No answer at all is a failure of the function, not a reason to wait for ever.
        let bound = Duration::from_secs(120);
        tokio::time::timeout(bound, self.api.invoke(invocation)).await.expect("the function answers").ending
    }

    /// The calls of an operation so far.
    pub fn calls(&self, operation: Operation) -> Vec<Call> {
        self.service.calls().into_iter().filter(|call| call.operation == Some(operation)).collect()
    }

    pub fn creates(&self) -> usize {
        self.calls(Operation::CreateConnectorDefinitionVersion).len()
    }

    /// The versions of the samples' definition beside the one that was there before.
    pub fn new_versions(&self) -> Vec<String> {
        self.service.versions(DEFINITION).into_iter().filter(|id| id != samples::VERSION).collect()
    }

    /// What CloudFormation was told, each answer.
    pub fn told(&self) -> Vec<Value> {
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

    /// Ends the function and gives all that it wrote.
    pub async fn stop(self) -> String {
        self.function.stop().await
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
pub fn response(ending: Ending) -> Value {
    match ending {
        Ending::Response(payload) => serde_json::from_slice(&payload).unwrap(),
        other => panic!("not a response: {other:?}"),
    }
}

/// Type and message of an error.
pub fn error(ending: Ending) -> (String, String) {
    match ending {
        Ending::Error { error_type, message } => (error_type, message),
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

/// What a custom resource's answer says of a version.
pub fn data(version: &str, created: &Value, outcome: &str) -> Value {
    json!({
        "Arn": version_arn(version), "Id": DEFINITION, "Version": version, "CreationTimestamp": created,
        "ConnectorDefinitionId": DEFINITION, "Outcome": outcome,
    })
}

/// A fault of the create.
pub fn on_create(outcome: Outcome, commit: bool, times: u32) -> Fault {
    Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        times,
        commit,
        outcome,
        ..Fault::default()
    }
}

/// A fault of every call, which has no effect.
pub fn on_all(outcome: Outcome) -> Fault {
    Fault { operation: None, times: u32::MAX, commit: false, outcome, ..Fault::default() }
}

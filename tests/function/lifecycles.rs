//! Random lifecycles of custom resources under random faults, compared after each step with a model of the versions and
//! responses that may exist. `LIFECYCLES_SEED=… cargo test --test function lifecycles` repeats a failure.

#![allow(clippy::print_stdout, reason = "the seed and the counts are results")]

use std::collections::HashMap;
use std::time::Duration;

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};
use emulator::http::{Reply, empty};
use emulator::runtime_api::InvocationOutcome;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS};

/// Lifecycles in each of the two modes. The variable `LIFECYCLES` sets another number.
const LIFECYCLES: usize = 64;
/// Worlds that run at the same time, each with its own service and seed.
const WORLDS: usize = 16;

/// The model of one resource.
struct Resource {
    name: String,
    id: String,
    /// The content of the resource's version.
    content: usize,
    revision: usize,
}

#[derive(Default, Debug)]
struct Counts {
    steps: usize,
    created: usize,
    existing: usize,
    failed: usize,
    redelivered: usize,
    undelivered: usize,
    faults: usize,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.created += other.created;
        self.existing += other.existing;
        self.failed += other.failed;
        self.redelivered += other.redelivered;
        self.undelivered += other.undelivered;
        self.faults += other.faults;
    }
}

struct World {
    rig: Rig,
    random: fastrand::Rng,
    checks_latest: bool,
    counts: Counts,
    requests: usize,
    /// The number of versions in the model.
    versions: usize,
    /// The content of each version in the model.
    content_by_version: HashMap<String, usize>,
}

/// One of a few contents, so that roll-backs and repetitions occur, in one of two orders.
fn properties(content: usize, revision: usize, is_reversed: bool) -> Value {
    let mut connectors: Vec<Value> = (0..=content % 3)
        .map(|n| {
            let parameters = if is_reversed {
                json!({ "b": "2", "a": content.to_string() })
            } else {
                json!({ "a": content.to_string(), "b": "2" })
            };
            json!({ "Id": format!("c-{n}"), "ConnectorArn": SNS, "Parameters": parameters })
        })
        .collect();
    if is_reversed {
        connectors.reverse();
    }
    json!({ "ServiceToken": "t", "ConnectorDefinitionId": DEFINITION, "Connectors": connectors, "Revision": revision.to_string() })
}

impl World {
    fn event(&mut self, kind: &str, resource: &Resource, requested: Option<(usize, usize)>) -> Value {
        self.requests += 1;
        let is_reversed = self.random.bool();
        let old = properties(resource.content, resource.revision, self.random.bool());
        let mut event = json!({
            "RequestType": kind,
            "ServiceToken": "t",
            "ResponseURL": format!("{}/stack?Signature=x{}", self.rig.receiver.url(), self.requests),
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
            "RequestId": format!("request-{}", self.requests),
            "LogicalResourceId": resource.name,
            "ResourceType": "Custom::GreengrassConnectorVersion",
            "ResourceProperties": requested.map_or_else(|| old.clone(), |(content, revision)| properties(content, revision, is_reversed)),
        });
        if kind != "Create" {
            event["PhysicalResourceId"] = json!(resource.id);
        }
        if kind == "Update" {
            event["OldResourceProperties"] = old;
        }
        event
    }

    /// Adds a random fault of this step, or none.
    fn add_random_fault(&mut self) {
        let outcome = match self.random.u8(0..10) {
            0 => Outcome::Reset,
            1 => Outcome::Truncated,
            2 => Outcome::Status { status: 500, code: None, body: String::new() },
            3 => Outcome::Status { status: 429, code: None, body: String::new() },
            4 => Outcome::Status {
                status: 400,
                code: Some("BadRequestException".to_owned()),
                body: "{}".to_owned(),
            },
            5 => Outcome::Status { status: 200, code: None, body: "?".to_owned() },
            _ => return,
        };
        self.counts.faults += 1;
        // A rejected call has no effect. Any other fault may hide one.
        let is_rejected = matches!(outcome, Outcome::Status { status: 400 | 429, .. });
        self.rig.service.add_fault(Fault {
            operation: Some(Operation::CreateConnectorDefinitionVersion),
            apply: !is_rejected && self.random.bool(),
            outcome,
            ..Fault::default()
        });
        if self.random.u8(0..3) == 0 {
            self.rig.receiver.enqueue_replies([Reply::Reset, Reply::Response(empty(503))]);
        }
    }

    /// Delivers an event once, and returns the response that CloudFormation received. It accepts exactly one response, the last.
    async fn deliver(&mut self, event: &Value) -> Value {
        self.counts.steps += 1;
        let before = self.rig.receiver.received().len();
        let ending = self.rig.invoke_within(event.to_string(), Duration::from_secs(30)).await;
        // A fault that this delivery did not use must not affect the next.
        self.rig.service.clear_faults();
        let InvocationOutcome::Response(payload) = &ending else { panic!("{ending:?}") };
        let result: Value = serde_json::from_slice(payload).unwrap();
        let received = self.rig.receiver.received();
        let sent = &received[before..];
        assert!(!sent.is_empty() && sent.len() <= 3, "{}", sent.len());
        assert!(sent.iter().all(|put| put.body == sent[0].body), "never two different responses");
        let response: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(response, result);
        for name in ["StackId", "RequestId", "LogicalResourceId"] {
            assert_eq!(response[name], event[name]);
        }
        self.counts.undelivered += sent.len() - 1;
        response
    }

    /// Checks the response to a request for this content and revision, and updates the model.
    fn check_and_learn(
        &mut self,
        resource: &mut Resource,
        event: &Value,
        response: &Value,
        (content, revision): (usize, usize),
    ) {
        let kind = event["RequestType"].as_str().unwrap();
        let versions = self.rig.new_versions();
        let created = versions.len() - self.versions;
        let id = response["PhysicalResourceId"].as_str().unwrap();
        self.versions = versions.len();
        if response["Status"] == "FAILED" {
            self.counts.failed += 1;
            assert!(
                response["Reason"].as_str().unwrap().starts_with("ServiceRejected"),
                "only a rejected call may fail: {response}"
            );
            assert_eq!(created, 0, "a rejected create leaves no version");
            let request = event["RequestId"].as_str().unwrap();
            assert_eq!(
                id,
                if kind == "Create" { format!("not-created:{request}") } else { resource.id.clone() }
            );
            return;
        }
        let version = response["Data"]["Version"].as_str().unwrap();
        assert!(created <= 1, "{created} versions for one request");
        assert_eq!(id, crate::support::version_arn(version));
        assert!(versions.iter().any(|existing| existing == version), "lost: {version}");
        if created == 1 {
            self.counts.created += 1;
            assert_eq!(versions.last().unwrap(), version, "the response has the new version");
            self.content_by_version.insert(version.to_owned(), content);
        } else {
            self.counts.existing += 1;
            assert_eq!(response["Data"]["Outcome"], "Existing");
        }
        assert_eq!(self.content_by_version[version], content, "the version has the requested content");
        if kind == "Update" {
            let is_same = (resource.content, resource.revision) == (content, revision);
            assert!(!is_same || (id == resource.id && created == 0), "no change creates no version");
            let is_new_revision = resource.revision != revision;
            // In mode `latest`, the latest version with the same content may be the result.
            assert!(!is_new_revision || id != resource.id, "a new revision has another version");
            assert!(
                !is_new_revision || self.checks_latest || created == 1,
                "a new revision creates a version"
            );
            // The ten newest versions before this request.
            let is_among_newest = versions
                .iter()
                .rev()
                .skip(created)
                .take(10)
                .any(|existing| self.content_by_version[existing] == content);
            assert!(
                created == 0 || resource.revision != revision || !is_among_newest,
                "a roll-back finds the earlier version"
            );
        }
        resource.id = id.to_owned();
        (resource.content, resource.revision) = (content, revision);
    }

    /// Delivers an event again, perhaps with a fault: the response is the same, and no version is created.
    async fn redeliver(&mut self, event: &Value, response: &Value) {
        self.counts.redelivered += 1;
        if self.random.bool() {
            self.add_random_fault();
        }
        let repeated = self.deliver(event).await;
        assert_eq!(self.rig.new_versions().len(), self.versions, "a redelivery creates no version: {event}");
        // If the function sends the create call again, the service may reject it this time.
        if repeated["Status"] == "FAILED" {
            assert!(repeated["Reason"].as_str().unwrap().starts_with("ServiceRejected"), "{repeated}");
            return;
        }
        assert_eq!(
            (&repeated["Status"], &repeated["PhysicalResourceId"]),
            (&response["Status"], &response["PhysicalResourceId"])
        );
    }

    async fn lifecycle(&mut self, number: usize) {
        let mut resource = Resource {
            name: format!("Resource{number}"),
            id: String::new(),
            content: number * 5,
            revision: 0,
        };
        let requested = (resource.content, 0);
        let create = self.event("Create", &resource, Some(requested));
        self.add_random_fault();
        let response = self.deliver(&create).await;
        self.check_and_learn(&mut resource, &create, &response, requested);
        if response["Status"] == "FAILED" {
            resource.id = response["PhysicalResourceId"].as_str().unwrap().to_owned();
        } else {
            if self.random.bool() {
                self.redeliver(&create, &response).await;
            }
            for _ in 0..self.random.usize(1..8) {
                // Each resource has its own contents, so that it never finds another resource's version.
                let content = number * 5 + self.random.usize(0..4);
                let revision = resource.revision + usize::from(self.random.u8(0..6) == 0);
                let update = self.event("Update", &resource, Some((content, revision)));
                self.add_random_fault();
                let response = self.deliver(&update).await;
                self.check_and_learn(&mut resource, &update, &response, (content, revision));
                if response["Status"] == "SUCCESS" && self.random.bool() {
                    self.redeliver(&update, &response).await;
                }
            }
        }
        let delete = self.event("Delete", &resource, None);
        let calls = self.rig.service.call_count();
        let response = self.deliver(&delete).await;
        assert_eq!(
            (&response["Status"], &response["PhysicalResourceId"]),
            (&json!("SUCCESS"), &json!(resource.id))
        );
        assert_eq!(self.rig.service.call_count(), calls, "a delete calls nothing");
        self.redeliver(&delete, &response).await;
    }
}

/// Runs the lifecycles of one world.
async fn run_world(seed: u64, lifecycles: usize, honor_tokens: bool, idempotency: &'static str) -> Counts {
    let behavior = Behavior { honor_tokens, ..Behavior::default() };
    let variables = [("IDEMPOTENCY", idempotency)];
    let rig = Rig::with(RigOptions { behavior, variables: &variables }).await;
    let mut world = World {
        rig,
        random: fastrand::Rng::with_seed(seed),
        checks_latest: idempotency == "latest",
        counts: Counts::default(),
        requests: 0,
        versions: 0,
        content_by_version: HashMap::new(),
    };
    for number in 0..lifecycles {
        world.lifecycle(number).await;
    }
    assert_eq!(
        world.content_by_version.len(),
        world.rig.new_versions().len(),
        "every version is in a response"
    );
    world.counts
}

async fn run_lifecycles(honor_tokens: bool, idempotency: &'static str) {
    let number_from = |name| std::env::var(name).ok().and_then(|number: String| number.parse().ok());
    let seeds: Vec<u64> = match number_from("LIFECYCLES_SEED") {
        Some(seed) => vec![seed],
        None => (0..WORLDS).map(|_| fastrand::u64(..)).collect(),
    };
    let each = number_from("LIFECYCLES").map_or(LIFECYCLES, |number| number as usize).div_ceil(WORLDS);
    let worlds = seeds.iter().map(|&seed| tokio::spawn(run_world(seed, each, honor_tokens, idempotency)));
    let mut counts = Counts::default();
    for (ended, seed) in futures_util::future::join_all(worlds).await.into_iter().zip(&seeds) {
        match ended {
            Ok(world) => counts.add(&world),
            Err(failed) => panic!("LIFECYCLES_SEED={seed} IDEMPOTENCY={idempotency}: {failed}"),
        }
    }
    let lifecycles = each * seeds.len();
    println!(
        "honor_tokens={honor_tokens} IDEMPOTENCY={idempotency} lifecycles={lifecycles} {counts:?} seeds={seeds:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycles_match_the_model_if_the_service_honors_tokens() {
    run_lifecycles(true, "token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycles_match_the_model_if_the_service_ignores_tokens() {
    run_lifecycles(false, "latest").await;
}

//! Random lifecycles of custom resources under random faults, held to a model that says after each step which versions
//! and which answers may exist. A failure is run again by its seed: `LIFECYCLES_SEED=… cargo test --test lifecycles`.

#![allow(clippy::print_stdout, reason = "the seed and the counts are results")]

use std::collections::HashMap;
use std::time::Duration;

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};
use emulator::http::{Reply, empty};
use emulator::runtime_api::InvocationOutcome;
use serde_json::{Value, json};

use crate::support::{DEFINITION, Rig, RigOptions, SNS};

/// Lifecycles in each of the two modes; `LIFECYCLES` asks for more.
const LIFECYCLES: usize = 64;
/// Worlds that they happen in, each with its own service and seed, at the same time.
const WORLDS: usize = 16;

/// What the model knows of one resource.
struct Resource {
    name: String,
    id: String,
    /// What the resource's version holds.
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
    looks_first: bool,
    counts: Counts,
    requests: usize,
    /// How many versions the model says that there are.
    versions: usize,
    /// What each version holds, as the model learned it.
    held: HashMap<String, usize>,
}

/// A few contents, so that roll-backs and repetitions happen; written in one of two orders.
fn properties(content: usize, revision: usize, turned: bool) -> Value {
    let mut connectors: Vec<Value> = (0..=content % 3)
        .map(|n| {
            let parameters = if turned {
                json!({ "b": "2", "a": content.to_string() })
            } else {
                json!({ "a": content.to_string(), "b": "2" })
            };
            json!({ "Id": format!("c-{n}"), "ConnectorArn": SNS, "Parameters": parameters })
        })
        .collect();
    if turned {
        connectors.reverse();
    }
    json!({ "ServiceToken": "t", "ConnectorDefinitionId": DEFINITION, "Connectors": connectors, "Revision": revision.to_string() })
}

impl World {
    fn event(&mut self, kind: &str, resource: &Resource, asked: Option<(usize, usize)>) -> Value {
        self.requests += 1;
        let turned = self.random.bool();
        let old = properties(resource.content, resource.revision, self.random.bool());
        let mut event = json!({
            "RequestType": kind,
            "ServiceToken": "t",
            "ResponseURL": format!("{}/stack?Signature=x{}", self.rig.receiver.url(), self.requests),
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
            "RequestId": format!("request-{}", self.requests),
            "LogicalResourceId": resource.name,
            "ResourceType": "Custom::GreengrassConnectorVersion",
            "ResourceProperties": asked.map_or_else(|| old.clone(), |(content, revision)| properties(content, revision, turned)),
        });
        if kind != "Create" {
            event["PhysicalResourceId"] = json!(resource.id);
        }
        if kind == "Update" {
            event["OldResourceProperties"] = old;
        }
        event
    }

    /// Something that may go wrong on this step, and whether a version may come to be all the same.
    fn fault(&mut self) {
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
        // What the service refused it did not do; of anything else nobody knows.
        let refused = matches!(outcome, Outcome::Status { status: 400 | 429, .. });
        self.rig.service.add_fault(Fault {
            operation: Some(Operation::CreateConnectorDefinitionVersion),
            apply: !refused && self.random.bool(),
            outcome,
            ..Fault::default()
        });
        if self.random.u8(0..3) == 0 {
            self.rig.receiver.enqueue_replies([Reply::Reset, Reply::Response(empty(503))]);
        }
    }

    /// One delivery of an event: what CloudFormation was told. Exactly one answer is accepted, and it is the last.
    async fn deliver(&mut self, event: &Value) -> Value {
        self.counts.steps += 1;
        let before = self.rig.receiver.received().len();
        let ending = self.rig.invoke_within(event.to_string(), Duration::from_secs(30)).await;
        // What did not befall this delivery befalls no other.
        self.rig.service.clear_faults();
        let InvocationOutcome::Response(payload) = &ending else { panic!("{ending:?}") };
        let result: Value = serde_json::from_slice(payload).unwrap();
        let received = self.rig.receiver.received();
        let sent = &received[before..];
        assert!(!sent.is_empty() && sent.len() <= 3, "{}", sent.len());
        assert!(sent.iter().all(|put| put.body == sent[0].body), "never two answers");
        let told: Value = serde_json::from_slice(&sent[0].body).unwrap();
        assert_eq!(told, result);
        for name in ["StackId", "RequestId", "LogicalResourceId"] {
            assert_eq!(told[name], event[name]);
        }
        self.counts.undelivered += sent.len() - 1;
        told
    }

    /// What exists after a step that asked for `asked` of a resource.
    fn learn(
        &mut self,
        resource: &mut Resource,
        event: &Value,
        told: &Value,
        (content, revision): (usize, usize),
    ) {
        let kind = event["RequestType"].as_str().unwrap();
        let versions = self.rig.new_versions();
        let made = versions.len() - self.versions;
        let id = told["PhysicalResourceId"].as_str().unwrap();
        self.versions = versions.len();
        if told["Status"] == "FAILED" {
            self.counts.failed += 1;
            assert!(
                told["Reason"].as_str().unwrap().starts_with("ServiceRejected"),
                "only a refusal may fail: {told}"
            );
            assert_eq!(made, 0, "a refused create leaves no version");
            let request = event["RequestId"].as_str().unwrap();
            assert_eq!(
                id,
                if kind == "Create" { format!("not-created:{request}") } else { resource.id.clone() }
            );
            return;
        }
        let version = told["Data"]["Version"].as_str().unwrap();
        assert!(made <= 1, "{made} versions of one request");
        assert_eq!(id, crate::support::version_arn(version));
        assert!(versions.iter().any(|existing| existing == version), "lost: {version}");
        if made == 1 {
            self.counts.created += 1;
            assert_eq!(versions.last().unwrap(), version, "the new version is the one that is told");
            self.held.insert(version.to_owned(), content);
        } else {
            self.counts.existing += 1;
            assert_eq!(told["Data"]["Outcome"], "Existing");
        }
        assert_eq!(self.held[version], content, "it holds what was asked for");
        if kind == "Update" {
            let same = (resource.content, resource.revision) == (content, revision);
            assert!(!same || (id == resource.id && made == 0), "nothing changed, nothing is made");
            let anew = resource.revision != revision;
            // Where it is looked for first, the latest with the same content may be the answer.
            assert!(!anew || id != resource.id, "a new revision is another version");
            assert!(!anew || self.looks_first || made == 1, "a new revision is a new version");
            // The versions that the model knows, newest first, but the one that a new revision leaves behind.
            let newest =
                versions.iter().rev().skip(made).take(10).any(|existing| self.held[existing] == content);
            assert!(made == 0 || resource.revision != revision || !newest, "a roll-back finds what is there");
        }
        resource.id = id.to_owned();
        (resource.content, resource.revision) = (content, revision);
    }

    /// The same event again, whatever befalls it this time: the same answer, and nothing new.
    async fn redeliver(&mut self, event: &Value, told: &Value) {
        self.counts.redelivered += 1;
        if self.random.bool() {
            self.fault();
        }
        let again = self.deliver(event).await;
        assert_eq!(self.rig.new_versions().len(), self.versions, "a redelivery makes nothing: {event}");
        // Where a create is sent again, the service may refuse it this time.
        if again["Status"] == "FAILED" {
            assert!(again["Reason"].as_str().unwrap().starts_with("ServiceRejected"), "{again}");
            return;
        }
        assert_eq!(
            (&again["Status"], &again["PhysicalResourceId"]),
            (&told["Status"], &told["PhysicalResourceId"])
        );
    }

    async fn lifecycle(&mut self, number: usize) {
        let mut resource = Resource {
            name: format!("Resource{number}"),
            id: String::new(),
            content: number * 5,
            revision: 0,
        };
        let asked = (resource.content, 0);
        let create = self.event("Create", &resource, Some(asked));
        self.fault();
        let told = self.deliver(&create).await;
        self.learn(&mut resource, &create, &told, asked);
        if told["Status"] == "FAILED" {
            resource.id = told["PhysicalResourceId"].as_str().unwrap().to_owned();
        } else {
            if self.random.bool() {
                self.redeliver(&create, &told).await;
            }
            for _ in 0..self.random.usize(1..8) {
                // Contents of this resource alone, so that nobody else's version is found.
                let content = number * 5 + self.random.usize(0..4);
                let revision = resource.revision + usize::from(self.random.u8(0..6) == 0);
                let update = self.event("Update", &resource, Some((content, revision)));
                self.fault();
                let told = self.deliver(&update).await;
                self.learn(&mut resource, &update, &told, (content, revision));
                if told["Status"] == "SUCCESS" && self.random.bool() {
                    self.redeliver(&update, &told).await;
                }
            }
        }
        let delete = self.event("Delete", &resource, None);
        let calls = self.rig.service.call_count();
        let told = self.deliver(&delete).await;
        assert_eq!((&told["Status"], &told["PhysicalResourceId"]), (&json!("SUCCESS"), &json!(resource.id)));
        assert_eq!(self.rig.service.call_count(), calls, "a delete calls nothing");
        self.redeliver(&delete, &told).await;
    }
}

/// One world by one seed.
async fn world(seed: u64, lifecycles: usize, honor_tokens: bool, idempotency: &'static str) -> Counts {
    let behavior = Behavior { honor_tokens, ..Behavior::default() };
    let variables = [("IDEMPOTENCY", idempotency)];
    let rig = Rig::with(RigOptions { behavior, variables: &variables }).await;
    let mut world = World {
        rig,
        random: fastrand::Rng::with_seed(seed),
        looks_first: idempotency == "latest",
        counts: Counts::default(),
        requests: 0,
        versions: 0,
        held: HashMap::new(),
    };
    for number in 0..lifecycles {
        world.lifecycle(number).await;
    }
    assert_eq!(world.held.len(), world.rig.new_versions().len(), "every version was told to somebody");
    world.counts
}

async fn lifecycles(honor_tokens: bool, idempotency: &'static str) {
    let given = |name| std::env::var(name).ok().and_then(|number: String| number.parse().ok());
    let seeds: Vec<u64> = match given("LIFECYCLES_SEED") {
        Some(seed) => vec![seed],
        None => (0..WORLDS).map(|_| fastrand::u64(..)).collect(),
    };
    let each = given("LIFECYCLES").map_or(LIFECYCLES, |number| number as usize).div_ceil(WORLDS);
    let worlds = seeds.iter().map(|&seed| tokio::spawn(world(seed, each, honor_tokens, idempotency)));
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
async fn on_a_service_that_honors_tokens() {
    lifecycles(true, "token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_service_that_ignores_tokens() {
    lifecycles(false, "latest").await;
}

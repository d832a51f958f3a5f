//! The connector definitions of Greengrass V1 over HTTP.
//!
//! | room | what it is |
//! |---|---|
//! | `operations` | the eight operations: from a path and a body to a change and an answer |
//! | `state` | definitions, versions and tokens; changed only by changes |
//! | `journal` | the changes, in a file, each there before it is acknowledged |
//! | `fault` | what goes wrong when a test or a person wants it to |
//! | `error` | how the service says no |

mod error;
mod fault;
mod journal;
mod operations;
mod state;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use serde::Serialize;

use crate::http::{self, Reply, Request, Server};
pub use fault::{Fault, Outcome};
use journal::Journal;
pub use operations::Operation;
use state::{Change, NewVersion, State};

/// How the service reads what AWS leaves open.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Whether a client token that comes again gets the first answer again, or a new version.
    pub honour_tokens: bool,
    /// Whether the documented rules for a connector's Id are checked. The real service was seen to check almost
    /// nothing.
    pub check_ids: bool,
    /// Whether errors carry their type; some of the real service's do not.
    pub error_types: bool,
    /// How many entries a page has where the client does not say.
    pub page_size: usize,
    /// The Region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            honour_tokens: true,
            check_ids: false,
            error_types: true,
            page_size: 50,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
        }
    }
}

/// A call that the service got.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// The operation, where the path is one's.
    pub operation: Option<Operation>,
    /// The method and the path with its query.
    pub request: String,
    /// The client token.
    pub token: Option<String>,
    /// The tracing header.
    pub trace: Option<String>,
    /// The body as it came.
    #[serde(skip)]
    pub body: Bytes,
    /// The status that was answered; none where the connection was reset or never answered.
    pub status: Option<u16>,
}

/// The running service; it ends when this is dropped.
pub struct Service {
    inner: Arc<Inner>,
    server: Server,
}

struct Inner {
    choices: Choices,
    store: Mutex<Store>,
    faults: Mutex<Vec<Fault>>,
    calls: Mutex<Vec<Call>>,
    in_flight: Mutex<InFlight>,
}

/// Calls that are being performed, and the most that ever were at a time.
#[derive(Default)]
struct InFlight {
    now: usize,
    most: usize,
}

/// State and journal go together: a change is in the journal before it is in the state.
struct Store {
    state: State,
    journal: Option<Journal>,
}

/// How many calls are remembered.
const REMEMBERED: usize = 100_000;

impl Service {
    /// Starts the service on a port of 127.0.0.1 (0: a free one), with its state in memory or in a file.
    pub async fn start(port: u16, choices: Choices, data: Option<&Path>) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, port).into(), choices, data).await
    }

    /// The same, on any address of this machine.
    pub async fn start_at(address: SocketAddr, choices: Choices, data: Option<&Path>) -> io::Result<Self> {
        let (journal, state) = match data {
            Some(path) => {
                let (journal, changes) = Journal::open(path)?;
                let mut state = State::default();
                for change in changes {
                    state.apply(change);
                }
                (Some(journal), state)
            }
            None => (None, State::default()),
        };
        let inner = Arc::new(Inner {
            choices,
            store: Mutex::new(Store { state, journal }),
            faults: Mutex::default(),
            calls: Mutex::default(),
            in_flight: Mutex::default(),
        });
        let served = inner.clone();
        let server = Server::start_at(address, move |request| {
            let served = served.clone();
            // On a task of its own: what a client no longer waits for is performed all the same.
            let performed = tokio::spawn(async move { served.serve(request).await });
            async { performed.await.unwrap_or(Reply::Reset) }
        })
        .await?;
        Ok(Self { inner, server })
    }

    /// The URL of the service.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Adds a definition under an id of one's own, where there is none of that id.
    pub fn add_definition(&self, id: &str, name: &str) -> io::Result<()> {
        let mut store = lock(&self.inner.store);
        if store.state.definition(id).is_some() {
            return Ok(());
        }
        store.commit(Change::DefinitionCreated {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            tags: None,
            at: state::now(),
            first: None,
            token: None,
        })
    }

    /// Adds a version under an id of one's own, where the definition has none of that id.
    pub fn add_version(&self, definition: &str, id: &str, connectors: serde_json::Value) -> io::Result<()> {
        let mut store = lock(&self.inner.store);
        if store.state.version(definition, id).is_some() {
            return Ok(());
        }
        store.commit(Change::VersionCreated {
            definition: definition.to_owned(),
            version: NewVersion { id: id.to_owned(), connectors, at: state::now() },
            token: None,
        })
    }

    /// The ids of a definition's versions, in the order in which they were made.
    pub fn versions(&self, definition: &str) -> Vec<String> {
        let store = lock(&self.inner.store);
        store.state.definition(definition).map_or_else(Vec::new, |definition| {
            definition.versions.iter().map(|version| version.id.clone()).collect()
        })
    }

    /// What a version holds, as it was sent.
    pub fn connectors(&self, definition: &str, version: &str) -> Option<serde_json::Value> {
        lock(&self.inner.store)
            .state
            .version(definition, version)
            .map(|(_, version)| version.connectors.clone())
    }

    /// Makes something go wrong.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.inner.faults).push(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.inner.calls).clone()
    }

    /// How many calls there were so far.
    pub fn call_count(&self) -> usize {
        lock(&self.inner.calls).len()
    }

    /// The most calls that were performed at the same time.
    pub fn most_in_flight(&self) -> usize {
        lock(&self.inner.in_flight).most
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({})", self.url())
    }
}

impl Inner {
    async fn serve(&self, request: Request) -> Reply {
        if request.uri().path().starts_with("/_local/") {
            return Reply::Answer(self.control(&request));
        }
        self.in_flight(|calls| calls.now += 1);
        let reply = self.answer(&request).await;
        self.in_flight(|calls| calls.now -= 1);
        reply
    }

    fn in_flight(&self, change: impl FnOnce(&mut InFlight)) {
        let mut calls = lock(&self.in_flight);
        change(&mut calls);
        calls.most = calls.most.max(calls.now);
    }

    async fn answer(&self, request: &Request) -> Reply {
        let operation = Operation::of(request.method(), request.uri().path());
        let fault = operation.as_ref().ok().and_then(|(operation, _)| fault::take(&self.faults, *operation));
        let fault = fault.unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        let answer = match &operation {
            Ok((operation, ids)) if fault.commit => operations::perform(self, *operation, ids, request),
            Ok(_) => Ok(serde_json::json!({})),
            Err(refusal) => Err(refusal.clone()),
        };
        let mut response = match answer {
            Ok(body) => http::json(200, &body),
            Err(refusal) => refusal.response(self.choices.error_types),
        };
        let request_id = uuid::Uuid::new_v4().to_string();
        if let Ok(value) = request_id.parse() {
            response.headers_mut().insert("x-amzn-requestid", value);
        }
        tokio::time::sleep(Duration::from_millis(fault.delay_after_ms)).await;
        let reply = fault.outcome.reply(response);
        self.remember(request, operation.ok().map(|(operation, _)| operation), &reply);
        reply
    }

    fn remember(&self, request: &Request, operation: Option<Operation>, reply: &Reply) {
        let mut calls = lock(&self.calls);
        if calls.len() >= REMEMBERED {
            return;
        }
        calls.push(Call {
            operation,
            request: format!("{} {}", request.method(), request.uri()),
            token: operations::token(request),
            trace: operations::header(request, "x-amzn-trace-id"),
            body: request.body().clone(),
            status: match reply {
                Reply::Answer(response) | Reply::Half(response) => Some(response.status().as_u16()),
                Reply::Reset | Reply::Never => None,
            },
        });
    }

    /// What the service has beside AWS's operations: faults and calls, for clients in other processes.
    fn control(&self, request: &Request) -> ::http::Response<Bytes> {
        match (request.method().as_str(), request.uri().path()) {
            ("POST", "/_local/faults") => match fault(request.body()) {
                Ok(fault) => {
                    lock(&self.faults).push(fault);
                    http::json(200, &serde_json::json!({}))
                }
                Err(problem) => http::json(400, &serde_json::json!({ "Message": problem })),
            },
            ("GET", "/_local/faults") => http::json(200, &serde_json::json!(*lock(&self.faults))),
            ("DELETE", "/_local/faults") => {
                lock(&self.faults).clear();
                http::json(200, &serde_json::json!({}))
            }
            ("GET", "/_local/calls") => http::json(200, &serde_json::json!(*lock(&self.calls))),
            _ => http::json(
                404,
                &serde_json::json!({ "Message": "there are /_local/faults and /_local/calls" }),
            ),
        }
    }
}

fn fault(body: &[u8]) -> Result<Fault, String> {
    let fault: Fault = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    fault.check().map(|()| fault)
}

impl Store {
    /// In the journal first: what is acknowledged is there after a kill at any moment.
    fn commit(&mut self, change: Change) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.append(&change)?;
        }
        self.state.apply(change);
        Ok(())
    }
}

/// A panic while a lock was held is a test's business, not the next caller's.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

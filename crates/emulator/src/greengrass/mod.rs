//! The connector definition operations of Greengrass V1 over HTTP.
//!
//! | module | contents |
//! |---|---|
//! | `operations` | the eight operations: requests to changes and response bodies |
//! | `page` | pages of lists |
//! | `shape` | the shape of request bodies |
//! | `state` | definitions, versions and client tokens |
//! | `journal` | the data file |
//! | `fault` | fault injection |
//! | `error` | error responses |

mod error;
mod fault;
mod journal;
mod operations;
mod page;
mod shape;
mod state;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use crate::access::AllowedNames;
use crate::http::{self, Reply, Request, Server};
pub use fault::{Fault, Outcome};
use journal::Journal;
pub use operations::Operation;
use state::{Change, State, Version};

/// How the emulator behaves where AWS documents no behavior, and what its ARNs name.
#[derive(Clone, Debug)]
pub struct Behavior {
    /// Whether a create with the client token of an earlier create returns the earlier result. If not, it creates again.
    pub honor_tokens: bool,
    /// Whether connector IDs are validated by the rules in the API reference. The service itself was seen to accept
    /// almost anything.
    pub validate_ids: bool,
    /// Whether errors have the header `x-amzn-ErrorType`. Some errors of the service were seen without it.
    pub include_error_types: bool,
    /// The number of entries in a page of a list, for requests without `MaxResults`.
    pub page_size: usize,
    /// The number of connectors in a page of GetConnectorDefinitionVersion, or `None` for all of them in one page.
    pub connectors_page_size: Option<usize>,
    /// The names that requests may have in `Host`, in addition to loopback, the address that the emulator listens on,
    /// and `host.docker.internal`. Names and IP addresses, without a port.
    pub allowed_hosts: Vec<String>,
    /// The Region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
}

impl Default for Behavior {
    fn default() -> Self {
        Self {
            honor_tokens: true,
            validate_ids: false,
            include_error_types: true,
            page_size: 50,
            connectors_page_size: None,
            allowed_hosts: Vec::new(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
        }
    }
}

/// A call that the emulator received. Its JSON is an entry of `GET /_local/calls`.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedCall {
    /// The operation, or `None` if method and path are not an operation's.
    pub operation: Option<Operation>,
    /// The method, and the path with its query.
    pub request: String,
    /// The client token: `X-Amzn-Client-Token`.
    pub token: Option<String>,
    /// The tracing header: `X-Amzn-Trace-Id`.
    pub trace: Option<String>,
    /// The request body, byte for byte.
    #[serde(skip)]
    pub body: Bytes,
    /// The status of the response, or `None` if the connection was reset or left without a response.
    pub status: Option<u16>,
}

/// A running emulator of the Greengrass V1 connector definitions. It stops when this is dropped.
pub struct Emulator {
    state: Arc<EmulatorState>,
    server: Server,
}

struct EmulatorState {
    behavior: Behavior,
    store: Mutex<Store>,
    faults: Mutex<Vec<Fault>>,
    calls: Mutex<Vec<RecordedCall>>,
    in_flight: Mutex<InFlight>,
}

/// The number of calls in progress.
#[derive(Default)]
struct InFlight {
    now: usize,
    peak: usize,
}

/// The state with its journal, behind one lock: a change is in the journal before it is in the state.
struct Store {
    state: State,
    journal: Option<Journal>,
}

/// Calls after these are not recorded, to bound the memory of an emulator that runs for long.
const MAX_RECORDED_CALLS: usize = 100_000;

impl Emulator {
    /// Starts an emulator on a port of 127.0.0.1. Port 0 takes a free port. The state is kept in the file `data`, or in
    /// memory if there is none.
    ///
    /// # Errors
    /// As for [`start_at`](Self::start_at).
    pub async fn start(port: u16, behavior: Behavior, data: Option<&Path>) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, port).into(), behavior, data).await
    }

    /// Starts an emulator on any address of this machine. It does not authenticate requests, and refuses those of web
    /// pages.
    ///
    /// # Errors
    /// If the address cannot be bound, or if the data file cannot be opened, is open in another process, or has a line
    /// that is not the emulator's.
    pub async fn start_at(address: SocketAddr, behavior: Behavior, data: Option<&Path>) -> io::Result<Self> {
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
        let names = AllowedNames::of_option(&behavior.allowed_hosts);
        let state = Arc::new(EmulatorState {
            behavior,
            store: Mutex::new(Store { state, journal }),
            faults: Mutex::default(),
            calls: Mutex::default(),
            in_flight: Mutex::default(),
        });
        let served = state.clone();
        let server = Server::start_at(address, names, move |request| {
            let served = served.clone();
            // On a task of its own, so that an operation is performed even if the client disconnects.
            let performed = tokio::spawn(async move { served.serve(request).await });
            async { performed.await.unwrap_or(Reply::Reset) }
        })
        .await?;
        Ok(Self { state, server })
    }

    /// The emulator's URL, without a path.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Creates a definition with this ID, unless it exists.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn add_definition(&self, id: &str, name: &str) -> io::Result<()> {
        let mut store = lock(&self.state.store);
        if store.state.definition(id).is_some() {
            return Ok(());
        }
        store.commit(Change::DefinitionCreated {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            tags: None,
            created_at: state::timestamp_now(),
            initial_version: None,
            token: None,
        })
    }

    /// Creates a version with this ID, unless the definition has it. `connectors` is the value of `Connectors` in a
    /// create request.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn add_version(&self, definition: &str, id: &str, connectors: serde_json::Value) -> io::Result<()> {
        let mut store = lock(&self.state.store);
        if store.state.version(definition, id).is_some() {
            return Ok(());
        }
        store.commit(Change::VersionCreated {
            definition: definition.to_owned(),
            version: Version { id: id.to_owned(), connectors, created_at: state::timestamp_now() },
            token: None,
        })
    }

    /// The IDs of a definition's versions in the order of creation. Empty if there is no such definition.
    pub fn versions(&self, definition: &str) -> Vec<String> {
        let store = lock(&self.state.store);
        store.state.definition(definition).map_or_else(Vec::new, |definition| {
            definition.versions.iter().map(|version| version.id.clone()).collect()
        })
    }

    /// The `Connectors` of a version as the create request had them, or `None` if there is no such version.
    pub fn connectors(&self, definition: &str, version: &str) -> Option<serde_json::Value> {
        lock(&self.state.store)
            .state
            .version(definition, version)
            .map(|(_, version)| version.connectors.clone())
    }

    /// Adds a fault. It applies to calls after those that earlier faults apply to.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.state.faults).push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    /// The calls so far, in the order in which they ended; the first 100,000.
    pub fn calls(&self) -> Vec<RecordedCall> {
        lock(&self.state.calls).clone()
    }

    /// The number of [`calls`](Self::calls), without a copy of them.
    pub fn call_count(&self) -> usize {
        lock(&self.state.calls).len()
    }

    /// The largest number of calls that were in progress at the same time.
    pub fn peak_in_flight(&self) -> usize {
        lock(&self.state.in_flight).peak
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Emulator({})", self.url())
    }
}

impl EmulatorState {
    async fn serve(&self, request: Request) -> Reply {
        if request.uri().path().starts_with("/_local/") {
            return Reply::Response(self.handle_admin(&request));
        }
        self.update_in_flight(|calls| calls.now += 1);
        let reply = self.handle_call(&request).await;
        self.update_in_flight(|calls| calls.now -= 1);
        reply
    }

    fn update_in_flight(&self, change: impl FnOnce(&mut InFlight)) {
        let mut calls = lock(&self.in_flight);
        change(&mut calls);
        calls.peak = calls.peak.max(calls.now);
    }

    async fn handle_call(&self, request: &Request) -> Reply {
        let operation = Operation::from_request(request.method(), request.uri().path());
        let fault =
            operation.as_ref().ok().and_then(|(operation, _)| fault::next_for(&self.faults, *operation));
        let fault = fault.unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        let result = match &operation {
            Ok((operation, ids)) if fault.apply => operations::perform(self, *operation, ids, request),
            Ok(_) => Ok(json!({})),
            Err(error) => Err(error.clone()),
        };
        let mut response = match result {
            Ok(body) => http::json_response(200, &body),
            Err(error) => error.to_response(self.behavior.include_error_types),
        };
        let request_id = uuid::Uuid::new_v4().to_string();
        if let Ok(value) = request_id.parse() {
            response.headers_mut().insert("x-amzn-requestid", value);
        }
        tokio::time::sleep(Duration::from_millis(fault.delay_after_ms)).await;
        let reply = fault.outcome.into_reply(response);
        self.record_call(request, operation.ok().map(|(operation, _)| operation), &reply);
        reply
    }

    fn record_call(&self, request: &Request, operation: Option<Operation>, reply: &Reply) {
        let mut calls = lock(&self.calls);
        if calls.len() >= MAX_RECORDED_CALLS {
            return;
        }
        calls.push(RecordedCall {
            operation,
            request: format!("{} {}", request.method(), request.uri()),
            token: operations::client_token(request),
            trace: operations::header(request, "x-amzn-trace-id"),
            body: request.body().clone(),
            status: match reply {
                Reply::Response(response) | Reply::Truncated(response) => Some(response.status().as_u16()),
                Reply::Reset | Reply::Hang => None,
            },
        });
    }

    /// Handles the emulator's own paths, which give other processes the faults and the recorded calls.
    fn handle_admin(&self, request: &Request) -> ::http::Response<Bytes> {
        let path = request.uri().path();
        match (request.method().as_str(), path.strip_suffix('/').unwrap_or(path)) {
            ("POST", "/_local/faults") => match Fault::parse(request.body()) {
                Ok(fault) => {
                    lock(&self.faults).push(fault);
                    http::json_response(200, &json!({}))
                }
                Err(message) => http::json_response(400, &json!({ "Message": message })),
            },
            ("GET", "/_local/faults") => http::json_response(200, &json!(*lock(&self.faults))),
            ("DELETE", "/_local/faults") => {
                lock(&self.faults).clear();
                http::json_response(200, &json!({}))
            }
            ("GET", "/_local/calls") => http::json_response(200, &json!(*lock(&self.calls))),
            _ => {
                let message =
                    "Unknown method or path; use GET, POST or DELETE /_local/faults, or GET /_local/calls.";
                http::json_response(404, &json!({ "Message": message }))
            }
        }
    }
}

impl Store {
    /// Makes a change. It is written to the journal first, so that an acknowledged change survives a kill at any moment.
    fn commit(&mut self, change: Change) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.append(&change)?;
        }
        self.state.apply(change);
        Ok(())
    }
}

/// Locks a mutex, also after a panic of a thread that held it: the panic fails its own test, not the next call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Lambda's Runtime API (2018-06-01) for one process: sends the planned number of events and measures the times.
//! The thread that receives a request for an event sends the event, so that the figures contain no thread switch.

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::{Connection, response};
use crate::process::{Process, Share, processor_ms};
use crate::services::listen;

const PREFIX: &str = "/2018-06-01/runtime/";

pub struct RuntimeApi {
    pub port: u16,
    shared: Arc<Shared>,
}

/// The measurements of a process.
#[derive(Clone, Default)]
pub struct Seen {
    /// When it requested its first event, and the processor time it had used by then.
    pub ready: Option<(Instant, f64)>,
    /// For each event, the milliseconds from its delivery to its response.
    pub took_ms: Vec<f64>,
    /// Processor time used when it requested its second event.
    pub first_done_processor_ms: f64,
    /// Processor time used when it requested one more than were planned.
    pub done_processor_ms: f64,
    /// The function's error, if an event or the start failed.
    pub failed: Option<String>,
}

struct Shared {
    event: String,
    planned: usize,
    share: Option<Weak<Share>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    process: Option<u32>,
    handed_out: Option<Instant>,
    seen: Seen,
    done: bool,
}

impl RuntimeApi {
    /// Starts the API for a process that handles this event `events` times, from its first event on with this share of a
    /// processor.
    pub fn start(event: String, planned: usize, share: Option<&Arc<Share>>) -> io::Result<Self> {
        let share = share.map(Arc::downgrade);
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { event, planned, share, state, changed });
        let served = shared.clone();
        let port = listen(move |stream| served.connection(stream))?;
        Ok(Self { port, shared })
    }

    /// Waits until the process has responded to all events and requested the next.
    pub fn wait(&self, process: &mut Process, patience: Duration) -> Result<Seen, String> {
        let until = Instant::now() + patience;
        let mut state = self.shared.lock();
        state.process = Some(process.id());
        self.shared.changed.notify_all();
        while !state.done {
            if !process.is_alive() {
                return Err(state.seen.failed.take().unwrap_or("the process ended".to_owned()));
            }
            if Instant::now() > until {
                return Err("the time was over".to_owned());
            }
            let waited = self.shared.changed.wait_timeout(state, Duration::from_millis(100));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        match &state.seen.failed {
            Some(why) => Err(why.clone()),
            None => Ok(state.seen.clone()),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connection(&self, stream: TcpStream) {
        let mut connection = Connection::new(stream);
        while let Ok(request) = connection.read() {
            let now = Instant::now();
            let written = match request.path.strip_prefix(PREFIX) {
                Some("invocation/next") => match self.next(now) {
                    Some(id) => self.hand_out(&mut connection, &id),
                    // As Lambda does when there is no event: it does not respond.
                    None => return drop(connection.read()),
                },
                Some(path) => {
                    self.ended(path, &request.body, now);
                    connection.write(&response("202 Accepted", "", br#"{"status":"OK"}"#))
                }
                None => connection.write(&response("404 Not Found", "", b"")),
            };
            if written.is_err() {
                break;
            }
        }
    }

    /// The process is ready for an event: the event's id, if there is one more.
    fn next(&self, now: Instant) -> Option<String> {
        let mut state = self.lock();
        let id = loop {
            match state.process {
                Some(id) => break id,
                // It may request an event before the thread that started it knows its ID.
                None => {
                    let waited = self.changed.wait_timeout(state, Duration::from_millis(10));
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        };
        let count = state.seen.took_ms.len();
        if state.seen.ready.is_none() {
            state.seen.ready = Some((now, processor_ms(id)));
            let share = self.share.as_ref().and_then(Weak::upgrade);
            if let Some(Err(error)) = share.map(|share| share.take(id)) {
                state.seen.failed = Some(format!("its share of a processor: {error}"));
            }
        } else if count == 1 {
            state.seen.first_done_processor_ms = processor_ms(id);
        }
        if count >= self.planned {
            state.seen.done_processor_ms = processor_ms(id);
            state.done = true;
            self.changed.notify_all();
            return None;
        }
        Some(format!("5f1d7f6e-0000-4000-8000-{count:012x}"))
    }

    fn hand_out(&self, connection: &mut Connection<TcpStream>, id: &str) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let headers = format!(
            "Content-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: {}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:bench\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5e1b4151-43a0913a12345678901234567;Parent=53995c3f42cd8ad8;Sampled=0\r\n",
            now.as_millis() + 60_000
        );
        // A different event each time, because the client token is derived from it.
        let event = response("200 OK", &headers, self.event.replace("EVENT_ID", id).as_bytes());
        self.lock().handed_out = Some(Instant::now());
        connection.write(&event)
    }

    fn ended(&self, path: &str, body: &[u8], now: Instant) {
        let mut state = self.lock();
        if let Some(handed_out) = state.handed_out.take() {
            state.seen.took_ms.push(now.duration_since(handed_out).as_secs_f64() * 1e3);
        }
        if !path.ends_with("/response") {
            state.seen.failed = Some(String::from_utf8_lossy(body).into_owned());
            state.done = true;
            self.changed.notify_all();
        }
    }
}

//! The services that a function calls: Greengrass and CloudFormation's ResponseURL, over plain HTTP and over TLS. They
//! respond at once, and count the requests, so that a function that does less than its job does not pass as a fast one.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http::{Connection, Request, response};

/// The services, on ports of 127.0.0.1.
pub struct Services {
    pub http: u16,
    pub https: u16,
    pub done: Arc<Done>,
}

/// The requests since the start.
#[derive(Default)]
pub struct Done {
    creates: AtomicU64,
    responses: AtomicU64,
}

/// How often a version was created, and how often CloudFormation received a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Job {
    pub creates: u64,
    pub responses: u64,
}

impl Done {
    pub fn so_far(&self) -> Job {
        Job { creates: self.creates.load(SeqCst), responses: self.responses.load(SeqCst) }
    }

    fn serve(&self, request: &Request) -> Vec<u8> {
        let signed =
            || request.header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 "));
        let holds = |text: &[u8]| request.body.windows(text.len()).any(|window| window == text);
        match request.method.as_str() {
            "POST" if request.path.ends_with("/versions") && signed() && holds(b"\"ConnectorArn\"") => {
                self.creates.fetch_add(1, SeqCst);
                response(
                    "200 OK",
                    "Content-Type: application/json\r\nx-amzn-RequestId: 0\r\n",
                    CREATED.as_bytes(),
                )
            }
            "PUT" if request.path.starts_with("/response") && holds(b"\"SUCCESS\"") => {
                self.responses.fetch_add(1, SeqCst);
                response("200 OK", "", b"")
            }
            _ => response(
                "403 Forbidden",
                "Content-Type: application/json\r\nx-amzn-ErrorType: MissingAuthenticationTokenException\r\n",
                br#"{"message":"Missing Authentication Token"}"#,
            ),
        }
    }

    fn connection(&self, stream: impl Read + Write) {
        let mut connection = Connection::new(stream);
        while let Ok(request) = connection.read() {
            if connection.write(&self.serve(&request)).is_err() {
                break;
            }
        }
    }
}

const CREATED: &str = r#"{"Arn":"arn:aws:greengrass:us-east-1:123456789012:/greengrass/definition/connectors/11111111-2222-3333-4444-555555555555/versions/66666666-7777-8888-9999-000000000000","CreationTimestamp":"2026-01-01T00:00:00.000Z","Id":"11111111-2222-3333-4444-555555555555","Version":"66666666-7777-8888-9999-000000000000"}"#;

impl Services {
    /// Starts both, with the certificates in this folder.
    pub fn start(certificates: &Path) -> io::Result<Self> {
        let done = Arc::new(Done::default());
        let (plain, secure, tls) = (done.clone(), done.clone(), tls(certificates)?);
        let http = listen(move |stream| plain.connection(stream))?;
        let https = listen(move |stream| {
            if let Ok(session) = ServerConnection::new(tls.clone()) {
                secure.connection(StreamOwned::new(session, stream));
            }
        })?;
        Ok(Self { http, https, done })
    }
}

/// Serves each connection in a thread of its own; returns the port.
pub fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            // Without it, a small response may wait for an acknowledgment.
            let _ = stream.set_nodelay(true);
            thread::spawn(move || serve(stream));
        }
    });
    Ok(port)
}

fn tls(certificates: &Path) -> io::Result<Arc<ServerConfig>> {
    let chain: Vec<CertificateDer> = CertificateDer::pem_file_iter(certificates.join("chain.pem"))
        .and_then(Iterator::collect)
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(certificates.join("leaf.key")).map_err(io::Error::other)?;
    let mut config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

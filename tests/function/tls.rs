//! Over TLS: one connection to each service, opened before the function has anything to send over it, and no request to a
//! server without a valid certificate.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use emulator::greengrass::{Operation, Outcome};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ALL_VERSIONS, ServerConfig, SupportedProtocolVersion, version};
use serde_json::json;
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::support::{Rig, RigOptions, error, on_create, request, response};

/// A TLS server in front of a service.
struct Endpoint {
    port: u16,
    /// The address of the service. Connections wait until it is set.
    target: watch::Sender<Option<SocketAddr>>,
    /// The number of connections so far.
    connections: watch::Receiver<usize>,
    /// Whether a connection has ended.
    ended: watch::Receiver<bool>,
}

/// What happens to the first connection to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
enum First {
    Served,
    /// Closed after the client's greeting.
    ClosedInHandshake,
    /// Closed after the handshake.
    ClosedAfterHandshake,
}

impl Endpoint {
    async fn start(tls: Arc<ServerConfig>) -> Self {
        Self::start_with(tls, First::Served).await
    }

    async fn start_with(tls: Arc<ServerConfig>, first: First) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (count, connections) = watch::channel(0);
        let (end, ended) = watch::channel(false);
        let target = watch::Sender::new(None);
        let service = target.subscribe();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let how = if *count.borrow() == 0 { first } else { First::Served };
                count.send_modify(|count| *count += 1);
                let (tls, mut service, end) = (TlsAcceptor::from(tls.clone()), service.clone(), end.clone());
                tokio::spawn(async move {
                    match how {
                        First::ClosedInHandshake => drop((stream.read_u8().await, stream)),
                        First::ClosedAfterHandshake => drop(tls.accept(stream).await),
                        First::Served => {
                            // A client that rejects the certificate ends the connection here.
                            let Ok(mut stream) = tls.accept(stream).await else { return };
                            let address = service.wait_for(Option::is_some).await.unwrap().unwrap();
                            let mut service = TcpStream::connect(address).await.unwrap();
                            let _ = copy_bidirectional(&mut stream, &mut service).await;
                        }
                    }
                    end.send_replace(true);
                });
            }
        });
        Self { port, target, connections, ended }
    }

    fn forward_to(&self, url: &str) {
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        self.target.send_replace(Some(address));
    }

    /// The number of connections so far.
    fn connections(&self) -> usize {
        *self.connections.borrow()
    }
}

/// A certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut itself = CertificateParams::new([]).unwrap();
        itself.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(itself, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a bundle of root certificates with this one to a file of this test's own.
    fn bundle(&self, test: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("connector-versions-{}-{test}.pem", std::process::id()));
        let base64 = base64_simd::STANDARD.encode_to_string(self.0.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        std::fs::write(&file, pem).unwrap();
        file
    }

    /// A server with a certificate for this name, which expires at the start of this year.
    fn server(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        self.server_of(name, until, ALL_VERSIONS)
    }

    fn server_of(
        &self,
        name: &str,
        until: i32,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let mut server = CertificateParams::new([name.to_owned()]).unwrap();
        server.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateDer::from(server.signed_by(&key, &self.0).unwrap());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
        Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
    }
}

/// Starts a function that trusts this authority, with this endpoint as Greengrass.
async fn rig(authority: &Authority, test: &str, greengrass: &Endpoint) -> Rig {
    let bundle = authority.bundle(test);
    let endpoint = format!("https://localhost:{}", greengrass.port);
    let variables =
        [("AWS_ENDPOINT_URL_GREENGRASS", endpoint.as_str()), ("SSL_CERT_FILE", bundle.to_str().unwrap())];
    Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await
}

/// A custom resource's Create with this endpoint as its ResponseURL.
fn create(rig: &Rig, receiver: &Endpoint, number: usize) -> String {
    let mut event = rig.sample("cloudformation-create");
    event["RequestId"] = json!(number.to_string());
    event["ResponseURL"] = json!(format!("https://127.0.0.1:{}/response", receiver.port));
    event.to_string()
}

#[tokio::test]
async fn greengrass_and_cloudformation_are_called_over_one_connection_each() {
    for versions in [ALL_VERSIONS, &[&version::TLS12]] {
        let authority = Authority::new();
        let greengrass = Endpoint::start(authority.server_of("localhost", 4000, versions)).await;
        let receiver = Endpoint::start(authority.server_of("127.0.0.1", 4000, versions)).await;
        let rig = rig(&authority, "one", &greengrass).await;
        greengrass.forward_to(&rig.service.url());
        receiver.forward_to(&rig.receiver.url());
        for number in 1..=2 {
            let event = create(&rig, &receiver, number);
            assert_eq!(response(rig.invoke(event).await)["Status"], "SUCCESS");
            assert_eq!(rig.responses().len(), number);
            assert_eq!((greengrass.connections(), receiver.connections()), (1, 1), "{number}");
        }
    }
}

/// The connection that the start opened fails during or after its handshake.
#[tokio::test]
async fn a_connection_that_failed_during_the_start_is_replaced_without_an_error() {
    for first in [First::ClosedInHandshake, First::ClosedAfterHandshake] {
        let authority = Authority::new();
        let mut greengrass = Endpoint::start_with(authority.server("localhost", 4000), first).await;
        let receiver = Endpoint::start(authority.server("127.0.0.1", 4000)).await;
        let rig = rig(&authority, "first", &greengrass).await;
        greengrass.forward_to(&rig.service.url());
        receiver.forward_to(&rig.receiver.url());
        greengrass.ended.wait_for(|&has_ended| has_ended).await.unwrap();
        assert_eq!(response(rig.invoke(create(&rig, &receiver, 1)).await)["Status"], "SUCCESS", "{first:?}");
        assert_eq!((rig.creates(), greengrass.connections()), (1, 2), "{first:?}");
        // Nothing was sent over the connection, so the function makes no look-up.
        assert_eq!(rig.service.calls().len(), 1, "{first:?}");
    }
}

#[tokio::test]
async fn the_connection_for_the_response_opens_while_the_version_is_created() {
    let authority = Authority::new();
    let greengrass = Endpoint::start(authority.server("localhost", 4000)).await;
    let mut receiver = Endpoint::start(authority.server("127.0.0.1", 4000)).await;
    let rig = rig(&authority, "opened", &greengrass).await;
    greengrass.forward_to(&rig.service.url());
    receiver.forward_to(&rig.receiver.url());
    // The function makes the second call after the first timed out, a second later or more.
    rig.service.add_fault(on_create(Outcome::Hang, false, 1));

    let event = create(&rig, &receiver, 1);
    let opened = async {
        receiver.connections.wait_for(|&count| count > 0).await.unwrap();
        rig.creates()
    };
    let (outcome, creates) = tokio::join!(rig.invoke_within(event, Duration::from_secs(8)), opened);
    assert!(creates < 2, "it opened after {creates} calls");
    assert_eq!(response(outcome)["Status"], "SUCCESS");
    assert_eq!((rig.creates(), receiver.connections()), (2, 1));
}

#[tokio::test]
async fn no_request_is_sent_to_a_server_without_a_valid_certificate() {
    let (trusted, other) = (Authority::new(), Authority::new());
    for (what, server) in [
        ("another-authority", other.server("localhost", 4000)),
        ("another-name", trusted.server("greengrass.example", 4000)),
        ("expired", trusted.server("localhost", 2000)),
    ] {
        let greengrass = Endpoint::start(server).await;
        let rig = rig(&trusted, what, &greengrass).await;
        greengrass.forward_to(&rig.service.url());
        let (error_type, message) =
            error(rig.invoke_within(request().to_string(), Duration::from_secs(4)).await);
        assert_eq!(error_type, "ServiceUnavailable", "{what}: {message}");
        assert!(message.contains("invalid peer certificate"), "{what}: {message}");
        assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), 0, "{what}");
    }
}

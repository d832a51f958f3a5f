//! TLS by rustls and ring, with the system's root certificates.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider, KeyProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::SigningKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::roots;

/// What all handshakes have in common.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
}

impl Tls {
    /// ring, not aws-lc: aws-lc gathers processor jitter as entropy in the first handshake, tens of milliseconds of
    /// processor time inside the first event.
    pub(super) fn new() -> Self {
        let provider = Arc::new(CryptoProvider { key_provider: &NoKeys, ..ring::default_provider() });
        let verifier = Arc::new(Verifier { provider: provider.clone(), by_roots: OnceLock::new() });
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        #[allow(clippy::expect_used, reason = "fails only for a provider without these versions")]
        let builder = builder.expect("ring knows TLS 1.2 and 1.3");
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier.clone());
        Self { config: Arc::new(builder.with_no_client_auth()), verifier }
    }

    /// Shakes hands over a connection. Root certificates are read, the first time, while the server works on its
    /// answer.
    pub(super) async fn shake_hands<S>(
        &self,
        server: ServerName<'static>,
        stream: S,
    ) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = TlsConnector::from(self.config.clone()).connect(server, stream);
        // In this order: the greeting is sent before the certificates are read.
        let (stream, _) = tokio::join!(biased; handshake, async { self.verifier.by_roots().is_ok() });
        stream
    }
}

/// rustls's own verifier, which wants the root certificates when it is made, made when it is first asked.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    by_roots: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl Verifier {
    fn by_roots(&self) -> Result<&WebPkiServerVerifier, Error> {
        let verifier = self.by_roots.get_or_init(|| {
            let roots = Arc::new(roots::load());
            WebPkiServerVerifier::builder_with_provider(roots, self.provider.clone()).build().ok()
        });
        verifier.as_deref().ok_or_else(|| Error::General("there are no root certificates".to_owned()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.by_roots()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The function has no certificate of its own, so what reads and uses private keys need not be in the binary.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("there are no private keys".to_owned()))
    }
}

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

/// The TLS configuration of all connections.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    verifier: Arc<LazyRootsVerifier>,
}

impl Tls {
    /// ring instead of aws-lc: aws-lc gathers processor jitter as entropy in the first handshake, which takes tens of
    /// milliseconds of processor time within the first event.
    pub(super) fn new() -> Self {
        let provider =
            Arc::new(CryptoProvider { key_provider: &UnsupportedPrivateKeys, ..ring::default_provider() });
        let verifier = Arc::new(LazyRootsVerifier { provider: provider.clone(), inner: OnceLock::new() });
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        #[allow(clippy::expect_used, reason = "fails only for a provider without these versions")]
        let builder = builder.expect("ring supports TLS 1.2 and 1.3");
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier.clone());
        Self { config: Arc::new(builder.with_no_client_auth()), verifier }
    }

    /// Performs the handshake over a connection. The first call reads the root certificates while the server works on its
    /// part.
    ///
    /// # Errors
    /// The handshake failed, or the certificate is not trusted.
    pub(super) async fn handshake<S>(
        &self,
        server: ServerName<'static>,
        stream: S,
    ) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = TlsConnector::from(self.config.clone()).connect(server, stream);
        // The order matters: the greeting is sent before the certificates are read.
        let (stream, _) = tokio::join!(biased; handshake, async { self.verifier.inner().is_ok() });
        stream
    }
}

/// rustls's own verifier, created when it is first needed, since it needs the root certificates.
#[derive(Debug)]
struct LazyRootsVerifier {
    provider: Arc<CryptoProvider>,
    inner: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl LazyRootsVerifier {
    fn inner(&self) -> Result<&WebPkiServerVerifier, Error> {
        let verifier = self.inner.get_or_init(|| {
            let roots = Arc::new(roots::load());
            WebPkiServerVerifier::builder_with_provider(roots, self.provider.clone()).build().ok()
        });
        verifier.as_deref().ok_or_else(|| Error::General("no root certificates".to_owned()))
    }
}

impl ServerCertVerifier for LazyRootsVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.inner()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
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

/// The function has no certificate of its own, so the code that reads and uses private keys is left out of the binary.
#[derive(Debug)]
struct UnsupportedPrivateKeys;

impl KeyProvider for UnsupportedPrivateKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("private keys are not supported".to_owned()))
    }
}

//! The system's root certificates.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::{env, iter};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// Small: memory that is touched for the first time costs more than a system call.
const READ_BUFFER_BYTES: usize = 32 * 1024;

/// Reads the bundle that `SSL_CERT_FILE` names, or the system's. Without a bundle, or with `SSL_CERT_DIR`,
/// `rustls-native-certs` searches all known places, at several times the cost.
pub(super) fn load() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    if let Some(bundle) = bundle_path().and_then(|path| File::open(path).ok()) {
        roots.add_parsable_certificates(parse_pem_certificates(BufReader::with_capacity(
            READ_BUFFER_BYTES,
            bundle,
        )));
    }
    if roots.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        tracing::error!("no root certificates found; TLS connections will fail");
    }
    roots
}

fn bundle_path() -> Option<PathBuf> {
    if env::var_os("SSL_CERT_DIR").is_some() {
        return None;
    }
    env::var_os("SSL_CERT_FILE").map(PathBuf::from).or_else(|| openssl_probe::probe().cert_file)
}

/// The certificates of a PEM file, in order; anything else is skipped.
fn parse_pem_certificates(mut pem: impl BufRead) -> impl Iterator<Item = CertificateDer<'static>> {
    let (mut line, mut base64, mut inside) = (Vec::new(), Vec::new(), false);
    iter::from_fn(move || {
        loop {
            line.clear();
            if pem.read_until(b'\n', &mut line).ok()? == 0 {
                return None;
            }
            match line.trim_ascii_end() {
                b"-----BEGIN CERTIFICATE-----" => {
                    base64.clear();
                    inside = true;
                }
                b"-----END CERTIFICATE-----" => {
                    inside = false;
                    if let Ok(der) = base64_simd::STANDARD.decode_to_vec(&base64) {
                        return Some(CertificateDer::from(der));
                    }
                }
                text if inside => base64.extend_from_slice(text),
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_read_and_the_rest_is_skipped() {
        // Both line endings, text that is not UTF-8, and certificates that are not base64 or incomplete.
        let pem = b"# A root\xE9\n-----BEGIN CERTIFICATE-----\nAQIDBAUG\nBwg=\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\r\nCQo=\r\n-----END CERTIFICATE-----\r\n\
                   -----BEGIN CERTIFICATE-----\nAQI";
        let read: Vec<_> = parse_pem_certificates(pem.as_slice()).collect();
        let whole = [vec![1, 2, 3, 4, 5, 6, 7, 8], vec![9, 10]];
        assert_eq!(read, whole.map(CertificateDer::from));
    }
}

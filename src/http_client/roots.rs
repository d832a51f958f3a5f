//! The system's root certificates.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::{env, iter};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// Memory that is touched for the first time costs more than a system call.
const BUFFER: usize = 32 * 1024;

/// Reads them from the system's bundle, or from the file that `SSL_CERT_FILE` names. Where there is no bundle, or
/// `SSL_CERT_DIR` is set, `rustls-native-certs` looks for them everywhere, at several times the cost.
pub(super) fn load() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    if let Some(bundle) = bundle().and_then(|path| File::open(path).ok()) {
        roots.add_parsable_certificates(certificates(BufReader::with_capacity(BUFFER, bundle)));
    }
    if roots.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        tracing::error!("no root certificates were found, no TLS connection can be made");
    }
    roots
}

fn bundle() -> Option<PathBuf> {
    if env::var_os("SSL_CERT_DIR").is_some() {
        return None;
    }
    env::var_os("SSL_CERT_FILE").map(PathBuf::from).or_else(|| openssl_probe::probe().cert_file)
}

/// The certificates of a PEM file, one after the other; what is none is passed over.
fn certificates(mut pem: impl BufRead) -> impl Iterator<Item = CertificateDer<'static>> {
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
    fn what_is_a_certificate_is_read_and_the_rest_passed_over() {
        // Both ends of line, text that is no UTF-8, and certificates that are none.
        let pem = b"# A root\xE9\n-----BEGIN CERTIFICATE-----\nAQIDBAUG\nBwg=\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\r\nCQo=\r\n-----END CERTIFICATE-----\r\n\
                   -----BEGIN CERTIFICATE-----\nAQI";
        let read: Vec<_> = certificates(pem.as_slice()).collect();
        let whole = [vec![1, 2, 3, 4, 5, 6, 7, 8], vec![9, 10]];
        assert_eq!(read, whole.map(CertificateDer::from));
    }
}

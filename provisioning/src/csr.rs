//! Reads a certificate request for the one thing that counts in it: the public key, proven by its signature.
//!
//! Enters: PEM from a stranger, at most [`CSR_BYTES_MAX`] bytes. Leaves: a P-256 public key and its SHA-256, or why not.
//! Names, extensions and attributes of the request are never looked at: a node gets its name from the registry.

use std::fmt::Write;

use ring::digest::{SHA256, digest};
use rustls::pki_types::CertificateSigningRequestDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_SIG_ECDSA_WITH_SHA256};
use x509_parser::prelude::FromDer;

/// Longest certificate request, PEM. One of ours has 430 bytes; OpenSSL with a long subject stays under 2 KB.
pub const CSR_BYTES_MAX: usize = 8 * 1024;

/// A node's public key whose private half the sender has shown to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeKey {
    spki_der: Vec<u8>,
    sha256: [u8; 32],
}

impl NodeKey {
    /// The SubjectPublicKeyInfo, DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// SHA-256 of the SubjectPublicKeyInfo: how the registry and the MQTT door know the node.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

/// Why a certificate request is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Not PEM, not PKCS#10, or longer than any request.
    #[error("this is not a PKCS#10 certificate request in PEM of at most {CSR_BYTES_MAX} bytes")]
    Malformed,
    /// The signature does not fit the key: the sender does not hold the private key, or the request was changed.
    #[error("the certificate request is not signed by its own key")]
    Signature,
    /// Another kind of key.
    #[error("the key is not ECDSA P-256 with SHA-256 (its type is {found})")]
    KeyType {
        /// Object identifier of what was found.
        found: String,
    },
}

/// Takes the public key out of a certificate request.
///
/// # Errors
/// [`CsrError`].
pub fn read(csr_pem: &str) -> Result<NodeKey, CsrError> {
    if csr_pem.len() > CSR_BYTES_MAX {
        return Err(CsrError::Malformed);
    }
    let der =
        CertificateSigningRequestDer::from_pem_slice(csr_pem.as_bytes()).map_err(|_| CsrError::Malformed)?;
    let (rest, request) = X509CertificationRequest::from_der(&der).map_err(|_| CsrError::Malformed)?;
    if !rest.is_empty() {
        return Err(CsrError::Malformed);
    }
    let spki = &request.certification_request_info.subject_pki;
    let curve = spki.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
    if spki.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY || curve.as_ref() != Some(&OID_EC_P256) {
        let found = curve.unwrap_or_else(|| spki.algorithm.algorithm.clone()).to_id_string();
        return Err(CsrError::KeyType { found });
    }
    if request.signature_algorithm.algorithm != OID_SIG_ECDSA_WITH_SHA256 {
        return Err(CsrError::KeyType { found: request.signature_algorithm.algorithm.to_id_string() });
    }
    request.verify_signature().map_err(|_| CsrError::Signature)?;
    let spki_der = spki.raw.to_vec();
    let sha256 = sha256(&spki_der);
    Ok(NodeKey { spki_der, sha256 })
}

/// SHA-256 of the public key (SubjectPublicKeyInfo, DER) in a certificate; `None` when the bytes are no certificate.
#[must_use]
pub fn certificate_key_sha256(certificate_der: &[u8]) -> Option<[u8; 32]> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate_der).ok()?;
    Some(sha256(certificate.public_key().raw))
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String does not fail.
        let _written = write!(out, "{byte:02x}");
        out
    })
}

/// Reads 64 hexadecimal digits; spaces, colons and hyphens are passed over, as fingerprints are written with them.
#[must_use]
pub fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !matches!(c, ' ' | ':' | '-'))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high << 4 | low).ok(),
            _ => None,
        })
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    fn request(algorithm: &'static rcgen::SignatureAlgorithm) -> (KeyPair, String) {
        let key = KeyPair::generate_for(algorithm).expect("a key");
        let params = CertificateParams::new(vec!["evil.example".into()]).expect("a name");
        let pem = params.serialize_request(&key).expect("signed").pem().expect("PEM");
        (key, pem)
    }

    #[test]
    fn the_public_key_of_a_p256_request_is_taken() {
        let (key, pem) = request(&PKCS_ECDSA_P256_SHA256);
        let taken = read(&pem).expect("taken");
        assert_eq!(taken.sha256(), sha256(taken.spki_der()));
        assert!(taken.spki_der().ends_with(key.public_key_raw()));
    }

    #[test]
    fn other_kinds_of_key_are_refused_by_name() {
        for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let (_, pem) = request(algorithm);
            assert!(matches!(read(&pem), Err(CsrError::KeyType { .. })), "{algorithm:?}");
        }
    }

    #[test]
    fn a_request_signed_by_another_key_is_refused() {
        let (_, pem) = request(&PKCS_ECDSA_P256_SHA256);
        let der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).expect("PEM");
        let genuine = read(&pem).expect("taken");
        let mut refused = 0;
        // One byte of the key, of the signature, of anything between: a changed request gives no other key. (Tags around
        // the signature are read loosely by the parser; they carry nothing.)
        for at in 0..der.len() {
            let mut changed = der.to_vec();
            changed[at] ^= 1;
            match read(&pem_of(&changed)) {
                Ok(key) => assert_eq!(key, genuine, "byte {at}"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 200, "{refused}");
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_printed_and_nothing_shorter_is() {
        let hash = sha256(b"root");
        let text = hex(&hash);
        assert_eq!(sha256_from_hex(&text), Some(hash));
        assert_eq!(sha256_from_hex(&format!("{}: {}", &text[..20].to_uppercase(), &text[20..])), Some(hash));
        assert_eq!(sha256_from_hex(&text[1..]), None);
        assert_eq!(sha256_from_hex(&format!("{text}00")), None);
        assert_eq!(sha256_from_hex(&text.replace(char::is_numeric, "x")), None);
    }

    #[test]
    fn rubbish_and_oversize_are_malformed() {
        let (_, pem) = request(&PKCS_ECDSA_P256_SHA256);
        for text in
            ["", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", &pem[..80]]
        {
            assert_eq!(read(text), Err(CsrError::Malformed), "{text}");
        }
        assert_eq!(read(&format!("{pem}{}", " ".repeat(CSR_BYTES_MAX))), Err(CsrError::Malformed));
    }

    fn pem_of(der: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut body = String::new();
        for chunk in der.chunks(3) {
            let value =
                chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let index = (value >> (18 - 6 * place)) & 63;
                let padding = place > chunk.len();
                body.push(if padding {
                    '='
                } else {
                    char::from(ALPHABET[usize::try_from(index).expect("< 64")])
                });
            }
        }
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n")
    }
}

//! Whom the link trusts: TLS 1.3 only, the fleet intermediate as the one trust anchor, the node's own certificate.
//!
//! Enters: PEM texts of the identity folder. Leaves: a rustls configuration. No session is resumed: a resumed session
//! skips the certificate check on the other side. A node's clock may lie by years; when nothing has set it, the server's
//! certificate is judged at an instant that cannot be too early (see [`Verifier`]). Never reads a file.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::clock::Clock;

/// The ALPN name under which MQTT is spoken on the port that pages share.
pub const ALPN: &[u8] = b"mqtt";

/// Why the identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM text is damaged.
    #[error("{file} holds no usable PEM ({why}); enrol the node again, or put back the file")]
    Pem {
        /// Which file of the identity folder.
        file: &'static str,
        /// What the reader says.
        why: String,
    },
    /// Key and certificate do not fit, or the authority is no certificate.
    #[error("the identity cannot be used for TLS; enrol the node again")]
    Rustls(#[from] Error),
    /// The verifier could not be built.
    #[error("authority.crt is no usable trust anchor ({0}); enrol the node again")]
    Anchor(String),
}

/// The PEM texts of an identity folder.
#[derive(Clone)]
pub struct Pem {
    /// The node's private key.
    pub key: Vec<u8>,
    /// The node's certificate.
    pub certificate: Vec<u8>,
    /// The fleet intermediate.
    pub authority: Vec<u8>,
    /// When the node was enrolled, seconds since 1970 by the controller: its clock cannot be right and earlier.
    pub enrolled_s: u64,
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pem").finish_non_exhaustive()
    }
}

/// The configuration of every connection to the controller.
///
/// # Errors
/// [`TlsError`], naming the file.
pub fn client_config(pem: &Pem, clock: Clock) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut anchors = RootCertStore::empty();
    anchors.add(certificate(&pem.authority, "authority.crt")?)?;
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&provider))
        .build()
        .map_err(|error| TlsError::Anchor(error.to_string()))?;
    let floor = UnixTime::since_unix_epoch(std::time::Duration::from_secs(pem.enrolled_s));
    let verifier = Verifier { inner, floor, clock };
    let key = PrivateKeyDer::from_pem_slice(&pem.key)
        .map_err(|error| TlsError::Pem { file: "node.key", why: error.to_string() })?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(vec![certificate(&pem.certificate, "node.crt")?], key)?;
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

fn certificate(pem: &[u8], file: &'static str) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_slice(pem).map_err(|error| TlsError::Pem { file, why: error.to_string() })
}

/// The standard verifier, with an answer to a clock that nothing has set.
///
/// A synchronised clock is believed. Otherwise the certificate is judged at the later of the clock and the enrolment,
/// and if the clock says that the certificate has ended, at the enrolment: a clock at +10 years must not lock a node out.
/// "Not valid yet" is answered by judging at the certificate's own start, whatever the clock: the pinned authority signed
/// that instant, so it has passed, and the clock is wrong. What this gives up is only that a captured server certificate
/// stays good for nodes without any time; the door's registry and the authority's rotation are the answer to that.
#[derive(Debug)]
struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
    floor: UnixTime,
    clock: Clock,
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
        let synchronised = self.clock.read().synchronised;
        let judge =
            |at| self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
        let at = if synchronised { now } else { now.max(self.floor) };
        match judge(at) {
            Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
                judge(not_before)
            }
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext { .. })) if !synchronised => {
                match judge(self.floor) {
                    Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                        not_before,
                        ..
                    })) => judge(not_before),
                    other => other,
                }
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

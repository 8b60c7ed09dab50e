//! Whom a connection trusts: a server whose chain holds the fleet's root, known by the SHA-256 of its public key.
//!
//! Enters: that hash, from a ticket or from a person; a certificate chain from the other end; the local clock. Leaves: the
//! connection goes on, or a [`rustls::Error`] that says why not. The machine's own list of authorities is never asked.
//!
//! A node's clock may stand at 1970. The chain is checked at the latest of: the local clock, the second this program was
//! built, the second the ticket was issued, and the start of the server's own certificate. A false server gains nothing
//! by the last: its chain would have to end in the root all the same. A clock that runs ahead is believed; certificates
//! that look expired are refused, and the message names the clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::authority::validity_s;
use crate::csr::certificate_key_sha256;

/// Most certificates that a chain may have: leaf, intermediate, root, and one to spare for a change of intermediates.
const CHAIN_MAX: usize = 4;

/// The fleet's root, known by its key's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootPin {
    /// SHA-256 of the root's public key (SubjectPublicKeyInfo, DER).
    pub sha256: [u8; 32],
    /// The earliest second that it can be, since 1970: when the ticket was issued, or the program built.
    pub earliest_s: i64,
}

/// A TLS 1.3 client that trusts only servers whose chain holds this root.
///
/// # Errors
/// The TLS library's, which means a fault of this program.
pub fn pinned(pin: RootPin) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    client(Arc::clone(&provider), Arc::new(PinVerifier { pin, provider }))
}

/// A TLS 1.3 client that trusts nobody and only notes the root that a server shows, for a person to compare. Nothing may
/// be sent over it.
///
/// # Errors
/// As [`pinned`].
pub fn observing() -> Result<(ClientConfig, Observed), rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let seen = Observed::default();
    let verifier = ObservingVerifier { seen: seen.clone(), provider: Arc::clone(&provider) };
    Ok((client(provider, Arc::new(verifier))?, seen))
}

/// The root that a server showed.
#[derive(Debug, Clone, Default)]
pub struct Observed(Arc<Mutex<Option<[u8; 32]>>>);

impl Observed {
    /// SHA-256 of the public key of the last certificate in the chain.
    #[must_use]
    pub fn root_sha256(&self) -> Option<[u8; 32]> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn client(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A resumed session would skip the check of the certificate.
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct PinVerifier {
    pin: RootPin,
    provider: Arc<CryptoProvider>,
}

impl PinVerifier {
    fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let root = chain
            .iter()
            .take(CHAIN_MAX)
            .find(|certificate| certificate_key_sha256(certificate) == Some(self.pin.sha256))
            .ok_or(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let bad = rustls::Error::InvalidCertificate(CertificateError::BadEncoding);
        let (starts_s, _) = validity_s(leaf).ok_or_else(|| bad.clone())?;
        let earliest_s = u64::try_from(self.pin.earliest_s.max(starts_s)).unwrap_or(0);
        let at = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs().max(earliest_s)));
        let mut roots = RootCertStore::empty();
        roots.add(root.clone().into_owned())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
                .build()
                .map_err(|_| bad)?;
        verifier.verify_server_cert(leaf, chain, name, &[], at).map(drop)
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verify(end_entity, intermediates, server_name, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[derive(Debug)]
struct ObservingVerifier {
    seen: Observed,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for ObservingVerifier {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let root = intermediates.last().and_then(|certificate| certificate_key_sha256(certificate));
        *self.seen.0.lock().unwrap_or_else(PoisonError::into_inner) = root;
        // The handshake ends here: nothing can be sent to a server that nobody has confirmed.
        Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::time::WallMs;

    use super::*;
    use crate::authority::{self, Authority, ServerIdentity};
    use crate::scratch::Scratch;

    const NOW: WallMs = WallMs(1_795_514_531_000);
    const NOW_S: u64 = 1_795_514_531;
    const DAY_S: u64 = 86_400;

    fn fleet(scratch: &Scratch, name: &str) -> (Authority, ServerIdentity) {
        let authority = authority::create(&scratch.path().join(name), NOW).expect("made").authority;
        let server =
            authority.issue_server(&["controller.example".into(), "192.0.2.7".into()], NOW).expect("issued");
        (authority, server)
    }

    fn check(
        sha256: [u8; 32],
        chain: &[CertificateDer<'static>],
        name: &str,
        now_s: u64,
    ) -> Result<(), rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = PinVerifier { pin: RootPin { sha256, earliest_s: 0 }, provider };
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        verifier.verify(&chain[0], &chain[1..], &name, UnixTime::since_unix_epoch(Duration::from_secs(now_s)))
    }

    #[test]
    fn the_right_root_is_trusted_by_name_and_by_address_with_a_clock_at_1970_too() {
        let scratch = Scratch::new();
        let (authority, server) = fleet(&scratch, "ours");
        for name in ["controller.example", "192.0.2.7"] {
            for now_s in [0, 1, NOW_S, NOW_S + 300 * DAY_S] {
                assert_eq!(
                    check(authority.root_sha256(), &server.chain, name, now_s),
                    Ok(()),
                    "{name} {now_s}"
                );
            }
        }
    }

    #[test]
    fn another_root_another_name_and_an_ended_certificate_are_refused_for_what_they_are() {
        let scratch = Scratch::new();
        let ((ours, server), (_, foreign)) = (fleet(&scratch, "ours"), fleet(&scratch, "theirs"));
        let pin = ours.root_sha256();
        let refused = |chain: &[CertificateDer<'static>], name: &str, now_s| {
            let error = check(pin, chain, name, now_s).expect_err("refused");
            let rustls::Error::InvalidCertificate(error) = error else { panic!("{error}") };
            error
        };
        assert_eq!(refused(&foreign.chain, "controller.example", NOW_S), CertificateError::UnknownIssuer);
        assert!(matches!(
            refused(&server.chain, "other.example", NOW_S),
            CertificateError::NotValidForNameContext { .. }
        ));
        assert!(matches!(
            refused(&server.chain, "controller.example", NOW_S + 3650 * DAY_S),
            CertificateError::ExpiredContext { .. }
        ));
        // The genuine root put behind a foreign leaf: shown, but not in its path.
        let mixed = vec![foreign.chain[0].clone(), foreign.chain[1].clone(), ours.root().clone()];
        assert_eq!(refused(&mixed, "controller.example", NOW_S), CertificateError::UnknownIssuer);
        assert_eq!(refused(&server.chain[..2], "controller.example", NOW_S), CertificateError::UnknownIssuer);
    }
}

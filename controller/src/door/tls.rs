//! TLS of both listeners: TLS 1.3 only, ring; mutual with the fleet's intermediate as the one anchor for nodes, server
//! authenticated for people.
//!
//! Enters: the server's identity, the intermediate, a clock. Leaves: two rustls configurations, and the right to replace the
//! certificate while they run. The node side gives no session tickets and keeps no sessions: a resumed session would skip
//! the certificate check, revocation included. Dates are checked by the controller's clock.
//!
//! Nodes pin the intermediate, so the MQTT side sends the leaf alone (793 bytes up, 1,407 down for a handshake). The web side
//! sends leaf, intermediate and root: who holds a ticket checks the root by its hash.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use holdfast_provisioning::authority::ServerIdentity;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, VerifierBuilderError, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier};

use super::counters::Refusal;
use crate::clock::Clock;

/// ALPN of MQTT; with it a node reaches the door through the pages' port.
pub const ALPN_MQTT: &[u8] = b"mqtt";
/// ALPN of pages and API.
const ALPN_HTTP: &[u8] = b"http/1.1";

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The server's key and certificate do not fit, or the key's kind is not offered.
    #[error("the server's key cannot be used with its certificate")]
    Identity(#[source] rustls::Error),
    /// The identity has no certificate.
    #[error("the server's certificate chain is empty")]
    Empty,
    /// The fleet's intermediate is not an authority's certificate.
    #[error("the fleet's intermediate certificate cannot be a trust anchor")]
    Anchor(#[source] rustls::Error),
    /// No verifier can be made of the anchors.
    #[error("client certificates cannot be checked against the fleet's intermediate")]
    Verifier(#[source] VerifierBuilderError),
}

/// The configurations of both sides.
#[derive(Debug, Clone)]
pub struct Tls {
    /// For nodes: client certificates required.
    pub mqtt: Arc<ServerConfig>,
    /// For people and for enrolment.
    pub web: Arc<ServerConfig>,
    mqtt_key: Arc<Replaceable>,
    web_key: Arc<Replaceable>,
}

impl Tls {
    /// Makes both. `anchors` are the fleet's intermediates: one, and beside it its successor while it is handed out.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(
        identity: &ServerIdentity,
        anchors: &[CertificateDer<'static>],
        clock: Clock,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let (mqtt_key, web_key) = keys(identity, &provider)?;
        let (mqtt_key, web_key) = (Arc::new(Replaceable::new(mqtt_key)), Arc::new(Replaceable::new(web_key)));
        let verifier = verifier(anchors, &provider)?;

        let builder = builder(&provider, clock)?;
        let mut mqtt = builder
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::<Replaceable>::clone(&mqtt_key));
        mqtt.alpn_protocols = vec![ALPN_MQTT.to_vec()];
        mqtt.send_tls13_tickets = 0;
        mqtt.session_storage = Arc::new(NoServerSessionStorage {});

        let builder = self::builder(&provider, clock)?;
        let mut web = builder.with_no_client_auth().with_cert_resolver(Arc::<Replaceable>::clone(&web_key));
        web.alpn_protocols = vec![ALPN_HTTP.to_vec()];
        Ok(Self { mqtt: Arc::new(mqtt), web: Arc::new(web), mqtt_key, web_key })
    }

    /// Uses another certificate from the next handshake on; live connections stay.
    ///
    /// # Errors
    /// [`TlsError`]; the old one then stays.
    pub fn replace(&self, identity: &ServerIdentity) -> Result<(), TlsError> {
        let (mqtt, web) = keys(identity, self.web.crypto_provider())?;
        self.mqtt_key.set(mqtt);
        self.web_key.set(web);
        Ok(())
    }
}

fn builder(
    provider: &Arc<CryptoProvider>,
    clock: Clock,
) -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    ServerConfig::builder_with_details(Arc::clone(provider), Arc::new(Dates(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Identity)
}

fn verifier(
    anchors: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for anchor in anchors {
        roots.add(anchor.clone()).map_err(TlsError::Anchor)?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(TlsError::Verifier)
}

/// The key with the leaf alone, and with the whole chain.
fn keys(
    identity: &ServerIdentity,
    provider: &CryptoProvider,
) -> Result<(CertifiedKey, CertifiedKey), TlsError> {
    let leaf = identity.leaf().ok_or(TlsError::Empty)?.clone();
    let key =
        |chain| CertifiedKey::from_der(chain, identity.key.clone_key(), provider).map_err(TlsError::Identity);
    Ok((key(vec![leaf])?, key(identity.chain.clone())?))
}

/// A certificate that may be replaced while the configuration is in use.
#[derive(Debug)]
struct Replaceable(RwLock<Arc<CertifiedKey>>);

impl Replaceable {
    fn new(key: CertifiedKey) -> Self {
        Self(RwLock::new(Arc::new(key)))
    }

    fn set(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }
}

impl ResolvesServerCert for Replaceable {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Dates of certificates are compared with the same clock as everything else here.
#[derive(Debug)]
struct Dates(Clock);

impl TimeProvider for Dates {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = u64::try_from(self.0.wall().0).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}

/// Why a handshake failed, as far as rustls tells.
#[must_use]
pub fn refusal(error: &io::Error) -> Refusal {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return Refusal::Broken;
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enum is open; the rest is one case here")]
    match error {
        rustls::Error::NoCertificatesPresented => Refusal::NoCertificate,
        rustls::Error::InvalidCertificate(why) => certificate_refusal(why),
        rustls::Error::PeerIncompatible(_) | rustls::Error::NoApplicationProtocol => Refusal::Incompatible,
        _ => Refusal::Broken,
    }
}

fn certificate_refusal(why: &CertificateError) -> Refusal {
    #[expect(clippy::wildcard_enum_match_arm, reason = "rustls's enum is open; the rest is one case here")]
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Refusal::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Refusal::NotYetValid,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Refusal::Foreign,
        CertificateError::BadEncoding => Refusal::Unreadable,
        _ => Refusal::Foreign,
    }
}

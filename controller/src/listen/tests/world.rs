//! A controller's door with everything behind it, in a folder of its own, and a client for it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use holdfast_protocol::event::Event;
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust};
use holdfast_provisioning::authority::{self, Authority, ServerIdentity};
use holdfast_provisioning::csr;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::{Addresses, Serving, bind};
use crate::clock::Clock;
use crate::config::{Limits, Listen};
use crate::door::testing::split_packet;
use crate::door::{Door, Sessions, Tls};
use crate::fleet::Fleet;
use crate::history::History;
use crate::ingest::Ingest;
use crate::store::Store;
use crate::store::nodes::NodeRecord;

/// Longest wait for anything here; a loaded machine takes a tenth of it.
pub(super) const BOUND: Duration = Duration::from_secs(20);
const DAY_MS: i64 = 86_400_000;

/// A folder that goes with the test.
#[derive(Debug)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("holdfast-listen-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// One fleet for all tests of the process: sealing its root key costs a second.
pub(super) fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<(Folder, Authority)> = OnceLock::new();
    let (_, authority) = AUTHORITY.get_or_init(|| {
        let folder = Folder::new();
        let created = authority::create(&folder.0.join("keys"), Clock.wall()).expect("authority");
        (folder, created.authority)
    });
    authority
}

/// A server certificate of that fleet. One at a time: the authority keeps it in one file.
pub(super) fn issue_server(names: &[String], clock: Clock) -> ServerIdentity {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    authority().issue_server(names, clock.wall()).expect("server certificate")
}

/// A node's key and certificate.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) node: NodeId,
    pub(super) der: CertificateDer<'static>,
    pub(super) pem: String,
    pub(super) key_pem: String,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// A certificate for `node`, issued `ago_days` ago by the fleet's authority.
    pub(super) fn issued(node: NodeId, ago_days: i64) -> Self {
        let key = rcgen::KeyPair::generate().expect("key");
        let request = rcgen::CertificateParams::default().serialize_request(&key).expect("request");
        let public = csr::read(&request.pem().expect("pem")).expect("request");
        let at = Clock.wall().plus_ms(-ago_days * DAY_MS);
        let issued = authority().issue_node(&public, node, at).expect("certificate");
        Self::of(node, issued.der.into(), issued.pem, &key)
    }

    /// A certificate for `node` from an authority that is not the fleet's.
    pub(super) fn foreign(node: NodeId) -> Self {
        let key = rcgen::KeyPair::generate().expect("key");
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, node.to_string());
        let certificate = params.self_signed(&key).expect("certificate");
        Self::of(node, certificate.der().clone(), certificate.pem(), &key)
    }

    fn of(node: NodeId, der: CertificateDer<'static>, pem: String, key: &rcgen::KeyPair) -> Self {
        let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self { node, der, pem, key_pem: key.serialize_pem(), key: secret }
    }

    pub(super) fn record(&self) -> NodeRecord {
        NodeRecord {
            id: self.node,
            key_sha256: csr::certificate_key_sha256(&self.der).expect("certificate"),
            certificate_der: self.der.to_vec(),
            certificate_ends: Clock.wall().plus_ms(DAY_MS),
            enrolled: Clock.wall(),
            code: "00000000".into(),
            site: None,
            revoked: None,
            ticket: None,
        }
    }
}

/// A running door.
#[derive(Debug)]
pub(super) struct World {
    pub(super) addresses: Addresses,
    pub(super) sessions: Arc<Sessions>,
    pub(super) fleet: Fleet,
    pub(super) history: History,
    pub(super) tls: Tls,
    pub(super) serving: Serving,
    pub(super) folder: Folder,
}

impl World {
    pub(super) async fn start() -> Self {
        Self::with(Router::new(), 1_000).await
    }

    pub(super) async fn with(router: Router, connections: usize) -> Self {
        let (folder, clock) = (Folder::new(), Clock);
        let store = Store::open(&folder.0).await.expect("registry");
        let history = History::open(&folder.0).await.expect("history");
        let fleet = Fleet::load(&store, &history, clock.now()).await.expect("fleet");
        let (ingest, _committer) =
            Ingest::start(history.clone(), fleet.clone(), clock).await.expect("ingest");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let identity = issue_server(&names, clock);
        let anchors = [authority().intermediate().clone()];
        let tls = Tls::new(&identity, &anchors, clock).expect("TLS");
        let sessions = Sessions::new();
        let door = Door::new(ingest, fleet.clone(), clock, Arc::clone(&sessions));
        let bound = bind(&anywhere()).await.expect("ports");
        let addresses = bound.addresses();
        let limits = Limits {
            node_connections: connections,
            web_connections: connections,
            live_feeds: 1,
            request: BOUND,
        };
        let serving = bound.serve(router, tls.clone(), door, &limits);
        Self { addresses, sessions, fleet, history, tls, serving, folder }
    }

    /// A node that the registry knows.
    pub(super) fn enrol(&self, number: u8) -> Identity {
        let identity = Identity::issued(NodeId::from_bytes([number; 5]), 0);
        self.fleet.node_enrolled(&identity.record(), Clock.now());
        identity
    }
}

/// Three ports of the machine's choice.
pub(super) fn anywhere() -> Listen {
    let any = "127.0.0.1:0".parse().expect("address");
    Listen { https: any, mqtt: any, http: Some(any), behind_tls_proxy: false }
}

/// A record of `node` that ingest takes.
pub(super) fn record_of(node: NodeId, sequence: u32) -> Vec<u8> {
    let header = Header {
        kind: Kind::Event,
        node,
        epoch: Epoch(77),
        first: Sequence(sequence),
        last: Sequence(sequence),
        boot: BootCounter(1),
        at: BootMs(60_000),
        clock: ClockTrust::Unsynchronised,
        dictionary: 1,
        configuration: 0,
        report_within_s: 60,
    };
    record::encode(&header, &Event::Started { before: None, machine: true }.encode())
}

/// A node's end of a connection.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) stream: TlsStream<TcpStream>,
    inbox: Vec<u8>,
}

impl Client {
    /// Connects with a node's certificate.
    pub(super) async fn connect(
        port: u16,
        identity: Option<&Identity>,
        alpn: &[u8],
    ) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(authority().intermediate().clone()).expect("anchor");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(roots);
        let mut config = match identity {
            Some(identity) => builder
                .with_client_auth_cert(vec![identity.der.clone()], identity.key.clone_key())
                .expect("client certificate"),
            None => builder.with_no_client_auth(),
        };
        if !alpn.is_empty() {
            config.alpn_protocols = vec![alpn.to_vec()];
        }
        let name = ServerName::try_from(authority().server_name()).expect("name");
        let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
        Ok(Self { stream, inbox: Vec::new() })
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
        self.stream.flush().await.expect("sent");
    }

    /// The next packet.
    pub(super) async fn next(&mut self) -> (u8, Vec<u8>) {
        self.try_next().await.expect("a packet")
    }

    /// The next packet, or `None` at the end of the connection.
    pub(super) async fn try_next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((first, body, rest)) = split_packet(&self.inbox) {
                let packet = (first, body.to_vec());
                self.inbox = rest.to_vec();
                return Some(packet);
            }
            let mut space = [0; 4_096];
            let read = tokio::time::timeout(BOUND, self.stream.read(&mut space));
            match read.await.expect("the server says something") {
                Ok(0) | Err(_) => return None,
                Ok(read) => self.inbox.extend(&space[..read]),
            }
        }
    }
}

/// Waits until `holds`; on time-out says what was waited for.
pub(super) async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(BOUND, waited).await.is_ok(), "waited {BOUND:?} in vain: {what}");
}

pub(super) fn write(folder: &Path, name: &str, text: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("path").to_owned()
}

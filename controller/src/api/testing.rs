//! What tests of this crate share: a folder that goes away, and the whole HTTP side over it.
//!
//! Enters: a configuration. Leaves: a router with real databases, a real fleet and real keys behind it, and requests as a
//! listener would hand them on.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::Authority;
use tokio::sync::watch;
use tower::ServiceExt;

use super::cookies::COOKIE_TLS;
use super::counters::Counters;
use super::session::{SignIns, Token};
use crate::access::{Access, Role, SessionKind};
use crate::app::{self, App, Peer, Transport};
use crate::clock::Clock;
use crate::config::Config;
use crate::door::Sessions;
use crate::enrol::Enrolment;
use crate::evidence::keys::EvidenceKey;
use crate::fleet::Fleet;
use crate::history::History;
use crate::ingest::Ingest;
use crate::secrets::seal::SealKey;
use crate::store::Store;
use crate::store::sessions::NewSession;

/// A folder of its own, removed when dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes one under the system's folder for temporary files.
pub(crate) fn folder() -> Folder {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("holdfast-controller-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&path).expect("a temporary folder");
    Folder(path)
}

/// A password that may be chosen.
pub(crate) const PASSWORD: &str = "a sentence of five words";

/// The whole HTTP side over real databases in a folder of its own; nothing listens.
pub(crate) struct Bench {
    pub(crate) app: Arc<App>,
    router: Router,
    pub(crate) stopping: watch::Sender<bool>,
    _folder: Folder,
}

/// What a test sends besides method and path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<serde_json::Value>,
    /// A form's fields, as a browser writes them; instead of `body`.
    pub(crate) form: Option<String>,
    pub(crate) transport: Option<Transport>,
    pub(crate) address: Option<IpAddr>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A header that carries a tool's token.
pub(crate) fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

/// A header that carries a browser's session over TLS.
pub(crate) fn cookie(token: &str) -> (&'static str, String) {
    ("cookie", format!("{COOKIE_TLS}={token}"))
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With a configuration of its own.
    pub(crate) async fn with(text: &str) -> Self {
        Self::with_access(text, Access::SHIPPED).await
    }

    /// With a configuration, and a table and matrix of its own.
    pub(crate) async fn with_access(text: &str, access: Access) -> Self {
        let folder = folder();
        let config = Config::from_text(text, None, Some(folder.path())).expect("configuration").1;
        let clock = Clock;
        let store = Store::open(folder.path()).await.expect("registry");
        let history = History::open(folder.path()).await.expect("history");
        let fleet = Fleet::load(&store, &history, clock.now()).await.expect("fleet");
        let (ingest, _task) = Ingest::start(history.clone(), fleet.clone(), clock).await.expect("ingest");
        let authority = Arc::new(authority(folder.path()));
        let urls = vec!["https://controller.example:8443".to_owned()];
        let enrolment =
            Enrolment::new(store.clone(), Arc::clone(&authority), clock, urls, Vec::new(), fleet.clone());
        let (stopping, stopping_seen) = watch::channel(false);
        let app = Arc::new(App {
            access,
            config: Arc::new(config),
            clock,
            store,
            history,
            fleet,
            ingest,
            sessions: Sessions::new(),
            authority,
            seal: SealKey::from_bytes(&[7; 32]).expect("a key"),
            evidence_key: EvidenceKey::load_or_make(folder.path()).expect("a key"),
            enrolment: Arc::new(enrolment),
            server_certificate_ends: Arc::new(AtomicI64::new(i64::MAX)),
            stopping: stopping_seen,
            sign_ins: SignIns::default(),
            audit_watch: Default::default(),
            imports: super::imports::Imports::default(),
            counters: Counters::default(),
            metrics_token_sha256: Some(Token::sha256("the metrics token")),
        });
        Self { router: app::router(Arc::clone(&app)), app, stopping, _folder: folder }
    }

    /// A person with these roles, and the token of a session that ends at `ends`.
    pub(crate) async fn session(&self, roles: &[Role], kind: SessionKind, ends: WallMs) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = self.app.clock.wall();
        let person = self.app.store.insert_person(&format!("person {number}"), "", roles, now).await;
        let token = format!("token {number}").replace(' ', "-");
        let session = NewSession {
            person: person.expect("person"),
            token_sha256: Token::sha256(&token),
            kind,
            ends,
            idle_ms: None,
            replaces: None,
        };
        self.app.store.insert_session(session, now).await.expect("session");
        token
    }

    /// The token of a person with one role, good for an hour.
    pub(crate) async fn token(&self, role: Role) -> String {
        self.session(&[role], SessionKind::Tool, self.app.clock.wall().plus_ms(3_600_000)).await
    }

    /// Sends a request as the listener would hand it on.
    pub(crate) async fn send(&self, method: &str, path: &str, sent: Sent) -> Answered {
        let response = self.send_open(method, path, sent).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 4 << 20).await.expect("body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    /// What a browser sends for a form of our own page; `cookie` may be empty.
    pub(crate) fn form_sent(pairs: &[(&str, &str)], cookie: &str) -> Sent {
        let encode = crate::web::chart::encode;
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let mut headers = Vec::new();
        if !cookie.is_empty() {
            headers.push(("cookie", cookie.to_owned()));
        }
        Sent { form: Some(pairs.join("&")), headers, ..Sent::default() }
    }

    /// Posts a form.
    pub(crate) async fn form(&self, path: &str, pairs: &[(&str, &str)], cookie: &str) -> Answered {
        self.send("POST", path, Self::form_sent(pairs, cookie)).await
    }

    /// Posts a form as a browser would.
    pub(crate) async fn post_form(
        &self,
        path: &str,
        body: &str,
        headers: Vec<(&'static str, String)>,
    ) -> Answered {
        self.send_bytes("POST", path, headers, body.as_bytes().to_vec()).await
    }

    /// Sends a body of any bytes.
    pub(crate) async fn send_bytes(
        &self,
        method: &str,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> Answered {
        let mut request =
            axum::http::Request::builder().method(method).uri(path).header("host", "localhost:8443");
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        request.extensions_mut().insert(Transport::Tls);
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 4 << 20).await.expect("body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    /// As [`Bench::send`], with the body still open.
    pub(crate) async fn send_open(&self, method: &str, path: &str, sent: Sent) -> axum::response::Response {
        let mut request =
            axum::http::Request::builder().method(method).uri(path).header("host", "localhost:8443");
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        let body = match (&sent.body, &sent.form) {
            (Some(value), _) => {
                request = request.header("content-type", "application/json");
                Body::from(serde_json::to_vec(value).expect("JSON"))
            }
            (None, Some(form)) => {
                request = request.header("content-type", "application/x-www-form-urlencoded");
                Body::from(form.clone())
            }
            (None, None) => Body::empty(),
        };
        let mut request = request.body(body).expect("a request");
        request.extensions_mut().insert(sent.transport.unwrap_or(Transport::Tls));
        request.extensions_mut().insert(Peer(sent.address.unwrap_or(IpAddr::from([192, 0, 2, 1]))));
        self.router.clone().oneshot(request).await.expect("infallible")
    }
}

/// An authority in this folder. Sealing the root key costs a second on purpose, so one is made and copied.
fn authority(data: &Path) -> Authority {
    static MADE: OnceLock<Folder> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = folder();
        // A month old, so that a test's story can lie in the past.
        let made = Clock.wall().plus_ms(-30 * 86_400_000);
        holdfast_provisioning::authority::create(&folder.path().join("keys"), made).expect("authority");
        folder
    });
    let (from, to) = (made.path().join("keys"), data.join("keys"));
    std::fs::create_dir(&to).expect("keys");
    for entry in std::fs::read_dir(from).expect("files") {
        let entry = entry.expect("file");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
    Authority::load(&to).expect("authority")
}

//! Starts the controller's parts in order, owns every task, and stops them in order.
//!
//! Enters: checked configuration. Leaves: a running controller until SIGTERM or SIGINT, `ports.json` in the data folder, the
//! line `ready` on stdout, READY, WATCHDOG and STOPPING for systemd.
//!
//! Start: 1. data folder and its lock; 2. the fleet's authority; 3. ports, bound and not served, so that one in use is said
//! before anything is written; 4. registry, then history; 5. fleet, from both; 6. ingest; 7. TLS, router, listeners; 8.
//! `ports.json`, READY, `ready`.
//!
//! Stop, each step bounded: 1. live feeds end; 2. listeners stop, sessions get their goodbye, answers are finished; 3. ingest
//! commits and acknowledges what it has taken; 4. the fleet stores its last words, retention ends its piece; 5. history, then the registry, are
//! closed, which writes their logs back. A task that ends by itself is a fault: the program stops and says so, and systemd
//! starts it again.

mod folder;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use holdfast_protocol::identity::MqttEndpoint;
use holdfast_provisioning::authority::{Authority, AuthorityError};
use holdfast_provisioning::files::{self, Access, FileError};
use sd_notify::NotifyState;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::counters::Counters;
use crate::api::problem::chain;
use crate::api::session::{SignIns, Token};
use crate::app::{self, App};
use crate::audit_watch::AuditWatch;
use crate::backup::schedule;
use crate::clock::Clock;
use crate::config::{Config, HostPort};
use crate::door::{Door, Sessions, Tls, TlsError};
use crate::enrol::Enrolment;
use crate::evidence::keep::check_statements;
use crate::evidence::keys::{EvidenceKey, EvidenceKeyError};
use crate::fleet::{self, Fleet};
use crate::history::{History, keep};
use crate::ingest::Ingest;
use crate::listen::{self, Addresses, Bound, ListenError, Serving};
use crate::secrets::seal::{SealError, SealKey};
use crate::store::{Store, StoreError};
pub use folder::{FolderError, KEYS_FOLDER, Lock, lock, private};

/// Where the ports are told.
pub const PORTS_FILE: &str = "ports.json";
/// How often sessions are swept and the server certificate is looked at.
const HOUSEKEEPING: Duration = Duration::from_secs(3_600);
/// How often the main task turns: a third of the shortest watchdog systemd allows to be set sensibly (30 s).
const TURN: Duration = Duration::from_secs(10);
/// Longest wait for the last commits; a full queue of the slowest order is 2 s of work.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for the fleet's last words.
const WORDS_WITHIN: Duration = Duration::from_secs(3);
/// Longest wait for a piece of rolling up or deleting.
const KEEP_WITHIN: Duration = Duration::from_secs(3);
/// Longest wait for a database to close: a checkpoint of 64 MiB at 15 MB/s. With the listeners' 5 s all of a stop is
/// bounded by 34 s; the unit allows 45.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// Shortest token of `/metrics`, in characters.
const METRICS_TOKEN_MIN: usize = 16;

/// Why the controller did not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The fleet's keys.
    #[error("the fleet's keys cannot be used")]
    Authority(#[from] AuthorityError),
    /// A port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key of evidence files.
    #[error(transparent)]
    EvidenceKey(#[from] EvidenceKeyError),
    /// The key of sealed values.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The token of `/metrics`.
    #[error(
        "the file {path} of metrics.token_file has {characters} characters; write a random token of at least \
         {METRICS_TOKEN_MIN}"
    )]
    MetricsToken {
        /// Which file.
        path: PathBuf,
        /// How many.
        characters: usize,
    },
    /// Signals cannot be listened to, or stdout is closed.
    #[error("the system refused a basic service")]
    System(#[from] std::io::Error),
    /// A task that runs for ever has ended.
    #[error("the task {0} ended by itself; look into the log above")]
    TaskEnded(&'static str),
}

/// Runs until a signal.
///
/// # Errors
/// [`RunError`]; when it comes back, nothing of the controller runs any more.
pub async fn run(config: Config) -> Result<(), RunError> {
    let clock = Clock;
    let mut signals = Signals::new()?;
    let lock = folder::open(&config.data)?;
    let keys_folder = config.data.join(KEYS_FOLDER);
    let keys = Keys {
        authority: Arc::new(Authority::load(&keys_folder)?),
        seal: SealKey::load_or_make(&keys_folder)?,
        evidence: EvidenceKey::load_or_make(&keys_folder)?,
    };
    let metrics_token_sha256 = config.metrics_token_file.as_deref().map(metrics_token).transpose()?;
    let bound = listen::bind(&config.listen).await?;
    let mut parts = Box::pin(Parts::start(config, clock, keys, metrics_token_sha256, bound)).await?;
    say_ready(&parts.app.config.data, parts.addresses)?;
    let ended = parts.turn(&mut signals).await;
    let _told = sd_notify::notify(&[NotifyState::Stopping]);
    Box::pin(parts.stop()).await;
    drop(lock);
    ended
}

/// Keys of the data folder.
struct Keys {
    authority: Arc<Authority>,
    seal: SealKey,
    evidence: EvidenceKey,
}

/// All that runs.
struct Parts {
    app: Arc<App>,
    tls: Tls,
    addresses: Addresses,
    serving: Serving,
    stopping: watch::Sender<bool>,
    ingest_task: JoinHandle<()>,
    fleet_stop: watch::Sender<bool>,
    fleet_task: JoinHandle<()>,
    keep_task: JoinHandle<()>,
    backup_task: JoinHandle<()>,
}

impl Parts {
    async fn start(
        config: Config,
        clock: Clock,
        Keys { authority, seal, evidence }: Keys,
        metrics_token_sha256: Option<[u8; 32]>,
        bound: Bound,
    ) -> Result<Self, RunError> {
        let config = Arc::new(config);
        let store = Store::open(&config.data).await?;
        let history = History::open(&config.data).await?;
        let fleet = Fleet::load(&store, &history, clock.now()).await?;
        let (ingest, ingest_task) = Ingest::start(history.clone(), fleet.clone(), clock).await?;
        let (fleet_stop, fleet_stopped) = watch::channel(false);
        let fleet_task = tokio::spawn(fleet::run::run(fleet.clone(), history.clone(), clock, fleet_stopped));

        let keep_stopped = fleet_stop.subscribe();
        let keep_task = tokio::spawn(keep::run(history.clone(), config.keep, clock, keep_stopped));

        let backup = (config.backup.clone(), config.data.clone(), config.file.clone());
        let backup_task =
            tokio::spawn(schedule::run(backup.0, backup.1, backup.2, clock, fleet_stop.subscribe()));

        let identity = authority.server(&config.names, clock.wall())?;
        let tls = Tls::new(&identity, std::slice::from_ref(authority.intermediate()), clock)?;
        let addresses = bound.addresses();
        let enrolment = Arc::new(Enrolment::new(
            store.clone(),
            Arc::clone(&authority),
            clock,
            urls(&config, addresses),
            endpoints(&config, addresses, &authority),
            fleet.clone(),
        ));
        let sessions = Sessions::new();
        let door = Door::new(ingest.clone(), fleet.clone(), clock, Arc::clone(&sessions));
        let (stopping, stopping_seen) = watch::channel(false);
        let limits = config.limits;
        let app = Arc::new(App {
            access: crate::access::Access::SHIPPED,
            config,
            clock,
            store,
            history,
            fleet,
            ingest,
            sessions,
            authority,
            seal,
            evidence_key: evidence,
            enrolment,
            server_certificate_ends: Arc::new(AtomicI64::new(identity.ends_s.saturating_mul(1_000))),
            stopping: stopping_seen,
            sign_ins: SignIns::default(),
            audit_watch: AuditWatch::default(),
            imports: crate::api::imports::Imports::default(),
            counters: Counters::default(),
            metrics_token_sha256,
        });
        if let Err(error) = app.sign_ins.warm_up().await {
            tracing::warn!(cause = %chain(&error), "the decoy password could not be hashed; it is made at first use");
        }
        let serving = bound.serve(app::router(Arc::clone(&app)), tls.clone(), door, &limits);
        Ok(Self {
            app,
            tls,
            addresses,
            serving,
            stopping,
            ingest_task,
            fleet_stop,
            fleet_task,
            keep_task,
            backup_task,
        })
    }

    /// Turns until a signal, or until a task ends that should not.
    async fn turn(&mut self, signals: &mut Signals) -> Result<(), RunError> {
        let mut turns = tokio::time::interval(TURN);
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        loop {
            tokio::select! {
                name = signals.next() => {
                    tracing::info!(signal = name, "stopping");
                    return Ok(());
                }
                _ = &mut self.ingest_task => return Err(RunError::TaskEnded("ingest")),
                _ = &mut self.fleet_task => return Err(RunError::TaskEnded("fleet")),
                _ = &mut self.keep_task => return Err(RunError::TaskEnded("retention")),
                _ = &mut self.backup_task => return Err(RunError::TaskEnded("backup")),
                _ = turns.tick() => { let _told = sd_notify::notify(&[NotifyState::Watchdog]); }
                _ = housekeeping.tick() => self.keep_house().await,
            }
        }
    }

    /// Sweeps sessions that have ended, walks along the audit log, checks statements of nodes, and renews the server's
    /// certificate in time.
    async fn keep_house(&self) {
        let now = self.app.clock.wall();
        if let Err(error) = self.app.store.sweep_sessions(now).await {
            tracing::warn!(cause = %chain(&error), "ended sessions could not be swept; tried again in an hour");
        }
        self.app.audit_watch.keep(&self.app.store, &self.app.config.data, now).await;
        crate::api::imports::sweep(&self.app, now).await;
        if let Err(error) = check_statements(&self.app.store, &self.app.history).await {
            tracing::warn!(cause = %chain(&error), "statements could not be checked; tried again in an hour, and before anybody looks");
        }
        let renewed = self.app.authority.server(&self.app.config.names, now);
        let used = renewed.map_err(RunError::from).and_then(|identity| {
            self.tls.replace(&identity)?;
            Ok(identity.ends_s)
        });
        match used {
            Ok(ends_s) => {
                self.app.server_certificate_ends.store(ends_s.saturating_mul(1_000), Ordering::Relaxed);
            }
            Err(error) => {
                tracing::error!(cause = %chain(&error), "the server certificate could not be renewed; tried again in an hour");
            }
        }
    }

    async fn stop(self) {
        self.stopping.send_replace(true);
        self.serving.stop().await;
        self.app.ingest.close();
        if !self.ingest_task.is_finished() {
            within("ingest", DRAIN_WITHIN, self.ingest_task).await;
        }
        self.fleet_stop.send_replace(true);
        if !self.fleet_task.is_finished() {
            within("fleet", WORDS_WITHIN, self.fleet_task).await;
        }
        // Told together with the fleet; a piece of it is a fraction of a second, and one that is cut is done again.
        if !self.keep_task.is_finished() {
            within("retention", KEEP_WITHIN, self.keep_task).await;
        }
        // One that is cut off leaves nothing at its target; it is due again at the next start.
        if !self.backup_task.is_finished() {
            within("backup", KEEP_WITHIN, self.backup_task).await;
        }
        within("history", CLOSE_WITHIN, self.app.history.close()).await;
        within("registry", CLOSE_WITHIN, self.app.store.close()).await;
        tracing::info!("stopped");
    }
}

async fn within<T>(what: &'static str, most: Duration, work: impl Future<Output = T>) {
    if tokio::time::timeout(most, work).await.is_err() {
        tracing::error!(part = what, "did not end within {} s; dropped", most.as_secs());
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, std::io::Error> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Tells the ports and that all is up: to files, to systemd, to whoever reads stdout, in this order.
fn say_ready(data: &Path, addresses: Addresses) -> Result<(), RunError> {
    let ports = serde_json::json!({
        "http": addresses.http.map(|address| address.port()),
        "https": addresses.https.port(),
        "mqtt": addresses.mqtt.port(),
    });
    files::write_durably(&data.join(PORTS_FILE), format!("{ports}\n").as_bytes(), Access::Public)?;
    tracing::info!(
        version = holdfast_protocol::PROGRAM_VERSION,
        https = %addresses.https,
        mqtt = %addresses.mqtt,
        http = addresses.http.map(tracing::field::display),
        "ready"
    );
    let _told = sd_notify::notify(&[NotifyState::Ready]);
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    Ok(())
}

/// Where a node enrols: as configured, else by each name on the port that is bound.
fn urls(config: &Config, addresses: Addresses) -> Vec<String> {
    if !config.ticket_urls.is_empty() {
        return config.ticket_urls.clone();
    }
    let port = addresses.https.port();
    reachable(config).map(|name| format!("https://{}:{port}", bracketed(name))).collect()
}

/// Where an enrolled node reports.
fn endpoints(config: &Config, addresses: Addresses, authority: &Authority) -> Vec<MqttEndpoint> {
    let server_name = authority.server_name();
    let made =
        |host: &str, port| MqttEndpoint { host: host.to_owned(), port, server_name: server_name.clone() };
    if config.mqtt_endpoints.is_empty() {
        return reachable(config).map(|name| made(name, addresses.mqtt.port())).collect();
    }
    config.mqtt_endpoints.iter().map(|HostPort { host, port }| made(host, *port)).collect()
}

/// The first names: as many as a ticket carries.
fn reachable(config: &Config) -> impl Iterator<Item = &String> {
    config.names.iter().take(holdfast_protocol::ticket::URLS_MAX)
}

fn bracketed(name: &str) -> String {
    if name.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{name}]") } else { name.to_owned() }
}

fn metrics_token(path: &Path) -> Result<[u8; 32], RunError> {
    files::require_private(path)?;
    let text = files::read_text(path)?;
    let token = text.trim();
    let characters = token.chars().count();
    if characters < METRICS_TOKEN_MIN {
        return Err(RunError::MetricsToken { path: path.to_path_buf(), characters });
    }
    Ok(Token::sha256(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::from_text(text, None, None).expect("configuration").1
    }

    fn addresses() -> Addresses {
        let at = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
        Addresses { https: at(40_001), mqtt: at(40_002), http: None }
    }

    #[test]
    fn tickets_name_what_is_configured_or_else_names_and_bound_ports() {
        let made = urls(&config("[server]\nnames = [\"c.example\", \"2001:db8::1\"]"), addresses());
        assert_eq!(made, ["https://c.example:40001", "https://[2001:db8::1]:40001"]);
        let given = urls(&config("[tickets]\nurls = [\"https://public.example\"]"), addresses());
        assert_eq!(given, ["https://public.example"]);
    }

    #[test]
    fn a_metrics_token_that_is_short_or_open_to_all_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = crate::api::testing::folder();
        let path = folder.path().join("token");
        std::fs::write(&path, "0123456789abcdef\n").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("mode");
        assert!(matches!(metrics_token(&path), Err(RunError::File(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
        assert_eq!(metrics_token(&path).expect("token"), Token::sha256("0123456789abcdef"));
        std::fs::write(&path, "short\n").expect("written");
        assert!(matches!(metrics_token(&path), Err(RunError::MetricsToken { characters: 5, .. })));
    }
}

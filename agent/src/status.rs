//! The status socket: what the agent knows of itself, one JSON object in one line to whoever connects, then the end.
//!
//! Enters: connections on a unix socket (mode 0660); nothing is read from them. Leaves: [`Status`]. At most
//! [`CONNECTIONS_MAX`] at once, each for at most [`WRITE_LIMIT`]: a reader that does not read keeps nobody waiting. The
//! shape is numbered: a field may be added under the same number, never changed. No address, key or place is in it.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast_protocol::ids::{BootCounter, NodeId};
use holdfast_protocol::time::{BootMs, ClockTrust};
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::clock::Clock;
use crate::link::Observed;
use crate::link::account::Account;
use crate::link::driver::SharedSpool;
use crate::probe::set::State;
use crate::records::lock;
use crate::spool::Disk;

/// Number of this shape.
pub const SCHEMA: u32 = 1;
/// Connections served at once: a console, a check and a few impatient scripts.
const CONNECTIONS_MAX: usize = 8;
/// How long a reader may take for its few kilobytes.
const WRITE_LIMIT: Duration = Duration::from_secs(2);
/// Pause after a failed accept (no free descriptor), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What the sampler publishes after each frame.
#[derive(Debug, Clone)]
pub struct Core {
    /// Who the node is.
    pub node: NodeId,
    /// Which start.
    pub boot: BootCounter,
    /// When the agent started.
    pub started_at: BootMs,
    /// Time from one frame to the next.
    pub step: Duration,
    /// Time from one record to the next.
    pub interval: Duration,
    /// The promise in records, in seconds.
    pub report_within_s: u32,
    /// When the last frame was taken.
    pub last_sample: Option<BootMs>,
    /// When the last report became durable.
    pub last_report: Option<BootMs>,
    /// When the next is due.
    pub next_report: BootMs,
    /// Ticks missed since the start.
    pub missed_samples: u64,
    /// How each probe does.
    pub probes: Vec<State>,
    /// Records that wait in memory because the disk refuses.
    pub held_records: usize,
    /// Records dropped since the start because nothing took them.
    pub dropped_records: u64,
}

/// The whole answer. Instants are milliseconds since boot (`…_at_boot_ms`) or ages (`…_age_ms`).
#[derive(Debug, Serialize)]
struct Status {
    schema: u32,
    node: NodeId,
    agent: &'static str,
    boot: BootCounter,
    now_boot_ms: u64,
    up_ms: u64,
    clock: ClockStatus,
    report: ReportStatus,
    probes: Vec<ProbeStatus>,
    link: LinkStatus,
    spool: SpoolStatus,
    bytes: Account,
}

#[derive(Debug, Serialize)]
struct ClockStatus {
    synchronised: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_ms: Option<u32>,
}

#[derive(Debug, Serialize)]
struct ReportStatus {
    step_ms: u64,
    interval_ms: u64,
    within_s: u32,
    last_sample_age_ms: Option<u64>,
    last_age_ms: Option<u64>,
    next_in_ms: u64,
    missed_samples: u64,
}

#[derive(Debug, Serialize)]
struct ProbeStatus {
    #[serde(flatten)]
    state: State,
    age_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
struct LinkStatus {
    connected: bool,
    connected_for_ms: Option<u64>,
    down_for_ms: Option<u64>,
    down_cause: Option<&'static str>,
    holding: bool,
    rtt_us: Option<u32>,
    rtt_us_min: Option<u32>,
    retransmits: u64,
    sessions: u64,
    outages: u64,
    last_ack_age_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
struct SpoolStatus {
    epoch: u32,
    /// The number the next record gets; all before it are acknowledged, declared lost, or wait.
    next_sequence: Option<u32>,
    waiting_records: u64,
    waiting_bytes: u64,
    used_bytes: u64,
    room_bytes: u64,
    lost_records: u64,
    held_records: usize,
    dropped_records: u64,
}

/// Why the socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// Another agent answers on it.
    #[error("another agent answers on {}; stop it first, or give this one another paths.socket", path.display())]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// Something that is no socket is in its place.
    #[error("{} is there and is no socket; move it away, or set another paths.socket", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The system refused.
    #[error("could not listen on {}; its folder must exist and be writable by the agent's user", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The socket; its file is removed when this is dropped.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Makes the socket; one that an agent left behind when it was killed is replaced.
    ///
    /// # Errors
    /// [`StatusError`].
    pub fn bind(path: &Path) -> Result<Self, StatusError> {
        use std::os::unix::fs::FileTypeExt;
        match std::fs::symlink_metadata(path) {
            Ok(found) if !found.file_type().is_socket() => {
                return Err(StatusError::NotASocket { path: path.to_owned() });
            }
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
                return Err(StatusError::InUse { path: path.to_owned() });
            }
            // Nobody answers: it was left behind. What cannot be removed is told by bind.
            Ok(_) => drop(std::fs::remove_file(path)),
            Err(_) => {}
        }
        let listen = |source| StatusError::Listen { path: path.to_owned(), source };
        let listener = UnixListener::bind(path).map_err(listen)?;
        let socket = Self { listener, path: path.to_owned() };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).map_err(listen)?;
        Ok(socket)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // It may be gone already; the next start replaces what is left.
        let _gone = std::fs::remove_file(&self.path);
    }
}

/// What the status task reads.
pub struct Sources<D> {
    /// From the sampler.
    pub core: watch::Receiver<Core>,
    /// From the link.
    pub observed: watch::Receiver<Observed>,
    /// The spool, for its figures.
    pub spool: SharedSpool<D>,
    /// The clock.
    pub clock: Clock,
}

/// Answers until dropped. Nothing is lost then but answers under way.
pub async fn serve<D: Disk + 'static>(socket: Socket, sources: Sources<D>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // Who finds no place waits in the kernel's queue.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match socket.listener.accept().await {
            Ok((stream, _)) => {
                let line = sources.line();
                tokio::task::spawn_local(async move {
                    answer(stream, &line).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a status connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, line: &[u8]) {
    let written = timeout(WRITE_LIMIT, async {
        stream.write_all(line).await?;
        stream.shutdown().await
    });
    match written.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a status reader went away"),
        Err(_) => tracing::debug!("a status reader does not read"),
    }
}

impl<D: Disk> Sources<D> {
    /// The answer at this moment, with its newline.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(&self.status()).unwrap_or_default();
        line.push(b'\n');
        line
    }

    fn status(&self) -> Status {
        let reading = self.clock.read();
        let now = reading.boot;
        let age = |at: BootMs| now.since_ms(at);
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let core = self.core.borrow().clone();
        let seen = self.observed.borrow().clone();
        let (epoch, next_sequence, stats) = {
            let spool = lock(&self.spool);
            (spool.epoch(), spool.next_sequence().ok(), spool.stats())
        };
        Status {
            schema: SCHEMA,
            node: core.node,
            agent: holdfast_protocol::PROGRAM_VERSION,
            boot: core.boot,
            now_boot_ms: now.0,
            up_ms: age(core.started_at),
            clock: match reading.trust_at(now) {
                ClockTrust::Synchronised { wall, error_ms } => {
                    ClockStatus { synchronised: true, wall_ms: Some(wall.0), error_ms: Some(error_ms) }
                }
                ClockTrust::Unsynchronised => {
                    ClockStatus { synchronised: false, wall_ms: None, error_ms: None }
                }
            },
            report: ReportStatus {
                step_ms: millis(core.step),
                interval_ms: millis(core.interval),
                within_s: core.report_within_s,
                last_sample_age_ms: core.last_sample.map(age),
                last_age_ms: core.last_report.map(age),
                next_in_ms: core.next_report.since_ms(now),
                missed_samples: core.missed_samples,
            },
            probes: core
                .probes
                .into_iter()
                .map(|state| ProbeStatus { age_ms: state.read_at_boot_ms.map(|at| age(BootMs(at))), state })
                .collect(),
            link: LinkStatus {
                connected: seen.connected_since.is_some(),
                connected_for_ms: seen.connected_since.map(age),
                down_for_ms: seen.down_since.map(age),
                down_cause: seen.down_cause.map(|cause| cause.word()),
                holding: seen.holding,
                rtt_us: seen.rtt_us,
                rtt_us_min: seen.rtt_us_min,
                retransmits: seen.retransmits,
                sessions: seen.sessions,
                outages: seen.outages,
                last_ack_age_ms: seen.last_ack.map(age),
            },
            spool: SpoolStatus {
                epoch: epoch.0,
                next_sequence: next_sequence.map(|next| next.0),
                waiting_records: stats.waiting_records,
                waiting_bytes: stats.waiting_bytes,
                used_bytes: stats.used_bytes,
                room_bytes: stats.room_bytes,
                lost_records: stats.lost.total(),
                held_records: core.held_records,
                dropped_records: core.dropped_records,
            },
            bytes: seen.account,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use holdfast_protocol::ids::Epoch;
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::spool::files::FileDisk;
    use crate::spool::{Limits, Spool, SpoolKey};
    use crate::testing::Folder;

    fn sources(folder: &Folder) -> Sources<FileDisk> {
        let disk = FileDisk::open(&folder.path().join("spool")).expect("made");
        let limits = Limits::with_total(1 << 20).expect("large enough");
        let (spool, _) = Spool::open(disk, SpoolKey::new(&[3; 32]), limits, Epoch(9)).expect("new");
        let core = Core {
            node: NodeId::from_bytes([7; 5]),
            boot: BootCounter(41),
            started_at: BootMs(1),
            step: Duration::from_secs(10),
            interval: Duration::from_secs(60),
            report_within_s: 90,
            last_sample: Some(BootMs(2)),
            last_report: None,
            next_report: BootMs(u64::MAX),
            missed_samples: 0,
            probes: Vec::new(),
            held_records: 0,
            dropped_records: 0,
        };
        Sources {
            core: watch::channel(core).1,
            observed: watch::channel(Observed::default()).1,
            spool: Arc::new(Mutex::new(spool)),
            clock: Clock,
        }
    }

    async fn ask(path: &Path) -> serde_json::Value {
        let mut stream = UnixStream::connect(path).await.expect("there");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer");
        assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    #[tokio::test]
    async fn who_connects_gets_one_line_and_a_reader_that_does_not_read_keeps_nobody_waiting() {
        let folder = Folder::new("status");
        let path = folder.path().join("agent.sock");
        let (socket, sources) = (Socket::bind(&path).expect("bound"), sources(&folder));
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                let task = tokio::task::spawn_local(serve(socket, sources));
                let mut idle = Vec::new();
                for _ in 0..CONNECTIONS_MAX * 3 {
                    idle.push(UnixStream::connect(&path).await.expect("accepted or queued"));
                }
                let status = timeout(Duration::from_secs(20), ask(&path)).await.expect("not kept waiting");
                assert_eq!(status["schema"], 1);
                assert_eq!(status["node"], NodeId::from_bytes([7; 5]).to_string());
                assert_eq!(status["boot"], 41);
                assert_eq!(status["link"]["connected"], false);
                assert_eq!(status["spool"]["waiting_records"], 0);
                assert_eq!(status["report"]["within_s"], 90);
                task.abort();
                let _ended = task.await;
            })
            .await;
        assert!(!path.exists(), "the socket is removed");
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_a_live_one_or_a_file_is_not() {
        let folder = Folder::new("bind");
        let path = folder.path().join("agent.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
        let live = Socket::bind(&path).expect("replaced");
        assert!(matches!(Socket::bind(&path), Err(StatusError::InUse { .. })));
        drop(live);
        std::fs::write(&path, "precious").expect("written");
        assert!(matches!(Socket::bind(&path), Err(StatusError::NotASocket { .. })));
        assert_eq!(std::fs::read_to_string(&path).expect("kept"), "precious");
        let error = Socket::bind(&folder.path().join("none/agent.sock")).expect_err("refused");
        assert!(error.to_string().contains("none/agent.sock"), "{error}");
    }
}

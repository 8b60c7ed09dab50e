//! Wires the parts of an agent and owns the order in which they start and stop.
//!
//! Enters: settings and probes. Leaves: when the agent was told to stop, or why it could not go on. Everything runs on one
//! thread; only probes that may block have their own. The spool is synced on that thread too: at one record a minute a
//! second of fsync on a bad disk delays a ping, while a second thread would cost memory in the best case.
//!
//! Start: identity (or wait for enrolment) → spool → number of this boot → status socket → link → `Started` → first frame →
//! READY. Stop, in this order, bounded by [`STOP_LIMIT`]:
//! 1. no more frames;
//! 2. the frames so far and `Stopping` become durable in the spool;
//! 3. the link sends what it can within its own five seconds, says so and disconnects;
//! 4. the status socket closes and is removed;
//! 5. the spool closes.
//!
//! If the future of [`run`] is dropped instead, frames since the last report are lost, and nothing else.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_protocol::block::Block;
use holdfast_protocol::event::Event;
use holdfast_protocol::ids::{BootCounter, Epoch};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;
use ring::rand::{SecureRandom, SystemRandom};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{sleep, timeout};

use crate::clock::{Clock, Reading, StepWatch};
use crate::config::Settings;
use crate::identity::{self, Identity, IdentityError};
use crate::link::driver::{Link, SharedSpool};
use crate::link::tls::{self, TlsError};
use crate::link::{LinkSettings, Observed, Outage};
use crate::node_state::{self, NodeStateError};
use crate::probe::agent::{AgentProbe, SpoolFill};
use crate::probe::connectivity::ConnectivityProbe;
use crate::probe::set::ProbeSet;
use crate::probe::source::Root;
use crate::probe::{Probe, clock::ClockProbe, serials};
use crate::records::{Made, Origin, Recorder, lock};
use crate::sampler::{self, Gather};
use crate::schedule::{Schedule, report_within_s};
use crate::spool::files::FileDisk;
use crate::spool::{Spool, SpoolError};
use crate::statement::{SALT_CONTEXT, StatementError, Witness};
use crate::status::{self, Core, Socket, Sources, StatusError};

/// Longest stop: five seconds of farewell, as many again for a TLS write that hangs. systemd's TimeoutStopSec is 20 s.
pub const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How often a node that is not enrolled looks again.
const ENROLMENT_PAUSE: Duration = Duration::from_secs(5);
/// Outages told and not yet spooled: one is taken in within a frame, and each takes at least one failed attempt.
const OUTAGES_MAX: usize = 16;
/// Longest that one frame waits for slow probes.
const BUDGET_MAX: Duration = Duration::from_secs(2);
/// What turns statements of serials off, in `probes.off`.
const SERIALS: &str = "serials";
/// Longest sleep between frames: tokio's clock stands still while the machine sleeps, the node's own does not.
const NAP_MAX: Duration = Duration::from_secs(60);

/// Why an agent could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    /// The identity folder is unusable.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The identity cannot be used for TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The spool could not be opened.
    #[error("the spool in {} could not be opened", path.display())]
    Spool {
        /// Its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: SpoolError,
    },
    /// This start could not be numbered.
    #[error(transparent)]
    NodeState(#[from] NodeStateError),
    /// The status socket could not be made.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// A folder could not be made.
    #[error("could not make the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The system has no random bytes.
    #[error("the system gives no random bytes; without them there is no new spool and no jitter")]
    Random,
    /// The identity's key cannot sign statements.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// Signals cannot be listened for.
    #[error("could not listen for SIGTERM and SIGINT")]
    Signals(#[source] std::io::Error),
    /// The link's task ended by itself, which only a mistake in it can do.
    #[error("the link ended by itself; what was not acknowledged is in the spool")]
    LinkEnded,
}

/// Runs an agent until SIGTERM or SIGINT. `probes` read the machine; those that look at the agent itself are added here.
/// `machine` is where its serials are read.
/// Needs a current-thread runtime with time, I/O and signals.
///
/// # Errors
/// [`SuperviseError`].
pub async fn run(
    settings: Settings,
    probes: Vec<Box<dyn Probe>>,
    machine: Root,
) -> Result<(), SuperviseError> {
    let local = LocalSet::new();
    local.run_until(Box::pin(run_local(settings, probes, machine))).await
}

async fn run_local(
    settings: Settings,
    probes: Vec<Box<dyn Probe>>,
    machine: Root,
) -> Result<(), SuperviseError> {
    let mut stop = Stop::listen()?;
    let Some(identity) = wait_for_identity(&settings, &mut stop).await? else { return Ok(()) };
    let mut agent = Agent::start(&settings, probes, machine, identity)?;
    let result = agent.work(&mut stop).await;
    notify(&[NotifyState::Stopping]);
    agent.stop(&mut stop).await;
    result
}

/// The signals that end an agent in good order.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> Result<Self, SuperviseError> {
        let listen = |kind| signal(kind).map_err(SuperviseError::Signals);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for one. No signal is lost when this future is dropped.
    async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Reads the identity, waiting for `holdfast enrol` where there is none; `None` when told to stop meanwhile. Readings of that
/// time are not kept: the spool's key and the node's id come with the enrolment.
async fn wait_for_identity(settings: &Settings, stop: &mut Stop) -> Result<Option<Identity>, SuperviseError> {
    let mut told = false;
    loop {
        match identity::load(&settings.paths.identity) {
            Ok(identity) => return Ok(Some(identity)),
            Err(error @ IdentityError::NotEnrolled { .. }) => {
                if !told {
                    tracing::warn!("{error}. Waiting for it");
                    notify(&[
                        NotifyState::Ready,
                        NotifyState::Status("waiting for enrolment: run holdfast enrol"),
                    ]);
                }
                told = true;
            }
            // Enrolment is writing the folder at this moment.
            Err(IdentityError::Read { source, .. })
                if told && source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        notify(&[NotifyState::Watchdog]);
        tokio::select! {
            () = sleep(ENROLMENT_PAUSE) => {}
            () = stop.told() => return Ok(None),
        }
    }
}

struct Agent {
    clock: Clock,
    schedule: Schedule,
    budget: Duration,
    /// Longest time between two pings of systemd's watchdog, where it watches.
    watchdog: Option<Duration>,
    steps: StepWatch,
    probes: ProbeSet,
    gather: Gather,
    /// What states serials, and where they are read; none where the settings turn it off.
    witness: Option<(Witness, Root)>,
    recorder: Recorder<FileDisk>,
    spool: SharedSpool<FileDisk>,
    wake: Arc<Notify>,
    outages: mpsc::Receiver<Outage>,
    core: watch::Sender<Core>,
    fill: watch::Sender<SpoolFill>,
    stop_link: watch::Sender<bool>,
    link: JoinHandle<()>,
    status: JoinHandle<()>,
}

impl Agent {
    fn start(
        settings: &Settings,
        probes: Vec<Box<dyn Probe>>,
        machine: Root,
        identity: Identity,
    ) -> Result<Self, SuperviseError> {
        let clock = Clock;
        let tls = tls::client_config(&identity.pem, clock)?;
        make_folders(settings)?;
        let (spool, salts) = open_spool(settings)?;
        let start = node_state::begin(&settings.paths.state, || newest_boot(&spool))?;
        let socket = Socket::bind(&settings.paths.socket)?;
        let seed = u64::from_le_bytes(random()?);
        let within_s = report_within_s(settings.report_interval, settings.step);
        let node = identity.node.node;
        let reading = clock.read();
        let epoch = lock(&spool).epoch();
        tracing::info!(
            node.id = %node, boot = start.boot.0, epoch = epoch.0, seed, version = holdfast_protocol::PROGRAM_VERSION,
            waiting = lock(&spool).stats().waiting_records, "agent started"
        );
        let witness = Witness::new((node, start.boot), &identity.pem.key, &salts, &settings.paths.state)?;
        let origin = Origin { node, boot: start.boot, report_within_s: within_s };
        let recorder = Recorder::new(Arc::clone(&spool), origin);
        let (observe, observed) = watch::channel(Observed::default());
        let (fill, filled) = watch::channel(recorder.fill());
        let probes = with_own(probes, settings, &observed, filled);
        let (tell, outages) = mpsc::channel(OUTAGES_MAX);
        let (stop_link, stop) = watch::channel(false);
        let wake = Arc::new(Notify::new());
        let link = Link {
            settings: LinkSettings {
                identity: identity.node,
                boot: start.boot,
                version: holdfast_protocol::PROGRAM_VERSION.to_owned(),
                backoff_ms_max: millis(settings.retry_max),
                seed,
            },
            tls,
            spool: Arc::clone(&spool),
            wake: Arc::clone(&wake),
            observed: observe,
            outages: tell,
            stop,
            clock,
        };
        let schedule = Schedule::new(reading.boot, settings.step, settings.report_interval);
        let (core, shown) = watch::channel(first_core(settings, &origin, &reading, &schedule));
        let sources = Sources { core: shown, observed, spool: Arc::clone(&spool), clock };
        let mut agent = Self {
            clock,
            schedule,
            budget: (settings.step / 2).min(BUDGET_MAX),
            // Twice in each period, as sd_watchdog_enabled(3) advises.
            watchdog: sd_notify::watchdog_enabled().map(|period| period / 2),
            steps: StepWatch::default(),
            probes: ProbeSet::new(probes, clock),
            gather: Gather::new(millis(settings.step)),
            witness: settings.is_on(SERIALS).then_some((witness, machine)),
            recorder,
            spool,
            wake,
            outages,
            core,
            fill,
            stop_link,
            link: spawn_local(Box::pin(link.run())),
            status: spawn_local(status::serve(socket, sources)),
        };
        agent.tell(&Event::Started { before: start.before, machine: start.machine }, reading.boot, &reading);
        Ok(agent)
    }

    /// Samples and reports until told to stop.
    async fn work(&mut self, stop: &mut Stop) -> Result<(), SuperviseError> {
        self.tick().await;
        notify(&[NotifyState::Ready, NotifyState::Status("sampling")]);
        loop {
            let nap = self
                .clock
                .until(self.schedule.next_deadline())
                .min(self.watchdog.unwrap_or(NAP_MAX))
                .min(NAP_MAX);
            tokio::select! {
                () = stop.told() => return Ok(()),
                _ended = &mut self.link => return Err(SuperviseError::LinkEnded),
                Some(outage) = self.outages.recv() => self.on_outage(&outage),
                () = sleep(nap) => self.tick().await,
            }
            // Reached only while frames are taken on time: a sampler that hangs pings no more.
            notify(&[NotifyState::Watchdog]);
        }
    }

    /// Takes a frame and makes a report, if they are due.
    async fn tick(&mut self) {
        let Some(due) = self.schedule.on_wake(self.clock.boot()) else { return };
        let reading = self.clock.read();
        if let Some(by_ms) = self.steps.on_reading(&reading) {
            tracing::warn!(by_ms, "the wall clock was stepped");
            self.tell(&Event::ClockStepped { by_ms }, reading.boot, &reading);
        }
        if due.missed > 0 {
            tracing::debug!(missed = due.missed, "ticks were missed");
        }
        let (frame, events) = self.probes.sample(reading.boot, self.budget).await;
        for event in &events {
            self.tell(event, reading.boot, &reading);
        }
        if let Some(block) = self.gather.push(frame) {
            self.take(block);
        }
        self.state(&reading);
        if due.report {
            self.report();
        }
        let _same = self.fill.send_if_modified(|fill| {
            let now = self.recorder.fill();
            std::mem::replace(fill, now) != now
        });
        let (held_records, dropped_records) = self.recorder.in_memory();
        self.core.send_modify(|core| {
            core.last_sample = Some(reading.boot);
            core.last_report = if due.report { Some(reading.boot) } else { core.last_report };
            core.next_report = self.schedule.next_report();
            core.missed_samples = core.missed_samples.saturating_add(due.missed);
            core.probes = self.probes.states();
            core.held_records = held_records;
            core.dropped_records = dropped_records;
        });
    }

    /// Says which serials the machine shows, when that is due; durable with the next report.
    fn state(&mut self, reading: &Reading) {
        let Some((witness, machine)) = &mut self.witness else { return };
        let (at, clock) = (reading.boot, reading.trust_at(reading.boot));
        match witness.due(at, clock, || serials::observe(machine)) {
            Ok(Some(body)) => self.recorder.take(Made { kind: Kind::Statement, at, clock, body }),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the serials of this machine are not stated"),
        }
    }

    /// Makes a record of the frames so far, and everything durable.
    fn report(&mut self) {
        if let Some(block) = self.gather.close() {
            self.take(block);
        }
        self.flush();
    }

    fn take(&mut self, block: Block) {
        let reading = self.clock.read();
        match sampler::bodies(block) {
            Ok(bodies) => {
                for body in bodies {
                    let clock = reading.trust_at(body.first_at);
                    self.recorder.take(Made {
                        kind: Kind::Block,
                        at: body.first_at,
                        clock,
                        body: body.bytes,
                    });
                }
            }
            Err(error) => tracing::error!(%error, "frames do not fit a record and are lost"),
        }
    }

    fn on_outage(&mut self, outage: &Outage) {
        let event = Event::Outage { cause: outage.cause, began: outage.began, attempts: outage.attempts };
        let reading = self.clock.read();
        self.tell(&event, outage.ended, &reading);
    }

    /// Spools an event and lets the link send it at once.
    fn tell(&mut self, event: &Event, at: BootMs, reading: &Reading) {
        self.recorder.event(event, at, reading.trust_at(at));
        self.flush();
    }

    fn flush(&mut self) {
        let reading = self.clock.read();
        self.recorder.flush(reading.boot, reading.trust_at(reading.boot));
        self.wake.notify_one();
    }

    /// Stops in the order that stands at the head of this file. A second signal cuts the farewell short.
    async fn stop(mut self, stop: &mut Stop) {
        let reading = self.clock.read();
        if let Some(block) = self.gather.close() {
            self.take(block);
        }
        self.tell(&Event::Stopping, reading.boot, &reading);
        self.stop_link.send_replace(true);
        if !self.link.is_finished() {
            tokio::select! {
                ended = timeout(STOP_LIMIT, &mut self.link) => if ended.is_err() {
                    tracing::warn!("the link did not end in time");
                },
                () = stop.told() => tracing::warn!("told twice to stop"),
            }
        }
        // A task that has ended was awaited already, here or by `work`.
        for task in [self.link, self.status].into_iter().filter(|task| !task.is_finished()) {
            task.abort();
            let _aborted = task.await;
        }
        drop(self.recorder);
        let waiting = lock(&self.spool).stats().waiting_records;
        // Every other holder has ended above; were one left, the spool is synced all the same.
        let closed = match Arc::try_unwrap(self.spool) {
            Ok(spool) => {
                spool.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).close().map(drop)
            }
            Err(shared) => lock(&shared).sync(),
        };
        match closed {
            Ok(()) => tracing::info!(waiting, "agent stopped"),
            Err(error) => tracing::error!(error = crate::records::chain(&error), "the spool did not close"),
        }
    }
}

fn make_folders(settings: &Settings) -> Result<(), SuperviseError> {
    use std::os::unix::fs::DirBuilderExt;
    let socket = settings.paths.socket.parent().map(std::path::Path::to_path_buf);
    for path in [Some(settings.paths.state.clone()), socket].into_iter().flatten() {
        // A relative socket without a folder lies in the present one.
        if path.as_os_str().is_empty() {
            continue;
        }
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(|source| SuperviseError::Folder { path, source })?;
    }
    Ok(())
}

/// The spool, and the secret for salts that comes of its key.
fn open_spool(settings: &Settings) -> Result<(SharedSpool<FileDisk>, [u8; 32]), SuperviseError> {
    let path = &settings.paths.spool;
    let failed = |source| SuperviseError::Spool { path: path.clone(), source };
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let key = identity::spool_key(&settings.paths.identity, credentials.as_deref())?;
    let salts = key.derived(SALT_CONTEXT);
    let epoch = Epoch(u32::from_le_bytes(random()?));
    let disk = FileDisk::open(path).map_err(failed)?;
    let (mut spool, recovery) = Spool::open(disk, key, settings.spool_limits, epoch).map_err(failed)?;
    spool.watch_sending();
    if recovery.torn_bytes > 0 || recovery.damaged_stretches > 0 || recovery.used_older_state {
        tracing::warn!(
            torn_bytes = recovery.torn_bytes,
            damaged = recovery.damaged_stretches,
            older_state = recovery.used_older_state,
            "the spool was repaired after a crash; what is missing is declared lost"
        );
    }
    if recovery.unread_segments > 0 {
        tracing::error!(
            segments = recovery.unread_segments,
            "the disk does not give the whole spool; what it hides waits and is tried again. Check the disk"
        );
    }
    Ok((Arc::new(Mutex::new(spool)), salts))
}

fn newest_boot(spool: &SharedSpool<FileDisk>) -> Option<BootCounter> {
    lock(spool).pending().filter_map(Result::ok).map(|entry| entry.boot).max()
}

/// Adds the probes that look at the agent itself, and leaves out what the settings turn off.
fn with_own(
    mut probes: Vec<Box<dyn Probe>>,
    settings: &Settings,
    observed: &watch::Receiver<Observed>,
    filled: watch::Receiver<SpoolFill>,
) -> Vec<Box<dyn Probe>> {
    probes.push(Box::new(ConnectivityProbe::new(Root::machine(), observed.clone())));
    probes.push(Box::new(ClockProbe));
    probes.push(Box::new(AgentProbe::new(Root::machine(), observed.clone(), filled)));
    probes.retain(|probe| settings.is_on(probe.name()));
    probes
}

fn first_core(settings: &Settings, origin: &Origin, reading: &Reading, schedule: &Schedule) -> Core {
    Core {
        node: origin.node,
        boot: origin.boot,
        started_at: reading.boot,
        step: settings.step,
        interval: settings.report_interval,
        report_within_s: origin.report_within_s,
        last_sample: None,
        last_report: None,
        next_report: schedule.next_report(),
        missed_samples: 0,
        probes: Vec::new(),
        held_records: 0,
        dropped_records: 0,
    }
}

fn random<const N: usize>() -> Result<[u8; N], SuperviseError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SuperviseError::Random)?;
    Ok(bytes)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Tells systemd; without it, nobody.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}

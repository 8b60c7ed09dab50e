//! Owns the sockets of the link and all its waiting: connects, feeds the session, waits, connects again.
//!
//! Enters: the spool, a wake-up for each new record, the order to stop. Leaves: records on the wire, acks in the spool,
//! [`Observed`], [`Outage`]s. Runs on the agent's one thread; the spool's lock is held for one call at a time and never
//! across an await. If this future is dropped, nothing is lost: what was not acknowledged stays in the spool.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holdfast_protocol::event::OutageCause;
use holdfast_protocol::identity::MqttEndpoint;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::lost::Reason;
use holdfast_protocol::record::Kind;
use holdfast_protocol::status::Status;
use holdfast_protocol::time::BootMs;
use holdfast_protocol::topic::Up;
use nix::sys::socket::{setsockopt, sockopt};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::account::Cause;
use super::backoff::Backoff;
use super::codec::{self, Decoder, Incoming};
use super::session::{Action, End, Session};
use super::socket::{Counted, Counters};
use super::{LinkSettings, Observed, Outage, tcp_info};
use crate::clock::Clock;
use crate::spool::{Disk, EntryMeta, Spool, SpoolError, Urgency};

/// How long one address may take to accept a TCP connection: 20 round trips of the slowest link on paper.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How long TLS may take once TCP is there.
const TLS_LIMIT: Duration = Duration::from_secs(30);
/// How long a write may wait for room in the socket, and unacknowledged data for the peer: wire.md, TCP_USER_TIMEOUT.
const USER_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a stopping agent sends what it still has.
const FAREWELL_LIMIT: Duration = Duration::from_secs(5);
/// Longest sleep, so that time asleep (which tokio's clock does not count) is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// Bytes read at once; packets down are mostly acks of 30 bytes.
const READ_BYTES: usize = 2_048;
/// Addresses tried for one name.
const ADDRESSES_MAX: usize = 8;

/// A spool shared between the sampler's side and the link, on one thread.
pub type SharedSpool<D> = Arc<Mutex<Spool<D>>>;

/// What the link works with.
#[derive(Debug)]
pub struct Link<D> {
    /// Who, where, how.
    pub settings: LinkSettings,
    /// From [`super::tls::client_config`].
    pub tls: Arc<ClientConfig>,
    /// What is to be sent.
    pub spool: SharedSpool<D>,
    /// Rung when a record became durable.
    pub wake: Arc<Notify>,
    /// Where to tell what was seen.
    pub observed: watch::Sender<Observed>,
    /// Where to tell outages that are over; a full channel drops the oldest news first, never waits.
    pub outages: mpsc::Sender<Outage>,
    /// Set to true when the agent stops.
    pub stop: watch::Receiver<bool>,
    /// The clock.
    pub clock: Clock,
}

/// Why a connection attempt or a session ended.
#[derive(Debug)]
enum Ended {
    Stopped,
    Lost(OutageCause),
}

/// What came first.
enum Woke {
    Read(io::Result<usize>),
    Record,
    Deadline,
    Stop,
}

type Stream = TlsStream<Counted>;

impl<D: Disk> Link<D> {
    /// Runs until the agent stops.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(self.settings.backoff_ms_max, self.settings.seed);
        let began = self.clock.boot();
        let mut outage: Option<Outage> = None;
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            let started = self.clock.boot();
            let cause = match self.attempt(&mut outage, &mut attempts).await {
                Ended::Stopped => return,
                Ended::Lost(cause) => cause,
            };
            let now = self.clock.boot();
            let lasted = self.note_down(cause, now);
            outage.get_or_insert(Outage {
                cause,
                began: if lasted.is_some() { now } else { began },
                ended: now,
                attempts: 0,
            });
            let wait_ms = match lasted {
                Some(lasted_ms) => backoff.ended(lasted_ms),
                None => backoff.failed(),
            };
            tracing::debug!(cause = cause.word(), wait_ms, attempt_ms = now.since_ms(started), "no session");
            if self.wait(Duration::from_millis(wait_ms)).await {
                return;
            }
        }
    }

    /// Waits between attempts; true when the agent stops.
    async fn wait(&mut self, length: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(length) => false,
            _ = self.stop.wait_for(|stop| *stop) => true,
        }
    }

    /// Notes that there is no session; how long one lasted, if there was one.
    fn note_down(&self, cause: OutageCause, now: BootMs) -> Option<u64> {
        let mut lasted = None;
        self.observed.send_modify(|observed| {
            lasted = observed.connected_since.take().map(|since| now.since_ms(since));
            if lasted.is_some() {
                observed.outages = observed.outages.saturating_add(1);
            }
            observed.down_since.get_or_insert(now);
            observed.down_cause.get_or_insert(cause);
            observed.local = None;
            observed.rtt_us = None;
            observed.rtt_us_min = None;
            observed.holding = false;
        });
        if lasted.is_some() {
            tracing::info!(cause = cause.word(), "connection to the controller lost");
        }
        lasted
    }

    /// One round over all endpoints and their addresses, and the session on the first that answers.
    async fn attempt(&mut self, outage: &mut Option<Outage>, attempts: &mut u32) -> Ended {
        let mut cause = OutageCause::NoRoute;
        for endpoint in self.settings.identity.mqtt.clone() {
            let addresses = match resolve(&endpoint).await {
                Ok(addresses) => addresses,
                Err(seen) => {
                    cause = seen;
                    continue;
                }
            };
            for address in addresses {
                let counters = Rc::new(Counters::default());
                let connected = tokio::select! {
                    connected = connect(address, &endpoint, &self.tls, &counters) => connected,
                    _ = self.stop.wait_for(|stop| *stop) => return Ended::Stopped,
                };
                match connected {
                    Ok(stream) => return Running::new(self, stream, counters).run(outage, attempts).await,
                    Err(seen) => cause = seen,
                }
            }
        }
        Ended::Lost(cause)
    }

    fn spool(&self) -> MutexGuard<'_, Spool<D>> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection with its session.
struct Running<'a, D> {
    link: &'a mut Link<D>,
    stream: Stream,
    counters: Rc<Counters>,
    session: Session,
    decoder: Decoder,
    /// Bytes of the counters that are in the account already.
    accounted: (u64, u64),
    /// Retransmissions of this connection that are in the total already.
    retransmits: u32,
    /// Records below this were waiting when the session opened.
    backlog_below: Sequence,
    /// Whether the next ack is compared with what was freed: the first of a session, and as long as it says too little.
    compare_ack: bool,
    farewell: Option<BootMs>,
}

impl<'a, D: Disk> Running<'a, D> {
    fn new(link: &'a mut Link<D>, stream: Stream, counters: Rc<Counters>) -> Self {
        let (epoch, next) = {
            let spool = link.spool();
            (spool.epoch(), spool.next_sequence().unwrap_or(Sequence(u32::MAX)))
        };
        let session = Session::new(link.settings.identity.node, epoch, link.clock.boot());
        let decoder = Decoder::default();
        Self {
            link,
            stream,
            counters,
            session,
            decoder,
            accounted: (0, 0),
            retransmits: 0,
            backlog_below: next,
            compare_ack: true,
            farewell: None,
        }
    }

    fn node(&self) -> NodeId {
        self.link.settings.identity.node
    }

    async fn run(mut self, outage: &mut Option<Outage>, attempts: &mut u32) -> Ended {
        let mut buffer = vec![0_u8; READ_BYTES].into_boxed_slice();
        let mut result = self.open().await;
        while result.is_ok() {
            result = self.step(&mut buffer, outage, attempts).await;
        }
        self.account(Cause::Records);
        result.err().unwrap_or(Ended::Stopped)
    }

    /// CONNECT, SUBSCRIBE, birth and the newest record in one flight: one round trip of 600 ms less over a satellite.
    async fn open(&mut self) -> Result<(), Ended> {
        let boot = self.link.settings.boot;
        let epoch = self.link.spool().epoch();
        let birth = Status::Birth { boot, epoch, version: self.link.settings.version.clone() };
        let mut flight = codec::opening(self.node(), &birth, &Status::Gone { boot });
        self.account(Cause::Handshake);
        if let Some((bytes, _)) = self.next_record()? {
            flight.extend(bytes);
        }
        self.write(&flight, Cause::Handshake).await
    }

    /// Sends what may be sent, then waits for whatever comes first.
    async fn step(
        &mut self,
        buffer: &mut [u8],
        outage: &mut Option<Outage>,
        attempts: &mut u32,
    ) -> Result<(), Ended> {
        while let Some((bytes, cause)) = self.next_record()? {
            self.write(&bytes, cause).await?;
        }
        self.observe();
        if self.farewell.is_some_and(|until| self.session.is_idle() || self.link.clock.boot() >= until) {
            return self.leave().await;
        }
        let now = self.link.clock.boot();
        let deadline = self.session.next_deadline().into_iter().chain(self.farewell).min();
        let nap = deadline.map_or(SLEEP_MAX, |deadline| self.link.clock.until(deadline)).min(SLEEP_MAX);
        let woke = tokio::select! {
            read = self.stream.read(buffer) => Woke::Read(read),
            () = self.link.wake.notified() => Woke::Record,
            () = tokio::time::sleep(nap) => Woke::Deadline,
            _ = self.link.stop.wait_for(|stop| *stop), if self.farewell.is_none() => Woke::Stop,
        };
        let actions = match woke {
            Woke::Read(Ok(0)) => return Err(Ended::Lost(OutageCause::Closed)),
            Woke::Read(Ok(length)) => {
                self.decoder.push(buffer.get(..length).unwrap_or_default());
                self.incoming(outage, attempts)?
            }
            Woke::Read(Err(error)) => return Err(Ended::Lost(cause_of(&error))),
            Woke::Record => Vec::new(),
            Woke::Deadline => self.session.on_deadline(self.link.clock.boot()),
            Woke::Stop => {
                let limit_ms = u64::try_from(FAREWELL_LIMIT.as_millis()).unwrap_or(u64::MAX);
                self.farewell = Some(now.plus_ms(limit_ms));
                Vec::new()
            }
        };
        self.act(actions).await
    }

    /// Takes packets as they came; a malformed one ends the connection.
    fn incoming(&mut self, outage: &mut Option<Outage>, attempts: &mut u32) -> Result<Vec<Action>, Ended> {
        let mut actions = Vec::new();
        loop {
            match self.decoder.packet() {
                Ok(Some(packet)) => {
                    let opened = matches!(packet, Incoming::Connected { reason: 0, .. });
                    actions.extend(self.session.on_incoming(packet, self.link.clock.boot()));
                    if opened {
                        self.note_open(outage, attempts);
                    }
                }
                Ok(None) => return Ok(actions),
                Err(error) => {
                    tracing::warn!(%error, "the connection is ended");
                    return Err(Ended::Lost(OutageCause::Closed));
                }
            }
        }
    }

    fn note_open(&mut self, outage: &mut Option<Outage>, attempts: &mut u32) {
        self.account(Cause::Handshake);
        let now = self.link.clock.boot();
        self.link.observed.send_modify(|observed| {
            observed.connected_since = Some(now);
            observed.down_since = None;
            observed.down_cause = None;
            observed.sessions = observed.sessions.saturating_add(1);
        });
        let attempts = std::mem::take(attempts);
        if let Some(over) = outage.take() {
            let over = Outage { ended: now, attempts, ..over };
            tracing::info!(
                cause = over.cause.word(),
                attempts,
                outage_ms = now.since_ms(over.began),
                "connected again"
            );
            if self.link.outages.try_send(over).is_err() {
                tracing::warn!("an outage is not recorded: the agent has 16 of them to write already");
            }
        } else {
            tracing::info!("connected to the controller");
        }
    }

    async fn act(&mut self, actions: Vec<Action>) -> Result<(), Ended> {
        for action in actions {
            match action {
                Action::Opened => {}
                Action::Send(bytes) => self.write(&bytes, Cause::Ping).await?,
                Action::Ack(ack) => self.acknowledge(&ack),
                // The command channel comes with the issue that gives it its first commands; a command that nobody can
                // check is neither obeyed nor settled, so the controller keeps it.
                Action::Command { .. } => tracing::warn!("a command came; this version takes none"),
                Action::Again(sequence) => self.again(sequence).await?,
                Action::Refused(sequence) => self.give_up(sequence),
                Action::NotAuthorised(sequence) => {
                    tracing::error!(
                        record.sequence = sequence.0,
                        "the controller refuses this node's record; it is kept. Check the node on the controller's page"
                    );
                }
                Action::End(End::Refused(reason)) => {
                    tracing::error!(
                        reason,
                        "the controller refuses the session. Check that the node is not revoked"
                    );
                    return Err(Ended::Lost(OutageCause::Told));
                }
                Action::End(End::Told(reason)) => {
                    tracing::info!(reason, "the controller ended the session");
                    return Err(Ended::Lost(OutageCause::Told));
                }
                Action::End(End::Silent) => return Err(Ended::Lost(OutageCause::Silent)),
                Action::End(End::Protocol) => return Err(Ended::Lost(OutageCause::Closed)),
            }
        }
        Ok(())
    }

    fn acknowledge(&mut self, ack: &holdfast_protocol::ack::Ack) {
        let now = self.link.clock.boot();
        let mut spool = self.link.spool();
        let compared = if self.compare_ack {
            spool.reconcile(ack).map(|reconciled| reconciled.compare_next)
        } else {
            Ok(false)
        };
        let freed = spool.acknowledge(ack);
        drop(spool);
        let result = compared.map(|again| self.compare_ack = again).and(freed.map(drop));
        if let Err(error) = result {
            tracing::warn!(%error, "an acknowledgement could not be kept; what it frees is sent again after a restart");
        }
        self.link.observed.send_modify(|observed| observed.last_ack = Some(now));
    }

    async fn again(&mut self, sequence: Sequence) -> Result<(), Ended> {
        let found =
            self.link.spool().pending().find_map(|entry| entry.ok().filter(|entry| entry.last == sequence));
        match found {
            Some(entry) => match self.packet_of(&entry)? {
                Some(bytes) => self.write(&bytes, cause(&entry, self.backlog_below)).await,
                None => Ok(()),
            },
            None => {
                self.session.forget(sequence);
                Ok(())
            }
        }
    }

    fn give_up(&mut self, sequence: Sequence) {
        match self.link.spool().give_up(sequence, Reason::Refused) {
            Ok(()) => tracing::error!(
                record.sequence = sequence.0,
                "the controller will never take this record; it is counted as lost"
            ),
            Err(error) => {
                tracing::warn!(%error, record.sequence = sequence.0, "a refused record could not be put aside")
            }
        }
    }

    /// The packet of the newest waiting record that may go now.
    fn next_record(&mut self) -> Result<Option<(Vec<u8>, Cause)>, Ended> {
        loop {
            let Some(room) = self.session.room(self.link.clock.boot()) else { return Ok(None) };
            let mut spool = self.link.spool();
            let next = spool
                .pending()
                .find(|entry| entry.as_ref().map_or(true, |entry| !self.session.skips(entry.last)));
            drop(spool);
            let entry = match next {
                None => return Ok(None),
                Some(Ok(entry)) => entry,
                Some(Err(error)) => {
                    tracing::error!(%error, "the spool cannot be read; nothing is sent until it can");
                    return Ok(None);
                }
            };
            if usize::try_from(entry.record_bytes).is_ok_and(|bytes| bytes > room) {
                return Ok(None);
            }
            if let Some(bytes) = self.packet_of(&entry)? {
                return Ok(Some((bytes, cause(&entry, self.backlog_below))));
            }
        }
    }

    /// The packet of a waiting record; `None` when its bytes did not survive, which the spool has counted, or when it is
    /// larger than the controller takes. Any other failure to read may pass: the record waits, and the session ends, so
    /// that the next attempt comes after the backoff.
    fn packet_of(&mut self, entry: &EntryMeta) -> Result<Option<Vec<u8>>, Ended> {
        let read = self.link.spool().read(entry.last);
        let record = match read {
            Ok(record) => record,
            Err(error @ (SpoolError::Rotten { .. } | SpoolError::Unknown { .. })) => {
                tracing::warn!(%error, record.sequence = entry.last.0, "a record did not survive on disk; it is counted as lost");
                self.session.forget(entry.last);
                return Ok(None);
            }
            Err(error) => {
                tracing::error!(%error, record.sequence = entry.last.0, "a record cannot be read now; it waits, and the connection is tried again later");
                return Err(Ended::Lost(OutageCause::Closed));
            }
        };
        let up = if matches!(entry.urgency, Urgency::Urgent) { Up::Urgent } else { Up::Record };
        Ok(self.session.send(entry.last, &up.of(self.node()), record, self.link.clock.boot()))
    }

    /// Says farewell and ends the session in good order; the last will is dropped.
    async fn leave(&mut self) -> Result<(), Ended> {
        let bytes = self.session.close(&Status::Stopping { boot: self.link.settings.boot });
        let sent = self.write(&bytes, Cause::Status).await;
        let closed = timeout(FAREWELL_LIMIT, self.stream.shutdown()).await;
        tracing::debug!(sent = sent.is_ok(), closed = closed.is_ok(), "farewell");
        Err(Ended::Stopped)
    }

    async fn write(&mut self, bytes: &[u8], cause: Cause) -> Result<(), Ended> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        let result = timeout(USER_TIMEOUT, write).await;
        self.account(cause);
        match result {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Ended::Lost(cause_of(&error))),
            Err(_) => Err(Ended::Lost(OutageCause::Silent)),
        }
    }

    /// Books the bytes since the last call.
    fn account(&mut self, cause: Cause) {
        let (sent, received) = (self.counters.sent.get(), self.counters.received.get());
        let (sent_before, received_before) = std::mem::replace(&mut self.accounted, (sent, received));
        self.link.observed.send_modify(|observed| {
            observed.account.sent(cause, sent.saturating_sub(sent_before));
            let received = received.saturating_sub(received_before);
            observed.account.received_bytes = observed.account.received_bytes.saturating_add(received);
        });
    }

    fn observe(&mut self) {
        self.account(Cause::Records);
        let stream = self.stream.get_ref().0.stream();
        let local = stream.local_addr().ok().map(|address| address.ip());
        let figures = tcp_info::read(stream.as_fd());
        if let Some(figures) = figures {
            self.session.set_rtt_ms(u64::from(figures.rtt_us) / 1_000);
        }
        let more = figures.map_or(0, |figures| figures.retransmits.saturating_sub(self.retransmits));
        self.retransmits = self.retransmits.saturating_add(more);
        let holding = self.session.is_holding();
        self.link.observed.send_modify(|observed| {
            observed.local = local;
            observed.rtt_us = figures.map(|figures| figures.rtt_us).filter(|rtt| *rtt > 0);
            observed.rtt_us_min =
                figures.map(|figures| figures.rtt_us_min).filter(|rtt| *rtt > 0 && *rtt < u32::MAX);
            observed.retransmits = observed.retransmits.saturating_add(u64::from(more));
            observed.holding = holding;
        });
    }
}

fn cause(entry: &EntryMeta, backlog_below: Sequence) -> Cause {
    match (entry.urgency, entry.kind) {
        (Urgency::Urgent, Kind::Reply) => Cause::Command,
        (Urgency::Urgent, _) => Cause::Urgent,
        (Urgency::Usual, _) if entry.last < backlog_below => Cause::Backlog,
        (Urgency::Usual, _) => Cause::Records,
    }
}

async fn resolve(endpoint: &MqttEndpoint) -> Result<Vec<SocketAddr>, OutageCause> {
    if let Ok(address) = endpoint.host.parse() {
        return Ok(vec![SocketAddr::new(address, endpoint.port)]);
    }
    let found =
        timeout(CONNECT_LIMIT, tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))).await;
    match found {
        Ok(Ok(addresses)) => Ok(addresses.take(ADDRESSES_MAX).collect()),
        Ok(Err(_)) | Err(_) => Err(OutageCause::NoName),
    }
}

async fn connect(
    address: SocketAddr,
    endpoint: &MqttEndpoint,
    tls: &Arc<ClientConfig>,
    counters: &Rc<Counters>,
) -> Result<Stream, OutageCause> {
    let tcp = match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(cause_of(&error)),
        Err(_) => return Err(OutageCause::Silent),
    };
    let user_timeout_ms = u32::try_from(USER_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    let options =
        tcp.set_nodelay(true).is_ok() && setsockopt(&tcp, sockopt::TcpUserTimeout, &user_timeout_ms).is_ok();
    if !options {
        tracing::debug!("socket options could not be set");
    }
    let name = ServerName::try_from(endpoint.server_name.clone()).map_err(|_| OutageCause::Tls)?;
    let stream = Counted::new(tcp, Rc::clone(counters));
    match timeout(TLS_LIMIT, TlsConnector::from(Arc::clone(tls)).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            tracing::warn!(%error, "TLS with the controller failed");
            Err(cause_of(&error))
        }
        Err(_) => Err(OutageCause::Silent),
    }
}

/// What an error of the socket says about the path.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum of forty kinds that grows")]
fn cause_of(error: &io::Error) -> OutageCause {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => OutageCause::Refused,
        Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::AddrNotAvailable | Kind::NetworkDown => {
            OutageCause::NoRoute
        }
        Kind::TimedOut => OutageCause::Silent,
        Kind::InvalidData => OutageCause::Tls,
        _ => OutageCause::Closed,
    }
}

//! One connection: writes what the feed gives, waits for whatever comes first, and does what the session says.
//!
//! Enters: a connected stream, the link it belongs to. Leaves: why it ended. If its future is dropped, nothing is lost: what
//! was not acknowledged stays in the spool.

use std::io;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use holdfast_protocol::event::OutageCause;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::status::Status;
use holdfast_protocol::time::BootMs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::account::Cause;
use super::codec::{self, Decoder, Incoming};
use super::dial::{Stream, USER_TIMEOUT, cause_of};
use super::driver::{Course, Ended, Link};
use super::feed::{Feed, Packet, lock};
use super::session::{Action, End};
use super::socket::Counters;
use super::voice::{Topic, Voice};
use super::{Outage, tcp_info};
use crate::spool::Disk;

/// How long a stopping agent sends what it still has.
const FAREWELL_LIMIT: Duration = Duration::from_secs(5);
/// Longest sleep, so that time asleep (which tokio's clock does not count) is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// Bytes read at once; packets down are mostly acks of 30 bytes.
const READ_BYTES: usize = 2_048;

/// What came first.
enum Woke {
    Read(io::Result<usize>),
    Record,
    Deadline,
    Stop,
}

/// One connection with its session.
pub(super) struct Running<'a, D> {
    link: &'a mut Link<D>,
    stream: Stream,
    counters: Rc<Counters>,
    feed: Feed<D>,
    decoder: Decoder,
    /// Bytes of the counters that are in the account already.
    accounted: (u64, u64),
    /// Retransmissions of this connection that are in the total already.
    retransmits: u32,
    farewell: Option<BootMs>,
}

impl<'a, D: Disk> Running<'a, D> {
    pub(super) fn new(link: &'a mut Link<D>, stream: Stream, counters: Rc<Counters>) -> Self {
        let node = link.settings.identity.node;
        let feed = Feed::new(Arc::clone(&link.spool), node, link.clock.boot());
        let decoder = Decoder::default();
        Self { link, stream, counters, feed, decoder, accounted: (0, 0), retransmits: 0, farewell: None }
    }

    fn node(&self) -> NodeId {
        self.link.settings.identity.node
    }

    pub(super) async fn run(mut self, course: &mut Course) -> Ended {
        let mut buffer = vec![0_u8; READ_BYTES].into_boxed_slice();
        let mut result = self.open(&mut course.voice).await;
        while result.is_ok() {
            result = self.step(&mut buffer, course).await;
        }
        self.account(Cause::Records);
        result.err().unwrap_or(Ended::Stopped)
    }

    /// CONNECT, SUBSCRIBE, birth and the newest record in one flight: one round trip of 600 ms less over a satellite.
    async fn open(&mut self, voice: &mut Voice) -> Result<(), Ended> {
        let boot = self.link.settings.boot;
        let epoch = lock(&self.link.spool).epoch();
        let birth = Status::Birth { boot, epoch, version: self.link.settings.version.clone() };
        let mut flight = codec::opening(self.node(), &birth, &Status::Gone { boot });
        self.account(Cause::Handshake);
        if let Some((bytes, _)) = self.next(voice) {
            flight.extend(bytes);
        }
        self.write(&flight, Cause::Handshake).await
    }

    /// Sends what may be sent, then waits for whatever comes first.
    async fn step(&mut self, buffer: &mut [u8], course: &mut Course) -> Result<(), Ended> {
        while let Some((bytes, cause)) = self.next(&mut course.voice) {
            self.write(&bytes, cause).await?;
        }
        self.observe();
        course.untold.tell(&self.link.outages);
        if self.farewell.is_some_and(|until| self.feed.session.is_idle() || self.link.clock.boot() >= until) {
            return self.leave().await;
        }
        let now = self.link.clock.boot();
        let deadline = [self.feed.session.next_deadline(), self.feed.next_deadline(), self.farewell]
            .into_iter()
            .flatten()
            .min();
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
                self.incoming(course)?
            }
            Woke::Read(Err(error)) => return Err(Ended::Lost(cause_of(&error))),
            Woke::Record => Vec::new(),
            Woke::Deadline => self.feed.session.on_deadline(self.link.clock.boot()),
            Woke::Stop => {
                let limit_ms = u64::try_from(FAREWELL_LIMIT.as_millis()).unwrap_or(u64::MAX);
                self.farewell = Some(now.plus_ms(limit_ms));
                Vec::new()
            }
        };
        self.act(actions, &mut course.voice).await
    }

    /// Takes packets as they came; a malformed one ends the connection.
    fn incoming(&mut self, course: &mut Course) -> Result<Vec<Action>, Ended> {
        let mut actions = Vec::new();
        loop {
            match self.decoder.packet() {
                Ok(Some(packet)) => {
                    let opened = matches!(packet, Incoming::Connected { reason: 0, .. });
                    actions.extend(self.feed.session.on_incoming(packet, self.link.clock.boot()));
                    if opened {
                        self.note_open(course);
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

    fn note_open(&mut self, course: &mut Course) {
        self.account(Cause::Handshake);
        let now = self.link.clock.boot();
        self.link.observed.send_modify(|observed| {
            observed.connected_since = Some(now);
            observed.down_since = None;
            observed.down_cause = None;
            observed.sessions = observed.sessions.saturating_add(1);
        });
        let attempts = std::mem::take(&mut course.attempts);
        let is_news = course.voice.is_news_of_the_hour("connected", now);
        let Some(outage) = course.outage.take() else {
            tracing::info!("connected to the controller");
            return;
        };
        let over = Outage { ended: now, attempts, ..outage };
        let outage_ms = now.since_ms(over.began);
        if is_news {
            tracing::info!(cause = over.cause.word(), attempts, outage_ms, "connected again");
        }
        if let Some(dropped) = course.untold.push(over) {
            let outage_ms = dropped.ended.since_ms(dropped.began);
            tracing::warn!(
                outage_ms,
                "a short outage is not recorded: the agent has too many to write already"
            );
        }
        course.untold.tell(&self.link.outages);
    }

    async fn act(&mut self, actions: Vec<Action>, voice: &mut Voice) -> Result<(), Ended> {
        for action in actions {
            match action {
                Action::Opened => {}
                Action::Send(bytes) => self.write(&bytes, Cause::Ping).await?,
                Action::Ack(ack) => {
                    let now = self.link.clock.boot();
                    self.feed.acknowledge(&ack, now, voice);
                    self.link.observed.send_modify(|observed| observed.last_ack = Some(now));
                }
                // The command channel comes with the issue that gives it its first commands; a command that nobody can
                // check is neither obeyed nor settled, so the controller keeps it.
                Action::Command { .. } => tracing::warn!("a command came; this version takes none"),
                Action::Again(sequence) => self.again(sequence, voice).await?,
                Action::Refused(sequence) => self.feed.give_up(sequence),
                Action::NotAuthorised(sequence) => self.feed.not_authorised(sequence, voice),
                Action::End(End::Refused(reason)) => {
                    if voice.is_news(Topic::Session, &format!("refused {reason}")) {
                        tracing::error!(
                            reason,
                            "the controller refuses the session. Check that the node is not revoked"
                        );
                    }
                    return Err(Ended::Lost(OutageCause::Told));
                }
                Action::End(End::Told(reason)) => {
                    if voice.is_news_of_the_hour(&format!("told {reason}"), self.link.clock.boot()) {
                        tracing::info!(reason, "the controller ended the session");
                    }
                    return Err(Ended::Lost(OutageCause::Told));
                }
                Action::End(End::Silent) => return Err(Ended::Lost(OutageCause::Silent)),
                Action::End(End::Protocol) => return Err(Ended::Lost(OutageCause::Closed)),
            }
        }
        Ok(())
    }

    async fn again(&mut self, sequence: Sequence, voice: &mut Voice) -> Result<(), Ended> {
        let again = self.feed.again(sequence, self.link.clock.boot(), voice);
        match again {
            Some((bytes, cause)) => self.write(&bytes, cause).await,
            None => Ok(()),
        }
    }

    fn next(&mut self, voice: &mut Voice) -> Option<Packet> {
        self.feed.next(self.link.clock.boot(), voice)
    }

    /// Says farewell and ends the session in good order; the last will is dropped.
    async fn leave(&mut self) -> Result<(), Ended> {
        let bytes = self.feed.session.close(&Status::Stopping { boot: self.link.settings.boot });
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
            self.feed.session.set_rtt_ms(u64::from(figures.rtt_us) / 1_000);
        }
        let more = figures.map_or(0, |figures| figures.retransmits.saturating_sub(self.retransmits));
        self.retransmits = self.retransmits.saturating_add(more);
        let holding = self.feed.session.is_holding();
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

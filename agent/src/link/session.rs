//! One MQTT session as a pure state machine: what may be sent now, what an answer means, when to look again.
//!
//! Enters: packets ([`Incoming`]), the instant, what the driver sent. Leaves: [`Action`]s and a deadline. Three things
//! happen to a record that was sent: a PUBACK moves the window; an `ack` that covers it ends it, if the spool takes that
//! `ack`; no `ack` in time has it sent once more, then the session *holds*: it sends nothing new and tries one record at
//! growing intervals, for the controller is away while the link is alive. A record whose PUBACK has not come is never sent
//! a second time on the same connection (MQTT-4.4.0-1; it would also exceed the receive maximum): whether the link is alive
//! is asked by a ping. Only a link that answers nothing ends the session. Never frees a record: the spool does, by the
//! `ack`. Never reads a clock, a socket or the spool.
//!
//! "Quota exceeded" and "not authorised" pause the session, longer each time; after a pause one record at a time tries
//! whether it is over. A whole window of refusals is one refusal: it was sent before the first was heard.

use std::collections::BTreeSet;

use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::{Epoch, NodeId, Sequence};
use holdfast_protocol::time::BootMs;
use holdfast_protocol::topic::Down;

use super::codec::{self, Incoming};

/// Most records without PUBACK, as wire.md's window.
pub const WINDOW_RECORDS: usize = 64;
/// Most bytes without PUBACK: 48 KiB, a second of the slowest link on paper (bgan, 0.24 Mbit/s up: 30 kB/s) and a half.
pub const WINDOW_BYTES: usize = 48 * 1024;
/// Most records with PUBACK but without `ack`: behind an external broker the PUBACK says little, so four windows.
pub const UNACKED_RECORDS: usize = 4 * WINDOW_RECORDS;
/// Shortest wait for an `ack`, in milliseconds; four round trips where that is longer.
pub const ACK_WAIT_MS_MIN: u64 = 30_000;
/// Longest interval between tries while the session holds: 30 minutes, in milliseconds.
pub const HOLD_MS_MAX: u64 = 1_800_000;
/// How long CONNACK may take, in milliseconds: 25 round trips of the slowest link on paper.
pub const OPENING_MS_MAX: u64 = 30_000;
/// Most records put aside until the session ends. With one try a pause that is a day of a controller that takes nothing;
/// beyond it nothing is sent until the next session.
pub const ASIDE_RECORDS: usize = 256;
/// First and longest pause after "quota exceeded" or "not authorised", in milliseconds.
const PAUSE_MS_FIRST: u64 = 5_000;
const PAUSE_MS_MAX: u64 = 300_000;

/// What the driver has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Write these bytes.
    Send(Vec<u8>),
    /// The session is open: CONNACK said so.
    Opened,
    /// Hand this to the spool, then say what it answered by [`Session::acknowledged`] or [`Session::hold`].
    Ack(Ack),
    /// A signed command or configuration came; the driver settles `packet` once it is kept.
    Command {
        /// Its bytes.
        payload: Vec<u8>,
        /// Packet identifier to settle.
        packet: Option<u16>,
    },
    /// Read this record from the spool and send it again.
    Again(Sequence),
    /// The controller will never take this record: put it aside and count it.
    Refused(Sequence),
    /// The controller says that this node may not say this. Kept, not tried again in this session, which pauses.
    NotAuthorised(Sequence),
    /// End the connection.
    End(End),
}

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// CONNACK refused it, with this reason code.
    Refused(u8),
    /// The controller said goodbye, with this reason code.
    Told(u8),
    /// Nothing came back in time.
    Silent,
    /// The controller broke the protocol.
    Protocol,
}

/// A record under way.
#[derive(Debug, Clone, Copy)]
struct Sent {
    sequence: Sequence,
    /// Its packet identifier until the PUBACK.
    packet: Option<u16>,
    bytes: usize,
    /// When it went out with this identifier.
    since: BootMs,
    /// When it was last looked for.
    at: BootMs,
    /// It was looked for before, so the next time in vain begins a hold.
    again: bool,
}

/// The controller is away: one record is tried now and then.
#[derive(Debug, Clone, Copy)]
struct Hold {
    next: BootMs,
    interval_ms: u64,
}

/// The controller said "quota exceeded" or "not authorised": nothing new until then. Kept when over, so that the next one is longer.
#[derive(Debug, Clone, Copy)]
struct Pause {
    until: BootMs,
    length_ms: u64,
    over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Opening { until: BootMs },
    Open,
    Ended,
}

/// One session.
#[derive(Debug)]
pub struct Session {
    node: NodeId,
    epoch: Epoch,
    phase: Phase,
    sent: Vec<Sent>,
    aside: BTreeSet<Sequence>,
    hold: Option<Hold>,
    pause: Option<Pause>,
    next_packet: u16,
    receive_max: usize,
    packet_bytes_max: usize,
    keep_alive_ms: u64,
    rtt_ms: u64,
    last_sent: BootMs,
    ping_sent: Option<BootMs>,
}

impl Session {
    /// A session whose opening flight goes out now.
    #[must_use]
    pub fn new(node: NodeId, epoch: Epoch, now: BootMs) -> Self {
        Self {
            node,
            epoch,
            phase: Phase::Opening { until: now.plus_ms(OPENING_MS_MAX) },
            sent: Vec::new(),
            aside: BTreeSet::new(),
            hold: None,
            pause: None,
            next_packet: codec::RECORD_ID_FIRST,
            receive_max: 1,
            packet_bytes_max: codec::PACKET_BYTES_MAX,
            keep_alive_ms: u64::from(codec::KEEP_ALIVE_S) * 1_000,
            rtt_ms: 0,
            last_sent: now,
            ping_sent: None,
        }
    }

    /// Tells the round trip as the kernel measures it.
    pub const fn set_rtt_ms(&mut self, rtt_ms: u64) {
        self.rtt_ms = rtt_ms;
    }

    /// Whether the session is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.sent.is_empty()
    }

    /// Whether the controller is away while the link is alive.
    #[must_use]
    pub const fn is_holding(&self) -> bool {
        self.hold.is_some()
    }

    /// Bytes the next new record may have, or `None` while none may be sent. While opening, one record goes with the
    /// opening flight; a window that is empty takes a record of any size.
    #[must_use]
    pub fn room(&self, now: BootMs) -> Option<usize> {
        let paused = self.pause.is_some_and(|pause| now < pause.until);
        if self.phase == Phase::Ended || self.hold.is_some() || paused {
            return None;
        }
        let (mut records, mut bytes) = (0, 0_usize);
        for sent in self.sent.iter().filter(|sent| sent.packet.is_some()) {
            records += 1;
            bytes = bytes.saturating_add(sent.bytes);
        }
        // A pause is kept until a record was taken.
        let window = if self.pause.is_some() { 1 } else { self.receive_max.min(WINDOW_RECORDS) };
        if records >= window || self.sent.len() >= UNACKED_RECORDS || self.aside.len() >= ASIDE_RECORDS {
            return None;
        }
        if records == 0 { Some(usize::MAX) } else { WINDOW_BYTES.checked_sub(bytes).filter(|left| *left > 0) }
    }

    /// Whether a record is under way or put aside, so that the driver looks for another.
    #[must_use]
    pub fn skips(&self, sequence: Sequence) -> bool {
        self.aside.contains(&sequence) || self.sent.iter().any(|sent| sent.sequence == sequence)
    }

    /// Notes that a record goes out now; answers the packet to write, or `None` when it is larger than the other side takes
    /// and was put aside.
    pub fn send(&mut self, sequence: Sequence, topic: &str, record: Vec<u8>, now: BootMs) -> Option<Vec<u8>> {
        let bytes = record.len();
        let before = self.sent.iter().position(|sent| sent.sequence == sequence);
        let again = before.is_some();
        if let Some(index) = before {
            self.sent.swap_remove(index);
        }
        if bytes.saturating_add(topic.len()).saturating_add(16) > self.packet_bytes_max {
            self.aside.insert(sequence);
            self.end_empty_hold();
            return None;
        }
        let packet = self.free_packet();
        self.sent.push(Sent { sequence, packet: Some(packet), bytes, since: now, at: now, again });
        self.last_sent = now;
        Some(codec::record(topic, record, packet, false))
    }

    /// Notes that the spool no longer has a record that was under way.
    pub fn forget(&mut self, sequence: Sequence) {
        self.sent.retain(|sent| sent.sequence != sequence);
        self.end_empty_hold();
    }

    /// Notes that the spool took an ack: what it covers no longer waits.
    pub fn acknowledged(&mut self, ack: &Ack) {
        let before = self.sent.len();
        self.sent.retain(|sent| !ack.covers(sent.sequence));
        if self.hold.is_some() && self.sent.len() < before {
            // It is back. What it settled without storing goes to the end of the queue's turn again.
            self.hold = None;
            self.sent.retain(|sent| sent.packet.is_some());
        }
    }

    /// Sends nothing new for now: the controller is away, or says what cannot be believed.
    pub fn hold(&mut self, now: BootMs) {
        let interval_ms = self.ack_wait_ms();
        if !self.sent.is_empty() {
            self.hold.get_or_insert(Hold { next: now.plus_ms(interval_ms), interval_ms });
        }
    }

    /// Takes a packet.
    pub fn on_incoming(&mut self, incoming: Incoming, now: BootMs) -> Vec<Action> {
        self.ping_sent = None;
        match incoming {
            Incoming::Connected { reason: 0, receive_max, packet_bytes_max, keep_alive_s } => {
                self.phase = Phase::Open;
                // One identifier is kept for the birth message, which may still be under way.
                self.receive_max = usize::from(receive_max.max(2) - 1);
                self.packet_bytes_max =
                    usize::try_from(packet_bytes_max).unwrap_or(usize::MAX).min(self.packet_bytes_max);
                if let Some(seconds) = keep_alive_s.filter(|seconds| *seconds > 0) {
                    self.keep_alive_ms = u64::from(seconds) * 1_000;
                }
                vec![Action::Opened]
            }
            Incoming::Connected { reason, .. } => self.end(End::Refused(reason)),
            Incoming::Settled { packet, reason } => self.on_settled(packet, reason, now),
            Incoming::Message { topic, payload, packet } => self.on_message(&topic, &payload, packet),
            Incoming::Subscribed { granted: true } | Incoming::Pong | Incoming::Ignored => Vec::new(),
            // Without its subscription no ack would ever come.
            Incoming::Subscribed { granted: false } => self.end(End::Protocol),
            Incoming::Goodbye { reason } => self.end(End::Told(reason)),
        }
    }

    /// When to call [`Session::on_deadline`], if nothing else happens.
    #[must_use]
    pub fn next_deadline(&self) -> Option<BootMs> {
        let opening = match self.phase {
            Phase::Opening { until } => Some(until),
            Phase::Open => None,
            Phase::Ended => return None,
        };
        let ack =
            self.oldest().map(|sent| sent.at.plus_ms(self.ack_wait_ms())).filter(|_| self.hold.is_none());
        let puback = self.unsettled_since().map(|since| since.plus_ms(HOLD_MS_MAX));
        let ping = match self.ping_sent {
            Some(at) => at.plus_ms(self.ack_wait_ms()),
            None => self.last_sent.plus_ms(self.keep_alive_ms),
        };
        let hold = self.hold.map(|hold| hold.next);
        let pause = self.pause.filter(|pause| !pause.over).map(|pause| pause.until);
        [opening, ack, puback, Some(ping), hold, pause].into_iter().flatten().min()
    }

    /// Does what time has brought.
    pub fn on_deadline(&mut self, now: BootMs) -> Vec<Action> {
        match self.phase {
            Phase::Opening { until } if now >= until => return self.end(End::Silent),
            Phase::Ended => return Vec::new(),
            Phase::Opening { .. } | Phase::Open => {}
        }
        if let Some(pause) = self.pause.as_mut().filter(|pause| now >= pause.until) {
            pause.over = true;
        }
        let wait_ms = self.ack_wait_ms();
        if self.ping_sent.is_some_and(|at| now >= at.plus_ms(wait_ms)) {
            return self.end(End::Silent);
        }
        // It answers pings and settles nothing. Only on another connection may the record be sent again.
        if self.unsettled_since().is_some_and(|since| now >= since.plus_ms(HOLD_MS_MAX)) {
            return self.end(End::Silent);
        }
        let mut actions = Vec::new();
        match self.hold {
            Some(hold) if now >= hold.next => {
                let interval_ms = hold.interval_ms.saturating_mul(2).min(HOLD_MS_MAX);
                self.hold = Some(Hold { next: now.plus_ms(interval_ms), interval_ms });
                actions.extend(self.oldest_settled().map(|sent| Action::Again(sent.sequence)));
                self.ping(now, &mut actions);
            }
            Some(_) => {}
            None => self.on_ack_overdue(now, wait_ms, &mut actions),
        }
        if now >= self.last_sent.plus_ms(self.keep_alive_ms) {
            self.ping(now, &mut actions);
        }
        actions
    }

    /// Ends the session from this side; answers what to write before closing.
    pub fn close(&mut self, farewell: &holdfast_protocol::status::Status) -> Vec<u8> {
        self.phase = Phase::Ended;
        let mut bytes = codec::status(self.node, farewell);
        bytes.extend(codec::goodbye(0));
        bytes
    }

    fn on_ack_overdue(&mut self, now: BootMs, wait_ms: u64, actions: &mut Vec<Action>) {
        let overdue = |sent: &Sent| now >= sent.at.plus_ms(wait_ms);
        if self.sent.iter().any(|sent| sent.again && overdue(sent)) {
            self.hold = Some(Hold { next: now.plus_ms(wait_ms), interval_ms: wait_ms });
            return;
        }
        let mut found = false;
        for sent in self.sent.iter_mut().filter(|sent| overdue(sent)) {
            found = true;
            if sent.packet.is_none() {
                actions.push(Action::Again(sent.sequence));
            } else {
                (sent.at, sent.again) = (now, true);
            }
        }
        if found {
            // Does the link answer at all? If not, the session ends when this ping does.
            self.ping(now, actions);
        }
    }

    fn on_settled(&mut self, packet: u16, reason: u8, now: BootMs) -> Vec<Action> {
        let Some(index) = self.sent.iter().position(|sent| sent.packet == Some(packet)) else {
            return Vec::new(); // the birth message, or a record that an ack has ended already
        };
        let Some(sent) = self.sent.get_mut(index) else { return Vec::new() };
        sent.packet = None;
        let sequence = sent.sequence;
        match reason {
            0x00 => {
                self.pause = None;
                Vec::new()
            }
            0x87 | 0x90 => {
                self.sent.swap_remove(index);
                self.aside.insert(sequence);
                self.end_empty_hold();
                self.pause(now);
                vec![Action::NotAuthorised(sequence)]
            }
            0x99 => {
                self.sent.swap_remove(index);
                self.aside.insert(sequence);
                self.end_empty_hold();
                vec![Action::Refused(sequence)]
            }
            0x97 => {
                self.sent.swap_remove(index);
                self.end_empty_hold();
                self.pause(now);
                Vec::new()
            }
            // 0x10: nobody subscribed; 0x80, 0x83, 0x91: it could not be stored now. The controller is away: hold.
            _ => {
                self.hold(now);
                Vec::new()
            }
        }
    }

    fn on_message(&mut self, topic: &str, payload: &[u8], packet: Option<u16>) -> Vec<Action> {
        match Down::parse(topic, self.node) {
            Some(Down::Ack) => {
                let mut actions: Vec<Action> =
                    packet.map(|packet| Action::Send(codec::settle(packet))).into_iter().collect();
                let Ok(ack) = Ack::decode(payload) else { return self.end(End::Protocol) };
                // The spool judges it first: what it refuses must not end a record, or the same would be sent at once.
                if ack.epoch == self.epoch {
                    actions.push(Action::Ack(ack));
                }
                actions
            }
            Some(Down::Command) => vec![Action::Command { payload: payload.to_vec(), packet }],
            None => Vec::new(),
        }
    }

    /// A refusal while a pause is going on is one of the same window.
    fn pause(&mut self, now: BootMs) {
        let length_ms = match self.pause {
            Some(pause) if now < pause.until => return,
            Some(pause) => pause.length_ms.saturating_mul(2).min(PAUSE_MS_MAX),
            None => PAUSE_MS_FIRST,
        };
        self.pause = Some(Pause { until: now.plus_ms(length_ms), length_ms, over: false });
    }

    /// A hold tries the oldest record under way. Without one no ack could ever end it, so the next record is tried instead.
    fn end_empty_hold(&mut self) {
        if self.sent.is_empty() {
            self.hold = None;
        }
    }

    fn ping(&mut self, now: BootMs, actions: &mut Vec<Action>) {
        if self.ping_sent.is_none() && self.phase == Phase::Open {
            self.ping_sent = Some(now);
            self.last_sent = now;
            actions.push(Action::Send(codec::ping()));
        }
    }

    fn end(&mut self, why: End) -> Vec<Action> {
        self.phase = Phase::Ended;
        vec![Action::End(why)]
    }

    fn ack_wait_ms(&self) -> u64 {
        ACK_WAIT_MS_MIN.max(self.rtt_ms.saturating_mul(4))
    }

    fn oldest(&self) -> Option<&Sent> {
        self.sent.iter().min_by_key(|sent| sent.at)
    }

    fn oldest_settled(&self) -> Option<&Sent> {
        self.sent.iter().filter(|sent| sent.packet.is_none()).min_by_key(|sent| sent.at)
    }

    /// Since when the longest waits for its PUBACK.
    fn unsettled_since(&self) -> Option<BootMs> {
        self.sent.iter().filter(|sent| sent.packet.is_some()).map(|sent| sent.since).min()
    }

    /// The next identifier that no record under way has. There are at most [`UNACKED_RECORDS`] of them.
    fn free_packet(&mut self) -> u16 {
        loop {
            let packet = self.next_packet;
            self.next_packet = packet.checked_add(1).unwrap_or(codec::RECORD_ID_FIRST);
            if self.sent.iter().all(|sent| sent.packet != Some(packet)) {
                return packet;
            }
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;

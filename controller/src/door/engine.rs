//! One MQTT session as a pure machine: what a node's bytes mean, what it may do, and what it is answered.
//!
//! Enters: bytes, verdicts on publishes, acks, goodbyes, and `now`. Leaves: actions for the session's task, and the bytes to
//! send ([`Engine::take_output`]). It never waits, never reads a clock, never panics on any input, and keeps nothing but the
//! unfinished packet, the window of unsettled publishes and the will: an idle session owns no buffer.
//!
//! States: waiting for CONNECT → open → ended. Ended is final: input is ignored and nothing more is said.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::status::{STATUS_BYTES_MAX, Status};
use holdfast_protocol::topic::{Down, Up, down_filter};

use super::codec::{self, Connect, ConnectRefusal, Fault, Incoming, Message, Offer, Order};
use super::outbox::{Goodbye, PacketId, Verdict};

/// Unsettled QoS 1 publishes taken at once, told in CONNACK; the node's own window is 64 records.
pub const RECEIVE_MAX: u16 = 64;
/// Bytes of unsettled payloads above which nothing more is read until some are settled: ten windows of 48 KiB, or two
/// packets of the largest size. Nothing is refused for it; the node waits in its TCP window. With the last read taken in
/// full, a session holds at most this and one packet more.
pub const WINDOW_BYTES_MAX: usize = 512 * 1024;
/// Longest keepalive taken: a node that vanished is noticed after 1.5 times this, 45 minutes. Also used for a node that
/// asks for none.
pub const KEEP_ALIVE_S_MAX: u16 = 1_800;
/// From the accepted TCP connection to CONNECT, the handshake included: three round trips of 600 ms and a slow processor
/// fit many times.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// What the session's task has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// CONNECT was accepted; CONNACK is in the output.
    Opened,
    /// Hand a record to ingest; [`Engine::settle`] answers it.
    Record {
        /// Whose PUBACK is owed.
        packet: PacketId,
        /// The record.
        payload: Bytes,
    },
    /// The node says something of itself; already answered.
    Status(Status),
    /// A publish or a filter was refused and the connection goes on.
    Refused(Refused),
    /// Write the output, then close.
    End(End),
}

/// What was refused without ending the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A publish on a topic that is not the node's own: another node's, or none of ours. PUBACK 0x87.
    ForeignTopic,
    /// A subscription to what is not for this node. SUBACK 0x87.
    ForeignFilter,
    /// A record at QoS 0, of which nobody could say what became of it. Dropped.
    Unanswerable,
    /// A status that cannot be read. PUBACK 0x99.
    BadStatus,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// CONNECT was refused.
    Refused(ConnectRefusal),
    /// No CONNECT came in time.
    NoConnect,
    /// The node broke the protocol; it was told why.
    Fault(Fault),
    /// 0x93: more publishes at once than it was told.
    ReceiveMax,
    /// 0x8D: nothing heard for one and a half keepalives.
    KeepAlive,
    /// The node left with DISCONNECT; its reason code.
    Left(u8),
    /// The connection broke or was closed without a word.
    Cut,
    /// The controller ended it.
    Goodbye(Goodbye),
}

/// A will that is to be delivered unless the node comes back within its delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWill {
    /// What it says.
    pub status: Status,
    /// From the end of the connection.
    pub delay: Duration,
}

/// One session.
#[derive(Debug)]
pub struct Engine {
    node: NodeId,
    phase: Phase,
    /// The head of a packet that has not arrived whole; empty and unallocated otherwise.
    inbox: BytesMut,
    /// What waits to be written; empty and unallocated otherwise.
    output: BytesMut,
}

#[derive(Debug)]
enum Phase {
    Waiting { until: Instant, refusal: Option<&'static str> },
    Open(Open),
    Ended(Option<KeptWill>),
}

#[derive(Debug)]
struct Open {
    heard: Instant,
    silence_max: Duration,
    packet_bytes_max: u32,
    acks_wanted: bool,
    commands_wanted: bool,
    will: Option<KeptWill>,
    /// Unsettled publishes, at most [`RECEIVE_MAX`], with the size of each.
    window: Vec<(PacketId, usize)>,
    window_bytes: usize,
}

impl Engine {
    /// A connection of `node`, which the certificate and the registry have proved, accepted at `accepted`.
    #[must_use]
    pub fn new(node: NodeId, accepted: Instant) -> Self {
        Self::waiting(node, accepted, None)
    }

    /// A connection whose CONNECT will be answered with 0x87 and `why`, so that the other side learns it in words.
    #[must_use]
    pub fn refusing(node: NodeId, accepted: Instant, why: &'static str) -> Self {
        Self::waiting(node, accepted, Some(why))
    }

    fn waiting(node: NodeId, accepted: Instant, refusal: Option<&'static str>) -> Self {
        let until = accepted + CONNECT_WITHIN;
        let phase = Phase::Waiting { until, refusal };
        Self { node, phase, inbox: BytesMut::new(), output: BytesMut::new() }
    }

    /// Whether the session is over.
    #[must_use]
    pub const fn ended(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }

    /// Whether more bytes may be read: not while the window is full of bytes.
    #[must_use]
    pub const fn wants_input(&self) -> bool {
        match &self.phase {
            Phase::Waiting { .. } => true,
            Phase::Open(open) => open.window_bytes < WINDOW_BYTES_MAX,
            Phase::Ended(_) => false,
        }
    }

    /// When [`Engine::expire`] has something to do, or `None`: the node cannot be blamed for silence while it is not read.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Waiting { until, .. } => Some(*until),
            Phase::Open(open) if self.wants_input() => Some(open.heard + open.silence_max),
            Phase::Open(_) | Phase::Ended(_) => None,
        }
    }

    /// What is to be written now; leaves nothing behind, capacity included.
    pub fn take_output(&mut self) -> BytesMut {
        std::mem::take(&mut self.output)
    }

    /// The will that is due after the end; the second call gives `None`.
    pub fn take_will(&mut self) -> Option<KeptWill> {
        match &mut self.phase {
            Phase::Ended(will) => will.take(),
            Phase::Waiting { .. } | Phase::Open(_) => None,
        }
    }

    /// Bytes kept between calls; bounded by one packet.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.inbox.len() + self.output.len()
    }

    /// Takes bytes that arrived.
    pub fn input(&mut self, bytes: &[u8], now: Instant) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Phase::Open(open) = &mut self.phase {
            open.heard = now;
        }
        if self.inbox.is_empty() {
            let left = self.packets(bytes, now, &mut actions);
            if !self.ended() {
                self.inbox.extend_from_slice(left);
            }
        } else {
            let mut inbox = std::mem::take(&mut self.inbox);
            inbox.extend_from_slice(bytes);
            let left = self.packets(&inbox, now, &mut actions).len();
            if !self.ended() && left > 0 {
                inbox.advance(inbox.len() - left);
                self.inbox = inbox;
            }
        }
        actions
    }

    /// Takes the whole packets at the head of `bytes`; what is left is the beginning of one.
    fn packets<'a>(&mut self, mut bytes: &'a [u8], now: Instant, actions: &mut Vec<Action>) -> &'a [u8] {
        while !self.ended() {
            let order = match self.phase {
                Phase::Waiting { .. } => Order::First,
                Phase::Open(_) | Phase::Ended(_) => Order::Later,
            };
            let taken = codec::frame_length(bytes, order).and_then(|length| {
                let Some((frame, rest)) = length.and_then(|length| bytes.split_at_checked(length)) else {
                    return Ok(None);
                };
                Ok(Some((codec::decode(frame, order)?, rest)))
            });
            match taken {
                Ok(None) => return bytes,
                Ok(Some((packet, rest))) => {
                    bytes = rest;
                    self.packet(packet, now, actions);
                }
                Err(fault) => self.fault(fault, actions),
            }
        }
        &[]
    }

    fn packet(&mut self, packet: Incoming, now: Instant, actions: &mut Vec<Action>) {
        match packet {
            Incoming::Connect(connect) => match self.connect(&connect, now) {
                Ok(()) => actions.push(Action::Opened),
                Err(why) => self.refuse(why, actions),
            },
            Incoming::Publish(message) => self.publish(message, actions),
            Incoming::Subscribe { packet, filters } => self.subscribe(packet, &filters, actions),
            Incoming::Unsubscribe { packet, filters } => self.unsubscribe(packet, &filters),
            // Nothing of ours goes out at QoS 1 yet: an acknowledgement of nothing is ignored, as after a reconnect.
            Incoming::PubAck(_) => {}
            Incoming::PingRequest => codec::put_pong(&mut self.output),
            Incoming::Disconnect(reason) => self.end(End::Left(reason), actions),
        }
    }

    fn connect(&mut self, connect: &Connect, now: Instant) -> Result<(), ConnectRefusal> {
        if let Phase::Waiting { refusal: Some(why), .. } = self.phase {
            return Err(ConnectRefusal::NotAuthorised(why));
        }
        if connect.client_id != self.node.to_string() {
            return Err(ConnectRefusal::ClientId);
        }
        if connect.wants_authentication {
            return Err(ConnectRefusal::Authentication);
        }
        let will = self.will(connect)?;
        let lowered = !(1..=KEEP_ALIVE_S_MAX).contains(&connect.keep_alive_s);
        let keep_alive_s = if lowered { KEEP_ALIVE_S_MAX } else { connect.keep_alive_s };
        self.phase = Phase::Open(Open {
            heard: now,
            silence_max: Duration::from_millis(u64::from(keep_alive_s) * 1_500),
            packet_bytes_max: connect.packet_bytes_max,
            acks_wanted: false,
            commands_wanted: false,
            will,
            window: Vec::new(),
            window_bytes: 0,
        });
        let offer = Offer { receive_max: RECEIVE_MAX, keep_alive_s: lowered.then_some(KEEP_ALIVE_S_MAX) };
        codec::put_connack(&mut self.output, offer);
        Ok(())
    }

    fn will(&self, connect: &Connect) -> Result<Option<KeptWill>, ConnectRefusal> {
        let Some(will) = &connect.will else { return Ok(None) };
        if will.retain {
            return Err(ConnectRefusal::Fault(Fault::Retain));
        }
        if will.qos > 1 {
            return Err(ConnectRefusal::Fault(Fault::Qos));
        }
        if will.topic != Up::Status.of(self.node) {
            return Err(ConnectRefusal::WillTopic);
        }
        let status = status(&will.payload).ok_or(ConnectRefusal::WillPayload)?;
        // The will is due after its delay or at the end of the session, whichever is first (section 3.1.2.5).
        let delay = Duration::from_secs(u64::from(will.delay_s.min(connect.session_expiry_s)));
        Ok(Some(KeptWill { status, delay }))
    }

    fn publish(&mut self, message: Message, actions: &mut Vec<Action>) {
        let Phase::Open(open) = &mut self.phase else { return };
        if let Some(packet) = message.packet {
            if open.window.iter().any(|(other, _)| *other == packet) {
                let fault = Fault::Protocol("a packet identifier that is in use");
                return self.fault(fault, actions);
            }
            if open.window.len() >= usize::from(RECEIVE_MAX) {
                return self.end(End::ReceiveMax, actions);
            }
        }
        let answer = match (Up::parse(&message.topic, self.node), message.packet) {
            (Some(Up::Record | Up::Urgent), Some(packet)) => {
                open.window.push((packet, message.payload.len()));
                open.window_bytes += message.payload.len();
                actions.push(Action::Record { packet, payload: message.payload });
                return;
            }
            (Some(Up::Record | Up::Urgent), None) => {
                actions.push(Action::Refused(Refused::Unanswerable));
                return;
            }
            (Some(Up::Status), _) => match status(&message.payload) {
                Some(status) => {
                    actions.push(Action::Status(status));
                    Verdict::Stored
                }
                None => {
                    actions.push(Action::Refused(Refused::BadStatus));
                    Verdict::Unusable
                }
            },
            (None, _) => {
                actions.push(Action::Refused(Refused::ForeignTopic));
                Verdict::NotAuthorised
            }
        };
        if let Some(packet) = message.packet {
            codec::put_puback(&mut self.output, packet, answer);
        }
    }

    fn subscribe(&mut self, packet: PacketId, filters: &[(String, u8)], actions: &mut Vec<Action>) {
        let node = self.node;
        let Phase::Open(open) = &mut self.phase else { return };
        let mut grant = |(filter, qos): &(String, u8)| {
            let (acks, commands) = wanted(filter, node);
            if !acks && !commands {
                actions.push(Action::Refused(Refused::ForeignFilter));
                return None;
            }
            open.acks_wanted |= acks;
            open.commands_wanted |= commands;
            Some((*qos).min(1))
        };
        let granted: Vec<Option<u8>> = filters.iter().map(&mut grant).collect();
        codec::put_suback(&mut self.output, packet, &granted);
    }

    fn unsubscribe(&mut self, packet: PacketId, filters: &[String]) {
        let node = self.node;
        let Phase::Open(open) = &mut self.phase else { return };
        let mut give_up = |filter: &String| {
            let (acks, commands) = wanted(filter, node);
            let existed = (acks && open.acks_wanted) || (commands && open.commands_wanted);
            open.acks_wanted &= !acks;
            open.commands_wanted &= !commands;
            existed
        };
        let existed: Vec<bool> = filters.iter().map(&mut give_up).collect();
        codec::put_unsuback(&mut self.output, packet, &existed);
    }

    /// Answers a publish that was handed out as [`Action::Record`]; anything else is ignored.
    pub fn settle(&mut self, packet: PacketId, verdict: Verdict, now: Instant) {
        let full = !self.wants_input();
        let Phase::Open(open) = &mut self.phase else { return };
        let Some(index) = open.window.iter().position(|(other, _)| *other == packet) else { return };
        let (_, size) = open.window.swap_remove(index);
        open.window_bytes = open.window_bytes.saturating_sub(size);
        if open.window.is_empty() {
            open.window = Vec::new();
        }
        if full && open.window_bytes < WINDOW_BYTES_MAX {
            open.heard = now;
        }
        codec::put_puback(&mut self.output, packet, verdict);
    }

    /// Sends what is stored to a node that has subscribed to it; to another, nothing: it asks again by sending again.
    pub fn deliver_ack(&mut self, ack: &Ack) {
        let topic = Down::Ack.of(self.node);
        if let Phase::Open(open) = &self.phase
            && open.acks_wanted
        {
            codec::put_ack(&mut self.output, &topic, ack.encode(), open.packet_bytes_max);
        }
    }

    /// Ends the session from this side; a session that is not open is only closed.
    pub fn goodbye(&mut self, why: Goodbye) -> Vec<Action> {
        let mut actions = Vec::new();
        self.end(End::Goodbye(why), &mut actions);
        actions
    }

    /// The connection is gone.
    pub fn cut(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        self.end(End::Cut, &mut actions);
        actions
    }

    /// Ends what is overdue.
    pub fn expire(&mut self, now: Instant) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.next_deadline().is_some_and(|deadline| deadline <= now) {
            let end = match self.phase {
                Phase::Waiting { .. } => End::NoConnect,
                Phase::Open(_) | Phase::Ended(_) => End::KeepAlive,
            };
            self.end(end, &mut actions);
        }
        actions
    }

    fn fault(&mut self, fault: Fault, actions: &mut Vec<Action>) {
        match self.phase {
            Phase::Waiting { .. } => self.refuse(ConnectRefusal::Fault(fault), actions),
            Phase::Open(_) | Phase::Ended(_) => self.end(End::Fault(fault), actions),
        }
    }

    fn refuse(&mut self, why: ConnectRefusal, actions: &mut Vec<Action>) {
        codec::put_connack_refused(&mut self.output, why);
        self.end(End::Refused(why), actions);
    }

    fn end(&mut self, end: End, actions: &mut Vec<Action>) {
        let reason = match end {
            End::Fault(fault) => Some(fault.code()),
            End::ReceiveMax => Some(0x93),
            End::KeepAlive => Some(0x8D),
            End::Goodbye(Goodbye::ShuttingDown) => Some(0x8B),
            End::Goodbye(Goodbye::TakenOver) => Some(0x8E),
            End::Goodbye(Goodbye::Revoked) => Some(0x87),
            End::Refused(_) | End::NoConnect | End::Left(_) | End::Cut => None,
        };
        let will = match std::mem::replace(&mut self.phase, Phase::Ended(None)) {
            Phase::Waiting { .. } => None,
            Phase::Open(open) => {
                if let Some(reason) = reason {
                    codec::put_disconnect(&mut self.output, reason);
                }
                open.will.filter(|_| speaks_for_the_node(end))
            }
            already @ Phase::Ended(_) => {
                self.phase = already;
                return;
            }
        };
        self.phase = Phase::Ended(will);
        self.inbox = BytesMut::new();
        actions.push(Action::End(end));
    }
}

/// Whether the will says something after such an end. A clean DISCONNECT takes it back; and a session that the controller
/// ended says nothing of the node (the standard would send it, which would tell the controller its own doing as news).
const fn speaks_for_the_node(end: End) -> bool {
    match end {
        End::Left(reason) => reason != 0,
        End::Fault(_) | End::ReceiveMax | End::KeepAlive | End::Cut => true,
        End::Goodbye(_) | End::Refused(_) | End::NoConnect => false,
    }
}

/// Whether `filter` asks for the acks and for the commands of `node`.
fn wanted(filter: &str, node: NodeId) -> (bool, bool) {
    let all = filter == down_filter(node);
    (all || filter == Down::Ack.of(node), all || filter == Down::Command.of(node))
}

fn status(payload: &[u8]) -> Option<Status> {
    if payload.len() > STATUS_BYTES_MAX { None } else { Status::decode(payload).ok() }
}

/// Total function for the fuzz target: any bytes, fed in pieces cut by the bytes themselves, with every publish settled.
/// Returns the most bytes the engine held between two calls.
#[must_use]
pub fn fuzz_input(bytes: &[u8], start: Instant) -> usize {
    let mut engine = Engine::new(NodeId::from_bytes([1, 2, 3, 4, 5]), start);
    let mut held = 0;
    let mut rest = bytes;
    while let Some((cut, tail)) = rest.split_first() {
        let (piece, tail) = tail.split_at(usize::from(*cut).min(tail.len()));
        rest = tail;
        for action in engine.input(piece, start) {
            if let Action::Record { packet, .. } = action {
                engine.settle(packet, Verdict::Stored, start);
            }
        }
        engine.take_output();
        held = held.max(engine.held_bytes());
    }
    engine.cut();
    held
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;

//! What the rest of the controller may say to one live MQTT session.
//!
//! Enters: acknowledgements, PUBACKs and goodbyes from ingest, revocation and shutdown. Leaves: those, drained by the
//! session's own task, which is woken once however many there are. Never blocks, never grows past its bound: a PUBACK is
//! bounded by the receive maximum, an ack replaces the one that waits, a goodbye is one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use holdfast_protocol::ack::Ack;
use tokio::sync::Notify;

/// MQTT packet identifier of a PUBLISH that waits for its PUBACK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PacketId(pub u16);

/// What became of a PUBLISH; the MQTT reason code of its PUBACK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 0x00: stored, or was already.
    Stored,
    /// 0x10: taken by nobody; the node holds it.
    Nobody,
    /// 0x83: the controller could not store it (disk full, database away); the node tries again.
    NotNow,
    /// 0x87: this node may not say this.
    NotAuthorised,
    /// 0x97: too much at once; the node waits.
    Quota,
    /// 0x99: it will never be taken; the node puts it aside and counts it.
    Unusable,
}

/// Why a session is ended by the controller; the MQTT reason code of its DISCONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// 0x8B: the controller stops.
    ShuttingDown,
    /// 0x8E: the node has connected again.
    TakenOver,
    /// 0x87: the node was revoked.
    Revoked,
}

/// All that waits for one session.
#[derive(Debug, Default)]
pub struct Waiting {
    /// PUBACKs in the order of their commits.
    pub pubacks: VecDeque<(PacketId, Verdict)>,
    /// The newest ack of each stream, oldest first; one entry a stream.
    pub acks: Vec<Ack>,
    /// The goodbye, if the session has to end.
    pub goodbye: Option<Goodbye>,
}

/// The mailbox of one session.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    ready: Notify,
}

impl Outbox {
    /// Settles a PUBLISH.
    pub fn puback(&self, packet: PacketId, verdict: Verdict) {
        self.change(|waiting| waiting.pubacks.push_back((packet, verdict)));
    }

    /// Tells the node what is stored; replaces an ack of the same stream that still waits.
    pub fn ack(&self, ack: Ack) {
        self.change(|waiting| {
            waiting.acks.retain(|other| other.epoch != ack.epoch);
            waiting.acks.push(ack);
        });
    }

    /// Ends the session; the first goodbye stays.
    pub fn goodbye(&self, why: Goodbye) {
        self.change(|waiting| {
            waiting.goodbye.get_or_insert(why);
        });
    }

    /// Takes everything that waits.
    pub fn take(&self) -> Waiting {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something may be there. Dropping the future loses nothing.
    pub async fn ready(&self) {
        self.ready.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.ready.notify_one();
    }
}

//! Who is connected: one live session a node, and the wills of those that left without a word.
//!
//! Enters: sessions that open and end, and words for them (`close`, acknowledgements through their outbox). Leaves: the
//! outbox of a node's session, counts, wills that have become due. Never holds a socket: a session's own task does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::status::Status;

use super::counters::Counters;
use super::engine::KeptWill;
use super::outbox::{Goodbye, Outbox};

/// All live sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    state: Mutex<State>,
    /// What the door has counted.
    pub counters: Counters,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    live: HashMap<NodeId, Live>,
    /// At most one a node, so bounded by the registry.
    wills: HashMap<NodeId, (Instant, Status)>,
}

#[derive(Debug)]
struct Live {
    number: Number,
    outbox: Arc<Outbox>,
}

/// Tells two sessions of one node apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(u64);

impl Sessions {
    /// None yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Makes `outbox` the node's live session. The one before is told 0x8E, and its will is taken back: the node is here.
    pub fn enter(&self, node: NodeId, outbox: &Arc<Outbox>) -> Number {
        let mut state = self.state();
        state.last = state.last.wrapping_add(1);
        let number = Number(state.last);
        state.wills.remove(&node);
        let live = Live { number, outbox: Arc::clone(outbox) };
        if let Some(old) = state.live.insert(node, live) {
            old.outbox.goodbye(Goodbye::TakenOver);
        }
        number
    }

    /// Takes a session out. Its will is kept only while no other session of the node is live.
    pub fn leave(&self, node: NodeId, number: Number, will: Option<KeptWill>, now: Instant) {
        let mut state = self.state();
        if state.live.get(&node).is_none_or(|live| live.number != number) {
            return;
        }
        state.live.remove(&node);
        if let Some(will) = will
            && let Some(due) = now.checked_add(will.delay)
        {
            state.wills.insert(node, (due, will.status));
        }
    }

    /// Ends the session of `node`, if it has one: revocation, for instance. The session's task is woken at once.
    pub fn close(&self, node: NodeId, why: Goodbye) {
        if let Some(outbox) = self.outbox(node) {
            outbox.goodbye(why);
        }
    }

    /// Ends all sessions.
    pub fn close_all(&self, why: Goodbye) {
        for live in self.state().live.values() {
            live.outbox.goodbye(why);
        }
    }

    /// The mailbox of the node's live session.
    #[must_use]
    pub fn outbox(&self, node: NodeId) -> Option<Arc<Outbox>> {
        self.state().live.get(&node).map(|live| Arc::clone(&live.outbox))
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.state().live.len()
    }

    /// Takes the wills whose delay is over.
    pub fn due_wills(&self, now: Instant) -> Vec<(NodeId, Status)> {
        let mut state = self.state();
        state.wills.extract_if(|_, (due, _)| *due <= now).map(|(node, (_, status))| (node, status)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use holdfast_protocol::ids::BootCounter;

    use super::*;

    const NODE: NodeId = NodeId::from_bytes([7; 5]);

    fn will(delay_s: u64) -> Option<KeptWill> {
        let status = Status::Gone { boot: BootCounter(3) };
        Some(KeptWill { status, delay: Duration::from_secs(delay_s) })
    }

    #[test]
    fn a_second_session_of_a_node_ends_the_first_and_only_the_first() {
        let sessions = Sessions::new();
        let (old, new) = (Arc::new(Outbox::default()), Arc::new(Outbox::default()));
        let first = sessions.enter(NODE, &old);
        let second = sessions.enter(NODE, &new);
        assert_eq!(old.take().goodbye, Some(Goodbye::TakenOver));
        assert_eq!(new.take().goodbye, None);
        assert_eq!(sessions.open_count(), 1);
        sessions.leave(NODE, first, None, Instant::now());
        assert_eq!(sessions.open_count(), 1, "the late end of the first must not take out the second");
        sessions.leave(NODE, second, None, Instant::now());
        assert_eq!(sessions.open_count(), 0);
    }

    #[test]
    fn a_will_is_due_after_its_delay_once_and_never_when_the_node_has_come_back() {
        let (sessions, start) = (Sessions::new(), Instant::now());
        let outbox = Arc::new(Outbox::default());
        let number = sessions.enter(NODE, &outbox);
        sessions.leave(NODE, number, will(900), start);
        assert_eq!(sessions.due_wills(start + Duration::from_secs(899)), []);
        let due = sessions.due_wills(start + Duration::from_secs(900));
        assert_eq!(due, [(NODE, Status::Gone { boot: BootCounter(3) })]);
        assert_eq!(sessions.due_wills(start + Duration::from_secs(901)), []);

        let number = sessions.enter(NODE, &outbox);
        sessions.leave(NODE, number, will(900), start);
        sessions.enter(NODE, &outbox);
        assert_eq!(sessions.due_wills(start + Duration::from_secs(2_000)), []);
    }

    #[test]
    fn the_will_of_a_session_that_was_replaced_is_dropped() {
        let (sessions, start) = (Sessions::new(), Instant::now());
        let outbox = Arc::new(Outbox::default());
        let first = sessions.enter(NODE, &outbox);
        sessions.enter(NODE, &outbox);
        sessions.leave(NODE, first, will(0), start);
        assert_eq!(sessions.due_wills(start), []);
    }

    #[test]
    fn a_goodbye_reaches_the_session_it_is_meant_for() {
        let sessions = Sessions::new();
        let (mine, other) = (Arc::new(Outbox::default()), Arc::new(Outbox::default()));
        sessions.enter(NODE, &mine);
        sessions.enter(NodeId::from_bytes([8; 5]), &other);
        sessions.close(NODE, Goodbye::Revoked);
        assert_eq!(mine.take().goodbye, Some(Goodbye::Revoked));
        assert_eq!(other.take().goodbye, None);
        sessions.close_all(Goodbye::ShuttingDown);
        assert_eq!(other.take().goodbye, Some(Goodbye::ShuttingDown));
    }
}

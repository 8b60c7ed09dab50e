//! The fleet in memory: who each node is, its newest word, its last day. What every list page is made of.
//!
//! Enters: the registry and history at start; what ingest committed, behind each commit; hints of the door; ticks. Leaves:
//! admissions for the door, rows for `query`, changes for the live feed (at most one a node and second), changes of words
//! to be stored. It is a cache: all of it can be made again from the two files. Never ahead of a commit.

pub mod digest;
pub mod lane;
pub mod load;
pub mod node;
pub mod presence;
pub mod reasons;
pub mod rows;
pub mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::status::Status;
use holdfast_protocol::time::WallMs;
use tokio::sync::broadcast;

use crate::clock::Now;
use crate::history::lanes::{PresenceRow, RunId, SilenceRow};
use crate::model::{Change, Doubt};
use crate::store::nodes::NodeRecord;
use crate::store::sites::SiteRecord;
use node::{Judged, Node};
pub use node::{Newest, NodeFold};
use presence::{Controller, Standing};

/// Changes a slow reader of the feed may lie behind before it misses some: 10 s of 100 nodes that change every second.
const CHANGES_HELD: usize = 1_024;
/// Changes of words that wait for the database: ten for each of 10,000 nodes. The oldest goes first, and is counted.
const PENDING_MAX: usize = 100_000;
/// How long "just started" is said at most; a node with a longer promise goes on being "Not known" by itself.
const JUST_STARTED_MS: i64 = 300_000;

/// Code of the doubt that the database does not take writes.
pub const DOUBT_DATABASE: &str = "database";

/// What the door needs to know of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It belongs to this node.
    Node(NodeId),
    /// It belongs to this node, and is not taken any more.
    Revoked(NodeId),
    /// Nobody knows it.
    Unknown,
}

/// The fleet. Cloning is cheap; all clones are the same fleet.
#[derive(Debug, Clone)]
pub struct Fleet {
    inner: Arc<Mutex<Inner>>,
    changes: broadcast::Sender<Change>,
}

/// What is behind the lock. Sections under it are short and never wait.
#[derive(Debug)]
pub struct Inner {
    /// Nodes by id.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Sites by number.
    pub sites: BTreeMap<SiteId, SiteRecord>,
    by_key: HashMap<[u8; 32], NodeId>,
    doubts: BTreeMap<&'static str, WallMs>,
    started: Now,
    /// When the controller was last alive before this start.
    before: Option<WallMs>,
    run: RunId,
    dirty: BTreeSet<NodeId>,
    pending: Pending,
}

/// Words that wait to be stored.
#[derive(Debug, Default)]
pub struct Pending {
    /// Changes in their order.
    pub presence: Vec<PresenceRow>,
    /// Versions of agents.
    pub agents: Vec<(NodeId, String)>,
    /// Announced silences, the newest of each node.
    pub silences: BTreeMap<NodeId, SilenceRow>,
    /// Changes that were dropped because the database did not take them for too long.
    pub dropped: u64,
}

impl Fleet {
    /// Who holds the key of this certificate. The door asks after every handshake.
    #[must_use]
    pub fn admit(&self, key_sha256: &[u8; 32]) -> Admission {
        let inner = self.lock();
        let Some(id) = inner.by_key.get(key_sha256) else { return Admission::Unknown };
        match inner.nodes.get(id).map(|node| node.standing) {
            Some(Standing::Enrolled) => Admission::Node(*id),
            Some(Standing::Revoked) => Admission::Revoked(*id),
            None => Admission::Unknown,
        }
    }

    /// A node was enrolled; called after the registry's commit.
    pub fn node_enrolled(&self, record: &NodeRecord, now: Now) {
        let mut inner = self.lock();
        inner.by_key.insert(record.key_sha256, record.id);
        inner.nodes.entry(record.id).or_insert_with(|| Node::new(record));
        inner.word(record.id, StateWord::NotYetSeen, now.wall);
        inner.dirty.insert(record.id);
    }

    /// A node was revoked; called after the registry's commit. The door's own sessions are closed by the caller.
    pub fn node_revoked(&self, id: NodeId, now: Now) {
        let mut inner = self.lock();
        if let Some(node) = inner.nodes.get_mut(&id) {
            node.standing = Standing::Revoked;
        }
        inner.judge(id, now);
    }

    /// A site was made; called after the registry's commit.
    pub fn site_made(&self, site: SiteRecord) {
        self.lock().sites.insert(site.id, site);
    }

    /// Takes what was committed.
    pub fn fold(&self, folds: Vec<NodeFold>, now: Now) {
        let mut inner = self.lock();
        for fold in folds {
            let id = fold.node;
            // A node the registry does not know cannot have passed the door.
            let Some(node) = inner.nodes.get_mut(&id) else { continue };
            node.fold(fold);
            inner.dirty.insert(id);
            inner.judge(id, now);
        }
    }

    /// A node said something of itself outside its records: a hint, save for an ordered silence.
    pub fn status_heard(&self, id: NodeId, status: Status, now: Now) {
        let mut inner = self.lock();
        let Some(node) = inner.nodes.get_mut(&id) else { return };
        match status {
            Status::Birth { version, .. } => {
                if node.agent.as_deref() != Some(version.as_str()) {
                    node.agent = Some(version.as_str().into());
                    let agents = &mut inner.pending.agents;
                    agents.retain(|(other, _)| *other != id);
                    agents.push((id, version.clone()));
                }
            }
            Status::Silence { for_s } => {
                let until = node.silence(for_s, now);
                inner.pending.silences.insert(id, SilenceRow { node: id, heard: now.wall, until });
            }
            Status::Stopping { .. } | Status::Gone { .. } => node.left(now.monotonic),
        }
        inner.dirty.insert(id);
        inner.judge(id, now);
    }

    /// The door opened a session.
    pub fn session_opened(&self, id: NodeId, now: Now) {
        self.hint(id, now, |node| node.opened(now.monotonic));
    }

    /// The door closed a session.
    pub fn session_closed(&self, id: NodeId, now: Now) {
        self.hint(id, now, |node| node.closed(now.monotonic));
    }

    /// The controller begins to doubt itself; all words become "as of".
    pub fn doubt_begins(&self, code: &'static str, now: Now) {
        let mut inner = self.lock();
        if inner.doubts.insert(code, now.wall).is_none() {
            tracing::error!(doubt.code = code, "the controller doubts itself: states are as of now");
            inner.judge_all(now);
        }
    }

    /// The reason for a doubt is gone; each node gets one fresh promise.
    pub fn doubt_ends(&self, code: &'static str, now: Now) {
        let mut inner = self.lock();
        if inner.doubts.remove(code).is_none() {
            return;
        }
        tracing::info!(doubt.code = code, "the doubt is over: each node has one fresh promise");
        for node in inner.nodes.values_mut() {
            node.promise_anew(now.monotonic);
        }
        inner.judge_all(now);
    }

    /// The doubt that stands, if any.
    #[must_use]
    pub fn doubt(&self, now: Now) -> Option<Doubt> {
        self.lock().doubt(now)
    }

    /// Lets time pass: judges every node, and sends what changed since the last tick to the feed.
    pub fn tick(&self, now: Now) {
        let mut inner = self.lock();
        inner.judge_all(now);
        let dirty = std::mem::take(&mut inner.dirty);
        if self.changes.receiver_count() > 0 {
            for change in inner.changes(&dirty, now.wall) {
                // An error means that the last reader has just left.
                let _nobody = self.changes.send(change);
            }
        }
    }

    /// The live feed. A reader that falls 1,024 changes behind is told so and reads the page again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// How many nodes are enrolled.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().nodes.len()
    }

    /// Reads under the lock.
    pub fn read<T>(&self, read: impl FnOnce(&Inner) -> T) -> T {
        read(&self.lock())
    }

    /// Words to be stored; what cannot be stored is to be put back.
    pub(crate) fn take_pending(&self) -> Pending {
        std::mem::take(&mut self.lock().pending)
    }

    pub(crate) fn put_back(&self, mut pending: Pending) {
        let mut inner = self.lock();
        let newer = std::mem::take(&mut inner.pending);
        pending.presence.extend(newer.presence);
        pending.agents.extend(newer.agents);
        pending.silences.extend(newer.silences);
        pending.dropped = pending.dropped.saturating_add(newer.dropped);
        let over = pending.presence.len().saturating_sub(PENDING_MAX);
        pending.presence.drain(..over);
        pending.dropped = pending.dropped.saturating_add(u64::try_from(over).unwrap_or(u64::MAX));
        inner.pending = pending;
    }

    pub(crate) fn run_id(&self) -> RunId {
        self.lock().run
    }

    fn hint(&self, id: NodeId, now: Now, change: impl FnOnce(&mut Node)) {
        let mut inner = self.lock();
        if let Some(node) = inner.nodes.get_mut(&id) {
            change(node);
        }
        inner.judge(id, now);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.presence.is_empty() && self.agents.is_empty() && self.silences.is_empty()
    }
}

impl Inner {
    /// The doubt that stands: a standing reason first, else "just started" while nodes are awaited.
    #[must_use]
    pub fn doubt(&self, now: Now) -> Option<Doubt> {
        if let Some((code, as_of)) = self.doubts.first_key_value() {
            return Some(Doubt { code: (*code).to_owned(), as_of: *as_of });
        }
        let run_ms = now.monotonic.saturating_duration_since(self.started.monotonic).as_millis();
        let young = i64::try_from(run_ms).is_ok_and(|ms| ms < JUST_STARTED_MS);
        let as_of = self.before.filter(|_| young && self.nodes.values().any(Node::awaited))?;
        Some(Doubt { code: "just_started".to_owned(), as_of })
    }

    /// Nodes of each site, sites without any included.
    #[must_use]
    pub fn by_site(&self) -> BTreeMap<SiteId, Vec<&Node>> {
        let mut sites: BTreeMap<SiteId, Vec<&Node>> = self.sites.keys().map(|id| (*id, Vec::new())).collect();
        for node in self.nodes.values() {
            if let Some(nodes) = node.site.and_then(|site| sites.get_mut(&site)) {
                nodes.push(node);
            }
        }
        sites
    }

    fn controller(&self) -> Controller {
        if self.doubts.is_empty() { Controller::Sound } else { Controller::InDoubt }
    }

    fn judge_all(&mut self, now: Now) {
        let ids: Vec<NodeId> = self.nodes.keys().copied().collect();
        for id in ids {
            self.judge(id, now);
        }
    }

    fn judge(&mut self, id: NodeId, now: Now) {
        let controller = self.controller();
        match self.nodes.get_mut(&id).map_or(Judged::Same, |node| node.judge(controller, now)) {
            Judged::Same => {}
            Judged::Mark => {
                self.dirty.insert(id);
            }
            Judged::Word(word) => {
                self.dirty.insert(id);
                self.pending.presence.push(PresenceRow { node: id, from: now.wall, word });
            }
        }
    }

    /// Writes a word that no judgement made.
    fn word(&mut self, id: NodeId, word: StateWord, at: WallMs) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.restore_word(word, at);
        }
        self.pending.presence.push(PresenceRow { node: id, from: at, word });
    }

    fn changes(&self, dirty: &BTreeSet<NodeId>, now: WallMs) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut sites = BTreeSet::new();
        for node in dirty.iter().filter_map(|id| self.nodes.get(id)) {
            let site = node.site.and_then(|site| self.sites.get(&site));
            sites.extend(site.map(|site| site.id));
            changes.push(Change::Node(Box::new(rows::node_row(node, site))));
        }
        if sites.is_empty() {
            return changes;
        }
        let by_site = self.by_site();
        for id in sites {
            if let (Some(site), Some(nodes)) = (self.sites.get(&id), by_site.get(&id)) {
                changes.push(Change::Site(Box::new(rows::site_row(site, nodes, now))));
            }
        }
        changes
    }
}

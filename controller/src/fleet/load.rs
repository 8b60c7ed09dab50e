//! The fleet as the two files know it, at start.
//!
//! Enters: registry and history. Leaves: a [`Fleet`] in which every node that was ever heard is "Not known" since the
//! controller was last alive, has one fresh promise, and shows its last word "as of". Writes that this run began.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use holdfast_protocol::block;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::presence::StateWord;
use tokio::sync::broadcast;

use super::digest::Digest;
use super::lane::STRIP_MS;
use super::node::{Newest, Node};
use super::presence::Standing;
use super::{CHANGES_HELD, Fleet, Inner, Pending};
use crate::clock::Now;
use crate::history::state::LoadedNode;
use crate::history::{History, RecordKey};
use crate::ingest::ranges::RangeSet;
use crate::store::{Store, StoreError};

/// Nodes read at a time: 1,000 rows of about 1 kB.
const PAGE: u32 = 1_000;

impl Fleet {
    /// Reads it.
    ///
    /// # Errors
    /// What the databases say.
    pub async fn load(store: &Store, history: &History, now: Now) -> Result<Self, StoreError> {
        let (run, before) = history.begin_run(now.wall).await?;
        let mut inner = Inner {
            nodes: BTreeMap::new(),
            sites: store.sites().await?.into_iter().map(|site| (site.id, site)).collect(),
            by_key: std::collections::HashMap::new(),
            doubts: BTreeMap::new(),
            started: now,
            before,
            run,
            dirty: std::collections::BTreeSet::new(),
            pending: Pending::default(),
        };
        registry(&mut inner, store).await?;
        for loaded in history.node_states().await? {
            restore(&mut inner, loaded, now);
        }
        for probe in history.probes().await? {
            if let Some(node) = inner.nodes.get_mut(&probe.node) {
                node.probe(probe.key, &probe.probe, probe.failing.as_deref());
            }
        }
        for silence in history.silences().await? {
            if let Some(node) = inner.nodes.get_mut(&silence.node) {
                node.restore_silence(silence.heard, silence.until, now);
            }
        }
        streams(&mut inner, history).await?;
        for change in history.presence_since(now.wall.plus_ms(-STRIP_MS)).await? {
            if let Some(node) = inner.nodes.get_mut(&change.node) {
                node.restore_word(change.word, change.from);
            }
        }
        downtime(&mut inner, now);
        let (changes, _none) = broadcast::channel(CHANGES_HELD);
        Ok(Self { inner: Arc::new(Mutex::new(inner)), changes })
    }
}

async fn registry(inner: &mut Inner, store: &Store) -> Result<(), StoreError> {
    let mut after: Option<NodeId> = None;
    loop {
        let page = store.nodes(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for record in &page {
            inner.by_key.insert(record.key_sha256, record.id);
            inner.nodes.insert(record.id, Node::new(record));
        }
    }
}

fn restore(inner: &mut Inner, loaded: LoadedNode, now: Now) {
    let Some(node) = inner.nodes.get_mut(&loaded.state.node) else { return };
    let digest =
        loaded.block.and_then(|(at, body)| block::decode(&body, at).ok()).map(|block| Digest::of(&block));
    let newest = Newest {
        key: loaded.state.newest,
        received: Now { wall: loaded.state.heard, monotonic: now.monotonic },
        report_within_s: loaded.state.report_within_s,
        boot: loaded.state.boot,
        clock_error_ms: loaded.state.clock_error_ms,
    };
    node.agent = loaded.agent.map(Into::into);
    node.restore(newest, loaded.state.block.zip(digest), now.monotonic);
}

/// Losses of all streams, gaps of the newest.
async fn streams(inner: &mut Inner, history: &History) -> Result<(), StoreError> {
    let mut newest: BTreeMap<NodeId, RecordKey> = BTreeMap::new();
    for stream in history.streams().await? {
        let Some(node) = inner.nodes.get_mut(&stream.node) else { continue };
        node.lost_records = node.lost_records.saturating_add(stream.lost_records);
        let key = stream.number.key(Sequence(0));
        if newest.get(&stream.node).is_none_or(|before| *before < key) {
            newest.insert(stream.node, key);
            node.missing_records = RangeSet::restore(stream.below, stream.ranges).missing();
        }
    }
    Ok(())
}

/// Since the controller was last alive, nothing is known of a node that was ever heard.
fn downtime(inner: &mut Inner, now: Now) {
    let since = inner.before.unwrap_or(now.wall);
    let heard: Vec<NodeId> = inner
        .nodes
        .values()
        .filter(|node| node.newest.is_some() && node.standing == Standing::Enrolled)
        .map(|node| node.id)
        .collect();
    for id in heard {
        inner.word(id, StateWord::NotKnown, since);
        // Fills "was" and the rest of the verdict; the word is the same, so nothing is written twice.
        inner.judge(id, now);
    }
    let unseen: Vec<NodeId> =
        inner.nodes.values().filter(|node| node.newest.is_none()).map(|node| node.id).collect();
    for id in unseen {
        inner.judge(id, now);
    }
    inner.dirty.clear();
}

//! From a group of arrivals to one commit and its answers. Pure: nothing here is true before the commit returns.
//!
//! Enters: judged arrivals, in order. Leaves: a [`Plan`]: rows to commit, and what is to be said and folded **after** that.
//! Works on copies of the streams it touches; they replace the originals only when the plan is settled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use holdfast_protocol::ack::Ack;
use holdfast_protocol::event::Event;
use holdfast_protocol::ids::{Epoch, NodeId, Sequence};
use holdfast_protocol::record::Header;
use holdfast_protocol::time::{BootMs, ClockTrust};

use super::judge::{Content, Taken};
use super::streams::Stream;
use super::times::{Heard, Times};
use crate::clock::Now;
use crate::door::outbox::{Outbox, PacketId, Verdict};
use crate::fleet::{Newest, NodeFold};
use crate::history::append::{
    BootRow, Group, NodeStateRow, OutageRow, ProbeRow, RecordRow, StartRow, StreamRow,
};
use crate::history::hour::hours_of;
use crate::history::{RecordKey, StreamNumber};

/// Most streams of one node. A stream ends only when a spool is lost or made new; a node with 64 is broken or hostile, and
/// each costs memory for ever.
pub const STREAMS_PER_NODE_MAX: usize = 64;

/// A judged arrival that waits for its commit.
#[derive(Debug)]
pub struct Judged {
    /// Whose session.
    pub node: NodeId,
    /// What it is.
    pub taken: Taken,
    /// When it was received.
    pub received: Now,
    /// Its packet.
    pub packet: PacketId,
    /// Who waits for the answer.
    pub outbox: Arc<Outbox>,
}

/// What to commit, and what to do when that is done.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rows to commit.
    pub group: Group,
    /// One ack a stream and mailbox.
    pub acks: Vec<(Arc<Outbox>, Ack)>,
    /// One PUBACK an arrival, in their order.
    pub pubacks: Vec<(Arc<Outbox>, PacketId, Verdict)>,
    /// What the fleet learns.
    pub folds: Vec<NodeFold>,
    /// Records that were stored before.
    pub again: u64,
    /// Arrivals refused for want of room.
    pub refused: u64,
    /// Bodies that are kept and cannot be read, and why.
    pub unreadable: Vec<(NodeId, String)>,
    touched: HashMap<(NodeId, Epoch), Stream>,
    newest: HashMap<NodeId, RecordKey>,
}

/// All streams, and what decides which word of a node is the newest.
#[derive(Debug, Default)]
pub struct Planner {
    streams: HashMap<(NodeId, Epoch), Stream>,
    epochs: HashMap<NodeId, Vec<Epoch>>,
    numbers: HashMap<NodeId, StreamNumber>,
    newest: HashMap<NodeId, RecordKey>,
    times: Times,
    unsaved: BTreeMap<(NodeId, u32), BootRow>,
    last_number: u32,
}

/// One node's part of a plan.
#[derive(Default)]
struct NodePart {
    newest: Option<(Newest, NodeStateRow)>,
    block: Option<(RecordKey, crate::fleet::digest::Digest)>,
    probes: Vec<ProbeRow>,
}

impl Planner {
    /// From what history holds.
    #[must_use]
    pub fn restore(streams: Vec<StreamRow>, newest: &[NodeStateRow], boots: &[BootRow]) -> Self {
        let mut planner = Self::default();
        for row in newest {
            planner.newest.insert(row.node, row.newest);
            planner.times.restore_newest(row);
        }
        for row in streams {
            planner.last_number = planner.last_number.max(row.number.0);
            planner.adopt(Stream::restore(row));
        }
        for row in boots {
            planner.times.restore(row);
        }
        planner
    }

    /// Plans a group.
    #[must_use]
    pub fn plan(&mut self, arrivals: Vec<Judged>) -> Plan {
        let mut plan = Plan::default();
        let mut parts: BTreeMap<NodeId, NodePart> = BTreeMap::new();
        let mut answered: Vec<((NodeId, Epoch), Arc<Outbox>)> = Vec::new();
        let mut numbers = self.last_number;
        for arrival in arrivals {
            let header = arrival.taken.record.header;
            let id = (arrival.node, header.epoch);
            let Some(mut stream) = self.stream(&mut plan, id, &mut numbers) else {
                plan.refused = plan.refused.saturating_add(1);
                plan.pubacks.push((arrival.outbox, arrival.packet, Verdict::Quota));
                continue;
            };
            // A record that stands for several is known when all of them are; it is kept under the highest that is not.
            let missing = stream.set.highest_missing(header.first.0, header.last.0);
            stream.arrived(header.first, header.last);
            let part = parts.entry(arrival.node).or_default();
            if !answered.iter().any(|(other, outbox)| *other == id && Arc::ptr_eq(outbox, &arrival.outbox)) {
                answered.push((id, Arc::clone(&arrival.outbox)));
            }
            plan.pubacks.push((arrival.outbox, arrival.packet, Verdict::Stored));
            match missing {
                Some(sequence) => {
                    let key = stream.number.key(Sequence(sequence));
                    self.take(&mut plan, part, &mut stream, key, arrival.taken, arrival.received);
                }
                None => plan.again = plan.again.saturating_add(1),
            }
            plan.touched.insert(id, stream);
        }
        self.finish(&mut plan, parts, &answered);
        plan
    }

    /// The plan was committed: it is true now.
    pub fn settle(&mut self, plan: &mut Plan) {
        for stream in std::mem::take(&mut plan.touched).into_values() {
            self.last_number = self.last_number.max(stream.number.0);
            self.adopt(stream);
        }
        self.newest.extend(plan.newest.drain());
        for row in &plan.group.boots {
            if self.unsaved.get(&(row.node, row.boot.0)) == Some(row) {
                self.unsaved.remove(&(row.node, row.boot.0));
            }
        }
    }

    /// The controller's wall clock was set by `by_ms`, as was seen at `now`.
    pub fn clock_jumped(&mut self, by_ms: i64, now: std::time::Instant) {
        self.times.clock_jumped(by_ms, now);
        self.unsaved.retain(|_, row| row.trusted);
    }

    /// Streams whose set has shrunk enough to read from history what it had no room for.
    #[must_use]
    pub fn to_read_again(&self, plan: &Plan) -> Vec<(NodeId, Epoch, StreamNumber, Sequence)> {
        let rows = plan.group.streams.iter().filter(|row| row.untracked);
        rows.filter(|row| row.ranges.len() <= super::ranges::RANGES_MAX / 2)
            .map(|row| (row.node, row.epoch, row.number, Sequence(row.below)))
            .collect()
    }

    /// What history holds of such a stream.
    pub fn read_again(&mut self, node: NodeId, epoch: Epoch, ranges: &[(u32, u32)]) {
        let Some(stream) = self.streams.get_mut(&(node, epoch)) else { return };
        stream.untracked = false;
        for (first, last) in ranges {
            stream.stored(Sequence(*first), Sequence(*last));
        }
    }

    /// How many streams are held.
    #[must_use]
    pub fn stream_count(&self) -> usize {
        self.streams.len()
    }

    fn adopt(&mut self, stream: Stream) {
        let epochs = self.epochs.entry(stream.node).or_default();
        if !epochs.contains(&stream.epoch) {
            epochs.push(stream.epoch);
        }
        let number = self.numbers.entry(stream.node).or_insert(stream.number);
        *number = (*number).min(stream.number);
        self.streams.insert((stream.node, stream.epoch), stream);
    }

    /// A copy of the stream to work on, a new one if there is room, or none.
    fn stream(&self, plan: &mut Plan, id: (NodeId, Epoch), numbers: &mut u32) -> Option<Stream> {
        if let Some(stream) = plan.touched.remove(&id).or_else(|| self.streams.get(&id).cloned()) {
            return Some(stream);
        }
        let old = self.epochs.get(&id.0).map_or(0, Vec::len);
        let fresh = plan
            .touched
            .keys()
            .filter(|(node, epoch)| *node == id.0 && !self.streams.contains_key(&(*node, *epoch)))
            .count();
        if old.saturating_add(fresh) >= STREAMS_PER_NODE_MAX || *numbers >= StreamNumber::MAX.0 {
            return None;
        }
        *numbers = numbers.saturating_add(1);
        Some(Stream::new(StreamNumber(*numbers), id.0, id.1))
    }

    fn take(
        &mut self,
        plan: &mut Plan,
        part: &mut NodePart,
        stream: &mut Stream,
        key: RecordKey,
        taken: Taken,
        received: Now,
    ) {
        let header = taken.record.header;
        stream.stored(header.first, header.last);
        let node = header.node;
        let is_newest = self.newest.get(&node).is_none_or(|before| *before < key)
            && part.newest.as_ref().is_none_or(|(before, _)| before.key < key);
        let heard = Heard {
            node,
            key,
            boot: header.boot,
            at: header.at,
            last_at: taken.last_at,
            clock: header.clock,
            received,
        };
        if is_newest {
            if let Some(row) = self.times.learn(heard) {
                self.unsaved.insert((row.node, row.boot.0), row);
            }
            part.newest = Some(newest(key, &header, taken.last_at, received));
        }
        let span = self.times.span(heard, (taken.first_at, taken.last_at));
        match taken.content {
            Content::Block(digest, frames, step_ms) => {
                if let Some(span) = span {
                    let number = self.number(plan, stream);
                    for hour in hours_of(number, span.first, frames, step_ms) {
                        plan.group.hours.entry(hour).or_insert(received.wall);
                    }
                }
                if part.block.as_ref().is_none_or(|(before, _)| *before < key) {
                    part.block = Some((key, digest));
                }
            }
            Content::Event(event) => happened(plan, part, key, &header, &event, span),
            Content::Lost(lost) => {
                // Only what came before the record that says so is believed to be lost.
                let last = lost.last.0.min(header.first.0.saturating_sub(1));
                if lost.first.0 <= last {
                    stream.stored(lost.first, Sequence(last));
                    stream.lost_records = stream.lost_records.saturating_add(u64::from(lost.records));
                }
            }
            Content::Opaque => {}
            Content::Unreadable(why) => plan.unreadable.push((node, why)),
        }
        plan.group.records.push(RecordRow {
            key,
            first: header.first,
            kind: header.kind,
            boot: header.boot,
            at: header.at,
            clock: header.clock,
            received: received.wall,
            span,
            dictionary: header.dictionary,
            configuration: header.configuration,
            body: taken.record.body,
        });
    }

    /// The lowest number of a node's streams; a new stream has the highest of all.
    fn number(&self, plan: &Plan, stream: &Stream) -> StreamNumber {
        self.numbers.get(&stream.node).copied().unwrap_or_else(|| {
            let others = plan.touched.values().filter(|other| other.node == stream.node);
            others.map(|other| other.number).fold(stream.number, std::cmp::min)
        })
    }

    fn finish(
        &self,
        plan: &mut Plan,
        parts: BTreeMap<NodeId, NodePart>,
        answered: &[((NodeId, Epoch), Arc<Outbox>)],
    ) {
        for (id, outbox) in answered {
            if let Some(stream) = plan.touched.get(id) {
                plan.acks.push((Arc::clone(outbox), stream.ack()));
            }
        }
        plan.group.streams = plan
            .touched
            .iter()
            .filter(|(id, stream)| self.streams.get(id).is_none_or(|before| before.row() != stream.row()))
            .map(|(_, stream)| stream.row())
            .collect();
        plan.group.streams.sort_unstable_by_key(|row| row.number);
        plan.group.boots = self.unsaved.values().copied().collect();
        for (node, part) in parts {
            plan.group.blocks.extend(part.block.as_ref().map(|(key, _)| (node, *key)));
            if let Some((newest, row)) = &part.newest {
                plan.newest.insert(node, newest.key);
                plan.group.nodes.push(row.clone());
            }
            let (lost_records, missing_records) = self.losses(plan, node);
            plan.group.probes.extend(part.probes.iter().cloned());
            plan.folds.push(NodeFold {
                node,
                newest: part.newest.map(|(newest, _)| newest),
                digest: part.block,
                probes: part.probes.into_iter().map(|row| (row.key, row.probe, row.failing)).collect(),
                lost_records,
                missing_records,
            });
        }
    }

    /// Losses over all streams of a node, gaps of its newest.
    fn losses(&self, plan: &Plan, node: NodeId) -> (u64, u64) {
        let mut ids: HashSet<Epoch> = self.epochs.get(&node).into_iter().flatten().copied().collect();
        ids.extend(plan.touched.keys().filter(|(other, _)| *other == node).map(|(_, epoch)| *epoch));
        let streams = ids.into_iter().filter_map(|epoch| {
            plan.touched.get(&(node, epoch)).or_else(|| self.streams.get(&(node, epoch)))
        });
        let (mut lost, mut newest) = (0_u64, None::<&Stream>);
        for stream in streams {
            lost = lost.saturating_add(stream.lost_records);
            if newest.is_none_or(|before| before.number < stream.number) {
                newest = Some(stream);
            }
        }
        (lost, newest.map_or(0, |stream| stream.set.missing()))
    }
}

impl Plan {
    /// Whether there is anything to commit; arrivals that were stored before need no second commit.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.group.records.is_empty() || !self.group.streams.is_empty()
    }
}

fn newest(key: RecordKey, header: &Header, at: BootMs, received: Now) -> (Newest, NodeStateRow) {
    let clock_error_ms = match header.clock {
        ClockTrust::Unsynchronised => None,
        ClockTrust::Synchronised { error_ms, .. } => Some(error_ms),
    };
    let newest =
        Newest { key, received, report_within_s: header.report_within_s, boot: header.boot, clock_error_ms };
    let row = NodeStateRow {
        node: header.node,
        newest: key,
        block: None,
        boot: header.boot,
        at,
        heard: received.wall,
        report_within_s: header.report_within_s,
        clock_error_ms,
    };
    (newest, row)
}

fn happened(
    plan: &mut Plan,
    part: &mut NodePart,
    key: RecordKey,
    header: &Header,
    event: &Event,
    span: Option<crate::history::append::Span>,
) {
    let node = header.node;
    let probe = |probe: &str, failing: Option<&str>| ProbeRow {
        node,
        probe: probe.to_owned(),
        key,
        failing: failing.map(str::to_owned),
    };
    match (event, span) {
        (Event::Outage { cause, attempts, .. }, Some(span)) => plan.group.outages.push(OutageRow {
            key,
            node,
            from: span.first,
            to: span.last,
            cause: cause.word(),
            attempts: *attempts,
        }),
        (Event::Started { machine, .. }, Some(span)) => plan.group.starts.push(StartRow {
            key,
            node,
            at: span.last,
            boot: header.boot,
            machine: *machine,
        }),
        (Event::ProbeFailing { probe: name, why }, _) => part.probes.push(probe(name, Some(why))),
        (Event::ProbeRecovered { probe: name }, _) => part.probes.push(probe(name, None)),
        // Without a place in time there is nothing to draw; the record is kept.
        (Event::Outage { .. } | Event::Started { .. }, None)
        | (Event::ClockStepped { .. } | Event::Stopping | Event::Other { .. }, _) => {}
    }
}

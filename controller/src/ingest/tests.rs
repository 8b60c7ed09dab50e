//! Tests of ingest over real files: what is acknowledged is stored, once, and nothing is said before the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use holdfast_protocol::block::{self, Block};
use holdfast_protocol::event::{Event, OutageCause};
use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::lost::{Lost, Reason};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use super::plan::STREAMS_PER_NODE_MAX;
use super::{Arrival, Ingest};
use crate::clock::Clock;
use crate::door::outbox::{Outbox, PacketId, Verdict, Waiting};
use crate::fleet::Fleet;
use crate::history::History;
use crate::store::Store;
use crate::store::nodes::NodeRecord;
use crate::store::scratch::Scratch;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const EPOCH: Epoch = Epoch(0xdead_beef);
/// 24 Nov 2026, where the nodes' clocks stand.
pub(crate) const WALL: WallMs = WallMs(1_795_514_531_000);

pub(crate) fn enrolled(id: NodeId) -> NodeRecord {
    let mut key_sha256 = [0; 32];
    key_sha256[..5].copy_from_slice(&id.bytes());
    NodeRecord {
        id,
        key_sha256,
        certificate_der: vec![1],
        certificate_ends: WALL.plus_ms(86_400_000),
        enrolled: WALL,
        code: "7K2M-9QXD".into(),
        site: None,
        revoked: None,
        ticket: None,
    }
}

pub(crate) fn header(kind: Kind, sequence: u32) -> Header {
    Header {
        kind,
        node: NODE,
        epoch: EPOCH,
        first: Sequence(sequence),
        last: Sequence(sequence),
        boot: BootCounter(3),
        at: BootMs(u64::from(sequence) * 60_000),
        clock: ClockTrust::Synchronised { wall: WALL.plus_ms(i64::from(sequence) * 60_000), error_ms: 5 },
        dictionary: 1,
        configuration: 0,
        report_within_s: 60,
    }
}

/// Six frames, 10 s apart, of a busy processor and a counter.
pub(crate) fn block_record(header: Header, busy: f64) -> Vec<u8> {
    let frames: Vec<Frame> = (0..6)
        .map(|index| {
            let mut frame = Frame::new(header.at.plus_ms(index * 10_000));
            frame.put(field::by_id(field::HOST_CPU_BUSY).unwrap(), "", busy);
            let sent = u32::try_from(frame.at.0 / 10_000).unwrap();
            frame.put(field::by_id(field::AGENT_SENT).unwrap(), "", f64::from(sent) * 500.0);
            frame.put(field::by_id(field::AGENT_SPOOL_RECORDS).unwrap(), "", 1.0);
            frame
        })
        .collect();
    let block = Block::from_frames(&frames, 10_000).unwrap();
    record::encode(&header, &block::encode(&block).unwrap())
}

fn opaque(sequence: u32) -> Vec<u8> {
    record::encode(&header(Kind::Other(77), sequence), &sequence.to_le_bytes())
}

/// A controller's middle, over files.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) history: History,
    pub(crate) fleet: Fleet,
    ingest: Ingest,
    task: tokio::task::JoinHandle<()>,
    outbox: Arc<Outbox>,
    packet: u16,
}

impl Bench {
    pub(crate) async fn start(folder: &Scratch) -> Self {
        let history = History::open(folder.path()).await.unwrap();
        Self::with(folder, history).await
    }

    async fn with(folder: &Scratch, history: History) -> Self {
        let store = Store::open(folder.path()).await.unwrap();
        if store.node(NODE).await.unwrap().is_none() {
            store.insert_node(&enrolled(NODE)).await.unwrap();
        }
        let fleet = Fleet::load(&store, &history, Clock.now()).await.unwrap();
        let (ingest, task) = Ingest::start(history.clone(), fleet.clone(), Clock).await.unwrap();
        Self { store, history, fleet, ingest, task, outbox: Arc::default(), packet: 0 }
    }

    async fn submit(&mut self, payload: Vec<u8>) {
        self.packet += 1;
        let arrival = Arrival {
            node: NODE,
            payload: payload.into(),
            received: Clock.wall(),
            packet: PacketId(self.packet),
            outbox: Arc::clone(&self.outbox),
        };
        self.ingest.submit(arrival).await;
    }

    /// Sends all, and waits until each is answered.
    pub(crate) async fn send(&mut self, payloads: Vec<Vec<u8>>) -> Waiting {
        let count = payloads.len();
        for payload in payloads {
            self.submit(payload).await;
        }
        let mut all = Waiting::default();
        while all.pubacks.len() < count {
            tokio::time::timeout(Duration::from_secs(20), self.outbox.ready())
                .await
                .expect("an answer comes");
            let waiting = self.outbox.take();
            all.pubacks.extend(waiting.pubacks);
            all.acks.extend(waiting.acks);
        }
        all
    }

    pub(crate) const fn ingest(&self) -> &Ingest {
        &self.ingest
    }

    /// In good order.
    pub(crate) async fn stop(self) {
        self.ingest.close();
        self.task.await.unwrap();
        self.history.close().await;
        self.store.close().await;
    }
}

fn verdicts(waiting: &Waiting) -> Vec<Verdict> {
    waiting.pubacks.iter().map(|(_, verdict)| *verdict).collect()
}

#[tokio::test]
async fn a_record_is_stored_acknowledged_and_folded() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let said = bench.send(vec![block_record(header(Kind::Block, 1), 40.0)]).await;
    assert_eq!(verdicts(&said), [Verdict::Stored]);
    assert_eq!(said.acks.len(), 1);
    assert_eq!((said.acks[0].epoch, said.acks[0].below), (EPOCH, Sequence(2)));
    assert_eq!(bench.history.count().await.unwrap(), 1);
    let stored = bench.history.newest_block(NODE).await.unwrap().expect("a block");
    let span = stored.span.expect("its clock was synchronised");
    assert_eq!((span.first, span.last), (WALL.plus_ms(60_000), WALL.plus_ms(110_000)));
    bench.stop().await;
}

/// Events overtake blocks, and a backlog comes after what is new: the newest block is neither that of the newest record nor
/// the one that came last.
#[tokio::test]
async fn the_newest_block_is_the_one_with_the_highest_number_whatever_came_when() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let block = |sequence| block_record(header(Kind::Block, sequence), 40.0);
    for (sent, newest) in [
        (vec![block(10)], 10),
        (vec![opaque(21), block(15)], 15),
        (vec![block(20)], 20),
        (vec![opaque(22), block(12)], 20),
        (vec![block(11)], 20),
    ] {
        bench.send(sent).await;
        let stored = bench.history.newest_block(NODE).await.unwrap().expect("a block");
        assert_eq!(stored.key.sequence(), Sequence(newest));
    }
    bench.stop().await;
}

#[tokio::test]
async fn redelivery_changes_nothing_and_is_acknowledged_again() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![opaque(1), opaque(2)]).await;
    for _ in 0..3 {
        let said = bench.send(vec![opaque(2), opaque(2)]).await;
        assert_eq!(verdicts(&said), [Verdict::Stored; 2]);
        assert!(said.acks.iter().all(|ack| ack.covers(Sequence(2))) && !said.acks.is_empty());
    }
    assert_eq!(bench.history.count().await.unwrap(), 2);
    bench.stop().await;
}

/// Thinning makes one record of several; those that were sent before stay as they are, and what they lack comes with it.
#[tokio::test]
async fn a_record_that_stands_for_several_is_new_as_long_as_one_of_them_is() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![opaque(8), opaque(10)]).await;
    let mut thinned = header(Kind::Other(77), 10);
    thinned.first = Sequence(1);
    let thinned = record::encode(&thinned, b"one to ten");
    for again in 0..2 {
        let said = bench.send(vec![thinned.clone()]).await;
        assert_eq!(said.acks.last().map(|ack| ack.below), Some(Sequence(11)), "{again}");
    }
    let said = bench.send(vec![opaque(4)]).await;
    assert_eq!(verdicts(&said), [Verdict::Stored]);
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT key & 4294967295, body FROM records ORDER BY key")
        .fetch_all(&bench.history.pools().read)
        .await
        .unwrap();
    let kept = |sequence: u32| (i64::from(sequence), sequence.to_le_bytes().to_vec());
    assert_eq!(rows, [kept(8), (9, b"one to ten".to_vec()), kept(10)]);
    assert_eq!(bench.ingest.figures().again, 2);
    bench.stop().await;
    let bench = Bench::start(&folder).await;
    assert_eq!(
        bench.history.stored_ranges(crate::history::StreamNumber(1), Sequence(1)).await.unwrap(),
        [(1, 10)]
    );
    bench.stop().await;
}

#[tokio::test]
async fn rubbish_and_another_nodes_record_are_refused_each_by_its_own_word_and_cost_nothing() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let mut foreign = header(Kind::Block, 1);
    foreign.node = NodeId::from_bytes([9; 5]);
    let mut damaged = opaque(1);
    damaged[20] ^= 1;
    let payloads = vec![vec![], b"hello".to_vec(), damaged, block_record(foreign, 1.0), opaque(5)];
    let mut said = bench.send(payloads).await;
    said.pubacks.make_contiguous().sort_by_key(|(packet, _)| packet.0);
    let expected =
        [Verdict::Unusable, Verdict::Unusable, Verdict::Unusable, Verdict::NotAuthorised, Verdict::Stored];
    assert_eq!(verdicts(&said), expected);
    assert_eq!(bench.history.count().await.unwrap(), 1);
    let figures = bench.ingest.figures();
    assert_eq!((figures.unusable, figures.foreign, figures.stored), (3, 1, 1));
    bench.stop().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_kept_and_acknowledged() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let kinds = [Kind::Block, Kind::Event, Kind::Lost, Kind::Statement, Kind::Other(200)];
    let records = (1..).zip(kinds).map(|(n, kind)| record::encode(&header(kind, n), b"\xff\xff\xff"));
    let said = bench.send(records.collect()).await;
    assert_eq!(verdicts(&said), [Verdict::Stored; 5]);
    assert_eq!(said.acks.last().map(|ack| ack.below), Some(Sequence(6)));
    assert_eq!(bench.history.count().await.unwrap(), 5);
    assert_eq!(bench.ingest.figures().unreadable, 3);
    bench.stop().await;
}

#[tokio::test]
async fn a_loss_fills_its_range_and_is_counted_once_and_only_the_past_can_be_lost() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let lost = |last| {
        let body = Lost { first: Sequence(1), last: Sequence(last), records: 6, reason: Reason::Full };
        record::encode(&header(Kind::Lost, 9), &body.encode())
    };
    let said = bench.send(vec![lost(1_000), lost(1_000)]).await;
    let ack = said.acks.last().unwrap();
    assert_eq!(ack.below, Sequence(10), "what comes behind the record is not lost");
    bench.fleet.read(|inner| assert_eq!(inner.nodes[&NODE].lost_records, 6));
    bench.stop().await;
    let bench = Bench::start(&folder).await;
    bench.fleet.read(|inner| assert_eq!(inner.nodes[&NODE].lost_records, 6));
    bench.stop().await;
}

#[tokio::test]
async fn a_node_with_too_many_streams_is_told_to_wait_and_others_are_served() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let records = (0..u32::try_from(STREAMS_PER_NODE_MAX).unwrap() + 3).map(|epoch| {
        let mut header = header(Kind::Other(77), 1);
        header.epoch = Epoch(epoch);
        record::encode(&header, &[])
    });
    let said = bench.send(records.collect()).await;
    let refused = verdicts(&said).iter().filter(|verdict| **verdict == Verdict::Quota).count();
    assert_eq!(refused, 3);
    assert_eq!(bench.history.streams().await.unwrap().len(), STREAMS_PER_NODE_MAX);
    bench.stop().await;
}

/// Everything that is acknowledged rests on this: the connection that commits syncs, and the answer follows the commit.
#[tokio::test]
async fn the_connection_that_commits_syncs_the_log_at_each_commit() {
    let folder = Scratch::new();
    let history = History::open(folder.path()).await.unwrap();
    let synchronous: i64 =
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(&history.pools().write).await.unwrap();
    assert_eq!(
        synchronous, 2,
        "2 is FULL: with 1, WAL syncs at checkpoints alone and a power cut takes commits back"
    );
}

#[tokio::test]
async fn a_commit_that_fails_is_acknowledged_to_nobody_and_the_controller_doubts_itself() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![opaque(1)]).await;
    // The one writer's connection is full; the guard puts a new one, which is not, in its place.
    sqlx::query("PRAGMA max_page_count = 1").execute(&bench.history.pools().write).await.unwrap();
    let big = |sequence| record::encode(&header(Kind::Other(77), sequence), &vec![7; 200_000]);
    let said = bench.send(vec![big(2)]).await;
    assert_eq!(verdicts(&said), [Verdict::NotNow]);
    assert_eq!(said.acks, [], "no ack without a commit");
    assert_eq!(bench.fleet.doubt(Clock.now()).map(|doubt| doubt.code), Some("database".into()));
    assert_eq!(bench.history.count().await.unwrap(), 1);

    let said = bench.send(vec![big(2), big(3)]).await;
    assert_eq!(verdicts(&said), [Verdict::Stored; 2]);
    assert_eq!(
        said.acks.last().map(|ack| ack.below),
        Some(Sequence(4)),
        "nothing was noted of the failed commit"
    );
    assert_eq!(bench.fleet.doubt(Clock.now()), None);
    assert_eq!(bench.history.count().await.unwrap(), 3);
    bench.stop().await;
}

thread_local! {
    static NAMES: std::cell::RefCell<Vec<&'static str>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Notes the names of this thread's events. For the whole process, because a subscriber of one thread can find that
/// another thread, which has none, was asked first whether an event is wanted by anybody.
struct Names;

impl tracing::Subscriber for Names {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("holdfast_controller::ingest")
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        NAMES.with_borrow_mut(|names| names.push(event.metadata().name()));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn the_trace_shows_the_sync_before_the_ack_and_the_ack_before_the_puback() {
    tracing::subscriber::set_global_default(Names).expect("the only one that sets it");
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    bench.send(vec![opaque(1)]).await;
    bench.stop().await;
    assert_eq!(NAMES.take(), ["commit.synced", "ack.queued", "puback.queued"]);
}

#[tokio::test]
async fn what_was_taken_before_the_close_is_committed_and_what_comes_after_is_put_off() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    for sequence in 1..=50 {
        bench.submit(opaque(sequence)).await;
    }
    bench.ingest.close();
    (&mut bench.task).await.unwrap();
    assert_eq!(bench.history.count().await.unwrap(), 50);
    let waiting = bench.outbox.take();
    assert_eq!(waiting.pubacks.len(), 50);
    bench.submit(opaque(51)).await;
    assert_eq!(verdicts(&bench.outbox.take()), [Verdict::NotNow]);
}

#[tokio::test]
async fn outages_and_starts_are_drawn_from_events_once() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let outage = Event::Outage { cause: OutageCause::NoRoute, began: BootMs(90_000), attempts: 3 };
    let started = Event::Started { before: None, machine: true };
    let event = |n, event: &Event| record::encode(&header(Kind::Event, n), &event.encode());
    let records = vec![event(2, &outage), event(1, &started), event(2, &outage)];
    bench.send(records).await;
    let (from, to) = (WALL, WALL.plus_ms(3_600_000));
    let outages = bench.history.outages(NODE, from, to).await.unwrap();
    assert_eq!(outages.len(), 1);
    assert_eq!((outages[0].from, outages[0].to), (WALL.plus_ms(90_000), WALL.plus_ms(120_000)));
    assert_eq!((outages[0].cause.as_str(), outages[0].attempts), ("no_route", 3));
    let starts = bench.history.starts(NODE, from, to).await.unwrap();
    assert_eq!(
        starts.iter().map(|start| (start.at, start.machine)).collect::<Vec<_>>(),
        [(WALL.plus_ms(60_000), true)]
    );
    bench.stop().await;
}

/// Against a model: any order, any duplicates, losses, refused commits, restarts.
#[tokio::test]
async fn whatever_is_sent_in_whatever_order_is_stored_once_and_every_ack_tells_the_truth() {
    for seed in 0..25 {
        let mut random = fastrand::Rng::with_seed(seed);
        let folder = Scratch::new();
        let mut bench = Bench::start(&folder).await;
        let mut stored: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let mut settled: BTreeSet<u32> = BTreeSet::new();
        let records = random.u32(20..120);
        for _ in 0..random.usize(4..12) {
            let mut group = Vec::new();
            for _ in 0..random.usize(1..40) {
                let sequence = random.u32(1..=records);
                // A sequence that was declared lost may still be sent by a node that was restored; it is not needed.
                if random.u32(0..12) == 0 && sequence > 3 {
                    let first = random.u32(1..sequence);
                    let last = random.u32(first..sequence);
                    let body = Lost {
                        first: Sequence(first),
                        last: Sequence(last),
                        records: last - first + 1,
                        reason: Reason::Full,
                    };
                    let payload = record::encode(&header(Kind::Lost, sequence), &body.encode());
                    group.push((sequence, payload, Some(first..=last)));
                } else {
                    group.push((sequence, opaque(sequence), None));
                }
            }
            let fails = random.u32(0..6) == 0;
            if fails {
                sqlx::query("PRAGMA max_page_count = 1").execute(&bench.history.pools().write).await.unwrap();
                group.push((
                    records + 1,
                    record::encode(&header(Kind::Other(7), records + 1), &vec![1; 250_000]),
                    None,
                ));
            }
            let said = bench.send(group.iter().map(|(_, payload, _)| payload.clone()).collect()).await;
            for ((sequence, payload, lost), (_, verdict)) in group.into_iter().zip(said.pubacks) {
                if verdict == Verdict::Stored && !settled.contains(&sequence) {
                    settled.insert(sequence);
                    stored.insert(sequence, payload);
                    settled.extend(lost.into_iter().flatten());
                }
            }
            for ack in &said.acks {
                for sequence in 1..=records + 2 {
                    let sure = settled.contains(&sequence);
                    assert!(
                        !ack.covers(Sequence(sequence)) || sure,
                        "seed {seed}: {sequence} was not stored"
                    );
                }
            }
            if random.u32(0..3) == 0 {
                bench.stop().await;
                bench = Bench::start(&folder).await;
            }
        }
        let rows: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT key & 4294967295, body FROM records ORDER BY key")
                .fetch_all(&bench.history.pools().read)
                .await
                .unwrap();
        let bodies: Vec<(i64, Vec<u8>)> = stored
            .iter()
            .map(|(sequence, payload)| (i64::from(*sequence), record::decode(payload).unwrap().body))
            .collect();
        assert_eq!(rows, bodies, "seed {seed}");
        // Sent again until all is acknowledged, as a node does: it ends, and nothing is stored twice.
        let said = bench.send((1..=records).map(opaque).collect()).await;
        assert_eq!(said.acks.last().map(|ack| ack.below > Sequence(records)), Some(true), "seed {seed}");
        bench.stop().await;
    }
}

/// However ragged a stream is, what is sent again is acknowledged: the number that is not grows smaller each time.
#[tokio::test]
async fn a_ragged_stream_is_acknowledged_bit_by_bit_and_never_stalls() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let mut waiting: BTreeSet<u32> = (1..=300).map(|n| n * 2).collect();
    let mut rounds = 0;
    while !waiting.is_empty() {
        rounds += 1;
        assert!(rounds <= 300, "{} are never acknowledged", waiting.len());
        // Newest first, a window at a time.
        let window: Vec<Vec<u8>> = waiting.iter().rev().take(64).map(|n| opaque(*n)).collect();
        let before = waiting.len();
        let said = bench.send(window).await;
        waiting.retain(|n| !said.acks.iter().any(|ack| ack.covers(Sequence(*n))));
        assert!(waiting.len() < before, "a round without progress");
    }
    assert_eq!(bench.history.count().await.unwrap(), 300);
    bench.stop().await;
}

/// More gaps than are kept in memory: what had no room is acknowledged all the same, and found again in history later.
#[tokio::test]
async fn a_stream_with_more_gaps_than_are_kept_is_acknowledged_and_whole_in_the_end() {
    let folder = Scratch::new();
    let mut bench = Bench::start(&folder).await;
    let gaps = u32::try_from(super::ranges::RANGES_MAX).unwrap() + 100;
    let mut waiting: BTreeSet<u32> = (1..=gaps).map(|n| n * 2).collect();
    while !waiting.is_empty() {
        // Newest first, eight at a time: an ack has room for each.
        let window: Vec<Vec<u8>> = waiting.iter().rev().take(8).map(|n| opaque(*n)).collect();
        let before = waiting.len();
        let said = bench.send(window).await;
        waiting.retain(|n| !said.acks.iter().any(|ack| ack.covers(Sequence(*n))));
        assert!(waiting.len() < before, "a round without progress");
    }
    assert!(bench.history.streams().await.unwrap()[0].untracked);
    bench.stop().await;
    // The node has freed all of these and sends none of them again; the gaps it fills.
    let mut bench = Bench::start(&folder).await;
    let odd: Vec<Vec<u8>> = (0..gaps).map(|n| opaque(n * 2 + 1)).collect();
    let mut last = None;
    for window in odd.rchunks(64) {
        last = bench.send(window.to_vec()).await.acks.pop();
    }
    assert_eq!(last.map(|ack| ack.below), Some(Sequence(gaps * 2 + 1)), "nothing was forgotten");
    assert_eq!(bench.history.count().await.unwrap(), u64::from(gaps) * 2);
    bench.stop().await;
}

//! The controller's ingest planner: whatever a node numbers its records, and in whatever order they come, an ack never
//! covers what was neither stored nor declared lost, never takes anything back, and each arrival gets one answer.
//!
//! Each eight bytes are one arrival of a small world: few streams, few numbers, and those at the edges.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use holdfast_controller::clock::Now;
use holdfast_controller::door::outbox::{Outbox, PacketId, Verdict};
use holdfast_controller::ingest::judge::judge;
use holdfast_controller::ingest::plan::{Judged, Planner};
use holdfast_protocol::ids::{BootCounter, Epoch, Sequence};
use holdfast_protocol::lost::{Lost, Reason};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};

use super::NODE;

/// Nothing here waits: one instant serves all.
static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
/// Numbers that are looked at, besides the last four.
const NUMBERS: u32 = 40;
const AT_MS: [u64; 4] = [0, 60_000, u64::MAX - 1, u64::MAX];
const WALL_MS: [i64; 4] = [0, 1_795_514_531_000, 253_402_300_799_999, 253_402_300_799_998];

/// What the other side may know.
#[derive(Default)]
struct World {
    stored: BTreeMap<Epoch, BTreeSet<u32>>,
    below: BTreeMap<Epoch, Sequence>,
}

pub(crate) fn run(bytes: &[u8]) {
    let mut planner = Planner::default();
    let mut world = World::default();
    for group in bytes.chunks(8 * 5) {
        let arrivals: Vec<Judged> = group.chunks_exact(8).filter_map(arrival).collect();
        let count = arrivals.len();
        let said: Vec<(Header, Option<Lost>)> = arrivals.iter().map(told).collect();
        let mut plan = planner.plan(arrivals);
        assert_eq!(plan.pubacks.len(), count, "one answer an arrival");
        for ((header, lost), (_, _, verdict)) in said.iter().zip(&plan.pubacks) {
            if *verdict == Verdict::Stored {
                world.learn(header, lost.as_ref());
            }
        }
        for (_, ack) in &plan.acks {
            world.check(ack);
        }
        planner.settle(&mut plan);
    }
}

impl World {
    fn learn(&mut self, header: &Header, lost: Option<&Lost>) {
        let stored = self.stored.entry(header.epoch).or_default();
        stored.extend(numbers().filter(|n| (header.first.0..=header.last.0).contains(n)));
        if let Some(lost) = lost {
            let believed =
                numbers().filter(|n| (lost.first.0..=lost.last.0).contains(n) && *n < header.first.0);
            stored.extend(believed);
        }
    }

    fn check(&mut self, ack: &holdfast_protocol::ack::Ack) {
        let stored = self.stored.entry(ack.epoch).or_default();
        for number in numbers() {
            let sound = !ack.covers(Sequence(number)) || stored.contains(&number);
            assert!(sound, "{number} is acknowledged and was never stored: {ack:?}");
        }
        let below = self.below.entry(ack.epoch).or_insert(ack.below);
        assert!(*below <= ack.below, "`below` went back from {below:?}: {ack:?}");
        *below = ack.below;
        let decoded = holdfast_protocol::ack::Ack::decode(&ack.encode());
        assert_eq!(decoded.as_ref(), Ok(ack), "an ack that a node cannot read");
    }
}

fn numbers() -> impl Iterator<Item = u32> {
    (1..=NUMBERS).chain(u32::MAX - 3..=u32::MAX)
}

/// A byte as one of the numbers.
fn number(byte: u8) -> u32 {
    let index = usize::from(byte) % numbers().count();
    numbers().nth(index).unwrap_or(1)
}

fn arrival(eight: &[u8]) -> Option<Judged> {
    let [kind, epoch, a, b, c, d, when, trust] = *eight.first_chunk::<8>()?;
    let (a, b) = (number(a), number(b));
    let pick = |byte: u8| usize::from(byte) % 4;
    let clock = match trust % 3 {
        0 => ClockTrust::Unsynchronised,
        _ => ClockTrust::Synchronised {
            wall: WallMs(*WALL_MS.get(pick(trust >> 2))?),
            error_ms: u32::from(trust),
        },
    };
    let header = Header {
        kind: Kind::from_code(kind % 6),
        epoch: Epoch(u32::from(epoch % 3)),
        first: Sequence(if when & 0x80 == 0 { a.max(b) } else { a.min(b) }),
        last: Sequence(a.max(b)),
        boot: BootCounter(u32::from(epoch >> 4)),
        at: BootMs(*AT_MS.get(pick(when))?),
        clock,
        ..super::record_header()
    };
    let (c, d) = (number(c), number(d));
    let lost = Lost { first: Sequence(c.min(d)), last: Sequence(c.max(d)), records: 1, reason: Reason::Full };
    let body = if header.kind == Kind::Lost { lost.encode() } else { vec![kind, epoch, a.to_le_bytes()[0]] };
    let taken = judge(NODE, &record::encode(&header, &body)).ok()?;
    let received = Now { wall: WallMs(1_795_514_531_000), monotonic: *NOW };
    Some(Judged { node: NODE, taken, received, packet: PacketId(1), outbox: Arc::new(Outbox::default()) })
}

fn told(judged: &Judged) -> (Header, Option<Lost>) {
    let record = &judged.taken.record;
    let lost = (record.header.kind == Kind::Lost).then(|| Lost::decode(&record.body).ok()).flatten();
    (record.header, lost)
}

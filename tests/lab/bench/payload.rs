//! Records as a node makes them: six frames of a machine with two disks and two interfaces, a minute a record.
//!
//! Enters: a node and a seed. Leaves: encoded records with growing sequences. Bodies are made once and used in turn, headers
//! for each record, so that the load costs its own processor little beside what is measured. Time begins a month ago and goes
//! on by a minute a record, as a backlog does.

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_protocol::block::{self, Block};
use holdfast_protocol::field::{self, Field, Kind, PerInstance};
use holdfast_protocol::frame::Frame;
use holdfast_protocol::ids::{BootCounter, Epoch, NodeId, Sequence};
use holdfast_protocol::record::{self, Header};
use holdfast_protocol::time::{BootMs, ClockTrust};

/// Bodies that are used in turn.
const BODIES: u64 = 32;
/// Frames of one record, each 10 s.
const FRAMES: u64 = 6;
/// Milliseconds from frame to frame.
const STEP_MS: u64 = 10_000;
/// How far back the first record lies: 30 days, 43,200 records.
const BACK_MS: u64 = 30 * 86_400_000;
/// Instances of a field that has several.
const INSTANCES: u64 = 2;

/// The bodies, shared by all nodes.
#[derive(Debug)]
pub(crate) struct Bodies(Vec<Vec<u8>>);

impl Bodies {
    /// Makes them; the same for the same seed.
    ///
    /// # Errors
    /// When a block breaks a limit.
    pub(crate) fn new(seed: u64) -> anyhow::Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut machine: Vec<Walk> = field::FIELDS.iter().flat_map(|row| walks(row, &mut random)).collect();
        let mut bodies = Vec::new();
        for _ in 0..BODIES {
            let mut frames = Vec::new();
            for index in 0..FRAMES {
                let mut frame = Frame::new(BootMs(index * STEP_MS));
                for walk in &mut machine {
                    let value = walk.step(&mut random);
                    frame.put(walk.field, &walk.instance, value);
                }
                frames.push(frame);
            }
            bodies.push(block::encode(&Block::from_frames(&frames, STEP_MS)?)?);
        }
        Ok(Self(bodies))
    }

    /// Shortest and longest, with header.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        let mut sample = Source::new(NodeId::from_bytes([1, 2, 3, 4, 5]));
        let sizes = (0..BODIES).filter_map(|_| sample.next(self).ok()).map(|(_, bytes)| bytes.len());
        sizes.fold((usize::MAX, 0), |(least, most), size| (least.min(size), most.max(size)))
    }
}

/// One column that wanders.
#[derive(Debug)]
struct Walk {
    field: &'static Field,
    instance: String,
    value: f64,
    stride: f64,
}

/// Columns of a field: gauges wander about a third of their range or a plausible middle, counters grow, states stay.
fn walks(field: &'static Field, random: &mut fastrand::Rng) -> Vec<Walk> {
    let count = if field.per == PerInstance::Node { 1 } else { INSTANCES };
    let middle = if field.max > 1e9 { field.resolution * 20_000.0 } else { field.max.min(300.0) / 3.0 };
    let walk = |index: u64, random: &mut fastrand::Rng| {
        let instance = match field.per {
            PerInstance::Node => String::new(),
            PerInstance::Mount => if index == 0 { "/" } else { "/var" }.to_owned(),
            PerInstance::Device => format!("nvme{index}n1"),
            PerInstance::Sensor => format!("sensor{index}"),
            PerInstance::Interface => format!("eth{index}"),
        };
        // Most of what a machine says hardly moves; a third of it does.
        let lively = random.u8(..3) == 0;
        let stride = if lively { field.resolution * (5.0 + 300.0 * random.f64()) } else { 0.0 };
        Walk { field, instance, value: middle * (0.5 + random.f64()), stride }
    };
    (0..count).map(|index| walk(index, random)).collect()
}

impl Walk {
    fn step(&mut self, random: &mut fastrand::Rng) -> f64 {
        let by = self.stride * random.f64();
        self.value = match self.field.kind {
            Kind::Counter => self.value + by,
            Kind::Gauge => (self.value + by - self.stride / 2.0).clamp(0.0, self.field.max),
            Kind::State => 1.0,
        };
        self.value
    }
}

/// The records of one node.
#[derive(Debug)]
pub(crate) struct Source {
    node: NodeId,
    next: Sequence,
    first_wall: holdfast_protocol::time::WallMs,
}

impl Source {
    /// From sequence 1, a month ago.
    #[must_use]
    pub(crate) fn new(node: NodeId) -> Self {
        Self::since(node, BACK_MS)
    }

    /// From sequence 1, so many milliseconds ago.
    #[must_use]
    pub(crate) fn since(node: NodeId, back_ms: u64) -> Self {
        let back = i64::try_from(back_ms).unwrap_or(0);
        Self { node, next: Sequence::FIRST, first_wall: Clock.read().wall.plus_ms(-back) }
    }

    /// Whose records.
    #[must_use]
    pub(crate) const fn node(&self) -> NodeId {
        self.node
    }

    /// The sequence that comes next.
    #[must_use]
    pub(crate) const fn upcoming(&self) -> Sequence {
        self.next
    }

    /// The next record.
    ///
    /// # Errors
    /// When sequences are used up.
    pub(crate) fn next(&mut self, bodies: &Bodies) -> anyhow::Result<(Sequence, Vec<u8>)> {
        let sequence = self.next;
        self.next = sequence.next().context("a node has sent 2^32 records")?;
        let passed_ms = u64::from(sequence.0) * FRAMES * STEP_MS;
        let wall = self.first_wall.plus_ms(i64::try_from(passed_ms).unwrap_or(i64::MAX));
        let index = usize::try_from(u64::from(sequence.0) % BODIES).unwrap_or(0);
        let body = bodies.0.get(index).context("no body")?;
        let header = Header {
            kind: record::Kind::Block,
            node: self.node,
            epoch: Epoch(1),
            first: sequence,
            last: sequence,
            boot: BootCounter(1),
            at: BootMs(passed_ms),
            clock: ClockTrust::Synchronised { wall, error_ms: 20 },
            dictionary: field::DICTIONARY_VERSION,
            configuration: 0,
            report_within_s: 75,
        };
        Ok((sequence, record::encode(&header, body)))
    }
}

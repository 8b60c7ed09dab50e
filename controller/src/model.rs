//! What pages and API show: one set of shapes, made by `query`, filtered by `access`, written by `api` as JSON and by
//! `web` as HTML, so that both always say the same.
//!
//! Enters: nothing. Leaves: types. Every value from the field carries when it was heard (P1 of the interface design);
//! "no reading" is `None`, never 0. No exact place is in any of them.

use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;
use serde::Serialize;

/// A state as it is shown: the word, what was known before, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct State {
    /// The word.
    pub word: StateWord,
    /// With "No report" and "Not known": the last word that was heard.
    pub was: Option<StateWord>,
    /// Past its own schedule, within grace; the word has not changed yet.
    pub late: bool,
    /// Since when the word holds.
    pub since: Option<WallMs>,
    /// When the node was last heard, by the controller's clock.
    pub heard: Option<WallMs>,
    /// The newest promise: another report within so many seconds of `heard`.
    pub report_within_s: Option<u32>,
}

/// One row of a list of nodes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeRow {
    /// Who.
    pub id: NodeId,
    /// As people read it.
    pub shown: String,
    /// Where it works, if it was said.
    pub site: Option<SiteRef>,
    /// Its state.
    pub state: State,
    /// Records it says it still holds, with the age of that word in `state.heard`.
    pub backlog_records: Option<u64>,
    /// Records lost for ever, counted over all its streams.
    pub lost_records: u64,
    /// The agent's version from its last birth.
    pub agent: Option<String>,
    /// Round trip of the controller connection as the node measures it, in ms.
    pub rtt_ms: Option<f64>,
    /// The interface that carries it.
    pub route: Option<String>,
}

/// A site by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteRef {
    /// Its number.
    pub id: SiteId,
    /// Its code name, which tells no town.
    pub name: String,
    /// ADM1 region, ISO 3166-2 (`UA-63`), or empty.
    pub region: String,
}

/// One row of the list of sites.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteRow {
    /// Which.
    pub site: SiteRef,
    /// The worst state of its nodes.
    pub state: State,
    /// How many nodes it has.
    pub nodes: u32,
    /// The last 24 hours as runs of one word, oldest first, without gaps in between.
    pub strip: Vec<Run>,
    /// Records its nodes still hold.
    pub backlog_records: Option<u64>,
}

/// A stretch of time with one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// The word; `None` for "nothing recorded".
    pub word: Option<StateWord>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are under the same filters.
    pub total: u64,
    /// Hand this back as `after` for the next page.
    pub next: Option<String>,
    /// When the rows were made, by the controller's clock.
    pub made_at: WallMs,
}

/// Rows of a long list that share a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// ADM1 region, or empty for rows without one.
    pub region: String,
    /// How many.
    pub rows: u64,
    /// The most urgent word among them.
    pub worst: StateWord,
    /// How many have that word.
    pub with_worst: u64,
    /// How many are late.
    pub late: u64,
}

/// How many have each word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// One entry a word, in the words' order, zeros included.
    pub by_word: Vec<(StateWord, u64)>,
    /// Their sum.
    pub total: u64,
    /// How many of them are late.
    pub late: u64,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Need {
    /// 1 to 3; 1 first.
    pub priority: u8,
    /// What it is; the translation's key is `need-<kind>`.
    pub kind: NeedKind,
    /// The site, where there is one.
    pub site: Option<SiteRef>,
    /// The node, where there is one.
    pub node: Option<NodeId>,
    /// Since when.
    pub since: Option<WallMs>,
}

/// Kinds of need this version knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NeedKind {
    /// A node has not reported within promise and grace.
    NoReport {
        /// What it was before.
        was: Option<StateWord>,
    },
    /// A node reports that something is wrong.
    Degraded {
        /// Stable codes of what is wrong.
        reasons: Vec<Reason>,
    },
    /// A node waits to be approved.
    Approval {
        /// The code to compare.
        code: String,
    },
    /// Records were lost.
    Lost {
        /// How many.
        records: u64,
    },
    /// The controller itself is not well.
    Controller {
        /// The failing check of [`Health`].
        check: String,
    },
}

/// Why a node is degraded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// A disk is nearly full.
    DiskFull {
        /// Mount point.
        mount: String,
        /// Used, of a hundred.
        used_percent: f64,
    },
    /// Memory is nearly used up.
    MemoryFull {
        /// Used, of a hundred.
        used_percent: f64,
    },
    /// Hot.
    Hot {
        /// Sensor.
        sensor: String,
        /// °C.
        celsius: f64,
    },
    /// A probe fails.
    Probe {
        /// Which.
        probe: String,
        /// Why, in the node's words.
        why: String,
    },
    /// Its clock is not synchronised.
    Clock,
    /// It holds unsent records for longer than its report interval explains.
    Backlog {
        /// How many.
        records: u64,
    },
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Sites by word.
    pub sites: Counts,
    /// Nodes by word.
    pub nodes: Counts,
    /// What needs a person, most urgent first, at most 50.
    pub needs: Vec<Need>,
    /// How many needs there are in all.
    pub needs_total: u64,
    /// When it was made.
    pub made_at: WallMs,
    /// The controller's doubt of itself, if any.
    pub doubt: Option<Doubt>,
}

/// The controller doubts itself: all states are "as of".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// Stable code: `just_started`, `database`, `clock`, `link`.
    pub code: String,
    /// As of when the last words stand.
    pub as_of: WallMs,
}

/// One node, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodePage {
    /// Its row.
    pub row: NodeRow,
    /// What is wrong with it, worst first.
    pub reasons: Vec<Reason>,
    /// Newest readings, in the dictionary's order.
    pub readings: Vec<Reading>,
    /// What happened on the connection, for the chosen range.
    pub timeline: Timeline,
    /// Its spool as it last told.
    pub spool: SpoolView,
    /// Who it is.
    pub identity: IdentityView,
    /// When it was made.
    pub made_at: WallMs,
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// Dictionary name, or `field_<number>` for one that is not known here.
    pub field: String,
    /// Copy: mount point, interface, sensor; empty where there is one.
    pub instance: String,
    /// Unit symbol.
    pub unit: &'static str,
    /// Value in that unit; counters as the total.
    pub value: Option<f64>,
    /// Counters: per second over the newest two frames.
    pub rate: Option<f64>,
    /// When, by the controller's estimate.
    pub at: WallMs,
    /// How far that may be off, in ms.
    pub error_ms: u64,
}

/// Lanes over one range, from records: edges agree at every zoom.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// The state's runs.
    pub presence: Vec<Run>,
    /// Outages as the node saw them, newest last.
    pub outages: Vec<OutageView>,
    /// Starts of machine and agent.
    pub starts: Vec<StartView>,
    /// Stretches whose data arrived more than 5 minutes after they were measured.
    pub late: Vec<LateView>,
}

/// An outage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutageView {
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Cause: the event's stable word.
    pub cause: String,
    /// Attempts it took.
    pub attempts: u32,
}

/// A start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StartView {
    /// When.
    pub at: WallMs,
    /// Boot counter.
    pub boot: u32,
    /// Machine, or only the agent.
    pub machine: bool,
}

/// Data that came late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LateView {
    /// First frame.
    pub from: WallMs,
    /// Last frame.
    pub to: WallMs,
    /// When it arrived.
    pub arrived: WallMs,
}

/// A node's spool as it last told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpoolView {
    /// Records waiting when the newest frame was taken.
    pub records: Option<u64>,
    /// Bytes on disk.
    pub bytes: Option<u64>,
    /// Records lost for ever.
    pub lost_records: u64,
    /// Gaps below the newest record that may still come.
    pub missing_records: u64,
}

/// Who a node is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IdentityView {
    /// When it was enrolled.
    pub enrolled: WallMs,
    /// When its certificate ends.
    pub certificate_ends: WallMs,
    /// The code both sides showed.
    pub code: String,
    /// Its newest boot counter.
    pub boot: Option<u32>,
    /// Whether its clock is synchronised, and the error it admits in ms.
    pub clock_error_ms: Option<u32>,
}

/// A chart's data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Dictionary name.
    pub field: String,
    /// Copy.
    pub instance: String,
    /// Unit of the points; counters are per second.
    pub unit: String,
    /// Begin.
    pub from: WallMs,
    /// End.
    pub to: WallMs,
    /// Width of a bucket in ms.
    pub bucket_ms: i64,
    /// One entry a bucket, oldest first; buckets without a sample are absent.
    pub points: Vec<Point>,
}

/// One bucket of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Begin of the bucket.
    pub at: WallMs,
    /// Smallest.
    pub min: f64,
    /// Mean.
    pub mean: f64,
    /// Largest.
    pub max: f64,
    /// Samples there, of those expected, 0 to 1.
    pub present: f64,
}

/// "Can these pages be trusted?"
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// Yes, or what fails.
    pub trusted: bool,
    /// Each check.
    pub checks: Vec<Check>,
    /// When it was made.
    pub made_at: WallMs,
}

/// One check of the controller.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Stable code, also the translation's key: `ingest`, `database`, `disk`, `clock`, `certificate`, `root_key`, …
    pub code: String,
    /// Its verdict.
    pub verdict: CheckVerdict,
    /// Figures behind it: key, value, unit.
    pub figures: Vec<(String, f64, String)>,
}

/// A check's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// In order.
    Ok,
    /// Look at it.
    Warn,
    /// Failing.
    Fail,
    /// Cannot tell.
    Unknown,
}

/// What the live feed says: the row that changed. Sent as SSE event `node` or `site`, with the same shapes as the lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Change {
    /// A node's row.
    Node(Box<NodeRow>),
    /// A site's row.
    Site(Box<SiteRow>),
}

//! What ingest counts, for `/metrics` and the health page, and how often it complains.
//!
//! Enters: outcomes. Leaves: a snapshot. A node that sends rubbish costs one line of the log a minute, not one an arrival.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use holdfast_protocol::ids::NodeId;

/// The rate is over the last minute.
const WINDOW: Duration = Duration::from_secs(60);
/// One line of the log a node and minute.
const COMPLAINT_EVERY: Duration = Duration::from_secs(60);
/// How long a jump of the wall clock is worth a look.
const JUMP_SHOWN: Duration = Duration::from_secs(3_600);
/// Nodes whose last complaint is remembered; past it all are forgotten, which costs one line each.
const COMPLAINED_MAX: usize = 10_000;
/// Commits remembered for the rate: one every 4 ms for a minute.
const COMMITS_MAX: usize = 15_000;

/// A snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    /// Records stored.
    pub stored: u64,
    /// Records that had been stored before.
    pub again: u64,
    /// Payloads that are no record.
    pub unusable: u64,
    /// Records under another's name.
    pub foreign: u64,
    /// Records that were kept although their bodies could not be read.
    pub unreadable: u64,
    /// Arrivals refused for want of room: a node with too many streams.
    pub quota: u64,
    /// Arrivals refused because the database did not take them.
    pub not_now: u64,
    /// Commits.
    pub commits: u64,
    /// Commits that failed.
    pub failed_commits: u64,
    /// Records a second, over the last minute.
    pub per_second: f64,
    /// Longest time from receipt to answer in the last minute, in ms.
    pub delay_ms_max: f64,
    /// Longest commit of the last minute, in ms.
    pub commit_ms_max: f64,
    /// Arrivals that wait.
    pub queued: u64,
    /// Whether the last commit worked; `None` before the first.
    pub last_commit_worked: Option<bool>,
    /// How often the wall clock was seen to be set.
    pub clock_jumps: u64,
    /// By how much it was set in the last hour, the last time, in ms.
    pub clock_jump_ms: Option<i64>,
}

/// Counts.
#[derive(Debug, Default)]
pub struct Counters {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    figures: Figures,
    commits: VecDeque<Commit>,
    complained: HashMap<NodeId, (Instant, u64)>,
    jump: Option<(Instant, i64)>,
}

#[derive(Debug, Clone, Copy)]
struct Commit {
    at: Instant,
    records: u32,
    delay: Duration,
    took: Duration,
}

impl Counters {
    /// A group was committed.
    pub fn committed(&self, at: Instant, records: usize, again: u64, delay: Duration, took: Duration) {
        self.change(|inner| {
            let records = u32::try_from(records).unwrap_or(u32::MAX);
            inner.figures.stored = inner.figures.stored.saturating_add(u64::from(records));
            inner.figures.again = inner.figures.again.saturating_add(again);
            inner.figures.commits = inner.figures.commits.saturating_add(1);
            inner.figures.last_commit_worked = Some(true);
            inner.forget(at);
            inner.commits.push_back(Commit { at, records, delay, took });
        });
    }

    /// A commit failed, and so many arrivals with it.
    pub fn failed(&self, arrivals: usize) {
        self.change(|inner| {
            let arrivals = u64::try_from(arrivals).unwrap_or(u64::MAX);
            inner.figures.not_now = inner.figures.not_now.saturating_add(arrivals);
            inner.figures.failed_commits = inner.figures.failed_commits.saturating_add(1);
            inner.figures.last_commit_worked = Some(false);
        });
    }

    /// Arrivals were refused for want of room.
    pub fn quota(&self, arrivals: u64) {
        self.change(|inner| inner.figures.quota = inner.figures.quota.saturating_add(arrivals));
    }

    /// A payload was no record.
    pub fn unusable(&self) {
        self.change(|inner| inner.figures.unusable = inner.figures.unusable.saturating_add(1));
    }

    /// A record named another node.
    pub fn foreign(&self) {
        self.change(|inner| inner.figures.foreign = inner.figures.foreign.saturating_add(1));
    }

    /// A body could not be read.
    pub fn unreadable(&self) {
        self.change(|inner| inner.figures.unreadable = inner.figures.unreadable.saturating_add(1));
    }

    /// The wall clock was set by so much.
    pub fn clock_jumped(&self, at: Instant, by_ms: i64) {
        self.change(|inner| {
            inner.figures.clock_jumps = inner.figures.clock_jumps.saturating_add(1);
            inner.jump = Some((at, by_ms));
        });
    }

    /// Whether to log about this node now, and how many times it was not logged since the last time.
    pub fn may_complain(&self, node: NodeId, now: Instant) -> Option<u64> {
        self.change(|inner| {
            if let Some((last, kept_back)) = inner.complained.get_mut(&node)
                && now.saturating_duration_since(*last) < COMPLAINT_EVERY
            {
                *kept_back = kept_back.saturating_add(1);
                return None;
            }
            if inner.complained.len() >= COMPLAINED_MAX {
                inner.complained.clear();
            }
            Some(inner.complained.insert(node, (now, 0)).map_or(0, |(_, kept_back)| kept_back))
        })
    }

    /// The snapshot.
    pub fn figures(&self, now: Instant, queued: usize) -> Figures {
        self.change(|inner| {
            inner.forget(now);
            let records: f64 = inner.commits.iter().map(|commit| f64::from(commit.records)).sum();
            let longest = |of: fn(&Commit) -> Duration| {
                inner.commits.iter().map(of).max().unwrap_or_default().as_secs_f64() * 1_000.0
            };
            Figures {
                per_second: records / WINDOW.as_secs_f64(),
                delay_ms_max: longest(|commit| commit.delay),
                commit_ms_max: longest(|commit| commit.took),
                queued: u64::try_from(queued).unwrap_or(u64::MAX),
                clock_jump_ms: inner
                    .jump
                    .filter(|(at, _)| now.saturating_duration_since(*at) < JUMP_SHOWN)
                    .map(|(_, by_ms)| by_ms),
                ..inner.figures
            }
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn forget(&mut self, now: Instant) {
        while self.commits.len() >= COMMITS_MAX
            || self.commits.front().is_some_and(|commit| now.saturating_duration_since(commit.at) > WINDOW)
        {
            self.commits.pop_front();
        }
    }
}

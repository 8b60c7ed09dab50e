//! One node in memory: under 2 KiB, most of it the lane.
//!
//! Enters: folds behind the commit, hints of the door, ticks. Leaves: a change of its word, when there is one. What is
//! older than the newest word changes nothing but counts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use holdfast_protocol::ids::{BootCounter, NodeId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::record::REPORT_WITHIN_S_MAX;
use holdfast_protocol::time::WallMs;

use super::digest::Digest;
use super::lane::Lane;
use super::presence::{Controller, Facts, GivenBy, Link, Promise, Standing, Verdict, judge};
use super::reasons::{Words, degrades, standing};
use crate::clock::Now;
use crate::history::RecordKey;
use crate::model::{Reason, State};
use crate::store::nodes::NodeRecord;

/// Most probes of a node that words are kept of; the agent has under ten.
const PROBES_MAX: usize = 32;

/// What a commit brought of one node.
#[derive(Debug, Clone)]
pub struct NodeFold {
    /// Who.
    pub node: NodeId,
    /// Its newest word, if the commit held one that is newer than all before.
    pub newest: Option<Newest>,
    /// Its newest block in the commit.
    pub digest: Option<(RecordKey, Digest)>,
    /// Words about probes; `None` when one works again.
    pub probes: Vec<(RecordKey, String, Option<String>)>,
    /// Records lost for ever, in all its streams.
    pub lost_records: u64,
    /// Records of its newest stream that may still come.
    pub missing_records: u64,
}

/// A newest record's header.
#[derive(Debug, Clone, Copy)]
pub struct Newest {
    /// Its key.
    pub key: RecordKey,
    /// When it was received.
    pub received: Now,
    /// Its promise.
    pub report_within_s: u32,
    /// Its boot.
    pub boot: BootCounter,
    /// Error of its clock; `None` when it is not synchronised.
    pub clock_error_ms: Option<u32>,
}

/// An announced silence.
#[derive(Debug, Clone, Copy)]
struct Silence {
    /// When it was announced: a record that was received later ends it.
    heard: Instant,
    until: Instant,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// Who.
    pub id: NodeId,
    /// Where it works.
    pub site: Option<SiteId>,
    /// When it was enrolled.
    pub enrolled: WallMs,
    /// When its certificate ends.
    pub certificate_ends: WallMs,
    /// The code both sides showed.
    pub code: Box<str>,
    /// Whether its certificate is taken.
    pub standing: Standing,
    /// When the newest record was received, by the wall.
    pub heard: Option<WallMs>,
    /// Its newest record.
    pub newest: Option<RecordKey>,
    /// Its boot.
    pub boot: Option<BootCounter>,
    /// Error of its clock.
    pub clock_error_ms: Option<u32>,
    /// Newest readings.
    pub digest: Option<Digest>,
    /// Why it is degraded.
    pub reasons: Vec<Reason>,
    /// Version of its agent.
    pub agent: Option<Box<str>>,
    /// Records lost for ever.
    pub lost_records: u64,
    /// Records that may still come.
    pub missing_records: u64,
    /// The last day of words.
    pub lane: Lane,
    block: Option<RecordKey>,
    probes: BTreeMap<Box<str>, (RecordKey, Option<Box<str>>)>,
    promise: Option<Promise>,
    silence: Option<Silence>,
    link: Link,
    /// When the link's word was heard: a record that was received before it says nothing against it.
    link_at: Option<Instant>,
    open_sessions: u32,
    verdict: Verdict,
    since: Option<WallMs>,
}

impl Node {
    /// A node as the registry knows it, not heard yet.
    #[must_use]
    pub fn new(record: &NodeRecord) -> Self {
        let standing = if record.revoked.is_some() { Standing::Revoked } else { Standing::Enrolled };
        let word = if record.revoked.is_some() { StateWord::Revoked } else { StateWord::NotYetSeen };
        Self {
            id: record.id,
            site: record.site,
            enrolled: record.enrolled,
            certificate_ends: record.certificate_ends,
            code: record.code.as_str().into(),
            standing,
            heard: None,
            newest: None,
            boot: None,
            clock_error_ms: None,
            digest: None,
            reasons: Vec::new(),
            agent: None,
            lost_records: 0,
            missing_records: 0,
            lane: Lane::default(),
            block: None,
            probes: BTreeMap::new(),
            promise: None,
            silence: None,
            link: Link::Unknown,
            link_at: None,
            open_sessions: 0,
            verdict: Verdict { word, was: None, late: false, next: None },
            since: Some(record.revoked.unwrap_or(record.enrolled)),
        }
    }

    /// Puts back what history knew at start: the promise is one of the controller's, once.
    pub fn restore(&mut self, newest: Newest, block: Option<(RecordKey, Digest)>, start: Instant) {
        self.take_newest(newest);
        self.promise =
            Some(Promise { from: start, within_s: newest.report_within_s, by: GivenBy::Controller });
        if let Some((key, digest)) = block {
            self.block = Some(key);
            self.digest = Some(digest);
        }
        self.weigh();
    }

    /// Takes a word about a probe, if it is newer than the one before.
    pub fn probe(&mut self, key: RecordKey, probe: &str, failing: Option<&str>) {
        if self.probes.get(probe).is_some_and(|(before, _)| *before >= key) {
            return;
        }
        if self.probes.len() >= PROBES_MAX && !self.probes.contains_key(probe) {
            return;
        }
        self.probes.insert(probe.into(), (key, failing.map(Into::into)));
        self.weigh();
    }

    /// Takes what a commit brought.
    pub fn fold(&mut self, fold: NodeFold) {
        self.lost_records = fold.lost_records;
        self.missing_records = fold.missing_records;
        for (key, probe, failing) in &fold.probes {
            self.probe(*key, probe, failing.as_deref());
        }
        if let Some((key, digest)) = fold.digest
            && self.block.is_none_or(|before| before < key)
        {
            self.block = Some(key);
            self.digest = Some(digest);
        }
        if let Some(newest) = fold.newest
            && self.newest.is_none_or(|before| before < newest.key)
        {
            self.take_newest(newest);
            // Hints are taken when they come, records behind their commit: what came first may be folded last.
            let received = newest.received.monotonic;
            self.silence = self.silence.filter(|silence| silence.heard >= received);
            if self.link_at.is_none_or(|at| at < received) {
                self.link = Link::Unknown;
            }
            self.promise = Some(Promise {
                from: newest.received.monotonic,
                within_s: newest.report_within_s,
                by: GivenBy::Node,
            });
        }
        self.weigh();
    }

    /// The node said that it will be silent. Until when, by the wall, for who stores it.
    pub fn silence(&mut self, for_s: u32, now: Now) -> WallMs {
        let length = Duration::from_secs(u64::from(for_s.min(REPORT_WITHIN_S_MAX)));
        let until = now.plus(length);
        self.silence = Some(Silence { heard: now.monotonic, until: until.monotonic });
        until.wall
    }

    /// Puts back a silence that lasts until `until` by the wall, unless the node was heard after it was announced. The
    /// wall clock may have been set meanwhile, so no silence is longer than one that a node may announce.
    pub fn restore_silence(&mut self, heard: WallMs, until: WallMs, now: Now) {
        let left_ms = until.since_ms(now.wall).clamp(0, i64::from(REPORT_WITHIN_S_MAX) * 1_000);
        let left = Duration::from_millis(left_ms.unsigned_abs());
        if self.heard.is_none_or(|newest| newest <= heard) {
            self.silence = now
                .monotonic
                .checked_add(left)
                .filter(|until| *until > now.monotonic)
                .map(|until| Silence { heard: now.monotonic, until });
        }
    }

    /// A session of it began.
    pub const fn opened(&mut self, now: Instant) {
        self.open_sessions = self.open_sessions.saturating_add(1);
        self.link = Link::Unknown;
        self.link_at = Some(now);
    }

    /// A session of it ended; the last one's end is a hint.
    pub const fn closed(&mut self, now: Instant) {
        self.open_sessions = self.open_sessions.saturating_sub(1);
        if self.open_sessions == 0 {
            self.left(now);
        }
    }

    /// It said, or its will said, that it leaves.
    pub const fn left(&mut self, now: Instant) {
        self.link = Link::Left;
        self.link_at = Some(now);
    }

    /// After a doubt: one fresh promise.
    pub fn promise_anew(&mut self, now: Instant) {
        if let Some(promise) = &mut self.promise {
            promise.from = now;
            promise.by = GivenBy::Controller;
        }
    }

    /// Judges again. The word, when it is another one than before; `true` beside it when only a mark changed.
    pub fn judge(&mut self, controller: Controller, now: Now) -> Judged {
        let facts = Facts {
            standing: self.standing,
            promise: self.promise,
            silent_until: self.silence.map(|silence| silence.until),
            last_word: if degrades(&self.reasons) { StateWord::Degraded } else { StateWord::Ok },
            controller,
            link: self.link,
        };
        let verdict = judge(&facts, now.monotonic);
        let before = std::mem::replace(&mut self.verdict, verdict);
        if before.word != verdict.word {
            self.since = Some(now.wall);
            self.lane.push(now.wall, verdict.word);
            return Judged::Word(verdict.word);
        }
        if before.was != verdict.was || before.late != verdict.late { Judged::Mark } else { Judged::Same }
    }

    /// Its word and since when, as stored before the start.
    pub fn restore_word(&mut self, word: StateWord, since: WallMs) {
        self.lane.push(since, word);
        self.verdict.word = word;
        self.since = Some(since);
    }

    /// Its state as it is shown.
    #[must_use]
    pub const fn state(&self) -> State {
        State {
            word: self.verdict.word,
            was: self.verdict.was,
            late: self.verdict.late,
            since: self.since,
            heard: self.heard,
            report_within_s: match self.promise {
                Some(promise) => Some(promise.within_s),
                None => None,
            },
        }
    }

    /// Whether it says something about its site.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.standing == Standing::Enrolled
    }

    /// Whether it was heard, but not since the controller's start or last doubt.
    #[must_use]
    pub const fn awaited(&self) -> bool {
        matches!(self.verdict.word, StateWord::NotKnown)
    }

    fn take_newest(&mut self, newest: Newest) {
        self.newest = Some(newest.key);
        self.heard = Some(newest.received.wall);
        self.boot = Some(newest.boot);
        self.clock_error_ms = newest.clock_error_ms;
    }

    fn weigh(&mut self) {
        let failing: Vec<(&str, &str)> = self
            .probes
            .iter()
            .filter_map(|(probe, (_, why))| why.as_deref().map(|why| (&**probe, why)))
            .collect();
        let words = Words {
            // A node that has not spoken yet has no clock to complain of.
            clock_error_ms: if self.newest.is_some() { self.clock_error_ms } else { Some(0) },
            probes: &failing,
        };
        self.reasons = standing(&self.reasons, self.digest.as_ref(), words);
    }
}

/// What a judgement changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Nothing.
    Same,
    /// "Late" or "was".
    Mark,
    /// The word.
    Word(StateWord),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figure is 16 KiB for an idle connected node in all; TLS and its buffers need most of it.
    #[test]
    fn a_node_at_rest_is_small() {
        let lane = 96 * size_of::<(WallMs, StateWord)>();
        assert!(size_of::<Node>() + lane < 3_000, "{} + {lane} bytes", size_of::<Node>());
    }
}

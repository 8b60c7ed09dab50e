//! Presence: which word a node has now. One pure function of its promise, the doubts of the controller, and the time.
//!
//! Enters: [`Facts`] and a monotonic instant. Leaves: a [`Verdict`] and the instant at which it may change. Decided from
//! the node's own promise alone: a closed socket only shortens the wait, a wall clock that jumps changes nothing, and
//! late data never enters (the caller hands in promises of newest records alone). Silence is never "down".

use std::time::{Duration, Instant};

use holdfast_protocol::presence::{GRACE_S_MIN, StateWord, grace_s};

/// What a verdict is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether its certificate is taken.
    pub standing: Standing,
    /// The newest promise, or none when it was never heard.
    pub promise: Option<Promise>,
    /// Silent by its own word until then.
    pub silent_until: Option<Instant>,
    /// What its newest word was: [`StateWord::Ok`] or [`StateWord::Degraded`].
    pub last_word: StateWord,
    /// Whether the controller trusts itself.
    pub controller: Controller,
    /// What the door saw of its connection.
    pub link: Link,
}

/// Whether a certificate is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Enrolled,
    /// Not any more; for good.
    Revoked,
}

/// "Another word within so many seconds of then."
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// When it began to run.
    pub from: Instant,
    /// Seconds.
    pub within_s: u32,
    /// Who gave it.
    pub by: GivenBy,
}

/// Who gave a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBy {
    /// The node, with a record that this run of the controller received.
    Node,
    /// The controller, once, after its start or a doubt: it cannot know what it missed.
    Controller,
}

/// Whether the controller trusts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// It does.
    Sound,
    /// It does not: its own database, link or clock is not well.
    InDoubt,
}

/// What the door saw: a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Connected, or nothing known.
    Unknown,
    /// The connection ended: the node will not be merely slow, so the longer grace is not waited for.
    Left,
}

/// The word, and when to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The word.
    pub word: StateWord,
    /// With "No report", "Not known" and "Planned silence": the last word heard.
    pub was: Option<StateWord>,
    /// Past its promise, within grace.
    pub late: bool,
    /// When time alone will change this.
    pub next: Option<Instant>,
}

/// Judges. The order of the words is that of [`StateWord::ALL`].
#[must_use]
pub fn judge(facts: &Facts, now: Instant) -> Verdict {
    let plain = |word| Verdict { word, was: None, late: false, next: None };
    let was = |word, next| Verdict { word, was: Some(facts.last_word), late: false, next };
    if facts.standing == Standing::Revoked {
        return plain(StateWord::Revoked);
    }
    let Some(promise) = facts.promise else { return plain(StateWord::NotYetSeen) };
    let grace = grace(promise.within_s, facts.link);
    if let Some(end) = facts.silent_until.and_then(|until| until.checked_add(grace))
        && now < end
    {
        return was(StateWord::PlannedSilence, Some(end));
    }
    if facts.controller == Controller::InDoubt {
        return was(StateWord::NotKnown, None);
    }
    let due = promise.from.checked_add(Duration::from_secs(u64::from(promise.within_s)));
    let end = due.and_then(|due| due.checked_add(grace));
    // An instant past the end of the clock's range never comes.
    let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
    if passed(end) {
        return was(StateWord::NoReport, None);
    }
    match promise.by {
        GivenBy::Controller => was(StateWord::NotKnown, end),
        GivenBy::Node if passed(due) => Verdict { word: facts.last_word, was: None, late: true, next: end },
        GivenBy::Node => Verdict { word: facts.last_word, was: None, late: false, next: due },
    }
}

/// Seconds behind the promise; the shortest when the door saw the node leave.
fn grace(within_s: u32, link: Link) -> Duration {
    let seconds = match link {
        Link::Unknown => grace_s(within_s),
        Link::Left => GRACE_S_MIN,
    };
    Duration::from_secs(u64::from(seconds))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: u32 = 120;

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    fn facts(start: Instant) -> Facts {
        Facts {
            standing: Standing::Enrolled,
            promise: Some(Promise { from: start, within_s: WITHIN, by: GivenBy::Node }),
            silent_until: None,
            last_word: StateWord::Ok,
            controller: Controller::Sound,
            link: Link::Unknown,
        }
    }

    /// Promise 120 s, grace 60 s: the word, "was" and "late" second by second.
    #[test]
    fn a_promise_runs_from_in_time_through_late_to_no_report_and_never_to_down() {
        let start = Instant::now();
        let facts = facts(start);
        let table = [
            (0, StateWord::Ok, None, false),
            (119, StateWord::Ok, None, false),
            (120, StateWord::Ok, None, true),
            (179, StateWord::Ok, None, true),
            (180, StateWord::NoReport, Some(StateWord::Ok), false),
            (400 * 86_400, StateWord::NoReport, Some(StateWord::Ok), false),
        ];
        for (seconds, word, was, late) in table {
            let verdict = judge(&facts, at(start, seconds));
            assert_eq!((verdict.word, verdict.was, verdict.late), (word, was, late), "after {seconds} s");
        }
        assert_eq!(judge(&facts, start).next, Some(at(start, 120)));
        assert_eq!(judge(&facts, at(start, 130)).next, Some(at(start, 180)));
    }

    #[test]
    fn the_first_word_that_applies_is_shown() {
        let start = Instant::now();
        let late = at(start, 10_000);
        let mut facts = facts(start);
        facts.last_word = StateWord::Degraded;
        assert_eq!(judge(&facts, start).word, StateWord::Degraded);
        assert_eq!(judge(&facts, late).word, StateWord::NoReport);
        facts.controller = Controller::InDoubt;
        let doubted = judge(&facts, late);
        assert_eq!((doubted.word, doubted.was), (StateWord::NotKnown, Some(StateWord::Degraded)));
        facts.silent_until = Some(at(start, 20_000));
        assert_eq!(judge(&facts, late).word, StateWord::PlannedSilence);
        facts.promise = None;
        assert_eq!(
            judge(&facts, late).word,
            StateWord::NotYetSeen,
            "nobody can be silent who was never heard"
        );
        facts.standing = Standing::Revoked;
        assert_eq!(judge(&facts, late).word, StateWord::Revoked);
    }

    #[test]
    fn a_promise_of_the_controllers_own_is_not_known_until_it_is_over() {
        let start = Instant::now();
        let mut facts = facts(start);
        facts.promise = facts.promise.map(|promise| Promise { by: GivenBy::Controller, ..promise });
        for seconds in [0, 130, 179] {
            let verdict = judge(&facts, at(start, seconds));
            let expected = (StateWord::NotKnown, Some(StateWord::Ok), false);
            assert_eq!((verdict.word, verdict.was, verdict.late), expected, "after {seconds} s");
        }
        assert_eq!(judge(&facts, at(start, 180)).word, StateWord::NoReport);
    }

    #[test]
    fn a_silence_that_ran_over_is_no_report_after_its_grace() {
        let start = Instant::now();
        let mut facts = facts(start);
        facts.silent_until = Some(at(start, 3_600));
        assert_eq!(judge(&facts, at(start, 3_659)).word, StateWord::PlannedSilence);
        assert_eq!(judge(&facts, at(start, 3_660)).word, StateWord::NoReport);
    }

    #[test]
    fn a_closed_socket_shortens_a_long_grace_and_decides_nothing() {
        let start = Instant::now();
        let mut facts = facts(start);
        facts.promise = Some(Promise { from: start, within_s: 3_600, by: GivenBy::Node });
        assert_eq!(judge(&facts, at(start, 5_399)).word, StateWord::Ok, "half of an hour is the grace");
        facts.link = Link::Left;
        assert_eq!(judge(&facts, at(start, 3_599)).word, StateWord::Ok);
        assert!(judge(&facts, at(start, 3_659)).late);
        assert_eq!(judge(&facts, at(start, 3_660)).word, StateWord::NoReport);
    }
}

//! What a statement is worth: one of its node's key that was not altered, taken from elsewhere, or dated ahead. Pure.
//!
//! Enters: a statement as it came, and the node's public key. Leaves: a [`Verdict`], and for one that counts the
//! [`Moment`] at which it was made. Whatever the verdict, the statement is kept as it came.

use holdfast_protocol::evidence::StatedClock;
use holdfast_protocol::statement::Statement;
use holdfast_protocol::time::{ClockTrust, WallMs};
use holdfast_provisioning::evidence::{Fault, check_statement};

use crate::history::statements::Came;

/// A statement may be dated so far behind its receipt by clocks that differ; past it, it is dated ahead.
const AHEAD_MS: i64 = 10 * 60_000;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It counts.
    Genuine,
    /// It cannot be read, or is of a later format.
    Unreadable,
    /// Another key signed it, or it was altered.
    WrongSignature,
    /// A claim is not the one that was signed.
    WrongDigest,
    /// It was signed for another node, boot or instant than its record is of: a copy from elsewhere.
    FromElsewhere,
    /// It says a time that was still to come when it was received.
    DatedAhead,
    /// Neither node nor controller knows when it was made.
    TimeNotKnown,
    /// A statement of this instant is there already.
    SaidAgain,
}

impl Verdict {
    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Unreadable => "unreadable",
            Self::WrongSignature => "wrong_signature",
            Self::WrongDigest => "wrong_digest",
            Self::FromElsewhere => "from_elsewhere",
            Self::DatedAhead => "dated_ahead",
            Self::TimeNotKnown => "time_not_known",
            Self::SaidAgain => "said_again",
        }
    }
}

/// When a statement was made, and by whose clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: WallMs,
    /// How far that may be off.
    pub error_ms: i64,
    /// By whose clock.
    pub clock: StatedClock,
}

impl Moment {
    /// By the node's clock.
    #[must_use]
    pub const fn by_node(at: WallMs, error_ms: i64) -> Self {
        Self { at, error_ms, clock: StatedClock::Node }
    }

    /// By the controller's.
    #[must_use]
    pub const fn by_controller(at: WallMs, error_ms: i64) -> Self {
        Self { at, error_ms, clock: StatedClock::Controller }
    }

    /// Whether the node's clock says so.
    #[must_use]
    pub const fn is_by_node(self) -> bool {
        matches!(self.clock, StatedClock::Node)
    }

    /// Earliest and latest instant that it may be.
    #[must_use]
    pub const fn bounds(self) -> (WallMs, WallMs) {
        (self.at.plus_ms(self.error_ms.saturating_neg()), self.at.plus_ms(self.error_ms))
    }
}

/// Judges a statement against the public key of the node whose session brought it (SubjectPublicKeyInfo, DER).
#[must_use]
pub fn judge(came: &Came, spki_der: &[u8]) -> (Verdict, Option<Moment>) {
    let Ok(statement) = Statement::decode(&came.body) else { return (Verdict::Unreadable, None) };
    match check_statement(&statement, spki_der) {
        Ok(()) => {}
        Err(Fault::Signature) => return (Verdict::WrongSignature, None),
        Err(Fault::Digest) => return (Verdict::WrongDigest, None),
    }
    let head = &statement.head;
    if (head.node, head.boot, head.at) != (came.node, came.boot, came.at) {
        return (Verdict::FromElsewhere, None);
    }
    let moment = match head.clock {
        ClockTrust::Synchronised { wall, error_ms } => Some(Moment::by_node(wall, i64::from(error_ms))),
        ClockTrust::Unsynchronised => came.estimate,
    };
    match moment {
        None => (Verdict::TimeNotKnown, None),
        Some(moment) if moment.bounds().0 > came.received.plus_ms(AHEAD_MS) => {
            (Verdict::DatedAhead, Some(moment))
        }
        Some(moment) => (Verdict::Genuine, Some(moment)),
    }
}

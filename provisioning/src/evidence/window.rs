//! Whether the serial is the bound one, and whether the week's figures follow from the statements in the file.
//!
//! Enters: a file's contents. Leaves: two steps. The arithmetic is the one by which the controller made the window.

use holdfast_protocol::evidence::{
    Evidence, Level, OBSERVATIONS_MAX, Stated, StatedClock, longest_gap_ms, quarter, week_until,
};
use holdfast_protocol::identifier::Sensitivity;
use holdfast_protocol::statement::{Head, Source};
use holdfast_protocol::time::{ClockTrust, WallMs};

use super::report::{Step, StepName};

pub(super) fn binding_step(evidence: &Evidence) -> Step {
    Step::of(StepName::Binding, bound(evidence))
}

fn bound(evidence: &Evidence) -> Result<(), &'static str> {
    let binding = evidence.binding.as_ref().ok_or("the binding is missing")?;
    if binding.kind.sensitivity() != Sensitivity::Plain || binding.by_sha256.0.len() != 32 {
        return Err("the binding is not as it is made");
    }
    for stated in &evidence.statements {
        let kind = Source::from_word(&stated.shown.source).and_then(Source::kind);
        let value = binding.kind.parse(&stated.shown.serial).ok();
        if kind != Some(binding.kind) || value.as_ref() != Some(&binding.value) {
            return Err("a statement names another serial than the one bound");
        }
        let ended = binding.ended_ms.is_some_and(|ended| stated.at_ms >= ended);
        if stated.at_ms < binding.bound_ms || ended {
            return Err("a statement was made while the serial was not bound to this key");
        }
    }
    Ok(())
}

pub(super) fn step(evidence: &Evidence) -> Step {
    Step::of(StepName::Window, counted(evidence))
}

fn counted(evidence: &Evidence) -> Result<(), &'static str> {
    let week = evidence.week;
    let until = week_until(week, WallMs(evidence.made_ms));
    if until < week.start() {
        return Err("the file was made before its week began");
    }
    if evidence.level != Level::E2 {
        let empty = evidence.binding.is_none()
            && evidence.statements.is_empty()
            && evidence.certificates.is_empty()
            && evidence.observations == 0
            && evidence.longest_gap_ms == longest_gap_ms(week, until, &[]);
        return if empty { Ok(()) } else { Err("below E2 there are no observations") };
    }
    if evidence.statements.is_empty() || evidence.statements.len() > OBSERVATIONS_MAX {
        return Err("at E2 there are 1 to 28 observations");
    }
    let mut before = -1;
    for stated in &evidence.statements {
        clock_fits(stated)?;
        let (at, error) = (WallMs(stated.at_ms), stated.error_ms);
        if error < 0 || !week.holds(at.plus_ms(error.saturating_neg())) || !week.holds(at.plus_ms(error)) {
            return Err("a statement is of another week, or may be");
        }
        let quarter = quarter(week.start(), at);
        if quarter <= before {
            return Err("an observation is counted twice, or out of order");
        }
        before = quarter;
    }
    let observed: Vec<WallMs> = evidence.statements.iter().map(|stated| WallMs(stated.at_ms)).collect();
    if u32::try_from(observed.len()) != Ok(evidence.observations) {
        return Err("the number of observations is another");
    }
    if longest_gap_ms(week, until, &observed) != evidence.longest_gap_ms {
        return Err("the longest gap is another");
    }
    Ok(())
}

fn clock_fits(stated: &Stated) -> Result<(), &'static str> {
    let head = Head::decode(&stated.head.0).map_err(|_| "a statement cannot be read")?;
    let fits = match (head.clock, stated.clock) {
        (ClockTrust::Synchronised { wall, error_ms }, StatedClock::Node) => {
            wall.0 == stated.at_ms && i64::from(error_ms) == stated.error_ms
        }
        (ClockTrust::Unsynchronised, StatedClock::Controller) => true,
        (ClockTrust::Synchronised { .. }, StatedClock::Controller)
        | (ClockTrust::Unsynchronised, StatedClock::Node) => false,
    };
    if fits { Ok(()) } else { Err("a statement says another time than the node signed") }
}

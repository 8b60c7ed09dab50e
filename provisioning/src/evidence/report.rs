//! What a check found: a verdict, each step's own answer, and what still has to be trusted.
//!
//! Enters: steps. Leaves: the verdict that follows from them. One step that is not genuine makes the whole not genuine; one
//! that could not be checked makes it "cannot tell"; only else it is genuine.

use holdfast_protocol::evidence::{Evidence, Level, StatedClock};
use serde::Serialize;

/// The verdict over the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every step holds.
    Genuine,
    /// A step does not hold.
    NotGenuine,
    /// No step fails, and one could not be checked.
    CannotTell,
}

/// A step's own answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It holds.
    Genuine,
    /// It does not.
    NotGenuine,
    /// Something is missing for it.
    CannotTell,
    /// A file of this level has nothing to check here.
    NotNeeded,
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// The file is an evidence file of a known version, whole.
    Form,
    /// The controller's signature fits the file and the key in it.
    ControllerSignature,
    /// That key is one of the fleet's, by the verification key.
    ControllerKey,
    /// The node's certificate leads to the fleet's root, by the verification key.
    Certificates,
    /// The node's key signed each statement, and each shown claim is in it.
    NodeSignature,
    /// The serial shown is the one that was bound to this key, at that time.
    Binding,
    /// The observations lie in the week, and number and longest gap are as they say.
    Window,
}

/// What a check rests on, and cannot show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// That the verification key is the fleet's: it came from elsewhere.
    KeyFromElsewhere,
    /// Below E2: that a person said so, by the controller's word.
    LevelByWord,
    /// That who accepted the item bound serial and key, by the controller's word.
    BindingByWord,
    /// That the fleet's authority made no second node for this: the controller issues certificates.
    Issuer,
    /// That the node's key never left the node: it lies in a file.
    NodeKeyKept,
    /// That the serial is the thing's own: software reads it, and firmware can be rewritten.
    SerialBySoftware,
    /// That the node's clock was right.
    NodeClock,
    /// That the controller's clock was right, for what the node said without one.
    ControllerClock,
    /// That the controller tells everybody the same: there is no transparency log yet.
    NoLedger,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which.
    pub step: StepName,
    /// Its answer.
    pub answer: Answer,
    /// Why, where it does not hold or cannot be told; else empty.
    pub why: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// The steps.
    pub steps: Vec<Step>,
    /// What still has to be trusted.
    pub trust: Vec<Trust>,
    /// What the file says, if it could be read.
    pub evidence: Option<Evidence>,
}

impl Step {
    pub(super) fn genuine(step: StepName) -> Self {
        Self { step, answer: Answer::Genuine, why: String::new() }
    }

    pub(super) fn not_needed(step: StepName) -> Self {
        Self { step, answer: Answer::NotNeeded, why: String::new() }
    }

    pub(super) fn not_genuine(step: StepName, why: impl Into<String>) -> Self {
        Self { step, answer: Answer::NotGenuine, why: why.into() }
    }

    pub(super) fn cannot_tell(step: StepName, why: impl Into<String>) -> Self {
        Self { step, answer: Answer::CannotTell, why: why.into() }
    }

    pub(super) fn yes_or_no(step: StepName, holds: bool, why_not: &str) -> Self {
        if holds { Self::genuine(step) } else { Self::not_genuine(step, why_not) }
    }

    pub(super) fn of(step: StepName, result: Result<(), &'static str>) -> Self {
        result.map_or_else(|why| Self::not_genuine(step, why), |()| Self::genuine(step))
    }
}

impl Report {
    pub(super) fn of(evidence: Option<Evidence>, steps: Vec<Step>) -> Self {
        let has = |answer| steps.iter().any(|step| step.answer == answer);
        let verdict = if has(Answer::NotGenuine) {
            Verdict::NotGenuine
        } else if has(Answer::CannotTell) {
            Verdict::CannotTell
        } else {
            Verdict::Genuine
        };
        Self { verdict, steps, trust: evidence.as_ref().map(trust).unwrap_or_default(), evidence }
    }
}

fn trust(evidence: &Evidence) -> Vec<Trust> {
    let mut trust = vec![Trust::KeyFromElsewhere];
    if evidence.level == Level::E2 {
        trust.extend([Trust::BindingByWord, Trust::Issuer, Trust::NodeKeyKept, Trust::SerialBySoftware]);
        let has = |clock| evidence.statements.iter().any(|stated| stated.clock == clock);
        trust.extend(has(StatedClock::Node).then_some(Trust::NodeClock));
        trust.extend(has(StatedClock::Controller).then_some(Trust::ControllerClock));
    } else {
        trust.push(Trust::LevelByWord);
    }
    trust.push(Trust::NoLedger);
    trust
}

//! A hand-over: one party offers items, another accepts them, in part or with differences, or refuses. Return is one too.
//!
//! Enters: the offer and the answers, each with the party that speaks and `now`. Leaves: the next state and what it means
//! for each item, or why it may not be. A hand-over is answered once. An item of which the taker says nothing is refused by
//! the table of lines, never accepted by silence. Signing by both sides' own keys and merging offline come later: the
//! answer is already one value that a taker could sign.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::{EventId, What};
use crate::ids::{ItemId, PartyId};
use crate::time::WallMs;

/// Most items of one hand-over: a mobile data centre has some hundred, and both sides have to read the list.
pub const LINES_MAX: usize = 1_000;
/// Most things that came without being on the list.
pub const OVER_MAX: usize = 100;
/// Longest words about one line, in characters.
pub const WORDS_CHARACTERS_MAX: usize = 200;
/// How long an offer holds at the most: cards and lorries travel for weeks.
pub const OFFER_MS_MAX: i64 = 90 * 86_400_000;

/// Names a hand-over: 128 random bits, chosen by who offers, so that an offer sent twice is one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HandoverId(#[serde(with = "hex16")] pub [u8; 16]);

impl std::fmt::Display for HandoverId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        EventId(self.0).fmt(f)
    }
}

impl std::str::FromStr for HandoverId {
    type Err = crate::ids::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let what = "hand-over id";
        text.parse::<EventId>().map(|id| Self(id.0)).map_err(|error| crate::ids::IdError { what, ..error })
    }
}

mod hex16 {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::EventId;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        EventId(*bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        EventId::deserialize(deserializer).map(|id| id.0)
    }
}

/// Lines as a list, because keys of JSON objects are text; an item that is named twice is refused.
mod said_lines {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{ItemId, LINES_MAX, Line};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        item: ItemId,
        said: Line,
    }

    pub(super) fn serialize<S: Serializer>(
        lines: &BTreeMap<ItemId, Line>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(lines.iter().map(|(item, line)| Said { item: *item, said: line.clone() }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ItemId, Line>, D::Error> {
        let list = Vec::<Said>::deserialize(deserializer)?;
        let named = list.len();
        let lines: BTreeMap<ItemId, Line> = list.into_iter().map(|line| (line.item, line.said)).collect();
        if lines.len() != named || named > LINES_MAX {
            return Err(serde::de::Error::custom("each item is named once, and at most 1,000 are"));
        }
        Ok(lines)
    }
}

/// What a hand-over is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To somebody who will answer for it and use it.
    Delivery,
    /// Back.
    Return,
}

/// How what was handed over differs from the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// It is not there.
    Short,
    /// Something else is there in its place.
    WrongSerial,
    /// It is there, and so damaged that it is not taken.
    Damaged,
    /// It is there and is not taken.
    Refused,
}

/// What the taker says of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", from = "SaidLine")]
pub enum Line {
    /// It is there, and taken.
    Accepted,
    /// It is taken although it is damaged.
    AcceptedDamaged {
        /// What is damaged.
        words: String,
    },
    /// It is not taken.
    Not {
        /// Why.
        difference: Difference,
        /// What is there instead, or what is wrong.
        #[serde(default)]
        words: String,
    },
}

/// A line as it is read: serde passes over unknown fields beside the tag of a variant without fields, and "accepted" with
/// words about damage must not lose them.
#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
enum SaidLine {
    Accepted {},
    AcceptedDamaged {
        words: String,
    },
    Not {
        difference: Difference,
        #[serde(default)]
        words: String,
    },
}

impl From<SaidLine> for Line {
    fn from(said: SaidLine) -> Self {
        match said {
            SaidLine::Accepted {} => Self::Accepted,
            SaidLine::AcceptedDamaged { words } => Self::AcceptedDamaged { words },
            SaidLine::Not { difference, words } => Self::Not { difference, words },
        }
    }
}

/// The taker's answer: one value, which a later version lets the taker sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Each item of the list; in JSON a list of `{"item": 7, "said": {"answer": "accepted"}}`.
    #[serde(with = "said_lines")]
    pub lines: BTreeMap<ItemId, Line>,
    /// What came without being on the list, as it is labelled.
    #[serde(default)]
    pub over: Vec<String>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The giver offered; the taker has not answered. After its end it counts as expired.
    Offered,
    /// The giver took it back. Terminal.
    Withdrawn {
        /// When.
        at: WallMs,
    },
    /// The taker answered, line by line. Terminal. An answer that takes nothing is a refusal.
    Answered {
        /// When.
        at: WallMs,
        /// What.
        answer: Answer,
    },
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Its name.
    pub id: HandoverId,
    /// Who gives.
    pub giver: PartyId,
    /// Who takes.
    pub taker: PartyId,
    /// What for.
    pub purpose: Purpose,
    /// Which items.
    pub items: BTreeSet<ItemId>,
    /// When it was offered.
    pub offered: WallMs,
    /// Until when it can be answered.
    pub ends: WallMs,
    /// How far it is.
    pub stage: Stage,
}

/// The word for how far a hand-over is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Waits for the taker.
    Offered,
    /// Nobody answered in time.
    Expired,
    /// Taken back.
    Withdrawn,
    /// All of it was taken.
    Accepted,
    /// Some of it was taken, or more came than was listed, or something is damaged.
    AcceptedWithDifferences,
    /// Nothing was taken.
    Refused,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Offered,
        Self::Expired,
        Self::Withdrawn,
        Self::Accepted,
        Self::AcceptedWithDifferences,
        Self::Refused,
    ];

    /// The stable word of the API and of translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Accepted => "accepted",
            Self::AcceptedWithDifferences => "accepted_with_differences",
            Self::Refused => "refused",
        }
    }
}

/// Why it may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandoverRefusal {
    /// Giver and taker are one.
    #[error("a hand-over is between two parties; giver and taker are the same")]
    OneParty,
    /// No item, or too many.
    #[error("a hand-over lists 1 to {LINES_MAX} items")]
    Lines,
    /// It would end before it begins, or hold too long.
    #[error("an offer ends within 90 days, and after now")]
    End,
    /// Somebody else speaks.
    #[error("only the {0} can do this")]
    NotYours(&'static str),
    /// It is over.
    #[error("it is \"{0}\" and cannot be answered any more")]
    Over(&'static str),
    /// The answer does not speak of every item, or speaks of another.
    #[error(
        "the answer has to speak of each listed item and of no other: {missing} are missing, {foreign} are not on the list"
    )]
    Incomplete {
        /// How many listed items it does not speak of.
        missing: usize,
        /// How many others it speaks of.
        foreign: usize,
    },
    /// Words are missing where they are needed, or too long.
    #[error("say in 1 to {WORDS_CHARACTERS_MAX} characters what is damaged, or what is there instead")]
    Words,
    /// Too much beyond the list.
    #[error("at most {OVER_MAX} things can be named that are not on the list")]
    OverMany,
}

impl Handover {
    /// Offers items. Whether each may be handed over is for their own lives to say.
    ///
    /// # Errors
    /// [`HandoverRefusal`].
    pub fn offer(
        id: HandoverId,
        (giver, taker): (PartyId, PartyId),
        purpose: Purpose,
        items: BTreeSet<ItemId>,
        now: WallMs,
        ends: WallMs,
    ) -> Result<Self, HandoverRefusal> {
        if giver == taker {
            return Err(HandoverRefusal::OneParty);
        }
        if items.is_empty() || items.len() > LINES_MAX {
            return Err(HandoverRefusal::Lines);
        }
        let life_ms = ends.since_ms(now);
        if life_ms <= 0 || life_ms > OFFER_MS_MAX {
            return Err(HandoverRefusal::End);
        }
        Ok(Self { id, giver, taker, purpose, items, offered: now, ends, stage: Stage::Offered })
    }

    /// The word for how far it is.
    #[must_use]
    pub fn outcome(&self, now: WallMs) -> Outcome {
        match &self.stage {
            Stage::Offered if now >= self.ends => Outcome::Expired,
            Stage::Offered => Outcome::Offered,
            Stage::Withdrawn { .. } => Outcome::Withdrawn,
            Stage::Answered { answer, .. } => {
                let taken = answer.lines.values().filter(|line| line.is_taken()).count();
                let plain = answer.lines.values().all(|line| *line == Line::Accepted);
                match taken {
                    0 => Outcome::Refused,
                    _ if plain && answer.over.is_empty() => Outcome::Accepted,
                    _ => Outcome::AcceptedWithDifferences,
                }
            }
        }
    }

    /// The giver takes it back.
    ///
    /// # Errors
    /// [`HandoverRefusal::NotYours`], [`HandoverRefusal::Over`].
    pub fn withdraw(self, by: PartyId, now: WallMs) -> Result<Self, HandoverRefusal> {
        if by != self.giver {
            return Err(HandoverRefusal::NotYours("giver"));
        }
        self.open(now)?;
        Ok(Self { stage: Stage::Withdrawn { at: now }, ..self })
    }

    /// The taker answers. What it means comes back for each item.
    ///
    /// # Errors
    /// [`HandoverRefusal`].
    pub fn answer(
        self,
        answer: Answer,
        by: PartyId,
        now: WallMs,
    ) -> Result<(Self, Vec<(ItemId, What)>), HandoverRefusal> {
        if by != self.taker {
            return Err(HandoverRefusal::NotYours("taker"));
        }
        self.open(now)?;
        let missing = self.items.iter().filter(|item| !answer.lines.contains_key(item)).count();
        let foreign = answer.lines.keys().filter(|item| !self.items.contains(item)).count();
        if missing + foreign > 0 {
            return Err(HandoverRefusal::Incomplete { missing, foreign });
        }
        if answer.over.len() > OVER_MAX {
            return Err(HandoverRefusal::OverMany);
        }
        if !answer.lines.values().all(Line::has_fit_words) || !answer.over.iter().all(|words| fit(words, 1)) {
            return Err(HandoverRefusal::Words);
        }
        let effects = answer.lines.iter().map(|(item, line)| (*item, self.effect(line))).collect();
        Ok((Self { stage: Stage::Answered { at: now, answer }, ..self }, effects))
    }

    fn open(&self, now: WallMs) -> Result<(), HandoverRefusal> {
        match self.outcome(now) {
            Outcome::Offered => Ok(()),
            outcome @ (Outcome::Expired
            | Outcome::Withdrawn
            | Outcome::Accepted
            | Outcome::AcceptedWithDifferences
            | Outcome::Refused) => Err(HandoverRefusal::Over(outcome.word())),
        }
    }

    fn effect(&self, line: &Line) -> What {
        let (custodian, handover) = (self.taker, self.id);
        match (line, self.purpose) {
            (Line::Accepted | Line::AcceptedDamaged { .. }, Purpose::Delivery) => {
                What::Accepted { custodian, handover }
            }
            (Line::Accepted | Line::AcceptedDamaged { .. }, Purpose::Return) => {
                What::Returned { custodian, handover }
            }
            (Line::Not { difference, .. }, _) => What::Differed { handover, difference: *difference },
        }
    }
}

impl Line {
    /// Whether the item was taken.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        match self {
            Self::Accepted | Self::AcceptedDamaged { .. } => true,
            Self::Not { .. } => false,
        }
    }

    fn has_fit_words(&self) -> bool {
        match self {
            Self::Accepted => true,
            Self::AcceptedDamaged { words }
            | Self::Not { difference: Difference::WrongSerial | Difference::Damaged, words } => fit(words, 1),
            Self::Not { difference: Difference::Short | Difference::Refused, words } => fit(words, 0),
        }
    }
}

fn fit(words: &str, least: usize) -> bool {
    let characters = words.trim().chars().count();
    (least..=WORDS_CHARACTERS_MAX).contains(&characters) && !words.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acceptance_with_words_that_it_does_not_take_is_no_answer() {
        let read = |said: &str| {
            serde_json::from_str::<Answer>(&format!("{{\"lines\":[{{\"item\":7,\"said\":{said}}}]}}"))
        };
        assert!(read("{\"answer\":\"accepted\"}").is_ok());
        assert!(read("{\"answer\":\"accepted\",\"words\":\"a dent\"}").is_err(), "the dent would be lost");
        assert!(read("{\"answer\":\"not\",\"difference\":\"short\",\"words\":\"\"}").is_ok());
        assert!(read("{\"answer\":\"not\",\"difference\":\"short\",\"word\":\"\"}").is_err());
    }

    const GIVER: PartyId = PartyId(1);
    const TAKER: PartyId = PartyId(2);
    const DAY_MS: i64 = 86_400_000;

    fn offer(purpose: Purpose) -> Handover {
        let items = [ItemId(1), ItemId(2), ItemId(3)].into();
        Handover::offer(HandoverId([1; 16]), (GIVER, TAKER), purpose, items, WallMs(0), WallMs(14 * DAY_MS))
            .expect("an offer")
    }

    fn not(difference: Difference, words: &str) -> Line {
        Line::Not { difference, words: words.to_owned() }
    }

    fn answer(lines: [Line; 3]) -> Answer {
        Answer { lines: [ItemId(1), ItemId(2), ItemId(3)].into_iter().zip(lines).collect(), over: vec![] }
    }

    #[test]
    fn one_short_of_three_is_accepted_with_differences_and_stays_with_the_giver() {
        let lines = [Line::Accepted, not(Difference::Short, ""), Line::Accepted];
        let (done, effects) =
            offer(Purpose::Delivery).answer(answer(lines), TAKER, WallMs(DAY_MS)).expect("an answer");
        assert_eq!(done.outcome(WallMs(DAY_MS)), Outcome::AcceptedWithDifferences);
        let words: Vec<&str> = effects.iter().map(|(_, what)| what.word()).collect();
        assert_eq!(words, ["accepted", "differed", "accepted"]);
    }

    #[test]
    fn a_return_ends_in_returned() {
        let lines = [Line::Accepted, Line::Accepted, Line::Accepted];
        let (done, effects) =
            offer(Purpose::Return).answer(answer(lines), TAKER, WallMs(1)).expect("an answer");
        assert_eq!(done.outcome(WallMs(1)), Outcome::Accepted);
        assert!(effects.iter().all(|(_, what)| what.word() == "returned"));
    }

    #[test]
    fn it_is_answered_once_and_by_the_taker_alone() {
        let lines = || [Line::Accepted, Line::Accepted, Line::Accepted];
        let open = offer(Purpose::Delivery);
        assert_eq!(
            open.clone().answer(answer(lines()), GIVER, WallMs(1)).expect_err("the giver"),
            HandoverRefusal::NotYours("taker")
        );
        assert_eq!(
            open.clone().withdraw(TAKER, WallMs(1)).expect_err("the taker"),
            HandoverRefusal::NotYours("giver")
        );
        let (done, _) = open.answer(answer(lines()), TAKER, WallMs(1)).expect("an answer");
        assert_eq!(
            done.clone().answer(answer(lines()), TAKER, WallMs(2)).expect_err("twice"),
            HandoverRefusal::Over("accepted")
        );
        assert_eq!(done.withdraw(GIVER, WallMs(2)).expect_err("too late"), HandoverRefusal::Over("accepted"));
    }

    #[test]
    fn an_offer_that_is_over_cannot_be_answered() {
        let lines = || [Line::Accepted, Line::Accepted, Line::Accepted];
        let late = offer(Purpose::Delivery).answer(answer(lines()), TAKER, WallMs(14 * DAY_MS));
        assert_eq!(late.expect_err("at its end"), HandoverRefusal::Over("expired"));
        let withdrawn = offer(Purpose::Delivery).withdraw(GIVER, WallMs(5)).expect("open");
        assert_eq!(
            withdrawn.answer(answer(lines()), TAKER, WallMs(6)).expect_err("gone"),
            HandoverRefusal::Over("withdrawn")
        );
    }

    #[test]
    fn silence_about_an_item_is_no_answer() {
        let mut short = answer([Line::Accepted, Line::Accepted, Line::Accepted]);
        short.lines.remove(&ItemId(2));
        short.lines.insert(ItemId(9), Line::Accepted);
        let refusal = offer(Purpose::Delivery).answer(short, TAKER, WallMs(1)).expect_err("one is missing");
        assert_eq!(refusal, HandoverRefusal::Incomplete { missing: 1, foreign: 1 });
    }

    #[test]
    fn damage_and_a_wrong_serial_need_words() {
        for line in [
            not(Difference::WrongSerial, " "),
            not(Difference::Damaged, ""),
            Line::AcceptedDamaged { words: String::new() },
            not(Difference::Refused, &"x".repeat(WORDS_CHARACTERS_MAX + 1)),
            not(Difference::Short, "bell\u{7}"),
        ] {
            let lines = [Line::Accepted, line.clone(), Line::Accepted];
            let refusal = offer(Purpose::Delivery).answer(answer(lines), TAKER, WallMs(1));
            assert_eq!(refusal.expect_err("unfit words"), HandoverRefusal::Words, "{line:?}");
        }
    }

    #[test]
    fn what_cannot_be_offered_is_refused() {
        let offer = |parties, items: BTreeSet<ItemId>, ends| {
            Handover::offer(HandoverId([0; 16]), parties, Purpose::Delivery, items, WallMs(0), ends)
        };
        let one = || BTreeSet::from([ItemId(1)]);
        assert_eq!(offer((GIVER, GIVER), one(), WallMs(1)), Err(HandoverRefusal::OneParty));
        assert_eq!(offer((GIVER, TAKER), BTreeSet::new(), WallMs(1)), Err(HandoverRefusal::Lines));
        let many = (0..=1_000).map(ItemId).collect();
        assert_eq!(offer((GIVER, TAKER), many, WallMs(1)), Err(HandoverRefusal::Lines));
        assert_eq!(offer((GIVER, TAKER), one(), WallMs(0)), Err(HandoverRefusal::End));
        assert_eq!(offer((GIVER, TAKER), one(), WallMs(OFFER_MS_MAX + 1)), Err(HandoverRefusal::End));
    }

    #[test]
    fn an_answer_comes_back_from_json_and_unknown_words_are_refused() {
        let written = answer([
            Line::Accepted,
            not(Difference::Short, ""),
            Line::AcceptedDamaged { words: "lid".into() },
        ]);
        let json = serde_json::to_string(&written).expect("plain values");
        assert_eq!(serde_json::from_str::<Answer>(&json).expect("what was written"), written);
        let stage = Stage::Answered { at: WallMs(7), answer: written };
        let json = serde_json::to_string(&stage).expect("plain values");
        assert_eq!(serde_json::from_str::<Stage>(&json).expect("as it is stored"), stage);
        assert!(serde_json::from_str::<Answer>(r#"{"lines":[],"unknown":1}"#).is_err());
        let twice =
            r#"{"lines":[{"item":1,"said":{"answer":"accepted"}},{"item":1,"said":{"answer":"accepted"}}]}"#;
        assert!(serde_json::from_str::<Answer>(twice).is_err(), "one answer an item");
    }
}

//! ISO weeks (ISO 8601): Monday 00:00 UTC to the next, named by the year that holds their Thursday.
//!
//! Enters: an instant, or text such as `2026-W48`. Leaves: the week, its ends, its text. Never reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::WallMs;

/// Milliseconds of a week.
pub const WEEK_MS: i64 = 7 * DAY_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// 1970-01-01 was a Thursday: the week that holds it began three days before.
const FIRST_DAY: i64 = -3;
/// The last week that ends before the year 10000.
const LAST: u32 = 418_985;

/// A week, counted from the one that holds 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(u32);

/// Text that names no week.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no ISO week; write it like 2026-W48")]
pub struct WeekError;

impl Week {
    /// The week of an instant; `None` before 1970 and after 9999.
    #[must_use]
    pub fn of(at: WallMs) -> Option<Self> {
        let days = at.0.div_euclid(DAY_MS);
        let number = u32::try_from((days - FIRST_DAY).div_euclid(7)).ok()?;
        (at.0 >= 0 && number <= LAST).then_some(Self(number))
    }

    /// The week of this number since the one of 1970-01-01, as a store keeps it.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        if number <= LAST { Some(Self(number)) } else { None }
    }

    /// Its number since the week of 1970-01-01.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Its first instant.
    #[must_use]
    pub fn start(self) -> WallMs {
        WallMs((i64::from(self.0) * 7 + FIRST_DAY) * DAY_MS)
    }

    /// The first instant behind it.
    #[must_use]
    pub fn end(self) -> WallMs {
        self.start().plus_ms(WEEK_MS)
    }

    /// Whether it holds an instant.
    #[must_use]
    pub fn holds(self, at: WallMs) -> bool {
        self.start() <= at && at < self.end()
    }

    /// The week before, or none before 1970.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// The year that holds its Thursday, and its number in it from 1.
    #[must_use]
    pub fn year_and_week(self) -> (i64, i64) {
        let thursday = i64::from(self.0) * 7;
        let year = year_of(thursday);
        (year, (thursday - new_year(year)) / 7 + 1)
    }
}

/// Days from 1970-01-01 to the first of January of a year.
const fn new_year(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

const fn year_of(day: i64) -> i64 {
    let guess = 1970 + day.div_euclid(366);
    // At most a year for every 366 years is missing from the guess: 9999 needs 23 steps.
    let mut year = guess;
    while new_year(year + 1) <= day {
        year += 1;
    }
    year
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, week) = self.year_and_week();
        write!(f, "{year:04}-W{week:02}")
    }
}

impl FromStr for Week {
    type Err = WeekError;

    /// Takes the one form that `Display` writes.
    fn from_str(text: &str) -> Result<Self, WeekError> {
        let (year, week) = text.split_once("-W").ok_or(WeekError)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| WeekError);
        let (year, week) = (number(year)?, number(week)?);
        if !(1970..=9999).contains(&year) || !(1..=53).contains(&week) {
            return Err(WeekError);
        }
        // The fourth of January lies in the first week.
        let first = (new_year(year) + 3 - FIRST_DAY).div_euclid(7);
        let found = u32::try_from(first + week - 1).ok().and_then(Self::from_number).ok_or(WeekError)?;
        // A year without a 53rd week, and other ways to write a number.
        if found.to_string() == text { Ok(found) } else { Err(WeekError) }
    }
}

impl Serialize for Week {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn day(days: i64) -> WallMs {
        WallMs(days * DAY_MS)
    }

    #[test]
    fn weeks_at_the_turn_of_years_belong_to_the_year_of_their_thursday() {
        // Days since 1970 by `date -d … +%s`; names by `date +%G-W%V`.
        for (days, name) in [
            (0, "1970-W01"),
            (4, "1970-W02"),
            (18_261, "2020-W01"),
            (18_627, "2020-W53"),
            (18_630, "2020-W53"),
            (18_631, "2021-W01"),
            (20_452, "2026-W01"),
            (20_781, "2026-W48"),
            (20_820, "2026-W53"),
            (20_821, "2026-W53"),
            (20_822, "2027-W01"),
        ] {
            let week = Week::of(day(days)).expect("in range");
            assert_eq!(week.to_string(), name, "day {days}");
            assert_eq!(name.parse(), Ok(week));
            assert!(week.holds(day(days)));
        }
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight_utc_and_ends_with_its_last_millisecond() {
        let week: Week = "2026-W48".parse().expect("a week");
        assert_eq!(week.start(), day(20_780));
        assert_eq!(week.end().since_ms(week.start()), WEEK_MS);
        assert!(!week.holds(week.start().plus_ms(-1)) && !week.holds(week.end()));
        assert_eq!(Week::of(week.end().plus_ms(-1)), Some(week));
        assert_eq!(Week::of(week.start().plus_ms(-1)), week.before());
        assert_eq!(Week::of(week.start().plus_ms(HOUR_MS)), Some(week));
    }

    #[test]
    fn what_names_no_week_is_refused() {
        for text in [
            "",
            "2026-W54",
            "2026-W00",
            "2025-W53",
            "2026-W1",
            "2026W48",
            "1969-W52",
            "+2026-W48",
            "2026-W+8",
        ] {
            assert_eq!(text.parse::<Week>(), Err(WeekError), "{text}");
        }
        assert_eq!(Week::of(WallMs(-1)), None);
        assert_eq!(Week::of(WallMs(i64::MAX)), None);
        assert_eq!(
            Week::of(WallMs(253_402_300_799_999)).map(|week| week.to_string()),
            Some("9999-W52".to_owned())
        );
    }

    #[test]
    fn every_week_reads_back_from_its_text() {
        for number in 0..=LAST {
            let week = Week::from_number(number).expect("in range");
            assert_eq!(week.to_string().parse(), Ok(week));
        }
    }
}

//! The stretch of time that a page shows: one that ends now, or one of its own with begin and end, both in UTC.
//!
//! Enters: what the query says, and `now`. Leaves: a [`Span`], or what was wrong with it and everything that was typed. The
//! whole of it is in the query again, so that a link shows the same to another reader. Never reaches beyond `now`.

use holdfast_protocol::time::WallMs;
use serde::Deserialize;

use super::chart::encode;
use super::format;
use super::lang::Arg;
use super::surround::{FormError, Surround};
use crate::api::moment;

/// Longest range of its own: what a chart reads at most.
const OWN_MS_MAX: i64 = 400 * 86_400_000;
/// Longest text of an instant that is read: `2026-11-24T14:02:11.123Z` and room to spare.
const TEXT_BYTES_MAX: usize = 40;

/// A range that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The last quarter of an hour: a machine that has just been enrolled, or one that is being watched.
    Minutes,
    /// The last hour.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

impl Range {
    /// All of them, shortest first.
    pub const ALL: [Self; 6] = [Self::Minutes, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// In the query and in the catalogue's key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Minutes => "15min",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// Its length in ms.
    #[must_use]
    pub const fn ms(self) -> i64 {
        const HOUR_MS: i64 = 3_600_000;
        match self {
            Self::Minutes => HOUR_MS / 4,
            Self::Hour => HOUR_MS,
            Self::Day => 24 * HOUR_MS,
            Self::Week => 7 * 24 * HOUR_MS,
            Self::Month => 30 * 24 * HOUR_MS,
            Self::Quarter => 90 * 24 * HOUR_MS,
        }
    }

    /// The range of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.key() == key)
    }

    /// What is shown when nothing is asked: a day. A younger node opens on a shorter range, for in a day its readings would
    /// be a thread at the edge.
    #[must_use]
    pub const fn usual(age_ms: i64) -> Self {
        const MINUTE_MS: i64 = 60_000;
        if age_ms < 30 * MINUTE_MS {
            Self::Minutes
        } else if age_ms < 360 * MINUTE_MS {
            Self::Hour
        } else {
            Self::Day
        }
    }
}

/// What a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Ends now.
    Last(Range),
    /// From one instant to another.
    Own {
        /// Begin.
        from: WallMs,
        /// End; may lie ahead, what is shown ends now.
        to: WallMs,
    },
}

impl Span {
    /// Begin and end of what is shown; nothing lies right of `now`.
    #[must_use]
    pub fn bounds(self, now: WallMs) -> (WallMs, WallMs) {
        match self {
            Self::Last(range) => (now.plus_ms(-range.ms()), now),
            Self::Own { from, to } => (from, to.min(now)),
        }
    }

    /// As the query says it.
    #[must_use]
    pub fn query(self) -> String {
        match self {
            Self::Last(range) => format!("range={}", range.key()),
            Self::Own { from, to } => format!("from={}&to={}", encode(&local(from)), encode(&local(to))),
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self, s: &Surround) -> String {
        match self {
            Self::Last(range) => s.t(&format!("range-{}", range.key())),
            Self::Own { from, to } => s.with(
                "range-from-to",
                &[
                    ("from", Arg::Text(&format::moment(s.lang, from))),
                    ("to", Arg::Text(&format::moment(s.lang, to))),
                ],
            ),
        }
    }

    /// Whether it stands still while time goes on.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Own { .. })
    }
}

/// What the query says about the span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Key of a range that ends now.
    pub range: Option<String>,
    /// Begin of an own one.
    pub from: Option<String>,
    /// End of an own one.
    pub to: Option<String>,
}

/// Why an own range cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The begin is no instant.
    From,
    /// The end is no instant.
    To,
    /// The end is not behind the begin.
    Order,
    /// Longer than 400 days.
    Long,
    /// It begins after now.
    Ahead,
}

impl Wrong {
    /// As a form says it.
    #[must_use]
    pub fn told(self, s: &Surround) -> FormError {
        let (key, field) = match self {
            Self::From => ("range-wrong-from", "from"),
            Self::To => ("range-wrong-to", "to"),
            Self::Order => ("range-wrong-order", "to"),
            Self::Long => ("range-wrong-long", "from"),
            Self::Ahead => ("range-wrong-ahead", "from"),
        };
        FormError { title: s.t("range-wrong"), text: s.t(key), field }
    }
}

impl Asked {
    /// The span that is asked for; none if nothing is. A key that is none is passed over, as in an old link.
    ///
    /// # Errors
    /// What is wrong with a range of its own.
    pub fn span(&self, now: WallMs) -> Result<Option<Span>, Wrong> {
        if self.from.is_none() && self.to.is_none() {
            return Ok(self.range.as_deref().and_then(Range::from_key).map(Span::Last));
        }
        let from = self.from.as_deref().and_then(instant).ok_or(Wrong::From)?;
        let to = self.to.as_deref().and_then(instant).ok_or(Wrong::To)?;
        if to <= from {
            return Err(Wrong::Order);
        }
        if from >= now {
            return Err(Wrong::Ahead);
        }
        if to.since_ms(from) > OWN_MS_MAX {
            return Err(Wrong::Long);
        }
        Ok(Some(Span::Own { from, to }))
    }
}

/// Reads an instant of UTC: what a field for date and time sends, RFC 3339, or milliseconds since 1970.
pub(super) fn instant(text: &str) -> Option<WallMs> {
    /// `2026-11-24T14:02`, without seconds and zone.
    const TO_THE_MINUTE: usize = 16;
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let whole = if text.len() == TO_THE_MINUTE { format!("{text}:00") } else { text.to_owned() };
    moment::parse(&whole).or_else(|| moment::parse(&format!("{whole}Z")))
}

/// An instant as a field for date and time writes it, in UTC: `2026-11-24T14:02`, the rest of it only where there is one.
#[must_use]
pub fn local(at: WallMs) -> String {
    let c = format::civil(at);
    let minute = format!("{:04}-{:02}-{:02}T{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute);
    let ms = at.0.rem_euclid(1000);
    match (c.second, ms) {
        (0, 0) => minute,
        (second, 0) => format!("{minute}:{second:02}"),
        (second, ms) => format!("{minute}:{second:02}.{ms:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallMs = WallMs(1_795_528_931_000);

    fn asked(from: &str, to: &str) -> Asked {
        Asked { range: None, from: Some(from.to_owned()), to: Some(to.to_owned()) }
    }

    #[test]
    fn a_link_to_an_own_range_shows_the_same_range() {
        for (from, to) in [
            ("2026-11-20T10:00", "2026-11-21T10:30"),
            ("2026-11-20 10:00", "2026-11-21 10:30:11"),
            ("1795000000123", "1795100000000"),
            ("2026-11-20T10:00:00Z", "2026-11-20T13:00:00.500+02:00"),
        ] {
            let span = asked(from, to).span(NOW).expect("right").expect("asked");
            let query = span.query();
            let value = |name: &str| {
                let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)).expect("in the query");
                pair.replace("%3A", ":")
            };
            assert_eq!(asked(&value("from="), &value("to=")).span(NOW), Ok(Some(span)), "{query}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_the_field_where_it_is() {
        for (from, to, wrong) in [
            ("", "2026-11-21T10:30", Wrong::From),
            ("yesterday", "2026-11-21T10:30", Wrong::From),
            ("2026-11-31T10:30", "2026-11-21T10:30", Wrong::From),
            ("2026-11-20T10:00", "", Wrong::To),
            ("2026-11-20T10:00", "2026-11-20T10:00", Wrong::Order),
            ("2026-11-21T10:00", "2026-11-20T10:00", Wrong::Order),
            ("2027-11-20T10:00", "2027-11-21T10:00", Wrong::Ahead),
            ("2020-11-20T10:00", "2026-11-21T10:00", Wrong::Long),
        ] {
            assert_eq!(asked(from, to).span(NOW), Err(wrong), "{from} {to}");
        }
        let half = Asked { to: None, ..asked("2026-11-20T10:00", "") };
        assert_eq!(half.span(NOW), Err(Wrong::To));
        assert_eq!(asked(&"9".repeat(60), "2026-11-21T10:30").span(NOW), Err(Wrong::From));
    }

    #[test]
    fn nothing_is_shown_right_of_now() {
        let span = asked("2026-11-20T10:00", "2027-01-01T00:00").span(NOW).expect("right").expect("asked");
        assert_eq!(span.bounds(NOW).1, NOW);
        assert_eq!(Span::Last(Range::Day).bounds(NOW), (WallMs(NOW.0 - 86_400_000), NOW));
    }

    #[test]
    fn a_range_that_is_none_is_passed_over() {
        let old = Asked { range: Some("12years".to_owned()), ..Asked::default() };
        assert_eq!(old.span(NOW), Ok(None));
        let week = Asked { range: Some("7d".to_owned()), ..Asked::default() };
        assert_eq!(week.span(NOW), Ok(Some(Span::Last(Range::Week))));
    }
}

//! Durations and sizes as people write them in the configuration: `100ms`, `10s`, `5min`, `2h`, `256MiB`.
//!
//! Enters: text. Leaves: a duration or a number of bytes; written again, the same text. A bare number is refused: its unit
//! would have to be guessed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

const SPANS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The number and the unit's factor of `text`.
fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// `value` in the largest unit that divides it.
fn show(value: u64, units: &[(&str, u64)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let fitting = units.iter().find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor));
    match fitting.or(units.last()) {
        Some((name, factor)) => write!(f, "{}{name}", value / factor),
        None => write!(f, "{value}"),
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX), &SPANS, f)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0, &SIZES, f)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let ms = parse(&text, &SPANS).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is no length of time: write a number and ms, s, min, h or d, such as \"10s\""
            ))
        })?;
        Ok(Self(Duration::from_millis(ms)))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text, &SIZES).map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is no size: write a number and B, KiB, MiB or GiB, such as \"256MiB\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        for text in ["100ms", "10s", "90s", "5min", "2h", "7d", "0ms"] {
            let span = Span(Duration::from_millis(parse(text, &SPANS).expect("valid")));
            assert_eq!(span.to_string(), text);
        }
        for text in ["1B", "1KiB", "256MiB", "3GiB"] {
            assert_eq!(Bytes(parse(text, &SIZES).expect("valid")).to_string(), text);
        }
        assert_eq!(parse("10 s", &SPANS), Some(10_000));
    }

    #[test]
    fn a_number_without_unit_or_out_of_range_is_refused() {
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "1.5s",
            "10 parsecs",
            "99999999999999999999s",
            "18446744073709551615d",
            "10S",
        ] {
            assert_eq!(parse(text, &SPANS), None, "{text:?}");
        }
    }
}

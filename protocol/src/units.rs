//! Units of readings: one enum, their symbol, and how a number with one is written for people.
//!
//! Enters: a value and its unit. Leaves: the unit's symbol and kind of scale. Words and separators of a language are the
//! page's business, not this module's.

use serde::{Deserialize, Serialize};

/// What a reading counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A pure number or a count.
    None,
    /// Bytes; memory is shown in binary multiples, everything else in decimal ones.
    Bytes,
    /// Hundredths of a whole.
    Percent,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Degrees Celsius.
    Celsius,
}

impl Unit {
    /// The symbol behind a number, empty for a pure number.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Bytes => "B",
            Self::Percent => "%",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Celsius => "°C",
        }
    }
}

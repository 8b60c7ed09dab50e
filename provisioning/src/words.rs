//! Times and ages in words, the same in the terminal and in the controller's refusals.
//!
//! Enters: instants and durations. Leaves: text such as `24 Nov 2026 14:02 UTC` and `3 h 10 min`. Never reads a clock.

use holdfast_protocol::time::WallMs;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_S: i64 = 86_400;

/// An instant, to the minute, in UTC: `24 Nov 2026 14:02 UTC`.
#[must_use]
pub fn utc(at: WallMs) -> String {
    let at_s = at.0.div_euclid(1000);
    let (year, month, day) = date(at_s.div_euclid(DAY_S));
    let of_day = at_s.rem_euclid(DAY_S);
    let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("?");
    format!("{day} {name} {year} {:02}:{:02} UTC", of_day / 3600, of_day % 3600 / 60)
}

/// A length of time in its two largest units: `12 s`, `4 min`, `3 h 10 min`, `2 d 4 h`.
#[must_use]
pub fn age(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let with = |large: String, small: u64, unit: &str| {
        if small == 0 { large } else { format!("{large} {small} {unit}") }
    };
    if minutes == 0 {
        format!("{seconds} s")
    } else if hours == 0 {
        format!("{minutes} min")
    } else if days == 0 {
        with(format!("{hours} h"), minutes % 60, "min")
    } else {
        with(format!("{days} d"), hours % 24, "h")
    }
}

/// Year, month and day of a day counted from 1970-01-01, by the proleptic Gregorian calendar (Howard Hinnant's
/// `civil_from_days`, <https://howardhinnant.github.io/date_algorithms.html>). Held at the ends of four-digit years.
const fn date(days: i64) -> (i64, i64, i64) {
    let clamped = if days > 2_932_896 {
        2_932_896
    } else if days < -719_162 {
        -719_162
    } else {
        days
    };
    let shifted = clamped + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_at_every_edge_of_the_calendar() {
        for (seconds, text) in [
            (0, "1 Jan 1970 00:00 UTC"),
            (-1, "31 Dec 1969 23:59 UTC"),
            (951_782_399, "28 Feb 2000 23:59 UTC"),
            (951_782_400, "29 Feb 2000 00:00 UTC"),
            (1_795_514_531, "24 Nov 2026 10:02 UTC"),
            (4_107_542_400, "1 Mar 2100 00:00 UTC"),
            (253_402_300_799, "31 Dec 9999 23:59 UTC"),
        ] {
            assert_eq!(utc(WallMs(seconds * 1000)), text, "{seconds}");
        }
        assert_eq!(&utc(WallMs(i64::MAX))[..11], "31 Dec 9999");
        assert_eq!(&utc(WallMs(i64::MIN))[..8], "1 Jan 1 ");
    }

    #[test]
    fn ages_name_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (11_400, "3 h 10 min"),
            (7_200, "2 h"),
            (187_200, "2 d 4 h"),
            (86_400, "1 d"),
        ] {
            assert_eq!(age(seconds), text);
        }
    }
}

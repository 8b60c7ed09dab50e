//! Instants as people write them in addresses: milliseconds since 1970, or RFC 3339.
//!
//! Enters: text. Leaves: an instant, or none for anything that is neither. Pure.

use holdfast_protocol::time::WallMs;

/// Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
const DAYS_BEFORE_1970: i64 = 719_468;

/// Reads an instant.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<WallMs> {
    if let Ok(ms) = text.parse() {
        return Some(WallMs(ms));
    }
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let days = days(date)?;
    let day_ms = clock_ms(clock)?;
    let (fraction_ms, zone) = fraction(rest)?;
    Some(WallMs(days * 86_400_000 + day_ms + fraction_ms - offset_ms(zone)?))
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Days since 1970-01-01 of `YYYY-MM-DD` (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _other => return None,
    };
    if day < 1 || day > last {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - DAYS_BEFORE_1970)
}

fn clock_ms(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    // 60 is a leap second (RFC 3339, section 5.7); it is taken as the second behind it.
    let fits = parts.next().is_none() && hours < 24 && minutes < 60 && seconds <= 60;
    fits.then_some((hours * 3_600 + minutes * 60 + seconds) * 1_000)
}

fn fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(rest) = rest.strip_prefix('.') else { return Some((0, rest)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, zone) = rest.split_at_checked(digits)?;
    let ms = number(format!("{fraction:0<3}").get(..3)?)?;
    (digits > 0).then_some((ms, zone))
}

fn offset_ms(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    // A plus in an address that was not encoded arrives as a space.
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+" | " ", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _other => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (rest.len() == 5 && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_to_the_millisecond() {
        for (text, ms) in [
            ("0", 0),
            ("-1", -1),
            ("1795514531123", 1_795_514_531_123),
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-24T10:02:11.123Z", 1_795_514_531_123),
            ("2026-11-24T12:02:11.123+02:00", 1_795_514_531_123),
            ("2026-11-24T12:02:11.123 02:00", 1_795_514_531_123),
            ("2026-11-24t04:32:11.1239-05:30", 1_795_514_531_123),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("1969-12-31T23:59:59.5Z", -500),
        ] {
            assert_eq!(parse(text), Some(WallMs(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-11-24",
            "2026-11-24T10:02:11",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T10:02:11.Z",
            "2026-11-24T10:02:11+2",
            "2026-11-24T10:02:11Zz",
            "+2026-11-2T10:02:11Z",
            "ґєії-11-24T10:02:11Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

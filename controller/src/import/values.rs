//! Texts of cells as values: folded for comparing, cleaned, counts, amounts of data, instants.
//!
//! Enters: texts as people and programs write them. Leaves: values, or nothing where the text does not say it for certain. A
//! date whose day and month could be either way round is no date.

use holdfast_protocol::time::WallMs;

/// What stands for nothing in a cell.
const NOTHINGS: [&str; 6] = ["-", "--", "—", "–", "n/a", "x"];

/// Lower case, letters and digits alone, marks of Polish and Ukrainian letters away: `Serial No.` is `serialno`, and a
/// letter typed with a combining mark is the same as one typed whole.
pub(super) fn folded(text: &str) -> String {
    let plain = |symbol: char| match symbol {
        'ą' => 'a',
        'ć' => 'c',
        'ę' => 'e',
        'ł' => 'l',
        'ń' => 'n',
        'ó' => 'o',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        'й' => 'и',
        'ї' => 'і',
        'ё' => 'е',
        'ґ' => 'г',
        '№' => 'n',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).filter(|symbol| symbol.is_alphanumeric()).collect()
}

/// A text without what nobody sees and nobody typed: marks of direction and of width, at its ends also spaces.
pub(super) fn seen(text: &str) -> String {
    let hidden = |symbol: &char| matches!(symbol, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let kept: String = text.chars().filter(|symbol| !hidden(symbol)).collect();
    let kept = kept.trim();
    // Spreadsheets put this in front so that digits stay text.
    kept.strip_prefix('\'').unwrap_or(kept).trim().to_owned()
}

/// Whether a text stands for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || NOTHINGS.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// A name as people read it: every other character stays as it came, right-to-left and combining ones too; a break becomes a
/// space. What our own export put in front of a formula's sign is taken away again.
pub(super) fn name(text: &str) -> String {
    let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(text);
    let spaced: String = text.chars().map(|symbol| if symbol.is_control() { ' ' } else { symbol }).collect();
    spaced.trim().trim_start_matches('\u{feff}').to_owned()
}

/// A count: `12`, `12.0`, `12 pcs`, `12 шт.`.
pub(super) fn count(text: &str) -> Option<u32> {
    let text = text.trim();
    let end = text.find(|symbol: char| !symbol.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let fraction = rest.strip_prefix(['.', ',']).filter(|rest| rest.starts_with('0'));
    let rest = fraction.map_or(rest, |fraction| fraction.trim_start_matches('0'));
    let unit = rest.trim_start();
    let is_unit = unit.chars().all(|symbol| symbol.is_alphabetic() || symbol == '.');
    if is_unit && (rest.is_empty() || unit.len() <= rest.len()) { digits.parse().ok() } else { None }
}

/// Whether a text is a number in the form in which a spreadsheet shortens long ones: digits are gone.
pub(super) fn is_shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = mantissa.replace(['.', ','], "");
    mantissa.contains(['.', ',']) && digits(&whole) && exponent.strip_prefix('+').is_some_and(digits)
}

/// An amount of data in bytes; the unit stands behind the number or in the heading.
pub(super) fn data_bytes(text: &str, heading: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|symbol: char| !symbol.is_ascii_digit() && !matches!(symbol, '.' | ','))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let unit = if unit.trim().is_empty() { unit_of(heading)? } else { unit_of(unit)? };
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let mut bytes = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut part = unit;
    for digit in fraction.bytes() {
        part /= 10;
        bytes = bytes.checked_add(part.checked_mul(u64::from(digit.saturating_sub(b'0')))?)?;
    }
    Some(bytes)
}

fn unit_of(text: &str) -> Option<u64> {
    let words = text.split(|symbol: char| !symbol.is_alphabetic()).map(str::to_lowercase);
    words.rev().find_map(|word| match word.as_str() {
        "b" | "byte" | "bytes" | "байт" | "bajt" | "bajty" => Some(1),
        "kb" | "кб" => Some(1_000),
        "mb" | "мб" => Some(1_000_000),
        "gb" | "гб" => Some(1_000_000_000),
        "tb" | "тб" => Some(1_000_000_000_000),
        "mib" => Some(1_048_576),
        "gib" => Some(1_073_741_824),
        _other => None,
    })
}

/// An instant: ISO 8601 with `Z`, with an offset or without (then UTC), or day, month and year with dots.
#[must_use]
pub fn instant(text: &str) -> Option<WallMs> {
    let text = text.trim();
    let (date, rest) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let parts: Vec<&str> = date.split(['-', '.', '/']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 {
        (*a, *b, *c)
    } else if date.contains('.') && c.len() == 4 {
        (*c, *b, *a)
    } else {
        return None;
    };
    let number =
        |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let days = days_from_civil(number(year)?, number(month)?, number(day)?)?;
    let ms = clock_ms(rest.trim())?;
    Some(WallMs(days.checked_mul(86_400_000)?.checked_add(ms)?))
}

/// Milliseconds of the day in UTC; `14:02`, `14:02:11.5Z`, `14:02+02:00`.
fn clock_ms(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let (clock, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => match text.find(['+', '-']).and_then(|at| text.split_at_checked(at)) {
            Some((clock, offset)) => (clock, offset_ms(offset)?),
            None => (text, 0),
        },
    };
    let clock = clock.split_once(['.', ',']).map_or(clock, |(whole, _)| whole);
    let mut parts = clock.split(':').map(|part| part.trim().parse::<i64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let fits = parts.next().is_none()
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    fits.then(|| (hour * 3_600 + minute * 60 + second) * 1_000 - offset)
}

fn offset_ms(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (digits.get(..2)?.parse::<i64>().ok()?, digits.get(2..).unwrap_or_default());
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i64>().ok()? };
    (hours <= 14 && minutes < 60).then(|| sign * (hours * 60 + minutes) * 60_000)
}

/// Days since 1970-01-01 of the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _other => return None,
    };
    if !(1970..=9999).contains(&year) || !(1..=longest).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let of_era_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_era_days - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_that_mean_one_thing_fold_to_one_word() {
        for (one, other) in [
            ("Serial No.", "SERIAL-NO"),
            ("Серійний номер", "серіи\u{306}нии\u{306} номер"),
            ("Część", "czesc"),
            ("S/N", "sn"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
    }

    #[test]
    fn a_count_is_digits_with_a_unit_at_most() {
        for (text, wanted) in [("12", 12), ("12.0", 12), ("1,00", 1), ("12 pcs", 12), ("3 шт.", 3)] {
            assert_eq!(count(text), Some(wanted), "{text}");
        }
        for text in ["", "a", "1.5", "-1", "1 2", "12 (spare)", "99999999999"] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_is_taken_only_where_day_and_month_are_certain() {
        let day = 86_400_000;
        for (text, wanted) in [
            ("1970-01-02", day),
            ("02.01.1970", day),
            ("1970-01-02T01:00:00Z", day + 3_600_000),
            ("1970-01-02 01:00", day + 3_600_000),
            ("1970-01-02T03:00:00+02:00", day + 3_600_000),
            ("2024-02-29", 1_709_164_800_000),
        ] {
            assert_eq!(instant(text), Some(WallMs(wanted)), "{text}");
        }
        for text in ["01/02/2026", "2026-02-30", "2026-13-01", "2026-01-01 25:00", "yesterday", "", "2026-1"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn an_amount_of_data_has_a_unit_or_is_none() {
        assert_eq!(data_bytes("12.34", "Data used (GB)"), Some(12_340_000_000));
        assert_eq!(data_bytes("1,5 MB", "Usage"), Some(1_500_000));
        assert_eq!(data_bytes("7", "Usage"), None);
        assert_eq!(data_bytes("99999999999999999999", "GB"), None);
    }

    #[test]
    fn what_nobody_sees_is_no_part_of_an_identifier_and_a_name_stays_as_it_came() {
        assert_eq!(seen("\u{200e}'00123\u{202c} "), "00123");
        for text in ["Ґ😀 e\u{301} \"quoted\" O'Neil", "\u{202b}שלום\u{202c} עולם", "e\u{301}"] {
            assert_eq!(name(text), text.trim());
        }
        assert_eq!(name("'=1+1"), "=1+1");
        assert_eq!(name("a\r\nb"), "a  b");
        assert!(is_shortened("4.90154E+14") && !is_shortened("4E20") && !is_shortened("SE1.5"));
    }
}

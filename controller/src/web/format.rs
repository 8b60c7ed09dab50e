//! Numbers, sizes, ages and times as people of a language read them. Pure: `now` and language come in.
//!
//! Enters: values with their units, instants. Leaves: text with CLDR separators and a narrow no-break space before the
//! unit. Never reads a clock; never writes a number without its unit; `None` is "no reading", which the caller words.

use holdfast_protocol::time::WallMs;

use super::lang::Lang;

/// Between a number and its unit: NARROW NO-BREAK SPACE.
pub const THIN: char = '\u{202f}';
/// From this age on the date says more than the age.
pub const AGE_AS_DATE_MS: i64 = 7 * DAY_MS;

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Which multiples of a byte: memory is counted in binary ones, data and disks in decimal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiples {
    /// kB, MB, GB.
    Decimal,
    /// KiB, MiB, GiB.
    Binary,
}

/// A count as a floating number; above 2^53 it loses digits that nobody reads.
#[must_use]
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "shown in three digits")]
pub const fn float(count: u64) -> f64 {
    count as f64
}

/// A signed count, as [`float`].
#[must_use]
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "shown in three digits")]
pub const fn float_i(count: i64) -> f64 {
    count as f64
}

/// A number with the separators of `lang` and exactly `decimals` digits behind the point.
#[must_use]
pub fn number(lang: Lang, value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "\u{2014}".to_owned();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let mut out = String::with_capacity(plain.len() + 8);
    let nothing = whole.chars().chain(rest.chars()).all(|digit| digit == '0');
    if value < 0.0 && !nothing {
        out.push('\u{2212}');
    }
    let (group, point, group_from) = match lang {
        Lang::En => (',', '.', 4),
        Lang::Uk => ('\u{a0}', ',', 4),
        // CLDR: a Polish number of four digits stands undivided.
        Lang::Pl => ('\u{a0}', ',', 5),
    };
    let digits = whole.chars().count();
    for (index, digit) in whole.chars().enumerate() {
        if digits >= group_from && index > 0 && (digits - index).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push(point);
        out.push_str(rest);
    }
    out
}

/// A number in three significant digits at most, without zeros at the end: 0.41, 7.5, 41.2, 412.
#[must_use]
pub fn significant(lang: Lang, value: f64) -> String {
    let size = value.abs();
    let decimals = if size >= 100.0 || value == 0.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    let text = number(lang, value, decimals);
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
}

/// A unit's symbol as `lang` writes it.
#[must_use]
pub fn unit_symbol(lang: Lang, symbol: &'static str) -> &'static str {
    const UKRAINIAN: &[(&str, &str)] = &[
        ("B", "Б"),
        ("kB", "кБ"),
        ("MB", "МБ"),
        ("GB", "ГБ"),
        ("TB", "ТБ"),
        ("KiB", "КіБ"),
        ("MiB", "МіБ"),
        ("GiB", "ГіБ"),
        ("TiB", "ТіБ"),
        ("s", "с"),
        ("ms", "мс"),
        ("min", "хв"),
        ("h", "год"),
        ("d", "д"),
    ];
    match lang {
        Lang::En | Lang::Pl => symbol,
        Lang::Uk => UKRAINIAN.iter().find(|(from, _)| *from == symbol).map_or(symbol, |(_, to)| to),
    }
}

/// A value with its unit, `per_second` behind it for a rate.
#[must_use]
pub fn quantity(lang: Lang, value: f64, unit: &str, multiples: Multiples, per_second: bool) -> String {
    let (text, symbol) = match unit {
        "B" => bytes_parts(lang, value, multiples),
        "ms" if !per_second && value.abs() >= 10_000.0 => (significant(lang, value / 1000.0), "s"),
        "ms" => (significant(lang, value), "ms"),
        "s" => (significant(lang, value), "s"),
        "%" => (significant(lang, value), "%"),
        "°C" => (number(lang, value, 0), "°C"),
        _ => (significant(lang, value), ""),
    };
    let mut out = text;
    let symbol = unit_symbol(lang, symbol);
    if !symbol.is_empty() {
        out.push(THIN);
        out.push_str(symbol);
    }
    if per_second {
        if symbol.is_empty() {
            out.push(THIN);
        }
        out.push('/');
        out.push_str(unit_symbol(lang, "s"));
    }
    out
}

/// A size: `1.4 MB`.
#[must_use]
pub fn bytes(lang: Lang, value: f64, multiples: Multiples) -> String {
    quantity(lang, value, "B", multiples, false)
}

/// The step of a size: how many bytes, and their symbol.
#[must_use]
pub fn byte_step(value: f64, multiples: Multiples) -> (f64, &'static str) {
    const DECIMAL: [(f64, &str); 4] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    const BINARY: [(f64, &str); 4] =
        [(1_099_511_627_776.0, "TiB"), (1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1024.0, "KiB")];
    let steps = match multiples {
        Multiples::Decimal => &DECIMAL,
        Multiples::Binary => &BINARY,
    };
    steps.iter().find(|(step, _)| value.abs() >= *step).copied().unwrap_or((1.0, "B"))
}

fn bytes_parts(lang: Lang, value: f64, multiples: Multiples) -> (String, &'static str) {
    let (step, symbol) = byte_step(value, multiples);
    (significant(lang, value / step), symbol)
}

/// A length of time in two parts at most: `12 s`, `4 min`, `3 h 10 min`, `2 d 4 h`.
#[must_use]
pub fn duration(lang: Lang, ms: i64) -> String {
    let ms = ms.max(0);
    let part = |count: i64, symbol| format!("{count}{THIN}{}", unit_symbol(lang, symbol));
    let two = |first: i64, one, second: i64, other| {
        if second == 0 {
            part(first, one)
        } else {
            format!("{}\u{a0}{}", part(first, one), part(second, other))
        }
    };
    if ms < MINUTE_MS {
        part(ms / SECOND_MS, "s")
    } else if ms < HOUR_MS {
        part(ms / MINUTE_MS, "min")
    } else if ms < DAY_MS {
        two(ms / HOUR_MS, "h", ms % HOUR_MS / MINUTE_MS, "min")
    } else {
        two(ms / DAY_MS, "d", ms % DAY_MS / HOUR_MS, "h")
    }
}

/// The age of what happened at `at`; what lies in the future is 0 s old, what is a week old shows its date.
#[must_use]
pub fn age(lang: Lang, at: WallMs, now: WallMs) -> String {
    let ms = now.since_ms(at);
    if ms >= AGE_AS_DATE_MS { date(lang, at) } else { duration(lang, ms) }
}

/// A civil moment in UTC. Pages show UTC until a person can set a zone; the zone's seam is here and in [`moment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: i64,
    /// Day of the month.
    pub day: i64,
    /// Hour.
    pub hour: i64,
    /// Minute.
    pub minute: i64,
    /// Second.
    pub second: i64,
}

/// The civil moment of an instant (days to years after Hinnant's `civil_from_days`).
#[must_use]
pub const fn civil(at: WallMs) -> Civil {
    let days = at.0.div_euclid(DAY_MS);
    let in_day = at.0.rem_euclid(DAY_MS);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Civil {
        year: year_of_era + era * 400 + if month <= 2 { 1 } else { 0 },
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        hour: in_day / HOUR_MS,
        minute: in_day % HOUR_MS / MINUTE_MS,
        second: in_day % MINUTE_MS / SECOND_MS,
    }
}

/// `2026-11-24T14:02:11Z`: for machines and for tables of exact times.
#[must_use]
pub fn iso(at: WallMs) -> String {
    let c = civil(at);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `24 Nov 2026`.
#[must_use]
pub fn date(lang: Lang, at: WallMs) -> String {
    let c = civil(at);
    format!("{}\u{a0}{}\u{a0}{}", c.day, month(lang, c.month), c.year)
}

/// `24 Nov`.
#[must_use]
pub fn day(lang: Lang, at: WallMs) -> String {
    let c = civil(at);
    format!("{}\u{a0}{}", c.day, month(lang, c.month))
}

/// `14:02`.
#[must_use]
pub fn hour_minute(at: WallMs) -> String {
    let c = civil(at);
    format!("{:02}:{:02}", c.hour, c.minute)
}

/// `14:02:11 UTC`.
#[must_use]
pub fn clock(at: WallMs) -> String {
    let c = civil(at);
    format!("{:02}:{:02}:{:02}\u{a0}UTC", c.hour, c.minute, c.second)
}

/// `2026-11-24 14:02 UTC`: what stands for an age in a table, as the page's script writes it.
#[must_use]
pub fn minute(at: WallMs) -> String {
    let c = civil(at);
    format!("{:04}-{:02}-{:02} {}\u{a0}UTC", c.year, c.month, c.day, hour_minute(at))
}

/// `24 Nov 2026 14:02 UTC`.
#[must_use]
pub fn moment(lang: Lang, at: WallMs) -> String {
    format!("{} {}\u{a0}UTC", date(lang, at), hour_minute(at))
}

fn month(lang: Lang, month: i64) -> &'static str {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const UK: [&str; 12] = [
        "січ.",
        "лют.",
        "бер.",
        "квіт.",
        "трав.",
        "черв.",
        "лип.",
        "серп.",
        "вер.",
        "жовт.",
        "лист.",
        "груд.",
    ];
    const PL: [&str; 12] =
        ["sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"];
    let names = match lang {
        Lang::En => &EN,
        Lang::Uk => &UK,
        Lang::Pl => &PL,
    };
    usize::try_from(month - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: WallMs = WallMs(1_795_528_931_000);

    #[test]
    fn separators_are_those_of_the_language() {
        assert_eq!(number(Lang::En, 1_234_567.5, 1), "1,234,567.5");
        assert_eq!(number(Lang::Uk, 1234.5, 1), "1\u{a0}234,5");
        assert_eq!(number(Lang::Pl, 1234.5, 1), "1234,5");
        assert_eq!(number(Lang::Pl, 12_345.0, 0), "12\u{a0}345");
        assert_eq!(number(Lang::En, -0.04, 1), "0.0");
        assert_eq!(number(Lang::En, -3.0, 0), "\u{2212}3");
        assert_eq!(number(Lang::En, f64::NAN, 0), "—");
    }

    #[test]
    fn three_digits_tell_enough() {
        assert_eq!(significant(Lang::En, 0.414), "0.41");
        assert_eq!(significant(Lang::En, 7.5), "7.5");
        assert_eq!(significant(Lang::Pl, 41.26), "41,3");
        assert_eq!(significant(Lang::En, 100.0), "100");
        assert_eq!(significant(Lang::En, 10.0), "10");
        assert_eq!(significant(Lang::En, 0.0), "0");
    }

    #[test]
    fn memory_is_binary_and_disks_are_decimal() {
        assert_eq!(bytes(Lang::En, 536_870_912.0, Multiples::Binary), "512\u{202f}MiB");
        assert_eq!(bytes(Lang::En, 1_400_000.0, Multiples::Decimal), "1.4\u{202f}MB");
        assert_eq!(bytes(Lang::Uk, 900.0, Multiples::Decimal), "900\u{202f}Б");
    }

    #[test]
    fn every_quantity_has_its_unit() {
        assert_eq!(quantity(Lang::En, 41.0, "ms", Multiples::Decimal, false), "41\u{202f}ms");
        assert_eq!(quantity(Lang::En, 1500.0, "B", Multiples::Decimal, true), "1.5\u{202f}kB/s");
        assert_eq!(quantity(Lang::Uk, 2.0, "", Multiples::Decimal, true), "2\u{202f}/с");
        assert_eq!(quantity(Lang::En, 54.4, "°C", Multiples::Decimal, false), "54\u{202f}°C");
        assert_eq!(quantity(Lang::En, 3.0, "%", Multiples::Decimal, false), "3\u{202f}%");
    }

    #[test]
    fn ages_have_two_parts_at_most_and_then_become_a_date() {
        let ago = |ms| age(Lang::En, WallMs(NOON.0 - ms), NOON).replace(['\u{202f}', '\u{a0}'], " ");
        assert_eq!(ago(12_999), "12 s");
        assert_eq!(ago(4 * MINUTE_MS + 59_000), "4 min");
        assert_eq!(ago(3 * HOUR_MS + 10 * MINUTE_MS), "3 h 10 min");
        assert_eq!(ago(2 * DAY_MS + 4 * HOUR_MS), "2 d 4 h");
        assert_eq!(ago(7 * DAY_MS), "17 Nov 2026");
        assert_eq!(ago(-5_000), "0 s", "a clock ahead of ours makes no negative age");
    }

    #[test]
    fn civil_days_hold_over_leap_years_and_before_1970() {
        assert_eq!(iso(NOON), "2026-11-24T14:02:11Z");
        assert_eq!(iso(WallMs(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(iso(WallMs(-1)), "1969-12-31T23:59:59Z");
        assert_eq!(moment(Lang::Pl, NOON).replace('\u{a0}', " "), "24 lis 2026 14:02 UTC");
    }
}

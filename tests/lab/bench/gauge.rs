//! What a process costs, read from /proc.
//!
//! Enters: a process id. Leaves: kibibytes and seconds, medians. Needs no right but to look at one's own children.

use std::time::Duration;

use anyhow::Context as _;

/// Clock ticks a second in /proc/PID/stat: USER_HZ, 100 on every Linux that Debian ships.
const TICKS_PER_S: u64 = 100;

/// Resident memory in KiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resident {
    /// VmRSS.
    pub all_kib: u64,
    /// RssAnon: heap and stacks.
    pub own_kib: u64,
    /// RssFile: pages of the program's file, which other processes may share.
    pub file_kib: u64,
    /// VmHWM: the most it ever was.
    pub peak_kib: u64,
}

/// Resident memory of a process.
///
/// # Errors
/// When it has ended.
pub(crate) fn resident(id: u32) -> anyhow::Result<Resident> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).context("the process has ended")?;
    let field = |key: &str| -> anyhow::Result<u64> {
        let line = text.lines().find(|line| line.starts_with(key)).with_context(|| format!("no {key}"))?;
        let value = line.split_whitespace().nth(1).with_context(|| format!("no value of {key}"))?;
        Ok(value.parse()?)
    };
    Ok(Resident {
        all_kib: field("VmRSS:")?,
        own_kib: field("RssAnon:")?,
        file_kib: field("RssFile:")?,
        peak_kib: field("VmHWM:")?,
    })
}

/// Processor time of a process since its start, user and system.
///
/// # Errors
/// When it has ended.
pub(crate) fn processor(id: u32) -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).context("the process has ended")?;
    // The name may hold spaces and brackets; what is counted stands behind the last bracket, utime as the 12th word.
    let (_, behind) = text.rsplit_once(')').context("/proc/PID/stat without a name")?;
    let mut words = behind.split_whitespace().skip(11);
    let mut ticks = 0;
    for _ in 0..2 {
        ticks += words.next().context("/proc/PID/stat is short")?.parse::<u64>()?;
    }
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_S))
}

/// The middle value, or the mean of the two in the middle.
#[must_use]
pub(crate) fn median(values: &[f64]) -> f64 {
    at(values, 0.5)
}

/// The value below which this share of all lies, between neighbours in proportion; 0 of nothing.
#[must_use]
pub(crate) fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = u32::try_from(sorted.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let place = f64::from(last) * share;
    let pair = |step: usize| {
        let index = (0..last).take_while(|index| f64::from(*index) + 1.0 <= place).count();
        sorted.get(index + step).or_else(|| sorted.last()).copied().unwrap_or(0.0)
    };
    pair(0) + (pair(1) - pair(0)) * place.fract()
}

/// A whole number as a floating one; what is counted here stays far below 2^53.
#[must_use]
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts of a bench are below 2^53")]
pub(crate) const fn float(value: u64) -> f64 {
    value as f64
}

/// With separators: 12345.6 as `12,346`.
#[must_use]
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

//! Why a node is degraded: thresholds with a distance between opening and closing, so that a value that trembles at the
//! line does not make the word tremble.
//!
//! Enters: the reasons that stand, and the newest readings. Leaves: the reasons that stand now, worst first. Pure.

use crate::model::Reason;

use super::digest::Digest;

/// Opens at one value and closes below another.
#[derive(Debug, Clone, Copy)]
pub struct Threshold {
    /// Opens at this or above.
    pub open: f64,
    /// Stays open until it is below this.
    pub close: f64,
}

/// A disk's used part, of a hundred, as df shows it.
pub const DISK_PERCENT: Threshold = Threshold { open: 90.0, close: 88.0 };
/// Memory used, of a hundred.
pub const MEMORY_PERCENT: Threshold = Threshold { open: 95.0, close: 92.0 };
/// Any sensor, in °C: most processors throttle at 90 to 100.
pub const TEMPERATURE_CELSIUS: Threshold = Threshold { open: 85.0, close: 80.0 };
/// Records that wait on the node. Two are normal (one made, one on its way); twenty are twenty report intervals.
pub const BACKLOG_RECORDS: Threshold = Threshold { open: 20.0, close: 5.0 };

/// All but the readings that reasons depend on.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Error of the clock; `None` when it is not synchronised.
    pub clock_error_ms: Option<u32>,
    /// Failing probes and why.
    pub probes: &'a [(&'a str, &'a str)],
}

/// The reasons that stand, worst first.
#[must_use]
pub fn standing(before: &[Reason], digest: Option<&Digest>, words: Words<'_>) -> Vec<Reason> {
    let mut now = Vec::new();
    if let Some(digest) = digest {
        for (mount, used_percent) in &digest.disks {
            let was = before.iter().any(|r| matches!(r, Reason::DiskFull { mount: m, .. } if **m == **mount));
            if DISK_PERCENT.holds(*used_percent, was) {
                now.push(Reason::DiskFull { mount: mount.to_string(), used_percent: *used_percent });
            }
        }
        for (sensor, celsius) in &digest.sensors {
            let was = before.iter().any(|r| matches!(r, Reason::Hot { sensor: s, .. } if **s == **sensor));
            if TEMPERATURE_CELSIUS.holds(*celsius, was) {
                now.push(Reason::Hot { sensor: sensor.to_string(), celsius: *celsius });
            }
        }
        if let Some(used_percent) = digest.memory_percent {
            let was = before.iter().any(|reason| matches!(reason, Reason::MemoryFull { .. }));
            if MEMORY_PERCENT.holds(used_percent, was) {
                now.push(Reason::MemoryFull { used_percent });
            }
        }
    }
    for (probe, why) in words.probes {
        now.push(Reason::Probe { probe: (*probe).to_owned(), why: (*why).to_owned() });
    }
    if let Some(records) = digest.and_then(|digest| digest.spool_records) {
        let was = before.iter().any(|reason| matches!(reason, Reason::Backlog { .. }));
        if BACKLOG_RECORDS.holds(f64::from(u32::try_from(records).unwrap_or(u32::MAX)), was) {
            now.push(Reason::Backlog { records });
        }
    }
    if words.clock_error_ms.is_none() {
        now.push(Reason::Clock);
    }
    now
}

/// Whether these reasons make a node degraded. A clock that nothing has set does not: in the field that is the rule, order
/// comes from counters, and times are estimated with their error. It is told as a warning on the node's page.
#[must_use]
pub fn degrades(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| !matches!(reason, Reason::Clock))
}

impl Threshold {
    fn holds(self, value: f64, was_open: bool) -> bool {
        value >= if was_open { self.close } else { self.open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Words<'static> = Words { clock_error_ms: Some(3), probes: &[] };

    fn disk(used: f64) -> Digest {
        Digest { disks: vec![("/".into(), used)], ..Digest::default() }
    }

    #[test]
    fn a_value_that_trembles_at_the_line_does_not_make_the_word_tremble() {
        let mut open = Vec::new();
        let mut seen = Vec::new();
        for used in [89.9, 90.0, 89.0, 88.1, 90.2, 87.9, 89.0] {
            open = standing(&open, Some(&disk(used)), SOUND);
            seen.push(!open.is_empty());
        }
        assert_eq!(seen, [false, true, true, true, true, false, false]);
    }

    #[test]
    fn a_clock_that_nothing_has_set_is_a_warning_and_degrades_nothing() {
        let found = standing(&[], Some(&disk(10.0)), Words { clock_error_ms: None, ..SOUND });
        assert_eq!(found, [Reason::Clock]);
        assert!(!degrades(&found));
        assert!(degrades(&standing(&[], Some(&disk(99.0)), SOUND)));
    }

    #[test]
    fn each_threshold_opens_its_own_reason_and_the_worst_comes_first() {
        let digest = Digest {
            disks: vec![("/var".into(), 97.0)],
            sensors: vec![("cpu".into(), 91.0)],
            memory_percent: Some(96.0),
            spool_records: Some(40),
            ..Digest::default()
        };
        let words = Words { clock_error_ms: None, probes: &[("host", "denied")] };
        let found = standing(&[], Some(&digest), words);
        let expected = [
            Reason::DiskFull { mount: "/var".into(), used_percent: 97.0 },
            Reason::Hot { sensor: "cpu".into(), celsius: 91.0 },
            Reason::MemoryFull { used_percent: 96.0 },
            Reason::Probe { probe: "host".into(), why: "denied".into() },
            Reason::Backlog { records: 40 },
            Reason::Clock,
        ];
        assert_eq!(found, expected);
        assert_eq!(standing(&found, Some(&Digest::default()), SOUND), []);
    }
}

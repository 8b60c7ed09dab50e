//! Processor, load, memory, swap, open files and uptime of the machine, from /proc (proc(5)).
//!
//! Enters: the text of six files. Leaves: the `host_*` readings. One read of /proc/meminfo gives what `free` shows (used is
//! MemTotal − MemAvailable, as procps 4 counts it), so sysinfo, which lacks `Cached`, is not asked for it as well. A file
//! that cannot be read costs its own readings only.

use std::collections::BTreeMap;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

use super::processor::{self, ProcessorTimes};
use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real};

/// The probe.
#[derive(Debug)]
pub struct HostProbe {
    root: Root,
    times: Option<ProcessorTimes>,
}

/// What /proc/meminfo says, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// `MemTotal`.
    pub total: u64,
    /// `MemAvailable`.
    pub available: u64,
    /// `Cached`.
    pub cached: Option<u64>,
    /// `SwapTotal`.
    pub swap_total: Option<u64>,
    /// `SwapFree`.
    pub swap_free: Option<u64>,
}

/// What /proc/loadavg says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Means over 1, 5 and 15 minutes.
    pub means: (f64, f64, f64),
    /// Scheduling entities, threads included.
    pub entities: u64,
}

impl HostProbe {
    /// A probe of the machine below `root`.
    #[must_use]
    pub const fn new(root: Root) -> Self {
        Self { root, times: None }
    }

    fn read_processor(&mut self, frame: &mut Frame) -> Result<(), ProbeError> {
        let stat = self.root.parse("proc/stat", "cpu line", processor::parse)?;
        put(frame, field::HOST_CPU_COUNT, "", real(stat.processors));
        if let Some(switches) = stat.context_switches {
            put(frame, field::HOST_CONTEXT_SWITCHES, "", real(switches));
        }
        let earlier = self.times.replace(stat.times);
        if let Some(shares) = earlier.and_then(|earlier| stat.times.since(&earlier)) {
            put(frame, field::HOST_CPU_BUSY, "", shares.busy);
            put(frame, field::HOST_CPU_USER, "", shares.user);
            put(frame, field::HOST_CPU_SYSTEM, "", shares.system);
            put(frame, field::HOST_CPU_IOWAIT, "", shares.iowait);
            put(frame, field::HOST_CPU_STEAL, "", shares.steal);
        }
        Ok(())
    }

    fn read_memory(&self, frame: &mut Frame) -> Result<(), ProbeError> {
        let memory = self.root.parse("proc/meminfo", "MemTotal and MemAvailable", parse_memory)?;
        put(frame, field::HOST_MEMORY_TOTAL, "", real(memory.total));
        put(frame, field::HOST_MEMORY_USED, "", real(memory.total.saturating_sub(memory.available)));
        put(frame, field::HOST_MEMORY_AVAILABLE, "", real(memory.available));
        if let Some(cached) = memory.cached {
            put(frame, field::HOST_MEMORY_CACHED, "", real(cached));
        }
        if let (Some(total), Some(free)) = (memory.swap_total, memory.swap_free) {
            put(frame, field::HOST_SWAP_TOTAL, "", real(total));
            put(frame, field::HOST_SWAP_USED, "", real(total.saturating_sub(free)));
        }
        Ok(())
    }

    fn read_load(&self, frame: &mut Frame) -> Result<(), ProbeError> {
        let load = self.root.parse("proc/loadavg", "load", parse_load)?;
        put(frame, field::HOST_LOAD1, "", load.means.0);
        put(frame, field::HOST_LOAD5, "", load.means.1);
        put(frame, field::HOST_LOAD15, "", load.means.2);
        put(frame, field::HOST_PROCESSES, "", real(load.entities));
        Ok(())
    }

    fn read_rest(&self, frame: &mut Frame) -> Result<(), ProbeError> {
        let files = self.root.parse("proc/sys/fs/file-nr", "number of open files", parse_open_files)?;
        put(frame, field::HOST_OPEN_FILES, "", real(files));
        let uptime_s = self.root.parse("proc/uptime", "uptime", parse_uptime)?;
        put(frame, field::HOST_UPTIME, "", uptime_s);
        Ok(())
    }
}

impl Probe for HostProbe {
    fn name(&self) -> &'static str {
        "host"
    }

    fn plan(&self) -> Plan {
        Plan { every: std::time::Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let parts = [
            self.read_processor(frame),
            self.read_memory(frame),
            self.read_load(frame),
            self.read_rest(frame),
        ];
        parts.into_iter().collect()
    }
}

/// Reads /proc/meminfo.
#[must_use]
pub fn parse_memory(text: &str) -> Option<Memory> {
    let lines: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(':')).collect();
    let bytes = |name: &str| {
        let number = lines.get(name)?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
        number.checked_mul(1_024)
    };
    Some(Memory {
        total: bytes("MemTotal")?,
        available: bytes("MemAvailable")?,
        cached: bytes("Cached"),
        swap_total: bytes("SwapTotal"),
        swap_free: bytes("SwapFree"),
    })
}

/// Reads /proc/loadavg.
#[must_use]
pub fn parse_load(text: &str) -> Option<Load> {
    let mut words = text.split_ascii_whitespace();
    let mut mean = || words.next()?.parse::<f64>().ok();
    let means = (mean()?, mean()?, mean()?);
    let (_running, entities) = words.next()?.split_once('/')?;
    Some(Load { means, entities: entities.parse().ok()? })
}

/// Reads /proc/sys/fs/file-nr: allocated less free ones.
#[must_use]
pub fn parse_open_files(text: &str) -> Option<u64> {
    let mut words = text.split_ascii_whitespace();
    let allocated = words.next()?.parse::<u64>().ok()?;
    let free = words.next()?.parse::<u64>().ok()?;
    Some(allocated.saturating_sub(free))
}

/// Reads /proc/uptime, in seconds.
#[must_use]
pub fn parse_uptime(text: &str) -> Option<f64> {
    let seconds = text.split_ascii_whitespace().next()?.parse::<f64>().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;
    use crate::probe::source;

    fn value(frame: &Frame, id: field::FieldId) -> Option<f64> {
        let steps = frame.readings.get(&Column::node(id))?;
        Some(field::by_id(id)?.value(*steps))
    }

    #[test]
    fn recorded_files_give_the_readings_that_free_and_uptime_show() {
        let mut frame = Frame::new(BootMs(0));
        HostProbe::new(source::recorded()).read(BootMs(0), &mut frame).expect("whole");
        const MIB: f64 = 1_048_576.0;
        assert_eq!(value(&frame, field::HOST_MEMORY_TOTAL), Some(15_837.0 * MIB));
        assert_eq!(value(&frame, field::HOST_MEMORY_USED), Some(5_206.0 * MIB));
        assert_eq!(value(&frame, field::HOST_MEMORY_CACHED), Some(7_411.0 * MIB));
        assert_eq!(value(&frame, field::HOST_SWAP_USED), Some(256.0 * MIB));
        assert_eq!(value(&frame, field::HOST_LOAD1), Some(0.52));
        assert_eq!(value(&frame, field::HOST_PROCESSES), Some(612.0));
        assert_eq!(value(&frame, field::HOST_OPEN_FILES), Some(4_224.0));
        assert_eq!(value(&frame, field::HOST_UPTIME), Some(350_735.0));
        assert_eq!(value(&frame, field::HOST_CPU_COUNT), Some(4.0));
        assert_eq!(value(&frame, field::HOST_CPU_BUSY), None, "no share before the second frame");
    }

    #[test]
    fn memory_without_available_or_in_another_unit_is_no_reading() {
        for text in
            ["", "MemTotal: 5 kB", "MemTotal: 5 MB\nMemAvailable: 5 kB", "MemTotal: x kB\nMemAvailable: 1 kB"]
        {
            assert_eq!(parse_memory(text), None, "{text:?}");
        }
        let huge = format!("MemTotal: {} kB\nMemAvailable: 1 kB", u64::MAX);
        assert_eq!(parse_memory(&huge), None);
    }

    #[test]
    fn load_files_and_uptime_of_another_shape_are_no_reading() {
        for text in ["", "0.1 0.2", "a b c 1/2", "0.1 0.2 0.3 12"] {
            assert_eq!(parse_load(text), None, "{text:?}");
        }
        assert_eq!(parse_open_files("12"), None);
        assert_eq!(parse_uptime("-4.0 1"), None);
        assert_eq!(parse_uptime("NaN 1"), None);
    }

    #[test]
    fn one_missing_file_costs_only_its_own_readings() {
        let folder = crate::testing::Folder::new("host");
        std::fs::create_dir_all(folder.path().join("proc")).expect("made");
        let meminfo = include_str!("../../test-data/proc/meminfo");
        std::fs::write(folder.path().join("proc/meminfo"), meminfo).expect("written");
        let mut frame = Frame::new(BootMs(0));
        let result = HostProbe::new(Root::recorded(folder.path())).read(BootMs(0), &mut frame);
        assert!(result.is_err_and(|error| error.to_string().contains("proc/stat")));
        assert!(value(&frame, field::HOST_MEMORY_USED).is_some());
    }

    #[test]
    fn the_running_machines_memory_agrees_with_meminfo() {
        let mut frame = Frame::new(BootMs(0));
        HostProbe::new(Root::machine()).read(BootMs(0), &mut frame).expect("a Linux machine");
        let text = std::fs::read_to_string("/proc/meminfo").expect("there");
        let memory = parse_memory(&text).expect("whole");
        let used = value(&frame, field::HOST_MEMORY_USED).expect("read");
        // Other tests and builds run meanwhile: 5 % of the machine's memory.
        let distance = (used - real(memory.total.saturating_sub(memory.available))).abs();
        assert!(distance <= real(memory.total) * 0.05, "{used} and {memory:?}");
    }
}

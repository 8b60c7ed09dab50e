//! The dictionary of readings, version 1: every field's number, name, unit, kind, resolution, range and source.
//!
//! Numbers are for ever: a field is never renumbered or reused, only added behind the last one of its group. A reading is
//! carried as a whole number of resolutions, so that both ends agree to the last bit. Fields this table does not hold
//! are kept and passed on by number. Never holds a value.

use serde::{Deserialize, Serialize};

use crate::units::Unit;

/// The version of this table that a record header names.
pub const DICTIONARY_VERSION: u32 = 1;
/// First number for readings that other programs hand to an agent; the table itself stays below it.
pub const EXTERNAL_FIRST: FieldId = FieldId(0x8000);

/// Number of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldId(pub u16);

/// How the values of a field behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Goes up and down; its mean over a window means something.
    Gauge,
    /// Only grows until its source restarts; shown as a rate.
    Counter,
    /// One of a few named values; its worst in a window is shown.
    State,
}

/// What the copies of a field on one node are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PerInstance {
    /// One on a node.
    Node,
    /// One for each mounted file system, named by its mount point.
    Mount,
    /// One for each block device, named as in `/proc/diskstats`.
    Device,
    /// One for each network interface.
    Interface,
    /// One for each temperature sensor.
    Sensor,
}

/// One row of the dictionary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its number.
    pub id: FieldId,
    /// Prometheus-style name, unit last.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// How it behaves.
    pub kind: Kind,
    /// The value of one step, in `unit`. Readings are rounded to it.
    pub resolution: f64,
    /// Largest value that can be true, in `unit`; the smallest is 0 save for temperatures.
    pub max: f64,
    /// What tells copies apart.
    pub per: PerInstance,
    /// Where the number comes from.
    pub source: &'static str,
}

impl Field {
    /// A value in `unit` as a whole number of resolutions, rounded to the nearest; `None` for what is not a number or
    /// lies outside the field's range.
    #[must_use]
    pub fn quantise(&self, value: f64) -> Option<i64> {
        let low = if matches!(self.unit, Unit::Celsius) { -self.max } else { 0.0 };
        if !value.is_finite() || value < low || value > self.max {
            return None;
        }
        to_i64((value / self.resolution).round())
    }

    /// The value in `unit` behind a whole number of resolutions.
    #[must_use]
    pub fn value(&self, steps: i64) -> f64 {
        from_i64(steps) * self.resolution
    }
}

/// The row of this number.
#[must_use]
pub fn by_id(id: FieldId) -> Option<&'static Field> {
    FIELDS.binary_search_by_key(&id, |field| field.id).ok().and_then(|index| FIELDS.get(index))
}

/// The row of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "guarded: |value| is below 2^53 here"
)]
fn to_i64(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (value.abs() < EXACT).then_some(value as i64)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "readings are below 2^53 resolutions; a hostile one only loses digits"
)]
const fn from_i64(value: i64) -> f64 {
    value as f64
}

const MIB: f64 = 1_048_576.0;
/// An exbibyte: no disk or counter of a node comes near it in 2026.
const EIB: f64 = 1_152_921_504_606_846_976.0;

macro_rules! fields {
    ($($constant:ident = $id:literal $name:literal $unit:ident $kind:ident $resolution:expr, $max:expr, $per:ident, $source:literal;)*) => {
        $(#[doc = concat!("`", $name, "`, from ", $source, ".")] pub const $constant: FieldId = FieldId($id);)*
        /// Every field, in order of number.
        pub const FIELDS: &[Field] = &[$(Field {
            id: FieldId($id), name: $name, unit: Unit::$unit, kind: Kind::$kind, resolution: $resolution, max: $max,
            per: PerInstance::$per, source: $source,
        }),*];
    };
}

fields! {
    HOST_CPU_BUSY = 1 "host_cpu_busy_percent" Percent Gauge 0.1, 100.0, Node, "/proc/stat: all but idle and iowait, mean since the frame before";
    HOST_CPU_USER = 2 "host_cpu_user_percent" Percent Gauge 0.1, 100.0, Node, "/proc/stat: user and nice";
    HOST_CPU_SYSTEM = 3 "host_cpu_system_percent" Percent Gauge 0.1, 100.0, Node, "/proc/stat: system, irq and softirq";
    HOST_CPU_IOWAIT = 4 "host_cpu_iowait_percent" Percent Gauge 0.1, 100.0, Node, "/proc/stat: iowait";
    HOST_CPU_STEAL = 5 "host_cpu_steal_percent" Percent Gauge 0.1, 100.0, Node, "/proc/stat: steal";
    HOST_CPU_COUNT = 6 "host_cpu_count" None Gauge 1.0, 65_536.0, Node, "/proc/stat: number of cpuN lines";
    HOST_LOAD1 = 10 "host_load1" None Gauge 0.01, 1_000_000.0, Node, "/proc/loadavg";
    HOST_LOAD5 = 11 "host_load5" None Gauge 0.01, 1_000_000.0, Node, "/proc/loadavg";
    HOST_LOAD15 = 12 "host_load15" None Gauge 0.01, 1_000_000.0, Node, "/proc/loadavg";
    HOST_PROCESSES = 13 "host_processes" None Gauge 1.0, 4_194_304.0, Node, "/proc/loadavg: scheduling entities";
    HOST_CONTEXT_SWITCHES = 14 "host_context_switches_total" None Counter 1000.0, EIB, Node, "/proc/stat: ctxt";
    HOST_MEMORY_TOTAL = 20 "host_memory_total_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: MemTotal";
    HOST_MEMORY_USED = 21 "host_memory_used_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: MemTotal - MemAvailable";
    HOST_MEMORY_AVAILABLE = 22 "host_memory_available_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: MemAvailable";
    HOST_MEMORY_CACHED = 23 "host_memory_cached_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: Cached";
    HOST_SWAP_TOTAL = 24 "host_swap_total_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: SwapTotal";
    HOST_SWAP_USED = 25 "host_swap_used_bytes" Bytes Gauge MIB, EIB, Node, "/proc/meminfo: SwapTotal - SwapFree";
    HOST_OPEN_FILES = 30 "host_open_files" None Gauge 1.0, EIB, Node, "/proc/sys/fs/file-nr";
    HOST_UPTIME = 31 "host_uptime_seconds" Seconds Counter 1.0, 10_000_000_000.0, Node, "/proc/uptime";
    DISK_SIZE = 40 "disk_size_bytes" Bytes Gauge MIB, EIB, Mount, "statvfs: blocks";
    DISK_USED = 41 "disk_used_bytes" Bytes Gauge MIB, EIB, Mount, "statvfs: blocks - free, as df";
    DISK_AVAILABLE = 42 "disk_available_bytes" Bytes Gauge MIB, EIB, Mount, "statvfs: blocks free for unprivileged users";
    DISK_INODES_USED = 43 "disk_inodes_used_percent" Percent Gauge 0.1, 100.0, Mount, "statvfs: files";
    DISK_READ = 50 "disk_read_bytes_total" Bytes Counter 4096.0, EIB, Device, "/proc/diskstats: sectors read x 512";
    DISK_WRITTEN = 51 "disk_written_bytes_total" Bytes Counter 4096.0, EIB, Device, "/proc/diskstats: sectors written x 512";
    DISK_BUSY = 52 "disk_busy_ms_total" Milliseconds Counter 10.0, EIB, Device, "/proc/diskstats: time spent doing I/O";
    TEMPERATURE = 60 "temperature_celsius" Celsius Gauge 0.5, 300.0, Sensor, "/sys/class/hwmon and thermal zones";
    NET_RECEIVE_BYTES = 70 "net_receive_bytes_total" Bytes Counter 100.0, EIB, Interface, "/proc/net/dev";
    NET_TRANSMIT_BYTES = 71 "net_transmit_bytes_total" Bytes Counter 100.0, EIB, Interface, "/proc/net/dev";
    NET_RECEIVE_ERRORS = 72 "net_receive_errors_total" None Counter 1.0, EIB, Interface, "/proc/net/dev: errs";
    NET_TRANSMIT_ERRORS = 73 "net_transmit_errors_total" None Counter 1.0, EIB, Interface, "/proc/net/dev: errs";
    NET_RECEIVE_DROPPED = 74 "net_receive_dropped_total" None Counter 1.0, EIB, Interface, "/proc/net/dev: drop";
    NET_TRANSMIT_DROPPED = 75 "net_transmit_dropped_total" None Counter 1.0, EIB, Interface, "/proc/net/dev: drop";
    NET_CARRIER = 76 "net_carrier" None State 1.0, 1.0, Interface, "/sys/class/net/*/carrier: 1 is up";
    NET_CARRIER_CHANGES = 77 "net_carrier_changes_total" None Counter 1.0, EIB, Interface, "/sys/class/net/*/carrier_changes";
    AGENT_RESIDENT = 90 "agent_resident_bytes" Bytes Gauge 4096.0, EIB, Node, "/proc/self/statm: resident pages";
    AGENT_CPU = 91 "agent_cpu_ms_total" Milliseconds Counter 10.0, EIB, Node, "/proc/self/stat: utime + stime";
    AGENT_OPEN_FILES = 92 "agent_open_files" None Gauge 1.0, 1_048_576.0, Node, "/proc/self/fd";
    AGENT_SENT = 93 "agent_sent_bytes_total" Bytes Counter 1.0, EIB, Node, "the agent's own count, TLS bytes written to the socket";
    AGENT_RECEIVED = 94 "agent_received_bytes_total" Bytes Counter 1.0, EIB, Node, "the agent's own count, TLS bytes read from the socket";
    AGENT_SPOOL_RECORDS = 95 "agent_spool_records" None Gauge 1.0, 4_294_967_295.0, Node, "the agent's spool: records not yet acknowledged";
    AGENT_SPOOL_BYTES = 96 "agent_spool_bytes" Bytes Gauge 1024.0, EIB, Node, "the agent's spool: bytes on disk";
    LINK_CONNECTED = 110 "link_connected" None State 1.0, 1.0, Node, "the agent: 1 while an MQTT session is up";
    LINK_ROUTE = 111 "link_route" None State 1.0, 1.0, Interface, "the agent: 1 on the interface that holds the connection's own address, else the default route's";
    LINK_RTT = 112 "link_rtt_ms" Milliseconds Gauge 0.1, 600_000.0, Node, "TCP_INFO: tcpi_rtt of the controller connection";
    LINK_RTT_MIN = 113 "link_rtt_min_ms" Milliseconds Gauge 0.1, 600_000.0, Node, "TCP_INFO: tcpi_min_rtt";
    LINK_RETRANSMITS = 114 "link_retransmits_total" None Counter 1.0, EIB, Node, "TCP_INFO: tcpi_total_retrans, summed over connections";
    LINK_RECONNECTS = 115 "link_reconnects_total" None Counter 1.0, EIB, Node, "the agent: sessions begun since it started";
    LINK_OUTAGES = 116 "link_outages_total" None Counter 1.0, EIB, Node, "the agent: sessions lost since it started";
    CLOCK_SYNCHRONISED = 130 "clock_synchronised" None State 1.0, 1.0, Node, "adjtimex: STA_UNSYNC not set";
    CLOCK_ERROR = 131 "clock_error_ms" Milliseconds Gauge 1.0, 86_400_000.0, Node, "adjtimex: maxerror";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_and_names_are_unique() {
        for pair in FIELDS.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} and {}", pair[0].name, pair[1].name);
        }
        let mut names: Vec<_> = FIELDS.iter().map(|f| f.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
        assert!(FIELDS.iter().all(|f| f.id < EXTERNAL_FIRST));
    }

    #[test]
    fn a_reading_is_rounded_to_the_resolution_and_comes_back() {
        let busy = by_id(HOST_CPU_BUSY).expect("in the table");
        assert_eq!(busy.quantise(12.34), Some(123));
        assert!((busy.value(123) - 12.3).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_true_is_no_reading() {
        let busy = by_id(HOST_CPU_BUSY).expect("in the table");
        for value in [f64::NAN, f64::INFINITY, -0.2, 100.2] {
            assert_eq!(busy.quantise(value), None);
        }
        assert_eq!(by_id(TEMPERATURE).and_then(|t| t.quantise(-40.0)), Some(-80));
    }

    #[test]
    fn names_end_in_their_unit() {
        for field in FIELDS {
            let bare = field.name.trim_end_matches("_total");
            let end = match field.unit {
                Unit::None => continue,
                Unit::Bytes => "_bytes",
                Unit::Percent => "_percent",
                Unit::Seconds => "_seconds",
                Unit::Milliseconds => "_ms",
                Unit::Celsius => "_celsius",
            };
            assert!(bare.ends_with(end), "{}", field.name);
        }
    }
}

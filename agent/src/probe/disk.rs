//! Traffic of the machine's block devices, from /proc/diskstats (kernel: admin-guide/iostats).
//!
//! Enters: the file's text, and whether a name is a whole device (it has a folder in /sys/block; a partition has none).
//! Leaves: bytes read, bytes written and busy time of at most [`DEVICES_MAX`] devices. Loop, RAM, compressed-memory, optical,
//! floppy, network-block and device-mapper devices are left out, and devices that never did anything: their traffic is
//! nothing, or is counted on the device below them. Space on file systems is `filesystems`' business.

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real};

/// Most devices that are reported: a 16-bay chassis. The first in the kernel's order stay.
pub const DEVICES_MAX: usize = 16;
/// The kernel counts sectors of 512 bytes here, whatever the device's own are.
const SECTOR_BYTES: u64 = 512;
/// Names of devices that are left out begin like this.
const LEFT_OUT: [&str; 7] = ["loop", "ram", "zram", "sr", "fd", "nbd", "dm-"];

/// The probe.
#[derive(Debug)]
pub struct DiskProbe {
    root: Root,
}

/// One line of /proc/diskstats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic<'a> {
    /// The device's name.
    pub device: &'a str,
    /// Bytes read since boot.
    pub read_bytes: u64,
    /// Bytes written since boot.
    pub written_bytes: u64,
    /// Milliseconds with at least one request under way.
    pub busy_ms: u64,
}

impl DiskProbe {
    /// A probe of the machine below `root`.
    #[must_use]
    pub const fn new(root: Root) -> Self {
        Self { root }
    }
}

impl Probe for DiskProbe {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn plan(&self) -> Plan {
        Plan { every: std::time::Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let text = self.root.text("proc/diskstats")?;
        // A slash in a device's name is a '!' in /sys.
        let whole = |device: &str| self.root.path("sys/block").join(device.replace('/', "!")).exists();
        for traffic in
            parse(&text).filter(|traffic| is_reported(traffic) && whole(traffic.device)).take(DEVICES_MAX)
        {
            put(frame, field::DISK_READ, traffic.device, real(traffic.read_bytes));
            put(frame, field::DISK_WRITTEN, traffic.device, real(traffic.written_bytes));
            put(frame, field::DISK_BUSY, traffic.device, real(traffic.busy_ms));
        }
        Ok(())
    }
}

fn is_reported(traffic: &Traffic<'_>) -> bool {
    let silent = traffic.read_bytes == 0 && traffic.written_bytes == 0;
    !silent && !LEFT_OUT.iter().any(|prefix| traffic.device.starts_with(prefix))
}

/// Reads /proc/diskstats; lines of another shape are passed over.
pub fn parse(text: &str) -> impl Iterator<Item = Traffic<'_>> {
    text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().take(14).collect();
        let number = |index: usize| words.get(index)?.parse::<u64>().ok();
        Some(Traffic {
            device: words.get(2)?,
            read_bytes: number(5)?.checked_mul(SECTOR_BYTES)?,
            written_bytes: number(9)?.checked_mul(SECTOR_BYTES)?,
            busy_ms: number(12)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;
    use crate::probe::source;

    const DISKSTATS: &str = include_str!("../../test-data/proc/diskstats");

    #[test]
    fn recorded_diskstats_give_the_traffic_of_whole_devices_that_did_something() {
        let mut frame = Frame::new(BootMs(0));
        DiskProbe::new(source::recorded()).read(BootMs(0), &mut frame).expect("whole");
        let devices: Vec<&str> = frame
            .readings
            .keys()
            .filter(|column| column.field == field::DISK_READ)
            .map(|column| &*column.instance)
            .collect();
        assert_eq!(devices, ["nvme0n1", "sda"]);
        let read = frame.readings.get(&Column::of(field::DISK_READ, "nvme0n1"));
        assert_eq!(read, Some(&(6_011_402 * 512 / 4_096)));
        assert_eq!(frame.readings.get(&Column::of(field::DISK_BUSY, "sda")), Some(&941));
    }

    #[test]
    fn lines_of_another_shape_are_passed_over() {
        let hostile = format!(
            "\n8 0 sda 1 2 3\n8 0 sdb a b c d e f g h i j k\n8 0 sdc 1 1 {} 1 1 1 1 1 0 1 1",
            u64::MAX
        );
        assert_eq!(parse(&hostile).count(), 0);
        assert_eq!(parse(DISKSTATS).count(), 8);
    }

    #[test]
    fn a_flood_of_devices_is_bounded() {
        let folder = crate::testing::Folder::new("disks");
        let mut text = String::new();
        for number in 0..100 {
            std::fs::create_dir_all(folder.path().join(format!("sys/block/sd{number}"))).expect("made");
            text.push_str(&format!("8 0 sd{number} 1 1 8 1 1 1 8 1 0 1 1\n"));
        }
        std::fs::create_dir_all(folder.path().join("proc")).expect("made");
        std::fs::write(folder.path().join("proc/diskstats"), text).expect("written");
        let mut frame = Frame::new(BootMs(0));
        DiskProbe::new(Root::recorded(folder.path())).read(BootMs(0), &mut frame).expect("readable");
        assert_eq!(frame.readings.len(), DEVICES_MAX * 3);
    }
}

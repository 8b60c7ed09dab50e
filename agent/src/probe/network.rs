//! Traffic, errors and carrier of each network interface, from /proc/net/dev and /sys/class/net.
//!
//! Enters: the text of both. Leaves: the `net_*` readings of at most [`INTERFACES_MAX`] interfaces. Nothing asks netlink,
//! which the sandbox forbids. Machine-made pairs of containers and virtual machines (`veth…`, `tap…` and the like) are left
//! out: they come by the hundred and say nothing of the site's links. Interfaces with hardware behind them go first.

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real};

/// Most interfaces that are reported: a router with eight ports, two modems, tunnels and bridges.
pub const INTERFACES_MAX: usize = 16;
/// Names of interfaces that are left out begin like this.
const LEFT_OUT: [&str; 7] = ["veth", "vnet", "tap", "cali", "lxc", "ifb", "dummy"];

/// The probe.
#[derive(Debug)]
pub struct NetworkProbe {
    root: Root,
}

/// One line of /proc/net/dev.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface<'a> {
    /// Its name.
    pub name: &'a str,
    /// What came in.
    pub receive: Counters,
    /// What went out.
    pub transmit: Counters,
}

/// One direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Bytes.
    pub bytes: u64,
    /// `errs`.
    pub errors: u64,
    /// `drop`.
    pub dropped: u64,
}

impl NetworkProbe {
    /// A probe of the machine below `root`.
    #[must_use]
    pub const fn new(root: Root) -> Self {
        Self { root }
    }

    fn read_carrier(&self, name: &str, frame: &mut Frame) {
        let folder = format!("sys/class/net/{name}");
        if !self.root.path(&folder).exists() {
            return;
        }
        // The kernel answers EINVAL while the interface is down: that is no carrier.
        let carrier = self.root.number(&format!("{folder}/carrier")).unwrap_or(0);
        put(frame, field::NET_CARRIER, name, real(carrier));
        if let Some(changes) = self.root.number(&format!("{folder}/carrier_changes")) {
            put(frame, field::NET_CARRIER_CHANGES, name, real(changes));
        }
    }
}

impl Probe for NetworkProbe {
    fn name(&self) -> &'static str {
        "network"
    }

    fn plan(&self) -> Plan {
        Plan { every: std::time::Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let text = self.root.text("proc/net/dev")?;
        let mut interfaces: Vec<Interface<'_>> =
            parse(&text).filter(|found| is_reported(found.name)).collect();
        // A stable sort: within each group the kernel's order, which is that of creation.
        interfaces
            .sort_by_key(|found| !self.root.path(&format!("sys/class/net/{}/device", found.name)).exists());
        for found in interfaces.iter().take(INTERFACES_MAX) {
            put(frame, field::NET_RECEIVE_BYTES, found.name, real(found.receive.bytes));
            put(frame, field::NET_TRANSMIT_BYTES, found.name, real(found.transmit.bytes));
            put(frame, field::NET_RECEIVE_ERRORS, found.name, real(found.receive.errors));
            put(frame, field::NET_TRANSMIT_ERRORS, found.name, real(found.transmit.errors));
            put(frame, field::NET_RECEIVE_DROPPED, found.name, real(found.receive.dropped));
            put(frame, field::NET_TRANSMIT_DROPPED, found.name, real(found.transmit.dropped));
            self.read_carrier(found.name, frame);
        }
        Ok(())
    }
}

fn is_reported(name: &str) -> bool {
    // A name with a slash cannot be an interface's and would lead out of /sys/class/net.
    !name.contains('/') && !LEFT_OUT.iter().any(|prefix| name.starts_with(prefix))
}

/// Reads /proc/net/dev; lines of another shape, the two of its head included, are passed over.
pub fn parse(text: &str) -> impl Iterator<Item = Interface<'_>> {
    text.lines().filter_map(|line| {
        let (name, numbers) = line.rsplit_once(':')?;
        let numbers: Option<Vec<u64>> =
            numbers.split_ascii_whitespace().map(|word| word.parse().ok()).collect();
        let numbers = numbers?;
        let direction = |at: usize| {
            let number = |index: usize| numbers.get(at.checked_add(index)?).copied();
            Some(Counters { bytes: number(0)?, errors: number(2)?, dropped: number(3)? })
        };
        Some(Interface { name: name.trim(), receive: direction(0)?, transmit: direction(8)? })
    })
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;
    use crate::probe::source;

    const DEV: &str = include_str!("../../test-data/proc/net/dev");

    #[test]
    fn recorded_interfaces_give_traffic_errors_and_carrier() {
        let mut frame = Frame::new(BootMs(0));
        NetworkProbe::new(source::recorded()).read(BootMs(0), &mut frame).expect("whole");
        let steps = |id, name: &str| frame.readings.get(&Column::of(id, name)).copied();
        assert_eq!(steps(field::NET_RECEIVE_BYTES, "enp3s0"), Some(84_120_455));
        assert_eq!(steps(field::NET_TRANSMIT_ERRORS, "enp3s0"), Some(2));
        assert_eq!(steps(field::NET_RECEIVE_DROPPED, "wwan0"), Some(17));
        assert_eq!(steps(field::NET_CARRIER, "enp3s0"), Some(1));
        assert_eq!(steps(field::NET_CARRIER_CHANGES, "enp3s0"), Some(5));
        assert_eq!(
            steps(field::NET_CARRIER, "wwan0"),
            Some(0),
            "down: the kernel has no carrier file to read"
        );
        assert_eq!(steps(field::NET_RECEIVE_BYTES, "veth19ab3c"), None);
    }

    #[test]
    fn a_flood_of_interfaces_is_bounded_and_hardware_goes_first() {
        let folder = crate::testing::Folder::new("interfaces");
        std::fs::create_dir_all(folder.path().join("proc/net")).expect("made");
        std::fs::create_dir_all(folder.path().join("sys/class/net/wan/device")).expect("made");
        let line = |name: &str| format!("{name}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
        let mut text: String = (0..500).map(|number| line(&format!("wg{number}"))).collect();
        text.push_str(&line("wan"));
        std::fs::write(folder.path().join("proc/net/dev"), text).expect("written");
        let mut frame = Frame::new(BootMs(0));
        NetworkProbe::new(Root::recorded(folder.path())).read(BootMs(0), &mut frame).expect("readable");
        let count = frame.readings.keys().filter(|column| column.field == field::NET_RECEIVE_BYTES).count();
        assert_eq!(count, INTERFACES_MAX);
        assert!(frame.readings.contains_key(&Column::of(field::NET_CARRIER, "wan")));
    }

    #[test]
    fn lines_of_another_shape_are_passed_over() {
        assert_eq!(parse("eth0 1 2 3\neth0: 1 2 3\neth0: a b c d e f g h i j k l m n o p\n::\n").count(), 0);
        assert_eq!(parse(DEV).count(), 5);
        assert!(!is_reported("../../etc"));
    }
}

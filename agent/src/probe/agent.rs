//! What the agent itself takes: memory, processor time, open files, bytes on the wire, room in its spool.
//!
//! Enters: /proc/self, the link's byte account and the spool's figures. Leaves: the `agent_*` readings. An agent that says
//! what it costs can be held to it.

use std::time::Duration;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use nix::unistd::{SysconfVar, sysconf};
use tokio::sync::watch;

use super::source::{ProbeError, Root};
use super::{Place, Plan, Probe, TIME_OUT_DEFAULT, put, real};
use crate::link::Observed;

/// Ticks a second where the kernel does not say: its default for /proc on every architecture Linux runs on.
const TICKS_DEFAULT: u64 = 100;
/// Bytes in a page where the kernel does not say.
const PAGE_BYTES_DEFAULT: u64 = 4_096;

/// How full the spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolFill {
    /// Records not yet acknowledged.
    pub records: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// The probe.
#[derive(Debug)]
pub struct AgentProbe {
    root: Root,
    observed: watch::Receiver<Observed>,
    fill: watch::Receiver<SpoolFill>,
    page_bytes: u64,
    ticks_a_second: u64,
}

impl AgentProbe {
    /// A probe of this process.
    #[must_use]
    pub fn new(root: Root, observed: watch::Receiver<Observed>, fill: watch::Receiver<SpoolFill>) -> Self {
        let ask = |what| sysconf(what).ok().flatten().and_then(|value| u64::try_from(value).ok());
        Self {
            root,
            observed,
            fill,
            page_bytes: ask(SysconfVar::PAGE_SIZE).unwrap_or(PAGE_BYTES_DEFAULT),
            ticks_a_second: ask(SysconfVar::CLK_TCK).filter(|ticks| *ticks > 0).unwrap_or(TICKS_DEFAULT),
        }
    }
}

impl Probe for AgentProbe {
    fn name(&self) -> &'static str {
        "agent"
    }

    fn plan(&self) -> Plan {
        Plan { every: Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let (sent, received) = {
            let seen = self.observed.borrow();
            (seen.account.sent_bytes(), seen.account.received_bytes)
        };
        put(frame, field::AGENT_SENT, "", real(sent));
        put(frame, field::AGENT_RECEIVED, "", real(received));
        let fill = *self.fill.borrow();
        put(frame, field::AGENT_SPOOL_RECORDS, "", real(fill.records));
        put(frame, field::AGENT_SPOOL_BYTES, "", real(fill.bytes));
        let pages = self.root.parse("proc/self/statm", "resident pages", parse_resident_pages)?;
        put(frame, field::AGENT_RESIDENT, "", real(pages.saturating_mul(self.page_bytes)));
        let ticks = self.root.parse("proc/self/stat", "utime and stime", parse_ticks)?;
        put(frame, field::AGENT_CPU, "", real(ticks.saturating_mul(1_000) / self.ticks_a_second));
        let path = self.root.path("proc/self/fd");
        let open = std::fs::read_dir(&path).map_err(|source| ProbeError::Read { path, source })?.count();
        // The folder being read is one of them.
        put(frame, field::AGENT_OPEN_FILES, "", real(u64::try_from(open).unwrap_or(0).saturating_sub(1)));
        Ok(())
    }
}

/// Reads /proc/self/statm: the second number.
#[must_use]
pub fn parse_resident_pages(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Reads /proc/self/stat: the 14th and 15th field, counted behind the command's name, which may hold anything.
#[must_use]
pub fn parse_ticks(text: &str) -> Option<u64> {
    let (_, behind) = text.rsplit_once(')')?;
    let mut words = behind.split_ascii_whitespace().skip(11);
    let user = words.next()?.parse::<u64>().ok()?;
    let system = words.next()?.parse::<u64>().ok()?;
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;

    #[test]
    fn a_command_with_spaces_and_brackets_does_not_shift_the_fields() {
        let text = "812 (hold) fast 9) S 1 812 812 0 -1 4194560 900 0 3 0 41 17 0 0 20 0 2 0 900 1 2";
        assert_eq!(parse_ticks(text), Some(58));
        for text in ["", "812 (x) S 1 2", "812 (x) S 1 2 3 4 5 6 7 8 9 10 x y"] {
            assert_eq!(parse_ticks(text), None, "{text:?}");
        }
        assert_eq!(parse_resident_pages("765"), None);
    }

    #[test]
    fn this_process_has_a_size_and_its_account_is_passed_on() {
        let mut seen = Observed::default();
        seen.account.received_bytes = 77;
        let (_observed, observed) = watch::channel(seen);
        let (_fill, fill) = watch::channel(SpoolFill { records: 3, bytes: 4_096 });
        let mut frame = Frame::new(BootMs(0));
        AgentProbe::new(Root::machine(), observed, fill).read(BootMs(0), &mut frame).expect("Linux");
        let steps = |id| frame.readings.get(&Column::node(id)).copied();
        let resident_bytes = steps(field::AGENT_RESIDENT).expect("read") * 4_096;
        assert!((500_000..4_000_000_000).contains(&resident_bytes), "{resident_bytes}");
        assert_eq!(steps(field::AGENT_RECEIVED), Some(77));
        assert_eq!(steps(field::AGENT_SPOOL_RECORDS), Some(3));
        assert!(steps(field::AGENT_OPEN_FILES).expect("read") >= 3);
    }
}

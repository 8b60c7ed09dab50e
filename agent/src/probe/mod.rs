//! Probes: what reads one source of readings and puts them into a frame. The port, and what all probes share.
//!
//! Enters: an instant and a frame. Leaves: readings in the frame, or an error in words. A probe has a plan: how often it
//! runs, how long it may take, and whether it may ever block. One that may (a dying disk, a slow sensor bus) runs on a
//! thread of its own (`worker`), so that it stops neither the agent nor the other probes. A reading that was not had is
//! absent from the frame; no probe ever writes a zero for it.

pub mod agent;
pub mod clock;
pub mod connectivity;
pub mod disk;
pub mod filesystems;
pub mod host;
pub mod network;
pub mod processor;
pub mod route;
pub mod serials;
pub mod set;
pub mod source;
pub mod temperature;
mod worker;

use std::time::Duration;

use holdfast_protocol::field::{self, FieldId};
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

pub use source::ProbeError;

/// Time-out of a probe that says nothing else. Reading /proc takes microseconds; two seconds mean that something is wrong.
pub const TIME_OUT_DEFAULT: Duration = Duration::from_secs(2);

/// Where a probe runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the sampler's own task: for sources that cannot block, such as /proc. A read that takes longer than its time-out
    /// is told as a failure afterwards.
    Inline,
    /// On a thread of its own: for sources that can block. While one read is out, no other is asked for.
    Thread,
}

/// How a probe is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Shortest time from one read to the next; zero is "with each frame".
    pub every: Duration,
    /// A read that takes longer is a failure.
    pub time_out: Duration,
    /// Where it runs.
    pub place: Place,
}

/// A source of readings.
pub trait Probe: Send {
    /// Its name in events, status and configuration: at most 32 bytes, lower case.
    fn name(&self) -> &'static str;

    /// How it is run. Asked once, at the start.
    fn plan(&self) -> Plan;

    /// Reads the source at `now` and puts what it finds into `frame`.
    ///
    /// # Errors
    /// [`ProbeError`] when the source cannot be read or makes no sense. What was put into the frame before stays there.
    fn read(&mut self, now: BootMs, frame: &mut Frame) -> Result<(), ProbeError>;
}

/// The probes of a real machine, apart from those that look at the agent itself.
#[must_use]
pub fn machine() -> Vec<Box<dyn Probe>> {
    vec![
        Box::new(host::HostProbe::new(source::Root::machine())),
        Box::new(network::NetworkProbe::new(source::Root::machine())),
        Box::new(disk::DiskProbe::new(source::Root::machine())),
        Box::new(filesystems::FileSystemProbe::new(source::Root::machine())),
        Box::new(temperature::TemperatureProbe::default()),
    ]
}

/// Puts a reading into a frame; a field that the dictionary lacks is a mistake of this program and is left out.
pub(crate) fn put(frame: &mut Frame, id: FieldId, instance: &str, value: f64) {
    if let Some(row) = field::by_id(id) {
        frame.put(row, instance, value);
    }
}

/// A count as a real number. Beyond 2^53 digits are lost, far below any field's resolution there.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "see the text")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

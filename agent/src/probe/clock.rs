//! What the kernel says of the wall clock: synchronised or not, and the largest error it admits (adjtimex, read only).
//!
//! Enters: nothing. Leaves: the `clock_*` readings. An error above a day is no reading: it then means "no idea".

use std::time::Duration;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

use super::{Place, Plan, Probe, ProbeError, TIME_OUT_DEFAULT, put, real};
use crate::clock::Clock;

/// The probe.
#[derive(Debug, Default)]
pub struct ClockProbe;

impl Probe for ClockProbe {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn plan(&self) -> Plan {
        Plan { every: Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let reading = Clock.read();
        put(frame, field::CLOCK_SYNCHRONISED, "", if reading.synchronised { 1.0 } else { 0.0 });
        put(frame, field::CLOCK_ERROR, "", real(reading.error_ms));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use holdfast_protocol::frame::Column;

    use super::*;

    #[test]
    fn the_state_is_a_yes_or_no_and_the_error_is_bounded() {
        let mut frame = Frame::new(BootMs(0));
        ClockProbe.read(BootMs(0), &mut frame).expect("readable");
        let state = frame.readings.get(&Column::node(field::CLOCK_SYNCHRONISED));
        assert!(matches!(state, Some(0 | 1)), "{state:?}");
    }
}

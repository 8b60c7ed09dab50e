//! Temperatures, through sysinfo: /sys/class/hwmon, and thermal zones where there is none.
//!
//! Enters: what sysinfo lists. Leaves: at most [`SENSORS_MAX`] temperatures, by label. Asking a sensor can wait for a slow
//! bus, so the probe runs on a thread of its own. A machine without sensors, such as a virtual one, has no readings and no
//! failure. Two sensors of one label are told apart by a number behind the second.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_protocol::field;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use sysinfo::Components;

use super::{Place, Plan, Probe, ProbeError, put};

/// Most sensors that are reported. A two-socket server has one for each of many cores; the first in the order of their
/// labels stay.
pub const SENSORS_MAX: usize = 32;
/// Metal warms slowly: with the shorter steps of tests, a slow bus is asked no more often than in the field.
const EVERY: Duration = Duration::from_secs(10);
/// A sensor on a slow bus may take a second.
const TIME_OUT: Duration = Duration::from_secs(10);

/// The probe.
#[derive(Default)]
pub struct TemperatureProbe {
    components: Option<Components>,
}

impl Probe for TemperatureProbe {
    fn name(&self) -> &'static str {
        "temperature"
    }

    fn plan(&self) -> Plan {
        Plan { every: EVERY, time_out: TIME_OUT, place: Place::Thread }
    }

    fn read(&mut self, _now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let mut components = match self.components.take() {
            Some(components) => components,
            None => Components::new().map_err(|error| ProbeError::Other(format!("sensors: {error:?}")))?,
        };
        components.refresh(true);
        let readings = components.iter().map(|component| (component.label().trim(), component.temperature()));
        for (name, celsius) in named(readings) {
            put(frame, field::TEMPERATURE, &name, celsius);
        }
        self.components = Some(components);
        Ok(())
    }
}

/// Names of their own for sensors, in the order of their labels; those without a reading are left out.
fn named<'a>(readings: impl Iterator<Item = (&'a str, Option<f32>)>) -> Vec<(String, f64)> {
    let mut labels: Vec<(&str, f32)> = readings
        .filter_map(|(label, celsius)| Some((label, celsius.filter(|celsius| celsius.is_finite())?)))
        .collect();
    labels.sort_by_key(|(label, _)| *label);
    let mut times = BTreeMap::<&str, u32>::new();
    let mut out = Vec::new();
    for (label, celsius) in labels.into_iter().take(SENSORS_MAX) {
        let time = times.entry(label).and_modify(|time| *time = time.saturating_add(1)).or_insert(1);
        let label = if label.is_empty() { "sensor" } else { label };
        let name = if *time == 1 { label.to_owned() } else { format!("{label} {time}") };
        out.push((name, f64::from(celsius)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensors_of_one_label_are_told_apart_and_silent_ones_left_out() {
        let sensors = [
            ("nvme Composite", Some(41.5)),
            ("acpitz", None),
            ("nvme Composite", Some(44.0)),
            ("", Some(20.0)),
        ];
        let named = named(sensors.into_iter());
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["sensor", "nvme Composite", "nvme Composite 2"]);
    }

    #[test]
    fn a_flood_of_sensors_is_bounded() {
        assert_eq!(named((0..1_000).map(|_| ("core", Some(50.0)))).len(), SENSORS_MAX);
    }

    #[test]
    fn a_machine_with_or_without_sensors_is_no_failure() {
        let mut frame = Frame::new(BootMs(0));
        TemperatureProbe::default().read(BootMs(0), &mut frame).expect("no failure");
    }
}

//! Readings of a machine that does not exist: smooth, seeded, within what a real one shows.
//!
//! Enters: seed, mood, instant. Leaves: the host fields of a frame. Two runs with one seed give the same readings at the
//! same instants since start, apart from counters, which go on from where the clock is.

use std::f64::consts::TAU;

use holdfast_agent::probe::{Place, Plan, Probe, ProbeError, TIME_OUT_DEFAULT};
use holdfast_protocol::field::{self, FieldId};
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;

use crate::mood::Mood;

const GIB: f64 = 1_073_741_824.0;

/// The probe.
#[derive(Debug)]
pub(crate) struct SimulatedProbe {
    random: fastrand::Rng,
    mood: Mood,
    phase: f64,
    memory_total: f64,
    disk_size: f64,
    started: Option<BootMs>,
    received: f64,
    sent: f64,
    read: f64,
    written: f64,
}

impl SimulatedProbe {
    /// A machine of this seed and mood.
    #[must_use]
    pub(crate) fn new(seed: u64, mood: Mood) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let memory_total = *random.choice(&[16.0, 32.0, 64.0, 128.0]).unwrap_or(&32.0) * GIB;
        let disk_size = *random.choice(&[240.0, 480.0, 960.0]).unwrap_or(&480.0) * GIB;
        let phase = random.f64() * TAU;
        Self {
            random,
            mood,
            phase,
            memory_total,
            disk_size,
            started: None,
            received: 0.0,
            sent: 0.0,
            read: 0.0,
            written: 0.0,
        }
    }

    /// Between -1 and 1, once around in so many minutes.
    fn wave(&self, seconds: f64, minutes: f64) -> f64 {
        (seconds / (minutes * 60.0) * TAU + self.phase).sin()
    }

    fn noise(&mut self, size: f64) -> f64 {
        (self.random.f64() - 0.5) * 2.0 * size
    }
}

impl Probe for SimulatedProbe {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn plan(&self) -> Plan {
        Plan { every: std::time::Duration::ZERO, time_out: TIME_OUT_DEFAULT, place: Place::Inline }
    }

    fn read(&mut self, now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
        let started = *self.started.get_or_insert(now);
        let seconds = seconds(now.since_ms(started));
        let busy_base = if self.mood == Mood::Busy { 55.0 + 40.0 * self.wave(seconds, 7.0) } else { 14.0 };
        let busy = (busy_base + 6.0 * self.wave(seconds, 11.0) + self.noise(3.0)).clamp(0.5, 100.0);
        let used_base = if self.mood == Mood::Busy { 0.55 + 0.3 * self.wave(seconds, 9.0) } else { 0.35 };
        let used = (used_base + 0.03 * self.wave(seconds, 23.0)) * self.memory_total;
        let disk_base = if self.mood == Mood::FullDisk { 0.9 + 0.06 * self.wave(seconds, 6.0) } else { 0.41 };
        let disk = disk_base * self.disk_size;
        let heat = if self.mood == Mood::Hot { 84.0 + 6.0 * self.wave(seconds, 5.0) } else { 46.0 };
        self.received += 9_000.0 * (1.2 + self.wave(seconds, 13.0)) * (1.0 + self.noise(0.2));
        self.sent += 2_500.0 * (1.2 + self.wave(seconds, 13.0)) * (1.0 + self.noise(0.2));
        self.read += 40_000.0 * (1.1 + self.wave(seconds, 3.0));
        self.written += 90_000.0 * (1.1 + self.wave(seconds, 4.0));
        let load = busy / 100.0 * 8.0;
        let mut put = |id: FieldId, instance: &str, value: f64| {
            if let Some(row) = field::by_id(id) {
                frame.put(row, instance, value);
            }
        };
        put(field::HOST_CPU_BUSY, "", busy);
        put(field::HOST_CPU_USER, "", busy * 0.7);
        put(field::HOST_CPU_SYSTEM, "", busy * 0.3);
        put(field::HOST_CPU_COUNT, "", 8.0);
        put(field::HOST_LOAD1, "", load);
        put(field::HOST_LOAD5, "", load * 0.95);
        put(field::HOST_LOAD15, "", load * 0.9);
        put(field::HOST_PROCESSES, "", 214.0);
        put(field::HOST_MEMORY_TOTAL, "", self.memory_total);
        put(field::HOST_MEMORY_USED, "", used);
        put(field::HOST_MEMORY_AVAILABLE, "", self.memory_total - used);
        put(field::HOST_UPTIME, "", seconds + 90_000.0);
        put(field::DISK_SIZE, "/", self.disk_size);
        put(field::DISK_USED, "/", disk);
        put(field::DISK_AVAILABLE, "/", self.disk_size - disk);
        put(field::DISK_READ, "nvme0n1", self.read);
        put(field::DISK_WRITTEN, "nvme0n1", self.written);
        put(field::TEMPERATURE, "package", heat + busy * 0.08);
        put(field::NET_RECEIVE_BYTES, "eth0", self.received);
        put(field::NET_TRANSMIT_BYTES, "eth0", self.sent);
        put(field::NET_CARRIER, "eth0", 1.0);
        Ok(())
    }
}

fn seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}

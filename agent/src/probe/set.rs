//! All probes of an agent: who is due, who answered in time, who fails.
//!
//! Enters: an instant, once for each frame. Leaves: the frame, and an event when a probe begins to fail or works again. A probe
//! that hangs costs one thread and its own readings; the frame waits for it once, for at most the budget, and then no more
//! until it answers. Events are told after [`RUN`] reads of the same outcome, so that a flickering source does not fill a
//! link that is paid by the byte.

use std::time::Duration;

use holdfast_protocol::event::Event;
use holdfast_protocol::frame::Frame;
use holdfast_protocol::time::BootMs;
use serde::Serialize;

use super::worker::{Answer, Worker};
use super::{Place, Plan, Probe, ProbeError};
use crate::clock::Clock;

/// Reads of one outcome in a row before it is told: half a minute at the default step.
pub const RUN: u32 = 3;
/// A probe due within a tenth of its period is due: ticks come a few milliseconds early or late.
const EARLY_PART: u32 = 10;

/// All probes.
pub struct ProbeSet {
    slots: Vec<Slot>,
    clock: Clock,
}

struct Slot {
    name: &'static str,
    plan: Plan,
    reader: Reader,
    last_asked: Option<BootMs>,
    state: State,
}

enum Reader {
    Inline(Box<dyn Probe>),
    Thread {
        worker: Worker,
        out: Option<BootMs>,
    },
    /// Its thread could not be started.
    Dead(String),
}

/// Whether a probe works, as the status socket shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// The probe.
    pub name: &'static str,
    /// Whether it is told to be failing.
    pub failing: bool,
    /// What failed last, in words, while it does.
    pub why: Option<String>,
    /// When it last gave readings, milliseconds since boot.
    pub read_at_boot_ms: Option<u64>,
    /// Reads of the outcome opposite to `failing`, in a row.
    #[serde(skip)]
    run: u32,
}

impl State {
    const fn new(name: &'static str) -> Self {
        Self { name, failing: false, why: None, read_at_boot_ms: None, run: 0 }
    }

    /// Takes in the outcome of a read; the event that it causes.
    fn on_outcome(&mut self, outcome: Result<BootMs, String>) -> Option<Event> {
        let failed = outcome.is_err();
        match outcome {
            Ok(at) => self.read_at_boot_ms = Some(at.0),
            Err(why) => self.why = Some(why),
        }
        self.run = if failed == self.failing { 0 } else { self.run.saturating_add(1) };
        if self.run < RUN {
            if !failed && !self.failing {
                self.why = None;
            }
            return None;
        }
        self.run = 0;
        self.failing = failed;
        let probe = self.name.to_owned();
        Some(if failed {
            Event::ProbeFailing { probe, why: self.why.clone().unwrap_or_default() }
        } else {
            self.why = None;
            Event::ProbeRecovered { probe }
        })
    }
}

impl ProbeSet {
    /// Starts the threads of those that need one.
    #[must_use]
    pub fn new(probes: Vec<Box<dyn Probe>>, clock: Clock) -> Self {
        let slots = probes.into_iter().map(|probe| {
            let (name, plan) = (probe.name(), probe.plan());
            let reader = match plan.place {
                Place::Inline => Reader::Inline(probe),
                Place::Thread => match Worker::start(probe) {
                    Ok(worker) => Reader::Thread { worker, out: None },
                    Err(error) => Reader::Dead(format!("its thread could not be started: {error}")),
                },
            };
            Slot { name, plan, reader, last_asked: None, state: State::new(name) }
        });
        Self { slots: slots.collect(), clock }
    }

    /// Reads all that is due into one frame. Waits for slow probes for at most `budget`.
    pub async fn sample(&mut self, now: BootMs, budget: Duration) -> (Frame, Vec<Event>) {
        let mut frame = Frame::new(now);
        let mut events = Vec::new();
        for slot in &mut self.slots {
            slot.begin(now);
        }
        for slot in &mut self.slots {
            events.extend(slot.read_inline(now, &mut frame, self.clock));
        }
        let end = now.plus_ms(u64::try_from(budget.as_millis()).unwrap_or(u64::MAX));
        for slot in &mut self.slots {
            events.extend(slot.collect(now, end, &mut frame, self.clock).await);
        }
        (frame, events)
    }

    /// How each probe does.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        self.slots.iter().map(|slot| slot.state.clone()).collect()
    }
}

impl Slot {
    fn is_due(&self, now: BootMs) -> bool {
        let period = self.plan.every.saturating_sub(self.plan.every / EARLY_PART);
        self.last_asked.is_none_or(|last| Duration::from_millis(now.since_ms(last)) >= period)
    }

    /// Asks a thread that is due and has nothing out. An answer that came after its frame is thrown away.
    fn begin(&mut self, now: BootMs) {
        let due = self.is_due(now);
        let Reader::Thread { worker, out } = &mut self.reader else { return };
        if out.is_some() && worker.answered().is_some() {
            *out = None;
        }
        if out.is_none() && due {
            self.last_asked = Some(now);
            // A thread that is gone never answers, which `collect` tells as such.
            let _asked = worker.ask(now);
            *out = Some(now);
        }
    }

    fn read_inline(&mut self, now: BootMs, frame: &mut Frame, clock: Clock) -> Option<Event> {
        let due = self.is_due(now);
        let Reader::Inline(probe) = &mut self.reader else { return None };
        if !due {
            return None;
        }
        self.last_asked = Some(now);
        let began = clock.boot();
        let result = probe.read(now, frame);
        let took = Duration::from_millis(clock.boot().since_ms(began));
        let outcome = match result {
            Err(error) => Err(error.to_string()),
            Ok(()) if took > self.plan.time_out => Err(too_long(took)),
            Ok(()) => Ok(now),
        };
        self.note(outcome)
    }

    async fn collect(&mut self, now: BootMs, end: BootMs, frame: &mut Frame, clock: Clock) -> Option<Event> {
        let outcome = match &mut self.reader {
            Reader::Inline(_) => return None,
            Reader::Dead(why) => Err(why.clone()),
            Reader::Thread { worker, out } => {
                let asked = (*out)?;
                // Only the frame that asked waits; later ones find the answer, or the time-out.
                let wait =
                    if asked == now { clock.until(end).min(self.plan.time_out) } else { Duration::ZERO };
                match tokio::time::timeout(wait, worker.answer()).await {
                    Ok(Some(answer)) => {
                        *out = None;
                        take(answer, now, frame).map_err(|error| error.to_string())
                    }
                    Ok(None) => Err("its thread ended".to_owned()),
                    Err(_) => {
                        let waited = Duration::from_millis(clock.boot().since_ms(asked));
                        if waited < self.plan.time_out {
                            return None;
                        }
                        Err(too_long(waited))
                    }
                }
            }
        };
        self.note(outcome)
    }

    fn note(&mut self, outcome: Result<BootMs, String>) -> Option<Event> {
        let event = self.state.on_outcome(outcome)?;
        if let Event::ProbeFailing { why, .. } = &event {
            tracing::warn!(probe = self.name, why, "probe fails");
        } else {
            tracing::info!(probe = self.name, "probe works again");
        }
        Some(event)
    }
}

/// Puts the readings of an answer into the frame that asked for them.
fn take(answer: Answer, now: BootMs, frame: &mut Frame) -> Result<BootMs, ProbeError> {
    if answer.asked == now {
        frame.readings.extend(answer.frame.readings);
    }
    answer.result.map(|()| answer.asked)
}

fn too_long(took: Duration) -> String {
    format!("no answer for {} ms", took.as_millis())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use holdfast_protocol::field;
    use holdfast_protocol::frame::Column;

    use super::*;

    const BUDGET: Duration = Duration::from_secs(5);

    struct Scripted {
        place: Place,
        every: Duration,
        script: Receiver<Result<(), &'static str>>,
    }

    impl Probe for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }

        fn plan(&self) -> Plan {
            Plan { every: self.every, time_out: Duration::from_secs(2), place: self.place }
        }

        fn read(&mut self, now: BootMs, frame: &mut Frame) -> Result<(), ProbeError> {
            // A closed script is a source that hangs for as long as the test lasts.
            let result = self.script.recv().unwrap_or(Err("the script ended"));
            super::super::put(frame, field::HOST_UPTIME, "", super::super::real(now.0 / 1_000));
            result.map_err(|why| ProbeError::Other(why.to_owned()))
        }
    }

    fn set(place: Place, every: Duration) -> (ProbeSet, Sender<Result<(), &'static str>>) {
        let (say, script) = channel();
        (ProbeSet::new(vec![Box::new(Scripted { place, every, script })], Clock), say)
    }

    fn now() -> BootMs {
        Clock.boot()
    }

    #[tokio::test]
    async fn three_failures_in_a_row_are_told_once_and_three_successes_end_them() {
        let (mut probes, say) = set(Place::Inline, Duration::ZERO);
        let mut told = Vec::new();
        for outcome in [Ok(()), Err("x"), Err("x"), Ok(()), Err("x"), Err("x"), Err("gone"), Err("x")] {
            say.send(outcome).expect("taken");
            told.extend(probes.sample(now(), BUDGET).await.1);
        }
        assert_eq!(told, [Event::ProbeFailing { probe: "scripted".into(), why: "gone".into() }]);
        assert!(probes.states()[0].failing);
        told.clear();
        for outcome in [Ok(()), Ok(()), Err("x"), Ok(()), Ok(()), Ok(()), Ok(())] {
            say.send(outcome).expect("taken");
            told.extend(probes.sample(now(), BUDGET).await.1);
        }
        assert_eq!(told, [Event::ProbeRecovered { probe: "scripted".into() }]);
        assert_eq!(probes.states()[0].why, None);
    }

    #[tokio::test]
    async fn readings_of_a_thread_are_in_the_frame_that_asked() {
        let (mut probes, say) = set(Place::Thread, Duration::ZERO);
        for _ in 0..3 {
            say.send(Ok(())).expect("taken");
            let (frame, events) = probes.sample(now(), BUDGET).await;
            assert!(frame.readings.contains_key(&Column::node(field::HOST_UPTIME)));
            assert_eq!(events, []);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_hangs_costs_one_wait_one_thread_and_an_event_and_comes_back() {
        let (mut probes, say) = set(Place::Thread, Duration::ZERO);
        let start = now();
        let at = |seconds: u64| start.plus_ms(seconds * 1_000);
        let (frame, events) = probes.sample(start, Duration::from_secs(1)).await;
        assert!(frame.readings.is_empty() && events.is_empty());
        // The same request is out: the instants of later frames are handed in, as a clock that went on would.
        let Reader::Thread { out, .. } = &mut probes.slots[0].reader else { panic!("a thread") };
        *out = Some(BootMs(start.0.saturating_sub(60_000)));
        let mut told = Vec::new();
        for second in 1..=5 {
            let before = tokio::time::Instant::now();
            told.extend(probes.sample(at(second), Duration::from_secs(1)).await.1);
            assert!(before.elapsed() < Duration::from_millis(5), "later frames do not wait");
        }
        assert!(matches!(told.as_slice(), [Event::ProbeFailing { .. }]), "{told:?}");
        // It answers at last; the stale answer is thrown away, and fresh ones count.
        for _ in 0..40 {
            say.send(Ok(())).expect("taken");
        }
        told.clear();
        tokio::time::resume();
        for second in 6..30 {
            told.extend(probes.sample(at(second), BUDGET).await.1);
        }
        assert_eq!(told, [Event::ProbeRecovered { probe: "scripted".into() }]);
    }

    #[tokio::test]
    async fn a_probe_with_a_period_is_read_no_more_often() {
        let (mut probes, say) = set(Place::Inline, Duration::from_secs(30));
        for _ in 0..10 {
            say.send(Ok(())).expect("taken");
        }
        let mut read = Vec::new();
        for tick in [0, 10_000, 20_003, 29_998, 40_000, 50_000, 60_001] {
            let (frame, _) = probes.sample(BootMs(1_000_000 + tick), BUDGET).await;
            read.push(!frame.readings.is_empty());
        }
        assert_eq!(read, [true, false, false, true, false, false, true]);
    }

    #[test]
    fn an_outcome_that_flickers_is_never_told() {
        let mut state = State::new("x");
        for number in 0..100 {
            let outcome = if number % 2 == 0 { Ok(BootMs(number)) } else { Err("x".to_owned()) };
            assert_eq!(state.on_outcome(outcome), None);
        }
    }
}

//! Processor time from /proc/stat (proc(5)): what each kind of work took since the frame before.
//!
//! Enters: the file's text. Leaves: counters, and the share of each kind between two of them. `guest` time is not added:
//! the kernel counts it in `user` already.

/// Ticks since boot, summed over all processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessorTimes {
    /// `user` and `nice`.
    pub user: u64,
    /// `system`, `irq` and `softirq`.
    pub system: u64,
    /// `idle`.
    pub idle: u64,
    /// `iowait`.
    pub iowait: u64,
    /// `steal`.
    pub steal: u64,
}

/// What /proc/stat holds of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// The `cpu` line.
    pub times: ProcessorTimes,
    /// How many `cpuN` lines there are.
    pub processors: u64,
    /// The `ctxt` line, where there is one.
    pub context_switches: Option<u64>,
}

/// Shares of a stretch of time, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// All but idle and iowait.
    pub busy: f64,
    /// User and nice.
    pub user: f64,
    /// System, irq and softirq.
    pub system: f64,
    /// Waiting for I/O.
    pub iowait: f64,
    /// Taken by the hypervisor.
    pub steal: f64,
}

/// Reads /proc/stat.
#[must_use]
pub fn parse(text: &str) -> Option<Stat> {
    let mut times = None;
    let mut processors = 0_u64;
    let mut context_switches = None;
    for line in text.lines() {
        let Some((word, rest)) = line.split_once(' ') else { continue };
        if word == "cpu" {
            times = parse_times(rest);
        } else if word.strip_prefix("cpu").is_some_and(|number| number.parse::<u32>().is_ok()) {
            processors = processors.saturating_add(1);
        } else if word == "ctxt" {
            context_switches = rest.trim().parse().ok();
        }
    }
    Some(Stat { times: times?, processors, context_switches })
}

fn parse_times(rest: &str) -> Option<ProcessorTimes> {
    let mut numbers = rest.split_ascii_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let (user, nice, system, idle) = (next()?, next()?, next()?, next()?);
    // Kernels before 2.6.11 end the line earlier.
    let mut later = || next().unwrap_or(0);
    let (iowait, irq, softirq, steal) = (later(), later(), later(), later());
    Some(ProcessorTimes {
        user: user.saturating_add(nice),
        system: system.saturating_add(irq).saturating_add(softirq),
        idle,
        iowait,
        steal,
    })
}

impl ProcessorTimes {
    /// The shares since `earlier`; none when no time passed. A counter that went back (iowait may, proc(5)) counts as
    /// still.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Option<Shares> {
        let user = self.user.saturating_sub(earlier.user);
        let system = self.system.saturating_sub(earlier.system);
        let steal = self.steal.saturating_sub(earlier.steal);
        let iowait = self.iowait.saturating_sub(earlier.iowait);
        let idle = self.idle.saturating_sub(earlier.idle);
        let busy = user.saturating_add(system).saturating_add(steal);
        let total = busy.saturating_add(iowait).saturating_add(idle);
        if total == 0 {
            return None;
        }
        let share = |part: u64| super::real(part) * 100.0 / super::real(total);
        Some(Shares {
            busy: share(busy),
            user: share(user),
            system: share(system),
            iowait: share(iowait),
            steal: share(steal),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = include_str!("../../test-data/proc/stat");

    #[test]
    fn a_recorded_stat_gives_times_processors_and_switches() {
        let stat = parse(STAT).expect("whole");
        assert_eq!(stat.processors, 4);
        assert_eq!(stat.context_switches, Some(188_452_913));
        let expected = ProcessorTimes {
            user: 1_482_216 + 3_105,
            system: 402_117 + 1_201 + 22_904,
            idle: 30_551_702,
            iowait: 61_240,
            steal: 512,
        };
        assert_eq!(stat.times, expected);
    }

    #[test]
    fn shares_add_up_and_a_counter_that_went_back_is_still() {
        let earlier = ProcessorTimes { user: 100, system: 50, idle: 1_000, iowait: 30, steal: 0 };
        let later = ProcessorTimes { user: 150, system: 70, idle: 1_120, iowait: 20, steal: 10 };
        let shares = later.since(&earlier).expect("time passed");
        assert_eq!(
            (shares.busy, shares.user, shares.system, shares.iowait, shares.steal),
            (40.0, 25.0, 10.0, 0.0, 5.0)
        );
        assert_eq!(later.since(&later), None);
    }

    #[test]
    fn text_of_another_shape_is_no_reading() {
        for text in
            ["", "cpu", "cpu 1 2 3", "cpu a b c d", "cpu0 1 2 3 4\n", "cpu 1 2 3 99999999999999999999999"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse("cpu 1 2 3 4").is_some(), "an old kernel's shorter line");
    }
}

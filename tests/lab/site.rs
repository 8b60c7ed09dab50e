//! The simulated sites: a code name, a region, a link as in the design's table, and what they go through.
//!
//! Enters: a seed and a number. Leaves: a site, always the same for the same two; and at each instant what its link does.
//! Names tell no town. Never sends a byte.

use std::time::Duration;

use holdfast_tests::proxy::{Link, State};

/// Code names; a number is added once they are used up.
const NAMES: [&str; 12] = [
    "Birch", "Cedar", "Juniper", "Maple", "Alder", "Rowan", "Willow", "Poplar", "Hazel", "Larch", "Aspen",
    "Linden",
];
/// Regions, ISO 3166-2: oblasts of Ukraine.
const REGIONS: [&str; 6] = ["UA-63", "UA-59", "UA-32", "UA-46", "UA-18", "UA-51"];

/// What a site goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A good satellite link and a calm machine.
    Calm,
    /// A disk that fills up.
    FullDisk,
    /// A sky that is dark for minutes at a time.
    DarkSky,
    /// A geostationary link with rain.
    Rain,
    /// A poor mobile link that is cut now and then.
    CutCable,
    /// A container that gets too warm.
    Hot,
    /// A job that eats processors and memory.
    Busy,
}

const FATES: [Fate; 7] =
    [Fate::Calm, Fate::FullDisk, Fate::DarkSky, Fate::Rain, Fate::CutCable, Fate::Hot, Fate::Busy];

/// One simulated site.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Its code name.
    pub name: String,
    /// Its region.
    pub region: &'static str,
    /// What it goes through.
    pub fate: Fate,
    /// Seed of its machine and link.
    pub seed: u64,
}

impl Site {
    /// The site with this number.
    #[must_use]
    pub(crate) fn of(seed: u64, number: u16) -> Self {
        let mut random =
            fastrand::Rng::with_seed(seed ^ u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let index = usize::from(number);
        let name = NAMES.get(index % NAMES.len()).unwrap_or(&"Site");
        let shift = usize::try_from(seed % 7).unwrap_or(0);
        Self {
            name: format!("{name} {}", 100 + u32::from(number) * 7 + random.u32(0..7)),
            region: REGIONS.get(random.usize(..REGIONS.len())).copied().unwrap_or("UA-32"),
            fate: FATES.get((index + shift.saturating_sub(1)) % FATES.len()).copied().unwrap_or(Fate::Calm),
            seed: random.u64(..),
        }
    }

    /// The machine's mood, as `sim-node` names it.
    #[must_use]
    pub(crate) const fn mood(&self) -> &'static str {
        match self.fate {
            Fate::Calm | Fate::DarkSky | Fate::Rain | Fate::CutCable => "calm",
            Fate::FullDisk => "full-disk",
            Fate::Hot => "hot",
            Fate::Busy => "busy",
        }
    }

    /// What the site goes through, in words.
    #[must_use]
    pub(crate) const fn story(&self) -> &'static str {
        match self.fate {
            Fate::Calm => "a good satellite link (40 ms); nothing happens",
            Fate::FullDisk => "its disk fills to 96 % and is emptied, once in 6 minutes",
            Fate::DarkSky => "the sky is dark for 3 minutes in every 8; reports come late, none is lost",
            Fate::Rain => "a geostationary link (600 ms), slow in the rain for 2 minutes in every 7",
            Fate::CutCable => "a poor mobile link (90 ms) whose cable is cut for 4 minutes in every 10",
            Fate::Hot => "its container is too warm, once in 5 minutes",
            Fate::Busy => "a job eats processors and memory by turns",
        }
    }

    /// What its link does `since` the lab's start. Figures: the design's table of links on paper; half the round trip
    /// each way.
    #[must_use]
    pub(crate) fn link(&self, since: Duration) -> Link {
        let within = |length_s: u64, every_s: u64, from_s: u64| {
            let at = since.as_secs() % every_s;
            (from_s..from_s + length_s).contains(&at)
        };
        let leo = Link {
            delay: Duration::from_millis(20),
            jitter: Duration::from_millis(5),
            down_bytes_per_s: 100_000_000 / 8,
            up_bytes_per_s: 15_000_000 / 8,
            state: State::Up,
        };
        match self.fate {
            Fate::Calm | Fate::FullDisk | Fate::Hot | Fate::Busy => leo,
            Fate::DarkSky => {
                Link { state: if within(180, 480, 120) { State::Dark } else { State::Up }, ..leo }
            }
            Fate::Rain => Link {
                delay: Duration::from_millis(300),
                jitter: Duration::from_millis(10),
                down_bytes_per_s: 2_000_000 / 8,
                up_bytes_per_s: if within(120, 420, 90) { 20_000 / 8 } else { 500_000 / 8 },
                state: State::Up,
            },
            Fate::CutCable => Link {
                delay: Duration::from_millis(45),
                jitter: Duration::from_millis(30),
                down_bytes_per_s: 5_000_000 / 8,
                up_bytes_per_s: 1_000_000 / 8,
                state: if within(240, 600, 150) { State::Cut } else { State::Up },
            },
        }
    }
}

//! The agent's spool after a year and a half of darkness: what it holds in memory and how long it takes.
//!
//! Enters: how many records. Leaves: a table. Each step runs in a process of its own, as a restart would, and says by how much
//! its own memory (RssAnon) grew at most. Records are 190 bytes, synced a thousand at a time: the disk's syncs are not what is
//! measured here.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use clap::ValueEnum;
use holdfast_agent::spool::files::FileDisk;
use holdfast_agent::spool::{Draft, Limits, Spool, SpoolKey};
use holdfast_protocol::ids::{BootCounter, Epoch};
use holdfast_protocol::record::Kind;
use holdfast_protocol::time::BootMs;

use super::gauge::{self, float, thousands};
use crate::folder::Folder;

/// Bytes of one record: a small block.
const RECORD_BYTES: usize = 190;
/// Records made durable together.
const SYNC_EACH: u32 = 1_000;
/// Records between two looks at memory.
const LOOK_EACH: u32 = 10_000;
/// Room for five million records, so that none is dropped.
const TOTAL_BYTES: u64 = 2 << 30;

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Appends all records to a new spool.
    Append,
    /// Opens it, as a start does.
    Start,
    /// Walks over all that waits, newest first, and reads one in a hundred.
    Walk,
}

/// Runs all steps and prints, or one of them.
///
/// # Errors
/// When the spool cannot be used.
pub(crate) fn run(data: &Path, records: u32, step: Option<Step>) -> anyhow::Result<()> {
    let folder = data.join("bench").join("spool");
    if let Some(step) = step {
        return perform(&folder, records, step);
    }
    let _lab = Folder::take(data, false)?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    println!("{} records of {RECORD_BYTES} bytes.\n", thousands(f64::from(records)));
    println!("| | memory, most | time |\n|---|---:|---:|");
    for step in [Step::Append, Step::Start, Step::Walk] {
        let status = Command::new(std::env::current_exe()?)
            .arg("--data")
            .arg(data)
            .args(["bench", "spool", "--records", &records.to_string(), "--step"])
            .arg(step.to_possible_value().context("a step without a name")?.get_name())
            .status()?;
        anyhow::ensure!(status.success(), "a step ended with {status}");
    }
    Ok(std::fs::remove_dir_all(&folder)?)
}

fn perform(folder: &Path, records: u32, step: Step) -> anyhow::Result<()> {
    let mut memory = Memory::new()?;
    let begin = Instant::now();
    let limits = Limits::with_total(TOTAL_BYTES)?;
    let (mut spool, _) = Spool::open(FileDisk::open(folder)?, SpoolKey::new(&[7; 32]), limits, Epoch(1))?;
    memory.look()?;
    let name = match step {
        Step::Append => {
            for number in 1..=records {
                let draft = Draft::new(Kind::Block, BootCounter(1), BootMs(u64::from(number) * 60_000));
                spool.append(draft, |sequence| body(sequence.0))?;
                if number.is_multiple_of(SYNC_EACH) || number == records {
                    spool.sync()?;
                }
                if number.is_multiple_of(LOOK_EACH) {
                    memory.look()?;
                }
            }
            "appended"
        }
        Step::Start => "opened",
        Step::Walk => {
            let mut walked = 0_u32;
            let mut some = Vec::new();
            for meta in spool.pending() {
                let meta = meta?;
                walked += 1;
                if walked.is_multiple_of(100) && some.len() < 10_000 {
                    some.push(meta.last);
                }
                if walked.is_multiple_of(LOOK_EACH) {
                    memory.look()?;
                }
            }
            anyhow::ensure!(walked == records, "{walked} of {records} records wait");
            for sequence in some {
                anyhow::ensure!(
                    spool.read(sequence)? == body(sequence.0),
                    "record {} came back changed",
                    sequence.0
                );
            }
            "opened, walked, one in a hundred read"
        }
    };
    memory.look()?;
    let took = begin.elapsed().as_secs_f64();
    println!("| {name} | {:.1} MiB | {took:.1} s |", memory.grown_kib() / 1024.0);
    if step == Step::Append {
        spool.close()?;
    }
    Ok(())
}

fn body(number: u32) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(u64::from(number));
    std::iter::repeat_with(|| random.u8(..)).take(RECORD_BYTES).collect()
}

/// This process's own memory since it began.
struct Memory {
    first_kib: u64,
    most_kib: u64,
}

impl Memory {
    fn new() -> anyhow::Result<Self> {
        let own = gauge::resident(std::process::id())?.own_kib;
        Ok(Self { first_kib: own, most_kib: own })
    }

    fn look(&mut self) -> anyhow::Result<()> {
        self.most_kib = self.most_kib.max(gauge::resident(std::process::id())?.own_kib);
        Ok(())
    }

    fn grown_kib(&self) -> f64 {
        float(self.most_kib - self.first_kib)
    }
}

//! `cargo lab bench …`: the figures of docs/benchmarks.md, each with its peer in the same run. None of it is a test.
//!
//! Enters: which figure. Leaves: a table on standard output. Writes only under the lab's data folder, binds 127.0.0.1 only,
//! is bounded in count and time, and ends what it started.

mod agent;
mod block;
mod gauge;
mod history;
mod ingest;
mod inventory;
mod load;
mod machine;
mod memory;
mod mosquitto;
mod pages;
mod payload;
mod spool;
mod stage;

use std::path::Path;

use anyhow::Context as _;
use clap::{Subcommand, value_parser};

/// Which figure.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Bytes a frame: block beside JSON, JSON + zstd and CBOR, on the recorded trace and on this machine.
    Block {
        /// Frames to record from this machine, one a second; 0 leaves it out.
        #[arg(long, default_value_t = 90)]
        live: u16,
    },
    /// The shipped agent on this machine: size, memory, processor time, bytes.
    Agent {
        /// How long it runs before it is measured.
        #[arg(long, default_value_t = 10, value_parser = value_parser!(u16).range(1..=120))]
        minutes: u16,
    },
    /// Records a second, acknowledged after their commit; mosquitto beside it.
    Ingest {
        /// Connections, each with 64 records under way.
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u16).range(1..=1_000))]
        connections: u16,
        /// Length of one measurement.
        #[arg(long, default_value_t = 20, value_parser = value_parser!(u16).range(1..=120))]
        seconds: u16,
        /// Measurements of each server, by turns.
        #[arg(long, default_value_t = 3, value_parser = value_parser!(u16).range(1..=9))]
        rounds: u16,
    },
    /// What a connected node that says nothing costs the controller; mosquitto beside it.
    Memory {
        /// How many.
        #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u16).range(10..=4_000))]
        nodes: u16,
        /// Measurements, each on a controller that was started anew.
        #[arg(long, default_value_t = 3, value_parser = value_parser!(u16).range(1..=9))]
        rounds: u16,
    },
    /// Server time and size of the pages of a large fleet.
    Pages {
        /// How many nodes; a site for each four.
        #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u16).range(10..=4_000))]
        nodes: u16,
        /// Requests of each page, by turns.
        #[arg(long, default_value_t = 300, value_parser = value_parser!(u16).range(10..=5_000))]
        requests: u16,
    },
    /// Lists and searches of a large inventory while records come in.
    Inventory {
        /// How many sites.
        #[arg(long, default_value_t = 10_000, value_parser = value_parser!(u16).range(10..=20_000))]
        sites: u16,
        /// How many items.
        #[arg(long, default_value_t = 30_000, value_parser = value_parser!(u32).range(100..=100_000))]
        items: u32,
        /// Requests of each page, by turns.
        #[arg(long, default_value_t = 200, value_parser = value_parser!(u16).range(10..=5_000))]
        requests: u16,
    },
    /// Months of history: rolling up, deleting, and charts of each range.
    History {
        /// How many nodes.
        #[arg(long, default_value_t = 5, value_parser = value_parser!(u16).range(1..=50))]
        nodes: u16,
        /// How many days back.
        #[arg(long, default_value_t = 90, value_parser = value_parser!(u16).range(1..=365))]
        days: u16,
        /// Requests of each range.
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u16).range(1..=5_000))]
        requests: u16,
    },
    /// The agent's spool at a million records: memory and time.
    Spool {
        /// How many records.
        #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u32).range(1_000..=5_000_000))]
        records: u32,
        /// One step of it, in a process of its own; without it, all steps.
        #[arg(long)]
        step: Option<spool::Step>,
    },
}

/// Runs one.
///
/// # Errors
/// When a program or file is missing, or what is measured fails.
pub(crate) fn run(bench: &Bench, data: &Path) -> anyhow::Result<()> {
    if !matches!(bench, Bench::Spool { step: Some(_), .. }) {
        println!("{}\n", machine::line());
    }
    match bench {
        Bench::Block { live } => block::run(*live),
        Bench::Agent { minutes } => agent::run(data, *minutes),
        Bench::Ingest { connections, seconds, rounds } => {
            waited(Box::pin(ingest::run(data, *connections, *seconds, *rounds)))
        }
        Bench::Memory { nodes, rounds } => waited(Box::pin(memory::run(data, *nodes, *rounds))),
        Bench::Pages { nodes, requests } => waited(Box::pin(pages::run(data, *nodes, *requests))),
        Bench::Inventory { sites, items, requests } => {
            waited(Box::pin(inventory::run(data, *sites, *items, *requests)))
        }
        Bench::History { nodes, days, requests } => {
            waited(Box::pin(history::run(data, *nodes, *days, *requests)))
        }
        Bench::Spool { records, step } => spool::run(data, *records, *step),
    }
}

/// Waits for a figure, or for Ctrl-C: what it started ends with it either way.
fn waited(figure: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("starting the runtime")?.block_on(async {
        tokio::select! {
            done = figure => done,
            asked = tokio::signal::ctrl_c() => {
                asked?;
                anyhow::bail!("ended by Ctrl-C")
            }
        }
    })
}

//! `cargo lab`: a whole fleet on one machine, with nothing of it a stub.
//!
//! Builds the programs, makes a controller and a fleet authority, enrols this machine as a real node and beside it
//! simulated ones behind links that delay, throttle and cut, and shows where to look. Everything it writes lies under its
//! data folder, it binds 127.0.0.1 only, Ctrl-C ends every process it started, a second run goes on with the same data.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod bench;
mod fleet;
mod site;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use holdfast_tests::programs::repository;

/// A Holdfast fleet on this machine.
#[derive(Debug, Parser)]
#[command(name = "lab", version = holdfast_protocol::PROGRAM_VERSION)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Seed of the simulated sites.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many simulated nodes stand beside this machine.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(0..=200))]
    nodes: u16,
    /// Port of the pages on 127.0.0.1; 0 chooses one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Start over: removes what an earlier lab left in the data folder.
    #[arg(long)]
    fresh: bool,
}

/// What else the lab does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Measures and prints the figures of docs/benchmarks.md.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let data = arguments.data.unwrap_or_else(|| repository().join("lab-data"));
    if let Some(Command::Bench(bench)) = arguments.command {
        return bench::run(&bench, &data);
    }
    let options = fleet::Options {
        seed: arguments.seed,
        nodes: arguments.nodes,
        port: arguments.port,
        fresh: arguments.fresh,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("starting the lab's runtime")?.block_on(fleet::run(&data, &options))
}

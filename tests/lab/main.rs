//! `cargo lab`: a whole fleet on one machine, with nothing of it a stub.
//!
//! Builds the programs, makes a controller and a fleet authority, enrols this machine as a real node and beside it
//! simulated ones behind links that delay, throttle and cut, and shows where to look. Everything it writes lies under its
//! data folder, it binds 127.0.0.1 only, Ctrl-C ends every process it started, a second run goes on with the same data.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod bench;
mod fleet;
mod folder;
mod inventory;
mod site;
mod stop;
mod terminal;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use fleet::{End, EndedByItself};
use folder::{Refusal, Wish};
use holdfast_tests::programs::repository;

const FAILED: u8 = 1;
const ENDED_BY_ITSELF: u8 = 3;
const REFUSED: u8 = 4;
/// As shells have it: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

const AFTER_HELP: &str = "\
Examples:
  cargo lab                     a fleet of this machine and six simulated nodes; a second run goes on with it
  cargo lab --nodes 12          six more beside them
  cargo lab --port 9000         the pages elsewhere
  cargo lab --fresh --seed 7    another fleet in place of this one

Exit codes: 0 stopped as asked, 1 failed, 2 wrong use, 3 a program of the lab ended by itself, 4 refused, because folder,
port or seed do not fit, 130 stopped before it was up, or at once.";

/// A Holdfast fleet on this machine.
#[derive(Debug, Parser)]
#[command(name = "lab", bin_name = "cargo lab", version = holdfast_protocol::PROGRAM_VERSION, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Seed of the simulated sites; for good [default: 1]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many simulated nodes run beside this machine, 0 to 200 [default: as before, at first 6]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(0..=200))]
    nodes: Option<u16>,
    /// Port of the pages on 127.0.0.1; 0 chooses one [default: as before, at first 8080]
    #[arg(long)]
    port: Option<u16>,
    /// Where everything is kept [default: lab-data in the repository]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Start over: removes what an earlier lab left in the data folder
    #[arg(long)]
    fresh: bool,
}

/// What else the lab does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Measures and prints the figures of docs/benchmarks.md
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(Arguments::parse_from(words(std::env::args_os()))) {
        Ok(End::Stopped) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            terminal::say(&format!("lab: {error:#}"));
            ExitCode::from(code(&error))
        }
    }
}

/// The command line without a `--` in front: the alias ends in one, and people who are used to `cargo run --` add another.
fn words(given: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    given.enumerate().filter(|(at, word)| *at != 1 || word != "--").map(|(_, word)| word)
}

fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Refusal>() {
        REFUSED
    } else if error.is::<EndedByItself>() {
        ENDED_BY_ITSELF
    } else {
        FAILED
    }
}

fn run(arguments: Arguments) -> anyhow::Result<End> {
    let data = arguments.data.unwrap_or_else(|| repository().join("lab-data"));
    if let Some(Command::Bench(bench)) = arguments.command {
        return bench::run(&bench, &data).map(|()| End::Stopped);
    }
    let Arguments { seed, nodes, port, fresh, .. } = arguments;
    let wish = Wish { seed, nodes, port, fresh };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("starting the lab's runtime")?.block_on(Box::pin(fleet::run(&data, &wish)))
}

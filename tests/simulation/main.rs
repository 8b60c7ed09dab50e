//! One simulated node: the agent's library, link and spool as shipped, with simulated probes in place of the machine's.
//!
//! Enters: an agent's configuration, a seed, a mood. Leaves: what a node leaves. The shipped agent contains none of this.

mod machine;
mod mood;
mod probe;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use holdfast_agent::probe::Probe;
use holdfast_agent::probe::source::Root;
use holdfast_agent::{config, supervise};

/// A simulated node of the lab.
#[derive(Debug, Parser)]
#[command(name = "sim-node", version = holdfast_protocol::PROGRAM_VERSION)]
struct Arguments {
    /// The agent's configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The node's folder.
    #[arg(long)]
    data: PathBuf,
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What the site goes through.
    #[arg(long, default_value = "calm")]
    mood: mood::Mood,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sim-node: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    let settings = config::load(Some(&arguments.config), Some(&arguments.data))?;
    let probe: Box<dyn Probe> = Box::new(probe::SimulatedProbe::new(arguments.seed, arguments.mood));
    let machine = Root::recorded(&machine::make(&arguments.data, arguments.seed)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(supervise::run(settings, vec![probe], machine))?)
}

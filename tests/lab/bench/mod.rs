//! `cargo lab bench …`: the figures of docs/benchmarks.md, each with its peer in the same run. None of it is a test.
//!
//! Enters: which figure. Leaves: a table on standard output. Writes only under the lab's data folder.

mod block;
mod machine;

use std::path::Path;

use clap::Subcommand;

/// Which figure.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Bytes a frame: block beside JSON, JSON + zstd and CBOR, on the recorded trace and on this machine.
    Block {
        /// Frames to record from this machine, one a second; 0 leaves it out.
        #[arg(long, default_value_t = 90)]
        live: u16,
    },
}

/// Runs one.
///
/// # Errors
/// When a program or file is missing.
pub(crate) fn run(bench: &Bench, _data: &Path) -> anyhow::Result<()> {
    println!("{}\n", machine::line());
    match bench {
        Bench::Block { live } => block::run(*live),
    }
}

//! What a simulated site goes through, as far as its machine is concerned; its link's fate is the lab's.
//!
//! Enters: a name. Leaves: a mood.

use clap::ValueEnum;

/// What the machine of a site goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mood {
    /// Nothing out of the ordinary.
    Calm,
    /// A disk fills up and is emptied again.
    FullDisk,
    /// The container's cooling is weak.
    Hot,
    /// A job eats memory and processors by turns.
    Busy,
}

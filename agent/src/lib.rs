//! The agent of a node, as a library: the program `holdfast-agent` and the lab's simulated nodes are both thin shells
//! around it.
//!
//! Probes write readings into frames, the sampler makes blocks of them, the spool keeps every record until the
//! controller's database has it, the link sends. `supervise` wires the parts and owns the order of start and stop. Nothing
//! here simulates anything: probes are handed in.

pub mod clock;
pub mod config;
pub mod durable;
pub mod identity;
mod kernel_clock;
pub mod link;
pub mod node_state;
pub mod probe;
pub mod records;
pub mod sampler;
pub mod schedule;
pub mod spool;
pub mod statement;
pub mod status;
pub mod supervise;
#[cfg(test)]
mod testing;

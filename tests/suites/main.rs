//! What has to be shown of the whole way, on the shipped programs as processes.
//!
//! Enters: the programs of `HOLDFAST_PROGRAMS`, or those that cargo builds now. Each suite makes folders of its own, binds
//! 127.0.0.1 on free ports, and ends what it started. Figures are not here: `cargo lab bench`.

#![expect(clippy::print_stdout, reason = "suites say what they counted")]

mod access;
mod by_hand;
mod clocks;
mod disk;
mod foreign;
mod gap;
mod hostile;
mod kills;
mod lab;
mod machine;
mod order;
mod refusals;
mod restored;
mod silence;
mod stage;

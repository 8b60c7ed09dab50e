//! What suites and lab share: finding and starting the shipped programs, each in folders of its own, the proxy that
//! stands for a bad link, and waiting that says what it last saw.
//!
//! Enters: a folder. Leaves: running programs that end with their owner. Binds 127.0.0.1 only. A folder of a failed test
//! is kept and named.

pub mod controller;
pub mod evidence;
pub mod folder;
pub mod history;
pub mod http;
pub mod mqtt;
pub mod node;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod wait;

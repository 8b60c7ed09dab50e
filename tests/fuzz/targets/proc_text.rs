//! The agent's readers of /proc and /sys: a kernel may print anything one day.

use holdfast_agent::probe::{agent, disk, host, network, processor};

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().count();
    assert!(disk::parse(&text).count() <= lines);
    assert!(network::parse(&text).count() <= lines);
    let _read = processor::parse(&text);
    let _read = host::parse_memory(&text);
    let _read = host::parse_load(&text);
    let _read = host::parse_open_files(&text);
    let _read = host::parse_uptime(&text);
    let _read = agent::parse_resident_pages(&text);
    let _read = agent::parse_ticks(&text);
}

//! The shipped agent on this machine, without a controller: it samples, spools, shows its status, and stops in good order.
//!
//! Enters: an identity made for each test. Leaves: nothing; folders are kept when a test fails. What comes with a controller is
//! the business of the suites in `tests/`.

mod hanging;
mod node;

use std::io::{BufRead as _, Read as _};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::Duration;

use holdfast_protocol::block::{self, Block};
use holdfast_protocol::event::Event;
use holdfast_protocol::field;
use holdfast_protocol::frame::Column;
use holdfast_protocol::ids::BootCounter;
use holdfast_protocol::record::{Kind, Record};
use serde_json::Value;

use node::{BOUND, Node, events, waiting};

/// A running agent; killed when a test fails.
struct Agent(Option<Child>);

impl Agent {
    fn signal(&self, name: &str) {
        let id = self.0.as_ref().expect("running").id().to_string();
        let sent = Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(sent.success());
    }

    fn ended(mut self) -> Output {
        self.0.take().expect("running").wait_with_output().expect("waited for")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

fn blocks(records: &[Record]) -> Vec<Block> {
    let blocks = records.iter().filter(|record| record.header.kind == Kind::Block);
    blocks.map(|record| block::decode(&record.body, record.header.at).expect("whole")).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_agent_without_a_controller_samples_spools_and_stops_in_good_order() {
    let node = Node::enrolled("whole");
    let agent = node.start();
    let status = node.wait_for("has 5 records", |status| waiting(status) >= 5);
    assert_eq!(status["node"], "7k2m9qxd");
    assert_eq!(status["link"]["connected"], false);
    assert!(status["probes"].as_array().is_some_and(|probes| probes.len() == 8), "{status}");
    agent.signal("TERM");
    let output = agent.ended();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!node.folder.join("agent.sock").exists(), "the socket is removed");
    let (_, records) = node.records();
    let sequences: Vec<u32> = records.iter().map(|record| record.header.last.0).collect();
    assert_eq!(sequences, (1..=sequences.len()).map(|n| u32::try_from(n).expect("few")).collect::<Vec<_>>());
    let events = events(&records);
    assert_eq!(events.first(), Some(&Event::Started { before: None, machine: true }));
    assert_eq!(events.last(), Some(&Event::Stopping));
    assert_eq!(records.last().map(|record| record.header.kind), Some(Kind::Event), "Stopping is the last");
    let blocks = blocks(&records);
    let memory = Column::node(field::HOST_MEMORY_USED);
    assert!(blocks.iter().all(|block| block.newest(&memory).is_some()), "{blocks:?}");
    assert!(
        records
            .iter()
            .all(|record| record.header.report_within_s == 6 && record.header.boot == BootCounter(1))
    );
}

#[test]
fn an_agent_that_was_killed_goes_on_in_the_same_stream_and_says_that_only_it_restarted() {
    let node = Node::enrolled("killed");
    let agent = node.start();
    let before = waiting(&node.wait_for("has 3 records", |status| waiting(status) >= 3));
    agent.signal("KILL");
    let output = agent.ended();
    assert_eq!(output.status.code(), None, "{}", stderr(&output));
    let agent = node.start();
    node.wait_for("has more records", |status| waiting(status) > before);
    agent.signal("INT");
    assert_eq!(agent.ended().status.code(), Some(0));
    let (_, records) = node.records();
    let mut sequences: Vec<u32> = records.iter().map(|record| record.header.last.0).collect();
    let count = sequences.len();
    sequences.dedup();
    assert_eq!(sequences.len(), count, "no number is used twice");
    assert!(records.windows(2).all(|pair| pair[0].header.epoch == pair[1].header.epoch));
    let started = Event::Started { before: Some(BootCounter(1)), machine: false };
    assert!(events(&records).contains(&started), "{:?}", events(&records));
}

#[test]
fn an_agent_that_was_held_up_has_a_hole_and_no_burst() {
    let node = Node::enrolled("held");
    let agent = node.start();
    node.wait_for("has 3 records", |status| waiting(status) >= 3);
    agent.signal("STOP");
    // The pause is what is tested: 15 ticks.
    std::thread::sleep(Duration::from_millis(1_500));
    agent.signal("CONT");
    let status = node
        .wait_for("counts missed ticks", |status| status["report"]["missed_samples"].as_u64() >= Some(10));
    node.wait_for("reports again", |later| waiting(later) > waiting(&status));
    agent.signal("TERM");
    assert_eq!(agent.ended().status.code(), Some(0));
    let uptime = Column::node(field::HOST_MEMORY_USED);
    let (_, records) = node.records();
    for block in blocks(&records) {
        let readings =
            block.columns.iter().find(|(column, _)| *column == uptime).map(|(_, values)| values.len());
        assert_eq!(readings, Some(block.frames), "each frame has its own slot");
        assert!(block.frames <= 40, "{} frames", block.frames);
    }
}

#[test]
fn a_node_that_is_not_enrolled_says_what_to_do_and_begins_when_it_is() {
    let node = Node::new("later");
    let mut agent = node.start();
    let pipe = agent.0.as_mut().and_then(|child| child.stderr.take()).expect("piped");
    let mut log = std::io::BufReader::new(pipe);
    let mut first = String::new();
    log.read_line(&mut first).expect("text");
    assert!(first.contains("not enrolled") && first.contains("holdfast enrol"), "{first}");
    node.enrol();
    node.wait_for("has 2 records", |status| waiting(status) >= 2);
    agent.signal("TERM");
    assert_eq!(agent.ended().status.code(), Some(0));
    let mut rest = String::new();
    log.read_to_string(&mut rest).expect("text");
    assert!(!rest.contains("not enrolled"), "it is said once: {rest}");
}

#[test]
fn each_refusal_has_its_exit_code_and_names_what_to_change() {
    let refused = |node: &Node, subcommand: &str, code: i32, part: &str| {
        let output = node.command(subcommand).output().expect("built");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(part), "{part}: {}", stderr(&output));
    };
    let node = Node::enrolled("refusals");
    node.set_key_mode(0o644);
    refused(&node, "run", 1, "node.key may be read by others");
    node.set_key_mode(0o600);
    std::fs::write(node.folder.join("agent.sock"), "precious").expect("writable");
    refused(&node, "run", 1, "is no socket");
    std::fs::remove_file(node.folder.join("agent.sock")).expect("own file");
    std::fs::write(node.folder.join("agent.toml"), "[sample]\nsteps = \"1s\"\n").expect("writable");
    refused(&node, "run", 2, "steps");
    refused(&node, "check-config", 2, "steps");
    refused(&node, "fly", 2, "fly");
}

#[test]
fn a_second_agent_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let node = Node::enrolled("second");
    let agent = node.start();
    let before = waiting(&node.wait_for("has a record", |status| waiting(status) >= 1));
    let output = node.command("run").output().expect("built");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another process uses the spool's folder"), "{}", stderr(&output));
    node.wait_for("goes on", |status| waiting(status) > before);
    agent.signal("TERM");
    assert_eq!(agent.ended().status.code(), Some(0));
}

#[test]
fn systemd_is_told_ready_after_the_first_frame_pinged_while_it_samples_and_told_of_the_stop() {
    let node = Node::enrolled("systemd");
    let path = node.folder.join("notify.sock");
    let socket = UnixDatagram::bind(&path).expect("bound");
    socket.set_read_timeout(Some(BOUND)).expect("set");
    let mut command = node.command("run");
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "2000000").env_remove("WATCHDOG_PID");
    let agent = Agent(Some(command.spawn().expect("built")));
    let next = || {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).expect("told in time");
        String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned()
    };
    assert!(next().contains("READY=1"), "readiness comes first");
    assert!(
        node.status()
            .is_some_and(|status| status.pointer("/report/last_sample_age_ms").is_some_and(Value::is_u64))
    );
    for _ in 0..10 {
        assert!(next().contains("WATCHDOG=1"));
    }
    agent.signal("TERM");
    while !next().contains("STOPPING=1") {}
    assert_eq!(agent.ended().status.code(), Some(0));
}

#[test]
fn the_effective_configuration_is_printed() {
    let node = Node::new("printed");
    let output = node.command("check-config").output().expect("built");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("text");
    let path: &Path = &node.folder;
    assert!(
        text.contains("step = \"100ms\"") && text.contains(&path.join("spool").display().to_string()),
        "{text}"
    );
}

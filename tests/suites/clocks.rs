//! Clocks that are years wrong, and clocks that jump by years while everything runs: records keep their order and none is
//! missing, presence does not flap, and a node whose clock nobody has set gets through TLS at 1970 and at +10 years.
//!
//! The wall clock alone is shifted, by libfaketime in the shipped programs' own process; boot and monotonic time are the
//! kernel's. Skipped aloud where the package faketime is not installed.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_tests::controller::Controller;
use holdfast_tests::folder::Folder;
use holdfast_tests::history;
use holdfast_tests::http::Client;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;
use serde_json::Value;

use crate::stage::{SOON, word};

/// Where Debian puts it.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
/// How long each clock is left as it is: many reports at the fast pace.
const WHILE: Duration = Duration::from_secs(4);

/// A program whose wall clock a file shifts, read anew at each look.
struct Shifted {
    program: PathBuf,
    file: PathBuf,
}

impl Shifted {
    /// `None`, said aloud, where the library is not there.
    fn new(folder: &Path, name: &str, program: &Path, shift: &str) -> anyhow::Result<Option<Self>> {
        if !Path::new(LIBRARY).exists() {
            println!("skipped: {LIBRARY} is not there; install the package faketime");
            return Ok(None);
        }
        let (file, wrapper) = (folder.join(format!("{name}.shift")), folder.join(name));
        std::fs::write(
            &wrapper,
            format!(
                "#!/bin/sh\nexport LD_PRELOAD={LIBRARY} FAKETIME_TIMESTAMP_FILE={} FAKETIME_NO_CACHE=1\n\
                 export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1\nexec {} \"$@\"\n",
                file.display(),
                program.display()
            ),
        )?;
        std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))?;
        let shifted = Self { program: wrapper, file };
        shifted.set(shift)?;
        Ok(Some(shifted))
    }

    /// Shifts the clock: `+0`, `+3650d`, `-3650d`.
    fn set(&self, shift: &str) -> anyhow::Result<()> {
        // Renamed into place: a program that looks in between would read an empty file.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{shift}\n"))?;
        Ok(std::fs::rename(new, &self.file)?)
    }
}

/// Days from 1970 to now, so that shifting by them ends in 1970.
fn days_since_1970() -> anyhow::Result<u64> {
    Ok(std::time::UNIX_EPOCH.elapsed()?.as_secs() / 86_400)
}

/// The node's words seen for a while, as the API shows them.
fn words(client: &Client, node: &Node, during: Duration) -> anyhow::Result<BTreeSet<String>> {
    let path = format!("/api/v1/nodes/{}", node.identity()?.node);
    let (began, mut seen) = (Instant::now(), BTreeSet::new());
    while began.elapsed() < during {
        let page = client.get(&path)?;
        let state = page.pointer("/row/state").cloned().unwrap_or_default();
        let late = state.get("late").and_then(Value::as_bool) == Some(true);
        seen.insert(format!("{}{}", word(&state), if late { ", late" } else { "" }));
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(seen)
}

fn expect_no_flapping(what: &str, seen: &BTreeSet<String>) -> anyhow::Result<()> {
    let bad = seen
        .iter()
        .find(|word| word.starts_with("no_report") || word.starts_with("down") || word.ends_with("late"));
    anyhow::ensure!(bad.is_none() && !seen.is_empty(), "{what}: the node was shown as {seen:?}");
    println!("{what}: {seen:?}");
    Ok(())
}

fn wait_for_records(controller: &Controller, what: &str, more: u64) -> anyhow::Result<()> {
    let count = || history::record_count(&controller.data()).map_err(|error| format!("{error:#}"));
    let before = count().map_err(anyhow::Error::msg)?;
    wait_until(what, SOON, || {
        let now = count()?;
        if now >= before + more { Ok(()) } else { Err(format!("{before} before, {now} now")) }
    })
}

/// Every record of the stream is there, and blocks lie on the node's own scale in the order of their numbers.
fn expect_whole(controller: &Controller, node: &Node) -> anyhow::Result<()> {
    let stored = history::stored(&controller.data(), &node.identity()?.node.to_string())?;
    anyhow::ensure!(!stored.sequences.is_empty(), "nothing is stored");
    for (epoch, sequences) in &stored.sequences {
        let all: Vec<u32> = (1..=sequences.last().copied().unwrap_or(0)).collect();
        anyhow::ensure!(*sequences == all, "stream {epoch} has gaps: {sequences:?}");
    }
    let rows =
        history::rows(&controller.data(), "SELECT at_boot_ms FROM records WHERE kind = 1 ORDER BY key")?;
    let scale: Vec<u64> = rows.iter().flatten().map(|text| text.parse()).collect::<Result<_, _>>()?;
    anyhow::ensure!(scale.is_sorted(), "the node's own scale goes back: {scale:?}");
    Ok(())
}

#[test]
fn a_node_whose_clock_is_years_wrong_gets_in_and_its_records_keep_their_order() -> anyhow::Result<()> {
    let (folder, found) = (Folder::new("clocks-node")?, Programs::find()?);
    if Clock.read().synchronised {
        // A clock that the kernel calls synchronised is believed, and a believed clock at +10 years ends TLS, rightly.
        println!(
            "skipped: the kernel calls this machine's clock synchronised, so no shifted clock can pass for unset"
        );
        return Ok(());
    }
    let start = format!("-{}d", days_since_1970()?);
    let Some(clock) = Shifted::new(folder.path(), "agent", &found.agent, &start)? else { return Ok(()) };
    let programs = Programs { agent: clock.program.clone(), ..found };
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let (process, ports) = controller.start()?;
    let client = controller.sign_in(ports)?;
    let node = Node::new(&programs, &folder.path().join("node"))?;
    node.enrol(&client, "kharkiv-1", "UA-63")?;

    for (what, shift) in
        [("at 1970", start.as_str()), ("at +10 years", "+3650d"), ("at the right time", "+0")]
    {
        clock.set(shift)?;
        // Started anew at each: the handshake is judged by the wrong clock.
        let agent = node.start(Pace::FAST)?;
        wait_for_records(&controller, &format!("records of a node {what}"), 20)?;
        expect_no_flapping(what, &words(&client, &node, WHILE)?)?;
        agent.stop()?;
    }
    let agent = node.start(Pace::FAST)?;
    wait_for_records(&controller, "records before the jumps", 5)?;
    for shift in ["+3650d", &start, "+3650d", "+0"] {
        clock.set(shift)?;
        expect_no_flapping(&format!("after a jump to {shift}"), &words(&client, &node, WHILE)?)?;
        wait_for_records(&controller, "records after a jump", 10)?;
    }
    let log = agent.output();
    agent.stop()?;
    anyhow::ensure!(
        log.contains("1970-") || log.contains("2036-"),
        "the clock was not shifted at all:\n{log:.600}"
    );
    expect_whole(&controller, &node)?;
    let unset =
        history::rows(&controller.data(), "SELECT COUNT(*) FROM records WHERE received_ms < 1700000000000")?;
    anyhow::ensure!(unset == [["0"]], "the controller took the node's clock for its own: {unset:?}");
    process.stop()
}

#[test]
fn a_controller_whose_clock_jumps_by_years_keeps_its_words_and_its_records() -> anyhow::Result<()> {
    let (folder, found) = (Folder::new("clocks-controller")?, Programs::find()?);
    let Some(clock) = Shifted::new(folder.path(), "controller-program", &found.controller, "+0")? else {
        return Ok(());
    };
    let programs = Programs { controller: clock.program.clone(), ..found };
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let (mut process, ports) = controller.start()?;
    let client = controller.sign_in(ports)?;
    let node = Node::new(&programs, &folder.path().join("node"))?;
    node.enrol(&client, "kharkiv-1", "UA-63")?;
    let agent = node.start(Pace::FAST)?;
    wait_for_records(&controller, "records before the jumps", 5)?;
    words(&client, &node, WHILE)?;

    for shift in ["+3650d", "+0", "-3650d", "+0"] {
        clock.set(shift)?;
        wait_for_records(&controller, &format!("records after a jump to {shift}"), 10)?;
        anyhow::ensure!(process.ended()?.is_none(), "the controller ended:\n{}", process.tail());
        // A person's session may have ended in a future that did not come; signing in is possible under any clock.
        let client =
            controller.sign_in(ports).with_context(|| format!("signing in after a jump to {shift}"))?;
        expect_no_flapping(&format!("after a jump to {shift}"), &words(&client, &node, WHILE)?)?;
    }
    anyhow::ensure!(
        process.output().contains("wall clock was set"),
        "the jump is not told:\n{}",
        process.tail()
    );
    // With the right time again, a node that has to shake hands anew gets in.
    agent.stop()?;
    let agent = node.start(Pace::FAST)?;
    wait_for_records(&controller, "records of a new session", 10)?;
    agent.stop()?;
    expect_whole(&controller, &node)?;
    process.stop()
}

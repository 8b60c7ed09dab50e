//! A full disk, of the controller and of a node: nothing that was acknowledged is lost, each says what is wrong, and both
//! go on by themselves when there is room again.
//!
//! The disk is a small tmpfs, which only root may mount; skipped aloud where that is not allowed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use holdfast_tests::controller::Controller;
use holdfast_tests::folder::Folder;
use holdfast_tests::history;
use holdfast_tests::http::Client as Http;
use holdfast_tests::mqtt::{Client, Identity, good_record};
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;

use crate::stage::SOON;

/// PUBACK "implementation specific error": not now.
const NOT_NOW: u8 = 0x83;
/// Records sent into the full disk at most: SQLite's log grows by some 8 KiB a commit.
const TRIES_MAX: u32 = 3_000;

/// A small disk that goes with the test.
struct Disk(PathBuf);

impl Disk {
    /// `None`, said aloud, where this user may not mount one.
    fn mount(path: PathBuf, megabytes: u32) -> anyhow::Result<Option<Self>> {
        std::fs::create_dir_all(&path)?;
        let options = format!("size={megabytes}m,mode=0755");
        let output =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path).output()?;
        if !output.status.success() {
            println!(
                "skipped: no tmpfs can be mounted here: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
            return Ok(None);
        }
        Ok(Some(Self(path)))
    }

    /// Leaves not one block free.
    fn fill(&self) -> anyhow::Result<()> {
        let mut file = std::fs::File::options().create(true).append(true).open(self.0.join("filler"))?;
        for chunk in [vec![1; 64 * 1024], vec![1; 4_096], vec![1]] {
            while file.write_all(&chunk).is_ok() {}
        }
        Ok(())
    }

    fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.0.join("filler"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.0).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("could not unmount {}", self.0.display());
        }
    }
}

fn ready(http: &Http) -> anyhow::Result<u16> {
    Ok(http.request("GET", "/readyz", None)?.status)
}

#[test]
fn a_controller_on_a_full_disk_takes_nothing_says_so_and_goes_on_when_there_is_room() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("disk-controller")?, Programs::find()?);
    let Some(disk) = Disk::mount(folder.path().join("disk"), 24)? else { return Ok(()) };
    let controller = Controller::new(&programs, &disk.0.join("controller"), 0)?;
    let (mut process, ports) = controller.start()?;
    let http = controller.sign_in(ports)?;
    let node = Node::new(&programs, &folder.path().join("node"))?;
    node.enrol(&http, "kharkiv-1", "UA-63")?;
    let identity = Identity::of(&node)?;
    let mut client = Client::open(ports.mqtt, &identity)?;
    anyhow::ensure!(client.report(good_record(identity.node, 1, 1))? == 0, "the first record");

    disk.fill()?;
    let mut stored = 1;
    let refused =
        (2..TRIES_MAX).find_map(|sequence| match client.report(good_record(identity.node, 1, sequence)) {
            Ok(0) => {
                stored += 1;
                None
            }
            other => Some(other),
        });
    let reason = refused.context("the full disk took every record")??;
    anyhow::ensure!(reason == NOT_NOW, "a full disk was answered with {reason:#04x}");
    anyhow::ensure!(process.ended()?.is_none(), "the controller ended:\n{}", process.tail());
    // Pages are still read, and say that the controller doubts itself; readiness is gone.
    let health = http.get("/api/v1/health")?.to_string();
    anyhow::ensure!(health.contains("database"), "health does not name the database: {health}");
    anyhow::ensure!(process.output().contains("full"), "the log does not say that the disk is full");
    anyhow::ensure!(ready(&http)? == 503, "ready, and nothing can be stored");
    // A new ticket is refused in words, as what can be tried again.
    let answer = http.request("POST", "/api/v1/tickets", Some(&serde_json::json!({"site": "x"})))?;
    anyhow::ensure!(answer.status == 503, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));

    disk.free()?;
    // The session has lived through it; what was refused is sent again and stored.
    wait_until("a record to be stored again", SOON, || {
        match client.report(good_record(identity.node, 1, stored + 1)) {
            Ok(0) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })?;
    wait_until("the controller to be ready again", SOON, || match ready(&http) {
        Ok(200) => Ok(()),
        other => Err(format!("{other:?}")),
    })?;
    let count = history::record_count(&controller.data())?;
    anyhow::ensure!(count == u64::from(stored) + 1, "{} acknowledged, {count} stored", stored + 1);
    process.stop()?;
    // And the files are whole: it starts on them.
    controller.start()?.0.stop()
}

#[test]
fn a_controller_that_is_started_on_a_full_disk_says_so_and_starts_when_there_is_room() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("disk-start")?, Programs::find()?);
    let Some(disk) = Disk::mount(folder.path().join("disk"), 24)? else { return Ok(()) };
    let controller = Controller::new(&programs, &disk.0.join("controller"), 0)?;
    controller.start()?.0.stop()?;
    disk.fill()?;
    // Its output goes elsewhere: this disk takes none.
    let output = Command::new("timeout")
        .args(["10"])
        .arg(&programs.controller)
        .arg("run")
        .arg("--config")
        .arg(controller.config())
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    anyhow::ensure!(output.status.code() == Some(1), "{}:\n{text}", output.status);
    anyhow::ensure!(text.contains("full") || text.contains("No space left"), "{text}");
    anyhow::ensure!(text.contains("free"), "says nothing of what to do:\n{text}");
    disk.free()?;
    controller.start()?.0.stop()
}

#[test]
fn an_agent_on_a_full_disk_goes_on_and_spools_again_when_there_is_room() -> anyhow::Result<()> {
    let (folder, programs) = (Folder::new("disk-agent")?, Programs::find()?);
    let Some(disk) = Disk::mount(folder.path().join("disk"), 4)? else { return Ok(()) };
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let (process, ports) = controller.start()?;
    let http = controller.sign_in(ports)?;
    let node = Node::new(&programs, &disk.0.join("node"))?;
    node.enrol(&http, "kharkiv-1", "UA-63")?;
    let mut agent = node.start(Pace::FAST)?;
    let count = || history::record_count(&controller.data()).map_err(|error| format!("{error:#}"));
    let more_than = |least: u64| {
        move |count: u64| if count > least { Ok(count) } else { Err(format!("{count} records")) }
    };
    wait_until("first records", SOON, || count().and_then(more_than(5)))?;

    disk.fill()?;
    // First its memory holds what the disk does not take, then the oldest of it is counted as dropped.
    let dropped = |status: &serde_json::Value| {
        status.pointer("/spool/dropped_records").and_then(serde_json::Value::as_u64)
    };
    wait_until("the agent to count what it drops", SOON, || {
        let status = node.status().map_err(|error| format!("{error:#}"))?;
        if dropped(&status) > Some(0) { Ok(()) } else { Err(status.to_string()) }
    })?;
    anyhow::ensure!(agent.ended()?.is_none(), "the agent ended:\n{}", agent.tail());
    let log = agent.output();
    anyhow::ensure!(log.contains("No space left"), "the log does not say that the disk is full:\n{log}");

    disk.free()?;
    let before = count().map_err(anyhow::Error::msg)?;
    wait_until("records after there is room", SOON, || count().and_then(more_than(before + 5)))?;
    anyhow::ensure!(agent.ended()?.is_none(), "the agent ended:\n{}", agent.tail());
    agent.stop()?;
    process.stop()?;
    // Whatever did not fit is declared lost, not passed over: the stream has no gap.
    let stored = history::stored(&controller.data(), &node.identity()?.node.to_string())?;
    for (epoch, sequences) in &stored.sequences {
        let lost = stored.losses.get(epoch).cloned().unwrap_or_default();
        let last = sequences.iter().max().copied().unwrap_or(0);
        let missing = (1..=last).find(|sequence| {
            !sequences.contains(sequence)
                && !lost.iter().any(|lost| lost.first.0 <= *sequence && *sequence <= lost.last.0)
        });
        anyhow::ensure!(missing.is_none(), "record {missing:?} is neither stored nor declared lost");
    }
    Ok(())
}

/// The helper above must be able to fill a disk, else nothing here could fail.
#[test]
fn a_filled_disk_takes_nothing_more() -> anyhow::Result<()> {
    let folder = Folder::new("disk-control")?;
    let Some(disk) = Disk::mount(folder.path().join("disk"), 1)? else { return Ok(()) };
    let write = |path: &Path| std::fs::write(path, b"x");
    write(&disk.0.join("before"))?;
    disk.fill()?;
    anyhow::ensure!(write(&disk.0.join("after")).is_err(), "a full disk took a byte");
    disk.free()?;
    Ok(write(&disk.0.join("again"))?)
}

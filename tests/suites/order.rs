//! The order of durable steps, seen from outside: strace shows the commit's sync before PUBACK and ack leave, on the
//! shipped controller, and the record's sync before it leaves, on the shipped agent.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use holdfast_tests::node::Pace;
use holdfast_tests::process::Process;
use holdfast_tests::wait::wait_until;

use crate::stage::{SOON, Stage, word};

#[test]
fn the_commit_is_synced_before_the_ack_leaves() -> anyhow::Result<()> {
    let stage = Stage::new("order")?;
    let node = stage.node("order")?;
    let controller = stage.process.as_ref().context("a controller")?;
    let trace = stage.folder.path().join("controller.strace");
    let tracer = attach(controller.id(), &trace)?;
    let agent = node.start(Pace { sample_ms: 1_000, report_ms: 1_000 })?;
    stage.wait_for_state(&node, "a first report", SOON, |state| {
        word(state) == "ok" || word(state) == "degraded"
    })?;
    std::thread::sleep(Duration::from_secs(5));
    agent.stop()?;
    tracer.stop_tracing()?;
    let lines = std::fs::read_to_string(&trace)?;

    // On the node's connection: what comes in, then a sync of the history's log, then what goes out. A read of 100 bytes
    // and more is a record (an idle session's reads are smaller), a write after it is PUBACK with ack.
    let mut acknowledged = 0;
    let (mut record_waits, mut synced) = (false, false);
    for line in lines.lines() {
        if is_history_sync(line) {
            synced = true;
        } else if is_socket(line, "recvfrom") && transferred(line) >= 100 {
            (record_waits, synced) = (true, false);
        } else if is_socket(line, "sendto") && record_waits {
            anyhow::ensure!(synced, "an answer left before the sync: {line}");
            (record_waits, acknowledged) = (false, acknowledged + 1);
        }
    }
    anyhow::ensure!(
        acknowledged >= 3,
        "the trace shows only {acknowledged} acknowledged reads:\n{lines:.3000}"
    );
    Ok(())
}

struct Tracer {
    process: Process,
}

fn attach(id: u32, output: &Path) -> anyhow::Result<Tracer> {
    let mut command = Command::new("strace");
    command.args(["-f", "-yy", "-e", "trace=fsync,fdatasync,recvfrom,sendto,read,write,writev", "-o"]);
    command.arg(output).args(["-p", &id.to_string()]);
    let process = Process::start("strace", &mut command, &output.with_extension("log"))?;
    wait_until("strace to attach", SOON, || {
        if process.output().contains("attached") { Ok(()) } else { Err(process.output()) }
    })?;
    Ok(Tracer { process })
}

impl Tracer {
    fn stop_tracing(self) -> anyhow::Result<()> {
        // strace ends by the signal it was sent, which is its good order.
        self.process.signal(nix::sys::signal::Signal::SIGINT)?;
        let mut process = self.process;
        wait_until("strace to end", SOON, || match process.ended() {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("still running".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }
}

fn is_history_sync(line: &str) -> bool {
    (line.contains("fdatasync(") || line.contains("fsync(")) && line.contains("history.sqlite-wal")
}

fn is_socket(line: &str, call: &str) -> bool {
    let read = call == "recvfrom";
    let calls: &[&str] = if read { &["recvfrom(", "read("] } else { &["sendto(", "write(", "writev("] };
    calls.iter().any(|call| line.contains(call)) && line.contains("<TCP:[")
}

/// The result of a call.
fn transferred(line: &str) -> usize {
    line.rsplit_once(" = ")
        .and_then(|(_, result)| result.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

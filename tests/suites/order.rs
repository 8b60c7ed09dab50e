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

/// A read or write on the socket that is longer than this carries a record: an idle session's packets, acks and PUBACKs are
/// shorter, TLS included.
const RECORD_BYTES_MIN: usize = 120;
/// How long three records may take; a traced program on a loaded machine is slow.
const TRACED_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_record_is_synced_before_it_leaves_and_its_commit_before_the_ack_leaves() -> anyhow::Result<()> {
    let stage = Stage::alone("order")?;
    let node = stage.node("order")?;
    let agent = node.start(Pace { sample_ms: 500, report_ms: 1_000 })?;
    stage.wait_for_state(&node, "a first report", SOON, |state| {
        word(state) == "ok" || word(state) == "degraded"
    })?;
    // With its first report an agent says its serials too: two records of one sync. From then on each has its own.
    wait_until("reports of one record each", SOON, || {
        let status = node.status().map_err(|error| error.to_string())?;
        let number = |path: &str| status.pointer(path).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let (next, waiting) = (number("/spool/next_sequence"), number("/spool/waiting_records"));
        if next >= 6 && waiting <= 1 { Ok(()) } else { Err(format!("{next} is next, {waiting} wait")) }
    })?;
    let controller = stage.process.as_ref().context("a controller")?;
    let traces = [stage.folder.path().join("controller.strace"), stage.folder.path().join("agent.strace")];
    let [controller_trace, agent_trace] = &traces;
    let tracers = [attach(controller.id(), controller_trace)?, attach(agent.id(), agent_trace)?];
    let port = format!(":{}", stage.ports.mqtt);
    let acknowledged = || {
        synced_in_between(
            &std::fs::read_to_string(controller_trace)?,
            "history.sqlite-wal",
            |line| is_socket(line, Way::In, &port) && transferred(line) >= RECORD_BYTES_MIN,
            |line| is_socket(line, Way::Out, &port),
        )
    };
    // On the agent every record that leaves is followed by the next one's sync before that one leaves.
    let is_record = |line: &str| is_socket(line, Way::Out, &port) && transferred(line) >= RECORD_BYTES_MIN;
    let sent = || synced_in_between(&std::fs::read_to_string(agent_trace)?, ".seg", is_record, is_record);
    let enough =
        wait_until("three records in both traces", TRACED_WITHIN, || match (acknowledged(), sent()) {
            (Ok(acknowledged), Ok(sent)) if acknowledged >= 3 && sent >= 3 => Ok(Ok(())),
            (Ok(acknowledged), Ok(sent)) => {
                Err(format!("{acknowledged} at the controller, {sent} at the agent"))
            }
            // Something left before its sync: no waiting makes that right.
            (Err(error), _) | (_, Err(error)) => Ok(Err(error)),
        })?;
    for tracer in tracers {
        tracer.stop_tracing()?;
    }
    agent.stop()?;
    enough?;
    Ok(())
}

#[test]
fn a_trace_without_a_sync_in_between_is_found() {
    let trace = "1 read(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"\", 8192) = 400\n\
                 1 write(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"\", 40) = 40\n";
    let read = |line: &str| is_socket(line, Way::In, ":1");
    let written = |line: &str| is_socket(line, Way::Out, ":1");
    assert!(synced_in_between(trace, "history.sqlite-wal", read, written).is_err());
    let synced = trace.replace("1 write", "2 fdatasync(4</x/history.sqlite-wal>) = 0\n1 write");
    assert_eq!(synced_in_between(&synced, "history.sqlite-wal", read, written).expect("synced"), 1);
}

/// Between each line that `begins` and the next that `ends`, a file named `file` has to be synced. Answers how many such
/// pairs there were.
fn synced_in_between(
    trace: &str,
    file: &str,
    begins: impl Fn(&str) -> bool,
    ends: impl Fn(&str) -> bool,
) -> anyhow::Result<usize> {
    let (mut pairs, mut began, mut synced) = (0, false, false);
    for line in trace.lines() {
        if is_sync(line, file) {
            synced = true;
            continue;
        }
        if ends(line) && began {
            anyhow::ensure!(synced, "this left before {file} was synced: {line}");
            (pairs, began) = (pairs + 1, false);
        }
        if begins(line) {
            (began, synced) = (true, false);
        }
    }
    Ok(pairs)
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

/// A sync that has ended: strace writes an interrupted call in two lines, the second of which has the result.
fn is_sync(line: &str, file: &str) -> bool {
    line.contains("sync(") && line.contains(file) && !line.contains("unfinished")
        || line.contains("sync resumed>")
}

#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

/// A call that moved bytes on a connection of this port.
fn is_socket(line: &str, way: Way, port: &str) -> bool {
    let calls: &[&str] = match way {
        Way::In => &["recvfrom(", "read("],
        Way::Out => &["sendto(", "write(", "writev("],
    };
    let socket =
        line.split_once("<TCP:[").and_then(|(_, rest)| rest.split_once(']')).map_or("", |(ends, _)| ends);
    let ours = socket.split("->").any(|end| end.ends_with(port));
    ours && transferred(line) > 0 && calls.iter().any(|call| line.contains(call))
}

/// The result of a call.
fn transferred(line: &str) -> usize {
    line.rsplit_once(" = ")
        .and_then(|(_, result)| result.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

//! The shipped agent on this machine: how large it is, what it takes, what it sends.
//!
//! Enters: minutes. Leaves: a table. The agent is built alone in the profile that ships, so that no other package's features
//! are in it; it is enrolled by a real ticket, reads the machine by its real probes each 10 s and reports each minute.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::programs::{Programs, repository};
use serde_json::Value;

use super::gauge::{self, float, thousands};
use super::stage::Stage;

/// The defaults of a shipped agent.
const PACE: Pace = Pace { sample_ms: 10_000, report_ms: 60_000 };
/// Between two looks, so that an agent that ended is noticed.
const LOOK: Duration = Duration::from_secs(1);

/// Measures and prints.
///
/// # Errors
/// When the agent cannot be built, or ends.
pub(crate) fn run(data: &Path, minutes: u16) -> anyhow::Result<()> {
    let program = build()?;
    let size = std::fs::metadata(&program)?.len();
    let mut stage = Stage::new(data, "agent")?;
    let programs = Programs { agent: program, ..stage.programs.clone() };
    let node = Node::new(&programs, &stage.folder.join("node"))?;
    node.enrol(&stage.client, "Here", "")?;
    let mut process = node.start(PACE)?;
    let begin = Instant::now();
    let length = Duration::from_secs(u64::from(minutes) * 60);
    while begin.elapsed() < length {
        if let Some(status) = process.ended()? {
            anyhow::bail!("the agent ended with {status}:\n{}", process.tail());
        }
        std::thread::sleep(LOOK);
    }
    let resident = gauge::resident(process.id())?;
    let spent = gauge::processor(process.id())?;
    let hours = begin.elapsed().as_secs_f64() / 3_600.0;
    let status = node.status()?;
    let mib = |kib: u64| format!("{:.2} MiB", float(kib) / 1024.0);
    println!(
        "`cargo build --profile dist -p holdfast-agent`, {minutes} minutes, sampling 10 s, reports 60 s.\n"
    );
    println!("| | target | measured |\n|---|---:|---:|");
    println!("| stripped binary | 3.5 MB | {:.2} MB |", float(size) / 1e6);
    println!("| resident (VmRSS) | 5 MiB | {} |", mib(resident.all_kib));
    println!("| of it heap and stacks | | {} |", mib(resident.own_kib));
    println!("| of it the program's file | | {} |", mib(resident.file_kib));
    println!("| most it was (VmHWM) | | {} |", mib(resident.peak_kib));
    println!("| processor time an hour | 2 s | {:.2} s |", spent.as_secs_f64() / hours);
    let bytes = status.get("bytes").and_then(Value::as_object).context("a status without bytes")?;
    for (cause, count) in bytes {
        let Some(count) = count.as_u64().filter(|count| *count > 0) else { continue };
        let name = cause.trim_end_matches("_bytes");
        if name == "handshake" || name == "status" {
            println!("| {name}, once a session | | {} B |", thousands(float(count)));
        } else {
            println!("| {name}, an hour | | {} B |", thousands(float(count) / hours));
        }
    }
    process.stop()?;
    stage.stop()
}

/// Builds the agent alone, and takes the path that cargo reports.
fn build() -> anyhow::Result<PathBuf> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--profile",
            "dist",
            "-p",
            "holdfast-agent",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(repository())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("running cargo build")?;
    anyhow::ensure!(output.status.success(), "cargo build failed; its words are above");
    let text = String::from_utf8_lossy(&output.stdout);
    let reported = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut path = reported.filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)));
    path.next_back().context("cargo built no program")
}

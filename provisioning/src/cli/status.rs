//! `holdfast status`: what the agent on this machine says of itself.
//!
//! Enters: one JSON line from the agent's socket. Leaves: a page of at most 80 columns, or the same JSON. Fields that this
//! version does not know are passed over; what is missing is left out, never made up.

use std::path::Path;
use std::time::Duration;

use holdfast_protocol::ids::NodeId;
use holdfast_provisioning::words;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::args::Status;
use super::failure::{Exit, Failure};
use super::patience::{refused, until_it_listens};
use super::terminal::{Terminal, Tone};

/// How long the agent may take; it answers from memory.
const LIMIT: Duration = Duration::from_secs(5);
/// Longest answer: a few kilobytes with 30 probes.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
/// The shape this version knows.
const SCHEMA: u64 = 1;

pub(crate) async fn run(arguments: &Status, terminal: &Terminal) -> Result<(), Failure> {
    let text = read(&arguments.socket, terminal).await?;
    let status: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::new(Exit::CannotTell, "the agent's answer is not JSON").why(error.to_string())
    })?;
    if arguments.json.json {
        return terminal.print(text.trim_end());
    }
    if status.get("schema").and_then(Value::as_u64) != Some(SCHEMA) {
        return Err(Failure::new(Exit::CannotTell, "the agent speaks another version of its status")
            .todo("use a `holdfast` of the agent's version, or --json"));
    }
    terminal.print(&page(&status, *terminal).join("\n"))
}

async fn read(socket: &Path, terminal: &Terminal) -> Result<String, Failure> {
    let unreachable = |error: std::io::Error| {
        Failure::new(Exit::Unreachable, format!("the agent does not answer on {}", socket.display()))
            .why(error.to_string())
            .todo("check that it runs: systemctl status holdfast-agent; another socket: --socket PATH")
    };
    // An agent makes its socket in a folder that is there before it: without the folder none was started.
    let folder = socket.parent().is_some_and(Path::exists);
    let starting =
        |error: &std::io::Error| refused(error) || (folder && error.kind() == std::io::ErrorKind::NotFound);
    let who = format!("The agent of {}", socket.display());
    let ask = async || {
        let asked = async {
            let mut text = String::new();
            let stream = UnixStream::connect(socket).await?;
            stream.take(ANSWER_BYTES_MAX).read_to_string(&mut text).await?;
            Ok(text)
        };
        timeout(LIMIT, asked).await.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
    };
    until_it_listens(terminal, &who, starting, ask).await.map_err(unreachable)
}

/// The page of ui.md's drawing, as far as the agent has the fields.
fn page(status: &Value, terminal: Terminal) -> Vec<String> {
    let number = |path: &str| status.pointer(path).and_then(Value::as_u64);
    let age = |path: &str| number(path).map(|ms| words::age(ms / 1000));
    let node = status
        .get("node")
        .and_then(Value::as_str)
        .and_then(|id| id.parse::<NodeId>().ok())
        .map_or_else(|| "not enrolled".to_owned(), NodeId::shown);
    let up = age("/up_ms").unwrap_or_else(|| "not known".to_owned());
    let connected = status.pointer("/link/connected").and_then(Value::as_bool) == Some(true);
    let failing: Vec<&Value> = status
        .get("probes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|probe| probe.get("failing").and_then(Value::as_bool) == Some(true))
        .collect();
    let word = match (connected, failing.is_empty()) {
        (true, true) => terminal.tinted("OK", Tone::Good),
        (true, false) => terminal.tinted("DEGRADED", Tone::Warn),
        (false, _) => terminal.tinted("NOT CONNECTED", Tone::Bad),
    };
    let mut reports = Vec::new();
    reports.extend(age("/report/last_age_ms").map(|age| format!("last report made {age} ago")));
    reports.extend(age("/link/last_ack_age_ms").map(|age| format!("acknowledged {age} ago")));
    reports.extend(age("/report/next_in_ms").map(|age| format!("next in {age}")));
    let mut lines = vec![
        format!("{:<51}node {node}  up {up}", "holdfast status"),
        format!("{word}   {}", reports.join(", ")),
        String::new(),
        line("Controller", &controller(status)),
    ];
    if let Some(waiting) = number("/spool/waiting_records") {
        let size =
            number("/spool/waiting_bytes").map_or_else(String::new, |size| format!(" ({})", bytes(size)));
        let room = number("/spool/room_bytes")
            .map_or_else(String::new, |room| format!("; room for {}", bytes(room)));
        lines.push(line("Backlog", &format!("{waiting} waiting{size}{room}")));
    }
    if let Some(lost) = number("/spool/lost_records").filter(|lost| *lost > 0) {
        lines.push(line("Lost", &format!("{lost} records, for want of room")));
    }
    lines.extend(data_used(status).map(|used| line("Data used", &used)));
    lines.push(line("Clock", &clock(status)));
    let warnings = if failing.is_empty() { "none".to_owned() } else { failing.len().to_string() };
    lines.push(line("Warnings", &warnings));
    for probe in failing {
        let text = |name: &str| probe.get(name).and_then(Value::as_str).unwrap_or("?");
        lines.push(format!("  WARN  probe {}: {}", text("name"), text("why")));
    }
    lines
}

fn controller(status: &Value) -> String {
    let link = |name: &str| status.get("link").and_then(|link| link.get(name));
    let age = |name: &str| link(name).and_then(Value::as_u64).map(|ms| words::age(ms / 1000));
    if link("connected").and_then(Value::as_bool) == Some(true) {
        let since = age("connected_for_ms").map_or_else(String::new, |age| format!(" for {age}"));
        let rtt = link("rtt_us").and_then(Value::as_u64).map_or_else(String::new, |rtt_us| {
            format!(", {}.{} ms round trip", rtt_us / 1000, rtt_us % 1000 / 100)
        });
        return format!("connected{since}{rtt}");
    }
    let since = age("down_for_ms").map_or_else(String::new, |age| format!(" for {age}"));
    let cause = link("down_cause")
        .and_then(Value::as_str)
        .map_or_else(String::new, |cause| format!(": {}", cause.replace('_', " ")));
    format!("not connected{since}{cause}")
}

fn clock(status: &Value) -> String {
    let clock = |name: &str| status.get("clock").and_then(|clock| clock.get(name));
    if clock("synchronised").and_then(Value::as_bool) == Some(true) {
        let error = clock("error_ms").and_then(Value::as_u64);
        error.map_or_else(|| "set".to_owned(), |error_ms| format!("set, +/- {error_ms} ms"))
    } else {
        "not set since the start; reports are ordered by counters".to_owned()
    }
}

fn data_used(status: &Value) -> Option<String> {
    let account = status.get("bytes")?.as_object()?;
    let received = account.get("received_bytes").and_then(Value::as_u64)?;
    let sent: u64 = account
        .iter()
        .filter(|(name, _)| *name != "received_bytes")
        .filter_map(|(_, value)| value.as_u64())
        .sum();
    Some(format!("Holdfast itself: {} sent, {} received since its start", bytes(sent), bytes(received)))
}

/// Decimal units, as data is sold.
fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    match UNITS.into_iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", count / size, count % size * 10 / size),
        None => format!("{count} B"),
    }
}

fn line(name: &str, value: &str) -> String {
    format!(" {name:<13}{value}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::cli::args::Arguments;

    fn plain() -> Terminal {
        let arguments = Arguments::parse_from(["holdfast", "--color", "never", "status"]);
        Terminal::new(&arguments.common)
    }

    #[test]
    fn a_healthy_agent_is_one_page_of_eighty_columns() {
        let status = json!({
            "schema": 1, "node": "7k2m9qxd", "up_ms": 525_600_000_u64,
            "clock": {"synchronised": true, "wall_ms": 1, "error_ms": 4},
            "report": {"last_age_ms": 40_000, "next_in_ms": 20_000},
            "probes": [{"name": "host", "failing": false, "why": null}],
            "link": {"connected": true, "connected_for_ms": 11_520_000, "rtt_us": 41_250, "last_ack_age_ms": 38_000},
            "spool": {"waiting_records": 0, "waiting_bytes": 0, "room_bytes": 1_250_000_000_u64, "lost_records": 0},
            "bytes": {"records_bytes": 9_800_000, "ping_bytes": 4, "received_bytes": 1200},
        });
        let lines = page(&status, plain());
        let wanted = [
            "holdfast status                                    node 7K2M-9QXD  up 6 d 2 h",
            "OK   last report made 40 s ago, acknowledged 38 s ago, next in 20 s",
            "",
            " Controller   connected for 3 h 12 min, 41.2 ms round trip",
            " Backlog      0 waiting (0 B); room for 1.2 GB",
            " Data used    Holdfast itself: 9.8 MB sent, 1.2 kB received since its start",
            " Clock        set, +/- 4 ms",
            " Warnings     none",
        ];
        assert_eq!(lines, wanted);
        assert!(lines.iter().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn a_dark_link_a_failing_probe_and_lost_records_are_said() {
        let status = json!({
            "schema": 1, "node": "7k2m9qxd",
            "link": {"connected": false, "down_for_ms": 90_000, "down_cause": "no_route"},
            "probes": [{"name": "host", "failing": true, "why": "cannot read /proc/stat"}],
            "spool": {"waiting_records": 7, "lost_records": 3},
        });
        let text = page(&status, plain()).join("\n");
        for part in [
            "NOT CONNECTED",
            "not connected for 1 min: no route",
            "7 waiting",
            "Lost         3 records",
            "WARN  probe host: cannot read /proc/stat",
            "not set since the start",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn an_answer_with_nothing_in_it_still_makes_a_page() {
        assert!(page(&json!({"schema": 1}), plain())[0].contains("not enrolled"));
    }
}

//! A history of months: how fast hours are rolled up and old records go, and how long charts of each range take.
//!
//! Enters: nodes, days, requests. Leaves: two tables. The records come the usual way, over mutual TLS, then the controller is
//! started anew and does its rolling up and deleting as it does every day. Charts are asked for over the JSON API.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_agent::clock::Clock;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_tests::http::Client;
use tokio::task::JoinSet;

use super::gauge::{at, float, thousands};
use super::load::{self, Connection, Counts, Until};
use super::payload::{Bodies, Source};
use super::stage::Stage;

/// Records under way on one connection.
const WINDOW: usize = 64;
/// Records of a day, one a minute.
const A_DAY: u32 = 1_440;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Nothing has changed for so long: the work is done.
const QUIET: Duration = Duration::from_secs(20);
/// Longest wait for it.
const LIMIT: Duration = Duration::from_secs(1_800);
/// What charts are asked of: one column that moves.
const FIELD: &str = "host_cpu_busy_percent";
/// Points of a chart, as the pages ask for.
const POINTS: u32 = 240;

/// The work as `/metrics` tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Work {
    waiting: f64,
    rolled: f64,
    deleted: f64,
}

/// Measures and prints.
///
/// # Errors
/// When the controller cannot be started, refuses a record, or does not come to an end.
pub(crate) async fn run(data: &Path, nodes: u16, days: u16, requests: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(data, "history")?;
    let members = load::enrol(&stage.client, usize::from(nodes), usize::from(nodes)).await?;
    let bodies = Arc::new(Bodies::new(1)?);
    let last = Sequence(u32::from(days) * A_DAY);
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for member in &members {
        let mut connection = Connection::open(member, stage.ports.mqtt).await?;
        let mut source = Source::since(member.node, u64::from(days) * 86_400_000);
        let bodies = Arc::clone(&bodies);
        tasks.spawn(async move {
            let total = AtomicU64::new(0);
            let until = Until::Sequence(last);
            load::pour(&mut connection, &mut source, &bodies, WINDOW, Counts::Ack, &total, until).await?;
            connection.close().await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let records = u64::from(nodes) * u64::from(last.0);
    let stored = begin.elapsed();
    let before = look(&stage.client)?;
    let size = std::fs::metadata(stage.data().join("history.sqlite"))?.len();
    stage.stop()?;
    stage.start()?;
    let client = Client::new(stage.ports.http).with_token(stage.client.token().context("no token")?);
    let (work, took) = settled(&client).await?;
    println!(
        "{nodes} nodes, {days} days of a record a minute, six frames each: {} records, stored in {:.0} s, {} MB of history.\n",
        thousands(float(records)),
        stored.as_secs_f64(),
        thousands(float(size) / 1e6)
    );
    println!("| work | done | in | a second |\n|---|---:|---:|---:|");
    let seconds = took.as_secs_f64().max(0.001);
    for (name, count) in [("hours rolled up after the restart", work.rolled), ("rows deleted", work.deleted)]
    {
        println!("| {name} | {} | {seconds:.0} s | {} |", thousands(count), thousands(count / seconds));
    }
    println!("\nWhile the records came, {} hours had been rolled up already.\n", thousands(before.rolled));
    let ids: Vec<NodeId> = members.iter().map(|member| member.node).collect();
    charts(&client, &ids, days, requests).await?;
    stage.stop()
}

async fn charts(client: &Client, ids: &[NodeId], days: u16, requests: u16) -> anyhow::Result<()> {
    println!("| chart of | p50 | p99 | slowest |\n|---|---:|---:|---:|");
    for (name, range_ms) in [
        ("1 h", DAY_MS / 24),
        ("24 h", DAY_MS),
        ("7 d", 7 * DAY_MS),
        ("30 d", 30 * DAY_MS),
        ("90 d", 90 * DAY_MS),
    ] {
        if range_ms > i64::from(days) * DAY_MS {
            continue;
        }
        let (client, ids) = (client.clone(), ids.to_vec());
        let took = tokio::task::spawn_blocking(move || {
            let mut took = Vec::new();
            for (_, id) in (0..requests).zip(ids.iter().cycle()) {
                let to = Clock.read().wall.0;
                let from = to - range_ms;
                let path =
                    format!("/api/v1/nodes/{id}/history?field={FIELD}&from={from}&to={to}&points={POINTS}");
                let begin = Instant::now();
                let answer = client.get(&path)?;
                took.push(begin.elapsed().as_secs_f64() * 1e3);
                let points = answer.get("points").and_then(|points| points.as_array()).map_or(0, Vec::len);
                anyhow::ensure!(points > 10, "{path}: {points} points");
            }
            anyhow::Ok(took)
        })
        .await??;
        println!(
            "| {name} | {:.1} ms | {:.1} ms | {:.1} ms |",
            at(&took, 0.5),
            at(&took, 0.99),
            at(&took, 1.0)
        );
    }
    Ok(())
}

/// Waits until nothing waits and nothing more goes; the time is that of the last change.
async fn settled(client: &Client) -> anyhow::Result<(Work, Duration)> {
    let begin = Instant::now();
    let mut seen = look(client)?;
    let mut changed = begin;
    while begin.elapsed() < LIMIT {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = look(client)?;
        if now != seen {
            (seen, changed) = (now, Instant::now());
        }
        if changed.elapsed() >= QUIET && now.waiting < 1.0 + f64::EPSILON {
            return Ok((seen, changed.duration_since(begin)));
        }
    }
    anyhow::bail!("after {LIMIT:?} the history is still worked on: {seen:?}")
}

fn look(client: &Client) -> anyhow::Result<Work> {
    let answer = client.request("GET", "/metrics", None)?;
    let text = String::from_utf8(answer.body)?;
    let value = |name: &str| -> anyhow::Result<f64> {
        let line = text.lines().find(|line| !line.starts_with('#') && line.contains(name));
        let line = line.with_context(|| format!("/metrics has no {name}"))?;
        Ok(line.rsplit(' ').next().context("a line without a value")?.parse()?)
    };
    Ok(Work {
        waiting: value("history_hours_waiting")?,
        rolled: value("history_hours_rolled_total")?,
        deleted: value("history_rows_deleted_total")?,
    })
}

//! Records a second that the controller acknowledges after their commit, and what mosquitto takes in the same run.
//!
//! Enters: connections, seconds, rounds. Leaves: a table. Both servers get the same records over the same mutual TLS from the
//! same process, by turns. No ratio is promised: mosquitto stores nothing, the controller judges, stores and syncs. The load
//! shares the machine with the server it measures.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::gauge::{self, float, median, thousands};
use super::load::{self, Connection, Counts, Member, Until};
use super::mosquitto::{self, Mosquitto};
use super::payload::{Bodies, Source};
use super::stage::Stage;

/// Records under way on one connection: the receive maximum that the controller grants.
const WINDOW: usize = 64;
/// Not counted, at the beginning of each measurement.
const WARM_UP: Duration = Duration::from_secs(2);

/// Longest wait for what mosquitto holds for its subscriber: its queue of a million is some ten seconds.
const DRAIN_LIMIT: Duration = Duration::from_secs(60);

/// One measurement.
#[derive(Debug, Clone, Copy)]
struct Measured {
    per_s: f64,
    delivered_per_s: f64,
    processor_us: f64,
}

/// A server and who speaks to it.
#[derive(Debug)]
struct Target {
    port: u16,
    id: u32,
    counts: Counts,
    /// What a subscriber has taken, where there is one.
    delivered: Option<Arc<AtomicU64>>,
    /// One a member; its sequences go on from round to round.
    sources: Vec<Source>,
}

/// Measures and prints.
///
/// # Errors
/// When a server cannot be started, or refuses a record.
pub(crate) async fn run(data: &Path, connections: u16, seconds: u16, rounds: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(data, "ingest")?;
    let mut members = load::enrol(&stage.client, usize::from(connections) + 1, 10).await?;
    let listener = members.pop().context("nobody enrolled")?;
    let bodies = Arc::new(Bodies::new(1)?);
    let (least, most) = bodies.sizes();
    let peer = Mosquitto::start(&stage.folder.join("mosquitto"), &stage.data().join("keys"))?;
    let delivered = match &peer {
        Some(peer) => Some(mosquitto::subscribe(&listener, peer.port)?),
        None => None,
    };
    let sources = || members.iter().map(|member| Source::new(member.node)).collect();
    let mut ours = Target {
        port: stage.ports.mqtt,
        id: stage.id()?,
        counts: Counts::Ack,
        delivered: None,
        sources: sources(),
    };
    let mut theirs = peer.as_ref().map(|peer| Target {
        port: peer.port,
        id: peer.id(),
        counts: Counts::Puback,
        delivered: delivered.clone(),
        sources: sources(),
    });
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        here.push(measure(&members, &mut ours, &bodies, seconds).await?);
        if let Some(theirs) = &mut theirs {
            there.push(measure(&members, theirs, &bodies, seconds).await?);
            delivery_ends(delivered.as_deref()).await?;
        }
    }
    println!(
        "{connections} connections over mutual TLS, {WINDOW} records under way on each, records of {least} to {most} bytes, \
         {rounds} x {seconds} s by turns.\n"
    );
    println!("| | records/s, median | each round | processor time a record |\n|---|---:|---|---:|");
    row("**controller**, acknowledged after the commit's sync", &here);
    if there.is_empty() {
        println!("\nmosquitto is not installed here (Debian: apt install mosquitto): left out.");
    } else {
        row("mosquitto, one subscriber of QoS 1, nothing stored", &there);
    }
    let stored: u64 = ours.sources.iter().map(|source| u64::from(source.upcoming().0) - 1).sum();
    println!("\nAll {} records were acknowledged, none is missing.", thousands(float(stored)));
    if let (Some(delivered), Some(theirs)) = (delivered, &theirs) {
        let sent: u64 = theirs.sources.iter().map(|source| u64::from(source.upcoming().0) - 1).sum();
        let rates: Vec<f64> = there.iter().map(|round| round.delivered_per_s).collect();
        println!(
            "mosquitto delivered {} records/s (median) to its subscriber, in the end {} of {}; it drops what its queue does \
             not hold.",
            thousands(median(&rates)),
            thousands(float(delivered.load(Ordering::Relaxed))),
            thousands(float(sent))
        );
    }
    if let Some(peer) = peer {
        peer.stop()?;
    }
    stage.stop()
}

fn row(name: &str, rounds: &[Measured]) {
    let rates: Vec<f64> = rounds.iter().map(|round| round.per_s).collect();
    let costs: Vec<f64> = rounds.iter().map(|round| round.processor_us).collect();
    let each = rates.iter().map(|rate| thousands(*rate)).collect::<Vec<_>>().join(" · ");
    println!("| {name} | {} | {each} | {:.0} µs |", thousands(median(&rates)), median(&costs));
}

/// Waits until the subscriber has what the broker still held, so that the next measurement is not slowed by it.
async fn delivery_ends(delivered: Option<&AtomicU64>) -> anyhow::Result<()> {
    let Some(delivered) = delivered else { return Ok(()) };
    let until = Instant::now() + DRAIN_LIMIT;
    let mut seen = delivered.load(Ordering::Relaxed);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = delivered.load(Ordering::Relaxed);
        if now == seen {
            return Ok(());
        }
        seen = now;
    }
    anyhow::bail!("mosquitto still delivers after {DRAIN_LIMIT:?}")
}

async fn measure(
    members: &[Member],
    target: &mut Target,
    bodies: &Arc<Bodies>,
    seconds: u16,
) -> anyhow::Result<Measured> {
    let mut open = Vec::new();
    for member in members {
        open.push(Connection::open(member, target.port).await?);
    }
    let total = Arc::new(AtomicU64::new(0));
    let begin = Instant::now() + WARM_UP;
    let until = begin + Duration::from_secs(u64::from(seconds));
    let mut tasks = JoinSet::new();
    for (mut connection, mut source) in open.into_iter().zip(target.sources.drain(..)) {
        let (bodies, total, counts) = (Arc::clone(bodies), Arc::clone(&total), target.counts);
        tasks.spawn(async move {
            load::pour(&mut connection, &mut source, &bodies, WINDOW, counts, &total, Until::Time(until))
                .await?;
            connection.close().await?;
            anyhow::Ok(source)
        });
    }
    tokio::time::sleep_until(begin).await;
    let taken = || target.delivered.as_ref().map_or(0, |delivered| delivered.load(Ordering::Relaxed));
    let (first, first_taken, spent) = (total.load(Ordering::Relaxed), taken(), gauge::processor(target.id)?);
    let started = Instant::now();
    tokio::time::sleep_until(until).await;
    let records = float(total.load(Ordering::Relaxed) - first);
    let delivered = float(taken() - first_taken);
    let spent = gauge::processor(target.id)?.saturating_sub(spent);
    let took = started.elapsed();
    while let Some(source) = tasks.join_next().await {
        target.sources.push(source??);
    }
    // They end in any order; each has to go on with its own node.
    let place = |source: &Source| members.iter().position(|member| member.node == source.node());
    target.sources.sort_unstable_by_key(place);
    Ok(Measured {
        per_s: records / took.as_secs_f64(),
        delivered_per_s: delivered / took.as_secs_f64(),
        processor_us: spent.as_secs_f64() * 1e6 / records.max(1.0),
    })
}

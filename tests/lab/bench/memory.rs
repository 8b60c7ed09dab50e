//! What a connected node that says nothing costs the controller's memory, and mosquitto's.
//!
//! Enters: how many nodes. Leaves: a table. Before: a controller that has just started and knows the nodes. After: all are
//! connected over mutual TLS and each has sent one record, which its state in memory and one commit's buffers are of too.
//! Each round begins with the same files.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::gauge::{self, float, median};
use super::load::{self, Member};
use super::mosquitto::Mosquitto;
use super::payload::Bodies;
use super::stage::Stage;

/// Between the last record and the look: sessions have shrunk what they held.
const SETTLE: Duration = Duration::from_secs(5);

/// One measurement, in KiB.
#[derive(Debug, Clone, Copy)]
struct Measured {
    before_kib: u64,
    after_kib: u64,
}

/// Measures and prints.
///
/// # Errors
/// When a server cannot be started, or refuses a node.
pub(crate) async fn run(data: &Path, nodes: u16, rounds: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(data, "memory")?;
    // Started again: hashing the administrator's password took memory that the figure is not about.
    stage.stop()?;
    stage.start()?;
    tokio::time::sleep(SETTLE).await;
    let empty = gauge::resident(stage.id()?)?.all_kib;
    let members = load::enrol(&stage.client, usize::from(nodes), usize::from(nodes / 4)).await?;
    let bodies = Arc::new(Bodies::new(1)?);
    stage.stop()?;
    let kept = stage.folder.join("enrolled");
    copy(&stage.data(), &kept)?;
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let folder = stage.folder.join("mosquitto");
    for _ in 0..rounds {
        std::fs::remove_dir_all(stage.data())?;
        copy(&kept, &stage.data())?;
        stage.start()?;
        here.push(measure(&members, stage.ports.mqtt, stage.id()?, &bodies).await?);
        stage.stop()?;
        if let Some(peer) = Mosquitto::start(&folder, &kept.join("keys"))? {
            there.push(measure(&members, peer.port, peer.id(), &bodies).await?);
            peer.stop()?;
        }
    }
    println!("{nodes} nodes connected over mutual TLS, one record each, then silent; {rounds} rounds.\n");
    println!("| | before | with all connected | a node, median | each round |\n|---|---:|---:|---:|---|");
    row("**controller**", &here, nodes);
    if there.is_empty() {
        println!("\nmosquitto is not installed here (Debian: apt install mosquitto): left out.");
    } else {
        row("mosquitto, without a subscriber", &there, nodes);
    }
    let known: Vec<f64> = here.iter().map(|round| float(round.before_kib)).collect();
    let known = (median(&known) - float(empty)) / f64::from(nodes);
    println!(
        "\nA controller without nodes: {:.1} MiB. A node it knows that is not connected: {:.1} KiB.",
        float(empty) / 1024.0,
        known.max(0.0)
    );
    Ok(())
}

fn row(name: &str, rounds: &[Measured], nodes: u16) {
    let of = |field: fn(&Measured) -> f64| rounds.iter().map(field).collect::<Vec<f64>>();
    let each_node =
        |round: &Measured| float(round.after_kib.saturating_sub(round.before_kib)) / f64::from(nodes);
    let nodes: Vec<f64> = rounds.iter().map(each_node).collect();
    let each = nodes.iter().map(|kib| format!("{kib:.1}")).collect::<Vec<_>>().join(" · ");
    println!(
        "| {name} | {:.1} MiB | {:.1} MiB | {:.1} KiB | {each} |",
        median(&of(|round| float(round.before_kib))) / 1024.0,
        median(&of(|round| float(round.after_kib))) / 1024.0,
        median(&nodes)
    );
}

async fn measure(members: &[Member], port: u16, id: u32, bodies: &Arc<Bodies>) -> anyhow::Result<Measured> {
    tokio::time::sleep(SETTLE).await;
    let before = gauge::resident(id)?;
    let open = load::connect(members, port, bodies).await?;
    tokio::time::sleep(SETTLE).await;
    let after = gauge::resident(id)?;
    for connection in open {
        connection.close().await?;
    }
    Ok(Measured { before_kib: before.all_kib, after_kib: after.all_kib })
}

/// Copies a folder with its folders and the permissions of its files.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

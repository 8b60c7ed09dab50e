//! Acknowledged means durable, stored exactly once: programs are killed at random moments under load, and both sides
//! are counted.
//!
//! kill -9 leaves the page cache alone; the spool on a disk that forgets, and the order of sync and acknowledgement, are
//! tested where they live (`agent/src/spool`, `controller/src/ingest`) and by [`crate::order`].

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_protocol::lost::Reason;
use holdfast_tests::controller::Controller;
use holdfast_tests::folder::Folder;
use holdfast_tests::history;
use holdfast_tests::http::Client;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;

/// Agents that report at the same time; each makes ten records a second.
const AGENTS: usize = 16;
/// Records that have to be acknowledged between two kills.
const BETWEEN: u64 = 100;
/// Kills of the controller, and as many of agents.
const KILLS: usize = 100;

#[test]
fn a_hundred_kills_of_controller_and_agents_lose_nothing_and_double_nothing() -> anyhow::Result<()> {
    let kills = std::env::var("HOLDFAST_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?;
    let seed = std::env::var("HOLDFAST_SEED").ok().map_or(Ok(fastrand::u64(..)), |seed| seed.parse())?;
    println!("HOLDFAST_SEED={seed} HOLDFAST_KILLS={kills}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Folder::new("kills")?;
    let programs = Programs::find()?;
    let controller = Controller::new(&programs, &folder.path().join("controller"), 0)?;
    let (mut process, ports) = controller.start()?;
    let client = controller.sign_in(ports)?;
    let mut nodes = start_nodes(&programs, folder.path(), &client)?;

    let data = controller.data();
    let begin = Instant::now();
    for kill in 0..kills {
        more_acknowledged(&data, BETWEEN).with_context(|| format!("before kill {kill} of the controller"))?;
        process.kill_9()?;
        // The agents go on sampling while it is away.
        std::thread::sleep(Duration::from_millis(random.u64(0..300)));
        process = controller.start().with_context(|| format!("after kill {kill}"))?.0;

        more_acknowledged(&data, BETWEEN).with_context(|| format!("before kill {kill} of an agent"))?;
        let victim = nodes.swap_remove(random.usize(..AGENTS));
        nodes.push(victim.kill_and_restart()?);
    }
    println!("{} kills in {:.0} s", 2 * kills, begin.elapsed().as_secs_f64());
    settle_and_count(nodes, &controller)?;
    process.stop()
}

/// A node and its running agent.
struct Running {
    node: Node,
    name: String,
    process: Process,
}

impl Running {
    fn kill_and_restart(self) -> anyhow::Result<Self> {
        self.process.kill_9()?;
        Ok(Self { process: self.node.start(Pace::FAST)?, ..self })
    }
}

fn start_nodes(programs: &Programs, folder: &Path, client: &Client) -> anyhow::Result<Vec<Running>> {
    (0..AGENTS)
        .map(|number| {
            let node = Node::new(programs, &folder.join(format!("node-{number}")))?;
            node.enrol(client, &format!("Site {number}"), "UA-32")?;
            let name = node.identity()?.node.to_string();
            Ok(Running { process: node.start(Pace::FAST)?, node, name })
        })
        .collect()
}

/// Waits until so many more records are stored. The ack follows the commit within milliseconds, and at most three records
/// of each node are under way, hence the allowance.
fn more_acknowledged(data: &Path, more: u64) -> anyhow::Result<()> {
    let wanted = history::record_count(data)? + more + 3 * u64::try_from(AGENTS)?;
    wait_until(&format!("{more} more acknowledged records"), Duration::from_secs(60), || {
        let now = history::record_count(data).map_err(|error| format!("{error:#}"))?;
        if now >= wanted { Ok(()) } else { Err(format!("{} to go", wanted - now)) }
    })
}

/// Lets everything arrive, then counts on both sides.
fn settle_and_count(nodes: Vec<Running>, controller: &Controller) -> anyhow::Result<()> {
    let mut total = 0;
    for node in nodes {
        let Running { node, name, process } = node;
        // The farewell sends what is left; what it cannot, the next start does.
        process.stop()?;
        let process = node.start(Pace { sample_ms: 3_600_000, report_ms: 3_600_000 })?;
        let spool = wait_until(&format!("an empty spool of {name}"), Duration::from_secs(60), || {
            let spool = node.spool().map_err(|error| format!("{error:#}"))?;
            if spool.waiting_records == 0 {
                Ok(spool)
            } else {
                Err(format!("{} waiting", spool.waiting_records))
            }
        })?;
        process.stop()?;
        let stored = history::stored(&controller.data(), &name)?;
        anyhow::ensure!(
            stored.sequences.len() == 1,
            "{name}: {} epochs, so a spool was lost",
            stored.sequences.len()
        );
        let sequences = stored.sequences.get(&spool.epoch).context("the spool's epoch is not stored")?;
        let losses = stored.losses.get(&spool.epoch).map(Vec::as_slice).unwrap_or_default();
        for lost in losses {
            // Torn is a record that was never durable on the node, hence never sent. Any other reason is a loss.
            anyhow::ensure!(lost.reason == Reason::Torn && lost.records == 0, "{name}: {lost:?}");
        }
        let known = |sequence: u32| {
            sequences.binary_search(&sequence).is_ok()
                || losses.iter().any(|lost| (lost.first.0..=lost.last.0).contains(&sequence))
        };
        for sequence in 1..spool.next_sequence {
            anyhow::ensure!(known(sequence), "{name}: record {sequence} is acknowledged and not stored");
        }
        anyhow::ensure!(
            sequences.windows(2).all(|pair| pair.first() < pair.get(1)),
            "{name}: a sequence twice"
        );
        total += sequences.len();
    }
    let doubles = history::rows(
        &controller.data(),
        "SELECT stream, boot, at_boot_ms, COUNT(*) FROM records WHERE kind = 1 GROUP BY 1, 2, 3 HAVING COUNT(*) > 1",
    )?;
    anyhow::ensure!(doubles.is_empty(), "blocks stored twice under different sequences: {doubles:?}");
    println!("{total} records stored, none lost, none twice");
    Ok(())
}

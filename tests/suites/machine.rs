//! The page against the machine: what is done to this machine is seen on its page, by as much, in time.
//!
//! Agreement is within ±5 % of what was done, within the report interval and five seconds. The machine does other things
//! too; each check takes the best of a few looks, never more than its bound.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::wait::wait_until;
use serde_json::Value;

use crate::stage::{SOON, Stage, word};

const MIB: f64 = 1_048_576.0;
/// Frames each second, reports each two.
const PACE: Pace = Pace { sample_ms: 1_000, report_ms: 2_000 };
/// The report interval and five seconds.
const SEEN_WITHIN: Duration = Duration::from_secs(7);
/// How often a thing is done before it counts as not seen.
const TRIES: u32 = 3;

#[test]
fn what_is_done_to_the_machine_is_seen_on_its_page() -> anyhow::Result<()> {
    let stage = Stage::alone("machine")?;
    let node = stage.node("machine")?;
    let agent = node.start(PACE)?;
    stage.wait_for_state(&node, "a first report", SOON, |state| {
        word(state) == "ok" || word(state) == "degraded"
    })?;
    wait_until("readings", SOON, || {
        reading(&stage, &node, "host_memory_used_bytes", "").map_err(|e| format!("{e:#}"))
    })?;

    agrees_with_proc(&stage, &node)?;
    memory_held_is_seen(&stage, &node)?;
    bytes_written_are_seen(&stage, &node)?;
    a_burning_core_is_seen(&stage, &node)?;
    agent.stop()
}

/// Total memory, disk size and use, uptime: as /proc and df say.
fn agrees_with_proc(stage: &Stage, node: &Node) -> anyhow::Result<()> {
    let total = reading(stage, node, "host_memory_total_bytes", "")?;
    close("total memory", total, meminfo("MemTotal")?, 0.01)?;
    let used = reading(stage, node, "host_memory_used_bytes", "")?;
    close("used memory", used, meminfo("MemTotal")? - meminfo("MemAvailable")?, 0.05)?;
    let df = std::process::Command::new("df").args(["--block-size=1", "--output=size,used", "/"]).output()?;
    let text = String::from_utf8(df.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [size, used] = numbers.as_slice() else { anyhow::bail!("df said {text}") };
    close("disk size", reading(stage, node, "disk_size_bytes", "/")?, *size, 0.01)?;
    close("disk used", reading(stage, node, "disk_used_bytes", "/")?, *used, 0.05)?;
    let uptime: f64 =
        std::fs::read_to_string("/proc/uptime")?.split(' ').next().context("uptime")?.parse()?;
    close("uptime", reading(stage, node, "host_uptime_seconds", "")?, uptime, 0.05)
}

fn memory_held_is_seen(stage: &Stage, node: &Node) -> anyhow::Result<()> {
    moved_by(stage, node, ("host_memory_used_bytes", ""), 512.0 * MIB, || {
        // Every page is written, so that the kernel has to give it.
        Ok(std::iter::repeat_n(0x5a_u8, 512 * 1024 * 1024).collect::<Vec<u8>>())
    })
    .map(drop)
}

fn bytes_written_are_seen(stage: &Stage, node: &Node) -> anyhow::Result<()> {
    // Beside the build's output: the system's temporary folder may be memory.
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gibibyte-{}", std::process::id()));
    let mount = mount_of(stage, node, Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    moved_by(stage, node, ("disk_used_bytes", mount.as_str()), 1024.0 * MIB, || {
        let mut file = File::create(&path)?;
        let chunk = vec![0xa5_u8; 1 << 20];
        for _ in 0..1024 {
            file.write_all(&chunk)?;
        }
        file.sync_all()?;
        Ok(Removed(path.clone()))
    })
    .map(drop)
}

/// A file that goes with its owner.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            eprintln!("could not remove {}: {error}", self.0.display());
        }
    }
}

/// One thread in a loop for ten seconds: the page's busy share agrees with /proc/stat over the same seconds, and moved by
/// about one core.
fn a_burning_core_is_seen(stage: &Stage, node: &Node) -> anyhow::Result<()> {
    let cores = reading(stage, node, "host_cpu_count", "")?;
    let burn = || {
        let begin = Instant::now();
        let mut sum = 0_u64;
        while begin.elapsed() < Duration::from_secs(12) {
            sum = std::hint::black_box(sum.wrapping_mul(3).wrapping_add(1));
        }
    };
    let thread = std::thread::spawn(burn);
    std::thread::sleep(Duration::from_secs(1));
    let mut best = f64::MAX;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) {
        let before = busy_and_total()?;
        std::thread::sleep(Duration::from_secs(2));
        let after = busy_and_total()?;
        let truth = (after.0 - before.0) / (after.1 - before.1) * 100.0;
        let shown = reading(stage, node, "host_cpu_busy_percent", "")?;
        anyhow::ensure!(shown >= 95.0 / cores, "a core burns and the page says {shown} %");
        best = best.min((shown - truth).abs());
    }
    thread.join().map_err(|_| anyhow::anyhow!("the burning thread panicked"))?;
    anyhow::ensure!(best <= 5.0, "the page was never closer than {best} points to /proc/stat");
    Ok(())
}

/// Does something and waits until a reading has moved by `amount` ±5 %. What is returned is held until then. The machine
/// does other things too: of [`TRIES`] one has to be undisturbed.
fn moved_by<T>(
    stage: &Stage,
    node: &Node,
    (field, instance): (&str, &str),
    amount: f64,
    act: impl Fn() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut tries = 0;
    loop {
        tries += 1;
        let before = reading(stage, node, field, instance)?;
        let held = act()?;
        let seen = wait_until(&format!("{field} to move by {amount}"), SEEN_WITHIN, || {
            let moved = reading(stage, node, field, instance).map_err(|error| format!("{error:#}"))? - before;
            if (moved - amount).abs() <= amount * 0.05 { Ok(()) } else { Err(format!("it moved by {moved}")) }
        });
        match seen {
            Ok(()) => return Ok(held),
            Err(error) if tries == TRIES => return Err(error),
            Err(error) => println!("try {tries}: {error:#}"),
        }
        drop(held);
        // What was given back is seen before the next try begins.
        std::thread::sleep(SEEN_WITHIN);
    }
}

/// The newest reading, as the API shows it.
fn reading(stage: &Stage, node: &Node, field: &str, instance: &str) -> anyhow::Result<f64> {
    let page = stage.shown(node)?;
    let readings = page.get("readings").and_then(Value::as_array).context("no readings")?;
    let is = |reading: &&Value| {
        reading.get("field").and_then(Value::as_str) == Some(field)
            && reading.get("instance").and_then(Value::as_str) == Some(instance)
    };
    let found = readings.iter().find(is).and_then(|reading| reading.get("value")?.as_f64());
    found.with_context(|| format!("no reading of {field} {instance}"))
}

/// The mount point on the page that is the same file system as `folder`.
fn mount_of(stage: &Stage, node: &Node, folder: &Path) -> anyhow::Result<String> {
    let device = std::fs::metadata(folder)?.dev();
    let page = stage.shown(node)?;
    let readings = page.get("readings").and_then(Value::as_array).context("no readings")?;
    let mounts = readings
        .iter()
        .filter(|reading| reading.get("field").and_then(Value::as_str) == Some("disk_used_bytes"));
    let mut mounts = mounts.filter_map(|reading| reading.get("instance")?.as_str());
    let same = |mount: &&str| std::fs::metadata(mount).is_ok_and(|metadata| metadata.dev() == device);
    let found = mounts.find(same).map(str::to_owned);
    found.with_context(|| format!("no disk on the page is the one that holds {}", folder.display()))
}

fn meminfo(key: &str) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find(|line| line.starts_with(key)).context("meminfo")?;
    let kib: f64 = line.split_whitespace().nth(1).context("meminfo")?.parse()?;
    Ok(kib * 1024.0)
}

/// Busy and all jiffies of /proc/stat.
fn busy_and_total() -> anyhow::Result<(f64, f64)> {
    let text = std::fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("stat")?;
    let numbers: Vec<f64> =
        line.split_whitespace().skip(1).take(8).filter_map(|word| word.parse().ok()).collect();
    let all: f64 = numbers.iter().sum();
    let idle: f64 = numbers.iter().skip(3).take(2).sum();
    Ok((all - idle, all))
}

fn close(what: &str, shown: f64, truth: f64, share: f64) -> anyhow::Result<()> {
    anyhow::ensure!(
        (shown - truth).abs() <= truth * share,
        "{what}: the page says {shown}, the machine {truth}"
    );
    Ok(())
}

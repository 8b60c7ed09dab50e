//! Brings the lab up, keeps it running, takes it down.
//!
//! Enters: the data folder and the options. Leaves: a running fleet and, on the terminal, where to look. Order up:
//! programs, controller, administrator, this machine's node, simulated nodes. Order down: nodes, controller.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_tests::controller::{ADMINISTRATOR, Controller, Ports};
use holdfast_tests::http::Client;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;
use holdfast_tests::proxy::Proxy;
use indicatif::{ProgressBar, ProgressStyle};

use crate::site::Site;

/// A file that says that a folder is a lab's, so that `--fresh` removes nothing else.
const MARK: &str = "lab.mark";
/// How often the links' fates are looked at.
const FATE_TICK: Duration = Duration::from_secs(1);
/// The site of this machine.
const HERE: (&str, &str) = ("Here", "");

/// What the command line said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Seed of the simulated sites.
    pub seed: u64,
    /// How many simulated nodes.
    pub nodes: u16,
    /// Port of the pages.
    pub port: u16,
    /// Whether to start over.
    pub fresh: bool,
}

/// Runs the lab until Ctrl-C.
///
/// # Errors
/// When a part cannot be brought up; what was started ends.
pub(crate) async fn run(data: &Path, options: &Options) -> anyhow::Result<()> {
    let programs = Programs::find()?;
    let begin = Instant::now();
    prepare_folder(data, options.fresh)?;
    let progress = Progress::new(u64::from(options.nodes) + 4);

    progress.step("controller");
    let controller = Controller::new(&programs, &data.join("controller"), options.port)?;
    let (controller_process, ports) = controller.start()?;
    progress.step("administrator");
    let client = controller.sign_in(ports)?;

    progress.step("this machine");
    let here = enrolled(&programs, &data.join("nodes/here"), &client, HERE.0, HERE.1)?;
    let mut running = vec![here.start(Pace::LAB)?];

    let mut sites = Vec::new();
    for number in 0..options.nodes {
        let site = Site::of(options.seed, number);
        progress.step(&site.name);
        let node = enrolled(
            &programs,
            &data.join("nodes").join(format!("sim-{number}")),
            &client,
            &site.name,
            site.region,
        )?;
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.mqtt));
        let proxy = Proxy::start(0, target, site.link(Duration::ZERO), site.seed).await?;
        node.route_through(proxy.port)?;
        running.push(node.start_simulated(Pace::LAB, site.seed, site.mood())?);
        sites.push((site, proxy));
    }
    progress.step("ready");
    progress.finish();
    present(data, &controller, ports, &sites, begin.elapsed());
    live(&mut running, &sites, begin).await?;
    println!("\nStopping {} nodes and the controller.", running.len());
    for process in running {
        report(process.stop());
    }
    report(controller_process.stop());
    println!("Stopped. `cargo lab` goes on with the same data; `cargo lab -- --fresh` starts over.");
    Ok(())
}

/// A stop that failed is said, and the others still stop.
fn report(stopped: anyhow::Result<()>) {
    if let Err(error) = stopped {
        eprintln!("lab: {error:#}");
    }
}

/// Makes the data folder, and marks it as a lab's.
///
/// # Errors
/// When it holds something else.
pub(crate) fn prepare_folder(data: &Path, fresh: bool) -> anyhow::Result<()> {
    let mark = data.join(MARK);
    let occupied = data.exists() && std::fs::read_dir(data)?.next().is_some();
    anyhow::ensure!(
        !occupied || mark.exists(),
        "{} is not empty and not a lab's; give another folder with --data",
        data.display()
    );
    if fresh && occupied {
        std::fs::remove_dir_all(data).with_context(|| format!("removing {}", data.display()))?;
    }
    std::fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    Ok(std::fs::write(mark, "This folder belongs to `cargo lab`.\n")?)
}

fn enrolled(
    programs: &Programs,
    folder: &Path,
    client: &Client,
    site: &str,
    region: &str,
) -> anyhow::Result<Node> {
    let node = Node::new(programs, folder)?;
    if !node.is_enrolled() {
        node.enrol(client, site, region).with_context(|| format!("enrolling the node of {site}"))?;
    }
    Ok(node)
}

fn present(data: &Path, controller: &Controller, ports: Ports, sites: &[(Site, Proxy)], took: Duration) {
    println!("\nThe lab is up ({:.1} s).\n", took.as_secs_f64());
    println!("  Open       http://127.0.0.1:{}/", ports.http);
    println!(
        "  Sign in    name {ADMINISTRATOR}, password: the line in {}",
        controller.password_file().display()
    );
    println!("  Data       {}\n", data.display());
    println!(
        "  This machine is the node at site \"{}\": its real readings, every 2 s, reported every 10 s.",
        HERE.0
    );
    for (site, _) in sites {
        println!("  {:<12} {:<6} {}", site.name, site.region, site.story());
    }
    println!("\nCtrl-C ends it all.");
}

/// Changes the links as fate has it, until Ctrl-C or until a program ends that should not.
async fn live(running: &mut [Process], sites: &[(Site, Proxy)], begin: Instant) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(FATE_TICK);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    loop {
        tokio::select! {
            result = tokio::signal::ctrl_c() => return Ok(result?),
            _ = terminate.recv() => return Ok(()),
            _ = tick.tick() => {}
        }
        for (site, proxy) in sites {
            let link = site.link(begin.elapsed());
            if link != proxy.link() {
                proxy.set(link);
            }
        }
        for process in running.iter_mut() {
            if let Some(status) = process.ended()? {
                anyhow::bail!("a node ended with {status}; its last words:\n{}", process.tail());
            }
        }
    }
}

/// A bar on a terminal, a line a step elsewhere.
struct Progress {
    bar: ProgressBar,
    plain: bool,
}

impl Progress {
    fn new(steps: u64) -> Self {
        let bar = ProgressBar::new(steps);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { plain: bar.is_hidden(), bar }
    }

    fn step(&self, what: &str) {
        self.bar.inc(1);
        self.bar.set_message(what.to_owned());
        if self.plain {
            eprintln!("lab: {what}");
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

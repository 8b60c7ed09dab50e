//! Brings the lab up, keeps it running, takes it down.
//!
//! Enters: a folder of the lab's own, the settings, whoever may ask to stop. Leaves: a running fleet and, on the terminal,
//! where to look. Order up: programs, controller, administrator, this machine's node, simulated nodes. Order down: nodes,
//! all at once, then the controller; the same after any fault.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use holdfast_tests::controller::{ADMINISTRATOR, Controller, Ports, free_port};
use holdfast_tests::http::Client;
use holdfast_tests::node::{Node, Pace};
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;
use holdfast_tests::proxy::Proxy;
use nix::sys::signal::Signal;

use crate::folder::{self, Folder, Made, Wish};
use crate::inventory::{self, Inventory};
use crate::site::Site;
use crate::stop::Stop;
use crate::terminal::{Progress, say, show};

/// How often the links' fates and the programs are looked at.
const TICK: Duration = Duration::from_secs(1);
/// The site of this machine.
const HERE: (&str, &str) = ("Here", "");

/// How a lab ended that is nobody's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Somebody asked, once it was up.
    Stopped,
    /// Somebody asked before it was up, or asked twice.
    Interrupted,
}

/// A program of the lab ended that should not.
#[derive(Debug, thiserror::Error)]
#[error("{who} ended by itself with {status}; its last words, of {}:\n{words}", file.display())]
pub(crate) struct EndedByItself {
    who: String,
    status: std::process::ExitStatus,
    file: PathBuf,
    words: String,
}

/// What runs. Programs that are still here when it is dropped are killed.
#[derive(Default)]
struct Fleet {
    nodes: Vec<(String, Process)>,
    controller: Option<Process>,
}

/// Runs the lab until somebody asks it to stop, or a program of it ends.
///
/// # Errors
/// [`folder::Refusal`], [`EndedByItself`], or why a part cannot be brought up; what was started has ended.
pub(crate) async fn run(data: &Path, wish: &Wish) -> anyhow::Result<End> {
    let stop = Stop::listen()?;
    let folder = Folder::take(data, wish.fresh)?;
    let mut fleet = Fleet::default();
    let ended = run_in(&folder, wish, &mut fleet, stop.clone()).await;
    let clean = fleet.stop(&stop);
    match ended {
        _ if stop.hurried() => Ok(End::Interrupted),
        Ok(End::Stopped) if clean => {
            show("Stopped. `cargo lab` goes on with the same data; `cargo lab --fresh` starts over.");
            Ok(End::Stopped)
        }
        Ok(End::Stopped) => anyhow::bail!("not everything stopped in good order"),
        // What fails once somebody has asked to stop fails because of it.
        Ok(End::Interrupted) | Err(_) if stop.asked() => {
            show("Stopped before it was up. The same command goes on from there.");
            Ok(End::Interrupted)
        }
        Ok(End::Interrupted) => Ok(End::Interrupted),
        Err(error) => Err(error),
    }
}

async fn run_in(folder: &Folder, wish: &Wish, fleet: &mut Fleet, mut stop: Stop) -> anyhow::Result<End> {
    let made = folder::settle(wish, folder.made()?)?;
    let place = folder.path().join("controller");
    let known = Controller::known(&place)?;
    let port = folder::pages_port(wish.port, known.map(|ports| ports.http))?;
    let programs = Programs::find_unless(&|| stop.asked())?;
    folder.keep(made)?;

    let begin = Instant::now();
    let progress = Progress::new(u64::from(made.nodes) + 5);
    progress.step("controller");
    let controller = Controller::new(&programs, &place, port)?;
    controller.listen_on(free_ports(controller.configured()?, port)?)?;
    let (process, ports) = controller.start_unless(&|| stop.asked())?;
    fleet.controller = Some(process);
    if stop.asked() {
        return Ok(End::Interrupted);
    }
    progress.step("administrator");
    let client = controller.sign_in(ports)?;
    let up = Up { programs, nodes: folder.path().join("nodes"), client: client.clone(), ports };
    let Some(sites) = nodes(&up, made, fleet, &progress, &stop).await? else { return Ok(End::Interrupted) };
    progress.step("inventory");
    let inventory = inventory::seed(&client, folder.path())?;
    progress.step("ready");
    drop(progress);
    present((folder.path(), &inventory), &controller, made, ports, &sites, begin.elapsed());
    live(fleet, &sites, begin, &mut stop).await?;
    Ok(End::Stopped)
}

/// What nodes need of a lab whose controller is up.
struct Up {
    programs: Programs,
    nodes: PathBuf,
    client: Client,
    ports: Ports,
}

/// Starts this machine's node and the simulated ones; none, when somebody asked to stop.
async fn nodes(
    up: &Up,
    made: Made,
    fleet: &mut Fleet,
    progress: &Progress,
    stop: &Stop,
) -> anyhow::Result<Option<Vec<(Site, Proxy)>>> {
    progress.step("this machine");
    let here = up.enrolled("here", HERE.0, HERE.1)?;
    // An identity keeps the address of its enrolment, which another run may have had to change.
    here.route_through(up.ports.mqtt)?;
    fleet.nodes.push((HERE.0.to_owned(), here.start(Pace::LAB)?));
    let mut sites = Vec::new();
    for number in 0..made.nodes {
        if stop.asked() {
            return Ok(None);
        }
        let site = Site::of(made.seed, number);
        progress.step(&site.name);
        let node = up.enrolled(&format!("sim-{number}"), &site.name, site.region)?;
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, up.ports.mqtt));
        let proxy = Proxy::start(0, target, site.link(Duration::ZERO), site.seed).await?;
        node.route_through(proxy.port)?;
        let process = node.start_simulated(Pace::LAB, site.seed, site.mood())?;
        fleet.nodes.push((site.name.clone(), process));
        sites.push((site, proxy));
    }
    Ok(if stop.asked() { None } else { Some(sites) })
}

impl Up {
    fn enrolled(&self, name: &str, site: &str, region: &str) -> anyhow::Result<Node> {
        let node = Node::new(&self.programs, &self.nodes.join(name))?;
        if !node.is_enrolled() {
            let enrolled = node.enrol(&self.client, site, region);
            enrolled.with_context(|| format!("enrolling the node of {site}"))?;
        }
        Ok(node)
    }
}

/// The pages' port as chosen, the nodes' as before where they are still free.
fn free_ports(before: Ports, http: u16) -> anyhow::Result<Ports> {
    let usable = |port: u16, others: &[u16]| {
        let mut port = port;
        while others.contains(&port) || folder::is_free(port).is_err() {
            port = free_port()?;
        }
        anyhow::Ok(port)
    };
    let https = usable(before.https, &[http])?;
    Ok(Ports { http, https, mqtt: usable(before.mqtt, &[http, https])? })
}

impl Fleet {
    /// The first program that ended by itself.
    fn ended(&mut self) -> anyhow::Result<Option<EndedByItself>> {
        let controller = self.controller.iter_mut().map(|process| ("the controller".to_owned(), process));
        let nodes = self.nodes.iter_mut().map(|(site, process)| (format!("the node of {site}"), process));
        for (who, process) in controller.chain(nodes) {
            if let Some(status) = process.ended()? {
                let (file, words) = (process.output_file().to_owned(), process.tail());
                return Ok(Some(EndedByItself { who, status, file, words }));
            }
        }
        Ok(None)
    }

    /// Ends all: nodes first, so that their last words arrive. Whether each ended in good order.
    fn stop(&mut self, stop: &Stop) -> bool {
        // All are asked before any is waited for; one that has ended already is seen below.
        for (_, process) in &mut self.nodes {
            if matches!(process.ended(), Ok(None)) {
                drop(process.signal(Signal::SIGTERM));
            }
        }
        let nodes = std::mem::take(&mut self.nodes).into_iter().map(|(_, process)| process);
        let mut clean = true;
        for process in nodes.chain(self.controller.take()) {
            if let Err(error) = process.stop_unless(&|| stop.hurried()) {
                clean = false;
                if !stop.hurried() {
                    say(&format!("lab: {error:#}"));
                }
            }
        }
        clean
    }
}

fn present(
    (data, inventory): (&Path, &Inventory),
    controller: &Controller,
    made: Made,
    ports: Ports,
    sites: &[(Site, Proxy)],
    took: Duration,
) {
    // The address comes last: fifty sites are more lines than a terminal has.
    let mut lines = vec![
        format!("\nThe lab is up ({:.1} s).\n", took.as_secs_f64()),
        format!(
            "  This machine is the node at site \"{}\": its real readings, every 2 s, reported every 10 s.",
            HERE.0
        ),
    ];
    if !sites.is_empty() {
        lines.push("  Simulated beside it:".to_owned());
    }
    for (site, _) in sites {
        lines.push(format!("    {:<12} {:<6} {}", site.name, site.region, site.story()));
    }
    let silent: Vec<String> =
        (made.nodes..made.enrolled).map(|number| Site::of(made.seed, number).name).collect();
    if !silent.is_empty() {
        lines.push(format!("  Of an earlier run, not started, so \"No report\": {}", silent.join(", ")));
    }
    lines.extend([
        format!("\n  Data       {}", data.display()),
        format!("  Open       http://127.0.0.1:{}/", ports.http),
        format!(
            "  Sign in    name {ADMINISTRATOR}, password: the line in {}",
            controller.password_file().display()
        ),
        format!(
            "             or as operator, engineer, office, recipient or donor: their lines in {}",
            inventory.sign_ins.display()
        ),
        format!("  To import  a packing list as people send them: {}", inventory.packing_list.display()),
        "\nCtrl-C ends it all.".to_owned(),
    ]);
    show(&lines.join("\n"));
}

/// Changes the links as fate has it, until somebody asks to stop or a program ends that should not.
async fn live(
    fleet: &mut Fleet,
    sites: &[(Site, Proxy)],
    begin: Instant,
    stop: &mut Stop,
) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = stop.wait() => return Ok(()),
            _ = tick.tick() => {}
        }
        for (site, proxy) in sites {
            let link = site.link(begin.elapsed());
            if link != proxy.link() {
                proxy.set(link);
            }
        }
        if let Some(ended) = fleet.ended()? {
            return Err(ended.into());
        }
    }
}

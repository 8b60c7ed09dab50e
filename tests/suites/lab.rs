//! `cargo lab` as a person treats it: Ctrl-C at any moment, a second run, two at once, a program of it that dies.
//!
//! Enters: the lab program of this build, a folder of its own. The lab binds 127.0.0.1 on free ports and is ended here.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::Context as _;
use holdfast_tests::controller::{Controller, Ports, free_port};
use holdfast_tests::folder::Folder;
use holdfast_tests::process::Process;
use holdfast_tests::programs::Programs;
use holdfast_tests::wait::wait_until;
use nix::sys::signal::Signal;

use crate::stage::SOON;

/// What the lab says last before it waits for Ctrl-C.
const UP: &str = "Ctrl-C ends it all.";
/// Exit codes of `cargo lab --help`.
const STOPPED: i32 = 0;
const WRONG_USE: i32 = 2;
const ENDED_BY_ITSELF: i32 = 3;
const REFUSED: i32 = 4;
const INTERRUPTED: i32 = 130;

/// A lab's folder, and the programs for it.
struct Lab {
    programs: Programs,
    folder: Folder,
    runs: std::cell::Cell<u32>,
}

impl Lab {
    fn new(name: &str) -> anyhow::Result<Self> {
        Ok(Self { programs: Programs::find()?, folder: Folder::new(name)?, runs: std::cell::Cell::new(0) })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("lab")
    }

    /// Starts a lab on the folder; each run has an output of its own.
    fn start(&self, arguments: &[&str]) -> anyhow::Result<Process> {
        let built = self.programs.controller.parent().context("programs in a folder")?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.arg("--data").arg(self.data()).args(arguments).env("HOLDFAST_PROGRAMS", built);
        // The suites' own group may not be hit by what hits the lab's.
        command.process_group(0);
        self.runs.set(self.runs.get() + 1);
        Process::start("lab", &mut command, &self.folder.path().join(format!("run-{}.txt", self.runs.get())))
    }

    fn up(&self, arguments: &[&str]) -> anyhow::Result<Process> {
        let mut process = self.start(arguments)?;
        said(&mut process, UP)?;
        Ok(process)
    }

    /// Runs a lab that is expected to end by itself; its words.
    fn refused(&self, arguments: &[&str], code: i32) -> anyhow::Result<String> {
        let mut process = self.start(arguments)?;
        let status = end_of(&mut process)?;
        let words = process.output();
        anyhow::ensure!(status.code() == Some(code), "{arguments:?}: {status} instead of {code}:\n{words}");
        Ok(words)
    }

    /// Who runs with this folder among its words: process id and process group by program and folder.
    fn running(&self) -> anyhow::Result<BTreeMap<u32, (String, i32)>> {
        let data = self.data().display().to_string();
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let Ok(words) = std::fs::read(entry.path().join("cmdline")) else { continue };
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            let own = words.split(' ').next().is_some_and(|program| !program.ends_with("/lab"));
            if own && words.contains(&data) {
                let group = nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(i32::try_from(id)?)));
                found.extend(group.ok().map(|group| (id, (words, group.as_raw()))));
            }
        }
        Ok(found)
    }

    /// Nothing of it runs any more.
    fn nothing_runs(&self) -> anyhow::Result<()> {
        let running = self.running()?;
        anyhow::ensure!(running.is_empty(), "still running: {running:?}");
        Ok(())
    }

    fn ports(&self) -> anyhow::Result<Ports> {
        let text = std::fs::read_to_string(self.data().join("controller/data/ports.json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Names of the sites that the controller knows.
    fn sites(&self) -> anyhow::Result<Vec<String>> {
        let controller = Controller::new(&self.programs, &self.data().join("controller"), 0)?;
        let page = controller.sign_in(self.ports()?)?.get("/api/v1/nodes")?;
        let rows = page.get("rows").and_then(|rows| rows.as_array()).context("rows")?;
        let name = |row: &serde_json::Value| Some(row.pointer("/site/name")?.as_str()?.to_owned());
        Ok(rows.iter().filter_map(name).collect())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A lab that is faulty leaves programs behind; the next test does not pay for it.
        drop(end_all(self));
    }
}

fn said(process: &mut Process, words: &str) -> anyhow::Result<()> {
    wait_until(&format!("the lab to say {words:?}"), SOON, || {
        let output = process.output();
        match process.ended() {
            _ if output.contains(words) => Ok(Ok(())),
            Ok(Some(status)) => Ok(Err(anyhow::anyhow!("it ended with {status}:\n{output}"))),
            Ok(None) => Err(output),
            Err(error) => Err(error.to_string()),
        }
    })?
}

fn end_of(process: &mut Process) -> anyhow::Result<ExitStatus> {
    wait_until("the lab to end", SOON, || {
        process.ended().map_err(|error| error.to_string())?.ok_or_else(|| process.output())
    })
}

fn ended_with(process: &mut Process, code: i32) -> anyhow::Result<()> {
    let status = end_of(process)?;
    anyhow::ensure!(status.code() == Some(code), "{status} instead of {code}:\n{}", process.output());
    Ok(())
}

fn id_of(lab: &Lab, program: &str) -> anyhow::Result<nix::unistd::Pid> {
    let running = lab.running()?;
    let found = running.iter().find(|(_, (words, _))| words.contains(program)).map(|(id, _)| *id);
    Ok(nix::unistd::Pid::from_raw(i32::try_from(
        found.with_context(|| format!("{program} in {running:?}"))?,
    )?))
}

#[test]
fn ctrl_c_reaches_the_lab_alone_which_ends_its_programs_in_order() -> anyhow::Result<()> {
    let lab = Lab::new("lab-stop")?;
    let mut process = lab.up(&["--nodes", "1", "--port", "0"])?;
    let running = lab.running()?;
    anyhow::ensure!(running.len() == 3, "controller, agent, sim-node: {running:?}");
    let own = i32::try_from(process.id())?;
    anyhow::ensure!(running.values().all(|(_, group)| *group != own), "the lab's group {own}: {running:?}");
    // As a terminal does it: to the whole group.
    nix::sys::signal::killpg(nix::unistd::Pid::from_raw(own), Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)?;
    lab.nothing_runs()?;
    let words = process.output();
    anyhow::ensure!(words.contains("Stopped."), "{words}");
    // SIGTERM and a closed terminal do the same.
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let mut process = lab.up(&[])?;
        process.signal(signal)?;
        ended_with(&mut process, STOPPED)?;
        lab.nothing_runs()?;
    }
    Ok(())
}

#[test]
fn a_second_ctrl_c_ends_at_once_what_does_not_stop() -> anyhow::Result<()> {
    let lab = Lab::new("lab-hurry")?;
    let mut process = lab.up(&["--nodes", "0", "--port", "0"])?;
    // A controller that cannot hear SIGTERM.
    nix::sys::signal::kill(id_of(&lab, "holdfast-controller")?, Signal::SIGSTOP)?;
    process.signal(Signal::SIGINT)?;
    said(&mut process, "Ctrl-C again")?;
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, INTERRUPTED)?;
    lab.nothing_runs()
}

#[test]
fn the_controllers_death_is_told_and_ends_the_lab() -> anyhow::Result<()> {
    let lab = Lab::new("lab-death")?;
    let mut process = lab.up(&["--nodes", "1", "--port", "0"])?;
    nix::sys::signal::kill(id_of(&lab, "holdfast-controller")?, Signal::SIGKILL)?;
    ended_with(&mut process, ENDED_BY_ITSELF)?;
    lab.nothing_runs()?;
    let words = process.output();
    for part in ["the controller ended", "controller.log"] {
        anyhow::ensure!(words.contains(part), "does not say {part:?}:\n{words}");
    }
    Ok(())
}

#[test]
fn ctrl_c_while_it_prepares_leaves_a_folder_that_the_next_run_uses() -> anyhow::Result<()> {
    let lab = Lab::new("lab-early")?;
    for step in ["controller", "administrator", "this machine", "Birch"] {
        let mut process = lab.start(&["--nodes", "2", "--port", "0"])?;
        said(&mut process, &format!("lab: {step}"))?;
        process.signal(Signal::SIGINT)?;
        let status = end_of(&mut process)?;
        // The last steps take a moment; it may have come up before the signal came.
        let wanted = if process.output().contains(UP) { STOPPED } else { INTERRUPTED };
        anyhow::ensure!(status.code() == Some(wanted), "at {step}: {status}:\n{}", process.output());
        lab.nothing_runs()?;
    }
    let mut process = lab.up(&["--nodes", "2", "--port", "0"])?;
    let sites = lab.sites()?;
    anyhow::ensure!(sites.len() == 3, "one node a site, whatever was cut short: {sites:?}");
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)
}

#[test]
fn a_lab_that_was_killed_at_any_step_is_gone_on_with() -> anyhow::Result<()> {
    let lab = Lab::new("lab-killed")?;
    // Killed before anything was told of the fleet that `init` made.
    let mut process = lab.start(&["--nodes", "0", "--port", "0"])?;
    said(&mut process, "lab: controller")?;
    process.signal(Signal::SIGKILL)?;
    end_of(&mut process)?;
    let folder = lab.data().join("controller");
    std::fs::create_dir_all(&folder)?;
    for name in ["init.txt", "controller.toml"] {
        drop(std::fs::remove_file(folder.join(name)));
    }
    wait_until("what the killed lab began to end", SOON, || {
        lab.nothing_runs().map_err(|error| error.to_string())
    })
    .or_else(|_| end_all(&lab))?;
    if !folder.join("data").exists() {
        let made = Command::new(&lab.programs.controller)
            .args(["init", "--data"])
            .arg(folder.join("data"))
            .output()?;
        anyhow::ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    // Killed while it ran: its programs are left behind, and the next run ends them first.
    let mut process = lab.up(&[])?;
    process.signal(Signal::SIGKILL)?;
    end_of(&mut process)?;
    anyhow::ensure!(lab.running()?.len() == 2, "left behind: {:?}", lab.running()?);
    let mut process = lab.up(&[])?;
    anyhow::ensure!(process.output().contains("left behind"), "{}", process.output());
    anyhow::ensure!(lab.running()?.len() == 2, "{:?}", lab.running()?);
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)
}

fn end_all(lab: &Lab) -> anyhow::Result<()> {
    for id in lab.running()?.into_keys() {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(i32::try_from(id)?), Signal::SIGKILL)?;
    }
    Ok(())
}

#[test]
fn a_second_run_keeps_or_changes_what_was_asked_and_refuses_another_seed() -> anyhow::Result<()> {
    let lab = Lab::new("lab-again")?;
    let mut process = lab.up(&["--nodes", "1", "--port", "0", "--seed", "7"])?;
    let (before, port) = (lab.sites()?, lab.ports()?.http);
    // Two labs on one folder: the second is told where to go.
    let words = lab.refused(&["--nodes", "1"], REFUSED)?;
    anyhow::ensure!(words.contains("another lab runs") && words.contains("--data"), "{words}");
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)?;

    let words = lab.refused(&["--seed", "8"], REFUSED)?;
    anyhow::ensure!(words.contains("seed 7") && words.contains("--fresh"), "{words}");

    // Nothing said: as before. More nodes: added to those there are. Another port: taken.
    let other = free_port()?;
    let mut process = lab.up(&["--nodes", "2", "--port", &other.to_string()])?;
    let after = lab.sites()?;
    anyhow::ensure!(lab.ports()?.http == other && other != port, "{:?}, wanted {other}", lab.ports()?);
    anyhow::ensure!(
        after.len() == 3 && before.iter().all(|site| after.contains(site)),
        "{before:?} {after:?}"
    );
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)?;
    // Fewer: the rest stays silent, and it is said.
    let mut process = lab.up(&["--nodes", "0"])?;
    anyhow::ensure!(lab.running()?.len() == 2 && lab.ports()?.http == other, "{:?}", lab.running()?);
    anyhow::ensure!(process.output().contains("not started"), "{}", process.output());
    process.signal(Signal::SIGINT)?;
    ended_with(&mut process, STOPPED)
}

#[test]
fn options_are_taken_with_one_or_two_dashes_in_front_as_people_are_used_to_from_cargo_run()
-> anyhow::Result<()> {
    // The alias ends in `--` already; `cargo lab -- --help` brings a second one.
    for arguments in [&["--help"][..], &["--", "--help"], &["help"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_lab")).args(arguments).output()?;
        let words = String::from_utf8_lossy(&output.stdout);
        let right =
            output.status.success() && words.contains("cargo lab --fresh") && words.contains("--nodes");
        anyhow::ensure!(right, "{arguments:?}: {}\n{words}", output.status);
    }
    Ok(())
}

#[test]
fn a_port_in_use_and_a_folder_of_something_else_are_refused_before_anything_is_made() -> anyhow::Result<()> {
    let lab = Lab::new("lab-refused")?;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = taken.local_addr()?.port().to_string();
    let words = lab.refused(&["--nodes", "0", "--port", &port], REFUSED)?;
    anyhow::ensure!(words.contains(&port) && words.contains("in use") && words.contains("--port"), "{words}");
    anyhow::ensure!(!lab.data().join("controller").exists(), "a controller was made");

    std::fs::remove_dir_all(lab.data())?;
    std::fs::create_dir(lab.data())?;
    std::fs::write(lab.data().join("thesis.txt"), "all of it")?;
    for more in [&["--fresh"][..], &[]] {
        let words = lab.refused(more, REFUSED)?;
        anyhow::ensure!(words.contains("not a lab's") && words.contains("--data"), "{words}");
    }
    anyhow::ensure!(lab.data().join("thesis.txt").exists(), "somebody's file was removed");
    unwritable(&lab)?;
    let words = lab.refused(&["--nodes", "201"], WRONG_USE)?;
    anyhow::ensure!(words.contains("0..=200"), "{words}");
    Ok(())
}

/// A folder that nobody can write to: the kernel's own.
fn unwritable(lab: &Lab) -> anyhow::Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["--data", "/proc/holdfast-lab"])
        .env("HOLDFAST_PROGRAMS", lab.programs.controller.parent().unwrap_or(Path::new(".")))
        .output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.code() == Some(REFUSED) && words.contains("--data"),
        "{}: {words}",
        output.status
    );
    Ok(())
}

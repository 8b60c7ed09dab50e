//! Where the programs are: those that `cargo build` has just reported, or a folder given by `HOLDFAST_PROGRAMS`.
//!
//! Enters: a profile. Leaves: paths. Builds with cargo when nothing is given; never looks for programs on the PATH.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::Context as _;

/// How often a build is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The programs that a fleet consists of.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `holdfast-agent`.
    pub agent: PathBuf,
    /// `holdfast-controller`.
    pub controller: PathBuf,
    /// `holdfast`.
    pub holdfast: PathBuf,
    /// `sim-node`.
    pub sim_node: PathBuf,
    /// Whom a Ctrl-C at the terminal reaches.
    pub group: Group,
}

/// Whom a Ctrl-C at the terminal reaches, besides the program that starts the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The programs too: whoever starts them need not hear it.
    Shared,
    /// Nobody else: whoever starts them hears it, and ends them in order.
    Own,
}

impl Group {
    fn of(self, command: &mut Command) {
        match self {
            Self::Shared => {}
            Self::Own => {
                command.process_group(0);
            }
        }
    }
}

/// The profile a build is made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// What is measured and shown.
    Release,
}

impl Programs {
    /// Those in `HOLDFAST_PROGRAMS`, else built now in the profile of this build.
    ///
    /// # Errors
    /// When one is missing, or cargo fails.
    pub fn find() -> anyhow::Result<Self> {
        match std::env::var_os("HOLDFAST_PROGRAMS") {
            Some(folder) => Self::in_folder(Path::new(&folder)),
            None => Self::build(Self::profile()),
        }
    }

    /// The same for one who hears Ctrl-C himself: the programs, and cargo, are in process groups of their own. The build
    /// ends early once `stopped` says so.
    ///
    /// # Errors
    /// As [`Programs::find`]; and when stopped.
    pub fn find_unless(stopped: &dyn Fn() -> bool) -> anyhow::Result<Self> {
        let found = match std::env::var_os("HOLDFAST_PROGRAMS") {
            Some(folder) => Self::in_folder(Path::new(&folder))?,
            None => {
                let mut command = cargo_build(Self::profile());
                Group::Own.of(&mut command);
                Self::reported(&output_unless(&mut command, stopped)?)?
            }
        };
        Ok(Self { group: Group::Own, ..found })
    }

    /// A command that starts one of them.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.group.of(&mut command);
        command
    }

    const fn profile() -> Profile {
        if cfg!(debug_assertions) { Profile::Dev } else { Profile::Release }
    }

    /// Builds them and takes the paths that cargo reports.
    ///
    /// # Errors
    /// When cargo fails or does not report one of them.
    pub fn build(profile: Profile) -> anyhow::Result<Self> {
        let output = cargo_build(profile).output().context("running cargo build")?;
        Self::reported(&output)
    }

    fn reported(output: &Output) -> anyhow::Result<Self> {
        anyhow::ensure!(output.status.success(), "cargo build failed; its words are above");
        let reported = executables(&String::from_utf8_lossy(&output.stdout));
        let find = |name: &str| {
            let found = reported.iter().find(|path| path.file_name().is_some_and(|file| file == name));
            found.cloned().with_context(|| format!("cargo built no program named {name}"))
        };
        Ok(Self {
            agent: find("holdfast-agent")?,
            controller: find("holdfast-controller")?,
            holdfast: find("holdfast")?,
            sim_node: find("sim-node")?,
            group: Group::Shared,
        })
    }

    fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let find = |name: &str| {
            let path = folder.join(name);
            anyhow::ensure!(
                path.is_file(),
                "HOLDFAST_PROGRAMS is {}, which holds no {name}; build it or unset the variable",
                folder.display()
            );
            Ok(path)
        };
        Ok(Self {
            agent: find("holdfast-agent")?,
            controller: find("holdfast-controller")?,
            holdfast: find("holdfast")?,
            sim_node: find("sim-node")?,
            group: Group::Shared,
        })
    }
}

/// The repository's folder.
#[must_use]
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn cargo_build(profile: Profile) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--locked", "--message-format=json-render-diagnostics"]);
    command.args(["-p", "holdfast-agent", "-p", "holdfast-controller", "-p", "holdfast-provisioning"]);
    command.args(["-p", "holdfast-tests", "--bins"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    command.current_dir(repository()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// A command's output; the command, which leads a group of its own, ends with SIGINT once `stopped` says so.
fn output_unless(command: &mut Command, stopped: &dyn Fn() -> bool) -> anyhow::Result<Output> {
    let child = command.spawn().with_context(|| format!("running {}", command.get_program().display()))?;
    let group = nix::unistd::Pid::from_raw(i32::try_from(child.id())?);
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    let mut asked = false;
    loop {
        match told.recv_timeout(LOOK) {
            Ok(output) if !asked => return Ok(output?),
            Ok(_) | Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => anyhow::bail!("stopped"),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if stopped() && !asked => {
                asked = true;
                nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGINT)?;
            }
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
}

fn executables(messages: &str) -> Vec<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .collect()
}

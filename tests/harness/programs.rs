//! Where the programs are: those that `cargo build` has just reported, or a folder given by `HOLDFAST_PROGRAMS`.
//!
//! Enters: a profile. Leaves: paths. Builds with cargo when nothing is given; never looks for programs on the PATH.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

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
            None => Self::build(if cfg!(debug_assertions) { Profile::Dev } else { Profile::Release }),
        }
    }

    /// Builds them and takes the paths that cargo reports.
    ///
    /// # Errors
    /// When cargo fails or does not report one of them.
    pub fn build(profile: Profile) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["build", "--message-format=json-render-diagnostics"]);
        command.args(["-p", "holdfast-agent", "-p", "holdfast-controller", "-p", "holdfast-provisioning"]);
        command.args(["-p", "holdfast-tests", "--bins"]);
        if profile == Profile::Release {
            command.arg("--release");
        }
        let output = command
            .current_dir(repository())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("running cargo build")?;
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
        })
    }
}

/// The repository's folder.
#[must_use]
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn executables(messages: &str) -> Vec<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .collect()
}

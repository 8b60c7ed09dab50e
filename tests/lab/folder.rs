//! The lab's folder: whose it is, who uses it, what its fleet was made with.
//!
//! Enters: a path and what the command line wishes. Leaves: a folder locked for this lab and the settings it goes on with,
//! or a [`Refusal`] that says what to do. The kernel takes the lock back however the lab ends. Removes nothing from a
//! folder that is not marked as a lab's.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use holdfast_tests::controller::{free_port, write_whole};
use holdfast_tests::wait::wait_until;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// A file that says that a folder is a lab's, so that `--fresh` removes nothing else; who runs a lab holds its lock.
const MARK: &str = "lab.mark";
/// What the fleet was made with.
const MADE_FILE: &str = "lab.json";
/// The programs that a lab starts.
const PROGRAMS: [&str; 4] = ["holdfast-controller", "holdfast-agent", "sim-node", "holdfast"];
/// How long what a killed lab left behind may take to stop.
const LEFT_LIMIT: Duration = Duration::from_secs(20);
/// Seed when nothing is said.
pub(crate) const SEED: u64 = 1;
/// Simulated nodes when nothing is said.
pub(crate) const NODES: u16 = 6;
/// Port of the pages when nothing is said.
pub(crate) const PORT: u16 = 8080;

/// What the command line wishes; what it does not name stays as it was, or is the default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wish {
    /// Seed of the simulated sites.
    pub seed: Option<u64>,
    /// How many simulated nodes run.
    pub nodes: Option<u16>,
    /// Port of the pages.
    pub port: Option<u16>,
    /// Whether to start over.
    pub fresh: bool,
}

/// What a fleet was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// Seed of its sites; for good.
    pub seed: u64,
    /// Simulated nodes that run.
    pub nodes: u16,
    /// Simulated nodes that were ever enrolled.
    pub enrolled: u16,
}

/// Refused before anything was made or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refusal(pub String);

/// A folder that is this lab's as long as it lives.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes it, or takes the one that is there, locked; with `fresh` empty.
    ///
    /// # Errors
    /// [`Refusal`] when it is something else's, another lab's, or cannot be written.
    pub(crate) fn take(path: &Path, fresh: bool) -> anyhow::Result<Self> {
        let unusable = |error: std::io::Error| {
            Refusal(format!("{} cannot be used: {error}; give another folder with --data", path.display()))
        };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let mark = path.join(MARK);
        let empty = std::fs::read_dir(&path).map_err(unusable)?.next().is_none();
        if !empty && !mark.exists() {
            let text = "is not empty and not a lab's; give another folder with --data";
            return Err(Refusal(format!("{} {text}", path.display())).into());
        }
        let mut lock = File::options().create(true).append(true).open(&mark).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(&path, &mark).into()),
            Err(TryLockError::Error(error)) => return Err(unusable(error).into()),
        }
        lock.set_len(0).map_err(unusable)?;
        let words =
            format!("This folder belongs to `cargo lab`.\nLast used by process {}\n", std::process::id());
        lock.write_all(words.as_bytes()).map_err(unusable)?;
        let folder = Self { path, _lock: lock };
        folder.end_left_behind()?;
        if fresh {
            folder.clear()?;
        }
        Ok(folder)
    }

    /// Where it is, without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What its fleet was made with, if it was made.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn made(&self) -> anyhow::Result<Option<Made>> {
        let path = self.path.join(MADE_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let made = serde_json::from_str(&text);
        Ok(Some(made.with_context(|| format!("{} is damaged; start over with --fresh", path.display()))?))
    }

    /// Keeps what the fleet is made with.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn keep(&self, made: Made) -> anyhow::Result<()> {
        write_whole(&self.path.join(MADE_FILE), &serde_json::to_vec(&made)?, 0o644)
    }

    /// Removes all but the mark, whose lock is held.
    fn clear(&self) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_name() == MARK {
                continue;
            }
            let removed = if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            removed.with_context(|| format!("removing {}", path.display()))?;
        }
        Ok(())
    }

    /// Ends the programs that a lab which was killed left behind: they hold its ports and its files. Whoever holds the
    /// lock is the only lab here, so whatever else was started on this folder is nobody's.
    fn end_left_behind(&self) -> anyhow::Result<()> {
        let left = self.left_behind();
        if left.is_empty() {
            return Ok(());
        }
        for signal in [Signal::SIGTERM, Signal::SIGKILL] {
            for id in self.left_behind() {
                match kill(Pid::from_raw(id), signal) {
                    Ok(()) | Err(Errno::ESRCH) => {}
                    Err(error) => {
                        return Err(error).context(format!("ending process {id}, which a lab left behind"));
                    }
                }
            }
            let gone = wait_until("them to end", LEFT_LIMIT, || match self.left_behind().len() {
                0 => Ok(()),
                count => Err(format!("{count} run")),
            });
            if gone.is_ok() {
                break;
            }
        }
        crate::terminal::say(&format!(
            "lab: ended {} programs that a killed lab had left behind",
            left.len()
        ));
        Ok(())
    }

    fn left_behind(&self) -> Vec<i32> {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        ids.filter(|id| {
            std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|words| is_of(&words, &self.path))
        })
        .collect()
    }
}

/// Whether this command line is one of a lab's programs at work on `folder`.
fn is_of(command_line: &[u8], folder: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let mut words = command_line.split(|byte| *byte == 0).map(|word| Path::new(OsStr::from_bytes(word)));
    let program = words.next().and_then(Path::file_name);
    program.is_some_and(|name| PROGRAMS.iter().any(|program| name == *program))
        && words.any(|word| word.starts_with(folder))
}

fn taken(path: &Path, mark: &Path) -> Refusal {
    let words = std::fs::read_to_string(mark).unwrap_or_default();
    let process =
        words.split_whitespace().next_back().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let who = process.map_or_else(String::new, |id| format!(" (process {id})"));
    Refusal(format!(
        "another lab runs on {}{who}; end it with Ctrl-C there, or give this one a folder of its own with --data and a \
         port of its own with --port",
        path.display()
    ))
}

/// What this run goes on with.
///
/// # Errors
/// [`Refusal`] when the fleet that is there was made with another seed.
pub(crate) fn settle(wish: &Wish, before: Option<Made>) -> Result<Made, Refusal> {
    let Some(before) = before else {
        let nodes = wish.nodes.unwrap_or(NODES);
        return Ok(Made { seed: wish.seed.unwrap_or(SEED), nodes, enrolled: nodes });
    };
    if let Some(seed) = wish.seed.filter(|seed| *seed != before.seed) {
        return Err(Refusal(format!(
            "the fleet in this folder was made with seed {}, not {seed}; leave --seed out to go on with it, or start over \
             with --fresh",
            before.seed
        )));
    }
    let nodes = wish.nodes.unwrap_or(before.nodes);
    Ok(Made { nodes, enrolled: before.enrolled.max(nodes), ..before })
}

/// The port of the pages: the one wished for, else the one there was, else the default or, where that is taken, another.
///
/// # Errors
/// [`Refusal`] when a port that people know is taken.
pub(crate) fn pages_port(wish: Option<u16>, before: Option<u16>) -> anyhow::Result<u16> {
    match (wish, before) {
        (Some(0), Some(before)) if is_free(before).is_ok() => Ok(before),
        (Some(0), _) => free_port(),
        (Some(port), _) | (None, Some(port)) => match is_free(port) {
            Ok(()) => Ok(port),
            Err(error) => {
                let kind = error.kind();
                let why = if kind == std::io::ErrorKind::AddrInUse {
                    "is in use".to_owned()
                } else if kind == std::io::ErrorKind::PermissionDenied {
                    "is for root alone".to_owned()
                } else {
                    format!("cannot be opened ({kind})")
                };
                let way = "give another with --port, 0 for any";
                Err(Refusal(format!("port {port} of 127.0.0.1 {why}; {way}")).into())
            }
        },
        (None, None) if is_free(PORT).is_ok() => Ok(PORT),
        (None, None) => {
            let port = free_port()?;
            crate::terminal::say(&format!("lab: port {PORT} is in use, so the pages are on {port}"));
            Ok(port)
        }
    }
}

/// Whether nobody listens there and this program may.
pub(crate) fn is_free(port: u16) -> std::io::Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Made = Made { seed: 7, nodes: 6, enrolled: 6 };

    #[test]
    fn a_second_run_goes_on_with_what_it_was_not_told_to_change() {
        assert_eq!(settle(&Wish::default(), None), Ok(Made { seed: SEED, nodes: NODES, enrolled: NODES }));
        assert_eq!(settle(&Wish::default(), Some(BEFORE)), Ok(BEFORE));
        assert_eq!(settle(&Wish { seed: Some(7), ..Wish::default() }, Some(BEFORE)), Ok(BEFORE));
    }

    #[test]
    fn more_nodes_are_added_and_fewer_are_remembered() {
        let wish = |nodes| Wish { nodes: Some(nodes), ..Wish::default() };
        assert_eq!(settle(&wish(9), Some(BEFORE)), Ok(Made { nodes: 9, enrolled: 9, ..BEFORE }));
        assert_eq!(settle(&wish(2), Some(BEFORE)), Ok(Made { nodes: 2, enrolled: 6, ..BEFORE }));
    }

    #[test]
    fn another_seed_is_refused_with_both_ways_out() {
        let refused =
            settle(&Wish { seed: Some(8), ..Wish::default() }, Some(BEFORE)).expect_err("another seed").0;
        for part in ["seed 7", "not 8", "leave --seed out", "--fresh"] {
            assert!(refused.contains(part), "{part:?} in {refused}");
        }
    }

    #[test]
    fn a_port_that_people_know_is_refused_when_it_is_taken_and_an_unknown_one_is_replaced() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("bound").port();
        for (wish, before) in [(Some(port), None), (None, Some(port)), (Some(port), Some(1))] {
            assert!(pages_port(wish, before).is_err_and(|error| error.to_string().contains("--port")));
        }
        assert!(pages_port(Some(0), Some(port)).is_ok_and(|other| other != port));
    }

    #[test]
    fn only_programs_of_a_lab_at_work_on_its_folder_are_its_own() {
        let folder = Path::new("/srv/lab");
        assert!(is_of(b"/x/sim-node\0--data\0/srv/lab/nodes/sim-0\0", folder));
        for other in [
            &b"/bin/less\0/srv/lab/controller/controller.log\0"[..],
            b"/x/sim-node\0--data\0/srv/lab2\0",
            b"",
        ] {
            assert!(!is_of(other, folder), "{}", String::from_utf8_lossy(other));
        }
    }
}

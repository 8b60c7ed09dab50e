//! What a controller knows of its backups: when the last ones were made, what failed, and whether one was ever opened again.
//!
//! Enters: outcomes. Leaves: `backups.json` in the data folder, written durably, and the lock that lets one backup run at a
//! time. Holds no key and no words of a proof, only their hashes. A file that cannot be read counts as none: it is a record,
//! and must not be what keeps a backup from being made.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::files::{self, Access};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::manifest::proof_sha256;

/// Its file in the data folder.
pub const STATE_FILE: &str = "backups.json";
/// Left by a restore until somebody says that they looked through what it cannot know.
pub const RESTORED_FILE: &str = "restored.json";
const LOCK_FILE: &str = "backup.lock";
/// Backups that are remembered: a proof is typed within weeks, not years. 64 of 200 B are 13 KB.
const MADE_MAX: usize = 64;

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// Newest last.
    pub made: Vec<MadeRow>,
    /// The last attempt, if it failed.
    pub failed: Option<Failed>,
    /// The last backup that was opened with its key, as its words proved.
    pub tested: Option<Tested>,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeRow {
    /// When.
    pub made_ms: i64,
    /// Size of its file.
    pub bytes: u64,
    /// How long it took.
    pub took_ms: u64,
    /// SHA-256 of its proof.
    pub proof_sha256: String,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// When.
    pub at_ms: i64,
    /// Why, in words.
    pub why: String,
}

/// A backup that somebody opened with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// When it was made.
    pub made_ms: i64,
    /// When its words were typed here.
    pub at_ms: i64,
}

/// Left by a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// As of when the data is.
    pub made_ms: i64,
    /// When it was restored.
    pub at_ms: i64,
}

impl State {
    /// Reads it.
    #[must_use]
    pub fn load(data: &Path) -> Self {
        read(&data.join(STATE_FILE)).unwrap_or_default()
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn save(&self, data: &Path) -> Result<(), BackupError> {
        write(&data.join(STATE_FILE), self)
    }

    /// The newest backup.
    #[must_use]
    pub fn newest(&self) -> Option<&MadeRow> {
        self.made.last()
    }

    /// One more was made.
    pub fn add(&mut self, row: MadeRow) {
        self.made.push(row);
        let over = self.made.len().saturating_sub(MADE_MAX);
        self.made.drain(..over);
        self.failed = None;
    }

    /// Somebody typed the words of a backup.
    ///
    /// # Errors
    /// [`BackupError::Proof`] when they are of none.
    pub fn prove(&mut self, words: &str, now: WallMs) -> Result<Tested, BackupError> {
        let hash = proof_sha256(words);
        let found = self.made.iter().find(|row| row.proof_sha256 == hash).ok_or(BackupError::Proof)?;
        let tested = Tested { made_ms: found.made_ms, at_ms: now.0 };
        self.tested = Some(tested);
        Ok(tested)
    }
}

impl Restored {
    /// What a restore left here, if nobody has looked through it yet.
    #[must_use]
    pub fn load(data: &Path) -> Option<Self> {
        read(&data.join(RESTORED_FILE))
    }

    /// Leaves it.
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn save(&self, data: &Path) -> Result<(), BackupError> {
        write(&data.join(RESTORED_FILE), self)
    }
}

/// Held while a backup of a data folder is being made.
#[derive(Debug)]
pub struct Running(#[expect(dead_code, reason = "held for its drop, which gives the lock back")] Flock<File>);

impl Running {
    /// Takes the lock.
    ///
    /// # Errors
    /// [`BackupError::Running`], [`BackupError::Io`].
    pub fn begin(data: &Path) -> Result<Self, BackupError> {
        let path = data.join(LOCK_FILE);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        match Flock::lock(opened.map_err(BackupError::io("open", &path))?, FlockArg::LockExclusiveNonblock) {
            Ok(held) => Ok(Self(held)),
            Err((_, Errno::EWOULDBLOCK)) => Err(BackupError::Running { path: data.to_owned() }),
            Err((_, errno)) => Err(BackupError::io("lock", &path)(errno.into())),
        }
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    let text = files::read_text_if_there(path).ok().flatten()?;
    serde_json::from_str(&text).ok()
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), BackupError> {
    let text =
        serde_json::to_vec(value).map_err(std::io::Error::from).map_err(BackupError::io("write", path))?;
    Ok(files::write_durably(path, &text, Access::Secret)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(made_ms: i64, words: &str) -> MadeRow {
        MadeRow { made_ms, bytes: 5, took_ms: 6, proof_sha256: proof_sha256(words) }
    }

    #[test]
    fn words_prove_the_backup_they_are_of_and_a_bounded_number_is_remembered() {
        let folder = crate::api::testing::folder();
        let mut state = State::load(folder.path());
        state.failed = Some(Failed { at_ms: 1, why: "no room".into() });
        for number in 0..70_u32 {
            state.add(row(i64::from(number), &format!("word-{number}")));
        }
        assert_eq!((state.made.len(), state.failed.clone()), (MADE_MAX, None));
        assert_eq!(state.prove("WORD 69", WallMs(99)).expect("known").made_ms, 69);
        assert!(matches!(state.prove("word-1", WallMs(99)), Err(BackupError::Proof)), "forgotten");
        state.save(folder.path()).expect("saved");
        assert_eq!(State::load(folder.path()), state);
        std::fs::write(folder.path().join(STATE_FILE), "{").expect("broken");
        assert_eq!(State::load(folder.path()), State::default());
    }

    #[test]
    fn one_backup_runs_at_a_time() {
        let folder = crate::api::testing::folder();
        let held = Running::begin(folder.path()).expect("free");
        assert!(matches!(Running::begin(folder.path()), Err(BackupError::Running { .. })));
        drop(held);
        assert!(Running::begin(folder.path()).is_ok());
    }
}

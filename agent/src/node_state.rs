//! What the agent itself remembers between starts: which boot of the machine it last saw, and that boot's number.
//!
//! Enters: the stored state, and the kernel's boot id. Leaves: the boot counter of this start, the one before, and whether
//! the machine booted or only the agent started again. The file is `boot.json` in the state folder, written durably
//! before the counter is first used. A missing or damaged file starts from the newest boot that the spool knows, so that
//! the counter never goes back while unsent records exist.

use std::io;
use std::path::{Path, PathBuf};

use holdfast_protocol::ids::BootCounter;
use serde::{Deserialize, Serialize};

use crate::durable;

/// Name of the file.
pub const BOOT_FILE: &str = "boot.json";
/// Where Linux tells this boot from all others.
const BOOT_ID_FILE: &str = "/proc/sys/kernel/random/boot_id";
/// A boot id is a UUID of 36 characters; anything much longer is something else.
const BOOT_ID_CHARACTERS_MAX: usize = 64;

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    boot_id: String,
    counter: BootCounter,
}

/// Which start this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The number of this boot of the machine.
    pub boot: BootCounter,
    /// The boot that the agent last ran in, none at its first start.
    pub before: Option<BootCounter>,
    /// Whether the machine booted since, or only the agent started again.
    pub machine: bool,
}

/// Why the start could not be numbered.
#[derive(Debug, thiserror::Error)]
pub enum NodeStateError {
    /// The kernel's boot id could not be read.
    #[error("could not read {BOOT_ID_FILE}")]
    BootId(#[source] io::Error),
    /// The state folder could not be written.
    #[error("could not write {}; the state folder must be writable by the agent's user", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is there and could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Numbers this start and remembers it. `newest` is the newest boot that the spool holds records of; it is asked only
/// without a usable file.
///
/// # Errors
/// [`NodeStateError`].
pub fn begin(folder: &Path, newest: impl FnOnce() -> Option<BootCounter>) -> Result<Start, NodeStateError> {
    let text = std::fs::read_to_string(BOOT_ID_FILE).map_err(NodeStateError::BootId)?;
    let boot_id: String = text.trim().chars().take(BOOT_ID_CHARACTERS_MAX).collect();
    begin_with(folder, newest, &boot_id)
}

fn begin_with(
    folder: &Path,
    newest: impl FnOnce() -> Option<BootCounter>,
    boot_id: &str,
) -> Result<Start, NodeStateError> {
    let path = folder.join(BOOT_FILE);
    let stored = match std::fs::read(&path) {
        Ok(bytes) => {
            let stored = serde_json::from_slice::<Stored>(&bytes).ok();
            if stored.is_none() {
                tracing::warn!(path = %path.display(), "boot.json is damaged; counting goes on from the spool");
            }
            stored
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(NodeStateError::Read { path, source }),
    };
    let (start, next) = number(stored.as_ref(), newest, boot_id);
    if stored.as_ref() != Some(&next) {
        let bytes = serde_json::to_vec(&next).unwrap_or_default();
        durable::write(&path, &bytes, 0o600).map_err(|source| NodeStateError::Write { path, source })?;
    }
    Ok(start)
}

fn number(
    stored: Option<&Stored>,
    newest: impl FnOnce() -> Option<BootCounter>,
    boot_id: &str,
) -> (Start, Stored) {
    let before = stored.map(|stored| stored.counter).or_else(newest);
    let same = stored.is_some_and(|stored| stored.boot_id == boot_id);
    let boot = match before {
        Some(before) if same => before,
        // Four thousand million boots are one a second for 136 years; the last number then stays.
        Some(before) => BootCounter(before.0.saturating_add(1)),
        None => BootCounter(1),
    };
    (Start { boot, before, machine: !same }, Stored { boot_id: boot_id.to_owned(), counter: boot })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn the_machines_boots_are_counted_and_the_agents_own_restarts_are_not() {
        let folder = Folder::new("boots");
        let first = begin_with(folder.path(), || None, "a").expect("written");
        assert_eq!(first, Start { boot: BootCounter(1), before: None, machine: true });
        let again = begin_with(folder.path(), || None, "a").expect("written");
        assert_eq!(again, Start { boot: BootCounter(1), before: Some(BootCounter(1)), machine: false });
        let booted = begin_with(folder.path(), || None, "b").expect("written");
        assert_eq!(booted, Start { boot: BootCounter(2), before: Some(BootCounter(1)), machine: true });
    }

    #[test]
    fn a_lost_or_damaged_file_counts_on_from_the_spool() {
        let folder = Folder::new("lost-boots");
        let start = begin_with(folder.path(), || Some(BootCounter(41)), "a").expect("written");
        assert_eq!(start.boot, BootCounter(42));
        std::fs::write(folder.path().join(BOOT_FILE), b"{\"boot_id\":").expect("written");
        let start = begin_with(folder.path(), || Some(BootCounter(42)), "a").expect("written");
        assert_eq!(start.boot, BootCounter(43));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let error = begin_with(Path::new("/proc/holdfast"), || None, "a").expect_err("refused");
        assert!(error.to_string().contains("/proc/holdfast/boot.json"), "{error}");
    }
}

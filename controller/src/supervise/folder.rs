//! The data folder: whether it can be used, and a lock so that two controllers never write the same files.
//!
//! Enters: its path. Leaves: a lock that lasts as long as the process, or a refusal that says what to do. The kernel takes
//! the lock back when the process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

/// Folder of the fleet's keys in the data folder.
pub const KEYS_FOLDER: &str = "keys";
const LOCK_FILE: &str = "lock";
/// Least room to start with: two databases each make a log and its 32 KiB index before the first read, and 4 MiB are some
/// seconds of commits in which a running controller notices that it is full and says so.
const FREE_BYTES_MIN: u64 = 4 << 20;

/// Held while this process is the controller of its folder.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its drop, which gives the lock back")] Flock<File>);

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// `init` was not run, or another folder is meant.
    #[error(
        "{path} holds no fleet; make one with `holdfast-controller init --data {path}`, or name the right folder with --data"
    )]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
    /// Others may look in.
    #[error(
        "others may enter {path} (mode {mode:03o}), where keys and passwords' hashes lie; run: chmod 700 {path}"
    )]
    Open {
        /// Which folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It cannot be read or written.
    #[error(
        "{path} cannot be used by this user; give it to the user that runs the controller, or free its disk"
    )]
    Unusable {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its disk has no room.
    #[error(
        "the disk of {path} is full: {free_bytes} bytes are free, and {FREE_BYTES_MIN} are needed to start; free space, or \
         give the data folder a larger disk"
    )]
    Full {
        /// Which folder.
        path: PathBuf,
        /// What is left.
        free_bytes: u64,
    },
    /// Another process has it.
    #[error("another controller runs on {path}; stop that one first")]
    Taken {
        /// Which folder.
        path: PathBuf,
    },
}

/// Looks at the folder and takes its lock.
pub(super) fn open(path: &Path) -> Result<Lock, FolderError> {
    if !path.join(KEYS_FOLDER).is_dir() {
        // A folder that may not be entered looks empty; say which it is.
        return match std::fs::read_dir(path) {
            Err(source) if source.kind() == io::ErrorKind::PermissionDenied => {
                Err(FolderError::Unusable { path: path.to_path_buf(), source })
            }
            Ok(_) | Err(_) => Err(FolderError::Empty { path: path.to_path_buf() }),
        };
    }
    private(path)?;
    roomy(path)?;
    lock(path)
}

/// A full disk is found out here, under its own name: SQLite would call it an I/O error.
fn roomy(path: &Path) -> Result<(), FolderError> {
    let unusable = |errno: Errno| FolderError::Unusable { path: path.to_path_buf(), source: errno.into() };
    let disk = nix::sys::statvfs::statvfs(path).map_err(unusable)?;
    let free_bytes = disk.blocks_available().saturating_mul(disk.fragment_size());
    if free_bytes < FREE_BYTES_MIN {
        return Err(FolderError::Full { path: path.to_path_buf(), free_bytes });
    }
    Ok(())
}

/// Refuses a folder that others may enter.
///
/// # Errors
/// [`FolderError::Open`], [`FolderError::Unusable`].
pub fn private(path: &Path) -> Result<(), FolderError> {
    let unusable = |source| FolderError::Unusable { path: path.to_path_buf(), source };
    let mode = std::fs::metadata(path).map_err(unusable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(FolderError::Open { path: path.to_path_buf(), mode });
    }
    Ok(())
}

/// Takes the lock of a folder.
///
/// # Errors
/// [`FolderError::Taken`], [`FolderError::Unusable`].
pub fn lock(path: &Path) -> Result<Lock, FolderError> {
    let file = path.join(LOCK_FILE);
    let unusable = |source| FolderError::Unusable { path: file.clone(), source };
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&file);
    match Flock::lock(opened.map_err(unusable)?, FlockArg::LockExclusiveNonblock) {
        Ok(held) => Ok(Lock(held)),
        Err((_, Errno::EWOULDBLOCK)) => Err(FolderError::Taken { path: path.to_path_buf() }),
        Err((_, errno)) => Err(unusable(errno.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_fleet_an_open_one_and_a_taken_one_are_told_apart() {
        let folder = crate::api::testing::folder();
        let path = folder.path();
        assert!(matches!(open(path), Err(FolderError::Empty { .. })));
        std::fs::create_dir(path.join(KEYS_FOLDER)).expect("keys");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("mode");
        assert!(matches!(open(path), Err(FolderError::Open { mode: 0o755, .. })));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).expect("mode");
        let held = open(path).expect("the lock");
        assert!(matches!(open(path), Err(FolderError::Taken { .. })));
        drop(held);
        assert!(open(path).is_ok());
    }
}

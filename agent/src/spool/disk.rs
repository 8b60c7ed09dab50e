//! The port between the spool and whatever holds its files.
//!
//! Two real implementations exist: a folder ([`super::files::FileDisk`]) and, for tests and the simulation, a disk in
//! memory that forgets what was not synced (`faulty::FaultyDisk`). The contract is what a careless POSIX file system
//! promises and no more: bytes are durable only after [`Disk::sync`] of their file, names only after
//! [`Disk::sync_directory`], and after a failed sync the bytes it was for must be counted as gone.

use std::io;

use super::SpoolError;

/// A flat folder of files. Names are plain file names without separators.
pub trait Disk {
    /// Names of all files, in no particular order.
    ///
    /// # Errors
    /// Whatever the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Up to `bytes_max` bytes from `offset`; shorter at the end of the file, empty behind it.
    ///
    /// # Errors
    /// `NotFound` without such a file; else whatever the system says.
    fn read(&self, name: &str, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>>;

    /// Writes at `offset`, making the file when it is not there. May have written a part when it fails.
    ///
    /// # Errors
    /// `StorageFull` when there is no room; else whatever the system says.
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `length` bytes.
    ///
    /// # Errors
    /// Whatever the system says.
    fn truncate(&mut self, name: &str, length: u64) -> io::Result<()>;

    /// Makes all bytes of the file durable.
    ///
    /// # Errors
    /// After an error nothing written since the last good sync may be relied upon, even if a later sync succeeds.
    fn sync(&mut self, name: &str) -> io::Result<()>;

    /// Renames, replacing `to` if it is there.
    ///
    /// # Errors
    /// Whatever the system says.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes the file.
    ///
    /// # Errors
    /// `NotFound` without such a file; else whatever the system says.
    fn remove(&mut self, name: &str) -> io::Result<()>;

    /// Makes creations, renames and removals durable.
    ///
    /// # Errors
    /// Whatever the system says; then none of them may be relied upon.
    fn sync_directory(&mut self) -> io::Result<()>;
}

/// Adds what was tried, and on which file, to an error of the disk.
pub(crate) trait Doing<T> {
    /// Names the action and the file.
    fn doing(self, action: &'static str, file: &str) -> Result<T, SpoolError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: &'static str, file: &str) -> Result<T, SpoolError> {
        self.map_err(|source| SpoolError::from_disk(action, file, source))
    }
}

//! A disk that leaves a sync out: what the model must notice, or it would prove nothing.
//!
//! Enters: a simulated disk, which sync to leave out. Leaves: the same disk, a promise poorer.

use std::io;

use super::Disk;
use super::faulty::FaultyDisk;

/// Which sync does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forgets {
    Nothing,
    Segments,
    State,
    Directory,
}

/// A disk that leaves a sync out, as the spool would if the call were removed.
#[derive(Debug)]
pub(super) struct Forgetful {
    pub(super) disk: FaultyDisk,
    pub(super) forgets: Forgets,
}

impl Disk for Forgetful {
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }
    fn read(&self, name: &str, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        self.disk.read(name, offset, bytes_max)
    }
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.write(name, offset, bytes)
    }
    fn truncate(&mut self, name: &str, length: u64) -> io::Result<()> {
        self.disk.truncate(name, length)
    }
    fn sync(&mut self, name: &str) -> io::Result<()> {
        match self.forgets {
            Forgets::Segments if name.ends_with(".seg") => Ok(()),
            Forgets::State if name.starts_with("state") => Ok(()),
            Forgets::Segments | Forgets::State | Forgets::Directory | Forgets::Nothing => {
                self.disk.sync(name)
            }
        }
    }
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }
    fn sync_directory(&mut self) -> io::Result<()> {
        if self.forgets == Forgets::Directory { Ok(()) } else { self.disk.sync_directory() }
    }
}

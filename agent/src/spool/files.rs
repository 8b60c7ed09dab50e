//! The spool's folder on a real file system.
//!
//! Enters: a folder. Leaves: a [`Disk`] over it, held by this process alone (a lock on the file `lock`). Files are made
//! with mode 0600, the folder with 0700. Never follows a name out of the folder: names come from the spool only.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::SpoolError;
use super::disk::{Disk, Doing};

/// Written files kept open between write and sync: one segment a lane and the state's temporary file.
const HANDLES_MAX: usize = 3;

/// Name of the file whose lock says that the folder is in use.
const LOCK: &str = "lock";

/// A folder.
#[derive(Debug)]
pub struct FileDisk {
    folder: PathBuf,
    /// The handle through which bytes were written is the one that is synced: a failure of writing back is reported to
    /// handles that were open at the time.
    handles: Vec<(String, File)>,
    _lock: File,
}

impl FileDisk {
    /// Opens the folder, making it if it is not there, and locks it until dropped.
    ///
    /// # Errors
    /// [`SpoolError::InUse`] when another process holds it; else what the system says.
    pub fn open(folder: &Path) -> Result<Self, SpoolError> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).doing("making", "the folder")?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join(LOCK))
            .doing("opening", LOCK)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), handles: Vec::new(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(SpoolError::InUse),
            Err(TryLockError::Error(source)) => Err(SpoolError::from_disk("locking", LOCK, source)),
        }
    }

    fn handle(&mut self, name: &str) -> io::Result<&File> {
        if !self.handles.iter().any(|(held, _)| held == name) {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(self.folder.join(name))?;
            if self.handles.len() >= HANDLES_MAX {
                self.handles.remove(0);
            }
            self.handles.push((name.to_owned(), file));
        }
        let found = self.handles.iter().find(|(held, _)| held == name);
        found.map(|(_, file)| file).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn forget(&mut self, name: &str) {
        self.handles.retain(|(held, _)| held != name);
    }
}

impl Disk for FileDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && name != LOCK
                && entry.file_type()?.is_file()
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn read(&self, name: &str, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.folder.join(name))?;
        let left = file.metadata()?.len().saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(bytes_max);
        let mut bytes = vec![0; wanted];
        file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.handle(name)?.write_all_at(bytes, offset)
    }

    fn truncate(&mut self, name: &str, length: u64) -> io::Result<()> {
        self.handle(name)?.set_len(length)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.handle(name)?.sync_all()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.forget(from);
        self.forget(to);
        std::fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.forget(name);
        std::fs::remove_file(self.folder.join(name))
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

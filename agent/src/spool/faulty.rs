//! A disk in memory that keeps no promise beyond the port's: for tests and the simulation, never in the shipped agent.
//!
//! Enters: a seed and wishes for faults. Leaves: a [`Disk`] whose power can fail at any operation. At a crash every write
//! since its file's last good sync is absent, there, or partly there (a beginning, the rest zeros if the file had grown),
//! each for itself, so files and places within a file are reordered freely; names made, changed or removed since the last
//! sync of the folder may be undone. A failed sync takes its bytes with it for good, though reading still shows them.
//! Reading fails too: now and then for a moment, or for good where a sector went bad, until it is written again.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::Disk;

/// A handle to a simulated disk; clones share it, so a test keeps one while the spool owns another.
#[derive(Debug, Clone)]
pub struct FaultyDisk {
    inner: Arc<Mutex<Inner>>,
}

/// Faults that are switched on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// Room for all files together; `StorageFull` beyond it.
    pub capacity_bytes: Option<u64>,
    /// One in so many changing operations fails with EIO.
    pub errors_one_in: Option<u32>,
    /// One in so many reads fails with EIO; the next one may succeed.
    pub reads_fail_one_in: Option<u32>,
    /// So many syncs of files fail with EIO.
    pub syncs_fail: u32,
    /// After so many changing operations the power is gone: each one fails until [`FaultyDisk::crash`].
    pub power_fails_after: Option<u32>,
}

#[derive(Debug)]
struct Inner {
    random: fastrand::Rng,
    faults: Faults,
    next_file: u64,
    names: BTreeMap<String, u64>,
    names_durable: BTreeMap<String, u64>,
    name_changes: Vec<NameChange>,
    files: BTreeMap<u64, File>,
    worn: Option<u64>,
    /// File, from and behind: reading any byte of it fails.
    bad: Vec<(u64, usize, usize)>,
    syncs: u64,
    reads: u64,
}

#[derive(Debug, Default)]
struct File {
    seen: Vec<u8>,
    durable: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Clone)]
enum NameChange {
    Make { name: String, file: u64 },
    Rename { from: String, to: String, file: u64 },
    Remove { name: String },
}

impl FaultyDisk {
    /// An empty disk; `seed` decides what a crash leaves.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let inner = Inner {
            random: fastrand::Rng::with_seed(seed),
            faults: Faults::default(),
            next_file: 1,
            names: BTreeMap::new(),
            names_durable: BTreeMap::new(),
            name_changes: Vec::new(),
            files: BTreeMap::new(),
            worn: None,
            bad: Vec::new(),
            syncs: 0,
            reads: 0,
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Switches faults.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// The power fails: what was not synced may be gone. The disk works again afterwards, without faults.
    pub fn crash(&self) {
        let inner = &mut *self.lock();
        inner.faults = Faults::default();
        inner.crash();
    }

    /// Flips one bit of a file for good, as a bad sector does. Answers whether the file has that byte.
    pub fn rot(&self, name: &str, offset: usize, bit: u8) -> bool {
        let inner = &mut *self.lock();
        let Some(file) = inner.names.get(name).and_then(|id| inner.files.get_mut(id)) else { return false };
        let mut found = false;
        for bytes in [&mut file.seen, &mut file.durable] {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= 1 << (bit % 8);
                found = true;
            }
        }
        found
    }

    /// From now on no sync of this file succeeds, as with a bad sector under it.
    pub fn wear_out(&self, name: &str) {
        let inner = &mut *self.lock();
        inner.worn = inner.names.get(name).copied();
    }

    /// From now on reading `bytes` bytes of the file from `offset` fails, until they are written again or [`Self::mend`].
    pub fn go_bad(&self, name: &str, offset: usize, bytes: usize) {
        let inner = &mut *self.lock();
        if let Some(file) = inner.names.get(name).copied() {
            inner.bad.push((file, offset, offset.saturating_add(bytes)));
        }
    }

    /// All that went bad can be read again, as after a cable was put back.
    pub fn mend(&self) {
        self.lock().bad.clear();
    }

    /// The process is killed, the power stays: faults end, and what was written is still seen.
    pub fn survive_kill(&self) {
        self.lock().faults = Faults::default();
    }

    /// How often a file or the folder was synced.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// How often a file was read, successfully or not.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.lock().reads
    }

    /// Bytes of all files.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.lock().used()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn used(&self) -> u64 {
        let bytes: usize =
            self.names.values().filter_map(|id| self.files.get(id)).map(|file| file.seen.len()).sum();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Every changing operation begins here.
    fn begin(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.faults.power_fails_after {
            if *left == 0 {
                return Err(io::Error::other("the power is gone"));
            }
            *left -= 1;
        }
        match self.faults.errors_one_in {
            Some(many) if self.random.u32(0..many.max(1)) == 0 => {
                Err(io::Error::other("simulated input/output error"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn fail_sync(&mut self, name: &str) -> io::Result<()> {
        if self.worn.is_some() && self.worn == self.names.get(name).copied() {
            return Err(io::Error::other("simulated bad sector"));
        }
        let Some(left) = self.faults.syncs_fail.checked_sub(1) else { return Ok(()) };
        self.faults.syncs_fail = left;
        Err(io::Error::other("simulated error of a sync"))
    }

    /// Fails a read that meets a bad sector, and one in so many others.
    fn fail_read(&mut self, name: &str, start: usize, end: usize) -> io::Result<()> {
        let id = self.names.get(name).copied();
        if self.bad.iter().any(|(file, from, to)| Some(*file) == id && *from < end && start < *to) {
            return Err(io::Error::other("simulated bad sector"));
        }
        match self.faults.reads_fail_one_in {
            Some(many) if self.random.u32(0..many.max(1)) == 0 => {
                Err(io::Error::other("simulated error of a read"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn file(&mut self, name: &str) -> io::Result<&mut File> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, name.to_owned());
        let id = self.names.get(name).ok_or_else(missing)?;
        self.files.get_mut(id).ok_or_else(missing)
    }

    fn crash(&mut self) {
        let mut names = std::mem::take(&mut self.names_durable);
        for change in std::mem::take(&mut self.name_changes) {
            if self.random.bool() {
                change.apply(&mut names);
            }
        }
        for file in self.files.values_mut() {
            for change in std::mem::take(&mut file.changes) {
                change.apply_torn(&mut file.durable, &mut self.random);
            }
            file.seen = file.durable.clone();
        }
        self.files.retain(|id, _| names.values().any(|used| used == id));
        self.names = names.clone();
        self.names_durable = names;
    }
}

impl NameChange {
    fn apply(self, names: &mut BTreeMap<String, u64>) {
        match self {
            Self::Make { name, file } => {
                names.insert(name, file);
            }
            Self::Rename { from, to, file } => {
                if names.get(&from) == Some(&file) {
                    names.remove(&from);
                }
                names.insert(to, file);
            }
            Self::Remove { name } => {
                names.remove(&name);
            }
        }
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(to, *offset, bytes),
            Self::Truncate { length } => to.resize(*length, 0),
        }
    }

    fn apply_torn(&self, to: &mut Vec<u8>, random: &mut fastrand::Rng) {
        match (random.u8(0..4), self) {
            (0, _) => {}
            (1, Self::Write { offset, bytes }) => {
                let written = random.usize(0..=bytes.len());
                put(to, *offset, bytes.get(..written).unwrap_or_default());
                let end = offset.saturating_add(bytes.len());
                if random.bool() && to.len() < end {
                    to.resize(end, 0);
                }
            }
            (_, change) => change.apply(to),
        }
    }
}

impl Disk for FaultyDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().names.keys().cloned().collect())
    }

    fn read(&self, name: &str, offset: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let inner = &mut *self.lock();
        inner.reads += 1;
        let rest = inner.file(name)?.seen.get(start..).unwrap_or_default();
        let bytes = rest.get(..bytes_max).unwrap_or(rest).to_vec();
        inner.fail_read(name, start, start.saturating_add(bytes.len()))?;
        Ok(bytes)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let inner = &mut *self.lock();
        inner.begin()?;
        if !inner.names.contains_key(name) {
            let file = inner.next_file;
            inner.next_file += 1;
            inner.files.insert(file, File::default());
            inner.names.insert(name.to_owned(), file);
            inner.name_changes.push(NameChange::Make { name: name.to_owned(), file });
        }
        let used = inner.used();
        let room = inner.faults.capacity_bytes.map_or(u64::MAX, |capacity| capacity.saturating_sub(used));
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let file = inner.file(name)?;
        let grows = offset.saturating_add(bytes.len()).saturating_sub(file.seen.len());
        let missing = grows.saturating_sub(usize::try_from(room).unwrap_or(usize::MAX));
        let written = bytes.get(..bytes.len().saturating_sub(missing)).unwrap_or_default();
        if !written.is_empty() {
            let change = Change::Write { offset, bytes: written.to_vec() };
            let (begin, end) = (offset, offset.saturating_add(written.len()));
            change.apply(&mut file.seen);
            file.changes.push(change);
            // A disk gives a sector that it could not read another place when it is written.
            let id = inner.names.get(name).copied();
            inner.bad.retain(|(file, from, to)| Some(*file) != id || *to <= begin || end <= *from);
        }
        if missing > 0 { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(()) }
    }

    fn truncate(&mut self, name: &str, length: u64) -> io::Result<()> {
        let inner = &mut *self.lock();
        inner.begin()?;
        let file = inner.file(name)?;
        let change = Change::Truncate { length: usize::try_from(length).unwrap_or(usize::MAX) };
        change.apply(&mut file.seen);
        file.changes.push(change);
        Ok(())
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        let inner = &mut *self.lock();
        let begun = inner.begin().and_then(|()| inner.fail_sync(name));
        let is_powered = inner.faults.power_fails_after != Some(0) || begun.is_ok();
        inner.syncs += 1;
        let file = inner.file(name)?;
        if begun.is_err() {
            // What the system gave up writing counts as clean afterwards: no later sync brings it to the disk.
            if is_powered {
                file.changes.clear();
            }
            return begun;
        }
        for change in std::mem::take(&mut file.changes) {
            change.apply(&mut file.durable);
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let inner = &mut *self.lock();
        inner.begin()?;
        let missing = || io::Error::new(io::ErrorKind::NotFound, from.to_owned());
        let file = inner.names.remove(from).ok_or_else(missing)?;
        inner.names.insert(to.to_owned(), file);
        inner.name_changes.push(NameChange::Rename { from: from.to_owned(), to: to.to_owned(), file });
        Ok(())
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        let inner = &mut *self.lock();
        inner.begin()?;
        let missing = || io::Error::new(io::ErrorKind::NotFound, name.to_owned());
        inner.names.remove(name).ok_or_else(missing)?;
        inner.name_changes.push(NameChange::Remove { name: name.to_owned() });
        Ok(())
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        let inner = &mut *self.lock();
        inner.begin()?;
        inner.syncs += 1;
        let changes = std::mem::take(&mut inner.name_changes);
        for change in changes {
            change.apply(&mut inner.names_durable);
        }
        Ok(())
    }
}

fn put(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset.saturating_add(bytes.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    if let Some(place) = to.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}

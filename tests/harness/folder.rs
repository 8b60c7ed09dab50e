//! A folder of its own for each test: removed when the test passes, kept and named when it fails.
//!
//! Enters: a name. Leaves: a path below the system's temporary folder. Never removes what it did not make. Who holds a
//! folder takes part in the run: tests that measure the machine ask for one [`Folder::alone`] and wait until nobody else
//! of their program has one.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static NEXT: AtomicU32 = AtomicU32::new(0);
static MACHINE: RwLock<()> = RwLock::new(());

/// What a test has of the machine while it runs; held, never read.
#[derive(Debug)]
enum Share {
    Part(#[expect(dead_code, reason = "held until dropped")] RwLockReadGuard<'static, ()>),
    All(#[expect(dead_code, reason = "held until dropped")] RwLockWriteGuard<'static, ()>),
}

/// The folder; dropping it while panicking keeps it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _share: Share,
}

impl Folder {
    /// Makes a new, empty folder, beside the tests that run at the same time. A test has one.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(name: &str) -> anyhow::Result<Self> {
        Self::with(name, Share::Part(MACHINE.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Makes a new, empty folder once no other test of this program has one.
    ///
    /// # Errors
    /// What the file system says.
    pub fn alone(name: &str) -> anyhow::Result<Self> {
        Self::with(name, Share::All(MACHINE.write().unwrap_or_else(PoisonError::into_inner)))
    }

    fn with(name: &str, share: Share) -> anyhow::Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("holdfast-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self { path, _share: share })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kept for a look: {}", self.path.display());
        } else if let Err(error) = std::fs::remove_dir_all(&self.path) {
            eprintln!("could not remove {}: {error}", self.path.display());
        }
    }
}

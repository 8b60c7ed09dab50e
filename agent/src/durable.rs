//! Durable writes of small files: temporary file, write, fsync, rename over the old one, fsync of the folder.
//!
//! Enters: a path and bytes. Leaves: nothing, once a power cut can no longer bring back the old bytes or a mixture. A crash
//! in between leaves the old file whole and at most one `.tmp` beside it, which the next write replaces.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes `bytes` to `path`, readable by `mode`.
///
/// # Errors
/// Whatever the file system says; the old file is then still there.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path has no folder"));
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = folder.join(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()
}

//! Files that must survive a power cut: keys, certificates, identities.
//!
//! Enters: a path and bytes. Leaves: the same bytes on disk, or the old ones, never a mixture. The order is: temporary file
//! beside the target, write, fsync, rename over the target, fsync of the folder. Secret files are mode 0600 from the moment
//! they exist. Never follows a half-written temporary file: it is replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Largest file that is read whole: a certificate chain is 3 KB, a credentials file less; 256 KiB leaves room for a
/// foreign chain and none for a disk image named by mistake.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the owner: 0600.
    Secret,
    /// Anyone: 0644.
    Public,
}

/// A file could not be used.
#[derive(Debug, thiserror::Error)]
#[error("could not {what} {}", path.display())]
pub struct FileError {
    /// What was tried: `write`, `read`, `create the folder`.
    pub what: &'static str,
    /// Which file or folder.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub source: io::Error,
}

impl FileError {
    fn of(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { what, path, source }
    }

    /// Whether the file is simply not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// Writes `bytes` durably: when this returns, a power cut leaves them there.
///
/// # Errors
/// [`FileError`]; the old file, if any, is then still whole.
pub fn write_durably(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let folder = folder_of(path);
    let temporary = temporary_of(path);
    let wrong = |error| FileError::of("write", path)(error);
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrong(error)),
        Ok(()) | Err(_) => {}
    }
    let mode = match access {
        Access::Secret => 0o600,
        Access::Public => 0o644,
    };
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary).map_err(wrong)?;
    file.write_all(bytes).map_err(wrong)?;
    file.sync_all().map_err(wrong)?;
    fs::rename(&temporary, path).map_err(wrong)?;
    sync_folder(folder)
}

/// Reads a whole file of at most [`FILE_BYTES_MAX`] bytes.
///
/// # Errors
/// [`FileError`]; [`FileError::is_missing`] tells a file that is not there.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let wrong = |error| FileError::of("read", path)(error);
    let file = File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        let message = format!("it is larger than {FILE_BYTES_MAX} bytes");
        return Err(wrong(io::Error::new(io::ErrorKind::FileTooLarge, message)));
    }
    Ok(bytes)
}

/// Reads a whole text file.
///
/// # Errors
/// As [`read`], and for bytes that are not UTF-8.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    String::from_utf8(read(path)?)
        .map_err(|error| FileError::of("read", path)(io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// Reads a text file, or `None` when it is not there.
///
/// # Errors
/// As [`read_text`] for every other reason.
pub fn read_text_if_there(path: &Path) -> Result<Option<String>, FileError> {
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a folder (and those above it) that only its owner enters, mode 0700. One that exists is left as it is.
///
/// # Errors
/// [`FileError`].
pub fn create_private_folder(path: &Path) -> Result<(), FileError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(FileError::of("create the folder", path))?;
    sync_folder(folder_of(path))
}

/// Refuses a secret file that others may read; for files that this program writes 0600 and finds otherwise.
///
/// # Errors
/// [`FileError`], saying the mode and the command that mends it.
pub fn require_private(path: &Path) -> Result<(), FileError> {
    let mode = fs::metadata(path).map_err(FileError::of("read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message = format!("others may read it (mode {mode:03o}); run: chmod 600 {}", path.display());
    Err(FileError::of("trust", path)(io::Error::new(io::ErrorKind::PermissionDenied, message)))
}

/// Makes a rename in `folder` survive a power cut.
///
/// # Errors
/// [`FileError`].
pub fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder).and_then(|open| open.sync_all()).map_err(FileError::of("sync the folder", folder))
}

/// The folder a path lies in; `.` for a bare name.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

fn temporary_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("is there").permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_file_is_0600_and_a_second_write_replaces_it_whole() {
        let scratch = Scratch::new();
        let path = scratch.path().join("node.key");
        write_durably(&path, b"first, longer", Access::Secret).expect("written");
        write_durably(&path, b"second", Access::Secret).expect("written");
        assert_eq!(read(&path).expect("read"), b"second");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(scratch.path()).expect("listed").count(), 1, "no temporary file stays");
    }

    #[test]
    fn a_torn_temporary_file_of_an_earlier_try_is_replaced_and_never_read() {
        let scratch = Scratch::new();
        let path = scratch.path().join("node.json");
        fs::write(temporary_of(&path), b"{\"ver").expect("written");
        assert_eq!(read_text_if_there(&path).expect("read"), None);
        write_durably(&path, b"{}", Access::Public).expect("written");
        assert_eq!(read_text(&path).expect("read"), "{}");
    }

    #[test]
    fn a_file_others_may_read_is_refused_with_the_command_that_mends_it() {
        let scratch = Scratch::new();
        let path = scratch.path().join("credentials.toml");
        write_durably(&path, b"x", Access::Public).expect("written");
        let error = require_private(&path).expect_err("readable by others");
        assert!(error.source.to_string().contains("chmod 600"), "{}", error.source);
    }

    #[test]
    fn a_file_too_large_to_be_meant_is_refused() {
        let scratch = Scratch::new();
        let path = scratch.path().join("big");
        fs::write(&path, vec![0_u8; 256 * 1024 + 1]).expect("written");
        assert!(read(&path).is_err());
    }
}

//! Reading the text files of /proc and /sys, bounded, and saying in words why one makes no sense.
//!
//! Enters: a path below a root (the machine's, or a folder of recorded files in tests). Leaves: at most
//! [`FILE_BYTES_MAX`] of text, or an error that names the file. Never follows a file without end.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Most that is read of one file: /proc/net/dev with 1,500 interfaces, mountinfo with 1,000 mounts. What lies behind it
/// is not seen; the limits on instances are far below.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;

/// Why a probe has no reading.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A file could not be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why. Part of the words, since they travel without their chain.
        source: io::Error,
    },
    /// A file was read and does not have the shape that the kernel documents.
    #[error("{} has no usable {what}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// The folder that stands for `/`.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// The machine itself.
    #[must_use]
    pub fn machine() -> Self {
        Self(PathBuf::from("/"))
    }

    /// A folder of recorded files.
    #[must_use]
    pub fn recorded(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// A file below it.
    #[must_use]
    pub fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// The text of a file, cut at [`FILE_BYTES_MAX`]; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// [`ProbeError::Read`].
    pub fn text(&self, below: &str) -> Result<String, ProbeError> {
        let path = self.path(below);
        read(&path).map_err(|source| ProbeError::Read { path, source })
    }

    /// What a parser makes of a file.
    ///
    /// # Errors
    /// [`ProbeError::Read`], or [`ProbeError::Shape`] when the parser finds no `what`.
    pub fn parse<T>(
        &self,
        below: &str,
        what: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ProbeError> {
        let text = self.text(below)?;
        parse(&text).ok_or_else(|| ProbeError::Shape { path: self.path(below), what })
    }

    /// The one number in a file, or none: files of /sys come and go with their devices.
    #[must_use]
    pub fn number(&self, below: &str) -> Option<u64> {
        read(&self.path(below)).ok()?.trim().parse().ok()
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The recorded files in `agent/test-data`.
#[cfg(test)]
pub(crate) fn recorded() -> Root {
    Root::recorded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("test-data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn a_file_without_end_is_cut_and_one_that_is_missing_is_named() {
        let text = Root::machine().text("dev/zero").expect("readable");
        assert_eq!(u64::try_from(text.len()).expect("small"), FILE_BYTES_MAX);
        let error = Root::machine().text("proc/holdfast").expect_err("missing").to_string();
        assert!(error.contains("/proc/holdfast") && error.contains("No such file"), "{error}");
    }

    #[test]
    fn a_shape_that_does_not_fit_says_which_file_and_what_was_looked_for() {
        let folder = Folder::new("shape");
        std::fs::write(folder.path().join("meminfo"), [0xff, 0xfe, b'x']).expect("written");
        let root = Root::recorded(folder.path());
        let error = root.parse("meminfo", "MemTotal", |_| None::<()>).expect_err("refused").to_string();
        assert!(error.contains("meminfo has no usable MemTotal"), "{error}");
    }
}

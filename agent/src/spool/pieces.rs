//! Reads a file of a disk that may not give all of it.
//!
//! Enters: a file. Leaves: its bytes, with zeros where the disk gave none, and where that is. A file is read whole; only when
//! that fails is it read page by page, so one bad sector costs the records in it and not those of its whole segment, and a
//! fault that has passed meanwhile costs nothing. Never says that anything is lost: what cannot be read now may be read
//! later.

use std::io;

use super::SpoolError;
use super::disk::{Disk, Doing};

/// One page: the system reads a file by pages, so a bad sector takes no less.
const PIECE_BYTES: usize = 4096;

/// Pieces of one file that are tried in vain before the rest of it is left for later: a dying disk takes seconds to refuse
/// a page, and 8 of them in each of 256 segments are an hour already.
const REFUSED_MAX: usize = 8;

/// What a disk gave of a file.
#[derive(Debug)]
pub(crate) struct Pieces {
    /// The file's bytes, zeros where it could not be read.
    pub(crate) bytes: Vec<u8>,
    /// What could not be read.
    pub(crate) unread: Option<Unread>,
}

/// Parts of a file that could not be read.
#[derive(Debug, Clone)]
pub(crate) struct Unread {
    /// From and behind, ascending.
    stretches: Vec<(usize, usize)>,
    kind: io::ErrorKind,
    raw: Option<i32>,
}

impl Unread {
    /// Does a stretch of `length` bytes at `offset` hold anything that could not be read?
    pub(crate) fn touches(&self, offset: usize, length: usize) -> bool {
        let behind = offset.saturating_add(length.max(1));
        self.stretches.iter().any(|(from, to)| *from < behind && offset < *to)
    }

    /// As an error of the first read that failed.
    pub(crate) fn error(&self, file: &str) -> SpoolError {
        let source = self.raw.map_or_else(|| io::Error::from(self.kind), io::Error::from_raw_os_error);
        SpoolError::from_disk("reading", file, source)
    }
}

/// Reads up to `bytes_max` bytes of a file.
///
/// # Errors
/// What is no failure of the disk: the file may not be read at all.
pub(crate) fn read_pieces<D: Disk>(disk: &D, name: &str, bytes_max: usize) -> Result<Pieces, SpoolError> {
    let error = match disk.read(name, 0, bytes_max) {
        Ok(bytes) => return Ok(Pieces { bytes, unread: None }),
        Err(error) => error,
    };
    let (kind, raw) = (error.kind(), error.raw_os_error());
    let told = Err(error).doing("reading", name);
    let Err(SpoolError::Io { .. }) = told else { return told };
    let mut bytes: Vec<u8> = Vec::new();
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    let mut refused = 0;
    while bytes.len() < bytes_max {
        let offset = bytes.len();
        let wanted = PIECE_BYTES.min(bytes_max.saturating_sub(offset));
        match disk.read(name, u64::try_from(offset).unwrap_or(u64::MAX), wanted) {
            Ok(piece) if piece.is_empty() => break,
            Ok(piece) => bytes.extend(piece),
            Err(_) => {
                refused += 1;
                bytes.resize(offset.saturating_add(wanted), 0);
                let behind = if refused < REFUSED_MAX { bytes.len() } else { usize::MAX };
                match stretches.last_mut().filter(|(_, to)| *to == offset) {
                    Some((_, to)) => *to = behind,
                    None => stretches.push((offset, behind)),
                }
                if refused >= REFUSED_MAX {
                    break;
                }
            }
        }
    }
    let unread = (!stretches.is_empty()).then_some(Unread { stretches, kind, raw });
    Ok(Pieces { bytes, unread })
}

//! Why the spool did not do what it was asked: one variant for each cause that is treated differently.
//!
//! Enters: errors of the disk and findings of the decoders. Leaves: [`SpoolError`], whose text says what failed, why and
//! what to do. Never holds record bytes or key material.

use std::io;

use holdfast_protocol::ids::{Epoch, Sequence};

/// A refusal or failure of the spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The spool's own limit is reached, and everything in it is of a kind that a block may not displace.
    #[error(
        "the spool is full: {waiting_bytes} bytes of events and statements wait for the controller and a block may not \
         displace them; restore the link, or raise the spool's total size"
    )]
    Full {
        /// Bytes on disk that wait for an acknowledgement.
        waiting_bytes: u64,
    },
    /// The file system has no room left, though the spool is within its own limit.
    #[error(
        "the disk has no room for {file} of the spool; free space on that file system, nothing already stored is lost"
    )]
    NoRoom {
        /// The file that was to be written.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The spool's folder may not be read or written.
    #[error(
        "{action} {file} of the spool is not permitted; the folder must belong to the agent's user, mode 0700, on a writable file system"
    )]
    Denied {
        /// What was tried.
        action: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk failed.
    #[error(
        "{action} {file} of the spool failed; records not yet synced are kept and tried again, if it lasts check the disk"
    )]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has the folder open.
    #[error("another process uses the spool's folder; stop the other agent, one folder serves one agent")]
    InUse,
    /// A file of another life of the spool lies in the folder.
    #[error(
        "{file} belongs to epoch {found:?}, this spool is epoch {expected:?}; nothing was deleted: move the files of the other \
         epoch out of the folder, or start with an empty folder"
    )]
    OtherEpoch {
        /// The file.
        file: String,
        /// Its epoch.
        found: Epoch,
        /// The spool's epoch.
        expected: Epoch,
    },
    /// A file was written under another key.
    #[error(
        "{file} was written under another spool key; nothing was deleted: give back the old spool.key, or move the folder \
         aside and start with an empty one (what it holds cannot be read without its key)"
    )]
    OtherKey {
        /// The file.
        file: String,
    },
    /// A file with the spool's name that the spool did not write.
    #[error("{file} is not a file of a Holdfast spool; nothing was deleted: move it out of the folder")]
    Foreign {
        /// The file.
        file: String,
    },
    /// A file of a later format.
    #[error(
        "{file} has spool format {found}, this agent knows up to {known}; nothing was deleted: install the newer agent again"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its format version.
        found: u16,
        /// The highest version known here.
        known: u16,
    },
    /// Segments are there, but both copies of the state are gone or damaged, so used sequence numbers are not known.
    #[error(
        "both copies of the spool's state are missing or damaged ({problem}), so used sequence numbers are not known; \
         nothing was deleted: move the folder aside, the next start makes a new spool with a new epoch"
    )]
    StateLost {
        /// What was wrong with the better copy.
        problem: &'static str,
    },
    /// The record's bytes did not survive on the disk; it has been declared lost.
    #[error("record {} is damaged on disk and is declared lost; if it happens again check the disk", sequence.0)]
    Rotten {
        /// The record.
        sequence: Sequence,
    },
    /// No such record waits.
    #[error("record {} does not wait in the spool: never stored, not yet synced, or already acknowledged", sequence.0)]
    Unknown {
        /// The record.
        sequence: Sequence,
    },
    /// The controller claims a number that no node comes to.
    #[error(
        "the controller claims to have record {} of this spool, which is not believed; nothing was changed: check the \
         controller's database", sequence.0
    )]
    Implausible {
        /// The number.
        sequence: Sequence,
    },
    /// The record is larger than the spool takes.
    #[error("a record of {bytes} bytes is over the limit of {bytes_max}; split it into smaller blocks")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// All sequence numbers of the epoch are used.
    #[error(
        "all sequence numbers of this epoch are used; send what waits, then start with an empty spool folder"
    )]
    Exhausted,
    /// Limits that contradict each other.
    #[error("spool limits do not fit together: {problem}")]
    Limits {
        /// Which, and how.
        problem: &'static str,
    },
    /// The system gave no random bytes, or the cipher refused.
    #[error(
        "sealing a record failed: the system gave no random bytes; it is kept by the caller and can be tried again"
    )]
    Sealing,
}

impl SpoolError {
    /// Sorts an error of the disk by what can be done about it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "forty kinds of the standard library, more to come; three matter"
    )]
    pub(crate) fn from_disk(action: &'static str, file: &str, source: io::Error) -> Self {
        let file = file.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::NoRoom { file, source }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { action, file, source }
            }
            _ => Self::Io { action, file, source },
        }
    }
}

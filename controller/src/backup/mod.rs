//! Backups: a copy of everything that makes this controller this controller, encrypted to a key that is not here.
//!
//! Enters: a data folder, in use or not, and age recipients. Leaves: one file that any age, zstd and tar program opens
//! (docs/formats/backup.md), proved by restoring it on the spot under a key that lives as long as the proof; and, from such a
//! file and its key, a data folder again. A fresh key for each backup goes with it as a second recipient for that proof and is
//! forgotten. Never writes over a folder that is there, never keeps a key that opens a backup.

pub mod archive;
pub mod keys;
pub mod make;
pub mod manifest;
pub mod restore;
pub mod schedule;
pub mod state;

use std::path::{Path, PathBuf};

use holdfast_provisioning::authority::AuthorityError;
use holdfast_provisioning::files::FileError;

use crate::store::StoreError;
use crate::supervise::FolderError;

/// Why there is no backup, or none could be restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nobody is named for whom it would be encrypted.
    #[error(
        "no recipient is named, so nobody could open the backup. Run `holdfast-controller backup-key --out FILE` on another \
         machine and name what it prints with --recipient or in backup.recipients"
    )]
    NoRecipient,
    /// Not an age recipient.
    #[error(
        "{text:?} is no age recipient; one begins with age1 and is printed by `holdfast-controller backup-key`, which runs on \
         the machine that keeps the key"
    )]
    Recipient {
        /// What was given.
        text: String,
    },
    /// A secret key where a recipient belongs.
    #[error(
        "this is the secret key of a backup, which belongs on another machine; name its recipient, which begins with age1"
    )]
    SecretKeyHere,
    /// Not a key file.
    #[error("{path} holds no age key; name the file that `holdfast-controller backup-key --out` wrote")]
    Key {
        /// Which file.
        path: PathBuf,
    },
    /// Another key opens it.
    #[error("this key does not open the backup; use the one whose recipient was named when it was made")]
    WrongKey,
    /// Cut short, altered, or something else.
    #[error("this is no whole backup of a controller ({what}); use another copy of it")]
    Damaged {
        /// What does not fit.
        what: String,
    },
    /// Made by a program of later form.
    #[error(
        "this backup has format {found}, and this program knows {known}; use the version that made it, or a newer one"
    )]
    Newer {
        /// What it has.
        found: u32,
        /// What is known here.
        known: u32,
    },
    /// The place to restore to is taken.
    #[error(
        "{path} is there already, and nothing is written over; move it away or name another folder with --data"
    )]
    Exists {
        /// Which folder.
        path: PathBuf,
    },
    /// Another backup runs.
    #[error("a backup of {path} is being made already; wait until it is done")]
    Running {
        /// Which data folder.
        path: PathBuf,
    },
    /// No backup with this proof.
    #[error(
        "these words are not of a backup that this controller made; type them as `restore --check` printed them"
    )]
    Proof,
    /// A file or folder.
    #[error("could not {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A small file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The fleet's keys.
    #[error("the fleet's keys cannot be used")]
    Authority(#[from] AuthorityError),
    /// Randomness.
    #[error("no random numbers can be had from the system")]
    Random,
    /// The age library failed to encrypt.
    #[error("the backup could not be encrypted")]
    Encrypt(#[source] age::EncryptError),
    /// The program's own tasks.
    #[error("the backup's task ended by itself")]
    Task,
}

impl BackupError {
    /// For `map_err` of what the file system says.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

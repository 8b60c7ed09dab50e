//! What a backup holds, as its first entry says: docs/formats/backup.md.
//!
//! Enters: figures of the copies. Leaves: JSON, and back. Everything behind it in the file is compared with it.

use std::collections::BTreeMap;

use holdfast_protocol::ids::base32;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::csr::{hex, sha256};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::store::copy::Rows;

/// Form of the file.
pub const FORMAT: u32 = 1;
/// Name of the manifest in the archive.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Largest manifest: a hundred files and tables of 100 bytes each are 20 KB.
pub const MANIFEST_BYTES_MAX: u64 = 256 * 1024;
/// Most files beside it: two databases, the configuration, and the keys.
pub const FILES_MAX: usize = 64;
/// Random bytes of the words that prove that a backup was opened: 60 bits, which nobody can try at a terminal.
const PROOF_BYTES: usize = 10;

/// The first entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Which fleet: 16 hexadecimal digits.
    pub fleet: String,
    /// As of when, milliseconds since 1970.
    pub made_ms: i64,
    /// Words that only somebody who opened this backup can know.
    pub proof: String,
    /// The files behind it, in their order.
    pub files: Vec<Entry>,
    /// Rows of each table of each database.
    pub rows: BTreeMap<String, Rows>,
}

/// A file in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path in the data folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads one, and refuses what no controller wrote.
    ///
    /// # Errors
    /// [`BackupError::Damaged`], [`BackupError::Newer`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let unreadable = |_| BackupError::damaged("its manifest cannot be read");
        let Form { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format != FORMAT {
            return Err(BackupError::Newer { found: format, known: FORMAT });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        if manifest.files.is_empty() || manifest.files.len() > FILES_MAX {
            return Err(BackupError::damaged("its manifest names no files, or too many"));
        }
        match manifest.files.iter().find(|file| !is_ours(&file.name)) {
            Some(file) => Err(BackupError::damaged(format!("{:?} is no file of a controller", file.name))),
            None => Ok(manifest),
        }
    }

    /// When it was made.
    #[must_use]
    pub const fn made(&self) -> WallMs {
        WallMs(self.made_ms)
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }
}

/// New words for a proof: four groups of four.
///
/// # Errors
/// [`BackupError::Random`].
pub fn new_proof() -> Result<String, BackupError> {
    let mut bytes = [0; PROOF_BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| BackupError::Random)?;
    let text = base32(&bytes);
    let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    Ok(groups.join("-"))
}

/// What is kept of a proof on the controller: it shows nothing of the words.
#[must_use]
pub fn proof_sha256(words: &str) -> String {
    let plain: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
    hex(&sha256(plain.to_ascii_lowercase().as_bytes()))
}

/// Seconds since 1970 as people and file names write it: `2026-11-24T14:02:11Z`.
#[must_use]
pub fn shown_time(at: WallMs) -> String {
    crate::web::format::iso(at)
}

/// The names that a backup may hold: nothing leads out of the folder it is unpacked to.
fn is_ours(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    match name.split_once('/') {
        Some((folder, file)) => folder == crate::supervise::KEYS_FOLDER && plain(file),
        None => [crate::store::REGISTRY_FILE, crate::history::HISTORY_FILE, crate::config::DATA_FILE]
            .contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str) -> Vec<u8> {
        let entry = Entry { name: name.to_owned(), bytes: 1, sha256: "00".repeat(32) };
        let manifest = Manifest {
            format: FORMAT,
            program: "0.1.0".into(),
            fleet: "0123456789abcdef".into(),
            made_ms: 5,
            proof: "proof".into(),
            files: vec![entry],
            rows: BTreeMap::new(),
        };
        serde_json::to_vec(&manifest).expect("JSON")
    }

    #[test]
    fn only_files_of_a_controller_are_named_and_none_leads_out_of_the_folder() {
        for name in ["holdfast.sqlite", "history.sqlite", "controller.toml", "keys/intermediate.key"] {
            assert!(Manifest::parse(&manifest(name)).is_ok(), "{name}");
        }
        for name in
            ["../x", "/etc/passwd", "keys/../x", "keys/", "keys/.x", "keys/a/b", "other", "", "keys\\x"]
        {
            assert!(matches!(Manifest::parse(&manifest(name)), Err(BackupError::Damaged { .. })), "{name}");
        }
    }

    #[test]
    fn a_later_form_is_named_as_such_and_rubbish_as_damage() {
        let text = String::from_utf8(manifest("holdfast.sqlite")).expect("text");
        let later = text.replace("\"format\":1", "\"format\":9");
        assert!(matches!(Manifest::parse(later.as_bytes()), Err(BackupError::Newer { found: 9, known: 1 })));
        assert!(matches!(Manifest::parse(b"{}"), Err(BackupError::Damaged { .. })));
    }

    #[test]
    fn words_are_the_same_however_they_are_typed() {
        let words = new_proof().expect("words");
        assert_eq!(words.len(), 19, "four groups of four: {words}");
        assert_eq!(
            proof_sha256(&words),
            proof_sha256(&format!(" {} ", words.replace('-', "").to_uppercase()))
        );
        assert_ne!(proof_sha256(&words), proof_sha256(&new_proof().expect("words")));
    }
}

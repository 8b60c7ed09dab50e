//! Makes a backup while the controller works, and proves it before it says so.
//!
//! Enters: a data folder, recipients, and where to. Leaves: one file, synced and renamed into place, whose every byte was read
//! back, opened, unpacked and compared; and a row of `backups.json`. Order of the copies: history first, then the registry, so
//! that every node of the one is known to the other. Never stops or slows commits for longer than SQLite's copy does.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::x25519::{Identity, Recipient};
use holdfast_provisioning::authority::Authority;
use holdfast_provisioning::files;

use super::manifest::{Entry, FORMAT, Manifest, new_proof, proof_sha256, shown_time};
use super::state::{Failed, MadeRow, Running, State};
use super::{BackupError, archive, restore};
use crate::clock::Clock;
use crate::config::DATA_FILE;
use crate::history::HISTORY_FILE;
use crate::store::{REGISTRY_FILE, copy};
use crate::supervise::KEYS_FOLDER;

/// Where copies lie while they are packed, in the data folder: the same disk, and as private as it.
const STAGING: &str = ".backup";

/// What is wished.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The data folder.
    pub data: PathBuf,
    /// The configuration file in effect, if there is one.
    pub config: Option<PathBuf>,
    /// A folder, or a file that is not there yet.
    pub to: PathBuf,
    /// Who can open it.
    pub recipients: Vec<Recipient>,
    /// Whether readings go with it, or the registry and keys alone.
    pub with_history: bool,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What it holds.
    pub manifest: Manifest,
    /// How long it took, with its proof.
    pub took_ms: u64,
}

/// Makes one and writes down how it went.
///
/// # Errors
/// [`BackupError`]; nothing is left at the target then, and the failure stands in `backups.json`.
pub async fn make(wish: &Wish, clock: Clock) -> Result<Made, BackupError> {
    let running = Running::begin(&wish.data)?;
    let made = staged(wish, clock).await;
    let _gone = fs::remove_dir_all(wish.data.join(STAGING));
    let mut state = State::load(&wish.data);
    match &made {
        Ok(made) => state.add(MadeRow {
            made_ms: made.manifest.made_ms,
            bytes: made.bytes,
            took_ms: made.took_ms,
            proof_sha256: proof_sha256(&made.manifest.proof),
        }),
        Err(error) => {
            let why = crate::api::problem::chain(error);
            state.failed = Some(Failed { at_ms: clock.wall().0, why });
        }
    }
    let saved = state.save(&wish.data);
    drop(running);
    let made = made?;
    saved?;
    Ok(made)
}

async fn staged(wish: &Wish, clock: Clock) -> Result<Made, BackupError> {
    if wish.recipients.is_empty() {
        return Err(BackupError::NoRecipient);
    }
    let started = clock.now();
    let staging = wish.data.join(STAGING);
    if staging.exists() {
        // Left by a power cut.
        fs::remove_dir_all(&staging).map_err(BackupError::io("clear", &staging))?;
    }
    files::create_private_folder(&staging)?;
    let from = staging.join("from");
    files::create_private_folder(&from)?;
    let databases = if wish.with_history {
        [Some(HISTORY_FILE), Some(REGISTRY_FILE)]
    } else {
        [None, Some(REGISTRY_FILE)]
    };
    let mut rows = std::collections::BTreeMap::new();
    for name in databases.into_iter().flatten() {
        copy::copy(&wish.data.join(name), &from.join(name)).await?;
        rows.insert(name.to_owned(), copy::look(&from.join(name)).await?);
    }
    let fleet = gather(wish, &from)?;
    let manifest = Manifest {
        format: FORMAT,
        program: holdfast_protocol::PROGRAM_VERSION.to_owned(),
        fleet,
        made_ms: started.wall.0,
        proof: new_proof()?,
        files: listed(&from)?,
        rows,
    };
    let to = target(wish, &manifest)?;
    // Lives until this function returns: with it the file is opened once, here, as a restore would.
    let proving = Identity::generate();
    let job = (manifest.clone(), wish.recipients.clone(), to.clone(), staging.clone());
    let (part, bytes, proving) = tokio::task::spawn_blocking(move || {
        let (manifest, mut recipients, to, staging) = job;
        recipients.push(proving.to_public());
        let (part, bytes) = pack(&manifest, &recipients, &to, &staging)?;
        Ok::<_, BackupError>((part, bytes, proving))
    })
    .await
    .map_err(|_| BackupError::Task)??;
    let proved = prove(&part, proving, &manifest, &staging).await;
    if let Err(error) = proved {
        let _gone = fs::remove_file(&part);
        return Err(error);
    }
    fs::rename(&part, &to).map_err(BackupError::io("write", &to))?;
    files::sync_folder(files::folder_of(&to))?;
    let took = clock.monotonic().saturating_duration_since(started.monotonic);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    Ok(Made { path: to, bytes, manifest, took_ms })
}

/// Copies keys and configuration into `from`, and gives the fleet.
fn gather(wish: &Wish, from: &Path) -> Result<String, BackupError> {
    let (keys, to) = (wish.data.join(KEYS_FOLDER), from.join(KEYS_FOLDER));
    let fleet = Authority::load(&keys)?.fleet().to_owned();
    files::create_private_folder(&to)?;
    let wrong = |error| BackupError::io("read", &keys)(error);
    for entry in fs::read_dir(&keys).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let is_temporary = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().map_err(wrong)?.is_file() && !is_temporary {
            let bytes = files::read(&entry.path())?;
            files::write_durably(&to.join(entry.file_name()), &bytes, files::Access::Secret)?;
        }
    }
    if let Some(config) = &wish.config {
        let bytes = files::read(config)?;
        files::write_durably(&from.join(DATA_FILE), &bytes, files::Access::Secret)?;
    }
    Ok(fleet)
}

/// Every file in `from`, small ones first: who looks into the archive by hand need not read all of it.
fn listed(from: &Path) -> Result<Vec<Entry>, BackupError> {
    let mut names = Vec::new();
    let wrong = |error| BackupError::io("read", from)(error);
    for folder in ["", KEYS_FOLDER] {
        for entry in fs::read_dir(from.join(folder)).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            if entry.file_type().map_err(wrong)?.is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                names.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    let mut entries = Vec::new();
    for name in names {
        let (bytes, sha256) = archive::measure(&from.join(&name))?;
        entries.push(Entry { name, bytes, sha256 });
    }
    entries.sort_by(|a, b| (a.bytes, &a.name).cmp(&(b.bytes, &b.name)));
    Ok(entries)
}

fn target(wish: &Wish, manifest: &Manifest) -> Result<PathBuf, BackupError> {
    let path = if wish.to.is_dir() { wish.to.join(file_name(manifest)) } else { wish.to.clone() };
    if path.exists() { Err(BackupError::Exists { path }) } else { Ok(path) }
}

/// `holdfast-<fleet>-20261124T140211Z.age`: by name is by age.
fn file_name(manifest: &Manifest) -> String {
    let stamp = shown_time(manifest.made()).replace([':', '-'], "");
    format!("{}{stamp}{SUFFIX}", prefix(&manifest.fleet))
}

/// What names of this fleet's backups begin with.
pub(super) fn prefix(fleet: &str) -> String {
    format!("holdfast-{fleet}-")
}

/// What they end with.
pub(super) const SUFFIX: &str = ".age";

/// Writes the file beside its place, synced. Gives its path and size.
fn pack(
    manifest: &Manifest,
    recipients: &[Recipient],
    to: &Path,
    staging: &Path,
) -> Result<(PathBuf, u64), BackupError> {
    let from = staging.join("from");
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let wrong = |error| BackupError::io("write", &part)(error);
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
    let written = archive::write(BufWriter::new(opened.map_err(wrong)?), manifest, &from, recipients)
        .and_then(|out| out.into_inner().map_err(|error| wrong(error.into_error())))
        .and_then(|mut file| {
            file.flush().and_then(|()| file.sync_all()).map_err(wrong)?;
            file.metadata().map(|found| found.len()).map_err(wrong)
        });
    match written {
        Ok(bytes) => {
            // The proof needs the room that the copies had.
            fs::remove_dir_all(&from).map_err(BackupError::io("clear", &from))?;
            Ok((part, bytes))
        }
        Err(error) => {
            let _gone = fs::remove_file(&part);
            Err(error)
        }
    }
}

/// Reads the file back and restores it into the staging folder.
async fn prove(part: &Path, key: Identity, manifest: &Manifest, staging: &Path) -> Result<(), BackupError> {
    let to = staging.join("proof");
    files::create_private_folder(&to)?;
    let job = (part.to_owned(), to.clone());
    let found = tokio::task::spawn_blocking(move || {
        let (part, to) = job;
        let file = File::open(&part).map_err(BackupError::io("read", &part))?;
        archive::read(BufReader::new(file), std::slice::from_ref(&key), &to)
    })
    .await
    .map_err(|_| BackupError::Task)??;
    if &found != manifest {
        return Err(BackupError::damaged("its manifest is not the one that was written"));
    }
    restore::examine(&to, manifest).await
}

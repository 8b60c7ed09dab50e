//! From a backup and its key to a data folder again, or to the answer whether it would become one.
//!
//! Enters: a file, keys, a folder that is not there yet. Leaves: the folder, renamed into place when everything in it was
//! compared, opened and brought to this program's form; or a refusal, and nothing. What may have been used up or taken back
//! since the copy was made is ended in it. Never writes over anything.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use holdfast_protocol::time::WallMs;
use holdfast_provisioning::authority::Authority;
use holdfast_provisioning::files;

use super::manifest::Manifest;
use super::state::Restored;
use super::{BackupError, archive};
use crate::history::{HISTORY_FILE, History};
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::restored::Ended;
use crate::store::{REGISTRY_FILE, Store, copy};
use crate::supervise::KEYS_FOLDER;

/// Databases of a backup.
const DATABASES: [&str; 2] = [HISTORY_FILE, REGISTRY_FILE];

/// Whether a backup can be restored: it is, into a folder beside `scratch` that is removed again.
///
/// # Errors
/// [`BackupError`].
pub async fn check(file: &Path, keys: Vec<Identity>, scratch: &Path) -> Result<Manifest, BackupError> {
    let to = scratch.join(format!("holdfast-check-{}", std::process::id()));
    if to.exists() {
        return Err(BackupError::Exists { path: to });
    }
    files::create_private_folder(&to)?;
    let found = unpacked(file, keys, &to).await;
    let _gone = fs::remove_dir_all(&to);
    found
}

/// Restores into `data`, which must not be there or be empty.
///
/// # Errors
/// [`BackupError`]; `data` is as it was then.
pub async fn restore(
    file: &Path,
    keys: Vec<Identity>,
    data: &Path,
    now: WallMs,
) -> Result<(Manifest, Ended), BackupError> {
    let is_free = !data.exists() || fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_none());
    if !is_free {
        return Err(BackupError::Exists { path: data.to_owned() });
    }
    let to = beside(data);
    if to.exists() {
        // Left by a restore that was cut off.
        fs::remove_dir_all(&to).map_err(BackupError::io("clear", &to))?;
    }
    files::create_private_folder(&to)?;
    let done = prepared(file, keys, &to, now).await;
    let placed = match done {
        Ok(done) => fs::rename(&to, data).map_err(BackupError::io("write", data)).map(|()| done),
        Err(error) => Err(error),
    };
    if placed.is_err() {
        let _gone = fs::remove_dir_all(&to);
    }
    let done = placed?;
    files::sync_folder(files::folder_of(data))?;
    Ok(done)
}

async fn prepared(
    file: &Path,
    keys: Vec<Identity>,
    to: &Path,
    now: WallMs,
) -> Result<(Manifest, Ended), BackupError> {
    let manifest = unpacked(file, keys, to).await?;
    let store = Store::open(to).await?;
    let ended = settle(&store, &manifest, now).await;
    store.close().await;
    let ended = ended?;
    Restored { made_ms: manifest.made_ms, at_ms: now.0 }.save(to)?;
    files::sync_folder(to)?;
    Ok((manifest, ended))
}

async fn settle(store: &Store, manifest: &Manifest, now: WallMs) -> Result<Ended, BackupError> {
    let ended = store.end_what_may_be_used(now).await?;
    let entry = Entry {
        person: None,
        action: Action::Restored,
        thing: format!("backup {}", super::manifest::shown_time(manifest.made())),
        outcome: Outcome::Done,
        reason: String::new(),
    };
    store.audit(&entry, now).await?;
    Ok(ended)
}

/// Unpacks, compares with the manifest, and opens both databases as this program does.
async fn unpacked(file: &Path, keys: Vec<Identity>, to: &Path) -> Result<Manifest, BackupError> {
    let job = (file.to_owned(), to.to_owned());
    let manifest = tokio::task::spawn_blocking(move || {
        let (file, to) = job;
        let opened = File::open(&file).map_err(BackupError::io("read", &file))?;
        archive::read(BufReader::new(opened), &keys, &to)
    })
    .await
    .map_err(|_| BackupError::Task)??;
    examine(to, &manifest).await?;
    Store::open(to).await?.close().await;
    History::open(to).await?.close().await;
    Ok(manifest)
}

/// Whether a folder holds what the manifest says: rows of every table, whole databases, the fleet's keys.
///
/// # Errors
/// [`BackupError::Damaged`], and what a database or the keys say.
pub(super) async fn examine(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    for name in DATABASES {
        let is_there = folder.join(name).exists();
        match manifest.rows.get(name) {
            Some(rows) if is_there => {
                let found = copy::look(&folder.join(name)).await?;
                if &found != rows {
                    return Err(BackupError::damaged(format!(
                        "{name} has other rows than its manifest says"
                    )));
                }
            }
            None if !is_there && name != REGISTRY_FILE => {}
            Some(_) | None => return Err(BackupError::damaged(format!("{name} is missing"))),
        }
    }
    let fleet = Authority::load(&folder.join(KEYS_FOLDER))?.fleet().to_owned();
    if fleet != manifest.fleet {
        return Err(BackupError::damaged("its keys are of another fleet than its manifest says"));
    }
    Ok(())
}

/// Where it is put together: on the disk of its place.
fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    data.with_file_name(name)
}

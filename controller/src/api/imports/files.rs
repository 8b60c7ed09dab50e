//! The files of open lists: sealed, one each, in a folder that is the controller's alone.
//!
//! Enters: bytes and a list's number. Leaves: the bytes again, until the list is over. What is swept: files of lists that are
//! not open, and lists that are older than a day with their files.

use std::path::PathBuf;

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::files::{self, Access};

use crate::api::problem::{ApiError, chain};
use crate::app::App;
use crate::secrets::seal::Purpose;
use crate::store::inventory::imports::{ImportId, ImportState};

/// The folder in the data folder.
const FOLDER: &str = "imports";
/// How long a list waits for its commit.
pub(super) const KEPT_MS: i64 = 24 * 3_600_000;

fn path(app: &App, id: ImportId) -> PathBuf {
    app.config.data.join(FOLDER).join(format!("{}.sealed", id.0))
}

/// Keeps a list's file.
pub(super) async fn keep(app: &App, id: ImportId, bytes: &[u8]) -> Result<(), ApiError> {
    let sealed = app.seal.seal(Purpose::Import, id.0, bytes).map_err(|error| ApiError::internal(&error))?;
    let path = path(app, id);
    let written = tokio::task::spawn_blocking(move || {
        files::create_private_folder(files::folder_of(&path))?;
        files::write_durably(&path, &sealed, Access::Secret)
    });
    written.await.map_err(|error| ApiError::internal(&error))?.map_err(|error| ApiError::unavailable(&error))
}

/// A list's file.
pub(super) async fn read(app: &App, id: ImportId) -> Result<Vec<u8>, ApiError> {
    let path = path(app, id);
    let sealed = tokio::task::spawn_blocking(move || files::read(&path));
    let sealed = sealed.await.map_err(|error| ApiError::internal(&error))?;
    let sealed = sealed.map_err(|error| ApiError::internal(&error))?;
    app.seal.open(Purpose::Import, id.0, &sealed).map_err(|error| ApiError::internal(&error))
}

/// Takes a list's file away.
pub(super) async fn remove(app: &App, id: ImportId) {
    if let Err(error) = tokio::fs::remove_file(path(app, id)).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(list = id.0, cause = %chain(&error), "the file of a list could not be removed; tried again in an hour");
    }
}

/// Ends lists that are a day old, and removes files that belong to no open list.
pub(crate) async fn sweep(app: &App, now: WallMs) {
    let open = match app.store.open_imports().await {
        Ok(open) => open,
        Err(error) => {
            tracing::warn!(cause = %chain(&error), "lists could not be swept; tried again in an hour");
            return;
        }
    };
    let mut kept = Vec::new();
    for (id, made) in open {
        if now.since_ms(made) < KEPT_MS {
            kept.push(format!("{}.sealed", id.0));
        } else if let Err(error) = app.store.end_import(id, ImportState::Expired, now).await {
            tracing::warn!(list = id.0, cause = %chain(&error), "a list could not be ended; tried again in an hour");
        }
    }
    let Ok(mut entries) = tokio::fs::read_dir(app.config.data.join(FOLDER)).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        if !kept.iter().any(|name| entry.file_name() == name.as_str()) {
            let _gone = tokio::fs::remove_file(entry.path()).await;
        }
    }
}

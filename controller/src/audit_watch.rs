//! Watches the audit log: walks along its chain each hour, and writes its head out each day.
//!
//! Enters: the registry, the data folder. Leaves: what the last walk found, and `audit-heads/2026-11-24.json`, a file a day, for
//! whoever copies it to another machine: who can forge the database cannot forge what left. Never mends anything.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use holdfast_protocol::time::WallMs;
use holdfast_provisioning::audit::{self as chain, Fault, Head};
use holdfast_provisioning::files::{self, Access, FileError};
use serde::Serialize;

use crate::api::problem::chain as causes;
use crate::store::{Store, StoreError};
use crate::web::format;

/// The folder of heads, in the data folder.
pub const HEADS_FOLDER: &str = "audit-heads";
/// Files of heads that a walk compares with, the newest: more than a year.
const HEADS_MAX: usize = 400;

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Walked {
    /// When.
    pub at: WallMs,
    /// Entries that are whole from the first on.
    pub entries: u64,
    /// What is not as it was written, in words; none where all is.
    pub fault: Option<String>,
}

/// The head as it is written down.
#[derive(Debug, Serialize)]
struct HeadFile {
    #[serde(flatten)]
    head: Head,
    at_ms: i64,
}

/// The last walk.
#[derive(Debug, Default)]
pub struct AuditWatch(Mutex<Option<Walked>>);

impl AuditWatch {
    /// What the last walk found; none before the first.
    #[must_use]
    pub fn last(&self) -> Option<Walked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Walks along the whole log now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn walk(&self, store: &Store, data: &Path, now: WallMs) -> Result<Walked, StoreError> {
        let known = heads(data);
        let walked = match store.walk_audit(known).await? {
            Ok(ended) => Walked { at: now, entries: ended.head.number, fault: None },
            Err(fault) => {
                tracing::error!(%fault, "the audit log is not as it was written; keep a copy of the data folder");
                Walked { at: now, entries: whole_before(&fault), fault: Some(fault.to_string()) }
            }
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(walked.clone());
        Ok(walked)
    }

    /// The hourly duty: a walk, and the day's head if it is not written yet. What fails is logged, and tried again in an hour.
    pub async fn keep(&self, store: &Store, data: &Path, now: WallMs) {
        match self.walk(store, data, now).await {
            // A log that is not whole gets no new head: it would vouch for what was done to it.
            Ok(walked) if walked.fault.is_some() => {}
            // Of nothing there is no end to vouch for.
            Ok(walked) if walked.entries == 0 => {}
            Ok(_) => match store.audit_head().await.map(|head| write_head(data, head, now)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(cause = %causes(&error), "the head of the audit log could not be written");
                }
                Err(error) => {
                    tracing::error!(cause = %causes(&error), "the head of the audit log could not be read")
                }
            },
            Err(error) => tracing::error!(cause = %causes(&error), "the audit log could not be walked along"),
        }
    }
}

/// How far a log is whole that has this fault.
const fn whole_before(fault: &Fault) -> u64 {
    match *fault {
        Fault::Gap { wanted: number, .. } | Fault::Unchained { number } | Fault::OtherHead { number } => {
            number.saturating_sub(1)
        }
        Fault::Altered { number } => number.saturating_sub(2),
        Fault::Short { number, .. } => number,
    }
}

/// The day's file; written once a day, never again.
fn write_head(data: &Path, head: Head, now: WallMs) -> Result<(), FileError> {
    let folder = data.join(HEADS_FOLDER);
    let day: String = format::iso(now).chars().take(10).collect();
    let path = folder.join(format!("{day}.json"));
    if path.exists() {
        return Ok(());
    }
    files::create_private_folder(&folder)?;
    let text = serde_json::to_vec(&HeadFile { head, at_ms: now.0 }).unwrap_or_default();
    files::write_durably(&path, &text, Access::Public)
}

/// The heads that were written down. One that cannot be read vouches for nothing, and is logged.
fn heads(data: &Path) -> Vec<Head> {
    let Ok(entries) = std::fs::read_dir(data.join(HEADS_FOLDER)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    paths.sort();
    let head = |path: &PathBuf| {
        let head = files::read_text(path).map_err(|error| causes(&error));
        let head = head.and_then(|text| chain::head_file(&text).map_err(|error| error.to_string()));
        head.inspect_err(|cause| tracing::warn!(%cause, "a written head of the audit log cannot be read"))
            .ok()
    };
    paths.iter().rev().take(HEADS_MAX).filter_map(head).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::audit::{Action, Entry, Outcome};

    const NOON: WallMs = WallMs(1_795_521_600_000);

    async fn write(store: &Store, thing: &str) {
        let (person, action, outcome) = (None, Action::SignIn, Outcome::Refused);
        let entry = Entry { person, action, thing: thing.into(), outcome, reason: String::new() };
        store.audit(&entry, NOON).await.expect("written");
    }

    #[tokio::test]
    async fn the_head_is_written_once_a_day_and_a_log_that_was_cut_back_is_found_by_it() {
        let folder = crate::api::testing::folder();
        let store = Store::open(folder.path()).await.expect("store");
        for thing in ["one", "two", "three"] {
            write(&store, thing).await;
        }
        let watch = AuditWatch::default();
        watch.keep(&store, folder.path(), NOON).await;
        let path = folder.path().join(HEADS_FOLDER).join("2026-11-24.json");
        let text = std::fs::read_to_string(&path).expect("a file of the day");
        assert_eq!(chain::head_file(&text), Ok(store.audit_head().await.expect("a head")));
        write(&store, "four").await;
        watch.keep(&store, folder.path(), NOON.plus_ms(3_600_000)).await;
        assert_eq!(std::fs::read_to_string(&path).expect("there"), text, "once a day");
        assert_eq!(watch.last().map(|walked| (walked.entries, walked.fault)), Some((4, None)));

        let mut tx = store.write().await.expect("write");
        for statement in [
            "DROP TRIGGER audit_is_never_shortened",
            "DELETE FROM audit WHERE id > 2",
            "DELETE FROM audit_head",
        ] {
            sqlx::query(statement).execute(&mut *tx).await.expect("tampered");
        }
        tx.commit().await.expect("committed");
        let tomorrow = NOON.plus_ms(86_400_000);
        watch.keep(&store, folder.path(), tomorrow).await;
        let fault = watch.last().and_then(|walked| walked.fault).expect("found");
        assert!(fault.contains("cut off"), "{fault}");
        assert!(!folder.path().join(HEADS_FOLDER).join("2026-11-25.json").exists(), "it vouches for nothing");
    }
}

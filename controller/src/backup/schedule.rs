//! Backups by themselves: one when it is due, again soon after one that failed, and the oldest taken away.
//!
//! Enters: what the configuration wishes, and `backups.json`. Leaves: files in the folder that was named. Takes away only
//! files whose names say that they are backups of this fleet, and never the newest ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use age::x25519::Recipient;
use holdfast_protocol::time::WallMs;
use tokio::sync::watch;

use super::make::{Made, SUFFIX, Wish, make, prefix};
use super::state::State;
use super::{BackupError, keys};
use crate::clock::Clock;

/// How often it is asked whether one is due.
const TURN: Duration = Duration::from_secs(60);
/// After a failure it is tried again so soon: a stick that is put back is used within the quarter of an hour.
const AGAIN_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// `[backup]`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where to; none: none are made by themselves.
    pub folder: Option<PathBuf>,
    /// Who can open them, as written.
    pub recipients: Vec<String>,
    /// How often.
    pub every_hours: u32,
    /// How many are kept.
    pub keep: u32,
    /// Whether readings go with them.
    pub with_history: bool,
}

impl Plan {
    /// The recipients.
    ///
    /// # Errors
    /// [`BackupError::Recipient`], [`BackupError::SecretKeyHere`].
    pub fn readers(&self) -> Result<Vec<Recipient>, BackupError> {
        self.recipients.iter().map(|text| keys::recipient(text)).collect()
    }

    /// How long from one to the next.
    #[must_use]
    pub fn every_ms(&self) -> i64 {
        i64::from(self.every_hours).saturating_mul(HOUR_MS)
    }

    /// Whether one is due. A clock that went back makes one due: nobody knows how old the newest is then.
    #[must_use]
    pub fn is_due(&self, state: &State, now: WallMs) -> bool {
        if let Some(failed) = &state.failed
            && (0..AGAIN_MS).contains(&now.0.saturating_sub(failed.at_ms))
        {
            return false;
        }
        state
            .newest()
            .is_none_or(|newest| !(0..self.every_ms()).contains(&now.0.saturating_sub(newest.made_ms)))
    }
}

/// Runs until `stopped`. `config` is the configuration file in effect.
pub async fn run(
    plan: Plan,
    data: PathBuf,
    config: Option<PathBuf>,
    clock: Clock,
    mut stopped: watch::Receiver<bool>,
) {
    let Some(folder) = plan.folder.clone() else {
        let _stopped = stopped.wait_for(|stop| *stop).await;
        return;
    };
    let recipients = plan.readers().unwrap_or_default();
    let wish = Wish { data, config, to: folder, recipients, with_history: plan.with_history };
    let mut turns = tokio::time::interval(TURN);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = turns.tick() => {}
        }
        if plan.is_due(&State::load(&wish.data), clock.wall()) {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                made = make(&wish, clock) => told(made, &plan),
            }
        }
    }
}

fn told(made: Result<Made, BackupError>, plan: &Plan) {
    match made {
        Ok(made) => {
            tracing::info!(bytes = made.bytes, took_ms = made.took_ms, "a backup was made and opened again");
            let kept = thin(files_of(&made), plan.keep);
            if let Err(error) = kept {
                tracing::warn!(cause = %crate::api::problem::chain(&error), "old backups could not be taken away");
            }
        }
        Err(error) => {
            tracing::error!(cause = %crate::api::problem::chain(&error), "no backup could be made; tried again in 15 min");
        }
    }
}

/// Backups of this fleet beside the one that was made, newest first.
fn files_of(made: &Made) -> Vec<PathBuf> {
    let folder = made.path.parent().unwrap_or(Path::new("."));
    let start = prefix(&made.manifest.fleet);
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&start) && name.ends_with(SUFFIX)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = entries.filter(is_ours).collect();
    found.sort_unstable();
    found.reverse();
    found
}

fn thin(newest_first: Vec<PathBuf>, keep: u32) -> Result<(), BackupError> {
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    for path in newest_first.into_iter().skip(keep) {
        fs::remove_file(&path).map_err(BackupError::io("remove", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::state::{Failed, MadeRow};

    fn plan() -> Plan {
        Plan { folder: None, recipients: Vec::new(), every_hours: 24, keep: 2, with_history: true }
    }

    #[test]
    fn one_is_due_at_first_after_a_day_after_a_failure_and_when_the_clock_went_back() {
        let (plan, now) = (plan(), WallMs(100 * 24 * HOUR_MS));
        let mut state = State::default();
        assert!(plan.is_due(&state, now));
        state.add(MadeRow { made_ms: now.0, bytes: 1, took_ms: 1, proof_sha256: String::new() });
        assert!(!plan.is_due(&state, now.plus_ms(24 * HOUR_MS - 1)));
        assert!(plan.is_due(&state, now.plus_ms(24 * HOUR_MS)));
        assert!(plan.is_due(&state, now.plus_ms(-1)));
        state.failed = Some(Failed { at_ms: now.0 + 24 * HOUR_MS, why: String::new() });
        assert!(!plan.is_due(&state, now.plus_ms(24 * HOUR_MS + AGAIN_MS - 1)));
        assert!(plan.is_due(&state, now.plus_ms(24 * HOUR_MS + AGAIN_MS)));
    }

    #[test]
    fn the_newest_are_kept_and_other_files_are_left_alone() {
        let folder = crate::api::testing::folder();
        let names = [
            "holdfast-aa-20260101T000000Z.age",
            "holdfast-aa-20260102T000000Z.age",
            "holdfast-aa-20260103T000000Z.age",
        ];
        let others =
            ["holdfast-bb-20250101T000000Z.age", "notes.txt", "holdfast-aa-20260101T000000Z.age.part"];
        for name in names.iter().chain(&others) {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        let manifest = crate::backup::manifest::Manifest {
            format: 1,
            program: String::new(),
            fleet: "aa".into(),
            made_ms: 0,
            proof: String::new(),
            files: Vec::new(),
            rows: std::collections::BTreeMap::new(),
        };
        let made = Made { path: folder.path().join(names[2]), bytes: 1, manifest, took_ms: 1 };
        thin(files_of(&made), plan().keep).expect("thinned");
        let there = |name: &&str| folder.path().join(name).exists();
        assert_eq!(names.iter().map(there).collect::<Vec<_>>(), [false, true, true]);
        assert!(others.iter().all(there));
    }
}

//! What is being done with lists, in memory: how far each is, and the last reports. Gone at a restart, and made again.
//!
//! Enters: numbers of lists. Leaves: jobs. One list is read at a time, two are received at a time, and a person sends so many
//! in an hour, so that the memory below is the most that lists take.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::access::PersonId;
use crate::api::problem::ApiError;
use crate::import::{Progress, Report, Settings};
use crate::store::inventory::imports::ImportId;

/// Reports that are kept: one of 200,000 rows has 40 MB.
const JOBS_MAX: usize = 4;
/// Files that are received at one time, each up to 16 MiB.
const UPLOADS_AT_ONCE: usize = 2;
/// Files that a person may send in an hour.
const UPLOADS_AN_HOUR: usize = 60;
const HOUR: Duration = Duration::from_secs(3_600);
/// How long a request waits until its list may be read: the largest one takes some seconds.
const TURN_WITHIN: Duration = Duration::from_secs(20);

/// A list that was judged.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Every row's fate.
    pub(crate) report: Report,
    /// How it was read: as somebody said, or as was remembered.
    pub(crate) settings: Settings,
    /// Whether that was remembered of the sender.
    pub(crate) remembered: bool,
    /// By what a commit is held to it.
    pub(crate) digest: String,
}

/// How far a list is.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// It is read and judged.
    Checking,
    /// Every row has its fate.
    Checked(Arc<Checked>),
    /// It cannot be read as it is.
    Refused(ApiError),
    /// Its items are made.
    Committing(Arc<Checked>),
}

/// A list that is worked on.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) progress: Progress,
    stage: Mutex<Stage>,
}

impl Job {
    pub(crate) fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn is_running(&self) -> bool {
        matches!(self.stage(), Stage::Checking | Stage::Committing(_))
    }
}

/// All of them.
#[derive(Debug)]
pub struct Imports {
    jobs: Mutex<BTreeMap<ImportId, Arc<Job>>>,
    turn: Semaphore,
    uploads: Semaphore,
    sent: Mutex<BTreeMap<PersonId, Vec<Instant>>>,
}

impl Default for Imports {
    fn default() -> Self {
        Self {
            jobs: Mutex::default(),
            turn: Semaphore::new(1),
            uploads: Semaphore::new(UPLOADS_AT_ONCE),
            sent: Mutex::default(),
        }
    }
}

impl Imports {
    /// The job of a list.
    pub(crate) fn job(&self, id: ImportId) -> Option<Arc<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }

    /// A new job of a list that begins to be checked, in the place of the one before; the oldest that rest make room.
    pub(super) fn begin(&self, id: ImportId) -> Arc<Job> {
        let job = Arc::new(Job { progress: Progress::default(), stage: Mutex::new(Stage::Checking) });
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = jobs.insert(id, Arc::clone(&job)) {
            before.progress.stop();
        }
        while jobs.len() > JOBS_MAX {
            let rests =
                jobs.iter().find(|(other, job)| **other != id && !job.is_running()).map(|(other, _)| *other);
            let Some(rests) = rests else { break };
            jobs.remove(&rests);
        }
        job
    }

    /// Forgets a list, and stops what is done with it.
    pub(super) fn forget(&self, id: ImportId) {
        if let Some(job) = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(&id) {
            job.progress.stop();
        }
    }

    /// The right to read a list.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        let waited = tokio::time::timeout(TURN_WITHIN, self.turn.acquire()).await;
        waited.ok().and_then(Result::ok).ok_or_else(busy)
    }

    /// The right to receive a file.
    pub(super) fn receiving(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        self.uploads.try_acquire().map_err(|_| busy())
    }

    /// Counts a file that a person sends.
    pub(super) fn count(&self, person: PersonId, now: Instant) -> Result<(), ApiError> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.retain(|_, times| {
            times.retain(|at| now.saturating_duration_since(*at) < HOUR);
            !times.is_empty()
        });
        let times = sent.entry(person).or_default();
        if times.len() >= UPLOADS_AN_HOUR {
            let first = times
                .first()
                .map_or(HOUR, |first| HOUR.saturating_sub(now.saturating_duration_since(*first)));
            let wait = u32::try_from(first.as_secs().saturating_add(1)).unwrap_or(3_600);
            return Err(ApiError::new(
                axum::http::StatusCode::TOO_MANY_REQUESTS,
                "import_uploads",
                "Too many files",
                format!("A person sends at most {UPLOADS_AN_HOUR} files in an hour. Try again in {wait} s."),
            )
            .retry_after(wait));
        }
        times.push(now);
        Ok(())
    }
}

fn busy() -> ApiError {
    ApiError::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "import_busy",
        "Other lists come first",
        "Other lists are received or read at this moment. Nothing was changed. Try again in some seconds.",
    )
    .retry_after(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sends_so_many_files_in_an_hour_and_others_are_not_held_up() {
        let (imports, now) = (Imports::default(), crate::clock::Clock.monotonic());
        for _ in 0..UPLOADS_AN_HOUR {
            assert!(imports.count(PersonId(1), now).is_ok());
        }
        let refused = imports.count(PersonId(1), now).expect_err("one too many");
        assert_eq!(refused.code(), "import_uploads");
        assert!(imports.count(PersonId(2), now).is_ok());
        assert!(imports.count(PersonId(1), now + HOUR).is_ok());
    }

    #[test]
    fn the_oldest_report_that_rests_makes_room_and_a_running_one_stays() {
        let imports = Imports::default();
        let first = imports.begin(ImportId(1));
        for number in 2..=6 {
            imports.begin(ImportId(number)).set(Stage::Refused(ApiError::forbidden()));
        }
        assert!(imports.job(ImportId(1)).is_some(), "it runs");
        assert!(imports.job(ImportId(2)).is_none());
        imports.begin(ImportId(1));
        assert!(first.progress.is_stopped(), "the one before is told to stop");
    }
}

//! "Can these pages be trusted?" Each check with its figures.
//!
//! Enters: the parts of the controller, and what the caller knows of certificates and the root key. Leaves: a [`Health`].
//! A check that cannot be made says "cannot tell", never "yes".

use std::path::Path;

use holdfast_protocol::time::WallMs;

use super::QueryError;
use crate::backup::schedule::Plan;
use crate::backup::state::{Restored, State};
use crate::clock::Now;
use crate::fleet::Fleet;
use crate::history::History;
use crate::ingest::{Figures, Ingest};
use crate::model::{Check, CheckVerdict, Health};
use crate::store::Store;

/// An answer to a node later than this is worth a look: the node's own patience is 30 s.
const DELAY_WARN_MS: f64 = 5_000.0;
const DELAY_FAIL_MS: f64 = 30_000.0;
/// Free space of the data folder.
const FREE_WARN_BYTES: u64 = 2_000_000_000;
const FREE_FAIL_BYTES: u64 = 200_000_000;
/// The log of SQLite is cut back to 64 MiB; above four times that a reader holds it.
const WAL_WARN_BYTES: u64 = 256 << 20;
/// Certificates that end within so many days.
const CERTIFICATE_WARN_DAYS: f64 = 30.0;
const CERTIFICATE_FAIL_DAYS: f64 = 7.0;
const DAY_MS: f64 = 86_400_000.0;
const HOUR_MS: f64 = 3_600_000.0;
/// A backup made by hand is old after a week.
const BACKUP_WARN_DAYS: f64 = 7.0;
/// A backup should be opened with its key each quarter: keys are lost and nobody notices.
const TESTED_WARN_DAYS: f64 = 92.0;

/// A certificate of the controller's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateEnd {
    /// Which: `server`, `intermediate`, `root`.
    pub code: String,
    /// When it ends.
    pub ends: WallMs,
}

/// Whether the root's key lies on this machine; it belongs in a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKey {
    /// It was taken away, as it should be.
    Away,
    /// It is here.
    Here,
    /// Nobody looked.
    NotChecked,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct HealthSources<'a> {
    /// The registry.
    pub store: &'a Store,
    /// The history.
    pub history: &'a History,
    /// The fleet.
    pub fleet: &'a Fleet,
    /// Ingest.
    pub ingest: &'a Ingest,
    /// The data folder.
    pub data_dir: &'a Path,
    /// What is wished of backups.
    pub backup: &'a Plan,
    /// The controller's certificates.
    pub certificates: &'a [CertificateEnd],
    /// The root's key.
    pub root_key: RootKey,
}

/// Makes the checks.
///
/// # Errors
/// None today: a part that fails is a check that fails.
pub async fn health(sources: HealthSources<'_>, now: Now) -> Result<Health, QueryError> {
    let figures = sources.ingest.figures();
    let mut checks = vec![
        ingest(&figures),
        database(sources.store, sources.history, &figures).await,
        history(sources.history, now.wall),
        disk(sources.data_dir),
        clock(&figures),
    ];
    checks.extend(sources.certificates.iter().map(|end| certificate(end, now.wall)));
    checks.push(root_key(sources.root_key));
    checks.push(backup(sources.backup, &State::load(sources.data_dir), now.wall));
    checks.extend(Restored::load(sources.data_dir).map(|found| restored(found, now.wall)));
    let failing = checks.iter().any(|check| check.verdict == CheckVerdict::Fail);
    let trusted = !failing && sources.fleet.doubt(now).is_none();
    Ok(Health { trusted, checks, made_at: now.wall })
}

fn check(code: &str, verdict: CheckVerdict, figures: &[(&str, f64, &str)]) -> Check {
    let figures = figures.iter().map(|(key, value, unit)| ((*key).to_owned(), *value, (*unit).to_owned()));
    Check { code: code.to_owned(), verdict, figures: figures.collect() }
}

fn ingest(figures: &Figures) -> Check {
    let verdict = match figures.last_commit_worked {
        Some(false) => CheckVerdict::Fail,
        _ if figures.delay_ms_max >= DELAY_FAIL_MS => CheckVerdict::Fail,
        _ if figures.delay_ms_max >= DELAY_WARN_MS => CheckVerdict::Warn,
        // Before the first record there is nothing to tell from, and nothing wrong.
        Some(true) | None => CheckVerdict::Ok,
    };
    let figures = [
        ("records_per_second", figures.per_second, "1/s"),
        ("delay_ms_max", figures.delay_ms_max, "ms"),
        ("commit_ms_max", figures.commit_ms_max, "ms"),
        ("queued", float(figures.queued), ""),
        ("refused", float(figures.unusable.saturating_add(figures.foreign)), ""),
    ];
    check("ingest", verdict, &figures)
}

async fn database(store: &Store, history: &History, figures: &Figures) -> Check {
    let answers = store.check().await.is_ok() && history.check().await.is_ok();
    let wal = wal_bytes(store.path()).max(wal_bytes(history.path()));
    let verdict = match (answers, figures.last_commit_worked) {
        (false, _) | (true, Some(false)) => CheckVerdict::Fail,
        (true, _) if wal > WAL_WARN_BYTES => CheckVerdict::Warn,
        (true, Some(true) | None) => CheckVerdict::Ok,
    };
    let figures = [
        ("registry_bytes", float(file_bytes(store.path())), "B"),
        ("history_bytes", float(file_bytes(history.path())), "B"),
        ("log_bytes", float(wal), "B"),
        ("failed_commits", float(figures.failed_commits), ""),
    ];
    check("database", verdict, &figures)
}

/// Since when there is something, and whether rolling up and deleting go on: they hold each other, so that a history that is
/// not rolled up grows.
fn history(history: &History, now: WallMs) -> Check {
    let found = history.keeping();
    if found.raw_from.0 == 0 {
        return check("history", CheckVerdict::Unknown, &[("hours_waiting", float(found.waiting), "")]);
    }
    let verdict = if found.failed > 0 { CheckVerdict::Warn } else { CheckVerdict::Ok };
    let days = |from: WallMs| super::node::plain(now.since_ms(from)) / DAY_MS;
    let figures = [
        ("records_days", days(found.raw_from), "d"),
        ("rollups_days", days(found.rollups_from), "d"),
        ("hours_waiting", float(found.waiting), ""),
    ];
    check("history", verdict, &figures)
}

fn disk(dir: &Path) -> Check {
    let Ok(found) = nix::sys::statvfs::statvfs(dir) else {
        return check("disk", CheckVerdict::Unknown, &[]);
    };
    let bytes = |blocks: u64| blocks.saturating_mul(found.fragment_size());
    let free = bytes(found.blocks_available());
    let verdict = if free < FREE_FAIL_BYTES {
        CheckVerdict::Fail
    } else if free < FREE_WARN_BYTES {
        CheckVerdict::Warn
    } else {
        CheckVerdict::Ok
    };
    let figures = [("free_bytes", float(free), "B"), ("size_bytes", float(bytes(found.blocks())), "B")];
    check("disk", verdict, &figures)
}

fn clock(figures: &Figures) -> Check {
    match figures.clock_jump_ms {
        Some(by_ms) => {
            let seconds = super::node::plain(by_ms) / 1_000.0;
            check("clock", CheckVerdict::Warn, &[("jump_seconds", seconds, "s")])
        }
        None => check("clock", CheckVerdict::Ok, &[("jumps", float(figures.clock_jumps), "")]),
    }
}

fn certificate(end: &CertificateEnd, now: WallMs) -> Check {
    let days = super::node::plain(end.ends.since_ms(now)) / DAY_MS;
    let verdict = if days < CERTIFICATE_FAIL_DAYS {
        CheckVerdict::Fail
    } else if days < CERTIFICATE_WARN_DAYS {
        CheckVerdict::Warn
    } else {
        CheckVerdict::Ok
    };
    check(&format!("certificate_{}", end.code), verdict, &[("days_left", days, "d")])
}

fn root_key(found: RootKey) -> Check {
    let verdict = match found {
        RootKey::Away => CheckVerdict::Ok,
        RootKey::Here => CheckVerdict::Warn,
        RootKey::NotChecked => CheckVerdict::Unknown,
    };
    check("root_key", verdict, &[])
}

/// Nobody is told that a backup can be trusted which nobody ever opened with its key.
fn backup(plan: &Plan, state: &State, now: WallMs) -> Check {
    let Some(newest) = state.newest() else { return check("backup_none", CheckVerdict::Warn, &[]) };
    let age = super::node::plain(now.since_ms(WallMs(newest.made_ms)));
    let tested_days =
        state.tested.map(|tested| super::node::plain(now.since_ms(WallMs(tested.at_ms))) / DAY_MS);
    // Half a turn over its time: one that is being made now is not late.
    let is_late = plan.folder.is_some() && age > 1.5 * super::node::plain(plan.every_ms());
    let code = if state.failed.is_some() {
        "backup_failed"
    } else if is_late || age > BACKUP_WARN_DAYS * DAY_MS {
        "backup_late"
    } else if tested_days.is_none_or(|days| days > TESTED_WARN_DAYS) {
        "backup_untested"
    } else {
        "backup"
    };
    let verdict = if code == "backup" { CheckVerdict::Ok } else { CheckVerdict::Warn };
    let mut figures = vec![
        ("backup_age_hours", age / HOUR_MS, "h"),
        ("backup_bytes", float(newest.bytes), "B"),
        ("backup_seconds", float(newest.took_ms) / 1_000.0, "s"),
    ];
    figures.extend(tested_days.map(|days| ("backup_tested_days", days, "d")));
    check(code, verdict, &figures)
}

fn restored(found: Restored, now: WallMs) -> Check {
    let days = |at: i64| super::node::plain(now.since_ms(WallMs(at))) / DAY_MS;
    let figures =
        [("restored_from_days", days(found.made_ms), "d"), ("restored_days", days(found.at_ms), "d")];
    check("restored", CheckVerdict::Warn, &figures)
}

fn file_bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

fn wal_bytes(path: &Path) -> u64 {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    file_bytes(Path::new(&wal))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a figure for people may lose its last digits"
)]
const fn float(value: u64) -> f64 {
    value as f64
}

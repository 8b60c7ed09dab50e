//! Tables as downloads: one file is made at a time, beside the threads that answer pages, and each leaves an audit row.
//!
//! Enters: a table that the viewer may see. Leaves: the file as an attachment. The right is the page's: each route has its
//! row in the access table.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::pages::Problem;
use super::refusal::Refusal;
use super::visit::Visit;
use crate::access::Viewer;
use crate::app::App;
use crate::export::{ExportError, Format, Table};
use crate::store::audit::{Action, Entry, Outcome};

/// Files that are made at one time: each holds up to 65 MB (`export::CELLS_MAX`).
const AT_ONCE: usize = 1;
/// How long a request waits for its turn: the largest file takes 2 s.
const TURN_WITHIN: Duration = Duration::from_secs(8);

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The right to hold the rows of a file in memory. Ask for it before the rows are read.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// What is downloaded.
#[derive(Debug)]
pub(super) struct File {
    /// What it is, in our own plain word: `nodes`. Part of its name.
    pub(super) stem: &'static str,
    /// Of which thing, for the audit row: `nodes`, `node 7k2m9qxd`.
    pub(super) thing: String,
    pub(super) format: Format,
    pub(super) table: Table,
}

/// Waits for the turn.
pub(super) async fn turn(visit: &Visit) -> Result<Turn, Refusal> {
    let waited = tokio::time::timeout(TURN_WITHIN, TURNS.acquire()).await;
    let permit = waited.ok().and_then(Result::ok).ok_or_else(|| Refusal::new(visit, Problem::Busy))?;
    Ok(Turn { _permit: permit })
}

/// Makes the file and writes the audit row.
pub(super) async fn answer(
    turn: Turn,
    app: &App,
    visit: &Visit,
    viewer: &Viewer,
    file: File,
) -> Result<Response, Refusal> {
    let File { stem, thing, format, table } = file;
    let (rows, name) = (table.rows.len(), table.file_name(stem, format));
    let made = tokio::task::spawn_blocking(move || {
        let bytes = table.write(format);
        drop(turn);
        bytes
    });
    let bytes = match made.await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(ExportError::TooLarge { .. })) => return Err(Refusal::new(visit, Problem::TooMuch)),
        Ok(Err(error @ ExportError::Workbook { .. })) => {
            tracing::error!(cause = %crate::api::problem::chain(&error), "a file could not be made");
            return Err(Refusal::new(visit, Problem::Failed));
        }
        Err(error) => {
            tracing::error!(%error, "a file could not be made");
            return Err(Refusal::new(visit, Problem::Failed));
        }
    };
    let entry = Entry {
        person: Some(viewer.person),
        action: Action::Export,
        thing,
        outcome: Outcome::Done,
        reason: format!("{} rows, {}", rows, format.key()),
    };
    app.audit(entry, visit.now).await;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(format.media_type())), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

//! The inventory under `/api/v1`: models, programmes, containers, donations, items, hand-overs; one file a noun.
//!
//! Enters: requests that passed the guard, each with the standpoint of who asks. Leaves: JSON, or refusals in the words of
//! the core that refused. Every change and every refusal of one is audited here.

pub(crate) mod acts;
pub(crate) mod catalogue;
pub(crate) mod condition;
pub(crate) mod donations;
pub(crate) mod events;
pub(crate) mod evidence;
#[cfg(test)]
mod evidence_tests;
pub(crate) mod handovers;
pub(crate) mod items;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;

use std::sync::Arc;

use axum::Router;

use super::problem::ApiError;
use super::proposals;
use crate::app::App;
use crate::clock::Now;
use crate::inventory::Standpoint;
use crate::proposal::{Change, ProposalId};
use crate::store::audit::{Action, Entry, Outcome};
use crate::store::proposals::Filed;

/// Rows of a page.
const ROWS: usize = 50;
/// The same, and one more to know whether there is a next page.
const ROWS_AND_ONE: i64 = 51;
/// Longest name, title or other text on one line, in characters.
const LINE_CHARACTERS_MAX: usize = 200;

/// Every route of the inventory.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .merge(catalogue::router())
        .merge(donations::router())
        .merge(evidence::router())
        .merge(events::router())
        .merge(handovers::router())
        .merge(items::router())
}

/// Writes down what became of a change, and hands it on.
async fn audited<T>(
    app: &App,
    standpoint: &Standpoint,
    (action, thing): (Action, String),
    result: Result<T, ApiError>,
    now: Now,
) -> Result<T, ApiError> {
    let (outcome, reason) = match &result {
        Ok(_) => (Outcome::Done, String::new()),
        Err(error) => (Outcome::Refused, error.code().to_owned()),
    };
    app.audit(Entry { person: Some(standpoint.person), action, thing, outcome, reason }, now).await;
    result
}

/// Makes a change that may tell more, audited; or says under which number it waits for a second person.
async fn opened(
    app: &App,
    standpoint: &Standpoint,
    change: &Change,
    now: Now,
) -> Result<Option<ProposalId>, ApiError> {
    let filed = proposals::file(app, standpoint.person, change, None, now).await;
    if let Ok(Filed::Waits(proposal)) = filed {
        return Ok(Some(proposal));
    }
    let (outcome, reason) = match &filed {
        Ok(filed) => (Outcome::Done, proposals::said(filed)),
        Err(error) => (Outcome::Refused, error.code()),
    };
    let entry = Entry {
        person: Some(standpoint.person),
        action: Action::InventoryChange,
        thing: change.thing(),
        outcome,
        reason: reason.to_owned(),
    };
    app.audit(entry, now).await;
    filed.map(|_| None)
}

/// A text on one line as it may be kept.
fn line(what: &str, text: &str) -> Result<(), ApiError> {
    let fits = text.chars().count() <= LINE_CHARACTERS_MAX && !text.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(ApiError::unusable(format!(
            "The {what} has at most {LINE_CHARACTERS_MAX} characters on one line, and no control characters."
        )))
    }
}

/// The same for one that has to be there.
fn named(what: &str, text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::unusable(format!("The {what} is missing. Write one.")));
    }
    line(what, text)
}

/// What is searched for: a fragment shorter than three characters would find half the inventory.
fn fragment(text: Option<&str>) -> Result<Option<&str>, ApiError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    line("text", text)?;
    if text.chars().count() < crate::store::inventory::items::FRAGMENT_CHARACTERS_MIN {
        return Err(ApiError::unusable(
            "The text to search for has at least 3 characters. Write more of it.",
        ));
    }
    Ok(Some(text))
}

/// Cuts a page off what was read, and says how to go on.
fn cut<T>(rows: &mut Vec<T>, cursor: impl Fn(&T) -> String) -> Option<String> {
    if rows.len() <= ROWS {
        return None;
    }
    rows.truncate(ROWS);
    rows.last().map(cursor)
}

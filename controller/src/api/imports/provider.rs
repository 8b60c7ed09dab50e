//! Account exports of satellite providers: read, matched with items, kept.
//!
//! Enters: a file and as of when the provider says it. Leaves: which rows name an item and which do not. An item is found by
//! KIT, then by terminal id, then by serial; by none that several items carry. What is kept is somebody's word: level E1 at most.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_protocol::identifier::{Kind, Sensitivity, masked};
use holdfast_protocol::ids::ItemId;
use holdfast_protocol::time::WallMs;
use ring::digest::{SHA256, digest};

use super::acts::{audited, unreadable};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::clock::Now;
use crate::import::columns::Purpose;
use crate::import::provider::{Silent, Statement, statements};
use crate::import::{Header, Progress, ReadError, Settings, read};
use crate::inventory::Standpoint;
use crate::store::audit::Action;
use crate::store::inventory::provider::{NewExport, ProviderExport, Saying, SilentRow};

/// How far a provider's clock may be ahead.
const AHEAD_MS: i64 = 86_400_000;
/// By which an item is looked for, one after another.
const KINDS: [Kind; 3] = [Kind::Kit, Kind::Utid, Kind::Serial];

/// Takes an export in.
pub(crate) async fn take(
    app: &Arc<App>,
    standpoint: &Standpoint,
    as_of: Option<WallMs>,
    bytes: Vec<u8>,
    now: Now,
) -> Result<ProviderExport, ApiError> {
    let result = Box::pin(taken(app, standpoint, as_of, bytes, now)).await;
    let thing = match &result {
        Ok(export) => format!("provider export {}", export.id),
        Err(_) => "a provider export".to_owned(),
    };
    audited(app, standpoint, (Action::ProviderExport, thing), result, now).await
}

async fn taken(
    app: &Arc<App>,
    standpoint: &Standpoint,
    as_of: Option<WallMs>,
    bytes: Vec<u8>,
    now: Now,
) -> Result<ProviderExport, ApiError> {
    let as_of = as_of.unwrap_or(now.wall);
    if as_of > now.wall.plus_ms(AHEAD_MS) || as_of.0 < 0 {
        return Err(ApiError::unusable(
            "The export is as of a time that is still to come. Say when it was made.",
        ));
    }
    let mut file_sha256 = [0_u8; 32];
    file_sha256.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    let turn = app.imports.turn().await?;
    let said = tokio::task::spawn_blocking(move || said(&bytes)).await;
    let said = said.unwrap_or(Err(ReadError::Damaged)).map_err(|error| unreadable(&error))?;
    drop(turn);
    let Some(said) = said else {
        return Err(ApiError::new(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "import_no_headings",
            "The columns are not known",
            "The export has no column headed as KIT number, terminal id or serial. Download it from the account anew.",
        ));
    };
    let carried: Vec<(Kind, String)> = said.iter().flat_map(|one| one.carries.iter().cloned()).collect();
    let carriers = app.store.carried_by(&carried).await?;
    let (mut sayings, mut silent, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for one in &said {
        let of_kind = |kind: Kind| -> Vec<ItemId> {
            let keys = one.carries.iter().filter(|(found, _)| *found == kind);
            keys.filter_map(|key| carriers.get(key)).flatten().copied().collect()
        };
        let found = KINDS.into_iter().map(of_kind).find(|items| !items.is_empty()).unwrap_or_default();
        match found.as_slice() {
            [item] if seen.insert(*item) => {
                sayings.push(Saying {
                    item: *item,
                    last_active: one.last_active,
                    data_bytes: one.data_bytes,
                });
            }
            [_] => silent.push(row(one, Silent::Repeated)),
            [] if one.carries.is_empty() => silent.push(row(one, Silent::NoIdentifier)),
            [] => silent.push(row(one, Silent::Unknown)),
            [..] => silent.push(row(one, Silent::Several)),
        }
    }
    let rows = u32::try_from(said.len()).unwrap_or(u32::MAX);
    let new = NewExport { as_of, by: standpoint.person, file_sha256, rows, sayings, silent };
    let id = app.store.insert_provider_export(&new, now.wall).await?;
    app.store.provider_export(id).await?.ok_or_else(|| ApiError::not_found("export"))
}

/// What an export says; nothing when no column names a terminal.
fn said(bytes: &[u8]) -> Result<Option<Vec<Statement>>, ReadError> {
    let (settings, progress) = (Settings::default(), Progress::default());
    let mut grid = read(bytes, &settings, &progress)?;
    let header = Header::find(&mut grid, &settings, Purpose::Account);
    if header.identifiers().next().is_none() {
        return Ok(None);
    }
    statements(&grid, &header, &progress).map(Some)
}

fn row(statement: &Statement, why: Silent) -> SilentRow {
    let shown = statement.carries.first().map(|(kind, value)| match kind.sensitivity() {
        Sensitivity::Plain => value.clone(),
        Sensitivity::Secret => masked(value),
    });
    SilentRow { row: statement.row, why, shown: shown.unwrap_or_default() }
}

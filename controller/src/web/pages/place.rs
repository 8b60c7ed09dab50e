//! The page that asks why an exact place is needed, and the one that shows it.
//!
//! Enters: a site, what was typed, a place. Leaves: the pages. The title names neither place nor site; the page that shows
//! it goes back to the site by itself, without script.

use askama::Template;
use holdfast_protocol::time::WallMs;

use super::render;
use crate::api::places::Place;
use crate::model::SiteRef;
use crate::store::places::{REVEALS_AN_HOUR_MAX, SHOWN_MS};
use crate::web::surround::{FormError, Markup, Surround};

/// What the form shows again.
#[derive(Debug, Clone, Default)]
pub struct PlaceForm {
    /// Whether somebody has entered the place.
    pub known: bool,
    /// The reason typed.
    pub reason: String,
    /// What was wrong.
    pub error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "place.html")]
struct PlaceTemplate<'a> {
    s: &'a Surround,
    name: String,
    path: String,
    first: String,
    known: bool,
    reason: String,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "place_shown.html")]
struct ShownTemplate<'a> {
    s: &'a Surround,
    name: String,
    path: String,
    seconds: i64,
    latitude: String,
    longitude: String,
    note: Option<String>,
    ends: Markup,
}

/// The page `/sites/{id}/place`.
#[must_use]
pub fn place_form(s: &Surround, site: &SiteRef, form: PlaceForm) -> String {
    let PlaceForm { known, reason, error } = form;
    let first = if known { s.n("place-first", &u64::from(REVEALS_AN_HOUR_MAX)) } else { s.t("place-none") };
    let path = format!("/sites/{}", site.id.0);
    render(&PlaceTemplate { s, name: s.name(&site.name), path, first, known, reason, error })
}

/// The answer to it.
#[must_use]
pub(crate) fn place_shown(s: &Surround, site: &SiteRef, place: &Place, ends: WallMs) -> String {
    render(&ShownTemplate {
        s,
        name: s.name(&site.name),
        path: format!("/sites/{}", site.id.0),
        seconds: SHOWN_MS / 1_000,
        latitude: format!("{:.5}", place.latitude),
        longitude: format!("{:.5}", place.longitude),
        note: Some(s.name(&place.note)).filter(|_| !place.note.is_empty()),
        ends: s.moment(&ends),
    })
}

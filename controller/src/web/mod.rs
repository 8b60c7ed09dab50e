//! Pages for people: HTML made by the server, readable without script, in three languages and two themes.
//!
//! Enters: requests of browsers, model types from `query`. Leaves: complete pages, style, script and icons. The way of a
//! page: handler (`reads`, `lists`, `people`, `signing`) → `query` → `pages` → template; who may have it was decided by the guard. Never names
//! a database; never writes an inline style or script; never puts an exact place or a name into an address.

pub mod assets;
mod audit;
pub mod chart;
mod chart_export;
mod donations;
mod download;
mod equipment;
mod evidence;
pub mod format;
mod handovers;
mod imports;
mod item;
mod item_acts;
mod item_new;
pub mod lang;
mod lists;
mod map;
mod mine;
pub mod multipart;
pub mod pages;
mod parties;
mod people;
mod person;
mod places;
mod proposals;
mod reads;
mod refusal;
pub mod regions;
mod signing;
pub mod span;
pub mod strip;
pub mod surround;
mod tokens;
pub mod visit;
mod who_sees;

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod donation_tests;
#[cfg(test)]
mod equipment_tests;
#[cfg(test)]
mod handover_tests;
#[cfg(test)]
mod import_tests;
#[cfg(test)]
mod item_tests;
#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod person_tests;
#[cfg(test)]
mod samples;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
pub use audit::home_of;
pub use refusal::dress;

/// Every route of the pages. Each has its row in the access table.
pub fn router() -> Router<Arc<App>> {
    fleet().merge(inventory()).merge(standing()).merge(own())
}

/// Sites, nodes, and how the controller does.
fn fleet() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(reads::overview))
        .route("/sites", get(lists::sites))
        .route("/sites/export", get(lists::export_sites))
        .route("/sites/map", get(map::sites))
        .route("/sites/{id}", get(lists::site))
        .route("/sites/{id}/place", get(places::form).post(places::show))
        .route("/nodes", get(lists::nodes))
        .route("/nodes/export", get(lists::export_nodes))
        .route("/nodes/{id}", get(reads::node))
        .route("/nodes/{id}/chart", get(reads::chart_page))
        .route("/nodes/{id}/chart.csv", get(chart_export::csv))
        .route("/nodes/{id}/chart.xlsx", get(chart_export::xlsx))
        .route("/health", get(reads::health))
}

/// What was given, and what becomes of it.
fn inventory() -> Router<Arc<App>> {
    Router::new()
        .route("/equipment", get(equipment::list))
        .route("/equipment/export", get(equipment::export))
        .route("/equipment/new", get(item_new::page).post(item_new::register))
        .route("/equipment/{id}", get(item::page))
        .route("/equipment/{id}/record", get(item_acts::record_page).post(item_acts::record))
        .route("/equipment/{id}/void", get(item_acts::void_page).post(item_acts::void))
        .route("/equipment/{id}/change", get(item_acts::change_page).post(item_acts::change))
        .route("/equipment/{id}/reveal", get(item::reveal_page).post(item::reveal))
        .route("/equipment/{id}/label", get(item::label))
        .route("/handovers", get(handovers::list))
        .route("/handovers/new", get(handovers::offer_page).post(handovers::offer))
        .route("/handovers/{id}", get(handovers::show))
        .route("/handovers/{id}/answer", get(handovers::answer_page).post(handovers::answer))
        .route("/handovers/{id}/withdraw", get(handovers::withdraw_page).post(handovers::withdraw))
        .route("/donations", get(donations::list))
        .route("/donations/{id}", get(donations::show))
        .route("/programmes", get(donations::programmes))
        .route("/programmes/{id}", get(donations::programme))
        .route("/models", get(donations::models))
        .route("/containers", get(donations::containers))
        .route("/donor", get(donations::donor))
        .route("/f/i/{code}", get(equipment::label))
        .route("/import", get(imports::list).post(imports::send))
        .route("/import/provider", post(imports::send_export))
        .route("/import/provider/{id}", get(imports::show_export))
        .route("/import/{id}", get(imports::show))
        .route("/import/{id}/settings", post(imports::settings))
        .route("/import/{id}/report", get(imports::report))
        .route("/import/{id}/commit", get(imports::commit_page).post(imports::commit))
        .route("/import/{id}/withdraw", post(imports::withdraw))
        .route("/evidence", get(evidence::list))
}

/// Who may what, and who did what.
fn standing() -> Router<Arc<App>> {
    Router::new()
        .route("/proposals", get(proposals::list))
        .route("/proposals/{id}", get(proposals::page))
        .route("/proposals/{id}/approve", post(proposals::approve))
        .route("/proposals/{id}/refuse", post(proposals::refuse))
        .route("/proposals/{id}/withdraw", post(proposals::withdraw))
        .route("/people", get(people::list))
        .route("/people/invite", get(people::invite_page).post(people::invite))
        .route("/people/places", get(who_sees::page))
        .route("/people/{id}", get(person::page).post(person::change))
        .route("/people/{id}/act/{act}", get(person::act_page).post(person::act))
        .route("/people/{id}/sites", post(person::assign))
        .route("/people/{id}/sites/{site}/remove", post(person::unassign))
        .route("/parties", get(parties::list))
        .route("/parties/new", get(parties::new_page).post(parties::make))
        .route("/parties/{id}", get(parties::page).post(parties::change))
        .route("/audit", get(audit::page))
        .route("/audit/export", get(audit::export))
        .route("/audit/check", post(audit::check))
        .route("/sites/{id}/region", get(who_sees::region_form).post(who_sees::region))
}

/// A reader's own pages, and what all pages use.
fn own() -> Router<Arc<App>> {
    Router::new()
        .route("/home", get(reads::home))
        .route("/columns", post(lists::choose_columns))
        .route("/views", post(lists::keep_view))
        .route("/views/{id}/delete", post(lists::drop_view))
        .route("/verify", get(reads::verify))
        .route("/help", get(reads::help))
        .route("/me/extend", post(signing::extend))
        .route("/me", get(mine::page))
        .route("/me/password", post(mine::password))
        .route("/me/second-factor", get(mine::factor_page).post(mine::begin))
        .route("/me/second-factor/confirm", post(mine::confirm))
        .route("/me/second-factor/remove", post(mine::remove))
        .route("/me/recovery-codes", post(mine::recovery))
        .route("/me/sessions/others/end", post(mine::end_others))
        .route("/me/sessions/{id}/end", post(mine::end_session))
        .route("/me/tokens", get(tokens::page).post(tokens::make))
        .route("/me/tokens/{id}/revoke", post(tokens::revoke))
        .route("/welcome", get(mine::welcome_page).post(mine::welcome))
        .route("/sign-in", get(signing::sign_in_page).post(signing::sign_in))
        .route("/sign-in/code", get(signing::code_page).post(signing::code))
        .route("/sign-out", post(signing::sign_out))
        .route("/first", get(signing::first_page).post(signing::first))
        .route("/choose", post(signing::choose))
        .route("/static/{file}", get(assets::serve))
}

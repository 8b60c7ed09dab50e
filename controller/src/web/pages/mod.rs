//! The pages, a file for each noun: what the model says becomes sentences, rows and drawings of one template.
//!
//! Enters: model types and the page's surround. Leaves: HTML text. No page asks a database or a clock, none can fail for
//! what it is given; parts that many pages share are here.

mod audit;
mod chart_page;
mod columns;
mod donations;
mod equipment;
mod evidence;
mod files;
mod form;
mod forms;
mod handovers;
mod health;
mod help;
mod home;
pub(crate) mod imports;
mod item;
mod list;
mod map;
mod me;
mod node;
mod nodes;
mod overview;
mod parties;
mod people;
mod person;
mod place;
mod plain;
mod proposals;
mod ranges;
mod sites;
mod tokens;
mod verify;
mod wall;
mod who_sees;

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

pub use audit::{AUDIT_COLUMNS, AuditAsk, AuditPage, audit, audit_table};
pub use chart_page::chart_page;
pub use columns::{Columns, ListKind};
pub(crate) use donations::{
    CatalogueView, DonationsView, containers, donation, donations, donor, models, programme, programmes,
};
pub(crate) use equipment::{ITEM_COLUMNS, ItemsView, equipment, item_table, label, state_label};
pub use evidence::{Evidence, evidence};
pub use files::{NODE_COLUMNS, SITE_COLUMNS, node_table, site_table};
pub(crate) use form::{Field, Form, Input, form};
pub use forms::{FirstForm, SignInForm, first, sign_in, sign_in_code};
pub(crate) use handovers::{HandoversView, handover, handovers};
pub use health::health;
pub use help::help;
pub use home::home;
pub(crate) use item::{Can, ItemPage, Step, item, item_label, kind_word, title as item_title};
pub use list::{GROUPED_ABOVE, ItemsAsk, ListAsk, ListView};
pub use map::map;
pub use me::{Me, me, recovery_codes, second_factor, welcome};
pub use node::{DEFAULT_CHARTS, node, wanted_charts};
pub use nodes::nodes;
pub use overview::{overview, overview_with};
pub use parties::{Parties, PartyForm, parties, party_form};
pub(crate) use people::invitation;
pub use people::{InviteForm, People, invite, people};
pub use person::{ActForm, Person, person, person_act};
pub(crate) use place::place_shown;
pub use place::{PlaceForm, place_form};
pub use plain::{Problem, problem};
pub use proposals::Named;
pub(crate) use proposals::{ProposalPage, proposal, proposals};
pub use ranges::Wanted;
pub use sites::{site, sites};
pub use tokens::{TokenForm, token_form, token_made};
#[cfg(test)]
pub(in crate::web) use verify::keys as verify_keys;
pub use verify::verify;
pub use wall::wall;
pub(crate) use who_sees::region_shown;
pub use who_sees::{SeenSite, Seer, WhoSees, Why, region_form, who_sees};

use super::format;
use super::lang::{Arg, capitalised};
use super::strip;
use super::surround::{Markup, Surround, escape};
use crate::model::{Reason, SiteRef, State};

/// Rows on a page of a list.
pub const ROWS: u32 = 50;
/// The word whose mark stands before each reason.
pub const DEGRADED: &StateWord = &StateWord::Degraded;

/// A template that cannot be rendered is a mistake in this program; the reader gets the sentence instead of half a page.
fn render(template: &impl askama::Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        String::from(
            "<!doctype html><title>Holdfast</title><p>This page could not be made. The cause is in the log.",
        )
    })
}

/// Words in place of an empty table.
#[derive(Debug, Clone)]
struct Empty {
    text: String,
    action: Option<(String, String)>,
}

/// "50 of 412 sites".
fn shown(s: &Surround, key: &str, rows: usize, total: u64) -> String {
    s.with(key, &[("shown", Arg::Text(&s.count(&strip::count(rows)))), ("n", Arg::Count(total))])
}

/// The edge of a row: colour only for what is abnormal or planned.
const fn edge(word: StateWord) -> &'static str {
    match word {
        StateWord::Ok | StateWord::Revoked | StateWord::NotYetSeen => "none",
        StateWord::PlannedSilence
        | StateWord::Maintenance
        | StateWord::Down
        | StateWord::NotKnown
        | StateWord::NoReport
        | StateWord::Degraded => word.key(),
    }
}

/// A site as a link with its region, or the word for none.
fn site_link(s: &Surround, site: Option<&SiteRef>) -> Markup {
    let Some(site) = site else {
        return Markup(format!("<span class=\"muted\">{}</span>", escape(&s.t("no-site"))));
    };
    Markup(format!("<a href=\"/sites/{}\">{}</a>", site.id.0, escape(&s.name(&site.name))))
}

/// "Heard 40 s ago" beside a state, as a sentence; silence says what was last known.
fn state_sentence(s: &Surround, state: &State) -> Markup {
    let word = s.word(state.word);
    let label = capitalised(&word);
    match (state.word, state.heard) {
        (StateWord::NotYetSeen, _) | (StateWord::Revoked, None) => {
            Markup(escape(&s.with("says-plain", &[("state", Arg::Text(&label))])))
        }
        (StateWord::NoReport | StateWord::NotKnown, Some(heard)) => match state.was {
            Some(was) => {
                let was = s.word(was);
                s.aged("says-silent-was", heard, &[("state", Arg::Text(&label)), ("was", Arg::Text(&was))])
            }
            None => s.aged("says-silent", heard, &[("state", Arg::Text(&label))]),
        },
        (_, Some(heard)) => {
            let key = if state.late { "says-heard-late" } else { "says-heard" };
            s.aged(key, heard, &[("state", Arg::Text(&label))])
        }
        (_, None) => Markup(escape(&s.with("says-never", &[("state", Arg::Text(&label))]))),
    }
}

/// A reason as a sentence.
fn reason(s: &Surround, reason: &Reason) -> String {
    let percent = |value: f64| format::quantity(s.lang, value, "%", format::Multiples::Decimal, false);
    match reason {
        Reason::DiskFull { mount, used_percent } => s.with(
            "reason-disk",
            &[("mount", Arg::Name(mount)), ("used", Arg::Text(&percent(*used_percent)))],
        ),
        Reason::MemoryFull { used_percent } => {
            s.with("reason-memory", &[("used", Arg::Text(&percent(*used_percent)))])
        }
        Reason::Hot { sensor, celsius } => {
            let heat = format::quantity(s.lang, *celsius, "°C", format::Multiples::Decimal, false);
            s.with("reason-hot", &[("sensor", Arg::Name(sensor)), ("heat", Arg::Text(&heat))])
        }
        Reason::Probe { probe, why } => s.with(
            "reason-probe",
            &[("probe", Arg::Name(probe)), ("why", Arg::Name(why.trim_end_matches('.')))],
        ),
        Reason::Clock => s.t("reason-clock"),
        Reason::Backlog { records } => s.n("reason-backlog", records),
    }
}

/// The age of a moment, as text without script: for titles and summaries.
fn heard(s: &Surround, at: Option<WallMs>) -> Markup {
    s.age_or_never(&at)
}

/// A count, or "no reading".
fn count_or_none(s: &Surround, count: Option<u64>) -> Markup {
    s.or_none(count.map(|count| s.count(&count)))
}

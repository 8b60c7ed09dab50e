//! The pages, a file for each noun: what the model says becomes sentences, rows and drawings of one template.
//!
//! Enters: model types and the page's surround. Leaves: HTML text. No page asks a database or a clock, none can fail for
//! what it is given; parts that many pages share are here.

mod chart_page;
mod forms;
mod health;
mod help;
mod home;
mod node;
mod nodes;
mod overview;
mod plain;
mod ranges;
mod sites;

use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

pub use chart_page::chart_page;
pub use forms::{FirstForm, SignInForm, first, me, sign_in, sign_in_code};
pub use health::health;
pub use help::help;
pub use home::home;
pub use node::{DEFAULT_CHARTS, node, wanted_charts};
pub use nodes::nodes;
pub use overview::overview;
pub use plain::{Problem, problem};
pub use ranges::Wanted;
pub use sites::{site, sites};

use super::lang::{Arg, capitalised};
use super::strip;
use super::surround::{Markup, Surround, escape};
use super::{chart, format};
use crate::model::{Counts, Reason, SiteRef, State};

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

/// A filter that is one link.
#[derive(Debug, Clone)]
struct Facet {
    path: String,
    label: String,
    count: Option<u64>,
    current: bool,
}

/// Ways to the pages before and behind.
#[derive(Debug, Clone, Default)]
struct Pager {
    back: Option<String>,
    next: Option<String>,
}

/// A search that keeps the other filters.
#[derive(Debug, Clone)]
struct Search {
    path: String,
    label: &'static str,
    text: String,
    kept: Vec<(&'static str, String)>,
}

fn search(base: &str, label: &'static str, ask: &ListAsk) -> Search {
    let mut kept = Vec::new();
    kept.extend(ask.word.map(|word| ("word", word.key().to_owned())));
    kept.extend(ask.site.map(|site| ("site", site.to_string())));
    kept.extend(ask.late.then(|| ("late", "true".to_owned())));
    Search { path: base.to_owned(), label, text: ask.text.clone().unwrap_or_default(), kept }
}

/// Words in place of an empty table.
#[derive(Debug, Clone)]
struct Empty {
    text: String,
    action: Option<(String, String)>,
}

/// What a list was asked for; its whole state is in the query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListAsk {
    /// Only this word.
    pub word: Option<StateWord>,
    /// Only this site.
    pub site: Option<i64>,
    /// Only those that are late.
    pub late: bool,
    /// Only those whose name or id fits.
    pub text: Option<String>,
    /// The cursor of this page.
    pub after: Option<String>,
    /// Cursors of the pages before it, oldest first, `~` between them; empty text for the first page.
    pub back: Option<String>,
}

impl ListAsk {
    /// Cursors kept for going back; a reader who went further begins again at the first page.
    const BACK_MAX: usize = 20;

    fn path(&self, base: &str) -> String {
        let mut query: Vec<String> = Vec::new();
        if let Some(word) = self.word {
            query.push(format!("word={}", word.key()));
        }
        if let Some(site) = self.site {
            query.push(format!("site={site}"));
        }
        if self.late {
            query.push("late=true".to_owned());
        }
        if let Some(text) = &self.text {
            query.push(format!("text={}", chart::encode(text)));
        }
        if let Some(after) = &self.after {
            query.push(format!("after={}", chart::encode(after)));
        }
        if let Some(back) = &self.back {
            query.push(format!("back={}", chart::encode(back)));
        }
        if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
    }

    fn with_word(&self, word: Option<StateWord>) -> Self {
        Self { word, late: false, after: None, back: None, ..self.clone() }
    }

    /// The same site without any other filter.
    fn bare(&self) -> Self {
        Self { site: self.site, ..Self::default() }
    }

    fn pager(&self, base: &str, next: Option<&str>) -> Pager {
        let behind: Vec<&str> = self.back.as_deref().map_or_else(Vec::new, |text| text.split('~').collect());
        let back = self.after.as_ref().map(|_| {
            let (after, rest) =
                behind.split_last().map_or((None, &[][..]), |(last, rest)| (Some(*last), rest));
            let after = after.filter(|text| !text.is_empty()).map(str::to_owned);
            let back = Some(rest.join("~")).filter(|way| after.is_some() && !way.is_empty());
            Self { after, back, ..self.clone() }.path(base)
        });
        let next = next.map(|next| {
            let mut way = behind.clone();
            way.push(self.after.as_deref().unwrap_or(""));
            let skipped = way.len().saturating_sub(Self::BACK_MAX);
            let way: Vec<&str> = way.into_iter().skip(skipped).collect();
            let after = Some(next.to_owned());
            Self { after, back: Some(way.join("~")), ..self.clone() }.path(base)
        });
        Pager { back, next }
    }
}

/// Facets of a list by word: all, then each word that has any, then the chosen one even if it has none; late behind them.
/// Counts are over the whole fleet; beside a list that is narrowed otherwise they would mislead.
fn facets(s: &Surround, base: &str, ask: &ListAsk, counts: &Counts) -> Vec<Facet> {
    let (by_word, total) = (&counts.by_word, counts.total);
    let counted = ask.site.is_none() && ask.text.is_none();
    let mut out = vec![Facet {
        path: ask.with_word(None).path(base),
        label: s.t("filter-all"),
        count: counted.then_some(total),
        current: ask.word.is_none() && !ask.late,
    }];
    for (word, count) in by_word {
        let current = ask.word == Some(*word);
        if *count == 0 && !current {
            continue;
        }
        out.push(Facet {
            path: ask.with_word(Some(*word)).path(base),
            label: s.word_label(word),
            count: counted.then_some(*count),
            current,
        });
    }
    out
}

/// The facet of what is late, where the list can be asked for it.
fn late_facet(s: &Surround, base: &str, ask: &ListAsk, counts: &Counts) -> Option<Facet> {
    let counted = ask.site.is_none() && ask.text.is_none();
    (counts.late > 0 || ask.late).then(|| Facet {
        path: ListAsk { late: true, ..ask.with_word(None) }.path(base),
        label: s.label("late"),
        count: counted.then_some(counts.late),
        current: ask.late,
    })
}

/// The emptiness of a list: nothing exists, or nothing matches.
fn emptiness(s: &Surround, base: &str, ask: &ListAsk, none_yet: &str, all: u64) -> Empty {
    if let Some(wanted) = &ask.text {
        let text = s.with("empty-text", &[("text", Arg::Name(wanted)), ("n", Arg::Count(all))]);
        return Empty { text, action: Some((ask.bare().path(base), s.t("clear-filters"))) };
    }
    if let Some(word) = ask.word {
        let text = s.with("empty-filter", &[("state", Arg::Text(&s.word(word))), ("n", Arg::Count(all))]);
        return Empty { text, action: Some((ask.with_word(None).path(base), s.t("clear-filters"))) };
    }
    if ask.late {
        return Empty {
            text: s.t("empty-late"),
            action: Some((ask.bare().path(base), s.t("clear-filters"))),
        };
    }
    if ask.after.is_some() {
        return Empty { text: s.t("empty-end"), action: Some((base.to_owned(), s.t("pager-first"))) };
    }
    Empty { text: s.t(none_yet), action: Some(("/help".to_owned(), s.t("nav-help"))) }
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

//! What surrounds every page: language, theme, the person, the menu, the path back, and the small pieces of markup that
//! all pages share: a mark with its word, an age that goes on counting, a time.
//!
//! Enters: what the request said and what the session knows. Leaves: text and markup for the templates. Everything from
//! outside is escaped here or by the template; no `style=` is ever written.

use std::fmt;

use askama::filters::HtmlSafe;
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::lang::{Arg, Lang, capitalised, isolated, sentence};
use super::{assets, format};
use crate::access::{Access, HOME_PATH, Role, START_PATH};
use crate::model::{Doubt, State};
use crate::store::sessions::End;

/// Markup that is already escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(pub String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// Text with the five characters escaped that HTML gives a meaning.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Colours of the page, by the reader's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// Black on white without tints, with thick lines: for bright light outdoors.
    Sun,
}

impl Theme {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Sun];

    /// In the cookie, in `data-theme`, in the catalogue's key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Sun => "sun",
        }
    }

    /// The theme of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }
}

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// `/`.
    Overview,
    /// `/home`: where those begin who have no overview.
    Home,
    /// `/sites` and below.
    Sites,
    /// `/nodes` and below.
    Nodes,
    /// `/equipment` and below.
    Equipment,
    /// `/handovers` and below.
    Handovers,
    /// `/donations`, `/programmes` and below.
    Donations,
    /// `/donor`: where donors begin.
    Donor,
    /// `/people` and below.
    People,
    /// `/audit` and below.
    Audit,
    /// `/health`.
    Health,
    /// `/evidence`.
    Evidence,
    /// `/verify`: open to everybody, in the menu of donors and of those who are not signed in.
    Verify,
    /// `/me`.
    Me,
    /// `/help`.
    Help,
    /// None of them.
    Elsewhere,
}

impl Entry {
    /// The entries that a menu can have; "me" and help stand behind them, help last, on every page.
    pub const MENU: [Self; 13] = [
        Self::Overview,
        Self::Home,
        Self::Donor,
        Self::Sites,
        Self::Nodes,
        Self::Equipment,
        Self::Donations,
        Self::Handovers,
        Self::People,
        Self::Audit,
        Self::Health,
        Self::Evidence,
        Self::Verify,
    ];
    /// More entries than this are no menu; hand-overs have a button on the list of equipment.
    const MENU_MOST: usize = 7;
    /// What the menu of somebody with an overview leaves out: they reach it from the people.
    const BELOW: [Self; 2] = [Self::Home, Self::Audit];

    /// The menu of somebody with these roles: what the access table opens to them and nothing else.
    #[must_use]
    pub fn menu(access: &Access, roles: &[Role]) -> Vec<Self> {
        let opens = |entry: &Self| access.opens(roles, entry.path());
        let no_overview = !opens(&Self::Overview);
        // Donors and auditors begin at pages of their own.
        let begins_at_home = no_overview && !matches!(roles, [Role::Donor] | [Role::Auditor]);
        let mut menu: Vec<Self> = Self::MENU
            .into_iter()
            .filter(opens)
            .filter(|entry| no_overview || !Self::BELOW.contains(entry))
            .filter(|entry| *entry != Self::Home || begins_at_home)
            // Open to everybody: in the menu of those who are given files to check.
            .filter(|entry| *entry != Self::Verify || roles.contains(&Role::Donor))
            .collect();
        if menu.len() > Self::MENU_MOST {
            menu.retain(|entry| *entry != Self::Handovers);
        }
        menu
    }

    /// Where it leads.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview | Self::Elsewhere => START_PATH,
            Self::Home => HOME_PATH,
            Self::Sites => "/sites",
            Self::Nodes => "/nodes",
            Self::Equipment => "/equipment",
            Self::Handovers => "/handovers",
            Self::Donations => "/donations",
            Self::Donor => "/donor",
            Self::People => "/people",
            Self::Audit => "/audit",
            Self::Health => "/health",
            Self::Me => "/me",
            Self::Evidence => "/evidence",
            Self::Verify => "/verify",
            Self::Help => "/help",
        }
    }

    /// Its key in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Overview | Self::Elsewhere => "nav-overview",
            Self::Home => "nav-home",
            Self::Sites => "nav-sites",
            Self::Nodes => "nav-nodes",
            Self::Equipment => "nav-equipment",
            Self::Handovers => "nav-handovers",
            Self::Donations => "nav-donations",
            Self::Donor => "nav-donor",
            Self::People => "nav-people",
            Self::Audit => "nav-audit",
            Self::Health => "nav-health",
            Self::Me => "nav-me",
            Self::Evidence => "nav-evidence",
            Self::Verify => "nav-verify",
            Self::Help => "nav-help",
        }
    }
}

/// What was wrong with a form: summary, sentence, and the field to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// What failed.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Id of the field.
    pub field: &'static str,
}

/// A step on the way to the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Where it leads.
    pub path: String,
    /// What it is called.
    pub name: String,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub struct Surround {
    /// The reader's language.
    pub lang: Lang,
    /// The reader's colours.
    pub theme: Theme,
    /// Who is signed in.
    pub person: Option<String>,
    /// What the menu offers them.
    pub menu: Vec<Entry>,
    /// When their session ends.
    pub end: Option<End>,
    /// Until when they have to have set up a second factor.
    pub second_factor_due: Option<WallMs>,
    /// Path and query of this page, to come back to.
    pub path: String,
    /// The entry of the menu that it belongs to.
    pub entry: Entry,
    /// The way to it, without itself.
    pub crumbs: Vec<Crumb>,
    /// When it is made, by the controller's clock.
    pub now: WallMs,
    /// The controller's doubt of itself.
    pub doubt: Option<Doubt>,
    /// The request's id, shown with errors and in the footer.
    pub request_id: String,
    /// Whether single keys are shortcuts, by the reader's choice.
    pub keys_on: bool,
    /// Whether times stand for ages, as the address says.
    pub times: bool,
    /// Whether the live feed is open to this reader.
    pub live: bool,
}

impl Surround {
    /// The symbols with which the script goes on counting ages: second, minute, hour, day.
    #[must_use]
    pub fn units(&self) -> String {
        ["s", "min", "h", "d"].map(|symbol| format::unit_symbol(self.lang, symbol)).join("|")
    }

    /// The key behind `g` that goes to an entry.
    #[must_use]
    pub const fn key_of(&self, entry: &Entry) -> &'static str {
        match entry {
            Entry::Overview | Entry::Home | Entry::Donor => "o",
            Entry::Sites => "s",
            Entry::Nodes => "n",
            Entry::Equipment => "e",
            Entry::Handovers => "a",
            Entry::Donations => "d",
            Entry::Health => "h",
            Entry::People
            | Entry::Audit
            | Entry::Evidence
            | Entry::Verify
            | Entry::Me
            | Entry::Help
            | Entry::Elsewhere => "",
        }
    }

    /// The theme's name.
    #[must_use]
    pub fn theme_name(&self, theme: &Theme) -> String {
        self.t(&format!("theme-{}", theme.key()))
    }

    /// The band of a controller that doubts itself.
    #[must_use]
    pub fn doubt_text(&self, doubt: &Doubt) -> String {
        let key = format!("doubt-{}", doubt.code);
        let known = super::lang::has(self.lang, &key);
        let why =
            if known { self.t(&key) } else { self.with("doubt-other", &[("code", Arg::Name(&doubt.code))]) };
        let as_of = format::moment(self.lang, doubt.as_of);
        self.with("doubt", &[("why", Arg::Text(&why)), ("time", Arg::Text(&as_of))])
    }

    /// When the reader's session ends, at the latest and by idleness.
    #[must_use]
    pub fn session_ends(&self) -> String {
        let Some(End { until, ends }) = self.end else { return String::new() };
        let (until, last) = (format::moment(self.lang, until), format::moment(self.lang, ends));
        let key = if until == last { "me-ends" } else { "me-ends-idle" };
        self.with(key, &[("time", Arg::Text(&last)), ("idle", Arg::Text(&until))])
    }

    /// How long somebody may go on without a second factor.
    #[must_use]
    pub fn due_text(&self, due: &WallMs) -> String {
        let left_ms = due.since_ms(self.now);
        if left_ms <= 0 {
            return self.t("factor-overdue");
        }
        self.with("factor-due", &[("left", Arg::Text(&format::duration(self.lang, left_ms)))])
    }

    /// Whether a form's error belongs to this field.
    #[must_use]
    pub fn at_field(&self, error: &Option<FormError>, field: &str) -> bool {
        error.as_ref().is_some_and(|error| error.field == field)
    }

    /// An age, or the words for a time that is not known.
    #[must_use]
    pub fn age_or_unknown(&self, at: &Option<WallMs>) -> Markup {
        at.map_or_else(|| Markup(escape(&self.t("time-unknown"))), |at| self.age(at))
    }

    /// The text of a key.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        sentence(self.lang, key, &[])
    }

    /// The text of a key for `n`.
    #[must_use]
    pub fn n(&self, key: &str, n: &u64) -> String {
        sentence(self.lang, key, &[("n", Arg::Count(*n))])
    }

    /// The text of a key with its arguments.
    #[must_use]
    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        sentence(self.lang, key, args)
    }

    /// The text of a key, its first letter raised.
    #[must_use]
    pub fn label(&self, key: &str) -> String {
        capitalised(&self.t(key))
    }

    /// A count with its separators.
    #[must_use]
    pub fn count(&self, n: &u64) -> String {
        format::number(self.lang, format::float(*n), 0)
    }

    /// A name from outside.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        isolated(name)
    }

    /// Where an asset is.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::path(name)
    }

    /// The state's word, as the glossary writes it.
    #[must_use]
    pub fn word(&self, word: StateWord) -> String {
        self.t(&format!("state-{}", word.key()))
    }

    /// The state's word as a label.
    #[must_use]
    pub fn word_label(&self, word: &StateWord) -> String {
        capitalised(&self.word(*word))
    }

    /// An age that the page's script goes on counting.
    #[must_use]
    pub fn age(&self, at: WallMs) -> Markup {
        let text = if self.times { format::minute(at) } else { format::age(self.lang, at, self.now) };
        Self::counting(at, &text, "")
    }

    fn counting(at: WallMs, text: &str, more: &str) -> Markup {
        let (iso, text) = (format::iso(at), escape(text));
        Markup(format!("<time datetime=\"{iso}\" data-age=\"{}\"{more}>{text}</time>", at.0))
    }

    /// The age of what may never have happened.
    #[must_use]
    pub fn age_or_never(&self, at: &Option<WallMs>) -> Markup {
        at.map_or_else(|| Markup(escape(&self.t("never"))), |at| self.age(at))
    }

    /// A moment of UTC.
    #[must_use]
    pub fn moment(&self, at: &WallMs) -> Markup {
        let text = escape(&format::moment(self.lang, *at));
        Markup(format!("<time datetime=\"{}\">{text}</time>", format::iso(*at)))
    }

    /// The clock's time at which this page was made.
    #[must_use]
    pub fn made(&self) -> Markup {
        Markup(format!("<time datetime=\"{}\">{}</time>", format::iso(self.now), format::clock(self.now)))
    }

    /// A sentence in which `$age` is the counting age of `at`.
    #[must_use]
    pub fn aged(&self, key: &str, at: WallMs, args: &[(&str, Arg<'_>)]) -> Markup {
        let mut all = vec![("age", Arg::Text(HOLE))];
        all.extend_from_slice(args);
        let text = sentence(self.lang, key, &all);
        let mut parts = text.split(HOLE);
        let mut out = escape(parts.next().unwrap_or_default());
        for part in parts {
            // Never a date or time here: "17 Nov ago" is no sentence.
            let text = format::duration(self.lang, self.now.since_ms(at));
            out.push_str(&Self::counting(at, &text, " data-say").0);
            out.push_str(&escape(part));
        }
        Markup(out)
    }

    /// The small mark of a word, or nothing for words that are set in a bordered box.
    #[must_use]
    pub fn mark(&self, word: StateWord) -> Markup {
        let Some(icon) = mark_of(word) else { return Markup::default() };
        Markup(format!(
            "<svg class=\"mark m-{}\" aria-hidden=\"true\"><use href=\"{}#{icon}\"/></svg>",
            word.key(),
            assets::path(assets::ICONS)
        ))
    }

    /// A state in a table or list: mark, word, what was last known, and the word for late.
    #[must_use]
    pub fn state(&self, state: &State) -> Markup {
        let word = escape(&self.word_label(&state.word));
        let mut out = match mark_of(state.word) {
            Some(_) => format!("<span class=\"state\">{}<b>{word}</b>", self.mark(state.word)),
            None => format!("<span class=\"state\"><b class=\"tag\">{word}</b>"),
        };
        if let Some(was) = state.was {
            let text = self.with("was", &[("state", Arg::Text(&self.word(was)))]);
            out.push_str(&format!("<span class=\"was\">{}</span>", escape(&text)));
        }
        if state.late {
            out.push_str(&format!(" <span class=\"tag\">{}</span>", escape(&self.label("late"))));
        }
        out.push_str("</span>");
        Markup(out)
    }

    /// "no reading" as a dash that is read out in words.
    #[must_use]
    pub fn no_reading(&self) -> Markup {
        Markup(format!(
            "<span aria-hidden=\"true\">—</span><span class=\"vh\">{}</span>",
            escape(&self.t("no-reading"))
        ))
    }

    /// What may be missing, else "no reading".
    #[must_use]
    pub fn or_none(&self, text: Option<String>) -> Markup {
        text.map_or_else(|| self.no_reading(), |text| Markup(escape(&text)))
    }
}

/// Stands where an age goes until the sentence is made: OBJECT REPLACEMENT CHARACTER.
const HOLE: &str = "\u{fffc}";

/// The icon of a word; `None` for words that have a box instead of a mark.
#[must_use]
pub const fn mark_of(word: StateWord) -> Option<&'static str> {
    match word {
        StateWord::Ok => Some("ok"),
        StateWord::Degraded => Some("degraded"),
        StateWord::Down => Some("down"),
        StateWord::NoReport => Some("no_report"),
        StateWord::PlannedSilence => Some("planned_silence"),
        StateWord::Maintenance => Some("maintenance"),
        StateWord::Revoked | StateWord::NotYetSeen | StateWord::NotKnown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_offers_a_role_what_its_rows_open_and_at_most_seven_entries() {
        let menu = |roles: &[Role]| Entry::menu(&Access::SHIPPED, roles);
        assert_eq!(
            menu(&[Role::Operator]),
            [
                Entry::Overview,
                Entry::Sites,
                Entry::Nodes,
                Entry::Equipment,
                Entry::Donations,
                Entry::Handovers,
                Entry::Health
            ]
        );
        assert_eq!(
            menu(&[Role::FieldEngineer]),
            [Entry::Home, Entry::Sites, Entry::Nodes, Entry::Equipment, Entry::Handovers]
        );
        assert!(menu(&[Role::Administrator]).contains(&Entry::People));
        assert_eq!(menu(&[Role::Donor]), [Entry::Donor, Entry::Donations, Entry::Evidence, Entry::Verify]);
        assert!(!menu(&Role::ALL).contains(&Entry::Handovers), "more than seven entries are no menu");
        assert_eq!(menu(&[]), [Entry::Home]);
        for role in Role::ALL {
            assert!((1..=7).contains(&menu(&[role]).len()), "{role:?}");
        }
    }
}

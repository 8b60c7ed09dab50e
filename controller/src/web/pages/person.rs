//! One person as an administrator sees them, and the pages of the acts on their way in.
//!
//! Enters: what the registry knows of the person, what was typed. Leaves: the pages. An act's page says what will happen in
//! numbers and how it is undone; names stand in no address.

use askama::Template;
use holdfast_protocol::ids::SiteId;

use super::me::{Shown, sessions};
use super::people::{role_words, state};
use super::render;
use super::tokens::{TokenLine, token_lines};
use crate::access::Role;
use crate::store::members::Member;
use crate::store::parties::Party;
use crate::store::sessions::SessionRow;
use crate::store::tokens::TokenRow;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{FormError, Markup, Surround};

/// What the page `/people/{id}` is made from.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub member: Member,
    /// The party chosen.
    pub party: i64,
    /// Keys of the roles chosen.
    pub roles: Vec<String>,
    /// Parties to choose from.
    pub parties: Vec<Party>,
    /// Sites assigned to them.
    pub sites: Vec<(SiteId, String)>,
    /// The site typed.
    pub site: String,
    /// Sessions that hold.
    pub sessions: Vec<SessionRow>,
    /// Tokens, those that are over too.
    pub tokens: Vec<TokenRow>,
    /// Key of what was just done.
    pub done: Option<&'static str>,
    /// What was wrong.
    pub error: Option<FormError>,
}

impl Person {
    /// A person of whom nothing else is read yet; the form shows what they are.
    #[must_use]
    pub fn of(member: Member) -> Self {
        Self {
            party: member.party.0,
            roles: member.roles.iter().map(|role| role.key().to_owned()).collect(),
            parties: Vec::new(),
            sites: Vec::new(),
            site: String::new(),
            sessions: Vec::new(),
            tokens: Vec::new(),
            done: None,
            error: None,
            member,
        }
    }
}

/// What the form of an act shows again.
#[derive(Debug, Clone, Default)]
pub struct ActForm {
    /// The reason typed.
    pub reason: String,
    /// What was wrong.
    pub error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonTemplate<'a> {
    s: &'a Surround,
    person: &'a Person,
    name: String,
    first: String,
    done: Option<String>,
    error: &'a Option<FormError>,
    state: String,
    now_roles: String,
    factor: String,
    first_in: Markup,
    last_in: Markup,
    invited: Option<Markup>,
    parties: Vec<(i64, String, bool)>,
    roles: Vec<(&'static str, String, bool)>,
    sessions: Vec<Shown>,
    tokens: Vec<TokenLine>,
    sites: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "person_act.html")]
struct ActTemplate<'a> {
    s: &'a Surround,
    title: String,
    name: String,
    path: String,
    word: &'a str,
    first: String,
    undo: String,
    button: String,
    asks_why: bool,
    reason: String,
    error: Option<FormError>,
}

/// The page `/people/{id}`.
#[must_use]
pub fn person(s: &Surround, person: &Person) -> String {
    let member = &person.member;
    let name = s.name(&member.name);
    let role = |role: Role| {
        let key = role.key();
        (key, s.label(&format!("role-{key}")), person.roles.iter().any(|chosen| chosen == key))
    };
    let parties = person.parties.iter();
    render(&PersonTemplate {
        s,
        person,
        first: first(s, member),
        done: person.done.map(|done| s.t(&format!("person-done-{done}"))),
        error: &person.error,
        state: s.t(state(member)),
        now_roles: capitalised(&role_words(s, &member.roles)),
        factor: s.t(if member.has_second_factor { "yes" } else { "no" }),
        first_in: s.age_or_never(&member.first_sign_in),
        last_in: s.age_or_never(&member.last_sign_in),
        invited: member.invited_until.map(|until| s.moment(&until)),
        parties: parties.map(|one| (one.id.0, s.name(&one.name), one.id.0 == person.party)).collect(),
        roles: Role::ALL.into_iter().map(role).collect(),
        sessions: sessions(s, &person.sessions, None),
        tokens: token_lines(s, &person.tokens),
        sites: person.sites.iter().map(|(id, name)| (id.0, s.name(name))).collect(),
        name,
    })
}

/// "Olena can sign in, and has a second factor."
fn first(s: &Surround, member: &Member) -> String {
    let key = match (state(member), member.has_second_factor) {
        ("people-active", true) => "person-first-active",
        ("people-active", false) => "person-first-bare",
        ("people-locked", _) => "person-first-locked",
        ("people-invited", _) => "person-first-invited",
        _ => "person-first-no-way-in",
    };
    s.with(key, &[("name", Arg::Name(&member.name))])
}

/// The page of an act.
#[must_use]
pub fn person_act(s: &Surround, member: &Member, word: &str, asks_why: bool, form: ActForm) -> String {
    let count = |key: &str, n: u32| s.n(key, &u64::from(n));
    let first = match word {
        "lock" => {
            [count("person-lock-sessions", member.sessions), count("person-lock-tokens", member.tokens)]
                .join(" ")
        }
        "sessions" => count("person-lock-sessions", member.sessions),
        other => s.t(&format!("person-act-{other}-first")),
    };
    let ActForm { reason, error } = form;
    render(&ActTemplate {
        s,
        title: s.t(&format!("person-act-{word}")),
        name: s.name(&member.name),
        path: format!("/people/{}", member.id.0),
        word,
        first,
        undo: s.t(&format!("person-act-{word}-undo")),
        button: s.t(&format!("person-act-{word}")),
        asks_why,
        reason,
        error,
    })
}

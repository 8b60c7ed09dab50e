//! The list of people, the form that invites one, and the page that shows an invitation's code once.
//!
//! Enters: a page of people, the parties, what was typed. Leaves: the pages. Numbers stand in addresses, names do not; the code
//! of an invitation is in the one page and in no address.

use askama::Template;

use super::render;
use crate::access::Role;
use crate::api::people::Invitations;
use crate::store::members::{Member, MemberCounts};
use crate::store::parties::Party;
use crate::web::lang::capitalised;
use crate::web::surround::{FormError, Markup, Surround};

/// What the page `/people` is made from.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// The rows, each with its party's name.
    pub rows: Vec<(Member, String)>,
    /// All people in figures.
    pub counts: MemberCounts,
    /// Behind which person the next page begins.
    pub next: Option<i64>,
    /// Whether this is not the first page.
    pub later: bool,
}

/// What the form of an invitation shows again.
#[derive(Debug, Clone, Default)]
pub struct InviteForm {
    /// The name typed.
    pub name: String,
    /// The party chosen.
    pub party: i64,
    /// Keys of the roles chosen.
    pub roles: Vec<String>,
    /// What was wrong.
    pub error: Option<FormError>,
}

struct Line {
    path: String,
    name: String,
    party: String,
    roles: String,
    factor: String,
    seen: Markup,
    sessions: String,
    state: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeopleTemplate<'a> {
    s: &'a Surround,
    first: String,
    rows: Vec<Line>,
    next: Option<String>,
    later: bool,
}

#[derive(Template)]
#[template(path = "people_invite.html")]
struct InviteTemplate<'a> {
    s: &'a Surround,
    name: String,
    parties: Vec<(i64, String, bool)>,
    roles: Vec<(&'static str, String, bool)>,
    error: Option<FormError>,
}

#[derive(Template)]
#[template(path = "people_invited.html")]
struct InvitedTemplate<'a> {
    s: &'a Surround,
    name: String,
    code: &'a str,
    ends: Markup,
    proposal: Option<i64>,
}

/// The page `/people`.
#[must_use]
pub fn people(s: &Surround, people: &People) -> String {
    let MemberCounts { active, without_factor, locked } = people.counts;
    let first = [
        s.n("people-first", &active),
        s.n("people-first-factor", &without_factor),
        s.n("people-first-locked", &locked),
    ];
    render(&PeopleTemplate {
        s,
        first: first.join(" "),
        rows: people.rows.iter().map(|(member, party)| line(s, member, party)).collect(),
        next: people.next.map(|next| format!("/people?after={next}")),
        later: people.later,
    })
}

fn line(s: &Surround, member: &Member, party: &str) -> Line {
    Line {
        path: format!("/people/{}", member.id.0),
        name: s.name(&member.name),
        party: s.name(party),
        roles: capitalised(&role_words(s, &member.roles)),
        factor: s.t(if member.has_second_factor { "yes" } else { "no" }),
        seen: s.age_or_never(&member.last_sign_in),
        sessions: s.count(&u64::from(member.sessions)),
        state: s.t(state(member)),
    }
}

/// The names of roles, as they stand in a sentence.
pub(super) fn role_words(s: &Surround, roles: &[Role]) -> String {
    let words: Vec<String> = roles.iter().map(|role| s.t(&format!("role-{}", role.key()))).collect();
    words.join(", ")
}

/// Whether somebody can come in: locked outweighs everything, and an invitation is said of who has no password yet.
pub(super) const fn state(member: &Member) -> &'static str {
    if member.locked.is_some() {
        "people-locked"
    } else if member.has_password {
        "people-active"
    } else if member.invited_until.is_some() {
        "people-invited"
    } else {
        "people-no-way-in"
    }
}

/// The page `/people/invite`.
#[must_use]
pub fn invite(s: &Surround, parties: &[Party], form: InviteForm) -> String {
    let InviteForm { name, party, roles: chosen, error } = form;
    let parties = parties.iter().map(|one| (one.id.0, s.name(&one.name), one.id.0 == party)).collect();
    let role = |role: Role| {
        let key = role.key();
        (key, s.label(&format!("role-{key}")), chosen.iter().any(|chosen| chosen == key))
    };
    render(&InviteTemplate { s, name, parties, roles: Role::ALL.into_iter().map(role).collect(), error })
}

/// The answer to it: the code, once.
#[must_use]
pub(crate) fn invitation(s: &Surround, name: &str, made: &Invitations) -> String {
    let proposal = made.proposal.map(|proposal| proposal.0);
    let (code, ends) = (made.code.as_str(), s.moment(&made.ends));
    render(&InvitedTemplate { s, name: s.name(name.trim()), code, ends, proposal })
}

//! The page on which those begin who have no overview: who they are here, and what they can do today.
//!
//! Enters: the roles of the signed-in person, the menu that the access table gives them. Leaves: the page. It promises
//! nothing that is not open: its ways are the menu's.

use askama::Template;

use super::render;
use crate::access::Role;
use crate::inventory::waits::Waits;
use crate::web::lang::{Arg, capitalised};
use crate::web::surround::{Entry, Surround};

#[derive(Template)]
#[template(path = "home.html")]
struct HomeTemplate<'a> {
    s: &'a Surround,
    first: String,
    roles: Vec<(String, String)>,
    links: Vec<(&'static str, String)>,
    waits: Vec<(&'static str, String)>,
}

/// The page `/home`.
#[must_use]
pub fn home(s: &Surround, roles: &[Role], waits: Waits) -> String {
    let name = s.person.as_deref().unwrap_or_default();
    let says = |role: &Role| {
        (capitalised(&s.t(&format!("role-{}", role.key()))), s.t(&format!("home-does-{}", role.key())))
    };
    let ways = s.menu.iter().filter(|entry| **entry != Entry::Home);
    render(&HomeTemplate {
        s,
        first: s.with("home-first", &[("name", Arg::Name(name))]),
        roles: roles.iter().map(says).collect(),
        waits: super::overview::wait_lines(s, waits),
        links: ways.map(|entry| (entry.path(), s.t(entry.key()))).collect(),
    })
}

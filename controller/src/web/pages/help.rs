//! Help: what the words mean, how to read an age and a chart, the keys.
//!
//! Enters: nothing but the surround. Leaves: the page.

use askama::Template;
use holdfast_protocol::presence::StateWord;

use super::render;
use crate::web::surround::{Markup, Surround};

#[derive(Template)]
#[template(path = "help.html")]
struct HelpTemplate<'a> {
    s: &'a Surround,
    words: Vec<(Markup, String)>,
    keys: Vec<(&'static str, String)>,
}

/// The page `/help`.
#[must_use]
pub fn help(s: &Surround) -> String {
    let word = |word: StateWord| {
        let mark = s.mark(word).0;
        (Markup(format!("{mark}{}", s.word_label(&word))), s.t(&format!("means-{}", word.key())))
    };
    let keys = [
        ("/", "key-filter"),
        ("f", "key-facets"),
        ("g o", "key-overview"),
        ("g s", "key-sites"),
        ("g n", "key-nodes"),
        ("g h", "key-health"),
        ("j", "key-down"),
        ("k", "key-up"),
        ("Enter", "key-open"),
        (".", "key-ages"),
        ("p", "key-pause"),
        ("?", "key-help"),
    ];
    render(&HelpTemplate {
        s,
        words: StateWord::ALL.into_iter().rev().map(word).collect(),
        keys: keys.into_iter().map(|(key, text)| (key, s.t(text))).collect(),
    })
}

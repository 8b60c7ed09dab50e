//! Verify: an evidence file is checked in the reader's own browser.
//!
//! Enters: the fleet's verification key. Leaves: the page with every word that a check may show; `verify.mjs` shows and hides
//! them. Without script it says so, and names the program that checks offline. The file never comes here.

use askama::Template;
use holdfast_protocol::evidence::VerificationKey;

use super::render;
use crate::web::surround::Surround;

/// As the steps of a check are called, in their order.
const STEPS: [&str; 7] =
    ["form", "controller_signature", "controller_key", "certificates", "node_signature", "binding", "window"];
const VERDICTS: [&str; 3] = ["genuine", "not_genuine", "cannot_tell"];
const ANSWERS: [&str; 4] = ["genuine", "not_genuine", "cannot_tell", "not_needed"];
const SAYS: [&str; 8] = ["item", "model", "serial", "week", "level", "observations", "gap", "made"];
const TRUSTS: [&str; 9] = [
    "key_from_elsewhere",
    "level_by_word",
    "binding_by_word",
    "issuer",
    "node_key_kept",
    "serial_by_software",
    "node_clock",
    "controller_clock",
    "no_ledger",
];

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyTemplate<'a> {
    s: &'a Surround,
    key: String,
    root: String,
    verdicts: Vec<(&'static str, String, String)>,
    answers: Vec<(&'static str, String)>,
    steps: Vec<(&'static str, String)>,
    says: Vec<(&'static str, String)>,
    trusts: Vec<(&'static str, String)>,
}

/// The keys of all words that a check may show.
#[cfg(test)]
pub(in crate::web) fn keys() -> impl Iterator<Item = String> {
    let kinds: [(&str, &[&str]); 6] = [
        ("verdict", &VERDICTS),
        ("means", &VERDICTS),
        ("answer", &ANSWERS),
        ("step", &STEPS),
        ("say", &SAYS),
        ("trust", &TRUSTS),
    ];
    kinds.into_iter().flat_map(|(kind, names)| names.iter().map(move |name| format!("verify-{kind}-{name}")))
}

/// The page `/verify`.
#[must_use]
pub fn verify(s: &Surround, key: &VerificationKey) -> String {
    let words = |names: &[&'static str], kind: &str| {
        names.iter().map(|name| (*name, s.t(&format!("verify-{kind}-{name}")))).collect()
    };
    let verdict = |name: &&'static str| {
        (*name, s.t(&format!("verify-verdict-{name}")), s.t(&format!("verify-means-{name}")))
    };
    render(&VerifyTemplate {
        s,
        key: serde_json::to_string_pretty(key).unwrap_or_default(),
        root: key.root_sha256.digits(),
        verdicts: VERDICTS.iter().map(verdict).collect(),
        answers: words(&ANSWERS, "answer"),
        steps: words(&STEPS, "step"),
        says: words(&SAYS, "say"),
        trusts: words(&TRUSTS, "trust"),
    })
}

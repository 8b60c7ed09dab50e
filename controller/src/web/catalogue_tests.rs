//! The three catalogues hold the same keys with the same variables, every key that is used is there, and none is idle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use holdfast_protocol::custody::handover::Outcome;
use holdfast_protocol::custody::{State as ItemState, What};
use holdfast_protocol::field::FIELDS;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::presence::StateWord;

use super::handovers::{ANSWERS, DONE as HANDOVER_DONE};
use super::item::DONE as ITEM_DONE;
use super::item_acts::REFUSED;
use super::lang::{Lang, has};
use super::mine::DONE;
use super::pages::Problem;
use super::person;
use super::proposals;
use super::span::Range;
use super::surround::{Entry, Theme};
use crate::access::{Role, Scope};
use crate::import::columns::Purpose;
use crate::import::{Fate, Field};
use crate::inventory::figures::Part;
use crate::proposal;
use crate::store::inventory::imports::ImportState;
use crate::store::inventory::terms::{DonationState, TitlePasses};
use crate::store::parties::PartyKind;

/// Keys of a catalogue with the variables of each.
fn entries(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in lang.source().lines() {
        let begins = line.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
        if let Some((key, _)) = line.split_once(" = ").filter(|_| begins) {
            current = key.to_owned();
            assert!(!out.contains_key(key), "{} has {key} twice", lang.tag());
            out.insert(current.clone(), BTreeSet::new());
        }
        for rest in line.split("$").skip(1).filter(|_| !line.starts_with('#')) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if let Some(held) = out.get_mut(&current) {
                held.insert(name);
            }
        }
    }
    out
}

pub(super) fn keys(lang: Lang) -> Vec<String> {
    entries(lang).into_keys().collect()
}

/// Keys that are put together from codes.
fn composed() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for word in StateWord::ALL {
        out.insert(format!("state-{}", word.key()));
        out.insert(format!("means-{}", word.key()));
    }
    out.extend(FIELDS.iter().map(|field| format!("field-{}", field.name)));
    out.extend(Theme::ALL.iter().map(|theme| format!("theme-{}", theme.key())));
    out.extend(Range::ALL.iter().map(|range| format!("range-{}", range.key())));
    out.extend(Entry::MENU.iter().map(|entry| entry.key().to_owned()));
    for role in Role::ALL {
        out.extend(["role", "home-does"].map(|begin| format!("{begin}-{}", role.key())));
    }
    for problem in Problem::ALL {
        out.extend(["", "-why", "-do"].map(|end| format!("problem-{}{end}", problem.key())));
    }
    out.extend(Scope::ALL.map(|scope| format!("scope-{}", scope.key().replace(':', "-"))));
    out.extend(ItemState::ALL.iter().map(|state| format!("item-state-{}", state.word())));
    out.extend(["programme", "custodian", "region"].map(|column| format!("col-{column}")));
    for what in What::samples() {
        out.insert(format!("event-{}", what.word()));
        let by_itself =
            !what.is_by_handover() && !matches!(what, What::Registered { .. } | What::Voided { .. });
        out.extend(by_itself.then(|| format!("event-says-{}", what.word())));
    }
    for kind in Kind::ALL {
        out.extend(["identifier", "identifier-form"].map(|begin| format!("{begin}-{}", kind.word())));
    }
    out.extend(ANSWERS.map(|word| format!("line-{word}")));
    out.extend(["delivery", "return"].map(|purpose| format!("handover-{purpose}")));
    out.extend(Outcome::ALL.map(|outcome| format!("handover-is-{}", outcome.word())));
    out.extend(HANDOVER_DONE.map(|done| format!("handover-done-{done}")));
    out.extend(Part::ALL.map(|part| format!("part-{}", part.key())));
    out.extend(proposal::State::ALL.map(|state| format!("proposal-state-{}", state.key())));
    let over = proposal::State::ALL.into_iter().filter(|state| *state != proposal::State::Waiting);
    out.extend(over.map(|state| format!("proposal-first-{}", state.key())));
    out.extend(proposals::DONE.map(|done| format!("proposal-done-{done}")));
    out.extend(proposal::KINDS.map(|kind| format!("proposal-kind-{}", kind.replace('_', "-"))));
    out.extend(proposal::WHATS.map(|what| format!("proposal-what-{}", what.replace('_', "-"))));
    out.extend(["none", "country", "region"].map(|place| format!("proposal-place-{place}")));
    out.extend(DonationState::ALL.map(|state| format!("donation-{}", state.key())));
    out.extend(TitlePasses::ALL.map(|when| format!("title-{}", when.key())));
    out.extend(REFUSED.map(|code| format!("refused-{code}")));
    out.extend(ITEM_DONE.map(|done| format!("item-done-{done}")));
    out.extend(["free_text", "parties", "custodian", "site"].map(|word| format!("left-out-{word}")));
    out.extend(PartyKind::ALL.map(|kind| format!("party-{}", kind.key())));
    out.extend(person::DONE.map(|done| format!("person-done-{done}")));
    for act in ["lock", "unlock", "sessions", "factor", "invite"] {
        out.extend(["", "-undo"].map(|end| format!("person-act-{act}{end}")));
    }
    out.extend(["unlock", "factor", "invite"].map(|act| format!("person-act-{act}-first")));
    out.extend(Fate::ALL.map(|fate| format!("fate-{}", fate.key().replace('_', "-"))));
    out.extend(ImportState::ALL.map(|state| format!("import-state-{}", state.key())));
    let fields = Field::ALL.into_iter().filter(|field| field.is_of(Purpose::PackingList));
    out.extend(fields.map(|field| format!("import-field-{}", field.key().replace('_', "-"))));
    out.extend(super::pages::verify_keys());
    out.extend(["E0", "E1", "E2"].map(|level| format!("evidence-level-{level}")));
    out.extend(DONE.into_iter().map(|done| format!("me-done-{done}")));
    out.extend(["link", "host", "disk", "net", "agent", "other"].map(|group| format!("group-{group}")));
    out
}

/// Prefixes of keys whose codes come from elsewhere (model, protocol); a code without words is shown as it is.
const OPEN: [&str; 7] = ["action-", "cause-", "check-", "explain-", "figure-", "doubt-", "region-"];

/// Every text of source and templates in which a key can stand.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = String::new();
    for folder in ["web/templates", "src/web", "src/web/pages"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("in the repository") {
            let path = entry.expect("readable").path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_file() && !name.ends_with("_tests.rs") && name != "samples.rs" {
                out.push_str(&std::fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    out
}

/// Keys written out in a call: `t("…")`, `n("…"`, `with("…"`, `label("…"`, `aged("…"`.
fn written(sources: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for call in [".t(\"", ".n(\"", ".with(\"", ".label(\"", ".aged(\""] {
        for rest in sources.split(call).skip(1) {
            out.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    out
}

#[test]
fn three_catalogues_have_the_same_keys_and_variables() {
    let english = entries(Lang::En);
    for lang in [Lang::Uk, Lang::Pl] {
        let other = entries(lang);
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        let extra: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{}: missing {missing:?}, extra {extra:?}",
            lang.tag()
        );
        for (key, variables) in &english {
            assert_eq!(other.get(key), Some(variables), "{}: {key}", lang.tag());
        }
    }
}

#[test]
fn every_key_that_is_used_is_there() {
    let used: BTreeSet<String> = written(&sources()).into_iter().chain(composed()).collect();
    for lang in Lang::ALL {
        let missing: Vec<_> = used.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", lang.tag());
    }
}

#[test]
fn no_key_is_idle() {
    let sources = sources();
    let composed = composed();
    let idle: Vec<String> = keys(Lang::En)
        .into_iter()
        .filter(|key| !composed.contains(key) && !OPEN.iter().any(|open| key.starts_with(open)))
        .filter(|key| !sources.contains(&format!("\"{key}\"")))
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn catalogues_have_no_damaged_line() {
    for lang in Lang::ALL {
        let parsed = fluent_bundle::FluentResource::try_new(lang.source().to_owned());
        assert!(parsed.is_ok(), "{}: {:?}", lang.tag(), parsed.err().map(|(_, errors)| errors));
    }
}

#[test]
fn slavic_plurals_have_all_four_forms_where_a_word_bends() {
    for lang in [Lang::Uk, Lang::Pl] {
        let source = lang.source();
        for block in source.split("$n ->").skip(1) {
            let body = block.split('}').next().unwrap_or_default();
            let few = block.split("\n}").next().unwrap_or_default();
            // Genitive after "of" has two forms only; everything else has four.
            let two = few.contains("$shown") || few.contains("$state") || few.contains("$text");
            assert!(two || (few.contains("[few]") && few.contains("[many]")), "{}: {body}", lang.tag());
            assert!(few.contains("*[other]"), "{}: {body}", lang.tag());
        }
    }
}

#[test]
fn the_ukrainian_apostrophe_is_the_letter() {
    for line in Lang::Uk.source().lines().filter(|line| !line.starts_with('#')) {
        assert!(!line.contains('\'') && !line.contains('\u{2019}'), "{line}");
    }
}

#[test]
fn state_words_are_those_of_the_glossary() {
    let s = |lang, word| super::samples::surround(lang).word(word);
    for (word, en, uk, pl) in [
        (StateWord::Ok, "OK", "працює", "działa"),
        (StateWord::Degraded, "degraded", "працює з обмеженнями", "działa z ograniczeniami"),
        (StateWord::Down, "down", "не працює", "nie działa"),
        (StateWord::NoReport, "no report", "немає звіту", "brak raportu"),
        (StateWord::PlannedSilence, "planned silence", "запланована тиша", "planowana cisza"),
        (StateWord::Maintenance, "maintenance", "технічне обслуговування", "prace serwisowe"),
    ] {
        assert_eq!(
            (s(Lang::En, word), s(Lang::Uk, word), s(Lang::Pl, word)),
            (en.to_owned(), uk.to_owned(), pl.to_owned())
        );
    }
}

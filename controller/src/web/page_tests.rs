//! Every page, in every language, from full, empty and hostile models: well formed, escaped, without inline style, and
//! within its weight.

use std::path::Path;

use super::lang::Lang;
use super::pages::{self, FirstForm, ListAsk, Problem, Range, SignInForm};
use super::samples as model;
use super::surround::{Entry, FormError, Surround, Theme};

/// Every page that there is, by file name.
fn every_page(lang: Lang, theme: Theme, name: &str) -> Vec<(String, String)> {
    let at = |path: &str, entry| Surround { theme, path: path.to_owned(), entry, ..model::surround(lang) };
    let out_of_doors =
        |path: &str| Surround { person: None, crumbs: Vec::new(), ..at(path, Entry::Elsewhere) };
    let error = |field| FormError { title: "Could not".to_owned(), text: name.to_owned(), field };
    let ask = ListAsk::default();
    let filtered = ListAsk {
        word: Some(model::state(holdfast_protocol::presence::StateWord::Down, 0).word),
        ..ask.clone()
    };
    let series: Vec<_> = pages::DEFAULT_CHARTS
        .iter()
        .map(|field| model::series(field, if field.contains("disk") { name } else { "" }))
        .collect();
    let mut doubting = at("/", Entry::Overview);
    doubting.doubt = Some(model::doubt());
    let mut all = vec![
        ("overview", pages::overview(&at("/", Entry::Overview), &model::overview(name))),
        ("overview-doubt", pages::overview(&doubting, &model::overview(name))),
        ("overview-empty", pages::overview(&at("/", Entry::Overview), &model::empty_overview())),
        (
            "sites",
            pages::sites(&at("/sites", Entry::Sites), &model::sites(50, name), &model::counts(9), &ask),
        ),
        (
            "sites-empty",
            pages::sites(&at("/sites", Entry::Sites), &model::empty_page(), &model::counts(0), &ask),
        ),
        (
            "site",
            pages::site(
                &at("/sites/3", Entry::Sites),
                &model::site_row(3, pages::DEGRADED.to_owned(), name),
                &model::nodes(9, name),
                &ask,
            ),
        ),
        (
            "nodes",
            pages::nodes(&at("/nodes", Entry::Nodes), &model::nodes(50, name), &model::counts(9), &ask),
        ),
        (
            "nodes-none",
            pages::nodes(&at("/nodes", Entry::Nodes), &model::empty_page(), &model::counts(9), &filtered),
        ),
        (
            "node",
            pages::node(
                &at("/nodes/7k2m9qxd", Entry::Nodes),
                &model::node_page(name),
                &series,
                &[],
                Range::Day,
            ),
        ),
        (
            "node-bare",
            pages::node(
                &at("/nodes/7k2m9qxd", Entry::Nodes),
                &model::bare_node_page(),
                &[],
                &[("link_rtt_ms".to_owned(), String::new())],
                Range::Hour,
            ),
        ),
        (
            "chart",
            pages::chart_page(
                &at("/nodes/7k2m9qxd/chart", Entry::Nodes),
                "7k2m9qxd",
                Some(model::NOW),
                &series[0],
                Range::Day,
            ),
        ),
        ("health", pages::health(&at("/health", Entry::Health), &model::health())),
        ("help", pages::help(&at("/help", Entry::Help))),
        ("me", pages::me(&Surround { person: Some(name.to_owned()), ..at("/me", Entry::Me) })),
        (
            "sign-in",
            pages::sign_in(
                &out_of_doors("/sign-in"),
                SignInForm { offer_first: true, ..SignInForm::default() },
            ),
        ),
        (
            "sign-in-wrong",
            pages::sign_in(
                &out_of_doors("/sign-in"),
                SignInForm {
                    name: name.to_owned(),
                    back: name.to_owned(),
                    error: Some(error("name")),
                    offer_first: false,
                },
            ),
        ),
        (
            "first",
            pages::first(
                &out_of_doors("/first"),
                FirstForm { code: name.to_owned(), name: name.to_owned(), error: Some(error("password")) },
            ),
        ),
    ];
    for problem in Problem::ALL {
        all.push((problem.key(), pages::problem(&at("/nodes/x", Entry::Elsewhere), problem)));
    }
    all.into_iter()
        .map(|(file, html)| (format!("{file}.{}.{}.html", lang.tag(), theme.key()), html))
        .collect()
}

fn pages_of_every_language(name: &str) -> Vec<(String, String)> {
    Lang::ALL.into_iter().flat_map(|lang| every_page(lang, Theme::System, name)).collect()
}

#[test]
fn no_page_writes_an_inline_style_or_script() {
    for (file, html) in pages_of_every_language("Birch 114") {
        assert!(!html.contains(" style="), "{file}");
        assert!(!html.contains("<style"), "{file}");
        assert!(!html.contains(" onclick="), "{file}");
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" type=\"module\" src=\"/static/"), "{file}: {script:.60}");
        }
    }
}

#[test]
fn a_hostile_name_stays_text_everywhere() {
    for (file, html) in pages_of_every_language(model::HOSTILE) {
        assert!(!html.contains("<script>"), "{file}");
        assert!(!html.contains("alert(1)</script>"), "{file}");
        // A form gives back what was typed, inside its own field.
        let form = file.starts_with("sign-in-wrong") || file.starts_with("first");
        assert!(form || !html.contains('\u{202e}'), "{file} carries a direction override");
    }
}

#[test]
fn every_tag_that_opens_closes() {
    const VOID: [&str; 5] = ["meta", "link", "input", "br", "img"];
    for name in ["Birch 114", model::HOSTILE] {
        for (file, html) in pages_of_every_language(name) {
            let mut open: Vec<&str> = Vec::new();
            for tag in html.split('<').skip(1) {
                let inner = tag.split('>').next().unwrap_or_default();
                let word = inner.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
                if inner.starts_with('!') || inner.ends_with('/') || VOID.contains(&word) {
                    continue;
                }
                if inner.starts_with('/') {
                    assert_eq!(open.pop(), Some(word), "{file}: </{word}>");
                } else {
                    open.push(word);
                }
            }
            assert!(open.is_empty(), "{file}: {open:?} stay open");
        }
    }
}

#[test]
fn ids_are_unique_and_labels_point_at_them() {
    for (file, html) in pages_of_every_language("Birch 114") {
        let mut ids: Vec<&str> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        let before = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), before, "{file}");
        for kind in [" for=\"", " href=\"#", " aria-labelledby=\""] {
            for target in html.split(kind).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(ids.contains(&target), "{file}: {kind}{target}");
            }
        }
        let mut live: Vec<&str> =
            html.split(" data-live=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        live.sort_unstable();
        let before = live.len();
        live.dedup();
        assert_eq!(live.len(), before, "{file}: a live cell appears twice");
    }
}

#[test]
fn no_key_of_the_catalogue_shows_itself() {
    for (file, html) in pages_of_every_language("Birch 114") {
        for key in super::catalogue_tests::keys(Lang::En) {
            // Keys of one plain word may stand in the markup for other reasons.
            if key.contains('-') && !key.contains("not-found") && !key.contains("too-m") {
                assert!(!html.contains(&format!(">{key}<")), "{file}: {key}");
            }
        }
    }
}

#[test]
fn silence_is_never_shown_as_down() {
    let row = model::node_row(0, holdfast_protocol::presence::StateWord::NoReport, "Birch 114");
    let shown = model::surround(Lang::En).state(&row.state).0;
    assert!(shown.contains("No report") && shown.contains("was OK"), "{shown}");
    assert!(!shown.contains("own"), "{shown}");
}

#[test]
fn no_reading_is_said_and_never_a_zero() {
    let html = pages::node(&model::surround(Lang::En), &model::bare_node_page(), &[], &[], Range::Day);
    assert!(html.contains("no reading"));
    assert!(html.contains("The node has not said how much it holds."));
}

#[test]
fn every_list_says_how_many_of_how_many() {
    let ask = ListAsk::default();
    let html = pages::nodes(&model::surround(Lang::Uk), &model::nodes(50, "x"), &model::counts(3), &ask);
    assert!(html.contains("50 з 412 вузлів"));
}

#[test]
fn going_back_returns_over_every_page_to_the_first() {
    let second = ListAsk { after: Some("b".to_owned()), back: Some(String::new()), ..ListAsk::default() };
    let html = |ask: &ListAsk| {
        pages::nodes(&model::surround(Lang::En), &model::nodes(3, "x"), &model::counts(1), ask)
    };
    assert!(html(&second).contains("rel=\"prev\" href=\"/nodes\""));
    assert!(
        html(&second).contains("rel=\"next\" href=\"/nodes?after=MTI6N2sy&#38;back=~b\""),
        "{}",
        html(&second)
    );
    let third = ListAsk { after: Some("c".to_owned()), back: Some("~b".to_owned()), ..ListAsk::default() };
    assert!(html(&third).contains("rel=\"prev\" href=\"/nodes?after=b\""));
}

#[test]
fn fifty_rows_weigh_little_before_compression() {
    // Repetitive markup compresses about twelvefold; the browser suite measures the compressed pages.
    for (file, html) in every_page(Lang::Uk, Theme::Dark, "Birch 114") {
        if file.starts_with("nodes.") || file.starts_with("sites.") {
            assert!(html.len() < 120_000, "{file}: {}", html.len());
        }
    }
}

/// For a look with a browser while no controller runs: `HOLDFAST_PAGES=<folder> cargo test -p holdfast-controller pages_to`.
#[test]
fn pages_to_look_at_are_written_where_asked() {
    let Ok(folder) = std::env::var("HOLDFAST_PAGES") else { return };
    for theme in [Theme::Light, Theme::Dark] {
        for lang in Lang::ALL {
            for (file, html) in every_page(lang, theme, "Birch 114") {
                std::fs::write(Path::new(&folder).join(file), html).expect("the folder is there");
            }
        }
    }
    for (path, bytes) in super::assets::all() {
        let file = Path::new(&folder).join(path.trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().expect("below the folder")).expect("writable");
        std::fs::write(file, bytes).expect("writable");
    }
}

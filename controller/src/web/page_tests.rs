//! Every page, in every language, from full, empty and hostile models: well formed, escaped, without inline style, and
//! within its weight.

use std::path::Path;

use super::lang::Lang;
use super::pages::{self, Columns, FirstForm, ListAsk, ListKind, ListView, Problem, SignInForm, Wanted};
use super::samples as model;
use super::span::{Asked, Range, Span, Wrong};
use super::surround::{Entry, FormError, Markup, Surround, Theme};
use crate::access::{Role, Scope};
use crate::api::tokens::Made;
use crate::inventory::waits::Waits;
use crate::model::{Counts, Group, NodeRow, Page, SiteRow};
use crate::query::order::Direction;
use crate::query::{Facets, Order, SortKey};
use crate::store::tokens::TokenId;
use crate::store::views::View;

fn surround(lang: Lang, theme: Theme, path: &str, entry: Entry) -> Surround {
    Surround { theme, path: path.to_owned(), entry, ..model::surround(lang) }
}

fn day() -> Wanted {
    Span::Last(Range::Day).into()
}

fn wrong_range() -> Wanted {
    let asked = Asked { range: None, from: Some(String::new()), to: Some("x".to_owned()) };
    Wanted { span: Span::Last(Range::Hour), wrong: Some((asked, Wrong::From)) }
}

/// Every page that there is, by file name.
fn every_page(lang: Lang, theme: Theme, name: &str) -> Vec<(String, String)> {
    let mut all = lists(lang, theme, name);
    all.extend(things(lang, theme, name));
    all.extend(forms(lang, theme, name));
    for problem in Problem::ALL {
        let s = surround(lang, theme, "/nodes/x", Entry::Elsewhere);
        all.push((problem.key(), pages::problem(&s, problem)));
    }
    all.into_iter()
        .map(|(file, html)| (format!("{file}.{}.{}.html", lang.tag(), theme.key()), html))
        .collect()
}

fn lists(lang: Lang, theme: Theme, name: &str) -> Vec<(&'static str, String)> {
    let at = |path: &str, entry| surround(lang, theme, path, entry);
    let overview = at("/", Entry::Overview);
    let doubting = Surround { doubt: Some(model::doubt()), ..overview.clone() };
    let (sites, nodes) = (at("/sites", Entry::Sites), at("/nodes", Entry::Nodes));
    let ask = ListAsk::default();
    let by_text = ListAsk { text: Some(name.to_owned()), ..ask.clone() };
    let narrow = ListAsk {
        word: Some(*pages::DEGRADED),
        late: true,
        region: Some(String::new()),
        agent: Some(name.to_owned()),
        site: Some(1),
        ..by_text.clone()
    };
    let site = model::site_row(3, *pages::DEGRADED, name);
    let (sites50, nodes50) = (model::sites(50, name), model::nodes(50, name));
    let timed = Surround { times: true, ..nodes.clone() };
    vec![
        ("overview", pages::overview(&overview, &model::overview(name))),
        ("overview-doubt", pages::overview(&doubting, &model::overview(name))),
        ("overview-empty", pages::overview(&overview, &model::empty_overview())),
        ("wall", pages::wall(&overview, &model::overview(name))),
        ("wall-empty", pages::wall(&overview, &model::empty_overview())),
        ("sites", Shown::of(9, name).sites(&sites, &sites50, &ask)),
        (
            "sites-groups",
            Shown { groups: model::groups(), ..Shown::of(90, name) }.sites(&sites, &sites50, &ask),
        ),
        ("map", pages::map(&sites, &model::counts(9), &model::groups())),
        ("map-empty", pages::map(&sites, &model::counts(0), &[])),
        ("sites-empty", Shown::of(0, name).sites(&sites, &model::empty_page(), &ask)),
        ("sites-by-text", Shown::of(9, name).sites(&sites, &model::empty_page(), &by_text)),
        ("site", Shown::of(9, name).site(&sites, &site, &model::nodes(9, name), &ask)),
        ("nodes", Shown::of(9, name).nodes(&nodes, &nodes50, &ask)),
        ("nodes-times", Shown::of(9, name).nodes(&timed, &nodes50, &ListAsk { times: true, ..ask.clone() })),
        (
            "nodes-groups",
            Shown { groups: model::groups(), ..Shown::of(90, name) }.nodes(&nodes, &nodes50, &ask),
        ),
        ("nodes-none", Shown::of(9, name).nodes(&nodes, &model::empty_page(), &narrow)),
    ]
}

/// What a list's page is made of beside its rows.
struct Shown {
    counts: Counts,
    facets: Facets,
    groups: Vec<Group>,
    views: Vec<View>,
    hidden: &'static str,
}

impl Shown {
    fn of(each: u64, name: &str) -> Self {
        let (counts, facets) = (model::counts(each), model::facets(each, name));
        Self { counts, facets, groups: Vec::new(), views: model::views(name), hidden: "" }
    }

    fn view<'a>(&'a self, ask: &'a ListAsk, columns: &'a Columns) -> ListView<'a> {
        let Self { counts, facets, groups, views, .. } = self;
        ListView { ask, counts, facets, groups, columns, views }
    }

    fn sites(&self, s: &Surround, page: &Page<SiteRow>, ask: &ListAsk) -> String {
        pages::sites(s, page, &self.view(ask, &Columns::new(ListKind::Sites, Some(self.hidden))))
    }

    fn site(&self, s: &Surround, row: &SiteRow, page: &Page<NodeRow>, ask: &ListAsk) -> String {
        pages::site(s, row, page, &self.view(ask, &Columns::new(ListKind::SiteNodes, Some(self.hidden))))
    }

    fn nodes(&self, s: &Surround, page: &Page<NodeRow>, ask: &ListAsk) -> String {
        pages::nodes(s, page, &self.view(ask, &Columns::new(ListKind::Nodes, Some(self.hidden))))
    }
}

fn things(lang: Lang, theme: Theme, name: &str) -> Vec<(&'static str, String)> {
    let at = |path: &str, entry| surround(lang, theme, path, entry);
    let node = at("/nodes/7k2m9qxd", Entry::Nodes);
    let copy = |field: &str| if field.contains("disk") { name } else { "" };
    let series: Vec<_> =
        pages::DEFAULT_CHARTS.iter().map(|field| model::series(field, copy(field))).collect();
    let left = [("link_rtt_ms".to_owned(), name.to_owned())];
    let heard = Some(model::NOW);
    let site = model::site_row(3, *pages::DEGRADED, name).site;
    let place = crate::api::places::Place { latitude: 1.5, longitude: -2.25, note: name.to_owned() };
    let error = Some(FormError { title: "Not".into(), text: "Write more.".into(), field: "reason" });
    let asking = pages::PlaceForm { known: true, reason: name.to_owned(), error };
    let invitation = model::invitation();
    let proposals = model::proposals(name);
    let asked = |(view, names): &(crate::api::proposals::View, pages::Named)| pages::ProposalPage {
        view: view.clone(),
        names: names.clone(),
        done: Some("new"),
        reason: name.to_owned(),
        error: Some(FormError { title: "Not".into(), text: "Write more.".into(), field: "reason" }),
    };
    let [signed, own] = &proposals[..] else { panic!("two") };
    let proposal = at("/proposals/4", Entry::Elsewhere);
    vec![
        ("proposals", pages::proposals(&at("/proposals", Entry::Elsewhere), &proposals, false, Some(3))),
        ("proposals-none", pages::proposals(&at("/proposals", Entry::Elsewhere), &[], true, None)),
        ("proposal", pages::proposal(&proposal, &asked(signed))),
        ("proposal-own", pages::proposal(&proposal, &asked(own))),
        ("node", pages::node(&node, &model::node_page(name), &series, &[], &day())),
        ("node-bare", pages::node(&node, &model::bare_node_page(), &[], &left, &wrong_range())),
        ("chart", pages::chart_page(&node, "7k2m9qxd", heard, &series[0], &day())),
        ("health", pages::health(&at("/health", Entry::Health), &model::health())),
        (
            "home",
            pages::home(
                &at("/home", Entry::Home),
                &Role::ALL,
                Waits { handovers: 2, proposals: 1, unaccepted: 1 },
            ),
        ),
        ("home-nobody", pages::home(&at("/home", Entry::Home), &[], Waits::default())),
        ("place", pages::place_form(&at("/sites/3/place", Entry::Sites), &site, asking)),
        (
            "place-none",
            pages::place_form(&at("/sites/3/place", Entry::Sites), &site, pages::PlaceForm::default()),
        ),
        ("people", pages::people(&at("/people", Entry::People), &model::people(name))),
        ("people-none", pages::people(&at("/people", Entry::People), &pages::People::default())),
        (
            "people-invite",
            pages::invite(&at("/people/invite", Entry::People), &model::parties(name), inviting(name)),
        ),
        ("people-invited", pages::invitation(&at("/people/invite", Entry::People), name, &invitation)),
        ("place-shown", pages::place_shown(&at("/sites/3/place", Entry::Sites), &site, &place, model::NOW)),
        ("person", pages::person(&at("/people/2", Entry::People), &model::person(name))),
        (
            "person-lock",
            pages::person_act(
                &at("/people/2", Entry::People),
                &model::person(name).member,
                "lock",
                true,
                acting(name),
            ),
        ),
        ("parties", pages::parties(&at("/parties", Entry::People), &model::listed_parties(name))),
        ("party", pages::party_form(&at("/parties/2", Entry::People), party(name))),
        ("who-sees", pages::who_sees(&at("/people/places", Entry::People), &model::who_sees(name))),
        ("who-sees-none", pages::who_sees(&at("/people/places", Entry::People), &pages::WhoSees::default())),
        ("region", pages::region_form(&at("/sites/3/region", Entry::Audit), 3, acting(name))),
        ("audit", pages::audit(&at("/audit", Entry::Audit), &model::audit(name))),
        ("audit-empty", pages::audit(&at("/audit", Entry::Audit), &pages::AuditPage::default())),
        ("help", pages::help(&at("/help", Entry::Help))),
        ("evidence", pages::evidence(&at("/evidence", Entry::Evidence), &model::evidence(name))),
        ("evidence-none", pages::evidence(&at("/evidence", Entry::Evidence), &pages::Evidence::default())),
        ("verify", pages::verify(&at("/verify", Entry::Verify), &model::verification_key())),
    ]
}

fn inviting(name: &str) -> pages::InviteForm {
    let error = Some(FormError { title: "Not".into(), text: "Choose one.".into(), field: "roles" });
    pages::InviteForm { name: name.to_owned(), party: 1, roles: vec!["operator".to_owned()], error }
}

fn acting(name: &str) -> pages::ActForm {
    let error = Some(FormError { title: "Not".into(), text: "Say why.".into(), field: "reason" });
    pages::ActForm { reason: name.to_owned(), error }
}

fn party(name: &str) -> pages::PartyForm {
    let error = Some(FormError { title: "Not".into(), text: "Choose one.".into(), field: "kind" });
    let (name, kind, country) = (name.to_owned(), "donor".to_owned(), "UA".to_owned());
    pages::PartyForm { id: Some(2), version: 1, name, kind, country, error }
}

fn token(name: &str) -> pages::TokenForm {
    let error = Some(FormError { title: "Not".into(), text: "Choose one.".into(), field: "scopes" });
    let scopes = vec!["nodes:read".to_owned()];
    pages::TokenForm { name: name.to_owned(), scopes, days: "90".into(), error }
}

fn forms(lang: Lang, theme: Theme, name: &str) -> Vec<(&'static str, String)> {
    let at = |path: &str| {
        let s = surround(lang, theme, path, Entry::Elsewhere);
        Surround { person: None, crumbs: Vec::new(), ..s }
    };
    let error =
        |field| Some(FormError { title: "Could not".to_owned(), text: "Check it.".to_owned(), field });
    let me = Surround { person: Some(name.to_owned()), ..at("/me") };
    let fresh = SignInForm { offer_first: true, ..SignInForm::default() };
    let typed = name.to_owned();
    let wrong =
        SignInForm { name: typed.clone(), back: typed.clone(), error: error("name"), offer_first: false };
    let first = FirstForm { code: typed.clone(), name: typed, error: error("password") };
    vec![
        ("me", pages::me(&me, &model::me(name))),
        (
            "me-due",
            pages::me(
                &Surround { second_factor_due: Some(model::NOW.plus_ms(9_000_000)), ..me.clone() },
                &pages::Me::default(),
            ),
        ),
        (
            "me-overdue",
            pages::me(&Surround { second_factor_due: Some(model::NOW), ..me.clone() }, &pages::Me::default()),
        ),
        ("me-bare", pages::me(&me, &pages::Me::default())),
        (
            "me-factor",
            pages::second_factor(&me, Some((Markup::default(), "ABCD EFGH".to_owned())), false, None),
        ),
        ("me-factor-begin", pages::second_factor(&me, None, true, error("again"))),
        ("me-codes", pages::recovery_codes(&me, &["0123-4567-89AB-CDEF".to_owned()])),
        ("me-tokens", pages::token_form(&me, &Scope::ALL, true, token(name))),
        (
            "me-token-made",
            pages::token_made(
                &me,
                name,
                &Made {
                    id: TokenId(3),
                    token: "hf_0".into(),
                    scopes: vec![Scope::NodesRead],
                    ends: model::NOW,
                },
            ),
        ),
        ("welcome", pages::welcome(&at("/welcome"), name.to_owned(), name.to_owned(), error("code"))),
        ("sign-in-code", pages::sign_in_code(&at("/welcome"), "/".to_owned(), error("code"))),
        ("sign-in", pages::sign_in(&at("/sign-in"), fresh)),
        ("sign-in-wrong", pages::sign_in(&at("/sign-in"), wrong)),
        ("first", pages::first(&at("/first"), first)),
    ]
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
        let outside: String = html
            .split(" value=\"")
            .enumerate()
            .filter_map(
                |(index, part)| {
                    if index == 0 { Some(part) } else { part.split_once('"').map(|(_, rest)| rest) }
                },
            )
            .collect();
        assert!(!outside.contains('\u{202e}'), "{file} carries a direction override");
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
    let html = pages::node(&model::surround(Lang::En), &model::bare_node_page(), &[], &[], &day());
    assert!(html.contains("no reading"));
    assert!(html.contains("The node has not said how much it holds."));
}

#[test]
fn every_list_says_how_many_of_how_many() {
    let ask = ListAsk::default();
    let html = Shown::of(3, "x").nodes(&model::surround(Lang::Uk), &model::nodes(50, "x"), &ask);
    assert!(html.contains("50 з 412 вузлів"));
}

#[test]
fn going_back_returns_over_every_page_to_the_first() {
    let second = ListAsk { after: Some("b".to_owned()), back: Some(String::new()), ..ListAsk::default() };
    let html =
        |ask: &ListAsk| Shown::of(1, "x").nodes(&model::surround(Lang::En), &model::nodes(3, "x"), ask);
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
fn an_empty_list_names_its_filters_and_says_how_many_there_are_without_them() {
    let s = model::surround(Lang::En);
    let ask =
        ListAsk { late: true, region: Some("UA-63".to_owned()), sort: by_heard(), ..ListAsk::default() };
    let html = Shown::of(9, "x").nodes(&s, &model::empty_page(), &ask);
    assert!(html.contains("Nothing matches: late, region"), "{html}");
    assert!(html.contains("Without filters there are 81."), "{html}");
    assert!(html.contains("href=\"/nodes?sort=-heard\">Clear filters</a>"), "the order is no filter: {html}");
    let html = Shown::of(0, "x").nodes(&s, &model::empty_page(), &ListAsk::default());
    assert!(html.contains("No nodes yet.") && !html.contains("Nothing matches"), "{html}");
}

fn by_heard() -> Option<Order> {
    Some(Order { by: SortKey::Heard, direction: Direction::Down })
}

#[test]
fn the_sorted_column_says_so_to_eyes_and_ears_and_every_filter_keeps_the_order() {
    let ask = ListAsk { sort: by_heard(), ..ListAsk::default() };
    let html = Shown::of(9, "x").nodes(&model::surround(Lang::En), &model::nodes(3, "x"), &ask);
    assert_eq!(html.matches("aria-sort=").count(), 1);
    assert!(html.contains(
        "aria-sort=\"descending\"><a href=\"/nodes?sort=heard\">Heard <span aria-hidden=\"true\">▼"
    ));
    let facets =
        html.split("class=\"facets\"").nth(1).and_then(|rest| rest.split("</nav>").next()).expect("filters");
    for link in facets.split("href=\"").skip(1) {
        assert!(link.split('"').next().is_some_and(|path| path.contains("sort=-heard")), "{link:.80}");
    }
}

#[test]
fn a_hidden_column_is_in_no_row_and_can_be_shown_again() {
    let shown = Shown { hidden: "delay.agent", ..Shown::of(9, "x") };
    let html = shown.nodes(&model::surround(Lang::En), &model::nodes(3, "x"), &ListAsk::default());
    let table = html.split("<table").nth(1).expect("a table");
    assert!(!table.contains("Round trip") && !table.contains(".r\"") && !table.contains(".a\""), "{table}");
    assert_eq!(table.matches("<th scope=\"col\"").count(), 7);
    assert!(html.contains("value=\"delay\"> Round trip") && html.contains("value=\"lost\" checked> Lost"));
}

#[test]
fn a_long_list_is_regions_with_their_worst_state_and_one_way_to_see_all() {
    let shown = Shown { groups: model::groups(), ..Shown::of(90, "x") };
    let html = shown.nodes(&model::surround(Lang::En), &model::nodes(50, "x"), &ListAsk::default());
    assert!(html.contains("href=\"/nodes?region=UA-63\"") && html.contains("href=\"/nodes?region=none\""));
    assert!(html.contains("3 down") && html.contains("href=\"/nodes?sort=need\">Show all as one list"));
    assert!(!html.contains("data-row="), "{html}");
}

#[test]
fn times_stand_for_ages_where_the_address_says_so_and_the_way_back_is_beside_them() {
    let ask = ListAsk { times: true, ..ListAsk::default() };
    let s = Surround { times: true, ..model::surround(Lang::En) };
    let html = Shown::of(9, "x").nodes(&s, &model::nodes(3, "x"), &ask);
    assert!(
        html.contains(">2026-11-24 14:02\u{a0}UTC</time>") && html.contains("data-times=\"1\""),
        "{html}"
    );
    assert!(html.contains("class=\"times\" href=\"/nodes\" data-here=\"/nodes?times=true\""), "{html}");
}

#[test]
fn the_wall_view_alone_loads_itself_anew_and_a_shown_place_alone_leaves_by_itself() {
    for (file, html) in pages_of_every_language("Birch 114") {
        let reloads = html.contains("http-equiv=\"refresh\"") || html.contains("data-reload");
        assert_eq!(reloads, file.starts_with("wall") || file.starts_with("place-shown."), "{file}");
    }
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

//! The access table against the router: every route, as everybody.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;

use super::testing::{Bench, Sent, bearer, cookie};
use crate::access::{Access, Face, Need, Reach, Role, Row, Scope, SessionKind, Shows, TABLE, Verb};
use crate::app::{self, Transport};

/// Paths of the router as its `Debug` shows them: axum has no list of them.
fn routed() -> BTreeSet<String> {
    let shown = format!("{:?}", app::routes());
    let quoted = shown.split('"').skip(1).step_by(2);
    let fallback = "/{*__private__axum_fallback}";
    quoted.filter(|text| text.starts_with('/') && *text != fallback).map(str::to_owned).collect()
}

/// A path with its parts filled in by what exists nowhere.
fn filled(path: &str) -> String {
    // Not the number of the person who asks: their own session would end on the way.
    let numbers = ["/sites/", "/people/", "/parties/"];
    let id = if numbers.iter().any(|noun| path.contains(noun)) { "999" } else { "00000000" };
    path.replace("{id}", id).replace("{site}", "1").replace("{act}", "lock").replace("{file}", "none.css")
}

fn reaches(status: StatusCode, location: &str) -> bool {
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
    !refused && !location.starts_with("/sign-in") && !["/home", "/audit"].contains(&location)
}

async fn tried(bench: &Bench, row: &Row, headers: Vec<(&'static str, String)>) -> (StatusCode, bool) {
    let sent = Sent { headers, ..Sent::default() };
    let response = bench.send_open(row.verb.name(), &filled(row.path), sent).await;
    let location =
        response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
    (response.status(), reaches(response.status(), location))
}

#[test]
fn every_route_of_the_router_has_its_row_and_every_row_its_route() {
    let routed = routed();
    let table: BTreeSet<String> = TABLE.iter().map(|row| row.path.to_owned()).collect();
    assert!(routed.len() > 15, "the paths could not be read from the router: {routed:?}");
    assert_eq!(routed, table);
    let pairs: BTreeSet<(&str, &str)> = TABLE.iter().map(|row| (row.verb.name(), row.path)).collect();
    assert_eq!(pairs.len(), TABLE.len(), "a row is there twice");
}

/// What is wrong with a row under a matrix: a role let in to what it may not learn, or not in this way.
fn faults(access: &Access, row: &Row) -> Vec<String> {
    let says = |what: String| format!("{} {} {what}", row.verb.name(), row.path);
    let mut found = Vec::new();
    if row.shows.is_empty() {
        found.push(says("does not say what it shows".into()));
    }
    for kind in row.shows {
        if row.masked.contains(kind) {
            found.push(says(format!("shows {kind:?} and masks it")));
        }
        if row.need == Need::Nobody && !kind.is_open() {
            found.push(says(format!("shows {kind:?} to everybody")));
        }
        if matches!(row.need, Need::SignedIn | Need::OneOf(_)) {
            let refused = |role: &Role| !row.reach.suits(access.grant(*role, *kind));
            let roles: Vec<Role> = row.admitting(&Role::ALL).into_iter().filter(refused).collect();
            found.extend(roles.iter().map(|role| says(format!("shows {kind:?} to {role:?}"))));
        }
    }
    found
}

#[test]
fn no_row_gives_a_role_what_that_role_may_not_see_or_not_in_this_way() {
    let found: Vec<String> = TABLE.iter().flat_map(|row| faults(&Access::SHIPPED, row)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_row_that_is_too_open_is_found() {
    let fleet = *Access::SHIPPED.row(Verb::Get, "/api/v1/nodes").expect("there");
    let with = |need, reach| faults(&Access::SHIPPED, &Row { need, reach, ..fleet });
    assert_eq!(with(Need::OneOf(&[Role::Operator]), Reach::Fleet), Vec::<String>::new());
    assert!(
        !with(Need::OneOf(&[Role::Operator, Role::BackOffice]), Reach::Own).is_empty(),
        "health is not theirs"
    );
    assert!(!with(Need::OneOf(&[Role::FieldEngineer]), Reach::Fleet).is_empty(), "only of their own");
    assert_eq!(with(Need::OneOf(&[Role::FieldEngineer]), Reach::Own), Vec::<String>::new());
    assert!(!with(Need::SignedIn, Reach::Own).is_empty());
    assert!(!with(Need::Nobody, Reach::Own).is_empty());
    let place = Row { shows: &[Shows::ExactPlace], need: Need::OneOf(&[Role::Administrator]), ..fleet };
    assert!(!faults(&Access::SHIPPED, &place).is_empty(), "a place is shown after a reason alone");
    assert_eq!(faults(&Access::SHIPPED, &place.reasoned()), Vec::<String>::new());
}

/// Routes of the API that take no program's token: what makes credentials or roles; and [`OWN`].
const WITHOUT_SCOPE: [(&str, &str); 16] = [
    ("GET", "/api/v1/proposals"),
    ("GET", "/api/v1/proposals/{id}"),
    ("POST", "/api/v1/proposals/{id}/approve"),
    ("POST", "/api/v1/proposals/{id}/refuse"),
    ("POST", "/api/v1/proposals/{id}/withdraw"),
    ("GET", "/api/v1/verification-key"),
    ("POST", "/api/v1/sites/{id}/place/show"),
    ("POST", "/api/v1/sites/{id}/region/show"),
    ("PUT", "/api/v1/sites/{id}/party"),
    ("POST", "/api/v1/items/{id}/reveal"),
    ("POST", "/api/v1/people"),
    ("PATCH", "/api/v1/people/{id}"),
    ("POST", "/api/v1/people/{id}/invite"),
    ("POST", "/api/v1/people/{id}/second-factor/remove"),
    ("PUT", "/api/v1/people/{id}/sites/{site}"),
    ("DELETE", "/api/v1/people/{id}/sites/{site}"),
];
/// A person's own sign-in, with all below it, takes none either.
const OWN: [&str; 2] = ["/api/v1/session", "/api/v1/me"];

#[test]
fn a_row_has_a_scope_where_a_program_may_ask_and_nowhere_else() {
    for row in TABLE {
        let own = OWN.iter().any(|own| row.path.starts_with(own));
        let wanted = row.face == Face::Api && !own && !WITHOUT_SCOPE.contains(&(row.verb.name(), row.path));
        assert_eq!(row.scope.is_some(), wanted, "{} {}", row.verb.name(), row.path);
        let key = row.scope.map_or("", Scope::key);
        let reads = key.ends_with(":read");
        assert!(
            row.scope.is_none() || reads == row.verb.is_safe(),
            "{} {} by {key}",
            row.verb.name(),
            row.path
        );
    }
}

#[tokio::test]
async fn whoever_has_no_overview_begins_at_a_page_that_says_what_they_can_do() {
    let bench = Bench::new().await;
    for role in Role::ALL {
        let later = bench.app.clock.wall().plus_ms(3_600_000);
        let token = bench.session(&[role], SessionKind::Browser, later).await;
        let sent =
            || Sent { headers: vec![cookie(&token), ("accept", "text/html".into())], ..Sent::default() };
        let start = bench.send("GET", "/", sent()).await;
        if matches!(role, Role::Administrator | Role::Operator) {
            assert_eq!(start.status, StatusCode::OK, "{role:?}");
            continue;
        }
        let begins = if role == Role::Auditor { "/audit" } else { "/home" };
        assert_eq!((start.status, start.header("location")), (StatusCode::SEE_OTHER, begins), "{role:?}");
        let mut home = bench.send("GET", "/home", sent()).await;
        if role == Role::Donor {
            assert_eq!((home.status, home.header("location")), (StatusCode::SEE_OTHER, "/donor"));
            home = bench.send("GET", "/donor", sent()).await;
        }
        assert_eq!(home.status, StatusCode::OK, "{role:?}");
        let hrefs = home.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let pages = |href: &&str| href.starts_with('/') && *href != "/" && !href.starts_with("/static/");
        for href in hrefs.filter(pages) {
            let page = bench.send("GET", href, sent()).await;
            assert!(reaches(page.status, page.header("location")), "{href} as {role:?}: {}", page.status);
        }
    }
    let refusals = bench.app.store.newest_audit(9).await.expect("audit");
    assert_eq!(refusals.len(), 0, "nobody was refused: {refusals:?}");
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says() {
    let bench = Bench::new().await;
    for role in Role::ALL {
        let token = bench.token(role).await;
        for row in TABLE.iter().filter(|row| !(row.verb == Verb::Delete || row.path == "/sign-out")) {
            let (status, reached) = tried(&bench, row, vec![bearer(&token)]).await;
            let wanted = match row.need {
                Need::Nobody | Need::SignedIn => true,
                Need::OneOf(roles) => roles.contains(&role),
                Need::Metrics => false,
            };
            // What is open to everybody may still refuse what was sent; that is not the table's doing.
            let wanted_or_open = wanted && (reached || row.need == Need::Nobody);
            assert_eq!(wanted, wanted_or_open, "{} {} as {role:?}: {status}", row.verb.name(), row.path);
            if !wanted {
                assert!(!reached, "{} {} as {role:?}: {status}", row.verb.name(), row.path);
            }
            assert!(status.as_u16() < 500, "{} {} as {role:?}: {status}", row.verb.name(), row.path);
        }
    }
}

#[tokio::test]
async fn no_credential_a_wrong_one_and_an_expired_one_open_nothing() {
    let bench = Bench::new().await;
    let expired = bench.session(&[Role::Administrator], SessionKind::Tool, WallMs(1)).await;
    let expired_cookie = bench.session(&[Role::Administrator], SessionKind::Browser, WallMs(1)).await;
    let later = bench.app.clock.wall().plus_ms(3_600_000);
    let browser = bench.session(&[Role::Administrator], SessionKind::Browser, later).await;
    let tool = bench.session(&[Role::Administrator], SessionKind::Tool, later).await;
    let credentials = [
        ("none", vec![]),
        ("wrong", vec![bearer("not-a-token")]),
        ("another scheme", vec![("authorization", format!("Basic {tool}"))]),
        ("expired", vec![bearer(&expired)]),
        ("wrong cookie", vec![cookie("not-a-token")]),
        ("expired cookie", vec![cookie(&expired_cookie)]),
        ("a browser's token as bearer", vec![bearer(&browser)]),
        ("a tool's token as cookie", vec![cookie(&tool)]),
        ("the other transport's cookie", vec![("cookie", format!("holdfast-loopback={browser}"))]),
    ];
    for (name, headers) in credentials {
        for row in TABLE.iter().filter(|row| row.need != Need::Nobody) {
            let sent = Sent { headers: headers.clone(), ..Sent::default() };
            let answered = bench.send(row.verb.name(), &filled(row.path), sent).await;
            let context = format!("{} {} with {name}", row.verb.name(), row.path);
            match row.face {
                Face::Page => {
                    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{context}");
                    assert!(answered.header("location").starts_with("/sign-in"), "{context}");
                }
                Face::Api | Face::Machine => {
                    assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{context}");
                    assert_eq!(answered.code(), "sign_in", "{context}");
                    assert_eq!(answered.header("content-type"), "application/problem+json", "{context}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_the_table_does_not_name_is_refused_and_told_which_it_does() {
    let bench = Bench::new().await;
    let token = bench.token(Role::Administrator).await;
    for path in TABLE.iter().map(|row| row.path).collect::<BTreeSet<_>>() {
        for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "DELETE", "POST", "GET"] {
            if TABLE.iter().any(|row| row.path == path && row.verb.name() == method) {
                continue;
            }
            let sent = Sent { headers: vec![bearer(&token)], ..Sent::default() };
            let answered = bench.send(method, &filled(path), sent).await;
            assert_eq!(answered.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(!answered.header("allow").is_empty(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn metrics_open_on_loopback_or_by_their_token_and_not_through_a_proxy() {
    let bench = Bench::new().await;
    let loopback = Sent { transport: Some(Transport::Loopback), ..Sent::default() };
    let with_token = Sent { headers: vec![bearer("the metrics token")], ..Sent::default() };
    assert_eq!(bench.send("GET", "/metrics", Sent::default()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.send("GET", "/metrics", with_token.clone()).await.status, StatusCode::OK);
    let page = bench.send("GET", "/metrics", loopback.clone()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("\nholdfast_nodes 0\n") && page.text.contains("le=\"0.050\""),
        "{}",
        page.text
    );

    let proxied = Bench::with("[listen]\nbehind_tls_proxy = true").await;
    assert_eq!(proxied.send("GET", "/metrics", loopback).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(proxied.send("GET", "/metrics", with_token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_for_the_role_is_written_to_the_audit_table() {
    let bench = Bench::new().await;
    let token = bench.token(Role::Donor).await;
    let sent = Sent { headers: vec![bearer(&token)], ..Sent::default() };
    let answered = bench.send("GET", "/api/v1/nodes", sent).await;
    assert_eq!((answered.status, answered.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
    let rows = bench.app.store.newest_audit(5).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].outcome.as_str()), ("refused", "refused"));
    assert_eq!(rows[0].thing, "GET /api/v1/nodes");
    assert!(rows[0].person.is_some());
}

#[tokio::test]
async fn a_page_that_needs_a_person_leads_to_the_sign_in_and_back() {
    let bench = Bench::new().await;
    if !TABLE.iter().any(|row| row.path == "/nodes" && row.face == Face::Page) {
        return;
    }
    let answered = bench.send("GET", "/nodes?word=no_report", Sent::default()).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER);
    assert_eq!(answered.header("location"), "/sign-in?return=%2Fnodes%3Fword%3Dno_report");
}

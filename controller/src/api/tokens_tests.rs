//! Programs by tokens: no more than their person may, of that only the scopes, and never what makes credentials.

use std::net::IpAddr;

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;

use super::attempts::Attempts;
use super::session::Token;
use serde_json::{Value, json};

use super::passwords::Passwords;
use super::testing::{Answered, Bench, PASSWORD, Sent, bearer, cookie};
use crate::access::{Face, Need, PersonId, Role, Scope, SessionKind, TABLE, Verb};
use crate::store::members::Change;
use crate::store::tokens::{NewToken, TokenId};

const TEXT: &str = "hf_of-a-script";

async fn person(bench: &Bench, roles: &[Role]) -> PersonId {
    let now = bench.app.clock.wall();
    bench.app.store.insert_person("Script keeper", "", roles, now).await.expect("person")
}

async fn made(bench: &Bench, person: PersonId, scopes: &[Scope], ends: WallMs) -> TokenId {
    let keys: Vec<&str> = scopes.iter().map(|scope| scope.key()).collect();
    let new = NewToken { person, name: "script", token_sha256: Token::sha256(TEXT), scopes: &keys, ends };
    bench.app.store.insert_token(&new, bench.app.clock.wall()).await.expect("stored").expect("room")
}

fn later(bench: &Bench) -> WallMs {
    bench.app.clock.wall().plus_ms(3_600_000)
}

async fn ask(bench: &Bench, verb: &str, path: &str) -> Answered {
    bench.send(verb, path, Sent { headers: vec![bearer(TEXT)], ..Sent::default() }).await
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_and_its_persons_roles_of_this_moment_both_open() {
    let bench = Bench::new().await;
    let keeper = person(&bench, &[Role::Operator]).await;
    made(&bench, keeper, &[Scope::NodesRead, Scope::PeopleRead], later(&bench)).await;
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::OK);
    assert_eq!(ask(&bench, "GET", "/api/v1/sites").await.code(), "token_scope", "not its scope");
    assert_eq!(ask(&bench, "GET", "/api/v1/people").await.code(), "forbidden", "its scope, not their role");
    let write = "/api/v1/nodes/00000000/revoke";
    assert_eq!(ask(&bench, "POST", write).await.code(), "token_scope", "reading is not writing");
    let (store, now) = (&bench.app.store, bench.app.clock.wall());
    let before = store.member(keeper, now).await.expect("asked").expect("there");
    let donor = store.change_member(keeper, before.version, before.party, &[Role::Donor], now);
    assert_eq!(donor.await.expect("changed"), Change::Done);
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.code(), "forbidden", "the role was taken back");
}

#[tokio::test]
async fn a_token_that_is_over_taken_back_or_whose_person_is_locked_opens_nothing() {
    let bench = Bench::new().await;
    let (store, now) = (&bench.app.store, bench.app.clock.wall());
    let keeper = person(&bench, &[Role::Operator]).await;
    let id = made(&bench, keeper, &[Scope::NodesRead], later(&bench)).await;
    store.lock_person(keeper, now).await.expect("locked");
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::UNAUTHORIZED, "locked");
    store.unlock_person(keeper, now).await.expect("unlocked");
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::OK);
    assert!(store.revoke_token(keeper, id, now).await.expect("asked"));
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::UNAUTHORIZED, "taken back");

    let bench = Bench::new().await;
    let keeper = person(&bench, &[Role::Operator]).await;
    made(&bench, keeper, &[Scope::NodesRead], bench.app.clock.wall()).await;
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::UNAUTHORIZED, "over");
}

#[tokio::test]
async fn a_token_with_all_scopes_and_roles_opens_no_row_without_a_scope_and_no_page() {
    let bench = Bench::new().await;
    let keeper = person(&bench, &Role::ALL).await;
    made(&bench, keeper, &Scope::ALL, later(&bench)).await;
    let mut refused = 0;
    for row in TABLE.iter().filter(|row| matches!(row.need, Need::SignedIn | Need::OneOf(_))) {
        let path = row.path.replace("{id}", "999").replace("{site}", "1");
        if row.scope.is_none() {
            let answered = ask(&bench, row.verb.name(), &path).await;
            assert_eq!(answered.code(), "token_scope", "{} {}", row.verb.name(), row.path);
            refused += 1;
        } else {
            assert_eq!(row.face, Face::Api);
        }
    }
    assert!(refused > 40, "{refused}");
    let places = TABLE.iter().find(|row| row.verb == Verb::Post && row.path.ends_with("/place/show"));
    assert!(places.is_some_and(|row| row.scope.is_none()));
    let sent = Sent { headers: vec![cookie(TEXT)], ..Sent::default() };
    assert_eq!(
        bench.send("GET", "/api/v1/nodes", sent).await.status,
        StatusCode::UNAUTHORIZED,
        "as a cookie"
    );
}

#[tokio::test]
async fn a_token_is_no_way_past_the_second_factor_that_is_due() {
    let bench = Bench::new().await;
    let keeper = person(&bench, &[Role::Operator]).await;
    made(&bench, keeper, &[Scope::NodesRead], later(&bench)).await;
    let first = bench.app.clock.wall().plus_ms(-25 * 3_600_000);
    bench.app.store.person_signed_in(keeper, first).await.expect("signed in");
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.code(), "second_factor_due");
}

#[tokio::test]
async fn an_unknown_token_counts_nowhere_and_stands_in_no_audit() {
    let bench = Bench::new().await;
    for _ in 0..50 {
        assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::UNAUTHORIZED);
    }
    assert!(bench.app.store.newest_audit(9).await.expect("audit").is_empty());
    let (app, address) = (&bench.app, Some(IpAddr::from([192, 0, 2, 1])));
    let free = |attempts: &mut Attempts| attempts.may_try("anna", address, app.clock.now().monotonic);
    assert_eq!(app.sign_ins.attempts(free), Ok(()));
}

const TOKENS: &str = "/api/v1/me/tokens";

/// An operator and an auditor in one, with a session that has not shown the password lately.
async fn dana() -> (Bench, PersonId, String) {
    let bench = Bench::new().await;
    let hash = Passwords::default().hash(PASSWORD.into()).await.expect("hash");
    let now = bench.app.clock.wall();
    let person = bench.app.store.insert_person("Dana", &hash, &[Role::Operator], now).await.expect("dana");
    let session = crate::store::sessions::NewSession {
        person,
        token_sha256: Token::sha256("of-dana"),
        kind: SessionKind::Tool,
        ends: later(&bench),
        idle_ms: None,
        replaces: None,
    };
    bench.app.store.insert_session(session, now).await.expect("session");
    (bench, person, "of-dana".to_owned())
}

async fn wish(bench: &Bench, credential: &str, body: Value) -> Answered {
    let sent = Sent { headers: vec![bearer(credential)], body: Some(body), ..Sent::default() };
    bench.send("POST", TOKENS, sent).await
}

#[tokio::test]
async fn a_token_is_made_after_the_password_is_shown_once_and_opens_what_it_is_for() {
    let (bench, person, dana) = dana().await;
    let body = |again: &str| json!({"name": "watch", "scopes": ["nodes:read"], "again": again});
    assert_eq!(wish(&bench, &dana, body("")).await.code(), "again_needed");
    assert_eq!(wish(&bench, &dana, body("not her password at all")).await.code(), "password_wrong");
    let made = wish(&bench, &dana, body(PASSWORD)).await;
    assert_eq!((made.status, made.header("cache-control")), (StatusCode::CREATED, "no-store"));
    let text = made.json()["token"].as_str().expect("a token").to_owned();
    assert!(text.starts_with("hf_") && text.len() > 50, "{}", text.len());
    let days = (made.json()["ends"].as_i64().expect("an end") - bench.app.clock.wall().0) / 86_400_000;
    assert!((89..=90).contains(&days), "{days}");
    let with = |path| bench.send("GET", path, Sent { headers: vec![bearer(&text)], ..Sent::default() });
    assert_eq!(with("/api/v1/nodes").await.status, StatusCode::OK);
    assert_eq!(with("/api/v1/sites").await.code(), "token_scope");
    assert_eq!(with(TOKENS).await.code(), "token_scope", "it does not even list");
    assert_eq!(wish(&bench, &text, body("")).await.code(), "token_scope", "a token makes none");
    let list = bench.send("GET", TOKENS, Sent { headers: vec![bearer(&dana)], ..Sent::default() }).await;
    assert!(!list.text.contains(&text[3..]), "shown once");
    assert_eq!(list.json()["rows"][0]["scopes"], json!(["nodes:read"]));
    assert!(list.json()["rows"][0]["used"].is_i64());
    let rows = bench.app.store.newest_audit(9).await.expect("audit");
    let row = rows.iter().find(|row| row.action == "token_new").expect("audited");
    assert_eq!(
        (row.person, row.thing.as_str(), row.reason.as_str()),
        (Some(person), "token 1", "nodes:read")
    );
    assert!(rows.iter().all(|row| !row.reason.contains(&text) && !row.thing.contains(&text)));
}

#[tokio::test]
async fn a_wish_for_what_no_role_opens_for_nothing_or_for_too_long_is_refused() {
    let (bench, _, dana) = dana().await;
    let ask = async |name: &str, scopes: &[&str], days: i64| {
        let body = json!({"name": name, "scopes": scopes, "days": days, "again": PASSWORD});
        wish(&bench, &dana, body).await.code()
    };
    assert_eq!(ask("script", &["people:read"], 30).await, "scope_not_yours");
    assert_eq!(ask("script", &["nodes:read", "audit:read"], 30).await, "scope_not_yours");
    for (name, scopes, days) in [
        ("script", &[][..], 30),
        ("script", &["nodes:*"][..], 30),
        ("script", &["nodes:read"][..], 0),
        ("script", &["nodes:read"][..], 366),
        (" ", &["nodes:read"][..], 30),
        ("two\nlines", &["nodes:read"][..], 30),
    ] {
        assert_eq!(ask(name, scopes, days).await, "unusable_request", "{name:?} {scopes:?} {days}");
    }
    for _ in 0..20 {
        assert_eq!(ask("script", &["nodes:read"], 365).await, "");
    }
    assert_eq!(ask("script", &["nodes:read"], 365).await, "tokens_full");
    let refused = bench.app.store.newest_audit(50).await.expect("audit");
    assert_eq!(refused.iter().filter(|row| row.outcome == "refused").count(), 2, "what no role opens");
}

#[tokio::test]
async fn a_token_is_taken_back_by_its_person_alone_and_at_once() {
    let (bench, person, dana) = dana().await;
    let id = made(&bench, person, &[Scope::NodesRead], later(&bench)).await;
    let path = format!("{TOKENS}/{}", id.0);
    let other = bench.token(Role::Administrator).await;
    let revoke = |who: &str| {
        let sent = Sent { headers: vec![bearer(who)], ..Sent::default() };
        bench.send("DELETE", &path, sent)
    };
    assert_eq!(revoke(&other).await.code(), "not_found", "another person's is not there");
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::OK);
    assert_eq!(revoke(&dana).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&bench, "GET", "/api/v1/nodes").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(revoke(&dana).await.code(), "not_found");
    let rows = bench.app.store.newest_audit(3).await.expect("audit");
    assert!(rows.iter().any(|row| row.action == "token_revoke" && row.person == Some(person)));
}

#[tokio::test]
async fn the_page_offers_what_the_roles_open_keeps_what_was_typed_and_shows_a_token_once() {
    let (bench, person, _) = dana().await;
    let session = crate::store::sessions::NewSession {
        person,
        token_sha256: Token::sha256("browser"),
        kind: SessionKind::Browser,
        ends: later(&bench),
        idle_ms: None,
        replaces: None,
    };
    bench.app.store.insert_session(session, bench.app.clock.wall()).await.expect("session");
    let (name, value) = cookie("browser");
    let page =
        bench.send("GET", "/me/tokens", Sent { headers: vec![(name, value.clone())], ..Sent::default() });
    let page = page.await.text;
    assert!(page.contains("value=\"nodes:read\"") && !page.contains("people:read"), "{page}");
    let typed = [("name", "watch"), ("scope", "nodes:read"), ("days", "400"), ("again", PASSWORD)];
    let wrong = bench.form("/me/tokens", &typed, &value).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("href=\"#days\"") && wrong.text.contains("value=\"400\""));
    assert!(wrong.text.contains("value=\"nodes:read\" checked"), "the scope is kept");
    let made =
        bench.form("/me/tokens", &[("name", "watch"), ("scope", "nodes:read"), ("days", "30")], &value).await;
    assert_eq!((made.status, made.header("cache-control")), (StatusCode::OK, "no-store"));
    let text = made.text.split("hf_").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
    let me = bench.send("GET", "/me", Sent { headers: vec![(name, value.clone())], ..Sent::default() }).await;
    assert!(me.text.contains("action=\"/me/tokens/1/revoke\"") && !me.text.contains(text));
    let gone = bench.form("/me/tokens/1/revoke", &[], &value).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/me?done=token"));
    assert_eq!(bench.form("/me/tokens/1/revoke", &[], &value).await.status, StatusCode::NOT_FOUND);
}

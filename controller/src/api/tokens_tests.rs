//! Programs by tokens: no more than their person may, of that only the scopes, and never what makes credentials.

use std::net::IpAddr;

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;

use super::attempts::Attempts;
use super::session::Token;
use super::testing::{Answered, Bench, Sent, bearer, cookie};
use crate::access::{Face, Need, PersonId, Role, Scope, TABLE, Verb};
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

//! What a person does to their own sign-in, and what nobody else can do to it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::passwords::Passwords;
use super::second_factor_tests::Anna;
use super::session::Token;
use super::testing::{Answered, Bench, PASSWORD, Sent, bearer};
use crate::access::{PersonId, Role, SessionKind};
use crate::secrets::recovery;
use crate::secrets::totp::Factor;
use crate::store::invitations::{Invitation, Invited};
use crate::store::parties::OWN_PARTY;
use crate::store::sessions::NewSession;

const NEW: &str = "another sentence of words";

/// A session that has not shown a password: as one that was stolen.
async fn stolen(bench: &Bench, person: PersonId, text: &str) -> String {
    let now = bench.app.clock.wall();
    let session = NewSession {
        person,
        token_sha256: Token::sha256(text),
        kind: SessionKind::Tool,
        ends: now.plus_ms(3_600_000),
        idle_ms: None,
        replaces: None,
    };
    bench.app.store.insert_session(session, now).await.expect("session");
    text.to_owned()
}

async fn bert() -> (Bench, PersonId, String) {
    let bench = Bench::new().await;
    let hash = Passwords::default().hash(PASSWORD.into()).await.expect("hash");
    let now = bench.app.clock.wall();
    let person = bench.app.store.insert_person("Bert", &hash, &[Role::Operator], now).await.expect("bert");
    let token = stolen(&bench, person, "stolen").await;
    (bench, person, token)
}

async fn post(bench: &Bench, token: &str, path: &str, body: Value) -> Answered {
    let sent = Sent { headers: vec![bearer(token)], body: Some(body), ..Sent::default() };
    bench.send("POST", path, sent).await
}

async fn get(bench: &Bench, token: &str, path: &str) -> Answered {
    bench.send("GET", path, Sent { headers: vec![bearer(token)], ..Sent::default() }).await
}

/// The factor behind what the API showed to be typed into an app.
fn typed(secret: &str) -> Factor {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut held, mut bytes) = (0, 0_u32, Vec::new());
    for letter in secret.chars().filter(|letter| *letter != ' ') {
        held = held << 5 | u32::try_from(ALPHABET.find(letter).expect("base32")).expect("small");
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).expect("a byte"));
        }
    }
    Factor::from_bytes(&bytes).expect("20 bytes")
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_password_then_code_and_is_asked_for_from_then_on() {
    let (bench, _, token) = bert().await;
    let path = "/api/v1/me/second-factor";
    let refused = post(&bench, &token, path, json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "again_needed"));
    assert_eq!(post(&bench, &token, path, json!({"again": NEW})).await.code(), "password_wrong");
    let begun = post(&bench, &token, path, json!({"again": PASSWORD})).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    assert!(begun.json()["uri"].as_str().is_some_and(|uri| !uri.to_lowercase().contains("bert")));
    let factor = typed(begun.json()["secret"].as_str().expect("a secret"));
    let sign_in = json!({"name": "bert", "password": PASSWORD});
    assert_eq!(
        post(&bench, "", "/api/v1/session", sign_in.clone()).await.status,
        StatusCode::CREATED,
        "not yet"
    );
    let confirm = format!("{path}/confirm");
    assert_eq!(post(&bench, &token, &confirm, json!({"code": "00000x"})).await.code(), "code_wrong");
    let code = factor.code(bench.app.clock.wall());
    let confirmed = post(&bench, &token, &confirm, json!({"code": code})).await;
    assert_eq!(confirmed.json()["recovery_codes"].as_array().map(Vec::len), Some(10), "{}", confirmed.text);
    assert_eq!(post(&bench, "", "/api/v1/session", sign_in).await.code(), "code_needed");
    let with = json!({"name": "bert", "password": PASSWORD, "code": code});
    assert_eq!(
        post(&bench, "", "/api/v1/session", with).await.code(),
        "code_used",
        "the confirming code is spent"
    );
    assert_eq!(post(&bench, &token, path, json!({})).await.code(), "second_factor_there");
    let me = get(&bench, &token, "/api/v1/me").await.json();
    assert_eq!((&me["second_factor"], &me["recovery_codes_left"]), (&json!(true), &json!(10)));
    assert_eq!((&me["name"], &me["party"]["name"]), (&json!("Bert"), &json!("Holdfast")));
}

#[tokio::test]
async fn recovery_codes_are_renewed_by_a_code_and_removal_asks_for_password_and_code_in_any_case() {
    let anna = Anna::new().await;
    let (bench, token) = (&anna.bench, stolen(&anna.bench, anna.person, "stolen").await);
    let (renew, remove) = ("/api/v1/me/recovery-codes", "/api/v1/me/second-factor/remove");
    assert_eq!(post(bench, &token, renew, json!({})).await.code(), "again_needed");
    let renewed = post(bench, &token, renew, json!({"again": anna.code()})).await;
    let codes = renewed.json()["recovery_codes"].clone();
    assert_eq!(codes.as_array().map(Vec::len), Some(10), "{}", renewed.text);
    let old = json!({"name": "anna", "password": PASSWORD, "code": "0000-1111-2222-3333"});
    assert_eq!(post(bench, "", "/api/v1/session", old).await.code(), "code_wrong", "replaced");
    let body = |password: &str, code: &str| json!({"password": password, "code": code});
    let next = anna.code_in(30_000);
    assert_eq!(post(bench, &token, remove, body(NEW, &next)).await.code(), "password_wrong");
    assert_eq!(post(bench, &token, remove, body(PASSWORD, "00000x")).await.code(), "code_wrong");
    let removed = post(bench, &token, remove, body(PASSWORD, &next)).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text);
    let sign_in = json!({"name": "anna", "password": PASSWORD});
    assert_eq!(post(bench, "", "/api/v1/session", sign_in).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_password_changes_by_the_old_one_and_ends_all_other_sessions() {
    let (bench, person, token) = bert().await;
    let other = stolen(&bench, person, "other").await;
    let path = "/api/v1/me/password";
    let body = |old: &str, new: &str| json!({"old": old, "new": new});
    assert_eq!(post(&bench, &token, path, body(NEW, NEW)).await.code(), "password_wrong");
    assert_eq!(post(&bench, &token, path, body(PASSWORD, "short")).await.code(), "password_unfit");
    assert_eq!(get(&bench, &other, "/api/v1/me").await.status, StatusCode::OK);
    assert_eq!(post(&bench, &token, path, body(PASSWORD, NEW)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&bench, &other, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&bench, &token, "/api/v1/me").await.status, StatusCode::OK);
    let sign_in = json!({"name": "bert", "password": NEW});
    assert_eq!(post(&bench, "", "/api/v1/session", sign_in).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn passwords_typed_again_are_counted_like_those_of_a_sign_in() {
    let (bench, _, token) = bert().await;
    for _ in 0..6 {
        let answered = post(&bench, &token, "/api/v1/me/second-factor", json!({"again": NEW})).await;
        assert_eq!(answered.code(), "password_wrong");
    }
    let held = post(&bench, &token, "/api/v1/me/password", json!({"old": PASSWORD, "new": NEW})).await;
    assert_eq!(held.code(), "sign_in_wait");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_person_alone() {
    let (bench, person, token) = bert().await;
    let other = stolen(&bench, person, "other").await;
    let foreign = bench.token(Role::Administrator).await;
    let rows = get(&bench, &token, "/api/v1/me/sessions").await.json();
    assert_eq!(rows["rows"].as_array().map(Vec::len), Some(2));
    let newest = rows["rows"][0]["id"].as_i64().expect("an id");
    let path = format!("/api/v1/me/sessions/{newest}/end");
    let not_theirs = post(&bench, &foreign, &path, json!({})).await;
    let not_there = post(&bench, &foreign, "/api/v1/me/sessions/999/end", json!({})).await;
    assert_eq!((not_theirs.code(), not_there.code()), ("not_found".to_owned(), "not_found".to_owned()));
    assert_eq!(post(&bench, &token, &path, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&bench, &other, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    stolen(&bench, person, "third").await;
    let ended = post(&bench, &token, "/api/v1/me/sessions/others/end", json!({})).await;
    assert_eq!(ended.json()["ended"], 1);
    assert_eq!(get(&bench, &foreign, "/api/v1/me").await.status, StatusCode::OK, "nobody else's");
}

#[tokio::test]
async fn an_invitation_gives_a_password_once_and_leads_straight_to_the_second_factor() {
    let (bench, by, _) = bert().await;
    let now = bench.app.clock.wall();
    let code = recovery::new_code().expect("randomness");
    let invitation =
        Invitation { code_sha256: recovery::code_sha256(&code), ends: now.plus_ms(1_000_000), by };
    let invited = Invited { name: "Olena", party: OWN_PARTY, roles: &[Role::Donor] };
    bench.app.store.invite(&invited, invitation, now).await.expect("invited");
    let path = "/api/v1/session/invited";
    let body =
        |name: &str, code: &str, password: &str| json!({"name": name, "code": code, "password": password});
    for (name, code) in [("nobody", code.as_str()), ("bert", &code), ("olena", "0000-0000-0000-0000")] {
        assert_eq!(post(&bench, "", path, body(name, code, NEW)).await.code(), "invitation_wrong", "{name}");
    }
    assert_eq!(post(&bench, "", path, body("olena", &code, "short")).await.code(), "password_unfit");
    let pairs = [("name", "olena"), ("code", code.as_str()), ("password", NEW)];
    let done = bench.form("/welcome", &pairs, "").await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/me/second-factor"),
        "{}",
        done.text
    );
    let cookie = done.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let sent = Sent { headers: vec![("cookie", cookie)], ..Sent::default() };
    let page = bench.send("GET", "/me/second-factor", sent).await;
    assert!(page.text.contains("class=\"qr\"") && page.text.contains("class=\"secret\""), "{}", page.text);
    assert_eq!(post(&bench, "", path, body("olena", &code, NEW)).await.code(), "invitation_wrong", "spent");
}

#[tokio::test]
async fn an_invitation_is_no_way_past_a_second_factor() {
    let anna = Anna::new().await;
    let (store, now) = (&anna.bench.app.store, anna.bench.app.clock.wall());
    let code = recovery::new_code().expect("randomness");
    let hash = recovery::code_sha256(&code);
    let invitation = Invitation { code_sha256: hash, ends: now.plus_ms(1_000_000), by: anna.person };
    assert!(store.invite_again(anna.person, invitation, now).await.expect("invited"));
    let body = json!({"name": "anna", "code": code, "password": NEW});
    let answered = post(&anna.bench, "", "/api/v1/session/invited", body).await;
    assert_eq!((answered.code().as_str(), answered.header("set-cookie")), ("code_needed", ""));
    let with = json!({"name": "anna", "password": NEW, "code": anna.code()});
    assert_eq!(post(&anna.bench, "", "/api/v1/session", with).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_secret_is_drawn_only_for_a_session_that_has_shown_a_password_lately() {
    let (bench, person, token) = bert().await;
    let viewer_page = |token: &str| {
        let sent = Sent { headers: vec![bearer(token)], ..Sent::default() };
        bench.send("GET", "/me/second-factor", sent)
    };
    post(&bench, &token, "/api/v1/me/second-factor", json!({"again": PASSWORD})).await;
    assert!(viewer_page(&token).await.text.contains("class=\"secret\""));
    let other = stolen(&bench, person, "other").await;
    assert!(!viewer_page(&other).await.text.contains("class=\"secret\""));
}

#[tokio::test]
async fn who_should_have_a_second_factor_by_now_finds_their_own_page_alone_and_what_to_do() {
    let (bench, person, token) = bert().await;
    // Half an hour away from where the words of the time left change.
    let ago = bench.app.clock.wall().plus_ms(-90 * 60_000);
    bench.app.store.person_signed_in(person, ago).await.expect("signed in");
    let page = |path: &'static str| {
        let headers = vec![bearer(&token), ("accept", "text/html".to_owned())];
        bench.send("GET", path, Sent { headers, ..Sent::default() })
    };
    let early = page("/nodes").await;
    assert_eq!(early.status, StatusCode::OK);
    assert!(
        early.text.contains("within 22") && early.text.contains("/me/second-factor"),
        "the time left is told"
    );

    let (bench, person, token) = bert().await;
    bench
        .app
        .store
        .person_signed_in(person, bench.app.clock.wall().plus_ms(-25 * 3_600_000))
        .await
        .expect("signed in");
    let page = |path: &'static str| {
        let headers = vec![bearer(&token), ("accept", "text/html".to_owned())];
        bench.send("GET", path, Sent { headers, ..Sent::default() })
    };
    let refused = get(&bench, &token, "/api/v1/nodes").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "second_factor_due"));
    let rows = bench.app.store.newest_audit(1).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].reason.as_str()), ("refused", "second factor due"));
    let late = page("/nodes").await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.text.contains("href=\"/me/second-factor\""), "{}", late.text);
    for path in ["/me", "/me/second-factor", "/help"] {
        assert_eq!(page(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(get(&bench, &token, "/api/v1/me").await.status, StatusCode::OK);
    let begun = post(&bench, &token, "/api/v1/me/second-factor", json!({"again": PASSWORD})).await;
    let code = typed(begun.json()["secret"].as_str().expect("a secret")).code(bench.app.clock.wall());
    post(&bench, &token, "/api/v1/me/second-factor/confirm", json!({"code": code})).await;
    assert_eq!(get(&bench, &token, "/api/v1/nodes").await.status, StatusCode::OK, "open again at once");
}

#[tokio::test]
async fn where_a_second_factor_is_only_offered_nobody_is_shut_out() {
    let bench = Bench::with("[sign_in]\nsecond_factor = \"offered\"").await;
    let now = bench.app.clock.wall();
    let person = bench.app.store.insert_person("Bert", "hash", &[Role::Operator], now).await.expect("bert");
    bench.app.store.person_signed_in(person, now.plus_ms(-90_000_000)).await.expect("signed in");
    let token = stolen(&bench, person, "session").await;
    assert_eq!(get(&bench, &token, "/api/v1/nodes").await.status, StatusCode::OK);
}

//! Sign-in as a person, an attacker and a tool see it.

use std::net::IpAddr;

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use super::session::{CODE_LIFE_MS, new_first_code};
use super::testing::{Answered, Bench, PASSWORD, Sent};
use crate::access::{Role, SessionKind};
use crate::app::Transport;

const SESSION: &str = "/api/v1/session";
const FIRST: &str = "/api/v1/session/first";

fn body(value: Value) -> Sent {
    Sent { body: Some(value), ..Sent::default() }
}

async fn with_anna() -> Bench {
    let bench = Bench::new().await;
    let now = bench.app.clock.wall();
    let hash = super::passwords::Passwords::default().hash(PASSWORD.into()).await.expect("hash");
    bench.app.store.insert_person("Anna", &hash, &[Role::Administrator], now).await.expect("anna");
    bench
}

async fn code(bench: &Bench, ends: WallMs) -> String {
    let (code, sha256) = new_first_code().expect("code");
    assert!(bench.app.store.keep_first_code(&sha256, WallMs(1), ends).await.expect("kept"));
    code
}

async fn attempt(bench: &Bench, name: &str, password: &str) -> Answered {
    bench.send("POST", SESSION, body(json!({"name": name, "password": password}))).await
}

fn cookie_of(answered: &Answered) -> String {
    let line = answered.header("set-cookie");
    line.split(';').next().unwrap_or_default().to_owned()
}

async fn status_with(bench: &Bench, cookie: &str) -> StatusCode {
    let sent = Sent { headers: vec![("cookie", cookie.to_owned())], ..Sent::default() };
    bench.send("GET", SESSION, sent).await.status
}

#[tokio::test]
async fn the_first_administrator_is_made_once_by_the_code() {
    let bench = Bench::new().await;
    let ends = bench.app.clock.wall().plus_ms(CODE_LIFE_MS);
    let code = code(&bench, ends).await;
    let typed = code.to_lowercase().replace('-', " ");
    let wish = json!({"code": typed, "name": " Anna ", "password": PASSWORD, "token": true});
    let made = bench.send("POST", FIRST, body(wish.clone())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["name"], "Anna");
    assert_eq!(made.json()["roles"], json!(["administrator"]));
    assert!(made.json()["token"].as_str().is_some_and(|token| token.len() == 52));
    let again = bench.send("POST", FIRST, body(wish)).await;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::FORBIDDEN, "not_first"));
    assert_eq!(attempt(&bench, "ANNA", PASSWORD).await.status, StatusCode::CREATED, "names fold");
}

#[tokio::test]
async fn two_who_race_with_one_code_make_one_administrator() {
    let bench = Bench::new().await;
    let code = code(&bench, bench.app.clock.wall().plus_ms(CODE_LIFE_MS)).await;
    let wish = |name: &str| body(json!({"code": code, "name": name, "password": PASSWORD}));
    let (left, right) =
        tokio::join!(bench.send("POST", FIRST, wish("anna")), bench.send("POST", FIRST, wish("bert")));
    let mut statuses = [left.status, right.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::CREATED, StatusCode::FORBIDDEN]);
}

#[tokio::test]
async fn a_wrong_and_an_expired_code_make_nobody_and_an_unfit_password_does_not_spend_it() {
    let bench = Bench::new().await;
    let expired = code(&bench, WallMs(5)).await;
    let wish = |code: &str, password: &str| body(json!({"code": code, "name": "anna", "password": password}));
    let answered = bench.send("POST", FIRST, wish(&expired, PASSWORD)).await;
    assert_eq!((answered.status, answered.code().as_str()), (StatusCode::FORBIDDEN, "first_code_wrong"));
    let good = code(&bench, bench.app.clock.wall().plus_ms(CODE_LIFE_MS)).await;
    let answered = bench.send("POST", FIRST, wish("AAAA-BBBB-CCCC-DDDD", PASSWORD)).await;
    assert_eq!(answered.code(), "first_code_wrong");
    let answered = bench.send("POST", FIRST, wish(&good, "short")).await;
    assert_eq!((answered.status, answered.code().as_str()), (StatusCode::BAD_REQUEST, "password_unfit"));
    assert!(answered.text.contains("at least 15"), "{}", answered.text);
    assert!(!bench.app.store.anybody().await.expect("people"));
    assert_eq!(bench.send("POST", FIRST, wish(&good, PASSWORD)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_read_the_same() {
    let bench = with_anna().await;
    let name = attempt(&bench, "nobody", PASSWORD).await;
    let password = attempt(&bench, "anna", "another sentence of words").await;
    let (mut name, mut password) = (name.json(), password.json());
    assert_eq!(name["status"], 401);
    name["request_id"] = Value::Null;
    password["request_id"] = Value::Null;
    assert_eq!(name, password);
}

#[tokio::test]
async fn a_name_is_held_back_after_failures_known_or_not_and_the_wait_is_said() {
    for name in ["anna", "nobody"] {
        let bench = with_anna().await;
        for index in 0..6_u8 {
            let address = Some(IpAddr::from([192, 0, 2, index]));
            let wish = json!({"name": name, "password": "wrong wrong wrong"});
            let sent = Sent { body: Some(wish), address, ..Sent::default() };
            assert_eq!(bench.send("POST", SESSION, sent).await.status, StatusCode::UNAUTHORIZED);
        }
        let held = attempt(&bench, name, PASSWORD).await;
        assert_eq!((held.status, held.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "sign_in_wait"));
        assert!(held.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    }
}

#[tokio::test]
async fn many_tries_at_once_are_counted_before_the_password_is_looked_at() {
    let bench = with_anna().await;
    let mut tries = tokio::task::JoinSet::new();
    let bench = std::sync::Arc::new(bench);
    for _ in 0..12 {
        let bench = std::sync::Arc::clone(&bench);
        tries.spawn(async move { attempt(&bench, "anna", "wrong wrong wrong").await.status });
    }
    let statuses = tries.join_all().await;
    let held = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!(held, 6, "{statuses:?}");
}

#[tokio::test]
async fn each_sign_in_makes_its_own_token_whatever_cookie_came_with_it() {
    let bench = with_anna().await;
    let planted = "__Host-holdfast=planted-by-somebody-else";
    let wish = json!({"name": "anna", "password": PASSWORD});
    let sent =
        Sent { headers: vec![("cookie", planted.to_owned())], body: Some(wish.clone()), ..Sent::default() };
    let first = bench.send("POST", SESSION, sent).await;
    let own = cookie_of(&first);
    assert_ne!(own, planted);
    assert_eq!(status_with(&bench, planted).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status_with(&bench, &own).await, StatusCode::OK);
    let sent = Sent { headers: vec![("cookie", own.clone())], body: Some(wish), ..Sent::default() };
    let second = cookie_of(&bench.send("POST", SESSION, sent).await);
    assert_ne!(second, own);
    assert_eq!(status_with(&bench, &own).await, StatusCode::UNAUTHORIZED, "the session before has ended");
    assert_eq!(status_with(&bench, &second).await, StatusCode::OK);
}

#[tokio::test]
async fn the_cookie_is_for_this_host_alone_and_scripts_never_see_it() {
    let bench = with_anna().await;
    let line = attempt(&bench, "anna", PASSWORD).await.header("set-cookie").to_owned();
    assert!(line.starts_with("__Host-holdfast="), "{line}");
    for wanted in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Max-Age=43200"] {
        assert!(line.contains(wanted), "{wanted} in {line}");
    }
    let wish = json!({"name": "anna", "password": PASSWORD});
    let sent = Sent { body: Some(wish), transport: Some(Transport::Loopback), ..Sent::default() };
    let answered = bench.send("POST", SESSION, sent).await;
    let line = answered.header("set-cookie");
    assert!(line.starts_with("holdfast-loopback=") && !line.contains("Secure"), "{line}");
    assert!(answered.json().get("token").is_none(), "a browser's token is in its cookie alone");
}

#[tokio::test]
async fn a_session_ends_by_sign_out_by_idleness_and_by_its_last_instant() {
    let bench = with_anna().await;
    let cookie = cookie_of(&attempt(&bench, "anna", PASSWORD).await);
    let sent = Sent { headers: vec![("cookie", cookie.clone())], ..Sent::default() };
    let left = bench.send("DELETE", SESSION, sent).await;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(status_with(&bench, &cookie).await, StatusCode::UNAUTHORIZED);

    let store = &bench.app.store;
    let now = bench.app.clock.wall();
    let token = bench.session(&[Role::Administrator], SessionKind::Tool, now.plus_ms(1_000)).await;
    let hash = super::session::Token::sha256(&token);
    assert!(store.session(&hash, now).await.expect("asked").is_some());
    assert!(store.session(&hash, now.plus_ms(1_000)).await.expect("asked").is_none());

    let person = store.person_by_name("anna").await.expect("asked").expect("anna").id;
    let session = crate::store::sessions::NewSession {
        person,
        token_sha256: [9; 32],
        kind: SessionKind::Browser,
        ends: now.plus_ms(1_000_000),
        idle_ms: Some(100_000),
        replaces: None,
    };
    let id = store.insert_session(session, now).await.expect("session");
    assert!(store.session(&[9; 32], now.plus_ms(99_999)).await.expect("asked").is_some());
    assert!(store.session(&[9; 32], now.plus_ms(100_000)).await.expect("asked").is_none());
    store.session_seen(id, now.plus_ms(90_000)).await.expect("seen");
    assert!(store.session(&[9; 32], now.plus_ms(150_000)).await.expect("asked").is_some());
    assert_eq!(store.sweep_sessions(now.plus_ms(150_000)).await.expect("swept"), 1, "the tool's");
}

#[tokio::test]
async fn a_change_sent_from_another_site_is_refused_before_it_is_looked_at() {
    let bench = with_anna().await;
    let wish = json!({"name": "anna", "password": PASSWORD});
    for headers in [
        vec![("origin", "https://evil.example".to_owned())],
        vec![("origin", "null".to_owned()), ("sec-fetch-site", "cross-site".to_owned())],
        vec![("sec-fetch-site", "same-site".to_owned())],
    ] {
        let sent = Sent { headers, body: Some(wish.clone()), ..Sent::default() };
        let answered = bench.send("POST", SESSION, sent).await;
        assert_eq!((answered.status, answered.code().as_str()), (StatusCode::FORBIDDEN, "foreign_origin"));
    }
    let own =
        vec![("origin", "https://localhost:8443".to_owned()), ("sec-fetch-site", "same-origin".to_owned())];
    let sent = Sent { headers: own, body: Some(wish), ..Sent::default() };
    assert_eq!(bench.send("POST", SESSION, sent).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn sign_ins_that_worked_and_that_failed_are_audited_without_the_name_that_failed() {
    let bench = with_anna().await;
    attempt(&bench, "my password by mistake", PASSWORD).await;
    attempt(&bench, "anna", PASSWORD).await;
    let rows = bench.app.store.newest_audit(5).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].outcome.as_str()), ("sign_in", "done"));
    assert!(rows[0].person.is_some());
    assert_eq!((rows[1].action.as_str(), rows[1].outcome.as_str()), ("sign_in", "refused"));
    assert!(!format!("{rows:?}").contains("by mistake"));
}

#[tokio::test]
async fn a_person_keeps_twenty_sessions_and_the_oldest_makes_room() {
    let bench = with_anna().await;
    let store = &bench.app.store;
    let person = store.person_by_name("anna").await.expect("asked").expect("anna").id;
    let now = bench.app.clock.wall();
    for index in 0..25_u8 {
        let session = crate::store::sessions::NewSession {
            person,
            token_sha256: [index; 32],
            kind: SessionKind::Tool,
            ends: now.plus_ms(1_000),
            idle_ms: None,
            replaces: None,
        };
        store.insert_session(session, now).await.expect("session");
    }
    assert!(store.session(&[4; 32], now).await.expect("asked").is_none());
    assert!(store.session(&[5; 32], now).await.expect("asked").is_some());
}

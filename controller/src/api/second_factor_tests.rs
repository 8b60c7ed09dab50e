//! Sign-in with a second factor, as a person, an attacker and a tool see it.

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use super::passwords::Passwords;
use super::testing::{Answered, Bench, PASSWORD, Sent};
use crate::access::{PersonId, Role};
use crate::secrets::recovery;
use crate::secrets::seal::Purpose;
use crate::secrets::totp::Factor;

const SESSION: &str = "/api/v1/session";
const RECOVERY: [&str; 2] = ["0000-1111-2222-3333", "4444-5555-6666-7777"];

pub(super) struct Anna {
    pub(super) bench: Bench,
    pub(super) person: PersonId,
    factor: Factor,
}

impl Anna {
    pub(super) async fn new() -> Self {
        let bench = Bench::new().await;
        let now = bench.app.clock.wall();
        let hash = Passwords::default().hash(PASSWORD.into()).await.expect("hash");
        let store = &bench.app.store;
        let person = store.insert_person("Anna", &hash, &[Role::Operator], now).await.expect("anna");
        let factor = Factor::new().expect("randomness");
        let sealed = bench.app.seal.seal(Purpose::SecondFactor, person.0, factor.bytes()).expect("sealed");
        store.begin_second_factor(person, &sealed, now).await.expect("begun");
        let codes = RECOVERY.map(recovery::code_sha256);
        store.confirm_second_factor(person, 1, &codes, now).await.expect("confirmed");
        Self { bench, person, factor }
    }

    pub(super) fn code(&self) -> String {
        self.code_in(0)
    }

    pub(super) fn code_in(&self, ms: i64) -> String {
        self.factor.code(self.bench.app.clock.wall().plus_ms(ms))
    }

    async fn tries(&self, name: &str, password: &str, code: Option<&str>) -> Answered {
        let mut body = json!({"name": name, "password": password});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        self.bench.send("POST", SESSION, Sent { body: Some(body), ..Sent::default() }).await
    }

    async fn form(&self, path: &str, pairs: &[(&str, &str)], cookie: &str) -> Answered {
        self.bench.form(path, pairs, cookie).await
    }
}

fn same(mut left: Value, mut right: Value) -> bool {
    left["request_id"] = Value::Null;
    right["request_id"] = Value::Null;
    left == right
}

#[tokio::test]
async fn the_right_password_alone_is_told_that_a_code_is_needed_and_lets_nobody_in() {
    let anna = Anna::new().await;
    for code in [None, Some(""), Some("  ")] {
        let answered = anna.tries("anna", PASSWORD, code).await;
        assert_eq!((answered.status, answered.code().as_str()), (StatusCode::UNAUTHORIZED, "code_needed"));
        assert_eq!(answered.header("set-cookie"), "");
    }
    let answered = anna.tries("anna", PASSWORD, Some(&anna.code())).await;
    assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.text);
    assert!(answered.json().get("recovery_codes_left").is_none());
}

#[tokio::test]
async fn before_the_password_is_right_no_answer_tells_anything_of_a_code() {
    let anna = Anna::new().await;
    let now = anna.bench.app.clock.wall();
    anna.bench.app.store.insert_person("Invited", "", &[Role::Operator], now).await.expect("invited");
    let wrong = anna.tries("nobody", PASSWORD, None).await;
    assert_eq!(wrong.code(), "sign_in_wrong");
    let right = anna.code();
    let (name, other, invited) = ("anna", "another sentence of words", "invited");
    for (name, password, code) in [
        (name, other, None),
        (name, other, Some(right.as_str())),
        (name, other, Some("000000")),
        (name, other, Some(RECOVERY[0])),
        (invited, "", None),
        (invited, PASSWORD, Some("000000")),
    ] {
        let answered = anna.tries(name, password, code).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert!(same(answered.json(), wrong.json()), "{name} {code:?}: {}", answered.text);
    }
    let left = anna.bench.app.store.recovery_codes_left(anna.person).await.expect("asked");
    assert_eq!(left, 2, "a wrong password spends no code");
}

#[tokio::test]
async fn a_code_is_good_once_and_one_of_another_moment_says_by_how_much_the_clocks_differ() {
    let anna = Anna::new().await;
    let off = anna.tries("anna", PASSWORD, Some(&anna.code_in(240_000))).await;
    assert_eq!((off.status, off.code().as_str()), (StatusCode::UNAUTHORIZED, "code_off"));
    assert!(off.text.contains("about 4 min ahead of the controller's"), "{}", off.text);
    let code = anna.code();
    assert_eq!(anna.tries("anna", PASSWORD, Some(&code)).await.status, StatusCode::CREATED);
    let again = anna.tries("anna", PASSWORD, Some(&code)).await;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::UNAUTHORIZED, "code_used"));
}

#[tokio::test]
async fn a_recovery_code_works_once_and_says_how_many_are_left() {
    let anna = Anna::new().await;
    let typed = RECOVERY[0].to_lowercase().replace('-', " ");
    let first = anna.tries("anna", PASSWORD, Some(&typed)).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert_eq!(first.json()["recovery_codes_left"], 1);
    assert_eq!(anna.tries("anna", PASSWORD, Some(RECOVERY[0])).await.code(), "code_wrong");
    let second = anna.tries("anna", PASSWORD, Some(RECOVERY[1])).await;
    assert_eq!(second.json()["recovery_codes_left"], 0);
}

#[tokio::test]
async fn wrong_codes_are_counted_and_a_right_password_does_not_have_them_forgotten() {
    let anna = Anna::new().await;
    for _ in 0..6 {
        assert_eq!(anna.tries("anna", PASSWORD, None).await.code(), "code_needed");
        assert_eq!(anna.tries("anna", PASSWORD, Some("00000x")).await.code(), "code_wrong");
    }
    let held = anna.tries("anna", PASSWORD, Some(&anna.code())).await;
    assert_eq!((held.status, held.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "sign_in_wait"));
}

#[tokio::test]
async fn whoever_is_locked_reads_the_same_as_a_wrong_password() {
    let anna = Anna::new().await;
    let store = &anna.bench.app.store;
    store.insert_person("Other", "x", &[Role::Administrator], WallMs(1)).await.expect("other");
    store.lock_person(anna.person, WallMs(2)).await.expect("locked");
    let answered = anna.tries("anna", PASSWORD, Some(&anna.code())).await;
    assert_eq!(answered.code(), "sign_in_wrong");
}

#[tokio::test]
async fn the_page_asks_for_the_code_without_asking_for_the_password_again() {
    let anna = Anna::new().await;
    let pairs = [("name", "anna"), ("password", PASSWORD), ("back", "/nodes?word=ok")];
    let first = anna.form("/sign-in", &pairs, "").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    assert_eq!(first.header("location"), "/sign-in/code?return=%2Fnodes%3Fword%3Dok");
    let line = first.header("set-cookie").to_owned();
    for wanted in [
        "__Host-holdfast-pending=",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Secure",
        "; Max-Age=300",
        "; Path=/",
    ] {
        assert!(line.contains(wanted), "{wanted} in {line}");
    }
    let pending = line.split(';').next().expect("a cookie").to_owned();
    let get = |path: &'static str, cookie: &str| {
        let sent = Sent { headers: vec![("cookie", cookie.to_owned())], ..Sent::default() };
        anna.bench.send("GET", path, sent)
    };
    let token = pending.split_once('=').expect("a value").1;
    assert_eq!(get(SESSION, &pending).await.status, StatusCode::UNAUTHORIZED, "it is no session");
    let planted = format!("__Host-holdfast={token}");
    assert_eq!(get(SESSION, &planted).await.status, StatusCode::UNAUTHORIZED, "nor becomes one");
    let page = get("/sign-in/code", &pending).await;
    assert!(page.text.contains("inputmode=\"numeric\"") && page.text.contains("one-time-code"));
    assert!(!page.text.contains("type=\"password\""));
    assert_eq!(get("/sign-in/code", "").await.header("location"), "/sign-in");

    let wrong = anna.form("/sign-in/code", &[("code", "00000x")], &pending).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = anna.code();
    let pairs = [("code", code.as_str()), ("back", "/nodes?word=ok")];
    let done = anna.form("/sign-in/code", &pairs, &pending).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/nodes?word=ok"));
    let cookies: Vec<_> = done.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2, "a session, and the pending one gone: {cookies:?}");
    let again = anna.form("/sign-in/code", &[("code", &anna.code_in(30_000))], &pending).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "one use");
    assert!(again.text.contains("type=\"password\""));
}

#[tokio::test]
async fn a_pending_sign_in_is_worth_nothing_once_the_person_has_changed_and_cannot_be_posted_from_elsewhere()
{
    let anna = Anna::new().await;
    let first = anna.form("/sign-in", &[("name", "anna"), ("password", PASSWORD)], "").await;
    let pending = first.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let mut sent = Bench::form_sent(&[("code", &anna.code())], &pending);
    sent.headers.push(("sec-fetch-site", "cross-site".to_owned()));
    let foreign = anna.bench.send("POST", "/sign-in/code", sent).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let now = anna.bench.app.clock.wall();
    anna.bench.app.store.change_password(anna.person, "another hash", None, now).await.expect("changed");
    let done = anna.form("/sign-in/code", &[("code", &anna.code())], &pending).await;
    assert_eq!(done.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", done.text);
}

#[tokio::test]
async fn name_password_and_code_at_once_sign_in_with_one_form_and_a_recovery_code_leads_to_what_is_left() {
    let anna = Anna::new().await;
    let pairs = [("name", "anna"), ("password", PASSWORD), ("code", RECOVERY[0]), ("back", "/nodes")];
    let done = anna.form("/sign-in", &pairs, "").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/me?done=recovery-used"));
    let code = anna.code();
    let pairs = [("name", "anna"), ("password", PASSWORD), ("code", code.as_str()), ("back", "/nodes")];
    assert_eq!(anna.form("/sign-in", &pairs, "").await.header("location"), "/nodes");
}

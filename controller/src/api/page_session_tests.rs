//! Sessions as a browser with pages sees them: one at a time, back to where it was, and longer by one button.

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;

use super::session::Token;
use super::testing::{Answered, Bench, PASSWORD, Sent};
use crate::access::{Role, SessionId, SessionKind};
use crate::store::sessions::NewSession;

async fn with_anna() -> Bench {
    let bench = Bench::new().await;
    let hash = super::passwords::Passwords::default().hash(PASSWORD.into()).await.expect("hash");
    let now = bench.app.clock.wall();
    bench.app.store.insert_person("Anna", &hash, &[Role::Administrator], now).await.expect("anna");
    bench
}

async fn post(bench: &Bench, path: &str, cookie: &str, form: &str) -> Answered {
    let headers = vec![("cookie", cookie.to_owned()), ("accept", "text/html".to_owned())];
    bench.send("POST", path, Sent { headers, form: Some(form.to_owned()), ..Sent::default() }).await
}

async fn get(bench: &Bench, path: &str, cookie: &str) -> Answered {
    let headers = vec![("cookie", cookie.to_owned()), ("accept", "text/html".to_owned())];
    bench.send("GET", path, Sent { headers, ..Sent::default() }).await
}

fn sign_in_form(back: &str) -> String {
    let encoded: String = back.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("name=anna&password={}&back={encoded}", PASSWORD.replace(' ', "+"))
}

fn cookie_of(answered: &Answered) -> String {
    answered.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn is_signed_in(bench: &Bench, cookie: &str) -> bool {
    get(bench, "/me", cookie).await.status == StatusCode::OK
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let bench = with_anna().await;
    let first = cookie_of(&post(&bench, "/sign-in", "", &sign_in_form("/")).await);
    assert!(is_signed_in(&bench, &first).await);
    let second = cookie_of(&post(&bench, "/sign-in", &first, &sign_in_form("/")).await);
    assert!(is_signed_in(&bench, &second).await);
    assert!(!is_signed_in(&bench, &first).await, "the older session lives on");
    let rows = bench.app.store.newest_audit(2).await.expect("audit");
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert!(actions.contains(&"sign_out") && actions.contains(&"sign_in"), "{actions:?}");
}

#[tokio::test]
async fn a_sign_in_that_fails_leaves_the_session_as_it_is() {
    let bench = with_anna().await;
    let first = cookie_of(&post(&bench, "/sign-in", "", &sign_in_form("/")).await);
    let refused = post(&bench, "/sign-in", &first, "name=anna&password=wrong+wrong+wrong&back=/").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_signed_in(&bench, &first).await);
}

#[tokio::test]
async fn a_reader_signed_out_by_time_comes_back_to_the_same_page() {
    let bench = with_anna().await;
    let sent_away = get(&bench, "/nodes?word=no_report&text=a%26b", "__Host-holdfast=over").await;
    assert_eq!(sent_away.status, StatusCode::SEE_OTHER);
    let door = get(&bench, sent_away.header("location"), "").await;
    let field = "name=\"back\" value=\"";
    let value = door.text.split(field).nth(1).and_then(|rest| rest.split('"').next()).expect("the way back");
    let back = value.replace("&#38;", "&").replace("&amp;", "&");
    let signed = post(&bench, "/sign-in", "", &sign_in_form(&back)).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    assert_eq!(signed.header("location"), "/nodes?word=no_report&text=a%26b");
}

#[tokio::test]
async fn no_way_back_leads_to_another_site() {
    let bench = with_anna().await;
    let own = cookie_of(&post(&bench, "/sign-in", "", &sign_in_form("/")).await);
    for back in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/\r\nlocation: https://evil.example",
        "",
    ] {
        let signed = post(&bench, "/sign-in", "", &sign_in_form(back)).await;
        assert_eq!((signed.status, signed.header("location")), (StatusCode::SEE_OTHER, "/"), "{back:?}");
        let encoded: String = back.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let already = get(&bench, &format!("/sign-in?return={encoded}"), &own).await;
        assert_eq!(already.header("location"), "/", "{back:?}");
        let longer = post(&bench, "/me/extend", &own, &format!("back={encoded}")).await;
        assert_eq!(longer.header("location"), "/me", "{back:?}");
    }
}

/// A session of Anna's that ends soon, with its cookie.
async fn ending(bench: &Bench, made_ago_ms: i64, kind: SessionKind) -> (NewSession, String) {
    let person = bench.app.store.person_by_name("anna").await.expect("asked").expect("anna").id;
    let now = bench.app.clock.wall();
    let session = NewSession {
        person,
        token_sha256: Token::sha256("soon"),
        kind,
        ends: now.plus_ms(60_000),
        idle_ms: Some(7_200_000),
        replaces: None,
    };
    let id = bench.app.store.insert_session(session, now.plus_ms(-made_ago_ms)).await.expect("session");
    bench.app.store.session_seen(id, now).await.expect("used");
    (session, "__Host-holdfast=soon".to_owned())
}

const SPAN_MS: i64 = 12 * 3_600_000;

#[tokio::test]
async fn a_session_about_to_end_lasts_its_whole_span_again_by_one_button() {
    let bench = with_anna().await;
    let (session, cookie) = ending(&bench, 1_000, SessionKind::Browser).await;
    let page = get(&bench, "/health", &cookie).await.text;
    assert!(page.contains(&format!("data-until=\"{}\"", session.ends.0)), "the page does not know the end");
    let before = bench.app.clock.wall();
    let sent = Sent { headers: vec![("cookie", cookie.clone())], ..Sent::default() };
    let answered = bench.send("POST", "/api/v1/session/extend", sent).await;
    assert_eq!(answered.status, StatusCode::OK, "{}", answered.text);
    let ends = answered.json()["ends"].as_i64().expect("ends");
    assert!(ends >= before.0 + SPAN_MS && ends <= bench.app.clock.wall().0 + SPAN_MS);
    assert!(answered.json()["until"].as_i64().is_some_and(|until| until < ends), "idleness ends it before");
    let line = answered.header("set-cookie");
    assert!(line.starts_with("__Host-holdfast=soon; Path=/; Max-Age=43"), "{line}");
    assert!(line.contains("; HttpOnly; SameSite=Strict; Secure"), "{line}");
    let later = WallMs(ends - 1).plus_ms(-7_000_000);
    bench.app.store.session_seen(SessionId(1), later).await.expect("used");
    assert!(bench.app.store.session(&session.token_sha256, WallMs(ends - 1)).await.expect("asked").is_some());
    assert!(bench.app.store.session(&session.token_sha256, WallMs(ends)).await.expect("asked").is_none());
}

#[tokio::test]
async fn without_script_my_settings_say_the_end_and_move_it() {
    let bench = with_anna().await;
    let (_, cookie) = ending(&bench, 1_000, SessionKind::Browser).await;
    assert!(get(&bench, "/me", &cookie).await.text.contains("This session ends on"));
    let moved = post(&bench, "/me/extend", &cookie, "back=/sites").await;
    assert_eq!((moved.status, moved.header("location")), (StatusCode::SEE_OTHER, "/sites"));
    assert!(moved.header("set-cookie").contains("Max-Age=43"), "{}", moved.header("set-cookie"));
    assert!(get(&bench, "/me", &cookie).await.text.contains("or on"), "the end by idleness");
    let nobody = post(&bench, "/me/extend", "", "back=/sites").await;
    assert_eq!(nobody.header("location"), "/sign-in");
}

#[tokio::test]
async fn no_session_is_extended_for_ever_and_a_tools_token_never() {
    let bench = with_anna().await;
    let (_, cookie) = ending(&bench, 11 * SPAN_MS - 60_000, SessionKind::Browser).await;
    let sent = Sent { headers: vec![("cookie", cookie)], ..Sent::default() };
    let answered = bench.send("POST", "/api/v1/session/extend", sent.clone()).await;
    assert_eq!((answered.status, answered.code().as_str()), (StatusCode::CONFLICT, "session_longest"));

    let bench = with_anna().await;
    ending(&bench, 0, SessionKind::Tool).await;
    let bearer = Sent { headers: vec![("authorization", "Bearer soon".to_owned())], ..Sent::default() };
    let answered = bench.send("POST", "/api/v1/session/extend", bearer).await;
    assert_eq!((answered.status, answered.code().as_str()), (StatusCode::CONFLICT, "session_tool"));
    assert_eq!(bench.send("POST", "/api/v1/session/extend", sent).await.status, StatusCode::UNAUTHORIZED);
}

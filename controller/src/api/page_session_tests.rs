//! Sessions as a browser with pages sees them: one at a time, back to where it was, and longer by one button.

use axum::http::StatusCode;

use super::testing::{Answered, Bench, PASSWORD, Sent};
use crate::access::Role;

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

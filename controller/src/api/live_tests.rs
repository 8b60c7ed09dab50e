//! The live feed ends with what lets its reader have it: a lock, a role taken back, a session or token that ends.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use serde_json::json;

use super::session::Token;
use super::sight_tests::{OWN, fleet};
use super::testing::{Bench, Sent, bearer};
use crate::access::{PersonId, Role, Scope, SessionId, SessionKind};
use crate::store::sessions::NewSession;
use crate::store::tokens::NewToken;

/// What a feed may take to end: the heartbeat would take ten seconds.
const SOON: Duration = Duration::from_secs(2);

/// A person who watches, and the token of an administrator.
struct Watched {
    bench: Bench,
    person: PersonId,
    session: SessionId,
    administrator: String,
}

impl Watched {
    async fn new(role: Role) -> Self {
        let bench = Bench::new().await;
        let now = bench.app.clock.wall();
        let administrator = bench.token(Role::Administrator).await;
        let person = bench.app.store.insert_person("Watcher", "hash", &[role], now).await.expect("person");
        let session = NewSession {
            person,
            token_sha256: Token::sha256("watching"),
            kind: SessionKind::Tool,
            ends: now.plus_ms(3_600_000),
            idle_ms: None,
            replaces: None,
        };
        let session = bench.app.store.insert_session(session, now).await.expect("session");
        Self { bench, person, session, administrator }
    }

    async fn feed(&self, credential: &str) -> Body {
        let sent = Sent { headers: vec![bearer(credential)], ..Sent::default() };
        let answered = self.bench.send_open("GET", "/api/v1/live", sent).await;
        assert_eq!(answered.status(), StatusCode::OK);
        let mut body = answered.into_body();
        assert!(next(&mut body).await.contains("event: time"), "it begins");
        body
    }

    async fn act(&self, method: &str, path: &str, body: serde_json::Value, version: Option<i64>) {
        let mut headers = vec![bearer(&self.administrator)];
        headers.extend(version.map(|version| ("if-match", format!("\"{version}\""))));
        let done = self.bench.send(method, path, Sent { headers, body: Some(body), ..Sent::default() }).await;
        assert!(done.status.is_success(), "{path}: {}", done.text);
    }
}

/// The next piece of a feed; none within the time says so.
async fn next(body: &mut Body) -> String {
    let frame = tokio::time::timeout(SOON, body.frame()).await.expect("the feed says nothing in time");
    let bytes = frame.expect("not over").expect("infallible").into_data().expect("data");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn ends(body: &mut Body, why: &str) {
    let said = next(body).await;
    assert!(said.contains("event: ended") && said.contains("signed_out"), "{why}: {said}");
    let after = tokio::time::timeout(SOON, body.frame()).await.expect("closed");
    assert!(after.is_none(), "{why}: nothing comes behind it");
}

#[tokio::test]
async fn a_feed_ends_with_a_lock_a_role_taken_back_and_sessions_that_an_administrator_ends() {
    for (why, method, end, body, version) in [
        ("locked", "POST", "/lock", json!({"reason": "telephone lost"}), None),
        ("the role is gone", "PATCH", "", json!({"roles": ["donor"]}), Some(1)),
        ("sessions ended", "POST", "/sessions/end", json!({}), None),
    ] {
        let watched = Watched::new(Role::Operator).await;
        let mut feed = watched.feed("watching").await;
        watched.act(method, &format!("/api/v1/people/{}{end}", watched.person.0), body, version).await;
        ends(&mut feed, why).await;
    }
}

#[tokio::test]
async fn a_feed_ends_with_its_own_session_and_not_with_anothers() {
    let watched = Watched::new(Role::Operator).await;
    let now = watched.bench.app.clock.wall();
    let second = NewSession {
        person: watched.person,
        token_sha256: Token::sha256("elsewhere"),
        kind: SessionKind::Tool,
        ends: now.plus_ms(3_600_000),
        idle_ms: None,
        replaces: None,
    };
    watched.bench.app.store.insert_session(second, now).await.expect("session");
    let (mut feed, mut other) = (watched.feed("watching").await, watched.feed("elsewhere").await);
    let path = format!("/api/v1/me/sessions/{}/end", watched.session.0);
    let sent = Sent { headers: vec![bearer("elsewhere")], ..Sent::default() };
    assert_eq!(watched.bench.send("POST", &path, sent.clone()).await.status, StatusCode::NO_CONTENT);
    ends(&mut feed, "ended from elsewhere").await;
    let quiet = tokio::time::timeout(Duration::from_millis(50), other.frame()).await;
    assert!(quiet.is_err(), "the other one goes on");
    assert_eq!(watched.bench.send("DELETE", "/api/v1/session", sent).await.status, StatusCode::NO_CONTENT);
    ends(&mut other, "signed out").await;
}

#[tokio::test]
async fn a_programs_feed_ends_when_its_token_is_taken_back() {
    let watched = Watched::new(Role::Operator).await;
    let now = watched.bench.app.clock.wall();
    let new = NewToken {
        person: watched.person,
        name: "script",
        token_sha256: Token::sha256("hf_script"),
        scopes: &[Scope::NodesRead.key()],
        ends: now.plus_ms(3_600_000),
    };
    let id = watched.bench.app.store.insert_token(&new, now).await.expect("stored").expect("room");
    let mut feed = watched.feed("hf_script").await;
    let path = format!("/api/v1/me/tokens/{}", id.0);
    let sent = Sent { headers: vec![bearer("watching")], ..Sent::default() };
    assert_eq!(watched.bench.send("DELETE", &path, sent).await.status, StatusCode::NO_CONTENT);
    ends(&mut feed, "taken back").await;
}

#[tokio::test]
async fn a_feed_shows_a_site_no_more_once_it_is_taken_back() {
    let watched = Watched::new(Role::FieldEngineer).await;
    let (app, now) = (&watched.bench.app, watched.bench.app.clock.now());
    let (site, _) = fleet(&watched.bench).await;
    app.store.assign_site(watched.person, site, watched.person, now.wall).await.expect("assigned");
    let mut feed = watched.feed("watching").await;
    app.fleet.tick(now);
    assert!(next(&mut feed).await.contains(&OWN.to_string()), "while it is theirs");
    let path = format!("/api/v1/people/{}/sites/{}", watched.person.0, site.0);
    watched.act("DELETE", &path, json!({}), None).await;
    app.fleet.node_revoked(OWN, now);
    app.fleet.tick(now);
    let said = tokio::time::timeout(Duration::from_millis(100), feed.frame()).await;
    assert!(said.is_err(), "nothing of it is told: {said:?}");
}

//! Parties and people over the API: versions, refusals, the last administrator, hostile names, who may at all.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::session::Token;
use super::testing::{Answered, Bench, Sent, bearer};
use crate::access::Role;

struct Desk {
    bench: Bench,
    token: String,
}

impl Desk {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let token = bench.token(Role::Administrator).await;
        let own = Self { bench, token };
        // A person who may sign in has a password; the bench's has none.
        let id = own.own_id().await;
        let now = own.bench.app.clock.wall();
        let kept = own
            .bench
            .app
            .store
            .session(&Token::sha256(&own.token), now)
            .await
            .expect("asked")
            .expect("there");
        let session = kept.viewer.session();
        let id = crate::access::PersonId(id);
        own.bench.app.store.change_password(id, "hash", session, now).await.expect("kept");
        own
    }

    async fn own_id(&self) -> i64 {
        let now = self.bench.app.clock.wall();
        let found = self.bench.app.store.session(&Token::sha256(&self.token), now).await.expect("asked");
        found.expect("a session").viewer.person.0
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>, version: Option<&str>) -> Answered {
        let mut headers = vec![bearer(&self.token)];
        headers.extend(version.map(|version| ("if-match", version.to_owned())));
        self.bench.send(method, path, Sent { headers, body, ..Sent::default() }).await
    }

    async fn invite(&self, name: &str, roles: &[&str]) -> Answered {
        let body = json!({"name": name, "party": 1, "roles": roles});
        self.send("POST", "/api/v1/people", Some(body), None).await
    }
}

#[tokio::test]
async fn a_party_is_made_and_changed_on_the_version_that_was_read() {
    let desk = Desk::new().await;
    let made = desk
        .send(
            "POST",
            "/api/v1/parties",
            Some(json!({"name": "مؤسسة e\u{301}", "kind": "donor", "country": "pl"})),
            None,
        )
        .await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", made.text);
    let made = made.json();
    assert_eq!((&made["name"], &made["country"]), (&json!("مؤسسة e\u{301}"), &json!("PL")), "unharmed");
    let path = format!("/api/v1/parties/{}", made["id"]);
    let name = || Some(json!({"name": "Gift & <Co>"}));
    let without = desk.send("PATCH", &path, name(), None).await;
    assert_eq!(without.code(), "if_match_missing");
    let changed = desk.send("PATCH", &path, name(), Some("\"1\"")).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""), "{}", changed.text);
    assert_eq!(changed.json()["kind"], "donor", "what was not named stays");
    let stale = desk.send("PATCH", &path, name(), Some("\"1\"")).await;
    assert_eq!((stale.status, stale.code().as_str()), (StatusCode::PRECONDITION_FAILED, "stale"));
    let taken = desk.send("PATCH", &path, Some(json!({"name": "HOLDFAST"})), Some("\"2\"")).await;
    assert_eq!((taken.status, taken.code().as_str()), (StatusCode::CONFLICT, "name_taken"));
    for (body, word) in [
        (json!({"name": "A", "kind": "friend"}), "friend"),
        (json!({"name": "A", "kind": "donor", "colour": 1}), "colour"),
        (json!({"name": "a\nb", "kind": "donor"}), "name"),
        (json!({"name": "A", "kind": "donor", "country": "Poland"}), "country"),
        (json!({"name": 7, "kind": "donor"}), "name"),
    ] {
        let refused = desk.send("POST", "/api/v1/parties", Some(body.clone()), None).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(refused.text.contains(word), "{body}: {}", refused.text);
    }
    let large = json!({"name": "x".repeat(100_000), "kind": "donor"});
    assert_eq!(desk.send("POST", "/api/v1/parties", Some(large), None).await.code(), "too_large");
}

#[tokio::test]
async fn pages_go_on_behind_a_number_and_hold_each_row_once() {
    let desk = Desk::new().await;
    for number in 0..60 {
        let body = json!({"name": format!("Party {number:02}"), "kind": "donor"});
        desk.send("POST", "/api/v1/parties", Some(body), None).await;
        desk.invite(&format!("Invited {number:02}"), &["donor"]).await;
    }
    for (path, total) in [("/api/v1/parties?kind=donor", 60), ("/api/v1/people", 61)] {
        let first = desk.send("GET", path, None, None).await.json();
        assert_eq!(first["rows"].as_array().map(Vec::len), Some(50), "{path}");
        let joint = if path.contains('?') { '&' } else { '?' };
        let second =
            desk.send("GET", &format!("{path}{joint}after={}", first["next"]), None, None).await.json();
        assert_eq!(second["next"], Value::Null, "{path}");
        let rows = [first, second].map(|page| page["rows"].as_array().cloned().unwrap_or_default()).concat();
        let mut ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), total, "{path}");
        assert_eq!(
            desk.send("GET", &format!("{path}{joint}after=9999"), None, None).await.status,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn an_invitation_shows_its_code_once_and_roles_change_on_the_version_that_was_read() {
    let desk = Desk::new().await;
    let invited = desk.invite("Ївга \"x\"", &["operator"]).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.text);
    let code = invited.json()["code"].as_str().expect("a code").to_owned();
    let path = format!("/api/v1/people/{}", invited.json()["id"]);
    let person = desk.send("GET", &path, None, None).await;
    assert_eq!(person.json()["name"], "Ївга \"x\"");
    assert!(!person.text.contains(&code) && !person.text.contains("hash"), "{}", person.text);
    assert_eq!(person.json()["has_password"], false);
    let roles = || Some(json!({"roles": ["auditor", "operator", "auditor"]}));
    let changed = desk.send("PATCH", &path, roles(), Some(person.header("etag"))).await;
    assert_eq!(changed.json()["roles"], json!(["operator", "auditor"]), "{}", changed.text);
    assert_eq!(desk.send("PATCH", &path, roles(), Some("\"1\"")).await.code(), "stale");
    let next = changed.header("etag");
    for body in [json!({"roles": []}), json!({"roles": ["king"]}), json!({"name": "x"}), json!({"party": 99})]
    {
        let refused = desk.send("PATCH", &path, Some(body.clone()), Some(next)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}: {}", refused.text);
    }
    assert_eq!(desk.invite("їВГА \"X\"", &["donor"]).await.code(), "name_taken");
    let again = desk.send("POST", &format!("{path}/invite"), None, None).await;
    assert!(again.status == StatusCode::CREATED && again.json()["code"] != json!(code));
    assert_eq!(desk.send("POST", "/api/v1/people/999/invite", None, None).await.code(), "not_found");
    let rows = desk.bench.app.store.newest_audit(9).await.expect("audit");
    assert!(rows.iter().all(|row| !format!("{row:?}").contains(&code)), "no code in the audit");
    assert_eq!(rows.iter().filter(|row| row.action == "person_invite").count(), 2);
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_raises_their_own_roles() {
    let desk = Desk::new().await;
    let own = format!("/api/v1/people/{}", desk.own_id().await);
    let tag = desk.send("GET", &own, None, None).await.header("etag").to_owned();
    let reason = || Some(json!({"reason": "leaves the organisation"}));
    let locked = desk.send("POST", &format!("{own}/lock"), reason(), None).await;
    assert_eq!((locked.status, locked.code().as_str()), (StatusCode::CONFLICT, "last_administrator"));
    let lowered = desk.send("PATCH", &own, Some(json!({"roles": ["donor"]})), Some(&tag)).await;
    assert_eq!(lowered.code(), "own_roles", "another role is a raise, whatever is given up for it");
    let raised =
        desk.send("PATCH", &own, Some(json!({"roles": ["administrator", "auditor"]})), Some(&tag)).await;
    assert_eq!((raised.status, raised.code().as_str()), (StatusCode::FORBIDDEN, "own_roles"));
    let rows = desk.bench.app.store.newest_audit(9).await.expect("audit");
    assert_eq!(rows.iter().filter(|row| row.outcome == "refused").count(), 3);
}

#[tokio::test]
async fn whoever_is_locked_is_out_at_once_and_comes_back_by_an_unlock() {
    let desk = Desk::new().await;
    let later = desk.bench.app.clock.wall().plus_ms(3_600_000);
    let kind = crate::access::SessionKind::Tool;
    let token = desk.bench.session(&[Role::Operator], kind, later).await;
    let now = desk.bench.app.clock.wall();
    let found =
        desk.bench.app.store.session(&Token::sha256(&token), now).await.expect("asked").expect("there");
    let path = format!("/api/v1/people/{}", found.viewer.person.0);
    let asks = async || {
        let sent = Sent { headers: vec![bearer(&token)], ..Sent::default() };
        desk.bench.send("GET", "/api/v1/nodes", sent).await.status
    };
    assert_eq!(asks().await, StatusCode::OK);
    let short = desk.send("POST", &format!("{path}/lock"), Some(json!({"reason": "because"})), None).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST);
    let locked =
        desk.send("POST", &format!("{path}/lock"), Some(json!({"reason": "lost the laptop"})), None).await;
    assert_eq!(locked.status, StatusCode::NO_CONTENT, "{}", locked.text);
    assert_eq!(asks().await, StatusCode::UNAUTHORIZED);
    assert!(desk.send("GET", &path, None, None).await.json()["locked"].is_i64());
    assert_eq!(desk.send("POST", &format!("{path}/unlock"), None, None).await.status, StatusCode::NO_CONTENT);
    for act in ["unlock", "sessions/end"] {
        assert_eq!(
            desk.send("POST", &format!("/api/v1/people/999/{act}"), None, None).await.code(),
            "not_found"
        );
    }
    let why = Some(json!({"reason": "phone fell into a river"}));
    let removed = desk.send("POST", &format!("{path}/second-factor/remove"), why, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let rows = desk.bench.app.store.newest_audit(1).await.expect("audit");
    assert_eq!(
        (rows[0].action.as_str(), rows[0].reason.as_str()),
        ("second_factor_remove", "phone fell into a river")
    );
}

#[tokio::test]
async fn only_administrators_manage_people() {
    let desk = Desk::new().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Administrator) {
        let token = desk.bench.token(role).await;
        let sent = || Sent { headers: vec![bearer(&token)], ..Sent::default() };
        for (method, path) in
            [("GET", "/api/v1/people"), ("POST", "/api/v1/people"), ("PATCH", "/api/v1/people/1")]
        {
            let answered = desk.bench.send(method, path, sent()).await;
            assert_eq!(answered.status, StatusCode::FORBIDDEN, "{method} {path} as {role:?}");
        }
    }
}

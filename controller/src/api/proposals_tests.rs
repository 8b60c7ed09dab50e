//! Changes that take two people over the API: what waits, every refusal, and that a signature makes the change once.

use axum::http::StatusCode;
use holdfast_protocol::ids::{PersonId, SiteId};
use serde_json::{Value, json};

use super::session::Token;
use super::testing::{Answered, Bench, Sent, bearer};
use crate::access::{Role, Scope, SessionKind};
use crate::proposal::{Act, ProposalId, WAITS_MS};
use crate::store::proposals::Ended;
use crate::store::sessions::NewSession;
use crate::store::tokens::NewToken;

const WHY: &str = "agreed with the donor by letter";

struct Desk {
    bench: Bench,
    donation: i64,
}

impl Desk {
    /// Two administrators, two of the back office, an operator; a gift of which donors are told the usual.
    async fn new() -> Self {
        let bench = Bench::new().await;
        let now = bench.app.clock.wall();
        for (name, role) in [
            ("first", Role::Administrator),
            ("second", Role::Administrator),
            ("office", Role::BackOffice),
            ("other-office", Role::BackOffice),
            ("operator", Role::Operator),
        ] {
            let person = bench.app.store.insert_person(name, "hash", &[role], now).await.expect("person");
            let token_sha256 = Token::sha256(name);
            let ends = now.plus_ms(30 * 86_400_000);
            let kind = SessionKind::Tool;
            let session = NewSession { person, token_sha256, kind, ends, idle_ms: None, replaces: None };
            bench.app.store.insert_session(session, now).await.expect("session");
        }
        let mut desk = Self { bench, donation: 0 };
        let made = desk.send("office", "POST", "/api/v1/donations", Some(body("Gift", &usual()))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        desk.donation = made.json()["id"].as_i64().expect("a number");
        desk
    }

    async fn send(&self, who: &str, method: &str, path: &str, body: Option<Value>) -> Answered {
        self.send_on(who, (method, path), body, 1).await
    }

    async fn send_on(
        &self,
        who: &str,
        (method, path): (&str, &str),
        body: Option<Value>,
        on: i64,
    ) -> Answered {
        let headers = vec![bearer(who), ("if-match", format!("\"{on}\""))];
        self.bench.send(method, path, Sent { headers, body, ..Sent::default() }).await
    }

    async fn change(&self, who: &str, title: &str, policy: Value, on: i64) -> Answered {
        let path = format!("/api/v1/donations/{}", self.donation);
        self.send_on(who, ("PUT", &path), Some(body(title, &policy)), on).await
    }

    async fn end(&self, who: &str, id: &Value, act: &str) -> Answered {
        let body = (act != "withdraw").then(|| json!({"reason": WHY}));
        self.send(who, "POST", &format!("/api/v1/proposals/{id}/{act}"), body).await
    }

    async fn policy(&self) -> Value {
        let path = format!("/api/v1/donations/{}", self.donation);
        self.send("office", "GET", &path, None).await.json()["disclosure"].clone()
    }

    /// A looser policy of the office that waits.
    async fn waiting(&self) -> Value {
        let filed = self.change("office", "Gift", looser(), 1).await;
        assert_eq!(filed.status, StatusCode::ACCEPTED, "{}", filed.text);
        assert_eq!(filed.header("location"), format!("/api/v1/proposals/{}", filed.json()["id"]));
        filed.json()["id"].clone()
    }

    async fn person(&self, name: &str) -> PersonId {
        self.bench.app.store.person_by_name(name).await.expect("asked").expect("there").id
    }

    async fn newest_audit(&self) -> (String, String, String) {
        let row = self.bench.app.store.newest_audit(1).await.expect("audit").remove(0);
        (row.action, row.outcome, row.reason)
    }
}

fn usual() -> Value {
    json!({"place": "region", "delay_days": 3, "least_items": 5, "serials": false})
}

fn looser() -> Value {
    json!({"place": "region", "delay_days": 3, "least_items": 5, "serials": true})
}

fn body(title: &str, policy: &Value) -> Value {
    json!({"title": title, "state": "agreed", "title_passes": "never", "disclosure": policy,
        "shares": [{"party": 1, "basis_points": 10_000}]})
}

#[tokio::test]
async fn a_tighter_policy_is_made_at_once_and_a_looser_one_waits_with_all_that_came_with_it() {
    let desk = Desk::new().await;
    let tighter = json!({"place": "country", "delay_days": 30, "least_items": 9, "serials": false});
    assert_eq!(desk.change("office", "Gift", tighter.clone(), 1).await.status, StatusCode::OK);
    let mixed = json!({"place": "none", "delay_days": 2, "least_items": 99, "serials": false});
    let filed = desk.change("office", "Another title", mixed.clone(), 2).await;
    assert_eq!(filed.status, StatusCode::ACCEPTED, "one part tells earlier: {}", filed.text);
    assert_eq!(desk.policy().await, tighter, "nothing is changed yet");
    let again = desk.change("office", "Another title", mixed.clone(), 2).await;
    assert_eq!(again.json()["id"], filed.json()["id"], "the same asked twice waits once");
    let whats: Vec<String> = filed.json()["differences"]
        .as_array()
        .expect("some")
        .iter()
        .map(|one| one["what"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(whats, ["place", "delay_days", "least_items", "title"]);
    let signed = desk.end("other-office", &filed.json()["id"], "approve").await;
    assert_eq!(
        (signed.status, &signed.json()["state"]),
        (StatusCode::OK, &json!("approved")),
        "{}",
        signed.text
    );
    assert_eq!(desk.policy().await, mixed);
    let rows = desk.bench.app.store.newest_audit(2).await.expect("audit");
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["inventory_change", "proposal_approve"]);
}

#[tokio::test]
async fn only_another_person_with_the_same_right_signs_and_each_refusal_is_written_down() {
    let desk = Desk::new().await;
    let id = desk.waiting().await;
    let own = desk.end("office", &id, "approve").await;
    assert_eq!((own.status, own.code().as_str()), (StatusCode::FORBIDDEN, "own_proposal"));
    assert_eq!(
        desk.newest_audit().await,
        ("proposal_approve".into(), "refused".into(), "own_proposal".into())
    );
    let operator = desk.end("operator", &id, "approve").await;
    assert_eq!(operator.status, StatusCode::NOT_FOUND, "like one that does not exist: {}", operator.text);
    assert_eq!(
        desk.send("operator", "GET", &format!("/api/v1/proposals/{id}"), None).await.status,
        StatusCode::NOT_FOUND
    );
    let not_theirs = desk.end("first", &id, "withdraw").await;
    assert_eq!(not_theirs.code(), "not_your_proposal");
    let path = format!("/api/v1/proposals/{id}/approve");
    let short = desk.send("first", "POST", &path, Some(json!({"reason": "yes"}))).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.end("first", &id, "refuse").await.json()["state"], "refused");
    for act in ["approve", "refuse"] {
        assert_eq!(desk.end("second", &id, act).await.code(), "proposal_over", "{act}");
    }
    assert_eq!(desk.end("office", &id, "withdraw").await.code(), "proposal_over");
    assert_eq!(desk.policy().await, usual());
    let id = desk.waiting().await;
    assert_eq!(desk.end("office", &id, "withdraw").await.json()["state"], "withdrawn");
    assert_eq!(desk.end("second", &id, "approve").await.code(), "proposal_over");
    assert_eq!(desk.policy().await, usual());
}

#[tokio::test]
async fn no_programs_token_signs() {
    let desk = Desk::new().await;
    let id = desk.waiting().await;
    let now = desk.bench.app.clock.wall();
    let scopes = Scope::ALL.map(Scope::key);
    let person = desk.person("second").await;
    let token_sha256 = Token::sha256("hf_program");
    let ends = now.plus_ms(3_600_000);
    let new = NewToken { person, name: "program", token_sha256, scopes: &scopes, ends };
    desk.bench.app.store.insert_token(&new, now).await.expect("stored").expect("room");
    for act in ["approve", "refuse", "withdraw"] {
        assert_eq!(desk.end("hf_program", &id, act).await.status, StatusCode::FORBIDDEN, "{act}");
    }
    assert_eq!(desk.policy().await, usual());
}

#[tokio::test]
async fn what_has_changed_meanwhile_is_overtaken_and_what_nobody_signed_in_time_is_over() {
    let desk = Desk::new().await;
    let id = desk.waiting().await;
    assert_eq!(desk.change("other-office", "Renamed", usual(), 1).await.status, StatusCode::OK);
    let late = desk.end("first", &id, "approve").await;
    assert_eq!((late.status, late.code().as_str()), (StatusCode::CONFLICT, "overtaken"));
    assert_eq!(desk.policy().await, usual());
    let filed = desk.change("office", "Renamed", looser(), 2).await.json();
    let number = ProposalId(filed["id"].as_i64().expect("a number"));
    let (first, store) = (desk.person("first").await, &desk.bench.app.store);
    let week = desk.bench.app.clock.wall().plus_ms(WAITS_MS + 60_000);
    let ended = store.end_proposal(number, Act::Approve, first, WHY, week).await.expect("asked");
    assert!(matches!(ended, Ended::Unfit(..)), "{ended:?}");
    assert_eq!(desk.end("first", &filed["id"], "approve").await.code(), "proposal_over");
    let filed = desk.change("office", "Renamed", looser(), 2).await.json();
    let office = desk.person("office").await;
    store.lock_person(office, desk.bench.app.clock.wall()).await.expect("locked");
    let gone = desk.end("first", &filed["id"], "approve").await;
    assert_eq!(gone.code(), "overtaken", "who proposed it may no longer");
    assert_eq!(
        desk.send("first", "GET", &format!("/api/v1/donations/{}", desk.donation), None).await.json()["disclosure"],
        usual()
    );
}

#[tokio::test]
async fn two_signatures_at_once_make_one_change() {
    let desk = Desk::new().await;
    let id = desk.waiting().await;
    let (one, other) = tokio::join!(desk.end("first", &id, "approve"), desk.end("second", &id, "approve"));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let path = format!("/api/v1/donations/{}", desk.donation);
    assert_eq!(desk.send("first", "GET", &path, None).await.json()["version"], 2, "once");
}

#[tokio::test]
async fn roles_and_sites_that_give_exact_places_wait_and_taking_them_back_does_not() {
    let desk = Desk::new().await;
    let new = json!({"name": "Newcomer", "party": 1, "roles": ["operator"]});
    let invited = desk.send("first", "POST", "/api/v1/people", Some(new)).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.text);
    let (person, id) = (invited.json()["id"].clone(), invited.json()["proposal"].clone());
    let path = format!("/api/v1/people/{person}");
    let shown = async || desk.send("first", "GET", &path, None).await.json();
    assert_eq!(shown().await["roles"], json!([]), "nothing until it is signed");
    assert_eq!(desk.end("office", &id, "approve").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.end("second", &id, "approve").await.status, StatusCode::OK);
    let now = shown().await;
    assert_eq!(now["roles"], json!(["operator"]));
    let on = now["version"].as_i64().expect("a version");
    let engineer = json!({"roles": ["field_engineer"]});
    let less = desk.send_on("first", ("PATCH", &path), Some(engineer), on).await;
    assert_eq!(less.status, StatusCode::OK, "less is made at once: {}", less.text);
    let site = desk.bench.app.store.insert_site("Birch 114", "UA-63", desk.bench.app.clock.wall()).await;
    let sites = format!("{path}/sites/{}", site.expect("site").id.0);
    let filed = desk.send("first", "PUT", &sites, None).await;
    assert_eq!(filed.status, StatusCode::ACCEPTED, "{}", filed.text);
    assert_eq!(shown().await["sites"], json!([]));
    assert_eq!(desk.end("second", &filed.json()["id"], "approve").await.status, StatusCode::OK);
    assert_eq!(shown().await["sites"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.send("first", "DELETE", &sites, None).await.status, StatusCode::NO_CONTENT);
    let missing = desk.send("first", "PUT", &format!("{path}/sites/999"), None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "refused to who asks, not to who signs");
}

#[tokio::test]
async fn whoever_locks_the_second_one_out_is_not_free_and_can_invite_another() {
    let desk = Desk::new().await;
    let (second, now) = (desk.person("second").await, desk.bench.app.clock.wall());
    desk.bench.app.store.lock_person(second, now).await.expect("locked");
    let new = |name: &str, role: &str| Some(json!({"name": name, "party": 1, "roles": [role]}));
    let operator = desk.send("first", "POST", "/api/v1/people", new("Puppet", "operator")).await.json();
    let page = desk.send("first", "GET", &format!("/api/v1/proposals/{}", operator["proposal"]), None).await;
    assert_eq!(page.json()["signers"], 0, "it waits, and nobody can sign: {}", page.text);
    let another = desk.send("first", "POST", "/api/v1/people", new("Third", "administrator")).await.json();
    assert_eq!(another["proposal"], Value::Null, "the way on: {another}");
    assert_eq!(desk.newest_audit().await.2, "alone: nobody else can sign", "in sight");
}

#[tokio::test]
async fn the_sixth_place_of_an_hour_waits_for_a_second_person_and_opens_once() {
    let desk = Desk::new().await;
    let site = desk.bench.app.store.insert_site("Birch 114", "UA-63", desk.bench.app.clock.wall()).await;
    let site = site.expect("site");
    let id: SiteId = site.id;
    desk.bench.app.fleet.site_made(site);
    let place = json!({"latitude": 48.46471, "longitude": 35.04618});
    desk.send("operator", "PUT", &format!("/api/v1/sites/{}/place", id.0), Some(place)).await;
    let path = format!("/api/v1/sites/{}/place/show", id.0);
    let show = async || desk.send("operator", "POST", &path, Some(json!({"reason": WHY}))).await;
    for _ in 0..5 {
        assert_eq!(show().await.status, StatusCode::OK);
    }
    let sixth = show().await;
    assert_eq!(sixth.status, StatusCode::ACCEPTED, "{}", sixth.text);
    assert!(!sixth.text.contains("48.46"));
    assert_eq!(desk.end("office", &sixth.json()["id"], "approve").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.end("first", &sixth.json()["id"], "approve").await.status, StatusCode::OK);
    assert_eq!(show().await.status, StatusCode::OK, "signed for");
    assert_eq!(show().await.status, StatusCode::ACCEPTED, "for one");
}

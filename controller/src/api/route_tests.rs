//! What routes answer beyond who may have them: shapes, refusals, the feed, revocation.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use holdfast_protocol::ids::NodeId;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::testing::{Answered, Bench, Sent, bearer};
use crate::access::Role;
use crate::door::{Goodbye, Outbox};
use crate::fleet::Admission;
use crate::store::nodes::NodeRecord;

const NODE: NodeId = NodeId::from_bytes([1, 2, 3, 4, 5]);
const KEY: [u8; 32] = [3; 32];

struct Signed {
    bench: Bench,
    token: String,
}

impl Signed {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let token = bench.token(Role::Administrator).await;
        Self { bench, token }
    }

    async fn get(&self, path: &str) -> Answered {
        self.bench.send("GET", path, Sent { headers: vec![bearer(&self.token)], ..Sent::default() }).await
    }

    async fn post(&self, path: &str, body: Option<Value>) -> Answered {
        let sent = Sent { headers: vec![bearer(&self.token)], body, ..Sent::default() };
        self.bench.send("POST", path, sent).await
    }

    async fn with_node(&self) {
        let now = self.bench.app.clock.now();
        let record = NodeRecord {
            id: NODE,
            key_sha256: KEY,
            certificate_der: Vec::new(),
            certificate_ends: now.wall.plus_ms(1_000_000_000),
            enrolled: now.wall,
            code: "7K2M-9QXD".into(),
            site: None,
            revoked: None,
            ticket: None,
        };
        self.bench.app.store.insert_node(&record).await.expect("node");
        self.bench.app.fleet.node_enrolled(&record, now);
    }
}

#[tokio::test]
async fn lists_show_a_node_and_unknown_parameters_are_refused_by_name() {
    let signed = Signed::new().await;
    signed.with_node().await;
    let page = signed.get("/api/v1/nodes").await.json();
    assert_eq!(page["total"], 1);
    assert_eq!(page["rows"][0]["id"], NODE.to_string());
    assert_eq!(page["rows"][0]["state"]["word"], "not_yet_seen");
    assert_eq!(signed.get("/api/v1/nodes?word=ok").await.json()["total"], 0);
    assert_eq!(signed.get("/api/v1/overview").await.json()["nodes"]["total"], 1);
    assert_eq!(signed.get(&format!("/api/v1/nodes/{NODE}")).await.json()["row"]["shown"], NODE.shown());
    assert_eq!(signed.get(&format!("/api/v1/nodes/{}", NODE.shown())).await.status, StatusCode::OK);
    for (path, word) in [
        ("/api/v1/nodes?wrod=ok", "wrod"),
        ("/api/v1/nodes?word=fine", "fine"),
        ("/api/v1/sites?after=x&b=1", "`b`"),
        ("/api/v1/overview?x=1", "`x`"),
        ("/api/v1/live?nodes=1", "nodes"),
        ("/api/v1/tickets?state=used", "used"),
        ("/api/v1/nodes/not-an-id", "8 characters"),
        ("/api/v1/nodes/00000000/history?field=load_1&from=yesterday", "from"),
    ] {
        let answered = signed.get(path).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{path}: {}", answered.text);
        assert!(answered.text.contains(word), "{path}: {}", answered.text);
    }
    assert_eq!(signed.get("/api/v1/nodes/00000000").await.code(), "not_found");
    assert_eq!(signed.get("/api/v1/sites/77").await.code(), "not_found");
}

#[tokio::test]
async fn history_takes_both_forms_of_an_instant_and_says_what_is_wrong_with_a_field() {
    let signed = Signed::new().await;
    signed.with_node().await;
    let path = format!("/api/v1/nodes/{NODE}/history?field=host_memory_used_bytes");
    let series = signed
        .get(&format!("{path}&from=2026-11-24T00:00:00Z&to=2026-11-24T01:00:00%2B00:00&points=60"))
        .await;
    assert_eq!(series.json()["from"], 1_795_478_400_000_i64);
    assert_eq!(series.json()["points"], json!([]));
    assert_eq!(signed.get(&format!("{path}&from=0&to=1000")).await.json()["to"], 1_000);
    let unknown = signed.get(&format!("/api/v1/nodes/{NODE}/history?field=horse_power")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text.contains("dictionary"), "{}", unknown.text);
    assert_eq!(signed.get(&format!("{path}&from=5&to=5")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_a_request_id_that_problems_repeat() {
    let signed = Signed::new().await;
    for path in ["/healthz", "/api/v1/nodes", "/nothing/here", "/api/v1/nodes/x"] {
        let answered = signed.get(path).await;
        assert!(answered.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!answered.header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(answered.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answered.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answered.header("cache-control"), "no-store", "{path}");
        let id = answered.header("x-request-id");
        assert_eq!(id.len(), 16, "{path}");
        if answered.header("content-type") == "application/problem+json" {
            assert_eq!(answered.json()["request_id"], id, "{path}");
        }
    }
}

#[tokio::test]
async fn answers_are_compressed_for_who_can_read_that() {
    let signed = Signed::new().await;
    let headers = vec![bearer(&signed.token), ("accept-encoding", "gzip".to_owned())];
    let response = signed.bench.send_open("GET", "/api/v1/health", Sent { headers, ..Sent::default() }).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_body_that_is_no_json_has_unknown_fields_or_is_too_large_is_refused() {
    let signed = Signed::new().await;
    let unknown = signed.post("/api/v1/tickets", Some(json!({"sight": "Birch"}))).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text.contains("sight"), "{}", unknown.text);
    let untyped = signed.post("/api/v1/tickets", None).await;
    assert_eq!(untyped.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = signed.post("/api/v1/tickets", Some(json!({"site": "x".repeat(100_000)}))).await;
    assert_eq!((large.status, large.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
}

#[tokio::test]
async fn a_ticket_is_shown_once_listed_without_its_secret_and_taken_back() {
    let signed = Signed::new().await;
    let wish = json!({"site": "Birch 114", "region": "UA-63", "approval": true});
    let made = signed.post("/api/v1/tickets", Some(wish)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    let (id, ticket) = (made["id"].as_str().expect("id"), made["ticket"].as_str().expect("ticket"));
    let list = signed.get("/api/v1/tickets").await;
    assert!(!list.text.contains(ticket));
    assert_eq!(list.json()["rows"][0]["site"], "Birch 114");
    assert_eq!(list.json()["rows"][0]["state"], "open");
    assert_eq!(signed.get("/api/v1/tickets?state=waiting").await.json()["rows"], json!([]));
    let other = signed.post("/api/v1/tickets", Some(json!({"site": "Birch 114", "region": "UA-09"}))).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "region_differs"));
    assert_eq!(signed.get("/api/v1/sites").await.json()["total"], 1);
    for _ in 0..2 {
        let gone = signed.post(&format!("/api/v1/tickets/{id}/revoke"), None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(signed.get("/api/v1/tickets").await.json()["rows"][0]["state"], "revoked");
    assert_eq!(signed.post("/api/v1/tickets/0000000000000/revoke", None).await.code(), "not_found");
    let approved = signed.post("/api/v1/tickets/approve", Some(json!({"code": "7K2M-9QXD"}))).await;
    assert_eq!(approved.code(), "code_unknown");
    for wish in [
        json!({"region": "UA-63"}),
        json!({"site": "a\nb"}),
        json!({"valid_s": 1}),
        json!({"serial": "x".repeat(40)}),
    ] {
        let answered = signed.post("/api/v1/tickets", Some(wish.clone())).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{wish}");
    }
    let actions: Vec<String> = signed
        .bench
        .app
        .store
        .newest_audit(9)
        .await
        .expect("audit")
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert_eq!(actions, ["ticket_approve", "ticket_revoke", "ticket_new"]);
}

#[tokio::test]
async fn a_revoked_node_is_out_of_the_registry_the_fleet_and_its_live_session_at_once() {
    let signed = Signed::new().await;
    signed.with_node().await;
    let outbox = Arc::new(Outbox::default());
    signed.bench.app.sessions.enter(NODE, &outbox);
    assert_eq!(signed.bench.app.fleet.admit(&KEY), Admission::Node(NODE));
    let path = format!("/api/v1/nodes/{NODE}/revoke");
    let done = signed.post(&path, Some(json!({"reason": "captured"}))).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(outbox.take().goodbye, Some(Goodbye::Revoked));
    assert_eq!(signed.bench.app.fleet.admit(&KEY), Admission::Revoked(NODE));
    assert!(signed.bench.app.store.node(NODE).await.expect("asked").expect("node").revoked.is_some());
    assert_eq!(signed.post(&path, None).await.status, StatusCode::NO_CONTENT, "again does no harm");
    assert_eq!(signed.post("/api/v1/nodes/00000000/revoke", None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed.post(&path, Some(json!({"because": 1}))).await.status, StatusCode::BAD_REQUEST);
    let rows = signed.bench.app.store.newest_audit(9).await.expect("audit");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].thing.as_str(), rows[0].reason.as_str()), (&*format!("node {NODE}"), "captured"));
}

async fn chunk(body: &mut Body) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(5), body.frame()).await.expect("in time")?;
    let bytes = frame.expect("bytes").into_data().expect("data");
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn the_feed_tells_the_time_then_changes_of_what_was_asked_for_and_ends_with_the_controller() {
    let signed = Signed::new().await;
    let open = |path: String| async {
        let sent = Sent { headers: vec![bearer(&signed.token)], ..Sent::default() };
        let mut body = signed.bench.send_open("GET", &{ path }, sent).await.into_body();
        let first = chunk(&mut body).await.expect("the clock");
        assert!(first.contains("retry: 3000") && first.contains("event: time\ndata: {\"now\":"), "{first}");
        body
    };
    let mut all = open("/api/v1/live".into()).await;
    let mut other = open("/api/v1/live?node=00000000".into()).await;
    signed.with_node().await;
    signed.bench.app.fleet.tick(signed.bench.app.clock.now());
    let change = chunk(&mut all).await.expect("a change");
    let data = change.strip_prefix("event: node\ndata: ").and_then(|rest| rest.strip_suffix("\n\n"));
    let row: Value = serde_json::from_str(data.expect("an event")).expect("JSON");
    assert_eq!(row["id"], NODE.to_string());
    assert_eq!(row["state"]["word"], "not_yet_seen");
    signed.bench.stopping.send_replace(true);
    assert_eq!(chunk(&mut other).await.expect("the end"), "event: ended\ndata: {\"why\":\"stopping\"}\n\n");
    assert_eq!(chunk(&mut other).await, None);
    assert_eq!(signed.get("/readyz").await.code(), "stopping");
}

#[tokio::test]
async fn feeds_are_bounded_and_a_closed_one_gives_its_place_back() {
    let bench = Bench::with("[limits]\nlive_feeds = 1").await;
    let token = bench.token(Role::Operator).await;
    let sent = || Sent { headers: vec![bearer(&token)], ..Sent::default() };
    let first = bench.send_open("GET", "/api/v1/live", sent()).await;
    let second = bench.send("GET", "/api/v1/live", sent()).await;
    assert_eq!((second.status, second.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "feeds_full"));
    drop(first);
    assert_eq!(bench.send_open("GET", "/api/v1/live", sent()).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_told_to_read_again() {
    let signed = Signed::new().await;
    let sent = Sent { headers: vec![bearer(&signed.token)], ..Sent::default() };
    let mut body = signed.bench.send_open("GET", "/api/v1/live", sent).await.into_body();
    chunk(&mut body).await.expect("the clock");
    signed.with_node().await;
    let app = &signed.bench.app;
    for _ in 0..2_000 {
        app.fleet.session_opened(NODE, app.clock.now());
        app.fleet.session_closed(NODE, app.clock.now());
        app.fleet.node_revoked(NODE, app.clock.now());
        app.fleet.status_heard(
            NODE,
            holdfast_protocol::status::Status::Gone { boot: holdfast_protocol::ids::BootCounter(1) },
            app.clock.now(),
        );
        app.fleet.tick(app.clock.now());
    }
    let text = chunk(&mut body).await.expect("a word");
    assert!(text.starts_with("event: resync\ndata: {\"missed\":"), "{}", text.get(..80).unwrap_or(&text));
}

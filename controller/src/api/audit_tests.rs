//! The audit log over the API: who reads it, what is narrowed, the chain and its head.

use axum::http::StatusCode;
use holdfast_provisioning::audit::{Entry, Head, Walk};
use serde_json::{Value, json};

use super::testing::{Answered, Bench, Sent, bearer};
use crate::access::Role;

async fn get(bench: &Bench, token: &str, path: &str) -> Answered {
    bench.send("GET", path, Sent { headers: vec![bearer(token)], ..Sent::default() }).await
}

/// A log of sixty entries: parties that an administrator made, and a refusal.
async fn written() -> (Bench, String) {
    let bench = Bench::new().await;
    let (administrator, donor) = (bench.token(Role::Administrator).await, bench.token(Role::Donor).await);
    assert_eq!(get(&bench, &donor, "/api/v1/people").await.status, StatusCode::FORBIDDEN);
    for number in 0..59 {
        let body = Some(json!({"name": format!("Party {number}"), "kind": "recipient", "country": "UA"}));
        let sent = Sent { headers: vec![bearer(&administrator)], body, ..Sent::default() };
        assert_eq!(bench.send("POST", "/api/v1/parties", sent).await.status, StatusCode::CREATED);
    }
    (bench, administrator)
}

#[tokio::test]
async fn pages_follow_one_another_are_narrowed_and_name_people_to_administrators_alone() {
    let (bench, administrator) = written().await;
    let first = get(&bench, &administrator, "/api/v1/audit").await.json();
    assert_eq!((first["rows"].as_array().map(Vec::len), &first["next"]), (Some(50), &json!(11)));
    let second = get(&bench, &administrator, "/api/v1/audit?after=11").await.json();
    assert_eq!((second["rows"].as_array().map(Vec::len), &second["next"]), (Some(10), &Value::Null));
    assert_eq!(second["rows"][9]["action"], "refused");
    assert_eq!(second["rows"][9]["who"]["roles"], json!(["donor"]));
    let count = async |query: &str| {
        let page = get(&bench, &administrator, &format!("/api/v1/audit?{query}")).await.json();
        page["rows"].as_array().map(Vec::len)
    };
    assert_eq!(count("action=refused").await, Some(1));
    assert_eq!(count("result=refused&action=party_new").await, Some(0));
    assert_eq!(count("thing=party+7").await, Some(1));
    assert_eq!(count("to=2020-01-01T00:00:00Z").await, Some(0));
    assert_eq!(get(&bench, &administrator, "/api/v1/audit?from=x").await.code(), "unusable_request");
    assert_eq!(get(&bench, &administrator, "/api/v1/audit?when=x").await.status, StatusCode::BAD_REQUEST);
    let auditor = bench.token(Role::Auditor).await;
    let seen = get(&bench, &auditor, "/api/v1/audit").await;
    assert_eq!(seen.json()["rows"].as_array().map(Vec::len), Some(50));
    assert!(!seen.text.contains("\"who\"") && !seen.text.contains("person 0"), "names are not theirs");
    for role in Role::ALL.into_iter().filter(|role| ![Role::Administrator, Role::Auditor].contains(role)) {
        let token = bench.token(role).await;
        for path in ["/api/v1/audit", "/api/v1/audit/chain", "/api/v1/audit/head"] {
            assert_eq!(get(&bench, &token, path).await.status, StatusCode::FORBIDDEN, "{path} as {role:?}");
        }
    }
}

#[tokio::test]
async fn the_chain_that_is_read_leads_to_the_head_that_is_told() {
    let (bench, administrator) = written().await;
    let chain = get(&bench, &administrator, "/api/v1/audit/chain").await.json();
    let head: Head = serde_json::from_value(chain["head"].clone()).expect("a head");
    let mut walk = Walk::new(vec![head]);
    for row in chain["rows"].as_array().expect("rows") {
        let entry: Entry = serde_json::from_value(row.clone()).expect("an entry");
        walk.step(&entry).expect("whole");
    }
    assert_eq!(walk.end().expect("whole").head, head);
    let told = get(&bench, &administrator, "/api/v1/audit/head").await.json();
    assert_eq!((&told["number"], &told["sha256"]), (&json!(60), &chain["head"]["sha256"]));
    assert_eq!(told["walked"], Value::Null, "nobody has walked yet");
    let (app, now) = (&bench.app, bench.app.clock.wall());
    app.audit_watch.walk(&app.store, &app.config.data, now).await.expect("walked");
    let told = get(&bench, &administrator, "/api/v1/audit/head").await.json();
    assert_eq!((&told["walked"]["entries"], &told["walked"]["fault"]), (&json!(60), &Value::Null));
}

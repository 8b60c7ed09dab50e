//! The inventory by API: what is refused and in which words, versions and keys, texts of every kind.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::world::World;
use crate::access::Role;
use crate::store::parties::OWN_PARTY;

#[tokio::test]
async fn nobody_records_what_only_a_hand_over_may_and_each_only_what_is_theirs() {
    let world = World::new().await;
    let admin = world.bench.token(Role::Administrator).await;
    let items = world.items(2).await;
    let handover = "00".repeat(16);
    for what in ["accepted", "returned"] {
        let event = json!({"what": what, "custodian": 1, "handover": handover});
        for who in [&admin, &world.office, &world.engineer] {
            assert_eq!(world.event(who, items[0], event.clone()).await.code(), "by_handover");
        }
    }
    assert_eq!(
        world.event(&world.operator, items[0], json!({"what": "retired"})).await.code(),
        "not_your_part"
    );
    assert_eq!(
        world.event(&world.office, items[0], json!({"what": "registered", "custodian": 1})).await.code(),
        "not_your_part"
    );
    assert_eq!(
        world.event(&world.at_utility, items[0], json!({"what": "lost"})).await.code(),
        "not_found",
        "another's thing"
    );
    world.promised(&items).await;
    assert_eq!(
        world.event(&world.at_utility, items[0], json!({"what": "lost"})).await.code(),
        "not_in_custody",
        "promised, not theirs yet"
    );
    assert_eq!(
        world.event(&world.at_hospital, items[0], json!({"what": "counted"})).await.code(),
        "not_found"
    );
    for who in [&world.giver, &world.auditor] {
        assert_eq!(world.event(who, items[0], json!({"what": "lost"})).await.code(), "forbidden");
    }
    let rows = world.bench.app.store.newest_audit(3).await.expect("audit");
    assert!(rows.iter().all(|row| row.outcome == "refused"), "{rows:?}");
}

#[tokio::test]
async fn one_person_is_never_both_sides_of_a_hand_over() {
    let world = World::new().await;
    let model = world.made("/api/v1/models", json!({"name": "Box", "category": "case"})).await;
    let body = json!({"items": [{"model": model["id"], "custodian": world.donor.0}]});
    let item = world.made("/api/v1/items", body).await["items"][0]["id"].clone();
    world.event(&world.office, item.as_i64().expect("id"), json!({"what": "allocated", "to": 1})).await;
    let offer = json!({"giver": world.donor.0, "taker": OWN_PARTY.0, "items": [item]});
    assert_eq!(
        world.post(&world.operator, "/api/v1/handovers", offer.clone()).await.code(),
        "handover_not_yours"
    );
    assert_eq!(world.post(&world.at_utility, "/api/v1/handovers", offer.clone()).await.code(), "not_found");
    let made = world.post(&world.office, "/api/v1/handovers", offer).await.json();
    assert_eq!(made["can"], json!(["withdraw"]));
    let path = format!("/api/v1/handovers/{}/answer", made["id"].as_str().expect("id"));
    let answer = json!({"lines": [{"item": item, "said": {"answer": "accepted"}}]});
    assert_eq!(world.post(&world.office, &path, answer.clone()).await.code(), "handover_not_yours");
    assert_eq!(world.post(&world.operator, &path, answer).await.status, StatusCode::OK, "a colleague");
}

#[tokio::test]
async fn the_core_refuses_in_its_own_words_with_a_stable_code() {
    let world = World::new().await;
    let items = world.items(1).await;
    let deployed = json!({"what": "deployed", "site": world.site.0, "node": null});
    let refused = world.event(&world.operator, items[0], deployed.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "custody_state"));
    for word in ["\"deployed\"", "\"registered\"", "\"in_store\""] {
        assert!(refused.text.replace("\\\"", "\"").contains(word), "{word}: {}", refused.text);
    }
    let path = format!("/api/v1/items/{}/events", items[0]);
    let later = world.bench.app.clock.wall().plus_ms(3_600_000).0;
    let future = json!({"event": {"what": "stored"}, "happened_ms": later});
    assert_eq!(world.post(&world.office, &path, future).await.code(), "custody_future");
    let unknown = world.event(&world.operator, items[0], json!({"what": "stored", "shelf": 3})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{}", unknown.text);
    assert_eq!(
        world.event(&world.operator, items[0], json!({"what": "delivered"})).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        world.event(&world.office, items[0], json!({"what": "allocated", "to": 99})).await.code(),
        "missing_reference"
    );
    let elsewhere = json!({"what": "deployed", "site": 99, "node": null});
    assert_eq!(world.event(&world.operator, items[0], elsewhere).await.code(), "not_found");
}

#[tokio::test]
async fn a_change_needs_a_version_and_an_old_one_is_refused() {
    let world = World::new().await;
    let items = world.items(1).await;
    let path = format!("/api/v1/items/{}", items[0]);
    let read = world.get(&world.office, &path).await;
    assert_eq!(read.header("etag"), "\"2\"", "its first event was the first change");
    let body = json!({"name": "Renamed"});
    assert_eq!(world.send(&world.office, "PUT", &path, body.clone(), &[]).await.code(), "if_match_missing");
    let done = world.send(&world.office, "PUT", &path, body.clone(), &[("if-match", "\"2\"")]).await;
    assert_eq!((done.status, done.header("etag")), (StatusCode::OK, "\"3\""), "{}", done.text);
    let stale = world.send(&world.office, "PUT", &path, body.clone(), &[("if-match", "\"2\"")]).await;
    assert_eq!((stale.status, stale.code().as_str()), (StatusCode::PRECONDITION_FAILED, "stale"));
    assert_eq!(
        world.send(&world.office, "PUT", &path, body, &[("if-match", "W/3")]).await.status,
        StatusCode::BAD_REQUEST
    );
    let event = json!({"event": {"what": "stored"}});
    let events = format!("{path}/events");
    assert_eq!(
        world.send(&world.office, "POST", &events, event.clone(), &[("if-match", "\"2\"")]).await.code(),
        "stale"
    );
    assert_eq!(
        world.send(&world.office, "POST", &events, event, &[("if-match", "\"3\"")]).await.status,
        StatusCode::CREATED
    );
    for (path, body) in [
        ("/api/v1/models/1", json!({"name": "Terminal 2", "category": "terminal"})),
        (
            "/api/v1/donations/1",
            json!({"title": "Other", "state": "draft", "title_passes": "never",
            "shares": [{"party": world.donor.0, "basis_points": 10_000}]}),
        ),
    ] {
        assert_eq!(
            world.send(&world.office, "PUT", path, body.clone(), &[]).await.code(),
            "if_match_missing",
            "{path}"
        );
        assert_eq!(
            world.send(&world.office, "PUT", path, body.clone(), &[("if-match", "\"7\"")]).await.code(),
            "stale",
            "{path}"
        );
        let done = world.send(&world.office, "PUT", path, body, &[("if-match", "\"1\"")]).await;
        assert_eq!((done.status, done.header("etag")), (StatusCode::OK, "\"2\""), "{path}: {}", done.text);
    }
}

#[tokio::test]
async fn a_request_sent_twice_under_one_key_is_done_once() {
    let world = World::new().await;
    let key = &[("idempotency-key", "3c1f8a52-7d1e")][..];
    let model = json!({"name": "Box", "category": "case"});
    let first = world.send(&world.office, "POST", "/api/v1/models", model.clone(), key).await.json();
    let again = world.send(&world.office, "POST", "/api/v1/models", model, key).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.clone()));
    let other = json!({"name": "Other box", "category": "case"});
    assert_eq!(world.send(&world.office, "POST", "/api/v1/models", other, key).await.code(), "other_act");
    let body =
        json!({"items": [{"model": first["id"], "custodian": 1}, {"model": first["id"], "custodian": 1}]});
    let key = &[("idempotency-key", "items-1")][..];
    let made = world.send(&world.office, "POST", "/api/v1/items", body.clone(), key).await.json();
    assert_eq!(world.send(&world.office, "POST", "/api/v1/items", body.clone(), key).await.json(), made);
    assert_eq!(world.get(&world.office, "/api/v1/items").await.json()["total"], 2);
    world.send(&world.bench.token(Role::BackOffice).await, "POST", "/api/v1/items", body, key).await;
    assert_eq!(
        world.get(&world.office, "/api/v1/items").await.json()["total"],
        4,
        "another's key is another key"
    );
    let events = format!("/api/v1/items/{}/events", made["items"][0]["id"]);
    let key = &[("idempotency-key", "stored-1")][..];
    let stored = json!({"event": {"what": "stored"}, "happened_ms": world.bench.app.clock.wall().0});
    for _ in 0..2 {
        assert_eq!(
            world.send(&world.office, "POST", &events, stored.clone(), key).await.status,
            StatusCode::CREATED
        );
    }
    assert_eq!(world.get(&world.office, &events).await.json()["rows"].as_array().map(Vec::len), Some(2));
    let bad = &[("idempotency-key", "ключ")][..];
    assert_eq!(
        world
            .send(&world.office, "POST", "/api/v1/models", json!({"name": "x", "category": "y"}), bad)
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn texts_come_back_unharmed_and_control_characters_are_refused() {
    let world = World::new().await;
    let model = world.made("/api/v1/models", json!({"name": "Box", "category": "case"})).await;
    for name in
        ["\"quoted\" 'n' <b>&amp;", "שלום עולם", "𝔘𝔫𝔦 🛰️", "e\u{301}a\u{308}", "=SUM(A1)", "Кіровоградʼська"]
    {
        let body = json!({"items": [{"model": model["id"], "custodian": 1, "name": name}]});
        let made = world.made("/api/v1/items", body).await;
        let path = format!("/api/v1/items/{}", made["items"][0]["id"]);
        assert_eq!(world.get(&world.office, &path).await.json()["item"]["name"], name);
    }
    let long = "x".repeat(201);
    for name in ["a\u{0}b", "a\nb", long.as_str()] {
        let body = json!({"items": [{"model": model["id"], "custodian": 1, "name": name}]});
        assert_eq!(world.post(&world.office, "/api/v1/items", body).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(
        world.get(&world.office, "/api/v1/items?text=%F0%9D%94%98").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_what_would() {
    let world = World::new().await;
    let items = world.items(1).await;
    let item = |more: Value| {
        let mut one = json!({"model": 1, "custodian": 1});
        one.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        json!({"items": [one]})
    };
    for (path, body, status, word) in [
        ("/api/v1/items", item(json!({})), 400, "kit"),
        (
            "/api/v1/items",
            item(json!({"identifiers": [{"kind": "kit", "value": "KIT1"}]})),
            400,
            "8 or more digits",
        ),
        (
            "/api/v1/items",
            item(json!({"identifiers": [{"kind": "kit", "value": "KIT 0000 0001"}]})),
            409,
            "Item 1",
        ),
        (
            "/api/v1/items",
            item(
                json!({"identifiers": [{"kind": "kit", "value": "KIT00000099"}, {"kind": "imei", "value": "490154203237519"}]}),
            ),
            400,
            "check digit",
        ),
        ("/api/v1/items", json!({"items": [{"model": 99, "custodian": 1}]}), 400, "model 99"),
        ("/api/v1/items", json!({"items": []}), 400, "1 to 500"),
        ("/api/v1/models", json!({"name": "", "category": "x"}), 400, "missing"),
        ("/api/v1/models", json!({"name": "terminal", "maker": "MAKER", "category": "x"}), 409, "taken"),
        (
            "/api/v1/models",
            json!({"name": "T", "category": "x", "gtin": "4006381333932"}),
            400,
            "should be 1",
        ),
        (
            "/api/v1/donations",
            json!({"title": "x", "state": "draft", "title_passes": "never", "shares": [{"party": 1, "basis_points": 9_999}]}),
            400,
            "9999 of 10000",
        ),
        (
            "/api/v1/donations",
            json!({"title": "x", "state": "draft", "title_passes": "never", "shares": [{"party": 1, "basis_points": 10_000}], "lines": [{"model": 1, "quantity": 0}]}),
            400,
            "1 to 1,000,000",
        ),
        (
            "/api/v1/donations",
            json!({"title": "x", "state": "draft", "title_passes": "never", "shares": [{"party": 1, "basis_points": 10_000}], "disclosure": {"place": "none", "delay_days": 9_000, "least_items": 5, "serials": false}}),
            400,
            "3,650",
        ),
        ("/api/v1/donations/1/lines", json!({"model": 99, "quantity": 1}), 400, "not there"),
        ("/api/v1/handovers", json!({"taker": 1, "items": items}), 400, "two parties"),
        (
            "/api/v1/handovers",
            json!({"taker": world.utility.0, "items": items}),
            409,
            "\\\"registered\\\" cannot be handed over",
        ),
    ] {
        let refused = world.post(&world.office, path, body.clone()).await;
        assert_eq!(refused.status.as_u16(), status, "{path} {body}: {}", refused.text);
        assert!(refused.text.contains(word), "{path} {body}: {}", refused.text);
    }
}

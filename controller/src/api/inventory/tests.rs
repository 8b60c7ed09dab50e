//! The inventory by API: the life of things told by those who handle them, and what each may see of it.

use axum::http::StatusCode;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use super::world::{World, of_party};
use crate::access::Role;
use crate::store::nodes::NodeRecord;
use crate::store::parties::OWN_PARTY;

#[tokio::test]
async fn a_list_is_allocated_handed_over_one_short_and_deployed() {
    let world = World::new().await;
    let items = world.items(3).await;
    world.promised(&items).await;
    let id = world.offered(&items).await;
    let seen = world.get(&world.at_utility, &format!("/api/v1/handovers/{id}")).await.json();
    assert_eq!(
        (seen["can"].clone(), seen["items"][0]["serials"][0].clone()),
        (json!(["answer"]), json!("SN-0001"))
    );
    let said = |item: i64, said: Value| json!({"item": item, "said": said});
    let answer = json!({"lines": [said(items[0], json!({"answer": "accepted"})),
        said(items[1], json!({"answer": "accepted_damaged", "words": "a dent"})),
        said(items[2], json!({"answer": "not", "difference": "short"}))]});
    let path = format!("/api/v1/handovers/{id}/answer");
    for (who, code) in [
        (&world.office, "handover_not_yours"),
        (&world.at_hospital, "not_found"),
        (&world.engineer, "handover_not_yours"),
    ] {
        let refused = world.post(who, &path, answer.clone()).await;
        assert_eq!(refused.code(), code, "{}", refused.text);
    }
    for _ in 0..2 {
        let done = world.post(&world.at_utility, &path, answer.clone()).await;
        assert_eq!(
            (done.status, done.json()["outcome"].clone()),
            (StatusCode::OK, json!("accepted_with_differences"))
        );
    }
    let other = json!({"lines": items.iter().map(|item| said(*item, json!({"answer": "accepted"}))).collect::<Vec<_>>()});
    assert_eq!(world.post(&world.at_utility, &path, other).await.code(), "handover_over");
    let deployed = world
        .event(&world.operator, items[0], json!({"what": "deployed", "site": world.site.0, "node": null}))
        .await;
    assert_eq!(deployed.status, StatusCode::CREATED, "{}", deployed.text);
    let item = deployed.json()["item"].clone();
    assert_eq!(
        (item["state"].clone(), item["site"]["region"].clone()),
        (json!("in_service"), json!("UA-63"))
    );
    assert_eq!(item["custodian"]["name"], "Водоканал «Схід»");
    let short = world.get(&world.office, &format!("/api/v1/items/{}", items[2])).await.json();
    assert_eq!(
        (short["item"]["state"].clone(), short["item"]["custodian"]["id"].clone()),
        (json!("allocated"), json!(1))
    );
    let figures =
        world.get(&world.office, "/api/v1/donations").await.json()["rows"][0]["lines"][0]["figures"].clone();
    assert_eq!(figures["parts"]["in_service"], 1);
    assert_eq!(figures["parts"]["accepted"], 1);
    assert_eq!(figures["parts"]["on_the_way"], 1);
    assert_eq!(figures["parts"]["not_registered"], 47);
    let actions: Vec<(String, String)> = world
        .bench
        .app
        .store
        .newest_audit(5)
        .await
        .expect("audit")
        .into_iter()
        .map(|row| (row.action, row.outcome))
        .collect();
    assert_eq!(actions[0], ("custody_record".to_owned(), "done".to_owned()));
    assert_eq!(actions[1], ("handover_answer".to_owned(), "refused".to_owned()));
}

#[tokio::test]
async fn an_acceptance_is_undone_by_a_hand_over_back_and_by_nobody_alone() {
    let world = World::new().await;
    let items = world.items(1).await;
    world.accepted(&items).await;
    let events = world.get(&world.office, &format!("/api/v1/items/{}/events", items[0])).await.json();
    let newest = events["rows"].as_array().and_then(|rows| rows.last()).expect("events").clone();
    assert_eq!(newest["word"], "accepted");
    let void = |id: &Value| json!({"what": "voided", "event": id, "reason": "did_not_occur"});
    assert_eq!(world.event(&world.office, items[0], void(&newest["id"])).await.code(), "by_handover");
    assert_eq!(
        world.event(&world.at_utility, items[0], json!({"what": "lost"})).await.status,
        StatusCode::CREATED
    );
    let events = world.get(&world.office, &format!("/api/v1/items/{}/events", items[0])).await.json();
    let lost = events["rows"].as_array().and_then(|rows| rows.last()).expect("events")["id"].clone();
    assert_eq!(
        world.event(&world.operator, items[0], void(&lost)).await.code(),
        "not_your_part",
        "recorded by another"
    );
    let voided = world.event(&world.at_utility, items[0], void(&lost)).await;
    assert_eq!(voided.json()["item"]["state"], "accepted", "{}", voided.text);
    let offer = json!({"taker": OWN_PARTY.0, "items": items, "purpose": "return"});
    let back = world.post(&world.at_utility, "/api/v1/handovers", offer).await.json();
    let path = format!("/api/v1/handovers/{}/answer", back["id"].as_str().expect("id"));
    let answer = json!({"lines": [{"item": items[0], "said": {"answer": "accepted"}}]});
    assert_eq!(world.post(&world.office, &path, answer).await.status, StatusCode::OK);
    let item = world.get(&world.office, &format!("/api/v1/items/{}", items[0])).await.json();
    assert_eq!(item["item"]["state"], "returned");
    assert_eq!(
        world.get(&world.at_utility, &format!("/api/v1/items/{}", items[0])).await.code(),
        "not_found",
        "no longer theirs"
    );
}

#[tokio::test]
async fn each_sees_their_own_and_no_more_of_it_than_the_matrix_grants() {
    let world = World::new().await;
    let items = world.items(4).await;
    world.accepted(&items[..2]).await;
    let total = |who: String| {
        let world = &world;
        async move { world.get(&who, "/api/v1/items").await.json()["total"].clone() }
    };
    assert_eq!(total(world.office.clone()).await, 4);
    assert_eq!(total(world.at_utility.clone()).await, 2);
    assert_eq!(total(world.at_hospital.clone()).await, 0);
    assert_eq!(total(world.engineer.clone()).await, 2, "what their own party has");
    let list = world.get(&world.auditor, "/api/v1/items").await;
    assert_eq!(list.json()["total"], 4);
    for word in ["Водоканал", "Holdfast", "Fifty", "Terminal 1", "KIT0000"] {
        assert!(!list.text.contains(word), "{word}: {}", list.text);
    }
    for query in ["custodian=1", "donation=1", "site=1"] {
        assert_eq!(
            world.get(&world.auditor, &format!("/api/v1/items?{query}")).await.code(),
            "forbidden",
            "{query}"
        );
    }
    assert_eq!(
        world.get(&world.giver, "/api/v1/items").await.code(),
        "forbidden",
        "no single item to donors"
    );
    assert_eq!(
        world.get(&world.at_hospital, &format!("/api/v1/handovers/{}", "00".repeat(16))).await.code(),
        "not_found"
    );
    assert_eq!(world.get(&world.at_hospital, "/api/v1/handovers").await.json()["rows"], json!([]));
    assert_eq!(
        world.get(&world.at_utility, "/api/v1/handovers").await.json()["rows"].as_array().map(Vec::len),
        Some(1)
    );
    let offer = json!({"taker": world.hospital.0, "items": [items[3]]});
    assert_eq!(
        world.post(&world.at_utility, "/api/v1/handovers", offer).await.code(),
        "not_found",
        "not theirs to give"
    );
}

#[tokio::test]
async fn a_search_takes_fragments_of_what_may_be_read_and_secrets_only_in_full() {
    let world = World::new().await;
    world.items(12).await;
    let find = |who: &String, text: &'static str| {
        let (world, who) = (&world, who.clone());
        async move { world.get(&who, &format!("/api/v1/items?text={text}")).await.json()["total"].clone() }
    };
    assert_eq!(find(&world.office, "n-001").await, 3);
    assert_eq!(find(&world.office, "KIT00000003").await, 0);
    assert_eq!(find(&world.operator, "KIT00000003").await, 1);
    assert_eq!(find(&world.operator, "KIT0000").await, 0);
    assert_eq!(find(&world.auditor, "Terminal").await, 0, "names are what people wrote");
    assert_eq!(world.get(&world.office, "/api/v1/items?text=ab").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get(&world.office, "/api/v1/items?shelf=3").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pages_follow_one_another_and_a_cursor_that_is_none_is_refused() {
    let world = World::new().await;
    world.items(60).await;
    let first = world.get(&world.office, "/api/v1/items").await.json();
    assert_eq!((first["rows"].as_array().map(Vec::len), first["total"].clone()), (Some(50), json!(60)));
    let next = first["next"].as_str().expect("a next page").to_owned();
    let second = world.get(&world.office, &format!("/api/v1/items?after={next}")).await.json();
    assert_eq!((second["rows"].as_array().map(Vec::len), second["next"].clone()), (Some(10), Value::Null));
    assert_eq!(world.get(&world.office, "/api/v1/items?after=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get(&world.office, "/api/v1/items?state=in_store").await.json()["total"], 0);
}

#[tokio::test]
async fn a_node_is_bound_by_deploying_and_a_terminal_without_an_agent_has_none() {
    let world = World::new().await;
    let items = world.items(2).await;
    world.accepted(&items).await;
    let (node, other) = (NodeId::from_bytes([1; 5]), NodeId::from_bytes([2; 5]));
    let elsewhere = world.bench.app.store.insert_site("Alder 9", "UA-09", WallMs(1)).await.expect("site").id;
    for (id, site) in [(node, None), (other, Some(elsewhere))] {
        let record = NodeRecord {
            id,
            key_sha256: [id.bytes()[0]; 32],
            certificate_der: vec![],
            certificate_ends: WallMs(9),
            enrolled: WallMs(1),
            code: String::new(),
            site,
            revoked: None,
            ticket: None,
        };
        world.bench.app.store.insert_node(&record).await.expect("node");
    }
    let at = |node: Option<NodeId>| json!({"what": "deployed", "site": world.site.0, "node": node});
    assert_eq!(world.event(&world.operator, items[0], at(Some(other))).await.code(), "node_elsewhere");
    assert_eq!(
        world.event(&world.operator, items[0], at(Some(NodeId::from_bytes([9; 5])))).await.code(),
        "not_found"
    );
    let bound = world.event(&world.operator, items[0], at(Some(node))).await.json();
    assert_eq!(bound["item"]["node"], node.to_string());
    let found = world.get(&world.operator, &format!("/api/v1/items?node={node}")).await.json();
    assert_eq!((found["total"].clone(), found["rows"][0]["id"].clone()), (json!(1), json!(items[0])));
    let without = world.event(&world.operator, items[1], at(None)).await.json();
    assert_eq!(
        (without["item"]["state"].clone(), without["item"]["node"].clone()),
        (json!("in_service"), Value::Null)
    );
    let refused = world.event(&world.engineer, items[0], json!({"what": "removed"})).await;
    assert_eq!(refused.code(), "not_found", "neither the engineer's site nor their party's thing");
}

#[tokio::test]
async fn a_donor_learns_late_never_of_few_and_nothing_of_other_donors() {
    let world = World::new().await;
    let items = world.items(9).await;
    world.accepted(&items).await;
    let own = world.get(&world.giver, "/api/v1/donations/1").await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
    let figures = &own.json()["lines"][0]["figures"];
    assert_eq!(figures["parts"]["not_registered"], 50, "three days ago nothing was known yet");
    assert!(!own.text.contains("for the east") && !own.text.contains("Водоканал"), "{}", own.text);
    let body = json!({"title": "Fifty terminals", "state": "agreed", "title_passes": "on_acceptance",
        "shares": [{"party": world.donor.0, "basis_points": 2_500}, {"party": world.hospital.0, "basis_points": 7_500}],
        "disclosure": {"place": "region", "delay_days": 0, "least_items": 5, "serials": false}});
    world.send(&world.office, "PUT", "/api/v1/donations/1", body, &[("if-match", "\"1\"")]).await;
    assert_eq!(
        world.event(&world.at_utility, items[0], json!({"what": "lost"})).await.status,
        StatusCode::CREATED
    );
    let own = world.get(&world.giver, "/api/v1/donations/1").await.json();
    let figures = &own["lines"][0]["figures"];
    assert_eq!(
        figures["together"],
        json!({"parts": ["accepted", "lost"], "items": 9}),
        "one lost is not told alone"
    );
    assert_eq!(
        own["shares"],
        json!([{"party": {"id": world.donor.0, "name": "Gift House"}, "basis_points": 2_500}])
    );
    let stranger = of_party(&world.bench, Role::Donor, world.utility).await;
    assert_eq!(world.get(&stranger, "/api/v1/donations/1").await.code(), "not_found");
    assert_eq!(
        world.get(&stranger, &format!("/api/v1/donations?donor={}", world.donor.0)).await.json()["rows"],
        json!([])
    );
    assert_eq!(world.get(&world.at_utility, "/api/v1/donations").await.code(), "forbidden");
}

#[tokio::test]
async fn a_secret_identifier_is_shown_after_a_reason_that_is_written_down() {
    let world = World::new().await;
    let items = world.items(1).await;
    let path = format!("/api/v1/items/{}/reveal", items[0]);
    let shown = world.get(&world.operator, &format!("/api/v1/items/{}", items[0])).await;
    assert!(!shown.text.contains("KIT0000") && shown.text.contains("SN-0001"), "{}", shown.text);
    assert_eq!(
        world.post(&world.operator, &path, json!({"reason": "why"})).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        world.post(&world.office, &path, json!({"reason": "the account is to be moved"})).await.code(),
        "forbidden"
    );
    assert_eq!(
        world.post(&world.at_utility, &path, json!({"reason": "the account is to be moved"})).await.code(),
        "not_found"
    );
    let seen = world.post(&world.operator, &path, json!({"reason": "the account is to be moved"})).await;
    assert_eq!(seen.json()["identifiers"], json!([{"kind": "kit", "value": "KIT00000001"}]));
    let row = world.bench.app.store.newest_audit(1).await.expect("audit").remove(0);
    assert_eq!((row.action.as_str(), row.reason.as_str()), ("item_reveal", "the account is to be moved"));
}

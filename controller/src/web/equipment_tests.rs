//! The list of equipment over the whole HTTP side: who sees what of it, orders and pages, searches, files, labels.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;

use crate::api::inventory::world::World;
use crate::api::testing::{Answered, Sent, bearer};

async fn page(world: &World, who: &str, path: &str) -> Answered {
    world.page(who, path).await
}

/// Codes of the rows, in their order.
fn codes(html: &str) -> Vec<String> {
    let table = html.split("<tbody>").nth(1).unwrap_or_default();
    let codes = table.split("<span class=\"serial\">").skip(1);
    codes.filter_map(|rest| rest.split('<').next()).map(str::to_owned).collect()
}

fn next(html: &str) -> Option<String> {
    let rest = html.split("rel=\"next\" href=\"").nth(1)?;
    Some(rest.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

#[tokio::test]
async fn a_role_sees_the_columns_that_it_is_granted_and_is_told_of_the_others() {
    let world = World::new().await;
    let items = world.items(3).await;
    world.promised(&items[..1]).await;
    let whole = page(&world, &world.operator, "/equipment").await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(codes(&whole.text).len(), 3);
    assert!(whole.text.contains("Terminal 2") && whole.text.contains("Maker Terminal"));
    assert!(whole.text.contains(">Custodian") && !whole.text.contains("Not shown to your role"));
    let auditor = page(&world, &world.auditor, "/equipment").await.text;
    assert_eq!(codes(&auditor).len(), 3);
    assert!(auditor.contains("Not shown to your role: programme, custodian, region."), "{auditor}");
    for hidden in ["Terminal 2", ">Custodian", "Gift House", "Fifty"] {
        assert!(!auditor.contains(hidden), "{hidden}");
    }
    for path in
        ["sort=custodian", "sort=region", "sort=programme", "sort=name", "custodian=1", "region=UA-63"]
    {
        let refused = page(&world, &world.auditor, &format!("/equipment?{path}")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    let own = page(&world, &world.at_utility, "/equipment").await.text;
    assert_eq!(codes(&own).len(), 1, "what is promised to them");
    let none = page(&world, &world.at_hospital, "/equipment").await.text;
    assert!(codes(&none).is_empty() && none.contains("No item is yours to see yet."));
    let donor = page(&world, &world.giver, "/equipment").await;
    assert_eq!(donor.status, StatusCode::FORBIDDEN);
    assert!(donor.text.contains("<h1>"), "a page, not a document");
}

#[tokio::test]
async fn every_order_visits_each_item_once_and_what_needs_attention_comes_first() {
    let world = World::new().await;
    let items = world.items(120).await;
    for item in items.iter().step_by(7) {
        let done = world.event(&world.office, *item, json!({"what": "lost"})).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    }
    world.promised(&items[1..3]).await;
    world.offered(&items[1..3]).await;
    for sort in [
        "",
        "need",
        "-need",
        "name",
        "-name",
        "model",
        "programme",
        "-custodian",
        "region",
        "changed",
        "-changed",
    ] {
        let (mut path, mut seen) = (format!("/equipment?sort={sort}"), Vec::new());
        loop {
            let answered = page(&world, &world.operator, &path).await;
            assert_eq!(answered.status, StatusCode::OK, "{path}");
            seen.extend(codes(&answered.text));
            let Some(to) = next(&answered.text) else { break };
            assert!(!to.contains("Terminal"), "no name in an address: {to}");
            path = to;
        }
        assert_eq!(seen.len(), 120, "{sort}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120, "{sort}");
    }
    let first = page(&world, &world.operator, "/equipment").await.text;
    assert!(first.contains("20 items need attention."), "18 lost, 2 offered");
    assert_eq!(first.matches("offered to").count(), 2);
    assert_eq!(first.matches("class=\"edge e-down\"").count(), 18);
    let rows: Vec<&str> = first.split("<tr data-row").skip(1).collect();
    assert!(rows[..20].iter().all(|row| !row.contains("e-none")));
    assert!(rows[20..].iter().all(|row| row.contains("e-none")));
    let lost = page(&world, &world.operator, "/equipment?state=lost&attention=true").await.text;
    assert_eq!(codes(&lost).len(), 18);
    let other = page(&world, &world.operator, "/equipment?sort=name&after=need.0_1.1").await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST, "a place of another order");
}

#[tokio::test]
async fn an_exact_code_goes_to_the_item_and_what_is_not_in_sight_is_not_found() {
    let world = World::new().await;
    let items = world.items(2).await;
    let all = page(&world, &world.operator, "/equipment").await.text;
    let code = codes(&all)[0].clone();
    let straight = page(&world, &world.operator, &format!("/equipment?text={code}")).await;
    assert_eq!(straight.status, StatusCode::SEE_OTHER);
    assert!(straight.header("location").starts_with("/equipment/"));
    let unseen = page(&world, &world.at_hospital, &format!("/equipment?text={code}")).await;
    assert_eq!((unseen.status, codes(&unseen.text).len()), (StatusCode::OK, 0));
    let by_serial = page(&world, &world.operator, "/equipment?text=sn-0002").await.text;
    assert_eq!(codes(&by_serial).len(), 1);
    let nothing = page(&world, &world.operator, "/equipment?text=zzz&state=lost").await.text;
    assert!(nothing.contains("Nothing matches: state “lost”"), "{nothing}");
    assert!(nothing.contains("Without filters there are 2."));
    let short = page(&world, &world.operator, "/equipment?text=a").await.text;
    assert!(short.contains("Write at least 3 characters"));
    for path in ["state=delivered", "sort=heard", "model=x"] {
        let refused = page(&world, &world.operator, &format!("/equipment?{path}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(items.len(), 2);
}

#[tokio::test]
async fn a_file_has_the_columns_of_the_role_and_leaves_an_audit_row() {
    let world = World::new().await;
    world.items(60).await;
    let file = page(&world, &world.office, "/equipment/export?format=csv&sort=name").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header("content-disposition").contains("holdfast-items-"));
    assert_eq!(file.text.lines().count(), 61);
    assert!(
        file.text.starts_with("Code,Item,Model,Programme,Custodian,Region,State,Offered to,Since (UTC),")
    );
    assert!(!file.text.to_lowercase().contains("kit0"), "no secret identifier");
    let rows = world.bench.app.store.newest_audit(1).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].thing.as_str()), ("export", "items"));
    let audited = page(&world, &world.auditor, "/equipment/export?format=csv").await.text;
    assert!(audited.starts_with("Code,Item,Model,State,Since (UTC),Last event (UTC),"), "{audited:.200}");
    assert!(!audited.contains("Terminal 7"));
    assert!(page(&world, &world.office, "/equipment/export?format=xlsx").await.text.starts_with("PK"));
    assert_eq!(page(&world, &world.office, "/equipment/export").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        page(&world, &world.giver, "/equipment/export?format=csv").await.status,
        StatusCode::FORBIDDEN
    );
    let others = page(&world, &world.at_hospital, "/equipment/export?format=csv").await.text;
    assert_eq!(others.lines().count(), 1, "nothing of others");
}

#[tokio::test]
async fn a_label_tells_strangers_the_same_of_every_code_and_leads_others_on() {
    let world = World::new().await;
    world.items(1).await;
    let code = codes(&page(&world, &world.operator, "/equipment").await.text)[0].clone();
    let stranger = |path: String| async move {
        let headers = vec![("accept", "text/html".to_owned())];
        (path.clone(), headers)
    };
    let mut seen = Vec::new();
    for path in [format!("/f/i/{code}"), "/f/i/0000-0000".to_owned(), "/f/i/nonsense".to_owned()] {
        let (path, headers) = stranger(path).await;
        let answered = world.bench.send("GET", &path, Sent { headers, ..Sent::default() }).await;
        assert_eq!(answered.status, StatusCode::OK, "{path}");
        let main = answered.text.split("<main").nth(1).and_then(|rest| rest.split("</main>").next());
        seen.push(main.expect("a page").to_owned());
    }
    assert!(seen[0].contains("Registered aid"));
    assert!(seen.iter().all(|text| *text == seen[0]), "the same for each");
    let on = page(&world, &world.operator, &format!("/f/i/{code}")).await;
    assert_eq!(on.header("location"), format!("/equipment?text={code}"));
    assert_eq!(page(&world, &world.giver, &format!("/f/i/{code}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_view_of_the_list_is_kept_by_whoever_sees_it() {
    let world = World::new().await;
    world.items(1).await;
    let form = Some("name=Lost+ones&path=%2Fequipment%3Fstate%3Dlost".to_owned());
    let headers = vec![bearer(&world.office)];
    let kept = world.bench.send("POST", "/views", Sent { form, headers, ..Sent::default() }).await;
    assert_eq!(kept.header("location"), "/equipment?state=lost");
    assert!(page(&world, &world.office, "/equipment").await.text.contains("Lost ones"));
}

#[tokio::test]
async fn a_page_asks_for_the_live_feed_only_where_its_reader_is_let_in() {
    let world = World::new().await;
    for (who, path, live) in [
        (&world.operator, "/equipment", true),
        (&world.at_utility, "/equipment", true),
        (&world.office, "/equipment", false),
        (&world.auditor, "/equipment", false),
        (&world.giver, "/donor", false),
    ] {
        let answered = page(&world, who, path).await;
        assert_eq!(answered.text.contains("id=\"feed\""), live, "{path}");
        assert!(answered.text.contains("Page made"), "{path}");
    }
}

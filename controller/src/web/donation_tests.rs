//! Donations, programmes, a donor's home and what waits, over the whole HTTP side: who sees which figures, and that they add up.

use axum::http::StatusCode;
use holdfast_protocol::time::WallMs;
use serde_json::json;

use crate::access::Role;
use crate::api::inventory::world::{World, of_party};
use crate::store::parties::{PartyKind, PartyValues};

/// What donors must not read of a world with sites and custodians.
const HIDDEN: [&str; 6] = ["Водоканал", "Birch", "UA-63", "SN-0", "KIT0", "for the east"];

#[tokio::test]
async fn the_office_reads_each_line_in_parts_that_add_up() {
    let world = World::new().await;
    let items = world.items(12).await;
    world.accepted(&items[..8]).await;
    assert_eq!(
        world.event(&world.office, items[11], json!({"what": "lost"})).await.status,
        StatusCode::CREATED
    );
    let list = world.page(&world.office, "/donations").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains("1 donation.") && list.text.contains("Fifty terminals"));
    let page = world.page(&world.office, "/donations/1").await.text;
    for part in [
        "0 of 50 items in service (0",
        "for the east",
        "Adds up to 50.",
        "Gift House\u{2069}: 100 %",
        "3 days late",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let row = page.split("<tbody>").nth(1).and_then(|rest| rest.split("</tr>").next()).expect("a row");
    let cells: Vec<&str> =
        row.split("<td class=\"num\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(cells, ["50", "38", "3", "8", "0", "0", "1", "0", "0"], "{row}");
    assert!(
        page.contains("/equipment?donation=1&#38;model=1")
            || page.contains("/equipment?donation=1&amp;model=1")
    );
    let narrowed = world.page(&world.office, "/equipment?donation=1&model=1").await.text;
    assert!(narrowed.contains("12 of 12 items"));
    for (who, status) in [
        (&world.operator, StatusCode::OK),
        (&world.giver, StatusCode::OK),
        (&world.engineer, StatusCode::FORBIDDEN),
        (&world.at_utility, StatusCode::FORBIDDEN),
        (&world.auditor, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(world.page(who, "/donations/1").await.status, status);
    }
    assert_eq!(world.page(&world.office, "/donations/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.page(&world.office, "/donations?state=given").await.status, StatusCode::BAD_REQUEST);
    assert!(world.page(&world.office, "/donations?state=closed").await.text.contains("No donation matches."));
    assert!(world.page(&world.office, "/donations?text=x").await.text.contains("at least 3 characters"));
}

#[tokio::test]
async fn a_donor_reads_their_own_late_and_never_of_few_and_nothing_that_betrays_a_place() {
    let world = World::new().await;
    let items = world.items(12).await;
    world.accepted(&items[..8]).await;
    let home = world.page(&world.giver, "/home").await;
    assert_eq!((home.status, home.header("location")), (StatusCode::SEE_OTHER, "/donor"));
    for path in ["/donor", "/donations", "/donations/1"] {
        let page = world.page(&world.giver, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for hidden in HIDDEN {
            assert!(!page.text.contains(hidden), "{path}: {hidden}");
        }
        assert!(!page.text.contains("href=\"/equipment"), "no link that is refused");
    }
    // Nothing of today: three days ago nothing was registered.
    let page = world.page(&world.giver, "/donor").await.text;
    assert!(page.contains("0 of 50 items in service") && page.contains("None points at fewer than 5 items."));
    assert!(page.contains("Not confirmed means that no report reached us; it does not mean lost."));
    let row = page.split("<tbody>").nth(1).and_then(|rest| rest.split("</tr>").next()).expect("a row");
    let cells: Vec<&str> =
        row.split("<td class=\"num\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(cells[..3], ["50", "50", "0"], "{row}");
    let values = PartyValues { name: "Another".to_owned(), kind: PartyKind::Donor, country: String::new() };
    let other = world.bench.app.store.insert_party(&values, WallMs(1)).await.expect("party").id;
    let stranger = of_party(&world.bench, Role::Donor, other).await;
    assert_eq!(world.page(&stranger, "/donations/1").await.status, StatusCode::NOT_FOUND);
    assert!(world.page(&stranger, "/donor").await.text.contains("Nothing that your organisation gave"));
    assert_eq!(world.page(&world.office, "/donor").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn figures_of_few_are_told_together_to_a_donor_and_apart_to_the_office() {
    let world = World::new().await;
    let items = world.items(12).await;
    let donation = world.page(&world.office, "/api/v1/donations/1").await.json();
    let mut body = donation.clone();
    let policy = json!({"place": "none", "delay_days": 0, "least_items": 5, "serials": false});
    body["disclosure"] = policy.clone();
    let body = json!({"title": "Fifty", "state": "agreed", "title_passes": "on_acceptance", "disclosure": policy,
        "shares": [{"party": world.donor.0, "basis_points": 10_000}]});
    let changed =
        world.send(&world.office, "PUT", "/api/v1/donations/1", body, &[("if-match", "\"1\"")]).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(
        world.event(&world.office, items[0], json!({"what": "lost"})).await.status,
        StatusCode::CREATED
    );
    let page = world.page(&world.giver, "/donor").await.text;
    assert!(page.contains("Together 12: on the way, lost.") && page.contains("without delay"), "{page}");
    assert!(page.contains("Adds up to 50."));
    assert!(!page.contains(">1<") && !page.contains(">11<"), "neither of the two by itself");
    assert!(world.page(&world.office, "/donations/1").await.text.contains("<td class=\"num\">11</td>"));
}

#[tokio::test]
async fn programmes_models_and_containers_are_lists_for_those_they_are_for() {
    let world = World::new().await;
    world.items(1).await;
    world.made("/api/v1/programmes", json!({"title": "Winter <help>", "tlp": "amber_strict"})).await;
    world.made("/api/v1/containers", json!({"name": "Case 7", "seal": "S-1"})).await;
    let programmes = world.page(&world.office, "/programmes").await.text;
    assert!(
        programmes.contains("Winter &#60;help&#62;") && programmes.contains("TLP:AMBER+STRICT"),
        "{programmes}"
    );
    let one = world.page(&world.office, "/programmes/1").await.text;
    assert!(one.contains("Nothing is given under this programme yet."));
    assert!(world.page(&world.office, "/models").await.text.contains("04006381333931"));
    assert!(world.page(&world.office, "/containers").await.text.contains("Case 7"));
    for path in ["/programmes", "/programmes/1", "/containers"] {
        for who in [&world.giver, &world.at_utility, &world.auditor] {
            assert_eq!(world.page(who, path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert_eq!(world.page(&world.office, "/programmes/9").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_first_page_tells_whom_a_hand_over_waits_for() {
    let world = World::new().await;
    let items = world.items(1).await;
    world.promised(&items).await;
    world.offered(&items).await;
    let home = world.page(&world.at_utility, "/home").await.text;
    assert!(home.contains("1 hand-over waits for you.") && home.contains("/handovers?open=true"));
    assert!(!world.page(&world.at_hospital, "/home").await.text.contains("waits for you"));
    assert!(!world.page(&world.office, "/home").await.text.contains("waits for you"), "they offered it");
    let overview = world.page(&world.operator, "/").await;
    assert_eq!(overview.status, StatusCode::OK);
    assert!(!overview.text.contains("waits for you"));
}

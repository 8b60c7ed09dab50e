//! Lists over the whole HTTP side: files with their audit row, exact codes, columns, saved views, refusals.

use axum::http::StatusCode;
use holdfast_protocol::ids::{NodeId, SiteId};
use holdfast_protocol::time::WallMs;

use crate::access::Role;
use crate::api::testing::{Bench, Sent, bearer};
use crate::store::nodes::NodeRecord;
use crate::store::sites::SiteRecord;
use crate::store::views::{Kept, VIEWS_A_LIST_MAX};

const MANY: u8 = 60;

/// A fleet of sixty nodes at one site.
async fn fleet() -> (Bench, String) {
    let bench = Bench::new().await;
    let now = bench.app.clock.now();
    bench.app.fleet.site_made(SiteRecord {
        id: SiteId(1),
        name: "=Birch 114".to_owned(),
        region: "UA-63".to_owned(),
        made: now.wall,
    });
    for number in 0..MANY {
        let record = NodeRecord {
            id: NodeId::from_bytes([number; 5]),
            key_sha256: [number; 32],
            certificate_der: Vec::new(),
            certificate_ends: WallMs(2_000_000_000_000),
            enrolled: now.wall,
            code: "7K2M-9QXD".to_owned(),
            site: Some(SiteId(1)),
            revoked: None,
            ticket: None,
        };
        bench.app.fleet.node_enrolled(&record, now);
    }
    let token = bench.token(Role::Operator).await;
    (bench, token)
}

fn with(token: &str) -> Sent {
    Sent { headers: vec![bearer(token), ("accept", "text/html".to_owned())], ..Sent::default() }
}

fn said(form: &str) -> Option<String> {
    Some(form.to_owned())
}

#[tokio::test]
async fn a_file_has_all_rows_not_the_page_and_leaves_an_audit_row() {
    let (bench, token) = fleet().await;
    let answered = bench.send("GET", "/nodes/export?format=csv&sort=-name&region=UA-63", with(&token)).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(answered.header("content-disposition").starts_with("attachment; filename=\"holdfast-nodes-2"));
    assert_eq!(answered.header("cache-control"), "no-store");
    let lines: Vec<&str> = answered.text.lines().collect();
    assert_eq!(lines.len(), usize::from(MANY) + 1);
    assert!(lines[1].starts_with(&NodeId::from_bytes([MANY - 1; 5]).shown()), "{}", lines[1]);
    assert!(lines[1].contains(",'=Birch 114,UA-63,Not yet seen,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",region; no exact place,region UA-63"), "{}", lines[1]);
    let rows = bench.app.store.newest_audit(1).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].thing.as_str()), ("export", "nodes"));
    assert_eq!(rows[0].reason, "60 rows, csv");
    let book = bench.send("GET", "/sites/export?format=xlsx", with(&token)).await;
    assert!(book.text.starts_with("PK"), "{}", book.status);
    for path in ["/nodes/export", "/nodes/export?format=pdf", "/sites/export?format=csv&sort=delay"] {
        assert_eq!(bench.send("GET", path, with(&token)).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn an_exact_code_or_name_goes_straight_to_the_thing() {
    let (bench, token) = fleet().await;
    let id = NodeId::from_bytes([7; 5]);
    let leads = [
        (format!("/nodes?text={}", id.shown()), format!("/nodes/{id}")),
        (format!("/sites?text={id}"), format!("/nodes/{id}")),
        ("/sites?text=%3Dbirch%20114".to_owned(), "/sites/1".to_owned()),
    ];
    for (path, to) in leads {
        let answered = bench.send("GET", &path, with(&token)).await;
        assert_eq!(
            (answered.status, answered.header("location")),
            (StatusCode::SEE_OTHER, to.as_str()),
            "{path}"
        );
    }
    for path in ["/nodes?text=birch", "/nodes?text=7", "/sites?text=birch"] {
        assert_eq!(bench.send("GET", path, with(&token)).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_page_of_another_order_and_an_order_that_is_none_are_refused() {
    let (bench, token) = fleet().await;
    let answered = bench.send("GET", "/api/v1/nodes?sort=-name", with(&token)).await;
    let next = answered.json()["next"].as_str().expect("a second page").to_owned();
    assert!(next.starts_with("-name."), "{next}");
    let second = bench.send("GET", &format!("/api/v1/nodes?sort=-name&after={next}"), with(&token)).await;
    assert_eq!(second.json()["rows"].as_array().map(Vec::len), Some(10));
    let other = bench.send("GET", &format!("/api/v1/nodes?after={next}"), with(&token)).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert!(other.text.contains("another order"), "{}", other.text);
    for path in ["/nodes?sort=nodes", "/sites?sort=rubbish", "/api/v1/sites?sort=delay"] {
        assert_eq!(bench.send("GET", path, with(&token)).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn columns_are_kept_in_a_cookie_that_the_next_page_obeys() {
    let (bench, token) = fleet().await;
    let form = said("list=nodes&back=%2Fnodes%3Fsort%3Dname&show=site&show=backlog&show=rubbish");
    let answered = bench.send("POST", "/columns", Sent { form, ..with(&token) }).await;
    assert_eq!((answered.status, answered.header("location")), (StatusCode::SEE_OTHER, "/nodes?sort=name"));
    let cookie = answered.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert_eq!(cookie, "holdfast-columns-nodes=route.delay.lost.agent");
    let mut sent = with(&token);
    sent.headers.push(("cookie", cookie));
    let page = bench.send("GET", "/nodes", sent).await.text;
    let table = page.split("<table").nth(1).expect("a table");
    assert!(table.contains("Backlog") && !table.contains("Round trip"), "{table:.900}");
    let away = said("list=nodes&back=https%3A%2F%2Fevil.example");
    let answered = bench.send("POST", "/columns", Sent { form: away, ..with(&token) }).await;
    assert_eq!(answered.header("location"), "/nodes");
}

#[tokio::test]
async fn a_view_is_kept_for_its_person_alone_and_can_be_let_go() {
    let (bench, token) = fleet().await;
    let other = bench.token(Role::Operator).await;
    let form = said("name=Silent+%D1%97&path=%2Fnodes%3Fword%3Dno_report%26sort%3Dheard");
    let kept = bench.send("POST", "/views", Sent { form, ..with(&token) }).await;
    assert_eq!(
        (kept.status, kept.header("location")),
        (StatusCode::SEE_OTHER, "/nodes?word=no_report&sort=heard")
    );
    let page = bench.send("GET", "/nodes", with(&token)).await.text;
    assert!(page.contains("Silent ї") && page.contains("/nodes?word=no_report&#38;sort=heard"));
    assert!(!bench.send("GET", "/nodes", with(&other)).await.text.contains("Silent ї"));
    assert!(!bench.send("GET", "/sites", with(&token)).await.text.contains("Silent ї"));
    let id = page.split("/views/").nth(1).and_then(|rest| rest.split('/').next()).expect("its number");
    let (drop, form) = (format!("/views/{id}/delete"), said("back=%2Fnodes"));
    let refused = bench.send("POST", &drop, Sent { form: form.clone(), ..with(&other) }).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "somebody else's view");
    assert_eq!(bench.send("POST", &drop, Sent { form, ..with(&token) }).await.status, StatusCode::SEE_OTHER);
    assert!(!bench.send("GET", "/nodes", with(&token)).await.text.contains("Silent ї"));
    for form in [
        "name=&path=%2Fnodes",
        "name=a&path=%2Fhealth",
        "name=a&path=%2F%2Fevil.example",
        "name=a%0Ab&path=%2Fnodes",
    ] {
        let refused = bench.send("POST", "/views", Sent { form: said(form), ..with(&token) }).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{form}");
    }
}

#[tokio::test]
async fn a_person_keeps_so_many_views_and_a_name_again_replaces_its_view() {
    let bench = Bench::new().await;
    let (store, now) = (&bench.app.store, bench.app.clock.wall());
    let person = store.insert_person("somebody", "", &[Role::Operator], now).await.expect("a person");
    for number in 0..VIEWS_A_LIST_MAX {
        let kept = store.keep_view(person, "nodes", &format!("view {number:02}"), "/nodes", now).await;
        assert_eq!(kept.expect("kept"), Kept::Yes);
    }
    let full = store.keep_view(person, "nodes", "one more", "/nodes", now).await.expect("an answer");
    assert_eq!(full, Kept::Full);
    let again =
        store.keep_view(person, "nodes", "view 03", "/nodes?late=true", now).await.expect("an answer");
    assert_eq!(again, Kept::Yes);
    assert_eq!(
        store.keep_view(person, "sites", "one more", "/sites", now).await.expect("an answer"),
        Kept::Yes
    );
    let views = store.views(person, "nodes").await.expect("views");
    assert_eq!((views.len(), views[3].path.as_str()), (VIEWS_A_LIST_MAX, "/nodes?late=true"));
}

#[tokio::test]
async fn the_wall_view_is_the_overview_without_its_menu() {
    let (bench, token) = fleet().await;
    let page = bench.send("GET", "/?view=wall", with(&token)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>"));
    assert!(page.text.contains("60 not yet seen"), "{}", page.text);
}

//! Exact places: sealed at rest, shown to whom the matrix lets, after a reason, five times an hour, and nowhere else.

use axum::http::StatusCode;
use holdfast_protocol::ids::SiteId;
use serde_json::{Value, json};

use super::session::Token;
use super::testing::{Answered, Bench, Sent, bearer, cookie};
use crate::access::{PersonId, Role, SessionKind, TABLE, Verb};
use crate::store::parties::OWN_PARTY;

const LATITUDE: &str = "48.46471";
const LONGITUDE: &str = "35.04618";
const NOTE: &str = "second gate behind the mill";

async fn with_place() -> (Bench, SiteId) {
    let bench = Bench::new().await;
    let now = bench.app.clock.wall();
    let site = bench.app.store.insert_site("Birch 114", "UA-12", now).await.expect("site");
    let id = site.id;
    bench.app.fleet.site_made(site);
    let token = bench.token(Role::Operator).await;
    let place = json!({"latitude": 48.46471, "longitude": 35.04618, "note": NOTE});
    let entered = send(&bench, &token, "PUT", &format!("/api/v1/sites/{}/place", id.0), Some(place)).await;
    assert_eq!(entered.status, StatusCode::NO_CONTENT, "{}", entered.text);
    (bench, id)
}

async fn send(bench: &Bench, token: &str, method: &str, path: &str, body: Option<Value>) -> Answered {
    bench.send(method, path, Sent { headers: vec![bearer(token)], body, ..Sent::default() }).await
}

async fn show(bench: &Bench, token: &str, site: SiteId) -> Answered {
    let why = json!({"reason": "driver waits at the crossing"});
    send(bench, token, "POST", &format!("/api/v1/sites/{}/place/show", site.0), Some(why)).await
}

async fn person(bench: &Bench, token: &str) -> PersonId {
    let now = bench.app.clock.wall();
    bench.app.store.session(&Token::sha256(token), now).await.expect("asked").expect("there").viewer.person
}

fn tells(text: &str) -> bool {
    [LATITUDE, LONGITUDE, "48.46", "35.04", NOTE].iter().any(|word| text.contains(word))
}

#[tokio::test]
async fn a_place_is_shown_after_a_reason_and_each_showing_is_written_down() {
    let (bench, site) = with_place().await;
    let token = bench.token(Role::Operator).await;
    let path = format!("/api/v1/sites/{}/place/show", site.0);
    for body in [
        json!({}),
        json!({"reason": "why not"}),
        json!({"reason": "x".repeat(201)}),
        json!({"reason": "because of a\nline"}),
    ] {
        let refused = send(&bench, &token, "POST", &path, Some(body)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(!tells(&refused.text));
    }
    let shown = show(&bench, &token, site).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"), "{}", shown.text);
    assert_eq!(shown.json()["latitude"].to_string(), LATITUDE);
    let rows = bench.app.store.newest_audit(20).await.expect("audit");
    assert_eq!(
        (rows[0].action.as_str(), rows[0].reason.as_str()),
        ("place_show", "driver waits at the crossing")
    );
    assert!(rows.iter().all(|row| !tells(&format!("{row:?}"))), "the audit does not say where");
    for _ in 0..4 {
        assert_eq!(show(&bench, &token, site).await.status, StatusCode::OK);
    }
    let sixth = show(&bench, &token, site).await;
    assert_eq!((sixth.status, sixth.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_showings"));
    let rows = bench.app.store.newest_audit(1).await.expect("audit");
    assert_eq!((rows[0].action.as_str(), rows[0].outcome.as_str()), ("place_show", "refused"));
}

#[tokio::test]
async fn those_with_their_own_sites_are_shown_those_and_others_none() {
    let (bench, site) = with_place().await;
    let (engineer, recipient) = (bench.token(Role::FieldEngineer).await, bench.token(Role::Recipient).await);
    for token in [&engineer, &recipient] {
        let mut refused = show(&bench, token, site).await.json();
        let mut nothing = show(&bench, token, SiteId(999)).await.json();
        refused["request_id"] = Value::Null;
        nothing["request_id"] = Value::Null;
        assert_eq!(refused, nothing, "like one that does not exist");
    }
    let now = bench.app.clock.wall();
    let who = person(&bench, &engineer).await;
    bench.app.store.assign_site(who, site, who, now).await.expect("assigned");
    bench.app.store.set_site_party(site, Some(OWN_PARTY)).await.expect("set");
    for token in [&engineer, &recipient] {
        assert!(tells(&show(&bench, token, site).await.text));
    }
    for role in [Role::BackOffice, Role::Donor, Role::Auditor] {
        let token = bench.token(role).await;
        assert_eq!(show(&bench, &token, site).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[tokio::test]
async fn what_is_no_place_is_refused_and_a_site_without_one_says_so() {
    let (bench, _) = with_place().await;
    let other = bench.app.store.insert_site("Ash 2", "", bench.app.clock.wall()).await.expect("site");
    bench.app.fleet.site_made(other.clone());
    let token = bench.token(Role::Administrator).await;
    assert_eq!(show(&bench, &token, other.id).await.code(), "no_place");
    let path = format!("/api/v1/sites/{}/place", other.id.0);
    for body in [
        json!({"latitude": 90.1, "longitude": 0}),
        json!({"latitude": 0, "longitude": -180.5}),
        json!({"latitude": "50", "longitude": 30}),
        json!({"latitude": 50}),
        json!({"latitude": 50, "longitude": 30, "height": 1}),
        json!({"latitude": 50, "longitude": 30, "note": "x".repeat(201)}),
    ] {
        let refused = send(&bench, &token, "PUT", &path, Some(body.clone())).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let nowhere =
        send(&bench, &token, "PUT", "/api/v1/sites/999/place", Some(json!({"latitude": 1, "longitude": 1})))
            .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn neither_the_files_nor_any_page_or_answer_that_is_read_says_where_a_site_is() {
    let (bench, site) = with_place().await;
    for role in Role::ALL {
        let later = bench.app.clock.wall().plus_ms(3_600_000);
        let tool = bench.session(&[role], SessionKind::Tool, later).await;
        let browser = bench.session(&[role], SessionKind::Browser, later).await;
        for row in TABLE.iter().filter(|row| row.verb == Verb::Get && row.path != "/api/v1/live") {
            let path = row.path.replace("{id}", &site.0.to_string()).replace("{file}", "none");
            for header in [bearer(&tool), cookie(&browser)] {
                let answered =
                    bench.send("GET", &path, Sent { headers: vec![header], ..Sent::default() }).await;
                assert!(!tells(&answered.text), "{path} as {role:?}");
            }
        }
    }
    let database = bench.app.store.path().to_owned();
    for end in ["", "-wal"] {
        let path = std::path::PathBuf::from(format!("{}{end}", database.display()));
        let bytes = std::fs::read(path).unwrap_or_default();
        assert!(!tells(&String::from_utf8_lossy(&bytes)), "sealed at rest");
    }
}

#[tokio::test]
async fn the_page_asks_why_and_shows_the_place_outside_of_address_and_title() {
    let (bench, site) = with_place().await;
    let later = bench.app.clock.wall().plus_ms(3_600_000);
    let token = bench.session(&[Role::Operator], SessionKind::Browser, later).await;
    let path = format!("/sites/{}/place", site.0);
    let get = async |path: &str| {
        bench.send("GET", path, Sent { headers: vec![cookie(&token)], ..Sent::default() }).await
    };
    assert!(
        get(&format!("/sites/{}", site.0)).await.text.contains(&format!("href=\"{path}\"")),
        "a way there"
    );
    assert!(get(&path).await.text.contains("name=\"reason\""));
    let post = async |reason: &str| {
        let headers = vec![cookie(&token), ("content-type", "application/x-www-form-urlencoded".to_owned())];
        bench.post_form(&path, &format!("reason={reason}"), headers).await
    };
    let short = post("short%3Cb%3E").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("value=\"short&#60;b&#62;\"") && !tells(&short.text), "input is kept");
    let shown = post("driver+waits+at+the+crossing").await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(tells(&shown.text) && shown.text.contains("http-equiv=\"refresh\" content=\"300;url=/sites/"));
    let title =
        shown.text.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
    assert!(!tells(title) && !title.contains("Birch"));
}

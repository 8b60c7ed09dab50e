//! The pages of one person, of parties, of places and of the audit over the whole HTTP side.

use axum::http::StatusCode;

use crate::access::{PersonId, Role, SessionKind};
use crate::api::testing::{Answered, Bench, Sent, cookie};

/// Somebody at a browser, and an operator whom they may manage.
struct Desk {
    bench: Bench,
    cookie: String,
    person: PersonId,
}

impl Desk {
    async fn new(role: Role) -> Self {
        let bench = Bench::new().await;
        let now = bench.app.clock.wall();
        let token = bench.session(&[role], SessionKind::Browser, now.plus_ms(3_600_000)).await;
        let person = bench.app.store.insert_person("Olena", "hash", &[Role::Operator], now).await;
        Self { cookie: cookie(&token).1, person: person.expect("person"), bench }
    }

    async fn get(&self, path: &str) -> Answered {
        let headers = vec![("cookie", self.cookie.clone()), ("accept", "text/html".to_owned())];
        self.bench.send("GET", path, Sent { headers, ..Sent::default() }).await
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answered {
        self.bench.form(path, pairs, &self.cookie).await
    }

    async fn actions(&self) -> Vec<String> {
        let rows = self.bench.app.store.newest_audit(9).await.expect("audit");
        rows.into_iter().map(|row| format!("{} {} {}", row.action, row.outcome, row.reason)).collect()
    }
}

#[tokio::test]
async fn roles_are_changed_on_what_was_read_and_what_was_chosen_is_kept() {
    let desk = Desk::new(Role::Administrator).await;
    let path = format!("/people/{}", desk.person.0);
    let page = desk.get(&path).await.text;
    assert!(page.contains("name=\"version\" value=\"1\"") && page.contains("value=\"operator\" checked"));
    let bare = desk.post(&path, &[("version", "1"), ("party", "1")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("href=\"#roles\"") && !bare.text.contains("value=\"operator\" checked"));
    let done = desk.post(&path, &[("version", "1"), ("party", "1"), ("role", "auditor")]).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{path}?done=changed"))
    );
    let stale = desk.post(&path, &[("version", "1"), ("party", "1"), ("role", "donor")]).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        stale.text.contains("value=\"donor\" checked") && stale.text.contains("<dd>Auditor</dd>"),
        "both"
    );
    assert_eq!(desk.get("/people/999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/people/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_act_on_the_way_in_has_a_page_says_what_happens_and_asks_why() {
    let desk = Desk::new(Role::Administrator).await;
    let path = format!("/people/{}", desk.person.0);
    let lock = format!("{path}/act/lock");
    assert!(desk.get(&lock).await.text.contains("0 sessions end at once."));
    let short = desk.post(&lock, &[("reason", "because")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("value=\"because\"") && short.text.contains("href=\"#reason\""));
    let done = desk.post(&lock, &[("reason", "telephone lost on the way")]).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{path}?done=lock"))
    );
    assert_eq!(desk.actions().await[0], "person_lock done telephone lost on the way");
    assert!(desk.get(&path).await.text.contains("/act/unlock"));
    assert_eq!(desk.post(&format!("{path}/act/unlock"), &[]).await.status, StatusCode::SEE_OTHER);
    let invited = desk.post(&format!("{path}/act/invite"), &[]).await;
    assert!(invited.text.contains("class=\"secret\""), "the code, once");
    assert_eq!(desk.get(&format!("{path}/act/destroy")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_site_is_assigned_by_its_name_and_who_sees_places_says_why() {
    let desk = Desk::new(Role::Administrator).await;
    let (app, now) = (&desk.bench.app, desk.bench.app.clock.wall());
    let site = app.store.insert_site("Birch 114", "UA-63", now).await.expect("site").id;
    app.store.keep_place(site, b"sealed", desk.person, now).await.expect("kept");
    let engineer =
        app.store.insert_person("Petro", "hash", &[Role::FieldEngineer], now).await.expect("person");
    let path = format!("/people/{}", engineer.0);
    let none = desk.post(&format!("{path}/sites"), &[("site", "Birch 9")]).await;
    assert!(none.text.contains("value=\"Birch 9\"") && none.text.contains("href=\"#site\""));
    let before = desk.get("/people/places").await.text;
    assert!(before.contains("no site so far") && before.contains(": every site"), "{before}");
    let done = desk.post(&format!("{path}/sites"), &[("site", " Birch 114 ")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(desk.get(&path).await.text.contains("Birch 114"));
    app.store.reveal_place(site, engineer, "driver asks for the gate", now).await.expect("shown");
    let after = desk.get("/people/places").await.text;
    assert!(after.contains("Petro") && after.contains("Birch 114") && !after.contains("no site so far"));
    let back = desk.post(&format!("{path}/sites/{}/remove", site.0), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let actions = desk.actions().await;
    assert!(actions[0].starts_with("site_unassign") && actions[1].starts_with("site_assign"), "{actions:?}");
}

#[tokio::test]
async fn parties_are_made_and_changed_with_what_was_typed_kept() {
    let desk = Desk::new(Role::BackOffice).await;
    let new = async |name, kind, country| {
        desk.post("/parties/new", &[("name", name), ("kind", kind), ("country", country)]).await
    };
    let wrong = new("Utility", "recipient", "UKR").await;
    assert!(wrong.text.contains("href=\"#country\"") && wrong.text.contains("value=\"UKR\""));
    let made = new("Utility", "recipient", "ua").await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/parties"));
    assert_eq!(new("UTILITY", "donor", "").await.status, StatusCode::CONFLICT);
    let page = desk.get("/parties/2").await.text;
    assert!(page.contains("value=\"Utility\"") && page.contains("value=\"recipient\" selected"));
    let change = [("name", "Utility B"), ("kind", "carrier"), ("country", "PL"), ("version", "1")];
    assert_eq!(desk.post("/parties/2", &change).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post("/parties/2", &change).await.status, StatusCode::PRECONDITION_FAILED);
    assert!(desk.get("/parties").await.text.contains("Utility B"));
    let watching = Desk::new(Role::Operator).await;
    assert!(watching.get("/parties").await.text.contains("id=\"pause\""), "an operator has the feed");
    let list = watching.get("/parties").await.text;
    assert!(list.contains("Holdfast") && !list.contains("/parties/new"), "an operator reads them");
    assert_eq!(watching.get("/parties/1").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_auditor_begins_at_the_log_takes_it_away_and_asks_for_a_region() {
    let desk = Desk::new(Role::Auditor).await;
    assert_eq!(desk.get("/").await.header("location"), "/audit");
    let site = desk.bench.app.store.insert_site("Birch 114", "UA-63", desk.bench.app.clock.wall()).await;
    let site = site.expect("site").id.0;
    assert_eq!(desk.get("/people").await.status, StatusCode::FORBIDDEN);
    let page = desk.get("/audit").await.text;
    assert!(!page.contains("id=\"pause\""), "no feed is opened that would be refused");
    assert!(page.contains("has not been checked since") && page.contains("Asked for what was not theirs"));
    assert_eq!(desk.post("/audit/check", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(desk.get("/audit").await.text.contains("The log is whole"));
    assert!(desk.get("/audit?action=person_lock").await.text.contains("No entry fits"));
    assert_eq!(desk.get("/audit?from=yesterday").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.get("/audit?person=x").await.status, StatusCode::BAD_REQUEST);
    let file = desk.get("/audit/export?format=csv").await;
    let log = holdfast_provisioning::audit::read(&file.text).expect("a log that can be checked");
    assert_eq!(log.entries[0][0].action, "refused");
    let region = format!("/sites/{site}/region");
    assert!(!desk.get(&region).await.text.contains("UA-63"), "not before a reason");
    let bare = desk.post(&region, &[("reason", "x")]).await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && !bare.text.contains("UA-63"));
    let shown = desk.post(&region, &[("reason", "inspection of the quarter")]).await;
    assert!(shown.text.contains("UA-63") && shown.text.contains("Birch 114"));
    assert_eq!(desk.actions().await[0], "region_show done inspection of the quarter");
    let other = Desk::new(Role::Operator).await;
    assert_eq!(other.get(&region).await.status, StatusCode::FORBIDDEN);
}

//! One item over the whole HTTP side: who sees what of it, what each role can record and is refused, forms that keep input.

use axum::http::StatusCode;
use serde_json::json;

use crate::api::inventory::world::World;

/// The value of a hidden field.
fn hidden(html: &str, name: &str) -> String {
    let rest = html.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a hidden field");
    rest.split('"').next().expect("its value").to_owned()
}

async fn newest(world: &World) -> (String, String, String) {
    let rows = world.bench.app.store.newest_audit(1).await.expect("audit");
    (rows[0].action.clone(), rows[0].thing.clone(), rows[0].reason.clone())
}

#[tokio::test]
async fn the_page_shows_a_role_what_it_is_granted_and_masks_what_is_secret() {
    let world = World::new().await;
    let items = world.items(1).await;
    world.accepted(&items).await;
    let site = json!({"what": "deployed", "site": world.site.0, "node": null});
    assert_eq!(world.event(&world.operator, items[0], site).await.status, StatusCode::CREATED);
    let path = format!("/equipment/{}", items[0]);
    let whole = world.page(&world.operator, &path).await;
    assert_eq!((whole.status, whole.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(
        whole.text.contains("In service with \u{2068}Водоканал «Схід»\u{2069}, region"),
        "{}",
        whole.text
    );
    for shown in ["SN-0001", "Birch 114", "Put into service", "Accepted", "Terminal 1", "/handovers/"] {
        assert!(whole.text.contains(shown), "{shown}");
    }
    assert!(!whole.text.contains("KIT0000"), "masked");
    assert!(whole.text.contains(&format!("href=\"{path}/reveal\"")));
    let auditor = world.page(&world.auditor, &path).await.text;
    for hidden in ["Водоканал", "Birch", "UA-63", "Terminal 1", "Fifty", "/reveal\"", "/record", "truck"]
    {
        assert!(!auditor.contains(hidden), "{hidden}");
    }
    assert!(auditor.contains("SN-0001") && auditor.contains("Not shown to your role: names and notes"));
    let own = world.page(&world.at_utility, &path).await.text;
    assert!(own.contains("Birch 114") && own.contains("href=\"/sites/"), "their own");
    let office = world.page(&world.office, &path).await.text;
    assert!(office.contains("Birch 114") && !office.contains("href=\"/sites/"), "no link that is refused");
    assert!(!office.contains("/reveal\""), "not for the back office");
    for (who, status) in [(&world.at_hospital, StatusCode::NOT_FOUND), (&world.giver, StatusCode::FORBIDDEN)]
    {
        assert_eq!(world.page(who, &path).await.status, status);
    }
    for nothing in ["/equipment/999", "/equipment/x", "/equipment/-1"] {
        assert_eq!(world.page(&world.operator, nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}

#[tokio::test]
async fn what_is_masked_is_shown_once_after_a_reason_that_is_written_down() {
    let world = World::new().await;
    let items = world.items(1).await;
    let path = format!("/equipment/{}/reveal", items[0]);
    assert!(!world.page(&world.operator, &path).await.text.contains("KIT0000"));
    let bare = world.form(&world.operator, &path, &[("reason", "short <b>")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("value=\"short &#60;b&#62;\"") && bare.text.contains("href=\"#reason\""));
    assert!(!bare.text.contains("KIT0000"));
    let shown = world.form(&world.operator, &path, &[("reason", "the provider asks for its account")]).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(shown.text.contains("KIT00000001"), "{}", shown.text);
    let audit = newest(&world).await;
    assert_eq!((audit.0.as_str(), audit.2.as_str()), ("item_reveal", "the provider asks for its account"));
    for who in [&world.office, &world.auditor, &world.giver] {
        let refused = world.form(who, &path, &[("reason", "the provider asks for its account")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(!refused.text.contains("KIT0000"));
    }
    let others = world.form(&world.at_hospital, &path, &[("reason", "the provider asks for it")]).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_event_is_recorded_once_by_whom_it_is_for_and_keeps_what_was_typed_when_refused() {
    let world = World::new().await;
    let items = world.items(1).await;
    let path = format!("/equipment/{}/record", items[0]);
    let which = world.page(&world.office, &path).await.text;
    assert!(which.contains("record?what=lost") && !which.contains("what=deployed"), "{which}");
    let page = world.page(&world.office, &format!("{path}?what=allocated")).await.text;
    let (act, version, party) = (hidden(&page, "act"), hidden(&page, "version"), world.utility.0.to_string());
    let typed = |party: &'static str| [("what", "allocated"), ("party", party), ("note", "for <spring>")];
    let bare = world.form(&world.office, &path, &typed("")).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("for &#60;spring&#62;") && bare.text.contains("href=\"#party\""));
    let mut fields = vec![("what", "allocated"), ("act", &act), ("version", &version), ("party", &party)];
    for _twice in 0..2 {
        let done = world.form(&world.office, &path, &fields).await;
        assert_eq!(
            done.header("location"),
            format!("/equipment/{}?done=recorded", items[0]),
            "{}",
            done.text
        );
    }
    let shown = world.page(&world.office, &format!("/equipment/{}?done=recorded", items[0])).await.text;
    assert_eq!(shown.matches("<b>Promised</b>").count(), 1, "sent twice, recorded once");
    // Made on what has moved on.
    let other = "ab".repeat(16);
    fields[1].1 = &other;
    fields[0].1 = "lost";
    let stale = world.form(&world.office, &path, &fields).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert!(stale.text.contains("Somebody else changed this") && stale.text.contains("<td>Allocated</td>"));
    let again = hidden(&stale.text, "version");
    fields[2].1 = &again;
    assert_eq!(world.form(&world.office, &path, &fields).await.status, StatusCode::SEE_OTHER);
    let illegal = world.form(&world.office, &path, &[("what", "departed")]).await;
    assert_eq!(illegal.status, StatusCode::CONFLICT);
    assert!(illegal.text.contains("This cannot happen to the item as it stands now."));
    for (what, when) in [("found", "2031-01-01T00:00"), ("found", "yesterday")] {
        let fields = [("what", what), ("party", party.as_str()), ("happened", when)];
        let wrong = world.form(&world.office, &path, &fields).await;
        assert!(wrong.status.is_client_error() && wrong.text.contains("href=\"#happened\""), "{when}");
    }
    let refused = world.form(&world.auditor, &path, &[("what", "counted")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        world.form(&world.at_hospital, &path, &[("what", "counted")]).await.status,
        StatusCode::NOT_FOUND
    );
    for what in ["accepted", "registered", "voided", "nonsense", ""] {
        let refused = world.form(&world.office, &path, &[("what", what)]).await;
        assert!(refused.status.is_client_error(), "{what}: {}", refused.status);
    }
}

#[tokio::test]
async fn who_recorded_it_takes_the_newest_event_back_and_the_chain_shows_both() {
    let world = World::new().await;
    let items = world.items(1).await;
    let base = format!("/equipment/{}", items[0]);
    let nothing = world.page(&world.operator, &format!("{base}/void")).await.text;
    assert!(nothing.contains("You can take nothing back here."));
    assert_eq!(
        world.event(&world.office, items[0], json!({"what": "lost"})).await.status,
        StatusCode::CREATED
    );
    assert!(!world.page(&world.operator, &base).await.text.contains("/void\""), "another recorded it");
    let page = world.page(&world.office, &format!("{base}/void")).await.text;
    let (event, act) = (hidden(&page, "event"), hidden(&page, "act"));
    let fields = [("event", event.as_str()), ("act", act.as_str()), ("reason", "did_not_occur")];
    let refused = world.form(&world.operator, &format!("{base}/void"), &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = world.form(&world.office, &format!("{base}/void"), &fields).await;
    assert_eq!(done.header("location"), format!("{base}?done=voided"));
    let shown = world.page(&world.office, &base).await.text;
    assert!(shown.contains("<b>Taken back</b>") && shown.contains("does not count"));
    assert!(shown.contains("Registered with"), "the state before");
}

#[tokio::test]
async fn a_change_made_on_what_moved_on_shows_both_values() {
    let world = World::new().await;
    let items = world.items(1).await;
    let path = format!("/equipment/{}/change", items[0]);
    let page = world.page(&world.office, &path).await.text;
    let version = hidden(&page, "version");
    assert!(page.contains("value=\"Terminal 1\"") && page.contains("Fifty terminals"));
    let done = world.form(&world.office, &path, &[("version", &version), ("name", "Терминал ї \"1\"")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let stale = world.form(&world.office, &path, &[("version", &version), ("name", "Mine")]).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        stale.text.contains("\u{2068}Mine\u{2069}</td>") && stale.text.contains("Терминал ї &#34;1&#34;")
    );
    let version = hidden(&stale.text, "version");
    let done = world.form(&world.office, &path, &[("version", &version), ("name", "Mine")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let long = "x".repeat(201);
    let wrong = world.form(&world.office, &path, &[("version", "9"), ("name", &long)]).await;
    assert!(wrong.text.contains("href=\"#name\""), "{}", wrong.status);
    for who in [&world.operator, &world.at_utility, &world.auditor] {
        assert_eq!(world.page(who, &path).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn items_are_registered_all_or_none_with_each_error_at_its_field() {
    let world = World::new().await;
    let first = world.page(&world.office, "/equipment/new").await.text;
    assert!(first.contains("There is no model yet"));
    world.items(1).await;
    let which = world.page(&world.office, "/equipment/new?model=1&many=99").await.text;
    assert!(which.contains("href=\"#many\"") && which.contains("from 1 to 20"));
    let page = world.page(&world.office, "/equipment/new?model=1&many=2").await.text;
    assert!(page.contains("id=\"kit-2\"") && page.contains("id=\"serial-1\"") && !page.contains("kit-3"));
    let act = hidden(&page, "act");
    let custodian = "1";
    let mut fields = vec![("model", "1"), ("many", "2"), ("act", act.as_str()), ("custodian", custodian)];
    fields.extend([("kit-1", "KIT nonsense"), ("name-1", "One <1>"), ("kit-2", "")]);
    let wrong = world.form(&world.office, "/equipment/new", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("href=\"#kit-1\"") && wrong.text.contains("href=\"#kit-2\""));
    assert!(wrong.text.contains("One &#60;1&#62;") && wrong.text.contains("value=\"KIT nonsense\""));
    fields[4].1 = "kit 0000 0100";
    fields[6].1 = "KIT00000100";
    let twice = world.form(&world.office, "/equipment/new", &fields).await.text;
    assert!(twice.contains("Another item on this page has the same."));
    fields[6].1 = "KIT00000001";
    let taken = world.form(&world.office, "/equipment/new", &fields).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.text.contains("Another item carries one of these identifiers"));
    fields[6].1 = "KIT00000101";
    for _twice in 0..2 {
        let done = world.form(&world.office, "/equipment/new", &fields).await;
        assert_eq!(done.header("location"), "/equipment?sort=-changed", "{}", done.text);
    }
    let all = world.page(&world.office, "/equipment").await.text;
    assert!(all.contains("3 of 3 items"), "sent twice, registered once");
    for who in [&world.operator, &world.at_utility, &world.auditor, &world.giver] {
        assert_eq!(world.page(who, "/equipment/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.form(who, "/equipment/new", &fields).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_label_has_the_code_and_an_address_that_tells_nothing() {
    let world = World::new().await;
    let items = world.items(1).await;
    let label = world.page(&world.at_utility, &format!("/equipment/{}/label", items[0])).await;
    assert_eq!(label.status, StatusCode::NOT_FOUND, "not theirs yet");
    world.promised(&items).await;
    let label = world.page(&world.at_utility, &format!("/equipment/{}/label", items[0])).await.text;
    assert!(label.contains("https://controller.example:8443/f/i/") && label.contains("<svg"));
    assert!(!label.contains("Водоканал") && !label.contains("SN-0001"));
}

#[tokio::test]
async fn names_from_outside_are_shown_unharmed_and_never_as_markup() {
    let world = World::new().await;
    let items = world.items(1).await;
    let name = "\"><script>alert(1)</script>'&amp;שלום 𝔘🛰";
    let path = format!("/equipment/{}/change", items[0]);
    let done = world.form(&world.office, &path, &[("version", "2"), ("name", name)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let note = "</p><script>alert(2)</script>\n=1+1";
    let record = format!("/equipment/{}/record", items[0]);
    let party = world.utility.0.to_string();
    let fields = [("what", "allocated"), ("party", party.as_str()), ("note", note)];
    assert_eq!(world.form(&world.office, &record, &fields).await.status, StatusCode::SEE_OTHER);
    let id = world.offered(&items).await;
    let item = format!("/equipment/{}", items[0]);
    for path in ["/equipment", &item, &path, &format!("/handovers/{id}"), &format!("/handovers/{id}/answer")]
    {
        let who = if path.ends_with("answer") { &world.at_utility } else { &world.office };
        let page = world.page(who, path).await.text;
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(page.contains("שלום 𝔘🛰"), "{path}");
        assert!(!page.contains("style=\""), "{path}");
    }
    let file = world.page(&world.office, "/equipment/export?format=csv").await.text;
    assert!(file.contains("\"\"\"><script>"), "quoted as RFC 4180 says: {file}");
}

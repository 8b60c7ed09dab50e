//! Hand-overs over the whole HTTP side: offered, answered line by line, taken back, and each refusal on the way.

use axum::http::StatusCode;

use crate::api::inventory::world::World;

async fn code(world: &World, item: i64) -> String {
    let page = world.page(&world.operator, &format!("/equipment/{item}")).await.text;
    let rest = page.split("<span class=\"serial\">").nth(1).expect("a code");
    rest.split('<').next().expect("its end").to_owned()
}

#[tokio::test]
async fn the_office_offers_by_code_or_serial_and_each_wrong_line_is_named() {
    let world = World::new().await;
    let items = world.items(2).await;
    world.promised(&items).await;
    let form = world.page(&world.office, &format!("/handovers/new?item={}", items[0])).await.text;
    let code = code(&world, items[0]).await;
    assert!(form.contains(&code) && form.contains("Gift House") && form.contains("id=\"giver\""));
    let taker = world.utility.0.to_string();
    let bare = [("items", "nonsense <1>"), ("days", "900"), ("taker", "")];
    let wrong = world.form(&world.office, "/handovers/new", &bare).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for at in ["#taker", "#days", "#items"] {
        assert!(wrong.text.contains(&format!("href=\"{at}\"")), "{at}");
    }
    assert!(wrong.text.contains("nonsense &#60;1&#62;</textarea>"));
    let lines = format!("{code}\r\nsn-0002\r\n");
    let good = [
        ("items", lines.as_str()),
        ("days", "14"),
        ("taker", &taker),
        ("purpose", "delivery"),
        ("act", "x1"),
    ];
    let done = world.form(&world.office, "/handovers/new", &good).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let to = done.header("location").to_owned();
    assert!(to.starts_with("/handovers/") && to.ends_with("?done=offered"));
    assert_eq!(world.form(&world.office, "/handovers/new", &good).await.header("location"), to, "once");
    let again = [
        ("items", lines.as_str()),
        ("days", "14"),
        ("taker", &taker),
        ("purpose", "delivery"),
        ("act", "x2"),
    ];
    let refused = world.form(&world.office, "/handovers/new", &again).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("waits in another hand-over"));
    let list = world.page(&world.at_utility, "/handovers").await.text;
    assert!(list.contains("1 hand-over waits for you.") && list.contains("for you to answer"));
    let other = world.page(&world.at_hospital, "/handovers").await.text;
    assert!(other.contains("No hand-over yet."), "not theirs");
    let path = to.trim_end_matches("?done=offered");
    for (who, status) in [
        (&world.at_hospital, StatusCode::NOT_FOUND),
        (&world.auditor, StatusCode::FORBIDDEN),
        (&world.giver, StatusCode::FORBIDDEN),
        (&world.operator, StatusCode::OK),
    ] {
        assert_eq!(world.page(who, path).await.status, status);
    }
    assert_eq!(world.page(&world.operator, "/handovers/zz").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_taker_answers_each_line_and_silence_accepts_nothing() {
    let world = World::new().await;
    let items = world.items(3).await;
    world.promised(&items).await;
    let id = world.offered(&items).await;
    let path = format!("/handovers/{id}/answer");
    assert!(world.page(&world.office, &path).await.text.contains("not for you to answer"));
    let form = world.page(&world.at_utility, &path).await.text;
    assert!(form.contains("Say of each of 3 items what is there.") && form.contains("SN-0002"));
    let name = |begin: &str, at: usize| format!("{begin}-{}", items[at]);
    let (one, two, three) = (name("line", 0), name("line", 1), name("line", 2));
    let words = name("words", 1);
    let silent =
        world.form(&world.at_utility, &path, &[(&one, "accepted"), (&two, "accepted_damaged")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.text.contains(&format!("href=\"#{three}\"")), "a line without an answer");
    assert!(silent.text.contains(&format!("href=\"#{words}\"")), "damage without words");
    assert!(silent.text.contains("<option value=\"accepted\" selected>"), "what was chosen is kept");
    let said = [
        (one.as_str(), "accepted"),
        (&two, "accepted_damaged"),
        (&words, "a <dent>"),
        (&three, "short"),
        ("over", "one cable\r\n\r\n"),
    ];
    let refused = world.form(&world.at_hospital, &path, &said).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let done = world.form(&world.at_utility, &path, &said).await;
    assert_eq!(done.header("location"), format!("/handovers/{id}?done=answered"), "{}", done.text);
    let shown = world.page(&world.at_utility, &format!("/handovers/{id}?done=answered")).await.text;
    for part in [
        "Accepted with differences",
        "damaged, and taken: \u{2068}a &#60;dent&#62;",
        "not there",
        "one cable",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let own = world.page(&world.at_utility, &format!("/equipment/{}", items[0])).await.text;
    assert!(own.contains("Accepted with") && own.contains("Hand over"));
    let other = world.form(&world.at_utility, &path, &[(&one, "refused"), ("all", "accepted")]).await;
    assert!(other.status.is_client_error(), "answered once: {}", other.status);
}

#[tokio::test]
async fn everything_there_is_one_button_and_an_offer_can_be_taken_back() {
    let world = World::new().await;
    let items = world.items(2).await;
    world.promised(&items).await;
    let id = world.offered(&items[..1]).await;
    let back = format!("/handovers/{id}/withdraw");
    assert!(world.page(&world.at_utility, &back).await.text.contains("You cannot take this back"));
    assert_eq!(world.form(&world.at_utility, &back, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(world.page(&world.office, &back).await.text.contains("The offer of 1 item ends"));
    let done = world.form(&world.office, &back, &[]).await;
    assert_eq!(done.header("location"), format!("/handovers/{id}?done=withdrawn"));
    let late =
        world.form(&world.at_utility, &format!("/handovers/{id}/answer"), &[("all", "accepted")]).await;
    assert!(late.status.is_client_error(), "{}", late.status);
    let id = world.offered(&items).await;
    let done =
        world.form(&world.at_utility, &format!("/handovers/{id}/answer"), &[("all", "accepted")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let shown = world.page(&world.office, &format!("/handovers/{id}")).await.text;
    assert!(shown.contains("Accepted,") && !shown.contains("/withdraw"));
    // Theirs now: they may offer it back to whom they had it from, and see no other party.
    let form = world.page(&world.at_utility, "/handovers/new").await.text;
    assert!(!form.contains("Hospital") && !form.contains("Gift House") && !form.contains("id=\"giver\""));
    assert!(form.matches("<option").count() >= 4, "{form}");
}

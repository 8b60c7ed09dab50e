//! The pages of imports over the whole HTTP side: a form without script becomes items; what is wrong is said at its field; nobody
//! else comes in.

use axum::http::StatusCode;
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{DonationId, ModelId};
use holdfast_protocol::time::WallMs;

use crate::access::{Role, SessionKind};
use crate::api::testing::{Answered, Bench, Sent, cookie};
use crate::store::inventory::catalogue::ModelValues;
use crate::store::inventory::donations::{DonationValues, NewLine};
use crate::store::inventory::terms::{Disclosure, DonationState, TitlePasses};
use crate::store::parties::{PartyKind, PartyValues};

struct Desk {
    bench: Bench,
    token: String,
    donation: DonationId,
    model: ModelId,
}

impl Desk {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let later = bench.app.clock.wall().plus_ms(3_600_000);
        let token = bench.session(&[Role::BackOffice], SessionKind::Browser, later).await;
        let store = &bench.app.store;
        let values =
            PartyValues { name: "Gift House".into(), kind: PartyKind::Donor, country: String::new() };
        let donor = store.insert_party(&values, WallMs(1)).await.expect("party").id;
        let values = ModelValues {
            name: "Terminal 3".into(),
            maker: "Maker".into(),
            category: "terminal".into(),
            gtin: None,
            must_carry: vec![Kind::Kit],
        };
        let model = store.insert_model(&values, WallMs(1), None).await.expect("model").id;
        let values = DonationValues {
            title: "Fifty <b>terminals</b>".into(),
            programme: None,
            state: DonationState::Agreed,
            title_passes: TitlePasses::OnAcceptance,
            terms_sha256: None,
            disclosure: Disclosure::USUAL,
            shares: [(donor, 10_000)].into(),
        };
        let lines = [NewLine { model, quantity: 50, note: String::new() }];
        let donation = store.insert_donation(&values, &lines, WallMs(1), None).await.expect("donation");
        Self { bench, token, donation, model }
    }

    async fn get(&self, path: &str) -> Answered {
        let headers = vec![cookie(&self.token), ("accept", "text/html".to_owned())];
        self.bench.send("GET", path, Sent { headers, ..Sent::default() }).await
    }

    async fn form(&self, path: &str, form: &str) -> Answered {
        let kind = "application/x-www-form-urlencoded".to_owned();
        self.bench.post_form(path, form, vec![cookie(&self.token), ("content-type", kind)]).await
    }

    /// As a browser sends the form with a file.
    async fn file(&self, path: &str, fields: &[(&str, String)], name: &str, text: &str) -> Answered {
        let mut body = String::new();
        for (key, value) in fields {
            body.push_str(&format!(
                "--x7\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!(
            "--x7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n\
             {text}\r\n--x7--\r\n"
        ));
        let kind = "multipart/form-data; boundary=x7".to_owned();
        self.bench
            .send_bytes("POST", path, vec![cookie(&self.token), ("content-type", kind)], body.into_bytes())
            .await
    }

    async fn sent(&self, text: &str) -> String {
        let sent = self.file("/import", &[("donation", self.donation.0.to_string())], "list.csv", text).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        sent.header("location").to_owned()
    }

    async fn judged(&self, path: &str) -> Answered {
        for _ in 0..2_000 {
            let page = self.get(path).await;
            if !page.text.contains("<progress") {
                return page;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        panic!("{path} is not judged within 4 s");
    }
}

#[tokio::test]
async fn a_list_goes_from_the_form_to_items_without_script() {
    let desk = Desk::new().await;
    let start = desk.get("/import").await;
    assert!(start.text.contains("enctype=\"multipart/form-data\"") && start.text.contains("No list waits"));
    assert!(!start.text.contains("<b>terminals"), "a title is text");
    let path = desk.sent("Dish,Kit no\nFlat &amp; round,KIT00000001\nFlat &amp; round,KIT12\n").await;
    let page = desk.judged(&path).await;
    assert!(page.text.contains("2 rows have problems"), "{}", page.text);
    assert!(page.text.contains("B: This is not written like a KIT number"), "row and cell");
    assert!(page.text.contains("?fate=wrong_identifier#rows") && !page.text.contains("/commit\""));
    // The column is no model by its heading; the person says so, and which model the donor's word means.
    let form = format!("column-A=model&column-B=kit&name-1=Flat+%26amp%3B+round&model-1={}", desk.model.0);
    assert_eq!(desk.form(&format!("{path}/settings"), &form).await.status, StatusCode::SEE_OTHER);
    let page = desk.judged(&path).await;
    assert!(page.text.contains("1 row has a problem"), "{}", page.text);
    let path = desk.sent("Dish,Kit no\nTerminal 3,KIT00000001\n").await;
    assert!(desk.judged(&path).await.text.contains("Not one row makes a new item") || path.ends_with("/2"));
    desk.form(&format!("{path}/settings"), "column-A=model&column-B=kit").await;
    let page = desk.judged(&path).await;
    assert!(page.text.contains("No row has a problem: 1 new item"), "{}", page.text);
    let commit = desk.get(&format!("{path}/commit")).await;
    assert!(commit.text.contains("1 item will be registered") && commit.text.contains("Gift House"));
    let digest = commit.text.split("name=\"digest\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let stale = desk.form(&format!("{path}/commit"), "digest=00").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("Nothing was made") && stale.text.contains("role=\"alert\""));
    let done = desk.form(&format!("{path}/commit"), &format!("digest={}", digest.expect("a digest"))).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
    assert!(desk.get(&path).await.text.contains("1 item was registered from this list"));
    assert!(desk.get("/import").await.text.contains("Registered"));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_at_its_field_and_choices_stay() {
    let desk = Desk::new().await;
    let donation = desk.donation.0.to_string();
    let none = desk.file("/import", &[("donation", donation.clone())], "", "").await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    assert!(
        none.text.contains("href=\"#file\"") && none.text.contains(&format!("value=\"{donation}\" selected"))
    );
    let empty = desk.file("/import", &[("donation", donation.clone())], "a.csv", " ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("The file is empty") && empty.text.contains("Error:"));
    let nowhere = desk.file("/import", &[("donation", "99".to_owned())], "a.csv", "a,b\n").await;
    assert!(nowhere.status == StatusCode::NOT_FOUND && nowhere.text.contains("href=\"#donation\""));
    let path = desk.sent("a,\"b\n").await;
    assert!(desk.judged(&path).await.text.contains("a quote that opens is never closed"));
    assert_eq!(desk.form(&format!("{path}/withdraw"), "").await.status, StatusCode::SEE_OTHER);
    assert!(desk.get(&path).await.text.contains("The list was taken back"));
    assert_eq!(desk.get("/import/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get(&format!("{path}?fate=x")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.get(&format!("{path}/report")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        desk.form("/import", "donation=1").await.status,
        StatusCode::BAD_REQUEST,
        "no form with a file"
    );
}

#[tokio::test]
async fn every_rows_fate_is_paged_narrowed_and_a_file_in_the_readers_language() {
    let desk = Desk::new().await;
    let rows: String = (1..=120).map(|number| format!("Terminal 3,KIT{number:08}\n")).collect();
    let path = desk.sent(&format!("Model,Kit\n{rows}Terminal 3,KIT00000007\n")).await;
    let page = desk.judged(&path).await;
    assert_eq!(page.text.matches("<th scope=\"row\">").count(), 51, "50 rows and a model");
    let first = page.text.find("In the list twice").expect("the fate");
    assert!(page.text.find("New: 120").is_some_and(|new| first < new), "problems first");
    assert!(page.text.contains(&format!("{path}?after=50#rows")));
    let last = desk.get(&format!("{path}?after=100&fate=new")).await;
    assert_eq!(last.text.matches("<th scope=\"row\">").count(), 21);
    let headers = vec![cookie(&desk.token), ("accept-language", "uk".to_owned())];
    let file = desk
        .bench
        .send("GET", &format!("{path}/report?format=csv&fate=repeated"), Sent { headers, ..Sent::default() })
        .await;
    assert!(file.text.contains("Повторюється у списку") && file.text.contains("у рядку 8"), "{}", file.text);
    assert_eq!(file.text.lines().count(), 2);
}

#[tokio::test]
async fn a_providers_export_is_shown_with_the_rows_that_name_nothing() {
    let desk = Desk::new().await;
    let sent = desk
        .file(
            "/import/provider",
            &[("as_of", "2026-11-20T10:00".to_owned())],
            "a.csv",
            "Kit,Last active\nKIT99999999,2026-11-19\n",
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = desk.get(sent.header("location")).await;
    assert!(
        page.text.contains("0 of 1 row")
            && page.text.contains("No item carries this")
            && page.text.contains("…9999"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("KIT99999999"));
    let wrong = desk.file("/import/provider", &[], "a.csv", "a,b\n1,2\n").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("href=\"#export\""));
}

#[tokio::test]
async fn the_back_office_and_administrators_alone_have_the_pages() {
    let desk = Desk::new().await;
    let path = desk.sent("Model,Kit\nTerminal 3,KIT00000001\n").await;
    let later = desk.bench.app.clock.wall().plus_ms(3_600_000);
    for role in Role::ALL {
        let token = desk.bench.session(&[role], SessionKind::Browser, later).await;
        let may = matches!(role, Role::Administrator | Role::BackOffice);
        for path in ["/import", &path] {
            let headers = vec![cookie(&token), ("accept", "text/html".to_owned())];
            let page = desk.bench.send("GET", path, Sent { headers, ..Sent::default() }).await;
            assert_eq!(
                page.status,
                if may { StatusCode::OK } else { StatusCode::FORBIDDEN },
                "{path} as {role:?}"
            );
        }
    }
}

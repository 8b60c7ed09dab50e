//! Imports over the whole HTTP side: a list becomes items, all or none; what is refused says why; nobody else comes in.

use axum::http::StatusCode;
use holdfast_protocol::ids::{ItemId, PartyId};
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use super::super::testing::{Answered, Bench, Sent, bearer};
use crate::access::Role;
use crate::store::inventory::imports::ImportId;
use crate::store::inventory::items::{ItemFilter, Whose};
use crate::store::parties::{PartyKind, PartyValues};

struct World {
    bench: Bench,
    office: String,
    donor: PartyId,
    donation: i64,
    model: i64,
}

impl World {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let office = bench.token(Role::BackOffice).await;
        let values =
            PartyValues { name: "Gift House".into(), kind: PartyKind::Donor, country: String::new() };
        let donor = bench.app.store.insert_party(&values, WallMs(1)).await.expect("party").id;
        let mut world = Self { bench, office, donor, donation: 0, model: 0 };
        let model =
            json!({"name": "Terminal 3", "maker": "Maker", "category": "terminal", "must_carry": ["kit"]});
        world.model = world.post("/api/v1/models", model).await.json()["id"].as_i64().expect("a model");
        let donation = json!({"title": "Fifty", "state": "agreed", "title_passes": "on_acceptance",
            "shares": [{"party": donor.0, "basis_points": 10_000}], "lines": [{"model": world.model, "quantity": 50, "note": ""}]});
        world.donation =
            world.post("/api/v1/donations", donation).await.json()["id"].as_i64().expect("a donation");
        world
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        let headers = vec![bearer(&self.office)];
        self.bench.send("POST", path, Sent { headers, body: Some(body), ..Sent::default() }).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.bench.send("GET", path, Sent { headers: vec![bearer(&self.office)], ..Sent::default() }).await
    }

    async fn put(&self, path: &str, body: Value) -> Answered {
        let headers = vec![bearer(&self.office)];
        self.bench.send("PUT", path, Sent { headers, body: Some(body), ..Sent::default() }).await
    }

    async fn upload(&self, path: &str, kind: &str, bytes: &[u8]) -> Answered {
        let headers = vec![bearer(&self.office), ("content-type", kind.to_owned())];
        self.bench.send_bytes("POST", path, headers, bytes.to_vec()).await
    }

    /// Sends a list in and waits until it is judged.
    async fn list(&self, text: &str) -> Value {
        let path = format!("/api/v1/imports?donation={}&file=list.csv", self.donation);
        let sent = self.upload(&path, "text/csv", text.as_bytes()).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
        self.judged(sent.json()["id"].as_i64().expect("a number")).await
    }

    async fn judged(&self, id: i64) -> Value {
        for _ in 0..2_000 {
            let status = self.get(&format!("/api/v1/imports/{id}")).await.json();
            if status["stage"] != "checking" {
                return status;
            }
            tokio::task::yield_now().await;
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        panic!("list {id} is not judged within 4 s");
    }

    async fn commit(&self, status: &Value) -> Answered {
        let path = format!("/api/v1/imports/{}/commit", status["id"]);
        self.post(&path, json!({"digest": status["report"]["digest"]})).await
    }

    async fn items(&self) -> usize {
        self.bench.app.store.items(&ItemFilter::of(Whose::All), None, 51).await.expect("items").len()
    }
}

const TWO: &str = "Packing list\r\n\r\nModel,Kit No,S/N,Name,Box\r\nTerminal 3,KIT 0000 0001,sn-1,\"ґ😀 \"\"x\"\" שלום\",A1\r\nTerminal 3,KIT00000002,sn-2,,\r\n";

#[tokio::test]
async fn a_list_becomes_items_with_custody_line_and_audit_once() {
    let world = World::new().await;
    let status = world.list(TWO).await;
    assert_eq!(status["report"]["counts"], json!({"new": 2}), "{status}");
    assert_eq!(
        (status["report"]["heading_row"].as_u64(), status["report"]["can_commit"].as_bool()),
        (Some(3), Some(true))
    );
    assert_eq!(
        status["report"]["models"][0],
        json!({"model": world.model, "new": 2, "given": 50, "registered": 0, "line": 1})
    );
    let done = world.commit(&status).await;
    assert_eq!((done.status, done.json()["items"].as_u64()), (StatusCode::OK, Some(2)), "{}", done.text);
    let item = world.get("/api/v1/items/1").await.json();
    assert_eq!(item["item"]["name"], "ґ😀 \"x\" שלום", "as it came");
    assert_eq!(
        (&item["item"]["state"], &item["item"]["custodian"]["id"]),
        (&json!("registered"), &json!(world.donor.0))
    );
    let events = world.get("/api/v1/items/1/events").await.json();
    assert_eq!(
        (&events["rows"][0]["word"], &events["rows"][0]["note"]),
        (&json!("registered"), &json!("list 1, row 4; carton A1"))
    );
    assert!(world.bench.app.store.item_adds_up(ItemId(2)).await.expect("adds up"));
    let again = world.commit(&status).await;
    assert_eq!(
        (again.status, again.json()["items"].as_u64()),
        (StatusCode::OK, Some(2)),
        "sent twice is done once"
    );
    assert_eq!(world.items().await, 2);
    let path = format!("/api/v1/imports?donation={}", world.donation);
    let same = world.upload(&path, "text/csv", TWO.as_bytes()).await;
    assert_eq!((same.status, same.code().as_str()), (StatusCode::CONFLICT, "import_known"));
    assert_eq!(world.get("/api/v1/imports/1").await.json()["state"], "committed");
    let rows = world.bench.app.store.newest_audit(20).await.expect("audit");
    let acts: Vec<&str> =
        rows.iter().map(|row| row.action.as_str()).filter(|action| action.starts_with("import")).collect();
    assert_eq!(acts, ["import_new", "import_commit", "import_commit", "import_new"], "the newest first");
    let folder = world.bench.app.config.data.join("imports");
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0, "the file is gone");
}

#[tokio::test]
async fn one_wrong_row_stops_all_and_its_fate_names_the_cell() {
    let world = World::new().await;
    let status =
        world.list("Model,Kit\nTerminal 3,KIT00000001\nTerminal 3,KIT123\nTerminal 9,KIT00000003\n").await;
    assert_eq!(status["report"]["counts"], json!({"new": 1, "unknown_model": 1, "wrong_identifier": 1}));
    let refused = world.commit(&status).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "import_problems"));
    assert_eq!(world.items().await, 0);
    let id = status["id"].as_i64().expect("a number");
    let rows = world.get(&format!("/api/v1/imports/{id}/rows")).await.json();
    assert_eq!(
        (&rows["rows"][0]["row"], &rows["rows"][0]["findings"][0]["column"]),
        (&json!(3), &json!("B")),
        "problems first"
    );
    let one = world.get(&format!("/api/v1/imports/{id}/rows?fate=new")).await.json();
    assert_eq!(
        (&one["total"], &one["rows"][0]["shown"]),
        (&json!(1), &json!("…0001")),
        "a KIT number is masked"
    );
    let file = world.get(&format!("/api/v1/imports/{id}/report?format=csv")).await;
    assert!(file.text.contains("3,wrong_identifier,\"B this is not a KIT number;"), "{}", file.text);
    assert!(
        world
            .get(&format!("/api/v1/imports/{id}/report?format=xlsx"))
            .await
            .header("content-disposition")
            .contains(".xlsx")
    );
    assert_eq!(world.get(&format!("/api/v1/imports/{id}/rows?fate=x")).await.status, StatusCode::BAD_REQUEST);
    // The name is assigned, the wrong row goes with its column.
    let settings = json!({"models": {"Terminal 9": world.model}});
    let path = format!("/api/v1/imports/{id}/settings");
    assert_eq!(world.put(&path, settings).await.status, StatusCode::OK);
    let after = world.judged(id).await;
    assert_eq!(after["report"]["counts"], json!({"new": 2, "wrong_identifier": 1}));
    assert_eq!(
        world.commit(&status).await.code(),
        "import_changed",
        "what was shown before is not what it is now"
    );
    assert_eq!(
        world.put(&path, json!({"colums": {}})).await.status,
        StatusCode::BAD_REQUEST,
        "unknown field"
    );
    assert_eq!(world.put(&path, json!({"columns": {"ZZ": "kit"}})).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_was_registered_since_the_dry_run_stops_the_commit_and_is_shown() {
    let world = World::new().await;
    let status = world.list(TWO).await;
    let one = json!({"items": [{"model": world.model, "custodian": world.donor.0, "identifiers": [{"kind": "kit", "value": "KIT00000002"}]}]});
    assert_eq!(world.post("/api/v1/items", one).await.status, StatusCode::CREATED);
    let refused = world.commit(&status).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "import_changed"),
        "{}",
        refused.text
    );
    assert_eq!(world.items().await, 1, "nothing was made");
    let now = world.judged(status["id"].as_i64().expect("a number")).await;
    assert_eq!(now["report"]["counts"], json!({"new": 1, "registered": 1}));
    let rows = world.get(&format!("/api/v1/imports/{}/rows", status["id"])).await.json();
    let text = rows["rows"][0]["findings"][0]["text"].as_str().expect("a text").to_owned();
    assert!(text.contains("item 1") && text.contains("kit"), "{text}");
}

#[tokio::test]
async fn the_reading_of_a_senders_form_is_remembered_and_only_after_a_commit() {
    let world = World::new().await;
    let first = world.list("alpha,beta\nFlat dish,KIT00000001\n").await;
    assert_eq!(
        (&first["report"]["remembered"], &first["report"]["counts"]),
        (&json!(false), &json!({"blank": 1}))
    );
    let settings = json!({"columns": {"A": "model", "B": "kit"}, "models": {"flat DISH": world.model}});
    let path = format!("/api/v1/imports/{}/settings", first["id"]);
    assert_eq!(world.put(&path, settings).await.status, StatusCode::OK);
    let said = world.judged(first["id"].as_i64().expect("a number")).await;
    assert_eq!(world.commit(&said).await.status, StatusCode::OK);
    let second = world.list("alpha,beta\nFlat Dish,KIT00000002\n").await;
    assert_eq!(
        (&second["report"]["remembered"], &second["report"]["counts"]),
        (&json!(true), &json!({"new": 1}))
    );
}

#[tokio::test]
async fn a_list_is_withdrawn_expires_and_survives_a_restart() {
    let world = World::new().await;
    let status = world.list(TWO).await;
    let id = ImportId(status["id"].as_i64().expect("a number"));
    world.bench.app.imports.forget(id);
    assert_eq!(world.judged(id.0).await["report"]["counts"], json!({"new": 2}), "judged anew from its file");
    let path = format!("/api/v1/imports/{}/withdraw", id.0);
    assert_eq!(world.post(&path, json!({})).await.json()["state"], "withdrawn");
    assert_eq!(world.commit(&status).await.code(), "import_over");
    assert_eq!(world.post(&path, json!({})).await.code(), "import_over");
    let next = world.list(TWO).await;
    let sealed = world.bench.app.config.data.join(format!("imports/{}.sealed", next["id"]));
    let bytes = std::fs::read(&sealed).expect("the file");
    assert!(!bytes.windows(10).any(|part| part == b"Terminal 3"), "it lies sealed");
    let now = world.bench.app.clock.wall();
    super::sweep(&world.bench.app, now.plus_ms(3_600_000)).await;
    assert!(sealed.exists(), "an hour is no day");
    super::sweep(&world.bench.app, now.plus_ms(25 * 3_600_000)).await;
    assert!(!sealed.exists());
    assert_eq!(world.get(&format!("/api/v1/imports/{}", next["id"])).await.json()["state"], "expired");
}

#[tokio::test]
async fn bad_files_and_bad_requests_are_told_apart_by_code() {
    let world = World::new().await;
    let path = format!("/api/v1/imports?donation={}", world.donation);
    for (path, kind, bytes, code) in [
        (path.as_str(), "text/csv", b"".as_slice(), "import_empty"),
        (path.as_str(), "image/png", b"a,b\n".as_slice(), "import_content_type"),
        ("/api/v1/imports?donation=99", "text/csv", b"a,b\n", "not_found"),
        ("/api/v1/imports", "text/csv", b"a,b\n", "unusable_request"),
        ("/api/v1/imports?donation=1&sender=99", "text/csv", b"a,b\n", "not_found"),
    ] {
        assert_eq!(world.upload(path, kind, bytes).await.code(), code, "{path} {kind}");
    }
    let large = vec![b'a'; crate::import::UPLOAD_BYTES_MAX + 1];
    let refused = world.upload(&path, "text/csv", &large).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "import_large"));
    for (bytes, code) in [
        (b"PK\x03\x04 half".as_slice(), "import_damaged"),
        (b"\xd0\xcf\x11\xe0 old", "import_old_workbook"),
        (b"a,\"b\n", "import_quote"),
    ] {
        let sent = world.upload(&path, "application/octet-stream", bytes).await;
        let status = world.judged(sent.json()["id"].as_i64().expect("a number")).await;
        assert_eq!((&status["stage"], &status["refusal"]["code"]), (&json!("refused"), &json!(code)));
    }
}

#[tokio::test]
async fn the_back_office_and_administrators_alone_import() {
    let world = World::new().await;
    let status = world.list(TWO).await;
    for role in Role::ALL {
        let token = world.bench.token(role).await;
        let may = matches!(role, Role::Administrator | Role::BackOffice);
        for path in ["/api/v1/imports", "/api/v1/imports/1", "/api/v1/imports/1/rows"] {
            let answered = world
                .bench
                .send("GET", path, Sent { headers: vec![bearer(&token)], ..Sent::default() })
                .await;
            assert_eq!(answered.status == StatusCode::OK, may, "{path} as {role:?}");
            assert!(may || answered.status == StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(world.items().await, 0);
    assert_eq!(world.commit(&status).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_providers_word_is_kept_newest_first_and_never_above_e1() {
    let world = World::new().await;
    assert_eq!(world.commit(&world.list(TWO).await).await.status, StatusCode::OK);
    let day = 86_400_000;
    let now = world.bench.app.clock.wall().0;
    let send = |as_of: i64, active: &str| {
        let text = format!(
            "Kit Number,Last active,Data used (GB)\nKIT00000001,{active},1.5\nKIT99999999,{active},2\nx,,\nKIT00000001,{active},9\n"
        );
        (format!("/api/v1/provider-exports?as_of_ms={as_of}"), text)
    };
    let (path, text) = send(now - day, "2026-11-20");
    let made = world.upload(&path, "text/csv", text.as_bytes()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["rows"], &made["matched"]), (&json!(4), &json!(1)));
    assert_eq!(
        made["silent"],
        json!([{"row": 3, "why": "unknown", "shown": "…9999"}, {"row": 4, "why": "no_identifier", "shown": ""},
        {"row": 5, "why": "repeated", "shown": "…0001"}])
    );
    let (path, older) = send(now - 9 * day, "2026-11-01");
    assert_eq!(world.upload(&path, "text/csv", older.as_bytes()).await.status, StatusCode::CREATED);
    let item = world.get("/api/v1/items/1").await.json();
    assert_eq!((&item["provider"]["as_of"], &item["provider"]["level"]), (&json!(now - day), &json!("E1")));
    assert_eq!(
        (&item["provider"]["last_active"], &item["provider"]["data_bytes"]),
        (&json!(1_795_132_800_000_i64), &Value::Null),
        "the back office is not shown how much"
    );
    let operator = world.bench.token(Role::Operator).await;
    let item = world
        .bench
        .send("GET", "/api/v1/items/1", Sent { headers: vec![bearer(&operator)], ..Sent::default() })
        .await
        .json();
    assert_eq!(item["provider"]["data_bytes"], json!(1_500_000_000));
    assert_eq!(world.get("/api/v1/items/2").await.json()["provider"], Value::Null);
    let (path, text) = send(now + 9 * day, "2026-11-20");
    assert_eq!(
        world.upload(&path, "text/csv", text.as_bytes()).await.code(),
        "unusable_request",
        "still to come"
    );
    assert_eq!(
        world.upload("/api/v1/provider-exports", "text/csv", b"a,b\n1,2\n").await.code(),
        "import_no_headings"
    );
}

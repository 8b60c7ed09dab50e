//! Evidence over the API: bound by who accepted, observed by the node, taken by whom the policy lets, checked by our checker.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use holdfast_protocol::ids::{BootCounter, Epoch, ItemId, NodeId, PartyId, PersonId, Sequence};
use holdfast_protocol::record::{self, Header, Kind};
use holdfast_protocol::statement::{Claim, Head, Opening, Seen, Source, Statement};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::week::Week;
use holdfast_provisioning::csr;
use holdfast_provisioning::evidence::{Verdict, check, read_key};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use super::world::World;
use crate::door::outbox::{Outbox, PacketId};
use crate::evidence::keep::check_statements;
use crate::ingest::Arrival;
use crate::store::inventory::bindings::{How, NewBinding};
use crate::store::nodes::NodeRecord;

const NODE: NodeId = NodeId::from_bytes([7; 5]);
const HOUR_MS: i64 = 3_600_000;

/// A node of the world's fleet, with the key that it signs by.
struct Observer {
    id: NodeId,
    key: EcdsaKeyPair,
    sequence: u32,
}

impl Observer {
    async fn enrolled(world: &World, id: NodeId, at: WallMs) -> Self {
        let app = &world.bench.app;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let request =
            CertificateParams::default().serialize_request(&key).expect("signed").pem().expect("PEM");
        let public = csr::read(&request).expect("a request");
        let certificate = app.authority.issue_node(&public, id, at).expect("issued");
        let node = NodeRecord {
            id,
            key_sha256: public.sha256(),
            certificate_der: certificate.der,
            certificate_ends: WallMs(certificate.ends_s * 1_000),
            enrolled: at,
            code: "7K2M-9QXD".into(),
            site: None,
            revoked: None,
            ticket: None,
        };
        app.store.insert_node(&node).await.expect("inserted");
        app.fleet.node_enrolled(&node, app.clock.now());
        let key = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &key.serialize_der(),
            &SystemRandom::new(),
        );
        Self { id, key: key.expect("a key"), sequence: 0 }
    }

    fn statement(&self, at: WallMs, boot_ms: u64, serial: &str) -> Statement {
        let claim = |source, serial: &str| Claim {
            source,
            part: String::new(),
            seen: Seen::Serial(serial.into()),
            detail: String::new(),
        };
        let openings = vec![
            Opening { salt: [1; 16], claim: claim(Source::Interface, "52:54:00:12:34:56") },
            Opening { salt: [2; 16], claim: claim(Source::System, serial) },
        ];
        let digests =
            openings.iter().map(|one: &Opening| csr::sha256(&one.claim.digest_input(&one.salt))).collect();
        let clock = ClockTrust::Synchronised { wall: at, error_ms: 5 };
        let (boot, at) = (BootCounter(3), BootMs(boot_ms));
        let head = Head { node: self.id, boot, at, clock, agent: "0.1.0".into(), digests };
        let signed = self.key.sign(&SystemRandom::new(), &head.signed()).expect("signed");
        Statement { head, signature: signed.as_ref().try_into().expect("64 bytes"), openings }
    }

    /// Hands a body in as a record of its own session, and waits until history has it.
    async fn says(&mut self, world: &World, (at, boot_ms): (WallMs, u64), body: Vec<u8>) {
        let app = &world.bench.app;
        self.sequence += 1;
        let header = Header {
            kind: Kind::Statement,
            node: self.id,
            epoch: Epoch(1),
            first: Sequence(self.sequence),
            last: Sequence(self.sequence),
            boot: BootCounter(3),
            at: BootMs(boot_ms),
            clock: ClockTrust::Synchronised { wall: at, error_ms: 5 },
            dictionary: 1,
            configuration: 0,
            report_within_s: 60,
        };
        let payload = Bytes::from(record::encode(&header, &body));
        let received = app.clock.wall();
        let outbox = Arc::<Outbox>::default();
        let before = total(&app.history.statement_verdicts(self.id).await.expect("counted"));
        let arrival = Arrival { node: self.id, payload, received, packet: PacketId(1), outbox };
        app.ingest.submit(arrival).await;
        for _ in 0..500 {
            if total(&app.history.statement_verdicts(self.id).await.expect("counted")) > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the statement was not stored");
    }

    async fn observes(&mut self, world: &World, at: WallMs, boot_ms: u64, serial: &str) {
        let body = self.statement(at, boot_ms, serial).encode();
        self.says(world, (at, boot_ms), body).await;
    }
}

fn total(verdicts: &[(String, u64)]) -> u64 {
    verdicts.iter().map(|(_, count)| count).sum()
}

/// The week before the present one: it is over.
fn last_week(world: &World) -> Week {
    Week::of(world.bench.app.clock.wall()).and_then(Week::before).expect("long after 1970")
}

/// Binds as if it had been done at an earlier time: the story of a test lies in the past, its hand-overs do not.
async fn bind_since(world: &World, item: i64, node: NodeId, from: WallMs) {
    let store = &world.bench.app.store;
    let key_sha256 = store.node(node).await.expect("read").expect("there").key_sha256;
    let by = (PersonId(1), PartyId(1));
    let new = NewBinding { item: ItemId(item), node, key_sha256, from, by, how: How::ByHand };
    store.bind(&new, from).await.expect("bound");
}

async fn policy(world: &World, serials: bool, least_items: u16, delay_days: u16) {
    let donation = world.get(&world.office, "/api/v1/donations").await.json()["rows"][0].clone();
    let path = format!("/api/v1/donations/{}", donation["id"]);
    let version = donation["version"].to_string();
    let body = json!({"title": donation["title"], "state": "agreed", "title_passes": "on_acceptance",
        "disclosure": {"place": "region", "delay_days": delay_days, "least_items": least_items, "serials": serials},
        "shares": [{"party": world.donor.0, "basis_points": 10_000}]});
    let tag = format!("\"{version}\"");
    let done = world.send(&world.office, "PUT", &path, body, &[("if-match", &tag)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

#[tokio::test]
async fn a_donor_takes_away_what_the_policy_tells_and_the_checker_finds_it_genuine() {
    let world = World::new().await;
    let item = world.items(1).await[0];
    let week = last_week(&world);
    let mut node = Observer::enrolled(&world, NODE, week.start()).await;
    bind_since(&world, item, NODE, week.start()).await;
    for day in 0..7 {
        let at = week.start().plus_ms(day * 24 * HOUR_MS + HOUR_MS);
        node.observes(&world, at, u64::try_from(day).unwrap() * 86_400_000, "sn-0001").await;
    }
    let path = format!("/api/v1/items/{item}/evidence/{week}");
    for (serials, least, delay, code) in [
        (false, 1, 0, "withheld_serials"),
        (true, 5, 0, "withheld_few_items"),
        (true, 1, 30, "withheld_until"),
    ] {
        policy(&world, serials, least, delay).await;
        let refused = world.get(&world.giver, &path).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::FORBIDDEN, code),
            "{}",
            refused.text
        );
    }
    policy(&world, true, 1, 0).await;
    let taken = world.get(&world.giver, &path).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert!(taken.header("content-disposition").contains(&week.to_string()));
    let key = world.get("", "/api/v1/verification-key").await;
    assert_eq!(key.status, StatusCode::OK, "published to everybody");
    let key = read_key(key.text.as_bytes()).expect("a key");
    let report = check(taken.text.as_bytes(), Some(&key));
    assert_eq!(report.verdict, Verdict::Genuine, "{:?}", report.steps);
    let says = report.evidence.expect("read");
    assert_eq!((says.observations, says.longest_gap_ms), (7, 24 * HOUR_MS));
    // Nothing of a place, of people and parties, and of what the serial's own claim does not say.
    for hidden in ["Birch", "UA-63", "Водоканал", "Gift House", "52:54:00", "525400", "Terminal 1", "KIT"]
    {
        assert!(!taken.text.contains(hidden), "{hidden} in {}", taken.text);
    }
    let weeks = world.get(&world.giver, &format!("/api/v1/items/{item}/evidence")).await.json();
    assert_eq!((&weeks["rows"][1]["level"], &weeks["rows"][1]["observations"]), (&json!("E2"), &json!(7)));
    assert_eq!(weeks["rows"][0]["runs"], true);
    let stranger = world.get(&world.at_hospital, &path).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND, "another party's thing does not exist");
    let audit = world.bench.app.store.newest_audit(50).await.expect("audit");
    let takes = audit.iter().filter(|row| row.action == "evidence_take").count();
    assert!(takes >= 4, "every take and every refusal: {takes}");
}

#[tokio::test]
async fn what_was_altered_copied_or_said_again_is_kept_and_counts_for_nothing() {
    let world = World::new().await;
    let item = world.items(1).await[0];
    let week = last_week(&world);
    let mut node = Observer::enrolled(&world, NODE, week.start()).await;
    let mut other = Observer::enrolled(&world, NodeId::from_bytes([8; 5]), week.start()).await;
    bind_since(&world, item, NODE, week.start()).await;
    let at = |hours: i64| week.start().plus_ms(hours * HOUR_MS);
    // Altered on its way, by a byte of the signed head and of a claim.
    for place in [20, 150] {
        let mut body = node.statement(at(1), 1_000, "sn-0001").encode();
        let last = body.len() - 3;
        body[if place == 150 { last } else { place }] ^= 1;
        node.says(&world, (at(1), 1_000), body).await;
    }
    // Another node's statement in its own session, and one's own of another instant.
    let foreign = node.statement(at(2), 2_000, "sn-0001").encode();
    other.says(&world, (at(2), 2_000), foreign).await;
    let old = node.statement(at(3), 3_000, "sn-0001").encode();
    node.says(&world, (at(30), 30_000), old).await;
    // Dated ahead, nonsense, and, at last, one that counts, said twice.
    let ahead = world.bench.app.clock.wall().plus_ms(24 * HOUR_MS);
    node.observes(&world, ahead, 40_000, "sn-0001").await;
    node.says(&world, (at(5), 5_000), b"nonsense".to_vec()).await;
    node.observes(&world, at(6), 6_000, "sn-0001").await;
    node.observes(&world, at(6), 6_000, "sn-0001").await;
    let app = &world.bench.app;
    check_statements(&app.store, &app.history).await.expect("checked");
    let found = app.history.statement_verdicts(NODE).await.expect("counted");
    let words: Vec<(&str, u64)> = found.iter().map(|(word, count)| (word.as_str(), *count)).collect();
    assert_eq!(
        words,
        [
            ("dated_ahead", 1),
            ("from_elsewhere", 1),
            ("genuine", 1),
            ("said_again", 1),
            ("unreadable", 1),
            ("wrong_digest", 1),
            ("wrong_signature", 1),
        ]
    );
    let others = app.history.statement_verdicts(other.id).await.expect("counted");
    assert_eq!(others, [("wrong_signature".to_owned(), 1)], "not signed by the key of that session");
    let path = format!("/api/v1/items/{item}/evidence?week={week}&weeks=1");
    let row = world.get(&world.office, &path).await.json()["rows"][0].clone();
    assert_eq!((&row["level"], &row["observations"]), (&json!("E2"), &json!(1)));
}

#[tokio::test]
async fn who_accepted_binds_by_hand_or_by_putting_the_thing_to_work_and_nobody_before() {
    let world = World::new().await;
    let items = world.items(2).await;
    let now = world.bench.app.clock.wall();
    let _node = Observer::enrolled(&world, NODE, now).await;
    let path = format!("/api/v1/items/{}/bindings", items[0]);
    let body = json!({"node": NODE});
    let early = world.post(&world.engineer, &path, body.clone()).await;
    assert_ne!(early.status, StatusCode::CREATED, "{}", early.text);
    world.accepted(&items).await;
    let stranger = world.post(&world.at_hospital, &path, body.clone()).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND, "{}", stranger.text);
    let donor = world.post(&world.giver, &path, body.clone()).await;
    assert_eq!(donor.status, StatusCode::FORBIDDEN, "{}", donor.text);
    let unknown = world.post(&world.at_utility, &path, json!({"node": "00000000"})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.text);
    let done = world.post(&world.at_utility, &path, body.clone()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    let rows = done.json()["rows"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), 1, "the serial, and not the KIT number, which no file may show: {rows:?}");
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["value"], &rows[0]["how"]),
        (&json!("serial"), &json!("SN-0001"), &json!("by_hand"))
    );
    let again = world.post(&world.at_utility, &path, body).await.json();
    assert_eq!(again["rows"].as_array().map(Vec::len), Some(1), "binding twice is binding once");

    let deployed = json!({"what": "deployed", "site": world.site.0, "node": NODE});
    let recorded = world.event(&world.operator, items[1], deployed).await;
    assert_eq!(recorded.status, StatusCode::CREATED, "{}", recorded.text);
    let of = |item: i64| format!("/api/v1/items/{item}/bindings");
    let rows = world.get(&world.operator, &of(items[1])).await.json()["rows"].clone();
    assert_eq!((&rows[0]["how"], &rows[0]["to"]), (&json!("deployed"), &Value::Null));
    let removed = world.event(&world.operator, items[1], json!({"what": "removed"})).await;
    assert_eq!(removed.status, StatusCode::CREATED, "{}", removed.text);
    let rows = world.get(&world.operator, &of(items[1])).await.json()["rows"].clone();
    assert!(rows[0]["to"].is_i64(), "what is taken out of service is bound no longer: {rows}");
}

#[tokio::test]
async fn a_week_that_names_none_and_one_still_to_come_are_refused() {
    let world = World::new().await;
    let item = world.items(1).await[0];
    for week in ["2026-W54", "now", "9999-W01"] {
        let refused = world.get(&world.office, &format!("/api/v1/items/{item}/evidence/{week}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{week}: {}", refused.text);
    }
    let many = world.get(&world.office, &format!("/api/v1/items/{item}/evidence?weeks=14")).await;
    assert_eq!(many.status, StatusCode::BAD_REQUEST, "{}", many.text);
}

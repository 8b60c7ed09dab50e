//! A fleet of canaries: sites with exact places, items with secret identifiers, custodians with telling names, gifts of two
//! donors, notes; and everybody who visits it.

use axum::http::StatusCode;
use holdfast_protocol::ids::{ItemCode, NodeId, PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use super::search::{Canary, Form, Kind};
use super::walk::Ids;
use crate::access::{Access, Role, Scope, SessionKind};
use crate::api::session::Token;
use crate::api::testing::{Bench, Sent, bearer};
use crate::store::nodes::NodeRecord;
use crate::store::parties::{OWN_PARTY, PartyKind, PartyValues};
use crate::store::sessions::NewSession;
use crate::store::tokens::NewToken;

/// What was agreed with the donors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) least_items: u16,
    pub(super) delay_days: u16,
}

impl Policy {
    pub(super) const AGREED: Self = Self { least_items: 5, delay_days: 30 };
}

/// Somebody who visits, by a credential; none for a stranger.
pub(super) struct Visitor {
    pub(super) name: &'static str,
    pub(super) credential: Option<String>,
}

pub(super) struct World {
    pub(super) bench: Bench,
    pub(super) visitors: Vec<Visitor>,
    pub(super) canaries: Vec<Canary>,
    pub(super) ids: Ids,
}

const NORTH: (f64, f64) = (49.983_17, 36.232_71);
const SOUTH: (f64, f64) = (46.482_53, 30.723_31);
const NORTH_NODE: NodeId = NodeId::from_bytes([0x9a, 0x41, 0xc7, 0x33, 0xe5]);
const SOUTH_NODE: NodeId = NodeId::from_bytes([0x51, 0xbe, 0x0d, 0xf2, 0x6c]);
/// A gift of which figures are told late.
const LATE_GIFT: &str = "Gift of the heath";
/// A gift of which few items are in some states.
const FEW_GIFT: &str = "Gift of the shore";

impl World {
    pub(super) async fn new(access: Access, policy: Policy) -> Self {
        let bench = Bench::with_access("[sign_in]\nsecond_factor = \"offered\"", access).await;
        let mut making = Making { bench, ids: Ids::default(), visitors: Vec::new() };
        let parties = making.parties().await;
        let sites = making.sites(&parties).await;
        making.people(&parties, sites).await;
        let happened = making.gifts(&parties, sites, policy).await;
        making.lists().await;
        making.proposals().await;
        let Making { bench, ids, visitors } = making;
        Self { canaries: canaries(happened), bench, visitors, ids }
    }
}

struct Parties {
    heath: PartyId,
    shore: PartyId,
    north: PartyId,
    south: PartyId,
    crew: PartyId,
}

struct Making {
    bench: Bench,
    ids: Ids,
    visitors: Vec<Visitor>,
}

impl Making {
    async fn parties(&mut self) -> Parties {
        let mut made = Vec::new();
        for (name, kind) in [
            ("Heath Foundation", PartyKind::Donor),
            ("Shore Foundation", PartyKind::Donor),
            ("Heron Waterworks", PartyKind::Recipient),
            ("Plover Hospital", PartyKind::Recipient),
            ("Rook Crew", PartyKind::Carrier),
        ] {
            let values = PartyValues { name: name.to_owned(), kind, country: "UA".to_owned() };
            made.push(self.bench.app.store.insert_party(&values, WallMs(1)).await.expect("party").id);
        }
        self.ids.parties = made.iter().map(|id| id.0.to_string()).collect();
        let [heath, shore, north, south, crew] = made[..] else { panic!("five") };
        Parties { heath, shore, north, south, crew }
    }

    async fn sites(&mut self, parties: &Parties) -> (SiteId, SiteId) {
        let (app, now) = (&self.bench.app, self.bench.app.clock.now());
        let mut ids = Vec::new();
        for (name, region, party, node, key) in [
            ("Larkspur 114", "UA-05", parties.north, NORTH_NODE, 1),
            ("Foxglove 227", "UA-71", parties.south, SOUTH_NODE, 2),
        ] {
            let site = app.store.insert_site(name, region, now.wall).await.expect("site");
            app.store.set_site_party(site.id, Some(party)).await.expect("set");
            ids.push(site.id);
            app.fleet.site_made(site.clone());
            let record = NodeRecord {
                id: node,
                key_sha256: [key; 32],
                certificate_der: Vec::new(),
                certificate_ends: now.wall.plus_ms(1_000_000_000),
                enrolled: now.wall,
                code: "7K2M-9QXD".into(),
                site: Some(site.id),
                revoked: None,
                ticket: None,
            };
            app.store.insert_node(&record).await.expect("node");
            app.fleet.node_enrolled(&record, now);
        }
        self.ids.sites = ids.iter().map(|id| id.0.to_string()).collect();
        self.ids.nodes = [NORTH_NODE, SOUTH_NODE].iter().map(NodeId::to_string).collect();
        (ids[0], ids[1])
    }

    /// A person of a role and party who visits, and their number.
    async fn visitor(&mut self, name: &'static str, role: Role, party: PartyId) -> PersonId {
        let (store, now) = (&self.bench.app.store, self.bench.app.clock.wall());
        let person = store.insert_person(name, "hash", &[role], now).await.expect("person");
        store.change_member(person, 1, party, &[role], now).await.expect("moved");
        let credential = format!("of-the-{}", name.replace(' ', "-"));
        let session = NewSession {
            person,
            token_sha256: Token::sha256(&credential),
            kind: SessionKind::Tool,
            ends: now.plus_ms(3_600_000),
            idle_ms: None,
            replaces: None,
        };
        store.insert_session(session, now).await.expect("session");
        self.visitors.push(Visitor { name, credential: Some(credential) });
        person
    }

    /// A program of somebody's, for all that their role could use.
    async fn program(&mut self, name: &'static str, person: PersonId) {
        let (store, now) = (&self.bench.app.store, self.bench.app.clock.wall());
        let text = format!("hf_of-the-{}", name.replace(' ', "-"));
        let scopes = Scope::ALL.map(Scope::key);
        let new = NewToken {
            person,
            name: "program",
            token_sha256: Token::sha256(&text),
            scopes: &scopes,
            ends: now.plus_ms(3_600_000),
        };
        store.insert_token(&new, now).await.expect("stored").expect("room");
        self.visitors.push(Visitor { name, credential: Some(text) });
    }

    async fn people(&mut self, parties: &Parties, (north, _): (SiteId, SiteId)) {
        let now = self.bench.app.clock.wall();
        // Does what the log tells, and visits nothing.
        let keeper = self.visitor("Zorislava Kanarkova", Role::Operator, OWN_PARTY).await;
        self.ids.people = vec![keeper.0.to_string()];
        self.visitors.push(Visitor { name: "stranger", credential: None });
        self.visitor("administrator", Role::Administrator, OWN_PARTY).await;
        let operator = self.visitor("operator", Role::Operator, OWN_PARTY).await;
        let engineer = self.visitor("engineer", Role::FieldEngineer, parties.crew).await;
        self.bench.app.store.assign_site(engineer, north, operator, now).await.expect("assigned");
        self.visitor("office", Role::BackOffice, OWN_PARTY).await;
        self.visitor("recipient", Role::Recipient, parties.north).await;
        self.visitor("other recipient", Role::Recipient, parties.south).await;
        let donor = self.visitor("donor", Role::Donor, parties.heath).await;
        self.visitor("other donor", Role::Donor, parties.shore).await;
        let auditor = self.visitor("auditor", Role::Auditor, OWN_PARTY).await;
        self.program("donor's program", donor).await;
        self.program("auditor's program", auditor).await;
        for (site, place, note) in
            [(0, NORTH, "gate behind the yellow mill"), (1, SOUTH, "gate behind the green kiln")]
        {
            let path = format!("/api/v1/sites/{}/place", self.ids.sites[site]);
            let body = json!({"latitude": place.0, "longitude": place.1, "note": note});
            self.done("Zorislava Kanarkova", "PUT", &path, body).await;
        }
        self.visitors.retain(|visitor| visitor.name != "Zorislava Kanarkova");
    }

    async fn done(&self, who: &str, method: &str, path: &str, body: Value) -> Value {
        let visitor = self.visitors.iter().find(|visitor| visitor.name == who).expect("there");
        let headers = vec![bearer(visitor.credential.as_deref().expect("signed in"))];
        let answered =
            self.bench.send(method, path, Sent { headers, body: Some(body), ..Sent::default() }).await;
        assert!(answered.status.is_success(), "{method} {path}: {}", answered.text);
        if answered.status == StatusCode::NO_CONTENT { Value::Null } else { answered.json() }
    }

    /// Items of both gifts on their way to where they work; the instant that donors are not told.
    async fn gifts(&mut self, parties: &Parties, (north, south): (SiteId, SiteId), policy: Policy) -> WallMs {
        let model =
            json!({"name": "Terminal", "maker": "Maker", "category": "terminal", "must_carry": ["kit"]});
        let model = self.done("office", "POST", "/api/v1/models", model).await["id"].clone();
        self.ids.models = vec![model.to_string()];
        let late =
            json!({"place": "none", "delay_days": policy.delay_days, "least_items": 1, "serials": false});
        let few =
            json!({"place": "none", "delay_days": 0, "least_items": policy.least_items, "serials": false});
        let mut lines = Vec::new();
        for (title, donor, disclosure) in [(LATE_GIFT, parties.heath, late), (FEW_GIFT, parties.shore, few)] {
            let body = json!({"title": title, "state": "agreed", "title_passes": "on_acceptance",
                "disclosure": disclosure, "shares": [{"party": donor.0, "basis_points": 10_000}],
                "lines": [{"model": model, "quantity": 20, "note": "asked for by the ferryman"}]});
            let made = self.done("office", "POST", "/api/v1/donations", body).await;
            self.ids.donations.push(made["id"].to_string());
            lines.push(made["lines"][0]["id"].clone());
        }
        let programme = json!({"title": "Lamps for winter", "activity": "", "tlp": "amber"});
        let programme = self.done("office", "POST", "/api/v1/programmes", programme).await;
        self.ids.programmes = vec![programme["id"].to_string()];
        let crate_ =
            self.done("office", "POST", "/api/v1/containers", json!({"name": "Crate 9", "seal": ""})).await;
        self.ids.containers = vec![crate_["id"].to_string()];
        let happened = WallMs(self.bench.app.clock.wall().0 - 3 * 60_000 - 257);
        let northern = self
            .items(&model, &lines[0], "kit 9041 7733", "SN-LARK-5512", "the one by the mill", happened)
            .await;
        self.accepted(&northern, parties.north, "recipient").await;
        self.deployed(&northern, north, NORTH_NODE, "carried up by the ferryman").await;
        let southern = self
            .items(&model, &lines[1], "kit 6620 1148", "SN-FOXG-8830", "the one by the kiln", happened)
            .await;
        self.accepted(&southern, parties.south, "other recipient").await;
        self.deployed(&southern, south, SOUTH_NODE, "carried down by the ferryman").await;
        happened
    }

    async fn items(
        &mut self,
        model: &Value,
        line: &Value,
        kit: &str,
        serial: &str,
        name: &str,
        happened: WallMs,
    ) -> Vec<i64> {
        let one = json!({"model": model, "custodian": OWN_PARTY.0, "line": line, "name": name,
            "identifiers": [{"kind": "kit", "value": kit}, {"kind": "serial", "value": serial}]});
        let made = self
            .done("office", "POST", "/api/v1/items", json!({"items": [one], "happened_ms": happened.0}))
            .await;
        let mut ids = Vec::new();
        for item in made["items"].as_array().expect("items") {
            ids.push(item["id"].as_i64().expect("a number"));
            let code: ItemCode = serde_json::from_value(item["code"].clone()).expect("a code");
            self.ids.codes.push(code.shown());
        }
        self.ids.items.extend(ids.iter().map(i64::to_string));
        ids
    }

    async fn accepted(&mut self, items: &[i64], taker: PartyId, who: &'static str) {
        let body = json!({"items": items, "event": {"what": "allocated", "to": taker.0}});
        self.done("office", "POST", "/api/v1/items/events", body).await;
        let offer = json!({"taker": taker.0, "items": items, "note": "on the truck of the ferryman"});
        let id = self.done("office", "POST", "/api/v1/handovers", offer).await["id"].clone();
        let id = id.as_str().expect("an id").to_owned();
        let lines: Vec<Value> =
            items.iter().map(|item| json!({"item": item, "said": {"answer": "accepted"}})).collect();
        self.done(who, "POST", &format!("/api/v1/handovers/{id}/answer"), json!({"lines": lines})).await;
        self.ids.handovers.push(id);
    }

    /// A looser policy, a marking and a site's party wait for a second person; another donor's gift is named by them.
    async fn proposals(&mut self) {
        let store = &self.bench.app.store;
        let now = self.bench.app.clock.wall();
        store.insert_person("second office", "hash", &[Role::BackOffice], now).await.expect("person");
        store.insert_person("second keeper", "hash", &[Role::Administrator], now).await.expect("person");
        let path = format!("/api/v1/donations/{}", self.ids.donations[0]);
        let looser = json!({"place": "none", "delay_days": 3_650, "least_items": 1_000, "serials": true});
        let share =
            json!([{"party": self.ids.parties[0].parse::<i64>().expect("a number"), "basis_points": 10_000}]);
        let body = json!({"title": LATE_GIFT, "state": "agreed", "title_passes": "on_acceptance",
            "disclosure": looser, "shares": share});
        self.waits("office", "PUT", &path, body).await;
        let path = format!("/api/v1/sites/{}/party", self.ids.sites[0]);
        let south = self.ids.parties[3].parse::<i64>().expect("a number");
        self.waits("administrator", "PUT", &path, json!({"party": south})).await;
    }

    async fn waits(&mut self, who: &str, method: &str, path: &str, body: Value) {
        let visitor = self.visitors.iter().find(|visitor| visitor.name == who).expect("there");
        let mut headers = vec![bearer(visitor.credential.as_deref().expect("signed in"))];
        headers.push(("if-match", "\"1\"".to_owned()));
        let sent = Sent { headers, body: Some(body), ..Sent::default() };
        let answered = self.bench.send(method, path, sent).await;
        assert_eq!(answered.status, StatusCode::ACCEPTED, "{path}: {}", answered.text);
        self.ids.proposals.push(answered.json()["id"].to_string());
    }

    /// A list and a provider's export that name what is registered.
    async fn lists(&mut self) {
        let office = self.visitors.iter().find(|visitor| visitor.name == "office");
        let office = office.and_then(|visitor| visitor.credential.clone()).expect("the office's session");
        let headers = || vec![bearer(&office), ("content-type", "text/csv".to_owned())];
        let text = "Model,Kit,S/N,Name\nx,kit 9041 7733,SN-LARK-5512,the one by the mill\nx,kit 6620 1148,SN-FOXG-8830,\n";
        let path = format!("/api/v1/imports?donation={}", self.ids.donations[0]);
        let sent = self.bench.send_bytes("POST", &path, headers(), text.into()).await;
        let id = sent.json()["id"].as_i64().expect("a list");
        let path = format!("/api/v1/imports/{id}");
        for _ in 0..2_000 {
            let sent = Sent { headers: headers(), ..Sent::default() };
            if self.bench.send("GET", &path, sent).await.json()["stage"] != "checking" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        self.ids.lists.push(id.to_string());
        let text = "Kit,Last active\nkit 9041 7733,2026-11-20\nkit 6620 1148,2026-11-20\n";
        let sent = self.bench.send_bytes("POST", "/api/v1/provider-exports", headers(), text.into()).await;
        self.ids.exports.push(sent.json()["id"].to_string());
    }

    async fn deployed(&self, items: &[i64], site: SiteId, node: NodeId, note: &str) {
        for item in items {
            let event = json!({"what": "deployed", "site": site.0, "node": node.to_string()});
            let body = json!({"event": event, "note": note});
            self.done("operator", "POST", &format!("/api/v1/items/{item}/events"), body).await;
        }
    }
}

/// Who may see what, said anew and not read from the table: the table is what is tried.
fn canaries(happened: WallMs) -> Vec<Canary> {
    const NORTH_SIDE: &[&str] = &["administrator", "operator", "office", "engineer", "recipient"];
    const SOUTH_SIDE: &[&str] = &["administrator", "operator", "office", "other recipient"];
    // The audit log names things by their numbers.
    const NORTH_NUMBER: &[&str] = NORTH_SERIAL;
    const SOUTH_NUMBER: &[&str] = SOUTH_SERIAL;
    const NORTH_SERIAL: &[&str] =
        &["administrator", "operator", "office", "engineer", "recipient", "auditor", "auditor's program"];
    const SOUTH_SERIAL: &[&str] =
        &["administrator", "operator", "office", "other recipient", "auditor", "auditor's program"];
    const NORTH_REASON: &[&str] = &["administrator", "operator", "engineer", "recipient"];
    const SOUTH_REASON: &[&str] = &["administrator", "operator", "other recipient"];
    const REGION: &[&str] = &["auditor"];
    const GIVERS: &[&str] = &["administrator", "operator", "office"];
    const TIMES: &[&str] = &[
        "administrator",
        "operator",
        "office",
        "engineer",
        "recipient",
        "other recipient",
        "auditor",
        "auditor's program",
    ];
    let words = |text: &str| Form::Words(text.to_owned());
    let grouped = |text: &str| Form::Grouped(text.to_owned());
    let one = |kind, form, open_to, after_reason| Canary { kind, form, open_to, after_reason };
    vec![
        one(Kind::Place, Form::Degrees(NORTH.0, NORTH.1), &[], NORTH_REASON),
        one(Kind::Place, Form::Degrees(SOUTH.0, SOUTH.1), &[], SOUTH_REASON),
        one(Kind::PlaceNote, words("yellow mill"), &[], NORTH_REASON),
        one(Kind::PlaceNote, words("green kiln"), &[], SOUTH_REASON),
        one(Kind::Secret, grouped("KIT90417733"), &[], NORTH_REASON),
        one(Kind::Secret, grouped("KIT66201148"), &[], SOUTH_REASON),
        one(Kind::Serial, grouped("SN-LARK-5512"), NORTH_SERIAL, &[]),
        one(Kind::Serial, grouped("SN-FOXG-8830"), SOUTH_SERIAL, &[]),
        one(Kind::Custodian, words("Heron Waterworks"), NORTH_SIDE, REGION),
        one(Kind::Custodian, words("Plover Hospital"), SOUTH_SIDE, REGION),
        one(Kind::Site, words("Larkspur 114"), NORTH_SIDE, REGION),
        one(Kind::Site, words("Foxglove 227"), SOUTH_SIDE, REGION),
        one(Kind::Site, words("UA-05"), NORTH_SIDE, REGION),
        one(Kind::Site, words("UA-71"), SOUTH_SIDE, REGION),
        one(Kind::Node, grouped(&NORTH_NODE.to_string()), NORTH_NUMBER, &[]),
        one(Kind::Node, grouped(&SOUTH_NODE.to_string()), SOUTH_NUMBER, &[]),
        one(Kind::FreeText, words("the one by the mill"), NORTH_SIDE, &[]),
        one(Kind::FreeText, words("the one by the kiln"), SOUTH_SIDE, &[]),
        one(Kind::FreeText, words("carried up by the ferryman"), NORTH_SIDE, &[]),
        one(Kind::FreeText, words("carried down by the ferryman"), SOUTH_SIDE, &[]),
        one(Kind::FreeText, words("asked for by the ferryman"), GIVERS, &[]),
        one(Kind::Person, words("Zorislava"), &["administrator"], &[]),
        one(
            Kind::Donor,
            words("Heath Foundation"),
            &["administrator", "operator", "office", "donor", "donor's program"],
            &[],
        ),
        one(
            Kind::Donor,
            words("Shore Foundation"),
            &["administrator", "operator", "office", "other donor"],
            &[],
        ),
        one(Kind::Soon, Form::Instant(happened), TIMES, &[]),
        one(Kind::Soon, Form::Nothing(LATE_GIFT), GIVERS, &[]),
        one(Kind::Few, Form::Fewer(FEW_GIFT, u64::from(Policy::AGREED.least_items)), GIVERS, &[]),
    ]
}

//! What tests of the inventory share: a fleet with parties, a site, and a person of each role.

use axum::http::StatusCode;
use holdfast_protocol::ids::{PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;
use serde_json::{Value, json};

use crate::access::{Role, SessionKind};
use crate::api::testing::{Answered, Bench, Sent, bearer};
use crate::store::parties::{OWN_PARTY, PartyKind, PartyValues};

/// A fleet with a donor, two recipients and a site, and a person of each role; the recipients' people are of theirs.
pub(crate) struct World {
    pub(crate) bench: Bench,
    pub(crate) donor: PartyId,
    pub(crate) utility: PartyId,
    pub(crate) hospital: PartyId,
    pub(crate) site: SiteId,
    pub(crate) office: String,
    pub(crate) operator: String,
    pub(crate) engineer: String,
    pub(crate) at_utility: String,
    pub(crate) at_hospital: String,
    pub(crate) giver: String,
    pub(crate) auditor: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let bench = Bench::new().await;
        let mut parties = Vec::new();
        for (name, kind) in [
            ("Gift House", PartyKind::Donor),
            ("Водоканал «Схід»", PartyKind::Recipient),
            ("Hospital", PartyKind::Recipient),
        ] {
            let values = PartyValues { name: name.to_owned(), kind, country: String::new() };
            parties.push(bench.app.store.insert_party(&values, WallMs(1)).await.expect("party").id);
        }
        let [donor, utility, hospital] = parties[..] else { panic!("three") };
        let site = bench.app.store.insert_site("Birch 114", "UA-63", WallMs(1)).await.expect("site").id;
        let (office, operator) = (bench.token(Role::BackOffice).await, bench.token(Role::Operator).await);
        let engineer = bench.token(Role::FieldEngineer).await;
        let at_utility = of_party(&bench, Role::Recipient, utility).await;
        let at_hospital = of_party(&bench, Role::Recipient, hospital).await;
        let giver = of_party(&bench, Role::Donor, donor).await;
        let auditor = bench.token(Role::Auditor).await;
        Self {
            bench,
            donor,
            utility,
            hospital,
            site,
            office,
            operator,
            engineer,
            at_utility,
            at_hospital,
            giver,
            auditor,
        }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answered {
        self.bench.send("GET", path, Sent { headers: vec![bearer(who)], ..Sent::default() }).await
    }

    pub(crate) async fn send(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
        more: &[(&'static str, &str)],
    ) -> Answered {
        let mut headers = vec![bearer(who)];
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.bench.send(method, path, Sent { headers, body: Some(body), ..Sent::default() }).await
    }

    /// A page as a browser asks for it.
    pub(crate) async fn page(&self, who: &str, path: &str) -> Answered {
        let headers = vec![bearer(who), ("accept", "text/html".to_owned())];
        self.bench.send("GET", path, Sent { headers, ..Sent::default() }).await
    }

    /// A form as a browser sends it.
    pub(crate) async fn form(&self, who: &str, path: &str, pairs: &[(&str, &str)]) -> Answered {
        let mut sent = Bench::form_sent(pairs, "");
        sent.headers = vec![bearer(who), ("accept", "text/html".to_owned())];
        self.bench.send("POST", path, sent).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Answered {
        self.send(who, "POST", path, body, &[]).await
    }

    pub(crate) async fn made(&self, path: &str, body: Value) -> Value {
        let answered = self.post(&self.office, path, body).await;
        assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.text);
        answered.json()
    }

    /// Registers so many items of a donation of them; the back office's party has them.
    pub(crate) async fn items(&self, count: usize) -> Vec<i64> {
        let model = self
            .made(
                "/api/v1/models",
                json!({"name": "Terminal", "maker": "Maker", "category": "terminal",
            "gtin": "4006381333931", "must_carry": ["kit"]}),
            )
            .await;
        assert_eq!(model["gtin"], "04006381333931");
        let donation = self
            .made(
                "/api/v1/donations",
                json!({"title": "Fifty terminals", "state": "agreed",
            "title_passes": "on_acceptance", "shares": [{"party": self.donor.0, "basis_points": 10_000}],
            "lines": [{"model": model["id"], "quantity": 50, "note": "for the east"}]}),
            )
            .await;
        let line = &donation["lines"][0]["id"];
        let one = |number: usize| {
            json!({"model": model["id"], "custodian": OWN_PARTY.0, "line": line,
            "name": format!("Terminal {number}"), "identifiers": [{"kind": "kit", "value": format!("kit 0000 {number:04}")},
            {"kind": "serial", "value": format!("sn-{number:04}")}]})
        };
        let body = json!({"items": (1..=count).map(one).collect::<Vec<_>>()});
        let made = self.made("/api/v1/items", body).await;
        made["items"].as_array().expect("items").iter().map(|item| item["id"].as_i64().expect("id")).collect()
    }

    pub(crate) async fn event(&self, who: &str, item: i64, event: Value) -> Answered {
        self.post(who, &format!("/api/v1/items/{item}/events"), json!({"event": event})).await
    }

    pub(crate) async fn promised(&self, items: &[i64]) {
        let body = json!({"items": items, "event": {"what": "allocated", "to": self.utility.0}});
        let done = self.post(&self.office, "/api/v1/items/events", body).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    }

    pub(crate) async fn offered(&self, items: &[i64]) -> String {
        let offer = json!({"taker": self.utility.0, "items": items, "note": "truck 7"});
        let made = self.post(&self.office, "/api/v1/handovers", offer).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()["id"].as_str().expect("id").to_owned()
    }

    pub(crate) async fn accepted(&self, items: &[i64]) {
        self.promised(items).await;
        let id = self.offered(items).await;
        let lines: Vec<Value> =
            items.iter().map(|item| json!({"item": item, "said": {"answer": "accepted"}})).collect();
        let path = format!("/api/v1/handovers/{id}/answer");
        let done = self.post(&self.at_utility, &path, json!({"lines": lines})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
}

/// The token of a person of a party.
pub(crate) async fn of_party(bench: &Bench, role: Role, party: PartyId) -> String {
    let later = bench.app.clock.wall().plus_ms(3_600_000);
    let token = bench.session(&[role], SessionKind::Tool, later).await;
    let newest = bench.app.store.members(None, 1_000, later).await.expect("people");
    let person = newest.iter().map(|member| member.id).max().unwrap_or(PersonId(0));
    bench.app.store.change_member(person, 1, party, &[role], later).await.expect("moved");
    token
}

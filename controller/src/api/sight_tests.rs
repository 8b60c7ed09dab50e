//! People who see only their own: lists hold nothing else, and another's id answers like one that does not exist.

use axum::http::StatusCode;
use holdfast_protocol::ids::{NodeId, SiteId};

use super::session::Token;
use super::testing::{Answered, Bench, Sent, bearer};
use crate::access::{PersonId, Role, TABLE, Verb};
use crate::store::nodes::NodeRecord;
use crate::store::parties::OWN_PARTY;

pub(super) const OWN: NodeId = NodeId::from_bytes([1, 1, 1, 1, 1]);
const FOREIGN: NodeId = NodeId::from_bytes([2, 2, 2, 2, 2]);
const LOOSE: NodeId = NodeId::from_bytes([3, 3, 3, 3, 3]);

/// Two sites with a node each, and a node without a site.
pub(super) async fn fleet(bench: &Bench) -> (SiteId, SiteId) {
    let now = bench.app.clock.now();
    let mut ids = Vec::new();
    for (name, region) in [("Own 1", "UA-63"), ("Foreign 2", "UA-32")] {
        let site = bench.app.store.insert_site(name, region, now.wall).await.expect("site");
        ids.push(site.id);
        bench.app.fleet.site_made(site);
    }
    for (number, (id, site)) in
        [(OWN, Some(ids[0])), (FOREIGN, Some(ids[1])), (LOOSE, None)].into_iter().enumerate()
    {
        let record = NodeRecord {
            id,
            key_sha256: [u8::try_from(number).expect("small"); 32],
            certificate_der: Vec::new(),
            certificate_ends: now.wall.plus_ms(1_000_000_000),
            enrolled: now.wall,
            code: "7K2M-9QXD".into(),
            site,
            revoked: None,
            ticket: None,
        };
        bench.app.store.insert_node(&record).await.expect("node");
        bench.app.fleet.node_enrolled(&record, now);
    }
    (ids[0], ids[1])
}

async fn person(bench: &Bench, token: &str) -> PersonId {
    let now = bench.app.clock.wall();
    bench
        .app
        .store
        .session(&Token::sha256(token), now)
        .await
        .expect("asked")
        .expect("a session")
        .viewer
        .person
}

async fn get(bench: &Bench, token: &str, path: &str) -> Answered {
    bench.send("GET", path, Sent { headers: vec![bearer(token)], ..Sent::default() }).await
}

/// The same words, whatever request they answer.
fn without_request(answered: &Answered) -> serde_json::Value {
    let mut value = answered.json();
    value["request_id"] = serde_json::Value::Null;
    value
}

async fn sees_its_own_alone(bench: &Bench, token: &str, (own, foreign): (SiteId, SiteId)) {
    let sites = get(bench, token, "/api/v1/sites").await.json();
    assert_eq!((sites["total"].clone(), sites["rows"][0]["site"]["id"].clone()), (1.into(), own.0.into()));
    let nodes = get(bench, token, "/api/v1/nodes").await.json();
    assert_eq!((nodes["total"].clone(), nodes["rows"][0]["id"].clone()), (1.into(), OWN.to_string().into()));
    assert_eq!(get(bench, token, &format!("/api/v1/sites/{}", own.0)).await.status, StatusCode::OK);
    assert_eq!(get(bench, token, &format!("/api/v1/nodes/{OWN}")).await.status, StatusCode::OK);
    let ends = ["", "/history?field=host_memory_used_bytes"];
    for node in [FOREIGN, LOOSE] {
        for end in ends {
            let asked = get(bench, token, &format!("/api/v1/nodes/{node}{end}")).await;
            let nothing = get(bench, token, &format!("/api/v1/nodes/00000000{end}")).await;
            assert_eq!(asked.status, StatusCode::NOT_FOUND, "{node}{end}");
            assert_eq!(without_request(&asked), without_request(&nothing), "{node}{end}");
        }
    }
    let asked = get(bench, token, &format!("/api/v1/sites/{}", foreign.0)).await;
    assert_eq!(without_request(&asked), without_request(&get(bench, token, "/api/v1/sites/999").await));
    for row in TABLE.iter().filter(|row| row.verb == Verb::Get && row.path.contains("{id}")) {
        let id = if row.path.contains("/sites/") { foreign.0.to_string() } else { FOREIGN.to_string() };
        let path = row.path.replace("{id}", &id);
        let answered = get(bench, token, &path).await;
        assert!(
            matches!(
                answered.status,
                StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST
            ),
            "{path}: {}",
            answered.status
        );
        assert!(!answered.text.contains("Foreign 2"), "{path}");
    }
    for path in
        ["/sites", "/nodes", "/api/v1/nodes", "/api/v1/sites", "/api/v1/nodes?site=2", "/nodes?text=Foreign"]
    {
        let answered = get(bench, token, path).await;
        assert_eq!(answered.status, StatusCode::OK, "{path}");
        for foreign in ["Foreign 2", "UA-32", &FOREIGN.to_string(), &LOOSE.to_string()] {
            assert!(!answered.text.contains(foreign), "{path} shows {foreign}");
        }
    }
}

#[tokio::test]
async fn a_field_engineer_sees_the_sites_assigned_and_nothing_of_others() {
    let bench = Bench::new().await;
    let sites = fleet(&bench).await;
    let token = bench.token(Role::FieldEngineer).await;
    let engineer = person(&bench, &token).await;
    assert_eq!(get(&bench, &token, "/api/v1/sites").await.json()["total"], 0, "nothing is assigned yet");
    let now = bench.app.clock.wall();
    bench.app.store.assign_site(engineer, sites.0, engineer, now).await.expect("assigned");
    sees_its_own_alone(&bench, &token, sites).await;
    bench.app.store.unassign_site(engineer, sites.0).await.expect("taken back");
    assert_eq!(get(&bench, &token, &format!("/api/v1/nodes/{OWN}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_recipient_sees_the_sites_of_their_party_and_nothing_of_others() {
    let bench = Bench::new().await;
    let sites = fleet(&bench).await;
    let token = bench.token(Role::Recipient).await;
    assert_eq!(get(&bench, &token, "/api/v1/sites").await.json()["total"], 0);
    bench.app.store.set_site_party(sites.0, Some(OWN_PARTY)).await.expect("set");
    sees_its_own_alone(&bench, &token, sites).await;
}

#[tokio::test]
async fn an_operator_who_is_a_field_engineer_too_sees_the_whole_fleet() {
    let bench = Bench::new().await;
    fleet(&bench).await;
    let later = bench.app.clock.wall().plus_ms(3_600_000);
    let roles = [Role::Operator, Role::FieldEngineer];
    let token = bench.session(&roles, crate::access::SessionKind::Tool, later).await;
    assert_eq!(get(&bench, &token, "/api/v1/nodes").await.json()["total"], 3);
}

//! Enrolment against a real registry file: one ticket makes one node, whatever happens on the way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use holdfast_provisioning::api::TicketWord;
use holdfast_provisioning::authority;
use tower::ServiceExt;

use super::*;
use crate::history::History;

const NOW: WallMs = WallMs(1_795_514_531_000);
const DAY_MS: i64 = 86_400_000;

/// A controller's enrolment with its files, and the fleet it tells.
struct Bench {
    enrolment: Arc<Enrolment>,
    fleet: Fleet,
    folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Bench {
    async fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("holdfast-enrol-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let store = Store::open(&folder).await.expect("a registry");
        let authority = authority::create(&folder.join("keys"), NOW).expect("an authority").authority;
        let history = History::open(&folder).await.expect("a history");
        let now = Now { wall: NOW, monotonic: Instant::now() };
        let fleet = Fleet::load(&store, &history, now).await.expect("a fleet");
        let enrolment = Enrolment::new(
            store,
            Arc::new(authority),
            Clock,
            vec!["https://controller.example:8443".into()],
            vec![MqttEndpoint {
                host: "controller.example".into(),
                port: 8883,
                server_name: "x.invalid".into(),
            }],
            fleet.clone(),
        );
        Self { enrolment: Arc::new(enrolment), fleet, folder }
    }

    async fn ticket(&self, approval: Approval) -> SignedTicket {
        let new = NewTicket { site: None, serial: String::new(), valid_for_s: 86_400, approval };
        self.enrolment.issue_ticket(new, NOW).await.expect("issued")
    }

    async fn ask(&self, request: &EnrolRequest, now: WallMs) -> Result<EnrolResponse, Refusal> {
        let body = Bytes::from(serde_json::to_vec(request).expect("JSON"));
        let now = Now { wall: now, monotonic: Instant::now() };
        self.enrolment.answer(Some(IpAddr::from([192, 0, 2, 1])), Ok(body), now).await
    }
}

fn request(ticket: &SignedTicket) -> EnrolRequest {
    let key = rcgen::KeyPair::generate().expect("a key");
    let csr = rcgen::CertificateParams::default().serialize_request(&key).expect("signed");
    EnrolRequest {
        ticket: ticket.text(),
        csr_pem: csr.pem().expect("PEM"),
        serials: Vec::new(),
        program: "0.1.0".into(),
    }
}

fn code_of(refused: Result<EnrolResponse, Refusal>) -> &'static str {
    refused.expect_err("refused").into_error().code()
}

fn certificate_of(answer: Result<EnrolResponse, Refusal>) -> (NodeId, String) {
    match answer.expect("answered") {
        EnrolResponse::Issued { node, certificate_pem, .. } => (node, certificate_pem),
        EnrolResponse::Waiting { code } => panic!("waiting under {code}"),
    }
}

#[tokio::test]
async fn a_ticket_makes_a_node_and_the_same_key_gets_the_same_certificate_again_even_later() {
    let bench = Bench::new().await;
    let request = request(&bench.ticket(Approval::Automatic).await);
    let first = bench.ask(&request, NOW).await.expect("enrolled");
    // The answer was lost; the node asks again a year later, when the ticket has long expired.
    let again = bench.ask(&request, NOW.plus_ms(365 * DAY_MS)).await.expect("the same");
    assert_eq!(first, again);
    let nodes = bench.enrolment.store.nodes(None, 10).await.expect("read");
    assert_eq!(nodes.len(), 1);
    assert_eq!(bench.fleet.admit(&nodes[0].key_sha256), Admission::Node(nodes[0].id));
}

#[tokio::test]
async fn another_key_is_refused_and_counted_and_the_first_keeps_its_certificate() {
    let bench = Bench::new().await;
    let ticket = bench.ticket(Approval::Automatic).await;
    let (ours, theirs) = (request(&ticket), request(&ticket));
    let first = certificate_of(bench.ask(&ours, NOW).await);
    assert_eq!(code_of(bench.ask(&theirs, NOW).await), "ticket_used");
    assert_eq!(code_of(bench.ask(&theirs, NOW).await), "ticket_used");
    assert_eq!(certificate_of(bench.ask(&ours, NOW).await), first);
    let page = bench.enrolment.ticket_page(None, NOW).await.expect("listed");
    assert_eq!((page.rows[0].state, page.rows[0].other_keys), (TicketWord::Used, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_keys_racing_for_one_ticket_exactly_one_gets_a_certificate() {
    let mut random = fastrand::Rng::with_seed(0x5eed_0001);
    let bench = Bench::new().await;
    for _ in 0..20 {
        let ticket = bench.ticket(Approval::Automatic).await;
        let keys = random.usize(2..6);
        let mut tries: Vec<EnrolRequest> = (0..keys).map(|_| request(&ticket)).collect();
        // Each key asks twice, as a node whose answer is late does; the order is drawn.
        tries.extend(tries.clone());
        random.shuffle(&mut tries);
        let asked: Vec<_> = tries
            .into_iter()
            .map(|request| {
                let enrolment = Arc::clone(&bench.enrolment);
                tokio::spawn(async move { enrolment.redeem(&request, NOW).await })
            })
            .collect();
        let (mut certificates, mut refused) = (BTreeSet::new(), 0);
        for answer in asked {
            match answer.await.expect("not panicked") {
                Ok(outcome) => drop(certificates.insert(certificate_of(Ok(outcome.response)))),
                Err(Refusal::Used { .. }) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(certificates.len(), 1);
        assert_eq!(refused, 2 * keys - 2, "both tries of every other key");
    }
    assert_eq!(bench.enrolment.store.nodes(None, 100).await.expect("read").len(), 20);
}

#[tokio::test]
async fn expired_revoked_altered_foreign_and_forgotten_tickets_are_told_apart_and_make_no_node() {
    let bench = Bench::new().await;
    let expired = bench.ticket(Approval::Automatic).await;
    let revoked = bench.ticket(Approval::Automatic).await;
    bench.enrolment.revoke_ticket(TicketId(revoked.ticket.id), NOW).await.expect("revoked").expect("known");
    let mut altered = bench.ticket(Approval::Automatic).await;
    altered.ticket.expires_s += 1;
    let other = Bench::new().await;
    let foreign = other.ticket(Approval::Automatic).await;
    let wanted = issuing::Wanted {
        serial: String::new(),
        urls: vec!["https://controller.example:8443".into()],
        valid_s: 86_400,
        approval: Approval::Automatic,
    };
    let forgotten = issuing::issue(&bench.enrolment.authority, wanted, NOW).expect("issued");
    let mut unreadable = request(&expired);
    unreadable.ticket.truncate(60);

    let late = NOW.plus_ms(DAY_MS);
    assert_eq!(code_of(bench.ask(&request(&expired), late).await), "ticket_expired");
    assert_eq!(code_of(bench.ask(&request(&revoked), NOW).await), "ticket_revoked");
    assert_eq!(code_of(bench.ask(&request(&altered), NOW).await), "ticket_altered");
    assert_eq!(code_of(bench.ask(&request(&foreign), NOW).await), "ticket_altered");
    assert_eq!(code_of(bench.ask(&request(&forgotten), NOW).await), "ticket_unknown");
    assert_eq!(code_of(bench.ask(&unreadable, NOW).await), "ticket_unreadable");
    assert_eq!(bench.enrolment.store.nodes(None, 10).await.expect("read"), Vec::new());
    // A millisecond before its end it is good.
    certificate_of(bench.ask(&request(&expired), late.plus_ms(-1)).await);
}

#[tokio::test]
async fn a_bad_certificate_request_is_refused_and_the_ticket_stays_unspent() {
    let bench = Bench::new().await;
    let ticket = bench.ticket(Approval::Automatic).await;
    let mut bad = request(&ticket);
    bad.csr_pem = "rubbish".into();
    assert_eq!(code_of(bench.ask(&bad, NOW).await), "csr_malformed");
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let csr = rcgen::CertificateParams::default().serialize_request(&ed25519).expect("signed");
    bad.csr_pem = csr.pem().expect("PEM");
    assert_eq!(code_of(bench.ask(&bad, NOW).await), "key_type");
    certificate_of(bench.ask(&request(&ticket), NOW).await);
}

#[tokio::test]
async fn a_node_that_needs_approval_waits_under_its_code_and_gets_its_certificate_after_it() {
    let bench = Bench::new().await;
    let ticket = bench.ticket(Approval::Needed).await;
    let ours = request(&ticket);
    let EnrolResponse::Waiting { code } = bench.ask(&ours, NOW).await.expect("waiting") else {
        panic!("issued without approval")
    };
    assert_eq!(bench.ask(&ours, NOW).await.expect("still"), EnrolResponse::Waiting { code: code.clone() });
    assert_eq!(code_of(bench.ask(&request(&ticket), NOW).await), "ticket_used");
    assert!(!bench.enrolment.approve("0000-0000").await.expect("read"), "no node waits under it");
    let waiting = bench.enrolment.waiting_page(NOW).await.expect("listed");
    assert_eq!(waiting.rows[0].code.as_deref(), Some(code.as_str()));
    assert!(bench.enrolment.approve(&code.to_lowercase().replace('-', "")).await.expect("approved"));
    assert!(!bench.enrolment.approve(&code).await.expect("read"), "once is enough");
    // The ticket's time is over by now; the node asked in time.
    let (node, _) = certificate_of(bench.ask(&ours, NOW.plus_ms(9 * DAY_MS)).await);
    let stored = bench.enrolment.store.node(node).await.expect("read").expect("there");
    assert_eq!(stored.code, code);
}

#[tokio::test]
async fn a_revoked_waiting_node_gets_nothing() {
    let bench = Bench::new().await;
    let ticket = bench.ticket(Approval::Needed).await;
    let ours = request(&ticket);
    bench.ask(&ours, NOW).await.expect("waiting");
    bench.enrolment.revoke_ticket(TicketId(ticket.ticket.id), NOW).await.expect("revoked").expect("known");
    assert_eq!(code_of(bench.ask(&ours, NOW).await), "ticket_revoked");
}

#[tokio::test]
async fn a_known_key_with_a_second_ticket_and_a_revoked_node_are_refused_by_name() {
    let bench = Bench::new().await;
    let first = request(&bench.ticket(Approval::Automatic).await);
    let (node, _) = certificate_of(bench.ask(&first, NOW).await);
    let mut second = first.clone();
    second.ticket = bench.ticket(Approval::Automatic).await.text();
    assert_eq!(code_of(bench.ask(&second, NOW).await), "key_known");
    assert!(bench.enrolment.store.revoke_node(node, NOW).await.expect("revoked"));
    assert_eq!(code_of(bench.ask(&first, NOW).await), "node_revoked");
}

#[tokio::test]
async fn the_site_of_the_ticket_becomes_the_site_of_the_node_and_an_unknown_site_gets_no_ticket() {
    let bench = Bench::new().await;
    let site = bench.enrolment.store.insert_site("Birch 114", "UA-63", NOW).await.expect("a site").id;
    let new = |site| NewTicket {
        site: Some(site),
        serial: "SN-1".into(),
        valid_for_s: 3600,
        approval: Approval::Automatic,
    };
    let ticket = bench.enrolment.issue_ticket(new(site), NOW).await.expect("issued");
    let (node, _) = certificate_of(bench.ask(&request(&ticket), NOW).await);
    let stored = bench.enrolment.store.node(node).await.expect("read").expect("there");
    assert_eq!((stored.site, stored.ticket), (Some(site), Some(ticket.ticket.id)));
    let refused = bench.enrolment.issue_ticket(new(SiteId(site.0 + 1)), NOW).await;
    assert!(matches!(refused, Err(IssueTicketError::Site)));
}

#[tokio::test]
async fn the_registry_holds_no_secret_of_a_ticket() {
    let bench = Bench::new().await;
    let ticket = bench.ticket(Approval::Automatic).await;
    bench.enrolment.store.close().await;
    for entry in std::fs::read_dir(&bench.folder).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("read");
            assert!(!bytes.windows(16).any(|part| part == ticket.ticket.secret), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn a_sender_that_is_refused_too_often_has_to_wait() {
    let bench = Bench::new().await;
    let mut bad = request(&bench.ticket(Approval::Automatic).await);
    let good = bad.clone();
    bad.ticket = "HF1000".into();
    for _ in 0..attempts::FAILURES_MAX {
        assert_eq!(code_of(bench.ask(&bad, NOW).await), "ticket_unreadable");
    }
    assert_eq!(code_of(bench.ask(&good, NOW).await), "too_many_attempts");
    let later = Now { wall: NOW, monotonic: Instant::now() + attempts::WINDOW + Duration::from_secs(1) };
    let body = Bytes::from(serde_json::to_vec(&good).expect("JSON"));
    assert!(bench.enrolment.answer(Some(IpAddr::from([192, 0, 2, 1])), Ok(body), later).await.is_ok());
}

#[tokio::test]
async fn oversized_and_malformed_bodies_are_refused_by_code_without_repeating_them() {
    let bench = Bench::new().await;
    let secret = bench.ticket(Approval::Automatic).await.text();
    let bodies = [
        (vec![b' '; REQUEST_BYTES_MAX + 1], StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"),
        (b"{".to_vec(), StatusCode::BAD_REQUEST, "request_unreadable"),
        (
            format!("{{\"ticket\":[\"{secret}\"]}}").into_bytes(),
            StatusCode::BAD_REQUEST,
            "request_unreadable",
        ),
        (format!("{{\"{secret}\":1}}").into_bytes(), StatusCode::BAD_REQUEST, "request_unreadable"),
    ];
    for (body, status, code) in bodies {
        let request = Request::post(ENROL_PATH).body(Body::from(body)).expect("a request");
        let enrolment = Arc::clone(&bench.enrolment);
        let router: Router = limited(post(|body| async move { reply(&enrolment, None, body).await }));
        let response = router.oneshot(request).await.expect("answered");
        assert_eq!(response.status(), status);
        let body = axum::body::to_bytes(response.into_body(), 65_536).await.expect("read");
        let text = String::from_utf8(body.to_vec()).expect("UTF-8");
        assert!(text.contains(&format!("\"code\":\"{code}\"")), "{text}");
        assert!(!text.contains(&secret), "{text}");
    }
}

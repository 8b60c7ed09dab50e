//! Which address an attempt counts for: the peer's own, or behind a proxy what the proxy says, and nothing that a client can
//! choose.

use std::net::IpAddr;

use axum::http::StatusCode;
use serde_json::json;

use super::testing::{Bench, PASSWORD, Sent};

const PROXY: &str = "127.0.0.1";
const BEHIND: &str = "[listen]\nbehind_tls_proxy = true";

/// A wrong code from `peer`; whether it was held back without a look at it.
async fn held(bench: &Bench, peer: &str, forwarded: &[&str]) -> bool {
    let wish = json!({"code": "AAAA-BBBB-CCCC-DDDD", "name": "anna", "password": PASSWORD});
    tried(bench, "/api/v1/session/first", wish, peer, forwarded).await == StatusCode::TOO_MANY_REQUESTS
}

async fn tried(
    bench: &Bench,
    path: &str,
    wish: serde_json::Value,
    peer: &str,
    forwarded: &[&str],
) -> StatusCode {
    let headers = forwarded.iter().map(|line| ("x-forwarded-for", (*line).to_owned())).collect();
    let address: Option<IpAddr> = Some(peer.parse().expect("address"));
    let sent = Sent { headers, body: Some(wish), address, ..Sent::default() };
    bench.send("POST", path, sent).await.status
}

/// Tries until the address is held back, or often enough that it will never be.
async fn wear_out(bench: &Bench, peer: &str, forwarded: &[&str]) {
    for _ in 0..30 {
        held(bench, peer, forwarded).await;
    }
}

#[tokio::test]
async fn behind_a_proxy_the_last_entry_that_it_wrote_is_counted() {
    let bench = Bench::with(BEHIND).await;
    wear_out(&bench, PROXY, &["198.51.100.1, 203.0.113.9"]).await;
    for forwarded in [
        &["203.0.113.9"][..],
        &["192.0.2.77,203.0.113.9"],
        &["192.0.2.77", "203.0.113.9"],
        &["203.0.113.9:51234"],
        &["::ffff:203.0.113.9"],
    ] {
        assert!(held(&bench, PROXY, forwarded).await, "{forwarded:?}");
    }
    for forwarded in [&["198.51.100.1"][..], &["203.0.113.10"], &["203.0.113.9", "203.0.113.10"], &[]] {
        assert!(!held(&bench, PROXY, forwarded).await, "{forwarded:?}");
    }
    assert!(held(&bench, "203.0.113.9", &[]).await, "the same address without the proxy");
    for last in 0..30 {
        held(&bench, "::1", &[&format!("[2001:db8::{last:x}]:443")]).await;
    }
    assert!(held(&bench, "::1", &["2001:db8::ffff"]).await, "one network of IPv6");
    assert!(!held(&bench, "::1", &["2001:db8:0:1::1"]).await, "another one");
}

#[tokio::test]
async fn behind_a_proxy_that_says_nothing_usable_nobody_is_counted_for_the_others() {
    let bench = Bench::with(BEHIND).await;
    for forwarded in [&[][..], &["unknown"], &["203.0.113.9, "], &["127.0.0.1"]] {
        wear_out(&bench, PROXY, forwarded).await;
        assert!(!held(&bench, PROXY, forwarded).await, "{forwarded:?}");
    }
}

#[tokio::test]
async fn without_a_proxy_a_loopback_peer_is_no_address_and_its_header_nothing() {
    let bench = Bench::new().await;
    wear_out(&bench, PROXY, &["203.0.113.9"]).await;
    assert!(!held(&bench, PROXY, &["203.0.113.9"]).await);
    assert!(!held(&bench, "203.0.113.9", &[]).await, "the header was taken at its word");
}

#[tokio::test]
async fn a_peer_from_elsewhere_is_counted_as_itself_whatever_it_claims() {
    for text in ["", BEHIND] {
        let bench = Bench::with(text).await;
        wear_out(&bench, "192.0.2.1", &["203.0.113.9"]).await;
        assert!(held(&bench, "192.0.2.1", &["203.0.113.10"]).await, "another header frees nobody: {text:?}");
        assert!(!held(&bench, "203.0.113.9", &[]).await, "another's address was charged: {text:?}");
    }
}

#[tokio::test]
async fn enrolment_counts_by_the_same_address() {
    let bench = Bench::with(BEHIND).await;
    let enrol = async |forwarded: &[&str]| {
        let wish = json!({"ticket": "none", "csr_pem": "", "serials": [], "program": "0.1.0"});
        tried(&bench, "/enrol/v1", wish, PROXY, forwarded).await
    };
    for _ in 0..=crate::enrol::attempts::FAILURES_MAX {
        enrol(&["203.0.113.9"]).await;
        enrol(&[]).await;
    }
    assert_eq!(enrol(&["203.0.113.9"]).await, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(enrol(&["203.0.113.10"]).await, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(enrol(&[]).await, StatusCode::TOO_MANY_REQUESTS);
}

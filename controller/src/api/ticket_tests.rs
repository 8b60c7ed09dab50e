//! The site that comes with a ticket: what the registry has, the fleet knows, whenever the client hangs up.

use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use super::testing::{Bench, Sent, bearer};
use crate::access::Role;

fn wish(token: &str, site: &str) -> Sent {
    let body = json!({"site": site, "region": "UA-63", "serial": "", "valid_s": 0, "approval": false});
    Sent { headers: vec![bearer(token)], body: Some(body), ..Sent::default() }
}

async fn shown(bench: &Bench, token: &str, site: &str) -> bool {
    let sent = Sent { headers: vec![bearer(token)], ..Sent::default() };
    bench.send("GET", "/api/v1/sites", sent).await.text.contains(&format!("\"{site}\""))
}

/// Polls at most `times`, then drops the future, as a server does whose client has gone. Whether it came to its end.
async fn hang_up_after<T>(times: u32, future: impl Future<Output = T>) -> bool {
    let mut future = std::pin::pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_no_site_that_the_fleet_does_not_know() {
    let bench = Bench::new().await;
    let token = bench.token(Role::Administrator).await;
    // Each number of polls several times: how far the database has come by then differs from run to run.
    let (mut tries, mut ends) = (0_u32, 0);
    while ends < 3 {
        assert!(tries < 1_000, "never came to its end");
        let times = 1 + tries / 3;
        let name = name_of(tries);
        tries += 1;
        ends +=
            u8::from(hang_up_after(times, bench.send("POST", "/api/v1/tickets", wish(&token, &name))).await);
    }
    // What was under way when its client had gone may only now begin, so both are asked until they agree.
    for number in 0..tries {
        let name = name_of(number);
        let mut agree = false;
        for _ in 0..400 {
            let stored = bench.app.store.site_by_name(&name).await.expect("asked").is_some();
            agree = stored == shown(&bench, &token, &name).await;
            if agree {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(
            agree,
            "hung up after {} polls: the registry has a site that the fleet was never told",
            1 + number / 3
        );
    }
    let last = name_of(tries - 1);
    assert!(shown(&bench, &token, &last).await, "an answered wish made its site");
}

fn name_of(number: u32) -> String {
    format!("birch {number}")
}

#[tokio::test]
async fn a_site_that_the_registry_alone_has_is_told_to_the_fleet() {
    let bench = Bench::new().await;
    let token = bench.token(Role::FieldEngineer).await;
    let watcher = bench.token(Role::Administrator).await;
    bench.app.store.insert_site("birch", "UA-63", bench.app.clock.wall()).await.expect("site");
    assert!(!shown(&bench, &watcher, "birch").await);
    let answered = bench.send("POST", "/api/v1/tickets", wish(&token, "birch")).await;
    assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.text);
    assert!(shown(&bench, &watcher, "birch").await);
}

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
        let name = format!("birch {tries}");
        tries += 1;
        let ended = hang_up_after(times, bench.send("POST", "/api/v1/tickets", wish(&token, &name))).await;
        // The one writer is free again when what was under way has ended.
        for _ in 0..200 {
            drop(bench.app.store.write().await.expect("the writer"));
            let stored = bench.app.store.site_by_name(&name).await.expect("asked").is_some();
            if !stored || shown(&bench, &token, &name).await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let stored = bench.app.store.site_by_name(&name).await.expect("asked").is_some();
        assert_eq!(stored, shown(&bench, &token, &name).await, "hung up after {times} polls");
        if ended {
            assert!(stored);
            ends += 1;
        }
    }
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

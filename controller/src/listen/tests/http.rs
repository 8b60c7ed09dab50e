//! HTTP through the listeners: where a request came from, certificates, limits, ports that cannot be had.

use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use holdfast_provisioning::authority;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::{ListenError, STOP_WITHIN, bind};
use super::world::{self, BOUND, Client, World, anywhere};
use crate::app::{Peer, Transport};
use crate::clock::Clock;

fn router() -> Router {
    let origin = |transport: Extension<Transport>, peer: Extension<Peer>| async move {
        format!("{:?} from {}", transport.0, peer.0.0)
    };
    let never = || async { std::future::pending::<&str>().await };
    Router::new().route("/origin", get(origin)).route("/never", get(never))
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream.flush().await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(BOUND, stream.read_to_end(&mut answer)).await.expect("answered");
    drop(read);
    String::from_utf8(answer).expect("text")
}

const ASK: &str = "GET /origin HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_knows_how_it_came_in() {
    let world = World::with(router(), 100).await;
    let http = world.addresses.http.expect("plain HTTP");
    let mut plain = TcpStream::connect(http).await.expect("TCP");
    assert!(answer(&mut plain, ASK).await.ends_with("Loopback from 127.0.0.1"));
    for alpn in [&b"http/1.1"[..], b""] {
        let mut client = Client::connect(world.addresses.https.port(), None, alpn).await.expect("TLS");
        assert!(answer(&mut client.stream, ASK).await.ends_with("Tls from 127.0.0.1"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_web_side_sends_the_root_for_who_knows_its_hash_and_the_node_side_the_leaf_alone() {
    let world = World::with(router(), 100).await;
    let node = world.enrol(1);
    let web = Client::connect(world.addresses.https.port(), None, b"http/1.1").await.expect("TLS");
    let chain = web.stream.get_ref().1.peer_certificates().expect("chain").to_vec();
    assert_eq!(chain.len(), 3);
    assert_eq!(&chain[2], world::authority().root());
    for (port, alpn) in [(world.addresses.mqtt.port(), &b""[..]), (world.addresses.https.port(), b"mqtt")] {
        let client = Client::connect(port, Some(&node), alpn).await.expect("TLS");
        assert_eq!(client.stream.get_ref().1.peer_certificates().map(<[_]>::len), Some(1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_replaced_while_running_serves_the_next_handshake() {
    let world = World::with(router(), 100).await;
    let leaf = async || {
        let client = Client::connect(world.addresses.https.port(), None, b"").await.expect("TLS");
        client.stream.get_ref().1.peer_certificates().expect("chain")[0].clone()
    };
    let before = leaf().await;
    let names = ["other.example".to_owned()];
    let identity = world::issue_server(&names, Clock);
    world.tls.replace(&identity).expect("replaced");
    let after = leaf().await;
    assert_ne!(before, after);
    assert_eq!(Some(&after), identity.leaf());
    assert!(authority::validity_s(&after).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_large_is_refused() {
    let world = World::with(router(), 100).await;
    let http = world.addresses.http.expect("plain HTTP");
    let long = format!("GET /origin HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET /origin HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(100));
    for request in [long, many] {
        let mut stream = TcpStream::connect(http).await.expect("TCP");
        let answer = answer(&mut stream, &request).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_ends_does_not_hold_up_the_stop() {
    let world = World::with(router(), 100).await;
    let mut stream = TcpStream::connect(world.addresses.http.expect("plain HTTP")).await.expect("TCP");
    stream.write_all(b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    // An answer on the same connection would come later: a second one shows that the first is being served.
    let mut other = TcpStream::connect(world.addresses.http.expect("plain HTTP")).await.expect("TCP");
    answer(&mut other, ASK).await;
    let within = STOP_WITHIN + Duration::from_secs(5);
    tokio::time::timeout(within, world.serving.stop()).await.expect("stopped in time");
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_setting_and_what_to_do() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = taken.local_addr().expect("address");
    for key in ["listen.https", "listen.mqtt", "listen.http"] {
        let mut listen = anywhere();
        match key {
            "listen.https" => listen.https = address,
            "listen.mqtt" => listen.mqtt = address,
            _ => listen.http = Some(address),
        }
        let error = bind(&listen).await.expect_err("in use").to_string();
        for part in [&address.to_string(), key, "in use", &format!("ss -ltnp 'sport = :{}'", address.port())]
        {
            assert!(error.contains(part), "{part} is missing: {error}");
        }
    }
}

#[tokio::test]
async fn plain_http_never_leaves_the_machine() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let mut listen = anywhere();
        listen.http = Some(address.parse().expect("address"));
        let error = bind(&listen).await.expect_err("not loopback");
        assert!(matches!(error, ListenError::NotLoopback(_)), "{error}");
    }
}

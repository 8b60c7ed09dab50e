//! One neighbourhood against the others: page connections that live on, and clients that say nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::super::accept::{self, HELLO_WITHIN, Speaks};
use super::super::crowd::Crowd;
use super::world::{BOUND, Client, World, wait_until};
use crate::door::Refusal;
use crate::door::engine::CONNECT_WITHIN;

/// A listener whose connections all seem to come from the address that the test names.
struct Front {
    world: World,
    listener: TcpListener,
}

impl Front {
    async fn new(connections: usize) -> Self {
        let router = Router::new().route("/", get(|| async { "here" }));
        let world = World::with(router, connections).await;
        Self { world, listener: TcpListener::bind("127.0.0.1:0").await.expect("port") }
    }

    /// A reader from `address`, asking once and staying; `None` when it was turned away.
    async fn reader(&self, address: [u8; 4]) -> Option<Client> {
        let gate = Arc::clone(&self.world.serving.gate);
        let port = self.listener.local_addr().expect("address").port();
        let served = async {
            let (stream, _) = self.listener.accept().await.expect("accepted");
            let peer = SocketAddr::from((IpAddr::from(address), 1));
            let permit = Arc::clone(&gate.handshakes).acquire_owned().await.expect("open");
            let room = gate.shaking.enter(peer.ip()).expect("room to shake hands");
            accept::welcome(gate, stream, peer, Speaks::HttpOrMqtt, (permit, room)).await;
        };
        let (client, ()) = tokio::join!(Client::connect(port, None, b"http/1.1"), served);
        let mut client = client.ok()?;
        client.stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.ok()?;
        let mut answer = [0; 512];
        let read = tokio::time::timeout(BOUND, client.stream.read(&mut answer)).await.expect("answered");
        read.is_ok_and(|bytes| bytes > 0).then_some(client)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_cannot_hold_all_page_connections() {
    let front = Front::new(64).await;
    let (greedy, other) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(front.reader(greedy).await.expect("within its share"));
    }
    assert!(front.reader(greedy).await.is_none(), "beyond its share");
    assert!(front.reader(other).await.is_some(), "another address has its own");
    held.pop();
    let gate = Arc::clone(&front.world.serving.gate);
    let given_back = || gate.reading.enter(greedy.into()).is_some();
    wait_until("the room of a connection that has ended is given back", given_back).await;
    assert!(front.reader(greedy).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_on_this_machine_is_not_one_neighbour() {
    let front = Front::new(64).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(front.reader([127, 0, 0, 1]).await.expect("not counted"));
    }
}

#[tokio::test]
async fn who_says_nothing_is_let_go_long_before_a_handshake_must_end() {
    let world = World::start().await;
    tokio::time::pause();
    for (speaks, said, within) in [
        (Speaks::Mqtt, &b""[..], HELLO_WITHIN),
        (Speaks::HttpOrMqtt, b"", HELLO_WITHIN),
        (Speaks::HttpOrMqtt, b"\x16\x03\x01", HELLO_WITHIN),
        (Speaks::HttpOrMqtt, &hello(), CONNECT_WITHIN),
    ] {
        let crowd = Arc::new(Crowd::new(1));
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        client.write_all(said).await.expect("sent");
        let begun = Instant::now();
        let greeted = accept::greet(&world.tls, server, speaks, || crowd.enter([192, 0, 2, 1].into())).await;
        assert_eq!(greeted.expect_err("too slow"), Refusal::TooSlow);
        let took = begun.elapsed();
        assert!(took >= within && took < within + Duration::from_millis(100), "{took:?} for {speaks:?}");
        assert!(crowd.enter([192, 0, 2, 1].into()).is_some(), "the room of a handshake that failed");
    }
}

/// A ClientHello, and nothing after it.
fn hello() -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let name = "localhost".try_into().expect("name");
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).expect("client");
    let mut said = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut said).expect("written");
    }
    said
}

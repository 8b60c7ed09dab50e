//! MQTT through the listeners: who comes in, what a node may say, how sessions end.

use holdfast_protocol::ack::Ack;
use holdfast_protocol::ids::{NodeId, Sequence};
use holdfast_protocol::topic::{Down, Up, down_filter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::world::{BOUND, Client, Identity, World, record_of, wait_until};
use crate::clock::Clock;
use crate::door::session::Session;
use crate::door::testing::{ConnectOf, publish, split_packet, subscribe, text};
use crate::door::{Goodbye, Refusal};

/// CONNECT, SUBSCRIBE and the first PUBLISH in one flight, as the agent sends them.
fn flight(node: NodeId) -> Vec<u8> {
    [
        ConnectOf::new(&node.to_string()).bytes(),
        subscribe(1, &[(&down_filter(node), 1)]),
        publish(&Up::Urgent.of(node), Some(2), &record_of(node, 1)),
    ]
    .concat()
}

async fn opened(world: &World, identity: &Identity) -> Client {
    let mut client = Client::connect(world.addresses.mqtt.port(), Some(identity), b"").await.expect("TLS");
    client.send(&ConnectOf::new(&identity.node.to_string()).bytes()).await;
    let (first, body) = client.next().await;
    assert_eq!((first, body[1]), (0x20, 0));
    client
}

/// The reason code of CONNACK, after which the connection must end.
async fn connack(world: &World, identity: &Identity, connect: &ConnectOf<'_>) -> u8 {
    let mut client = Client::connect(world.addresses.mqtt.port(), Some(identity), b"").await.expect("TLS");
    client.send(&connect.bytes()).await;
    let (first, body) = client.next().await;
    assert_eq!(first, 0x20);
    assert_eq!(client.try_next().await, None, "the connection goes on after a refusal");
    body[1]
}

/// Connects with a certificate that TLS refuses: the alert comes with the first read.
async fn refused_by_tls(world: &World, identity: Option<&Identity>, why: Refusal) {
    let port = world.addresses.mqtt.port();
    if let Ok(mut client) = Client::connect(port, identity, b"").await {
        assert_eq!(client.try_next().await, None);
    }
    wait_until(why.word(), || world.sessions.counters.refusals(why) == 1).await;
    assert_eq!(world.sessions.open_count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_acknowledged_behind_its_commit_on_both_ports() {
    let world = World::start().await;
    let ports = [(world.addresses.mqtt.port(), &b""[..]), (world.addresses.https.port(), b"mqtt")];
    for (number, (port, alpn)) in (1..).zip(ports) {
        let identity = world.enrol(number);
        let node = identity.node;
        let mut client = Client::connect(port, Some(&identity), alpn).await.expect("TLS");
        client.send(&flight(node)).await;
        let (connack, suback) = (client.next().await, client.next().await);
        assert_eq!((connack.0, connack.1[1]), (0x20, 0));
        assert_eq!(suback, (0x90, vec![0, 1, 0, 1]));
        let (first, body) = client.next().await;
        let topic = text(&Down::Ack.of(node));
        assert_eq!((first, &body[..topic.len()]), (0x30, &topic[..]), "the ack comes before the PUBACK");
        let ack = Ack::decode(&body[topic.len() + 6..]).expect("ack");
        assert!(ack.covers(Sequence(1)) && !ack.covers(Sequence(2)));
        assert_eq!(client.next().await, (0x40, vec![0, 2]));
        assert_eq!(world.history.count().await.expect("count"), u64::from(number));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_publishes_as_another_is_refused_and_counted_and_goes_on() {
    let world = World::start().await;
    let (mine, other) = (world.enrol(1), world.enrol(2));
    let mut client = opened(&world, &mine).await;
    let record = record_of(other.node, 1);
    client.send(&publish(&Up::Record.of(other.node), Some(1), &record)).await;
    assert_eq!(client.next().await, (0x40, vec![0, 1, 0x87, 0]));
    client.send(&subscribe(2, &[(&down_filter(other.node), 1)])).await;
    assert_eq!(client.next().await, (0x90, vec![0, 2, 0, 0x87]));
    let counters = &world.sessions.counters;
    let each = counters.each();
    let count = |name| each.iter().find(|total| total.name == name).map(|total| total.count);
    assert_eq!((count("door_foreign_topics"), count("door_foreign_filters")), (Some(1), Some(1)));
    // The other's record under the own topic is refused by what is inside it.
    client.send(&publish(&Up::Record.of(mine.node), Some(3), &record)).await;
    let (first, body) = client.next().await;
    assert_eq!((first, body[2]), (0x40, 0x87));
    client.send(&publish(&Up::Urgent.of(mine.node), Some(4), &record_of(mine.node, 1))).await;
    assert_eq!(client.next().await, (0x40, vec![0, 4]));
    assert_eq!(world.history.count().await.expect("count"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_no_certificate_or_a_wrong_one_does_not_come_in() {
    let world = World::start().await;
    let node = NodeId::from_bytes([9; 5]);
    refused_by_tls(&world, None, Refusal::NoCertificate).await;
    refused_by_tls(&world, Some(&Identity::foreign(node)), Refusal::Foreign).await;
    refused_by_tls(&world, Some(&Identity::issued(node, 200)), Refusal::Expired).await;
    refused_by_tls(&world, Some(&Identity::issued(node, -30)), Refusal::NotYetValid).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_the_registry_does_not_know_is_told_so() {
    let world = World::start().await;
    let unknown = Identity::issued(NodeId::from_bytes([9; 5]), 0);
    let id = unknown.node.to_string();
    assert_eq!(connack(&world, &unknown, &ConnectOf::new(&id)).await, 0x87);
    assert_eq!(world.sessions.counters.refusals(Refusal::Unknown), 1);

    // A certificate of the authority whose key the registry knows under another name.
    let mut record = unknown.record();
    record.id = NodeId::from_bytes([8; 5]);
    world.fleet.node_enrolled(&record, Clock.now());
    assert_eq!(connack(&world, &unknown, &ConnectOf::new(&id)).await, 0x87);
    assert_eq!(world.sessions.counters.refusals(Refusal::Unreadable), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_client_id_and_an_older_mqtt_are_refused_in_their_own_words() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let id = identity.node.to_string();
    let other = NodeId::from_bytes([2; 5]).to_string();
    assert_eq!(connack(&world, &identity, &ConnectOf::new(&other)).await, 0x85);
    assert_eq!(connack(&world, &identity, &ConnectOf { level: 4, ..ConnectOf::new(&id) }).await, 0x84);
    assert_eq!(world.sessions.counters.refusals(Refusal::Connect), 2);
    assert_eq!(world.sessions.open_count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_1_2_is_refused_on_both_ports() {
    let world = World::start().await;
    // ClientHello of TLS 1.2: no supported_versions extension, one cipher suite of that version.
    let mut hello = vec![0x03, 0x03];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
    let mut bytes = vec![0x16, 0x03, 0x01, 0, u8::try_from(hello.len() + 4).expect("short"), 1, 0, 0];
    bytes.push(u8::try_from(hello.len()).expect("short"));
    bytes.extend(hello);
    for (port, refused) in [(world.addresses.mqtt.port(), 1), (world.addresses.https.port(), 2)] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("TCP");
        stream.write_all(&bytes).await.expect("sent");
        let mut answer = Vec::new();
        let read = tokio::time::timeout(BOUND, stream.read_to_end(&mut answer)).await;
        read.expect("closed").expect("read");
        assert!(answer.is_empty() || answer[0] == 0x15, "an alert or nothing: {answer:02x?}");
        let counters = &world.sessions.counters;
        wait_until("refused", || counters.refusals(Refusal::Incompatible) == refused).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_session_takes_over_and_the_first_is_told() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let mut first = opened(&world, &identity).await;
    let mut second = opened(&world, &identity).await;
    assert_eq!(first.next().await, (0xE0, vec![0x8E, 0]));
    assert_eq!(first.try_next().await, None);
    second.send(&[0xC0, 0]).await;
    assert_eq!(second.next().await, (0xD0, vec![]));
    assert_eq!(world.sessions.open_count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_node_is_out_at_once_and_stays_out() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let mut client = opened(&world, &identity).await;
    let started = Clock.monotonic();
    world.fleet.node_revoked(identity.node, Clock.now());
    world.sessions.close(identity.node, Goodbye::Revoked);
    assert_eq!(client.next().await, (0xE0, vec![0x87, 0]));
    assert_eq!(client.try_next().await, None);
    assert!(started.elapsed().as_millis() < 2_000);
    let id = identity.node.to_string();
    assert_eq!(connack(&world, &identity, &ConnectOf::new(&id)).await, 0x87);
    assert_eq!(world.sessions.counters.refusals(Refusal::Revoked), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_says_goodbye_and_ends_in_time() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let mut client = opened(&world, &identity).await;
    let farewell = tokio::spawn(async move { (client.next().await, client.try_next().await) });
    world.serving.stop().await;
    assert_eq!(farewell.await.expect("client"), ((0xE0, vec![0x8B, 0]), None));
    assert!(TcpStream::connect(world.addresses.mqtt).await.is_err(), "still listening");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_one_connection_leaves_the_others_alone() {
    let world = World::start().await;
    let (good, bad) = (world.enrol(1), world.enrol(2));
    let mut witness = opened(&world, &good).await;
    let attacks: [(&[u8], u8); 4] = [
        (&[0x81, 0x00], 0x81),
        (&[0xF0, 0x00], 0x82),
        (&[0x30, 0xff, 0xff, 0xff, 0x7f], 0x95),
        (&[0x34, 0x03, 0, 1, b'x'], 0x9B),
    ];
    for (bytes, code) in attacks {
        let mut client = opened(&world, &bad).await;
        client.send(bytes).await;
        assert_eq!(client.next().await, (0xE0, vec![code, 0]));
        assert_eq!(client.try_next().await, None);
    }
    witness.send(&[0xC0, 0]).await;
    assert_eq!(witness.next().await, (0xD0, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_nodes_come_in_than_there_is_room_for() {
    let world = World::with(axum::Router::new(), 1).await;
    let (first, second) = (world.enrol(1), world.enrol(2));
    let client = opened(&world, &first).await;
    let port = world.addresses.mqtt.port();
    let mut full = Client::connect(port, Some(&second), b"").await.expect("TLS");
    assert_eq!(full.try_next().await, None);
    assert_eq!(world.sessions.counters.refusals(Refusal::Full), 1);
    drop(client);
    wait_until("room again", || world.sessions.open_count() == 0).await;
    wait_until("the second comes in", || world.sessions.counters.refusals(Refusal::Full) >= 1).await;
    opened_when_there_is_room(&world, &second).await;
}

/// The permit comes back a moment behind the count.
async fn opened_when_there_is_room(world: &World, identity: &Identity) {
    let connect = ConnectOf::new(&identity.node.to_string()).bytes();
    let tried = async {
        loop {
            let mut client =
                Client::connect(world.addresses.mqtt.port(), Some(identity), b"").await.expect("TLS");
            if client.stream.write_all(&connect).await.is_ok() && client.try_next().await.is_some() {
                return;
            }
        }
    };
    tokio::time::timeout(BOUND, tried).await.expect("room for the second");
}

/// Of the 16 KiB that an idle node may cost, TLS's own buffers take 9.5 KiB as measured: the boxed session (rustls's
/// connection inside it included) and the task's future stay within 4.5 KiB.
#[test]
fn a_session_is_small() {
    const SESSION_BYTES_MAX: usize = 3 * 1024;
    const FUTURE_BYTES_MAX: usize = 1_536;
    type Real = Session<TlsStream<TcpStream>>;
    fn future_of<F>(_: impl FnOnce(Box<Real>) -> F) -> usize {
        size_of::<F>()
    }
    let future = future_of(|session| session.serve());
    assert!(size_of::<Real>() <= SESSION_BYTES_MAX, "{} bytes", size_of::<Real>());
    assert!(future <= FUTURE_BYTES_MAX, "{future} bytes");
}

#[test]
fn the_first_packet_of_a_stream_is_told_from_its_rest() {
    assert_eq!(split_packet(&[0xD0, 0, 0x40]), Some((0xD0, &[][..], &[0x40][..])));
    assert_eq!(split_packet(&[0x40, 2, 0]), None);
}

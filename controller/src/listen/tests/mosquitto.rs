//! A client that nobody here wrote: mosquitto's, where it is installed.

use std::process::{Command, Output, Stdio};

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::topic::{Up, down_filter};

use super::world::{self, BOUND, Identity, World, record_of, write};
use crate::door::Refusal;

struct Mosquitto<'a> {
    world: &'a World,
    identity: &'a Identity,
    authority: String,
    certificate: String,
    key: String,
}

impl<'a> Mosquitto<'a> {
    /// `None`, said aloud, where mosquitto-clients is not installed.
    fn new(world: &'a World, identity: &'a Identity) -> Option<Self> {
        if Command::new("mosquitto_pub").arg("--version").output().is_err() {
            println!("skipped: mosquitto_pub is not installed (apt-get install mosquitto-clients)");
            return None;
        }
        let folder = &world.folder.0;
        // OpenSSL wants to see a root; rustls takes the intermediate alone, as nodes do.
        let root = pem(world::authority().root());
        let authority = format!("{}{root}", world::authority().intermediate_pem());
        Some(Self {
            world,
            identity,
            authority: write(folder, "authority.crt", authority.as_bytes()),
            certificate: write(folder, "node.crt", identity.pem.as_bytes()),
            key: write(folder, "node.key", identity.key_pem.as_bytes()),
        })
    }

    async fn run(&self, program: &str, version: &str, client_id: &str, more: &[&str]) -> String {
        let port = self.world.addresses.mqtt.port().to_string();
        let mut command = Command::new("timeout");
        command
            .args([&BOUND.as_secs().to_string(), program])
            .args(["-d", "-V", version, "-h", "localhost", "-p", &port, "-i", client_id])
            .args(["--cafile", &self.authority, "--cert", &self.certificate, "--key", &self.key])
            .args(more)
            .stdin(Stdio::null());
        let output =
            tokio::task::spawn_blocking(move || command.output()).await.expect("task").expect("it runs");
        let Output { stdout, stderr, .. } = output;
        format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
    }

    async fn publish(&self, topic: &str, file: &str) -> String {
        let id = self.identity.node.to_string();
        self.run("mosquitto_pub", "mqttv5", &id, &["-q", "1", "-t", topic, "-f", file]).await
    }
}

fn pem(der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let bits = group
                .iter()
                .chain([0, 0].iter())
                .take(3)
                .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
            for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
                let padded = index > group.len();
                text.push(if padded { '=' } else { char::from(ALPHABET[bits >> shift & 63]) });
            }
        }
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mosquitto_with_a_nodes_certificate_may_publish_as_that_node_and_nothing_else() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let Some(mosquitto) = Mosquitto::new(&world, &identity) else { return };
    let other = NodeId::from_bytes([2; 5]);
    let id = identity.node.to_string();
    let file = write(&world.folder.0, "record", &record_of(identity.node, 1));

    let said = mosquitto.publish(&Up::Urgent.of(identity.node), &file).await;
    assert!(said.contains("received PUBACK (Mid: 1, RC:0)"), "{said}");
    assert_eq!(world.history.count().await.expect("count"), 1, "PUBACK comes behind the commit");

    let said = mosquitto.publish(&Up::Record.of(other), &file).await;
    assert!(said.contains("RC:135"), "{said}");
    let filter = down_filter(other);
    let said = mosquitto.run("mosquitto_sub", "mqttv5", &id, &["-q", "1", "-t", &filter, "-W", "5"]).await;
    assert!(said.contains("denied") || said.contains("Subscribed (mid: 1): 135"), "{said}");
    let topic = Up::Record.of(identity.node);
    let more = ["-q", "1", "-t", &topic, "-m", "x"];
    let said = mosquitto.run("mosquitto_pub", "mqttv5", &other.to_string(), &more).await;
    assert!(
        said.contains("Client Identifier not valid") || said.contains("RC:133") || said.contains("(133)"),
        "{said}"
    );
    let said = mosquitto.run("mosquitto_pub", "mqttv311", &id, &more).await;
    assert!(!said.contains("PUBACK"), "{said}");
    assert_eq!(world.history.count().await.expect("count"), 1);
    assert_eq!(world.sessions.counters.refusals(Refusal::Connect), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mosquitto_gets_what_is_for_its_node() {
    let world = World::start().await;
    let identity = world.enrol(1);
    let Some(mosquitto) = Mosquitto::new(&world, &identity) else { return };
    let id = identity.node.to_string();
    let filter = down_filter(identity.node);
    let more = ["-q", "1", "-t", &filter, "-W", "2"];
    let said = mosquitto.run("mosquitto_sub", "mqttv5", &id, &more).await;
    assert!(said.contains("Subscribed (mid: 1): 1"), "{said}");
}

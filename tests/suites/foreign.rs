//! A foreign MQTT 5 client, mosquitto's, with a node's certificate: what it may do at the shipped controller, and what it
//! is refused.
//!
//! Skipped aloud where mosquitto-clients is not installed; `tests/run` installs it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;
use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use holdfast_protocol::topic::{Down, Up, down_filter};
use holdfast_tests::history;
use holdfast_tests::mqtt::{Identity, good_record};

use crate::stage::{SOON, Stage};

/// A configuration of OpenSSL.
const TLS_1_2: &str =
    "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\nMaxProtocol = TLSv1.2\n";
/// The fleet's folder of keys in the data folder, and what is read of it.
const CHAIN: [&str; 2] = ["keys/intermediate.crt", "keys/root.crt"];

/// The client's files, and where it connects.
struct Mosquitto {
    stage: Stage,
    identity: Identity,
    node: NodeId,
    authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    record: PathBuf,
}

impl Mosquitto {
    /// `None`, said aloud, where it is not installed.
    fn new(name: &str) -> anyhow::Result<Option<Self>> {
        if Command::new("mosquitto_pub").arg("--version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: mosquitto_pub is not there; install the package mosquitto-clients");
            return Ok(None);
        }
        let stage = Stage::new(name)?;
        let node = stage.node("node")?;
        let identity = Identity::of(&node)?;
        let file = |name: &str| stage.folder.path().join(name);
        let (authority, certificate, key, record) =
            (file("authority.pem"), file("node.pem"), file("node.key"), file("record"));
        // OpenSSL wants to see a root; nodes take the intermediate alone.
        let chain = CHAIN.map(|name| std::fs::read_to_string(stage.controller.data().join(name)));
        let [intermediate, root] = chain;
        std::fs::write(&authority, intermediate? + &root?)?;
        identity.write(&certificate, &key)?;
        let node = identity.node;
        Ok(Some(Self { stage, identity, node, authority, certificate, key, record }))
    }

    fn command(&self, program: &str, version: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args([&SOON.as_secs().to_string(), program, "-d", "-V", version, "-h", "127.0.0.1"]);
        command.args(["-p", &self.stage.ports.mqtt.to_string(), "--cafile"]).arg(&self.authority);
        command.stdin(Stdio::null());
        command
    }

    fn with_certificate(&self, program: &str, version: &str, client_id: &str) -> Command {
        let mut command = self.command(program, version);
        command.args(["-i", client_id, "--cert"]).arg(&self.certificate).arg("--key").arg(&self.key);
        command
    }

    /// Publishes a good record of the node, with what else is asked; answers all that the client said.
    fn publish(&self, sequence: u32, topic: &str, more: &[&str]) -> anyhow::Result<String> {
        self.publish_as(sequence, "mqttv5", &self.node.to_string(), topic, more)
    }

    fn publish_as(
        &self,
        sequence: u32,
        version: &str,
        id: &str,
        topic: &str,
        more: &[&str],
    ) -> anyhow::Result<String> {
        std::fs::write(&self.record, good_record(self.node, 1, sequence))?;
        let mut command = self.with_certificate("mosquitto_pub", version, id);
        command.args(["-t", topic, "-f"]).arg(&self.record).args(more);
        said(&mut command)
    }

    fn stored(&self) -> anyhow::Result<u64> {
        history::record_count(&self.stage.controller.data())
    }

    /// Nothing was stored, and the client was not told otherwise.
    fn expect_refused(&self, what: &str, said: &str, stored: u64) -> anyhow::Result<()> {
        anyhow::ensure!(
            !said.contains("RC:0)") && !said.contains("PUBACK (Mid: 1)"),
            "{what} was taken:\n{said}"
        );
        anyhow::ensure!(self.stored()? == stored, "{what} was stored:\n{said}");
        Ok(())
    }
}

/// Whether SUBACK granted a quality.
fn granted(said: &str) -> bool {
    let answers = said.lines().filter_map(|line| line.strip_prefix("Subscribed (mid: 1): "));
    answers.into_iter().any(|answer| matches!(answer.trim(), "0" | "1" | "2"))
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let Output { stdout, stderr, .. } = command.output().context("running mosquitto")?;
    Ok(format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn a_foreign_client_with_a_nodes_certificate_is_that_node_and_no_more() -> anyhow::Result<()> {
    let Some(mosquitto) = Mosquitto::new("foreign")? else { return Ok(()) };
    let (own, id) = (Up::Record.of(mosquitto.node), mosquitto.node.to_string());
    let other: NodeId = NodeId::from_bytes([9; 5]);

    // What it may: its records, answered behind the commit; and what is for its node.
    let said_of_own = mosquitto.publish(1, &own, &["-q", "1"])?;
    anyhow::ensure!(said_of_own.contains("received PUBACK (Mid: 1, RC:0)"), "{said_of_own}");
    anyhow::ensure!(mosquitto.stored()? == 1, "PUBACK comes behind the commit");
    let subscribe = |filter: &str| {
        let mut command = mosquitto.with_certificate("mosquitto_sub", "mqttv5", &id);
        said(command.args(["-q", "1", "-W", "2", "-t", filter]))
    };
    for filter in [down_filter(mosquitto.node), Down::Ack.of(mosquitto.node)] {
        let said = subscribe(&filter)?;
        anyhow::ensure!(granted(&said), "{said}");
    }

    // What it may not.
    for topic in [Up::Record.of(other), Up::Status.of(other), Down::Ack.of(mosquitto.node), "x".to_owned()] {
        let said = mosquitto.publish(2, &topic, &["-q", "1"])?;
        anyhow::ensure!(said.contains("RC:135"), "publishing on {topic}:\n{said}");
        mosquitto.expect_refused(&topic, &said, 1)?;
    }
    for filter in
        [down_filter(other), "#".to_owned(), "+/+/+".to_owned(), "$share/a/d/+/a".to_owned(), own.clone()]
    {
        let said = subscribe(&filter)?;
        anyhow::ensure!(!granted(&said), "{filter} was granted:\n{said}");
        anyhow::ensure!(said.contains("denied") || said.contains("135"), "{filter}:\n{said}");
    }
    let said = mosquitto.publish_as(2, "mqttv5", &other.to_string(), &own, &["-q", "1"])?;
    anyhow::ensure!(said.contains("Client Identifier not valid") || said.contains("133"), "{said}");
    mosquitto.expect_refused("another client id", &said, 1)?;
    for version in ["mqttv311", "mqttv31"] {
        let said = mosquitto.publish_as(2, version, &id, &own, &["-q", "1"])?;
        anyhow::ensure!(said.contains("sending CONNECT"), "{said}");
        mosquitto.expect_refused(version, &said, 1)?;
    }
    // The client knows from CONNACK that there is no QoS 2 and that nothing is retained, and keeps to it. That the door
    // holds others to it is shown in the suite of hostile packets.
    let said = mosquitto.publish(2, &own, &["-q", "2"])?;
    anyhow::ensure!(said.contains("received CONNACK (0)"), "{said}");
    mosquitto.expect_refused("QoS 2", &said, 1)?;
    let said = mosquitto.publish(1, &own, &["-q", "1", "-r"])?;
    anyhow::ensure!(said.contains("q1, r0,") && mosquitto.stored()? == 1, "a record was retained:\n{said}");
    let status = Up::Status.of(mosquitto.node);
    for (what, topic, retain, reason) in [
        ("a retained will", status.as_str(), true, "154"),
        ("a will on another node's topic", &Up::Status.of(other), false, "144"),
        ("a will that is no status", &status, false, "153"),
    ] {
        let mut more = vec!["-q", "1", "--will-topic", topic, "--will-payload", "x", "--will-qos", "1"];
        if retain {
            more.push("--will-retain");
        }
        let said = mosquitto.publish(2, &own, &more)?;
        anyhow::ensure!(said.contains(&format!("received CONNACK ({reason})")), "{what}:\n{said}");
        mosquitto.expect_refused(what, &said, 1)?;
    }
    // After all of that it is still the node it was.
    let said = mosquitto.publish(2, &own, &["-q", "1"])?;
    anyhow::ensure!(said.contains("RC:0") && mosquitto.stored()? == 2, "{said}");
    Ok(())
}

#[test]
fn a_foreign_client_without_the_fleets_certificate_or_below_tls_1_3_does_not_get_in() -> anyhow::Result<()> {
    let Some(mosquitto) = Mosquitto::new("foreign-tls")? else { return Ok(()) };
    let (own, id) = (Up::Record.of(mosquitto.node), mosquitto.node.to_string());
    let publish = ["-q", "1", "-t", &own, "-m", "x"];

    // Its option --tls-version names the lowest version, so the highest is set for OpenSSL as a whole.
    let openssl = mosquitto.stage.folder.path().join("openssl.cnf");
    std::fs::write(&openssl, TLS_1_2)?;
    let mut old = mosquitto.with_certificate("mosquitto_pub", "mqttv5", &id);
    old.env("OPENSSL_CONF", &openssl);
    let mut bare = mosquitto.command("mosquitto_pub", "mqttv5");
    let folder = mosquitto.stage.folder.path();
    let (certificate, key) = (folder.join("foreign.pem"), folder.join("foreign.key"));
    let now = WallMs(i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?);
    Identity::foreign(&folder.join("other"), mosquitto.node, now, &mosquitto.identity)?
        .write(&certificate, &key)?;
    let mut foreign = mosquitto.command("mosquitto_pub", "mqttv5");
    foreign.args(["-i", &id, "--cert"]).arg(&certificate).arg("--key").arg(&key);
    for (what, command) in [
        ("TLS 1.2", &mut old),
        ("no certificate", bare.args(["-i", &id])),
        ("a foreign authority's certificate", &mut foreign),
    ] {
        let said = said(command.args(publish))?;
        anyhow::ensure!(!said.contains("received CONNACK (0)"), "{what} got in:\n{said}");
        mosquitto.expect_refused(what, &said, 0)?;
    }
    // The same command with what was missing gets in, so it was that which was refused.
    let said = mosquitto.publish(1, &own, &["-q", "1", "--tls-version", "tlsv1.3"])?;
    anyhow::ensure!(said.contains("RC:0") && mosquitto.stored()? == 1, "{said}");
    Ok(())
}

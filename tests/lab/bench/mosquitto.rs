//! mosquitto, as the peer in the same run: the fleet's own certificates, mutual TLS, nothing kept on disk.
//!
//! Enters: the controller's keys, a folder. Leaves: a running broker on 127.0.0.1, or none where it is not installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use holdfast_agent::link::codec::{self, Incoming};
use holdfast_provisioning::authority::Authority;
use holdfast_provisioning::clock;
use holdfast_tests::controller::{free_port, write_private};
use holdfast_tests::process::Process;
use holdfast_tests::wait::wait_until;

use super::load::{Connection, Member};

/// Where Debian and others put it.
const PLACES: [&str; 3] = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"];
/// How long it may take to listen.
const READY_LIMIT: Duration = Duration::from_secs(10);

/// The broker.
#[derive(Debug)]
pub(crate) struct Mosquitto {
    /// Where it listens.
    pub port: u16,
    process: Process,
}

impl Mosquitto {
    /// Starts it, if it is installed.
    ///
    /// # Errors
    /// When it is and does not start.
    pub(crate) fn start(folder: &Path, keys: &Path) -> anyhow::Result<Option<Self>> {
        let Some(program) = PLACES.iter().map(PathBuf::from).find(|path| path.is_file()) else {
            return Ok(None);
        };
        std::fs::create_dir_all(folder)?;
        let port = free_port()?;
        let config = write_config(folder, keys, port)?;
        let mut command = Command::new(program);
        command.arg("-c").arg(config);
        let mut process = Process::start("mosquitto", &mut command, &folder.join("mosquitto.log"))?;
        wait_until("mosquitto to listen", READY_LIMIT, || {
            if let Ok(Some(status)) = process.ended() {
                return Ok(Err(anyhow::anyhow!("mosquitto ended with {status}:\n{}", process.tail())));
            }
            let reached = std::net::TcpStream::connect(("127.0.0.1", port));
            reached.map(|_| Ok(())).map_err(|error| error.to_string())
        })??;
        Ok(Some(Self { port, process }))
    }

    /// Its process id.
    #[must_use]
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it.
    ///
    /// # Errors
    /// When it does not stop.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.process.stop()
    }
}

fn write_config(folder: &Path, keys: &Path, port: u16) -> anyhow::Result<PathBuf> {
    let authority = Authority::load(keys)?;
    let identity = authority.issue_server(&["127.0.0.1".to_owned()], clock::wall())?;
    let [leaf, intermediate, root] = identity.chain.as_slice() else {
        anyhow::bail!("a server's chain has three certificates");
    };
    // OpenSSL wants the chain up to a root that signed itself.
    let file = |name: &str, texts: &[String]| -> anyhow::Result<PathBuf> {
        let path = folder.join(name);
        write_private(&path, texts.concat().as_bytes())?;
        Ok(path)
    };
    let anchors = file("authority.pem", &[pem("CERTIFICATE", intermediate), pem("CERTIFICATE", root)])?;
    let certificate = file("server.pem", &[pem("CERTIFICATE", leaf)])?;
    let key = file("server.key", &[pem("PRIVATE KEY", identity.key.secret_der())])?;
    let config = folder.join("mosquitto.conf");
    // As root it would become another user, who may not read the key. Its queue is a million records, 600 MB.
    let text = format!(
        "listener {port} 127.0.0.1\ncafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\n\
         use_identity_as_username true\nallow_anonymous true\npersistence false\nuser root\nset_tcp_nodelay true\n\
         max_inflight_messages 1000\nmax_queued_messages 1000000\nlog_dest stderr\nlog_type error\n",
        anchors.display(),
        certificate.display(),
        key.display()
    );
    std::fs::write(&config, text)?;
    Ok(config)
}

fn pem(label: &str, der: &[u8]) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in der.chunks(3) {
        let mut bytes = [0_u8; 3];
        for (to, from) in bytes.iter_mut().zip(chunk) {
            *to = *from;
        }
        let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for place in 0..4_usize {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let symbol = SYMBOLS.get(index).copied().filter(|_| place <= chunk.len());
            text.push(char::from(symbol.unwrap_or(b'=')));
        }
        if text.lines().next_back().is_some_and(|line| line.len() >= 64) {
            text.push('\n');
        }
    }
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", text.trim_end())
}

/// The one subscriber: takes every record with QoS 1, counts it, settles it. It has a thread of its own, so that the load's
/// hundred tasks do not starve it; the thread ends with its connection.
///
/// # Errors
/// When the broker refuses it.
pub(crate) fn subscribe(member: &Member, port: u16) -> anyhow::Result<Arc<AtomicU64>> {
    let mut opening = connect(&format!("{}", member.node));
    let filter = b"u/+/r";
    let length = u8::try_from(filter.len()).context("a short filter")?;
    opening.extend([0x82, length + 6, 0, 1, 0, 0, length]);
    opening.extend(filter);
    opening.push(1);
    let taken = Arc::new(AtomicU64::new(0));
    let (counted, member) = (Arc::clone(&taken), member.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (told, connected) = std::sync::mpsc::sync_channel(1);
    let take = async move {
        let mut connection = match Connection::with(&member, port, &opening).await {
            Ok(connection) => connection,
            Err(error) => return drop(told.send(Err(error))),
        };
        if told.send(Ok(())).is_err() {
            return;
        }
        while let Ok(packets) = connection.packets().await {
            let mut settled = Vec::new();
            for packet in packets {
                let Incoming::Message { packet: Some(packet), .. } = packet else { continue };
                counted.fetch_add(1, Ordering::Relaxed);
                settled.extend(codec::settle(packet));
            }
            if connection.write(&settled).await.is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("subscriber".to_owned()).spawn(move || runtime.block_on(take))?;
    connected.recv().context("the subscriber ended")??;
    Ok(taken)
}

/// CONNECT of MQTT 5: a clean start, no keep-alive, no limit on what is under way.
fn connect(client: &str) -> Vec<u8> {
    let length = u8::try_from(client.len()).unwrap_or(0);
    let mut out = vec![0x10, 13 + length, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 0, 0, 0, length];
    out.extend(client.as_bytes());
    out
}

//! A node's identity folder: which files it holds and what `node.json` says. Provisioning writes it, the agent reads it.
//!
//! Enters and leaves: the shape of `node.json`. Keys and certificates are PEM files beside it. Never reads a file.

use serde::{Deserialize, Serialize};

use crate::ids::NodeId;

/// Who the node is and where its controller listens.
pub const NODE_FILE: &str = "node.json";
/// The node's private key, PKCS#8 PEM, mode 0600. Made on the node, never leaves it.
pub const KEY_FILE: &str = "node.key";
/// The node's certificate, PEM.
pub const CERTIFICATE_FILE: &str = "node.crt";
/// The fleet intermediate, PEM: the one authority the node trusts on the MQTT port.
pub const AUTHORITY_FILE: &str = "authority.crt";
/// 32 random bytes that encrypt the spool, mode 0600. A systemd credential of the same name is used instead where given.
pub const SPOOL_KEY_FILE: &str = "spool.key";
/// Bytes in [`SPOOL_KEY_FILE`].
pub const SPOOL_KEY_BYTES: usize = 32;
/// The version of `node.json` this module describes.
pub const IDENTITY_VERSION: u32 = 1;

/// What `node.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeIdentity {
    /// [`IDENTITY_VERSION`].
    pub version: u32,
    /// Who the node is.
    pub node: NodeId,
    /// The fleet it belongs to: 16 hexadecimal digits, from the root's public key.
    pub fleet: String,
    /// Where the controller's MQTT door is, best first.
    pub mqtt: Vec<MqttEndpoint>,
    /// When it was enrolled, seconds since 1970 by the controller's clock.
    pub enrolled_s: u64,
    /// The eight-character code that both sides showed.
    pub code: String,
}

/// One way to the controller's MQTT door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttEndpoint {
    /// Name or literal address to connect to.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The name in the server's certificate; all controllers of a fleet carry it.
    pub server_name: String,
}

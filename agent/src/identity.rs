//! The node's identity folder, as `holdfast enrol` left it: who the node is, its key and certificate, and the spool's key.
//!
//! Enters: the folder. Leaves: the files' contents, or a refusal that says which file, why, and what to do. A private key that
//! others may read is refused: it may have been copied. The spool's key comes from systemd's credentials first
//! (`$CREDENTIALS_DIRECTORY/spool.key`), else from the folder, where it is made if there is none. Never logs a key.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use holdfast_protocol::identity::{
    AUTHORITY_FILE, CERTIFICATE_FILE, IDENTITY_VERSION, KEY_FILE, NODE_FILE, NodeIdentity, SPOOL_KEY_BYTES,
    SPOOL_KEY_FILE,
};
use ring::rand::{SecureRandom, SystemRandom};

use crate::durable;
use crate::link::tls::Pem;
use crate::spool::SpoolKey;

/// Most bytes of any file of the folder: a certificate has 1 KiB, `node.json` of 16 endpoints 3 KiB.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Who the node is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `node.json`.
    pub node: NodeIdentity,
    /// Key and certificates, as the files hold them.
    pub pem: Pem,
}

/// Why there is no usable identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The folder holds no identity yet.
    #[error(
        "this node is not enrolled: there is no {}. Have a ticket made on the controller (holdfast ticket new), then run \
         holdfast enrol here",
        path.display()
    )]
    NotEnrolled {
        /// The file looked for.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("could not read {}; it must belong to the agent's user", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A secret that others may read.
    #[error(
        "{} may be read by others (mode {mode:o}): its secret may be known. Set mode 600; if anybody else could log in here, \
         enrol the node again (holdfast enrol --re-enrol)",
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file does not hold what it should.
    #[error("{} is damaged ({what}); enrol the node again (holdfast enrol --re-enrol)", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Written by a later version.
    #[error("{} has version {found}, this agent knows {IDENTITY_VERSION}: install the newer agent again", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The spool's key could not be made.
    #[error("could not write {}; the identity folder must be writable by the agent's user once, or systemd must hand the key in", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Reads the folder.
///
/// # Errors
/// [`IdentityError`]; [`IdentityError::NotEnrolled`] when `node.json` is not there.
pub fn load(folder: &Path) -> Result<Identity, IdentityError> {
    let path = folder.join(NODE_FILE);
    let bytes = match read(&path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(IdentityError::NotEnrolled { path });
        }
        Err(source) => return Err(IdentityError::Read { path, source }),
    };
    let node = parse(&path, &bytes)?;
    let text = |name: &str| {
        let path = folder.join(name);
        read(&path).map_err(|source| IdentityError::Read { path, source })
    };
    refuse_exposed(&folder.join(KEY_FILE))?;
    let pem = Pem {
        key: text(KEY_FILE)?,
        certificate: text(CERTIFICATE_FILE)?,
        authority: text(AUTHORITY_FILE)?,
        enrolled_s: node.enrolled_s,
    };
    Ok(Identity { node, pem })
}

/// The version alone, so that a file of a later version is told as that and not as damaged.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<NodeIdentity, IdentityError> {
    let damaged = |what: String| IdentityError::Damaged { path: path.to_owned(), what };
    let versioned: Versioned = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if versioned.version > IDENTITY_VERSION {
        return Err(IdentityError::Newer { path: path.to_owned(), found: versioned.version });
    }
    let node: NodeIdentity = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if node.mqtt.is_empty() {
        return Err(damaged("it names no controller".to_owned()));
    }
    Ok(node)
}

/// The spool's key: systemd's credential first, then the folder's file, which is made if it is not there.
///
/// # Errors
/// [`IdentityError`].
pub fn spool_key(folder: &Path, credentials: Option<&Path>) -> Result<SpoolKey, IdentityError> {
    let credential = credentials.map(|folder| folder.join(SPOOL_KEY_FILE));
    if let Some(path) = credential.filter(|path| path.exists()) {
        return key_from(&path);
    }
    let path = folder.join(SPOOL_KEY_FILE);
    if !path.exists() {
        let mut key = [0_u8; SPOOL_KEY_BYTES];
        let random = SystemRandom::new().fill(&mut key).map_err(|_| io::Error::other("no random bytes"));
        let written = random.and_then(|()| durable::write(&path, &key, 0o600));
        written.map_err(|source| IdentityError::Write { path: path.clone(), source })?;
    }
    refuse_exposed(&path)?;
    key_from(&path)
}

fn key_from(path: &Path) -> Result<SpoolKey, IdentityError> {
    let bytes = read(path).map_err(|source| IdentityError::Read { path: path.to_owned(), source })?;
    let key: &[u8; SPOOL_KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| IdentityError::Damaged {
        path: path.to_owned(),
        what: format!("{} bytes instead of {SPOOL_KEY_BYTES}", bytes.len()),
    })?;
    Ok(SpoolKey::new(key))
}

fn refuse_exposed(path: &Path) -> Result<(), IdentityError> {
    let metadata =
        std::fs::metadata(path).map_err(|source| IdentityError::Read { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(IdentityError::Exposed { path: path.to_owned(), mode }) }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;
    use crate::testing::Folder;

    const NODE: &str = r#"{"version":1,"node":"7k2m9qxd","fleet":"0123456789abcdef",
        "mqtt":[{"host":"127.0.0.1","port":8883,"server_name":"controller"}],"enrolled_s":1795000000,"code":"AB12CD34"}"#;

    fn folder(node: &str, key_mode: u32) -> Folder {
        let folder = Folder::new("identity");
        for (name, text) in [
            (NODE_FILE, node),
            (KEY_FILE, "key"),
            (CERTIFICATE_FILE, "certificate"),
            (AUTHORITY_FILE, "authority"),
        ] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        std::fs::set_permissions(folder.path().join(KEY_FILE), Permissions::from_mode(key_mode))
            .expect("set");
        folder
    }

    #[test]
    fn an_enrolled_nodes_folder_is_read() {
        let folder = folder(NODE, 0o600);
        let identity = load(folder.path()).expect("whole");
        assert_eq!(identity.node.node.to_string(), "7k2m9qxd");
        assert_eq!(identity.pem.certificate, b"certificate");
    }

    #[test]
    fn a_node_without_identity_is_told_what_to_do() {
        let folder = Folder::new("none");
        let error = load(folder.path()).expect_err("nothing there");
        assert!(matches!(error, IdentityError::NotEnrolled { .. }));
        assert!(error.to_string().contains("holdfast enrol"), "{error}");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let error = load(folder(NODE, 0o640).path()).expect_err("refused");
        assert!(matches!(error, IdentityError::Exposed { mode: 0o640, .. }), "{error}");
    }

    #[test]
    fn a_damaged_or_newer_identity_is_named() {
        let newer = NODE.replace("\"version\":1", "\"version\":2, \"later\": 1");
        assert!(matches!(load(folder(&newer, 0o600).path()), Err(IdentityError::Newer { found: 2, .. })));
        let unknown = NODE.replace("\"version\":1", "\"version\":1, \"later\": 1");
        for text in ["", "{}", "nonsense", &NODE.replace("8883", "99999"), &unknown] {
            let error = load(folder(text, 0o600).path()).expect_err("refused");
            assert!(matches!(&error, IdentityError::Damaged { .. }), "{text}: {error}");
            assert!(error.to_string().contains("node.json"), "{error}");
        }
        let none = NODE.replace(r#"{"host":"127.0.0.1","port":8883,"server_name":"controller"}"#, "");
        assert!(
            load(folder(&none, 0o600).path()).expect_err("refused").to_string().contains("no controller")
        );
    }

    #[test]
    fn the_spools_key_is_made_once_and_systemds_credential_wins() {
        let (folder, credentials) = (Folder::new("key"), Folder::new("credentials"));
        let _first = spool_key(folder.path(), None).expect("made");
        let path = folder.path().join(SPOOL_KEY_FILE);
        let made = std::fs::read(&path).expect("there");
        assert_eq!(made.len(), SPOOL_KEY_BYTES);
        let _again = spool_key(folder.path(), Some(credentials.path())).expect("read");
        assert_eq!(std::fs::read(&path).expect("there"), made, "never made twice");
        std::fs::write(credentials.path().join(SPOOL_KEY_FILE), [1; 5]).expect("written");
        let error = spool_key(folder.path(), Some(credentials.path())).expect_err("a short credential");
        assert!(error.to_string().contains("5 bytes instead of 32"), "{error}");
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("set");
        assert!(matches!(spool_key(folder.path(), None), Err(IdentityError::Exposed { .. })));
    }
}

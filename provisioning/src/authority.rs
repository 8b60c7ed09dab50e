//! A fleet's authority: makes the root and the intermediate, and issues server and node certificates.
//!
//! Enters: the time, names, a node's public key. Leaves: certificates, and the files of the controller's key folder
//! (`root.key.age`, `root.crt`, `intermediate.key`, `intermediate.crt`, `ticket.key`, `server.key`, `server.crt`). The root's
//! private key leaves [`create`] only as an age file; running a fleet does not need it. Never reads a clock, never writes a
//! private key into a file that others may read, never puts place, donor or owner into a certificate.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_protocol::ids::NodeId;
use holdfast_protocol::time::WallMs;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SanType, SerialNumber,
    SubjectPublicKeyInfo, date_time_ymd,
};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::Ed25519KeyPair;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::csr::{NodeKey, certificate_key_sha256, hex};
use crate::files::{self, Access, FileError};
use crate::root_key::{self, Passphrase, RootKeyError};

/// The root's private key, encrypted; may be taken off the machine.
pub const ROOT_KEY_FILE: &str = "root.key.age";
/// The root's certificate.
pub const ROOT_CERTIFICATE_FILE: &str = "root.crt";
/// The intermediate's private key.
pub const INTERMEDIATE_KEY_FILE: &str = "intermediate.key";
/// The intermediate's certificate.
pub const INTERMEDIATE_CERTIFICATE_FILE: &str = "intermediate.crt";
/// The key that signs tickets.
pub const TICKET_KEY_FILE: &str = "ticket.key";
/// The server's private key.
pub const SERVER_KEY_FILE: &str = "server.key";
/// The server's chain: leaf, intermediate, root.
pub const SERVER_CHAIN_FILE: &str = "server.crt";

const DAY_S: i64 = 86_400;
/// Life of the root, in days: 20 years.
pub const ROOT_DAYS: i64 = 20 * 365;
/// Life of the intermediate, in days: 3 years.
pub const INTERMEDIATE_DAYS: i64 = 3 * 365;
/// Life of a server certificate, in days.
pub const SERVER_DAYS: i64 = 365;
/// A server certificate is renewed when fewer days than this are left: a third of its life, so that a controller that was
/// off for months still starts with a valid one.
pub const SERVER_RENEW_DAYS: i64 = 120;
/// Life of a node certificate, in days.
pub const NODE_DAYS: i64 = 180;
/// How far the start of a leaf certificate lies before the moment of issue. A clock set by hand to local time as if it were
/// UTC is up to 14 hours off, and whoever checks the certificate with such a clock must not find it "not valid yet".
pub const LEAF_BACKDATE_S: i64 = DAY_S;
/// The same for root and intermediate: a day more than a leaf, because a node without a clock checks the whole chain at the
/// instant at which the server's certificate starts, and the chain must be valid by then.
pub const AUTHORITY_BACKDATE_S: i64 = 2 * DAY_S;
/// Bytes of a random serial number: 96 bits, more than the 64 that RFC 5280 4.1.2.2 and practice ask for, less than the 20
/// allowed, since each byte travels in every handshake.
const SERIAL_BYTES: usize = 12;
/// Latest second that a certificate can name: the end of 9999.
const LAST_S: i64 = 253_402_300_799;

/// Why the authority cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The folder has an authority already; a second one would orphan every node.
    #[error("{} holds an authority already; a fleet has one", folder.display())]
    Exists {
        /// The key folder.
        folder: PathBuf,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file holds something else than it should.
    #[error("{} does not hold {what}; put the controller's backup of this folder back", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Key and certificate do not belong together.
    #[error("{} does not belong to the key beside it; put the controller's backup of this folder back", path.display())]
    Mismatch {
        /// The certificate's file.
        path: PathBuf,
    },
    /// The root key's file.
    #[error("the root key's file cannot be made")]
    Root(#[from] RootKeyError),
    /// The certificate library refused.
    #[error("could not make a key or certificate")]
    Certificate(#[from] rcgen::Error),
    /// A name that cannot stand in a certificate.
    #[error("{name:?} cannot be a name of the controller: write a DNS name or an IP address, no port")]
    Name {
        /// The name.
        name: String,
    },
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
    /// The authority's own certificate has ended.
    #[error("the fleet's intermediate certificate has ended; make its successor with the root key")]
    Ended,
}

/// What a running controller holds: everything but the root's private key. `Debug` shows the fleet only.
pub struct Authority {
    folder: PathBuf,
    root: CertificateDer<'static>,
    root_sha256: [u8; 32],
    fleet: String,
    intermediate: CertificateDer<'static>,
    intermediate_pem: String,
    intermediate_end_s: i64,
    issuer: Issuer<'static, KeyPair>,
    ticket_key: Ed25519KeyPair,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("fleet", &self.fleet).finish_non_exhaustive()
    }
}

/// A new fleet.
#[derive(Debug)]
pub struct Created {
    /// Ready to issue.
    pub authority: Authority,
    /// Opens the root key's file; shown once, kept nowhere.
    pub passphrase: Passphrase,
    /// The root key's file, to be exported twice and then removed.
    pub root_key_file: PathBuf,
}

/// A server's key and its chain.
#[derive(Debug)]
pub struct ServerIdentity {
    /// Private key.
    pub key: PrivateKeyDer<'static>,
    /// Leaf, intermediate, root: what the HTTPS port sends, so that a ticket's hash can be checked.
    pub chain: Vec<CertificateDer<'static>>,
    /// When the leaf starts, seconds since 1970.
    pub starts_s: i64,
    /// When the leaf ends, seconds since 1970.
    pub ends_s: i64,
}

impl ServerIdentity {
    /// The leaf alone: what the MQTT port sends, since nodes pin the intermediate.
    #[must_use]
    pub fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.chain.first()
    }
}

/// A node's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCertificate {
    /// The certificate, PEM.
    pub pem: String,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// When it ends, seconds since 1970.
    pub ends_s: i64,
}

/// Makes a fleet's authority in `folder` (created 0700). All files are written into `<folder>.new` first, and the folder is
/// renamed at the end: after a power cut there is either a whole authority or none, and the passphrase has not been shown.
///
/// # Errors
/// [`AuthorityError::Exists`] when there is one; other variants as they say.
pub fn create(folder: &Path, now: WallMs) -> Result<Created, AuthorityError> {
    if folder.exists() {
        return Err(AuthorityError::Exists { folder: folder.to_owned() });
    }
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let fleet = fleet_of(&crate::csr::sha256(&rcgen::PublicKeyData::subject_public_key_info(&root_key)));
    let root_params = authority_params(&format!("Holdfast fleet {fleet} root"), 1, now, ROOT_DAYS, LAST_S)?;
    let root = root_params.self_signed(&root_key)?;
    let root_pem = root_key.serialize_pem();
    let root_end_s = seconds(now) + ROOT_DAYS * DAY_S;
    let root_issuer = Issuer::new(root_params, root_key);

    let intermediate_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let name = format!("Holdfast fleet {fleet} intermediate");
    let intermediate = authority_params(&name, 0, now, INTERMEDIATE_DAYS, root_end_s)?
        .signed_by(&intermediate_key, &root_issuer)?;

    let passphrase = Passphrase::generate()?;
    let making = making_of(folder);
    if making.exists() {
        std::fs::remove_dir_all(&making).map_err(|source| FileError {
            what: "clear the unfinished folder",
            path: making.clone(),
            source,
        })?;
    }
    files::create_private_folder(&making)?;
    let put = |name: &str, bytes: &[u8], access| files::write_durably(&making.join(name), bytes, access);
    put(ROOT_KEY_FILE, &root_key::seal(&root_pem, &passphrase)?, Access::Secret)?;
    put(ROOT_CERTIFICATE_FILE, root.pem().as_bytes(), Access::Public)?;
    put(INTERMEDIATE_KEY_FILE, intermediate_key.serialize_pem().as_bytes(), Access::Secret)?;
    put(INTERMEDIATE_CERTIFICATE_FILE, intermediate.pem().as_bytes(), Access::Public)?;
    put(TICKET_KEY_FILE, KeyPair::generate_for(&PKCS_ED25519)?.serialize_pem().as_bytes(), Access::Secret)?;
    std::fs::rename(&making, folder).map_err(|source| FileError {
        what: "put into place",
        path: folder.to_owned(),
        source,
    })?;
    files::sync_folder(files::folder_of(folder))?;
    let root_key_file = folder.join(ROOT_KEY_FILE);
    Ok(Created { authority: Authority::load(folder)?, passphrase, root_key_file })
}

impl Authority {
    /// Reads the authority that [`create`] wrote.
    ///
    /// # Errors
    /// [`AuthorityError`]: which file is missing, damaged, readable by others, or not its neighbour's.
    pub fn load(folder: &Path) -> Result<Self, AuthorityError> {
        let root = read_certificate(&folder.join(ROOT_CERTIFICATE_FILE))?;
        let intermediate_path = folder.join(INTERMEDIATE_CERTIFICATE_FILE);
        let intermediate = read_certificate(&intermediate_path)?;
        let intermediate_key = read_key(&folder.join(INTERMEDIATE_KEY_FILE))?;
        let ticket_path = folder.join(TICKET_KEY_FILE);
        let ticket_key = Ed25519KeyPair::from_pkcs8(read_key(&ticket_path)?.serialized_der())
            .map_err(|_| AuthorityError::Damaged { path: ticket_path, what: "an Ed25519 key in PEM" })?;

        let mismatch = || AuthorityError::Mismatch { path: intermediate_path.clone() };
        let key_sha256 =
            crate::csr::sha256(&rcgen::PublicKeyData::subject_public_key_info(&intermediate_key));
        if certificate_key_sha256(&intermediate) != Some(key_sha256) {
            return Err(mismatch());
        }
        let root_sha256 = certificate_key_sha256(&root).ok_or_else(mismatch)?;
        let (_, intermediate_end_s) = validity_s(&intermediate).ok_or_else(mismatch)?;
        Ok(Self {
            folder: folder.to_owned(),
            root,
            root_sha256,
            fleet: fleet_of(&root_sha256),
            intermediate_pem: files::read_text(&intermediate_path)?,
            intermediate_end_s,
            issuer: Issuer::from_ca_cert_der(&intermediate, intermediate_key)?,
            intermediate,
            ticket_key,
        })
    }

    /// The fleet: the first 8 bytes of [`Self::root_sha256`] as 16 hexadecimal digits.
    #[must_use]
    pub fn fleet(&self) -> &str {
        &self.fleet
    }

    /// SHA-256 of the root's public key (SubjectPublicKeyInfo, DER): what tickets carry and `holdfast login` compares.
    #[must_use]
    pub const fn root_sha256(&self) -> [u8; 32] {
        self.root_sha256
    }

    /// The root's certificate.
    #[must_use]
    pub const fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// The intermediate's certificate: the trust anchor of the MQTT door and of every node.
    #[must_use]
    pub const fn intermediate(&self) -> &CertificateDer<'static> {
        &self.intermediate
    }

    /// The intermediate's certificate, PEM, as a node keeps it.
    #[must_use]
    pub fn intermediate_pem(&self) -> &str {
        &self.intermediate_pem
    }

    /// When the intermediate ends, seconds since 1970.
    #[must_use]
    pub const fn intermediate_end_s(&self) -> i64 {
        self.intermediate_end_s
    }

    /// Whether the root key's file still lies in the key folder; Health asks until it has been taken away.
    #[must_use]
    pub fn root_key_is_here(&self) -> bool {
        self.folder.join(ROOT_KEY_FILE).exists()
    }

    /// The name that every controller of this fleet carries in its certificate and every node asks for on the MQTT port, so
    /// that a controller may move to any address. `.invalid` (RFC 2606) never resolves, and nothing looks it up.
    #[must_use]
    pub fn server_name(&self) -> String {
        server_name(&self.fleet)
    }

    pub(crate) const fn ticket_key(&self) -> &Ed25519KeyPair {
        &self.ticket_key
    }

    /// Makes a server key and certificate for [`Self::server_name`] and `names` (DNS names and IP addresses), and writes
    /// both durably: first the key, then the chain. A cut in between leaves a pair that [`Self::server`] sees does not
    /// match, and replaces.
    ///
    /// # Errors
    /// [`AuthorityError::Name`] for a name with a port or a space in it; others as they say.
    pub fn issue_server(&self, names: &[String], now: WallMs) -> Result<ServerIdentity, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let own = self.server_name();
        let mut params = self.leaf_params(&own, SERVER_DAYS, now)?;
        params.subject_alt_names = vec![SanType::DnsName(ia5(&own)?)];
        for name in names.iter().filter(|name| **name != own) {
            params.subject_alt_names.push(subject_name(name)?);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let leaf = params.signed_by(&key, &self.issuer)?;
        let root_pem = files::read_text(&self.folder.join(ROOT_CERTIFICATE_FILE))?;
        let chain_pem = format!("{}{}{}", leaf.pem(), self.intermediate_pem, root_pem);
        files::write_durably(
            &self.folder.join(SERVER_KEY_FILE),
            key.serialize_pem().as_bytes(),
            Access::Secret,
        )?;
        files::write_durably(&self.folder.join(SERVER_CHAIN_FILE), chain_pem.as_bytes(), Access::Public)?;
        self.server_identity(&leaf, &key)
    }

    /// The server's identity for `names`: the stored one while it fits, else a new one. It fits when key and certificate
    /// belong together, this intermediate signed it, every name is in it, and [`SERVER_RENEW_DAYS`] are left.
    ///
    /// # Errors
    /// As [`Self::issue_server`].
    pub fn server(&self, names: &[String], now: WallMs) -> Result<ServerIdentity, AuthorityError> {
        match self.stored_server(names, now) {
            Some(stored) => Ok(stored),
            None => self.issue_server(names, now),
        }
    }

    /// Issues a node's certificate: CN is the node's id, the one other name is `holdfast://<fleet>/node/<id>`.
    ///
    /// # Errors
    /// [`AuthorityError::Ended`], or the library's refusal.
    pub fn issue_node(
        &self,
        key: &NodeKey,
        node: NodeId,
        now: WallMs,
    ) -> Result<NodeCertificate, AuthorityError> {
        let public = SubjectPublicKeyInfo::from_der(key.spki_der())?;
        let mut params = self.leaf_params(&node.to_string(), NODE_DAYS, now)?;
        params.subject_alt_names =
            vec![SanType::URI(ia5(&format!("holdfast://{}/node/{node}", self.fleet))?)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let ends_s = params.not_after.unix_timestamp();
        let certificate = params.signed_by(&public, &self.issuer)?;
        Ok(NodeCertificate { pem: certificate.pem(), der: certificate.der().to_vec(), ends_s })
    }

    fn leaf_params(&self, name: &str, days: i64, now: WallMs) -> Result<CertificateParams, AuthorityError> {
        let now_s = seconds(now);
        if now_s >= self.intermediate_end_s {
            return Err(AuthorityError::Ended);
        }
        let mut params =
            params(name, now_s - LEAF_BACKDATE_S, now_s + days * DAY_S, self.intermediate_end_s)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        Ok(params)
    }

    fn server_identity(&self, leaf: &Certificate, key: &KeyPair) -> Result<ServerIdentity, AuthorityError> {
        let leaf = leaf.der().clone();
        let path = || self.folder.join(SERVER_CHAIN_FILE);
        let (starts_s, ends_s) = validity_s(&leaf)
            .ok_or_else(|| AuthorityError::Damaged { path: path(), what: "a certificate" })?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(ServerIdentity {
            key,
            chain: vec![leaf, self.intermediate.clone(), self.root.clone()],
            starts_s,
            ends_s,
        })
    }

    fn stored_server(&self, names: &[String], now: WallMs) -> Option<ServerIdentity> {
        let key = read_key(&self.folder.join(SERVER_KEY_FILE)).ok()?;
        let chain_pem = files::read(&self.folder.join(SERVER_CHAIN_FILE)).ok()?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain_pem).collect::<Result<_, _>>().ok()?;
        let [leaf, intermediate, root] = chain.as_slice() else { return None };
        let key_sha256 = crate::csr::sha256(&rcgen::PublicKeyData::subject_public_key_info(&key));
        let ours = *intermediate == self.intermediate
            && *root == self.root
            && certificate_key_sha256(leaf) == Some(key_sha256);
        let (starts_s, ends_s) = validity_s(leaf)?;
        let now_s = seconds(now);
        let fresh = starts_s <= now_s && ends_s.saturating_sub(now_s) > SERVER_RENEW_DAYS * DAY_S;
        if !ours || !fresh || !names.iter().all(|name| certificate_has_name(leaf, name)) {
            return None;
        }
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Some(ServerIdentity { key, chain, starts_s, ends_s })
    }
}

/// The fleet's name in writing: the first 8 bytes of the root key's hash as 16 hexadecimal digits.
#[must_use]
pub fn fleet_of(root_sha256: &[u8; 32]) -> String {
    let [a, b, c, d, e, f, g, h, ..] = *root_sha256;
    hex(&[a, b, c, d, e, f, g, h])
}

/// The name in the certificates of all controllers of a fleet.
#[must_use]
pub fn server_name(fleet: &str) -> String {
    format!("controller.{fleet}.holdfast.invalid")
}

/// Start and end of a certificate, seconds since 1970; `None` when the bytes are no certificate.
#[must_use]
pub fn validity_s(certificate_der: &[u8]) -> Option<(i64, i64)> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate_der).ok()?;
    let validity = certificate.validity();
    Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
}

fn authority_params(
    name: &str,
    below: u8,
    now: WallMs,
    days: i64,
    latest_s: i64,
) -> Result<CertificateParams, AuthorityError> {
    let now_s = seconds(now);
    let mut params = params(name, now_s - AUTHORITY_BACKDATE_S, now_s + days * DAY_S, latest_s)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn params(name: &str, start_s: i64, end_s: i64, latest_s: i64) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(start_s);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(end_s.min(latest_s));
    let mut serial = [0; SERIAL_BYTES];
    SystemRandom::new().fill(&mut serial).map_err(|_| AuthorityError::Random)?;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params)
}

fn since_1970(at_s: i64) -> Duration {
    Duration::from_secs(u64::try_from(at_s.clamp(0, LAST_S)).unwrap_or(0))
}

const fn seconds(now: WallMs) -> i64 {
    now.0.div_euclid(1000)
}

fn ia5(text: &str) -> Result<Ia5String, AuthorityError> {
    Ia5String::try_from(text).map_err(|_| AuthorityError::Name { name: text.to_owned() })
}

fn subject_name(name: &str) -> Result<SanType, AuthorityError> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    // The one parser that decides later, too: what it refuses could never be verified.
    rustls::pki_types::DnsName::try_from(name).map_err(|_| AuthorityError::Name { name: name.to_owned() })?;
    Ok(SanType::DnsName(ia5(name)?))
}

fn certificate_has_name(certificate_der: &[u8], name: &str) -> bool {
    use x509_parser::extensions::GeneralName;
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate_der) else { return false };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return false };
    let octets = match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(address.octets().to_vec()),
        Ok(IpAddr::V6(address)) => Some(address.octets().to_vec()),
        Err(_) => None,
    };
    names.value.general_names.iter().any(|has| match (has, &octets) {
        (GeneralName::IPAddress(bytes), Some(octets)) => *bytes == octets.as_slice(),
        (GeneralName::DNSName(dns), None) => dns.eq_ignore_ascii_case(name),
        _ => false,
    })
}

fn read_certificate(path: &Path) -> Result<CertificateDer<'static>, AuthorityError> {
    CertificateDer::from_pem_slice(&files::read(path)?)
        .map_err(|_| AuthorityError::Damaged { path: path.to_owned(), what: "a certificate in PEM" })
}

fn read_key(path: &Path) -> Result<KeyPair, AuthorityError> {
    let text = files::read_text(path)?;
    files::require_private(path)?;
    KeyPair::from_pem(&text)
        .map_err(|_| AuthorityError::Damaged { path: path.to_owned(), what: "a private key in PEM" })
}

fn making_of(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;

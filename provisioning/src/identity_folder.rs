//! A node's identity folder, written so that a power cut at any step loses neither the node's old identity nor its new key.
//!
//! Enters: a ticket, later the controller's answer. Leaves: `node.key`, `node.crt`, `authority.crt`, `node.json` and
//! `spool.key`, durable. All that is new lies in the subfolder `next` first: the key before anything is sent (a second try
//! shows the same key, and gets the same certificate), then the answer, `node.json` last. With it the new identity is
//! whole, and is moved out file by file, `node.json` last; what a cut leaves in `next` the next run moves. Never sends a
//! private key anywhere, never makes a second identity unless told to.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use holdfast_protocol::enrolment::{EnrolRequest, EnrolResponse};
use holdfast_protocol::identity::{
    AUTHORITY_FILE, CERTIFICATE_FILE, IDENTITY_VERSION, KEY_FILE, NODE_FILE, NodeIdentity, SPOOL_KEY_BYTES,
    SPOOL_KEY_FILE,
};
use holdfast_protocol::ticket::{SignedTicket, Ticket};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::csr::{certificate_key_sha256, hex, sha256};
use crate::files::{self, Access, FileError};
use crate::ticket;

/// Where a node keeps its identity unless told otherwise.
pub const DEFAULT_FOLDER: &str = "/var/lib/holdfast/identity";
/// The subfolder in which a new identity grows.
const NEXT: &str = "next";
/// Which ticket the key in [`NEXT`] is for: the ticket's id, which is not secret.
const TICKET_FILE: &str = "ticket-id";

/// Whether an identity that is there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// No: go on with what is there.
    Resume,
    /// Yes: a new key, a new identity; the old one stays until the new one is whole.
    ReEnrol,
}

/// Where an enrolment stands.
#[derive(Debug)]
pub enum Begun {
    /// The node has an identity; nothing was changed.
    Already(NodeIdentity),
    /// The controller has to be asked.
    Ask(Box<Pending>),
}

/// An enrolment under way: the key is on the disk, the controller has to be asked.
pub struct Pending {
    key: KeyPair,
    ticket: SignedTicket,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("ticket", &self.ticket.ticket).finish_non_exhaustive()
    }
}

/// Why an enrolment cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key in the folder is none.
    #[error("{} does not hold a P-256 key in PEM; with --re-enrol and a new ticket the node gets a new one", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
    },
    /// The identity in the folder cannot be read.
    #[error(
        "{} is not readable as an identity; a newer program may have written it. With --re-enrol and a new ticket the \
         node gets a new one", path.display()
    )]
    Identity {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The answer does not belong to the question.
    #[error(
        "the controller's answer does not fit: {what}; nothing was stored, and the same command may be run again"
    )]
    Unfit {
        /// What does not.
        what: &'static str,
    },
    /// Keys cannot be made.
    #[error("the machine could not make a key")]
    Make,
}

/// A step of storing an answer. In this order, each durable before the next; every prefix can be gone on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    WriteAuthority,
    WriteCertificate,
    WriteNode,
    MakeSpoolKey,
    MoveKey,
    MoveCertificate,
    MoveAuthority,
    MoveNode,
    Clear,
}

const WRITE: [Step; 3] = [Step::WriteAuthority, Step::WriteCertificate, Step::WriteNode];
const MOVE: [Step; 6] = [
    Step::MakeSpoolKey,
    Step::MoveKey,
    Step::MoveCertificate,
    Step::MoveAuthority,
    Step::MoveNode,
    Step::Clear,
];

/// The new identity, as it is written.
struct Answer {
    authority_pem: String,
    certificate_pem: String,
    node_json: Vec<u8>,
}

impl Pending {
    /// The request to send.
    ///
    /// # Errors
    /// [`IdentityError::Make`].
    pub fn request(
        &self,
        serials: Vec<holdfast_protocol::enrolment::ObservedSerial>,
    ) -> Result<EnrolRequest, IdentityError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&self.key).map_err(|_| IdentityError::Make)?;
        Ok(EnrolRequest {
            ticket: self.ticket.text(),
            csr_pem: request.pem().map_err(|_| IdentityError::Make)?,
            serials,
            program: holdfast_protocol::PROGRAM_VERSION.to_owned(),
        })
    }

    /// The code that both sides show.
    #[must_use]
    pub fn code(&self) -> String {
        ticket::code(&self.key.subject_public_key_info(), &self.ticket.ticket.id)
    }
}

/// Begins, or goes on with, an enrolment in `folder` (created 0700).
///
/// # Errors
/// [`IdentityError`].
pub fn begin(folder: &Path, ticket: SignedTicket, again: Again) -> Result<Begun, IdentityError> {
    files::create_private_folder(folder)?;
    finish_moving(folder)?;
    let next = folder.join(NEXT);
    let id = hex(&ticket.ticket.id);
    let growing = files::read_text_if_there(&next.join(TICKET_FILE))?;
    let same = growing.as_deref() == Some(id.as_str());
    if let Some(identity) = identity(folder)?
        && !same
        && (again == Again::Resume || is_from(folder, &identity, &ticket.ticket)?)
    {
        return Ok(Begun::Already(identity));
    }
    if again == Again::ReEnrol && growing.is_some() && !same {
        remove(&next)?;
    }
    files::create_private_folder(&next)?;
    give_to_owner_of(folder, &next)?;
    let key = key_for(&next)?;
    if !same {
        put(folder, &next.join(TICKET_FILE), id.as_bytes(), Access::Public)?;
    }
    Ok(Begun::Ask(Box::new(Pending { key, ticket })))
}

/// Stores the controller's answer. `None` when it says that a person has to approve first.
///
/// # Errors
/// [`IdentityError::Unfit`] when certificate and key do not belong together; then nothing was stored.
pub fn finish(
    folder: &Path,
    pending: &Pending,
    answer: EnrolResponse,
) -> Result<Option<NodeIdentity>, IdentityError> {
    let EnrolResponse::Issued { node, fleet, certificate_pem, authority_pem, mqtt, enrolled_s, code } =
        answer
    else {
        return Ok(None);
    };
    let unfit = |what| IdentityError::Unfit { what };
    let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
        .map_err(|_| unfit("what it sent as the node's certificate is none"))?;
    CertificateDer::from_pem_slice(authority_pem.as_bytes())
        .map_err(|_| unfit("what it sent as the fleet's certificate is none"))?;
    if certificate_key_sha256(&certificate) != Some(sha256(&pending.key.subject_public_key_info())) {
        return Err(unfit("the certificate is for another key"));
    }
    if fleet != crate::authority::fleet_of(&pending.ticket.ticket.root_sha256) {
        return Err(unfit("it names another fleet than the ticket"));
    }
    if code != pending.code() {
        return Err(unfit("its code is not the one that this node reckons"));
    }
    let identity = NodeIdentity { version: IDENTITY_VERSION, node, fleet, mqtt, enrolled_s, code };
    let node_json = serde_json::to_vec_pretty(&identity).map_err(|_| IdentityError::Make)?;
    let answer = Answer { authority_pem, certificate_pem, node_json };
    for step in WRITE.into_iter().chain(MOVE) {
        perform(step, folder, &answer)?;
    }
    Ok(Some(identity))
}

/// The identity in `folder`, if it is whole.
///
/// # Errors
/// [`IdentityError`] when it is there and cannot be read.
pub fn identity(folder: &Path) -> Result<Option<NodeIdentity>, IdentityError> {
    let path = folder.join(NODE_FILE);
    let Some(text) = files::read_text_if_there(&path)? else { return Ok(None) };
    let identity = serde_json::from_str(&text).map_err(|source| IdentityError::Identity { path, source })?;
    let whole = [KEY_FILE, CERTIFICATE_FILE, AUTHORITY_FILE].iter().all(|name| folder.join(name).exists());
    Ok(whole.then_some(identity))
}

/// The code of an enrolment that is under way, or of the identity that is there.
///
/// # Errors
/// [`IdentityError`].
pub fn code(folder: &Path) -> Result<Option<String>, IdentityError> {
    let next = folder.join(NEXT);
    let (ticket, key) = (next.join(TICKET_FILE), next.join(KEY_FILE));
    if let Some(id) = files::read_text_if_there(&ticket)?
        && key.exists()
    {
        let id = u64::from_str_radix(id.trim(), 16).map_err(|_| IdentityError::Key { path: ticket })?;
        return Ok(Some(ticket::code(&read_key(&key)?.subject_public_key_info(), &id.to_be_bytes())));
    }
    Ok(identity(folder)?.map(|identity| identity.code))
}

/// Moves out what a cut left in `next`, if it is whole there.
fn finish_moving(folder: &Path) -> Result<(), IdentityError> {
    let next = folder.join(NEXT);
    // The key is the first file to come into `next` and the first to leave it: without it there is nothing to go on with.
    if next.join(NODE_FILE).exists() || (next.exists() && !next.join(KEY_FILE).exists()) {
        let nothing =
            Answer { authority_pem: String::new(), certificate_pem: String::new(), node_json: Vec::new() };
        for step in MOVE {
            perform(step, folder, &nothing)?;
        }
    }
    Ok(())
}

fn perform(step: Step, folder: &Path, answer: &Answer) -> Result<(), IdentityError> {
    let next = folder.join(NEXT);
    match step {
        Step::WriteAuthority => {
            put(folder, &next.join(AUTHORITY_FILE), answer.authority_pem.as_bytes(), Access::Public)
        }
        Step::WriteCertificate => {
            put(folder, &next.join(CERTIFICATE_FILE), answer.certificate_pem.as_bytes(), Access::Public)
        }
        Step::WriteNode => put(folder, &next.join(NODE_FILE), &answer.node_json, Access::Public),
        Step::MakeSpoolKey => make_spool_key(folder),
        Step::MoveKey => move_out(folder, KEY_FILE),
        Step::MoveCertificate => move_out(folder, CERTIFICATE_FILE),
        Step::MoveAuthority => move_out(folder, AUTHORITY_FILE),
        Step::MoveNode => move_out(folder, NODE_FILE),
        Step::Clear => remove(&next),
    }
}

/// A new identity keeps the spool's key: what is spooled stays readable.
fn make_spool_key(folder: &Path) -> Result<(), IdentityError> {
    let path = folder.join(SPOOL_KEY_FILE);
    if path.exists() {
        return Ok(());
    }
    let mut key = [0; SPOOL_KEY_BYTES];
    SystemRandom::new().fill(&mut key).map_err(|_| IdentityError::Make)?;
    put(folder, &path, &key, Access::Secret)
}

fn move_out(folder: &Path, name: &str) -> Result<(), IdentityError> {
    let (from, to) = (folder.join(NEXT).join(name), folder.join(name));
    if from.exists() {
        fs::rename(&from, &to).map_err(|source| FileError { what: "put into place", path: to, source })?;
        files::sync_folder(folder)?;
    }
    Ok(())
}

fn key_for(next: &Path) -> Result<KeyPair, IdentityError> {
    let path = next.join(KEY_FILE);
    if path.exists() {
        return read_key(&path);
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|_| IdentityError::Make)?;
    put(next, &path, key.serialize_pem().as_bytes(), Access::Secret)?;
    Ok(key)
}

fn read_key(path: &Path) -> Result<KeyPair, IdentityError> {
    let text = files::read_text(path)?;
    KeyPair::from_pem(&text)
        .ok()
        .filter(|key| key.is_compatible(&PKCS_ECDSA_P256_SHA256))
        .ok_or_else(|| IdentityError::Key { path: path.to_owned() })
}

/// Whether the identity came of this very ticket: its code is made of the node's key and the ticket's id.
fn is_from(folder: &Path, identity: &NodeIdentity, of: &Ticket) -> Result<bool, IdentityError> {
    let key = read_key(&folder.join(KEY_FILE))?;
    Ok(ticket::code(&key.subject_public_key_info(), &of.id) == identity.code)
}

fn put(folder: &Path, path: &Path, bytes: &[u8], access: Access) -> Result<(), IdentityError> {
    files::write_durably(path, bytes, access)?;
    give_to_owner_of(folder, path)
}

/// `holdfast enrol` usually runs as root, the agent does not: a file goes to whoever owns the identity folder.
fn give_to_owner_of(folder: &Path, path: &Path) -> Result<(), IdentityError> {
    let wrong =
        |source: io::Error| FileError { what: "give to the agent's user", path: path.to_owned(), source };
    let (owner, own) = (fs::metadata(folder).map_err(wrong)?, fs::metadata(path).map_err(wrong)?);
    if (owner.uid(), owner.gid()) != (own.uid(), own.gid()) {
        std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid())).map_err(wrong)?;
    }
    Ok(())
}

fn remove(next: &Path) -> Result<(), IdentityError> {
    match fs::remove_dir_all(next) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError { what: "clear the folder", path: next.to_owned(), source }.into())
        }
        Ok(()) | Err(_) => Ok(files::sync_folder(files::folder_of(next))?),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use holdfast_protocol::ids::NodeId;
    use holdfast_protocol::ticket::Approval;
    use holdfast_protocol::time::WallMs;

    use super::*;
    use crate::authority::{self, Authority};
    use crate::csr;
    use crate::scratch::Scratch;

    const NOW: WallMs = WallMs(1_795_514_531_000);

    struct Bench {
        scratch: Scratch,
        authority: Authority,
    }

    impl Bench {
        fn new() -> Self {
            let scratch = Scratch::new();
            let authority = authority::create(&scratch.path().join("keys"), NOW).expect("made").authority;
            Self { scratch, authority }
        }

        fn folder(&self) -> PathBuf {
            self.scratch.path().join("identity")
        }

        fn ticket(&self) -> SignedTicket {
            let wanted = ticket::Wanted {
                serial: String::new(),
                urls: vec!["https://controller.example:8443".into()],
                valid_s: 3600,
                approval: Approval::Automatic,
            };
            ticket::issue(&self.authority, wanted, NOW).expect("issued")
        }

        fn begin(&self, ticket: &SignedTicket, again: Again) -> Box<Pending> {
            match begin(&self.folder(), ticket.clone(), again).expect("begun") {
                Begun::Ask(pending) => pending,
                Begun::Already(identity) => panic!("already {}", identity.node),
            }
        }

        /// What a controller answers: node ids follow the key, as one key makes one node.
        fn answer(&self, pending: &Pending) -> EnrolResponse {
            let request = pending.request(Vec::new()).expect("made");
            let key = csr::read(&request.csr_pem).expect("taken");
            let [a, b, c, d, e, ..] = key.sha256();
            let node = NodeId::from_bytes([a, b, c, d, e]);
            EnrolResponse::Issued {
                node,
                fleet: self.authority.fleet().to_owned(),
                certificate_pem: self.authority.issue_node(&key, node, NOW).expect("issued").pem,
                authority_pem: self.authority.intermediate_pem().to_owned(),
                mqtt: Vec::new(),
                enrolled_s: 1_795_514_531,
                code: pending.code(),
            }
        }
    }

    fn assert_whole(folder: &Path) {
        let identity = identity(folder).expect("read").expect("whole");
        let key = read_key(&folder.join(KEY_FILE)).expect("a key");
        let certificate = files::read(&folder.join(CERTIFICATE_FILE)).expect("read");
        let certificate = CertificateDer::from_pem_slice(&certificate).expect("PEM");
        assert_eq!(certificate_key_sha256(&certificate), Some(sha256(&key.subject_public_key_info())));
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).expect("a certificate");
        assert_eq!(parsed.subject().to_string(), format!("CN={}", identity.node));
        assert_eq!(files::read(&folder.join(SPOOL_KEY_FILE)).expect("read").len(), SPOOL_KEY_BYTES);
        assert!(!folder.join(NEXT).exists());
    }

    #[test]
    fn an_enrolment_leaves_a_whole_identity_with_secret_files_0600() {
        let bench = Bench::new();
        let pending = bench.begin(&bench.ticket(), Again::Resume);
        finish(&bench.folder(), &pending, bench.answer(&pending)).expect("stored").expect("issued");
        assert_whole(&bench.folder());
        for entry in fs::read_dir(bench.folder()).expect("listed") {
            let path = entry.expect("an entry").path();
            let mode = fs::metadata(&path).expect("is there").permissions().mode() & 0o777;
            let secret = path.extension().is_some_and(|extension| extension == "key");
            assert_eq!(mode, if secret { 0o600 } else { 0o644 }, "{}", path.display());
        }
        let mode = fs::metadata(bench.folder()).expect("is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
    }

    #[test]
    fn an_enrolment_cut_at_any_step_goes_on_to_the_same_node() {
        for steps in 0..=WRITE.len() + MOVE.len() {
            for again in [Again::Resume, Again::ReEnrol] {
                let bench = Bench::new();
                let folder = bench.folder();
                let before = (again == Again::ReEnrol).then(|| {
                    let pending = bench.begin(&bench.ticket(), Again::Resume);
                    finish(&folder, &pending, bench.answer(&pending)).expect("stored").expect("issued")
                });
                let ticket = bench.ticket();
                let pending = bench.begin(&ticket, again);
                let response = bench.answer(&pending);
                let EnrolResponse::Issued {
                    node,
                    ref fleet,
                    ref certificate_pem,
                    ref authority_pem,
                    ref code,
                    ..
                } = response
                else {
                    panic!("issued")
                };
                let identity = NodeIdentity {
                    version: IDENTITY_VERSION,
                    node,
                    fleet: fleet.clone(),
                    mqtt: Vec::new(),
                    enrolled_s: 1_795_514_531,
                    code: code.clone(),
                };
                let answer = Answer {
                    authority_pem: authority_pem.clone(),
                    certificate_pem: certificate_pem.clone(),
                    node_json: serde_json::to_vec(&identity).expect("JSON"),
                };
                for step in WRITE.into_iter().chain(MOVE).take(steps) {
                    perform(step, &folder, &answer).expect("done");
                }
                // The power comes back; the same command is run again.
                match begin(&folder, ticket, again).expect("begun") {
                    Begun::Already(found) => assert_eq!(found.node, node, "after {steps} steps"),
                    Begun::Ask(resumed) => {
                        assert!(steps < WRITE.len(), "asks again after {steps} steps");
                        assert_eq!(resumed.code(), pending.code(), "the same key after {steps} steps");
                        if let Some(before) = before {
                            assert_eq!(
                                super::identity(&folder).expect("read").expect("whole").node,
                                before.node
                            );
                        }
                        let again = bench.answer(&resumed);
                        finish(&folder, &resumed, again).expect("stored").expect("issued");
                    }
                }
                assert_whole(&folder);
                assert_eq!(super::identity(&folder).expect("read").expect("whole").node, node);
            }
        }
    }

    #[test]
    fn running_again_makes_no_second_identity_unless_told_to() {
        let bench = Bench::new();
        let first = bench.ticket();
        let pending = bench.begin(&first, Again::Resume);
        let node =
            finish(&bench.folder(), &pending, bench.answer(&pending)).expect("stored").expect("issued").node;
        let spool_key = files::read(&bench.folder().join(SPOOL_KEY_FILE)).expect("read");
        for (ticket, again) in
            [(first.clone(), Again::Resume), (bench.ticket(), Again::Resume), (first, Again::ReEnrol)]
        {
            match begin(&bench.folder(), ticket, again).expect("begun") {
                Begun::Already(identity) => assert_eq!(identity.node, node),
                Begun::Ask(pending) => panic!("{pending:?}"),
            }
        }
        let pending = bench.begin(&bench.ticket(), Again::ReEnrol);
        let second =
            finish(&bench.folder(), &pending, bench.answer(&pending)).expect("stored").expect("issued");
        assert_ne!(second.node, node);
        assert_eq!(files::read(&bench.folder().join(SPOOL_KEY_FILE)).expect("read"), spool_key);
        assert_whole(&bench.folder());
    }

    #[test]
    fn an_answer_for_another_key_or_fleet_is_not_stored() {
        let bench = Bench::new();
        let pending = bench.begin(&bench.ticket(), Again::Resume);
        let other = Bench::new();
        let foreign = other.begin(&bench.ticket(), Again::Resume);
        for answer in [bench.answer(&foreign), other.answer(&pending)] {
            let refused = finish(&bench.folder(), &pending, answer);
            assert!(matches!(refused, Err(IdentityError::Unfit { .. })), "{refused:?}");
        }
        assert_eq!(identity(&bench.folder()).expect("read"), None);
    }

    #[test]
    fn the_code_is_known_before_the_answer_and_after_it() {
        let bench = Bench::new();
        assert_eq!(code(&bench.folder()).expect("read"), None);
        let pending = bench.begin(&bench.ticket(), Again::Resume);
        assert_eq!(code(&bench.folder()).expect("read"), Some(pending.code()));
        finish(&bench.folder(), &pending, bench.answer(&pending)).expect("stored").expect("issued");
        assert_eq!(code(&bench.folder()).expect("read"), Some(pending.code()));
    }
}

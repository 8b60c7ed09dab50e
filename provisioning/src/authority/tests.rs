//! The authority's files and certificates, checked by the verifiers that will check them in the field.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;

use super::*;
use crate::csr;
use crate::scratch::Scratch;

const NOW: WallMs = WallMs(1_795_514_531_000);

fn fleet(scratch: &Scratch) -> Created {
    create(&scratch.path().join("keys"), NOW).expect("made")
}

fn at(now: WallMs, plus_s: i64) -> UnixTime {
    UnixTime::since_unix_epoch(since_1970(seconds(now) + plus_s))
}

fn node_key() -> NodeKey {
    let key = KeyPair::generate().expect("a key");
    let request = CertificateParams::default().serialize_request(&key).expect("signed");
    csr::read(&request.pem().expect("PEM")).expect("taken")
}

fn trusting(anchor: &CertificateDer<'static>) -> Arc<RootCertStore> {
    let mut store = RootCertStore::empty();
    store.add(anchor.clone()).expect("an anchor");
    Arc::new(store)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn server_holds(
    anchor: &CertificateDer<'static>,
    server: &ServerIdentity,
    name: &str,
    when: UnixTime,
) -> bool {
    let verifier =
        WebPkiServerVerifier::builder_with_provider(trusting(anchor), provider()).build().expect("built");
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    verifier.verify_server_cert(&server.chain[0], &server.chain[1..], &name, &[], when).is_ok()
}

#[test]
fn an_authority_is_read_back_as_it_was_made_and_its_root_opens_with_the_passphrase() {
    let scratch = Scratch::new();
    let created = fleet(&scratch);
    let loaded = Authority::load(&scratch.path().join("keys")).expect("read back");
    assert_eq!(loaded.fleet(), created.authority.fleet());
    assert_eq!(loaded.fleet().len(), 16);
    let file = files::read(&created.root_key_file).expect("read");
    let key = KeyPair::from_pem(&root_key::open(&file, &created.passphrase).expect("opened")).expect("a key");
    let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
    assert_eq!(csr::sha256(&spki), loaded.root_sha256());
}

#[test]
fn a_second_authority_in_the_same_folder_is_refused() {
    let scratch = Scratch::new();
    drop(fleet(&scratch));
    assert!(matches!(create(&scratch.path().join("keys"), NOW), Err(AuthorityError::Exists { .. })));
}

#[test]
fn secret_files_are_0600_and_no_private_key_of_the_root_lies_open() {
    let scratch = Scratch::new();
    let created = fleet(&scratch);
    created.authority.issue_server(&["localhost".into()], NOW).expect("issued");
    for entry in std::fs::read_dir(scratch.path().join("keys")).expect("listed") {
        let path = entry.expect("an entry").path();
        let mode = std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777;
        let secret = path.extension().is_none_or(|extension| extension != "crt");
        assert_eq!(mode, if secret { 0o600 } else { 0o644 }, "{}", path.display());
    }
    let age = files::read(&created.root_key_file).expect("read");
    assert!(age.starts_with(b"age-encryption.org/v1"));
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let scratch = Scratch::new();
    drop(fleet(&scratch));
    let path = scratch.path().join("keys").join(INTERMEDIATE_KEY_FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("loosened");
    assert!(matches!(Authority::load(&scratch.path().join("keys")), Err(AuthorityError::File(_))));
}

#[test]
fn the_server_is_verified_by_its_names_addresses_and_fixed_name_and_by_no_other() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    let names = ["controller.example".to_owned(), "192.0.2.7".into(), "2001:db8::7".into()];
    let server = authority.issue_server(&names, NOW).expect("issued");
    for name in names.iter().map(String::as_str).chain([authority.server_name().as_str()]) {
        assert!(server_holds(authority.root(), &server, name, at(NOW, 0)), "{name}");
        assert!(server_holds(authority.intermediate(), &server, name, at(NOW, 0)), "{name}");
    }
    for name in ["other.example", "192.0.2.8"] {
        assert!(!server_holds(authority.root(), &server, name, at(NOW, 0)), "{name}");
    }
}

#[test]
fn the_chain_holds_at_the_instant_the_server_certificate_starts_and_not_past_its_end() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    let server = authority.issue_server(&[], NOW).expect("issued");
    let name = authority.server_name();
    let start = UnixTime::since_unix_epoch(since_1970(server.starts_s));
    assert!(server_holds(authority.root(), &server, &name, start));
    assert!(!server_holds(authority.root(), &server, &name, at(NOW, -LEAF_BACKDATE_S - 1)));
    assert!(!server_holds(authority.root(), &server, &name, at(NOW, SERVER_DAYS * DAY_S + 1)));
}

#[test]
fn a_node_certificate_names_the_node_and_nothing_else_and_passes_client_verification() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    let (key, node) = (node_key(), NodeId::from_bytes([1, 2, 3, 4, 5]));
    let issued = authority.issue_node(&key, node, NOW).expect("issued");
    let (_, certificate) = x509_parser::parse_x509_certificate(&issued.der).expect("a certificate");
    assert_eq!(certificate.subject().to_string(), format!("CN={node}"));
    let names = certificate.subject_alternative_name().expect("parsed").expect("there");
    let uri = format!("holdfast://{}/node/{node}", authority.fleet());
    assert_eq!(names.value.general_names, vec![x509_parser::extensions::GeneralName::URI(&uri)]);
    assert_eq!(certificate_key_sha256(&issued.der), Some(key.sha256()));
    assert_eq!(issued.ends_s, seconds(NOW) + NODE_DAYS * DAY_S);

    let anchors = trusting(authority.intermediate());
    let verifier = WebPkiClientVerifier::builder_with_provider(anchors, provider()).build().expect("built");
    let der = CertificateDer::from(issued.der);
    assert!(verifier.verify_client_cert(&der, &[], at(NOW, -LEAF_BACKDATE_S)).is_ok());
    assert!(verifier.verify_client_cert(&der, &[], at(NOW, NODE_DAYS * DAY_S + 1)).is_err());
    let server = authority.issue_server(&[], NOW).expect("issued");
    assert!(verifier.verify_client_cert(&server.chain[0], &[], at(NOW, 0)).is_err(), "a server is no client");
}

#[test]
fn the_server_certificate_is_kept_while_it_fits_and_replaced_when_it_does_not() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    let names = ["controller.example".to_owned(), "192.0.2.7".into()];
    let first = authority.server(&names, NOW).expect("issued");
    let later = NOW.plus_ms((SERVER_DAYS - SERVER_RENEW_DAYS - 1) * DAY_S * 1000);
    assert_eq!(authority.server(&names[..1], later).expect("kept").chain, first.chain);
    let renewed = authority.server(&names, later.plus_ms(2 * DAY_S * 1000)).expect("renewed");
    assert_ne!(renewed.chain, first.chain);
    let wider = authority.server(&["new.example".into()], NOW).expect("reissued");
    assert_ne!(wider.chain, renewed.chain);
    // A power cut between the two files: the key is new, the chain is old.
    let path = scratch.path().join("keys").join(SERVER_KEY_FILE);
    let other = KeyPair::generate().expect("a key").serialize_pem();
    files::write_durably(&path, other.as_bytes(), Access::Secret).expect("written");
    assert_ne!(authority.server(&["new.example".into()], NOW).expect("reissued").chain, wider.chain);
}

#[test]
fn an_unfinished_folder_of_a_power_cut_is_replaced() {
    let scratch = Scratch::new();
    let making = scratch.path().join("keys.new");
    std::fs::create_dir_all(&making).expect("made");
    std::fs::write(making.join(ROOT_KEY_FILE), b"torn").expect("written");
    drop(fleet(&scratch));
    assert!(!making.exists());
}

#[test]
fn names_that_no_client_could_verify_are_refused() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    for name in ["controller.example:8443", "two words", "", "https://x"] {
        let refused = authority.issue_server(&[name.to_owned()], NOW);
        assert!(matches!(refused, Err(AuthorityError::Name { .. })), "{name}");
    }
}

#[test]
fn an_authority_past_its_end_issues_nothing() {
    let scratch = Scratch::new();
    let authority = fleet(&scratch).authority;
    let late = NOW.plus_ms((INTERMEDIATE_DAYS * DAY_S + 1) * 1000);
    let refused = authority.issue_node(&node_key(), NodeId::from_bytes([1; 5]), late);
    assert!(matches!(refused, Err(AuthorityError::Ended)));
}

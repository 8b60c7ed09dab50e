//! Files made by a fleet of the test's own, and each part of them altered: by a stranger, and by a controller that lies.

use holdfast_protocol::evidence::{Binding, QUARTER_MS, Shown, Stated, StatedClock};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{BootCounter, ItemCode, NodeId};
use holdfast_protocol::statement::{Claim, Head, Opening, Seen, Source, Statement};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::week::{WEEK_MS, Week};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

use super::*;
use crate::authority::{self, Authority};
use crate::csr;
use crate::scratch::Scratch;

const NODE: NodeId = NodeId::from_bytes([7; 5]);

struct World {
    _scratch: Scratch,
    authority: Authority,
    node: EcdsaKeyPair,
    certificate: Vec<u8>,
    controller: Ed25519KeyPair,
    week: Week,
}

fn ecdsa(key: &KeyPair) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &SystemRandom::new())
        .expect("a key")
}

fn ed25519() -> Ed25519KeyPair {
    let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.serialize_der()).expect("a key")
}

impl World {
    fn new() -> Self {
        let scratch = Scratch::new();
        let week: Week = "2026-W48".parse().expect("a week");
        let authority =
            authority::create(&scratch.path().join("keys"), week.start()).expect("made").authority;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let csr = CertificateParams::default().serialize_request(&key).expect("signed").pem().expect("PEM");
        let public = csr::read(&csr).expect("a request");
        let certificate = authority.issue_node(&public, NODE, week.start()).expect("issued").der;
        Self { _scratch: scratch, authority, node: ecdsa(&key), certificate, controller: ed25519(), week }
    }

    fn key(&self) -> VerificationKey {
        let public = self.controller.public_key().as_ref().try_into().expect("32 bytes");
        verification_key(self.authority.fleet(), &self.authority.root_sha256(), &[public])
    }

    fn stated(&self, at: WallMs, clock: ClockTrust, signer: &EcdsaKeyPair) -> Stated {
        let serial = " sn-0042".trim().to_owned();
        let claim = |source, serial: &str| Claim {
            source,
            part: String::new(),
            seen: Seen::Serial(serial.to_owned()),
            detail: "Field server".to_owned(),
        };
        let openings = vec![
            Opening { salt: [1; 16], claim: claim(Source::Interface, "52:54:00:12:34:56") },
            Opening { salt: [2; 16], claim: claim(Source::System, &serial) },
        ];
        let digests =
            openings.iter().map(|one: &Opening| csr::sha256(&one.claim.digest_input(&one.salt))).collect();
        let at_boot = BootMs(u64::try_from(at.since_ms(self.week.start())).unwrap_or(0));
        let head =
            Head { node: NODE, boot: BootCounter(3), at: at_boot, clock, agent: "0.1.0".into(), digests };
        let signature = signer.sign(&SystemRandom::new(), &head.signed()).expect("signed");
        let signature: [u8; 64] = signature.as_ref().try_into().expect("64 bytes");
        let whole = Statement { head: head.clone(), signature, openings };
        assert_eq!(Statement::decode(&whole.encode()), Ok(whole));
        let (stated_clock, error_ms) = match clock {
            ClockTrust::Synchronised { error_ms, .. } => (StatedClock::Node, i64::from(error_ms)),
            ClockTrust::Unsynchronised => (StatedClock::Controller, 500),
        };
        Stated {
            head: Hex(head.encode()),
            signature: Hex(signature.to_vec()),
            clock: stated_clock,
            at_ms: at.0,
            error_ms,
            shown: Shown {
                place: 1,
                salt: Hex(vec![2; 16]),
                source: "system".into(),
                part: String::new(),
                serial,
                detail: "Field server".into(),
            },
        }
    }

    fn daily(&self) -> Vec<Stated> {
        (0..7)
            .map(|day| {
                let at = self.week.start().plus_ms(day * 4 * QUARTER_MS + 1_000);
                self.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 }, &self.node)
            })
            .collect()
    }

    fn evidence(&self) -> Evidence {
        let statements = self.daily();
        let observed: Vec<WallMs> = statements.iter().map(|one| WallMs(one.at_ms)).collect();
        Evidence {
            format: FORMAT.into(),
            version: VERSION,
            fleet: self.authority.fleet().into(),
            made_ms: self.week.end().0 + 1,
            item: ItemCode::from_bytes([9; 5]),
            model: "Maker Field server 2".into(),
            week: self.week,
            level: Level::E2,
            observations: 7,
            longest_gap_ms: evidence::longest_gap_ms(self.week, self.week.end(), &observed),
            binding: Some(Binding {
                kind: Kind::Serial,
                value: "SN-0042".into(),
                node: NODE,
                key_sha256: Hex(csr::certificate_key_sha256(&self.certificate).expect("a key").to_vec()),
                bound_ms: self.week.start().0,
                ended_ms: None,
                by_sha256: Hex(vec![5; 32]),
            }),
            statements,
            certificates: vec![
                Hex(self.certificate.clone()),
                Hex(self.authority.intermediate().to_vec()),
                Hex(self.authority.root().to_vec()),
            ],
            ledger: None,
            key: Hex(self.controller.public_key().as_ref().to_vec()),
        }
    }

    fn on_paper(&self) -> Evidence {
        Evidence {
            level: Level::E1,
            observations: 0,
            longest_gap_ms: WEEK_MS,
            binding: None,
            statements: vec![],
            certificates: vec![],
            ..self.evidence()
        }
    }

    fn check(&self, evidence: &Evidence) -> Report {
        check(&seal(evidence, &self.controller).expect("sealed"), Some(&self.key()))
    }
}

fn answer(report: &Report, step: StepName) -> Answer {
    report.steps.iter().find(|one| one.step == step).expect("the step is there").answer
}

#[test]
fn a_genuine_file_is_genuine_and_says_what_must_still_be_trusted() {
    let world = World::new();
    let report = world.check(&world.evidence());
    assert_eq!(report.verdict, Verdict::Genuine, "{:?}", report.steps);
    assert!(report.steps.iter().all(|step| step.answer == Answer::Genuine), "{:?}", report.steps);
    for trust in [Trust::BindingByWord, Trust::NodeClock, Trust::NoLedger, Trust::KeyFromElsewhere] {
        assert!(report.trust.contains(&trust), "{:?}", report.trust);
    }
    let paper = world.check(&world.on_paper());
    assert_eq!(paper.verdict, Verdict::Genuine, "{:?}", paper.steps);
    assert_eq!(answer(&paper, StepName::Certificates), Answer::NotNeeded);
    assert!(paper.trust.contains(&Trust::LevelByWord));
}

#[test]
fn any_byte_altered_is_never_genuine() {
    let world = World::new();
    let (file, key) = (seal(&world.evidence(), &world.controller).expect("sealed"), world.key());
    let mut not_genuine = 0_usize;
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let report = check(&changed, Some(&key));
        assert_ne!(report.verdict, Verdict::Genuine, "byte {at}");
        not_genuine += usize::from(report.verdict == Verdict::NotGenuine);
    }
    // The digit of the version alone may say "made by a later program".
    assert!(not_genuine + 1 >= file.len(), "{not_genuine} of {}", file.len());
    for length in (0..file.len()).step_by(13) {
        assert_ne!(check(&file[..length], Some(&key)).verdict, Verdict::Genuine, "length {length}");
    }
}

#[test]
fn without_the_key_or_with_another_fleets_nobody_can_tell() {
    let (world, other) = (World::new(), World::new());
    let file = seal(&world.evidence(), &world.controller).expect("sealed");
    for key in [None, Some(other.key())] {
        let report = check(&file, key.as_ref());
        assert_eq!(report.verdict, Verdict::CannotTell, "{:?}", report.steps);
        assert_eq!(answer(&report, StepName::ControllerSignature), Answer::Genuine);
        assert_eq!(answer(&report, StepName::ControllerKey), Answer::CannotTell);
    }
    let forged = seal(
        &Evidence { key: Hex(other.controller.public_key().as_ref().to_vec()), ..world.evidence() },
        &other.controller,
    );
    assert_eq!(check(&forged.expect("sealed"), Some(&world.key())).verdict, Verdict::CannotTell);
    assert_eq!(check(b"%PDF-1.7", Some(&world.key())).verdict, Verdict::CannotTell);
}

type Change = fn(&mut Evidence, &World);

/// A controller that signs what is not so: the step that is made for it finds each.
fn found_by(step: StepName, lies: &[(&str, Change)]) {
    let world = World::new();
    for (what, change) in lies {
        let mut evidence = world.evidence();
        change(&mut evidence, &world);
        let report = world.check(&evidence);
        assert_eq!(report.verdict, Verdict::NotGenuine, "{what}");
        assert_eq!(answer(&report, step), Answer::NotGenuine, "{what}: {:?}", report.steps);
    }
}

/// A statement of the node's clock at this distance from the week's start.
fn at(world: &World, since_ms: i64) -> Stated {
    let at = world.week.start().plus_ms(since_ms);
    world.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 }, &world.node)
}

fn bound(evidence: &mut Evidence) -> &mut Binding {
    evidence.binding.as_mut().expect("there is one")
}

#[test]
fn what_the_node_did_not_say_is_found_by_its_signature() {
    let lies: &[(&str, Change)] = &[
        ("another node's statement", |e, world| {
            let other = ecdsa(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
            let at = WallMs(e.statements[0].at_ms);
            e.statements[0] = world.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 }, &other);
        }),
        ("another serial", |e, _| e.statements[0].shown.serial = "SN-0043".into()),
        ("another place", |e, _| e.statements[0].shown.place = 0),
        ("no such place", |e, _| e.statements[0].shown.place = 9),
        ("a salt", |e, _| e.statements[0].shown.salt.0[0] ^= 1),
        ("no certificates", |e, _| e.certificates.clear()),
    ];
    found_by(StepName::NodeSignature, lies);
}

#[test]
fn figures_that_do_not_follow_from_the_statements_are_found() {
    let lies: &[(&str, Change)] = &[
        ("another week's statement", |e, world| e.statements[6] = at(world, WEEK_MS)),
        ("within its error of the border", |e, world| e.statements[0] = at(world, 11)),
        ("another time", |e, _| e.statements[0].at_ms += 1),
        ("the controller's time for a node with a clock", |e, _| {
            e.statements[0].clock = StatedClock::Controller;
        }),
        ("one left out", |e, _| drop(e.statements.remove(3))),
        ("one twice", |e, _| {
            let twice = e.statements[3].clone();
            e.statements.insert(3, twice);
            e.observations = 8;
        }),
        ("another number", |e, _| e.observations = 8),
        ("another gap", |e, _| e.longest_gap_ms -= 1),
        ("E1 with statements", |e, _| e.level = Level::E1),
        ("made too early", |e, world| e.made_ms = world.week.start().0 - 1),
    ];
    found_by(StepName::Window, lies);
}

#[test]
fn a_serial_that_was_not_bound_then_is_found() {
    let lies: &[(&str, Change)] = &[
        ("bound later", |e, _| {
            let second = e.statements[1].at_ms;
            bound(e).bound_ms = second;
        }),
        ("ended before", |e, _| {
            let last = e.statements[6].at_ms;
            bound(e).ended_ms = Some(last);
        }),
        ("another serial", |e, _| bound(e).value = "SN-0043".into()),
        ("a kind that no file shows", |e, _| bound(e).kind = Kind::Mac),
    ];
    found_by(StepName::Binding, lies);
}

#[test]
fn a_chain_that_does_not_lead_from_the_bound_key_to_the_root_is_found() {
    let lies: &[(&str, Change)] = &[
        ("another key bound", |e, _| bound(e).key_sha256.0[0] ^= 1),
        ("another node bound", |e, _| bound(e).node = NodeId::from_bytes([6; 5])),
        ("cut", |e, _| drop(e.certificates.remove(1))),
        ("turned", |e, _| e.certificates.swap(1, 2)),
    ];
    found_by(StepName::Certificates, lies);
}

#[test]
fn a_chain_to_another_root_is_not_genuine_although_the_controllers_key_signed_the_file() {
    let (world, other) = (World::new(), World::new());
    let mut evidence = world.evidence();
    evidence.certificates = vec![
        Hex(other.certificate.clone()),
        Hex(other.authority.intermediate().to_vec()),
        Hex(other.authority.root().to_vec()),
    ];
    assert_eq!(answer(&world.check(&evidence), StepName::Certificates), Answer::NotGenuine);
}

#[test]
fn a_node_without_a_clock_counts_by_the_controllers_and_that_is_named() {
    let world = World::new();
    let mut evidence = world.evidence();
    let at = world.week.start().plus_ms(1_000);
    evidence.statements[0] = world.stated(at, ClockTrust::Unsynchronised, &world.node);
    let report = world.check(&evidence);
    assert_eq!(report.verdict, Verdict::Genuine, "{:?}", report.steps);
    assert!(report.trust.contains(&Trust::ControllerClock) && report.trust.contains(&Trust::NodeClock));
}

#[test]
fn a_file_of_a_week_that_still_ran_ends_where_it_was_made() {
    let world = World::new();
    let mut evidence = world.evidence();
    evidence.statements.truncate(2);
    evidence.observations = 2;
    let made = WallMs(evidence.statements[1].at_ms).plus_ms(3 * 24 * 3_600_000);
    evidence.made_ms = made.0;
    evidence.longest_gap_ms = 3 * 24 * 3_600_000;
    assert_eq!(world.check(&evidence).verdict, Verdict::Genuine, "{:?}", world.check(&evidence).steps);
    evidence.made_ms = world.week.end().0;
    assert_eq!(world.check(&evidence).verdict, Verdict::NotGenuine, "the gap is longer by then");
}

#[test]
fn a_later_version_is_said_and_not_guessed_at() {
    let world = World::new();
    let report = world.check(&Evidence { version: 2, ..world.evidence() });
    assert_eq!(report.verdict, Verdict::CannotTell);
    let key = serde_json::to_string(&world.key()).expect("JSON");
    assert_eq!(read_key(key.as_bytes()), Ok(world.key()));
    assert_eq!(read_key(key.replace("\"version\":1", "\"version\":2").as_bytes()), Err(KeyError::Version(2)));
    assert!(matches!(read_key(b"{}"), Err(KeyError::Form(_))));
}

#[test]
fn a_whole_statement_is_checked_against_the_nodes_key() {
    let world = World::new();
    let spki = chain::spki(&world.certificate).expect("a key");
    let at = world.week.start();
    let stated = world.stated(at, ClockTrust::Unsynchronised, &world.node);
    let head = Head::decode(&stated.head.0).expect("a head");
    let claim =
        Claim { source: Source::System, part: String::new(), seen: Seen::NoSerial, detail: String::new() };
    let opening = Opening { salt: [2; 16], claim };
    let statement = Statement {
        head,
        signature: stated.signature.array().expect("64"),
        openings: vec![opening.clone(), opening],
    };
    assert_eq!(check_statement(&statement, &spki), Err(Fault::Digest));
    let other = chain::spki(&World::new().certificate).expect("a key");
    assert_eq!(check_statement(&statement, &other), Err(Fault::Signature));
}

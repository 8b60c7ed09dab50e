//! Evidence files for checkers: genuine ones, each byte of one altered, and what a controller that lies would sign.
//!
//! Enters: a folder for the keys of a fleet made for this. Leaves: cases, each with the bytes, the verification key that is at
//! hand for it, and our own checker's answers. Three checkers read them: ours, `tests/verifier/verify.py`, the page `/verify`.

use std::path::Path;

use holdfast_protocol::evidence::{
    Binding, Evidence, FORMAT, Hex, Level, QUARTER_MS, Shown, Stated, StatedClock, VERSION, VerificationKey,
    longest_gap_ms, week_until,
};
use holdfast_protocol::identifier::Kind;
use holdfast_protocol::ids::{BootCounter, ItemCode, NodeId};
use holdfast_protocol::statement::{Claim, Head, Opening, Seen, Source};
use holdfast_protocol::time::{BootMs, ClockTrust, WallMs};
use holdfast_protocol::week::Week;
use holdfast_provisioning::authority::{self, Authority};
use holdfast_provisioning::csr;
use holdfast_provisioning::evidence::{check, seal, verification_key};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

const NODE: NodeId = NodeId::from_bytes([7; 5]);

/// A file, and what is to be said of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What was done to it.
    pub name: String,
    /// Its bytes.
    pub file: Vec<u8>,
    /// The verification key at hand, if any.
    pub key: Option<VerificationKey>,
    /// Whether every step's answer is compared, or the verdict alone.
    pub exact: bool,
}

impl Case {
    /// The case as a line for other checkers, with our own answers.
    #[must_use]
    pub fn line(&self) -> Value {
        let report = check(&self.file, self.key.as_ref());
        let steps: serde_json::Map<String, Value> = report
            .steps
            .iter()
            .filter_map(|step| {
                Some((serde_json::to_value(step.step).ok()?.as_str()?.to_owned(), json!(step.answer)))
            })
            .collect();
        json!({"name": self.name, "file": Hex(self.file.clone()), "key": self.key, "exact": self.exact,
            "verdict": report.verdict, "steps": steps})
    }
}

/// A fleet of its own: authority, one node, the controller's key.
struct Fleet {
    authority: Authority,
    node: EcdsaKeyPair,
    certificate: Vec<u8>,
    controller: Ed25519KeyPair,
    week: Week,
}

impl Fleet {
    fn new(folder: &Path) -> Self {
        let week: Week = "2026-W53".parse().expect("a week");
        let authority = authority::create(folder, week.start()).expect("made").authority;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let request =
            CertificateParams::default().serialize_request(&key).expect("signed").pem().expect("PEM");
        let public = csr::read(&request).expect("a request");
        let certificate = authority.issue_node(&public, NODE, week.start()).expect("issued").der;
        let (node, controller) = (ecdsa(&key), ed25519());
        Self { authority, node, certificate, controller, week }
    }

    fn key(&self) -> VerificationKey {
        let public = self.controller.public_key().as_ref().try_into().expect("32 bytes");
        verification_key(self.authority.fleet(), &self.authority.root_sha256(), &[public])
    }

    fn stated(&self, at: WallMs, clock: ClockTrust) -> Stated {
        let (serial, detail) = ("sn-0042".to_owned(), "Польовий сервер".to_owned());
        let claim = |source, serial: &str| Claim {
            source,
            part: String::new(),
            seen: Seen::Serial(serial.to_owned()),
            detail: detail.clone(),
        };
        let openings = [
            Opening { salt: [1; 16], claim: claim(Source::Interface, "52:54:00:12:34:56") },
            Opening { salt: [2; 16], claim: claim(Source::System, &serial) },
        ];
        let digests = openings.iter().map(|one| csr::sha256(&one.claim.digest_input(&one.salt))).collect();
        let since = u64::try_from(at.since_ms(self.week.start())).expect("in the week");
        let head = Head {
            node: NODE,
            boot: BootCounter(300),
            at: BootMs(since),
            clock,
            agent: "0.1.0".into(),
            digests,
        };
        let signature = self.node.sign(&SystemRandom::new(), &head.signed()).expect("signed");
        let (clock, error_ms) = match clock {
            ClockTrust::Synchronised { error_ms, .. } => (StatedClock::Node, i64::from(error_ms)),
            ClockTrust::Unsynchronised => (StatedClock::Controller, 500),
        };
        let (salt, source, part) = (Hex(vec![2; 16]), "system".to_owned(), String::new());
        Stated {
            head: Hex(head.encode()),
            signature: Hex(signature.as_ref().to_vec()),
            clock,
            at_ms: at.0,
            error_ms,
            shown: Shown { place: 1, salt, source, part, serial, detail },
        }
    }

    fn at(&self, quarter: i64) -> WallMs {
        self.week.start().plus_ms(quarter * QUARTER_MS + 1_000)
    }

    fn by_node(&self, quarter: i64) -> Stated {
        let at = self.at(quarter);
        self.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 })
    }

    fn evidence(&self, statements: Vec<Stated>) -> Evidence {
        let made = self.week.end().plus_ms(1);
        let observed: Vec<WallMs> = statements.iter().map(|one| WallMs(one.at_ms)).collect();
        Evidence {
            format: FORMAT.into(),
            version: VERSION,
            fleet: self.authority.fleet().into(),
            made_ms: made.0,
            item: ItemCode::from_bytes([9; 5]),
            model: "Maker \"Field\" \u{1}".into(),
            week: self.week,
            level: Level::E2,
            observations: u32::try_from(observed.len()).expect("few"),
            longest_gap_ms: longest_gap_ms(self.week, week_until(self.week, made), &observed),
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
            certificates: [
                &self.certificate,
                &self.authority.intermediate().to_vec(),
                &self.authority.root().to_vec(),
            ]
            .map(|der| Hex(der.clone()))
            .to_vec(),
            ledger: None,
            key: Hex(self.controller.public_key().as_ref().to_vec()),
        }
    }

    fn on_paper(&self, level: Level) -> Evidence {
        let (binding, statements, certificates, observations) = (None, vec![], vec![], 0);
        let longest_gap_ms = longest_gap_ms(self.week, self.week.end(), &[]);
        let whole = self.evidence(vec![]);
        Evidence { level, binding, statements, certificates, observations, longest_gap_ms, ..whole }
    }

    fn seal(&self, evidence: &Evidence) -> Vec<u8> {
        seal(evidence, &self.controller).expect("sealed")
    }
}

fn ecdsa(key: &KeyPair) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &SystemRandom::new())
        .expect("a key")
}

fn ed25519() -> Ed25519KeyPair {
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("a key")
}

/// All cases; `folder` is for the keys of two fleets.
#[must_use]
pub fn cases(folder: &Path) -> Vec<Case> {
    let (fleet, other) = (Fleet::new(&folder.join("one")), Fleet::new(&folder.join("other")));
    let daily = || (0..7).map(|day| fleet.by_node(day * 4)).collect::<Vec<_>>();
    let good = fleet.evidence(daily());
    let key = Some(fleet.key());
    let case = |name: &str, file: Vec<u8>, key: &Option<VerificationKey>| Case {
        name: name.to_owned(),
        file,
        key: key.clone(),
        exact: true,
    };
    let mut without_clock = daily();
    if let Some(first) = without_clock.first_mut() {
        *first = fleet.stated(fleet.at(0), ClockTrust::Unsynchronised);
    }
    let running = {
        let mut running = fleet.evidence(vec![fleet.by_node(1)]);
        running.made_ms = fleet.at(6).0;
        running.longest_gap_ms = 5 * QUARTER_MS;
        running
    };
    let genuine = fleet.seal(&good);
    let mut cases = vec![
        case("genuine", genuine.clone(), &key),
        case("genuine on paper", fleet.seal(&fleet.on_paper(Level::E0)), &key),
        case("genuine by a person's word", fleet.seal(&fleet.on_paper(Level::E1)), &key),
        case("genuine by the controller's clock", fleet.seal(&fleet.evidence(without_clock)), &key),
        case("genuine of a week that ran", fleet.seal(&running), &key),
        case("no key", genuine.clone(), &None),
        case("another fleet's key", genuine, &Some(other.key())),
        case("no evidence file", b"%PDF-1.7\n".to_vec(), &key),
        case("nothing", vec![], &key),
        case("a later version", fleet.seal(&Evidence { version: 2, ..good.clone() }), &key),
        case(
            "sealed by a stranger",
            seal(
                &Evidence { key: Hex(other.controller.public_key().as_ref().to_vec()), ..good.clone() },
                &other.controller,
            )
            .expect("sealed"),
            &key,
        ),
    ];
    for (name, change) in lies() {
        let mut lied = good.clone();
        change(&mut lied, &fleet, &other);
        cases.push(case(name, fleet.seal(&lied), &key));
    }
    let small = fleet.seal(&fleet.evidence(vec![fleet.by_node(0)]));
    for at in 0..small.len() {
        let mut changed = small.clone();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        cases.push(Case {
            name: format!("byte {at} altered"),
            file: changed,
            key: key.clone(),
            exact: false,
        });
    }
    for length in (0..small.len()).step_by(211) {
        let cut = small.get(..length).unwrap_or_default().to_vec();
        cases.push(Case { name: format!("cut at {length}"), file: cut, key: key.clone(), exact: false });
    }
    cases
}

type Change = fn(&mut Evidence, &Fleet, &Fleet);

fn first(evidence: &mut Evidence) -> &mut Stated {
    evidence.statements.first_mut().expect("there are seven")
}

fn binding(evidence: &mut Evidence) -> &mut Binding {
    evidence.binding.as_mut().expect("there is one")
}

/// What a controller could sign although it is not so: every field, another node's words, another week's.
fn lies() -> Vec<(&'static str, Change)> {
    vec![
        ("another format", |e, _, _| e.format = "holdfast receipt".into()),
        ("another fleet", |e, _, _| e.fleet = "0123456789abcdef".into()),
        ("made before the week", |e, _, _| e.made_ms = e.week.start().0 - 1),
        ("another item", |e, _, _| e.item = ItemCode::from_bytes([8; 5])),
        ("another week", |e, _, _| e.week = "2027-W01".parse().expect("a week")),
        ("another level", |e, _, _| e.level = Level::E1),
        ("another number", |e, _, _| e.observations = 8),
        ("another gap", |e, _, _| e.longest_gap_ms -= 1),
        ("no binding", |e, _, _| e.binding = None),
        ("a secret kind bound", |e, _, _| binding(e).kind = Kind::Mac),
        ("another serial bound", |e, _, _| binding(e).value = "SN-0043".into()),
        ("another node bound", |e, _, _| binding(e).node = NodeId::from_bytes([6; 5])),
        ("another key bound", |e, _, _| binding(e).key_sha256 = Hex(vec![1; 32])),
        ("bound later", |e, _, _| {
            let last = e.statements.last().expect("seven").at_ms;
            binding(e).bound_ms = last;
        }),
        ("ended before", |e, _, _| {
            let start = e.week.start().0;
            binding(e).ended_ms = Some(start);
        }),
        ("nobody bound it", |e, _, _| binding(e).by_sha256 = Hex(vec![])),
        ("no statements", |e, _, _| e.statements.clear()),
        ("a statement left out", |e, _, _| drop(e.statements.remove(3))),
        ("a statement twice", |e, _, _| {
            let twice = e.statements.first().cloned().expect("seven");
            e.statements.insert(0, twice);
            e.observations = 8;
        }),
        ("out of order", |e, _, _| e.statements.reverse()),
        ("another node's statement", |e, _, other| *first(e) = other.by_node(0)),
        ("another week's statement", |e, fleet, _| {
            let at = fleet.week.end();
            let late = fleet.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 });
            *e.statements.last_mut().expect("seven") = late;
        }),
        ("within its error of the border", |e, fleet, _| {
            let at = fleet.week.start().plus_ms(11);
            *first(e) = fleet.stated(at, ClockTrust::Synchronised { wall: at, error_ms: 12 });
        }),
        ("another head", |e, _, _| first(e).head.0.push(0)),
        ("no head", |e, _, _| first(e).head.0.clear()),
        ("another signature", |e, _, _| first(e).signature = Hex(vec![7; 64])),
        ("a short signature", |e, _, _| first(e).signature = Hex(vec![7; 63])),
        ("another clock", |e, _, _| first(e).clock = StatedClock::Controller),
        ("another time", |e, _, _| first(e).at_ms += 1),
        ("another error", |e, _, _| first(e).error_ms += 1),
        ("another place", |e, _, _| first(e).shown.place = 0),
        ("a place that is not there", |e, _, _| first(e).shown.place = 99),
        ("another salt", |e, _, _| first(e).shown.salt = Hex(vec![3; 16])),
        ("a short salt", |e, _, _| first(e).shown.salt = Hex(vec![3; 4])),
        ("another source", |e, _, _| first(e).shown.source = "board".into()),
        ("no such source", |e, _, _| first(e).shown.source = "toaster".into()),
        ("another part", |e, _, _| first(e).shown.part = "x".into()),
        ("another serial", |e, _, _| first(e).shown.serial = "sn-0043".into()),
        ("another detail", |e, _, _| first(e).shown.detail = "x".into()),
        ("no certificates", |e, _, _| e.certificates.clear()),
        ("a certificate left out", |e, _, _| drop(e.certificates.remove(1))),
        ("certificates turned", |e, _, _| e.certificates.swap(1, 2)),
        ("the node as an authority", |e, _, _| {
            let node = e.certificates.first().cloned().expect("three");
            e.certificates.insert(0, node);
            e.certificates.truncate(3);
        }),
        ("another fleet's certificates", |e, _, other| {
            let theirs = [
                &other.certificate,
                &other.authority.intermediate().to_vec(),
                &other.authority.root().to_vec(),
            ];
            e.certificates = theirs.map(|der| Hex(der.clone())).to_vec();
        }),
        ("a certificate that is none", |e, _, _| e.certificates = vec![Hex(vec![0x30, 0x80]); 3]),
    ]
}

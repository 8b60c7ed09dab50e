//! A made-up fleet for tests of the pages: every state word, every reason, hostile names.

use holdfast_protocol::ids::{NodeId, PartyId, SiteId};
use holdfast_protocol::presence::StateWord;
use holdfast_protocol::time::WallMs;

use super::lang::Lang;
use super::pages::{AuditAsk, AuditPage, Me, Named, Parties, People, Person, SeenSite, Seer, WhoSees, Why};
use super::surround::{Crumb, Entry, FormError, Surround, Theme};
use crate::access::{Access, PersonId, Role, SessionId, SessionKind};
use crate::api::audit::Who;
use crate::api::people::Invitations;
use crate::api::proposals;
use crate::audit_watch::Walked;
use crate::model::{
    Check, CheckVerdict, Counts, Doubt, Group, Health, IdentityView, LateView, Need, NeedKind, NodePage,
    NodeRow, OutageView, Overview, Page, Point, Reading, Reason, Run, Series, SiteRef, SiteRow, SpoolView,
    StartView, State, Timeline,
};
use crate::proposal::{Change, Difference, Membership, ProposalId, State as ProposalState};
use crate::query::Facets;
use crate::store::members::{Member, MemberCounts};
use crate::store::parties::{Party, PartyKind};
use crate::store::places::{PlacedSite, Reveals};
use crate::store::sessions::{End, SessionRow};
use crate::store::tokens::{TokenId, TokenRow};
use crate::store::views::View;

pub(crate) const NOW: WallMs = WallMs(1_795_528_931_000);
const HOUR_MS: i64 = 3_600_000;

/// A name that tries everything: markup, quotes, a right-to-left override, Hebrew, four bytes a letter.
pub(crate) const HOSTILE: &str = "\"><script>alert(1)</script>'&amp;\u{202e}שלום 𝔘🛰{{x}}";

/// An invitation whose roles wait for a second person.
pub(crate) fn invitation() -> Invitations {
    let code = "0123-4567-89AB-CDEF".to_owned();
    Invitations { id: PersonId(2), code, ends: NOW, proposal: Some(ProposalId(4)) }
}

/// A looser policy for the reader to sign, and a change of roles of their own that nobody can sign.
pub(crate) fn proposals(name: &str) -> Vec<(proposals::View, Named)> {
    let difference = |what: &str, before: &str, after: &str| Difference {
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let membership = |roles: &[Role]| Membership { party: PartyId(1), roles: roles.to_vec() };
    let (from, to) = (membership(&[Role::Donor]), membership(&[Role::Operator]));
    let own = proposals::View {
        id: ProposalId(4),
        kind: "member",
        thing: "person 2".to_owned(),
        state: ProposalState::Waiting,
        differences: vec![difference("roles", "donor", "operator"), difference("party", "", "1")],
        wanted_for: None,
        made: NOW.plus_ms(-HOUR_MS),
        ends: NOW.plus_ms(HOUR_MS),
        by: None,
        own: true,
        signers: 0,
        who_can_sign: None,
        ended: None,
        ended_by: None,
        reason: None,
        can_sign: false,
        change: Change::Member { person: PersonId(2), from, to },
    };
    let someone = proposals::Someone { id: PersonId(3), name: name.to_owned() };
    let signed = proposals::View {
        kind: "donation",
        differences: vec![
            difference("place", "none", "region"),
            difference("delay_days", "30", "1"),
            difference("least_items", "5", "1"),
            difference("serials", "false", "true"),
            difference("title", name, "Gift"),
            difference("shares", "1=10000", "1=2500 9=7500"),
            difference("tlp", "amber_strict", "clear"),
        ],
        by: Some(someone.clone()),
        own: false,
        signers: 1,
        who_can_sign: Some(vec![someone]),
        can_sign: true,
        ..own.clone()
    };
    let mut names = Named { thing: Some(name.to_owned()), ..Named::default() };
    names.parties.insert("1".to_owned(), name.to_owned());
    vec![(signed, names.clone()), (own, names)]
}

pub(crate) fn surround(lang: Lang) -> Surround {
    Surround {
        lang,
        theme: Theme::System,
        person: Some("admin".to_owned()),
        menu: Entry::menu(&Access::SHIPPED, &Role::ALL),
        end: Some(End { until: NOW.plus_ms(7_200_000), ends: NOW.plus_ms(43_200_000) }),
        second_factor_due: None,
        path: "/nodes?word=ok".to_owned(),
        entry: Entry::Nodes,
        crumbs: vec![Crumb { path: "/nodes".to_owned(), name: "Nodes".to_owned() }],
        now: NOW,
        doubt: None,
        request_id: "0123456789abcdef".to_owned(),
        keys_on: true,
        times: false,
        live: true,
    }
}

pub(crate) fn doubt() -> Doubt {
    Doubt { code: "just_started".to_owned(), as_of: WallMs(NOW.0 - 90_000) }
}

pub(crate) fn site(number: i64, name: &str) -> SiteRef {
    SiteRef { id: SiteId(number), name: name.to_owned(), region: "UA-63".to_owned() }
}

pub(crate) fn state(word: StateWord, ago_ms: i64) -> State {
    let heard = (word != StateWord::NotYetSeen).then_some(WallMs(NOW.0 - ago_ms));
    let was = matches!(word, StateWord::NoReport | StateWord::NotKnown).then_some(StateWord::Ok);
    State { word, was, late: ago_ms == 80_000, since: heard, heard, report_within_s: Some(60) }
}

pub(crate) fn node_row(index: u8, word: StateWord, name: &str) -> NodeRow {
    let id = NodeId::from_bytes([index, 0x9a, 0x33, 0x4e, index.wrapping_mul(37)]);
    NodeRow {
        id,
        shown: id.shown(),
        site: (index % 5 != 4).then(|| site(i64::from(index), name)),
        state: state(word, if index == 1 { 80_000 } else { 1000 * 37 * i64::from(index) + 9000 }),
        backlog_records: (index % 3 != 2).then_some(u64::from(index) * 7),
        lost_records: u64::from(index == 3),
        agent: (word != StateWord::NotYetSeen).then(|| "0.1.0".to_owned()),
        rtt_ms: (index % 4 != 3).then_some(41.3 + f64::from(index)),
        route: Some(if name == HOSTILE { HOSTILE.to_owned() } else { "wlan0".to_owned() }),
    }
}

pub(crate) fn nodes(many: u8, name: &str) -> Page<NodeRow> {
    let rows = (0..many).map(|index| node_row(index, StateWord::ALL[usize::from(index) % 9], name)).collect();
    Page { rows, total: 412, next: Some("MTI6N2sy".to_owned()), made_at: NOW }
}

pub(crate) fn runs(word: StateWord) -> Vec<Run> {
    let at = |hours: i64| WallMs(NOW.0 - hours * HOUR_MS);
    vec![
        Run { from: at(24), to: at(20), word: None },
        Run { from: at(20), to: at(12), word: Some(StateWord::Ok) },
        Run { from: at(12), to: at(10), word: Some(StateWord::PlannedSilence) },
        Run { from: at(10), to: at(9), word: Some(StateWord::Maintenance) },
        Run { from: at(9), to: at(6), word: Some(StateWord::Degraded) },
        Run { from: at(6), to: at(4), word: Some(StateWord::Down) },
        Run { from: at(4), to: at(2), word: Some(StateWord::NoReport) },
        Run { from: at(2), to: at(0), word: Some(word) },
    ]
}

pub(crate) fn site_row(index: u8, word: StateWord, name: &str) -> SiteRow {
    SiteRow {
        site: site(i64::from(index), name),
        state: state(word, 1000 * 37 * i64::from(index) + 9000),
        nodes: u32::from(index) + 1,
        strip: if index == 7 { Vec::new() } else { runs(word) },
        backlog_records: Some(u64::from(index) * 3),
    }
}

pub(crate) fn sites(many: u8, name: &str) -> Page<SiteRow> {
    let rows = (0..many).map(|index| site_row(index, StateWord::ALL[usize::from(index) % 9], name)).collect();
    Page { rows, total: 412, next: Some("MTI6N2sy".to_owned()), made_at: NOW }
}

pub(crate) fn counts(each: u64) -> Counts {
    let by_word: Vec<_> = StateWord::ALL.into_iter().map(|word| (word, each)).collect();
    Counts { total: each * 9, by_word, late: each }
}

/// Facets of a list of nine times `each` rows.
pub(crate) fn facets(each: u64, name: &str) -> Facets {
    let counts = counts(each);
    Facets {
        words: counts.by_word,
        any_word: counts.total,
        late: counts.late,
        regions: vec![(String::new(), each), ("UA-32".to_owned(), each), ("UA-63".to_owned(), each)],
        agents: vec![("0.2.0".to_owned(), each), ("0.1.0".to_owned(), each)],
        sites: vec![(site(1, name), each), (site(2, "Birch 2"), 0)],
        left_out: usize::try_from(each).expect("small"),
        everything: counts.total,
    }
}

pub(crate) fn groups() -> Vec<Group> {
    let group =
        |region: &str, worst| Group { region: region.to_owned(), rows: 412, worst, with_worst: 3, late: 1 };
    vec![group("UA-63", StateWord::Down), group("", StateWord::NoReport), group("UA-32", StateWord::Ok)]
}

pub(crate) fn views(name: &str) -> Vec<View> {
    vec![View { id: 7, name: name.to_owned(), path: "/nodes?word=no_report&sort=heard".to_owned() }]
}

pub(crate) fn reasons(name: &str) -> Vec<Reason> {
    vec![
        Reason::DiskFull { mount: name.to_owned(), used_percent: 96.2 },
        Reason::MemoryFull { used_percent: 97.0 },
        Reason::Hot { sensor: name.to_owned(), celsius: 91.0 },
        Reason::Probe { probe: name.to_owned(), why: name.to_owned() },
        Reason::Clock,
        Reason::Backlog { records: 22 },
    ]
}

pub(crate) fn overview(name: &str) -> Overview {
    let need = |priority, kind, index: u8| Need {
        priority,
        kind,
        site: index.is_multiple_of(2).then(|| site(i64::from(index), name)),
        node: Some(NodeId::from_bytes([index; 5])),
        since: (index != 3).then_some(WallMs(NOW.0 - 11_000_000)),
    };
    let mut needs = vec![
        need(1, NeedKind::NoReport { was: Some(StateWord::Ok) }, 0),
        need(2, NeedKind::NoReport { was: None }, 1),
        need(2, NeedKind::Degraded { reasons: reasons(name) }, 2),
        need(3, NeedKind::Approval { code: "7K2M-9QXD".to_owned() }, 3),
        need(3, NeedKind::Lost { records: 21 }, 4),
    ];
    needs.push(Need {
        priority: 1,
        kind: NeedKind::Controller { check: "disk".to_owned() },
        site: None,
        node: None,
        since: Some(NOW),
    });
    Overview { sites: counts(2), nodes: counts(21), needs, needs_total: 6, made_at: NOW, doubt: None }
}

pub(crate) fn empty_overview() -> Overview {
    Overview {
        sites: counts(0),
        nodes: counts(0),
        needs: Vec::new(),
        needs_total: 0,
        made_at: NOW,
        doubt: None,
    }
}

pub(crate) fn empty_page<T>() -> Page<T> {
    Page { rows: Vec::new(), total: 0, next: None, made_at: NOW }
}

pub(crate) fn readings(name: &str) -> Vec<Reading> {
    let mut out = Vec::new();
    for (index, field) in holdfast_protocol::field::FIELDS.iter().enumerate() {
        let single = matches!(field.per, holdfast_protocol::field::PerInstance::Node);
        out.push(Reading {
            field: field.name.to_owned(),
            instance: if single { String::new() } else { name.to_owned() },
            unit: field.unit.symbol(),
            value: (index % 9 != 8).then_some(if field.max > 1.0e6 { 5.4e8 } else { field.max.min(41.0) }),
            rate: matches!(field.kind, holdfast_protocol::field::Kind::Counter).then_some(12_345.6),
            at: WallMs(NOW.0 - 12_000),
            error_ms: if index == 5 { 40_000 } else { 12 },
        });
    }
    out.push(Reading {
        field: "field_32770".to_owned(),
        instance: name.to_owned(),
        unit: "",
        value: Some(3.0),
        rate: None,
        at: NOW,
        error_ms: 0,
    });
    out
}

pub(crate) fn node_page(name: &str) -> NodePage {
    let at = |minutes: i64| WallMs(NOW.0 - minutes * 60_000);
    NodePage {
        row: node_row(8, StateWord::Degraded, name),
        reasons: reasons(name),
        readings: readings(name),
        timeline: Timeline {
            from: at(24 * 60),
            to: NOW,
            presence: runs(StateWord::Degraded),
            outages: vec![
                OutageView { from: at(700), to: at(640), cause: "no_route".to_owned(), attempts: 12 },
                OutageView { from: at(300), to: at(299), cause: "a_later_cause".to_owned(), attempts: 1 },
            ],
            starts: vec![
                StartView { at: at(1300), boot: 41, machine: true },
                StartView { at: at(639), boot: 41, machine: false },
            ],
            late: vec![LateView { from: at(700), to: at(640), arrived: at(630) }],
        },
        spool: SpoolView { records: Some(3), bytes: Some(41_000), lost_records: 1, missing_records: 0 },
        identity: IdentityView {
            enrolled: at(60 * 24 * 40),
            certificate_ends: WallMs(NOW.0 + 98 * 24 * HOUR_MS),
            code: "7K2M-9QXD".to_owned(),
            boot: Some(41),
            clock_error_ms: Some(12),
        },
        made_at: NOW,
    }
}

pub(crate) fn bare_node_page() -> NodePage {
    let from = WallMs(NOW.0 - 24 * HOUR_MS);
    NodePage {
        row: NodeRow { site: None, rtt_ms: None, route: None, ..node_row(4, StateWord::NotYetSeen, "") },
        reasons: Vec::new(),
        readings: Vec::new(),
        timeline: Timeline {
            from,
            to: NOW,
            presence: Vec::new(),
            outages: Vec::new(),
            starts: Vec::new(),
            late: Vec::new(),
        },
        spool: SpoolView { records: None, bytes: None, lost_records: 0, missing_records: 0 },
        identity: IdentityView {
            enrolled: NOW,
            certificate_ends: WallMs(NOW.0 - HOUR_MS),
            code: String::new(),
            boot: None,
            clock_error_ms: None,
        },
        made_at: NOW,
    }
}

pub(crate) fn series(field: &str, instance: &str) -> Series {
    const BUCKET_MS: i64 = 360_000;
    let from = WallMs(NOW.0 - 24 * HOUR_MS);
    let mut points = Vec::new();
    for index in 0..240_i64 {
        if (90..110).contains(&index) || index == 130 {
            continue;
        }
        let turn = f64::from(u32::try_from(index).expect("small"));
        let mean = 40.0 + 30.0 * (turn / 17.0).sin();
        let present = if index % 50 == 9 { 0.5 } else { 1.0 };
        points.push(Point {
            at: WallMs(from.0 + index * BUCKET_MS),
            min: mean - 6.0,
            mean,
            max: mean + 14.0,
            present,
        });
    }
    let (field, instance) = (field.to_owned(), instance.to_owned());
    Series { field, instance, unit: "%".to_owned(), from, to: NOW, bucket_ms: BUCKET_MS, points }
}

pub(crate) fn health() -> Health {
    let check = |code: &str, verdict| Check {
        code: code.to_owned(),
        verdict,
        figures: vec![
            ("free".to_owned(), 53.0e9, "B".to_owned()),
            ("records".to_owned(), 12.0, "/s".to_owned()),
            ("ends".to_owned(), 8_000_000.0, "s".to_owned()),
        ],
    };
    Health {
        trusted: false,
        checks: vec![
            check("ingest", CheckVerdict::Ok),
            check("disk", CheckVerdict::Fail),
            check("root_key", CheckVerdict::Warn),
            check("clock", CheckVerdict::Unknown),
            check("something_newer", CheckVerdict::Ok),
        ],
        made_at: NOW,
    }
}

/// Somebody with a second factor, two sessions, and a fault in a form.
pub(crate) fn me(name: &str) -> Me {
    let session = |id, kind| SessionRow { id: SessionId(id), kind, made: NOW, seen: NOW, ends: NOW };
    Me {
        party: name.to_owned(),
        roles: Role::ALL.to_vec(),
        has_factor: true,
        codes_left: 3,
        sessions: vec![session(1, SessionKind::Browser), session(2, SessionKind::Tool)],
        tokens: [None, Some(NOW)]
            .map(|revoked| TokenRow {
                id: TokenId(1),
                name: name.to_owned(),
                scopes: vec!["nodes:read".to_owned(), "sites:read".to_owned()],
                made: NOW,
                ends: NOW.plus_ms(HOUR_MS),
                used: None,
                revoked,
            })
            .to_vec(),
        this: Some(SessionId(1)),
        again: true,
        done: Some("recovery-used"),
        error: Some(FormError { title: "title".to_owned(), text: "text".to_owned(), field: "old" }),
    }
}

pub(crate) fn parties(name: &str) -> Vec<Party> {
    let party =
        |id, kind| Party { id: PartyId(id), name: name.to_owned(), kind, country: String::new(), version: 1 };
    vec![party(1, PartyKind::Operator), party(2, PartyKind::Recipient)]
}

/// Somebody of every state.
pub(crate) fn people(name: &str) -> People {
    let member = |id: i64, locked, has_password, invited_until| Member {
        id: PersonId(id),
        name: name.to_owned(),
        party: PartyId(1),
        roles: vec![Role::Operator, Role::FieldEngineer],
        locked,
        has_password,
        has_second_factor: id == 1,
        invited_until,
        first_sign_in: None,
        last_sign_in: has_password.then(|| NOW.plus_ms(-HOUR_MS)),
        sessions: 2,
        tokens: 0,
        version: 1,
    };
    let rows = [
        member(1, None, true, None),
        member(2, Some(NOW), true, None),
        member(3, None, false, Some(NOW)),
        member(4, None, false, None),
    ];
    let counts = MemberCounts { active: 1, without_factor: 0, locked: 1 };
    let rows = rows.into_iter().map(|member| (member, name.to_owned())).collect();
    People { rows, counts, next: Some(4), later: true }
}

/// A locked person with all that can stand on their page.
pub(crate) fn person(name: &str) -> Person {
    let member = people(name).rows.remove(1).0;
    let Me { sessions, tokens, .. } = me(name);
    Person {
        parties: parties(name),
        sites: vec![(SiteId(3), name.to_owned())],
        site: name.to_owned(),
        sessions,
        tokens,
        done: Some("changed"),
        error: Some(FormError { title: "title".to_owned(), text: "text".to_owned(), field: "site" }),
        ..Person::of(member)
    }
}

pub(crate) fn listed_parties(name: &str) -> Parties {
    Parties { rows: parties(name), next: Some(2), later: true, changes: true }
}

/// Somebody who sees every place, somebody who sees some, and somebody who did once.
pub(crate) fn who_sees(name: &str) -> WhoSees {
    let members = people(name).rows.into_iter().map(|(member, _)| member);
    let whys = [
        vec![Why::Every(Role::Operator)],
        vec![Why::These(Role::FieldEngineer, vec![(SiteId(3), name.to_owned())])],
        vec![Why::These(Role::Recipient, Vec::new())],
        Vec::new(),
    ];
    let reveals = Some(Reveals { times: 3, last: NOW.plus_ms(-HOUR_MS) });
    let site = PlacedSite { id: SiteId(3), name: name.to_owned(), region: "UA-63".to_owned(), party: None };
    WhoSees {
        people: members.zip(whys).map(|(member, whys)| Seer { member, whys, reveals }).collect(),
        sites: vec![SeenSite { site, by: 2, reveals }],
    }
}

/// A log that is not whole, of somebody's and of nobody's.
pub(crate) fn audit(name: &str) -> AuditPage {
    let entry = |number, person, action: &str, thing: &str| holdfast_provisioning::audit::Entry {
        number,
        at_ms: NOW.0,
        person,
        action: action.to_owned(),
        thing: thing.to_owned(),
        result: "refused".to_owned(),
        reason: name.to_owned(),
        previous: None,
    };
    let who = Who { name: name.to_owned(), roles: vec![Role::Operator] };
    AuditPage {
        ask: AuditAsk { from: Some("2026-11-24".to_owned()), after: Some(9), ..AuditAsk::default() },
        entries: vec![
            entry(8, Some(7), "place_show", "site 3"),
            entry(7, None, "something_newer", name),
            entry(6, Some(9), "person_lock", "person 7"),
        ],
        people: [(7, who)].into(),
        next: Some(6),
        actions: vec!["place_show".to_owned(), "something_newer".to_owned()],
        walked: Some(Walked { at: NOW.plus_ms(-HOUR_MS), entries: 5, fault: Some("cut off".to_owned()) }),
        regions: true,
    }
}

/// A fleet's verification key.
pub(super) fn verification_key() -> holdfast_protocol::evidence::VerificationKey {
    holdfast_provisioning::evidence::verification_key("0123456789abcdef", &[0xa5; 32], &[[7; 32]])
}

/// Two items of a donation, one with weeks.
pub(super) fn evidence(name: &str) -> super::pages::Evidence {
    use crate::api::inventory::evidence::{EvidenceView, WeekView};
    use holdfast_protocol::evidence::Level;
    use holdfast_protocol::ids::{ItemCode, ItemId};
    let weeks = ["2026-W47", "2026-W46"].map(|week| WeekView {
        week: week.parse().expect("a week"),
        level: Level::E2,
        observations: 7,
        longest_gap_ms: 90_000_000,
        runs: false,
        file: format!("/api/v1/items/7/evidence/{week}"),
    });
    let item = |code, rows| EvidenceView {
        item: ItemId(7),
        code: ItemCode::from_bytes([code; 5]),
        model: name.to_owned(),
        rows,
        made_at: NOW,
    };
    super::pages::Evidence {
        donations: vec![(3, name.to_owned())],
        here: Some(3),
        withheld: None,
        items: vec![item(1, weeks.to_vec()), item(2, vec![])],
        next: Some("/evidence?donation=3&after=1.2".to_owned()),
    }
}

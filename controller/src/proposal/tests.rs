//! Which changes take two people, who may sign, and what ends a proposal.

use std::collections::BTreeSet;

use holdfast_protocol::ids::{PartyId, PersonId, SiteId};
use holdfast_protocol::time::WallMs;

use super::*;

fn member(from: &[Role], to: &[Role]) -> Change {
    let of = |roles: &[Role]| Membership { party: PartyId(1), roles: roles.to_vec() };
    Change::Member { person: PersonId(9), from: of(from), to: of(to) }
}

fn opens(from: &[Role], to: &[Role], assigned: &[i64], of_party: &[i64]) -> Opens {
    let sites = |ids: &[i64]| ids.iter().map(|id| SiteId(*id)).collect::<BTreeSet<SiteId>>();
    let seen = |roles: &[Role]| Seen::of(roles, &sites(assigned), &sites(of_party));
    member(from, to).opens(&Before::Seen { before: seen(from), after: seen(to) })
}

#[test]
fn a_role_opens_more_where_it_gives_exact_places_that_the_person_had_not() {
    use Role::{Administrator, Auditor, BackOffice, Donor, FieldEngineer, Operator, Recipient};
    for role in [Donor, Auditor, BackOffice] {
        assert_eq!(opens(&[], &[role], &[1], &[2]), Opens::Nothing, "{role:?}");
    }
    assert_eq!(opens(&[], &[Operator], &[], &[]), Opens::More, "every place, those to come too");
    assert_eq!(opens(&[Operator], &[Operator, FieldEngineer], &[1], &[]), Opens::Nothing);
    assert_eq!(opens(&[], &[FieldEngineer], &[], &[2]), Opens::Nothing, "no site is theirs");
    assert_eq!(opens(&[], &[FieldEngineer], &[1], &[]), Opens::More);
    assert_eq!(opens(&[], &[Recipient], &[1], &[]), Opens::Nothing);
    assert_eq!(opens(&[], &[Recipient], &[], &[2]), Opens::More);
    assert_eq!(opens(&[Operator], &[Donor], &[], &[]), Opens::Nothing, "less is never asked about");
    assert_eq!(opens(&[Operator], &[Administrator], &[], &[]), Opens::Administrator);
    assert_eq!(opens(&[Administrator], &[Administrator, Operator], &[], &[]), Opens::Nothing);
}

#[test]
fn one_person_alone_makes_the_first_settings_and_later_nothing_but_another_administrator() {
    let others = |now, ever| Others { now, ever };
    for opens in [Opens::More, Opens::Administrator] {
        assert_eq!(ruling(opens, others(0, false)), Ruling::Alone);
        assert_eq!(ruling(opens, others(1, true)), Ruling::Waits);
    }
    assert_eq!(
        ruling(Opens::More, others(0, true)),
        Ruling::Waits,
        "locking the other out frees from nothing"
    );
    assert_eq!(ruling(Opens::Administrator, others(0, true)), Ruling::Alone, "the way on");
    assert_eq!(ruling(Opens::Nothing, others(0, true)), Ruling::AtOnce);
    assert_eq!(ruling(Opens::Nothing, others(5, true)), Ruling::AtOnce, "tightening never waits");
}

#[test]
fn another_person_with_the_same_right_signs_in_time_and_nobody_else() {
    let proposal = Proposal {
        id: ProposalId(1),
        change: member(&[], &[Role::Operator]),
        differences: Vec::new(),
        by: PersonId(1),
        made: WallMs(0),
        ends: WallMs(WAITS_MS),
        state: State::Waiting,
        ended: None,
        ended_by: None,
        reason: String::new(),
        used: None,
    };
    let admin = [Role::Administrator];
    let signs = |who, roles: &[Role], at| may(&proposal, Act::Approve, PersonId(who), roles, WallMs(at));
    assert_eq!(signs(2, &admin, 5), Ok(()));
    assert_eq!(signs(1, &admin, 5), Err(Unfit::Own));
    assert_eq!(signs(9, &admin, 5), Err(Unfit::Gains));
    assert_eq!(signs(2, &[Role::BackOffice, Role::Operator], 5), Err(Unfit::NoPower));
    assert_eq!(signs(2, &[], 5), Err(Unfit::NoPower));
    assert_eq!(signs(2, &admin, WAITS_MS - 1), Ok(()));
    assert_eq!(signs(2, &admin, WAITS_MS), Err(Unfit::Ended(State::Expired)));
    assert_eq!(may(&proposal, Act::Refuse, PersonId(1), &admin, WallMs(5)), Err(Unfit::Own));
    assert_eq!(may(&proposal, Act::Refuse, PersonId(9), &admin, WallMs(5)), Ok(()));
    assert_eq!(may(&proposal, Act::Withdraw, PersonId(1), &[], WallMs(5)), Ok(()));
    assert_eq!(may(&proposal, Act::Withdraw, PersonId(2), &admin, WallMs(5)), Err(Unfit::NotTheirs));
    for state in State::ALL.into_iter().filter(|state| *state != State::Waiting) {
        let over = Proposal { state, ..proposal.clone() };
        let refused = may(&over, Act::Approve, PersonId(2), &admin, WallMs(5));
        assert_eq!(refused, Err(Unfit::Ended(state)));
    }
}

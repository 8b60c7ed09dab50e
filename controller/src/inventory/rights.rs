//! Who may record what: one table of roles and events, readable in its test.
//!
//! Enters: a role and what is to be recorded. Leaves: of which items that role may. What only a hand-over may record is
//! recorded by nobody else, administrators included; whether an event fits an item's life is for `protocol::custody`.

use holdfast_protocol::custody::What;

use crate::access::Role;

/// Of which items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// None.
    None,
    /// Those in the custody of the person's party.
    Held,
    /// Those in sight.
    Seen,
}

/// Of which items somebody in this role may record it.
#[must_use]
pub fn may_record(role: Role, what: &What) -> Extent {
    use Extent::{Held, None, Seen};
    if what.is_by_handover() || matches!(what, What::Registered { .. }) {
        return None;
    }
    let (office, operator, engineer, recipient) = match what {
        What::Allocated { .. }
        | What::Deallocated
        | What::Packed { .. }
        | What::Unpacked
        | What::Departed
        | What::Retired => (Seen, None, None, None),
        What::Arrived => (Seen, None, Seen, Seen),
        What::Stored => (Seen, Seen, Seen, Held),
        What::Deployed { .. } | What::Removed => (None, Seen, Seen, None),
        What::SentToRepair | What::Repaired => (Seen, Seen, None, Held),
        What::Lost | What::Stolen | What::Counted => (Seen, Seen, Seen, Held),
        What::Found { .. } => (Seen, Seen, None, Held),
        What::Destroyed => (Seen, None, None, Held),
        // Of all but who answers for the whole only what they recorded themselves; the caller looks.
        What::Voided { .. } => (Seen, Seen, Seen, Held),
        What::Registered { .. } | What::Accepted { .. } | What::Returned { .. } | What::Differed { .. } => {
            return None;
        }
    };
    match role {
        Role::Administrator => Seen,
        Role::BackOffice => office,
        Role::Operator => operator,
        Role::FieldEngineer => engineer,
        Role::Recipient => recipient,
        Role::Donor | Role::Auditor => None,
    }
}

/// The widest of several roles.
#[must_use]
pub fn widest(roles: &[Role], what: &What) -> Extent {
    roles.iter().map(|role| may_record(*role, what)).max().unwrap_or(Extent::None)
}

/// Who takes back what others recorded.
pub const VOIDS_ALL: [Role; 2] = [Role::Administrator, Role::BackOffice];

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may record what, as people agreed on it: of what is in sight, and of what their party has.
    const READABLE: &str = "\
administrator: seen allocated deallocated packed unpacked departed arrived stored deployed removed sent_to_repair repaired retired lost stolen found destroyed counted voided; held -
operator: seen stored deployed removed sent_to_repair repaired lost stolen found counted voided; held -
field_engineer: seen arrived stored deployed removed lost stolen counted voided; held -
back_office: seen allocated deallocated packed unpacked departed arrived stored sent_to_repair repaired retired lost stolen found destroyed counted voided; held -
recipient: seen arrived; held stored sent_to_repair repaired lost stolen found destroyed counted voided
donor: seen -; held -
auditor: seen -; held -
";

    #[test]
    fn the_table_says_what_it_says_here_and_nothing_more() {
        let list = |role, extent| {
            let whats = What::samples();
            let words: Vec<&str> =
                whats.iter().filter(|what| may_record(role, what) == extent).map(What::word).collect();
            if words.is_empty() { "-".to_owned() } else { words.join(" ") }
        };
        let line = |role: Role| {
            format!("{}: seen {}; held {}\n", role.key(), list(role, Extent::Seen), list(role, Extent::Held))
        };
        assert_eq!(Role::ALL.into_iter().map(line).collect::<String>(), READABLE);
    }

    #[test]
    fn nobody_records_what_only_a_hand_over_may() {
        for what in What::samples().iter().filter(|what| what.is_by_handover()) {
            assert_eq!(widest(&Role::ALL, what), Extent::None, "{}", what.word());
        }
    }
}

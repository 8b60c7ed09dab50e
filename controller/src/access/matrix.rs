//! Which role may learn which kind of thing: the matrix, readable beside the design's table of roles.
//!
//! Enters: nothing. Leaves: [`MATRIX`], one line a kind, one column a role. The fields that betray a place (custodian,
//! addresses, cells and skies, outage times, free text, photos, "lost") have lines of their own, as the coordinates have.
//! Never says how something is shown: a handler narrows what is [`Grant::Own`], an act asks for what is
//! [`Grant::OnReason`].

use super::Role;

/// What an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shows {
    /// Style, script, forms: the same for everybody.
    Nothing,
    /// That the program runs, and which version.
    Program,
    /// The viewer's own name, roles, sessions and tokens.
    OwnSession,
    /// Code name and region of sites.
    Region,
    /// Latitude and longitude of a site.
    ExactPlace,
    /// Who answers for a thing: "Water utility, X oblast" is an address.
    Custodian,
    /// Names and countries of organisations, which may name a town.
    Parties,
    /// Source IP, interfaces, names of networks.
    Addresses,
    /// Cell id, point of presence, SSID, boresight, obstruction map, azimuth and elevation.
    CellAndSky,
    /// When a site was dark, which betrays a place to who knows the grid.
    OutageTimes,
    /// Readings, reasons, losses of nodes.
    NodeHealth,
    /// The state's word alone.
    StateWord,
    /// Serials of items.
    SerialNumbers,
    /// Identifiers that are keys: account references, IMEI, TPM.
    SecretIdentifiers,
    /// What people wrote.
    FreeText,
    /// Pictures.
    Photos,
    /// That an item is lost.
    Lost,
    /// Names, roles and sign-ins of other people.
    People,
    /// Who did what.
    Audit,
    /// Who was shown an exact place, and who can be.
    Reveals,
    /// Tickets: who may join the fleet.
    Tickets,
    /// How the controller itself is.
    Controller,
}

impl Shows {
    /// All of them, in the order of the matrix.
    pub const ALL: [Self; 22] = [
        Self::Nothing,
        Self::Program,
        Self::OwnSession,
        Self::Region,
        Self::ExactPlace,
        Self::Custodian,
        Self::Parties,
        Self::Addresses,
        Self::CellAndSky,
        Self::OutageTimes,
        Self::NodeHealth,
        Self::StateWord,
        Self::SerialNumbers,
        Self::SecretIdentifiers,
        Self::FreeText,
        Self::Photos,
        Self::Lost,
        Self::People,
        Self::Audit,
        Self::Reveals,
        Self::Tickets,
        Self::Controller,
    ];

    /// Whether a stranger may have it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Nothing | Self::Program | Self::OwnSession)
    }
}

/// How much of a kind a role may learn; ordered by how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Nothing.
    None,
    /// Of its own: the sites assigned to the person, the sites and items of their party. The handler narrows its rows.
    Own,
    /// Of the whole fleet, through an act that asks why and writes it down; never on a page that is merely opened.
    OnReason,
    /// Of the whole fleet.
    All,
}

/// A line a kind, a column a role in the order of [`Role::ALL`].
pub type Matrix = [(Shows, [Grant; 7])];

const N: Grant = Grant::None;
const OWN: Grant = Grant::Own;
const ASK: Grant = Grant::OnReason;
const ALL: Grant = Grant::All;

/// The matrix that is shipped. An exact place is shown to nobody without a reason: for those with "own" the same act asks.
#[rustfmt::skip]
pub static MATRIX: &Matrix = &[
    //                          admin operator engineer office recipient donor auditor
    (Shows::Nothing,           [ALL,  ALL,     ALL,     ALL,   ALL,      ALL,  ALL]),
    (Shows::Program,           [ALL,  ALL,     ALL,     ALL,   ALL,      ALL,  ALL]),
    (Shows::OwnSession,        [ALL,  ALL,     ALL,     ALL,   ALL,      ALL,  ALL]),
    (Shows::Region,            [ALL,  ALL,     ALL,     ALL,   OWN,      OWN,  ASK]),
    (Shows::ExactPlace,        [ASK,  ASK,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::Custodian,         [ALL,  ALL,     OWN,     ALL,   OWN,      N,    ASK]),
    (Shows::Parties,           [ALL,  ALL,     OWN,     ALL,   OWN,      OWN,  ASK]),
    (Shows::Addresses,         [ALL,  ALL,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::CellAndSky,        [ALL,  ALL,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::OutageTimes,       [ALL,  ALL,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::NodeHealth,        [ALL,  ALL,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::StateWord,         [ALL,  ALL,     OWN,     ALL,   OWN,      OWN,  ALL]),
    (Shows::SerialNumbers,     [ALL,  ALL,     OWN,     ALL,   OWN,      OWN,  ALL]),
    (Shows::SecretIdentifiers, [ASK,  ASK,     OWN,     N,     OWN,      N,    N  ]),
    (Shows::FreeText,          [ALL,  ALL,     OWN,     ALL,   OWN,      N,    N  ]),
    (Shows::Photos,            [ALL,  ALL,     OWN,     ALL,   OWN,      N,    N  ]),
    (Shows::Lost,              [ALL,  ALL,     OWN,     ALL,   OWN,      OWN,  ALL]),
    (Shows::People,            [ALL,  N,       N,       N,     N,        N,    N  ]),
    (Shows::Audit,             [ALL,  N,       N,       N,     N,        N,    ALL]),
    (Shows::Reveals,           [ALL,  N,       N,       N,     N,        N,    N  ]),
    (Shows::Tickets,           [ALL,  N,       ALL,     N,     N,        N,    N  ]),
    (Shows::Controller,        [ALL,  ALL,     N,       N,     N,        N,    N  ]),
];

/// What a matrix grants a role of a kind; a kind without a line is granted to nobody.
#[must_use]
pub(super) fn grant(matrix: &Matrix, role: Role, kind: Shows) -> Grant {
    let line = matrix.iter().find(|(line, _)| *line == kind);
    let cell = line.and_then(|(_, cells)| Role::ALL.iter().zip(cells).find(|(column, _)| **column == role));
    cell.map_or(Grant::None, |(_, grant)| *grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix as people agreed on it: what each role may learn of the whole fleet, of its own, and after a reason. Who
    /// loosens a line changes it here too, in sight.
    const READABLE: &str = "\
administrator: all Nothing Program OwnSession Region Custodian Parties Addresses CellAndSky OutageTimes NodeHealth StateWord SerialNumbers FreeText Photos Lost People Audit Reveals Tickets Controller; own -; on reason ExactPlace SecretIdentifiers
operator: all Nothing Program OwnSession Region Custodian Parties Addresses CellAndSky OutageTimes NodeHealth StateWord SerialNumbers FreeText Photos Lost Controller; own -; on reason ExactPlace SecretIdentifiers
field_engineer: all Nothing Program OwnSession Region Tickets; own ExactPlace Custodian Parties Addresses CellAndSky OutageTimes NodeHealth StateWord SerialNumbers SecretIdentifiers FreeText Photos Lost; on reason -
back_office: all Nothing Program OwnSession Region Custodian Parties StateWord SerialNumbers FreeText Photos Lost; own -; on reason -
recipient: all Nothing Program OwnSession; own Region ExactPlace Custodian Parties Addresses CellAndSky OutageTimes NodeHealth StateWord SerialNumbers SecretIdentifiers FreeText Photos Lost; on reason -
donor: all Nothing Program OwnSession; own Region Parties StateWord SerialNumbers Lost; on reason -
auditor: all Nothing Program OwnSession StateWord SerialNumbers Lost Audit; own -; on reason Region Custodian Parties
";

    fn names(matrix: &Matrix, role: Role, wanted: Grant) -> String {
        let granted = Shows::ALL.into_iter().filter(|kind| grant(matrix, role, *kind) == wanted);
        let names: Vec<String> = granted.map(|kind| format!("{kind:?}")).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(" ") }
    }

    fn written(matrix: &Matrix) -> String {
        let line = |role: Role| {
            let part = |wanted| names(matrix, role, wanted);
            let (all, own, ask) = (part(Grant::All), part(Grant::Own), part(Grant::OnReason));
            format!("{}: all {all}; own {own}; on reason {ask}\n", role.key())
        };
        Role::ALL.into_iter().map(line).collect()
    }

    #[test]
    fn the_matrix_says_what_it_says_here_and_nothing_more() {
        assert_eq!(written(MATRIX), READABLE);
    }

    #[test]
    fn every_kind_has_one_line_and_a_missing_line_grants_nothing() {
        let lines: Vec<Shows> = MATRIX.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(lines, Shows::ALL);
        assert_eq!(grant(&[], Role::Administrator, Shows::Region), Grant::None);
    }

    #[test]
    fn what_betrays_a_place_is_never_wider_than_the_coordinates_of_its_own() {
        for role in
            Role::ALL.into_iter().filter(|role| grant(MATRIX, *role, Shows::ExactPlace) == Grant::None)
        {
            for kind in [Shows::Addresses, Shows::CellAndSky, Shows::OutageTimes, Shows::SecretIdentifiers] {
                assert_eq!(grant(MATRIX, role, kind), Grant::None, "{role:?} {kind:?}");
            }
        }
    }
}

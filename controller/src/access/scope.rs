//! What a program's token may be made for: a closed list of nouns, each to read or to write.
//!
//! Enters: keys as they are written (`nodes:read`). Leaves: scopes. A route of the API names its scope in the table; one
//! without takes no token, so that no token can make tokens, change passwords, second factors or roles, or show a place.
//! Never widens: what a token may is its person's roles at the moment of use, and of that only the scopes.

use serde::{Serialize, Serializer};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Sites, by code name and region.
    SitesRead,
    /// Assign sites, enter a place (never read one).
    SitesWrite,
    /// Nodes, their readings, the overview, the feed.
    NodesRead,
    /// Revoke nodes.
    NodesWrite,
    /// Tickets, without their secrets.
    TicketsRead,
    /// Make, approve and take back tickets.
    TicketsWrite,
    /// Parties.
    PartiesRead,
    /// Make and change parties.
    PartiesWrite,
    /// People, their roles and sign-ins.
    PeopleRead,
    /// Lock people out and let them in again; never what they may do.
    PeopleWrite,
    /// Items, models, containers and custody.
    ItemsRead,
    /// Change them.
    ItemsWrite,
    /// The audit log.
    AuditRead,
    /// The controller's health.
    HealthRead,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::SitesRead,
        Self::SitesWrite,
        Self::NodesRead,
        Self::NodesWrite,
        Self::TicketsRead,
        Self::TicketsWrite,
        Self::PartiesRead,
        Self::PartiesWrite,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::ItemsRead,
        Self::ItemsWrite,
        Self::AuditRead,
        Self::HealthRead,
    ];

    /// As it is written and kept.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::SitesRead => "sites:read",
            Self::SitesWrite => "sites:write",
            Self::NodesRead => "nodes:read",
            Self::NodesWrite => "nodes:write",
            Self::TicketsRead => "tickets:read",
            Self::TicketsWrite => "tickets:write",
            Self::PartiesRead => "parties:read",
            Self::PartiesWrite => "parties:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::ItemsRead => "items:read",
            Self::ItemsWrite => "items:write",
            Self::AuditRead => "audit:read",
            Self::HealthRead => "health:read",
        }
    }

    /// The scope of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_found_by_its_key_and_by_nothing_else() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_key(scope.key()), Some(scope));
        }
        assert_eq!(Scope::from_key("nodes:*"), None);
        assert_eq!(Scope::from_key("places:read"), None);
    }
}

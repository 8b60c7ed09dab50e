//! The rows of the access table, one a route; what they mean is in [`crate::access`].
//!
//! Enters: nothing. Leaves: [`TABLE`]. A new route begins here: without its row it answers 404 to everybody.

use crate::access::{Face, Need, Reach, Role, Row, Scope, Shows, Verb};

const WATCH: Need = Need::OneOf(&[Role::Administrator, Role::Operator]);
/// Those who watch, and those who see nodes of their own sites.
const NEAR: Need = Need::OneOf(&[Role::Administrator, Role::Operator, Role::FieldEngineer, Role::Recipient]);
const MANAGE: Need = Need::OneOf(&[Role::Administrator]);
/// Those who read the audit log.
const AUDIT: Need = Need::OneOf(&[Role::Administrator, Role::Auditor]);
/// Those to whom a region is shown after a reason.
const INSPECT: Need = Need::OneOf(&[Role::Auditor]);
const PARTIES: Need = Need::OneOf(&[Role::Administrator, Role::Operator, Role::BackOffice]);
const GIVE: Need = Need::OneOf(&[Role::Administrator, Role::BackOffice]);
const ENROL: Need = Need::OneOf(&[Role::Administrator, Role::FieldEngineer]);

/// Those who see items: all, or their own.
const LOOK: Need = Need::OneOf(&[
    Role::Administrator,
    Role::Operator,
    Role::FieldEngineer,
    Role::BackOffice,
    Role::Recipient,
    Role::Auditor,
]);
/// Those who record what happens to items, and hand them over.
const HANDLE: Need = Need::OneOf(&[
    Role::Administrator,
    Role::Operator,
    Role::FieldEngineer,
    Role::BackOffice,
    Role::Recipient,
]);
/// Those to whom a secret identifier is shown after a reason.
const REVEAL: Need =
    Need::OneOf(&[Role::Administrator, Role::Operator, Role::FieldEngineer, Role::Recipient]);
/// Those who bind a serial to a node's key: who accepted the thing, and who is at it.
const BIND: Need = Need::OneOf(&[Role::Administrator, Role::FieldEngineer, Role::Recipient]);
/// Those who see how far it is shown that an item works: whoever sees items, and who gave them.
const EVIDENCE: Need = Need::OneOf(&[
    Role::Administrator,
    Role::Operator,
    Role::FieldEngineer,
    Role::BackOffice,
    Role::Recipient,
    Role::Donor,
    Role::Auditor,
]);
const OFFICE: Need = Need::OneOf(&[Role::Administrator, Role::BackOffice]);
const CATALOGUE: Need = Need::OneOf(&[Role::Administrator, Role::Operator, Role::BackOffice]);
/// Those who see what was given: all of it, or their own.
const GIVEN: Need = Need::OneOf(&[Role::Administrator, Role::Operator, Role::BackOffice, Role::Donor]);

const DONOR: Need = Need::OneOf(&[Role::Donor]);

const ITEMS: &[Shows] = &[Shows::StateWord, Shows::Lost, Shows::SerialNumbers];
/// What an item's page has for some of those it lets in.
const ITEM_MASKED: &[Shows] = &[Shows::Region, Shows::Custodian, Shows::Parties, Shows::FreeText];
/// Which serial is bound to which node.
const BOUND: &[Shows] = &[Shows::SerialNumbers, Shows::StateWord];
const DONATIONS: &[Shows] = &[Shows::StateWord, Shows::Lost, Shows::Parties];
/// Remarks on lines, which donors are not shown.
const DONATION_MASKED: &[Shows] = &[Shows::FreeText];
/// What donors wrote of what they send, and which of it is registered.
const LISTS: &[Shows] = &[Shows::StateWord, Shows::SerialNumbers, Shows::Parties, Shows::FreeText];
const HANDOVERS: &[Shows] = &[Shows::StateWord, Shows::Custodian, Shows::Parties, Shows::FreeText];

const FLEET: &[Shows] =
    &[Shows::Region, Shows::StateWord, Shows::NodeHealth, Shows::OutageTimes, Shows::Addresses];
const PLACE: &[Shows] = &[Shows::Region, Shows::ExactPlace];
/// What waits for a second person: to who proposed it, and to who can sign it.
const PROPOSALS: &[Shows] = &[Shows::Region, Shows::Parties];
const PERSONS: &[Shows] = &[Shows::People, Shows::Parties];
const NOTHING: &[Shows] = &[Shows::Nothing];

/// Every route there is.
pub static TABLE: &[Row] = &[
    // Pages.
    page(Verb::Get, "/", WATCH, FLEET),
    page(Verb::Get, "/home", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Get, "/sites", NEAR, FLEET).own(),
    page(Verb::Get, "/sites/export", NEAR, FLEET).own(),
    page(Verb::Get, "/sites/map", NEAR, FLEET).own(),
    page(Verb::Get, "/sites/{id}", NEAR, FLEET).own(),
    page(Verb::Get, "/sites/{id}/place", NEAR, PLACE).reasoned(),
    page(Verb::Post, "/sites/{id}/place", NEAR, PLACE).reasoned(),
    page(Verb::Get, "/nodes", NEAR, FLEET).own(),
    page(Verb::Get, "/nodes/export", NEAR, FLEET).own(),
    page(Verb::Get, "/nodes/{id}", NEAR, FLEET).own(),
    page(Verb::Get, "/nodes/{id}/chart", NEAR, FLEET).own(),
    page(Verb::Get, "/nodes/{id}/chart.csv", NEAR, FLEET).own(),
    page(Verb::Get, "/nodes/{id}/chart.xlsx", NEAR, FLEET).own(),
    page(Verb::Post, "/columns", Need::SignedIn, NOTHING),
    page(Verb::Post, "/views", Need::SignedIn, NOTHING),
    page(Verb::Post, "/views/{id}/delete", Need::SignedIn, NOTHING),
    page(Verb::Get, "/equipment", LOOK, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/export", LOOK, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/new", OFFICE, ITEMS).masked(ITEM_MASKED),
    page(Verb::Post, "/equipment/new", OFFICE, ITEMS).masked(ITEM_MASKED),
    page(Verb::Get, "/equipment/{id}", LOOK, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/{id}/record", HANDLE, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Post, "/equipment/{id}/record", HANDLE, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/{id}/void", HANDLE, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Post, "/equipment/{id}/void", HANDLE, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/{id}/change", OFFICE, ITEMS).masked(ITEM_MASKED),
    page(Verb::Post, "/equipment/{id}/change", OFFICE, ITEMS).masked(ITEM_MASKED),
    page(Verb::Get, "/equipment/{id}/label", LOOK, ITEMS).masked(ITEM_MASKED).own(),
    page(Verb::Get, "/equipment/{id}/reveal", REVEAL, &[Shows::SecretIdentifiers]).reasoned(),
    page(Verb::Post, "/equipment/{id}/reveal", REVEAL, &[Shows::SecretIdentifiers]).reasoned(),
    page(Verb::Get, "/handovers", HANDLE, HANDOVERS).own(),
    page(Verb::Get, "/handovers/new", HANDLE, HANDOVERS).own(),
    page(Verb::Post, "/handovers/new", HANDLE, HANDOVERS).own(),
    page(Verb::Get, "/handovers/{id}", HANDLE, HANDOVERS).own(),
    page(Verb::Get, "/handovers/{id}/answer", HANDLE, HANDOVERS).own(),
    page(Verb::Post, "/handovers/{id}/answer", HANDLE, HANDOVERS).own(),
    page(Verb::Get, "/handovers/{id}/withdraw", HANDLE, HANDOVERS).own(),
    page(Verb::Post, "/handovers/{id}/withdraw", HANDLE, HANDOVERS).own(),
    page(Verb::Get, "/donations", GIVEN, DONATIONS).masked(DONATION_MASKED).own(),
    page(Verb::Get, "/donations/{id}", GIVEN, DONATIONS).masked(DONATION_MASKED).own(),
    page(Verb::Get, "/donor", DONOR, DONATIONS).own(),
    page(Verb::Get, "/programmes", CATALOGUE, &[Shows::Parties]),
    page(Verb::Get, "/programmes/{id}", CATALOGUE, DONATIONS).masked(DONATION_MASKED),
    page(Verb::Get, "/models", LOOK, NOTHING),
    page(Verb::Get, "/containers", CATALOGUE, &[Shows::FreeText]),
    page(Verb::Get, "/f/i/{code}", Need::Nobody, NOTHING),
    page(Verb::Get, "/import", OFFICE, LISTS),
    page(Verb::Post, "/import", OFFICE, LISTS),
    page(Verb::Post, "/import/provider", OFFICE, LISTS),
    page(Verb::Get, "/import/provider/{id}", OFFICE, LISTS),
    page(Verb::Get, "/import/{id}", OFFICE, LISTS),
    page(Verb::Post, "/import/{id}/settings", OFFICE, LISTS),
    page(Verb::Get, "/import/{id}/report", OFFICE, LISTS),
    page(Verb::Get, "/import/{id}/commit", OFFICE, LISTS),
    page(Verb::Post, "/import/{id}/commit", OFFICE, LISTS),
    page(Verb::Post, "/import/{id}/withdraw", OFFICE, LISTS),
    page(Verb::Get, "/evidence", Need::OneOf(&[Role::Donor]), ITEMS).own(),
    page(Verb::Get, "/verify", Need::Nobody, NOTHING),
    page(Verb::Get, "/help", Need::Nobody, NOTHING),
    page(Verb::Get, "/me", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/extend", Need::SignedIn, NOTHING),
    page(Verb::Post, "/me/password", Need::SignedIn, NOTHING),
    page(Verb::Get, "/me/second-factor", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/second-factor", Need::SignedIn, NOTHING),
    page(Verb::Post, "/me/second-factor/confirm", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/second-factor/remove", Need::SignedIn, NOTHING),
    page(Verb::Post, "/me/recovery-codes", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/sessions/others/end", Need::SignedIn, NOTHING),
    page(Verb::Post, "/me/sessions/{id}/end", Need::SignedIn, NOTHING),
    page(Verb::Get, "/me/tokens", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/tokens", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Post, "/me/tokens/{id}/revoke", Need::SignedIn, NOTHING),
    page(Verb::Get, "/proposals", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    page(Verb::Get, "/proposals/{id}", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    page(Verb::Post, "/proposals/{id}/approve", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    page(Verb::Post, "/proposals/{id}/refuse", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    page(Verb::Post, "/proposals/{id}/withdraw", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    page(Verb::Get, "/people", MANAGE, PERSONS),
    page(Verb::Get, "/people/invite", MANAGE, PERSONS),
    page(Verb::Post, "/people/invite", MANAGE, PERSONS),
    page(
        Verb::Get,
        "/people/places",
        MANAGE,
        &[Shows::People, Shows::Parties, Shows::Region, Shows::Reveals],
    ),
    page(Verb::Get, "/people/{id}", MANAGE, PERSONS),
    page(Verb::Post, "/people/{id}", MANAGE, PERSONS),
    page(Verb::Get, "/people/{id}/act/{act}", MANAGE, PERSONS),
    page(Verb::Post, "/people/{id}/act/{act}", MANAGE, PERSONS),
    page(Verb::Post, "/people/{id}/sites", MANAGE, PERSONS),
    page(Verb::Post, "/people/{id}/sites/{site}/remove", MANAGE, NOTHING),
    page(Verb::Get, "/parties", PARTIES, &[Shows::Parties]),
    page(Verb::Get, "/parties/new", GIVE, &[Shows::Parties]),
    page(Verb::Post, "/parties/new", GIVE, &[Shows::Parties]),
    page(Verb::Get, "/parties/{id}", GIVE, &[Shows::Parties]),
    page(Verb::Post, "/parties/{id}", GIVE, &[Shows::Parties]),
    page(Verb::Get, "/audit", AUDIT, &[Shows::Audit]).masked(&[Shows::People]),
    page(Verb::Get, "/audit/export", AUDIT, &[Shows::Audit]).masked(&[Shows::People]),
    page(Verb::Post, "/audit/check", AUDIT, NOTHING),
    page(Verb::Get, "/sites/{id}/region", INSPECT, &[Shows::Audit]),
    page(Verb::Post, "/sites/{id}/region", INSPECT, &[Shows::Region, Shows::Parties]).reasoned(),
    page(Verb::Get, "/welcome", Need::Nobody, NOTHING),
    page(Verb::Post, "/welcome", Need::Nobody, NOTHING),
    page(Verb::Get, "/health", WATCH, &[Shows::Controller]),
    page(Verb::Get, "/sign-in", Need::Nobody, NOTHING),
    page(Verb::Post, "/sign-in", Need::Nobody, NOTHING),
    page(Verb::Get, "/sign-in/code", Need::Nobody, NOTHING),
    page(Verb::Post, "/sign-in/code", Need::Nobody, NOTHING),
    page(Verb::Get, "/first", Need::Nobody, NOTHING),
    page(Verb::Post, "/first", Need::Nobody, NOTHING),
    page(Verb::Post, "/sign-out", Need::Nobody, NOTHING),
    page(Verb::Post, "/choose", Need::Nobody, NOTHING),
    page(Verb::Get, "/static/{file}", Need::Nobody, NOTHING),
    // API.
    api(Verb::Get, "/api/v1/overview", WATCH, FLEET).scope(Scope::NodesRead),
    api(Verb::Get, "/api/v1/sites", NEAR, FLEET).own().scope(Scope::SitesRead),
    api(Verb::Get, "/api/v1/sites/{id}", NEAR, FLEET).own().scope(Scope::SitesRead),
    api(Verb::Get, "/api/v1/nodes", NEAR, FLEET).own().scope(Scope::NodesRead),
    api(Verb::Get, "/api/v1/nodes/{id}", NEAR, FLEET).own().scope(Scope::NodesRead),
    api(Verb::Get, "/api/v1/nodes/{id}/history", NEAR, FLEET).own().scope(Scope::NodesRead),
    api(Verb::Post, "/api/v1/nodes/{id}/revoke", WATCH, NOTHING).scope(Scope::NodesWrite),
    api(Verb::Get, "/api/v1/health", WATCH, &[Shows::Controller]).scope(Scope::HealthRead),
    api(Verb::Get, "/api/v1/live", NEAR, FLEET).own().scope(Scope::NodesRead),
    api(Verb::Get, "/api/v1/tickets", ENROL, &[Shows::Tickets]).scope(Scope::TicketsRead),
    api(Verb::Post, "/api/v1/tickets", ENROL, &[Shows::Tickets]).scope(Scope::TicketsWrite),
    api(Verb::Post, "/api/v1/tickets/approve", ENROL, NOTHING).scope(Scope::TicketsWrite),
    api(Verb::Post, "/api/v1/tickets/{id}/revoke", ENROL, NOTHING).scope(Scope::TicketsWrite),
    api(Verb::Get, "/api/v1/models", LOOK, NOTHING).scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/models", OFFICE, NOTHING).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/models/{id}", LOOK, NOTHING).scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/models/{id}", OFFICE, NOTHING).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/programmes", CATALOGUE, &[Shows::Parties]).scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/programmes", OFFICE, &[Shows::Parties]).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/programmes/{id}", CATALOGUE, &[Shows::Parties]).scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/programmes/{id}", OFFICE, &[Shows::Parties]).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/containers", CATALOGUE, &[Shows::FreeText]).scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/containers", OFFICE, &[Shows::FreeText]).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/containers/{id}", CATALOGUE, &[Shows::FreeText]).scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/containers/{id}", OFFICE, &[Shows::FreeText]).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/donations", GIVEN, DONATIONS)
        .masked(DONATION_MASKED)
        .own()
        .scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/donations", OFFICE, DONATIONS).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/donations/{id}", GIVEN, DONATIONS)
        .masked(DONATION_MASKED)
        .own()
        .scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/donations/{id}", OFFICE, DONATIONS).scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/donations/{id}/lines", OFFICE, DONATIONS).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/items", LOOK, ITEMS).masked(ITEM_MASKED).own().scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/items", OFFICE, ITEMS).masked(ITEM_MASKED).scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/items/events", HANDLE, ITEMS).masked(ITEM_MASKED).own().scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/items/{id}", LOOK, ITEMS).masked(ITEM_MASKED).own().scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/items/{id}", OFFICE, ITEMS).masked(ITEM_MASKED).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/items/{id}/events", LOOK, ITEMS)
        .masked(ITEM_MASKED)
        .own()
        .scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/items/{id}/events", HANDLE, ITEMS)
        .masked(ITEM_MASKED)
        .own()
        .scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/items/{id}/reveal", REVEAL, &[Shows::SecretIdentifiers]).reasoned(),
    api(Verb::Get, "/api/v1/imports", OFFICE, LISTS).scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/imports", OFFICE, LISTS).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/imports/{id}", OFFICE, LISTS).scope(Scope::ItemsRead),
    api(Verb::Put, "/api/v1/imports/{id}/settings", OFFICE, LISTS).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/imports/{id}/rows", OFFICE, LISTS).scope(Scope::ItemsRead),
    api(Verb::Get, "/api/v1/imports/{id}/report", OFFICE, LISTS).scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/imports/{id}/commit", OFFICE, LISTS).scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/imports/{id}/withdraw", OFFICE, LISTS).scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/provider-exports", OFFICE, LISTS).scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/provider-exports/{id}", OFFICE, LISTS).scope(Scope::ItemsRead),
    api(Verb::Get, "/api/v1/donations/{id}/evidence", GIVEN, &[Shows::StateWord, Shows::SerialNumbers])
        .own()
        .scope(Scope::ItemsRead),
    api(Verb::Get, "/api/v1/items/{id}/bindings", HANDLE, BOUND)
        .masked(&[Shows::Custodian])
        .own()
        .scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/items/{id}/bindings", BIND, BOUND)
        .masked(&[Shows::Custodian])
        .own()
        .scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/items/{id}/evidence", EVIDENCE, ITEMS).own().scope(Scope::ItemsRead),
    api(Verb::Get, "/api/v1/items/{id}/evidence/{week}", EVIDENCE, ITEMS).own().scope(Scope::ItemsRead),
    api(Verb::Get, "/api/v1/verification-key", Need::Nobody, NOTHING),
    api(Verb::Get, "/api/v1/handovers", HANDLE, HANDOVERS).own().scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/handovers", HANDLE, HANDOVERS).own().scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/handovers/{id}", HANDLE, HANDOVERS).own().scope(Scope::ItemsRead),
    api(Verb::Post, "/api/v1/handovers/{id}/answer", HANDLE, HANDOVERS).own().scope(Scope::ItemsWrite),
    api(Verb::Post, "/api/v1/handovers/{id}/withdraw", HANDLE, HANDOVERS).own().scope(Scope::ItemsWrite),
    api(Verb::Get, "/api/v1/session", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/session", Need::Nobody, &[Shows::OwnSession]),
    api(Verb::Delete, "/api/v1/session", Need::SignedIn, NOTHING),
    api(Verb::Post, "/api/v1/session/extend", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/session/first", Need::Nobody, &[Shows::OwnSession]),
    api(Verb::Get, "/api/v1/parties", PARTIES, &[Shows::Parties]).scope(Scope::PartiesRead),
    api(Verb::Post, "/api/v1/parties", GIVE, &[Shows::Parties]).scope(Scope::PartiesWrite),
    api(Verb::Get, "/api/v1/parties/{id}", PARTIES, &[Shows::Parties]).scope(Scope::PartiesRead),
    api(Verb::Patch, "/api/v1/parties/{id}", GIVE, &[Shows::Parties]).scope(Scope::PartiesWrite),
    api(Verb::Get, "/api/v1/proposals", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    api(Verb::Get, "/api/v1/proposals/{id}", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    api(Verb::Post, "/api/v1/proposals/{id}/approve", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    api(Verb::Post, "/api/v1/proposals/{id}/refuse", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    api(Verb::Post, "/api/v1/proposals/{id}/withdraw", HANDLE, PROPOSALS).masked(&[Shows::People]).own(),
    api(Verb::Get, "/api/v1/people", MANAGE, &[Shows::People]).scope(Scope::PeopleRead),
    api(Verb::Post, "/api/v1/people", MANAGE, &[Shows::People]),
    api(Verb::Get, "/api/v1/people/{id}", MANAGE, &[Shows::People]).scope(Scope::PeopleRead),
    api(Verb::Patch, "/api/v1/people/{id}", MANAGE, &[Shows::People]),
    api(Verb::Post, "/api/v1/people/{id}/invite", MANAGE, &[Shows::People]),
    api(Verb::Post, "/api/v1/people/{id}/lock", MANAGE, NOTHING).scope(Scope::PeopleWrite),
    api(Verb::Post, "/api/v1/people/{id}/unlock", MANAGE, NOTHING).scope(Scope::PeopleWrite),
    api(Verb::Post, "/api/v1/people/{id}/sessions/end", MANAGE, NOTHING).scope(Scope::PeopleWrite),
    api(Verb::Post, "/api/v1/people/{id}/second-factor/remove", MANAGE, NOTHING),
    api(Verb::Put, "/api/v1/people/{id}/sites/{site}", MANAGE, NOTHING),
    api(Verb::Delete, "/api/v1/people/{id}/sites/{site}", MANAGE, NOTHING),
    api(Verb::Post, "/api/v1/session/invited", Need::Nobody, &[Shows::OwnSession]),
    api(Verb::Get, "/api/v1/me", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/me/password", Need::SignedIn, NOTHING),
    api(Verb::Post, "/api/v1/me/second-factor", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/me/second-factor/confirm", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/me/second-factor/remove", Need::SignedIn, NOTHING),
    api(Verb::Post, "/api/v1/me/recovery-codes", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Get, "/api/v1/me/sessions", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/me/sessions/others/end", Need::SignedIn, NOTHING),
    api(Verb::Post, "/api/v1/me/sessions/{id}/end", Need::SignedIn, NOTHING),
    api(Verb::Get, "/api/v1/me/tokens", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/me/tokens", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Delete, "/api/v1/me/tokens/{id}", Need::SignedIn, NOTHING),
    api(Verb::Get, "/api/v1/audit", AUDIT, &[Shows::Audit]).masked(&[Shows::People]).scope(Scope::AuditRead),
    api(Verb::Get, "/api/v1/audit/chain", AUDIT, &[Shows::Audit]).scope(Scope::AuditRead),
    api(Verb::Get, "/api/v1/audit/head", AUDIT, &[Shows::Audit]).scope(Scope::AuditRead),
    api(Verb::Put, "/api/v1/sites/{id}/place", WATCH, NOTHING).scope(Scope::SitesWrite),
    api(Verb::Post, "/api/v1/sites/{id}/place/show", NEAR, PLACE).reasoned(),
    api(Verb::Post, "/api/v1/sites/{id}/region/show", INSPECT, &[Shows::Region, Shows::Parties]).reasoned(),
    api(Verb::Put, "/api/v1/sites/{id}/party", MANAGE, NOTHING),
    // Machines.
    machine(Verb::Post, "/enrol/v1", Need::Nobody, NOTHING),
    machine(Verb::Get, "/healthz", Need::Nobody, &[Shows::Program]),
    machine(Verb::Get, "/readyz", Need::Nobody, &[Shows::Program]),
    machine(Verb::Get, "/metrics", Need::Metrics, &[Shows::Controller]),
];

const fn row(face: Face, verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    Row { verb, path, face, need, shows, masked: &[], reach: Reach::Fleet, scope: None }
}

const fn page(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    row(Face::Page, verb, path, need, shows)
}

const fn api(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    row(Face::Api, verb, path, need, shows)
}

const fn machine(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    row(Face::Machine, verb, path, need, shows)
}

//! The rows of the access table, one a route; what they mean is in [`crate::access`].
//!
//! Enters: nothing. Leaves: [`TABLE`]. A new route begins here: without its row it answers 404 to everybody.

use crate::access::{Face, Need, Role, Row, Shows, Verb};

const WATCH: Need = Need::OneOf(&[Role::Administrator, Role::Operator]);
const ENROL: Need = Need::OneOf(&[Role::Administrator, Role::FieldEngineer]);

const FLEET: &[Shows] = &[Shows::Region, Shows::NodeHealth, Shows::Addresses];

/// Every route there is.
pub static TABLE: &[Row] = &[
    // Pages.
    page(Verb::Get, "/", WATCH, FLEET),
    page(Verb::Get, "/sites", WATCH, FLEET),
    page(Verb::Get, "/sites/{id}", WATCH, FLEET),
    page(Verb::Get, "/nodes", WATCH, FLEET),
    page(Verb::Get, "/nodes/{id}", WATCH, FLEET),
    page(Verb::Get, "/nodes/{id}/chart", WATCH, FLEET),
    page(Verb::Get, "/nodes/{id}/chart.csv", WATCH, FLEET),
    page(Verb::Get, "/nodes/{id}/chart.xlsx", WATCH, FLEET),
    page(Verb::Get, "/help", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Get, "/me", Need::SignedIn, &[Shows::OwnSession]),
    page(Verb::Get, "/health", WATCH, &[Shows::Controller]),
    page(Verb::Get, "/sign-in", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Post, "/sign-in", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Get, "/first", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Post, "/first", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Post, "/sign-out", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Post, "/choose", Need::Nobody, &[Shows::Nothing]),
    page(Verb::Get, "/static/{file}", Need::Nobody, &[Shows::Nothing]),
    // API.
    api(Verb::Get, "/api/v1/overview", WATCH, FLEET),
    api(Verb::Get, "/api/v1/sites", WATCH, FLEET),
    api(Verb::Get, "/api/v1/sites/{id}", WATCH, FLEET),
    api(Verb::Get, "/api/v1/nodes", WATCH, FLEET),
    api(Verb::Get, "/api/v1/nodes/{id}", WATCH, FLEET),
    api(Verb::Get, "/api/v1/nodes/{id}/history", WATCH, FLEET),
    api(Verb::Post, "/api/v1/nodes/{id}/revoke", WATCH, &[Shows::Nothing]),
    api(Verb::Get, "/api/v1/health", WATCH, &[Shows::Controller]),
    api(Verb::Get, "/api/v1/live", WATCH, FLEET),
    api(Verb::Get, "/api/v1/tickets", ENROL, &[Shows::Tickets]),
    api(Verb::Post, "/api/v1/tickets", ENROL, &[Shows::Tickets]),
    api(Verb::Post, "/api/v1/tickets/approve", ENROL, &[Shows::Nothing]),
    api(Verb::Post, "/api/v1/tickets/{id}/revoke", ENROL, &[Shows::Nothing]),
    api(Verb::Get, "/api/v1/session", Need::SignedIn, &[Shows::OwnSession]),
    api(Verb::Post, "/api/v1/session", Need::Nobody, &[Shows::OwnSession]),
    api(Verb::Delete, "/api/v1/session", Need::SignedIn, &[Shows::Nothing]),
    api(Verb::Post, "/api/v1/session/first", Need::Nobody, &[Shows::OwnSession]),
    // Machines.
    machine(Verb::Post, "/enrol/v1", Need::Nobody, &[Shows::Nothing]),
    machine(Verb::Get, "/healthz", Need::Nobody, &[Shows::Program]),
    machine(Verb::Get, "/readyz", Need::Nobody, &[Shows::Program]),
    machine(Verb::Get, "/metrics", Need::Metrics, &[Shows::Controller]),
];

const fn page(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    Row { verb, path, face: Face::Page, need, shows }
}

const fn api(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    Row { verb, path, face: Face::Api, need, shows }
}

const fn machine(verb: Verb, path: &'static str, need: Need, shows: &'static [Shows]) -> Row {
    Row { verb, path, face: Face::Machine, need, shows }
}

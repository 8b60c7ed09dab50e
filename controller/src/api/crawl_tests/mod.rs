//! The crawl: everybody fetches every route, page, feed and file that there is, and the bytes are searched for what they must
//! not see. A loosened row of the access table makes it fail.

mod search;
mod walk;
mod world;

use std::collections::BTreeSet;

use holdfast_protocol::ids::SiteId;

use crate::access::{Access, Grant, MATRIX, Need, Role, Row, Shows, TABLE, Verb};
use search::Kind;
use walk::{Links, crawl};
use world::{Policy, World};

#[tokio::test]
async fn nobody_finds_what_they_must_not_see() {
    let world = World::new(Access::SHIPPED, Policy::AGREED).await;
    let found = crawl(&world, Links::Followed, None).await;
    assert_eq!(found.leaks, BTreeSet::new());
    assert_eq!(found.unfilled, Vec::<&str>::new(), "the crawl does not know how to fill these");
    assert!(found.fetched > 500, "{} answers", found.fetched);
    // What is hidden from some is there for others: a crawl that finds nothing anywhere proves nothing.
    for kind in Kind::ALL {
        assert!(found.allowed.contains(&kind), "nobody found {kind:?}, whom it is for");
    }
}

/// The shipped table with one row as it is said.
fn with_row(verb: Verb, path: &str, change: impl Fn(Row) -> Row) -> Access {
    let mut table = TABLE.to_vec();
    let row = table.iter_mut().find(|row| row.verb == verb && row.path == path).expect("a row");
    *row = change(*row);
    Access { table: Box::leak(table.into_boxed_slice()), matrix: MATRIX }
}

/// The shipped matrix with one cell as it is said.
fn with_cell(kind: Shows, role: Role, grant: Grant) -> Access {
    let mut matrix = MATRIX.to_vec();
    let column = Role::ALL.iter().position(|column| *column == role).expect("a column");
    let line = matrix.iter_mut().find(|(line, _)| *line == kind).expect("a line");
    line.1[column] = grant;
    Access { table: TABLE, matrix: Box::leak(Box::new(matrix)) }
}

/// What one visitor finds that they must not, by the rows of the table alone.
async fn kinds_found(access: Access, policy: Policy, visitor: &str) -> BTreeSet<Kind> {
    let world = World::new(access, policy).await;
    crawl(&world, Links::Left, Some(visitor)).await.leaks.into_iter().map(|leak| leak.kind).collect()
}

#[tokio::test]
async fn one_loosened_row_makes_the_crawl_fail_for_each_kind_that_the_table_guards() {
    const ANY: Need = Need::SignedIn;
    let opened = |row: Row| Row { need: ANY, shows: &[Shows::Region], ..row };
    let whole = |row: Row| Row { shows: &[Shows::Program], ..row };
    let loosened = [
        (
            ("a place by the API", "office"),
            with_row(Verb::Post, "/api/v1/sites/{id}/place/show", opened),
            Kind::Place,
        ),
        (
            ("a place by its page", "office"),
            with_row(Verb::Post, "/sites/{id}/place", opened),
            Kind::PlaceNote,
        ),
        (
            ("secret identifiers", "auditor"),
            with_row(Verb::Post, "/api/v1/items/{id}/reveal", |row| Row {
                need: Need::OneOf(&[Role::Administrator, Role::Auditor]),
                ..row
            }),
            Kind::Secret,
        ),
        (("all nodes", "other recipient"), with_row(Verb::Get, "/api/v1/nodes", whole), Kind::Node),
        (("all sites as a file", "recipient"), with_row(Verb::Get, "/sites/export", whole), Kind::Site),
        (("the feed", "engineer"), with_row(Verb::Get, "/api/v1/live", whole), Kind::Node),
        (("regions", "auditor"), with_cell(Shows::Region, Role::Auditor, Grant::All), Kind::Site),
        (
            ("custodians", "auditor's program"),
            with_cell(Shows::Custodian, Role::Auditor, Grant::All),
            Kind::Custodian,
        ),
        (("what people wrote", "donor"), with_cell(Shows::FreeText, Role::Donor, Grant::Own), Kind::FreeText),
        (("names of people", "auditor"), with_cell(Shows::People, Role::Auditor, Grant::All), Kind::Person),
        (
            ("people", "operator"),
            with_row(Verb::Get, "/api/v1/people", |row| Row { need: ANY, ..row }),
            Kind::Person,
        ),
        (
            ("parties", "recipient"),
            with_row(Verb::Get, "/api/v1/parties", |row| Row { need: ANY, ..row }),
            Kind::Custodian,
        ),
        (
            ("donations of all donors", "auditor"),
            with_row(Verb::Get, "/api/v1/donations/{id}", |row| Row {
                need: Need::OneOf(&[Role::Administrator, Role::Auditor]),
                ..row
            }),
            Kind::Donor,
        ),
        (
            ("items to whoever gave them", "donor"),
            with_row(Verb::Get, "/api/v1/items/{id}", |row| Row { need: ANY, ..row }),
            Kind::Serial,
        ),
    ];
    for ((what, visitor), access, kind) in loosened {
        let shipped = kinds_found(Access::SHIPPED, Policy::AGREED, visitor).await;
        assert_eq!(shipped, BTreeSet::new(), "{visitor}");
        let found = kinds_found(access, Policy::AGREED, visitor).await;
        assert!(found.contains(&kind), "loosened: {what}; the crawl found {found:?} as {visitor}");
    }
}

#[tokio::test]
async fn a_policy_that_tells_more_than_was_agreed_makes_the_crawl_fail() {
    let few = kinds_found(Access::SHIPPED, Policy { least_items: 1, ..Policy::AGREED }, "other donor").await;
    assert!(few.contains(&Kind::Few), "{few:?}");
    let soon = kinds_found(Access::SHIPPED, Policy { delay_days: 0, ..Policy::AGREED }, "donor").await;
    assert!(soon.contains(&Kind::Soon), "{soon:?}");
}

#[test]
fn a_route_that_the_crawl_cannot_fill_is_named() {
    assert_eq!(walk::filled("/novelty/{id}", &walk::Ids::default()), None);
    let ids = walk::Ids { sites: vec![SiteId(3).0.to_string()], ..walk::Ids::default() };
    assert_eq!(walk::filled("/sites/{id}/place", &ids), Some(vec!["/sites/3/place".to_owned()]));
    assert_eq!(walk::filled("/health", &ids), Some(vec!["/health".to_owned()]));
}

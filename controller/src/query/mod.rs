//! What pages and API ask: shapes of `model`, made from the fleet's memory and, for one node, from history.
//!
//! Enters: the fleet, the two databases, an instant. Leaves: model types, the same for JSON and HTML. Lists come from memory
//! alone. Never decides who may see what: the caller's `access` does.

mod coarse;
pub mod facets;
pub mod health;
pub mod lists;
pub mod node;
pub mod order;
pub mod overview;
pub mod series;
#[cfg(test)]
mod tests;
pub mod text;

pub use facets::Facets;
pub use health::{CertificateEnd, HealthSources, RootKey, health};
pub use lists::{Listing, NodeFilter, SiteFilter, nodes, site, sites};
pub use node::{node, node_row};
pub use order::{Order, SortKey};
pub use overview::{in_sight, overview};
pub use series::{SeriesAsk, SeriesRange, series, series_of};

use crate::store::StoreError;

/// Rows of a page.
pub const PAGE_ROWS: usize = 50;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It is not there.
    #[error("there is no {what} with this id")]
    NotFound {
        /// What was asked for.
        what: &'static str,
    },
    /// The question cannot be answered as it stands.
    #[error("{parameter}: {why}")]
    Ask {
        /// The parameter's name, as in the address.
        parameter: &'static str,
        /// What is wrong and what to do.
        why: &'static str,
    },
    /// The answer would take too long to make.
    #[error("the range holds more than {limit} samples; ask for a shorter one")]
    TooMuch {
        /// The limit.
        limit: usize,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

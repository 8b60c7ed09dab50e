//! Imports under `/api/v1`: lists that donors send, and account exports of satellite providers.
//!
//! Enters: files of the back office, how they are to be read, the wish to commit. Leaves: where a list stands, every row's fate,
//! items by the one transaction of the store. A file is read and judged beside the threads that answer, one at a time; it lies
//! sealed in the data folder until it is committed, withdrawn or a day old. Never a cell's text in a log or an audit row.

pub(crate) mod acts;
mod files;
mod jobs;
pub(crate) mod provider;
mod routes;
#[cfg(test)]
mod tests;
pub(crate) mod view;

pub(crate) use files::sweep;
pub use jobs::Imports;
pub(crate) use jobs::{Checked, Stage};
pub(super) use routes::router;

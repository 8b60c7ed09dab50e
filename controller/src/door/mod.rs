//! Not written yet.

pub mod outbox;

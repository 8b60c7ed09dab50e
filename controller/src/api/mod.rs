//! The JSON API under `/api/v1`, and the probes beside it; one file a noun.
//!
//! Enters: HTTP requests that passed the guard. Leaves: JSON, problem documents, one live feed. The shapes are those of
//! `model`, so that pages and API say the same.

pub mod problem;
